"""What a URL of the API is about.

Owns: ``Place``. Sees: paths only. Governed by: the endpoint tables of BCF-API 1.0, 2.1 and 3.0.
"""

from dataclasses import dataclass, field

COLLECTIONS = frozenset(
    {"projects", "topics", "comments", "viewpoints", "documents", "document_references", "full-topic", "bitmaps"}
)
"""Words that are followed by an id."""

WHOLE_LISTS = frozenset({"files", "related_topics", "files_information"})
"""Lists that have no ids."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a path names.

    Attributes:
        version: As the path spells it; empty outside of ``/bcf/{version}``.
        kind: The last word that is no id: ``topics``, ``comments``, ``snapshot``, ``versions``, ``topic-events`` …
        guid: The id after it, if there is one.
        ids: All ids of the path by the word before each.
        is_api: Whether it belongs to the API at all, and not to the page or to signing in.
        is_whole: Whether the events are those of the whole project.
    """

    version: str = ""
    kind: str = ""
    guid: str | None = None
    ids: dict[str, str] = field(default_factory=dict)
    is_api: bool = False
    is_whole: bool = False

    @property
    def is_list(self) -> bool:
        """Whether a GET finds a list there."""
        return self.guid is None and (self.kind in COLLECTIONS | WHOLE_LISTS or self.kind.endswith("-events"))

    @property
    def is_collection(self) -> bool:
        """Whether a POST there makes something."""
        return self.guid is None and self.kind in COLLECTIONS

    def is_item(self, *kinds: str) -> bool:
        """Whether it is one thing of these kinds."""
        return self.guid is not None and self.kind in kinds

    def is_list_of(self, *kinds: str) -> bool:
        """Whether it is the list of these kinds."""
        return self.guid is None and self.kind in kinds


NOWHERE = Place()


def place_of(path: str) -> Place:
    """Read a path below the server's root."""
    words = path.strip("/").split("/")
    if words[0] == "foundation":
        return Place(kind=words[-1], is_api=True)
    if words[0] != "bcf" or len(words) < 2:
        return NOWHERE
    if len(words) == 2:
        return Place(kind=words[1], is_api=True)
    version, words = words[1], words[2:]
    ids: dict[str, str] = {}
    kind, guid, at = "", None, 0
    while at < len(words):
        kind, guid = words[at], None
        is_followed = at + 1 < len(words) and not (kind == "topics" and words[at + 1 :] == ["comments", "events"])
        if kind in COLLECTIONS and is_followed and words[at + 1] != "events":
            guid = ids[kind] = words[at + 1]
            at += 1
        at += 1
    if kind == "events":
        about = "comment-events" if "comments" in words else "topic-events"
        return Place(version, about, None, ids, is_api=True, is_whole="topics" not in ids)
    return Place(version, kind, guid, ids, is_api=True)
