"""What ``bcfsync conflicts`` does: shows what is open, and puts a person's decisions on record.

Owns: finding conflicts by what people type, the columns. Decides nothing: the next turn carries decisions out.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import click

from bcfsync import config
from bcfsync.changes import Key
from bcfsync.cli.brevity import short
from bcfsync.cli.options import Manner, json_text, printable
from bcfsync.cli.pairs import archive_name, configured, named, recorded
from bcfsync.errors import UsageError
from bcfsync.plan.resolving import takes
from bcfsync.store import Store, StoredConflict

_LEAST = 4
_CONFLICTS = 6
_FULL = "it must not be empty; give a text, or --prefer files|server"
_FORMS = {"due_date": "write it like 2026-11-30T17:00:00Z", "index": "write a whole number"}


class NoConflict(UsageError, LookupError):
    """There is no such conflict, or more than one."""

    hint = "bcfsync conflicts list says what is open"


class NoDecision(UsageError, ValueError):
    """It was not said whose value wins, or more than one thing was."""

    hint = "give --prefer files, --prefer server, a value such as --topic-status Closed, or --edit"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person decided, as typed."""

    prefer: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    everything: bool = False
    where: str | None = None
    edit: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """One conflict of a pair: a member of an atom, in one or more archives."""

    pair: str
    key: Key
    field: str
    found: tuple[StoredConflict, ...]

    @property
    def first(self) -> StoredConflict:
        """What is the same in all archives."""
        return self.found[0]

    @property
    def guid(self) -> str:
        """The guid of the topic it is in."""
        return self.key.topic or self.key.guid


def list_conflicts(names: Sequence[str], manner: Manner) -> int:
    """Print all open conflicts; 6 where a person is waited for."""
    with ExitStack() as stack:
        opened = [item for item, _ in _open(names, manner, stack)]
    for number, item in enumerate(opened, 1):
        if manner.as_json:
            click.echo(json_text(_facts(number, item)))
        else:
            click.echo(printable(_line(number, item)))
    waiting = [item for item in opened if item.first.decision is None]
    if not manner.as_json and not manner.quiet:
        if waiting:
            click.echo(
                f"next: bcfsync conflicts show {waiting[0].guid[:_LEAST]}; "
                f"bcfsync conflicts resolve {waiting[0].guid[:_LEAST]} --prefer server",
                err=True,
            )
        elif opened:
            click.echo("all decided; the next sync carries it out", err=True)
        else:
            click.echo("no conflicts", err=True)
    return _CONFLICTS if waiting else 0


def show_conflicts(guid: str, manner: Manner) -> int:
    """Print one topic's conflicts in columns."""
    with ExitStack() as stack:
        found = [item for item, _ in _of_topic(guid, list(_open((), manner, stack)))]
    for number, item in enumerate(found, 1):
        if manner.as_json:
            click.echo(json_text(_facts(number, item)))
        else:
            _columns(item)
    if not manner.as_json and not manner.quiet:
        click.echo(f"next: bcfsync conflicts resolve {found[0].guid[:8]} --prefer files|server", err=True)
    return _CONFLICTS if any(item.first.decision is None for item in found) else 0


def resolve_conflicts(guids: Sequence[str], wanted: Wanted, manner: Manner) -> int:
    """Put decisions on record."""
    _check(guids, wanted)
    decided: list[Open] = []
    with ExitStack() as stack:
        opened = list(_open((), manner, stack))
        chosen = opened if wanted.everything else [item for guid in guids for item in _of_topic(guid, opened)]
        chosen = [item for item in dict.fromkeys(chosen) if _meant(item[0], wanted)]
        if not chosen:
            raise NoConflict("none of the open conflicts is meant")
        for store in dict.fromkeys(store for _, store in chosen):
            mine = [item for item, home in chosen if home is store]
            decided += _decide(mine, store, wanted, manner)
    if not decided:
        click.echo("nothing was decided", err=True)
        return _CONFLICTS
    if not manner.as_json and not manner.dry_run:
        click.echo("decided; the next sync carries it out: bcfsync sync", err=True)
    return 0


def _check(guids: Sequence[str], wanted: Wanted) -> None:
    if not guids and not wanted.everything:
        raise NoConflict("say which conflicts are meant", hint="give the beginning of a guid, or --all")
    if guids and wanted.everything:
        raise NoConflict("--all goes without guids")
    ways = [wanted.prefer is not None, bool(wanted.values), wanted.edit]
    if sum(ways) != 1:
        raise NoDecision("say one thing: whose value wins, or what it shall be")
    if wanted.where is not None and wanted.where.partition("=")[:2] != ("field", "="):
        raise NoConflict(f"--where {wanted.where}: not understood", hint="write --where field=topic_status")


def _meant(item: Open, wanted: Wanted) -> bool:
    member = wanted.where.partition("=")[2] if wanted.where else item.field
    return item.field == member and (not wanted.values or item.field in wanted.values)


def _decide(mine: Sequence[Open], store: Store, wanted: Wanted, manner: Manner) -> list[Open]:
    decided = []
    for item in mine:
        value = _edited(item) if wanted.edit else wanted.values.get(item.field)
        if wanted.edit and value is None:
            continue
        if wanted.prefer is None and not takes(item.field, value):
            raise NoDecision(
                f"{item.field}: {short(value)} is no value it can have", hint=_FORMS.get(item.field, _FULL)
            )
        said = f"{item.first.label} {item.field}: {_said(wanted, value)}"
        click.echo(printable(said), err=True)
        decided.append(item)
        if not manner.dry_run:
            store.decide(item.key, item.field, wanted.prefer, value)
    if decided and not manner.dry_run:
        _log(store, decided, wanted)
    return decided


