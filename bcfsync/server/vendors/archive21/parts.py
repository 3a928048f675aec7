"""What one topic folder of an archive holds, between the store and the XML.

Owns: ``TopicParts`` and ``ViewpointParts``. Sees: the store's values. Governed by: BCF-API 3.0, whose member names the
objects have.
"""

from dataclasses import dataclass

from bcfsync.server.store.database import JsonObject
from bcfsync.server.store.viewpoints import ViewpointContent


@dataclass(frozen=True, slots=True)
class ViewpointParts:
    """A viewpoint with its pictures and components."""

    guid: str
    content: ViewpointContent


@dataclass(frozen=True, slots=True)
class TopicParts:
    """A topic with what is below it; dates, authors and guids stand in the objects."""

    topic: JsonObject
    comments: tuple[JsonObject, ...] = ()
    viewpoints: tuple[ViewpointParts, ...] = ()
