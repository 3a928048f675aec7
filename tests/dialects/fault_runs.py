"""Imports over a line that loses answers, through servers of several kinds, until all is there; then nothing is double.

    python tests/dialects/fault_runs.py [--seeds 500] [--first 0] [--jitter MS] [--topics N] [ROW...]

Exits with 1 where a seed ends wrong.

A seed chooses the server among all rows, or those named, and which requests go wrong: of 100 answers 5 are lost after
the request was carried out, 5 are 503, and 2 are cut. The import is run again as a person would, until it says that all
is done.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from contents import STAMPS, compared
from field_rows import FAULT_ROWS, Row
from field_server import PROJECT, field_server
from journey import ROOT, on_record
from terminal import Ran, Terminal

import bcfsync
from bcfsync.guids import derived_guid

ARCHIVES = ("samples/2.1/site-walk.bcf", "samples/3.0/terrace-and-roof.bcf")
FAULTS = ("lose-response:0.05", "503:0.05", "cut-body:0.02")
MOST_RUNS = 60


def failures(
    folder: Path, seed: int, rows: Sequence[Row] = FAULT_ROWS, jitter: float = 0.0, topics: int = 0
) -> list[str]:
    """What is wrong at the end of a seed.

    Args:
        folder: for all that is written.
        seed: chooses the server, the archive and what goes wrong.
        rows: the servers.
        jitter: in seconds; with it, requests beside each other come in any order.
        topics: how many the archive is to have, so that many are on their way at once; 0 for a sample as it is.
    """
    row = rows[seed % len(rows)]
    machine, elsewhere = Terminal(folder / "here"), Terminal(folder / "elsewhere")
    archive = ROOT / ARCHIVES[seed // len(rows) % len(ARCHIVES)]
    if topics:
        archive = many(folder / "many.bcf", archive, topics)
    data = folder / "server"
    kept: dict[tuple[str, str], set[str]] = {}
    with patch("time.sleep"), field_server(data, row.dialects, (*row.faults, *FAULTS), seed=seed) as server:
        server.most = jitter
        there = ("--json", "--settle", "0", "--url", server.api + row.path, "--project", PROJECT)
        port = int(server.url.rpartition(":")[2])
        for _ in range(MOST_RUNS):
            last = machine.run("import", *there, archive)
            for name, members in unkept(last).items():
                kept.setdefault(name, set()).update(members)
            if last.code in {0, 3} and not last.summary.get("failed"):
                break
            if last.code not in {0, 3, 5}:
                return [f"the import ended with {last.code}: {last.err[-300:]}"]
        else:
            return [f"the import came to no end: {last.code} {last.err[-300:]}"]
    with field_server(data, row.dialects, row.faults, seed=seed, port=port) as server:
        there = ("--json", "--settle", "0", "--url", server.api + row.path, "--project", PROJECT)
        for name, members in unkept(machine.run("import", *there, archive)).items():
            kept.setdefault(name, set()).update(members)  # a topic that could not be read may have waited until now
        again = machine.run("import", *there, archive)
        wrong = [f"the last import wrote {item}" for item in server.writes() if again.summary.get("created")]
        out = folder / "back.bcf"
        back = elsewhere.run("export", *there, out)
        if back.code:
            return [*wrong, f"the export ended with {back.code}: {back.err[-300:]}"]
    before, after = (machine.run("show", "--json", "--api", "3.0", path).summary_topics() for path in (archive, out))
    titles = {topic["guid"].lower(): topic["title"] for topic in before}
    lost = on_record(again, titles)
    for (topic, kind), members in kept.items():
        lost[titles.get(topic, topic), kind].update(members)
    doubled = len(after) - len(before)
    return wrong + ([f"{doubled} topics too many"] if doubled else []) + compared(before, after, lost, STAMPS)


def many(path: Path, source: Path, count: int) -> Path:
    """An archive with so many topics: those of another one again and again, under guids of their own."""

    def own(guid: str, at: int) -> str:
        return derived_guid("again", str(at), guid)

    with bcfsync.open(source) as archive:
        originals = archive.topics
        for at in range(count):
            topic = originals[at % len(originals)]
            views = [replace(view, guid=own(view.guid, at)) for view in topic.viewpoints]
            comments = [
                replace(
                    comment,
                    guid=own(comment.guid, at),
                    viewpoint_guid=comment.viewpoint_guid and own(comment.viewpoint_guid, at),
                    reply_to_comment_guid=comment.reply_to_comment_guid and own(comment.reply_to_comment_guid, at),
                )
                for comment in topic.comments
            ]
            links = [replace(link, guid=own(link.guid, at)) for link in topic.document_references]
            archive.put(
                replace(
                    topic,
                    guid=own(topic.guid, at),
                    title=f"{topic.title} ({at + 1})",
                    viewpoints=tuple(views),
                    comments=tuple(comments),
                    document_references=tuple(links),
                    related_topics=(),
                )
            )
        archive.save(path)
    return path


def unkept(run: Ran) -> dict[tuple[str, str], set[str]]:
    """What a run says that the server did not keep, by topic and kind."""
    found: dict[tuple[str, str], set[str]] = {}
    for item in run.summary.get("unkept", []):
        found.setdefault((item["topic"].lower(), item["kind"]), set()).add(item["field"])
    return found


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=500)
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--jitter", type=float, default=0, metavar="MS", help="milliseconds a request may wait")
    asked.add_argument("--topics", type=int, default=0, help="an archive with so many more")
    asked.add_argument("rows", nargs="*", metavar="ROW")
    options = asked.parse_args()
    rows = [row for row in FAULT_ROWS if not options.rows or row.name in options.rows]
    bad = 0
    for seed in range(options.first, options.first + options.seeds):
        with tempfile.TemporaryDirectory() as folder:
            for line in (found := failures(Path(folder), seed, rows, options.jitter / 1000, options.topics)):
                print(f"seed {seed} ({rows[seed % len(rows)].name}): {line}", flush=True)
            bad += bool(found)
    print(f"{options.seeds} seeds, {bad} of them wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
