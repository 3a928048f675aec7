"""What ``bcfsync watch`` does: one turn after the other, one line each, until a signal.

Owns: signals, words, and which errors end it. When to look again is ``watch``'s business, what to do ``turn``'s.
"""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from types import FrameType

import click

from bcfsync.cli.explaining import explain
from bcfsync.cli.options import Manner
from bcfsync.cli.pairs import PATIENCE, Asked, configured, joined, named
from bcfsync.cli.planning import plan_pairs
from bcfsync.cli.syncing import one_turn
from bcfsync.config.values import Config, Pair
from bcfsync.errors import BcfsyncError, UsageError
from bcfsync.watch import Stop, Watched, listening, watch

_INTERRUPTED = 130


def watch_pairs(names: Sequence[str], manner: Manner, *, once: bool, settle: float) -> int:
    """Watch the pairs; the exit code."""
    asked = Asked(settle=timedelta(seconds=settle), patient=True, patience=PATIENCE)
    if manner.dry_run:
        return plan_pairs(names, manner, asked, None, pending_counts=False)
    found = configured(manner)
    pairs = named(found, names)
    stop = Stop()
    watcher = _Watcher(found, asked, manner, stop)
    with _signals(stop):
        if once:
            for pair in pairs:
                if not stop():
                    watcher.look(pair)
            return watcher.code
        watched = [Watched(pair.name, pair.folder, pair.poll) for pair in pairs]
        by_name = {pair.name: pair for pair in pairs}
        if not manner.quiet and not manner.as_json:
            click.echo(f"watching {', '.join(by_name)}; Ctrl-C ends it", err=True)
        with listening(watched, stop, _tell):
            watch(watched, lambda name: watcher.look(by_name[name]), stop)
    if not manner.quiet and not manner.as_json:
        click.echo("stopped; what was done is recorded", err=True)
    return 0


class _Watcher:
    """Looks at pairs."""

    def __init__(self, found: Config, asked: Asked, manner: Manner, stop: Stop) -> None:
        self._found = found
        self._asked = asked
        self._manner = manner
        self._stop = stop
        self._known: set[str] = set()
        self.code = 0

    def look(self, pair: Pair) -> bool:
        """One turn of a pair; whether it went well.

        Raises:
            UsageError: the first turn shows that the pair cannot work as it is configured.
        """
        try:
            with joined(pair, self._found, self._asked) as at_hand:
                brief = replace(self._manner, quiet=not self._manner.verbose)
                code = one_turn(at_hand, brief, "watch", self._stop, brief=self._brief())
        except UsageError as error:
            if pair.name not in self._known:
                raise
            return self._failed(pair, error)
        except BcfsyncError as error:
            return self._failed(pair, error)
        except OSError as error:
            if pair.name not in self._known or not error.filename:
                raise
            return self._failed(pair, UsageError(f"{error.filename}: {error.strerror}", hint="it is tried again later"))
        self._known.add(pair.name)
        self.code = max(self.code, code)
        return True

    def _brief(self) -> str:
        """What begins the line of a turn."""
        return f"{datetime.now().astimezone():%H:%M:%S} "

    def _failed(self, pair: Pair, error: BcfsyncError) -> bool:
        explain(error, f"{self._brief()}{pair.name}")
        self.code = max(self.code, error.exit_code)
        return False


def _tell(said: str) -> None:
    click.echo(said, err=True)


@contextmanager
def _signals(stop: Stop) -> Iterator[None]:
    """The first signal asks for the end, the second one is the end."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        if stop():
            sys.stderr.flush()
            os._exit(_INTERRUPTED)  # all that was confirmed is on record; nothing else may be waited for
        stop.set()

    kinds = [signal.SIGINT, signal.SIGTERM]
    before = {kind: signal.signal(kind, asked) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