def _said(wanted: Wanted, value: str | None) -> str:
    if wanted.prefer == "newest":
        return "the newest value wins"
    if wanted.prefer:
        return f"the value of the {wanted.prefer} wins"
    return f"both become {short(value)}" if value else "both become empty"


def _log(store: Store, decided: Sequence[Open], wanted: Wanted) -> None:
    """Remember who decided what."""
    run = store.begin_run("conflicts resolve")
    what = [f"{item.guid[:8]} {item.field}" for item in decided]
    how = wanted.prefer or "value"
    store.end_run(run, {"decided": len(decided), "by": config.user_name(), "how": how, "what": what}, "done")


def _edited(item: Open) -> str | None:
    """The text a person makes of the three; None where they left the editor without saving."""
    first = item.first
    texts = [
        f"<<<<<<< files ({', '.join(archive_name(found.replica) for found in item.found)})",
        first.local or "",
        "||||||| before",
        first.base or "",
        "=======",
        first.remote or "",
        ">>>>>>> server",
    ]
    text = click.edit("\n".join(texts) + "\n", extension=".txt")
    if text is None:
        return None
    if any(line.startswith(("<<<<<<< ", "||||||| ", "=======", ">>>>>>> ")) for line in text.splitlines()):
        click.echo(f"{item.guid[:8]} {item.field}: the markers are still there; left undecided", err=True)
        return None
    return text.removesuffix("\n")


# -- finding ---------------------------------------------------------------------------------------------------


def _open(names: Sequence[str], manner: Manner, stack: ExitStack) -> Iterator[tuple[Open, Store]]:
    """All conflicts of the pairs, each once, with the store it is in."""
    for pair in named(configured(manner), names):
        store = stack.enter_context(recorded(pair))
        if store is None:
            continue
        grouped: dict[tuple[Key, str], list[StoredConflict]] = {}
        for conflict in store.conflicts():
            grouped.setdefault((conflict.key, conflict.field), []).append(conflict)
        for (key, member), found in grouped.items():
            yield Open(pair.name, key, member, tuple(found)), store


def _of_topic(guid: str, opened: Sequence[tuple[Open, Store]]) -> list[tuple[Open, Store]]:
    """The conflicts of the one topic (or the one comment) whose guid begins so.

    Raises:
        NoConflict: there is none, or it may be one of several.
    """
    start = guid.strip().lower()
    if len(start) < _LEAST:
        raise NoConflict(f"{guid}: too short", hint=f"give at least {_LEAST} characters of the guid")
    found = [(item, store) for item, store in opened if item.guid.lower().startswith(start)]
    found = found or [(item, store) for item, store in opened if item.key.guid.lower().startswith(start)]
    topics = sorted({item.guid for item, _ in found})
    if not topics:
        raise NoConflict(f"{guid}: no conflict of a topic of that guid is open")
    if len(topics) > 1:
        raise NoConflict(f"{guid}: may be {', '.join(topics[:5])}", hint="give more of the guid")
    return found


# -- words -----------------------------------------------------------------------------------------------------


def _line(number: int, item: Open) -> str:
    first = item.first
    files = ", ".join(f"{short(found.local)} ({archive_name(found.replica)})" for found in item.found)
    decided = f"  decided: {_decision(first)}" if first.decision else ""
    return (
        f"{number:>3}  {item.guid[:8]}  {first.label}  {item.field}: "
        f"files={files}  server={short(first.remote)}  since {_when(first.since)}{decided}"
    )


def _decision(conflict: StoredConflict) -> str:
    prefer, value = conflict.decision or (None, None)
    return str(prefer) if prefer else short(value)


def _columns(item: Open) -> None:
    first = item.first
    click.echo(printable(f"{item.guid}  {first.label}"))
    click.echo(f"  {item.field}, open since {_when(first.since)}, pair {item.pair}")
    rows = [("before", first.base), *((archive_name(found.replica), found.local) for found in item.found)]
    rows.append(("server", first.remote))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        lines = printable(value, lines=True).split("\n") if value is not None else ["(nothing)"]
        click.echo(f"    {printable(name):<{width}}  {lines[0]}")
        for line in lines[1:]:
            click.echo(f"    {'':<{width}}  {line}")
    if first.decision:
        click.echo(f"    decided: {printable(_decision(first))}; the next sync carries it out")


def _when(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _facts(number: int, item: Open) -> dict[str, Any]:
    first = item.first
    return {
        "type": "conflict",
        "number": number,
        "pair": item.pair,
        "kind": first.key.kind,
        "topic": item.guid,
        "guid": first.key.guid,
        "field": item.field,
        "label": first.label,
        "base": first.base,
        "files": {archive_name(found.replica): found.local for found in item.found},
        "remote": first.remote,
        "since": first.since.isoformat(),
        "decision": None if first.decision is None else {"prefer": first.decision[0], "value": first.decision[1]},
        "decided": first.decided.isoformat() if first.decided else None,
    }
