"""Events of a pass as lines: for people on standard error, for programs as JSON on standard output.

Owns: wording, symbols, the summary. Sees: run's events.
"""

import sys
import time
from dataclasses import dataclass, field
from typing import Any

import click

from bcfsync import config
from bcfsync.changes import Cause, Conflict, Hold, Kind, Outcome, Plan, Site, Status, Step, Unkept, Verb
from bcfsync.cli.brevity import MOST_CONFLICTS, Alike, short
from bcfsync.cli.lacking import unkept_facts, unkept_lines
from bcfsync.cli.options import json_text, printable
from bcfsync.net import Traffic
from bcfsync.run import Applied, Event, Planned, Waiting

SYMBOLS = {
    Verb.CREATE: ("+", "green"),
    Verb.UPDATE: ("~", "yellow"),
    Verb.DELETE: ("-", "red"),
    Verb.ADOPT: ("=", "blue"),
    Verb.UNBIND: ("=", "blue"),
}
"""How a verb is marked."""
_COUNTED = {Verb.CREATE: "created", Verb.UPDATE: "updated", Verb.DELETE: "deleted"}
_WITH_TOPIC = {Kind.PROJECT}
_WORDS = (
    "  values the server does not offer: --unknown send sends them as they are; to translate them, bcfsync init makes "
    "a pair, and bcfsync map suggest its table"
)
_SETTLE = (
    "  to settle a conflict, give both sides the same value and run the command again; or make a pair "
    "with bcfsync init, where bcfsync conflicts resolve says whose value wins"
)


@dataclass
class Tally:
    """What happened so far, counted as the summary wants it; parts of a fresh topic count as created things do.

    What is ``unanswered`` is among the ``failed``.
    """

    created: dict[Site, int] = field(default_factory=lambda: dict.fromkeys(Site, 0))
    updated: dict[Site, int] = field(default_factory=lambda: dict.fromkeys(Site, 0))
    deleted: dict[Site, int] = field(default_factory=lambda: dict.fromkeys(Site, 0))
    kinds: dict[tuple[Verb, Kind], int] = field(default_factory=dict)
    adopted: int = 0
    held_steps: int = 0
    failed: int = 0
    unanswered: int = 0
    unkept: list[tuple[Step, Unkept]] = field(default_factory=list)
    undone: dict[str, Plan] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @property
    def conflicts(self) -> int:
        """Conflicts of the latest plan of each archive."""
        return sum(len(plan.conflicts) for plan in self.undone.values())

    @property
    def held(self) -> int:
        """What the latest plans hold, and what the other side held."""
        return self.held_steps + sum(len(plan.holds) for plan in self.undone.values())

    @property
    def waits_for_words(self) -> bool:
        """Whether the latest plans hold values that are in none of the server's lists."""
        return any(item.cause is Cause.VALUE for plan in self.undone.values() for item in plan.holds)

    def plan(self, plan: Plan, archive: str = "") -> Plan:
        """Count what a plan leaves undone, in place of an earlier plan of the same archive; gives what is new in it."""
        before = self.undone.get(archive, Plan())
        self.undone[archive] = plan
        return Plan(
            conflicts=tuple(item for item in plan.conflicts if item not in before.conflicts),
            holds=tuple(item for item in plan.holds if item not in before.holds),
        )

    def apply(self, step: Step, outcome: Outcome) -> None:
        """Count the end of a step; what a server has no place for is listed, and nobody has to do anything."""
        self.unkept += [(step, item) for item in outcome.unkept]
        match outcome.status:
            case Status.DONE if not step.verb.writes or outcome.adopted:
                self.adopted += 1
            case Status.DONE:
                self._counted(step.verb)[step.site] += 1
                self.kinds[step.verb, step.kind] = self.kinds.get((step.verb, step.kind), 0) + 1
            case Status.HELD if outcome.unkept:
                pass
            case Status.HELD:
                self.held_steps += 1
            case Status.FAILED | Status.UNANSWERED:
                self.failed += 1
                self.unanswered += outcome.status is Status.UNANSWERED
            case Status.STALE:
                pass

    def _counted(self, verb: Verb) -> dict[Site, int]:
        if verb is Verb.DELETE:
            return self.deleted
        return self.created if verb is Verb.CREATE else self.updated

    @property
    def exit_code(self) -> int:
        """0 done, 3 something was held or failed, 6 a conflict waits for a person."""
        if self.conflicts:
            return 6
        return 3 if self.held or self.failed else 0

    def summary(self, traffic: Traffic) -> dict[str, Any]:
        """The last line of ``--json``."""
        counts = {"created": self.created, "updated": self.updated, "deleted": self.deleted}
        sides = {str(site): {name: count[site] for name, count in counts.items()} for site in Site}
        return {
            "type": "summary",
            **{name: sum(count.values()) for name, count in counts.items()},
            "adopted": self.adopted,
            "conflicts": self.conflicts,
            "held": self.held,
            "failed": self.failed,
            "requests": traffic.requests,
            "not_modified": traffic.not_modified,
            "bytes_in": traffic.bytes_in,
            "bytes_out": traffic.bytes_out,
            "unkept": unkept_facts(self.unkept),
            "seconds": round(time.monotonic() - self.started, 3),
            **sides,
        }


