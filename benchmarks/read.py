"""How long opening an archive takes, against the least it can take: unzip every XML entry and parse it.

python benchmarks/read.py [FOLDER]    every archive below FOLDER; samples/ where none is given
"""

import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from bcfsync.bcffile import open_bcf

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
ROUNDS = 15
XML_ENDINGS = (".bcf", ".bcfv", ".bcfp", ".version", ".xml", ".xsd")


def main(folder: Path) -> None:
    """Print one line for each archive, and the sum."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in {".bcf", ".bcfzip"})
    if not paths:
        raise SystemExit(f"{folder}: no archive there")
    width = max(len(path.name) for path in paths)
    print(f"{'archive':{width}}  {'floor':>9}  {'open_bcf':>9}  ratio")
    floors, times = [], []
    for path in paths:
        floors.append(fastest(floor, path))
        times.append(fastest(whole, path))
        print(row(path.name, floors[-1], times[-1], width))
    print(row(f"{len(paths)} archives", sum(floors), sum(times), width))


def row(name: str, low: float, high: float, width: int) -> str:
    """One line of the table, times in milliseconds."""
    return f"{name:{width}}  {low * 1000:6.2f} ms  {high * 1000:6.2f} ms  {high / low:5.2f}"


def fastest(action: Callable[[Path], None], path: Path) -> float:
    """The shortest of several runs, in seconds: what the machine does besides only ever adds to a time."""
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action(path)
        found.append(time.perf_counter() - start)
    return min(found)


def floor(path: Path) -> None:
    """What no reader can do without."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.lower().endswith(XML_ENDINGS):
                etree.fromstring(archive.read(name))


def whole(path: Path) -> None:
    """What the package does: names, limits, XML, model, findings."""
    with open_bcf(path):
        pass


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)
