"""A journey: archives into a server, once more, and back on another machine; and what may be missing then."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from contents import STAMPS, compared
from field_server import PROJECT, FieldServer
from terminal import Ran, Terminal

ROOT = Path(__file__).resolve().parents[2]
ARCHIVES = ("samples/2.1/coordination-week-12.bcf", "samples/2.1/site-walk.bcf", "samples/3.0/many-languages.bcf")


@dataclass(frozen=True)
class Journey:
    """What came of it.

    Attributes:
        first: the import.
        again: the same import once more.
        back: the export on another machine.
        writes: what the second import wrote.
        asked: how many requests it made.
        lost: what is on record as not kept, by title and kind.
        different: what is different beyond that.
    """

    first: Ran
    again: Ran
    back: Ran
    writes: list[str]
    asked: int
    lost: dict[tuple[str, str], set[str]]
    different: list[str]


def journey(
    folder: Path, server: FieldServer, *, path: str = "", stamps: bool = False, archives: tuple[str, ...] = ARCHIVES
) -> Journey:
    """Travel; ``path`` follows the server's URL, ``stamps`` where it takes authors and dates of clients."""
    here, elsewhere = Terminal(folder / "here"), Terminal(folder / "elsewhere")
    there = ("--url", server.api + path, "--project", PROJECT)
    files = [ROOT / name for name in archives]
    first = here.run("import", "--json", "--settle", "0", *there, *files)
    with server.counting() as requests:
        again = here.run("import", "--json", "--settle", "0", *there, *files)
        writes, asked = server.writes(), len(requests)
    out = folder / "back.bcf"
    back = elsewhere.run("export", "--json", "--version", "3.0", *there, out)
    before = [topic for file in files for topic in here.run("show", "--json", "--api", "3.0", file).summary_topics()]
    after = elsewhere.run("show", "--json", "--api", "3.0", out).summary_topics() if out.exists() else []
    titles = {topic["guid"].lower(): topic["title"] for topic in before}
    lost = on_record(first, titles)
    return Journey(first, again, back, writes, asked, lost, compared(before, after, lost, set() if stamps else STAMPS))


def on_record(run: Ran, titles: dict[str, str]) -> dict[tuple[str, str], set[str]]:
    """What an import says that the server does not hold: members it did not keep, and what was held or failed."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for item in run.summary.get("unkept", []):
        found[titles.get(item["topic"].lower(), item["topic"]), item["kind"]].add(item["field"])
    for item in run.of("hold"):
        found[titles.get((item["topic"] or item["guid"]).lower(), ""), item["kind"]].add(item.get("field") or "*")
    for item in run.of("outcome"):
        if item["status"] in {"held", "failed"}:
            found[titles.get((item["topic"] or item["guid"]).lower(), ""), item["kind"]].add("*")
    return found