class Renderer:
    """Prints the events of one command, and the summary at its end."""

    def __init__(
        self, *, as_json: bool = False, quiet: bool = False, verbose: bool = False, color: bool = True
    ) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.verbose = verbose
        self.color = color and sys.stderr.isatty() and config.wants_color()
        self.tally = Tally()
        self.archive = ""
        self.dry = False
        self.conflicts_told = 0
        self._alike = Alike(all_of_it=verbose)

    def event(self, event: Event) -> None:
        """Print one event."""
        match event:
            case Planned(plan, again):
                if again:
                    self._line("the other side moved meanwhile: planned anew", "!", "yellow")
                self._plan_leftovers(self.tally.plan(plan, self.archive))
            case Waiting(until):
                said = f"a create of an earlier run is unanswered; waiting until {until:%H:%M:%S} UTC for it to arrive"
                self._line(said, "…", "yellow")
            case Applied(step, outcome):
                self.tally.apply(step, outcome)
                self._applied(step, outcome)

    def plan(self, plan: Plan) -> None:
        """Print a plan that will not be carried out."""
        self.dry = True
        leftovers = self.tally.plan(plan, self.archive)
        for step in plan.steps:
            if self.as_json:
                self._emit({"type": "action", **step_facts(step)})
            elif step.verb.writes or self.verbose:
                symbol, color = SYMBOLS[step.verb]
                self._line(f"{step.site}  {step.label}{members(step)}", symbol, color)
        self._plan_leftovers(leftovers)
        if not self.as_json:
            creates = sum(step.verb is Verb.CREATE for step in plan.writes)
            deletes = len(plan.deletions)
            updates = len(plan.writes) - creates - deletes
            left = f"{counted(len(plan.conflicts), 'conflict')}, {len(plan.holds)} held"
            self._line(f"Plan: {creates} new, {counted(updates, 'update')}, {counted(deletes, 'delete')}, {left}.")

    def summary(self, traffic: Traffic, target: str, *, finished: bool = True) -> None:
        """Print how it ended; what stopped it before it was ``finished`` is told elsewhere."""
        if self.as_json:
            self._emit(self.tally.summary(traffic))
            return
        for rest in self._alike.rest():
            self._line(rest, "x", "red", always=True)
        parts = summed(self.tally)
        if finished and self.dry:
            done = "dry run, nothing was changed"
        elif finished:
            done = ", ".join(parts) or "nothing to do, all is there already"
        else:
            done = f"stopped; until then {', '.join(parts) or 'nothing was changed'}"
        same = f", {traffic.not_modified} unchanged" if traffic.not_modified else ""
        carried = f"{sized(traffic.bytes_in)} in, {sized(traffic.bytes_out)} out"
        seconds = time.monotonic() - self.tally.started
        cost = f"{counted(traffic.requests, 'request')}{same}, {carried}, {seconds:.1f} s"
        click.echo(f"{printable(target)}: {done} ({cost})", err=True)
        for line in unkept_lines(self.tally.unkept, whole=self.verbose):
            click.echo(printable(line), err=True)
        if self.tally.conflicts:
            click.echo(_SETTLE, err=True)
        if self.tally.waits_for_words:
            click.echo(_WORDS, err=True)

    # -- inside ------------------------------------------------------------------------------------------------

    def _applied(self, step: Step, outcome: Outcome) -> None:
        if self.as_json:
            self._emit(
                {"type": "outcome", **step_facts(step), "status": outcome.status, "message": outcome.message or None}
            )
            return
        symbol, color = SYMBOLS[step.verb]
        if outcome.status is Status.DONE:
            if (step.verb.writes or self.verbose) and not self.quiet:
                note = f"  ({outcome.message})" if outcome.message else ""
                self._line(f"{step.site}  {step.label}{members(step)}{note}", symbol, color)
        elif outcome.status is not Status.STALE and not outcome.unkept and self._alike.is_news(outcome.message):
            self._line(f"{step.label}: {outcome.status}: {outcome.message}", "x", "red", always=True)

    def _plan_leftovers(self, plan: Plan) -> None:
        told = self.conflicts_told
        for conflict in plan.conflicts:
            self._conflict(conflict)
        more = self.conflicts_told - max(told, MOST_CONFLICTS)
        if more > 0 and not self.verbose:
            self._line(f"and {counted(more, 'conflict')} more; --verbose lists all", "!", "red", always=True)
        for hold in plan.holds:
            self._hold(hold)

    def _conflict(self, conflict: Conflict) -> None:
        if self.as_json:
            names = ("kind", "topic", "guid", "field", "base", "local", "remote")
            self._emit({"type": "conflict", **{name: getattr(conflict, name) for name in names}})
            return
        self.conflicts_told += 1
        if self.conflicts_told > MOST_CONFLICTS and not self.verbose:
            return
        ours, theirs = (short(value) for value in (conflict.local, conflict.remote))
        said = f"{conflict.label} {conflict.field}: file={ours} server={theirs}; neither is changed"
        self._line(f"conflict  {said}", "!", "red", always=True)

    def _hold(self, hold: Hold) -> None:
        if self.as_json:
            self._emit(
                {
                    "type": "hold", "kind": hold.kind, "topic": hold.topic, "guid": hold.guid, "reason": hold.reason,
                    **({"field": hold.field} if hold.field else {}),
                }
            )  # fmt: skip
            return
        if self._alike.is_news(hold.reason):
            self._line(f"held  {hold.label}: {hold.reason}", "?", "yellow", always=True)

    def _line(self, text: str, symbol: str = "", color: str = "white", *, always: bool = False) -> None:
        if self.as_json or (self.quiet and not always):
            return
        mark = f" {click.style(symbol, fg=color, bold=True) if self.color else symbol} " if symbol else ""
        click.echo(f"{mark}{printable(text)}", err=True)

    def _emit(self, data: dict[str, Any]) -> None:
        click.echo(json_text(data))


