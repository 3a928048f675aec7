"""Carrying out plans: whatever breaks off wherever, the next runs complete it without a double."""

from dataclasses import replace

import pytest
from worlds import (
    BEN,
    C1,
    LOCAL,
    REMOTE,
    START,
    SYNC,
    T1,
    V1,
    Crash,
    FailingStore,
    Told,
    bring,
    comment,
    edit,
    fault_at,
    fetch,
    go,
    link,
    minted,
    only,
    plan,
    reword,
    rich,
    rich_world,
    state_of,
    synced,
    texts,
    topic,
    until_quiet,
    view,
    world,
)

from bcfsync.changes import Kind, Status, Verb
from bcfsync.dates import timestamp
from bcfsync.model import Bcf, DocumentReference
from bcfsync.net import Unanswered
from bcfsync.store import Store

CHANGES = 15
FAULTS = ("crash before", "lost request", "lost answer", "crash before the record")

servers = pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
faults = pytest.mark.parametrize("what", FAULTS)
every_change = pytest.mark.parametrize("number", range(CHANGES))


def interrupted(mint, number, what):
    """A world whose first import broke off at one change."""
    found = rich_world(mint=mint() if mint else None)
    if what == "crash before the record":
        found.store.close()
        found.store = FailingStore(found.store.path, clock=found.clock)
        found.store.fatal = number
    else:
        found.remote.fault = fault_at(number, what)
    with pytest.raises((Crash, Unanswered)):
        bring(found)
    return found


def test_the_number_of_changes_is_that_of_a_whole_import():
    assert len(bring(rich_world()).writes) == CHANGES


@servers
@faults
@every_change
def test_an_interrupted_import_is_completed_without_doubles(number, what, mint):
    found = interrupted(mint, number, what)
    until_quiet(found, LOCAL)
    assert state_of(found.remote) == state_of(found.local)
    assert not fetch(found).writes


@servers
@faults
@every_change
def test_an_export_after_an_interrupted_import_doubles_nothing(number, what, mint):
    found = interrupted(mint, number, what)
    before = state_of(found.local)
    if found.remote.bcf.topics:
        fetch(found)
        fetch(found)
    assert state_of(found.local) == before
    until_quiet(found, LOCAL)
    assert state_of(found.remote) == before


@servers
@faults
@every_change
def test_a_server_that_is_edited_during_the_interruption_keeps_the_edit(number, what, mint):
    found = interrupted(mint, number, what)
    there = [item.title for item in found.remote.bcf.topics]
    for item in found.remote.bcf.topics:
        edit(found.remote, item.guid, assigned_to=BEN)
    for _ in range(2):
        until_quiet(found, LOCAL)
        until_quiet(found, REMOTE)
    assert state_of(found.remote) == state_of(found.local)
    assert [item.title for item in found.remote.bcf.topics if item.assigned_to == BEN] == there
    # a topic whose answer was lost has no common past yet: the edit is a conflict, not a loss
    open_questions = [item.label for item in fetch(found).conflicts]
    arrived = [item.title for item in found.local.bcf.topics if item.assigned_to == BEN]
    assert len(arrived) + len(open_questions) == len(there)


@pytest.mark.parametrize("number", range(CHANGES + 2))
def test_an_interrupted_export_is_completed_without_doubles(number):
    topics, documents = rich()
    found = world(mint=minted())
    found.remote.bcf = Bcf("3.0", topics=topics, documents=documents)
    found.store.close()
    found.store = FailingStore(found.store.path, clock=found.clock)
    found.store.fatal = number
    try:
        fetch(found)
    except Crash:
        until_quiet(found, REMOTE)
    assert state_of(found.local) == state_of(found.remote)
    assert not bring(found).writes


@servers
def test_two_comments_that_look_alike_stay_two(mint):
    found = rich_world(mint=mint() if mint else None)
    found.remote.fault = fault_at(10, "lost answer")
    with pytest.raises(Unanswered):
        bring(found)
    bring(found)
    for item in found.remote.bcf.topics:
        assert texts(item).count("OK") == (2 if item.priority else 1)


# -- waiting for an answer that never came ---------------------------------------------------------------------


