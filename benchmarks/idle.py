"""What it costs to find out that nothing has changed at a server.

Usage: python benchmarks/idle.py [TOPICS]

Prints requests, bytes and times of one run on this machine; the processor's time is that of bcfsync alone.
"""

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

from bcfsync.changes import Change, Files, Kind, Side, Verb
from bcfsync.model import HeaderFile, Topic
from bcfsync.net import Http
from bcfsync.sides.rest.side import RestSide

LOOKS = 100


@contextmanager
def serving() -> Iterator[str]:
    """A server of our own; its URL."""
    command = [sys.executable, "-m", "bcfsync", "serve", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    try:
        yield server.stdout.readline().split()[1]
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def fill(side: RestSide, topics: int) -> None:
    """Make topics; and give the last one a file, which proves the server's tags."""
    guids = [str(uuid.uuid4()) for _ in range(topics)]
    changes = [Change(at, Verb.CREATE, Kind.TOPIC, guid, "", Topic(guid, "A topic")) for at, guid in enumerate(guids)]
    files = Files((HeaderFile(filename="a.ifc"),))
    source: Side = side
    for outcome in side.apply([*changes, Change(0, Verb.UPDATE, Kind.FILES, guids[-1], guids[-1], files)], source):
        assert outcome.status == "done", outcome


def main() -> None:
    """Measure and print."""
    topics = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with serving() as url, closing(Http(url, "demo")) as http:
        side = RestSide(http, "demo")
        fill(side, topics)
        tag, learned = side.listing().tag, side.learned
        before, heard = http.traffic.requests, http.traffic.bytes_in
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(LOOKS):
            assert not RestSide(http, "demo", learned).moved(tag)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        asked, heard = http.traffic.requests - before, http.traffic.bytes_in - heard
    print(f"{topics} topics, {LOOKS} looks at a server where nothing has changed")
    print(f"  requests a look              {asked / LOOKS:8.1f}")
    print(f"  bytes of bodies a look       {heard / LOOKS:8.1f}")
    print(f"  time a look                  {wall / LOOKS * 1000:8.1f} ms")
    print(f"  processor's time a look      {processor / LOOKS * 1000:8.1f} ms")


if __name__ == "__main__":
    main()
