"""Projects, extensions, topics, comments, files and links: the rules of each version."""

import pytest

from bcfsync.bcfapi import v21, v30
from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.dates import read_timestamp
from bcfsync.model import (
    BimSnippet,
    Comment,
    Document,
    DocumentReference,
    Extensions,
    HeaderFile,
    Project,
    Topic,
)

BOTH = pytest.mark.parametrize("codec", [v21, v30], ids=["2.1", "3.0"])
GUID = "0d5f4d3c-6d0e-4f7c-9d65-2f4f5d2a9a11"
DAY = read_timestamp("2026-06-12T00:00:00+02:00")
FULL = Topic(
    guid="T",
    title="Title",
    topic_type="Clash",
    labels=("a",),
    creation_date=DAY,
    creation_author="me",
    modified_date=DAY,
    modified_author="you",
    due_date=DAY,
    server_assigned_id="#7",
)
WRITABLE = {
    "topic_type",
    "topic_status",
    "reference_links",
    "title",
    "priority",
    "index",
    "labels",
    "assigned_to",
    "stage",
    "description",
    "bim_snippet",
    "due_date",
}


@BOTH
def test_a_project_id_is_any_text_or_number(codec):
    assert codec.decode_project({"project_id": 17, "name": ""}) == Project("17", None)
    assert codec.encode_project(Project("slug", "Name")) == {"project_id": "slug", "name": "Name"}


@BOTH
def test_a_project_without_id_is_not_understood(codec):
    with pytest.raises(AnswerNotUnderstood, match="project_id"):
        codec.decode_project({"name": "x"})


@pytest.mark.parametrize(("codec", "key"), [(v21, "user_id_type"), (v30, "users")])
def test_users_have_another_key_in_each_version(codec, key):
    lists = codec.encode_extensions(Extensions(users=("me",), stage=()))
    assert lists[key] == ["me"]
    assert codec.decode_extensions(lists) == Extensions(users=("me",), stage=())


@BOTH
def test_an_absent_list_is_null_and_an_empty_one_is_empty(codec):
    lists = codec.encode_extensions(Extensions(topic_type=()))
    assert len(lists) == 7
    assert lists["topic_type"] == []
    assert lists["priority"] is None
    assert codec.decode_extensions(lists) == Extensions(topic_type=())


@BOTH
def test_nulls_in_lists_are_dropped(codec):
    assert codec.decode_extensions({"topic_label": [None, "a", ""]}) == Extensions(topic_label=("a",))


@BOTH
def test_null_absent_and_blank_members_of_a_topic_are_none(codec):
    data = {"guid": "T", "title": None, "labels": None, "reference_links": None, "stage": "", "index": None, "x": 1}
    assert codec.decode_topic(data) == Topic("T")


@BOTH
def test_text_is_otherwise_untouched(codec):
    assert codec.decode_topic({"guid": "T", "title": " 007 \r\n", "description": " a\u200db "}) == Topic(
        "T", title=" 007 \r\n", description=" a\u200db "
    )


@BOTH
def test_a_put_names_every_member_a_client_may_write(codec):
    fields = codec.topic_fields(Topic("T"))
    assert set(fields) == WRITABLE
    assert fields["labels"] == fields["reference_links"] == []
    assert fields["title"] == ""
    assert fields["priority"] is None


@BOTH
def test_a_post_names_members_with_a_value_only(codec):
    assert codec.topic_body(FULL, guid=False) == {
        "title": "Title",
        "topic_type": "Clash",
        "labels": ["a"],
        "due_date": "2026-06-12T00:00:00+02:00",
    }


@BOTH
def test_a_title_is_sent_even_when_empty(codec):
    assert codec.topic_body(Topic("T", index=0), guid=False) == {"title": "", "index": 0}


