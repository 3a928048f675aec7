"""What the texts of 1.0 call things: bodies of requests to stored objects, and stored objects to bodies of answers.

Owns: topics, comments, extensions and document references of 1.0; viewpoints have ``v10_viewpoints``. Sees: decoded
JSON, stored objects in the names of 3.0. Governed by: BCF-API 1.0 (tag v1.0 and the text of November 2015), the schemas
named ``*_GET``, ``*_POST``, ``*_PUT`` and ``*_PATCH``.

What 1.0 cannot speak of stays as it is: whoever writes through it has never seen it. Of a list of which 1.0 has only
the first item, a write is about that item alone; taken away, the next one moves up.
"""

from collections.abc import Callable, Mapping

from bcfsync.server.refusals import Malformed
from bcfsync.server.shapes.members import Members, present
from bcfsync.server.store.database import JsonObject, guid_key
from bcfsync.server.store.topics import TOPIC_MEMBERS

Reader = Callable[[Members, str], object]

UNKNOWN_STATUS = "Unknown"
"""What a comment has for a status that was written through a version without: 1.0 demands one."""

_STAMPS = ("creation_date", "creation_author", "modified_date", "modified_author")
_TOPIC_SHOWN = ("guid", *(name for name in TOPIC_MEMBERS if name not in {"reference_links", "stage", "due_date"}))
_COMMENT_WRITTEN = ("verbal_status", "status", "comment", "viewpoint_guid", "reply_to_comment_guid")
_COMMENT_SHOWN = (
    "guid",
    *("verbal_status", "status", "date", "author", "comment", "topic_guid"),
    *("viewpoint_guid", "reply_to_comment_guid", "modified_date", "modified_author"),
)
_USERS = "user_id_type"
_WORDS = ("topic_type", "topic_status", "topic_label", "snippet_type", "priority", _USERS)


def said(body: object, readers: Mapping[str, Reader], *, whole: bool, where: str = "") -> JsonObject:
    """The members a body says something about, null being something; in a ``whole`` one those left out are null."""
    members = Members(body, where)
    return {name: reader(members, name) for name, reader in readers.items() if whole or members.is_said(name)}


def topic(body: object, old: JsonObject, *, whole: bool) -> JsonObject:
    """``topic_POST``, ``topic_PUT`` and (not ``whole``) ``topic_PATCH``: what a topic holds afterwards."""
    new = said(body, _TOPIC, whole=whole)
    kept = {name: old[name] for name in TOPIC_MEMBERS if name in old}
    if "reference_link" in new:
        kept["reference_links"] = _with_first(kept.get("reference_links"), new.pop("reference_link"))
    return present({**kept, **new})


def shown_topic(stored: JsonObject) -> JsonObject:
    """``topic_GET``."""
    links = stored.get("reference_links")
    link = {"reference_link": links[0]} if links else {}
    return {**_picked(stored, _TOPIC_SHOWN), **link, **_picked(stored, _STAMPS)}


def comment(body: object, old: JsonObject, *, whole: bool) -> JsonObject:
    """``comment_POST``, ``comment_PUT`` and (not ``whole``) ``comment_PATCH``: what a comment holds afterwards."""
    new = said(body, _COMMENT, whole=whole)
    if "comment" in new:
        new["comment"] = new["comment"] or None
    return present({**_picked(old, _COMMENT_WRITTEN), **new})


def shown_comment(stored: JsonObject) -> JsonObject:
    """``comment_GET``."""
    return _picked({"status": UNKNOWN_STATUS, "comment": "", **stored}, _COMMENT_SHOWN)


def extensions(body: object, old: JsonObject, *, whole: bool) -> JsonObject:
    """``extensions_POST``, ``extensions_PUT`` and (not ``whole``) ``extensions_PATCH``."""
    new = said(body, dict.fromkeys(_WORDS, _words), whole=whole)
    if _USERS in new:
        new["users"] = new.pop(_USERS)
    return {**old, **new}


def shown_extensions(stored: JsonObject) -> JsonObject:
    """``extensions_GET``."""
    return _picked({**stored, _USERS: stored["users"]}, _WORDS)


def document_references(body: object) -> list[JsonObject]:
    """``document_reference_PUT``: the whole list, in the names of 1.0."""
    if not isinstance(body, list):
        raise Malformed("body: must be a JSON array")
    references = [said(item, _REFERENCE, whole=True, where=f"[{index}]") for index, item in enumerate(body)]
    guids = [guid_key(reference["guid"]) for reference in references if reference["guid"]]
    if len(set(guids)) < len(guids):
        raise Malformed("guid: must not occur twice")
    return [present(reference) for reference in references]


def _with_first(links: list[str] | None, link: object) -> list[str] | None:
    if link is not None:
        return [str(link), *(links or [])[1:]]
    return links[1:] or None if links else links


def _snippet(members: Members, name: str) -> JsonObject | None:
    snippet = members.child(name)
    if snippet is None:
        return None
    return {
        "snippet_type": snippet.needed_text("snippet_type"),
        "is_external": snippet.flag("is_external", required=True),
        "reference": snippet.needed_text("reference"),
        "reference_schema": snippet.needed_text("reference_schema"),
    }


def _told(members: Members, name: str) -> str | None:
    """A guid: of what need not be here, but one."""
    guid = members.text(name)
    if guid is not None and not guid.strip():
        members.wrong(name, "must not be blank")
    return guid


def _words(members: Members, name: str) -> list[str]:
    """A list that must be there but may be null, of words that may be null."""
    if not members.is_said(name):
        members.wrong(name, "is required")
    words = [word for word in members.array(name) or () if word is not None]
    return Members({name: words}).texts(name) or []


def _picked(stored: JsonObject, names: tuple[str, ...]) -> JsonObject:
    return {name: stored[name] for name in names if name in stored}


_TOPIC: Mapping[str, Reader] = {
    "topic_type": Members.text,
    "topic_status": Members.text,
    "reference_link": Members.text,
    "title": Members.needed_text,
    "priority": Members.text,
    "index": Members.integer,
    "labels": Members.texts,
    "assigned_to": Members.text,
    "description": Members.text,
    "bim_snippet": _snippet,
}
_COMMENT: Mapping[str, Reader] = {
    "verbal_status": Members.text,
    "status": Members.needed_text,
    "comment": Members.needed_text,
    "viewpoint_guid": Members.text,
    "reply_to_comment_guid": _told,
}
_REFERENCE: Mapping[str, Reader] = {
    "guid": _told,
    "referenced_document": Members.text,
    "description": Members.text,
}
