"""What a converted file says that its source did not, or says although the schema has another opinion.

Owns: the remark. Sees: model, fitting. Rules: docs/conversion.md. An invented value is marked in the file and vanishes
when bcfsync reads it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bcfsync.bcfxml.layout import has_content
from bcfsync.model import Bcf, Comment, OrthogonalCamera, PerspectiveCamera, Topic, Viewpoint

INVENTED = "demanded by BCF {version} and said by nobody; marked in the file, dropped when read again"
ANGLE = "the schema of BCF {version} allows 45 to 60 degrees, its text asks readers to take any; kept"
JPEG = "BCF {version} speaks of PNG only; kept as JPEG"
_TOPIC = {
    "Title": "title",
    "TopicType": "topic_type",
    "TopicStatus": "topic_status",
    "CreationDate": "creation_date",
    "CreationAuthor": "creation_author",
}
_COMMENT = {"Date": "date", "Author": "author", "Status": "status", "VerbalStatus": "verbal_status"}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something worth knowing about a converted file that is no loss.

    ``topic`` is a topic's guid, or empty for the archive itself; ``where`` an element, ``what`` the value in question.
    """

    topic: str
    where: str
    what: str
    why: str


def remarks(bcf: Bcf, version: str) -> tuple[Remark, ...]:
    """What is remarkable about a model fitted to a version."""
    found = [Remark("", where, what, why.format(version=version)) for where, what, why in _archive(bcf, version)]
    for topic in bcf.topics:
        said = _topic(topic, version)
        found += [Remark(topic.guid, where, what, why.format(version=version)) for where, what, why in said]
    return tuple(found)


_Said = Iterator[tuple[str, str, str]]


def _archive(bcf: Bcf, version: str) -> _Said:
    if version != "3.0":
        return
    if bcf.project and bcf.project.name and not bcf.project.project_id:
        yield "Project/@ProjectId", "derived from the name", INVENTED
    for document in bcf.documents:
        if not document.filename.strip():
            yield f"Document[{document.guid}]/Filename", "the guid", INVENTED


def _topic(topic: Topic, version: str) -> _Said:
    for name in sorted(topic.synthetic & _TOPIC.keys()):
        yield f"Topic/{name}", _text(getattr(topic, _TOPIC[name])), INVENTED
    for name in sorted(topic.synthetic - _TOPIC.keys()):
        yield f"Topic/BimSnippet/{name}", _text(getattr(topic.bim_snippet, _SNIPPET[name], "")), INVENTED
    for comment in topic.comments:
        yield from _comment(comment)
    for view in topic.viewpoints:
        yield from _viewpoint(view, version)


_SNIPPET = {"SnippetType": "snippet_type", "ReferenceSchema": "reference_schema"}


def _text(value: object) -> str:
    return str(getattr(value, "text", value))


def _comment(comment: Comment) -> _Said:
    for name in sorted(comment.synthetic):
        yield f"Comment[{comment.guid}]/{name}", _text(getattr(comment, _COMMENT[name])), INVENTED


def _viewpoint(view: Viewpoint, version: str) -> _Said:
    place = f"Viewpoint[{view.guid}]"
    perspective = view.perspective_camera
    if version == "3.0":
        yield from _viewpoint_30(view, place)
        return
    if perspective and not 45 <= perspective.field_of_view <= 60:
        yield f"{place}/PerspectiveCamera/FieldOfView", repr(perspective.field_of_view), ANGLE
    if view.snapshot and view.snapshot.snapshot_type == "jpg":
        yield f"{place}/Snapshot", view.snapshot.reference or "", JPEG
    shown = view.components
    if version == "2.1" and shown and (shown.selection or shown.coloring) and shown.visibility is None:
        yield f"{place}/Components/Visibility/@DefaultVisibility", "true", INVENTED


def _viewpoint_30(view: Viewpoint, place: str) -> _Said:
    camera: PerspectiveCamera | OrthogonalCamera | None = view.perspective_camera or view.orthogonal_camera
    if camera is None and has_content(view):
        yield f"{place}/PerspectiveCamera", "at the origin, looking north", INVENTED
    if camera and not (camera.aspect_ratio and camera.aspect_ratio > 0):
        name = "PerspectiveCamera" if view.perspective_camera else "OrthogonalCamera"
        yield f"{place}/{name}/AspectRatio", "1", INVENTED
    shown = view.components.visibility if view.components else None
    if shown and shown.default_visibility is None:
        yield f"{place}/Components/Visibility/@DefaultVisibility", str(not shown.exceptions).lower(), INVENTED
