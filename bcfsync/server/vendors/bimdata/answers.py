"""Stored objects to the bodies BIMData answers with.

Owns: which members are sent; what has no value is sent as null or an empty list. Sees: plain JSON objects.
Governed by: BIMData's ``Topic``, ``Comment``, ``Viewpoint``.
"""

from bcfsync.server.store.database import JsonObject
from bcfsync.server.store.viewpoints import CAMERAS
from bcfsync.server.vendors.bimdata.bodies import STANDARD

_TOPIC_TEXTS = ("topic_type", "topic_status", "priority", "assigned_to", "stage", "description", "due_date")
_TOPIC_LISTS = ("reference_links", "labels", "models", "ifcs", "groups")
_TOPIC_STAMPS = ("creation_date", "creation_author", "modified_date", "modified_author")
_COMMENT = (
    *("guid", "date", "author", "modified_date", "modified_author", "topic_guid", "viewpoint_guid"),
    "reply_to_comment_guid",
)
_VIEWPOINT = ("guid", "index", "originating_system", "authoring_tool_id", "lines", "clipping_planes", "snapshot")


def topic(stored: JsonObject, number: int) -> JsonObject:
    """``Topic``, in the project of this number."""
    return {
        "guid": stored["guid"],
        "project": number,
        "title": stored["title"],
        "index": stored.get("index"),
        **{name: stored.get(name) or None for name in (*_TOPIC_TEXTS, *_TOPIC_STAMPS)},
        **{name: stored.get(name) or [] for name in _TOPIC_LISTS},
        "bimdata_viewer_layout": stored.get("bimdata_viewer_layout"),
        "format": format_of(stored),
    }


def format_of(stored: JsonObject) -> str:
    """What a topic is used for."""
    name: str = stored.get("format") or STANDARD
    return name


def comment(stored: JsonObject) -> JsonObject:
    """``Comment``."""
    return {**{name: stored.get(name) or None for name in _COMMENT}, "comment": stored.get("comment") or ""}


def viewpoint(stored: JsonObject) -> JsonObject:
    """``Viewpoint`` without components and picture data."""
    cameras = {name: _camera(stored.get(name)) for name in CAMERAS}
    return {
        **{name: stored.get(name) for name in _VIEWPOINT},
        **cameras,
        "pins": stored.get("pins") or [],
        "models": stored.get("models") or [],
    }


def event(stored: JsonObject) -> JsonObject:
    """``TopicEvent`` and ``CommentEvent``: what happened stands under the word of the examples of 2.1."""
    return {("events" if name == "actions" else name): value for name, value in stored.items()}


def _camera(stored: JsonObject | None) -> JsonObject | None:
    return stored and {name: value for name, value in stored.items() if name != "aspect_ratio"}
