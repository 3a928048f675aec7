"""What a server did not keep: what it answers, beside what it was sent, member by member.

Owns: which difference counts. Sees: model, canonical. What means the same is kept: line ends, white space at the ends
of lines, letters of guids, another zone of the same moment, numbers to a millionth. A due date that lost its time of
day, a rounded direction, a colour group that is gone are not: whoever reads them there reads something else.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from bcfsync.canonical import TOPIC_SCALARS, TOPIC_SETS, canonical, file_key, same
from bcfsync.changes import Entity, Files, Related, Unkept
from bcfsync.dates import Timestamp
from bcfsync.guids import guid_key
from bcfsync.model import (
    BimSnippet,
    Comment,
    Components,
    Document,
    DocumentReference,
    HeaderFile,
    Topic,
    Viewpoint,
)
from bcfsync.sides.rest.writing.comparing_views import PARTS, says, unkept_geometry, unkept_part

_LONGEST = 200
_MEMBERS: Mapping[type, tuple[str, ...]] = {
    Topic: (*TOPIC_SCALARS, *TOPIC_SETS),
    Comment: ("comment", "viewpoint_guid", "reply_to_comment_guid", "status", "verbal_status"),
    DocumentReference: ("document_guid", "url", "description"),
    Document: ("filename",),
}
_NO_STATUS = "Unknown"
"""The status of a comment that has none, in 2.0 files and in API 1.0."""

_GUIDS = frozenset({"viewpoint_guid", "reply_to_comment_guid", "document_guid"})


def unkept(sent: Entity, held: Entity, fields: Collection[str] = ()) -> tuple[Unkept, ...]:
    """The members of what was sent that the server holds otherwise.

    Args:
        sent: what was sent.
        held: what the server answered.
        fields: the members that were changed; without any, all that say something. What a server adds of its own to a
            new thing is its own matter.
    """
    match sent, held:
        case Viewpoint(), Viewpoint():
            return unkept_geometry(sent, held)
        case Files(ours), Files(theirs):
            return _unkept_items(ours, theirs, file_key, _file_name, all_of_it=bool(fields))
        case Related(ours), Related(theirs):
            return _unkept_items(ours, theirs, guid_key, str, all_of_it=bool(fields))
    found = []
    for name in _MEMBERS.get(type(sent), ()):
        if fields and name not in fields:
            continue
        ours, theirs = _member(sent, name), _member(held, name)
        if (fields or ours) and not _kept(name, ours, theirs, exactly=bool(fields)):
            found.append(Unkept(name, words(ours), words(theirs) or None))
    return tuple(found)


def words(value: object) -> str:
    """A value as people read it, on one line, cut to what fits."""
    match value:
        case None:
            text = ""
        case Timestamp():
            text = value.xml()
        case BimSnippet():
            text = f"{value.snippet_type}: {value.reference}"
        case tuple():
            text = ", ".join(map(str, value))
        case _:
            text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _member(value: Entity, name: str) -> Any:  # noqa: ANN401 - a member of any type
    if isinstance(value, DocumentReference) and name == "url":
        # the path of one to a document is its place in an archive, and no address
        return None if value.document_guid else value.url or value.path
    if name == "status" and value.status == _NO_STATUS:  # type: ignore[union-attr]
        return None
    return getattr(value, name)


def _kept(name: str, ours: Any, theirs: Any, *, exactly: bool) -> bool:  # noqa: ANN401 - members of any type
    if name in _GUIDS:
        return (guid_key(ours) if ours else None) == (guid_key(theirs) if theirs else None)
    if name in TOPIC_SETS:
        mine, yours = ({_folded(item) for item in each} for each in (ours, theirs))
        return mine == yours if exactly else mine <= yours
    if isinstance(ours, BimSnippet) and isinstance(theirs, BimSnippet):
        return _said(ours) == _said(theirs)
    if isinstance(ours, str) and isinstance(theirs, str):
        return _folded(ours) == _folded(theirs)
    return same(ours, theirs)


def _folded(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def _said(snippet: BimSnippet) -> list[object]:
    """What a snippet says: where its bytes are kept is the server's own matter."""
    where = snippet.reference if snippet.is_external else None
    return [canonical(item) for item in (snippet.snippet_type, snippet.is_external, where, snippet.reference_schema)]


def _file_name(file: HeaderFile) -> str:
    return file.filename or file.reference or file.ifc_project or "a file"


def _unkept_items(
    ours: Iterable[Any],
    theirs: Iterable[Any],
    key: Callable[[Any], str],
    name: Callable[[Any], str],
    *,
    all_of_it: bool,
) -> tuple[Unkept, ...]:
    """A list is one value: what of it is not there, or, where ``all_of_it`` was written, still is."""
    mine, yours = {key(item): name(item) for item in ours}, {key(item): name(item) for item in theirs}
    if yours.keys() >= mine.keys() and not (all_of_it and yours.keys() - mine.keys()):
        return ()
    kept = [text for item, text in yours.items() if item in mine or all_of_it]
    return (Unkept(Unkept.WHOLE, words(tuple(mine.values())), words(tuple(kept)) or None),)


def unkept_components(sent: Components | None, held: Components | None) -> tuple[Unkept, ...]:
    """The parts of a viewpoint's components that are there otherwise, where an answer shows them."""
    ours, theirs = sent or Components(), held or Components()
    found = (unkept_part(name, ours, theirs) for name in PARTS if says(name, ours))
    return tuple(item for item in found if item)
