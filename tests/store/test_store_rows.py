"""What the state records: identities, shadows, begun creates, notes; whole or not at all."""

import subprocess
import sys
from datetime import timedelta

import pytest
from store_cases import AGAIN, CHILD, HERE, ITS_CHILD, ITS_TOPIC, NOON, THERE, TOPIC, Clock, agreed, shadows

from bcfsync.base import read_base
from bcfsync.changes import Intent, Key, Kind
from bcfsync.store import REMOTE, Confirmation, StateUnusable, Store, seen_by


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "state.db"


def confirmed(store, local=HERE, remote=THERE, values=None):
    store.confirm(Confirmation(local, remote, values or {"file": "ours", REMOTE: "theirs"}))


def test_the_folder_of_a_new_state_is_made(path):
    Store(path).close()
    assert path.is_file()


def test_what_was_confirmed_is_there_after_reopening(path):
    with Store(path) as store:
        store.begin(HERE)
        confirmed(store)
    with Store(path) as store:
        assert list(store.links()) == [(HERE, THERE)]
        assert shadows(store) == {(HERE, "file"): "ours", (HERE, REMOTE): "theirs"}
        assert not list(store.intents())


def test_a_begun_create_is_there_after_reopening_with_what_was_known(path):
    with Store(path, clock=lambda: NOON) as store:
        store.remember_known(Kind.COMMENT, "topic", frozenset({"b", "a"}))
        store.begin(HERE)
    with Store(path) as store:
        assert list(store.intents()) == [Intent(HERE, NOON, frozenset({"a", "b"}))]


def test_an_open_create_keeps_what_was_known_when_it_was_begun(path):
    with Store(path) as store:
        store.remember_known(Kind.COMMENT, "topic", frozenset({"a"}))
        store.begin(HERE)
        store.remember_known(Kind.COMMENT, "topic", frozenset({"a", "b"}))
        store.begin(AGAIN)
        assert {intent.key: set(intent.known) for intent in store.intents()} == {HERE: {"a"}, AGAIN: {"a", "b"}}


def test_a_create_begun_again_has_the_time_of_its_latest_try(path):
    times = iter([NOON, NOON + timedelta(hours=1)])
    with Store(path, clock=lambda: next(times)) as store:
        store.begin(HERE)
        store.begin(HERE)
        assert [intent.begun for intent in store.intents()] == [NOON + timedelta(hours=1)]


def test_a_refused_create_is_forgotten(path):
    with Store(path) as store:
        store.begin(HERE)
        store.abandon(HERE)
        assert not list(store.intents())


def test_an_atom_made_anew_on_the_server_leaves_its_old_id(path):
    with Store(path) as store:
        confirmed(store)
        confirmed(store, HERE, AGAIN)
        assert list(store.links()) == [(HERE, AGAIN)]


def test_an_id_of_the_server_belongs_to_one_atom_only(path):
    with Store(path) as store:
        confirmed(store)
        confirmed(store, AGAIN, THERE)
        assert list(store.links()) == [(AGAIN, THERE)]


def test_the_latest_shadows_come_first(path):
    times = iter([NOON, NOON + timedelta(seconds=1)])
    with Store(path, clock=lambda: next(times)) as store:
        confirmed(store, values={"one": "first"})
        confirmed(store, values={"two": "second"})
        assert [value for _, _, value in store.shadows()] == ["second", "first"]


def test_notes_are_kept_and_replaced(path):
    with Store(path) as store:
        assert store.noted("keeps_guids") is None
        store.note("keeps_guids", "no")
        store.note("keeps_guids", "yes")
    with Store(path) as store:
        assert store.noted("keeps_guids") == "yes"


def test_forgetting_leaves_nothing(path):
    with Store(path) as store:
        store.note("a", "b")
        store.remember_known(Kind.TOPIC, "", frozenset({"x"}))
        store.begin(AGAIN)
        confirmed(store)
        store.forget()
        assert (list(store.links()), shadows(store), list(store.intents()), store.noted("a")) == ([], {}, [], None)


