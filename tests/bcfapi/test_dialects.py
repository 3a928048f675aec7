"""A codec in the words of a product: what bodies say there, and what its answers mean."""

import base64
from dataclasses import replace

import pytest

from bcfsync.bcfapi import codec as codecs
from bcfsync.bcfapi.dialects import GENERIC, KNOWN, Dialect, spoken
from bcfsync.bcfapi.dialects.leaving import left_out
from bcfsync.bcfapi.dialects.words import NO_TEXT
from bcfsync.dates import read_timestamp
from bcfsync.model import (
    Blob,
    Coloring,
    Comment,
    Component,
    Components,
    DocumentReference,
    HeaderFile,
    PerspectiveCamera,
    Point,
    Snapshot,
    Topic,
    Viewpoint,
    Visibility,
)
from bcfsync.sides.rest.writing.bodies import own_members, put_body

WHEN = read_timestamp("2019-05-02T10:00:00Z")
TOPIC = Topic(
    "t1", title="Door", topic_type="", labels=("a",), stage="design", description="d", creation_date=WHEN,
    creation_author="alice@example.com", modified_author="bob@example.com",
)  # fmt: skip
COMMENT = Comment("c1", comment="No.", date=WHEN, author="alice@example.com", reply_to_comment_guid="c0")
CAMERA = PerspectiveCamera(Point(0, 0, 0), Point(1, 0, 0), Point(0, 0, 1), 60.0, 1.5)
COLORED = Components(
    coloring=(Coloring("FFAB00", (Component("0abc"),)),), visibility=Visibility(default_visibility=True)
)
VIEW = Viewpoint("v1", perspective_camera=CAMERA, snapshot=Snapshot("png", blob=Blob("p")), components=COLORED)


def said(version: str = "3.0", **fields: object):
    return spoken(codecs.for_version(version), Dialect(**fields))


def picture(_blob: Blob) -> str:
    return base64.b64encode(b"\x89PNG").decode()


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_a_dialect_that_differs_in_nothing_says_what_the_book_says(version):
    plain, same = codecs.for_version(version), said(version)
    assert same.topic_body(TOPIC, guid=True) == plain.topic_body(TOPIC, guid=True)
    assert list(same.topic_fields(TOPIC)) == list(plain.topic_fields(TOPIC))
    assert same.comment_body(COMMENT, guid=True) == plain.comment_body(COMMENT, guid=True)
    body = plain.viewpoint_body(VIEW, picture)
    assert list(same.viewpoint_body(VIEW, picture)) == list(body)
    assert same.viewpoint_body(VIEW, picture) == body


@pytest.mark.parametrize(("version", "name"), [(version, name) for version in ("2.1", "3.0") for name in KNOWN])
def test_a_body_goes_through_every_dialect_and_back(version, name):
    codec = spoken(codecs.for_version(version), KNOWN[name])
    answer = {**codec.topic_body(TOPIC, guid=True), "guid": "t1"}
    assert codec.decode_topic(answer).title == "Door"
    again = codec.decode_comment({**codec.comment_body(COMMENT, guid=True), "guid": "c1"})
    assert (again.comment, again.reply_to_comment_guid) == ("No.", "c0" if version == "2.1" else None)
    assert codec.decode_viewpoint({**codec.viewpoint_body(VIEW, picture), "guid": "v1"}).perspective_camera is not None


def test_a_guid_goes_first_where_2_1_takes_one():
    assert next(iter(said("2.1", takes_guids=True).topic_body(TOPIC, guid=True).items())) == ("guid", "t1")
    assert "guid" not in said("2.1", takes_guids=True).topic_body(TOPIC, guid=False)
    assert "guid" not in said("2.1").topic_body(TOPIC, guid=True)


@pytest.mark.parametrize("fields", [{"stamps": True}, {"tries_stamps": True}])
def test_authors_and_dates_go_where_they_are_the_clients(fields):
    topic, comment = said(**fields).topic_body(TOPIC, guid=True), said(**fields).comment_body(COMMENT, guid=True)
    assert (topic["creation_author"], topic["creation_date"]) == ("alice@example.com", "2019-05-02T10:00:00Z")
    assert topic["modified_author"] == "bob@example.com"
    assert (comment["author"], comment["date"]) == ("alice@example.com", "2019-05-02T10:00:00Z")
    assert "modified_date" not in topic


