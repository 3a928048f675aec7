"""Viewpoints for the page: what they show, without the bytes.

Owns: the queries of viewpoints. Sees: the tables through a moment. Governed by: BCF-API 3.0, Viewpoints.
"""

import json
import math
from dataclasses import dataclass
from typing import Literal

from bcfsync.server import pictures
from bcfsync.server.page.paging import Paging, paging
from bcfsync.server.refusals import Missing
from bcfsync.server.store.database import JsonObject, Moment, guid_key

STRIP = 60
_MOST = 100

Snapshot = Literal["picture", "bytes", "none"]
"""What a viewpoint has to look at: a picture a browser can show, bytes that are none, or nothing."""


@dataclass(frozen=True, slots=True)
class View:
    """A viewpoint in a strip or beside a comment."""

    guid: str
    snapshot: Snapshot
    camera: str | None
    heading: int | None
    """Where the camera looks, seen from above: degrees clockwise from the model's y axis; None straight up or down."""


@dataclass(frozen=True, slots=True)
class WholeView:
    """A viewpoint with everything it says."""

    view: View
    members: JsonObject
    components: JsonObject | None


def strip(moment: Moment, topic_id: int, page: str | None) -> tuple[Paging, list[View]]:
    """A page of a topic's viewpoints in the order the topic shows them."""
    row = moment.row("SELECT count(*) FROM viewpoint WHERE topic_id = ?", topic_id)
    pages = paging(page, row[0] if row else 0, STRIP)
    rows = moment.rows(
        "SELECT body, snapshot_blob FROM viewpoint WHERE topic_id = ?"
        " ORDER BY json_extract(body, '$.index') IS NULL, json_extract(body, '$.index'), id LIMIT ? OFFSET ?",
        topic_id,
        STRIP,
        pages.skip,
    )
    held = [(json.loads(row["body"]), row["snapshot_blob"]) for row in rows]
    return pages, [view(moment, body, blob_id) for body, blob_id in held]


def whole_view(moment: Moment, topic_id: int, guid: str) -> WholeView:
    """One viewpoint.

    Raises:
        Missing: The topic has no such viewpoint.
    """
    sql = "SELECT body, components, snapshot_blob FROM viewpoint WHERE topic_id = ? AND guid_key = ?"
    row = moment.row(sql, topic_id, guid_key(guid))
    if row is None:
        raise Missing(f"there is no viewpoint {guid} in this topic")
    body: JsonObject = json.loads(row["body"])
    components: JsonObject | None = json.loads(row["components"]) if row["components"] else None
    return WholeView(view(moment, body, row["snapshot_blob"]), body, components)


@dataclass(frozen=True, slots=True)
class ComponentList:
    """Some components of a viewpoint: what they are there for, how many, and the first of them."""

    name: str
    count: int
    first: list[JsonObject]
    color: str = ""


def component_lists(components: JsonObject | None) -> list[ComponentList]:
    """Selection, exceptions from the visibility and colours, as lists that are not empty."""
    said = components or {}
    visibility = said.get("visibility") or {}
    exceptions = "hidden" if visibility.get("default_visibility") else "visible"
    lists = [("selected", said.get("selection"), ""), (exceptions, visibility.get("exceptions"), "")]
    coloring = (said.get("coloring") or [])[:_MOST]
    lists += [("coloured", item.get("components"), item.get("color") or "") for item in coloring]
    return [ComponentList(name, len(items), items[:_MOST], color) for name, items, color in lists if items]


def view(moment: Moment, body: JsonObject, blob_id: int | None) -> View:
    """What a strip shows of a stored viewpoint."""
    camera = next((name for name in ("perspective_camera", "orthogonal_camera") if body.get(name)), None)
    heading = _heading(body[camera].get("camera_direction") or {}) if camera else None
    snapshot: Snapshot = "none" if blob_id is None else "picture" if is_picture(moment, blob_id) else "bytes"
    return View(body["guid"], snapshot, camera and camera.split("_")[0], heading)


def is_picture(moment: Moment, blob_id: int) -> bool:
    """Whether bytes are a picture that browsers show; judged by themselves, whatever was said of them."""
    row = moment.row("SELECT substr(data, 1, 16) FROM blob_piece WHERE blob_id = ? AND number = 0", blob_id)
    return row is not None and pictures.content_type(bytes(row[0])).startswith("image/")


def _heading(direction: JsonObject) -> int | None:
    x, y = direction.get("x") or 0.0, direction.get("y") or 0.0
    if math.hypot(x, y) < 1e-6:
        return None
    return round(math.degrees(math.atan2(x, y)) / 15) * 15 % 360
