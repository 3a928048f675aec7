"""What people do to the real stack: with archives through the library or by other programs, with the server through
its web interface. Every value they write holds a token nobody wrote before; the ledger knows who had seen what.
"""

import base64
import os
import uuid
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from real_stack import ANNA, BEN, Ground, png
from sim_ledger import Ledger, Written, token_of, tokens_in

import bcfsync
from bcfsync.dates import timestamp
from bcfsync.model import Comment, HeaderFile, PerspectiveCamera, Point, Snapshot, Topic, Viewpoint

MEMBERS = ("title", "topic_status", "priority", "assigned_to", "stage", "description")
_CAMERA = PerspectiveCamera(Point(1.0, 0.0, 0.0), Point(0.0, 1.0, 0.0), Point(0.0, 0.0, 1.0), 60.0, 1.0)
_PLACE = {"x": 1.0, "y": 0.0, "z": 0.0}
_JSON_CAMERA = {
    "camera_view_point": _PLACE, "camera_direction": {"x": 0.0, "y": 1.0, "z": 0.0},
    "camera_up_vector": {"x": 0.0, "y": 0.0, "z": 1.0}, "field_of_view": 60.0, "aspect_ratio": 1.0,
}  # fmt: skip
_SERVERS_OWN = {"guid", "server_assigned_id", "authorization"}


@dataclass
class People:
    """Everybody who works on a project, and what they know."""

    stack: Ground
    ledger: Ledger = field(default_factory=Ledger)
    made: int = 0
    deletions: int = 0
    topics: int = 0
    removed: set[str] = field(default_factory=set)
    pictures: dict[str, str] = field(default_factory=dict)

    # -- words -------------------------------------------------------------------------------------------------

    def token(self) -> str:
        self.made += 1
        return token_of(self.made)

    def guid(self) -> str:
        """One that follows from what was made before."""
        self.made += 1
        return str(uuid.UUID(int=self.made, version=4))

    def wrote(self, token: str, over: Sequence[str], who: str, what: str) -> None:
        self.ledger.publish(Written(token, tuple(over), who, what))

    def deleted(self, tokens: Sequence[str], who: str) -> None:
        self.ledger.delete(tokens, who)

    def may_delete(self) -> bool:
        """The server never loses its last topics: that is a guard's case, and another test's."""
        return self.deletions + 2 < self.topics

    def topic_tokens(self, topic: Topic) -> list[str]:
        """All tokens of a topic, those of its pictures by the viewpoint's guid."""
        seen = [self.pictures[view.guid.lower()] for view in topic.viewpoints if view.guid.lower() in self.pictures]
        return [*tokens_in(replace(topic, viewpoints=())), *seen]

    # -- archives ----------------------------------------------------------------------------------------------

    def begin(self, name: str, topics: Sequence[Topic]) -> None:
        """A file appears."""
        with bcfsync.new(self.stack.file_version) as archive:
            for topic in topics:
                archive.put(topic)
            archive.save(self.stack.folder / name)

    def first_topic(self) -> Topic:
        """A topic as a file begins with."""
        title, text, said = self.token(), self.token(), self.token()
        for token, what in ((title, "title"), (text, "description"), (said, "comment")):
            self.wrote(token, (), BEN, what)
        self.topics += 1
        date = timestamp(self.stack.clock())
        return Topic(
            self.guid(), f"Clash {title}", topic_status="Open", topic_type="Issue", description=f"first\n{text}\nlast",
            creation_author=BEN, creation_date=date, files=(HeaderFile(filename="block.ifc", date=date),),
            comments=(Comment(self.guid(), f"says {said}", date, BEN),),
        )  # fmt: skip

    def edit_file(self, path: Path, change: "FileEdit", which: int, number: int = 0) -> bool:
        """Somebody edits a topic of an archive with a program that keeps to the rules; False where there is none."""
        with bcfsync.open(path) as archive:
            if not archive.topics:
                return False
            topic = archive.topics[which % len(archive.topics)]
            if not change(self, archive, topic, number):
                return False
            archive.save()
        return True

    # -- the server --------------------------------------------------------------------------------------------

    def edit_server(self, change: "WebEdit", which: int, number: int = 0) -> bool:
        """Anna edits a topic on the server; False where there is none."""
        topics = self.stack.get("topics")
        return bool(topics) and change(self, topics[which % len(topics)], number)


FileEdit = Callable[[People, Any, Topic, int], bool]
WebEdit = Callable[[People, dict[str, Any], int], bool]


# -- edits of a file ---------------------------------------------------------------------------------------------------


def _dated(people: People, topic: Topic, **members: Any) -> Topic:
    now = timestamp(people.stack.clock())
    return replace(topic, modified_date=now, modified_author=BEN, **members)


