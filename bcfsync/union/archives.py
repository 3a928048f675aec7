"""Several archives as one: project, value lists, documents, topics and foreign files.

Owns: the union of whole archives. Sees: topics, places, the record. Rules: docs/merge.md. The inputs are put into an
order of their own first, newest first, so that the order they are given in makes no difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from bcfsync.blobs import with_blobs
from bcfsync.canonical import digest, topic_content, viewpoint_content
from bcfsync.dates import Timestamp
from bcfsync.guids import guid_key
from bcfsync.merge import spelled
from bcfsync.model import Bcf, Blob, Extensions, Project, Topic
from bcfsync.plain import dumps
from bcfsync.union.documents import united_documents
from bcfsync.union.fields import Holder, moment, numbered, united_fields, united_set
from bcfsync.union.paths import is_markup, lost_snippets, placed, united_extras, without_collisions
from bcfsync.union.record import Decision, Fate, Note, Place, Record, place_in
from bcfsync.union.topics import HeldTopic, topic_words, united_topic


@dataclass(frozen=True, slots=True)
class Input:
    """An archive to unite, with its name for the record; the digests of its blobs must be known."""

    name: str
    bcf: Bcf


@dataclass(frozen=True, slots=True)
class United:
    """The union, and what had to be decided for it.

    ``same`` are the positions of the inputs that hold the union to the last letter, where no other adds anything.
    """

    bcf: Bcf
    decisions: tuple[Decision, ...]
    notes: tuple[Note, ...]
    same: tuple[int, ...] = ()

    @property
    def needs_a_look(self) -> bool:
        """Whether a rule decided what a person might have decided otherwise."""
        return bool(self.decisions) or any(note.fate is Fate.KEPT for note in self.notes)


def unite(inputs: Sequence[Input], base: Bcf | None = None) -> United:
    """The union of archives; the same for every order of the inputs, except for the names on record.

    Args:
        inputs: at least one; equal ones count once.
        base: what they all were made from; only with it can anything be removed.

    Returns:
        The union, in the newest version among the inputs; its blobs are theirs.
    """
    version = max(item.bcf.version for item in inputs)
    ranked = _ranked(inputs)
    record = Record([tuple(sorted({inputs[at].name for at in spots})) for spots, _ in ranked])
    models = [bcf for _, bcf in ranked]
    if len(models) == 1 and base is None:
        return United(replace(models[0], version=version), (), (), ranked[0][0])
    bcf = _united([placed(bcf) for bcf in models], placed(base) if base else None, record)
    for one, other in _look_alikes(bcf.topics):
        record.noted(Fate.LOOK_ALIKE, place_in(one, "topic", one.guid), other.guid, ())
    return United(replace(bcf, version=version), tuple(record.decisions), tuple(record.notes))


def _ranked(inputs: Sequence[Input]) -> list[tuple[tuple[int, ...], Bcf]]:
    """The inputs, equal and blank ones once, by what they hold, and where they are: newest first, then the fuller."""
    known: dict[str, tuple[Bcf, list[int]]] = {}
    for at, item in enumerate(inputs):
        known.setdefault(_content(item.bcf), (item.bcf, []))[1].append(at)
    if len(known) > 1:
        said = {key: value for key, value in known.items() if value[0] != Bcf(value[0].version)}
        known = said or dict([min(known.items())])
    ranked = sorted(known.items(), key=lambda item: (_rank(item[1][0]), item[0]))
    return [(tuple(spots), bcf) for _, (bcf, spots) in ranked]


def _content(bcf: Bcf) -> str:
    """A digest of all an archive says, wherever its bytes are."""
    return digest([dumps(with_blobs(bcf, lambda blob: Blob("", blob.size, blob.sha256)))])


def _rank(bcf: Bcf) -> tuple[float, int, int]:
    dates = [date for topic in bcf.topics for date in _dates(topic) if date]
    newest = max((moment(date).timestamp() for date in dates), default=0.0)
    return -newest, -len(bcf.topics), -sum(len(topic.comments) for topic in bcf.topics)


def _dates(topic: Topic) -> list[Timestamp | None]:
    own = [topic.modified_date, topic.creation_date]
    return own + [date for comment in topic.comments for date in (comment.modified_date, comment.date)]


def _united(models: Sequence[Bcf], base: Bcf | None, record: Record) -> Bcf:
    documents, models = united_documents(models, base, record)
    topics = _topics(models, base, record)
    extras = lost_snippets(topics, united_extras(models, base, record), record)
    united = replace(
        models[0],
        project=_project(models, base, record),
        extensions=_extensions(models, base),
        documents=documents,
        topics=topics,
        extras=extras,
    )
    return without_collisions(united, record)


def _project(models: Sequence[Bcf], base: Bcf | None, record: Record) -> Project | None:
    holders = [
        Holder(bcf.project, at, bcf.version, _newest(bcf)) for at, bcf in enumerate(models) if bcf.project is not None
    ]
    if not holders:
        return None
    past = base.project if base else None
    members = united_fields(("project_id", "name"), past, holders, Place("project"), record)
    return Project(**members)  # type: ignore[arg-type]


def _newest(bcf: Bcf) -> Timestamp | None:
    dates = [date for topic in bcf.topics for date in _dates(topic) if date]
    return max(dates, key=lambda date: date.instant, default=None)


def _extensions(models: Sequence[Bcf], base: Bcf | None) -> Extensions | None:
    said = [bcf.extensions for bcf in models if bcf.extensions is not None]
    if not said:
        return None
    found: dict[str, tuple[str, ...] | None] = {}
    for item in fields(Extensions):
        lists = [getattr(one, item.name) for one in said if getattr(one, item.name) is not None]
        past = getattr(base.extensions, item.name) if base and base.extensions else None
        found[item.name] = united_set(past or (), lists, spelled) if lists else None
    return replace(said[0], **found)


# -- topics ------------------------------------------------------------------------------------------------------------


def _topics(models: Sequence[Bcf], base: Bcf | None, record: Record) -> tuple[Topic, ...]:
    tables = [_by_guid(bcf) for bcf in models]
    before = _by_guid(base) if base else {}
    found: list[Topic] = []
    for key in dict.fromkeys(key for table in tables for key in table):
        held = [HeldTopic(table[key], at, models[at].version) for at, table in enumerate(tables) if key in table]
        lacking = [at for at, table in enumerate(tables) if key not in table and _is_whole(models[at])]
        if key in before and lacking and not _stays(before[key], held, lacking, record):
            continue
        found.append(united_topic(before.get(key), held, record))
    gone = _gone_everywhere(before, tables)
    for topic in gone:
        record.noted(Fate.REMOVED, place_in(topic, "topic", topic.guid), "", range(len(models)))
    return tuple(found)


def _by_guid(bcf: Bcf) -> dict[str, Topic]:
    return numbered(bcf.topics, lambda topic: guid_key(topic.guid))


def _gone_everywhere(before: Mapping[str, Topic], tables: Sequence[Mapping[str, Topic]]) -> list[Topic]:
    return [topic for key, topic in before.items() if not any(key in table for table in tables)]


def _is_whole(bcf: Bcf) -> bool:
    """Whether a topic's absence says anything: not where a markup could not be read."""
    return not any(is_markup(extra.path) for extra in bcf.extras)


def _stays(past: Topic, held: Sequence[HeldTopic], lacking: Sequence[int], record: Record) -> bool:
    edited = any(topic_words(one.topic) != topic_words(past) for one in held)
    record.noted(Fate.KEPT if edited else Fate.REMOVED, place_in(past, "topic", past.guid), "", lacking)
    return edited


def _look_alikes(topics: Sequence[Topic]) -> list[tuple[Topic, Topic]]:
    """Topics of different guids that say the same and are no strangers' blanks."""
    known: dict[str, Topic] = {}
    found: list[tuple[Topic, Topic]] = []
    for topic in topics:
        if not topic.title:
            continue
        words, views = (
            sorted(comment.comment for comment in topic.comments),
            sorted(map(viewpoint_content, topic.viewpoints)),
        )
        said = digest([topic_content(topic), *words, *views])
        if said in known:
            found.append((known[said], topic))
        known.setdefault(said, topic)
    return found
