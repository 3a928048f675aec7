"""What the two versions of the API call things: stored objects to the bodies of answers.

Owns: the differences between BCF-API 2.1 and 3.0 in what is sent. Sees: plain JSON objects, stored in 3.0's names.
Governed by: BCF-API 2.1 and 3.0, the schemas named ``*_GET``.
"""

from bcfsync.server.store.database import JsonObject
from bcfsync.server.store.topics import TOPIC_MEMBERS
from bcfsync.server.store.viewpoints import CAMERAS
from bcfsync.server.versions import Version

_TOPIC_STAMPS = ("creation_date", "creation_author", "modified_date", "modified_author")
_TOPIC: dict[Version, tuple[str, ...]] = {
    "2.1": ("guid", *TOPIC_MEMBERS, *_TOPIC_STAMPS),
    "3.0": ("guid", "server_assigned_id", *TOPIC_MEMBERS, *_TOPIC_STAMPS),
}
_COMMENT_STAMPS = ("date", "author", "modified_date", "modified_author")
_COMMENT: dict[Version, tuple[str, ...]] = {
    "2.1": ("guid", *_COMMENT_STAMPS, "comment", "topic_guid", "viewpoint_guid", "reply_to_comment_guid"),
    "3.0": ("guid", *_COMMENT_STAMPS, "comment", "topic_guid", "viewpoint_guid"),
}
_VIEWPOINT = ("guid", "index", *CAMERAS, "lines", "clipping_planes", "bitmaps", "snapshot")
_FILE: dict[Version, str] = {"2.1": "file_name", "3.0": "filename"}
_USERS: dict[Version, str] = {"2.1": "user_id_type", "3.0": "users"}


def file_name_member(version: Version) -> str:
    """What the version calls a header file's name."""
    return _FILE[version]


def topic(version: Version, stored: JsonObject) -> JsonObject:
    """``topic_GET``."""
    return _picked(stored, _TOPIC[version])


def comment(version: Version, stored: JsonObject) -> JsonObject:
    """``comment_GET``; the text is there unless 3.0 lets a viewpoint stand for it."""
    shown = _picked(stored, _COMMENT[version])
    if version == "2.1" or "viewpoint_guid" not in shown:
        shown.setdefault("comment", "")
    return shown


def viewpoint(version: Version, stored: JsonObject) -> JsonObject:
    """``viewpoint_GET``; 2.1 knows no aspect ratio."""
    shown = _picked(stored, _VIEWPOINT)
    if version == "2.1":
        for camera in CAMERAS:
            if camera in shown:
                shown[camera] = {name: value for name, value in shown[camera].items() if name != "aspect_ratio"}
    return shown


def file(version: Version, stored: JsonObject) -> JsonObject:
    """``file_GET``."""
    return {(_FILE[version] if name == "filename" else name): value for name, value in stored.items()}


def extensions(version: Version, stored: JsonObject) -> JsonObject:
    """``extensions_GET``."""
    return {(_USERS[version] if name == "users" else name): value for name, value in stored.items()}


def _picked(stored: JsonObject, names: tuple[str, ...]) -> JsonObject:
    return {name: stored[name] for name in names if name in stored}
