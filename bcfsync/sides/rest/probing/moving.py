"""Writes below a scratch topic, and whether the topic's date and the list's tag move with them.

Owns: ``Moving``. Sees: asking, findings. Rules: a date has moved where both the topic and the list of topics say so, as
far as the list shows the topic; what had no usable answer proves nothing.
"""

import re
from collections.abc import Callable

from bcfsync.sides.rest.probing.asking import Asking, Told
from bcfsync.sides.rest.probing.findings import ABSENT, Findings
from bcfsync.sides.rest.routes import Routes

_NAMES = ("modified_date", "modify_date", "modifiedDate")
_FINE = re.compile(r"[.,]\d*[1-9]")
"""A date that tells moments within a second apart."""


class Moving:
    """Watches one topic while it is written below."""

    def __init__(
        self, asking: Asking, routes: Routes, findings: Findings, topic: str, pause: Callable[[], None]
    ) -> None:
        """Look at nothing yet.

        Args:
            asking: how requests are made.
            routes: the project.
            findings: where what is found goes.
            topic: the scratch topic, as the server spells its guid.
            pause: waits until the clock of a server that counts seconds has moved.
        """
        self.asking = asking
        self.routes = routes
        self.findings = findings
        self.topic = topic
        self._pause = pause

    def write(self, name: str, write: Callable[[], Told]) -> Told:
        """Carry out a write and note what moved with it."""
        url = self.routes.topic(self.topic)
        before, listed = self.asking.get(url), self.asking.get(self.routes.topics)
        if not _FINE.search(str(_date(before.members))):
            self._pause()
        told = write()
        if told.absent:
            self.findings.note(f"dates.{name}", ABSENT, told)
            return told
        after, moved = self.asking.get(url), self.asking.get(self.routes.topics)
        known = told.ok and before.ok and after.ok
        was, now = self._shown(listed), self._shown(moved)
        everywhere = _date(before.members) != _date(after.members) and (not (was and now) or _date(was) != _date(now))
        self.findings.note(f"dates.{name}", everywhere if known else None, told, after)
        tags = told.ok and now and listed.etag and moved.etag
        self.findings.note(f"etag.topics.moves.{name}", listed.etag != moved.etag if tags else None, told, moved)
        return told

    def none(self, name: str, *evidence: object) -> None:
        """There is nothing of the kind to write, for there is no route for it."""
        self.findings.note(f"dates.{name}", ABSENT, *evidence)

    def _shown(self, topics: Told) -> dict[str, object]:
        key = self.topic.lower()
        items = (item for item in topics.items if isinstance(item, dict))
        return next((item for item in items if str(item.get("guid")).lower() == key), {})


def _date(topic: dict[str, object]) -> object:
    return next((topic[name] for name in _NAMES if topic.get(name)), None)
