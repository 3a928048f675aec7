"""How fast archives are read, compared, written and checked, as ratios to the least each can take.

Usage: python benchmarks/codec.py [--topics 100,1000,10000] [--rounds N] [--no-snapshots] [--lenient]

Floor of reading: zipfile and lxml.etree.fromstring over every XML part. Everything is measured in one run, by turns, in
processor time, and the shortest counts: what else the machine does only adds. The command line is measured by the clock
on the wall, so it needs an idle machine. Leaves with 1 where a figure is missed, unless --lenient.
Beside us, where the extra ``bench`` is installed: bcf-api-xml and bcf-client.
"""

import argparse
import contextlib
import gc
import importlib
import importlib.util
import io
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from archives import build
from lxml import etree

from bcfsync.archive.changed import changed_folders, listing
from bcfsync.archive.reading import Archive
from bcfsync.bcffile import open_bcf
from bcfsync.saving import write_bcf
from bcfsync.validate import validate
from bcfsync.versions import fitted

XML_ENDINGS = (".bcf", ".bcfv", ".bcfp", ".version", ".xml", ".xsd")
MOST_TO_REWRITE = 1_000
"""Topics with snapshots beyond this are only read: deflating gigabytes of pictures measures zlib."""
PEAK = """
import sys
from pathlib import Path
from bcfsync.bcffile import open_bcf
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
before = peak()
with open_bcf(Path(sys.argv[1])) as file:
    print(peak(), before)
"""


@dataclass
class Report:
    """What was measured: a printed table, and the figures that were missed."""

    missed: list[str] = field(default_factory=list)

    def row(self, archive: str, what: str, seconds: float, ratio: float, bound: float | None = None) -> None:
        """One line; ``bound`` is what the ratio may be at most."""
        verdict = "" if bound is None else f"at most {bound:g}   {'held' if ratio <= bound else 'MISSED'}"
        print(f"{archive:>22}  {what:<42}{seconds * 1000:>10.1f} ms {ratio:>7.2f}   {verdict}", flush=True)
        if bound is not None and ratio > bound:
            self.missed.append(f"{archive}, {what}: {ratio:.2f}, at most {bound:g}")

    def faster(self, archive: str, who: str, seconds: float, times: float, bound: float) -> None:
        """One line about somebody else; ``bound`` is how many times as fast as they are we have to be."""
        verdict = f"at least {bound:g}   {'held' if times >= bound else 'MISSED'}"
        print(f"{archive:>22}  {f'read by {who}':<42}{seconds * 1000:>10.1f} ms {times:>7.2f}   {verdict}", flush=True)
        if times < bound:
            self.missed.append(f"{archive}, {who}: {times:.2f} times as fast, at least {bound:g}")


# -- what is measured --------------------------------------------------------------------------------------------------


