"""A difference in words, for the terminal and for the page alike.

Owns: how members, cameras, components and files are called. Sees: diff's values, model. Decides nothing.
"""

from collections.abc import Iterator
from typing import Any

from bcfsync.diff import Changed, ComponentsChange, Difference, Parts, Swap, TopicChange, ViewpointChange
from bcfsync.diff.values import CameraChange
from bcfsync.diff.views import component_key
from bcfsync.model import (
    BimSnippet,
    Blob,
    Comment,
    Component,
    Document,
    DocumentReference,
    Extra,
    HeaderFile,
    PerspectiveCamera,
)

LONG_TEXTS = frozenset({"description", "comment"})
"""Members shown as running text, with the words that changed in it."""

NOTHING = "(none)"
_LISTED = 12
_NAMES = {
    "topic_type": "type",
    "topic_status": "status",
    "topic_label": "labels",
    "comment": "text",
    "viewpoint_guid": "viewpoint",
    "reply_to_comment_guid": "reply to",
    "server_assigned_id": "server's number",
    "spaces_visible": "spaces",
    "space_boundaries_visible": "space boundaries",
    "openings_visible": "openings",
}


def member(name: str) -> str:
    """What people call a member."""
    return _NAMES.get(name, name.replace("_", " "))


def counted(number: int, word: str) -> str:
    """A number and the word for what it counts."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def summary(found: Difference) -> str:
    """All of it in one line."""
    parts = [
        counted(len(changed), f"{what}") + f" {how}"
        for what, things in (("topic", found.topics), ("document", found.documents), ("other file", found.extras))
        for changed, how in ((things.changed, "changed"), (things.removed, "only in A"), (things.added, "only in B"))
        if changed
    ]
    parts += ["project changed"] * bool(found.project) + ["extensions changed"] * bool(found.extensions)
    return ", ".join(parts) or "no difference"


def size(blob: Blob | None) -> str:
    """How many bytes, roughly, as people say it."""
    if blob is None or blob.size is None:
        return NOTHING
    if blob.size < 1000:
        return f"{blob.size} bytes"
    return f"{blob.size / 1000:.0f} kB" if blob.size < 1_000_000 else f"{blob.size / 1_000_000:.1f} MB"


def content_words(before: Blob | None, after: Blob | None) -> str:
    """What became of bytes; two contents of one size still differ."""
    return f"{size(before)} → {size(after)}" + (", other bytes" if before and after else "")


# -- viewpoints ------------------------------------------------------------------------------------------------


def viewpoint_words(change: ViewpointChange) -> Iterator[tuple[str, str]]:
    """The changes of a viewpoint, each as a name and what became of it."""
    for camera in change.cameras:
        yield from _camera_words(camera)
    yield from _component_words(change.components)
    for name, swap in (
        ("lines", change.lines), ("clipping planes", change.clipping_planes), ("bitmaps", change.bitmaps),
    ):  # fmt: skip
        if swap:
            yield name, _swapped(swap)
    if change.snapshot:
        before, after = (view.snapshot.blob if view.snapshot else None for view in (change.before, change.after))
        yield "snapshot", content_words(before, after)


def _camera_words(change: CameraChange) -> Iterator[tuple[str, str]]:
    kinds = [_kind(camera) for camera in (change.before, change.after)]
    parts = [f"{kinds[0]} → {kinds[1]}"] if kinds[0] != kinds[1] else []
    parts += [f"moved {_metres(change.moved)}"] if change.moved is not None else []
    parts += [f"turned {_number(change.turned)}°"] if change.turned is not None else []
    parts += [f"tilted {_number(change.tilted)}°"] if change.tilted is not None else []
    if parts:
        yield "camera", ", ".join(parts)
    for name, pair, unit in (
        ("field of view", change.field_of_view, "°"),
        ("visible height", change.view_to_world_scale, " m"),
        ("aspect ratio", change.aspect_ratio, ""),
    ):
        if pair:
            yield name, f"{_number(pair[0])}{unit} → {_number(pair[1])}{unit}"


def _kind(camera: object) -> str:
    if camera is None:
        return "none"
    return "perspective" if isinstance(camera, PerspectiveCamera) else "orthogonal"


def _metres(value: float) -> str:
    return f"{_number(value)} m" if value >= 0.1 else f"{_number(value * 1000)} mm"


def _number(value: float) -> str:
    """Four digits, with no digit that says nothing; what is next to nothing keeps its own form."""
    text = f"{value:.6g}" if abs(value) >= 1000 else f"{value:.4g}"
    return text if "e" in text else (text.rstrip("0").rstrip(".") if "." in text else text)


def _component_words(change: ComponentsChange) -> Iterator[tuple[str, str]]:
    for item in change.fields:
        yield (
            "visible by default" if item.name == "default_visibility" else member(item.name),
            f"{_yes(item.before)} → {_yes(item.after)}",
        )
    if change.selection:
        yield "selection", _swapped(change.selection, named=True)
    if change.exceptions:
        yield "exceptions from visibility", _swapped(change.exceptions, named=True)
    if change.coloring:
        told = [
            f"{component_key(item.component)} {item.before or NOTHING} → {item.after or NOTHING}"
            for item in change.coloring
        ]
        yield "colouring", f"{counted(len(told), 'component')}: {_first(told)}"


def _yes(word: str | None) -> str:
    return {"true": "yes", "false": "no"}.get(word or "", "not said")


def _swapped(swap: Swap[Any], *, named: bool = False) -> str:
    parts = []
    for sign, things in (("-", swap.removed), ("+", swap.added)):
        if things:
            names = [component_key(item) for item in things if isinstance(item, Component)] if named else []
            parts.append(f"{sign}{len(things)}" + (f" ({_first(names)})" if names else ""))
    return "  ".join(parts)


def _first(words: list[str]) -> str:
    rest = len(words) - _LISTED
    return ", ".join(words[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


# -- papers ----------------------------------------------------------------------------------------------------


def thing_words(thing: object) -> str:
    """A comment, file, document or reference in one line."""
    match thing:
        case Comment():
            when = thing.date.text[:16].replace("T", " ") if thing.date else "no date"
            return f"{thing.author or 'unknown'}, {when}"
        case HeaderFile():
            return thing.filename or thing.ifc_project or thing.reference or "without a name"
        case Document():
            return f"{thing.filename or thing.guid} ({size(thing.blob)})"
        case DocumentReference():
            return thing.url or thing.description or thing.path or thing.guid
        case Extra():
            return f"{thing.path} ({size(thing.blob)})"
        case BimSnippet():
            return f"{thing.snippet_type} {thing.reference}"
        case _:
            raise TypeError(f"no words for {type(thing).__name__}")


def papers(change: TopicChange) -> Iterator[tuple[str, Parts[Any, Changed[Any]]]]:
    """The parts of a topic that are lists of papers, by what one of them is called."""
    yield "model file", change.files
    yield "document reference", change.document_references