def test_only_30_may_wish_for_a_guid():
    comment, reference = Comment("C", "text"), DocumentReference("R", url="u")
    assert v30.topic_body(FULL, guid=True)["guid"] == "T"
    assert v30.comment_body(comment, guid=True)["guid"] == "C"
    assert v30.reference_body(reference, guid=True)["guid"] == "R"
    for body in (
        v21.topic_body(FULL, guid=True),
        v21.comment_body(comment, guid=True),
        v21.reference_body(reference, guid=True),
        v30.comment_body(comment, guid=False),
        v30.reference_body(reference, guid=False),
    ):
        assert "guid" not in body


@BOTH
def test_authors_and_dates_are_read_but_never_sent(codec):
    assert not {"creation_date", "creation_author", "modified_date", "modified_author", "server_assigned_id"} & (
        set(codec.topic_fields(FULL)) | set(codec.topic_body(FULL, guid=True))
    )
    shown = codec.encode_topic(FULL)
    assert shown["creation_author"] == "me"
    assert shown["modified_date"] == "2026-06-12T00:00:00+02:00"
    assert codec.decode_topic(shown).modified_author == "you"


@BOTH
def test_a_topic_never_changed_has_no_modified_members(codec):
    assert set(codec.encode_topic(Topic("T"))) == WRITABLE | {"guid", "creation_date", "creation_author"}


def test_server_assigned_id_exists_in_30_only():
    assert v30.encode_topic(FULL)["server_assigned_id"] == "#7"
    assert v30.decode_topic({"guid": "T", "server_assigned_id": 7}).server_assigned_id == "7"
    assert "server_assigned_id" not in v21.encode_topic(FULL)
    assert v21.decode_topic({"guid": "T", "server_assigned_id": "7"}).server_assigned_id is None


@BOTH
def test_a_snippet_is_written_with_all_members(codec):
    snippet = BimSnippet("t", is_external=False, reference="r.json", reference_schema="")
    written = codec.topic_fields(Topic("T", bim_snippet=snippet))["bim_snippet"]
    assert written == {"snippet_type": "t", "is_external": False, "reference": "r.json", "reference_schema": ""}


@BOTH
@pytest.mark.parametrize("data", [None, [], {}, {"snippet_type": None, "is_external": True, "reference": ""}])
def test_a_snippet_that_says_nothing_is_none(codec, data):
    assert codec.decode_topic({"guid": "T", "bim_snippet": data}) == Topic("T")


@BOTH
def test_a_snippet_is_read_leniently(codec):
    topic = codec.decode_topic({"guid": "T", "bim_snippet": {"reference": "r", "is_external": "true"}})
    assert topic.bim_snippet == BimSnippet("", is_external=True, reference="r", reference_schema="")


@BOTH
def test_null_absent_and_empty_comments_are_the_same(codec):
    for data in ({}, {"comment": None}, {"comment": ""}):
        assert codec.decode_comment({"guid": "C", "viewpoint_guid": "V", **data}) == Comment("C", viewpoint_guid="V")


def test_a_comment_that_only_points_to_a_viewpoint_has_no_text_in_30_and_an_empty_one_in_21():
    comment = Comment("C", " ", viewpoint_guid="V")
    assert v30.comment_body(comment, guid=False) == {"viewpoint_guid": "V"}
    assert v21.comment_body(Comment("C", viewpoint_guid="V"), guid=False) == {
        "comment": "",
        "viewpoint_guid": "V",
        "reply_to_comment_guid": None,
    }


def test_a_comment_without_anything_is_sent_as_it_is():
    assert v30.comment_body(Comment("C"), guid=False) == {"comment": "", "viewpoint_guid": None}


def test_replies_exist_in_21_only():
    comment = Comment("C", "text", reply_to_comment_guid="B")
    assert v21.comment_body(comment, guid=False)["reply_to_comment_guid"] == "B"
    assert v21.decode_comment(v21.encode_comment(comment, "T")) == comment
    assert "reply_to_comment_guid" not in v30.comment_body(comment, guid=False)
    assert "reply_to_comment_guid" not in v30.encode_comment(comment, "T")
    assert v30.decode_comment({"guid": "C", "reply_to_comment_guid": "B"}) == Comment("C")


