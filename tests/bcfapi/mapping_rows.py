"""The rows of the mapping XML ↔ JSON that are members of a resource: what the model holds, what each API says.

``members`` tells per API what the JSON then has; an API that is not there has no form for it. ``xml`` names the places
in the files. ``back`` is what reading gives where that is not the same again.
"""

from dataclasses import dataclass, field

from bcfsync.dates import read_timestamp
from bcfsync.model import (
    BimSnippet,
    Bitmap,
    ClippingPlane,
    Comment,
    DocumentReference,
    Extensions,
    HeaderFile,
    Line,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Project,
    Snapshot,
    Topic,
    Viewpoint,
)

TAG, LATE, V21, V30 = APIS = ("1.0-tag", "1.0-late", "2.1", "3.0")
GUID = "12345678-1234-4234-8234-123456789abc"
DATE = read_timestamp("2025-03-04T05:06:07.1234567+02:00")
DATE_TEXT = "2025-03-04T05:06:07.1234567+02:00"


@dataclass(frozen=True)
class Mapped:
    """One row of the sheet."""

    section: str
    name: str
    kind: str
    fields: dict
    members: dict
    xml: dict = field(default_factory=dict)
    back: dict = field(default_factory=dict)

    @property
    def key(self):
        """How tests and the sheet call it."""
        return f"{self.section} {self.name}"


BASES = {
    "project": Project("P"),
    "extensions": Extensions(),
    "topic": Topic("T", "title"),
    "file": HeaderFile(),
    "comment": Comment("C"),
    "viewpoint": Viewpoint("V"),
    "reference": DocumentReference("R"),
}


def every(**member):
    """The same in all APIs."""
    return dict.fromkeys(APIS, member)


def since_21(**member):
    """The same in 2.1 and 3.0, nothing in 1.0."""
    return dict.fromkeys((V21, V30), member)


def old(**member):
    """The same in both texts of 1.0."""
    return dict.fromkeys((TAG, LATE), member)


def at(*paths):
    """The same places in all versions."""
    return dict.fromkeys(("2.0", "2.1", "3.0"), paths)


def _extension(name, users=None):
    member = {name: ["one", "two"]}
    members = {api: member for api in APIS if api != V30 or not users} | (
        {V30: {users: ["one", "two"]}} if users else {}
    )
    wrapper = {"topic_type": "TopicTypes/TopicType", "topic_status": "TopicStatuses/TopicStatus"}
    wrapper |= {"topic_label": "TopicLabels/TopicLabel", "snippet_type": "SnippetTypes/SnippetType"}
    wrapper |= {"priority": "Priorities/Priority", "user_id_type": "Users/User"}
    kind = {"topic_type": "TopicType", "topic_status": "TopicStatus", "topic_label": "TopicLabel"}
    kind |= {"snippet_type": "SnippetType", "priority": "Priority", "user_id_type": "UserIdType"}
    old_path = (f"extensions.xsd/{kind[name]}",)
    xml = {"2.0": old_path, "2.1": old_path, "3.0": (f"Extensions/{wrapper[name]}",)}
    return Mapped("4.1", f"extensions {name}", "extensions", {users or name: ("one", "two")}, members, xml)


PROJECT = (
    Mapped(
        "4.1",
        "project_id (req, string, *any* form)",
        "project",
        {"project_id": "any 7 form"},
        every(project_id="any 7 form"),
        {
            "2.0": ("ProjectExtension/Project/@ProjectId",),
            "2.1": ("ProjectExtension/Project/@ProjectId",),
            "3.0": ("ProjectInfo/Project/@ProjectId",),
        },
    ),
    Mapped(
        "4.1",
        "name (req)",
        "project",
        {"name": "Tower"},
        every(name="Tower"),
        {
            "2.0": ("ProjectExtension/Project/Name",),
            "2.1": ("ProjectExtension/Project/Name",),
            "3.0": ("ProjectInfo/Project/Name",),
        },
    ),
    _extension("topic_type"),
    _extension("topic_status"),
    _extension("topic_label"),
    _extension("snippet_type"),
    _extension("priority"),
    _extension("user_id_type", "users"),
    Mapped(
        "4.1",
        "extensions stage",
        "extensions",
        {"stage": ("one", "two")},
        since_21(stage=["one", "two"]),
        {"2.1": ("extensions.xsd/Stage",), "3.0": ("Extensions/Stages/Stage",)},
    ),
)


def _topic(name, fields, members, xml=None, back=None):
    return Mapped("4.2", name, "topic", fields, members, xml or {}, back or {})


def _text(name, place):
    return _topic(name, {name: "007"}, every(**{name: "007"}), at(f"Markup/Topic/{place}"))


