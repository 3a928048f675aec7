"""The products we know of, a record each.

Owns: what is known. Sees: words. Source: the products' code and documentation, and what their servers answered.
"""

from collections.abc import Mapping

from bcfsync.bcfapi.dialects.words import Dialect

GENERIC = Dialect()
"""A server nothing is known of; what it does is learned."""

KNOWN: Mapping[str, Dialect] = {item.name: item for item in (GENERIC,)}
"""Every dialect by its name."""