def unanswered(what="lost request"):
    """A world whose only comment was sent to a server that mints guids, without an answer."""
    found = synced(mint=minted(), local=[topic()])
    edit(found.local, comments=(comment(),))
    found.remote.fault = lambda change: what if change.kind is Kind.COMMENT else ""
    with pytest.raises(Unanswered):
        bring(found)
    found.remote.fault = lambda _: ""
    return found


def test_a_create_without_answer_is_sent_again_only_after_a_minute():
    found = unanswered()
    told = bring(found)
    assert (found.slept, told.waits, texts(only(found.remote))) == ([60.0], 1, ["OK"])


def test_nothing_is_waited_for_when_the_minute_is_over():
    found = unanswered()
    found.sleep(61)
    assert (bring(found).waits, texts(only(found.remote))) == (0, ["OK"])


def test_a_second_try_without_answer_is_waited_for_like_the_first():
    found = unanswered()
    found.remote.fault = lambda change: "lost request" if change.kind is Kind.COMMENT else ""
    with pytest.raises(Unanswered):
        bring(found)
    found.remote.fault = lambda _: ""
    bring(found)
    assert (found.slept, texts(only(found.remote))) == ([60.0, 60.0], ["OK"])


def test_a_create_that_arrives_while_it_is_waited_for_is_taken_for_what_it_is():
    found = unanswered()
    late = comment(found.remote.mint(), author=SYNC, date=timestamp(START))
    wait = found.sleep

    def arrive(seconds):
        wait(seconds)
        edit(found.remote, only(found.remote).guid, comments=(late,))

    found.sleep = arrive
    told = bring(found)
    assert (told.writes, texts(only(found.remote))) == ([], ["OK"])


def test_an_answer_that_was_lost_is_found_without_waiting():
    found = unanswered("lost answer")
    assert (bring(found).waits, texts(only(found.remote))) == (0, ["OK"])


@pytest.mark.parametrize("source", [LOCAL, REMOTE], ids=["import", "export"])
def test_a_lost_create_that_somebody_edited_meanwhile_is_recognised_as_the_only_newcomer(source):
    found = unanswered("lost answer")
    reword(found.remote, only(found.remote).guid, "OK", comment="OK, but higher")
    go(found, source)
    assert len(only(found.remote).comments) == len(only(found.local).comments) == 1


def test_something_sent_again_after_a_deletion_is_not_doubled_by_a_lost_answer():
    found = synced(mint=minted(), local=[topic(comments=(comment(),))])
    edit(found.remote, only(found.remote).guid, comments=())
    reword(found.local, T1, "OK", comment="OK, after all")
    found.remote.fault = fault_at(0, "lost answer")
    with pytest.raises(Unanswered):
        bring(found)
    fetch(found)
    bring(found)
    assert texts(only(found.local)) == texts(only(found.remote)) == ["OK, after all"]


def test_a_comment_of_somebody_else_is_not_mistaken_for_a_lost_one():
    found = unanswered()
    theirs = comment(found.remote.mint(), "Something else", author=BEN, date=timestamp(START))
    edit(found.remote, only(found.remote).guid, comments=(theirs,))
    bring(found)
    fetch(found)
    assert sorted(texts(only(found.remote))) == sorted(texts(only(found.local))) == ["OK", "Something else"]


def test_a_server_that_keeps_guids_is_not_waited_for():
    found = synced(local=[topic()])
    edit(found.local, comments=(comment(),))
    found.remote.fault = lambda change: "lost answer" if change.kind is Kind.COMMENT else ""
    with pytest.raises(Unanswered):
        bring(found)
    found.remote.fault = lambda _: ""
    assert (bring(found).waits, texts(only(found.remote))) == (0, ["OK"])


def test_a_refused_create_is_not_waited_for():
    found = synced(mint=minted(), local=[topic()])
    edit(found.local, comments=(comment(),))
    found.remote.fault = lambda _: "refused"
    bring(found)
    found.remote.fault = lambda _: ""
    assert (bring(found).waits, texts(only(found.remote))) == (0, ["OK"])


# -- refused items ---------------------------------------------------------------------------------------------


def refusing(kind, guid=None):
    """The rich world imported into a server that refuses one thing."""
    found = rich_world(mint=minted())
    found.remote.fault = lambda change: "refused" if change.kind is kind and guid in {None, change.guid} else ""
    return found, bring(found)


