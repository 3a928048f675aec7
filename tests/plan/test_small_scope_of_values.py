"""Every short story of one status in a file and on a server with lists: nothing strange is sent, all comes to rest."""

from dataclasses import replace
from itertools import product

import pytest
from situations_values import choosing, offering
from worlds import bring, edit, fetch, minted, only, topic

from bcfsync.changes import Kind
from bcfsync.net import Unanswered
from bcfsync.plan.policy import Attribution, Policy
from bcfsync.plan.wording import Wording

OFFERED = {"Open", "Closed", None}
WORDS = Wording({"topic_status": {"Offen": "Open", "Neu": "Open", "Zu": "Closed"}})
LATER = Wording({"topic_status": {"Offen": "Open", "Neu": "Closed", "Zu": "Closed", "*": "Open"}})
FIRST = ("Offen", "Fremd", None)
EDITS = [("local", word) for word in ("Neu", "Zu", "Fremd", None)] + [
    ("remote", value) for value in ("Open", "Closed", None)
]
"""Somebody sets the status in the file, or on the server."""


def lose(found, number):
    """The answer to the ``number``-th write to the server gets lost, once."""
    left = [number]

    def fault(_change):
        left[0] -= 1
        return "lost answer" if left[0] == 0 else ""

    found.remote.fault = fault


def passed(found, one_way):
    try:
        return one_way(found)
    except Unanswered:
        found.remote.fault = lambda _: ""
        return None


def settled(found):
    for _ in range(3):
        for one_way in (bring, fetch):
            passed(found, one_way)
    return [one_way(found) for one_way in (bring, fetch)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mint", "lost", "chooses"),
    [(None, 0, False), (None, 1, False), (minted, 1, False), (minted, 0, True), (None, 2, True)],
    ids=["calm", "first answer lost", "lost, mints guids", "mints guids, chooses", "second lost, chooses"],
)
def test_only_offered_values_are_sent_and_all_comes_to_rest(mint, lost, chooses):
    for first, one, two in product(FIRST, EDITS, EDITS):
        found = offering(mint and mint(), topic(topic_status=first))
        found = choosing(found) if chooses else found
        found.policy = Policy(wording=WORDS, attribution=Attribution.TEXT)
        if lost:
            lose(found, lost)
        passed(found, bring)
        story = (first, one, two)
        for site, value in (one, two):
            if found.remote.bcf.topics:
                side = found.local if site == "local" else found.remote
                edit(side, only(side).guid, topic_status=value)
            passed(found, bring)
            passed(found, fetch)
        check(found, story)
        found.policy = replace(found.policy, wording=LATER)
        check(found, story)


def check(found, story):
    told = settled(found)
    assert not any(item.writes for item in told), story
    assert not any(item.ended for item in told), story
    sent = {change.value.topic_status for change in found.remote.written if change.kind is Kind.TOPIC}
    assert sent <= OFFERED, story
    ours, theirs = only(found.local).topic_status, only(found.remote).topic_status
    open_ = any(item.conflicts or item.holds for item in told)
    if not open_ and ours is not None and theirs is not None:
        # by the table of now, or by that of when both agreed
        assert theirs in {WORDS.sent("topic_status", ours, ("Open", "Closed")),
                          LATER.sent("topic_status", ours, ("Open", "Closed"))}, story  # fmt: skip
