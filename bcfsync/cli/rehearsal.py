"""What a turn would do, as a value: for plans that are told, saved, or held against a saved one.

Owns: running a rehearsal of a pair. Decides nothing: a rehearsal is a turn on imaginary sides.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bcfsync import plain
from bcfsync.changes import Step
from bcfsync.cli.pairs import Joined, archive_name
from bcfsync.cli.turns import Left, left_open
from bcfsync.run import Applied, Timing
from bcfsync.turn import Pass, TurnEvent, imagined, rehearse

_NAMED = 3


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


def some_of(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