@BOTH
def test_a_comment_as_answered_names_its_topic(codec):
    assert codec.encode_comment(Comment("C", "text", date=DAY, author="me"), "T") | {"reply_to_comment_guid": None} == {
        "guid": "C",
        "date": "2026-06-12T00:00:00+02:00",
        "author": "me",
        "comment": "text",
        "topic_guid": "T",
        "viewpoint_guid": None,
        "reply_to_comment_guid": None,
    }


@pytest.mark.parametrize(("codec", "key"), [(v21, "file_name"), (v30, "filename")])
def test_the_name_of_a_model_file_has_another_key_in_each_version(codec, key):
    assert codec.encode_files([HeaderFile(filename="a.ifc"), HeaderFile()]) == [{key: "a.ifc"}]


@BOTH
@pytest.mark.parametrize("key", ["file_name", "filename"])
def test_either_key_of_a_file_name_is_read(codec, key):
    assert codec.decode_files([{key: "a.ifc", "date": None}, {}, None]) == (HeaderFile(filename="a.ifc"),)


@BOTH
def test_files_survive_the_way_there_and_back(codec):
    file = HeaderFile("p", "s", "a.ifc", DAY, "http://x/a.ifc")
    assert codec.decode_files(codec.encode_files([file])) == (file,)
    assert codec.decode_files(None) == ()


@BOTH
def test_related_topics_are_guids(codec):
    assert codec.decode_related(codec.encode_related(("A", "B"))) == ("A", "B")
    assert codec.decode_related([{"related_topic_guid": None}, {}]) == ()


@BOTH
@pytest.mark.parametrize(
    ("reference", "target"),
    [
        (DocumentReference("R", document_guid="D", url="u", path="p"), {"document_guid": "D"}),
        (DocumentReference("R", url="u", path="p"), {"url": "u"}),
        (DocumentReference("R", path="../missing.pdf"), {"url": "../missing.pdf"}),
        (DocumentReference("R"), {}),
    ],
)
def test_a_reference_names_a_document_or_an_address(codec, reference, target):
    assert codec.reference_body(reference, guid=False) == target
    nothing = {"guid": "R", "document_guid": None, "url": None, "description": None}
    assert codec.encode_reference(reference) == nothing | target


def test_a_replaced_reference_carries_its_guid_in_21_only():
    reference = DocumentReference("R", url="u")
    assert v30.reference_put(reference) == {"document_guid": None, "url": "u", "description": None}
    assert v21.reference_put(reference) == {"guid": "R", **v30.reference_put(reference)}


@BOTH
@pytest.mark.parametrize(
    "reference",
    [DocumentReference("R", document_guid="D", description="d"), DocumentReference("R", url="http://x")],
)
def test_references_survive_the_way_there_and_back(codec, reference):
    assert codec.decode_reference(codec.encode_reference(reference)) == reference


@BOTH
def test_a_document_beats_an_address(codec):
    data = {"guid": "R", "document_guid": "D", "url": "u"}
    assert codec.decode_reference(data) == DocumentReference("R", document_guid="D")


@pytest.mark.parametrize(
    ("named", "expected"),
    [(GUID, DocumentReference("R", document_guid=GUID)), ("http://x", DocumentReference("R", url="http://x"))],
)
def test_the_older_text_of_21_names_both_in_one_member(named, expected):
    assert v21.decode_reference({"guid": "R", "referenced_document": named}) == expected


@BOTH
def test_a_nameless_document_is_called_by_its_guid(codec):
    assert codec.decode_document({"guid": "D", "filename": "a.pdf"}) == Document("D", "a.pdf")
    assert codec.decode_document({"guid": "D"}) == Document("D", "D")
