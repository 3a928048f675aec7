"""Plans in files: saved by ``plan -o``, carried out by ``sync --plan`` as long as nothing has moved.

Owns: the file's form, and the comparison with what would be done now. Decides nothing.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bcfsync.changes import Plan, Site, Step
from bcfsync.cli.pairs import Asked, Joined
from bcfsync.cli.rehearsal import Planned, rehearsed, some_of
from bcfsync.config.values import Pair
from bcfsync.errors import Guarded, UsageError

_FORMAT = 1


class NoPlan(UsageError, ValueError):
    """A file that was to be carried out as a plan is none."""

    hint = "make one with bcfsync plan -o FILE"


class PlanOutdated(Guarded, ValueError):
    """One of the sides has moved since the plan was saved: it would do something else now."""

    hint = "look at a new plan: bcfsync plan -o FILE"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan as it was saved: per pair, its steps and what they were made from."""

    pairs: Mapping[str, Mapping[str, Any]]

    def asked(self, pair: Pair, asked: Asked) -> Asked:
        """What was asked when the plan was made counts, unless it is asked anew."""
        return asked if asked.allowed is not None else replace(asked, allowed=self.pairs[pair.name]["allowed"])


def check_apart(pairs: Sequence[Pair]) -> None:
    """Refuse to save what cannot be carried out: a sync of one pair changes what the other one over its folder does."""
    for pair in pairs:
        other = next((item for item in pairs if item is not pair and item.folder == pair.folder), None)
        if other is not None:
            raise NoPlan(f"{pair.name} and {other.name} share a folder", hint="save the plan of one of them")


def save(path: Path, pairs: Mapping[str, Mapping[str, Any]]) -> None:
    """Put plans into a file, by the names of their pairs.

    Raises:
        NoPlan: there is a file that is no plan; nothing takes its place.
    """
    if path.exists():
        read_plan(path)
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
            raise PlanOutdated(f"{self._where}: moved while the plan was carried out: {archive} ({some_of(labels)})")

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
    return "; ".join(f"{side} ({some_of(list(labels))})" for side, labels in sides.items())
