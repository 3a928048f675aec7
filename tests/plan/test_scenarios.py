"""One scenario a row of docs/sync-rules.md, each under the name of its rule."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from worlds import (
    ANNA,
    C1,
    C2,
    D1,
    R1,
    R2,
    START,
    T1,
    T2,
    V1,
    V2,
    blob,
    bring,
    comment,
    drop,
    edit,
    essence,
    fetch,
    gid,
    link,
    minted,
    model_file,
    only,
    paper,
    reword,
    state_of,
    synced,
    texts,
    topic,
    view,
    world,
)

from bcfsync.changes import Kind, Verb
from bcfsync.dates import timestamp
from bcfsync.model import Bcf, BimSnippet, Document, DocumentReference, Extensions, Project
from bcfsync.net import Unanswered

RULES = Path(__file__).parents[2] / "docs" / "sync-rules.md"
SCENARIOS = {}
LATER, LATEST = timestamp(START), timestamp(START.replace(hour=12))


def scenario(rule):
    def register(function):
        assert rule not in SCENARIOS
        SCENARIOS[rule] = function
        return function

    return register


def rules_of_the_table():
    return re.findall(r"^\| ([A-Z]\d+) \|", RULES.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_rule_has_a_scenario_and_every_scenario_a_rule():
    rules = rules_of_the_table()
    assert len(rules) == len(set(rules)) > 50
    assert set(rules) == set(SCENARIOS)


@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
@pytest.mark.parametrize("rule", rules_of_the_table())
def test_the_rule_holds(rule, mint):
    SCENARIOS[rule](mint() if mint else None)


# -- what scenarios say ----------------------------------------------------------------------------------------


def remote_edit(found, **members):
    edit(found.remote, only(found.remote).guid, **members)


def remote_reword(found, old, **members):
    reword(found.remote, only(found.remote).guid, old, **members)


def nothing(told):
    """Neither write, nor conflict, nor hold."""
    return not told.writes and not told.conflicts and not told.holds


def done(told):
    return [(step.verb, step.kind) for step in told.writes]


def both(found, name):
    return getattr(only(found.local), name), getattr(only(found.remote), name)


def fields_in_conflict(told):
    assert not told.writes
    return [(item.kind, item.field) for item in told.conflicts]


def reasons(told):
    assert not told.writes
    return [item.reason for item in told.holds]


def gone(site):
    return [f"was deleted on the {site} side; not sent again"]


def rich_topic(**members):
    parts = {"viewpoints": (view(),), "comments": (comment(viewpoint_guid=V1),), "labels": ("a",)}
    return topic(**(parts | members))


# -- topics ----------------------------------------------------------------------------------------------------


@scenario("T1")
def new_in_the_file(mint):
    found = world(mint=mint, local=[rich_topic()])
    assert nothing(fetch(found))
    bring(found)
    assert state_of(found.remote) == state_of(found.local)


@scenario("T2")
def new_on_the_server(mint):
    found = world(mint=mint, remote=[rich_topic()])
    assert nothing(bring(found))
    fetch(found)
    assert state_of(found.local) == state_of(found.remote)


@scenario("T3")
def edited_in_the_file(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, title="Moved", topic_status="Closed", due_date=LATER)
    assert nothing(fetch(found))
    assert [step.fields for step in bring(found).writes] == [("title", "topic_status", "due_date")]
    assert both(found, "topic_status") == ("Closed", "Closed")


@scenario("T4")
def edited_on_the_server(mint):
    found = synced(mint=mint, local=[topic()])
    remote_edit(found, assigned_to=ANNA, modified_author="ben@example.com", modified_date=LATER)
    assert nothing(bring(found))
    fetch(found)
    assert both(found, "assigned_to") == (ANNA, ANNA)
    assert (only(found.local).modified_author, only(found.local).creation_author) == ("ben@example.com", ANNA)


@scenario("T5")
def different_members_edited(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, priority="High")
    remote_edit(found, stage="Design")
    assert [step.fields for step in bring(found).writes] == [("priority",)]
    assert [step.fields for step in fetch(found).writes] == [("stage",)]
    assert both(found, "priority") + both(found, "stage") == ("High", "High", "Design", "Design")


@scenario("T6")
def edited_on_both_sides_differently(mint):
    found = synced(mint=mint, local=[topic(priority="Low")])
    edit(found.local, priority="High")
    remote_edit(found, priority="Critical")
    for told in (bring(found), fetch(found)):
        (conflict,) = told.conflicts
        assert (conflict.base, conflict.local, conflict.remote) == ("Low", "High", "Critical")
    assert both(found, "priority") == ("High", "Critical")


@scenario("T7")
def edited_on_both_sides_alike(mint):
    found = synced(mint=mint, local=[topic(priority="Low")])
    edit(found.local, priority="High")
    remote_edit(found, priority="High")
    assert nothing(bring(found))
    edit(found.local, priority="Critical")
    assert not bring(found).conflicts
    assert both(found, "priority") == ("Critical", "Critical")
    edit(found.local, priority="Low")
    remote_edit(found, priority="Low")
    assert nothing(fetch(found))
    remote_edit(found, priority=None)
    fetch(found)
    assert both(found, "priority") == (None, None)


@scenario("T8")
def emptied_in_the_file(mint):
    found = synced(mint=mint, local=[topic(description="Long", due_date=LATER)])
    edit(found.local, description=None, due_date=None)
    assert nothing(fetch(found))
    bring(found)
    assert both(found, "description") + both(found, "due_date") == (None,) * 4


def with_another(mint, **members):
    """A world with the topic of the scenario and one more, since an empty server is another matter."""
    return synced(mint=mint, local=[rich_topic(**members), topic(T2, title="Another")])


def drop_titled(side, title="Duct clashes with beam"):
    drop(side, next(item.guid for item in side.bcf.topics if item.title == title))


@scenario("T9")
def gone_from_the_server_unchanged(mint):
    found = with_another(mint)
    drop_titled(found.remote)
    assert reasons(bring(found)) == gone("remote")
    assert nothing(fetch(found))


@scenario("T10")
def gone_from_the_server_edited(mint):
    found = with_another(mint)
    drop_titled(found.remote)
    edit(found.local, priority="High")
    assert nothing(fetch(found))
    bring(found)
    assert state_of(found.remote) == state_of(found.local)


@scenario("T11")
def gone_from_the_server_comment_edited(mint):
    found = with_another(mint)
    drop_titled(found.remote)
    reword(found.local, T1, "OK", comment="OK, look again")
    bring(found)
    assert state_of(found.remote) == state_of(found.local)


@scenario("T12")
def gone_from_the_file_unchanged(mint):
    found = with_another(mint)
    drop_titled(found.local)
    assert nothing(bring(found))
    assert reasons(fetch(found)) == gone("local")


@scenario("T13")
def gone_from_the_file_edited(mint):
    found = with_another(mint)
    before = next(item for item in found.local.bcf.topics if item.guid == T1)
    drop_titled(found.local)
    edit(found.remote, next(item.guid for item in found.remote.bcf.topics if item.title != "Another"), priority="High")
    assert nothing(bring(found))
    fetch(found)
    after = next(item for item in found.local.bcf.topics if item.guid == T1)
    assert (after.priority, after.creation_author, after.creation_date) == ("High", ANNA, before.creation_date)
    assert (after.comments[0].author, after.comments[0].viewpoint_guid) == (ANNA, V1)


# -- labels and links ------------------------------------------------------------------------------------------


@scenario("L1")
def label_added(mint):
    found = synced(mint=mint, local=[topic(labels=("a",))])
    edit(found.local, labels=("a", "b"))
    assert nothing(fetch(found))
    bring(found)
    assert both(found, "labels") == (("a", "b"), ("a", "b"))


@scenario("L2")
def label_taken_away(mint):
    found = synced(mint=mint, local=[topic(labels=("a", "b"))])
    edit(found.local, labels=("a",))
    assert nothing(fetch(found))
    bring(found)
    assert both(found, "labels") == (("a",), ("a",))


@scenario("L3")
def labels_added_on_either_side(mint):
    found = synced(mint=mint, local=[topic(labels=("a",))])
    edit(found.local, labels=("a", "mine"))
    remote_edit(found, labels=("a", "theirs"))
    bring(found)
    assert only(found.remote).labels == ("a", "theirs", "mine")
    fetch(found)
    assert only(found.local).labels == ("a", "mine", "theirs")


@scenario("L4")
def label_taken_away_and_another_added(mint):
    found = synced(mint=mint, local=[topic(labels=("a",))])
    edit(found.local, labels=("a", "b"))
    remote_edit(found, labels=())
    bring(found)
    assert only(found.remote).labels == ("b",)
    fetch(found)
    assert only(found.local).labels == ("b",)


@scenario("L5")
def link_added_on_either_side(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, reference_links=("https://a.example",))
    remote_edit(found, reference_links=("https://b.example",))
    bring(found)
    fetch(found)
    assert set(only(found.local).reference_links) == set(only(found.remote).reference_links)
    assert len(only(found.local).reference_links) == 2


@scenario("L6")
def label_taken_away_on_both_sides_and_added_again(mint):
    found = synced(mint=mint, local=[topic(labels=("a",))])
    edit(found.local, labels=())
    remote_edit(found, labels=())
    assert nothing(bring(found))
    edit(found.local, labels=("a",))
    bring(found)
    assert only(found.remote).labels == ("a",)


# -- comments --------------------------------------------------------------------------------------------------


@scenario("C1")
def comment_new_in_the_file(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, comments=(comment(),))
    assert nothing(fetch(found))
    assert done(bring(found)) == [(Verb.CREATE, Kind.COMMENT)]
    assert nothing(fetch(found))


@scenario("C2")
def comment_new_on_the_server(mint):
    found = synced(mint=mint, local=[topic()])
    remote_edit(found, comments=(comment(gid(40), author="ben@example.com"),))
    assert nothing(bring(found))
    assert done(fetch(found)) == [(Verb.CREATE, Kind.COMMENT)]
    assert only(found.local).comments[0].author == "ben@example.com"
    assert nothing(bring(found))


def commented(mint):
    return synced(mint=mint, local=[topic(comments=(comment(),))])


@scenario("C3")
def comment_edited_in_the_file(mint):
    found = commented(mint)
    reword(found.local, T1, "OK", comment="Fine")
    assert nothing(fetch(found))
    bring(found)
    assert texts(only(found.remote)) == ["Fine"]


@scenario("C4")
def comment_edited_on_the_server(mint):
    found = commented(mint)
    remote_reword(found, "OK", comment="Fine", modified_author="ben@example.com", modified_date=LATER)
    assert nothing(bring(found))
    fetch(found)
    after = only(found.local).comments[0]
    assert (after.comment, after.author, after.modified_author) == ("Fine", ANNA, "ben@example.com")


@scenario("C5")
def comment_edited_on_both_sides_differently(mint):
    found = commented(mint)
    reword(found.local, T1, "OK", comment="Yes")
    remote_reword(found, "OK", comment="No")
    for told in (bring(found), fetch(found)):
        assert fields_in_conflict(told) == [(Kind.COMMENT, "comment")]
    assert (texts(only(found.local)), texts(only(found.remote))) == (["Yes"], ["No"])


@scenario("C6")
def comment_edited_on_both_sides_alike(mint):
    found = commented(mint)
    reword(found.local, T1, "OK", comment="Yes")
    remote_reword(found, "OK", comment="Yes")
    assert nothing(bring(found))
    assert nothing(fetch(found))
    reword(found.local, T1, "Yes", comment="Certainly")
    assert done(bring(found)) == [(Verb.UPDATE, Kind.COMMENT)]


@scenario("C7")
def comment_gone_from_the_server(mint):
    found = commented(mint)
    remote_edit(found, comments=())
    assert reasons(bring(found)) == gone("remote")
    assert nothing(fetch(found))


@scenario("C8")
def comment_gone_from_the_server_and_edited(mint):
    found = commented(mint)
    remote_edit(found, comments=())
    reword(found.local, T1, "OK", comment="Not so fast")
    assert nothing(fetch(found))
    assert done(bring(found)) == [(Verb.CREATE, Kind.COMMENT)]
    assert texts(only(found.remote)) == ["Not so fast"]


@scenario("C9")
def comment_gone_from_the_file(mint):
    found = commented(mint)
    edit(found.local, comments=())
    assert nothing(bring(found))
    assert reasons(fetch(found)) == gone("local")


@scenario("C10")
def reply_before_the_answered(mint):
    thread = (comment(C2, "Reply", reply_to_comment_guid=C1), comment(C1, "Question"))
    found = world(mint=mint, local=[topic(comments=thread)])
    bring(found)
    question, reply = only(found.remote).comments
    assert (question.comment, reply.reply_to_comment_guid) == ("Question", question.guid)
    other = world(mint=mint, remote=[topic(comments=thread)])
    fetch(other)
    assert texts(only(other.local)) == ["Question", "Reply"]


@scenario("C11")
def comment_on_a_new_viewpoint(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, viewpoints=(view(),), comments=(comment(viewpoint_guid=V1),))
    assert done(bring(found)) == [(Verb.CREATE, Kind.VIEWPOINT), (Verb.CREATE, Kind.COMMENT)]
    after = only(found.remote)
    assert after.comments[0].viewpoint_guid == after.viewpoints[0].guid


@scenario("C12")
def link_edited_here_text_there(mint):
    found = synced(
        mint=mint, local=[topic(viewpoints=(view(), view(V2, x=2.0)), comments=(comment(viewpoint_guid=V1),))]
    )
    reword(found.local, T1, "OK", viewpoint_guid=V2)
    remote_reword(found, "OK", comment="Fine")
    assert [step.fields for step in bring(found).writes] == [("viewpoint_guid",)]
    assert [step.fields for step in fetch(found).writes] == [("comment",)]
    assert essence(only(found.local), found.local) == essence(only(found.remote), found.remote)
    other = synced(
        mint=mint, local=[topic(viewpoints=(view(), view(V2, x=2.0)), comments=(comment(viewpoint_guid=V1),))]
    )
    reword(other.local, T1, "OK", comment="Fine")
    remote_reword(other, "OK", viewpoint_guid=only(other.remote).viewpoints[1].guid)
    bring(other)
    fetch(other)
    assert (only(other.local).comments[0].viewpoint_guid, texts(only(other.remote))) == (V2, ["Fine"])


# -- viewpoints ------------------------------------------------------------------------------------------------


@scenario("V1")
def viewpoint_new_in_the_file(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, viewpoints=(view(picture=blob()),))
    assert nothing(fetch(found))
    assert done(bring(found)) == [(Verb.CREATE, Kind.VIEWPOINT)]
    assert only(found.remote).viewpoints[0].snapshot.blob.sha256 == blob().sha256


@scenario("V2")
def viewpoint_new_on_the_server(mint):
    found = synced(mint=mint, local=[topic()])
    remote_edit(found, viewpoints=(view(gid(41), picture=blob()),))
    assert nothing(bring(found))
    assert done(fetch(found)) == [(Verb.CREATE, Kind.VIEWPOINT)]
    assert only(found.local).viewpoints[0].snapshot.blob.sha256 == blob().sha256


@scenario("V3")
def viewpoint_changed_under_its_guid(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(picture=blob()), view(V2, x=2.0)))])
    edit(found.local, viewpoints=(view(picture=blob("other")), view(V2, x=3.0)))
    assert len(reasons(bring(found))) == 2
    assert nothing(fetch(found))


@scenario("V4")
def viewpoint_gone_from_the_server(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(),))])
    remote_edit(found, viewpoints=())
    assert reasons(bring(found)) == gone("remote")
    assert nothing(fetch(found))


@scenario("V5")
def viewpoint_gone_from_the_file(mint):
    found = synced(mint=mint, local=[topic(viewpoints=(view(),))])
    edit(found.local, viewpoints=())
    assert nothing(bring(found))
    assert reasons(fetch(found)) == gone("local")


# -- model files, relations, documents, snippets ---------------------------------------------------------------


def files(*names):
    return tuple(map(model_file, names))


def names(found):
    return [[item.filename for item in only(side).files] for side in (found.local, found.remote)]


@scenario("F1")
def model_file_added(mint):
    found = synced(mint=mint, local=[topic(files=files("a"))])
    edit(found.local, files=files("a", "b"))
    assert nothing(fetch(found))
    assert done(bring(found)) == [(Verb.UPDATE, Kind.FILES)]
    assert names(found) == [["a", "b"], ["a", "b"]]


@scenario("F2")
def model_file_taken_away_and_another_added(mint):
    found = synced(mint=mint, local=[topic(files=files("a"))])
    edit(found.local, files=files("a", "b"))
    remote_edit(found, files=())
    bring(found)
    fetch(found)
    assert names(found) == [["b"], ["b"]]


@scenario("F3")
def model_files_added_on_either_side(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, files=files("a"))
    remote_edit(found, files=files("b"))
    bring(found)
    fetch(found)
    assert sorted(map(sorted, names(found))) == [["a", "b"], ["a", "b"]]


@scenario("S1")
def related_to_an_unknown_topic(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, related_topics=(T2,))
    assert nothing(fetch(found))
    told = bring(found)
    assert told.plans[-1].literal == {T2}
    assert only(found.remote).related_topics == (T2,)


@scenario("S2")
def related_topic_arrives_later(mint):
    found = synced(mint=mint, local=[topic(related_topics=(T2,))])
    found.local.bcf = replace(found.local.bcf, topics=(*found.local.bcf.topics, topic(T2, title="Another")))
    bring(found)
    bring(found)
    first, second = found.remote.bcf.topics
    assert first.related_topics == (second.guid,)
    assert nothing(fetch(found))


@scenario("S3")
def relation_taken_away_on_the_server(mint):
    found = synced(mint=mint, local=[topic(related_topics=(T2,)), topic(T2, title="Another", priority="x")])
    first = found.remote.bcf.topics[0].guid
    edit(found.remote, first, related_topics=())
    assert nothing(bring(found))
    assert done(fetch(found)) == [(Verb.UPDATE, Kind.RELATED)]
    assert found.local.bcf.topics[0].related_topics == ()


@scenario("D1")
def reference_to_an_address(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, document_references=(link(), DocumentReference(R2, path="../outside.pdf")))
    assert nothing(fetch(found))
    bring(found)
    assert [item.url or item.path for item in only(found.remote).document_references] == [
        "https://example.com/plan",
        "../outside.pdf",
    ]
    assert nothing(bring(found))


def documented(mint, *references):
    return world(mint=mint, local=[topic(document_references=references)], documents=[paper()])


@scenario("D2")
def reference_to_a_document(mint):
    found = documented(mint, DocumentReference(R1, document_guid=D1))
    assert done(bring(found))[0] == (Verb.CREATE, Kind.DOCUMENT)
    assert only(found.remote).document_references[0].document_guid == found.remote.bcf.documents[0].guid
    assert nothing(fetch(found))


@scenario("D3")
def two_references_to_one_document(mint):
    found = documented(mint, DocumentReference(R1, document_guid=D1), DocumentReference(R2, document_guid=D1))
    bring(found)
    assert len(found.remote.bcf.documents) == 1
    edit(
        found.local,
        document_references=(*only(found.local).document_references, DocumentReference(gid(42), document_guid=D1)),
    )
    assert done(bring(found)) == [(Verb.CREATE, Kind.REFERENCE)]


@scenario("D4")
def reference_to_a_missing_document(mint):
    found = world(mint=mint, local=[topic(document_references=(DocumentReference(R1, document_guid=D1),))])
    assert [item.reason for item in bring(found).holds] == ["its document is not in the archive"]


def described(mint):
    found = documented(mint, DocumentReference(R1, document_guid=D1, description="Plan"), link(R2, description="Page"))
    bring(found)
    return found


def describe(side, *descriptions):
    references = only(side).document_references
    edit(side, only(side).guid, document_references=tuple(
        replace(item, description=text) for item, text in zip(references, descriptions, strict=True)
    ))  # fmt: skip


@scenario("D5")
def reference_described_anew(mint):
    found = described(mint)
    describe(found.local, "Plan B", "Page 2")
    assert nothing(fetch(found))
    assert done(bring(found)) == [(Verb.UPDATE, Kind.REFERENCE)] * 2
    assert [item.description for item in only(found.remote).document_references] == ["Plan B", "Page 2"]
    assert nothing(bring(found))


@scenario("D6")
def reference_described_anew_on_both_sides(mint):
    found = described(mint)
    describe(found.local, "Plan B", "Page 2")
    describe(found.remote, "Plan C", "Page 3")
    for told in (bring(found), fetch(found)):
        assert fields_in_conflict(told) == [(Kind.REFERENCE, "description")] * 2


@scenario("D7")
def reference_gone_from_the_server(mint):
    found = described(mint)
    remote_edit(found, document_references=())
    assert reasons(bring(found)) == gone("remote") * 2


@scenario("D8")
def reference_to_a_document_on_the_server(mint):
    found = world(mint=mint, remote=[topic(document_references=(DocumentReference(R1, document_guid=D1),))])
    found.remote.bcf = replace(found.remote.bcf, documents=(Document(D1, "plan.pdf", blob=blob()),))
    assert nothing(bring(found))
    assert done(fetch(found))[0] == (Verb.CREATE, Kind.DOCUMENT)
    assert state_of(found.local) == state_of(found.remote)


@scenario("D9")
def reference_means_another_document(mint):
    found = described(mint)
    new = paper(gid(43), "plan-b.pdf")
    found.local.bcf = replace(found.local.bcf, documents=(paper(), new))
    edit(found.local, document_references=(
        DocumentReference(R1, document_guid=new.guid, description="Plan"), link(R2, description="Page")
    ))  # fmt: skip
    assert nothing(fetch(found))
    assert done(bring(found)) == [(Verb.CREATE, Kind.DOCUMENT), (Verb.UPDATE, Kind.REFERENCE)]
    assert essence(only(found.remote), found.remote) == essence(only(found.local), found.local)
    assert nothing(bring(found))
    assert nothing(fetch(found))


def snippet(bytes_of="clash.json"):
    return BimSnippet("JSON", is_external=False, reference="clash.json", reference_schema="", blob=blob(bytes_of))


def sent_bytes(side):
    return only(side).bim_snippet.blob.sha256


@scenario("B1")
def snippet_new_in_the_file(mint):
    found = synced(mint=mint, local=[topic()])
    edit(found.local, bim_snippet=snippet())
    assert nothing(fetch(found))
    assert done(bring(found)) == [(Verb.UPDATE, Kind.TOPIC), (Verb.UPDATE, Kind.SNIPPET)]
    assert sent_bytes(found.remote) == blob("clash.json").sha256
    assert nothing(bring(found))


@scenario("B2")
def snippet_with_new_bytes(mint):
    found = synced(mint=mint, local=[topic(bim_snippet=snippet())])
    edit(found.local, bim_snippet=snippet("again"))
    assert nothing(fetch(found))
    assert done(bring(found)) == [(Verb.UPDATE, Kind.SNIPPET)]
    assert sent_bytes(found.remote) == blob("again").sha256


@scenario("B3")
def snippet_with_new_bytes_on_both_sides(mint):
    found = synced(mint=mint, local=[topic(bim_snippet=snippet())])
    edit(found.local, bim_snippet=snippet("mine"))
    remote_edit(found, bim_snippet=snippet("theirs"))
    for told in (bring(found), fetch(found)):
        assert fields_in_conflict(told) == [(Kind.SNIPPET, "bim_snippet")]


@scenario("B4")
def snippet_that_is_there_already(mint):
    for one_way in (bring, fetch):
        found = world(mint=mint, local=[topic(bim_snippet=snippet())], remote=[topic(bim_snippet=snippet())])
        assert nothing(one_way(found))
        assert not one_way(found).ended


# -- project ---------------------------------------------------------------------------------------------------


@scenario("P1")
def a_new_archive_learns_the_project(mint):
    found = world(mint=mint, remote=[topic()])
    lists = Extensions(topic_type=("Clash",))
    found.remote.bcf = replace(found.remote.bcf, project=Project("p", "School"), extensions=lists)
    assert nothing(bring(found))
    assert done(fetch(found))[0] == (Verb.CREATE, Kind.PROJECT)
    assert (found.local.bcf.project, found.local.bcf.extensions) == (Project("p", "School"), lists)
    assert not fetch(found).ended


@scenario("P2")
def both_keep_their_project(mint):
    found = synced(mint=mint, local=[topic()])
    found.local.bcf = replace(found.local.bcf, project=Project("a", "Mine"))
    found.remote.bcf = replace(found.remote.bcf, project=Project("b", "Theirs"))
    assert nothing(bring(found))
    assert nothing(fetch(found))


# -- first meeting ---------------------------------------------------------------------------------------------


def met(**theirs):
    return world(local=[rich_topic()], remote=[rich_topic(**theirs)])


@scenario("M1")
def equal_at_first_meeting(mint):
    for one_way, other_way in ((bring, fetch), (fetch, bring)):
        found = met()
        told = one_way(found)
        assert nothing(told)
        assert {step.verb for step, _ in told.ended} == {Verb.ADOPT}
        assert not one_way(found).ended
        assert not other_way(found).ended


@scenario("M2")
def different_at_first_meeting(mint):
    for one_way, side in ((bring, "remote"), (fetch, "local")):
        found = met(title="Otherwise")
        edit(found.local, comments=(*only(found.local).comments, comment(C2, "Mine")))
        edit(found.remote, comments=(*only(found.remote).comments, comment(gid(44), "Theirs")))
        told = one_way(found)
        assert [item.field for item in told.conflicts] == ["title"]
        assert len(texts(only(getattr(found, side)))) == 3
        assert both(found, "title") == ("Duct clashes with beam", "Otherwise")
        again = one_way(found)
        assert [item.field for item in again.conflicts] == ["title"]
        assert not again.ended


@scenario("M3")
def labels_differ_at_first_meeting(mint):
    found = met(labels=("b",))
    bring(found)
    assert only(found.remote).labels == ("b", "a")
    assert only(found.local).labels == ("a",)
    fetch(found)
    assert only(found.local).labels == ("a", "b")


@scenario("M4")
def comment_differs_at_first_meeting(mint):
    found = met(comments=(comment(text="Not OK", viewpoint_guid=V1),))
    for told in (bring(found), fetch(found)):
        assert fields_in_conflict(told) == [(Kind.COMMENT, "comment")]


@scenario("M5")
def memory_lost(mint):
    parts = {
        "document_references": (DocumentReference(R1, document_guid=D1, path="plan.pdf"), link(R2)),
        "related_topics": (T2,),
        "bim_snippet": snippet(),
        "files": files("a"),
    }
    for one_way, other_way in ((bring, fetch), (fetch, bring)):
        found = world(mint=mint, local=[rich_topic(**parts), topic(T2, title="Another")], documents=[paper()])
        bring(found)
        found.store.forget()
        assert nothing(one_way(found))
        assert nothing(other_way(found))
        assert nothing(one_way(found))


# -- several archives ------------------------------------------------------------------------------------------


def second_archive(found, local):
    """The same world seen from another archive."""
    other = replace(found, replica="/files/other.bcf", local=replace(found.local, bcf=Bcf("3.0", topics=(local,))))
    other.clock, other.sleep = found.clock, found.sleep
    return other


def dated(mint):
    return synced(mint=mint, local=[topic(priority="Low", comments=(comment(),))])


@scenario("A1")
def second_archive_with_a_copy(mint):
    for one_way in (bring, fetch):
        found = dated(mint)
        other = second_archive(found, only(found.local))
        assert nothing(one_way(other))
        assert not one_way(other).ended


@scenario("A2")
def second_archive_with_a_later_revision(mint):
    found = dated(mint)
    later = replace(only(found.local), priority="High", modified_date=LATER)
    other = second_archive(found, later)
    assert nothing(fetch(other))
    assert [step.fields for step in bring(other).writes] == [("priority",)]
    fetch(found)
    assert both(found, "priority") == ("High", "High")


@scenario("A3")
def second_archive_with_an_earlier_revision(mint):
    for first in (bring, fetch):
        found = dated(mint)
        earlier = only(found.local)
        edit(found.local, priority="High", modified_date=LATER)
        bring(found)
        other = second_archive(found, earlier)
        told = first(other)
        assert not told.conflicts
        fetch(other)
        assert both(other, "priority") == ("High", "High")


@scenario("A4")
def second_archive_with_equal_dates(mint):
    found = dated(mint)
    other = second_archive(found, replace(only(found.local), priority="High"))
    for told in (bring(other), fetch(other)):
        assert fields_in_conflict(told) == [(Kind.TOPIC, "priority")]


@scenario("A5")
def an_edit_goes_round(mint):
    found = dated(mint)
    other = second_archive(found, only(found.local))
    bring(other)
    edit(found.local, priority="High", labels=("a",), comments=(comment(text="Fine"), comment(C2, "More")))
    bring(found)
    fetch(other)
    assert essence(only(other.local), other.local) == essence(only(found.local), found.local)
    remote_edit(found, priority="Critical")
    for one in (found, other):
        fetch(one)
        assert both(one, "priority") == ("Critical", "Critical")
        assert nothing(bring(one))


@scenario("A7")
def later_revision_without_a_label(mint):
    found = dated(mint)
    copy = only(found.local)
    edit(found.local, labels=("a",))
    bring(found)
    other = second_archive(found, replace(copy, priority="High", modified_date=LATER))
    bring(other)
    assert (only(other.remote).priority, only(other.remote).labels) == ("High", ("a",))
    fetch(other)
    assert only(other.local).labels == ("a",)


@scenario("A8")
def an_unanswered_create_of_another_archive(mint):
    found = dated(mint)
    other = second_archive(found, only(found.local))
    bring(other)
    edit(found.local, comments=(*only(found.local).comments, comment(C2, "Lost")))
    found.remote.fault = lambda _: "lost answer"
    with pytest.raises(Unanswered):
        bring(found)
    found.remote.fault = lambda _: ""
    held = [item.reason[:20] for item in fetch(other).holds]
    assert held == (["may be what was sent"] if mint else [])
    assert not bring(found).writes
    fetch(other)
    assert [texts(only(side)) for side in (found.local, found.remote, other.local)] == [["OK", "Lost"]] * 3


@scenario("A6")
def comment_gone_from_the_server_in_a_copy(mint):
    found = dated(mint)
    copy = only(found.local)
    remote_edit(found, comments=())
    other = second_archive(found, copy)
    assert reasons(bring(other)) == gone("remote")
