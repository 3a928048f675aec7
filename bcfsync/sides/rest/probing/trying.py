"""What can only be found out by writing: guids, PUT, If-Match, what is kept, deletes, and what moves dates and tags.

Owns: the experiments on scratch topics. Sees: asking, findings, scratch.
"""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from bcfsync.sides.rest.probing.asking import Asking, Told
from bcfsync.sides.rest.probing.findings import NO, UNKNOWN, YES, Findings
from bcfsync.sides.rest.probing.scratch import DESCRIPTION, TITLE, NoScratch, Scratch
from bcfsync.sides.rest.routes import Routes

_WRONG = '"bcfsync-asks-whether-this-is-heeded"'
_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
"""A picture of one pixel."""

_VIEW: dict[str, Any] = {
    "index": 1,
    "perspective_camera": {
        "camera_view_point": {"x": 0.0, "y": 0.0, "z": 0.0},
        "camera_direction": {"x": 1.0, "y": 0.0, "z": 0.0},
        "camera_up_vector": {"x": 0.0, "y": 0.0, "z": 1.0},
        "field_of_view": 60.0,
    },
    "lines": [{"start_point": {"x": 0.0, "y": 0.0, "z": 0.0}, "end_point": {"x": 1.0, "y": 1.0, "z": 1.0}}],
    "clipping_planes": [{"location": {"x": 0.0, "y": 0.0, "z": 0.0}, "direction": {"x": 0.0, "y": 0.0, "z": 1.0}}],
    "snapshot": {"snapshot_type": "png", "snapshot_data": _PNG},
    "components": {
        "selection": [{"ifc_guid": "2MF28NhmDBiRVyFakgdbCT"}],
        "visibility": {"default_visibility": True, "exceptions": []},
    },
}
_LISTS: dict[str, list[dict[str, str]]] = {
    "files": [{"filename": "bcfsync-probe.ifc", "reference": "https://example.com/bcfsync-probe.ifc"}],
    "related_topics": [],
}


def _view(version: str) -> dict[str, Any]:
    """A viewpoint by the book of a version: 3.0 needs the shape of the picture, and 2.1 has no place for it."""
    if version != "3.0":
        return _VIEW
    return {**_VIEW, "perspective_camera": {**_VIEW["perspective_camera"], "aspect_ratio": 1.5}}


