"""A difference as one page that needs nothing else: snapshots side by side, no scripts, nothing fetched.

Owns: what the template is given. Sees: diff_words, diff's values, the archives' pictures. Decides nothing.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from bcfsync.bcffile import BcfFile
from bcfsync.cli.diff_words import (
    LONG_TEXTS,
    content_words,
    member,
    papers,
    size,
    summary,
    thing_words,
    viewpoint_words,
)
from bcfsync.diff import Changed, Difference, FieldChange, ListChange, Parts, TopicChange, ViewpointChange
from bcfsync.diff.words import Piece, pieces
from bcfsync.model import Blob, Comment, Topic, Viewpoint

_SHORT = 60
_TYPES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


@dataclass(frozen=True, slots=True)
class Row:
    """A member before and after; a running text has ``pieces`` instead."""

    name: str
    before: str | None = None
    after: str | None = None
    words: str | None = None
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A snapshot as a data URI, or why it is not shown."""

    label: str
    uri: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a topic: its mark, what it is, what became of it, and its pictures."""

    mark: str
    title: str
    text: str | None = None
    rows: tuple[Row, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A topic, or what belongs to the whole archive."""

    mark: str
    title: str
    guid: str = ""
    rows: tuple[Row, ...] = ()
    items: tuple[Item, ...] = ()


def difference_page(found: Difference, files: tuple[BcfFile, BcfFile], most: float) -> str:
    """The page as HTML.

    Args:
        found: what is different.
        files: A and B, both open.
        most: bytes of pictures that are embedded; pictures beyond it are named.
    """
    environment = Environment(
        loader=PackageLoader("bcfsync.cli", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sides = [
        {"name": name, "file": file.path.name, "version": file.bcf.version, "topics": len(file.bcf.topics),
         "findings": len(file.findings)}
        for name, file in zip("AB", files, strict=True)
    ]  # fmt: skip
    sections = _Page(files, most).sections(found)
    return environment.get_template("diff.html").render(sides=sides, summary=summary(found), sections=sections)


@dataclass
class _Page:
    """The pictures that still fit, and the sections."""

    files: tuple[BcfFile, BcfFile]
    left: float

    def sections(self, found: Difference) -> list[Section]:
        whole = [_archive(found)] if found.project or found.extensions or found.documents or found.extras else []
        return [
            *(self._changed_topic(item) for item in found.topics.changed),
            *(self._lone_topic("-", item) for item in found.topics.removed),
            *(self._lone_topic("+", item) for item in found.topics.added),
            *whole,
        ]

    def _changed_topic(self, change: TopicChange) -> Section:
        items = [_changed_paper("snippet", change.bim_snippet)] if change.bim_snippet else []
        items += [item for word, parts in papers(change) for item in _papers(word, parts)]
        items += [_comment("-", item) for item in change.comments.removed]
        items += [_comment("+", item) for item in change.comments.added]
        items += [
            Item("~", f"comment of {thing_words(item.after)}", rows=_rows(item.fields))
            for item in change.comments.changed
        ]
        items += [self._lone_view("-", item) for item in change.viewpoints.removed]
        items += [self._lone_view("+", item) for item in change.viewpoints.added]
        items += [self._changed_view(item) for item in change.viewpoints.changed]
        rows = (*_rows(change.fields), *_lists(change.lists))
        return Section("~", change.after.title or "untitled", change.after.guid, rows, tuple(items))

    def _lone_topic(self, mark: str, topic: Topic) -> Section:
        said = (("type", topic.topic_type), ("status", topic.topic_status), ("description", topic.description))
        rows = tuple(Row(name, words=words) for name, words in said if words)
        views = (self._lone_view(mark, view) for view in topic.viewpoints)
        items = (*(_comment(mark, item) for item in topic.comments), *views)
        return Section(mark, topic.title or "untitled", topic.guid, rows, items)

    # -- viewpoints --------------------------------------------------------------------------------------------

    def _changed_view(self, change: ViewpointChange) -> Item:
        rows = tuple(Row(name, words=words) for name, words in viewpoint_words(change))
        before, after = _blob(change.before), _blob(change.after)
        if not change.snapshot:
            pictures = [self._picture(1, after, "A and B")] if after else []
        else:
            pictures = [self._picture(0, before, "A"), self._picture(1, after, "B")]
        return Item("~", f"viewpoint {change.after.guid[:8]}", rows=rows, pictures=tuple(pictures))

    def _lone_view(self, mark: str, view: Viewpoint) -> Item:
        side, blob = 0 if mark == "-" else 1, _blob(view)
        pictures = (self._picture(side, blob, "AB"[side]),) if blob else ()
        return Item(mark, f"viewpoint {view.guid[:8]}", pictures=pictures)

    def _picture(self, side: int, blob: Blob | None, label: str) -> Picture:
        if blob is None:
            return Picture(label, None, "no snapshot")
        file = self.files[side]
        weight = file.archive.size(blob.locator)
        if weight > self.left:
            return Picture(label, None, f"not embedded: {size(blob)} are beyond the limit of --pictures")
        with file.open(blob) as stream:
            data = stream.read()
        kind = next((kind for start, kind in _TYPES if data.startswith(start)), None)
        if kind is None:
            return Picture(label, None, f"neither PNG nor JPEG ({size(blob)})")
        self.left -= weight
        return Picture(label, f"data:{kind};base64,{b64encode(data).decode()}", size(blob))


def _blob(view: Viewpoint) -> Blob | None:
    return view.snapshot.blob if view.snapshot else None


# -- the archive, papers, comments -----------------------------------------------------------------------------


def _archive(found: Difference) -> Section:
    items = []
    if found.project:
        items.append(Item("~", "project", rows=_rows(found.project)))
    if found.extensions:
        items.append(Item("~", "extensions", rows=_lists(found.extensions)))
    items += [*_papers("document", found.documents), *_papers("other file", found.extras)]
    return Section("~", "The archive itself", items=tuple(items))


def _papers(word: str, parts: Parts[Any, Changed[Any]]) -> list[Item]:
    return [
        *(Item("-", f"{word} {thing_words(item)}") for item in parts.removed),
        *(Item("+", f"{word} {thing_words(item)}") for item in parts.added),
        *(_changed_paper(word, item) for item in parts.changed),
    ]


def _changed_paper(word: str, change: Changed[Any]) -> Item:
    rows = list(_rows(change.fields))
    if change.content:
        before, after = (getattr(item, "blob", None) for item in (change.before, change.after))
        rows.append(Row("content", words=content_words(before, after)))
    return Item("~", f"{word} {thing_words(change.after or change.before)}", rows=tuple(rows))


def _comment(mark: str, comment: Comment) -> Item:
    return Item(mark, f"comment of {thing_words(comment)}", text=comment.comment.strip() or "(no text)")


def _rows(changes: tuple[FieldChange, ...]) -> tuple[Row, ...]:
    return tuple(_row(change) for change in changes)


def _row(change: FieldChange) -> Row:
    before, after = change.before, change.after
    if change.name in LONG_TEXTS and before and after and max(len(before), len(after)) > _SHORT:
        return Row(member(change.name), pieces=pieces(before, after))
    return Row(member(change.name), before, after)


def _lists(changes: tuple[ListChange, ...]) -> tuple[Row, ...]:
    return tuple(Row(member(item.name), pieces=tuple(_spaced(item))) for item in changes)


def _spaced(change: ListChange) -> Iterator[Piece]:
    for sign, words in (("-", change.removed), ("+", change.added)):
        for word in words:
            yield Piece(sign, word)
            yield Piece("=", "  ")
