"""JSON of BCF-API 1.0 (in both of its texts), 2.1 and 3.0 ↔ the canonical model; pure, without any URL.

Owns: field names, null and absent, what a server may be sent. Sees: model, dates, guids, errors.
Rules: BCF-API 1.0 (tag ``v1.0`` and the later text of the same year), 2.1 (branch ``release_2_1``) and 3.0.
``codec.for_version`` chooses for a sync, ``codec.resources`` for whoever only wants the JSON.
"""

SHOWN = ("1.0", "1.0-tag", "1.0-late", "2.1", "3.0")
"""What ``codec.resources`` knows: 1.0 is its late text, the only one of the two that a product was found to speak."""