def counted(number: int, word: str) -> str:
    """A number and the word for what it counts, "1 topic" or "2 topics"."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def sized(count: int) -> str:
    """A number of bytes, "812 B", "34 kB" or "1.2 MB"."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 999_500 else f"{count / 1_000_000:.1f} MB"


def summed(tally: Tally) -> list[str]:
    """What there is to say of a run: what was made, then what was left undone."""
    made = sorted(tally.kinds.items(), key=lambda item: list(Kind).index(item[0][1]))
    undone = (("held", tally.held), ("failed", tally.failed - tally.unanswered), ("unanswered", tally.unanswered))
    return [
        *(f"{n} {_plural(kind, n)} {_COUNTED[verb]}" for (verb, kind), n in made if kind not in _WITH_TOPIC),
        *([counted(tally.conflicts, "conflict")] if tally.conflicts else []),
        *(f"{count} {name}" for name, count in undone if count),
    ]


def step_facts(step: Step) -> dict[str, Any]:
    """A step for programs."""
    return {
        "site": step.site,
        "verb": step.verb,
        "kind": step.kind,
        "guid": step.guid,
        "topic": step.topic or None,
        "fields": list(step.fields),
        "label": step.label,
    }


def members(step: Step) -> str:
    """The members a step changes, with the space before them."""
    return f"  {', '.join(step.fields)}" if step.fields else ""


def _plural(kind: Kind, count: int) -> str:
    words = str(kind).replace("_", " ")
    if kind in {Kind.FILES, Kind.RELATED}:
        return f"{'list' if count == 1 else 'lists'} of {'model files' if kind is Kind.FILES else words}"
    return words if count == 1 else f"{words}s"
