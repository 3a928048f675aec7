"""What one added comment costs in a large archive, beside a plain copy of the file.

Run by ``make bench-edit``, which then reads all of 300 MB with 3,000 pictures and tells the memory that took: at most
200 MB. The archive has 1,000 topics of three entries, 104 MB in all. Copy and edit take turns in
one run; the quickest of each counts, because every other process on the machine can only make them slower. Fails where
the edit takes more than 1.3 copies and 50 ms. The same comment coming from a server is read in, written, read again and
proven, with the old state kept in the history: at most a second.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import bcfsync
from bcfsync.changes import Change, Kind, Outcome, Status, Verb
from bcfsync.model import Comment
from bcfsync.sides.archive import ArchiveSide, Care
from bcfsync.sides.history import History
from bcfsync.sides.memory import MemorySide

TOPICS = 1000
TURNS = 9
FACTOR, EXTRA = 1.3, 0.050
MEMORY = 200
SYNCED = 1.0
READ_ALL = """
import sys
from pathlib import Path
import bcfsync
with bcfsync.open(sys.argv[1]) as archive:
    for topic in archive.topics:
        for view in topic.viewpoints:
            archive.read(view.snapshot.blob)
lines = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")))
"""

MARKUP = (
    '<Markup><Topic Guid="{guid}"><Title>Topic {at}</Title><CreationDate>2026-01-01T00:00:00Z</CreationDate>'
    "<CreationAuthor>ana@example.com</CreationAuthor></Topic>"
    '<Viewpoints Guid="{guid}"><Viewpoint>viewpoint.bcfv</Viewpoint><Snapshot>snapshot.png</Snapshot></Viewpoints>'
    "</Markup>"
)
POINT = "<{0}><X>1</X><Y>2</Y><Z>3</Z></{0}>"
CAMERA = "".join(POINT.format(name) for name in ("CameraViewPoint", "CameraDirection", "CameraUpVector"))
VIEW = (
    '<VisualizationInfo Guid="{guid}"><PerspectiveCamera>'
    + CAMERA
    + "<FieldOfView>60</FieldOfView></PerspectiveCamera></VisualizationInfo>"
)


def guid_of(at: int) -> str:
    """The guid of a topic of the made-up archive."""
    return f"{at:08x}-0000-4000-8000-000000000000"


def build(path: Path, topics: int = TOPICS) -> None:
    """An archive of topics whose pictures do not pack."""
    noise = random.Random(1)  # noqa: S311 - pictures that do not pack
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bcf.version", '<Version VersionId="2.1"/>')
        for at in range(topics):
            guid = guid_of(at)
            archive.writestr(f"{guid}/markup.bcf", MARKUP.format(guid=guid, at=at))
            archive.writestr(f"{guid}/viewpoint.bcfv", VIEW.format(guid=guid))
            archive.writestr(f"{guid}/snapshot.png", b"\x89PNG\r\n\x1a\n" + noise.randbytes(104_000))


def copied(source: Path, target: Path) -> None:
    """A plain copy that is on the disk when it ends."""
    shutil.copyfile(source, target)
    with target.open("rb+") as stream:
        os.fsync(stream.fileno())


def commented(path: Path) -> None:
    """One comment more in the topic in the middle."""
    guid = guid_of(TOPICS // 2)
    with bcfsync.open(path, only=[guid]) as archive:
        archive.comment(guid, "Seen.", "ana@example.com")
        archive.save()


def synced(path: Path, history: History, at: int) -> None:
    """One comment of a server brought into an archive that nobody has read yet."""
    side = ArchiveSide(path, care=Care(history=history), replica="large.bcf")
    guid = f"{at:08d}-0000-4000-8000-00000000000c"
    change = Change(0, Verb.CREATE, Kind.COMMENT, guid, guid_of(at), Comment(guid, "Seen.", author="ana@example.com"))
    told = list(side.apply([change], MemorySide()))
    assert isinstance(told[-1], Outcome)
    assert told[-1].status is Status.DONE, told[-1].message


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds on the clock and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def peak_of_reading(path: Path) -> int:
    """The most memory, in megabytes, a program takes that reads every picture of an archive."""
    found = subprocess.run([sys.executable, "-c", READ_ALL, str(path)], capture_output=True, check=True, text=True)
    return int(found.stdout)


def main() -> int:
    """Measure, print, and tell by the exit code whether the figures are met."""
    with tempfile.TemporaryDirectory() as folder:
        path, copy = Path(folder) / "large.bcf", Path(folder) / "copy.bcf"
        build(path)
        commented(path)
        turns = [(timed(lambda: copied(path, copy)), timed(lambda: commented(path))) for _ in range(TURNS)]
        history = History(Path(folder) / "history")
        remote = min(timed(partial(synced, path, history, at))[0] for at in range(3))
        build(path, 3 * TOPICS)
        size, peak = path.stat().st_size >> 20, peak_of_reading(path)
    met = peak <= MEMORY and remote <= SYNCED
    for at, kind in enumerate(("clock", "processor")):
        plain, edit = (min(turn[side][at] for turn in turns) for side in (0, 1))
        allowed = FACTOR * plain + EXTRA
        met = met and edit <= allowed
        ratio = f"{edit / plain:.2f} x copy"
        print(f"{kind:10} copy {plain:.3f} s, one comment {edit:.3f} s, allowed {allowed:.3f} s: {ratio}")
    print(f"{'synced':10} one comment of a server {remote:.3f} s, allowed {SYNCED:.3f} s")
    print(f"{'memory':10} {peak} MB to read all of {size} MB, allowed {MEMORY} MB")
    print("met" if met else "MISSED")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