def held(told):
    return {(step.kind, outcome.message) for step, outcome in told.outcomes(Status.HELD)}


def test_a_refused_comment_costs_itself_and_the_reply_to_it():
    _, told = refusing(Kind.COMMENT, C1)
    assert [step.guid for step, _ in told.outcomes(Status.FAILED)] == [C1]
    assert held(told) == {(Kind.COMMENT, "the comment it answers was not sent")}
    assert len(told.writes) == CHANGES - 2


def test_a_refused_viewpoint_costs_itself_and_the_comment_that_shows_it():
    _, told = refusing(Kind.VIEWPOINT, V1)
    assert held(told) == {(Kind.COMMENT, "its viewpoint was not sent")}
    assert len(told.writes) == CHANGES - 2


def test_a_refused_document_costs_itself_and_the_reference_to_it():
    _, told = refusing(Kind.DOCUMENT)
    assert held(told) == {(Kind.REFERENCE, "its document was not sent")}
    assert len(told.writes) == CHANGES - 2


def test_a_refused_topic_costs_itself_and_what_hangs_on_it():
    found, told = refusing(Kind.TOPIC, T1)
    assert {message for _, message in held(told)} == {"its topic was not created"}
    assert [item.title for item in found.remote.bcf.topics] == ["Door too low"]


@pytest.mark.parametrize("kind", [Kind.COMMENT, Kind.VIEWPOINT, Kind.DOCUMENT, Kind.TOPIC, Kind.REFERENCE, Kind.FILES])
def test_what_was_refused_is_tried_again_by_the_next_run(kind):
    found, _ = refusing(kind)
    found.remote.fault = lambda _: ""
    bring(found)
    assert state_of(found.remote) == state_of(found.local)
    assert not bring(found).writes


# -- a target that moves under the plan ------------------------------------------------------------------------


def moving(found, kind, change):
    """Somebody changes the server just before the first change of a kind is made."""
    pending = [change]

    def fault(item):
        if item.kind is kind and pending:
            pending.pop()()
        return ""

    found.remote.fault = fault
    return found


def test_a_topic_edited_between_plan_and_write_keeps_both_edits():
    found = synced(local=[topic()])
    edit(found.local, priority="High")
    moving(found, Kind.TOPIC, lambda: edit(found.remote, assigned_to=BEN))
    told = bring(found)
    assert len(told.outcomes(Status.STALE)) == 1
    assert (only(found.remote).priority, only(found.remote).assigned_to) == ("High", BEN)


def test_a_comment_edited_between_plan_and_write_is_a_conflict_and_neither_is_lost():
    found = synced(local=[topic(comments=(comment(),))])
    reword(found.local, T1, "OK", comment="OK with me")
    moving(found, Kind.COMMENT, lambda: reword(found.remote, T1, "OK", comment="Not OK"))
    told = bring(found)
    assert [(item.local, item.remote) for item in told.conflicts] == [("OK with me", "Not OK")]
    assert (texts(only(found.local)), texts(only(found.remote))) == (["OK with me"], ["Not OK"])


def test_a_list_of_files_that_grows_between_plan_and_write_keeps_both_files():
    found = rich_world()
    until_quiet(found, LOCAL)
    more = [replace(only_file(found), filename=name) for name in ("ours.ifc", "theirs.ifc")]
    edit(found.local, files=(only_file(found), more[0]))
    moving(found, Kind.FILES, lambda: edit(found.remote, files=(only_file(found), more[1])))
    bring(found)
    names = {item.filename for item in next(item for item in found.remote.bcf.topics if item.priority).files}
    assert names == {"block-b.ifc", "ours.ifc", "theirs.ifc"}


def only_file(found):
    return next(item for item in found.local.bcf.topics if item.priority).files[0]


def test_a_guid_that_somebody_took_between_plan_and_write_is_paired_and_not_overwritten():
    found = synced(local=[topic()])
    edit(found.local, comments=(comment(),))
    moving(found, Kind.COMMENT, lambda: edit(found.remote, comments=(comment(text="Mine"),)))
    told = bring(found)
    assert texts(only(found.remote)) == ["Mine"]
    assert [item.field for item in told.conflicts] == ["comment"]


