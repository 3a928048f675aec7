"""Many things at a time, by threads that wait for a server.

Owns: the pool. Sees nothing. How many requests really go at once, ``net`` decides by the server's answers.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Protocol, TypeVar

MOST = 16
"""As many as ``net`` ever lets go at once."""

T = TypeVar("T")
R = TypeVar("R")
Item_contra = TypeVar("Item_contra", contravariant=True)
_ATTENTION = 0.5
"""Seconds after which who waits looks whether it was interrupted: Windows does not wake a thread that waits."""


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


class Berths(Protocol[Item_contra]):
    """Says what may be under way together."""

    def room(self, under_way: int) -> bool:
        """Whether one more may be asked for beside so many."""

    def alone(self, item: Item_contra) -> bool:
        """Whether this one must have nothing beside it."""


def abreast(work: Callable[[T], R], items: Iterable[T | None], berths: Berths[T]) -> Iterator[tuple[T, Future[R]]]:
    """Do several things at once, each item taken only when it may begin; gives each with its end, as they end.

    Args:
        work: what is to be done with an item: by one of several threads, or, where it goes alone, by whoever iterates.
        items: taken by whoever iterates; None says that nothing may begin before something has ended.
        berths: what may be under way together.
    """
    pool = ThreadPoolExecutor(MOST, thread_name_prefix="bcf-write")
    under_way: dict[Future[R], T] = {}
    trouble: list[Exception] = []
    patient = True
    try:
        for item in _until(items, trouble):
            if item is None:
                yield from _ended(under_way)
            elif berths.alone(item):
                while under_way:
                    yield from _ended(under_way)
                yield item, _done(work, item)
            else:
                under_way[pool.submit(work, item)] = item
                while under_way and not berths.room(len(under_way)):
                    yield from _ended(under_way)
        while under_way:
            yield from _ended(under_way)
        for error in trouble:
            raise error
    except KeyboardInterrupt:
        patient = False  # who interrupts does not wait for a server that hangs
        raise
    finally:
        pool.shutdown(wait=patient, cancel_futures=True)


def _done(work: Callable[[T], R], item: T) -> Future[R]:
    made: Future[R] = Future()
    try:
        made.set_result(work(item))
    except Exception as error:  # noqa: BLE001 - raised by whoever asks for the result
        made.set_exception(error)
    return made


def _until(items: Iterable[T], trouble: list[Exception]) -> Iterator[T]:
    """The items before the one that cannot be made; what is under way then is told before the trouble is."""
    try:
        yield from items
    except Exception as error:  # noqa: BLE001 - raised by whoever asked
        trouble.append(error)


def _ended(under_way: dict[Future[R], T]) -> Iterator[tuple[T, Future[R]]]:
    """What has ended, as soon as anything has, in the order in which it was begun."""
    done: set[Future[R]] = set()
    while under_way and not done:
        done = wait(under_way, _ATTENTION, FIRST_COMPLETED).done
    for future in [future for future in under_way if future in done]:
        yield under_way.pop(future), future
