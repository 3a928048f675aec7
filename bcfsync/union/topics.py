"""One topic that several archives hold: its fields, its lists, its thread.

Owns: the union of a topic. Sees: fields, views, the record. Rules: docs/merge.md.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bcfsync.canonical import TOPIC_SCALARS, canonical, digest, file_key, reference_content
from bcfsync.guids import derived_guid, guid_key
from bcfsync.merge import spelled
from bcfsync.model import Comment, DocumentReference, HeaderFile, Topic
from bcfsync.union.fields import Holder, latest, moment, numbered, united_fields, united_set, value_key
from bcfsync.union.record import Fate, Place, Record, place_in
from bcfsync.union.views import united_views

TOPIC_FIELDS = (*TOPIC_SCALARS, "creation_date", "creation_author", "server_assigned_id")
COMMENT_FIELDS = ("comment", "viewpoint_guid", "reply_to_comment_guid", "status", "verbal_status", "date", "author")
REFERENCE_FIELDS = ("document_guid", "url", "description", "path")
_TOUCHED = ("modified_date", "modified_author")

E = TypeVar("E", Comment, DocumentReference)


@dataclass(frozen=True, slots=True)
class HeldTopic:
    """A topic as one input holds it."""

    topic: Topic
    source: int
    version: str

    def holder(self, thing: Topic | Comment | DocumentReference) -> Holder:
        """A thing of the topic, dated by itself, or else by the topic."""
        own = (thing.modified_date or thing.date) if isinstance(thing, Comment) else None
        date = own or self.topic.modified_date or self.topic.creation_date
        return Holder(thing, self.source, self.version, date)


def united_topic(past: Topic | None, held: Sequence[HeldTopic], record: Record) -> Topic:
    """One topic of all that hold it.

    Args:
        past: the topic in the base, if there is one.
        held: the inputs' topics, at least one.
        record: where losers and fates are told.
    """
    first = held[0].topic
    if len(held) == 1 and past is None:
        return first
    holders = [one.holder(one.topic) for one in held]
    members: dict[str, Any] = united_fields(TOPIC_FIELDS, past, holders, place_in(first, "topic", first.guid), record)
    members |= latest(_TOUCHED, holders)
    members |= _sets(past, held)
    references = _things(_references, REFERENCE_FIELDS, past, held, record)
    comments = _ordered(_things(_comments, COMMENT_FIELDS, past, held, record), held)
    wanted = {guid_key(comment.viewpoint_guid) for comment in comments if comment.viewpoint_guid}
    before = {guid_key(view.guid): view for view in past.viewpoints} if past else {}
    views = united_views(first, before, [(one.source, one.topic) for one in held], wanted, record)
    tables = [(one.source, _comments(one.topic)) for one in held]
    sources = {key: _who_means(key, tables) for key in {guid_key(comment.guid) for comment in comments}}
    return replace(
        first,
        **members,
        document_references=_with_own_guids(first, references),
        comments=tuple(
            replace(
                comment,
                viewpoint_guid=views.meant(comment.viewpoint_guid, _meaning(comment, sources[guid_key(comment.guid)])),
            )
            for comment in comments
        ),
        viewpoints=tuple(views.kept.values()),
    )


def _sets(past: Topic | None, held: Sequence[HeldTopic]) -> dict[str, Any]:
    topics = [one.topic for one in held]
    # 2.0 has room for one reference link only
    single = [one.version == "2.0" and len(one.topic.reference_links) < 2 for one in held]
    return {
        "labels": united_set(past.labels if past else (), [item.labels for item in topics], spelled),
        "reference_links": united_set(
            past.reference_links if past else (), [item.reference_links for item in topics], spelled, only_adds=single
        ),
        "related_topics": united_set(
            past.related_topics if past else (), [item.related_topics for item in topics], guid_key
        ),
        "files": united_files(past.files if past else (), [item.files for item in topics]),
    }


def united_files(past: Iterable[HeaderFile], lists: Sequence[Sequence[HeaderFile]]) -> tuple[HeaderFile, ...]:
    """Model files by what is said of them, and by their bytes where they have any."""
    held: dict[str, HeaderFile] = {}
    for file in (item for items in lists for item in items):
        if file.blob:
            held.setdefault(file_key(file), file)

    def whole(file: HeaderFile) -> HeaderFile:
        return file if file.blob else replace(held[file_key(file)]) if file_key(file) in held else file

    def key(file: HeaderFile) -> str:
        # an earlier union may have given its bytes another name
        return file_key(replace(file, reference=None)) + (file.blob.sha256 or "") if file.blob else file_key(file)

    return united_set(map(whole, past), [tuple(map(whole, items)) for items in lists], key)


# -- things with a guid ------------------------------------------------------------------------------------------------


def _comments(topic: Topic) -> dict[str, Comment]:
    return numbered(topic.comments, lambda item: guid_key(item.guid))


def _references(topic: Topic) -> dict[str, DocumentReference]:
    """References by guid; those without one by what they say, since their guid tells no more than their position."""
    return numbered(topic.document_references, _reference_key)


def _reference_key(item: DocumentReference) -> str:
    if "Guid" not in item.synthetic:
        return guid_key(item.guid)
    document = guid_key(item.document_guid) if item.document_guid else ""
    return digest([document, "" if document else reference_content(item)])


def _with_own_guids(topic: Topic, references: Iterable[DocumentReference]) -> tuple[DocumentReference, ...]:
    """References of two files may have been given the same guid by their position: no two keep it."""
    taken: set[str] = set()
    found: list[DocumentReference] = []
    for item in references:
        key = guid_key(item.guid)
        if key in taken:
            guid = derived_guid("document reference", guid_key(topic.guid), _reference_key(item))
            item = replace(item, guid=guid)  # noqa: PLW2901 - the same reference under a guid of its own
        taken.add(guid_key(item.guid))
        found.append(item)
    return tuple(found)


def _things(
    listed: Callable[[Topic], Mapping[str, E]],
    names: tuple[str, ...],
    past: Topic | None,
    held: Sequence[HeldTopic],
    record: Record,
) -> list[E]:
    """The comments, or the document references, of all inputs."""
    before = listed(past) if past else {}
    tables = [(one, listed(one.topic)) for one in held]
    found: list[E] = []
    for key in dict.fromkeys(key for _, table in tables for key in table):
        holders = [one.holder(table[key]) for one, table in tables if key in table]
        lacking = [one.source for one, table in tables if key not in table]
        things = [table[key] for _, table in tables if key in table]
        kind = "comment" if names is COMMENT_FIELDS else "reference"
        place = place_in(held[0].topic, kind, things[0].guid)
        if (
            key in before
            and lacking
            and not _stays(before[key], things, names, place=place, lacking=lacking, record=record)
        ):
            continue
        members: dict[str, Any] = united_fields(names, before.get(key), holders, place, record)
        if kind == "comment":
            members |= latest(_TOUCHED, holders)
        found.append(replace(things[0], **members))
    return found


def _stays(
    past: object,
    things: Sequence[object],
    names: Iterable[str],
    *,
    place: Place,
    lacking: Sequence[int],
    record: Record,
) -> bool:
    """Whether a thing that some inputs have removed stays: an edit beats a removal."""
    edited = any(
        value_key(name, getattr(past, name)) != value_key(name, getattr(thing, name))
        for name in names
        for thing in things
    )
    record.noted(Fate.KEPT if edited else Fate.REMOVED, place, "", lacking)
    return edited


def _ordered(comments: list[Comment], held: Sequence[HeldTopic]) -> list[Comment]:
    """In the order of their dates, where every input has them so; else as they came."""
    if all(_is_dated(one.topic.comments) for one in held):
        return sorted(comments, key=lambda comment: moment(comment.date))
    return comments


def _is_dated(comments: Sequence[Comment]) -> bool:
    dates = [moment(comment.date) for comment in comments]
    return dates == sorted(dates)


def _who_means(key: str, tables: Sequence[tuple[int, dict[str, Comment]]]) -> list[tuple[int, str | None]]:
    """The inputs that hold a comment, each with the viewpoint it means there."""
    found = ((source, table.get(key)) for source, table in tables)
    return [(source, comment.viewpoint_guid) for source, comment in found if comment]


def _meaning(comment: Comment, held: Sequence[tuple[int, str | None]]) -> list[int]:
    wanted = guid_key(comment.viewpoint_guid or "")
    return [source for source, guid in held if guid and guid_key(guid) == wanted]


def topic_words(topic: Topic) -> str:
    """What a topic says, whoever touched it last and however its files are called."""
    own = replace(topic, guid="", modified_date=None, modified_author=None)
    return digest(canonical(own))
