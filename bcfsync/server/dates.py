"""Dates as the API writes and compares them.

Owns: the server's date form and the instant used for sorting. Sees: the standard library.
Governed by: Foundation API 1.0, "DateTime Format" (no zone means UTC).
"""

from datetime import UTC, datetime


def stamp(moment: datetime) -> str:
    """The form in which the server writes its own dates: UTC, milliseconds, ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """Read an ISO 8601 date; without a zone it is UTC.

    Raises:
        ValueError: The text is no date.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def instant(text: str) -> int:
    """Milliseconds since 1970 for sorting; a seeded date that cannot be read sorts first."""
    try:
        return int(parse(text).timestamp() * 1000)
    except ValueError:
        return -(2**62)
