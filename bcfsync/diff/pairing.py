"""Which thing of A is which thing of B.

Owns: pairs by one key after the other. Sees nothing. Keys that occur twice pair in their order.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
Key = Callable[[T], str | None]


def paired(
    some: Sequence[T], others: Sequence[T], *keys: tuple[Key[T], Key[T]]
) -> tuple[list[tuple[T, T]], tuple[T, ...], tuple[T, ...]]:
    """Pairs in the order of A, then what is left of A, then what is left of B.

    Args:
        some: things of A.
        others: things of B.
        keys: for each pass what names a thing of A and a thing of B; None names nothing.
    """
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for key_a, key_b in keys:
        waiting: defaultdict[str, list[int]] = defaultdict(list)
        for at, thing in enumerate(others):
            name = None if at in taken else key_b(thing)
            if name is not None:
                waiting[name].append(at)
        for at, thing in enumerate(some):
            name = None if at in partner else key_a(thing)
            if name is not None and waiting.get(name):
                partner[at] = waiting[name].pop(0)
                taken.add(partner[at])
    pairs = [(thing, others[partner[at]]) for at, thing in enumerate(some) if at in partner]
    left = tuple(thing for at, thing in enumerate(some) if at not in partner)
    return pairs, left, tuple(thing for at, thing in enumerate(others) if at not in taken)
