"""What several writes at once are worth: a first import of 100 topics over a wire of 50 ms, beside one write at a time.

Usage: python benchmarks/importing.py [TOPICS [MILLISECONDS]] [--snapshots]

The reference server runs in a process of its own, begins empty, and waits before every answer. Both imports make the
same requests, by the same engine with its journal in a file; one of them lets one request go at a time, the other as
many as ``net`` lets go. Topics are made one after the other either way, so that a server that numbers them keeps their
order: (topics x round trip) is the floor. Prints the ratios, and exits with 1 where several at once are not at least
twice as fast.
"""

import argparse
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archives import build
from throughput import Measured, serving

from bcfsync.changes import Site, Status
from bcfsync.execute import Ends
from bcfsync.net import Http, Seams
from bcfsync.net.pacing import MOST
from bcfsync.plan.policy import Policy
from bcfsync.run import Applied, Timing, run
from bcfsync.sides.archive import ArchiveSide
from bcfsync.sides.rest.side import RestSide
from bcfsync.store import Store

WANTED = 2.0


def imported(url: str, archive: Path, home: Path, most: int) -> tuple[Measured, int]:
    """What a first import takes, as ``bcfsync import`` does it, and how many writes it was."""
    whole, writes = Measured(), 0
    timing = Timing(lambda: datetime.now(UTC), time.sleep)
    with (
        closing(Http(url, "demo", Seams(most=most))) as http,
        closing(ArchiveSide(archive)) as local,
        closing(Store(home / f"{most}.db")) as store,
        whole.of(http),
    ):
        ends = Ends(local, RestSide(http, "demo"), "week")
        for event in run(Site.LOCAL, ends, store, Policy(timedelta()), timing):
            writes += isinstance(event, Applied) and event.step.verb.writes and event.outcome.status is Status.DONE
    return whole, writes


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("topics", nargs="?", type=int, default=100)
    parser.add_argument("ms", nargs="?", type=int, default=50)
    parser.add_argument("--snapshots", action="store_true")
    wanted = parser.parse_args()
    found: dict[int, Measured] = {}
    print(f"first import of {wanted.topics} topics over a wire of {wanted.ms} ms")
    with tempfile.TemporaryDirectory() as folder:
        week = build(Path(folder) / "week.bcf", wanted.topics, snapshots=wanted.snapshots)
        empty = build(Path(folder) / "empty.bcf", 0, snapshots=False)
        for most in (1, MOST):
            with serving(empty, f"slow:ms={wanted.ms}") as url:
                found[most], writes = imported(url, week, Path(folder), most)
            took = found[most]
            print(
                f"  {most:2} at once {writes:7} writes, {took.requests:6} requests in {took.seconds:6.1f} s, "
                f"{took.rate:7.1f} requests/s, {took.processor / took.requests * 1000:5.1f} ms of our processor each"
            )
    floor = wanted.topics * wanted.ms / 1000
    ratio = found[1].seconds / found[MOST].seconds
    print(f"  topics one after the other: {floor:.1f} s at least, taken {found[MOST].seconds / floor:.1f} times that")
    print(f"  several at once are {ratio:.1f} times as fast (wanted: {WANTED:.0f})")
    return 0 if ratio >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
