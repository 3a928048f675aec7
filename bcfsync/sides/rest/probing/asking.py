"""Requests whose refusal is an answer, too, and what was asked and answered as one line of evidence.

Owns: ``Asking``, ``Told``. Sees: net. Rules: what says nothing of the server's abilities ends the probe (no login, no
connection); everything else is told.
"""

import io
import re
from dataclasses import dataclass
from typing import Any

from bcfsync.net import Http, NotJson, Refused, Stumbled, Unanswered

_ID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: its status (None where nothing usable came), its JSON, its tags, and the evidence."""

    status: int | None
    data: Any
    etag: str | None
    weak: bool
    asked: str

    @property
    def ok(self) -> bool:
        """2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """A definite no."""
        return self.status is not None and 400 <= self.status < 600

    @property
    def is_nothing(self) -> bool:
        """What servers say of what was just deleted: 404, 410, but 400, or success without anything, as well."""
        return self.status in {400, 404, 410} or (self.ok and not self.data)

    @property
    def items(self) -> list[Any]:
        """The list it is; none where it is none."""
        return self.data if isinstance(self.data, list) else []

    @property
    def members(self) -> dict[str, Any]:
        """The object it is; empty where it is none."""
        return self.data if isinstance(self.data, dict) else {}

    @property
    def absent(self) -> bool:
        """What servers say where they have no such route."""
        return self.status in {404, 405, 501}

    @property
    def known(self) -> bool:
        """Whether it says something: a success, or a definite no."""
        return self.ok or self.refused

    @property
    def tag(self) -> str:
        """none, weak or strong."""
        return "strong" if self.etag else "weak" if self.weak else "none"

    def __str__(self) -> str:
        if self.status is None:
            return f"{self.asked} -> no usable answer"
        size = f", {len(self.data)} items" if isinstance(self.data, list) else ""
        return f"{self.asked} -> {self.status}{size}"


class Asking:
    """Asks one server, below one address."""

    def __init__(self, http: Http, below: str) -> None:
        self.http = http
        self._below = below

    def get(self, url: str) -> Told:
        """Read."""
        return self._told("GET", url, None, None)

    def send(self, method: str, url: str, data: object = None, match: str | None = None) -> Told:
        """Write, once."""
        return self._told(method, url, data, match)

    def send_bytes(self, method: str, url: str, data: bytes) -> Told:
        """Write bytes, once."""
        asked = f"{method} {self._path(url)}"
        try:
            self.http.send_bytes(method, url, io.BytesIO(data), {})
        except Refused as error:
            return Told(error.status, None, None, weak=False, asked=asked)
        except (NotJson, Stumbled, Unanswered):
            return Told(None, None, None, weak=False, asked=asked)
        return Told(200, None, None, weak=False, asked=asked)

    def bytes(self, url: str) -> Told:
        """Read what is no JSON; its data are the bytes."""
        asked = f"GET {self._path(url)}"
        try:
            with self.http.open(url) as stream:
                return Told(200, stream.read(_MOST_BYTES), None, weak=False, asked=asked)
        except Refused as error:
            return Told(error.status, None, None, weak=False, asked=asked)
        except (NotJson, Stumbled):
            return Told(None, None, None, weak=False, asked=asked)

    def _path(self, url: str) -> str:
        return _ID.sub("GUID", url.removeprefix(self._below).lstrip("/")) or "."

    def _told(self, method: str, url: str, data: object, match: str | None) -> Told:
        asked = f"{method} {self._path(url)}{' with If-Match' if match else ''}"
        try:
            if method == "GET":
                answer = self.http.get(url, exact=True)
            else:
                answer = self.http.send(method, url, data, match=match)
        except Refused as error:
            return Told(error.status, None, None, weak=False, asked=asked)
        except (NotJson, Stumbled, Unanswered):
            return Told(None, None, None, weak=False, asked=asked)
        return Told(200, answer.data, answer.etag, answer.weak, asked)
