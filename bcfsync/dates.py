"""Date-times as BCF uses them: an instant, and the text it was written with.

Owns: reading and printing xs:dateTime and its relatives in the wild. Sees nothing.
Rules: no zone means UTC (BCF-XML 3.0, Foundation API 1.0); equality is equality of instants.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

_FORM = re.compile(
    r"(?P<y>\d{4})-(?P<mo>\d\d)-(?P<d>\d\d)"
    r"(?:[Tt ](?P<h>\d\d):(?P<mi>\d\d)(?::(?P<s>\d\d)(?:[.,](?P<f>\d+))?)?)?"
    r"\s*(?P<zone>[Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,  # digits of other scripts are no digits in XML
)

# what Python reads by itself, ten times as fast; the year 0001 is left out
_USUAL = re.compile(
    r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


@dataclass(frozen=True, slots=True)
class Timestamp:
    """One point in time; two are equal when their instants are, whatever their spelling.

    ``text`` is what stood in the source, so that it can be written back untouched: Python's datetime holds six
    fraction digits, archives written by .NET hold seven.
    """

    instant: datetime
    text: str = field(compare=False)
    had_zone: bool = field(compare=False, default=True)
    date_only: bool = field(compare=False, default=False)

    def written(self) -> str:
        """The text as xs:dateTime, which may lack a zone: unchanged where that is what it was."""
        return self.text if re.fullmatch(r"\S+T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", self.text) else self.xml()

    def xml(self) -> str:
        """The text as xs:dateTime with a zone: unchanged where that is what it was."""
        if (
            self.had_zone
            and not self.date_only
            and re.fullmatch(r"\S+T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", self.text)
        ):
            return self.text
        return iso(self.instant)


def iso(instant: datetime) -> str:
    """An instant as ISO 8601 in UTC with ``Z``, with fraction digits only where there are any."""
    text = instant.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z")


def timestamp(instant: datetime) -> Timestamp:
    """A timestamp of our own making."""
    return Timestamp(instant.astimezone(UTC), iso(instant))


def read_timestamp(text: str) -> Timestamp | None:
    """What a date text means, or None where it means nothing.

    Accepts fraction digits of any number, ``+0200``, a missing zone (UTC), a date alone (midnight UTC) and
    ``24:00:00``. The year 0001 is .NET's "no date" and reads as None.
    """
    if _USUAL.fullmatch(text):
        try:
            return Timestamp(datetime.fromisoformat(text).astimezone(UTC), text)
        except (ValueError, OverflowError):
            pass  # such as 24:00:00, which Python does not know
    found = _FORM.fullmatch(text.strip())
    if not found or int(found["y"]) <= 1:
        return None
    try:
        instant = _instant(found)
    except (ValueError, OverflowError):
        return None
    return Timestamp(instant, text.strip(), had_zone=bool(found["zone"]), date_only=found["h"] is None)


def _instant(found: re.Match[str]) -> datetime:
    hour = int(found["h"] or 0)
    next_day = hour == 24 and int(found["mi"] or 0) == 0 and int(found["s"] or 0) == 0
    naive = datetime(  # noqa: DTZ001 - the zone follows below
        int(found["y"]),
        int(found["mo"]),
        int(found["d"]),
        0 if next_day else hour,
        int(found["mi"] or 0),
        int(found["s"] or 0),
    )
    fraction = (found["f"] or "")[:6].ljust(6, "0")
    moment = naive + timedelta(days=1 if next_day else 0, microseconds=int(fraction))
    return moment.replace(tzinfo=_zone(found["zone"])).astimezone(UTC)


def _zone(text: str | None) -> timezone:
    if not text or text in "Zz":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
