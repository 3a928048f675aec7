"""Scenarios: what becomes of a member both sides changed."""

from dataclasses import replace

from scenarios import (
    LATER,
    LATEST,
    both,
    dated,
    fields_in_conflict,
    files_and_server,
    nothing,
    remote_edit,
    remote_reword,
    scenario,
    second_archive,
    snippet,
)
from worlds import (
    C1,
    T1,
    V1,
    V2,
    bring,
    comment,
    edit,
    fetch,
    link,
    only,
    reword,
    synced,
    texts,
    topic,
    view,
)

from bcfsync.changes import Kind, key_of
from bcfsync.plan.policy import Decision, Policy, Prefer


def preferring(prefer, *members):
    return Policy(prefer=dict.fromkeys(members or ("*",), prefer))


def clashing(mint, policy, **members):
    """A topic whose priority says "mine" in the file and "theirs" on the server, and both orders of the passes."""
    for order in ((bring, fetch), (fetch, bring)):
        found = synced(mint=mint, local=[topic(priority="old")])
        found.policy = policy
        edit(found.local, priority="mine", **members)
        remote_edit(found, priority="theirs", **members)
        yield found, order


def settles(found, order, *, writes=1):
    """Both passes, with so many writes in all, and then nothing is left to do or to say."""
    told = [one_way(found) for one_way in order]
    assert sum(len(item.writes) for item in told) == writes
    assert not any(item.conflicts for item in told)
    for one_way in (*order, *order):
        assert nothing(again := one_way(found))
    assert not again.ended


@scenario("K1")
def the_server_is_preferred(mint):
    for found, order in clashing(mint, preferring(Prefer.SERVER)):
        settles(found, order)
        assert both(found, "priority") == ("theirs", "theirs")
    for found, order in clashing(mint, preferring(Prefer.SERVER, "title")):
        for one_way in order:
            assert fields_in_conflict(one_way(found)) == [(Kind.TOPIC, "priority")]


@scenario("K2")
def the_files_are_preferred(mint):
    for found, order in clashing(mint, preferring(Prefer.FILES, "priority")):
        settles(found, order)
        assert both(found, "priority") == ("mine", "mine")


@scenario("K3")
def the_newest_is_preferred(mint):
    for dates, wanted in (((LATEST, LATER), "mine"), ((LATER, LATEST), "theirs")):
        for found, order in clashing(mint, preferring(Prefer.NEWEST)):
            edit(found.local, modified_date=dates[0])
            remote_edit(found, modified_date=dates[1])
            settles(found, order)
            assert both(found, "priority") == (wanted, wanted)


@scenario("K4")
def the_newest_is_unknown(mint):
    for dates in ((LATER, LATER), (None, LATER), (LATER, None), (None, None)):
        for found, order in clashing(mint, preferring(Prefer.NEWEST)):
            edit(found.local, modified_date=dates[0])
            remote_edit(found, modified_date=dates[1])
            for one_way in order:
                assert fields_in_conflict(one_way(found)) == [(Kind.TOPIC, "priority")]


def decided(found, decision, conflict):
    found.policy = Policy(decisions={(conflict.key, conflict.field): decision})


@scenario("K5")
def a_side_is_decided_for(mint):
    for prefer, wanted in ((Prefer.SERVER, "theirs"), (Prefer.FILES, "mine")):
        for found, order in clashing(mint, Policy()):
            (conflict,) = bring(found).conflicts
            assert fetch(found).conflicts[0].key == conflict.key == key_of(Kind.TOPIC, "", T1)
            decided(found, Decision(conflict.local, conflict.remote, prefer), conflict)
            settles(found, order)
            assert both(found, "priority") == (wanted, wanted)


@scenario("K6")
def a_value_of_ones_own_is_decided_for(mint):
    for found, order in clashing(mint, Policy()):
        (conflict,) = bring(found).conflicts
        decided(found, Decision(conflict.local, conflict.remote, value="ours"), conflict)
        settles(found, order, writes=2)
        assert both(found, "priority") == ("ours", "ours")
    for found, order in clashing(mint, Policy()):
        (conflict,) = bring(found).conflicts
        decided(found, Decision(conflict.local, conflict.remote), conflict)
        settles(found, order, writes=2)
        assert both(found, "priority") == (None, None)


@scenario("K7")
def a_value_changed_after_the_decision(mint):
    for decision in (Decision("mine", "theirs", Prefer.FILES), Decision("mine", "theirs", value="ours")):
        for found, order in clashing(mint, Policy()):
            decided(found, decision, bring(found).conflicts[0])
            remote_edit(found, priority="theirs again")
            for one_way in order:
                assert fields_in_conflict(one_way(found)) == [(Kind.TOPIC, "priority")]
            assert both(found, "priority") == ("mine", "theirs again")


LINES = "one\ntwo\nthree\nfour"


@scenario("K8")
def different_lines_of_a_text(mint):
    for order in ((bring, fetch), (fetch, bring)):
        found = synced(mint=mint, local=[topic(description=LINES, comments=(comment(text=LINES),))])
        edit(found.local, description="ONE\ntwo\nthree\nfour", comments=(comment(text="ONE\ntwo\nthree\nfour"),))
        remote_edit(found, description="one\ntwo\nthree\nFOUR")
        remote_reword(found, LINES, comment="one\ntwo\nthree\nFOUR")
        settles(found, order, writes=4)
        assert both(found, "description") == ("ONE\ntwo\nthree\nFOUR",) * 2
        assert texts(only(found.local)) == texts(only(found.remote)) == ["ONE\ntwo\nthree\nFOUR"]