def test_authors_and_dates_stay_where_they_are_the_servers():
    assert {"creation_author", "creation_date", "modified_author"}.isdisjoint(said().topic_body(TOPIC, guid=True))
    assert {"author", "date"}.isdisjoint(said().comment_body(COMMENT, guid=True))


def test_what_a_server_refuses_is_in_no_body():
    refused = {"topic": frozenset({"labels", "stage"}), "viewpoint": frozenset({"components.coloring", "aspect_ratio"})}
    codec = said(refused=refused)
    assert {"labels", "stage"}.isdisjoint(codec.topic_body(TOPIC, guid=True))
    assert {"labels", "stage"}.isdisjoint(codec.topic_fields(TOPIC))
    body = codec.viewpoint_body(VIEW, picture)
    assert set(body["components"]) == {"selection", "visibility"}
    assert "aspect_ratio" not in body["perspective_camera"]


def test_a_guid_that_is_refused_is_not_wished_for():
    codec = said(refused={"topic": frozenset({"guid"})})
    assert "guid" not in codec.topic_body(TOPIC, guid=True)


def test_a_path_leads_through_lists():
    body = {"lines": [{"start_point": 1, "end_point": 2}, 7], "index": 3}
    dialect = Dialect(refused={"viewpoint": frozenset({"lines.end_point", "index.x", "nothing.there"})})
    assert left_out(body, "viewpoint", dialect) == {"lines": [{"start_point": 1}, 7], "index": 3}
    assert left_out(body, "topic", dialect) == body


def test_null_stands_for_nothing_where_a_blank_is_refused():
    assert said(null_texts=True).topic_fields(TOPIC)["topic_type"] is None
    assert "topic_type" not in said(null_texts=True).topic_body(TOPIC, guid=True)
    assert said().topic_fields(TOPIC)["topic_type"] == ""


def test_a_comment_has_words_where_it_must():
    silent = replace(COMMENT, comment=" ", viewpoint_guid="v1")
    assert said(text_needed=True).comment_body(silent, guid=False)["comment"] == NO_TEXT
    assert "comment" not in said().comment_body(silent, guid=False)


def test_colours_are_small_where_they_must_be():
    assert said(lower_colors=True).viewpoint_body(VIEW, picture)["components"]["coloring"][0]["color"] == "ffab00"
    assert said().viewpoint_body(VIEW, picture)["components"]["coloring"][0]["color"] == "FFAB00"


@pytest.mark.parametrize(("data", "kind"), [(b"\x89PNG", "png"), (b"\xff\xd8\xff\xe0", "jpeg")])
def test_a_picture_goes_as_uri_where_that_is_wanted(data, kind):
    text = base64.b64encode(data).decode()
    body = said(data_uri=True).viewpoint_body(VIEW, lambda _blob: text)
    assert body["snapshot"]["snapshot_data"] == f"data:image/{kind};base64,{text}"


def test_members_go_by_the_servers_names_and_come_back_by_ours():
    codec = spoken(codecs.for_version("2.1"), KNOWN["bimrocket"])
    body = codec.comment_body(COMMENT, guid=False)
    assert list(body) == ["comment", "viewpoint_guid", "replay_to_comment_guid"]
    assert codec.decode_comment({**body, "guid": "c1"}).reply_to_comment_guid == "c0"
    assert codec.decode_topic({"guid": "t", "modify_author": "x"}).modified_author == "x"


@pytest.mark.parametrize("own", ["modify_author", "modified_author"])
def test_names_seen_somewhere_are_understood_of_any_server(own):
    assert said("2.1").decode_topic({"guid": "t", own: "x"}).modified_author == "x"
    assert said("2.1").decode_comment({"guid": "c", "author_id": "u7"}).author == "u7"
    assert said("2.1").decode_comment({"guid": "c", "author_id": "u7", "author": "a"}).author == "a"