SNIPPET = {"snippet_type": "clash", "is_external": True, "reference": "http://a", "reference_schema": "http://b"}
TOPIC = (
    _topic("guid (req)", {"guid": GUID}, every(guid=GUID), at("Markup/Topic/@Guid")),
    _topic(
        "server_assigned_id",
        {"server_assigned_id": "A-1"},
        {V30: {"server_assigned_id": "A-1"}},
        {"3.0": ("Markup/Topic/@ServerAssignedId",)},
    ),
    _text("topic_type", "@TopicType"),
    _text("topic_status", "@TopicStatus"),
    _topic(
        "reference link",
        {"reference_links": ("http://a", "http://b")},
        old(reference_link="http://a") | since_21(reference_links=["http://a", "http://b"]),
        at("Markup/Topic/ReferenceLink") | {"3.0": ("Markup/Topic/ReferenceLinks/ReferenceLink",)},
        back=old(reference_links=("http://a",)),
    ),
    _topic("title (req)", {"title": "true"}, every(title="true"), at("Markup/Topic/Title")),
    _text("priority", "Priority"),
    _topic("index", {"index": 0}, every(index=0), at("Markup/Topic/Index")),
    _topic(
        "labels",
        {"labels": ("true", "b")},
        every(labels=["true", "b"]),
        at("Markup/Topic/Labels") | {"3.0": ("Markup/Topic/Labels/Label",)},
    ),
    _topic(
        "creation_date (req), creation_author (req)",
        {"creation_date": DATE, "creation_author": "a@example.com"},
        every(creation_date=DATE_TEXT, creation_author="a@example.com"),
        at("Markup/Topic/CreationDate", "Markup/Topic/CreationAuthor"),
    ),
    _topic("modified_date", {"modified_date": DATE}, every(modified_date=DATE_TEXT), at("Markup/Topic/ModifiedDate")),
    _text("modified_author", "ModifiedAuthor"),
    _text("assigned_to", "AssignedTo"),
    _topic(
        "stage",
        {"stage": "Design"},
        since_21(stage="Design"),
        {"2.1": ("Markup/Topic/Stage",), "3.0": ("Markup/Topic/Stage",)},
    ),
    _text("description", "Description"),
    _topic(
        "due_date",
        {"due_date": DATE},
        since_21(due_date=DATE_TEXT),
        {"2.1": ("Markup/Topic/DueDate",), "3.0": ("Markup/Topic/DueDate",)},
    ),
    _topic(
        "bim_snippet {snippet_type, is_external, reference, reference_schema} (all four req inside)",
        {"bim_snippet": BimSnippet("clash", True, "http://a", "http://b")},  # noqa: FBT003 - the field's own order
        every(bim_snippet=SNIPPET),
        dict.fromkeys(("2.0", "2.1"), ("Markup/Topic/BimSnippet/@SnippetType", "Markup/Topic/BimSnippet/@isExternal"))
        | {"3.0": ("Markup/Topic/BimSnippet/@IsExternal", "Markup/Topic/BimSnippet/ReferenceSchema")},
    ),
)


def _file(name, fields, members, place):
    paths = at(f"Markup/Header/File/{place}") | {"3.0": (f"Markup/Header/Files/File/{place}",)}
    return Mapped("4.3", name, "file", fields, members, paths)


FILES = (
    _file("ifc_project", {"ifc_project": "p" * 22}, every(ifc_project="p" * 22), "@IfcProject"),
    _file(
        "ifc_spatial_structure_element",
        {"ifc_spatial_structure_element": "s" * 22},
        every(ifc_spatial_structure_element="s" * 22),
        "@IfcSpatialStructureElement",
    ),
    _file(
        "file name",
        {"filename": "a.ifc"},
        old(file_name="a.ifc") | {V21: {"file_name": "a.ifc"}, V30: {"filename": "a.ifc"}},
        "Filename",
    ),
    _file("date", {"date": DATE}, every(date=DATE_TEXT), "Date"),
    _file("reference", {"reference": "http://a"}, every(reference="http://a"), "Reference"),
)


def _comment(name, fields, members, *places, versions=("2.0", "2.1", "3.0")):
    paths = {
        version: tuple(f"Markup/{'Topic/Comments/' if version == '3.0' else ''}Comment/{place}" for place in places)
        for version in versions
    }
    return Mapped("4.4", name, "comment", fields, members, paths)


