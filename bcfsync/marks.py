"""What stands in a shadow for a value that is none: nobody knows it, or the two sides never had one in common.

Owns: the marks. Sees: model, canonical, dates. A mark differs from every value there is, so whatever both sides hold
there is a conflict for as long as they differ.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from bcfsync.canonical import TOPIC_SCALARS
from bcfsync.dates import Timestamp
from bcfsync.model import BimSnippet, Topic

UNKNOWN = "\0"
"""Nobody knows what was there: one of the two values may be old news, so that no preference counts."""

NEVER = "\0never"
"""The two sides never agreed on a value: they met with different ones."""

_EARLIEST = datetime.min.replace(tzinfo=UTC)


def _topic(mark: str, number: int, moment: datetime) -> Topic:
    snippet = BimSnippet(mark, is_external=True, reference=mark, reference_schema=mark)
    return Topic(
        mark, mark, mark, mark, mark, index=number, due_date=Timestamp(moment, mark), assigned_to=mark, stage=mark,
        description=mark, bim_snippet=snippet,
    )  # fmt: skip


_MARKS = {UNKNOWN: _topic(UNKNOWN, -(2**63), _EARLIEST), NEVER: _topic(NEVER, 1 - 2**63, _EARLIEST + timedelta(1))}
_NEVER_WRITTEN, _NEVER_NUMBER = json.dumps(NEVER), str(1 - 2**63)


def marked(value: object, name: str, mark: str) -> Any:  # noqa: ANN401 - of the member's type
    """A mark for a member of a topic, comment or reference."""
    return getattr(_MARKS[mark], name, mark) if isinstance(value, Topic) else mark


def is_unknown(value: object) -> bool:
    """Whether a value in a shadow stands for one nobody knows."""
    return _is(value, UNKNOWN)


def is_mark(value: object) -> bool:
    """Whether a value in a shadow is none."""
    return any(_is(value, mark) for mark in _MARKS)


def shown(value: object) -> object:
    """A value in a shadow for people: nothing in place of a mark."""
    return None if is_mark(value) else value


def has_marks(text: str) -> bool:
    """Whether a shadow as ``plain.dumps`` says it has a mark for a member two sides never agreed on."""
    return _NEVER_WRITTEN in text or _NEVER_NUMBER in text


def _is(value: object, mark: str) -> bool:
    return value is not None and any(value == getattr(_MARKS[mark], name) for name in TOPIC_SCALARS)
