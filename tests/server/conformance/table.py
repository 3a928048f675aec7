"""The conformance table: every row of the routes in every text, as the server answers today.

Owns: the run, its print, and the same table in ``docs/server.md``. Sees: the rows. Governed by: nothing outside.

    python tests/server/conformance/table.py                     the table, and why a row fails
    python tests/server/conformance/table.py --write             the same, and into docs/server.md
    python tests/server/conformance/table.py --url http://127.0.0.1:8080 --token demo
"""

# ruff: noqa: T201 - a program that prints

import argparse
import re
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(path) for path in (HERE, HERE.parent) if str(path) not in sys.path]

from replies import Wrong  # noqa: E402 - the script finds its neighbours first
from rows import ROWS, Row  # noqa: E402
from serving import Place, in_process, live  # noqa: E402
from texts import TEXTS, Text  # noqa: E402

DOCUMENT = HERE.parents[2] / "docs" / "server.md"
BEGIN, END = "<!-- conformance -->", "<!-- /conformance -->"

Results = dict[tuple[Row, Text], str | None]
"""Why each case fails; None: it does not."""


def results(place: Place) -> Results:
    """Exercise every row in every text."""
    return {(row, text): _failure(row, text, place) for row in ROWS for text in TEXTS if row.exercise(text) is not None}


def markdown(found: dict[tuple[Row, Text], str | None]) -> str:
    """The table as it stands in the document: ``—`` where a text does not have the row, which was made sure of."""
    lines = [f"| | {' | '.join(text.name for text in TEXTS)} |", f"|---|{'---|' * len(TEXTS)}"]
    for row in ROWS:
        name = row.name.replace("|", "\\|")
        lines.append(f"| `{name}` | {' | '.join(_word(row, text, found) for text in TEXTS)} |")
    return "\n".join(lines)


def written(document: str, table: str) -> str:
    """The document with this table between its markers.

    Raises:
        ValueError: It has no markers.
    """
    before, _, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main() -> int:
    """Print, and write if asked to; 1 where a row fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the table into docs/server.md, too")
    parser.add_argument("--url", help="ask the server there, instead of ours in this process")
    parser.add_argument("--token", default="demo", help="the bearer token there, of somebody who may do all")
    options = parser.parse_args()
    with _place(options.url, options.token) as place:
        found = results(place)
    width = max(len(row.name) for row in ROWS)
    print(" " * width, *(f"{text.name:>8}" for text in TEXTS))
    for row in ROWS:
        print(f"{row.name:{width}}", *(f"{_word(row, text, found):>8}" for text in TEXTS))
    failures = [(row, text, why) for (row, text), why in found.items() if why is not None]
    reasons: dict[str, list[str]] = {}
    for row, text, why in failures:
        reasons.setdefault(_alike(why), []).append(f"{row.name} [{text.name}]")
    for why, names in reasons.items():
        print(f"\nFAIL {', '.join(names)}\n     {why}")
    print(f"\n{len(found)} cases, {len(failures)} failed")
    if options.write:
        document = written(DOCUMENT.read_text(encoding="utf-8"), markdown(found))
        DOCUMENT.write_text(document, encoding="utf-8", newline="\n")
    return 1 if failures else 0


@contextmanager
def _place(url: str | None, token: str) -> Iterator[Place]:
    if url:
        yield from live(url, token)
        return
    with tempfile.TemporaryDirectory(prefix="bcfsync-conformance-", ignore_cleanup_errors=True) as folder:
        yield from in_process(Path(folder) / "data")


def _failure(row: Row, text: Text, place: Place) -> str | None:
    try:
        row.run(text, place.furniture(text))
    except Wrong as wrong:
        return str(wrong)
    except Exception:  # noqa: BLE001 - a defect of the server in this process: the other rows are still to be judged
        return traceback.format_exc(limit=-4)
    return None


def _alike(why: str) -> str:
    """The same, without what is different whenever it is run."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "…", why)


def _word(row: Row, text: Text, found: dict[tuple[Row, Text], str | None]) -> str:
    if found.get((row, text)) is not None:
        return "FAIL"
    return "ok" if text in row.there else "—"


if __name__ == "__main__":
    sys.exit(main())
