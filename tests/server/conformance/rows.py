"""The table of routes: every row, the texts that have it, and how it is exercised there.

Owns: the table. Sees: the exercises. Governed by: BCF-API 1.0 (both texts), 2.1 and 3.0, Foundation API 1.0.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import document_exercises as documents
import request_bodies as bodies
import special_exercises as special
import telling_exercises as telling
from exercises import Exercise, absent, deleting, patching, posting, putting, reading, reading_bytes
from furniture import Furniture
from reference_server import png
from texts import LATE, NEW, OLD, TAG, TEXTS, V21, V30, Text


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One line of the table.

    ``there`` are the texts that have it, with the exercise of each. In the others its place must not be there, unless
    it is a place that all texts share (``absent`` is None then).
    """

    name: str
    there: dict[Text, Exercise]
    absent: Exercise | None

    def exercise(self, text: Text) -> Exercise | None:
        """What is to be done for this text; None: there is nothing to be found out."""
        return self.there.get(text, self.absent)

    def run(self, text: Text, furniture: Furniture) -> None:
        """Exercise it.

        Raises:
            Wrong: The server does not keep to the text.
        """
        exercise = self.exercise(text)
        assert exercise is not None
        exercise(furniture)


def _row(name: str, texts: tuple[Text, ...], exercise: Exercise, *, shared: bool = False) -> Row:
    method, _, path = name.partition(" ")
    return Row(name, dict.fromkeys(texts, exercise), None if shared else absent(method, path))


def _by_text(name: str, there: dict[Text, Exercise]) -> Row:
    method, _, path = name.partition(" ")
    return Row(name, there, absent(method, path))


def _get(path: str, texts: tuple[Text, ...], answer: str) -> Row:
    return _row(f"GET {path}", texts, reading(path, answer))


_EVERY = TEXTS

SERVICES = (
    _row("GET /bcf/version", OLD, reading("/bcf/version", "version", public=True), shared=True),
    _row("GET /bcf/versions", (V21,), reading("/bcf/versions", "versions", public=True), shared=True),
    _row("GET /foundation/versions", (V30,), reading("/foundation/versions", "versions", public=True), shared=True),
    _row("GET auth", _EVERY, special.auth),
    _row("POST client registration", _EVERY, special.registration),
    Row("GET current user", dict.fromkeys(NEW, special.current_user), absent("GET", "B/current-user")),
)

PROJECTS = (
    _get("B/projects", _EVERY, "[project]"),
    _row("POST B/projects", OLD, posting("B/projects", lambda _: {"name": "Another ☂"}, "project")),
    _get("P", _EVERY, "project"),
    _row("PUT P", _EVERY, putting("P", lambda _: {"name": "Renamed ☂"}, "project")),
    _row("PATCH P", (LATE,), patching("P", lambda _: {"name": "Patched ☂"}, "project")),
    _get("P/extensions", _EVERY, "extensions"),
    _row("POST P/extensions", OLD, special.posted_extensions),
    _row("PUT P/extensions", OLD, special.put_extensions),
    _row("PATCH P/extensions", (LATE,), special.patched_extensions),
    _get("P/files_information", (V30,), "[file_information]"),
    _row("GET P/files_information: its files", (V30,), special.offered_files, shared=True),
)

TOPICS = (
    _get("P/topics", _EVERY, "[topic]"),
    _row("POST P/topics", _EVERY, posting("P/topics", lambda f: bodies.topic(f.text, f.words), "topic")),
    _get("T", _EVERY, "topic"),
    _row("PUT T", _EVERY, putting("T", lambda f: bodies.topic(f.text, f.words, "Other ☂"), "topic")),
    _row("PUT T: what is left out is cleared", _EVERY, special.topic_cleared),
    _row("PATCH T", (LATE,), patching("T", lambda _: {"title": "Patched", "index": 9}, "topic")),
    _row("DELETE T", NEW, deleting("T")),
    _row("GET T/snippet", _EVERY, reading_bytes("T/snippet", "application/octet-stream", bodies.IFC)),
    _row("PUT T/snippet", _EVERY, special.snippet),
    _get("T/files", _EVERY, "[file]"),
    _row("PUT T/files", _EVERY, putting("T/files", lambda f: bodies.files(f.text), "[file]")),
    _get("T/related_topics", _EVERY, "[related_topic]"),
    _row("PUT T/related_topics", _EVERY, putting("T/related_topics", special.related, "[related_topic]")),
    _get("B/topics/{t}", (TAG,), "topic"),
)

COMMENTS = (
    _get("T/comments", _EVERY, "[comment]"),
    _row("POST T/comments", _EVERY, posting("T/comments", special.comment, "comment")),
    _row("POST T/comments: no text but a viewpoint", (V30,), special.comment_without_text, shared=True),
    _get("T/comments/{c}", _EVERY, "comment"),
    _row("PUT T/comments/{c}", _EVERY, putting("T/comments/{c}", special.comment, "comment")),
    _row("PATCH T/comments/{c}", (LATE,), patching("T/comments/{c}", lambda _: {"comment": "Patched"}, "comment")),
    _row("DELETE T/comments/{c}", NEW, deleting("T/comments/{c}")),
    _get("B/comments/{c}", (TAG,), "comment"),
)