def floor(path: Path) -> None:
    """What no reader can do without."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.lower().endswith(XML_ENDINGS):
                etree.fromstring(archive.read(name))


def read(path: Path) -> None:
    """Names, limits, XML, model, findings."""
    with open_bcf(path):
        pass


def check(path: Path) -> None:
    """Everything that can be wrong with an archive."""
    validate(path)


def other_api_xml(path: Path) -> None:
    """Read by bcf-api-xml, which prints the name of every markup."""
    with contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module("bcf_api_xml").to_json(path)


def other_client(path: Path) -> None:
    """Read by bcf-client, which reads what is asked for."""
    with importlib.import_module("bcf.bcfxml").load(path) as archive:
        for topic in archive.topics.values():
            assert topic.markup is not None
            for view in topic.viewpoints.values():
                assert view.visualization_info is not None


OTHERS = {
    "bcf-api-xml": ("bcf_api_xml", other_api_xml, 3.0),
    "bcf-client": ("bcf", other_client, 8.0),
}


def best(rounds: int, *actions: Callable[[], object], clock: Callable[[], float] = time.process_time) -> list[float]:
    """The shortest time of each action in seconds of this process, measured by turns."""
    found = [float("inf")] * len(actions)
    for _ in range(rounds):
        for at, action in enumerate(actions):
            gc.collect()
            start = clock()
            action()
            found[at] = min(found[at], clock() - start)
    return found


def measure(path: Path, label: str, rounds: int, report: Report, *, rewrite: bool) -> float:
    """All rows of one archive; the seconds of reading it."""
    with Archive(path) as archive:
        remembered = listing(archive)

    def compare() -> None:
        with Archive(path) as archive:
            assert not changed_folders(remembered, listing(archive))

    low, whole, changed = best(rounds, lambda: floor(path), lambda: read(path), compare)
    report.row(label, "floor: unzip and parse", low, 1)
    report.row(label, "read into the model", whole, whole / low, 2.0)
    report.row(label, "tell which topics changed", changed, changed / low, 0.3)
    if rewrite:
        (checked,) = best(rounds, lambda: check(path))
        report.row(label, "validate", checked, checked / low, 1.5)
        measure_writing(path, label, rounds, report)
    return whole


def measure_writing(path: Path, label: str, rounds: int, report: Report) -> None:
    """Writing a model, against packing the finished bytes."""
    ours, bare = path.with_suffix(".ours"), path.with_suffix(".bare")
    with open_bcf(path) as file:
        model = fitted(file.bcf, "2.1")
        write_bcf(ours, model, file.open)
        with zipfile.ZipFile(ours) as archive:
            finished = [(name, archive.read(name)) for name in archive.namelist()]

        def pack() -> None:
            with zipfile.ZipFile(bare, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in finished:
                    archive.writestr(name, data)

        packed, written = best(rounds, pack, lambda: write_bcf(ours, model, file.open))
    report.row(label, "floor: zip the finished bytes", packed, 1)
    report.row(label, "write", written, written / packed, 2.0)
    ours.unlink()
    bare.unlink()


def measure_others(path: Path, label: str, rounds: int, report: Report) -> None:
    """The other libraries on the same archive, each by turns with us."""
    for name, (module, action, bound) in OTHERS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{label:>22}  {name} is not installed: pip install bcfsync[bench]")
            continue
        ours, theirs = best(rounds, lambda: read(path), lambda run=action: run(path))  # type: ignore[misc]
        report.faster(label, name, theirs, theirs / ours, bound)


def measure_memory(path: Path, label: str) -> None:
    """Print what reading an archive takes at its peak, in a process of its own."""
    if not Path("/proc/self/status").exists():
        print(f"{label:>22}  peak memory is not measured on this system")
        return
    told = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
    peak, before = told.stdout.split()
    print(
        f"{label:>22}  peak memory of reading {peak} MB, of which {before} MB before ({path.stat().st_size >> 20} MB)"
    )


def measure_start(report: Report, folder: Path) -> None:
    """The command line: its help, and a small file shown; the ratio is to the seconds allowed."""
    small = build(folder / "small.bcf", 3, snapshots=False)
    for words, allowed in ((["--help"], 0.2), (["show", str(small)], 0.35)):
        command = [sys.executable, "-m", "bcfsync", *words]
        (seconds,) = best(7, partial(subprocess.run, command, capture_output=True, check=True), clock=time.perf_counter)
        report.row("command line", f"{words[0]}, {allowed} s allowed", seconds, seconds / allowed, 1.0)


def main() -> None:
    """Measure and print; leave with 1 where a figure is missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--topics", default="100,1000,10000", help="sizes, separated by commas")
    options.add_argument("--rounds", type=int, default=0, help="how often each is measured; by size where not given")
    options.add_argument("--no-snapshots", action="store_true", help="leave out the archives with pictures")
    options.add_argument("--lenient", action="store_true", help="leave with 0 whatever was measured")
    said = options.parse_args()
    sizes = sorted(int(word) for word in said.topics.split(","))
    report = Report()
    each: dict[bool, list[float]] = {}
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        for snapshots in (False,) if said.no_snapshots else (False, True):
            for topics in sizes:
                label = f"{topics:,} topics{', pictures' if snapshots else ''}"
                path = build(folder / "measured.bcf", topics, snapshots=snapshots)
                rounds = said.rounds or max(2, min(9, 3_000 // topics))
                rewrite = not snapshots or topics <= MOST_TO_REWRITE
                seconds = measure(path, label, rounds, report, rewrite=rewrite)
                each.setdefault(snapshots, []).append(seconds / topics)
                if topics <= MOST_TO_REWRITE and not snapshots:
                    measure_others(path, label, min(rounds, 3), report)
                measure_memory(path, label)
        for snapshots, found in each.items():
            words = "growth, with pictures" if snapshots else "growth"
            report.row(words, f"a topic of {sizes[-1]:,} to one of {sizes[0]:,}", found[-1], found[-1] / found[0], 1.15)
        measure_start(report, folder)
    for line in report.missed:
        print(f"missed: {line}", file=sys.stderr)
    sys.exit(1 if report.missed and not said.lenient else 0)


if __name__ == "__main__":
    main()
