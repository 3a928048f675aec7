"""What every codec offers, and which one speaks which version.

Owns: the ``Resources`` protocol, which every version keeps, and ``Codec``, which adds what a sync needs: the components
of a viewpoint, part by part. Sees: the versions, model. Encoders named ``encode_…`` give what a server answers, those
named ``…_body`` what a POST takes; ``topic_fields``, ``reference_put`` and the lists what a PUT takes.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

from bcfsync.bcfapi import v10_late, v10_tag, v21, v30
from bcfsync.bcfapi.reading import Json
from bcfsync.errors import UsageError
from bcfsync.model import (
    Blob,
    Coloring,
    Comment,
    Component,
    Components,
    Document,
    DocumentReference,
    Extensions,
    HeaderFile,
    Project,
    Topic,
    Viewpoint,
    Visibility,
)


class UnknownApiVersion(UsageError, ValueError):
    """A BCF-API version without codec."""

    hint = "use a server that offers BCF-API 1.0, 2.1 or 3.0"


class Resources(Protocol):
    """JSON of one BCF-API version ↔ model. A ``decode_…`` raises ``AnswerNotUnderstood`` and nothing else."""

    def decode_project(self, data: object) -> Project:
        """A project."""

    def encode_project(self, project: Project) -> Json:
        """A project as answered."""

    def decode_extensions(self, data: object) -> Extensions:
        """The value lists."""

    def encode_extensions(self, extensions: Extensions) -> Json:
        """The value lists as answered."""

    def decode_topic(self, data: object) -> Topic:
        """A topic without what has its own resource."""

    def encode_topic(self, topic: Topic) -> Json:
        """A topic as answered."""

    def topic_body(self, topic: Topic, *, guid: bool) -> Json:
        """What creates a topic; with its guid where that is asked for and possible."""

    def topic_fields(self, topic: Topic) -> Json:
        """What replaces a topic: every member a client may write."""

    def decode_comment(self, data: object) -> Comment:
        """A comment."""

    def encode_comment(self, comment: Comment, topic_guid: str) -> Json:
        """A comment as answered."""

    def comment_body(self, comment: Comment, *, guid: bool) -> Json:
        """What creates (guid: yes or no) or replaces (guid: no) a comment."""

    def decode_viewpoint(self, data: object) -> Viewpoint:
        """A viewpoint without bytes; components where inline."""

    def encode_viewpoint(self, viewpoint: Viewpoint) -> Json:
        """A viewpoint as answered: neither bytes nor components."""

    def viewpoint_body(self, viewpoint: Viewpoint, data: Callable[[Blob], str], *, guid: bool = True) -> Json:
        """What creates a viewpoint; ``data`` fetches bytes as base64 text."""

    def encode_bitmaps(self, viewpoint: Viewpoint, measure: Callable[[Blob | None], Json] = ...) -> Json:
        """The member that holds the placed pictures; ``measure`` adds to each what is known of its bytes."""

    def encode_components(self, components: Components) -> Json | list[Json]:
        """Selection, coloring and visibility, or in 1.0 one list of all components."""

    def decode_files(self, data: object) -> tuple[HeaderFile, ...]:
        """The model files of a topic."""

    def encode_files(self, files: Iterable[HeaderFile]) -> list[Json]:
        """The model files as answered and as put."""

    def decode_related(self, data: object) -> tuple[str, ...]:
        """The guids of related topics."""

    def encode_related(self, guids: Iterable[str]) -> list[Json]:
        """Related topics as answered and as put."""

    def decode_reference(self, data: object) -> DocumentReference:
        """A document reference."""

    def encode_reference(self, reference: DocumentReference) -> Json:
        """A document reference as answered."""

    def reference_body(self, reference: DocumentReference, *, guid: bool) -> Json:
        """What creates a document reference."""

    def reference_put(self, reference: DocumentReference) -> Json:
        """What replaces a document reference."""

    def decode_document(self, data: object) -> Document:
        """A document without bytes."""


class Codec(Resources, Protocol):
    """Beyond that, components in three parts; 1.0 has them in one list, each part of which can be read by itself."""

    def decode_selection(self, data: object) -> tuple[Component, ...]:
        """The selected components, wrapped, bare or null."""

    def decode_coloring(self, data: object) -> tuple[Coloring, ...]:
        """The colour groups, wrapped, bare or null."""

    def decode_visibility(self, data: object) -> Visibility | None:
        """The visibility, wrapped, bare or null."""

    def assembled(
        self, selection: tuple[Component, ...], coloring: tuple[Coloring, ...], visibility: Visibility | None
    ) -> Components | None:
        """The three parts as one; None where they say nothing."""


def for_version(version: str) -> Codec:
    """The codec a sync works with: of BCF-API "1.0-tag", "1.0-late", "2.1" or "3.0".

    Which of its two texts a server of 1.0 speaks does not show at once; "1.0" is the late one, until that is known.

    Raises:
        UnknownApiVersion: there is none.
    """
    match version:
        case "1.0" | "1.0-late":
            return v10_late
        case "1.0-tag":
            return v10_tag
        case "2.1":
            return v21
        case "3.0":
            return v30
        case _:
            raise UnknownApiVersion(f"no codec for BCF-API {version!r}")


def resources(version: str) -> Resources:
    """The JSON of any BCF-API version in ``SHOWN``.

    Raises:
        UnknownApiVersion: it is none of them.
    """
    return for_version(version)
