"""What has to hold for every file that calls itself a BCF archive, and the search for one where it does not.

Owns: the properties, the pool of starting points, the loop, and what ``make fuzz`` runs. A file that leads to findings
or errors nobody has met yet in the run becomes a starting point itself, so that later cases go further.
"""

# ruff: noqa: T201, E501 - a program that prints, and chance that must be repeatable

import argparse
import hashlib
import os
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from essence import essence, opened  # noqa: E402 - the script finds its neighbours first
from mutation import lightened, mutated  # noqa: E402

from bcfsync.archive.writing import CannotWrite  # noqa: E402
from bcfsync.bcfapi import SHOWN  # noqa: E402
from bcfsync.bcfapi.codec import resources  # noqa: E402
from bcfsync.bcfapi.show import show_bcf  # noqa: E402
from bcfsync.bcffile import BcfFile, open_bcf  # noqa: E402
from bcfsync.bcfxml import schema  # noqa: E402
from bcfsync.cli.options import json_text  # noqa: E402
from bcfsync.dates import timestamp  # noqa: E402
from bcfsync.diff import diff  # noqa: E402
from bcfsync.errors import InvalidArchive  # noqa: E402
from bcfsync.exploded import explode, read_tree  # noqa: E402
from bcfsync.findings import DUPLICATE_TOPIC, NESTED_ROOT  # noqa: E402
from bcfsync.gathering import gathered  # noqa: E402
from bcfsync.guids import guid_key  # noqa: E402
from bcfsync.inplace.entries import CannotEdit  # noqa: E402
from bcfsync.model import Bcf, Comment  # noqa: E402
from bcfsync.saving import update_bcf, write_bcf  # noqa: E402
from bcfsync.union import Input, unite  # noqa: E402
from bcfsync.validate import validate  # noqa: E402
from bcfsync.versions import converted  # noqa: E402

ROOT = HERE.parents[1]
VERSIONS = ("2.0", "2.1", "3.0")
COMMENT = Comment(
    "0f3e4d5c-0000-4000-8000-0000000000cc",
    "Seen",
    timestamp(datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)),
    "ana@example.com",
)
SLOW = 5.0


class Wrong(AssertionError):
    """A property does not hold for a file."""


# --- what has to hold -------------------------------------------------------------------------------------------------


def reads(path: Path, _work: Path) -> str:
    """It opens with findings, or is refused by one clear error; what that was, for the pool."""
    try:
        with open_bcf(path) as file:
            numbers = sorted({finding.rule.number for finding in file.findings})
            return f"{file.bcf.version} {min(len(file.bcf.topics), 3)} {numbers}"
    except InvalidArchive as error:
        if not str(error) or "\n" in str(error):
            raise Wrong(f"this is no clear line: {error!r}") from error
        return type(error).__name__


def is_written_valid(path: Path, work: Path) -> None:
    """What was read can be written in any version, valid, and reads back as the same; which one, the file decides."""
    with open_bcf(path) as file:
        bcf = replace(file.bcf, extras=()) if any(item.rule is NESTED_ROOT for item in file.findings) else file.bcf
        for version in (VERSIONS[path.stat().st_size % 3],):
            target, again = work / f"{version}.bcf", work / f"{version}-again.bcf"
            write_bcf(target, converted(bcf, version, file.findings).bcf, file.open)
            first, _ = opened(target)
            _must_be_valid(target, version, {extra.path for model in (first, file.bcf) for extra in model.extras})
            with open_bcf(target) as written:
                write_bcf(again, converted(written.bcf, version, written.findings).bcf, written.open)
            second, _ = opened(again)
            _same(essence(first, version), essence(second, version), f"written in {version} and again")


def stays_the_same_in_its_version(path: Path, work: Path) -> None:
    """Topics, comments and viewpoints of a file written again in its version are all there, with their pictures."""
    before, _ = opened(path)
    # a foreign file may stand where one is missed as soon as a zipped folder is none any more
    before = replace(before, extras=())
    target = work / "own.bcf"
    with open_bcf(path) as file:
        write_bcf(target, converted(replace(file.bcf, extras=()), before.version, file.findings).bcf, file.open)
    after, _ = opened(target)
    _same(_counts(essence(before, before.version)), _counts(essence(after, before.version)), "written again")


