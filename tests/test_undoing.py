"""Undo where the server does not give a topic of the run whole: what a person sees is in ``tests/cli``."""

import pytest
from folders import office, settle
from worlds import T1, topic

from bcfsync.errors import ServerTrouble
from bcfsync.sides.history import History
from bcfsync.undoing import last_run, undo


def test_undo_does_not_begin_while_a_topic_of_the_run_cannot_be_read_and_can_be_said_again(tmp_path):
    found = office()
    found.folder.put("a.bcf", topic(T1, title="One"))
    settle(found)
    run = last_run(found.store)

    def undone():
        sides = found.folder, found.remote, found.store, History(tmp_path)
        return list(undo(run, *sides, spare=lambda _site, _guid, _bodies: None))

    found.remote.unread = {T1: "the server answered 500"}
    with pytest.raises(ServerTrouble, match="cannot be read now: the server answered 500"):
        undone()
    assert last_run(found.store).number == run.number
    assert len(found.remote.bcf.topics) == 1
    found.remote.unread = {}
    undone()
    assert found.remote.bcf.topics == ()
