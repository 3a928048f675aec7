"""What a server did not keep, as people and programs read it."""

import pytest

from bcfsync.changes import Kind, Outcome, Site, Status, Step, Unkept, Verb
from bcfsync.cli.lacking import unkept_facts, unkept_lines
from bcfsync.cli.render import Tally
from bcfsync.model import Comment, Topic


def step(number, kind=Kind.TOPIC, topic="", label=""):
    value = Topic(f"g{number}") if kind is Kind.TOPIC else Comment(f"g{number}")
    return Step(number, Site.REMOTE, Verb.CREATE, kind, f"g{number}", value, value, label or f"“Topic {number}”", topic)


FOUND = [
    *((step(number), Unkept("labels", "a, b")) for number in range(5)),
    (step(5), Unkept("stage", "Design", "Draft")),
    (step(6, Kind.VIEWPOINT, "g1", "viewpoint 6"), Unkept("components.coloring", "3 coloured components")),
    (step(7, Kind.DOCUMENT, "", "document a.pdf"), Unkept("*", "a.pdf")),
]


def test_lines_are_grouped_by_field_and_bounded():
    assert list(unkept_lines(FOUND, whole=False)) == [
        "  not kept by the server (8), and not sent again:",
        "    document: 1",
        "      document a.pdf",
        "    labels: 5",
        "      “Topic 0”",
        "      “Topic 1”",
        "      “Topic 2”",
        "      … and 2 more",
        "    stage: 1 (1 with another value)",
        "      “Topic 5”",
        "    viewpoint components.coloring: 1",
        "      viewpoint 6",
        "    -v lists all of them",
    ]


def test_asked_for_all_of_it_every_value_is_told():
    lines = list(unkept_lines(FOUND, whole=True))
    assert "      “Topic 4”: a, b → nothing" in lines
    assert "      “Topic 5”: Design → Draft" in lines
    assert not any("more" in line or "-v" in line for line in lines)
    assert list(unkept_lines([], whole=True)) == []


def test_what_was_not_read_back_is_no_loss_yet():
    unread = (step(8, Kind.VIEWPOINT, "g1", "viewpoint 8"), Unkept("snapshot", "png, 9 bytes", Unkept.UNREAD))
    assert list(unkept_lines([*FOUND[5:6], unread], whole=True)) == [
        "  not kept by the server (1), and not sent again:",
        "    stage: 1 (1 with another value)",
        "      “Topic 5”: Design → Draft",
        "  not read back, since the server was in trouble (1); the next run looks once more:",
        "    viewpoint snapshot: 1",
        "      viewpoint 8: png, 9 bytes → not read back yet",
    ]


def test_programs_get_the_topic_of_each():
    facts = unkept_facts(FOUND)
    assert facts[0] == {"topic": "g0", "kind": Kind.TOPIC, "field": "labels", "sent": "a, b", "kept": None}
    assert [item["topic"] for item in facts[5:]] == ["g5", "g1", ""]


@pytest.mark.parametrize(
    ("status", "unkept", "code"),
    [
        (Status.DONE, (Unkept("labels", "a"),), 0),
        (Status.HELD, (Unkept("*", "a.pdf"),), 0),
        (Status.HELD, (), 3),
        (Status.FAILED, (), 3),
    ],
)
def test_what_is_not_kept_is_no_failure(status, unkept, code):
    tally = Tally()
    tally.apply(step(0), Outcome(0, status, "g0", unkept=unkept))
    assert tally.exit_code == code
    assert [item for _, item in tally.unkept] == list(unkept)
