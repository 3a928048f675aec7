"""What is sent: a body of every kind with every member the text has, as each text spells them.

Owns: the bodies. Governed by: the tables of members of BCF-API 1.0, 2.1 and 3.0.
"""

import base64
from dataclasses import dataclass
from typing import Any

from reference_server import png, vector
from texts import TAG, V30, Text

JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00rest"
IFC = b"ISO-10303-21;\nHEADER;\nENDSEC;\nEND-ISO-10303-21;\n"
BINARY = {"Content-Type": "application/octet-stream"}
WALL = "2MF28NhmDBiRVyFakgdbCT"
DOOR = "3$cshxZO9AJBebsni$z9Yk"

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """Values the project's extensions allow; None where it has none."""

    topic_type: str | None
    topic_status: str | None
    label: str | None
    priority: str | None
    user: str | None
    stage: str | None
    snippet_type: str | None


def named(filename: str) -> dict[str, str]:
    """The headers of an upload."""
    return {**BINARY, "Content-Disposition": f'attachment; filename="{filename}"'}


def topic(text: Text, words: Words, title: str = "Wände fehlen ☂") -> Body:
    body: Body = {
        "title": title,
        "topic_type": words.topic_type,
        "topic_status": words.topic_status,
        "priority": words.priority,
        "index": 7,
        "labels": [] if words.label is None else [words.label],
        "assigned_to": words.user,
        "description": "Between axis 3 and 4.\nSecond line.",
        "bim_snippet": snippet(words),
    }
    if text.is_1_0:
        return {**body, "reference_link": "https://example.com/1"}
    return {
        **body,
        "reference_links": ["https://example.com/1", "https://example.com/2"],
        "stage": words.stage,
        "due_date": "2031-02-03T04:05:06.000Z",
    }


def snippet(words: Words, **other: object) -> Body:
    return {
        "snippet_type": words.snippet_type or ".ifc",
        "is_external": False,
        "reference": "wall.ifc",
        "reference_schema": "https://example.com/IFC4.xsd",
        **other,
    }


def comment(text: Text, words: Words, content: str = "Gesehen, ☂") -> Body:
    status = {"status": words.topic_status or "Open", "verbal_status": "in discussion"} if text.is_1_0 else {}
    return {"comment": content, **status}


def camera(text: Text, measure: str = "field_of_view") -> Body:
    vectors = {name: vector(1.5, -2.25, 3.0) for name in ("camera_view_point", "camera_direction", "camera_up_vector")}
    return {**vectors, measure: 60.0, **({"aspect_ratio": 1.5} if text is V30 else {})}


def components() -> Body:
    wall = {"ifc_guid": WALL, "originating_system": "Modeller", "authoring_tool_id": "4711"}
    hints = {"spaces_visible": True, "space_boundaries_visible": False, "openings_visible": True}
    return {
        "selection": [wall],
        "coloring": [{"color": "#FF0000", "components": [wall, {"ifc_guid": DOOR}]}],
        "visibility": {"default_visibility": True, "exceptions": [wall], "view_setup_hints": hints},
    }


def components_of_1_0() -> list[Body]:
    names = {"originating_system": "Modeller", "authoring_tool_id": "4711"}
    return [
        {"ifc_guid": WALL, "selected": True, "visible": True, "color": "FF0000", **names},
        {"ifc_guid": DOOR, "selected": False, "visible": True, "color": "00FF00", **names},
    ]


def viewpoint(text: Text) -> Body:
    line = {"start_point": vector(), "end_point": vector(1.0)}
    plane = {"location": vector(), "direction": vector(0.0, 1.0, 0.0)}
    place = {"location": vector(), "normal": vector(), "up": vector(), "height": 1666}
    if text.is_1_0:
        body: Body = {
            "perspective_camera": camera(text),
            "lines": {"line": [line]},
            "clipping_planes": {"clipping_plane": [plane]},
        }
        if text is TAG:
            return {**body, "bitmap": {"bitmap": 0, "reference": "plan.png", **place}}
        return {**body, "bitmaps": {"bitmap": [{"bitmap_type": 0, **place}]}}
    return {
        "index": 3,
        "perspective_camera": camera(text),
        "lines": [line],
        "clipping_planes": [plane],
        "bitmaps": [{"bitmap_type": "jpg", "bitmap_data": base64.b64encode(JPG).decode(), **place}],
        "snapshot": {"snapshot_type": "png", "snapshot_data": base64.b64encode(png()).decode()},
        "components": components(),
    }


def files(text: Text) -> list[Body]:
    return [
        {
            "ifc_project": WALL,
            "ifc_spatial_structure_element": DOOR,
            "filename" if text is V30 else "file_name": "tower ☂.ifc",
            "date": "2021-02-03T04:05:06Z",
            "reference": "https://example.com/tower.ifc",
        },
        {"reference": "opaque:17"},
    ]


def reference(text: Text, **other: object) -> Body:
    """A document reference. 2.1 wants the guid in the body of a PUT, which adds it to this."""
    target = "referenced_document" if text.is_1_0 else "url"
    return {target: "https://example.com/plan.pdf", "description": "The plan ☂", **other}


def extensions(text: Text) -> Body:
    """Of 1.0, which is where they are written."""
    assert text.is_1_0
    return {
        "topic_type": ["Issue", "Clash"],
        "topic_status": ["Open", "Closed"],
        "topic_label": ["Structure", "MEP"],
        "snippet_type": [".ifc"],
        "priority": ["Low", "High"],
        "user_id_type": ["anna@example.com", "ben@example.com"],
    }


def registration() -> Body:
    return {
        "client_name": "Conformance",
        "client_description": "Asks every route",
        "client_url": "https://example.com",
        "redirect_url": "http://localhost:8081",
    }
