"""What must hold once faults and people have stopped: nothing lost, nothing doubled, both sides alike, the record true.

What is there is read as bytes wherever bytes tell it, so that a defect of our own readers cannot hide a loss.
"""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from real_people import MEMBERS, People
from real_stack import Ground, Turned, archive_bytes, tokens, valid

from bcfsync import plain
from bcfsync.advance import said
from bcfsync.bcffile import open_bcf
from bcfsync.canonical import same
from bcfsync.changes import ENTITIES, Key, Kind, key_of
from bcfsync.cli.learning import known_facts
from bcfsync.guids import guid_key
from bcfsync.model import Comment, Topic
from bcfsync.plan.policy import Deletes
from bcfsync.plan.topics import own_part
from bcfsync.sides.rest.facts import TAG_COVERS
from bcfsync.sides.rest.side import RestSide
from bcfsync.sides.rest.tags import COLLECTION, PAGES
from bcfsync.store import REMOTE, UNSETTLED, Store, seen_of


def converged(people: People) -> None:
    """Everybody goes home; within five turns nothing is left to do, and then there is nothing ever again."""
    stack = people.stack
    stack.days_pass()
    stack.settle()
    told = _calm(stack)
    with closing(stack.state_open()) as store:
        absent = {name.rpartition("/")[2] for name in store.archives()} - {path.name for path in stack.archives()}
        # an archive that went less than a minute ago may come back any moment, so every turn looks
        if not absent and known_facts(store).get(TAG_COVERS) in {PAGES, COLLECTION}:
            # the last turn that worked may have put on record what a killed one had written: that writes nothing, and
            # one whole look after it finds nothing left
            told = told if told.in_sync else _calm(stack)
            assert told.in_sync, (told.requests, [str(item) for item in told.events])
            assert len(told.requests) <= 2, told.requests
    for path in stack.archives():
        valid(path)
    judge(people)


def _calm(stack: Ground) -> Turned:
    """One more turn, which writes nothing."""
    told = stack.turn()
    assert told.ended is None
    assert not told.writes, f"a turn after a quiet one writes: {told.requests}"
    return told


def judge(people: People) -> None:
    """Nothing lost, nothing doubled; both sides alike; the record says what is there."""
    stack = people.stack
    with closing(stack.state_open()) as store:
        found = Found.of(stack, store)
        nothing_lost(people, store)
        _nothing_doubled(stack)
        _all_alike(people, found)
        _shadows_true(found)


@dataclass
class Found:
    """Both sides as our readers see them, and what is on record."""

    store: Store
    server: tuple[Topic, ...]
    files: dict[str, tuple[Topic, ...]]
    across: dict[Key, Key]
    open: set[tuple[Key, str]]
    held: set[str]

    @classmethod
    def of(cls, stack: Ground, store: Store) -> "Found":
        with closing(stack.http()) as http:
            side = RestSide(http, stack.project, {"root": http.root})
            server = tuple(side.load(list(side.listing().topics)).topics.values())
        files = {}
        for path in stack.archives():
            with open_bcf(path) as file:
                files[path.name] = file.bcf.topics
        across = dict(store.links())
        held = {guid_key(guid) for item in store.holds() for guid in (item.guid, item.topic) if guid}
        held |= {far.guid for local, far in across.items() if local.guid in held}
        held |= {local.guid for local, far in across.items() if far.guid in held}
        return cls(store, server, files, across, {(item.key, item.field) for item in store.conflicts()}, held)


def nothing_lost(people: People, store: Store) -> None:
    """Every token is somewhere, or somebody who had seen it wrote over it, or it stands in a conflict record."""
    stack = people.stack
    present = set(tokens(stack.server_bytes()))
    for path in stack.archives():
        present.update(tokens(archive_bytes(path)))
    recorded = {found for item in store.conflicts() for value in (item.local, item.remote)
                for found in tokens([(value or "").encode()])}  # fmt: skip
    lost = [item for item in people.ledger.open() if item.token not in present | recorded]
    assert not lost, f"lost: {lost}"


