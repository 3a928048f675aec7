"""The rows of the matrix: every version of the API, every server of the field we know of, and single habits.

A row is what the reference server plays. ``lossy`` says what a server of this kind cannot hold, by kind of thing: the
record a journey leaves must be within it, so that a loss nobody knows of fails. "*" is a whole thing of that kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One server.

    Attributes:
        name: of the row.
        dialects: it speaks.
        faults: switches beside them.
        path: what follows the URL of its API.
        stamps: whether authors and dates of the files come back.
        reads: nothing can be written.
        lossy: what it cannot hold, by kind.
    """

    name: str
    dialects: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    path: str = ""
    stamps: bool = False
    reads: bool = False
    lossy: Mapping[str, frozenset[str]] = field(default_factory=dict)


def _lost(**kinds: str) -> dict[str, frozenset[str]]:
    return {kind: frozenset(names.split()) for kind, names in kinds.items()}


_ROUNDED = " ".join(
    f"{camera}.{name}"
    for camera in ("perspective_camera", "orthogonal_camera")
    for name in ("camera_direction", "camera_up_vector", "camera_view_point", "field_of_view", "view_to_world_scale")
)
_RATIO = "perspective_camera.aspect_ratio orthogonal_camera.aspect_ratio"
_COMPONENTS = "components.selection components.coloring components.visibility"
_VALUES = "topic_type topic_status priority labels stage assigned_to"
_LISTED = "topic_type topic_status priority assigned_to"
_NO_LISTS = {"files": "*", "related_topics": "*", "document_reference": "*", "document": "*"}
_V10 = _lost(topic="stage due_date reference_links", viewpoint=f"{_RATIO} index bitmaps components.visibility")
"""What API 1.0 has no place for; heights of bitmaps are whole numbers, and in the tag there is one, without bytes."""

VERSIONS = (
    Row("3.0"),
    Row("2.1", path="/bcf/2.1", lossy=_lost(viewpoint=_RATIO)),
    Row("1.0 late", ("1.0-late",), path="/bcf/1.0", lossy=_V10),
    Row("1.0 tag", path="/bcf/1.0", lossy=_V10),
)

DIALECTS = (
    Row(
        "openproject",
        ("openproject",),
        lossy=_lost(
            topic=f"labels stage bim_snippet reference_links {_LISTED}",
            viewpoint=f"bitmaps {_RATIO}",
            snippet="*",
            comment="status verbal_status",
            **_NO_LISTS,
        ),
    ),
    Row(
        "bimdata",
        ("bimdata",),
        stamps=True,
        lossy=_lost(
            topic="bim_snippet",
            viewpoint=f"bitmaps {_RATIO}",
            snippet="*",
            comment="status verbal_status",
            **_NO_LISTS,
        ),
    ),
    Row("catenda", ("catenda",)),
    Row("catenda 2.1", ("catenda",), path="/bcf/2.1", lossy=_lost(viewpoint=_RATIO)),
    Row("catenda 2.0", ("catenda",), path="/bcf/2.0", lossy=_V10),
    Row("bimcollab", ("bimcollab",)),
    Row("trimble", ("trimble",)),
    Row("openaec", ("openaec",), lossy=_lost(topic="due_date", viewpoint=_RATIO)),
    Row(
        "bimrocket",
        ("bimrocket",),
        lossy=_lost(**_NO_LISTS, snippet="*", topic="index labels", viewpoint=f"bitmaps clipping_planes {_RATIO}"),
    ),
    Row("opencdeserver", ("opencdeserver",), lossy=_lost(document="*", document_reference="*")),
    Row("bcfserver", ("bcfserver",), lossy=_lost(topic=_VALUES)),
    Row("linear", ("linear",), lossy=_lost(viewpoint="snapshot")),
    Row("massing", ("massing",), stamps=True, lossy=_lost(viewpoint=_COMPONENTS)),
    Row(
        "openconstructionerp",
        ("openconstructionerp",),
        lossy=_lost(viewpoint=f"* snapshot bitmaps {_COMPONENTS}", comment="viewpoint_guid"),
    ),
    Row(
        "fileengine",
        ("fileengine",),
        lossy=_lost(**_NO_LISTS, snippet="*", topic="description", viewpoint=f"{_COMPONENTS} {_RATIO}"),
    ),
    Row("stefanherle", ("stefanherle",), reads=True),
    Row("bcf2graphql", ("bcf2graphql",), reads=True),
)

