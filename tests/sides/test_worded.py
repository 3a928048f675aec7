"""A server told in the words of the files: what a pass through memory does not show."""

from dataclasses import dataclass, field, replace

import pytest
from worlds import ANNA, BEN, C1, MORNING, SYNC, T1, V1, comment, topic, view

from bcfsync.changes import Capabilities, Change, Kind, Outcome, Verb
from bcfsync.model import Bcf, Comment, Extensions
from bcfsync.plan.policy import Attribution, Policy
from bcfsync.plan.wording import Wording
from bcfsync.sides.memory import MemorySide
from bcfsync.sides.remembered import Remembered
from bcfsync.sides.worded import Worded

LINE = f"[{ANNA}, {MORNING.text.replace('T', ' ')}, via bcfsync]"
STATUS = Wording({"topic_status": {"Offen": "Open"}, "labels": {"Statik": "Structure"}})
LISTS = Extensions(topic_status=("Open", "Closed"))
TEXT = Policy(attribution=Attribution.TEXT)


@dataclass
class Strangers:
    """Nothing is known of any archive, but these comments."""

    comments: dict[str, Comment] = field(default_factory=dict)
    is_worded: bool = False

    def anew(self):
        pass

    def topics(self, key):  # noqa: ARG002 - nothing is known
        return ()

    def comment(self, topic, key):  # noqa: ARG002
        return self.comments.get(key)

    def held(self):
        return ()


@dataclass
class Server(MemorySide):
    """A memory that says what it can do."""

    able: Capabilities | None = None

    @property
    def capabilities(self):
        return self.able or super().capabilities


def told(server, policy, known=None):
    return Worded(server, policy, known or Strangers())


def server(*topics, able=None, lists=LISTS):
    found = Server(user=SYNC, able=able)
    found.bcf = Bcf("3.0", topics=topics, extensions=lists)
    return found


def read(side):
    (found,) = side.load(side.listing().topics).topics.values()
    return found


def said(side):
    return [(item.comment, item.author) for item in read(side).comments]


@pytest.mark.parametrize(
    ("author", "user", "stamps", "known", "shown"),
    [
        (SYNC, SYNC, False, None, ("OK", ANNA)),
        (SYNC, None, False, None, ("OK", ANNA)),  # nobody knows who we are there: the form alone counts
        (BEN, SYNC, False, None, (f"{LINE}\nOK", BEN)),
        (BEN, SYNC, False, comment(), ("OK", ANNA)),  # on record as Anna's of that moment
        (BEN, SYNC, False, comment(author=BEN), (f"{LINE}\nOK", BEN)),
        (SYNC, SYNC, True, None, (f"{LINE}\nOK", SYNC)),  # such a server says whose it is by itself
        (ANNA, SYNC, True, None, ("OK", ANNA)),  # and was sent a line before that was known
    ],
)
def test_the_line_is_taken_off_where_it_is_ours(author, user, stamps, known, shown):
    able = Capabilities("memory", client_guid=True, user=user, stamps=stamps)
    there = server(topic(comments=(comment(text=f"{LINE}\nOK", author=author),)), able=able)
    kept = Strangers({C1: known} if known else {})
    assert said(told(there, Policy(), kept)) == [shown]


@pytest.mark.parametrize(("named", "shown"), [({BEN}, ("OK", ANNA)), ({SYNC}, (f"{LINE}\nOK", BEN))])
def test_the_line_of_another_account_is_taken_off_where_that_is_named(named, shown):
    there = server(topic(comments=(comment(text=f"{LINE}\nOK", author=BEN),)))
    assert said(told(there, Policy(attributed_by=frozenset(named)))) == [shown]


def test_what_was_changed_on_the_server_after_it_was_sent_has_its_date():
    sent = comment(text=f"{LINE}\nOK", author=SYNC, modified_date=MORNING, modified_author=SYNC)
    (found,) = read(told(server(topic(comments=(sent,))), Policy())).comments
    assert (found.modified_date, found.modified_author) == (None, None)
    (moved,) = read(told(server(topic(comments=(replace(sent, date=replace(MORNING, instant=MORNING.instant.replace(
        year=2020))),))), Policy())).comments  # fmt: skip
    assert (moved.modified_date, moved.modified_author) == (MORNING, SYNC)


def done(side, change):
    (outcome,) = [item for item in side.apply([change], server()) if isinstance(item, Outcome)]
    return outcome


def test_a_server_that_takes_authors_gets_no_line():
    able = Capabilities("memory", client_guid=True, user=SYNC, stamps=True)
    there = server(topic(), able=able)
    outcome = done(told(there, TEXT), Change(0, Verb.CREATE, Kind.COMMENT, C1, T1, comment()))
    assert outcome.value.comment == there.bcf.topics[0].comments[0].comment == "OK"


def test_comments_that_go_with_a_new_topic_have_their_line():
    seen = []

    class Whole(Server):
        def apply(self, changes, source):  # noqa: ARG002
            seen.extend(changes)
            return iter(())

    change = Change(0, Verb.CREATE, Kind.TOPIC, T1, "", topic(topic_status="Offen"), below=(view(V1), comment()))
    side = told(Whole(), replace(TEXT, wording=STATUS))
    list(side.apply([change], server()))
    (sent,) = seen
    assert sent.value.topic_status == "Open"
    assert [getattr(item, "comment", None) for item in sent.below] == [None, f"{LINE}\nOK"]


def test_a_deletion_expects_what_the_server_itself_says():
    there = server(topic(topic_status="Open", comments=(comment(text=f"{LINE}\nOK", author=SYNC),)))
    side = told(there, Policy(wording=STATUS))
    found = read(side)
    assert found.topic_status == "Offen"
    outcome = done(side, Change(0, Verb.DELETE, Kind.COMMENT, C1, T1, found.comments[0], expected=found.comments[0]))
    assert outcome.status == "done"
    outcome = done(side, Change(1, Verb.DELETE, Kind.TOPIC, T1, "", read(side), expected=read(side)))
    assert outcome.status == "done"


def test_an_edit_sends_other_members_as_the_server_has_them():
    there = server(topic(topic_status="Offen", labels=("Statik",)))  # words of its own that look like ours
    side = told(there, Policy(wording=STATUS))
    found = read(side)
    outcome = done(side, Change(0, Verb.UPDATE, Kind.TOPIC, T1, "", replace(found, title="New"), ("title",), found))
    assert outcome.status == "done"
    (topic_now,) = there.bcf.topics
    assert (topic_now.title, topic_now.topic_status, topic_now.labels) == ("New", "Offen", ("Statik",))


def test_time_that_passes_is_passed_on():
    there = server(topic())
    remembered = Remembered(there)
    side = told(remembered, Policy())
    read(side)
    there.bcf = Bcf("3.0", topics=(topic(title="New"),))
    assert read(side).title != "New"
    side.forget()
    assert read(side).title == "New"
