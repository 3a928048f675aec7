"""How the page says things: dates, sizes, people, links, and text nobody checked.

Owns: the filters of the templates. Sees: values. Governed by: nothing outside; what counts as done stands in ``_DONE``.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date
from urllib.parse import urlsplit

from markupsafe import Markup

from bcfsync.server import dates

# no character of HTML: XML 1.0 and HTML 5 leave out the controls; a stray one would make the page no page
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_HIDDEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_LONGEST_ADDRESS = 2000
_LONG = 3000
_LONGEST = 100_000
_HUES = 8

_KINDS: Mapping[str, tuple[str, ...]] = {
    "open": (
        "open",
        "new",
        "active",
        "reopened",
        "assigned",
        "offen",
        "neu",
        "aktiv",
        "ouvert",
        "öppen",
        "åpen",
        "avoin",
    ),
    "moving": ("in progress", "inprogress", "pending", "review", "in review", "in bearbeitung", "en cours", "ongoing"),
    "solved": ("resolved", "solved", "fixed", "answered", "erledigt", "gelöst", "behoben", "résolu", "løst"),
    "closed": ("closed", "done", "cancelled", "rejected", "geschlossen", "abgeschlossen", "fermé", "clos", "lukket"),
}
_PLAIN = "plain"
_DONE = ("solved", "closed")
_URGENCIES: Mapping[str, tuple[str, ...]] = {
    "urgent": ("critical", "urgent", "blocker", "highest", "very high", "kritisch", "on hold"),
    "high": ("high", "major", "hoch", "haute"),
    "low": ("low", "minor", "lowest", "trivial", "niedrig", "basse"),
}


def showable(value: object) -> object:
    """Text without characters that may not stand in a page; anything else as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    return value


def when(text: str) -> str:
    """A date as people read it, in UTC; what is none stays as it is."""
    try:
        return dates.parse(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return text


def day(text: str) -> str:
    """The day of a due date, which has no time in most programs."""
    try:
        return dates.parse(text).date().isoformat()
    except ValueError:
        return text


def is_late(due: str, status: str | None, today: date) -> bool:
    """Whether a due date has passed, and the topic's status does not say that it is done."""
    try:
        return dates.parse(due).date() < today and status_kind(status or "") not in _DONE
    except ValueError:
        return False


def status_kind(status: str) -> str:
    """The colour of a status; the words are free, these are the usual ones."""
    return _kind(status, _KINDS)


def urgency(priority: str) -> str:
    """The colour of a priority."""
    return _kind(priority, _URGENCIES)


def web_address(text: object) -> str | None:
    """The text if a browser may follow it: http or https to a host, and nothing unseen in it."""
    if not isinstance(text, str) or len(text) > _LONGEST_ADDRESS or _HIDDEN.search(text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in {"http", "https"} and parts.hostname else None


def paint(color: str) -> str | None:
    """A component's colour (RGB, or ARGB as BCF has it) as a browser takes it; None if it is none."""
    digits = color.removeprefix("#")
    return f"#{digits[-6:]}" if re.fullmatch(r"[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8}", digits) else None


def initials(name: str) -> str:
    """One or two letters for a person."""
    words = [word for word in re.split(r"[\s._\-]+", name.partition("@")[0]) if word[:1].isalnum()]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:])) or "?"


def hue(name: str) -> int:
    """A number from 0 to 7, the same for the same person."""
    return hashlib.sha256(name.casefold().encode(errors="replace")).digest()[0] % _HUES


def size(count: int) -> str:
    """How many bytes, roughly."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def number(value: object) -> str:
    """A camera's number, as far as it matters to an eye."""
    return f"{value:.5g}" if isinstance(value, int | float) else "?"


def thousands(count: int) -> str:
    """A count with its groups of digits apart."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def in_parts(text: str) -> tuple[str, str, int]:
    """A long text as what is shown, what is shown on demand, and how many characters are left out of the page."""
    if len(text) <= _LONG:
        return text, "", 0
    cut = text.rfind("\n", _LONG // 2, _LONG)
    cut = cut + 1 if cut >= 0 else _LONG
    return text[:cut], text[cut:_LONGEST], max(0, len(text) - _LONGEST)


def _kind(word: str, kinds: Mapping[str, tuple[str, ...]]) -> str:
    folded = word.strip().casefold()
    return next((kind for kind, words in kinds.items() if folded in words), _PLAIN)


def by_kind(tally: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Counts of statuses with those of one colour side by side, in the order in which work goes on."""
    order = [*_KINDS, _PLAIN]
    return sorted(tally, key=lambda counted: order.index(status_kind(counted[0])))


FILTERS: Mapping[str, Callable[..., object]] = {
    "when": when,
    "day": day,
    "status_kind": status_kind,
    "urgency": urgency,
    "web_address": web_address,
    "initials": initials,
    "paint": paint,
    "hue": hue,
    "size": size,
    "number": number,
    "thousands": thousands,
    "in_parts": in_parts,
    "by_kind": by_kind,
}
