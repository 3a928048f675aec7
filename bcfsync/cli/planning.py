"""What ``bcfsync plan`` does: a rehearsal of each pair's turn, told and saved.

Owns: the words of a plan. Decides nothing: a rehearsal is a turn on imaginary sides.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bcfsync.changes import Kind, Site, Step, Verb
from bcfsync.cli.options import Manner
from bcfsync.cli.pairs import PATIENCE, Asked, Joined, archive_name, configured, joined, kept_text, named
from bcfsync.cli.rehearsal import Planned, Rehearsal, rehearsed, some_of
from bcfsync.cli.render import SYMBOLS, counted, members, step_facts
from bcfsync.cli.saved_plans import check_apart, save
from bcfsync.cli.turns import SITES, TurnRenderer
from bcfsync.config.values import Config, Pair

_PENDING = 10


def plan_pairs(
    names: Sequence[str], manner: Manner, asked: Asked, output: Path | None, *, pending_counts: bool
) -> int:  # fmt: skip
    """Rehearse each pair, say what it would do, and save it where that is wanted; the exit code."""
    found = configured(manner)
    if output is not None:
        check_apart(named(found, names))
    saved: dict[str, dict[str, Any]] = {}
    asked = replace(asked, patience=PATIENCE, looks=True)
    codes = [_plan(pair, found, asked, manner, saved) for pair in named(found, names)]
    if output is not None:
        save(output, saved)
    pending = any(item["writes"] for item in saved.values())
    if pending_counts and pending:
        return _PENDING
    return max(codes)


def _plan(pair: Pair, found: Config, asked: Asked, manner: Manner, saved: dict[str, dict[str, Any]]) -> int:
    with joined(pair, found, asked) as at_hand:
        renderer = PlanRenderer(manner, pair.name)
        if (owner := at_hand.ownership.elsewhere()) is not None:
            renderer.out.line(f"{pair.name}: {kept_text(owner)}", "!", "yellow", always=True)
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
        then = f"Apply: bcfsync sync {self.pair}" if found.writes else _next(found)
        self.out.line(f"Plan: {said}.{f'        {then}' if then else ''}", always=True)


def _next(found: Rehearsal) -> str:
    """What can be done where there is nothing to carry out."""
    return "Next: bcfsync conflicts list" if found.left.conflicts else ""


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
        return f"{some_of([item.step.label for item in group])}  {way} {archives}"
    what = _changes(group) if verb is Verb.UPDATE else some_of(list(topics.values()))
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