def test_what_a_forgotten_archive_held_is_old_news_with_what_the_server_held_then(path):
    with Store(path) as store:
        confirmed(store, values={"/a": "1", seen_by("/a"): "2"})
        store.forget_replica("/a")
        assert sorted(shadows(store).values()) == ["1", "2"]
        assert {name.removeprefix("remote:")[:5] for _, name in shadows(store)} == {"past:"}


def test_forgetting_an_archive_keeps_identities_and_the_other_archives(path):
    with Store(path) as store:
        confirmed(store, values={"/a": "1", seen_by("/a"): "2", "/b": "3", seen_by("/b"): "4", REMOTE: "5"})
        store.forget_replica("/a")
        kept = {name: value for name, value in shadows(store).items() if "past:" not in name[1]}
        assert kept == {(HERE, "/b"): "3", (HERE, seen_by("/b")): "4", (HERE, REMOTE): "5"}
        assert list(store.links()) == [(HERE, THERE)]


def test_each_archive_has_its_own_view_of_the_server(path):
    topic, there = Key(Kind.TOPIC, "", "a"), Key(Kind.TOPIC, "", "b")
    with Store(path) as store:
        for name, title in (("/a", "old"), ("/b", "new")):
            text = f'{{"guid": "a", "title": "{title}"}}'
            store.confirm(Confirmation(topic, there, {name: text, seen_by(name): text, REMOTE: text}))
        base = read_base(store, "/a")
    assert (base.seen[topic].title, base.remote[topic].title) == ("old", "new")
    assert [(ours.title, theirs.title) for ours, theirs in base.copies[topic]] == [("new", "new")]
    assert (list(base.copies), len(base.copies), list(base.local), len(base.local)) == ([topic], 1, [topic], 1)


# -- what is no longer there -----------------------------------------------------------------------------------


def family(store):
    """A topic with a comment in two archives, and a comment of another topic."""
    for replica in ("/a", "/b"):
        store.confirm_all([agreed(TOPIC, ITS_TOPIC, replica), agreed(CHILD, ITS_CHILD, replica)])
    store.confirm(agreed(STRANGER, ITS_STRANGER))


STRANGER, ITS_STRANGER = Key(Kind.COMMENT, "other", "c"), Key(Kind.COMMENT, "else", "d")


def test_a_topic_that_is_gone_takes_all_that_was_in_it_along(path):
    with Store(path) as store:
        family(store)
        store.begin(TOPIC)
        store.begin(CHILD)
        store.confirm(Confirmation(TOPIC, ITS_TOPIC, {}, gone=True))
        assert list(store.links()) == [(STRANGER, ITS_STRANGER)]
        assert {key for key, _ in shadows(store)} == {STRANGER}
        assert not list(store.intents())


def test_a_comment_that_is_gone_leaves_its_topic(path):
    with Store(path) as store:
        family(store)
        store.confirm(Confirmation(CHILD, ITS_CHILD, {}, gone=True))
        assert {ours for ours, _ in store.links()} == {TOPIC, STRANGER}
        assert {key for key, _ in shadows(store)} == {TOPIC, STRANGER}


def test_an_archive_without_a_topic_leaves_identities_and_other_archives(path):
    with Store(path) as store:
        family(store)
        store.confirm(Confirmation(TOPIC, ITS_TOPIC, {}, unbound="/a"))
        assert len(list(store.links())) == 3
        names = {replica for key, replica in shadows(store) if key != STRANGER}
        assert names == {"/b", seen_by("/b"), REMOTE}
        assert {replica for key, replica in shadows(store) if key == STRANGER} == {"/a", seen_by("/a"), REMOTE}


def test_an_archive_without_a_comment_keeps_its_topic(path):
    with Store(path) as store:
        family(store)
        store.confirm(Confirmation(CHILD, ITS_CHILD, {}, unbound="/a"))
        assert {key for key, replica in shadows(store) if replica == "/a"} == {TOPIC, STRANGER}