def set_member(people: People, archive: Any, topic: Topic, number: int) -> bool:
    name, token = MEMBERS[number % len(MEMBERS)], people.token()
    old = getattr(topic, name) or ""
    people.wrote(token, tokens_in(old), BEN, name)
    archive.put(_dated(people, topic, **{name: f"is {token}"}))
    return True


def add_comment(people: People, archive: Any, topic: Topic, number: int) -> bool:
    token = people.token()
    people.wrote(token, (), BEN, "comment")
    view = topic.viewpoints[number % len(topic.viewpoints)].guid if topic.viewpoints else None
    archive.comment(topic.guid, f"says {token}", BEN, viewpoint=view, date=people.stack.clock(), guid=people.guid())
    return True


def reword(people: People, archive: Any, topic: Topic, number: int) -> bool:
    if not topic.comments:
        return False
    token, old = people.token(), topic.comments[number % len(topic.comments)]
    people.wrote(token, tokens_in(old), BEN, "comment text")
    new = replace(old, comment=f"rather {token}", modified_date=timestamp(people.stack.clock()), modified_author=BEN)
    archive.put(replace(topic, comments=tuple(new if item is old else item for item in topic.comments)))
    return True


def add_view(people: People, archive: Any, topic: Topic, number: int) -> bool:
    token = people.token()
    people.wrote(token, (), BEN, "viewpoint")
    guid = people.guid()
    people.pictures[guid] = token
    picture = Snapshot("png", blob=archive.attach(png(token)))
    view = Viewpoint(guid, perspective_camera=_CAMERA, snapshot=picture)
    archive.put(replace(topic, viewpoints=(*topic.viewpoints, view)))
    return True


def add_topic(people: People, archive: Any, topic: Topic, number: int) -> bool:
    archive.put(people.first_topic())
    return True


def delete_topic(people: People, archive: Any, topic: Topic, number: int) -> bool:
    if not people.may_delete():
        return False
    people.deletions += 1
    people.deleted(people.topic_tokens(topic), BEN)
    archive.remove(topic.guid)
    return True


def delete_comment(people: People, archive: Any, topic: Topic, number: int) -> bool:
    if not topic.comments:
        return False
    old = topic.comments[number % len(topic.comments)]
    people.deleted(tokens_in(old), BEN)
    archive.put(replace(topic, comments=tuple(item for item in topic.comments if item is not old)))
    return True


FILE_EDITS: tuple[FileEdit, ...] = (
    set_member, set_member, set_member, add_comment, add_comment, reword, add_view, add_topic, delete_topic,
    delete_comment,
)  # fmt: skip


# -- edits on the server -----------------------------------------------------------------------------------------------


def _put(people: People, topic: dict[str, Any], **members: Any) -> None:
    kept = {name: value for name, value in topic.items() if name not in _SERVERS_OWN}
    people.stack.send("PUT", f"topics/{topic['guid']}", {**kept, **members})


def web_set_member(people: People, topic: dict[str, Any], number: int) -> bool:
    name, token = MEMBERS[number % len(MEMBERS)], people.token()
    people.wrote(token, tokens_in(topic.get(name) or ""), ANNA, name)
    _put(people, topic, **{name: f"is {token}"})
    return True


def web_add_comment(people: People, topic: dict[str, Any], number: int) -> bool:
    token = people.token()
    people.wrote(token, (), ANNA, "comment")
    views = people.stack.get(f"topics/{topic['guid']}/viewpoints")
    linked = {"viewpoint_guid": views[number % len(views)]["guid"]} if views else {}
    people.stack.send("POST", f"topics/{topic['guid']}/comments", {"comment": f"says {token}", **linked})
    return True


def web_reword(people: People, topic: dict[str, Any], number: int) -> bool:
    comments = people.stack.get(f"topics/{topic['guid']}/comments")
    if not comments:
        return False
    token, old = people.token(), comments[number % len(comments)]
    people.wrote(token, tokens_in(old["comment"]), ANNA, "comment text")
    kept = {name: old[name] for name in ("viewpoint_guid", "reply_to_comment_guid") if old.get(name)}
    path = f"topics/{topic['guid']}/comments/{old['guid']}"
    people.stack.send("PUT", path, {**kept, "comment": f"rather {token}"})
    return True


def web_add_view(people: People, topic: dict[str, Any], number: int) -> bool:
    token, guid = people.token(), people.guid()
    people.wrote(token, (), ANNA, "viewpoint")
    people.pictures[guid] = token
    picture = {"snapshot_type": "png", "snapshot_data": base64.b64encode(png(token)).decode()}
    body = {"guid": guid, "perspective_camera": _JSON_CAMERA, "snapshot": picture}
    people.stack.send("POST", f"topics/{topic['guid']}/viewpoints", body)
    return True


