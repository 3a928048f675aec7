"""What ``bcfsync sync``, ``pull`` and ``push`` do: one turn of each pair.

Owns: the order of pairs, and which exit code they make together. Decides nothing: the turn is ``turn``'s.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from bcfsync.changes import Status
from bcfsync.cli.explaining import explain
from bcfsync.cli.options import Manner
from bcfsync.cli.pairs import Asked, Joined, archive_name, configured, joined, named
from bcfsync.cli.planning import plan_pairs
from bcfsync.cli.progress import progress_of
from bcfsync.cli.saved_plans import Agreed, agreed_with, read_plan
from bcfsync.cli.turns import TurnRenderer, left_open
from bcfsync.config.values import Config, Pair
from bcfsync.errors import BcfsyncError
from bcfsync.run import Applied, Planned, Timing
from bcfsync.turn import Pass, TurnEvent, Way, turn
from bcfsync.watch import Stop

_WAYS = {"sync": None, "pull": Way.PULL, "push": Way.PUSH}


def sync_pairs(
    names: Sequence[str], manner: Manner, command: str, *, settle: float, allowed: int | None, plan_file: Path | None,
    take_over: bool = False,
) -> int:  # fmt: skip
    """One turn of each pair; the exit code."""
    asked = Asked(_WAYS[command], timedelta(seconds=settle), allowed, take_over=take_over)
    if manner.dry_run:
        return plan_pairs(names, manner, asked, None, pending_counts=False)
    found = configured(manner)
    if plan_file is None:
        return each_pair(named(found, names), lambda pair: _sync(pair, found, asked, manner, command))
    saved = read_plan(plan_file)
    wanted = [pair for pair in named(found, list(saved.pairs)) if not names or pair.name in names]

    def as_planned(pair: Pair) -> int:
        with joined(pair, found, saved.asked(pair, asked)) as at_hand:
            return one_turn(at_hand, manner, command, agreed=agreed_with(saved, plan_file, at_hand))

    return each_pair(wanted, as_planned)


def each_pair(pairs: Sequence[Pair], act: Callable[[Pair], int]) -> int:
    """Act on one pair after the other; what stops one does not stop the others. The largest exit code.

    Raises:
        BcfsyncError: (a subclass) what stopped the only pair.
    """
    if len(pairs) == 1:
        return act(pairs[0])
    code = 0
    for pair in pairs:
        try:
            code = max(code, act(pair))
        except BcfsyncError as error:
            explain(error, pair.name)
            code = max(code, error.exit_code)
    return code


def _sync(pair: Pair, found: Config, asked: Asked, manner: Manner, command: str) -> int:
    with joined(pair, found, asked) as at_hand:
        return one_turn(at_hand, manner, command)


def one_turn(
    at_hand: Joined,
    manner: Manner,
    command: str,
    stop: Stop | None = None,
    *,
    brief: str | None = None,
    agreed: Agreed | None = None,
) -> int:
    """One turn of a pair, told as it goes; the exit code.

    Args:
        at_hand: the pair.
        manner: how to tell.
        command: as the log shall call it.
        stop: ends it early.
        brief: begins its one line, where there shall be one.
        agreed: what it may write, where a saved plan says so.
    """
    renderer = TurnRenderer(manner, at_hand.pair.name, brief=brief)
    stop = stop or Stop()
    timing = Timing(lambda: datetime.now(UTC), stop.sleep, stop)
    http, quiet = at_hand.remote.http, manner.quiet or brief is not None
    shown = progress_of(
        at_hand.remote, lambda: http.traffic, as_json=manner.as_json, quiet=quiet, about=at_hand.pair.name
    )
    finished = False
    try:
        events = cast("Generator[TurnEvent]", turn(at_hand.folder, at_hand.partner, timing, command))
        with closing(events), shown:
            for event in events:
                _follow(event, at_hand, agreed)
                shown.event(event)
                with shown.aside():
                    renderer.event(event)
        finished = True
    finally:
        left = left_open(at_hand.partner.store)
        renderer.ended(at_hand.remote.http.traffic, left, finished=finished)
    return renderer.exit_code(left)


def _follow(event: TurnEvent, at_hand: Joined, agreed: Agreed | None) -> None:
    """Say to those who keep things what is under way, and hold a turn to its plan."""
    archive = archive_name(at_hand.sparing.replica)
    at_hand.ownership.refuse_if_lost()
    match event:
        case Pass(_, replica):
            at_hand.begins(replica)
        case Planned(plan) if plan.steps:
            at_hand.numbered(at_hand.partner.store.runs(1)[0].number)
            if agreed is not None:
                agreed.planned(archive, plan)
        case Applied(step, outcome) if agreed is not None and outcome.status is Status.DONE:
            agreed.applied(archive, step)
        case _:
            pass