def _counts(bcf: Bcf) -> list[tuple[object, ...]]:
    found = [
        (
            len(topic.comments),
            len(topic.viewpoints),
            [bool(view.snapshot and view.snapshot.blob) for view in topic.viewpoints],
            [view.clipping_planes for view in topic.viewpoints],
            (topic.creation_date, topic.modified_date, len(topic.related_topics)),
        )
        for topic in bcf.topics
    ]
    # 2.x has no list of documents: one that nobody refers to is there by its bytes only
    return [*found, (sum(item.blob is not None for item in bcf.documents), len(bcf.topics))]


def _must_be_valid(target: Path, version: str, foreign: set[str]) -> None:
    """Every document is; foreign files, and documents that nobody could read, are carried along as they came."""
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        if len({name.lower() for name in names}) != len(names):
            raise Wrong(f"written in {version}: two entries of one name: {sorted(names)}")
        for name in names:
            if not schema.schema_name(name) or name in foreign:
                continue
            for finding in schema.check(archive.read(name), name, version):
                if "FieldOfView" not in finding.detail:
                    raise Wrong(f"written in {version}: {name}:{finding.line}: {finding.detail}")


def is_edited_in_place(path: Path, work: Path) -> None:
    """A new comment touches one entry, and is there on reading; or the edit is refused."""
    with open_bcf(path) as file:
        if not file.bcf.topics or any(finding.rule is DUPLICATE_TOPIC for finding in file.findings):
            return  # of two equal copies one stays as it was, and is another topic then
        at = len(file.bcf.topics) // 2
        topic = file.bcf.topics[at]
        commented = replace(topic, comments=(*topic.comments, COMMENT))
        after = replace(file.bcf, topics=(*file.bcf.topics[:at], commented, *file.bcf.topics[at + 1 :]))
        target = work / "edited.bcf"
        try:
            update_bcf(file, after, file.open, target)
        except (CannotEdit, InvalidArchive):
            return
        except CannotWrite as error:
            if "without a name" in str(error):
                return
            raise
        with open_bcf(target) as edited:
            _same(
                [(guid_key(item.guid), len(item.comments)) for item in after.topics],
                [(guid_key(item.guid), len(item.comments)) for item in edited.bcf.topics],
                "comments after the edit",
            )
            last = edited.bcf.topics[at].comments[-1]
            _same((COMMENT.guid, COMMENT.comment), (last.guid, last.comment), "the comment")
            differ = _differing(file, edited)
            if len(differ) > 1 or any(not name.lower().endswith("markup.bcf") for name in differ):
                raise Wrong(f"the edit touched {differ}")


def _differing(one: BcfFile, other: BcfFile) -> list[str]:
    _same(one.archive.names, other.archive.names, "the entries")
    return [name for name in one.archive.names if one.archive.checksum(name) != other.archive.checksum(name)]


def equals_itself(path: Path, _work: Path) -> None:
    """An archive does not differ from itself."""
    with gathered([path, path]) as files:
        found = diff(files.bcfs[0], files.bcfs[1])
    if found:
        raise Wrong(f"differs from itself: {found!r:.500}")


def is_validated(path: Path, _work: Path) -> None:
    """Validation comes to an end with a verdict, whatever the file is."""
    verdict = validate(path)
    if not verdict.error and verdict.version not in VERSIONS:
        raise Wrong(f"no verdict: {verdict!r:.500}")


def is_shown(path: Path, _work: Path) -> None:
    """It has a form in the JSON of every API, which is JSON indeed."""
    with open_bcf(path) as file:
        for api in SHOWN:
            text = json_text(show_bcf(file.bcf, resources(api)))
            if "NaN" in text and "NaN" not in repr(file.bcf):
                raise Wrong("this is no JSON")


