"""What the reference server holds: a minute of sixteen clients, and how it grows with the number of topics.

Usage: python benchmarks/server_load.py [--seconds 60] [--topics 100000]

Clients and server share this machine: compare ratios within one run. The bare server answers everything with the same
two bytes through the same listener: what HTTP itself costs here.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "server"))

from load import TOPICS, Client, Lost, served  # type: ignore[import-not-found]  # the clients of the tests

from bcfsync.server.listening import Listener
from bcfsync.server.store import ServerStore

CLIENTS = 16
ALLOWED = 5.0  # milliseconds of server time for a conditional GET of 10,000 topics


@dataclass
class Watch:
    """What one client saw."""

    times: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0


class Reader:
    """A client of the mix: mostly it asks whether anything is new, then it reads, now and then it writes."""

    def __init__(self, port: int, seed: int) -> None:
        self.watch = Watch()
        self._client = Client(port)
        self._chance = random.Random(seed)  # noqa: S311 - a mix that repeats
        self._tags: dict[str, str] = {}
        self._topics: list[str] = []

    def run(self, until: float) -> None:
        """Ask, read and write until this moment of the monotonic clock."""
        try:
            while time.monotonic() < until:
                self._one(self._chance.random())
        except Lost:
            self.watch.lost += 1
        self.watch.statuses = self._client.statuses
        self._client.close()

    def _one(self, roll: float) -> None:
        if roll < 0.4 or not self._topics:
            page = f"{TOPICS}?$top=50&$orderby=modified_date desc".replace(" ", "%20")
            topics = self._ask("a page of 50 topics", "GET", page)
            if isinstance(topics, list) and topics:
                self._topics = [f"{TOPICS}/{topic['guid']}" for topic in topics]
            elif not self._topics:
                self._ask("a new topic", "POST", TOPICS, {"title": "first"})
        elif roll < 0.8:
            url = self._chance.choice(self._topics) + self._chance.choice(("", "/comments", "/viewpoints"))
            self._ask("one topic or its lists", "GET", url)
        elif roll < 0.9:
            self._ask("a new comment", "POST", self._chance.choice(self._topics) + "/comments", {"comment": "seen"})
        elif roll < 0.95:
            self._ask("a new topic", "POST", TOPICS, {"title": "new", "description": "x" * 300})
        else:
            body = {"title": f"edited {roll}", "description": "y" * 300}
            self._ask("a topic changed", "PUT", self._chance.choice(self._topics), body)

    def _ask(self, kind: str, method: str, url: str, body: object = None) -> object:
        held = {"If-None-Match": self._tags[url]} if method == "GET" and url in self._tags else {}
        started = time.perf_counter()
        _, answer, headers = self._client.send(method, url, body, held)
        self.watch.times.setdefault(kind, []).append(time.perf_counter() - started)
        tag = next((value for name, value in headers.items() if name.lower() == "etag"), None)
        if method == "GET" and tag:
            self._tags[url] = tag
        return answer


def a_minute(seconds: float, folder: Path) -> None:
    """The mix of all clients at once; ends the program if a request failed."""
    with served(folder) as server:
        readers = [Reader(server.port, seed) for seed in range(CLIENTS)]
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=reader.run, args=(until,)) for reader in readers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(f"{CLIENTS} clients for {seconds:.0f} s; the server holds {server.memory() / 2**20:.0f} MiB")
    times: dict[str, list[float]] = {}
    statuses: Counter[int] = Counter()
    for reader in readers:
        statuses.update(reader.watch.statuses)
        for kind, taken in reader.watch.times.items():
            times.setdefault(kind, []).extend(taken)
    for kind, taken in sorted(times.items()):
        cuts = [1000 * cut for cut in quantiles(taken, n=100)] if len(taken) > 1 else [0.0] * 99
        print(
            f"  {kind:<24}{len(taken):>8}  half {cuts[49]:6.1f} ms   95 % {cuts[94]:6.1f} ms   99 % {cuts[98]:6.1f} ms"
        )
    asked = statuses.total()
    lost = sum(reader.watch.lost for reader in readers)
    print(f"  {asked / seconds:.0f} requests a second, {statuses[304] / asked:.0%} of them 304, {lost} lost;", end=" ")
    print(", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())))
    if any(status >= 400 for status in statuses):
        sys.exit("a request failed")


def _bare(port: "multiprocessing.Queue[int]") -> None:
    def app(_environ: object, start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
        return [b"{}"]

    listener = Listener(app, "127.0.0.1", 0)
    port.put(listener.port)
    listener.run()


def per_request(client: Client, url: str, count: int, headers: dict[str, str]) -> float:
    """Milliseconds for one request of many, one after the other."""
    client.send("GET", url, None, headers)
    started = time.perf_counter()
    for _ in range(count):
        client.send("GET", url, None, headers)
    return (time.perf_counter() - started) / count * 1000


def fill(folder: Path, topics: int) -> None:
    """A data folder with this many topics."""
    with ServerStore(folder) as store, store.writing():
        for number in range(topics):
            store.seed_topic(
                "demo",
                {
                    "guid": str(uuid.UUID(int=number, version=4)),
                    "title": f"topic {number}",
                    "description": "x" * 300,
                    "creation_date": f"20{10 + number % 15}-03-01T12:00:00Z",
                    "creation_author": "anna@example.com",
                },
                [],
                [],
            )


def sizes(most: int, folder: Path) -> None:
    """What a list costs and how much memory it takes, with ever more topics."""
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    bare = multiprocessing.Process(target=_bare, args=(port,), daemon=True)
    bare.start()
    client = Client(port.get())
    floor = per_request(client, "/", 1000, {})
    client.close()
    bare.terminate()
    print(f"a bare answer through the same sockets: {floor:.2f} ms")
    for topics in sorted({1000, 10_000, most}):
        fill(folder / str(topics), topics)
        with served(folder / str(topics)) as server:
            client = Client(server.port)
            before = server.memory()
            started = time.perf_counter()
            _, listed, headers = client.send("GET", TOPICS)
            whole = time.perf_counter() - started
            tag = {"If-None-Match": next(value for name, value in headers.items() if name.lower() == "etag")}
            held = per_request(client, TOPICS, 500, tag)
            page = per_request(client, f"{TOPICS}?$top=100&$skip={topics // 2}", 50, {})
            newer = "modified_date%20ge%202024-01-01T00:00:00Z"
            filtered = per_request(client, f"{TOPICS}?$top=100&$filter={newer}", 50, {})
            after = server.memory()
            client.close()
        assert len(listed) == topics
        print(
            f"{topics:>7} topics: unchanged list {held:.2f} ms ({held / floor:.1f} x bare), whole list {whole:.2f} s, "
            f"100 from the middle {page:.1f} ms, 100 newest by filter {filtered:.1f} ms, "
            f"memory {before / 2**20:.0f} -> {after / 2**20:.0f} MiB"
        )
        if topics == 10_000 and held - floor > ALLOWED:
            sys.exit(f"an unchanged list costs {held - floor:.2f} ms of server time; {ALLOWED} are allowed")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--topics", type=int, default=100_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        a_minute(given.seconds, Path(folder) / "minute")
        sizes(given.topics, Path(folder))


if __name__ == "__main__":
    main()
