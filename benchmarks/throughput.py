"""How much of what the way to a server allows is used: a first export of 1,000 topics over a wire of 50 ms.

Usage: python benchmarks/throughput.py [TOPICS [MILLISECONDS]] [--snapshots]

The reference server runs in a process of its own and waits before every answer. A plain client that sends the same kind
of requests one after the other gives the time of a round trip, in the same run; with so many requests in flight as
``net`` lets go at most, nothing can be faster than (in flight / round trip). Exits with 1 where the whole export is
below 80 % of that. Reading is told beside it: planning, the journal and writing the archive ask the server for nothing.
Client and server share the processors: what 16 plain clients get out of the server at once is printed, too, and where
that is below the limit, nobody can reach it on this machine as it is loaded now.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from archives import build

from bcfsync.changes import Key, Site
from bcfsync.execute import Ends
from bcfsync.model import Topic
from bcfsync.net import Http
from bcfsync.net.pacing import MOST
from bcfsync.plan.policy import Policy
from bcfsync.run import Timing, run
from bcfsync.sides.archive import ArchiveSide
from bcfsync.sides.rest.side import RestSide
from bcfsync.store import Store

WANTED = 0.8
SAMPLE = 200
"""Requests of the plain client."""


@contextmanager
def serving(seed: Path, *faults: str) -> Iterator[str]:
    """A server of our own with an archive in it; its URL."""
    command = [sys.executable, "-m", "bcfsync", "serve", "--port", "0", "--seed", str(seed)]
    command += [part for fault in faults for part in ("--fault", fault)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    try:
        yield server.stdout.readline().split()[1]
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def plain(url: str) -> float:
    """Seconds of a request by httpx alone, one after the other."""
    project = f"{url}/bcf/2.1/projects/demo"
    with httpx.Client(headers={"Authorization": "Bearer demo"}) as client:
        topics = [item["guid"] for item in client.get(f"{project}/topics").json()]
        parts = ("viewpoints", "comments", "document_references", "files", "related_topics")
        asked = [f"{project}/topics/{guid}/{part}" for guid in topics for part in parts][:SAMPLE]
        started = time.perf_counter()
        for address in asked:
            client.get(address).raise_for_status().json()
        return (time.perf_counter() - started) / len(asked)


def busy(url: str, threads: int = MOST, count: int = 2000) -> float:
    """Requests a second that the server gives to as many plain clients, each in a thread: what it can do at all."""
    project = f"{url}/bcf/2.1/projects/demo"
    with httpx.Client(headers={"Authorization": "Bearer demo"}) as client:
        guid = client.get(f"{project}/topics").json()[0]["guid"]
        address = f"{project}/topics/{guid}/comments"

        def ask() -> None:
            for _ in range(count // threads):
                client.get(address).raise_for_status()

        workers = [threading.Thread(target=ask) for _ in range(threads)]
        started = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return count / (time.perf_counter() - started)


@dataclass
class Measured:
    """Requests, seconds, and seconds of our own processor."""

    requests: int = 0
    seconds: float = 0.0
    processor: float = 0.0

    @contextmanager
    def of(self, http: Http) -> Iterator[None]:
        """Measure a block."""
        asked, at, used = http.traffic.requests, time.perf_counter(), time.process_time()
        yield
        self.requests += http.traffic.requests - asked
        self.seconds += time.perf_counter() - at
        self.processor += time.process_time() - used

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class Watched(RestSide):
    """A server of which the reading is measured."""

    reading: Measured

    def bodies(
        self, keys: Iterable[str], known: Collection[Key] = (), kept: Mapping[str, Topic] | None = None
    ) -> dict[str, Topic]:
        """Read whole topics."""
        with self.reading.of(self.http):
            return super().bodies(keys, known, kept)


def exported(url: str, out: Path) -> tuple[Measured, Measured]:
    """What a first export takes, as ``bcfsync export`` does it: reading, and all of it."""
    reading, whole = Measured(), Measured()
    timing = Timing(lambda: datetime.now(UTC), time.sleep)
    with (
        closing(Http(url, "demo")) as http,
        closing(ArchiveSide(out, "2.1")) as archive,
        closing(Store(Path(":memory:"))) as store,
        whole.of(http),
    ):
        side = Watched(http, "demo")
        side.reading = reading
        for _ in run(Site.REMOTE, Ends(archive, side, "out"), store, Policy(timedelta()), timing):
            pass
    return reading, whole


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("topics", nargs="?", type=int, default=1000)
    parser.add_argument("ms", nargs="?", type=int, default=50)
    parser.add_argument("--snapshots", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seed = build(Path(folder) / "seed.bcf", wanted.topics, snapshots=wanted.snapshots)
        with serving(seed, f"slow:ms={wanted.ms}") as url:
            trip = plain(url)
            reading, whole = exported(url, Path(folder) / "out.bcf")
            able = busy(url)
    limit = MOST / trip
    print(f"first export of {wanted.topics} topics over a wire of {wanted.ms} ms, {MOST} requests in flight at most")
    print(f"  plain sequential client   {trip * 1000:8.1f} ms a request       {1 / trip:8.1f} requests/s")
    for name, measured in (("reading the project", reading), ("the whole export", whole)):
        print(
            f"  {name:<22}{measured.requests:8} requests in {measured.seconds:6.1f} s  {measured.rate:8.1f} requests/s,"
            f" {measured.rate * trip:.1f} times the plain client"
        )
    print(f"  in flight / round trip                             {limit:8.1f} requests/s")
    print(f"  of this, by reading                                {reading.rate / limit:8.0%}")
    print(f"  of this, by the whole export                       {whole.rate / limit:8.0%} (wanted: {WANTED:.0%})")
    print(f"  our processor's time      {reading.processor / reading.requests * 1000:8.2f} ms a request, reading")
    print(
        f"  and beside reading        {whole.processor - reading.processor:8.1f} s: planning, the journal, the archive"
    )
    print(
        f"  {MOST} plain clients, one small thing asked for     {able:8.1f} requests/s, {able / limit:.0%} of the limit"
    )
    return 0 if whole.rate / limit >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
