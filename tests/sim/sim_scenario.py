"""A scenario: everything that will be done, drawn from a seed before anything is done.

Choices are numbers, taken modulo what there is to choose from when their time comes; so an action means something
whatever was left out before it, and a failing scenario can be made shorter action by action.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sim_server import PROFILES, Profile

from bcfsync.plan.policy import Deletes, Prefer

STRIKES = (
    *("somebody",) * 8,
    *("crash",) * 6,
    *("lost answer",) * 3,
    *("lost request",) * 2,
    *("late",) * 2,
    *("refused",) * 2,
    *("stale tag",) * 1,
    *("offline",) * 2,
    *("busy",) * 2,
    *("full",) * 1,
    *("torn",) * 1,
    *("clock",) * 1,
)
ACTIONS = (
    *("web",) * 26,
    *("open",) * 12,
    *("edit",) * 22,
    *("save",) * 16,
    *("turn",) * 30,
    *("time",) * 4,
    *("close",) * 2,
    *("rename",) * 2,
    *("copy",) * 1,
    *("mount",) * 1,
    *("hide",) * 2,
    *("backup",) * 1,
    *("restore",) * 1,
    *("remove",) * 1,
)


ONE = ("web", "web", "edit and save", "save")
"""What somebody does in the middle of a turn."""
TWO = (*ONE, "turn", "turn", "turn", "turn")
"""The same, where there is another computer that may turn in the middle of it."""

STALE = ("open", "web", "turn", "edit", "save")
"""What makes a stale save, in this order, whatever else happens in between."""


@dataclass(frozen=True, slots=True)
class Strike:
    """At the ``at``-th seam of a turn something goes wrong, or somebody does ``action``."""

    at: int
    what: str
    action: "Action | None" = None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that is done. ``number`` names it for good: tokens and guids follow from it."""

    number: int
    what: str
    numbers: tuple[int, ...]
    strikes: tuple[Strike, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world at its beginning, and what happens in it."""

    seed: int
    profile: Profile
    deletes: Deletes
    prefer: Prefer
    allowed: int | None
    inbox: str
    tags: bool
    lag: int
    cap: int | None
    flagged: bool
    habits: tuple[str, ...]
    shared: int
    topics: int
    synced: bool
    one_user: bool
    another: int
    actions: tuple[Action, ...]

    def without(self, number: int) -> "Scenario":
        """The scenario with an action left out, wherever it stands."""
        kept = (item for item in self.actions if item.number != number)
        return replace(self, actions=tuple(_without_strike(item, number) for item in kept))

    def numbers(self) -> list[int]:
        """All actions' numbers, those of strikes among them."""
        found = []
        for item in self.actions:
            found.append(item.number)
            found += [strike.action.number if strike.action else -strike.at for strike in item.strikes]
        return found


def _without_strike(item: Action, number: int) -> Action:
    kept = tuple(s for s in item.strikes if (s.action.number if s.action else -s.at) != number)
    return item if len(kept) == len(item.strikes) else replace(item, strikes=kept)


def drawn(profile: Profile, seed: int) -> Scenario:
    """The scenario of a seed."""
    chance = random.Random(seed * 64 + PROFILES.index(profile))
    pick = chance.random
    if profile.machines > 1:
        profile = replace(profile, if_match=pick() < 0.7)
    elif profile.name not in {item.name for item in PROFILES[:4]}:
        profile = replace(profile, client_guid=pick() < 0.5, if_match=pick() < 0.7)
    deletes = Deletes.MIRROR if pick() < 0.5 else Deletes.NEVER
    prefer = (Prefer.MANUAL, Prefer.MANUAL, Prefer.SERVER, Prefer.NEWEST, Prefer.FILES)[int(pick() * 5)]
    counter = iter(range(6, 10_000))
    return Scenario(
        seed=seed,
        profile=profile,
        deletes=deletes,
        prefer=prefer,
        allowed=99 if pick() < 0.5 else None,
        inbox="week.bcf" if pick() < 0.7 else "inbox.bcf",
        tags=profile.if_match and pick() < 0.7,
        lag=int(pick() * 20) if profile.lags else 0,
        cap=1 + int(pick() * 2) if profile.capped else None,
        flagged=pick() < 0.5,
        habits=tuple(str(int(pick() * 1000)) for _ in range(2 * profile.machines)),
        shared=int(pick() * 8),
        topics=1 + int(pick() * 2.5) + (3 if profile.at_once > 1 else 0),
        synced=pick() < (0.85 if profile.at_once == 1 else 0.4),
        one_user=pick() < 0.5 if profile.machines > 1 else True,
        another=int(pick() * 3) if profile.machines > 1 else 0,
        actions=tuple(_actions(chance, counter, profile.machines)),
    )


def _actions(chance: random.Random, counter: Iterator[int], machines: int) -> list[Action]:
    """Some actions; in every second scenario those of a stale save are among them, in their order."""
    whom = TWO if machines > 1 else ONE
    actions = [_action(chance, counter, whom) for _ in range(machines * (5 + int(chance.random() * 6)))]
    places = sorted(int(chance.random() * (len(actions) + 1)) for _ in STALE) if chance.random() < 0.5 else []
    for at, what in reversed(list(zip(places, STALE, strict=False))):
        actions.insert(at, _action(chance, counter, whom, what))
    return actions


def _action(chance: random.Random, counter: Iterator[int], whom: tuple[str, ...], what: str = "") -> Action:
    what = what or ACTIONS[int(chance.random() * len(ACTIONS))]
    action = _plain(chance, counter, what)
    if what != "turn" or chance.random() < 0.35:
        return action
    strikes = [_strike(chance, counter, whom)]
    if chance.random() < 0.4:
        strikes.append(_strike(chance, counter, whom))
    return replace(action, strikes=tuple(strikes))


def _plain(chance: random.Random, counter: Iterator[int], what: str) -> Action:
    return Action(next(counter), what, tuple(int(chance.random() * 5040) for _ in range(6)))


def _strike(chance: random.Random, counter: Iterator[int], whom: tuple[str, ...]) -> Strike:
    what = STRIKES[int(chance.random() * len(STRIKES))]
    at = int(chance.random() * chance.random() * 60)
    if what == "clock":
        return Strike(at, what, _plain(chance, counter, "day"))
    if what != "somebody":
        return Strike(at, what)
    return Strike(at, what, _plain(chance, counter, whom[int(chance.random() * len(whom))]))