@scenario("K9")
def the_same_lines_of_a_text(mint):
    for order in ((bring, fetch), (fetch, bring)):
        found = synced(mint=mint, local=[topic(description=LINES)])
        edit(found.local, description="ONE\ntwo\nthree\nfour")
        remote_edit(found, description="1\ntwo\nthree\nfour")
        for one_way in order:
            assert fields_in_conflict(one_way(found)) == [(Kind.TOPIC, "description")]


@scenario("K10")
def one_way_only_after_a_merge(mint):
    """What was merged is on record: edits after it are ordinary ones, whenever the pass across comes."""
    for there, back, side in ((bring, fetch, "remote"), (fetch, bring, "local")):
        found = synced(mint=mint, local=[topic(description=LINES)])
        edit(found.local, description="ONE\ntwo\nthree\nfour")
        remote_edit(found, description="one\ntwo\nthree\nFOUR")
        assert len(there(found).writes) == 1
        assert nothing(there(found))
        written = getattr(found, side)
        edit(written, only(written).guid, description="ONE\nTWO\nTHREE\nFOUR")
        assert [step.merged for step in back(found).writes] == [()]
        assert both(found, "description") == ("ONE\nTWO\nTHREE\nFOUR",) * 2


@scenario("K11")
def the_files_are_preferred_and_differ(mint):
    found = dated(mint)
    other = second_archive(found, only(found.local))
    bring(other)
    found.policy = other.policy = preferring(Prefer.FILES)
    edit(found.local, priority="High")
    edit(other.local, priority="Medium")
    bring(found)
    for one_way in (bring, fetch):
        assert fields_in_conflict(one_way(other)) == [(Kind.TOPIC, "priority")]


@scenario("K12")
def newest_of_two_files(mint):
    """A value from a file has the date it had there, not that of its way to the server."""
    found = dated(mint)
    other = second_archive(found, only(found.local))
    bring(other)
    found.policy = other.policy = preferring(Prefer.NEWEST)
    edit(found.local, priority="High", modified_date=LATER)
    edit(other.local, priority="Medium", modified_date=LATEST)
    found.now = other.now = LATEST.instant.replace(hour=20)
    bring(found)
    edit(found.remote, only(found.remote).guid, modified_date=replace(LATEST, instant=found.now))
    bring(other)
    assert only(other.remote).priority == "Medium"
    fetch(found)
    assert only(found.local).priority == "Medium"


@scenario("K13")
def preferred_parts(mint):
    """Comments, references and snippets follow the same rules."""
    for prefer, chosen in ((Prefer.FILES, "mine"), (Prefer.SERVER, "theirs")):
        for order in ((bring, fetch), (fetch, bring)):
            found = synced(
                mint=mint,
                local=[topic(comments=(comment(),), document_references=(link(),), bim_snippet=snippet())],
            )
            found.policy = preferring(prefer)
            for side, word in files_and_server(found, "mine", "theirs"):
                held = only(side)
                edit(
                    side,
                    held.guid,
                    comments=tuple(replace(item, comment=word) for item in held.comments),
                    document_references=tuple(replace(item, description=word) for item in held.document_references),
                    bim_snippet=snippet(word),
                )
            settles(found, order, writes=3)
            for side in (found.local, found.remote):
                held = only(side)
                assert texts(held) == [chosen]
                assert held.document_references[0].description == chosen
                assert held.bim_snippet.blob.locator in {chosen, held.bim_snippet.blob.sha256}
                assert held.bim_snippet.blob.sha256 == snippet(chosen).blob.sha256


@scenario("K14")
def an_id_in_conflict(mint):
    """Conflicts about links are shown in the file's ids from either direction, and can be decided for a side."""
    views = (view(), view(V2, x=2.0), view("00000070-0000-4000-8000-000000000000", x=3.0))
    for prefer, chosen in ((Prefer.FILES, 1), (Prefer.SERVER, 2)):
        for order in ((bring, fetch), (fetch, bring)):
            found = synced(mint=mint, local=[topic(viewpoints=views, comments=(comment(viewpoint_guid=V1),))])
            reword(found.local, T1, "OK", viewpoint_guid=V2)
            remote_reword(found, "OK", viewpoint_guid=only(found.remote).viewpoints[2].guid)
            there, back = bring(found).conflicts, fetch(found).conflicts
            assert [(item.key, item.base, item.local, item.remote) for item in there] == [
                (key_of(Kind.COMMENT, T1, C1), V1, V2, views[2].guid)
            ]
            assert [(item.key, item.base, item.local, item.remote) for item in back] == [
                (key_of(Kind.COMMENT, T1, C1), V1, V2, views[2].guid)
            ]
            decided(found, Decision(V2, views[2].guid, prefer), there[0])
            settles(found, order)
            assert only(found.local).comments[0].viewpoint_guid == views[chosen].guid
            held = only(found.remote)
            assert held.comments[0].viewpoint_guid == held.viewpoints[chosen].guid
