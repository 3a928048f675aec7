"""Events of turns as lines: for people on standard error, for programs as JSON on standard output.

Owns: the words for what a turn does, what it leaves open, and its summary. Sees: turn's events, the record.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from bcfsync import config
from bcfsync.changes import Cause, Outcome, Site, Status, Step
from bcfsync.cli.brevity import MOST_CONFLICTS, Alike, short
from bcfsync.cli.lacking import unkept_lines
from bcfsync.cli.options import Manner, json_text, printable
from bcfsync.cli.pairs import archive_name
from bcfsync.cli.render import SYMBOLS, Tally, counted, members, step_facts, summed
from bcfsync.net import Traffic
from bcfsync.run import Applied, Planned, Waiting
from bcfsync.store import Store, StoredConflict, StoredHold
from bcfsync.turn import Absent, Braked, InSync, Missing, Pass, StaleSave, TurnEvent, Unreadable, Unsettled

SITES = {Site.LOCAL: "files ", Site.REMOTE: "server"}
"""What people call the sites."""
_DONE, _PARTLY, _CONFLICTS, _GUARDED = 0, 3, 6, 7


@dataclass
class Left:
    """What a turn left open, by what is on record after it."""

    conflicts: dict[tuple[object, str], list[StoredConflict]] = field(default_factory=dict)
    holds: dict[tuple[str, str], StoredHold] = field(default_factory=dict)


def left_open(store: Store) -> Left:
    """What is on record as open: each conflict once, with all archives it is in; each hold once."""
    found = Left()
    for conflict in store.conflicts():
        found.conflicts.setdefault((conflict.key, conflict.field), []).append(conflict)
    for hold in store.holds():
        found.holds.setdefault((hold.label, hold.reason), hold)
    return found


class Speaker:
    """Where lines go, and how."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.color = manner.color and sys.stderr.isatty() and config.wants_color()

    def line(self, text: str, symbol: str = "", color: str = "white", *, always: bool = False) -> None:
        """A line for people; one that is not for ``always`` is left out where quiet is wanted."""
        if self.manner.as_json or (self.manner.quiet and not always):
            return
        mark = f" {click.style(symbol, fg=color, bold=True) if self.color else symbol} " if symbol else ""
        click.echo(f"{mark}{printable(text)}", err=True)

    def emit(self, data: dict[str, Any]) -> None:
        """A line for programs."""
        if self.manner.as_json:
            click.echo(json_text(data))


