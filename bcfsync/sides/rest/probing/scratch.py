"""Topics made for a probe: put on record before they are there, recognised afterwards, and removed.

Owns: the scratch topics of one project. Sees: asking, findings. Rules: a guid is on record before or as soon as it is
on the server, so that no turn takes a scratch topic for somebody's; only what has both our title and our description
is ever deleted.
"""

import uuid
from collections.abc import Callable
from typing import Any

from bcfsync.sides.rest.probing.asking import Asking, Told
from bcfsync.sides.rest.probing.findings import NO, UNKNOWN, YES, Findings
from bcfsync.sides.rest.routes import Routes

TITLE = "bcfsync probe \u2013 may be deleted"
DESCRIPTION = "Made by bcfsync remote probe to find out what this server can do. It may be deleted."


class NoScratch(Exception):
    """The server makes no topic for us; what was asked is in the findings."""


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

    def clean(self, known: frozenset[str]) -> None:
        """Remove what an interrupted probe left: what is on record, and what is listed and is plainly ours."""
        listed = {str(item.get("guid")) for item in self.asking.get(self.routes.topics).items if _is_ours(item)}
        spelled = {guid.lower() for guid in listed}
        self.ours |= listed | {guid for guid in known if guid.lower() not in spelled}
        self._kept()
        self.remove()

    def make(
        self, findings: Findings, values: dict[str, Any], *, with_guid: bool = True
    ) -> tuple[str, Told, dict[str, Any]]:
        """Make a topic, with a guid of ours where the server takes that; its guid, the answer, the values it took.

        Raises:
            NoScratch
        """
        guid = str(uuid.uuid4())
        self.ours.add(guid)
        self._kept()
        plain = {"title": TITLE, "description": DESCRIPTION}
        own = {"guid": guid} if with_guid else {}
        for named, more in ((own, values), (own, {}), ({}, values), ({}, {})):
            taken, body = more, {**named, **plain, **more}
            told = self.asking.send("POST", self.routes.topics, body)
            if not told.refused:
                break
        findings.note("create.topic", told.ok if told.ok or told.refused else UNKNOWN, told)
        made = str(told.members.get("guid") or "")
        if not made:
            if told.refused:
                self.ours.discard(guid)
                self._kept()
            raise NoScratch(str(told))
        self._made.add(made)
        if made.lower() != guid:
            self.ours -= {guid}
            self.ours.add(made)
            self._kept()
        if "guid" in body:
            findings.note("client_guid.topic", YES if made.lower() == guid else NO, told)
        elif with_guid:
            findings.note("client_guid.topic", "rejected", told)
        return made, told, taken

    def remove(self) -> list[Told]:
        """Delete all of them that are still ours; what could not be deleted stays on record."""
        answers = []
        for guid in sorted(self.ours):
            url = self.routes.topic(guid)
            there = self.asking.get(url)
            # a server may lose descriptions; of what this probe made the title is proof enough
            sure = _is_ours(there.data) or (guid in self._made and there.members.get("title") == TITLE)
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


def _is_ours(item: object) -> bool:
    return isinstance(item, dict) and item.get("title") == TITLE and item.get("description") == DESCRIPTION