def _nothing_doubled(stack: Ground) -> None:
    for place, texts in [("server", stack.server_bytes()), *((at.name, archive_bytes(at)) for at in stack.archives())]:
        doubled = [token for token, times in Counter(tokens(texts)).items() if times > 1]
        assert not doubled, f"doubled on {place}: {doubled}"


def _all_alike(people: People, found: Found) -> None:
    there = {guid_key(topic.guid): topic for topic in found.server}
    here: set[str] = set()
    for name, topics in found.files.items():
        for topic in topics:
            remote = found.across.get(key_of(Kind.TOPIC, "", topic.guid))
            other = there.get(remote.guid) if remote else None
            if other is not None and remote is not None:
                here.add(remote.guid)
                _alike(name, found, topic, other)
            else:
                assert guid_key(topic.guid) in found.held, f"{name} holds a topic the server does not: {topic.title}"
    for guid, topic in there.items():
        if guid in here | found.held:
            continue
        seen = set(people.topic_tokens(topic))
        gone = people.ledger.deleted & seen or people.removed & seen
        assert gone, f"the server holds a topic no archive does, and nobody is told: {topic.title}"


def _alike(name: str, found: Found, topic: Topic, other: Topic) -> None:
    key = key_of(Kind.TOPIC, "", topic.guid)
    for member in (*MEMBERS, "labels"):
        ours, theirs = getattr(topic, member), getattr(other, member)
        if (key, member) not in found.open:
            assert same(ours, theirs), f"{name} and the server differ in {member}: {ours!r} and {theirs!r}"
    for kind, mine, yours in (
        (Kind.COMMENT, topic.comments, other.comments),
        (Kind.VIEWPOINT, topic.viewpoints, other.viewpoints),
    ):
        theirs_by = {guid_key(item.guid): item for item in yours}
        for item in mine:
            child = key_of(kind, topic.guid, item.guid)
            remote = found.across.get(child)
            counterpart = theirs_by.pop(remote.guid, None) if remote else None
            if counterpart is None:
                assert child.guid in found.held, f"{name} holds a {kind} the server does not: {item}"
            elif isinstance(item, Comment) and (child, "comment") not in found.open:
                assert same(item.comment, counterpart.comment), f"{name}: {item.comment!r}, {counterpart.comment!r}"
        left = theirs_by.keys() - found.held
        assert not left, f"the server holds a {kind} that {name} does not: {[theirs_by[guid] for guid in left]}"


def _shadows_true(found: Found) -> None:
    """Every shadow says what its replica holds, but for what is disputed or held."""
    real: dict[str, dict[Key, Any]] = {REMOTE: _atoms(found.server)}
    real |= {name: _atoms(topics) for name, topics in found.files.items()}
    disputed = {key for key, _ in found.open}
    for key, name, text in found.store.shadows():
        archive = seen_of(name)
        place = (REMOTE if archive or name == REMOTE else name).rpartition("/")[2]
        # what is on record of an archive that lacks it was taken out there, and waits
        holder = (archive or name).rpartition("/")[2]
        if place not in real or text == UNSETTLED or key in disputed or {key.guid, key.topic} & found.held:
            continue
        if holder != REMOTE and key not in real.get(holder, {}):
            continue
        wanted = found.across.get(key) if place == REMOTE else key
        value = real[place].get(wanted) if wanted else None
        if value is not None:
            shadow = plain.loads(ENTITIES[key.kind], text)
            assert _said(shadow) == _said(value), f"{name} is on record with {shadow} and holds {value}"


def _atoms(topics: tuple[Topic, ...]) -> dict[Key, Any]:
    found: dict[Key, Any] = {}
    for topic in topics:
        found[key_of(Kind.TOPIC, "", topic.guid)] = own_part(topic)
        found |= {key_of(Kind.COMMENT, topic.guid, item.guid): item for item in topic.comments}
    return found


def _said(value: Any) -> str:
    return value.comment.strip() if isinstance(value, Comment) else said(value)


def nobody_deleted(people: People, requests: list[tuple[str, str]]) -> None:
    """Where deletions do not travel there is none."""
    if people.stack.policy.deletes is Deletes.NEVER:
        assert not [path for method, path in requests if method == "DELETE"]
