"""A project being changed in memory: what each kind of change does to the model.

Owns: changes → model. Sees: changes, model. Used by the sides that hold a whole model: archives and the memory.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bcfsync.canonical import is_worded, topic_content
from bcfsync.changes import Change, Entity, Files, Kind, Listed, ProjectInfo, Related, Verb
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, BimSnippet, Comment, Document, DocumentReference, Topic, Viewpoint

Item = TypeVar("Item", Comment, Viewpoint, DocumentReference)


def listed(topic: Topic) -> Listed:
    """A topic as a listing shows it."""
    date = topic.creation_date.instant if topic.creation_date else None
    modified = topic.modified_date.instant if topic.modified_date else None
    what = topic_content(topic), topic.creation_author, date, topic.title, modified
    return Listed(topic.guid, *what, worded=is_worded(topic.description))


class Draft:
    """A copy of a project that takes changes.

    ``touched`` are the keys of the topics that got any and are there still; ``deleted`` of those taken out.
    """

    def __init__(self, bcf: Bcf) -> None:
        self.project = ProjectInfo(bcf.project, bcf.extensions)
        self.topics = {guid_key(topic.guid): topic for topic in bcf.topics}
        self.documents = {guid_key(document.guid): document for document in bcf.documents}
        self.touched: dict[str, None] = {}
        self.deleted: dict[str, None] = {}
        self.documents_touched = False
        self._bcf = bcf

    def bcf(self) -> Bcf:
        """The project as it is now."""
        return replace(
            self._bcf,
            project=self.project.project,
            extensions=self.project.extensions,
            topics=tuple(self.topics.values()),
            documents=tuple(self.documents.values()),
        )

    def take(self, change: Change) -> Entity:
        """Make a change and give what is held then; for a deletion, what was held.

        What is to be deleted and is not there is deleted.

        Raises:
            LookupError: the topic or item that shall change is not there.
        """
        if change.verb is Verb.DELETE:
            self._delete(change)
            return change.value
        return self._put(change)

    def _put(self, change: Change) -> Entity:
        value = change.value
        match value:
            case Topic():
                return self._topic(change, value)
            case Comment():
                item = replace(value, guid=change.guid)
                return self._edit(change, lambda topic: replace(topic, comments=_with(topic.comments, item)), item)
            case Viewpoint():
                view = replace(value, guid=change.guid, alias=None)
                return self._edit(change, lambda topic: replace(topic, viewpoints=_with(topic.viewpoints, view)), view)
            case DocumentReference():
                link = replace(value, guid=change.guid)
                return self._edit(
                    change,
                    lambda topic: replace(topic, document_references=_with(topic.document_references, link)),
                    link,
                )
            case Document():
                document = replace(value, guid=change.guid, path=None)
                self.documents[guid_key(change.guid)] = document
                self.documents_touched = True
                return document
            case _:
                return self._part(change, value)

    def _delete(self, change: Change) -> None:
        gone = guid_key(change.guid)
        if change.kind is Kind.TOPIC:
            if self.topics.pop(gone, None) is not None:
                self.touched.pop(gone, None)
                self.deleted[gone] = None
            return
        key = guid_key(change.topic)
        topic = self.topics.get(key)
        if topic is None:
            return
        match change.kind:
            case Kind.COMMENT:
                left = replace(topic, comments=_without(topic.comments, gone))
            case Kind.VIEWPOINT:
                left = replace(topic, viewpoints=_without(topic.viewpoints, gone))
            case Kind.REFERENCE:
                left = replace(topic, document_references=_without(topic.document_references, gone))
            case _:
                raise TypeError(f"a {change.kind} cannot be deleted")
        if left != topic:
            self.topics[key] = left
            self.touched[key] = None

    def _part(self, change: Change, value: Entity) -> Entity:
        match value:
            case BimSnippet():
                return self._edit(change, lambda topic: _with_bytes(topic, value), value)
            case Files(files):
                return self._edit(change, lambda topic: replace(topic, files=files), value)
            case Related(guids):
                return self._edit(change, lambda topic: replace(topic, related_topics=guids), value)
            case ProjectInfo():
                self.project = value
                return value
            case _:
                raise TypeError(f"no rule for {type(value).__name__}")

    def _topic(self, change: Change, topic: Topic) -> Topic:
        key = guid_key(change.guid)
        held = self.topics.get(key)
        if change.verb is Verb.CREATE:
            made = replace(topic, guid=change.guid, folder=None)
            self.topics[key] = made
        elif held is None:
            raise LookupError(f"topic {change.guid} is not there")
        else:
            members = {name: getattr(topic, name) for name in (*change.fields, "modified_date", "modified_author")}
            made = self.topics[key] = _keeping_bytes(replace(held, **members), held)
        self.touched[key] = None
        self.deleted.pop(key, None)
        return replace(made, files=(), document_references=(), related_topics=(), comments=(), viewpoints=())

    def _edit(self, change: Change, edit: Callable[[Topic], Topic], held: Entity) -> Entity:
        key = guid_key(change.topic)
        if key not in self.topics:
            raise LookupError(f"topic {change.topic} is not there")
        self.topics[key] = edit(self.topics[key])
        self.touched[key] = None
        return held


def _with(items: tuple[Item, ...], item: Item) -> tuple[Item, ...]:
    """The items with this one: in the place of the one of its guid, else at the end."""
    key = guid_key(item.guid)
    found = [item if guid_key(other.guid) == key else other for other in items]
    if all(guid_key(other.guid) != key for other in items):
        found.append(item)
    return tuple(found)


def _without(items: tuple[Item, ...], key: str) -> tuple[Item, ...]:
    """The items without the one of this guid."""
    return tuple(item for item in items if guid_key(item.guid) != key)


def _keeping_bytes(topic: Topic, before: Topic) -> Topic:
    """The topic with the bytes its snippet had: they change by a change of their own."""
    snippet, old = topic.bim_snippet, before.bim_snippet
    if snippet and old and old.blob and snippet.blob is None and not snippet.is_external:
        return replace(topic, bim_snippet=replace(snippet, blob=old.blob))
    return topic


def _with_bytes(topic: Topic, snippet: BimSnippet) -> Topic:
    """The topic whose snippet has these bytes; what it says of itself is the topic's own."""
    known = topic.bim_snippet or snippet
    return replace(topic, bim_snippet=replace(known, blob=snippet.blob))