def test_camel_case_is_understood():
    codec = spoken(codecs.for_version("3.0"), KNOWN["bcf2graphql"])
    topic = codec.decode_topic({
        "guid": "t", "topicStatus": "Open", "creationAuthor": "a", "referenceLinks": ["x"],
        "bimSnippet": {"snippetType": "s", "isExternal": True, "reference": "r", "referenceSchema": "q"},
    })  # fmt: skip
    assert (topic.topic_status, topic.creation_author, topic.reference_links) == ("Open", "a", ("x",))
    assert topic.bim_snippet is not None
    assert (topic.bim_snippet.snippet_type, topic.bim_snippet.is_external) == ("s", True)
    camera = {
        "cameraViewPoint": {"x": 0, "y": 0, "z": 0}, "cameraDirection": {"x": 1, "y": 0, "z": 0},
        "cameraUpVector": {"x": 0, "y": 0, "z": 1}, "fieldOfView": 60, "aspectRatio": 1.5,
    }  # fmt: skip
    assert codec.decode_viewpoint({"guid": "v", "perspectiveCamera": camera}).perspective_camera == CAMERA
    assert codec.decode_files([{"ifcProject": "p"}]) == (HeaderFile(ifc_project="p"),)
    assert codec.decode_visibility({"visibility": {"defaultVisibility": False, "exceptions": []}}) == Visibility(
        default_visibility=False
    )
    assert codec.decode_related([{"relatedTopicGuid": "x"}]) == ("x",)
    assert codec.decode_reference({"guid": "d", "documentGuid": "e"}) == DocumentReference("d", document_guid="e")
    assert codec.decode_project({"projectId": 7, "name": "P"}).project_id == "7"


def test_users_are_read_by_either_name():
    for version in ("2.1", "3.0"):
        for name in ("users", "user_id_type"):
            assert said(version).decode_extensions({name: ["a"]}).users == ("a",)


def test_a_picture_that_is_only_announced_is_one():
    assert said().decode_viewpoint({"guid": "v", "has_snapshot": True}).snapshot == Snapshot("png")
    assert said().decode_viewpoint({"guid": "v", "has_snapshot": False}).snapshot is None


def test_visibility_may_come_in_a_list():
    assert said().decode_visibility([{"default_visibility": True}]) == Visibility(default_visibility=True)
    assert said().decode_visibility([]) is None


# -- what a PUT sends back


def test_members_we_do_not_know_go_back_as_they_came():
    fresh = {"guid": "t", "title": "old", "bimsync_issue_number": 7, "modify_author": "x", "creation_date": "d"}
    body = put_body(fresh, {"title": "new"}, {"title"}, KNOWN["bimrocket"], "topic")
    assert body == {"bimsync_issue_number": 7, "title": "new"}


def test_a_member_of_ours_goes_back_under_the_servers_name_once():
    fresh = {"guid": "c", "comment": "a", "replay_to_comment_guid": "c0"}
    codec = spoken(codecs.for_version("2.1"), KNOWN["bimrocket"])
    members = codec.comment_body(replace(COMMENT, reply_to_comment_guid="c9"), guid=False)
    body = put_body(fresh, members, {"reply_to_comment_guid"}, KNOWN["bimrocket"], "comment")
    assert body == {"comment": "a", "replay_to_comment_guid": "c9"}


def test_what_is_refused_does_not_go_back_either():
    fresh = {"guid": "t", "title": "a", "reference_links": ["/api/v3/work_packages/1"], "labels": []}
    assert own_members(fresh, KNOWN["openproject"], "topic") == {"title": "a"}


def test_a_server_in_camel_case_gets_what_the_book_names_by_the_book():
    fresh = {"guid": "t", "topicStatus": "Open", "ownThing": 1, "creationDate": "d"}
    dialect = Dialect(camel_case=True)
    assert put_body(fresh, {"topic_status": "Closed"}, {"topic_status"}, dialect, "topic") == {
        "ownThing": 1,
        "topic_status": "Closed",
    }


@pytest.mark.parametrize("data", [None, [], "x", 7])
def test_what_is_no_object_sends_nothing_back(data):
    assert own_members(data, GENERIC, "topic") == {}
