"""What the server did not keep, on record: replaced by each confirmed write of the member."""

import pytest
from store_cases import CHILD, HERE, ITS_TOPIC, NOON, TOPIC, Clock, agreed, deed

from bcfsync.changes import Unkept
from bcfsync.store import Store, StoredUnkept

LABELS, STAGE = Unkept("labels", "a, b"), Unkept("stage", "S", "T")
RATIO = Unkept("perspective_camera.aspect_ratio", "1")


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "state.db", clock=Clock()) as store:
        yield store


def fields(store):
    return [(item.key, item.field, item.kept) for item in store.unkept()]


def test_what_was_not_kept_is_on_record_with_what_is_there_instead(store):
    store.confirm(agreed(deed=deed(label="Door"), unkept=(STAGE,)))
    (found,) = store.unkept()
    assert found == StoredUnkept(HERE, "stage", "S", "T", "Door", found.since)
    assert found.since >= NOON


def test_a_create_says_all_there_is_to_say(store):
    store.confirm(agreed(deed=deed(), unkept=(LABELS, STAGE)))
    store.confirm(agreed(deed=deed(), unkept=(RATIO,)))
    assert fields(store) == [(HERE, RATIO.field, None)]


def test_an_update_says_something_of_the_members_it_wrote(store):
    store.confirm(agreed(deed=deed(), unkept=(LABELS, STAGE, RATIO)))
    store.confirm(agreed(deed=deed(verb="update", fields=("stage",)), unkept=()))
    assert fields(store) == [(HERE, "labels", None), (HERE, RATIO.field, None)]
    store.confirm(agreed(deed=deed(verb="update", fields=("perspective_camera",)), unkept=(RATIO,)))
    store.confirm(agreed(deed=deed(verb="update", fields=("labels",)), unkept=(Unkept("labels", "a", "b"),)))
    assert fields(store) == [(HERE, "labels", "b"), (HERE, RATIO.field, None)]


def test_a_write_to_an_archive_says_nothing_of_the_server(store):
    store.confirm(agreed(deed=deed(), unkept=(LABELS,)))
    store.confirm(agreed(deed=deed(site="local")))
    assert fields(store) == [(HERE, "labels", None)]


def test_what_a_server_has_no_place_for_is_on_record_without_a_write(store):
    store.lacks(HERE, (Unkept("*", "a.pdf"),), "document a.pdf")
    store.lacks(HERE, (Unkept("*", "b.pdf"),), "document b.pdf")
    assert [(item.sent, item.label) for item in store.unkept()] == [("b.pdf", "document b.pdf")]


def test_what_a_later_look_shows_takes_the_place_of_what_had_not_been_read_back(store):
    unread = [Unkept(name, "1", Unkept.UNREAD) for name in ("snapshot", "components.selection", "components.coloring")]
    store.confirm(agreed(deed=deed(), unkept=(*unread, RATIO)))
    assert store.unread() == {HERE}
    store.read_back(HERE, (Unkept("components.coloring", "3 coloured components"),), "viewpoint")
    assert fields(store) == [(HERE, "components.coloring", None), (HERE, RATIO.field, None)]
    assert store.unread() == frozenset()


def test_a_later_look_that_shows_all_of_it_leaves_what_else_is_known(store):
    store.confirm(agreed(deed=deed(), unkept=(Unkept("snapshot", "png", Unkept.UNREAD), RATIO)))
    store.read_back(HERE, (), "viewpoint")
    assert fields(store) == [(HERE, RATIO.field, None)]


def test_what_cannot_be_looked_at_twice_is_unknown_for_good(store):
    store.confirm(agreed(deed=deed(), unkept=(Unkept("snapshot", "png", Unkept.UNREAD), RATIO)))
    store.unreadable(HERE)
    assert fields(store) == [(HERE, RATIO.field, None), (HERE, "snapshot", Unkept.UNREADABLE)]
    assert store.unread() == frozenset()
    assert [item.is_unseen for item in store.unkept()] == [False, True]


def test_a_topic_that_is_gone_takes_along_what_is_in_it(store):
    store.confirm(agreed(TOPIC, ITS_TOPIC, deed=deed(TOPIC), unkept=(LABELS,)))
    store.lacks(CHILD, (STAGE,), "comment")
    store.confirm(agreed(TOPIC, ITS_TOPIC, gone=True))
    assert store.unkept() == []


def test_a_pair_that_is_forgotten_is_forgotten_whole(store):
    store.lacks(CHILD, (STAGE,), "comment")
    store.forget()
    assert store.unkept() == []
