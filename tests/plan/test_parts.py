"""Model files, references, documents and snippets: what is known of them decides what travels."""

from dataclasses import replace

import pytest
from scenarios import files, reasons, snippet
from worlds import (
    D1,
    D2,
    LOCAL,
    R1,
    REMOTE,
    SYNC,
    T1,
    blob,
    bring,
    edit,
    fetch,
    gid,
    link,
    minted,
    only,
    paper,
    plan,
    synced,
    topic,
    world,
)

from bcfsync.changes import Kind, Verb
from bcfsync.model import DocumentReference
from bcfsync.net import Unanswered
from bcfsync.plan.policy import Policy

MINTS = pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])


def named(side):
    return sorted(item.filename for item in only(side).files)


def about(drawn, kind):
    return [(step.verb, step.kind) for step in drawn.steps if step.kind is kind]


# -- model files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [LOCAL, REMOTE])
def test_a_model_file_both_sides_added_is_agreed_and_can_be_taken_away_again(way):
    found = synced(local=[topic()])
    for side in (found.local, found.remote):
        edit(side, files=files("a"))
    assert about(plan(found, way), Kind.FILES) == [(Verb.ADOPT, Kind.FILES)]
    (bring if way is LOCAL else fetch)(found)
    assert about(plan(found, way), Kind.FILES) == []
    edit(found.local, files=())
    bring(found)
    assert named(found.remote) == []


def test_a_model_file_both_sides_took_away_is_agreed():
    found = synced(local=[topic(files=files("a"))])
    for side in (found.local, found.remote):
        edit(side, files=())
    assert about(plan(found, LOCAL), Kind.FILES) == [(Verb.ADOPT, Kind.FILES)]
    bring(found)
    edit(found.remote, files=files("a"))
    fetch(found)
    assert named(found.local) == ["a"]


def test_nothing_is_put_on_record_where_nobody_has_model_files():
    assert about(plan(synced(local=[topic()]), LOCAL), Kind.FILES) == []
    assert about(plan(world(local=[topic()], remote=[topic()]), LOCAL), Kind.FILES) == []


def test_model_files_of_the_server_alone_are_no_news_for_an_import():
    found = world(local=[topic()], remote=[topic(files=files("a"))])
    assert about(plan(found, LOCAL), Kind.FILES) == []


# -- references ------------------------------------------------------------------------------------------------------


def referring(*references, papers=(D1,), mint=None):
    documents = [paper(guid, f"{guid[7]}.pdf") for guid in papers]
    return synced(mint=mint and mint(), local=[topic(document_references=tuple(references))], documents=documents)


def to_paper(guid=R1, document=D1, **members):
    return DocumentReference(guid, document_guid=document, **members)


@pytest.mark.parametrize("way", [LOCAL, REMOTE])
def test_references_to_documents_are_told_apart_by_name_and_description_where_nothing_is_on_record(way):
    references = [to_paper(gid(31), D1, description="one"), to_paper(gid(32), D2), link(gid(33), "https://a.org")]
    found = referring(*references, papers=(D1, D2), mint=minted)
    found.store.forget()
    drawn = plan(found, way)
    assert about(drawn, Kind.REFERENCE) == [(Verb.ADOPT, Kind.REFERENCE)] * 3
    theirs = {item.description or item.url or "": item.guid for item in only(found.remote).document_references}
    ours = {item.description or item.url or "": item.guid for item in only(found.local).document_references}
    pairs = {(step.guid, step.target) for step in drawn.steps if step.kind is Kind.REFERENCE}
    assert pairs == {
        (ours[name], theirs[name]) if way is LOCAL else (theirs[name], ours[name])
        for name in ("one", "", "https://a.org")
    }


@MINTS
def test_a_document_of_one_name_on_both_sides_is_adopted_with_the_reference_to_it(mint):
    found = referring(to_paper(description="Plan"), mint=mint)
    found.store.forget()
    assert about(plan(found, LOCAL), Kind.DOCUMENT) == [(Verb.ADOPT, Kind.DOCUMENT)]
    bring(found)
    fetch(found)
    assert len(found.local.bcf.documents) == len(found.remote.bcf.documents) == 1
    edit(found.local, document_references=(to_paper(), to_paper(gid(32), description="Again")))
    bring(found)
    assert len(found.remote.bcf.documents) == 1


def test_a_document_of_another_name_is_another_document():
    found = referring(to_paper(description="Plan"), mint=minted)
    found.store.forget()
    found.remote.bcf = replace(
        found.remote.bcf, documents=tuple(replace(item, filename="x.pdf") for item in found.remote.bcf.documents)
    )
    assert about(plan(found, LOCAL), Kind.DOCUMENT) in ([], [(Verb.CREATE, Kind.DOCUMENT)])


def test_a_reference_to_a_document_without_bytes_is_held():
    papers = [replace(paper(), blob=None), paper(D2, "other.pdf")]
    found = world(local=[topic(document_references=(to_paper(),))], remote=[topic()], documents=papers)
    assert reasons(bring(found)) == ["its document is not in the archive"]


def test_a_reference_to_a_document_the_server_has_already_is_sent():
    found = referring(to_paper())
    found.local.bcf = replace(found.local.bcf, documents=())
    edit(found.local, document_references=(to_paper(), to_paper(gid(32), description="Again")))
    told = bring(found)
    assert [(step.verb, step.kind) for step in told.writes] == [(Verb.CREATE, Kind.REFERENCE)]
    assert not told.holds