@pytest.mark.parametrize("how", [{"gone": True}, {"unbound": "/a"}])
def test_what_is_told_of_a_lost_atom_is_recorded_after_the_loss(path, how):
    with Store(path) as store:
        store.confirm(agreed())
        store.confirm(Confirmation(HERE, THERE, {"/a": "still"}, **how))
        assert shadows(store)[HERE, "/a"] == "still"


# -- what archives held once -----------------------------------------------------------------------------------


def past(store, key=HERE):
    return [value for found, name, value in store.shadows() if found == key and name.startswith("past:")]


def test_what_an_archive_held_before_stays_known_up_to_twenty_values_the_latest(path):
    with Store(path, clock=Clock()) as store:
        for number in range(31):
            store.confirm(agreed(text=f"{number}"))
            store.confirm(agreed(AGAIN, HERE, text="one"))
        assert past(store) == [f"{number}" for number in range(29, 9, -1)]
        assert past(store, AGAIN) == []


def test_a_value_that_came_back_counts_from_its_last_day(path):
    with Store(path, clock=Clock()) as store:
        for number in (0, *range(1, 12), 0, *range(12, 25)):
            store.confirm(agreed(text=f"{number}"))
        assert "0" in past(store)
        assert "1" not in past(store)
        assert len(past(store)) == 20


def test_what_the_server_held_before_is_not_kept(path):
    with Store(path) as store:
        for text in ("one", "two"):
            store.confirm(Confirmation(HERE, THERE, {seen_by("/a"): text, REMOTE: text}))
        assert past(store) == []


# -- all or nothing --------------------------------------------------------------------------------------------


def test_a_confirmation_that_fails_leaves_nothing_of_itself(path):
    with Store(path) as store:
        store.begin(HERE)
        with pytest.raises(StateUnusable):
            store.confirm(Confirmation(HERE, THERE, {"file": "ours", REMOTE: object()}))
        assert (list(store.links()), shadows(store), len(list(store.intents()))) == ([], {}, 1)
        confirmed(store)
        assert list(store.links()) == [(HERE, THERE)]


def test_many_confirmations_are_one_transaction(path):
    with Store(path) as store:
        told = []
        store._db.set_trace_callback(told.append)
        store.confirm_all([agreed(), agreed(AGAIN, HERE), agreed(CHILD, ITS_CHILD)])
        store._db.set_trace_callback(None)
        assert [text for text in told if text in {"BEGIN IMMEDIATE", "COMMIT"}] == ["BEGIN IMMEDIATE", "COMMIT"]
        assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert len(list(store.links())) == 3


def test_one_of_many_confirmations_that_fails_undoes_them_all(path):
    with Store(path) as store:
        store.begin(HERE)
        with pytest.raises(StateUnusable):
            store.confirm_all([agreed(), Confirmation(AGAIN, HERE, {"file": object()})])
        assert (list(store.links()), shadows(store), len(list(store.intents()))) == ([], {}, 1)


KILLED = """
import os, sys
from pathlib import Path
from bcfsync.changes import Key, Kind
from bcfsync.store import Confirmation, Store
store = Store(Path(sys.argv[1]))
key = Key(Kind.COMMENT, "topic", "here")
store.begin(key)
if sys.argv[2] == "within":
    store._db.set_trace_callback(lambda text: os._exit(9) if "DELETE FROM intent" in text else None)
store.confirm(Confirmation(key, Key(Kind.COMMENT, "topic", "there"), {"file": "ours", "remote": "theirs"}))
os._exit(9)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("when", "links", "intents"), [("within", 0, 1), ("after", 1, 0)])
def test_a_process_that_dies_leaves_a_confirmation_whole_or_undone(path, when, links, intents):
    died = subprocess.run([sys.executable, "-c", KILLED, path, when], check=False, timeout=30)
    assert died.returncode == 9
    with Store(path) as store:
        assert (len(list(store.links())), len(list(store.intents()))) == (links, intents)
        assert len(shadows(store)) == 2 * links
