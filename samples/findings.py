"""Write one archive for each finding: ``python samples/findings.py [OUT_FOLDER]``.

Owns: samples → files below ``findings/``, named after number and habit, and ``expected.json``: every number each of
them raises, written with ``--expect`` by the validator itself and reviewed as a diff. The same bytes on every run;
making the archives needs nothing but Python.
"""

import json
import sys
from pathlib import Path

from findings_container import CONTAINER, XML, Raises
from findings_topics import TOPICS
from findings_views import VIEWS

SAMPLES: tuple[Raises, ...] = (*CONTAINER, *XML, *TOPICS, *VIEWS)


def build(folder: Path) -> list[Path]:
    """Write all archives into ``findings`` below a folder."""
    target = folder / "findings"
    target.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        (target / sample.name).write_bytes(sample.data)
    return [target / sample.name for sample in SAMPLES]


def expect(paths: list[Path]) -> None:
    """Write beside the archives what each of them raises now."""
    from bcfsync.validate import validate  # noqa: PLC0415 - only here the package has a word

    found = {path.name: sorted({item.rule.number for item in validate(path).findings}) for path in paths}
    lines = (f"  {json.dumps(name)}: {json.dumps(numbers)}" for name, numbers in found.items())
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (paths[0].parent / "expected.json").write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """Write the archives where the command line says, else beside this script."""
    where = [word for word in sys.argv[1:] if word != "--expect"]
    paths = build(Path(where[0]) if where else Path(__file__).parent)
    if "--expect" in sys.argv:
        expect(paths)
    sizes = [path.stat().st_size for path in paths]
    print(f"{len(sizes)} archives, {sum(sizes):,} bytes, the largest {max(sizes):,}")


if __name__ == "__main__":
    main()