SWITCHES = (
    Row("no tags", faults=("etag-none", "if-match-ignored")),
    Row("weak tags", faults=("etag-weak", "etag-exact", "if-match-ignored")),
    Row("gzip tags", faults=("etag-gzip",)),
    Row("one tag for all", faults=("etag-wide",)),
    Row("own guids", faults=("guid-ignored",)),
    Row("refuses guids", faults=("guid-rejected",)),
    Row("capitals", faults=("upper-guids",)),
    Row("no paging", faults=("paging-ignored",)),
    Row("pages of 10", faults=("page-cap:10", "page-default:10", "no-links")),
    Row("pages at multiples", faults=("skip-multiples", "page-default:10", "page-cap:10", "no-links")),
    Row("PUT merges", faults=("put-merge",)),
    Row("PUT resets", faults=("put-reset",)),
    Row("PUT blanks", faults=("put-blanks",)),
    Row("parts of answers", faults=("put-partial",)),
    Row("empty answers", faults=("create-empty:location",)),
    Row("answers nothing", faults=("create-empty:nothing",)),
    Row("302 after writes", faults=("write-302",)),
    Row("slashes", faults=("slashes:307",)),
    Row("naive dates", faults=("dates-naive", "dates-seconds")),
    Row("dates with offset", faults=("dates-offset",)),
    Row("no bump", faults=("no-bump",)),
    Row("adds comments", faults=("auto-comment",)),
    Row("drops labels", faults=("drop:topics.labels",), lossy=_lost(topic="labels")),
    Row(
        "drops components",
        faults=("drop:viewpoints.components",),
        lossy=_lost(viewpoint="components.selection components.coloring components.visibility"),
    ),
    Row("days only", faults=("due-day",), lossy=_lost(topic="due_date")),
    Row("trims", faults=("text-trimmed",)),
    Row("CR LF", faults=("text-crlf",)),
    Row("rounds cameras", faults=("camera-rounded:3",), lossy=_lost(viewpoint=_ROUNDED)),
    Row("recodes pictures", faults=("images-recoded",), lossy=_lost(viewpoint="snapshot bitmaps")),
    Row("errors with 200", faults=("errors-200",)),
    Row("HTML errors", faults=("errors:html",)),
    Row("inline", faults=("components-inline:all",)),
    Row("unwrapped", faults=("components-unwrapped",)),
    Row("words needed", faults=("comment-text-required",)),
    Row("null for nothing", faults=("empty-refused",)),
    Row(
        "small bodies",
        faults=("413:30000",),
        lossy=_lost(viewpoint="snapshot bitmaps", document="*", document_reference="*"),
    ),
)

FAULT_ROWS = (
    Row("3.0"),
    Row("2.1", path="/bcf/2.1"),
    Row("own guids", faults=("guid-ignored",)),
    Row("no tags", faults=("etag-none", "if-match-ignored")),
    Row("bimcollab", ("bimcollab",)),
    Row("trimble", ("trimble",)),
    Row("bimdata", ("bimdata",)),
    Row("1.0 late", ("1.0-late",), path="/bcf/1.0"),
    Row("openproject", ("openproject",)),
    Row("1.0 tag", path="/bcf/1.0"),
    Row("catenda", ("catenda",)),
    Row("catenda 2.0", ("catenda",), path="/bcf/2.0"),
    Row("openaec", ("openaec",)),
    Row("bimrocket", ("bimrocket",)),
    Row("opencdeserver", ("opencdeserver",)),
    Row("bcfserver", ("bcfserver",)),
    Row("linear", ("linear",)),
    Row("massing", ("massing",)),
    Row("openconstructionerp", ("openconstructionerp",)),
    Row("fileengine", ("fileengine",)),
)
"""Servers a line with faults leads to: every version, and every product that can be written to and read back."""
