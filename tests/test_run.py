"""Passes over a pair: what they tell, what stops them, and two archives and a server living together for a while."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from worlds import (
    BEN,
    LOCAL,
    REMOTE,
    T1,
    Crash,
    FailingStore,
    Told,
    bring,
    comment,
    drop,
    edit,
    fault_at,
    fetch,
    gid,
    go,
    minted,
    only,
    reword,
    rich_world,
    synced,
    texts,
    topic,
    world,
)

from bcfsync.base import read_base
from bcfsync.changes import Kind, Status, key_of
from bcfsync.dates import timestamp
from bcfsync.model import Bcf
from bcfsync.net import Unanswered
from bcfsync.run import Emptied, WorldMoved
from bcfsync.sides.memory import MemorySide

# -- one pass --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
def test_what_was_imported_and_exported_again_is_what_it_was(mint):
    found = rich_world(mint=mint() if mint else None)
    before = found.local.bcf
    bring(found)
    fetch(found)
    assert found.local.bcf == before


def test_a_file_that_is_made_anew_gets_its_own_authors_and_dates_back():
    found = rich_world(mint=minted())
    before = found.local.bcf
    bring(found)
    other = replace(found, replica="/files/new.bcf", local=MemorySide(user=None))
    fetch(other)
    assert [(item.guid, item.creation_author, item.creation_date) for item in other.local.bcf.topics] == [
        (item.guid, item.creation_author, item.creation_date) for item in before.topics
    ]
    said = [[(item.guid, item.author, item.date) for item in one.comments] for one in other.local.bcf.topics]
    assert said == [[(item.guid, item.author, item.date) for item in one.comments] for one in before.topics]


def test_a_second_pass_writes_nothing_and_records_nothing():
    found = rich_world(mint=minted())
    bring(found)
    assert not bring(found).ended


def test_a_server_that_lost_all_topics_on_record_stops_the_pass():
    found = synced(local=[topic()])
    drop(found.remote, T1)
    for source in (LOCAL, REMOTE):
        with pytest.raises(Emptied, match="1 topics are on record"):
            go(found, source)


def test_an_empty_server_without_a_past_is_an_ordinary_start():
    assert len(bring(world(local=[topic()])).writes) == 1


def test_a_server_that_moves_in_every_round_stops_the_pass_with_a_word():
    found = synced(local=[topic()])
    edit(found.local, priority="High")
    moves = itertools.count()

    def fault(_change):
        edit(found.remote, description=f"edit {next(moves)}")
        return ""

    found.remote.fault = fault
    with pytest.raises(WorldMoved, match="kept changing"):
        bring(found)
    assert only(found.remote).priority is None


def test_a_pass_that_met_a_moving_server_says_that_it_planned_anew():
    found = synced(local=[topic()])
    edit(found.local, priority="High")
    moves = iter([lambda: edit(found.remote, stage="Design")])
    found.remote.fault = lambda _: (next(moves, lambda: None)(), "")[1]
    told = bring(found)
    assert len(told.plans) == 2
    assert [outcome.status for _, outcome in told.ended] == [Status.STALE, Status.DONE]


def test_parts_of_a_plan_come_in_the_order_they_need_each_other():
    (plan,) = bring(rich_world()).plans
    kinds = [step.kind for step in plan.steps]
    assert kinds[0] is Kind.DOCUMENT
    assert kinds[-1] is Kind.RELATED
    first = [step.kind for step in plan.steps if T1 in {step.topic, step.guid}]
    order = [Kind.TOPIC, Kind.SNIPPET, Kind.FILES, Kind.REFERENCE, Kind.VIEWPOINT, Kind.COMMENT, Kind.RELATED]
    assert list(dict.fromkeys(first)) == order


def test_two_archives_with_a_lost_answer_between_them_double_nothing():
    """What the first archive sent without an answer is not taken for a newcomer by an export to the second."""
    found = synced(mint=minted(), local=[topic()])
    other = replace(
        found, replica="/files/other.bcf", local=MemorySide(Bcf("3.0", topics=found.local.bcf.topics), user=None)
    )
    bring(other)
    edit(found.local, comments=(comment(),))
    found.remote.fault = fault_at(0, "lost answer")
    with pytest.raises(Unanswered):
        bring(found)
    assert [item.reason[:11] for item in fetch(other).holds] == ["may be what"]
    bring(found)
    fetch(other)
    assert [texts(only(side)) for side in (found.local, found.remote, other.local)] == [["OK"]] * 3


# -- a life of its own -----------------------------------------------------------------------------------------

PLACES = ("first archive", "second archive", "server")
FAULTS = ("", "", "", "lost request", "lost answer", "crash before", "crash before the record", "refused")
INTERRUPTED = (Crash, Unanswered, WorldMoved, Emptied)


class Life(RuleBasedStateMachine):
    """Two archives and a server, edited by people, with imports and exports that break off now and then.

    Every text is written once and never again, so that a text that is somewhere twice was doubled, and one that is
    nowhere, though nobody who saw it wrote over it or deleted it, was lost.
    """

    @initialize(mints=st.booleans())
    def begin(self, mints):
        first = world(mint=minted() if mints else None)
        first.store.close()
        first.store = FailingStore(first.store.path, clock=first.clock)
        second = replace(first, replica="/files/other.bcf", local=MemorySide(user=None))
        second.local.blobs = first.local.blobs
        second.clock, second.sleep = first.clock, first.sleep
        self.worlds = (first, second)
        first.remote.clock = first.clock
        self.numbers = itertools.count(1)
        self.alive = set()

    def side(self, place):
        first, second = self.worlds
        return {"first archive": first.local, "second archive": second.local, "server": first.remote}[place]

    def tag(self):
        """A text nobody has written before."""
        text = f"text {next(self.numbers)}"
        self.alive.add(text)
        return text

    def fresh_guid(self, place):
        return gid(1000 * (PLACES.index(place) + 1) + next(self.numbers))

    def overwritten(self, *seen):
        self.alive -= set(seen)

    def dated(self):
        """Tools date what they edit: an archive new to the pair is judged by that."""
        self.worlds[0].now += timedelta(seconds=1)
        return {"modified_date": timestamp(self.worlds[0].now)}

    def pick(self, data, place):
        topics = self.side(place).bcf.topics
        return data.draw(st.sampled_from(topics)) if topics else None

    # -- what people do ----------------------------------------------------------------------------------------

    @rule(place=st.sampled_from(PLACES))
    def somebody_makes_a_topic(self, place):
        side = self.side(place)
        made = topic(self.fresh_guid(place), title=self.tag(), creation_author=BEN)
        side.bcf = replace(side.bcf, topics=(*side.bcf.topics, made))

    @rule(place=st.sampled_from(PLACES), data=st.data())
    def somebody_renames_a_topic(self, place, data):
        if (found := self.pick(data, place)) is not None:
            self.overwritten(found.title)
            edit(self.side(place), found.guid, title=self.tag(), **self.dated())

    @rule(place=st.sampled_from(PLACES), data=st.data())
    def somebody_labels_a_topic(self, place, data):
        if (found := self.pick(data, place)) is not None:
            edit(self.side(place), found.guid, labels=(*found.labels, self.tag()), **self.dated())

    @rule(place=st.sampled_from(PLACES), data=st.data())
    def somebody_takes_labels_off(self, place, data):
        if (found := self.pick(data, place)) is not None:
            self.overwritten(*found.labels)
            edit(self.side(place), found.guid, labels=(), **self.dated())

    @rule(place=st.sampled_from(PLACES), data=st.data(), reply=st.booleans())
    def somebody_comments(self, place, data, reply):
        if (found := self.pick(data, place)) is not None:
            parent = found.comments[-1].guid if reply and found.comments else None
            said = comment(self.fresh_guid(place), self.tag(), author=BEN, reply_to_comment_guid=parent)
            edit(self.side(place), found.guid, comments=(*found.comments, said))

    @rule(place=st.sampled_from(PLACES), data=st.data())
    def somebody_edits_a_comment(self, place, data):
        found = self.pick(data, place)
        if found is not None and found.comments:
            old = data.draw(st.sampled_from(found.comments)).comment
            self.overwritten(old)
            reword(self.side(place), found.guid, old, comment=self.tag(), **self.dated())

    @rule(place=st.sampled_from(PLACES), data=st.data())
    def somebody_deletes_a_comment(self, place, data):
        found = self.pick(data, place)
        if found is not None and found.comments:
            gone = data.draw(st.sampled_from(found.comments))
            self.overwritten(gone.comment)
            edit(self.side(place), found.guid, comments=tuple(item for item in found.comments if item is not gone))

    @rule(place=st.sampled_from(PLACES), data=st.data())
    def somebody_deletes_a_topic(self, place, data):
        side = self.side(place)
        if len(side.bcf.topics) > 1 and (found := self.pick(data, place)) is not None:
            self.overwritten(found.title, *found.labels, *(item.comment for item in found.comments))
            drop(side, found.guid)

    @rule(place=st.sampled_from(PLACES), data=st.data())
    def somebody_relates_two_topics(self, place, data):
        found, other = self.pick(data, place), self.pick(data, place)
        if found and found is not other:
            edit(self.side(place), found.guid, related_topics=tuple(dict.fromkeys((*found.related_topics, other.guid))))

    @precondition(lambda self: self.side("first archive").bcf.topics and not self.side("second archive").bcf.topics)
    @rule()
    def somebody_copies_the_file(self):
        """The copy is known before anybody edits it: of two files that parted unseen only the dates would tell."""
        first, second = self.worlds
        try:
            go(first, LOCAL)
            second.local.bcf = first.local.bcf
            go(second, LOCAL)
        except Emptied:
            return

    # -- what the program does ---------------------------------------------------------------------------------

    @rule(
        which=st.sampled_from([0, 1]),
        source=st.sampled_from([LOCAL, REMOTE]),
        at=st.integers(0, 6),
        what=st.sampled_from(FAULTS),
    )
    def a_pass(self, which, source, at, what):
        found = self.worlds[which]
        if what == "crash before the record":
            found.store.fatal = at
        elif what and source is LOCAL:
            found.remote.fault = fault_at(at, what)
        try:
            self.passed(found, source)
        except INTERRUPTED:
            pass
        finally:
            found.remote.fault = lambda _: ""
            found.store.fatal = -1

    @rule(seconds=st.sampled_from([1, 120]))
    def time_passes(self, seconds):
        self.worlds[0].sleep(seconds)

    # -- what must hold ----------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_doubled(self):
        for place in PLACES:
            said = said_on(self.side(place))
            doubled = {text for text in said if said.count(text) > 1}
            assert not doubled, f"doubled on {place}: {doubled}"

    @invariant()
    def nothing_is_lost(self):
        somewhere = {text for place in PLACES for text in said_on(self.side(place))}
        assert self.alive <= somewhere, f"lost: {self.alive - somewhere}"

    def passed(self, found, source):
        """A pass. What the later of two revisions replaces counts as overwritten, where only dates tell them apart."""
        known = read_base(found.store, found.replica)
        told = Told()
        try:
            return go(found, source, told)
        finally:
            for step in (step for plan in told.plans for step in plan.writes if step.expected is not None):
                key = known.local_key(source, key_of(step.kind, step.topic, step.guid))
                if key is None or known.local.get(key) is None:
                    self.overwritten(getattr(step.expected, "title", None), getattr(step.expected, "comment", None))

    def teardown(self):
        if not hasattr(self, "worlds"):
            return
        try:
            for _ in range(3):
                for found, source in itertools.product(self.worlds, (LOCAL, REMOTE)):
                    self.passed(found, source)
            for found, source in itertools.product(self.worlds, (LOCAL, REMOTE)):
                told = go(found, source)
                assert not told.writes, f"not quiet: {told.writes}"
                assert not told.ended, "what is agreed is on record"
        except Emptied:
            return
        self.nothing_is_doubled()
        self.nothing_is_lost()
        self.worlds[0].store.close()


def said_on(side):
    found = []
    for item in side.bcf.topics:
        found += [item.title, *item.labels, *(one.comment for one in item.comments)]
    return found


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=100,
    stateful_step_count=40,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
TestLife = pytest.mark.slow(TestLife)
