"""What ``bcfsync status`` and ``log`` do: they tell what is on record, and what has changed since.

Owns: the words for the record. Decides nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import click

from bcfsync.changes import Site
from bcfsync.cli.learning import known_facts
from bcfsync.cli.options import Manner, json_text, printable
from bcfsync.cli.pairs import (
    PATIENCE,
    Asked,
    archive_name,
    configured,
    joined,
    kept_elsewhere,
    kept_text,
    named,
    recorded,
)
from bcfsync.cli.rehearsal import Rehearsal, rehearsed
from bcfsync.cli.render import counted
from bcfsync.cli.turns import SITES, Left, left_open
from bcfsync.config.values import Config, Pair
from bcfsync.errors import BcfsyncError, Guarded, UsageError
from bcfsync.sides.lease import Lease
from bcfsync.sides.rest import facts
from bcfsync.store import LoggedDeed, Run, Store, StoredUnkept
from bcfsync.turn import Unreadable

_PARTLY, _CONFLICTS, _PENDING = 3, 6, 10
_DONE = {"create": "created", "update": "updated", "delete": "deleted"}


@dataclass
class Told:
    """How a pair is."""

    pair: Pair
    runs: list[Run] = field(default_factory=list)
    left: Left = field(default_factory=Left)
    failures: int = 0
    unkept: int = 0
    unseen: int = 0
    archives: int = 0
    blind: bool = False
    pending: Rehearsal | None = None
    unread: dict[str, str] = field(default_factory=dict)
    kept_by: Lease | None = None
    trouble: BcfsyncError | None = None

    @property
    def code(self) -> int:
        """What keeps us from looking counts first, since the rest may be old; else the larger code wins."""
        if self.trouble is not None:
            return self.trouble.exit_code
        codes = [0]
        codes += [_PARTLY] if self.left.holds or self.failures or self.unread else []
        codes += [_CONFLICTS] if self.left.conflicts else []
        codes += [_PENDING] if self.pending and self.pending.writes else []
        return max(codes)


def tell_status(names: Sequence[str], manner: Manner, *, offline: bool) -> int:
    """Print how each pair is; the largest exit code."""
    found = configured(manner)
    code = 0
    for pair in named(found, names):
        told = _look(pair, found, offline=offline)
        code = max(code, told.code)
        if manner.as_json:
            click.echo(json_text(_status_facts(told)))
        else:
            for line in _status_lines(told, manner):
                click.echo(printable(line))
    return code


def _look(pair: Pair, found: Config, *, offline: bool) -> Told:
    told = Told(pair, kept_by=kept_elsewhere(pair))
    try:
        if not offline:
            _ask(told, found)
    except (UsageError, Guarded):
        raise
    except BcfsyncError as error:
        told.trouble = error
    with recorded(pair) as store:
        if store is not None:
            _read(told, store)
    return told


def _ask(told: Told, found: Config) -> None:
    """What a sync would do now; where nothing has changed since the last one, that takes a request or two."""

    def heard(event: object) -> None:
        if isinstance(event, Unreadable):
            told.unread[archive_name(event.replica)] = event.reason

    with joined(told.pair, found, Asked(patience=PATIENCE, looks=True)) as at_hand:
        told.pending = rehearsed(at_hand, heard)


def _read(told: Told, store: Store) -> None:
    told.runs = store.runs(1)
    told.left = told.pending.left if told.pending else left_open(store)
    told.failures = len(store.failures())
    told.unkept, told.unseen = _counted(store.unkept())
    told.archives = len(told.pending.archives if told.pending else store.archives())
    # what has no strong tags, or does not heed them, cannot tell that somebody else wrote a moment before
    told.blind = known_facts(store).get(facts.IF_MATCH) in {facts.IGNORED, facts.UNTAGGED}


def _counted(found: Iterable[StoredUnkept]) -> tuple[int, int]:
    """How many members the server did not keep, and of how many nobody knows."""
    unseen = [item.is_unseen for item in found]
    return len(unseen) - sum(unseen), sum(unseen)


def _status_lines(told: Told, manner: Manner) -> Iterator[str]:
    pair = told.pair
    yield f"{pair.name}  {pair.folder}  {pair.mode}  {pair.remote.name}: {pair.remote.url} ({pair.project})"
    if manner.quiet:
        return
    yield f"  {_state_of(told)}"
    if told.trouble is not None:
        yield f"  x the server was not asked: {told.trouble}"
    last = told.runs[0] if told.runs else None
    yield f"  last change: {_run_line(last)}" if last else "  nothing was changed yet"
    for conflict in told.left.conflicts.values():
        yield f"  ! conflict  {conflict[0].label} {conflict[0].field}" + ("  (decided)" if conflict[0].decision else "")
    for hold in told.left.holds.values():
        yield f"  ? held      {hold.label}: {hold.reason}"
    for name, reason in told.unread.items():
        yield f"  x {reason if name in reason else f'{name}: {reason}'}"
    for count, fate in ((told.unkept, "not kept by the server"), (told.unseen, "that could not be read back")):
        if count:
            yield f"  - {counted(count, 'member')} {fate} (explain GUID tells which of a topic)"
    if told.failures:
        yield f"  x {counted(told.failures, 'failure')}; each is tried again later"
    if told.blind:
        yield "  ! this server cannot detect concurrent edits: who writes last within a second wins"
    yield from _next(told)


def _next(told: Told) -> Iterator[str]:
    """What can be done from here."""
    if told.kept_by is not None:
        yield f"  ! {kept_text(told.kept_by)}"
    elif told.trouble is not None:
        yield f"  next: {told.trouble.hint}"
    elif told.left.conflicts:
        yield "  next: bcfsync conflicts list"
    elif told.pending and told.pending.writes:
        yield f"  next: bcfsync sync {told.pair.name}"


def _state_of(told: Told) -> str:
    if told.pending is None:
        return f"{counted(told.archives, 'archive')} on record; changes since then are not known"
    archives = counted(told.archives, "archive")
    if not told.pending.writes:
        waiting = _waiting(told)
        return f"nothing to send or fetch, but {waiting}; {archives}" if waiting else f"in sync, {archives}"
    steps = told.pending.writes
    sides = [f"{sum(item.step.site is site for item in steps)} to the {SITES[site].strip()}" for site in Site]
    return f"changes are pending: {', '.join(sides)}; {archives}"


def _waiting(told: Told) -> str:
    """What keeps the sides apart although there is nothing to do; "" where nothing does."""
    conflicts = len(told.left.conflicts)
    counts = (
        (conflicts, f"{counted(conflicts, 'conflict')} to decide"),
        (len(told.left.holds), f"{len(told.left.holds)} held"),
        (told.failures, f"{told.failures} failed"),
        (len(told.unread), f"{counted(len(told.unread), 'archive')} not read"),
    )
    return ", ".join(words for count, words in counts if count)


def _status_facts(told: Told) -> dict[str, Any]:
    pending = None
    if told.pending is not None:
        pending = {str(site): sum(item.step.site is site for item in told.pending.writes) for site in Site}
    last = told.runs[0] if told.runs else None
    return {
        "type": "status",
        "pair": told.pair.name,
        "folder": str(told.pair.folder),
        "server": told.pair.remote.url,
        "project": told.pair.project,
        "pending": pending,
        "conflicts": len(told.left.conflicts),
        "held": len(told.left.holds),
        "failed": told.failures,
        "unkept": told.unkept,
        "unseen": told.unseen,
        "unreadable": told.unread,
        "archives": told.archives,
        "detects_concurrent_edits": not told.blind,
        "kept_by": told.kept_by and {"host": told.kept_by.host, "user": told.kept_by.user, "since": told.kept_by.since},
        "last_run": None if last is None else _run_facts(told.pair.name, last),
        "trouble": str(told.trouble) if told.trouble else None,
        "exit_code": told.code,
    }


# -- the log ---------------------------------------------------------------------------------------------------


class NoRun(UsageError, LookupError):
    """There is no such run, or several pairs have one of this number."""

    hint = "bcfsync log lists the runs"


def tell_log(run: int | None, pair: str | None, last: int, manner: Manner) -> int:
    """Print the runs, or what one of them wrote."""
    pairs = named(configured(manner), [pair] if pair else [])
    if run is not None:
        _tell_run(run, pairs, manner)
        return 0
    for each in pairs:
        with recorded(each) as store:
            runs = store.runs(last) if store else []
        if len(pairs) > 1 and not manner.as_json:
            click.echo(printable(f"{each.name}:"))
        for found in runs:
            if manner.as_json:
                click.echo(json_text(_run_facts(each.name, found)))
            else:
                click.echo(printable(f"{found.number:>5}  {_run_line(found)}"))
        if not runs and not manner.as_json:
            click.echo("nothing was done yet", err=True)
    return 0


def _tell_run(number: int, pairs: Sequence[Pair], manner: Manner) -> None:
    found = [(pair, run, deeds) for pair in pairs for run, deeds in _of_run(number, pair)]
    if len(found) != 1:
        what = "there is no such run" if not found else "several pairs have one"
        hint = "name the pair: --pair NAME" if found else ""
        raise NoRun(f"run {number}: {what}", hint=hint)
    ((pair, run, deeds),) = found
    if manner.as_json:
        for deed in deeds:
            click.echo(json_text(deed_facts(pair.name, deed)))
        return
    click.echo(printable(f"{run.number:>5}  {_run_line(run)}"))
    for deed in deeds:
        click.echo(printable(f"       {deed_line(deed)}"))
        if manner.verbose:
            click.echo(printable(f"         before: {deed.before}"))
            click.echo(printable(f"         after:  {deed.after}"))


def _of_run(number: int, pair: Pair) -> Iterator[tuple[Run, list[LoggedDeed]]]:
    with _read_only(pair) as store:
        for run in store.runs(1_000_000) if store else ():
            if run.number == number and store:
                yield run, store.deeds(number)


@contextmanager
def _read_only(pair: Pair) -> Iterator[Store | None]:
    with recorded(pair) as store:
        yield store


def _run_line(run: Run) -> str:
    undone = "  (put back)" if run.put_back else ""
    status = "" if run.status == "done" else f"  [{run.status}]"
    return f"{run.begun.astimezone():%Y-%m-%d %H:%M:%S}  {run.command:<18}  {_summary(run.summary)}{status}{undone}"


def _summary(summary: Mapping[str, object]) -> str:
    """The counts of a turn, by side; what else a run says of itself, by name."""
    sides: dict[str, list[str]] = {}
    others: list[str] = []
    for name, value in summary.items():
        site, _, verb = name.partition(" ")
        if site in set(Site) and verb in _DONE:
            sides.setdefault(SITES[Site(site)].strip(), []).append(f"{value} {_DONE[verb]}")
        elif name == "by":
            others.append(f"by {value}")
        elif isinstance(value, int):
            others.append(f"{value} {name}")
    return "; ".join((*(f"{side}: {', '.join(said)}" for side, said in sides.items()), *others)) or "nothing"


def _run_facts(pair: str, run: Run) -> dict[str, Any]:
    return {
        "type": "run",
        "pair": pair,
        "run": run.number,
        "command": run.command,
        "begun": run.begun.isoformat(),
        "ended": run.ended.isoformat() if run.ended else None,
        "status": run.status,
        "summary": dict(run.summary),
        "deeds": run.deeds,
        "put_back": run.put_back.isoformat() if run.put_back else None,
    }


def deed_line(deed: LoggedDeed) -> str:
    """A write, for people."""
    side = archive_name(deed.replica) if deed.site == Site.LOCAL else "server"
    fields = f"  {', '.join(deed.fields)}" if deed.fields else ""
    cause = f"  ({deed.cause})" if deed.cause else ""
    return f"{deed.at.astimezone():%H:%M:%S}  {side}: {_DONE.get(deed.verb, deed.verb)} {deed.label}{fields}{cause}"


def deed_facts(pair: str, deed: LoggedDeed) -> dict[str, Any]:
    """A write, for programs."""
    return {
        "type": "deed",
        "pair": pair,
        "run": deed.run,
        "at": deed.at.isoformat(),
        "site": deed.site,
        "verb": deed.verb,
        "kind": deed.key.kind,
        "topic": deed.key.topic or None,
        "guid": deed.key.guid,
        "label": deed.label,
        "fields": list(deed.fields),
        "archive": archive_name(deed.replica),
        "before": deed.before,
        "after": deed.after,
        "cause": deed.cause or None,
    }


def moment_text(moment: datetime) -> str:
    """A moment as the person's clock shows it."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
