"""Many things at a time."""

import threading

import pytest

from bcfsync.sides.together import MOST, abreast, together


def test_what_comes_back_is_in_the_order_of_what_went_in():
    assert together(lambda number: number * 2, range(100)) == [number * 2 for number in range(100)]


def test_as_many_as_may_be_are_at_work_at_once():
    meeting = threading.Barrier(MOST)
    assert len(together(lambda _: meeting.wait(10), range(MOST))) == MOST


def test_items_are_made_by_whoever_calls():
    threads = set()

    def items():
        for number in range(50):
            threads.add(threading.current_thread())
            yield number

    together(str, items())
    assert threads == {threading.current_thread()}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_the_first_to_fail_is_told_and_what_was_not_begun_is_not_done(error):
    begun = []

    def work(number):
        begun.append(number)
        if number == 3:
            raise error
        threading.Event().wait(0.001)

    with pytest.raises(error):
        together(work, range(10_000))
    assert len(begun) < 10_000


# -- what begins only when it may ----------------------------------------------------------------------------


class Berths:
    """So many at once; what is in ``lonely`` has nothing beside it."""

    def __init__(self, most=MOST, lonely=()):
        self.most = most
        self.lonely = lonely

    def room(self, under_way):
        return under_way < self.most

    def alone(self, item):
        return item in self.lonely


def ends(work, items, berths=None):
    """What ended, in the order in which it did."""
    return [(item, made.result()) for item, made in abreast(work, items, berths or Berths())]


def test_all_that_may_is_under_way_at_once():
    meeting = threading.Barrier(MOST)
    assert len(ends(lambda _: meeting.wait(10), range(MOST))) == MOST


def test_there_are_never_more_than_there_is_room_for():
    flying, most = [], []

    def work(item):
        flying.append(item)
        most.append(len(flying))
        threading.Event().wait(0.002)
        flying.remove(item)

    assert sorted(item for item, _ in ends(work, range(60), Berths(3))) == list(range(60))
    assert max(most) == 3


def test_an_item_is_taken_only_when_there_is_room_for_it():
    taken, ended = [], []

    def items():
        for number in range(20):
            taken.append(number)
            yield number

    for item, _ in abreast(lambda item: item, items(), Berths(2)):
        ended.append(item)
        assert len(taken) - len(ended) <= 2


def test_what_goes_alone_has_nothing_beside_it():
    flying, beside = set(), set()

    def work(item):
        flying.add(item)
        threading.Event().wait(0.002)
        if item == 7:
            beside.update(flying)
        flying.remove(item)

    ends(work, range(20), Berths(lonely={7}))
    assert beside == {7}


def test_what_goes_alone_is_done_by_whoever_iterates():
    threads = dict(ends(lambda _item: threading.current_thread(), range(3), Berths(lonely={1})))
    assert [threads[item] is threading.current_thread() for item in range(3)] == [False, True, False]


def test_what_goes_alone_may_fail_like_the_others():
    def work(item):
        raise ValueError(item)

    assert [str(made.exception()) for _, made in abreast(work, range(3), Berths(lonely={1}))] == ["0", "1", "2"]


def test_none_says_that_something_has_to_end_first():
    ended = set()

    def items():
        yield "a"
        yield "b"
        while not ended:
            yield None
        yield "c"

    for item, _ in abreast(str, items(), Berths()):
        ended.add(item)
    assert ended == {"a", "b", "c"}


def test_what_fails_is_told_in_its_place_and_the_others_go_on():
    def work(item):
        if item == 3:
            raise ValueError("three")
        return item

    failed = [item for item, made in abreast(work, range(6), Berths()) if made.exception()]
    assert failed == [3]


def test_items_that_cannot_be_made_end_it_when_what_is_under_way_has_ended():
    told = []

    def items():
        yield from range(3)
        raise ValueError("no more")

    going = abreast(lambda _item: threading.Event().wait(0.01), items(), Berths())
    with pytest.raises(ValueError, match="no more"):
        list(map(told.append, going))
    assert sorted(item for item, _ in told) == [0, 1, 2]


def test_who_does_not_want_the_rest_waits_for_what_is_under_way():
    ended = []

    def work(item):
        threading.Event().wait(0.01 * item)
        ended.append(item)

    going = abreast(work, range(4), Berths(4))
    next(going)
    going.close()
    assert sorted(ended) == [0, 1, 2, 3]
