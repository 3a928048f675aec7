"""Many things at a time."""

import threading

import pytest

from bcfsync.sides.together import MOST, together


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
