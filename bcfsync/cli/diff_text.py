"""A difference as lines for a terminal.

Owns: the lines, their order and colours. Sees: diff_words, diff's values. Decides nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import click

from bcfsync.cli.diff_words import (
    LONG_TEXTS,
    NOTHING,
    content_words,
    member,
    papers,
    thing_words,
    viewpoint_words,
)
from bcfsync.cli.options import printable
from bcfsync.diff import Changed, Difference, FieldChange, ListChange, Parts, TopicChange
from bcfsync.diff.words import pieces
from bcfsync.model import Comment, Topic, Viewpoint

_COLORS = {"-": "red", "+": "green", "~": "yellow"}
_SHORT = 60


class Page:
    """Lines with marks and indents, coloured or not."""

    def __init__(self, *, color: bool) -> None:
        self.color = color

    def line(self, mark: str, words: str, depth: int = 0, *, bold: bool = False) -> str:
        """A line: a mark in its colour, and words."""
        shown = self.style(words, bold=True) if bold else words
        return f"{'  ' * depth}{self.style(mark, fg=_COLORS.get(mark), bold=True)} {shown}"

    def style(self, words: str, *, fg: str | None = None, bold: bool = False) -> str:
        """Words in a colour, where there are colours."""
        return click.style(words, fg=fg, bold=bold or None) if self.color else words


def difference_lines(found: Difference, *, color: bool) -> Iterator[str]:
    """All of it, topic by topic; a line may hold line feeds of a text."""
    page = Page(color=color)
    for topic in found.topics.removed:
        yield page.line("-", f"{_topic(topic)}  only in A")
    for topic in found.topics.added:
        yield page.line("+", f"{_topic(topic)}  only in B")
    for change in found.topics.changed:
        yield page.line("~", _topic(change.after), bold=True)
        yield from _topic_lines(page, change)
    if found.project:
        yield page.line("~", "project", bold=True)
        yield from _field_lines(page, found.project, 2)
    if found.extensions:
        yield page.line("~", "extensions", bold=True)
        yield from _list_lines(page, found.extensions, 2)
    yield from _paper_lines(page, "document", found.documents, 0)
    yield from _paper_lines(page, "other file", found.extras, 0)


def _topic(topic: Topic) -> str:
    return f"{printable(topic.guid[:8])} {printable(topic.title) or 'untitled'}"


def _topic_lines(page: Page, change: TopicChange) -> Iterator[str]:
    yield from _field_lines(page, change.fields, 2)
    yield from _list_lines(page, change.lists, 2)
    if change.bim_snippet:
        yield from _change_lines(page, "snippet", change.bim_snippet, 1)
    for word, parts in papers(change):
        yield from _paper_lines(page, word, parts, 1)
    for comment in change.comments.removed:
        yield page.line("-", _comment(comment), 1)
    for comment in change.comments.added:
        yield page.line("+", _comment(comment), 1)
    for item in change.comments.changed:
        yield page.line("~", f"comment {printable(item.after.guid[:8])}  {printable(thing_words(item.after))}", 1)
        yield from _field_lines(page, item.fields, 3)
    for view in change.viewpoints.removed:
        yield page.line("-", _viewpoint(view), 1)
    for view in change.viewpoints.added:
        yield page.line("+", _viewpoint(view), 1)
    for seen in change.viewpoints.changed:
        yield page.line("~", _viewpoint(seen.after), 1)
        for name, words in viewpoint_words(seen):
            yield f"      {name}: {printable(words)}"


def _comment(comment: Comment) -> str:
    text = printable(comment.comment.strip()) or "(no text)"
    return f"comment {printable(comment.guid[:8])}  {printable(thing_words(comment))}: {text}"


def _viewpoint(view: Viewpoint) -> str:
    return f"viewpoint {printable(view.guid[:8])}"


# -- members ---------------------------------------------------------------------------------------------------


def _field_lines(page: Page, changes: Iterable[FieldChange], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for change in changes:
        before, after = change.before or "", change.after or ""
        if change.name in LONG_TEXTS and before and after and max(len(before), len(after)) > _SHORT:
            text = _running(page, before, after).replace("\n", f"\n{indent}  ")
            yield f"{indent}{member(change.name)}:\n{indent}  {text}"
        else:
            yield f"{indent}{member(change.name)}: {printable(before) or NOTHING} → {printable(after) or NOTHING}"


def _running(page: Page, before: str, after: str) -> str:
    """A text with what went in ``[-…-]`` and what came in ``{+…+}``, as git shows words."""
    shown = []
    for piece in pieces(before, after):
        text = printable(piece.text, lines=True)
        if piece.sign == "=":
            shown.append(text)
        else:
            marked = f"[-{text}-]" if piece.sign == "-" else f"{{+{text}+}}"
            shown.append(page.style(marked, fg=_COLORS[piece.sign]))
    return "".join(shown)


def _list_lines(page: Page, changes: Iterable[ListChange], depth: int) -> Iterator[str]:
    for change in changes:
        signed = [(sign, word) for sign, words in (("-", change.removed), ("+", change.added)) for word in words]
        told = ", ".join(page.style(f"{sign}{printable(word)}", fg=_COLORS[sign]) for sign, word in signed)
        yield f"{'  ' * depth}{member(change.name)}: {told}"


# -- papers ----------------------------------------------------------------------------------------------------


def _paper_lines(page: Page, word: str, parts: Parts[Any, Changed[Any]], depth: int) -> Iterator[str]:
    for sign, things in (("-", parts.removed), ("+", parts.added)):
        for thing in things:
            yield page.line(sign, f"{word}  {printable(thing_words(thing))}", depth)
    for change in parts.changed:
        yield from _change_lines(page, word, change, depth)


def _change_lines(page: Page, word: str, change: Changed[Any], depth: int) -> Iterator[str]:
    yield page.line("~", f"{word}  {printable(thing_words(change.after or change.before))}", depth)
    yield from _field_lines(page, change.fields, depth + 2)
    if change.content:
        before, after = (getattr(item, "blob", None) for item in (change.before, change.after))
        yield f"{'  ' * (depth + 2)}content: {content_words(before, after)}"
