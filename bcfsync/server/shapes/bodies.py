"""The JSON bodies of requests, checked and turned into what the store keeps.

Owns: which members each resource takes, per version. Sees: decoded JSON; not the store, so whether a guid exists is
asked there. Governed by: BCF-API 2.1 and 3.0, the schemas named ``*_POST`` and ``*_PUT``.
Viewpoints have a module of their own: viewpoint_bodies.
"""

from bcfsync.server.refusals import Malformed
from bcfsync.server.shapes.answers import file_name_member
from bcfsync.server.shapes.members import Members, guid_text, present
from bcfsync.server.store.database import JsonObject, guid_key
from bcfsync.server.versions import Version


def project_name(body: object) -> str:
    """``project_PUT``."""
    return Members(body).needed_text("name")


def client_guid(body: object) -> str | None:
    """The guid a client wishes for what it creates.

    Raises:
        Malformed: It is no UUID.
    """
    wish = Members(body).text("guid")
    return None if wish is None else guid_text(wish, "guid")


def topic(body: object) -> JsonObject:
    """``topic_POST`` and ``topic_PUT``; both versions take the same members."""
    members = Members(body)
    snippet = members.child("bim_snippet")
    return present(
        {
            "topic_type": members.text("topic_type"),
            "topic_status": members.text("topic_status"),
            "reference_links": members.texts("reference_links"),
            "title": members.needed_text("title"),
            "priority": members.text("priority"),
            "index": members.integer("index"),
            "labels": members.texts("labels"),
            "assigned_to": members.text("assigned_to"),
            "stage": members.text("stage"),
            "due_date": members.date("due_date"),
            "description": members.text("description"),
            "bim_snippet": None if snippet is None else _bim_snippet(snippet),
        }
    )


def _bim_snippet(members: Members) -> JsonObject:
    return {
        "snippet_type": members.needed_text("snippet_type"),
        "is_external": members.flag("is_external", required=True),
        "reference": members.needed_text("reference"),
        "reference_schema": members.needed_text("reference_schema"),
    }


def comment(body: object, version: Version) -> JsonObject:
    """``comment_POST`` and ``comment_PUT``.

    2.1 wants a text, which may be empty: archives of its time hold such comments. In 3.0 it must not be blank, and a
    viewpoint may stand in for it.
    """
    members = Members(body)
    viewpoint_guid = members.text("viewpoint_guid")
    text = members.text("comment", required=version == "2.1" or viewpoint_guid is None)
    if version == "3.0" and text is not None and not text.strip():
        members.wrong("comment", "must not be blank")
    reply = members.text("reply_to_comment_guid") if version == "2.1" else None
    if reply is not None and not reply.strip():
        members.wrong("reply_to_comment_guid", "must not be blank")
    return present({"comment": text or None, "viewpoint_guid": viewpoint_guid, "reply_to_comment_guid": reply})


def files(body: object, version: Version) -> list[JsonObject]:
    """``file_PUT``: the whole list."""
    return [_file(members, version) for members in _objects(body)]


def _file(members: Members, version: Version) -> JsonObject:
    return present(
        {
            "ifc_project": members.text("ifc_project"),
            "ifc_spatial_structure_element": members.text("ifc_spatial_structure_element"),
            "filename": members.text(file_name_member(version)),
            "date": members.date("date"),
            "reference": members.text("reference"),
        }
    )


def related_topics(body: object) -> list[JsonObject]:
    """``related_topic_PUT``: the whole list; any guid is taken, archives point outside their project."""
    return [{"related_topic_guid": _told(members, "related_topic_guid")} for members in _objects(body)]


def _told(members: Members, name: str) -> str:
    text = members.needed_text(name)
    if not text.strip():
        members.wrong(name, "must not be blank")
    return text


def document_reference(body: object) -> JsonObject:
    """``document_reference_POST`` and ``document_reference_PUT``: exactly one of document and web address."""
    members = Members(body)
    if members.has("document_guid") == members.has("url"):
        members.wrong("document_guid", "exactly one of document_guid and url must be given")
    return present(
        {
            "document_guid": members.text("document_guid"),
            "url": members.text("url"),
            "description": members.text("description"),
        }
    )


def same_guid(body: object, guid: str) -> None:
    """Check the guid that 2.1 wants in the body of ``document_reference_PUT`` beside the one in the path."""
    members = Members(body)
    if guid_key(members.needed_text("guid")) != guid_key(guid):
        members.wrong("guid", "must be the one in the path")


def _objects(body: object) -> list[Members]:
    if not isinstance(body, list):
        raise Malformed("body: must be a JSON array")
    return [Members(item, f"[{index}]") for index, item in enumerate(body)]
