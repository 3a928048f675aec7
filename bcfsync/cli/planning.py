"""What ``bcfsync plan`` does: a rehearsal of each pair's turn, told, saved, and compared with a saved one.

Owns: the words of a plan, its file. Decides nothing: a rehearsal is a turn on imaginary sides.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bcfsync import plain
from bcfsync.changes import Kind, Plan, Site, Step, Verb
from bcfsync.cli.options import Manner
from bcfsync.cli.pairs import PATIENCE, Asked, Joined, archive_name, configured, joined, named
from bcfsync.cli.render import SYMBOLS, counted, members, step_facts
from bcfsync.cli.turns import SITES, Left, TurnRenderer, left_open
from bcfsync.config.values import Config, Pair
from bcfsync.errors import Guarded, UsageError
from bcfsync.run import Applied, Timing
from bcfsync.turn import Pass, TurnEvent, imagined, rehearse

_FORMAT = 1
_PENDING = 10
_NAMED = 3


class NoPlan(UsageError, ValueError):
    """A file that was to be carried out as a plan is none."""

    hint = "make one with bcfsync plan -o FILE"


class PlanOutdated(Guarded, ValueError):
    """One of the sides has moved since the plan was saved: it would do something else now."""

    hint = "look at a new plan: bcfsync plan -o FILE"


@dataclass(frozen=True, slots=True)
class Planned:
    """One step of a rehearsal, and the archive it comes from or goes to."""

    archive: str
    step: Step

    @property
    def text(self) -> str:
        """Everything it says, to be saved and compared; its place among others aside."""
        return plain.dumps({"archive": self.archive, "step": replace(self.step, number=0)})


@dataclass
class Rehearsal:
    """What a turn would do."""

    steps: list[Planned] = field(default_factory=list)
    left: Left = field(default_factory=Left)
    archives: Mapping[str, str] = field(default_factory=dict)

    @property
    def writes(self) -> list[Planned]:
        """The steps that change a side."""
        return [item for item in self.steps if item.step.verb.writes]


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan as it was saved: per pair, its steps and what they were made from."""

    pairs: Mapping[str, Mapping[str, Any]]

    def asked(self, pair: Pair, asked: Asked) -> Asked:
        """What was asked when the plan was made counts, unless it is asked anew."""
        return asked if asked.allowed is not None else replace(asked, allowed=self.pairs[pair.name]["allowed"])


def plan_pairs(
    names: Sequence[str], manner: Manner, asked: Asked, output: Path | None, *, pending_counts: bool
) -> int:  # fmt: skip
    """Rehearse each pair, say what it would do, and save it where that is wanted; the exit code."""
    found = configured(manner)
    if output is not None:
        _check_apart(named(found, names))
    saved: dict[str, dict[str, Any]] = {}
    asked = replace(asked, patience=PATIENCE)
    codes = [_plan(pair, found, asked, manner, saved) for pair in named(found, names)]
    if output is not None:
        _save(output, saved)
    pending = any(item["writes"] for item in saved.values())
    if pending_counts and pending:
        return _PENDING
    return max(codes)


def _plan(pair: Pair, found: Config, asked: Asked, manner: Manner, saved: dict[str, dict[str, Any]]) -> int:
    with joined(pair, found, asked) as at_hand:
        renderer = PlanRenderer(manner, pair.name)
        rehearsal = rehearsed(at_hand, renderer.event)
        renderer.ended_plan(at_hand, rehearsal)
        saved[pair.name] = {
            "folder": str(pair.folder),
            "server": pair.remote.url,
            "project": pair.project,
            "allowed": asked.allowed,
            "archives": {archive_name(name): stamp for name, stamp in rehearsal.archives.items()},
            "writes": len(rehearsal.writes),
            "steps": [json.loads(item.text) for item in rehearsal.steps],
        }
        return renderer.exit_code(rehearsal.left)


def rehearsed(at_hand: Joined, tell: Callable[[TurnEvent], None] = lambda _event: None) -> Rehearsal:
    """The turn of a pair on imaginary sides, with a copy of its record: nothing is written anywhere."""
    found = Rehearsal(archives=at_hand.folder.scan())
    partner = imagined(at_hand.partner)
    archive = ""
    try:
        timing = Timing(lambda: datetime.now(UTC), time.sleep)
        for event in rehearse(at_hand.folder, partner, timing):
            match event:
                case Pass(_, replica):
                    archive = archive_name(replica)
                case Applied(step, _):
                    found.steps.append(Planned(archive, step))
                case _:
                    tell(event)
        found.left = left_open(partner.store)
    finally:
        for store in (partner.store, *partner.neighbours):
            store.close()
    return found


