"""Who said a comment, and when, as the first line of its text: for servers that take neither author nor date.

Owns: that line. Sees: model, dates. Rules: docs/values.md. People can read it, and what is read out of it is
exactly what was written into it; where that cannot be, there is no line.
"""

import re
from dataclasses import dataclass, replace

from bcfsync.dates import Timestamp, read_timestamp
from bcfsync.model import Comment

_SENT = "sent "
_MARK = "via bcfsync]"
_LINE = re.compile(r"\[(?P<whose>[^\r\n]+), via bcfsync\](?:(?:\r\n|\r|\n)(?P<text>.*))?", re.DOTALL)
_DATE = re.compile(r"(?:^|, )(?P<date>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Attributed:
    """A text with its line taken off, and what the line says."""

    text: str
    author: str | None
    date: Timestamp | None


def line_of(comment: Comment) -> str:
    """The line of a comment; "" where it says neither author nor date, or says them in a way no line can."""
    author = None if "author" in comment.synthetic else comment.author
    date = None if "date" in comment.synthetic else comment.date
    said = [author] if author else []
    said += [date.written().replace("T", " ", 1)] if date else []
    line = f"[{', '.join(said)}, {_MARK}"
    found = read(line) if said else None
    return line if found and (found.author, found.date) == (author or None, date) else ""


def written(line: str, text: str) -> str:
    """A text with a line before it."""
    return f"{line}\n{text}" if text else line


def as_sent(comment: Comment, author: str | None, date: Timestamp | None) -> Comment:
    """A comment of a server under its original author and date; it remembers who sent it, and when."""
    sent = comment.date.xml() if comment.date else "-"
    note = f"{_SENT}{sent} {comment.author or ''}"
    return replace(comment, author=author, date=date, spelling=comment.spelling | {note})


def sender(comment: Comment) -> tuple[str | None, Timestamp | None]:
    """Who made a comment on its server, and when: whoever sent it there, where that is another than who said it."""
    note = next((item for item in comment.spelling if item.startswith(_SENT)), None)
    if note is None:
        return comment.author, comment.date
    date, _, author = note.removeprefix(_SENT).partition(" ")
    return author or None, read_timestamp(date)


def first_line(text: str) -> str:
    """The first line of a text."""
    return re.split(r"\r\n|\r|\n", text, maxsplit=1)[0]


def read(text: str) -> Attributed | None:
    """The text without its line; None where it has none."""
    if _MARK not in text or (found := _LINE.fullmatch(text)) is None:
        return None
    whose = found["whose"]
    dated = _DATE.search(whose)
    date = read_timestamp(dated["date"].replace(" ", "T", 1)) if dated else None
    author = whose[: dated.start()] if dated and date else whose
    return Attributed(found["text"] or "", author or None, date)
