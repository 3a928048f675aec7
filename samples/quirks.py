"""Write the twins of quirks and habits: ``python samples/quirks.py [OUT_FOLDER]``.

Owns: samples → files, the expectation beside them (``expected.json``), their tables in README.md. The same bytes on
every run; needs nothing but Python.
"""

import json
import sys
from pathlib import Path

import habits_desktop
import habits_facts
import habits_tools
import quirks_container
import quirks_ids
import quirks_missing
import quirks_refused
import quirks_values
import quirks_xml
import traps_topics
import traps_views
from quirk_words import Sample

FOLDERS: dict[str, tuple[Sample, ...]] = {
    "quirks": (
        *quirks_container.SAMPLES,
        *quirks_refused.SAMPLES,
        *quirks_xml.SAMPLES,
        *quirks_missing.SAMPLES,
        *quirks_ids.SAMPLES,
        *quirks_values.SAMPLES,
        *traps_views.SAMPLES,
        *traps_topics.SAMPLES,
    ),
    "habits": (*habits_desktop.SAMPLES, *habits_tools.SAMPLES, *habits_facts.SAMPLES),
}
BEGIN, END = "<!-- written by quirks.py: begin -->", "<!-- written by quirks.py: end -->"


def build(folder: Path) -> None:
    """Write all archives and their expectations below a folder."""
    for name, samples in FOLDERS.items():
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        for sample in samples:
            (target / sample.name).write_bytes(sample.data)
        text = json.dumps({sample.name: sample.expected() for sample in samples}, indent=2, ensure_ascii=False)
        (target / "expected.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def table(name: str) -> str:
    """The samples of a folder as a table for people."""
    lines = ["| File | Twin of | How it is made | What must come out |", "|---|---|---|---|"]
    for sample in FOLDERS[name]:
        out = f"{sample.out}{' (refused)' if sample.error else ''}"
        lines.append(f"| `{name}/{sample.name}` | {', '.join(sample.twin_of)} | {sample.how} | {out} |")
    return "\n".join(lines)


def with_tables(readme: str) -> str:
    """The text of README.md with fresh tables between the two marks."""
    before, rest = readme.split(BEGIN)
    tables = f"### Quirks\n\n{table('quirks')}\n\n### Habits\n\n{table('habits')}"
    return f"{before}{BEGIN}\n\n{tables}\n\n{END}{rest.split(END)[1]}"


def main() -> None:
    """Write the archives where the command line says, else beside this script together with the tables."""
    here = Path(__file__).parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here
    build(folder)
    if folder == here:
        readme = here / "README.md"
        text = with_tables(readme.read_text(encoding="utf-8"))
        readme.write_text(text, encoding="utf-8", newline="\n")
    sizes = [len(sample.data) for samples in FOLDERS.values() for sample in samples]
    print(f"{len(sizes)} archives, {sum(sizes):,} bytes, the largest {max(sizes):,}")


if __name__ == "__main__":
    main()
