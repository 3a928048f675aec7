"""Many things at a time, by threads that wait for a server.

Owns: the pool. Sees nothing. How many requests really go at once, ``net`` decides by the server's answers.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

MOST = 16
"""As many as ``net`` ever lets go at once."""

T = TypeVar("T")
R = TypeVar("R")


def together(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """What the work makes of each item, in their order; the items are taken one by one by whoever calls.

    Raises:
        Exception: what the first item in their order to fail raised; what was not begun by then is not done.
    """
    pool = ThreadPoolExecutor(MOST, thread_name_prefix="bcf-read")
    patient = True
    try:
        return list(pool.map(work, items))
    except KeyboardInterrupt:
        patient = False  # who interrupts does not wait for a server that hangs
        raise
    finally:
        pool.shutdown(wait=patient, cancel_futures=True)
