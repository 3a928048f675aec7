"""How fast import and export are, against the same requests sent bare.

Usage: python benchmarks/transfer.py [TOPICS]

Prints times and ratios of one run on this machine; compare ratios, not times.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx

from bcfsync.bcffile import open_bcf
from bcfsync.guids import derived_guid
from bcfsync.model import Bcf, Topic
from bcfsync.saving import write_bcf
from bcfsync.versions import fitted

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "3.0" / "many-languages.bcf"


def build(path: Path, topics: int) -> None:
    """An archive with this many topics, each with the views and the thread of a sample's."""
    with open_bcf(SAMPLE) as file:
        source = file.bcf.topics
        made = tuple(_copy(source[at % len(source)], at) for at in range(topics))
        write_bcf(path, fitted(Bcf("3.0", topics=made), "3.0"), file.open)


def _copy(topic: Topic, at: int) -> Topic:
    views = {view.guid: derived_guid(view.guid, str(at)) for view in topic.viewpoints}
    return replace(
        topic,
        guid=derived_guid(topic.guid, str(at)),
        title=f"{topic.title} {at}",
        related_topics=(),
        viewpoints=tuple(replace(view, guid=views[view.guid]) for view in topic.viewpoints),
        comments=tuple(
            replace(
                comment,
                guid=derived_guid(comment.guid, str(at)),
                viewpoint_guid=views.get(comment.viewpoint_guid or ""),
            )
            for comment in topic.comments
        ),
    )


def bare_requests(url: str, count: int) -> float:
    """Seconds for this many small requests, one after the other, by httpx alone."""
    with httpx.Client(headers={"Authorization": "Bearer demo"}) as client:
        started = time.perf_counter()
        for at in range(count):
            client.post(f"{url}/bcf/3.0/projects/demo/topics", json={"title": f"bare {at}"}).raise_for_status()
        return time.perf_counter() - started


def timed(run: Callable[[], object]) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    topics = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        archive, out = home / "in.bcf", home / "out.bcf"
        build(archive, topics)
        environment = {**os.environ, "BCFSYNC_TOKEN": "demo", "BCFSYNC_STATE": str(home / "state")}
        command = [sys.executable, "-m", "bcfsync"]
        server = subprocess.Popen(
            [*command, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert server.stdout is not None
        try:
            url = server.stdout.readline().split()[1]
            target = ["--url", url, "--project", "demo", "--quiet"]

            def bcfsync(*arguments: str) -> None:
                subprocess.run([*command, *arguments, *target], env=environment, check=True, stderr=subprocess.DEVNULL)

            first = timed(lambda: bcfsync("import", str(archive)))
            again = timed(lambda: bcfsync("import", str(archive)))
            export = timed(lambda: bcfsync("export", str(out)))
            writes = topics * 3  # a topic, a viewpoint and a comment each
            floor = bare_requests(url, writes)
        finally:
            server.terminate()
            server.wait()
            server.stdout.close()
    print(f"{topics} topics, each with a viewpoint with snapshot and a comment")
    print(f"  bare: {writes} POSTs of a title        {floor:7.2f} s   1.0")
    for name, seconds in (("first import", first), ("second import", again), ("export", export)):
        print(f"  {name:<34}{seconds:7.2f} s   {seconds / floor:.1f}")


if __name__ == "__main__":
    main()
