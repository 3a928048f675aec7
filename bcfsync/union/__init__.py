"""The union of several archives of one project: nothing lost, nothing doubled, whatever their order.

Owns: what becomes of things that several archives hold. Sees: model, canonical, merge, bcfxml's layout for the names
of entries. Rules: docs/merge.md.
"""

from bcfsync.union.archives import Input, United, unite
from bcfsync.union.record import Decision, Fate, Loser, Note

__all__ = ["Decision", "Fate", "Input", "Loser", "Note", "United", "unite"]