class Experiments:
    """All that is tried on two scratch topics."""

    def __init__(
        self, scratch: Scratch, findings: Findings, values: dict[str, Any], version: str, pause: Callable[[], None]
    ) -> None:
        """Try nothing yet.

        Args:
            scratch: where topics come from.
            findings: where what is found goes.
            values: members of a topic that the project's lists allow.
            version: of the API.
            pause: waits until the clock of a server that counts seconds has moved.
        """
        self.scratch = scratch
        self.asking: Asking = scratch.asking
        self.routes: Routes = scratch.routes
        self.findings = findings
        self.values = values
        self.version = version
        self.pause = pause
        self.topic = ""
        self.other = ""
        self.comment = ""
        self.view = ""

    def topics(self) -> bool:
        """Make both topics; whether there is one to go on with."""
        try:
            self.topic, told, self.values = self.scratch.make(self.findings, self.values)
            self._kept("topic", self.values, self.asking.get(self.routes.topic(self.topic)), told)
            self.other, *_ = self.scratch.make(self.findings, {}, with_guid=False)
        except NoScratch:
            return bool(self.topic)
        if self.findings.value("client_guid.topic") == YES:
            body = {"guid": self.topic, "title": TITLE, "description": DESCRIPTION, **self.values}
            told = self.asking.send("POST", self.routes.topics, body)
            made = str(told.members.get("guid") or "")
            if made and made.lower() != self.topic.lower():
                self.scratch.ours.add(made)
            same = "overwritten" if made else UNKNOWN
            value = str(told.status) if told.refused else "new guid" if made.lower() not in {"", self.topic} else same
            self.findings.note("repeated_guid.topic", value, told)
        return True

    def below(self) -> None:
        """Comments, viewpoints and lists: their guids, what is kept of them, and what they move."""
        self._moving("comment_added", self._make_comment)
        self._moving("viewpoint_added", self._make_view)
        if self.comment:
            url = self.routes.child(self.topic, "comments", self.comment)
            self._moving("comment_edited", lambda: self.asking.send("PUT", url, {"comment": "bcfsync probe, edited"}))
        for name, body in _LISTS.items():
            self._tags(name)
            sent: list[dict[str, str]] = body or [{"related_topic_guid": self.other}]
            self._moving(name, partial(self.asking.send, "PUT", self.routes.part(self.topic, name), sent))
        reference = {"url": "https://example.com/bcfsync-probe", "description": "bcfsync probe"}
        url = self.routes.part(self.topic, "document_references")
        self._moving("document_references", lambda: self.asking.send("POST", url, reference))
        self._tags("comments")
        self._tags("viewpoints")
        for kind, name, guid in (("comment", "comments", self.comment), ("viewpoint", "viewpoints", self.view)):
            if guid:
                self._delete(kind, self.routes.child(self.topic, name, guid))

    def changing(self) -> None:
        """PUT: If-Match, and what it does with members that are left out."""
        url = self.routes.topic(self.topic)
        before = self.asking.get(url)
        self.findings.note("etag.topic", before.tag if before.ok else UNKNOWN, before)
        keep: dict[str, Any] = {
            name: self.values[name] for name in ("topic_type", "topic_status") if name in self.values
        }
        body: dict[str, Any] = {"title": TITLE, **keep}
        if before.etag:
            wrong = self.asking.send("PUT", url, {**body, "description": DESCRIPTION, **self.values}, _WRONG)
            heeded = wrong.status in {409, 412}
            known = heeded or wrong.ok
            self.findings.note("if_match", ("enforced" if heeded else "ignored") if known else UNKNOWN, wrong)
        told = self.asking.send("PUT", url, body)
        after = self.asking.get(url)
        self.findings.note("put", self._judged(told, before, after), told, after)
        # the description is what a scratch topic is recognised by
        self.asking.send("PUT", url, {"title": TITLE, "description": DESCRIPTION, **keep})

    def _judged(self, told: Told, before: Told, after: Told) -> str:
        if told.refused:
            return "none" if told.status in {405, 501} else UNKNOWN
        was, is_ = before.members.get("description"), after.members.get("description")
        if not (told.ok and after.ok and was):
            return UNKNOWN
        priority = before.members.get("priority"), after.members.get("priority")
        if is_ == was:
            return "merge"
        if not priority[0]:
            return UNKNOWN  # cleared, or set to the first value: nothing shows which
        return "reset" if priority[1] else "replace"

    def _make_comment(self) -> Told:
        url = self.routes.part(self.topic, "comments")
        told, self.comment = self._make("comment", url, {"comment": "bcfsync probe"})
        return told

    def _make_view(self) -> Told:
        url = self.routes.part(self.topic, "viewpoints")
        told, self.view = self._make("viewpoint", url, _view(self.version))
        if told.ok and self.view:
            child = self.asking.get(self.routes.child(self.topic, "viewpoints", self.view))
            self._kept("viewpoint", {name: _VIEW[name] for name in ("index", "lines", "clipping_planes")}, child, told)
            for part in ("selection", "visibility"):
                read = self.asking.get(self.routes.view_part(self.topic, self.view, part))
                there = bool(read.members.get(part)) if read.ok else NO if read.status in {404, 405, 501} else None
                self.findings.note(f"kept.viewpoint.components.{part}", there, read)
            shown = child.members.get("snapshot")
            self.findings.note("kept.viewpoint.snapshot", bool(shown) if child.ok else None, child)
        return told

    def _make(self, kind: str, url: str, body: dict[str, Any]) -> tuple[Told, str]:
        guid = str(uuid.uuid4())
        told = self.asking.send("POST", url, {"guid": guid, **body})
        if told.refused:
            without = self.asking.send("POST", url, body)
            self.findings.note(f"client_guid.{kind}", "rejected" if without.ok else UNKNOWN, told, without)
            return without, str(without.members.get("guid") or "")
        made = str(told.members.get("guid") or "")
        self.findings.note(f"client_guid.{kind}", (YES if made.lower() == guid else NO) if made else UNKNOWN, told)
        if made.lower() == guid:
            again = self.asking.send("POST", url, {"guid": guid, **body})
            value = str(again.status) if again.refused else "taken" if again.ok else UNKNOWN
            self.findings.note(f"repeated_guid.{kind}", value, again)
        return told, made

    def _delete(self, kind: str, url: str) -> None:
        def delete() -> Told:
            told = self.asking.send("DELETE", url)
            gone = told.ok and self.asking.get(url).is_nothing
            known = told.ok or told.status in {405, 501}
            self.findings.note(f"delete.{kind}", gone if known else UNKNOWN, told)
            return told

        self._moving(f"{kind}_deleted", delete)

    def _moving(self, name: str, write: Callable[[], Told]) -> None:
        """A write below the topic, and whether the topic's date and the list's tag moved with it."""
        url = self.routes.topic(self.topic)
        before, tag = self.asking.get(url), self.asking.get(self.routes.topics)
        self.pause()
        told = write()
        after, moved = self.asking.get(url), self.asking.get(self.routes.topics)
        dates = before.members.get("modified_date"), after.members.get("modified_date")
        if told.status in {404, 405, 501}:
            self.findings.note(f"dates.{name}", "absent", told)
            return
        known = told.ok and before.ok and after.ok
        self.findings.note(f"dates.{name}", dates[0] != dates[1] if known else None, told, after)
        shown = any(_is(item, self.topic) for item in moved.items)
        tags = told.ok and shown and tag.etag and moved.etag
        self.findings.note(f"etag.topics.moves.{name}", tag.etag != moved.etag if tags else None, told, moved)

    def _tags(self, name: str) -> None:
        told = self.asking.get(self.routes.part(self.topic, name))
        absent = told.status in {404, 405, 501}
        self.findings.note(f"etag.{name}", told.tag if told.ok else "absent" if absent else UNKNOWN, told)

    def _kept(self, kind: str, sent: dict[str, Any], read: Told, told: Told) -> None:
        for name, value in sorted(sent.items()):
            kept = read.members.get(name) == value if read.ok else None
            self.findings.note(f"kept.{kind}.{name}", kept, told, read)


def _is(item: object, guid: str) -> bool:
    return isinstance(item, dict) and str(item.get("guid")).lower() == guid.lower()