# -- ids across ------------------------------------------------------------------------------------------------


def test_links_are_given_in_the_ids_of_the_server():
    found = rich_world(mint=minted())
    bring(found)
    first = next(item for item in found.remote.bcf.topics if item.priority)
    linked = next(item for item in first.comments if item.viewpoint_guid)
    assert linked.viewpoint_guid in {item.guid for item in first.viewpoints}
    assert linked.reply_to_comment_guid in {item.guid for item in first.comments}
    assert set(first.related_topics) <= {item.guid for item in found.remote.bcf.topics}


def test_a_comment_whose_viewpoint_is_in_no_file_goes_without_the_link():
    found = world(local=[topic(comments=(comment(viewpoint_guid=V1),))])
    bring(found)
    assert only(found.remote).comments[0].viewpoint_guid is None


def test_an_edited_comment_keeps_its_link_on_a_server_with_ids_of_its_own():
    found = synced(mint=minted(), local=[topic(viewpoints=(view(),), comments=(comment(viewpoint_guid=V1),))])
    before = only(found.remote).comments[0].viewpoint_guid
    reword(found.local, T1, "OK", comment="OK now")
    bring(found)
    assert [(item.comment, item.viewpoint_guid) for item in only(found.remote).comments] == [("OK now", before)]


def test_a_reply_edited_after_its_parent_vanished_is_sent_without_an_unknown_id():
    found = synced(mint=minted(), local=[topic(comments=(comment(reply_to_comment_guid=V1),))])
    reword(found.local, T1, "OK", comment="OK now")
    bring(found)
    assert only(found.remote).comments[0].reply_to_comment_guid is None


def test_an_edit_from_the_server_leaves_a_comment_its_author_and_date():
    found = synced(mint=minted(), local=[topic(comments=(comment(),))])
    before = only(found.local).comments[0]
    reword(found.remote, only(found.remote).guid, "OK", comment="OK now")
    fetch(found)
    after = only(found.local).comments[0]
    assert (after.comment, after.author, after.date) == ("OK now", before.author, before.date)


def test_a_document_of_a_reference_that_is_edited_stays_the_servers_own():
    found = rich_world(mint=minted())
    bring(found)
    edit(
        found.local,
        document_references=(
            DocumentReference(
                found.local.bcf.topics[0].document_references[1].guid,
                document_guid=found.local.bcf.documents[0].guid,
                description="Plan, revised",
            ),
            link(),
        ),
    )
    bring(found)
    first = next(item for item in found.remote.bcf.topics if item.priority)
    revised = next(item for item in first.document_references if item.document_guid)
    assert (revised.description, revised.document_guid) == ("Plan, revised", found.remote.bcf.documents[0].guid)


def test_adoptions_are_told_with_the_rest():
    found = world(local=[topic(comments=(comment(),))], remote=[topic(comments=(comment(),))])
    told = bring(found)
    assert [(step.kind, step.verb) for step, _ in told.ended] == [(Kind.TOPIC, Verb.ADOPT), (Kind.COMMENT, Verb.ADOPT)]


def test_what_hangs_on_a_topic_that_could_not_be_matched_is_held_and_not_a_crash():
    ours, theirs = topic(labels=("a",), comments=(comment(),)), topic(comments=(comment(),))
    found = world(local=[ours], remote=[theirs])
    found.remote.fault = lambda change: "refused" if change.kind is Kind.TOPIC else ""
    told = bring(found)
    assert [step.kind for step, _ in told.outcomes(Status.FAILED)] == [Kind.TOPIC]
    found.remote.fault = lambda _: ""
    bring(found)
    assert only(found.remote).labels == ("a",)


def test_a_broken_off_pass_has_told_what_it_did():
    found = rich_world()
    found.remote.fault = fault_at(3, "lost answer")
    told = Told()
    with pytest.raises(Unanswered):
        go(found, LOCAL, told)
    assert [outcome.status for _, outcome in told.ended] == [Status.DONE] * 3 + [Status.UNANSWERED]


def test_a_plan_is_no_promise_of_the_state(tmp_path):
    found = rich_world(tmp_path)
    plan(found, LOCAL)
    found.store.close()
    with Store(tmp_path / "state.db") as store:
        assert not list(store.links())
