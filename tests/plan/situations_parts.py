"""Scenarios: what hangs on a topic, and the project."""

from dataclasses import replace

from scenarios import done, fields_in_conflict, files, gone, nothing, reasons, remote_edit, scenario, snippet
from worlds import (
    D1,
    R1,
    R2,
    T2,
    blob,
    bring,
    edit,
    essence,
    fetch,
    gid,
    link,
    only,
    paper,
    state_of,
    synced,
    topic,
    world,
)

from bcfsync.changes import Kind, Verb
from bcfsync.model import Document, DocumentReference, Extensions, Project

# -- model files, relations, documents, snippets ---------------------------------------------------------------


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