COMMENTS = (
    _comment("guid (req)", {"guid": GUID}, every(guid=GUID), "@Guid"),
    _comment("verbal_status", {"verbal_status": "Open"}, old(verbal_status="Open"), "VerbalStatus", versions=("2.0",)),
    _comment("status", {"status": "Error"}, old(status="Error"), "Status", versions=("2.0",)),
    _comment(
        "date (req), author (req)",
        {"date": DATE, "author": "a@example.com"},
        every(date=DATE_TEXT, author="a@example.com"),
        "Date",
        "Author",
    ),
    _comment("comment (req)", {"comment": "one\ntwo"}, every(comment="one\ntwo"), "Comment"),
    _comment("viewpoint_guid", {"viewpoint_guid": GUID}, every(viewpoint_guid=GUID), "Viewpoint/@Guid"),
    _comment(
        "reply_to_comment_guid",
        {"reply_to_comment_guid": GUID},
        old(reply_to_comment_guid=GUID) | {V21: {"reply_to_comment_guid": GUID}},
        "ReplyToComment/@Guid",
        versions=("2.0",),
    ),
    _comment(
        "modified_date, modified_author",
        {"modified_date": DATE, "modified_author": "b@example.com"},
        every(modified_date=DATE_TEXT, modified_author="b@example.com"),
        "ModifiedDate",
        "ModifiedAuthor",
    ),
)


A, B, C = Point(1.5, 2.0, -3.25), Point(0.0, 1.0, 0.0), Point(0.0, 0.0, 1.0)
A_JSON, B_JSON, C_JSON = (
    {"x": 1.5, "y": 2.0, "z": -3.25},
    {"x": 0.0, "y": 1.0, "z": 0.0},
    {"x": 0.0, "y": 0.0, "z": 1.0},
)
PLACE = {"camera_view_point": A_JSON, "camera_direction": B_JSON, "camera_up_vector": C_JSON}
BITMAP = Bitmap("jpg", A, B, C, 3.0)
PLACED = {"location": A_JSON, "normal": B_JSON, "up": C_JSON, "height": 3}


def _view(name, fields, members, paths=None, back=None):
    xml = {
        version: tuple(f"VisualizationInfo/{place}" for place in places) for version, places in (paths or {}).items()
    }
    return Mapped("4.5", name, "viewpoint", fields, members, xml, back or {})


def _camera(kind, name, cls, *, ratio=None):
    """A camera in every API: 3.0 adds the aspect ratio, 1.0 where a file has none, which is then read back."""
    member = {f"{kind}_camera": PLACE | {name: 55.5}}
    newest = {f"{kind}_camera": PLACE | {name: 55.5, "aspect_ratio": ratio or 1.0}}
    back = {f"{kind}_camera": cls(A, B, C, 55.5)}
    return (
        {f"{kind}_camera": cls(A, B, C, 55.5, ratio)},
        dict.fromkeys((TAG, LATE, V21), member) | {V30: newest},
        dict.fromkeys((TAG, LATE, V21), back) | {V30: {f"{kind}_camera": cls(A, B, C, 55.5, ratio or 1.0)}},
    )


def _bitmaps(bitmap, kind, height):
    number, place = {"png": 0, "jpg": 1}[kind], PLACED | {"height": height}
    return {
        TAG: {"bitmap": {"bitmap": number, **place}},
        LATE: {"bitmaps": {"bitmap": [{"bitmap_type": number, **place}]}},
        **since_21(bitmaps=[{"bitmap_type": kind, **PLACED, "height": bitmap.height}]),
    }