def _check_apart(pairs: Sequence[Pair]) -> None:
    """Refuse to save what cannot be carried out: a sync of one pair changes what the other one over its folder does."""
    for pair in pairs:
        other = next((item for item in pairs if item is not pair and item.folder == pair.folder), None)
        if other is not None:
            raise NoPlan(f"{pair.name} and {other.name} share a folder", hint="save the plan of one of them")


# -- saved plans -----------------------------------------------------------------------------------------------


def _save(path: Path, pairs: Mapping[str, Mapping[str, Any]]) -> None:
    data = {"bcfsync_plan": _FORMAT, "made": datetime.now(UTC).isoformat(timespec="seconds"), "pairs": pairs}
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def read_plan(path: Path) -> SavedPlan:
    """A plan that was saved.

    Raises:
        NoPlan: the file is none.
    """
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise NoPlan(f"{path}: no such file") from error
    except (OSError, ValueError, RecursionError) as error:
        raise NoPlan(f"{path}: this is no plan") from error
    pairs = data.get("pairs") if isinstance(data, dict) else None
    if not isinstance(pairs, dict) or not all(map(_is_pair, pairs.values())):
        raise NoPlan(f"{path}: this is no plan")
    if data.get("bcfsync_plan") != _FORMAT:
        raise NoPlan(f"{path}: a plan of another version of bcfsync")
    return SavedPlan(pairs)


def _is_pair(data: object) -> bool:
    if not isinstance(data, dict) or not isinstance(data.get("steps"), list):
        return False
    steps = all(isinstance(item, dict) and isinstance(item.get("step"), dict) for item in data["steps"])
    allowed = data.get("allowed")
    return steps and (allowed is None or (isinstance(allowed, int) and not isinstance(allowed, bool)))


class Agreed:
    """What a saved plan allows a turn to write; it is asked before each pass, since a side may still move meanwhile."""

    def __init__(self, steps: Iterable[Planned], where: str) -> None:
        self._left = Counter(_sort_of(item.archive, item.step) for item in steps if item.step.verb.writes)
        self._where = where

    def planned(self, archive: str, plan: Plan) -> None:
        """Refuse a pass that would write something else.

        Raises:
            PlanOutdated: nothing of this pass was done.
        """
        wanted = Counter(_sort_of(archive, step) for step in plan.writes)
        if wanted - self._left:
            labels = [step.label for step in plan.writes if _sort_of(archive, step) in wanted - self._left]
            raise PlanOutdated(f"{self._where}: moved while the plan was carried out: {archive} ({_some(labels)})")

    def applied(self, archive: str, step: Step) -> None:
        """Take off what was done."""
        self._left[_sort_of(archive, step)] -= 1


def _sort_of(archive: str, step: Step) -> tuple[str, ...]:
    # neither guid nor label: of what a server names itself, a rehearsal cannot know them
    return archive, step.site, step.verb, step.kind, *step.fields


def agreed_with(saved: SavedPlan, path: Path, at_hand: Joined) -> Agreed:
    """What a pair may do, where it would still do what a saved plan says.

    Raises:
        PlanOutdated: it would do something else.
    """
    wanted = Counter(map(_text, saved.pairs[at_hand.pair.name]["steps"]))
    now = rehearsed(at_hand)
    would = Counter(item.text for item in now.steps)
    where = f"{path}: {at_hand.pair.name}"
    if wanted != would:
        moved = _moved([*(wanted - would), *(would - wanted)])
        raise PlanOutdated(f"{where}: moved since the plan was made: {moved}")
    return Agreed(now.steps, where)


def _text(step: object) -> str:
    return json.dumps(step, ensure_ascii=False, sort_keys=True)


def _moved(texts: Sequence[str]) -> str:
    """Whose edits are not as the plan knew them: the server's or an archive's, with the topics they are in."""
    sides: dict[str, dict[str, None]] = {}
    for text in texts:
        data = json.loads(text)
        step = data["step"]
        side = "the server" if step.get("site") == Site.LOCAL else data["archive"]
        sides.setdefault(side, {})[str(step.get("label"))] = None
    return "; ".join(f"{side} ({_some(list(labels))})" for side, labels in sides.items())


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


# -- words -----------------------------------------------------------------------------------------------------


