"""What objects of a server show of its product and its spelling, put on record.

Owns: facts.DIALECT as far as objects tell. Sees: facts, bcfapi. A sign that came before counts, and a person's word
above all.
"""

from collections.abc import Collection

from bcfsync.bcfapi.dialects.learning import noted
from bcfsync.bcfapi.dialects.recognising import by_members
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.facts import Facts


def notice(learned: Facts, items: Collection[object]) -> None:
    """Learn from objects as a server answers them what it is and how it spells."""
    noted(learned, items)
    recognise(learned, by_members(items))


def recognise(learned: Facts, product: str | None) -> None:
    """Take a server for what it shows, where nothing showed before."""
    if product and not learned.get(facts.DIALECT):
        learned[facts.DIALECT] = product
