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


_RATIO = "perspective_camera.aspect_ratio orthogonal_camera.aspect_ratio"
_NO_LISTS = {"files": "*", "related_topics": "*", "document_reference": "*", "document": "*"}

VERSIONS = (
    Row("3.0"),
    Row("2.1", path="/bcf/2.1", lossy=_lost(viewpoint=_RATIO)),
    Row("1.0 late", ("1.0-late",), path="/bcf/1.0"),
    Row("1.0 tag", path="/bcf/1.0"),
)

DIALECTS = (
    Row("openproject", ("openproject",)),
    Row("bimdata", ("bimdata",), stamps=True),
    Row("catenda", ("catenda",)),
    Row("catenda 2.1", ("catenda",), path="/bcf/2.1"),
    Row("catenda 2.0", ("catenda",), path="/bcf/2.0"),
    Row("bimcollab", ("bimcollab",)),
    Row("trimble", ("trimble",)),
    Row("openaec", ("openaec",)),
    Row("bimrocket", ("bimrocket",)),
    Row("opencdeserver", ("opencdeserver",)),
    Row("bcfserver", ("bcfserver",)),
    Row("linear", ("linear",)),
    Row("massing", ("massing",), stamps=True),
    Row("openconstructionerp", ("openconstructionerp",)),
    Row("fileengine", ("fileengine",)),
    Row("stefanherle", ("stefanherle",), reads=True),
    Row("bcf2graphql", ("bcf2graphql",), reads=True),
)

SWITCHES = (
    Row("no tags", faults=("etag-none", "if-match-ignored")),
    Row("weak tags", faults=("etag-weak", "etag-exact", "if-match-ignored")),
    Row("gzip tags", faults=("etag-gzip",)),
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
    Row("drops components", faults=("drop:viewpoints.components",)),
    Row("days only", faults=("due-day",), lossy=_lost(topic="due_date")),
    Row("trims", faults=("text-trimmed",)),
    Row("CR LF", faults=("text-crlf",)),
    Row("rounds cameras", faults=("camera-rounded:3",)),
    Row("recodes pictures", faults=("images-recoded",)),
    Row("errors with 200", faults=("errors-200",)),
    Row("HTML errors", faults=("errors:html",)),
    Row("inline", faults=("components-inline:all",)),
    Row("unwrapped", faults=("components-unwrapped",)),
    Row("words needed", faults=("comment-text-required",)),
    Row("null for nothing", faults=("empty-refused",)),
    Row("small bodies", faults=("413:30000",), lossy=_lost(viewpoint="snapshot bitmaps")),
)

FAULT_ROWS = (
    Row("3.0"),
    Row("2.1", path="/bcf/2.1"),
    Row("own guids", faults=("guid-ignored",)),
    Row("no tags", faults=("etag-none", "if-match-ignored")),
    Row("bimcollab", ("bimcollab",)),
    Row("trimble", ("trimble",)),
)
"""Servers a line with faults leads to; they hold all that the archives have."""