def explodes_and_implodes(path: Path, work: Path) -> None:
    """Laid out in a folder and read back it is the same model, and nothing stands beside the folder."""
    folder = work / "tree" / "inside"
    folder.parent.mkdir()
    with open_bcf(path) as file:
        explode(file.bcf, file.open, folder)
        before = file.bcf
    if [item.name for item in folder.parent.iterdir()] != ["inside"]:
        raise Wrong("something was written outside of the folder")
    tree = read_tree(folder)
    _same(_words(before), _words(tree.bcf), "exploded and imploded")
    write_bcf(work / "imploded.bcf", converted(tree.bcf, tree.bcf.version).bcf, tree.open)


def _words(bcf: Bcf) -> list[tuple[object, ...]]:
    topics = sorted(bcf.topics, key=lambda item: item.guid)
    return [
        (topic.title, topic.description, topic.creation_date, topic.labels, topic.comments, len(topic.viewpoints))
        for topic in topics
    ]


def unites_with_itself(path: Path, work: Path) -> None:
    """An archive united with itself holds no more topics than it did, and no conflict."""
    with gathered([path, path]) as files:
        united = unite([Input(name, bcf) for name, bcf in zip(("a", "b"), files.bcfs, strict=True)])
        write_bcf(work / "united.bcf", converted(united.bcf, united.bcf.version).bcf, files.open)
        _same(len(united.bcf.topics), len(files.bcfs[0].topics), "topics united with themselves")


PROPERTIES: dict[str, Callable[[Path, Path], object]] = {
    function.__name__: function
    for function in (
        is_written_valid, stays_the_same_in_its_version, is_edited_in_place, equals_itself, is_validated, is_shown,
        explodes_and_implodes, unites_with_itself,
    )
}  # fmt: skip


# explaining what a schema says against a document takes ten times as long as anything else
_WEIGHTS = [1 if name == "is_validated" else 3 for name in PROPERTIES]


def _same(one: object, other: object, where: str) -> None:
    if one != other:
        raise Wrong(f"{where}: {_first_difference(repr(one), repr(other))}")


def _first_difference(one: str, other: str) -> str:
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, at - 120)
    return f"…{one[start : at + 80]}… became …{other[start : at + 80]}…"


# --- the search -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failure:
    """A file for which a property does not hold."""

    data: bytes
    source: str
    prop: str
    trace: str

    @property
    def kind(self) -> str:
        """Where it failed, so that one defect is told once."""
        lines = [line for line in self.trace.splitlines() if line.lstrip().startswith("File ")]
        return f"{self.prop}: {lines[-1].strip() if lines else ''}: {self.trace.splitlines()[-1][:70]}"


@dataclass(slots=True)
class Tally:
    """What a run did."""

    cases: int = 0
    opened: int = 0
    met: set[str] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)
    slowest: float = 0.0


def starting_points() -> list[tuple[str, bytes]]:
    """Our own samples, and the published archives where they are there."""
    paths = [
        *sorted((ROOT / "samples").glob("*/*.bcf*")),
        *sorted((ROOT.parent / "shared" / "corpus").glob("*/*.bcf*")),
    ]
    found = [
        (f"{path.parent.name}/{path.name}", path.read_bytes()) for path in paths if path.name != "q11-zip-bomb.bcf"
    ]
    return [(name, lightened(data) if len(data) > 8_000 else data) for name, data in found]


def search(seed: int, cases: int, points: list[tuple[str, bytes]], *, most: int = 1_000_000, each: int = 1) -> Tally:
    """Try so many mutants; ``each`` is how many properties beyond reading are looked at of each that opens."""
    chance = random.Random(seed)
    tally = Tally()
    pool = list(points)
    names = list(PROPERTIES)
    with workshop() as work:
        while tally.cases < cases and len(tally.failures) < most:
            tally.cases += 1
            name, data = chance.choice(pool if chance.random() < 0.5 else points)
            data = mutated(data, chance)
            wanted = chance.choices(names, _WEIGHTS, k=each)
            start = time.perf_counter()
            failure, said = examined(data, wanted, work, name)
            tally.slowest = max(tally.slowest, time.perf_counter() - start)
            if failure:
                tally.failures.append(failure)
            elif said not in tally.met:
                tally.met.add(said)
                if len(data) < 30_000:
                    pool.append((name, data))
            tally.opened += said[:1].isdigit()
    return tally


