"""The writer of each file version, as in-place editing needs it: documents before they are bytes.

Owns: version → writer. Sees: bcfxml.
"""

from dataclasses import replace
from typing import Protocol

from lxml import etree

from bcfsync.bcfxml import layout, v20, v21, v30
from bcfsync.bcfxml.layout import Entry, ViewpointNames
from bcfsync.model import Bcf, Topic, Viewpoint


class Writer(Protocol):
    """What we would write, of one version."""

    version: str

    def markup(self, topic: Topic, names: tuple[ViewpointNames, ...], bcf: Bcf) -> etree._Element:
        """The markup document of a topic of this archive."""
        ...

    def visinfo(self, view: Viewpoint, names: ViewpointNames) -> etree._Element:
        """The .bcfv document of a viewpoint."""
        ...

    def topic(self, topic: Topic, bcf: Bcf) -> list[Entry]:
        """All entries of a topic that is new to the archive."""
        ...

    def roots(self, bcf: Bcf) -> dict[str, bytes]:
        """The documents at the root: version, project, value lists, list of documents."""
        ...


class _Writer20:
    version = "2.0"

    def markup(self, topic: Topic, names: tuple[ViewpointNames, ...], bcf: Bcf) -> etree._Element:
        return v20.markup(topic, names, layout.documents_by_guid(bcf))

    def visinfo(self, view: Viewpoint, names: ViewpointNames) -> etree._Element:
        return v20.visinfo(view, names)

    def topic(self, topic: Topic, bcf: Bcf) -> list[Entry]:
        return v20.topic_entries(topic, layout.documents_by_guid(bcf), bcf.extras)

    def roots(self, bcf: Bcf) -> dict[str, bytes]:
        return _only_bytes(v20.entries(_bare(bcf)))


class _Writer21:
    version = "2.1"

    def markup(self, topic: Topic, names: tuple[ViewpointNames, ...], bcf: Bcf) -> etree._Element:
        return v21.markup(topic, names, layout.documents_by_guid(bcf))

    def visinfo(self, view: Viewpoint, names: ViewpointNames) -> etree._Element:
        return v21.visinfo(view, names)

    def topic(self, topic: Topic, bcf: Bcf) -> list[Entry]:
        return v21.topic_entries(topic, layout.documents_by_guid(bcf), bcf.extras)

    def roots(self, bcf: Bcf) -> dict[str, bytes]:
        return _only_bytes(v21.entries(_bare(bcf)))


class _Writer30:
    version = "3.0"

    def markup(self, topic: Topic, names: tuple[ViewpointNames, ...], bcf: Bcf) -> etree._Element:  # noqa: ARG002
        return v30.markup(topic, names)

    def visinfo(self, view: Viewpoint, names: ViewpointNames) -> etree._Element:
        return v30.visinfo(view, names)

    def topic(self, topic: Topic, bcf: Bcf) -> list[Entry]:
        return v30.topic_entries(topic, bcf.extras)

    def roots(self, bcf: Bcf) -> dict[str, bytes]:
        return _only_bytes(v30.entries(_bare(bcf)))


WRITERS: dict[str, Writer] = {"2.0": _Writer20(), "2.1": _Writer21(), "3.0": _Writer30()}


def _bare(bcf: Bcf) -> Bcf:
    return replace(bcf, topics=(), extras=())


def _only_bytes(entries: list[Entry]) -> dict[str, bytes]:
    return {name: payload for name, payload in entries if isinstance(payload, bytes)}
