"""What an archive says, in a form that two of them can be compared in, whichever server lay between.

Guids, and what servers own, are left out; what a server is on record not to keep is left out of both.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

_OWNED = {"guid", "topic_guid", "server_assigned_id", "modified_date", "modified_author", "authorization"}
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_GIVEN = {"index", "creation_date", "creation_author"}
"""What servers give a topic that has none."""

STAMPS = {"creation_date", "creation_author", "date", "author"}
_LINKS = {"viewpoint_guid", "reply_to_comment_guid", "document_guid", "related_topic_guid"}
LISTS = {
    "comments": "comment",
    "viewpoints": "viewpoint",
    "files": "files",
    "related_topics": "related_topics",
    "document_references": "document_reference",
}

Lost = Mapping[tuple[str, str], Collection[str]]
"""By title and kind, the members a server did not keep; "*" for whole things of the kind."""


def compared(
    before: Iterable[dict[str, Any]], after: Iterable[dict[str, Any]], lost: Lost, minus: set[str]
) -> list[str]:
    """What is different, a line each.

    Args:
        before: topics as ``show --json`` has them, of the archives that were sent.
        after: the same of the archive that came back.
        lost: what is on record.
        minus: members that do not count.
    """
    ours, theirs = ({topic["title"]: topic for topic in topics} for topics in (before, after))
    found = [f"topic {title!r} is missing" for title in ours.keys() - theirs.keys()]
    found += [f"topic {title!r} came from nowhere" for title in theirs.keys() - ours.keys()]
    for title in sorted(ours.keys() & theirs.keys()):
        found += _topic(title, ours[title], theirs[title], lost, minus)
    return found


def _topic(title: str, ours: dict[str, Any], theirs: dict[str, Any], lost: Lost, minus: set[str]) -> list[str]:
    found = []
    own = [_plain({name: value for name, value in each.items() if name not in LISTS}, minus) for each in (ours, theirs)]
    gone = {"topic": lost.get((title, "topic"), ()), "snippet": lost.get((title, "snippet"), ())}
    for name in sorted(own[0].keys() | own[1].keys()):
        kept = name in gone["topic"] or (name == "bim_snippet" and gone["snippet"])
        kept = kept or (name in _GIVEN and name not in own[0])
        if not kept and own[0].get(name) != own[1].get(name):
            found.append(f"{title!r}: {name}: {own[0].get(name)!r} became {own[1].get(name)!r}")
    for name, kind in LISTS.items():
        members = set(lost.get((title, kind), ()))
        if "*" in members:
            continue
        before, after = (
            Counter(_item(item, minus | members, members) for item in each.get(name) or ()) for each in (ours, theirs)
        )
        found += [f"{title!r}: {kind} lost: {item}" for item in (before - after).elements()]
        found += [f"{title!r}: {kind} added: {item}" for item in (after - before).elements()]
    return found


def _item(item: Any, minus: set[str], lost: set[str]) -> str:
    plain = _plain(item, minus)
    for member in lost:
        _without(plain, member.split("."))
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def _without(value: Any, path: list[str]) -> None:
    if not isinstance(value, dict):
        return
    if len(path) == 1:
        value.pop(path[0], None)
    else:
        _without(value.get(path[0]), path[1:])
        if value.get(path[0]) in ({}, None):
            value.pop(path[0], None)


def _plain(value: Any, minus: set[str]) -> Any:
    """Without what does not count, without what says nothing, and lists of values in one order."""
    if isinstance(value, dict):
        found = {
            name: bool(member) if name in _LINKS else _plain(member, minus)
            for name, member in value.items()
            if name not in minus and name not in _OWNED
        }
        if found.get("visibility") == {"default_visibility": True}:
            del found["visibility"]  # everything is visible: so it is where nothing is said
        return {name: member for name, member in found.items() if member not in (None, "", [], {}, False)}
    if isinstance(value, list):
        return sorted((_plain(item, minus) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str:
    """A text without what servers trim; a date as its moment, however it is spelled."""
    if _DATE.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(UTC).replace(microsecond=0).isoformat()
    return value.strip().replace("\r\n", "\n")
