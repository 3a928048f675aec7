"""Topics made for a probe: put on record before they are there, recognised afterwards, and removed.

Owns: the scratch topics of one project. Sees: asking, findings. Rules: a guid is on record before or as soon as it is
on the server, so that no turn takes a scratch topic for somebody's; only what has our title is ever deleted, and our
description, or none and a guid that is on record.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bcfsync.sides.rest.probing.asking import Asking, Told
from bcfsync.sides.rest.routes import Routes

TITLE = "bcfsync probe \u2013 may be deleted"
DESCRIPTION = "Made by bcfsync remote probe to find out what this server can do. It may be deleted."


class NoScratch(Exception):
    """The server makes no topic for us.

    Attributes:
        told: what it answered.
    """

    def __init__(self, told: Told) -> None:
        super().__init__(str(told))
        self.told = told


@dataclass(frozen=True, slots=True)
class Made:
    """A scratch topic.

    Attributes:
        guid: as the server spells it.
        told: its answer.
        values: those it took, of those that were sent.
        named: whether it took a body with a guid of ours.
    """

    guid: str
    told: Told
    values: dict[str, Any]
    named: bool


class Scratch:
    """The scratch topics of one project."""

    def __init__(self, asking: Asking, routes: Routes, keep: Callable[[frozenset[str]], None]) -> None:
        """Begin without one.

        Args:
            asking: how requests are made.
            routes: the project.
            keep: puts on record which guids are scratch topics as of now.
        """
        self.asking = asking
        self.routes = routes
        self._keep = keep
        self.ours: set[str] = set()
        self._made: set[str] = set()
        """Those whose guids are on record: nobody else can have made them."""

    def clean(self, known: frozenset[str]) -> None:
        """Remove what an interrupted probe left: what is on record, and what is listed and is plainly ours."""
        listed = {str(item.get("guid")) for item in self.asking.get(self.routes.topics).items if is_ours(item)}
        spelled = {guid.lower() for guid in listed}
        unlisted = {guid for guid in known if guid.lower() not in spelled}
        self._made |= {guid for guid in listed if guid.lower() in set(map(str.lower, known))} | unlisted
        self.ours |= listed | unlisted
        self._kept()
        self.remove()

    def make(self, values: dict[str, Any], guid: str = "") -> Made:
        """Make a topic, with the guid and the values where the server takes that.

        Raises:
            NoScratch
        """
        sent = guid or str(uuid.uuid4())
        self.ours.add(sent)
        self._kept()
        plain = {"title": TITLE, "description": DESCRIPTION}
        own = {"guid": guid} if guid else {}
        for named, taken in ((own, values), (own, {}), ({}, values), ({}, {})):
            body = {**named, **plain, **taken}
            told = self.asking.send("POST", self.routes.topics, body)
            if not told.refused:
                break
        made = str(told.members.get("guid") or "")
        if not made:
            if told.refused:
                self.ours.discard(sent)
                self._kept()
            raise NoScratch(told)
        if made != sent and self._is_anothers(made):
            self.ours.discard(sent)
            self._kept()
            raise NoScratch(told)
        self._made.add(made)
        if made != sent:
            self.ours -= {sent}
            self.ours.add(made)
            self._kept()
        return Made(made, told, taken, named=bool(named))

    def _is_anothers(self, guid: str) -> bool:
        """Whether a guid the server gave is one of a topic that was there: nothing is tried on that."""
        there = self.asking.get(self.routes.topic(guid))
        return there.ok and there.members.get("title") not in {None, TITLE}

    def add(self, guid: str) -> None:
        """One more topic the server made for us."""
        self._made.add(guid)
        self.ours.add(guid)
        self._kept()

    def remove(self, only: str | None = None) -> list[Told]:
        """Delete all of them, or one, that are still ours; what could not be deleted stays on record."""
        answers = []
        for guid in sorted(self.ours if only is None else self.ours & {only}):
            url = self.routes.topic(guid)
            there = self.asking.get(url)
            # a server may lose descriptions, and a probe may be killed while there is none
            bare = there.members.get("title") == TITLE and not there.members.get("description")
            sure = is_ours(there.data) or (guid in self._made and bare)
            gone = there.status in {404, 410}
            if there.ok and sure:
                told = self.asking.send("DELETE", url)
                answers.append(told)
                gone = told.ok and self.asking.get(url).is_nothing
            if gone:
                self.ours.discard(guid)
        self._kept()
        return answers

    def _kept(self) -> None:
        self._keep(frozenset(self.ours))


def is_ours(item: object) -> bool:
    """Whether a topic as it is answered was plainly made for a probe."""
    return isinstance(item, dict) and item.get("title") == TITLE and item.get("description") == DESCRIPTION