VIEWPOINTS = (
    _get("T/viewpoints", _EVERY, "[viewpoint]"),
    _row("POST T/viewpoints", _EVERY, posting("T/viewpoints", lambda f: bodies.viewpoint(f.text), "viewpoint")),
    _row("POST T/viewpoints: what must be there", NEW, special.viewpoint_rules, shared=True),
    _get("V", _EVERY, "viewpoint"),
    _row("PUT V", OLD, putting("V", special.other_viewpoint, "viewpoint")),
    _row("PATCH V", (LATE,), patching("V", lambda f: {"perspective_camera": bodies.camera(f.text)}, "viewpoint")),
    _row("DELETE V", (V30,), deleting("V")),
    _row("DELETE V: a comment refers to it", (V30,), special.viewpoint_in_use, shared=True),
    _row("GET V/bitmap", (TAG,), reading_bytes("V/bitmap", "image/png", png())),
    _row("PUT V/bitmap", (TAG,), special.image("V/bitmap")),
    _row("GET V/snapshot", (LATE, V21, V30), reading_bytes("V/snapshot", "image/png", png())),
    _row("PUT V/snapshot", (LATE,), special.image("V/snapshot")),
    _by_text("GET V/bitmaps/{b}", {
        LATE: reading_bytes("V/bitmaps/{b}", "image/png", png()),
        **dict.fromkeys(NEW, reading_bytes("V/bitmaps/{b}", "image/jpeg", bodies.JPG)),
    }),
    _row("PUT V/bitmaps/{b}", (LATE,), special.image("V/bitmaps/{b}")),
    _get("V/components", OLD, "[component]"),
    _row("PUT V/components", OLD, putting("V/components", lambda _: bodies.components_of_1_0(), "[component]")),
    _get("V/selection", NEW, "selection"),
    _get("V/coloring", NEW, "coloring"),
    _get("V/visibility", NEW, "visibility"),
    _row("GET V/…: what was sent", NEW, special.components, shared=True),
    _get("B/viewpoints/{v}", (TAG,), "viewpoint"),
)  # fmt: skip

DOCUMENTS = (
    _get("T/document_references", _EVERY, "[reference]"),
    _row("PUT T/document_references", OLD, documents.references_of_1_0),
    # the 1.0 texts name PUT in the heading and POST in the URL line: neither is wrong there
    _row("POST T/document_references", NEW, documents.posted_reference, shared=True),
    _row("PUT T/document_references/{r}", NEW, documents.put_reference),
    _row("DELETE T/document_references/{r}", (), absent("DELETE", "T/document_references/{r}")),
    _get("P/documents", _EVERY, "[document]"),
    _row("POST P/documents", _EVERY, documents.posted_document),
    _row("GET P/documents/{d}", _EVERY, documents.document),
    _row("PUT P/documents/{d}", (), absent("PUT", "P/documents/{d}")),
    _row("DELETE P/documents/{d}", (), absent("DELETE", "P/documents/{d}")),
)

EVENTS = (
    _get("P/topics/events", NEW, "[topic_event]"),
    _get("T/events", NEW, "[topic_event]"),
    _row("GET T/events: what happened", NEW, telling.topic_events, shared=True),
    _get("P/topics/comments/events", NEW, "[comment_event]"),
    _get("T/comments/{c}/events", NEW, "[comment_event]"),
    _row("GET T/comments/{c}/events: what happened", NEW, telling.comment_events, shared=True),
)

AUTHORIZATION = (
    _row("GET P?includeAuthorization=true", NEW, telling.authorized("P", "project"), shared=True),
    _row("GET B/projects?includeAuthorization=true", NEW, telling.authorized("B/projects", "[project]"), shared=True),
    _row("GET T?includeAuthorization=true", NEW, telling.authorized("T", "topic"), shared=True),
    _row("GET P/topics?includeAuthorization=true", NEW, telling.authorized("P/topics", "[topic]"), shared=True),
    _row("GET T/comments/{c}?includeAuthorization=true", NEW, telling.authorized("T/comments/{c}", "comment"),
         shared=True),
    _row("GET T/comments?includeAuthorization=true", NEW, telling.authorized("T/comments", "[comment]"), shared=True),
    _row("GET V?includeAuthorization=true", (V30,), telling.authorized("V", "viewpoint"), shared=True),
    _row("GET T/viewpoints?includeAuthorization=true", (V30,), telling.authorized("T/viewpoints", "[viewpoint]"),
         shared=True),
)  # fmt: skip

ROWS: tuple[Row, ...] = (
    *SERVICES, *PROJECTS, *TOPICS, *COMMENTS, *VIEWPOINTS, *DOCUMENTS, *EVENTS, *AUTHORIZATION,
)  # fmt: skip


def cases() -> Iterator[tuple[Row, Text]]:
    """Every row with every text for which there is something to be found out."""
    return ((row, text) for row in ROWS for text in TEXTS if row.exercise(text) is not None)
