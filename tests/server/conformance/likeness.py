"""Whether an answer shows what was sent.

Owns: the comparison. Governed by: BCF-API, "Date and time" (instants, never strings); absent, null and empty list say
the same of an optional member.
"""

from datetime import UTC, datetime

_COLORS = {"color"}
_DATES = {"due_date", "date"}


def differences(sent: object, got: object, at: str = "$") -> list[str]:
    """Where the answer does not have what was sent; members it has beside are its own business."""
    if _is_nothing(sent):
        return [] if _is_nothing(got) else [f"{at}: sent {sent!r}, got {got!r}"]
    if isinstance(sent, dict) and isinstance(got, dict):
        return [line for name in sent for line in _member(name, sent[name], got.get(name), at)]
    if isinstance(sent, list) and isinstance(got, list) and len(sent) == len(got):
        pairs = enumerate(zip(sent, got, strict=True))
        return [line for index, (one, other) in pairs for line in differences(one, other, f"{at}[{index}]")]
    return [] if sent == got else [f"{at}: sent {sent!r}, got {got!r}"]


def instant(text: str) -> datetime:
    """A date of the API as a moment; without a zone it is UTC (Foundation API 1.0)."""
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _member(name: str, sent: object, got: object, at: str) -> list[str]:
    if name in _COLORS and isinstance(sent, str) and isinstance(got, str):
        sent, got = (color.lstrip("#").upper() for color in (sent, got))
    if name in _DATES and isinstance(sent, str) and isinstance(got, str):
        return [] if instant(sent) == instant(got) else [f"{at}.{name}: sent {sent}, got {got}"]
    return differences(sent, got, f"{at}.{name}")


def _is_nothing(value: object) -> bool:
    return value is None or value == []
