"""What the two versions of the API call things: stored objects to the bodies of answers.

Owns: the differences between BCF-API 2.1 and 3.0 in what is sent. Sees: plain JSON objects, stored in 3.0's names.
Governed by: BCF-API 2.1 and 3.0, the schemas named ``*_GET``.
"""

from bcfsync.server import dates
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
_BITMAP = ("guid", "bitmap_type", "location", "normal", "up", "height")
_FILE: dict[Version, str] = {"1.0": "file_name", "1.0-late": "file_name", "2.1": "file_name", "3.0": "filename"}
_LABELS = (
    ("filename", "File"),
    ("date", "Date"),
    ("reference", "Reference"),
    ("ifc_project", "IFC project"),
    ("ifc_spatial_structure_element", "IFC spatial structure element"),
)
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
    """``viewpoint_GET``; 2.1 knows no aspect ratio.

    What 1.0 alone can have is not shown: bitmaps that are BMP, or have no bytes yet. At its URL each can be had.
    """
    shown = _picked(stored, _VIEWPOINT)
    if "bitmaps" in shown:
        shown["bitmaps"] = [_picked(bitmap, _BITMAP) for bitmap in shown["bitmaps"] if _is_complete(bitmap)]
    if version == "2.1":
        for camera in CAMERAS:
            if camera in shown:
                shown[camera] = {name: value for name, value in shown[camera].items() if name != "aspect_ratio"}
    return shown


def _is_complete(bitmap: JsonObject) -> bool:
    return not bitmap.get("pending") and bitmap.get("bitmap_type") != "bmp"


def file(version: Version, stored: JsonObject) -> JsonObject:
    """``file_GET``."""
    return {(_FILE[version] if name == "filename" else name): value for name, value in stored.items()}


def file_information(stored: JsonObject) -> JsonObject:
    """``file_information_GET`` of 3.0; ``file`` is what the PUT of a topic's files takes.

    A date that came with an archive and is none would be refused there, and is left out.
    """
    shown = {name: value for name, value in stored.items() if name != "date" or _is_date(value)}
    display = [{"field_display_name": label, "field_value": shown[name]} for name, label in _LABELS if name in shown]
    return {"display_information": display, "file": shown}


def _is_date(text: str) -> bool:
    try:
        dates.parse(text)
    except ValueError:
        return False
    return True


def extensions(version: Version, stored: JsonObject) -> JsonObject:
    """``extensions_GET``."""
    return {(_USERS[version] if name == "users" else name): value for name, value in stored.items()}


def _picked(stored: JsonObject, names: tuple[str, ...]) -> JsonObject:
    return {name: stored[name] for name in names if name in stored}
