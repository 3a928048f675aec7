"""What can only be found out by writing: guids, authors, PUT, If-Match, what is kept, deletes, what moves dates.

Owns: the experiments on scratch topics themselves and on their comments, and the order of all of them. Sees: asking,
findings, scratch, moving, viewing, lists.
"""

import uuid
from collections.abc import Callable
from typing import Any

from bcfsync.dates import read_timestamp
from bcfsync.sides.rest.probing import children
from bcfsync.sides.rest.probing.asking import Asking, Told
from bcfsync.sides.rest.probing.findings import NO, REJECTED, UNKNOWN, YES, Findings
from bcfsync.sides.rest.probing.lists import Lists
from bcfsync.sides.rest.probing.moving import Moving
from bcfsync.sides.rest.probing.scratch import DESCRIPTION, TITLE, Made, NoScratch, Scratch
from bcfsync.sides.rest.probing.viewing import Views
from bcfsync.sides.rest.routes import Routes

_WRONG = '"bcfsync-asks-whether-this-is-heeded"'
_STAMPS = {"creation_author": "bcfsync-probe@example.com", "creation_date": "2001-02-03T04:05:06Z"}
_DUE = "2030-01-01T00:00:00Z"
_PLAIN = {"title": TITLE, "description": DESCRIPTION}
_NEVER_SENT = ("assigned_to", "due_date", "stage", "bim_snippet", "labels", "reference_links")
"""Members of a topic that nobody gave a value."""


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
        self.snippet_type = str(values.pop("snippet_type", "Text"))
        self.values = values
        self.version = version
        self.pause = pause
        self.topic = ""
        self.other = ""
        self.comment = ""

    def topics(self) -> bool:
        """Make both topics; whether there is one to go on with."""
        guid = str(uuid.uuid4())
        try:
            made = self.scratch.make(self.values, guid)
        except NoScratch as error:
            self.findings.note("create.topic", NO if error.told.refused else UNKNOWN, error.told)
            return False
        self.topic, self.values = made.guid, made.values
        self.findings.note("create.topic", made.told.ok, made.told)
        kept = YES if made.guid.lower() == guid else NO
        self.findings.note("client_guid.topic", kept if made.named else REJECTED, made.told)
        read = self.asking.get(self.routes.topic(self.topic))
        for name, value in sorted(self.values.items()):
            self.findings.note(f"kept.topic.{name}", read.members.get(name) == value if read.ok else None, read)
        if made.named and kept == YES:
            self._repeat()
        self._second(_mixed() if made.named and kept == YES else "", read)
        return True

    def below(self) -> None:
        """Comments, viewpoints, lists and the snippet: their guids, what is kept of them, and what they move."""
        moving = Moving(self.asking, self.routes, self.findings, self.topic, self.pause)
        views, lists = Views(moving, self.version), Lists(moving, self.version)
        moving.write("comment_added", self._make_comment)
        views.make()
        if self.comment:
            url = self.routes.child(self.topic, "comments", self.comment)
            edited = {"comment": "bcfsync probe, edited"}
            moving.write("comment_edited", lambda: self.asking.send("PUT", url, edited))
            self._reply()
        views.change()
        lists.files()
        lists.relations(self.other)
        lists.references()
        lists.snippet({**_PLAIN, **self.values}, self.snippet_type)
        self._tags("comments")
        self._tags("viewpoints")
        if self.comment:
            children.delete(moving, "comment", self.routes.child(self.topic, "comments", self.comment))
        views.delete()
        views.bitmap()

    def changing(self) -> None:
        """PUT: If-Match, and what it does with members that are left out."""
        url = self.routes.topic(self.topic)
        keep: dict[str, Any] = {
            name: self.values[name] for name in ("topic_type", "topic_status") if name in self.values
        }
        moving = Moving(self.asking, self.routes, self.findings, self.topic, self.pause)
        whole = {**_PLAIN, **self.values}
        moving.write("topic_edited", lambda: self.asking.send("PUT", url, {**whole, "due_date": _DUE}))
        self.asking.send("PUT", url, whole)
        before = self.asking.get(url)
        self.findings.note("etag.topic", before.tag if before.ok else UNKNOWN, before)
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
        self.asking.send("PUT", url, {**_PLAIN, **keep})

    def parting(self) -> None:
        """Delete the second topic, to which the first one is related."""
        if not self.other:
            return
        moving = Moving(self.asking, self.routes, self.findings, self.topic, self.pause)
        Lists(moving, self.version).lost_relation(self.other, self._delete_other)

    def _delete_other(self) -> Told:
        told = self.scratch.remove(self.other)
        return told[0] if told else Told(None, None, None, weak=False, asked="nothing was deleted")

    def _repeat(self) -> None:
        body = {"guid": self.topic, **_PLAIN, **self.values}
        told = self.asking.send("POST", self.routes.topics, body)
        made = str(told.members.get("guid") or "")
        if made and made.lower() != self.topic.lower():
            self.scratch.add(made)
        same = "overwritten" if made else UNKNOWN
        value = str(told.status) if told.refused else "new guid" if made.lower() not in {"", self.topic} else same
        self.findings.note("repeated_guid.topic", value, told)

    def _second(self, guid: str, first: Told) -> None:
        """Make a topic in somebody else's name, and with a guid in letters of both sizes."""
        try:
            made = self.scratch.make(_STAMPS, guid)
        except NoScratch as error:
            self.findings.note("client_author_date", UNKNOWN, error.told)
            return
        self.other = made.guid
        read = self.asking.get(self.routes.topic(made.guid))
        self._stamps(made, read, str(first.members.get("creation_author") or ""))
        if guid and made.guid.lower() == guid.lower():
            spelled = {guid: "kept", guid.lower(): "lowered", guid.upper(): "raised"}
            value = spelled.get(str(read.members.get("guid")), UNKNOWN)
            self.findings.note("guid_case", value, made.told, read)
        if read.ok:
            self.findings.note("null_policy", _nulls(read.members), read)

    def _stamps(self, made: Made, read: Told, own: str) -> None:
        author, date = read.members.get("creation_author"), read.members.get("creation_date")
        sent = _STAMPS["creation_author"]
        if not made.values:
            value = REJECTED
        elif not read.ok or own == sent or not author:
            value = UNKNOWN
        else:
            taken = author == sent, _same_moment(date, _STAMPS["creation_date"])
            value = {(True, True): YES, (True, False): "author", (False, True): "date", (False, False): NO}[taken]
        self.findings.note("client_author_date", value, made.told, read)

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
        url, body = self.routes.part(self.topic, "comments"), {"comment": "bcfsync probe"}
        told, self.comment = children.make(self.asking, self.findings, "comment", url, body)
        return told

    def _reply(self) -> None:
        url = self.routes.part(self.topic, "comments")
        body = {"comment": "bcfsync probe, answered", "reply_to_comment_guid": self.comment}
        told = self.asking.send("POST", url, body)
        guid = str(told.members.get("guid") or "")
        read = self.asking.get(self.routes.child(self.topic, "comments", guid)) if guid else told
        to = read.members.get("reply_to_comment_guid") or read.members.get("replay_to_comment_guid")
        kept = str(to).lower() == self.comment.lower() if guid and read.ok else None
        self.findings.note("routes.comments_replies", kept, told, *([read] if guid else []))

    def _tags(self, name: str) -> None:
        told = self.asking.get(self.routes.part(self.topic, name))
        self.findings.note(f"etag.{name}", told.tag if told.ok else "absent" if told.absent else UNKNOWN, told)


def _mixed() -> str:
    """A guid with letters of both sizes."""
    text = str(uuid.uuid4())
    while sum(map(str.isalpha, text)) < 2:
        text = str(uuid.uuid4())
    first = next(index for index, letter in enumerate(text) if letter.isalpha())
    return text[:first] + text[first].upper() + text[first + 1 :]


def _nulls(topic: dict[str, Any]) -> str:
    """How members without a value are answered; those the server gave a value say nothing."""
    seen = {_empty(topic, name) for name in _NEVER_SENT} - {""}
    return seen.pop() if len(seen) == 1 else "mixed" if seen else UNKNOWN


def _empty(topic: dict[str, Any], name: str) -> str:
    if name not in topic:
        return "left out"
    value = topic[name]
    if value == []:  # a list has its own way of being empty
        return ""
    return "null" if value is None else "empty" if value in ("", {}) else ""


def _same_moment(answered: object, sent: str) -> bool:
    found, wanted = read_timestamp(str(answered or "")), read_timestamp(sent)
    return found is not None and found == wanted