def examined(data: bytes, wanted: list[str], work: Path, source: str) -> tuple[Failure | None, str]:
    """Look at one file: whether it can be read, and if so, whether these properties hold."""
    _emptied(work)
    path = work / "case.bcf"
    path.write_bytes(data)
    prop = "reads"
    start = time.perf_counter()
    try:
        said = reads(path, work)
        for prop in wanted if said[:1].isdigit() else ("is_validated",):
            with suppress(InvalidArchive):  # a picture in it is damaged: the one clear error
                PROPERTIES[prop](path, work)
        prop = "time"
        if time.perf_counter() - start > SLOW:
            raise Wrong(f"took longer than {SLOW} s")  # noqa: TRY301 - told like all others
    except Exception:  # noqa: BLE001 - that is what is looked for
        return Failure(data, source, prop, traceback.format_exc()), "failed"
    return None, said


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder for one run, and no waiting for the disk: nothing of it has to survive."""
    fsync, os.fsync = os.fsync, lambda _descriptor: None
    try:
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder) / "work"
            work.mkdir()
            yield work
    finally:
        os.fsync = fsync


def _emptied(work: Path) -> None:
    for folder, folders, files in os.walk(work, topdown=False):
        for name in files:
            os.unlink(os.path.join(folder, name))  # noqa: PTH108, PTH118 - thousands of times a second
        for name in folders:
            os.rmdir(os.path.join(folder, name))  # noqa: PTH106, PTH118


# --- make fuzz --------------------------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description="Look for a file that breaks bcfsync.")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--each", type=int, default=2, help="properties looked at of each file")
    parser.add_argument("--case", type=Path, default=None, help="look at this file only, at every property")
    parser.add_argument("--failing", type=Path, default=ROOT / ".fuzz", help="where failing files go")
    chosen = parser.parse_args()
    if chosen.case:
        return _one(chosen.case)
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(10**9)
    return _many(chosen.cases, seed, chosen.each, chosen.failing)


def _one(path: Path) -> int:
    failed = 0
    data = path.read_bytes()
    with workshop() as work:
        for prop in PROPERTIES:
            failure, said = examined(data, [prop], work, str(path))
            print(f"{prop}: {failure.trace if failure else said}")
            failed += failure is not None
    return bool(failed)


def _many(cases: int, seed: int, each: int, failing: Path) -> int:
    points = starting_points()
    done = opened_ones = 0
    kinds: dict[str, int] = {}
    start = time.perf_counter()
    while done < cases:
        # seeds follow each other; each run is small enough to be run again
        tally = search(seed, min(2_000, cases - done), points, each=each)
        done += tally.cases
        opened_ones += tally.opened
        pace = done / (time.perf_counter() - start)
        print(f"seed {seed}: {tally.cases} cases, {tally.opened} opened, {len(tally.met)} kinds of answers, "
              f"slowest {tally.slowest:.2f} s, {len(tally.failures)} failed; {done} done, {pace:.0f}/s", flush=True)  # fmt: skip
        for failure in tally.failures:
            kinds[failure.kind] = kinds.get(failure.kind, 0) + 1
            if kinds[failure.kind] == 1:
                failing.mkdir(exist_ok=True)
                path = failing / f"{failure.prop}-{hashlib.sha256(failure.data).hexdigest()[:10]}.bcf"
                path.write_bytes(failure.data)
                print(f"  {path} (of {failure.source})\n{failure.trace}", flush=True)
        seed += 1
    for kind, count in sorted(kinds.items(), key=lambda item: -item[1]):
        print(f"{count:6} {kind}")
    print(f"{done} cases, {opened_ones} of them opened, {len(kinds)} kinds of failure")
    return bool(kinds)


if __name__ == "__main__":
    sys.exit(main())