class TurnRenderer:
    """Prints the events of one pair's turn, and how it ended."""

    def __init__(self, manner: Manner, pair: str, *, brief: str | None = None) -> None:
        """Begin.

        Args:
            manner: how to print.
            pair: what the pair is called.
            brief: begins the one line there is for a turn; what is open is counted there and not listed.
        """
        self.pair = pair
        self.brief = brief
        self.out = Speaker(manner)
        self.tally = Tally()
        self.archive = ""
        self.idle: InSync | None = None
        self.unread: set[str] = set()
        self.braked = 0
        self._alike = Alike(all_of_it=manner.verbose)

    def event(self, event: TurnEvent) -> None:
        """Print one event."""
        match event:
            case Pass(_, replica):
                self.archive = archive_name(replica)
            case Planned(_, again):
                if again:
                    self.out.line("the other side moved meanwhile: planned anew", "!", "yellow")
            case Applied(step, outcome):
                self.tally.apply(step, outcome)
                self._applied(step, outcome)
            case InSync():
                self.idle = event
            case _:
                self._remark(event)

    def _remark(self, event: Waiting | Absent | Unreadable | Missing | Braked | Unsettled | StaleSave) -> None:
        """Print what happened beside the steps."""
        match event:
            case Waiting(until):
                said = f"a create of an earlier run is unanswered; waiting until {until:%H:%M:%S} UTC for it to arrive"
                self.out.line(said, "…", "yellow")
                self.out.emit(self._note("waiting", until=until.isoformat()))
            case Unreadable(replica, reason) | Unsettled(replica, reason):
                self.unread.add(replica)
                name = archive_name(replica)
                # some reasons begin with the path, others with what happened
                self.out.line(reason if name in reason else f"{name}: {reason}", "x", "red", always=True)
                self.out.emit(self._note("unreadable", archive=name, reason=reason))
            case Absent(replica):
                self.unread.add(replica)
                said = f"{archive_name(replica)} is not there just now; nothing is concluded from that for a minute"
                self.out.line(said, "!", "yellow", always=True)
                self.out.emit(self._note("absent", archive=archive_name(replica)))
            case Missing(replica):
                said = f"{archive_name(replica)} is no longer in the folder; its topics stay where they are"
                self.out.line(said, "!", "yellow", always=True)
                self.out.emit(self._note("missing", archive=archive_name(replica)))
            case Braked(site, replica, count, reason):
                self.braked += count
                self.out.line(f"{SITES[site].strip()}: {reason}", "!", "red", always=True)
                self.out.emit(
                    self._note("guard", site=str(site), archive=archive_name(replica), count=count, reason=reason)
                )
            case StaleSave(replica, lost):
                name = archive_name(replica)
                said = f"{name}: a program saved an older copy over {counted(lost, 'change')}; made again"
                self.out.line(said, "!", "yellow", always=True)
                self.out.emit(self._note("stale_save", archive=name, lost=lost))

    def _note(self, what: str, /, **facts: object) -> dict[str, Any]:
        return {"type": what, "pair": self.pair, **facts}

    def _applied(self, step: Step, outcome: Outcome) -> None:
        self.out.emit(
            self._note(
                "outcome", archive=self.archive, **step_facts(step), status=outcome.status,
                message=outcome.message or None,
            )
        )  # fmt: skip
        symbol, color = SYMBOLS[step.verb]
        if outcome.status is Status.DONE:
            if step.verb.writes or self.out.manner.verbose:
                note = f"  ({outcome.message})" if outcome.message else ""
                self.out.line(
                    f"{SITES[step.site]}  {step.label}{members(step)}{note}{self._where(step)}", symbol, color
                )
        elif outcome.status is not Status.STALE and not outcome.unkept and self._alike.is_news(outcome.message):
            self.out.line(f"{step.label}: {outcome.status}: {outcome.message}", "x", "red", always=True)

    def _where(self, step: Step) -> str:
        return f"  {'from' if step.site is Site.REMOTE else 'in'} {self.archive}" if self.archive else ""

    # -- the end -----------------------------------------------------------------------------------------------

    def ended(self, traffic: Traffic, left: Left, *, finished: bool = True) -> None:
        """Print what is open, and how it went.

        What stopped it before it was ``finished`` is told elsewhere; then what was open before is no news, and where
        nothing was done either, there is nothing to say to people.
        """
        for rest in self._alike.rest():
            self.out.line(rest, "x", "red", always=True)
        if finished and (self.brief is None or self.out.manner.verbose):
            self.leftovers(left)
        summary = self.tally.summary(traffic)
        summary |= {
            "conflicts": len(left.conflicts),
            "held": self.tally.held_steps + len(left.holds),
            "failed": self.tally.failed + len(self.unread),
            "pair": self.pair,
        }
        self.out.emit(summary)
        done = summed(self.tally)
        cost = f"{counted(traffic.requests, 'request')}, {summary['seconds']:.1f} s"
        if finished:
            said = ", ".join((*done, *self._open(left))) or "in sync"
        elif done:
            said = f"stopped; until then {', '.join(done)}"
        else:
            return
        self.out.line(f"{self.brief or ''}{self.pair}: {said} ({cost})", always=True)
        for line in unkept_lines(self.tally.unkept, whole=self.out.manner.verbose):
            self.out.line(line)
        if left.conflicts and finished:
            self.out.line("  next: bcfsync conflicts list")

    def leftovers(self, left: Left) -> None:
        """Print open conflicts and holds."""
        for at, found in enumerate(left.conflicts.values()):
            self._conflict(found, listed=at < MOST_CONFLICTS or self.out.manner.verbose)
        more = len(left.conflicts) - MOST_CONFLICTS
        if more > 0 and not self.out.manner.verbose:
            self.out.line(
                f"and {counted(more, 'conflict')} more; bcfsync conflicts list names all", "!", "red", always=True
            )
        asked = sum(hold.cause == Cause.ASKED for hold in left.holds.values())
        same = Counter(hold.reason for hold in left.holds.values() if hold.cause == Cause.VALUE)
        for reason, number in same.items():
            if number > 1 and not self.out.manner.verbose:
                said = f"held      {number} topics: {reason}"
                self.out.line(said, "?", "yellow", always=self.idle is None)
        for hold in left.holds.values():
            self.out.emit(
                self._note(
                    "hold", kind=hold.kind, topic=hold.topic, guid=hold.guid, reason=hold.reason, cause=hold.cause
                )
            )
            if same[hold.reason] < 2 or self.out.manner.verbose:
                self.out.line(f"held      {hold.label}: {hold.reason}", "?", "yellow", always=self.idle is None)
        if asked:
            self.out.line(f"  to make these deletions: bcfsync sync {self.pair} --allow-deletes {asked}")

    def _conflict(self, found: Sequence[StoredConflict], *, listed: bool) -> None:
        first = found[0]
        archives = [archive_name(item.replica) for item in found]
        self.out.emit(
            self._note(
                "conflict", kind=first.key.kind, topic=first.key.topic, guid=first.key.guid, field=first.field,
                base=first.base, local=first.local, remote=first.remote, archives=archives,
                decided=first.decision is not None,
            )
        )  # fmt: skip
        if not listed:
            return
        values = " ".join(f"files={short(value)}" for value in dict.fromkeys(item.local for item in found))
        self.out.line(
            f"conflict  {first.label} {first.field}: {values} server={short(first.remote)}", "!", "red", always=True
        )

    def _open(self, left: Left) -> Iterable[str]:
        if left.conflicts:
            yield counted(len(left.conflicts), "conflict")
        if left.holds:
            yield f"{len(left.holds)} held"
        if self.unread:
            yield f"{counted(len(self.unread), 'archive')} not read"

    def exit_code(self, left: Left) -> int:
        """0 done, 3 something was held, failed or not read, 6 a conflict waits for a person, 7 the brake."""
        if self.braked:
            return _GUARDED
        if left.conflicts:
            return _CONFLICTS
        return _PARTLY if left.holds or self.tally.held_steps or self.tally.failed or self.unread else _DONE