class PlanRenderer(TurnRenderer):
    """Prints a rehearsal."""

    def ended_plan(self, at_hand: Joined, found: Rehearsal) -> None:
        """Print what would be done."""
        for item in found.steps:
            self.out.emit(self._note("action", archive=item.archive, **step_facts(item.step)))
        self._head(at_hand, found)
        if self.out.manner.verbose:
            self._all(found)
        else:
            self._grouped(found)
        self.leftovers(found.left)
        self._summed(at_hand, found)

    def _head(self, at_hand: Joined, found: Rehearsal) -> None:
        pair, remote = at_hand.pair, at_hand.remote
        arrow = {"two-way": "<->", "pull": "<--", "push": "-->"}[str(at_hand.partner.way)]
        archives = counted(len(found.archives), "archive")
        if found.writes or found.left.conflicts or found.left.holds or self.unread:
            self.out.line(
                f"{pair.name}  {pair.folder} ({archives})  {arrow}  {pair.remote.name}: {remote.capabilities.name}"
            )

    def _all(self, found: Rehearsal) -> None:
        for item in found.steps:
            symbol, color = SYMBOLS[item.step.verb]
            way = "from" if item.step.site is Site.REMOTE else "in"
            self.out.line(
                f"{SITES[item.step.site]}  {item.step.label}{members(item.step)}  {way} {item.archive}", symbol, color
            )

    def _grouped(self, found: Rehearsal) -> None:
        """One line for what is new, one for what changes and one for what goes, per side."""
        for (verb, site), group in _groups(found).items():
            symbol, color = SYMBOLS[verb]
            self.out.line(f"{SITES[site]}  {_told(verb, group)}", symbol, color)

    def _summed(self, at_hand: Joined, found: Rehearsal) -> None:
        verbs = Counter(item.step.verb for item in found.writes)
        traffic = at_hand.remote.http.traffic
        summary = self.tally.summary(traffic)
        for verb, name in ((Verb.CREATE, "created"), (Verb.UPDATE, "updated"), (Verb.DELETE, "deleted")):
            summary[name] = verbs[verb]
            for site in Site:
                summary[str(site)][name] = sum(
                    item.step.verb is verb and item.step.site is site for item in found.writes
                )
        summary |= {
            "adopted": len(found.steps) - len(found.writes),
            "conflicts": len(found.left.conflicts),
            "held": len(found.left.holds),
            "failed": len(self.unread),
            "pair": self.pair,
            "plan": True,
        }
        self.out.emit(summary)
        if not (found.writes or found.left.conflicts or found.left.holds or self.unread):
            topics = len({key.guid for key, _ in at_hand.partner.store.links() if key.kind is Kind.TOPIC})
            said = f"{counted(topics, 'topic')}, {counted(traffic.requests, 'request')}, {summary['seconds']:.1f} s"
            self.out.line(f"{self.pair}: in sync ({said})", always=True)
            return
        touched = Counter[Verb]()
        for (verb, _), group in _groups(found).items():
            touched[verb] += len(_topics(group))
        said = ", ".join(
            (
                f"{touched[Verb.CREATE]} new",
                counted(touched[Verb.UPDATE], "update"),
                counted(touched[Verb.DELETE], "delete"),
                counted(len(found.left.conflicts), "conflict"),
                f"{len(found.left.holds)} held back",
            )
        )
        self.out.line(f"Plan: {said}.        Apply: bcfsync sync {self.pair}", always=True)


def _groups(found: Rehearsal) -> dict[tuple[Verb, Site], list[Planned]]:
    """The writes by what people call them, and by side; in the order they are told."""
    new = {(item.step.site, item.step.guid) for item in found.writes if _is_new_topic(item.step)}
    groups: dict[tuple[Verb, Site], list[Planned]] = {(verb, site): [] for verb in SYMBOLS for site in reversed(Site)}
    for item in found.writes:
        step = item.step
        # parts of a new topic are new with it, other parts change their topic
        verb = Verb.CREATE if (step.site, step.topic) in new else Verb.UPDATE
        groups[verb if step.topic else step.verb, step.site].append(item)
    return {which: group for which, group in groups.items() if group}


def _is_new_topic(step: Step) -> bool:
    return step.kind is Kind.TOPIC and step.verb is Verb.CREATE


def _topics(group: Sequence[Planned]) -> dict[str, str]:
    """The topics a group is about, each with a label."""
    found: dict[str, str] = {}
    for item in group:
        step = item.step
        if step.kind is Kind.TOPIC:
            found[step.guid] = step.label
        elif step.topic:
            found.setdefault(step.topic, step.label)
    return found


def _told(verb: Verb, group: Sequence[Planned]) -> str:
    topics = _topics(group)
    archives = ", ".join(dict.fromkeys(item.archive for item in group))
    way = "from" if group[0].step.site is Site.REMOTE else "in"
    if not topics:
        return f"{_some([item.step.label for item in group])}  {way} {archives}"
    what = _changes(group) if verb is Verb.UPDATE else _some(list(topics.values()))
    return f"{counted(len(topics), 'topic')}  {what}  {way} {archives}"


def _changes(group: Sequence[Planned]) -> str:
    """What changes how often: members by name, parts with what becomes of them."""
    found: Counter[str] = Counter()
    for item in group:
        step = item.step
        if step.kind is Kind.TOPIC:
            found.update(step.fields)
        else:
            found[f"{str(step.kind).replace('_', ' ')} {SYMBOLS[step.verb][0]}"] += 1
    return ", ".join(f"{name}{'' if name.endswith(('+', '-', '~')) else ' '}{count}" for name, count in found.items())