def web_add_topic(people: People, topic: dict[str, Any], number: int) -> bool:
    token = people.token()
    people.wrote(token, (), ANNA, "topic")
    people.topics += 1
    people.stack.send("POST", "topics", {"guid": people.guid(), "title": f"Clash {token}", "topic_status": "Open"})
    return True


def web_delete_topic(people: People, topic: dict[str, Any], number: int) -> bool:
    if not people.may_delete():
        return False
    people.deletions += 1
    guid = topic["guid"]
    comments, views = (people.stack.get(f"topics/{guid}/{name}") for name in ("comments", "viewpoints"))
    seen = [token for item in (topic, *comments) for value in item.values() for token in tokens_in(value)]
    pictures = [people.stack.web.get(f"topics/{guid}/viewpoints/{view['guid']}/snapshot").content for view in views]
    seen += [token for data in pictures for token in tokens_in(data.decode("latin-1"))]
    people.deleted(seen, ANNA)
    people.stack.send("DELETE", f"topics/{guid}")
    return True


def web_delete_comment(people: People, topic: dict[str, Any], number: int) -> bool:
    comments = people.stack.get(f"topics/{topic['guid']}/comments")
    if not comments:
        return False
    old = comments[number % len(comments)]
    people.deleted(tokens_in(old["comment"]), ANNA)
    people.stack.send("DELETE", f"topics/{topic['guid']}/comments/{old['guid']}")
    return True


WEB_EDITS: tuple[WebEdit, ...] = (
    web_set_member, web_set_member, web_set_member, web_add_comment, web_add_comment, web_reword, web_add_view,
    web_add_topic, web_delete_topic, web_delete_comment,
)  # fmt: skip


# -- programs that know nothing of our rules ---------------------------------------------------------------------------


def rezip(path: Path, number: int) -> None:
    """A program packs the archive anew: other order, other compression, other stamps, the same bytes inside."""
    with zipfile.ZipFile(path) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    entries = entries[::-1] if number % 2 else sorted(entries)
    method = zipfile.ZIP_STORED if number % 3 else zipfile.ZIP_DEFLATED
    _packed(path, entries, method, in_place=number % 5 == 0)


def retitle(people: People, path: Path, which: int) -> bool:
    """A program that knows only zip and text puts another title into a topic."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    markups = sorted(name for name in entries if name.endswith("/markup.bcf"))
    if not markups:
        return False
    name = markups[which % len(markups)]
    before, _, rest = entries[name].partition(b"<Title>")
    old, _, after = rest.partition(b"</Title>")
    token = people.token()
    people.wrote(token, tokens_in(old.decode()), BEN, "title")
    entries[name] = before + f"<Title>raw {token}</Title>".encode() + after
    _packed(path, list(entries.items()), zipfile.ZIP_DEFLATED, in_place=False)
    return True


def _packed(path: Path, entries: Sequence[tuple[str, bytes]], method: int, *, in_place: bool) -> None:
    beside = path.with_name("~$" + path.name + ".new")
    with zipfile.ZipFile(beside, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    put(beside, path, in_place=in_place)


def put(source: Path, path: Path, *, in_place: bool) -> None:
    """A file takes another one's place, or its bytes do."""
    if not in_place:
        source.replace(path)
        return
    before = path.stat().st_mtime_ns
    path.write_bytes(source.read_bytes())
    source.unlink()
    if path.stat().st_mtime_ns <= before + 1000:  # the system's clock is coarser than two writes of a test
        os.utime(path, ns=(before + 10_000_000, before + 10_000_000))


@dataclass
class Tool:
    """A desktop program: it loads a file, keeps it in its memory, and saves all of that later."""

    people: People
    name: str
    copy: Path
    pending: Ledger = field(default_factory=Ledger)
    """What it will have written when it saves."""

    @classmethod
    def load(cls, people: People, path: Path) -> "Tool":
        copy = people.stack.home / "tool.bcf"
        copy.write_bytes(path.read_bytes())
        return cls(people, path.name, copy)

    def edit(self, change: FileEdit, which: int, number: int) -> bool:
        mine = replace(self.people, ledger=self.pending)
        try:
            return mine.edit_file(self.copy, change, which, number)
        finally:
            self.people.made, self.people.topics = mine.made, mine.topics
            self.people.deletions = mine.deletions

    def save(self, number: int) -> None:
        """Its whole copy takes the file's place; what others wrote there meanwhile it has never seen."""
        beside = self.copy.with_suffix(".saving")
        beside.write_bytes(self.copy.read_bytes())
        put(beside, self.people.stack.folder / self.name, in_place=number % 2 == 0)
        for written in self.pending.writes.values():
            self.people.ledger.publish(written)
        for token in self.pending.deleted:
            self.people.ledger.delete([token], BEN)
        self.pending = Ledger()