def test_a_reference_to_a_document_the_server_has_and_nothing_is_on_record_of_is_sent():
    found = world(local=[topic(document_references=(to_paper(),))], remote=[topic()])
    found.remote.bcf = replace(found.remote.bcf, documents=(paper(D2, "other.pdf"), paper()))
    assert [(step.verb, step.kind) for step in bring(found).writes] == [(Verb.CREATE, Kind.REFERENCE)]
    found = world(local=[topic(document_references=(to_paper(),))], remote=[topic()])
    found.remote.bcf = replace(found.remote.bcf, documents=(paper(D2, "other.pdf"),))
    assert reasons(bring(found)) == ["its document is not in the archive"]


def test_the_path_of_a_reference_stays_where_only_its_description_was_edited():
    found = synced(local=[topic(document_references=(DocumentReference(R1, path="../plan.pdf", description="Plan"),))])
    held = only(found.remote).document_references[0]
    edit(found.remote, document_references=(replace(held, description="Plan B"),))
    fetch(found)
    (now,) = only(found.local).document_references
    assert (now.path, now.description) == ("../plan.pdf", "Plan B")


def test_a_new_address_takes_the_place_of_a_path():
    found = synced(local=[topic(document_references=(DocumentReference(R1, path="../plan.pdf", description="Plan"),))])
    held = only(found.remote).document_references[0]
    edit(found.remote, document_references=(replace(held, url="https://example.com/b", path=None),))
    fetch(found)
    (now,) = only(found.local).document_references
    assert (now.path, now.url) == (None, "https://example.com/b")


@MINTS
def test_a_reference_that_means_the_same_other_document_on_both_sides_is_no_conflict(mint):
    found = referring(to_paper(), to_paper(gid(32), D2, description="Other"), papers=(D1, D2), mint=mint)
    there = {item.description: item for item in only(found.remote).document_references}
    edit(found.local, document_references=(to_paper(R1, D2), to_paper(gid(32), D2, description="Other")))
    moved = replace(there[None], document_guid=there["Other"].document_guid)
    edit(found.remote, only(found.remote).guid, document_references=(moved, there["Other"]))
    told = bring(found)
    assert not told.conflicts
    assert not told.writes


def test_a_reference_that_may_be_what_another_archive_sent_without_an_answer_is_held():
    found = synced(mint=minted(), local=[topic()])
    edit(found.local, document_references=(link(R1, "https://a.org"),))
    found.remote.fault = lambda _: "lost answer"
    with pytest.raises(Unanswered):
        bring(found)
    found.remote.fault = lambda _: ""
    edit(found.local, document_references=())
    assert any("may be what was sent" in reason for reason in [item.reason for item in plan(found, REMOTE).holds])
    assert about(plan(found, REMOTE), Kind.REFERENCE) == []


# -- snippets --------------------------------------------------------------------------------------------------------


def bytes_of(side):
    held = only(side).bim_snippet
    return held.blob and held.blob.sha256


def test_bytes_both_sides_changed_alike_are_agreed_and_the_next_change_is_an_edit():
    found = synced(local=[topic(bim_snippet=snippet())])
    for side in (found.local, found.remote):
        edit(side, bim_snippet=snippet("new bytes"))
    assert about(plan(found, LOCAL), Kind.SNIPPET) == [(Verb.ADOPT, Kind.SNIPPET)]
    bring(found)
    assert about(plan(found, LOCAL), Kind.SNIPPET) == []
    edit(found.local, bim_snippet=snippet("newer bytes"))
    told = bring(found)
    assert not told.conflicts
    assert bytes_of(found.remote) == blob("newer bytes").sha256


def test_bytes_of_the_server_that_it_has_of_its_own_are_a_conflict_at_the_first_meeting():
    found = world(local=[topic(bim_snippet=snippet())], remote=[topic(bim_snippet=snippet("other bytes"))])
    told = bring(found)
    assert [(item.kind, item.field) for item in told.conflicts] == [(Kind.SNIPPET, "bim_snippet")]


def test_bytes_are_sent_to_a_server_that_does_not_tell_its_own():
    found = synced(local=[topic(bim_snippet=snippet())])
    held = only(found.remote)
    edit(found.remote, held.guid, bim_snippet=replace(held.bim_snippet, blob=replace(blob("x"), sha256=None)))
    assert about(plan(found, LOCAL), Kind.SNIPPET) == []
    edit(found.local, bim_snippet=snippet("new bytes"))
    assert about(plan(found, LOCAL), Kind.SNIPPET) == [(Verb.UPDATE, Kind.SNIPPET)]


def test_nothing_about_bytes_is_decided_for_a_snippet_elsewhere():
    found = world(local=[topic(bim_snippet=replace(snippet(), is_external=True))])
    assert about(plan(found, LOCAL), Kind.SNIPPET) == []


def test_who_writes_on_the_server_is_of_no_interest_to_parts():
    found = synced(local=[topic(files=files("a"))], policy=Policy())
    edit(found.remote, T1, modified_author=SYNC)
    assert about(plan(found, LOCAL), Kind.FILES) == []