_PERSPECTIVE = _camera("perspective", "field_of_view", PerspectiveCamera)
_ORTHOGONAL = _camera("orthogonal", "view_to_world_scale", OrthogonalCamera)
_RATIO = _camera("perspective", "field_of_view", PerspectiveCamera, ratio=1.5)
_BITMAP_PLACES = {
    "2.0": ("Bitmaps", "Bitmaps/Bitmap"),
    "2.1": ("Bitmap", "Bitmap/Bitmap"),
    "3.0": ("Bitmaps/Bitmap", "Bitmaps/Bitmap/Format"),
}
_KIND = Bitmap("png", A, B, C, 3.0)
_TALL = Bitmap("jpg", A, B, C, 2.6)
VIEWPOINTS = (
    _view("guid (req)", {"guid": GUID}, every(guid=GUID), {"2.1": ("@Guid",), "3.0": ("@Guid",)}),
    _view("index", {"index": 0}, since_21(index=0)),
    _view("orthogonal_camera, perspective_camera", *_ORTHOGONAL[:2], at("OrthogonalCamera"), _ORTHOGONAL[2]),
    _view(
        "camera_view_point, camera_direction, camera_up_vector {x,y,z}",
        *_PERSPECTIVE[:2],
        at(
            "PerspectiveCamera/CameraViewPoint", "PerspectiveCamera/CameraDirection", "PerspectiveCamera/CameraUpVector"
        ),
        _PERSPECTIVE[2],
    ),
    _view("view_to_world_scale", *_ORTHOGONAL[:2], at("OrthogonalCamera/ViewToWorldScale"), _ORTHOGONAL[2]),
    _view("field_of_view", *_PERSPECTIVE[:2], at("PerspectiveCamera/FieldOfView"), _PERSPECTIVE[2]),
    _view("aspect_ratio", *_RATIO[:2], {"3.0": ("PerspectiveCamera/AspectRatio",)}, _RATIO[2]),
    _view(
        "lines",
        {"lines": (Line(A, B), Line(B, B))},
        old(
            lines={"line": [{"start_point": A_JSON, "end_point": B_JSON}, {"start_point": B_JSON, "end_point": B_JSON}]}
        )
        | since_21(lines=[{"start_point": A_JSON, "end_point": B_JSON}, {"start_point": B_JSON, "end_point": B_JSON}]),
        at("Lines", "Lines/Line"),
    ),
    _view(
        "line.start_point, end_point",
        {"lines": (Line(A, C),)},
        old(lines={"line": [{"start_point": A_JSON, "end_point": C_JSON}]})
        | since_21(lines=[{"start_point": A_JSON, "end_point": C_JSON}]),
        at("Lines/Line/StartPoint", "Lines/Line/EndPoint/Z"),
    ),
    _view(
        "clipping_planes",
        {"clipping_planes": (ClippingPlane(A, B),)},
        old(clipping_planes={"clipping_plane": [{"location": A_JSON, "direction": B_JSON}]})
        | since_21(clipping_planes=[{"location": A_JSON, "direction": B_JSON}]),
        at("ClippingPlanes", "ClippingPlanes/ClippingPlane"),
    ),
    _view(
        "clipping_plane.location, direction",
        {"clipping_planes": (ClippingPlane(B, C),)},
        old(clipping_planes={"clipping_plane": [{"location": B_JSON, "direction": C_JSON}]})
        | since_21(clipping_planes=[{"location": B_JSON, "direction": C_JSON}]),
        at("ClippingPlanes/ClippingPlane/Location", "ClippingPlanes/ClippingPlane/Direction"),
    ),
    _view("bitmaps", {"bitmaps": (BITMAP,)}, _bitmaps(BITMAP, "jpg", 3), _BITMAP_PLACES),
    _view("image kind", {"bitmaps": (_KIND,)}, _bitmaps(_KIND, "png", 3), _BITMAP_PLACES),
    _view(
        "location, normal, up",
        {"bitmaps": (BITMAP,)},
        _bitmaps(BITMAP, "jpg", 3),
        {"2.0": ("Bitmaps/Location",), "2.1": ("Bitmap/Normal",), "3.0": ("Bitmaps/Bitmap/Up",)},
    ),
    _view(
        "height",
        {"bitmaps": (_TALL,)},
        _bitmaps(_TALL, "jpg", 3),
        {"2.0": ("Bitmaps/Height",), "2.1": ("Bitmap/Height",), "3.0": ("Bitmaps/Bitmap/Height",)},
        back=old(bitmaps=(BITMAP,)),
    ),
    _view(
        "snapshot",
        {"snapshot": Snapshot("jpg")},
        {TAG: {"bitmap": {"bitmap": 1}}, LATE: {"snapshot_available": True}}
        | since_21(snapshot={"snapshot_type": "jpg"}),
        # the late text says that there is one, not of which kind
        back={LATE: {"snapshot": Snapshot("png")}},
    ),
)

_OLD_REFERENCE = ("Markup/Topic/DocumentReferences", "Markup/Topic/DocumentReference")


def _reference(name, fields, members, *places):
    last = "Markup/Topic/DocumentReferences/DocumentReference"
    xml = {
        version: tuple(f"{parent}/{place}" for place in found)
        for version, parent, found in zip(("2.0", "2.1", "3.0"), (*_OLD_REFERENCE, last), places, strict=True)
    }
    return Mapped("4.7", name, "reference", fields, members, xml)


REFERENCES = (
    _reference("document reference guid", {"guid": GUID}, every(guid=GUID), ["@Guid"], ["@Guid"], ["@Guid"]),
    _reference(
        "target",
        {"document_guid": GUID},
        old(referenced_document=GUID) | since_21(document_guid=GUID, url=None),
        ["ReferencedDocument", "@isExternal"],
        ["ReferencedDocument", "@isExternal"],
        ["DocumentGuid"],
    ),
    _reference(
        "target",
        {"url": "http://a/b"},
        old(referenced_document="http://a/b") | since_21(document_guid=None, url="http://a/b"),
        ["ReferencedDocument"],
        ["ReferencedDocument"],
        ["Url"],
    ),
    _reference(
        "description",
        {"description": "plan"},
        every(description="plan"),
        ["Description"],
        ["Description"],
        ["Description"],
    ),
)

ROWS = PROJECT + TOPIC + FILES + COMMENTS + VIEWPOINTS + REFERENCES
