"""The matrix: what becomes of archives that travel through every server of the field, as a table.

python tests/dialects/matrix.py [ROW...]     all rows, or those named; 1 where one of them fails
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from field_rows import DIALECTS, SWITCHES, VERSIONS, Row
from field_server import FieldServer, field_server
from journey import Journey, journey

BEGIN, END = "<!-- the matrix -->", "<!-- end of the matrix -->"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "servers.md"
ROWS = {row.name: row for row in (*VERSIONS, *DIALECTS, *SWITCHES)}


@contextmanager
def travelled(folder: Path, row: Row) -> Iterator[tuple[Journey, FieldServer]]:
    """The journey of a row."""
    seeds = folder / "server"
    with field_server(seeds, row.dialects, row.faults) as server:
        yield journey(folder, server, path=row.path, stamps=row.stamps), server


def objections(row: Row, made: Journey) -> list[str]:
    """What is wrong with a journey; nothing where all is as it must be."""
    if row.reads:
        return objections_to_reading(made)
    wrong = (
        [f"the import ended with {made.first.code}: {made.first.err[-300:]}"] if made.first.code not in {0, 3} else []
    )
    wrong += [f"the second import wrote {item}" for item in made.writes]
    wrong += [f"the export ended with {made.back.code}: {made.back.err[-300:]}"] if made.back.code else []
    wrong += made.different
    unknown = {(kind, name) for (_, kind), names in made.lost.items() for name in names} - {
        (kind, name) for kind, names in row.lossy.items() for name in names
    }
    return wrong + [f"nobody expects a loss of {kind}: {name}" for kind, name in sorted(unknown)]


def objections_to_reading(made: Journey) -> list[str]:
    """What is wrong where the server takes nothing."""
    wrong = [] if made.first.code in {2, 3} else [f"the import ended with {made.first.code}"]
    return wrong + [f"a server for reading was written to: {item}" for item in made.writes]


def losses(made: Journey) -> str:
    """What a server did not hold, in few words."""
    found = Counter((kind, name) for (_, kind), names in made.lost.items() for name in names)
    return ", ".join(f"{kind}.{name}" for kind, name in sorted(found))


def main(names: list[str]) -> int:
    write = "--write" in names
    names = [name for name in names if name != "--write"] or list(ROWS)
    print(f"{'server':24}{'import':>7}{'again':>7}{'writes':>7}{'asked':>7}{'export':>7}  not kept, and on record so")
    failed, lines = 0, []
    for row in (ROWS[name] for name in names):
        with tempfile.TemporaryDirectory() as folder, travelled(Path(folder), row) as (made, _):
            wrong = objections(row, made)
            codes = made.first.code, made.again.code, len(made.writes), made.asked, made.back.code
            print(f"{row.name:24}" + "".join(f"{code:7}" for code in codes) + f"  {losses(made) or '-'}")
        for line in wrong:
            print(f"{'':24}!! {line}")
        failed += bool(wrong)
        lines.append(f"| {row.name} | {made.first.code} | {len(made.writes)} | {made.asked} | {losses(made) or '-'} |")
    print(f"{failed} of {len(names)} rows fail" if failed else "every row is as it must be")
    if write and not failed:
        put_into(DOCS, lines)
    return 1 if failed else 0


def put_into(path: Path, lines: list[str]) -> None:
    """Replace the table of the page."""
    head = "| server | import | writes of the second import | requests of it | not kept, and on record so |"
    table = "\n".join([head, "|---|---|---|---|---|", *lines])
    before, mark, rest = path.read_text(encoding="utf-8").partition(f"{BEGIN}\n")
    after = rest.partition(END)[2]
    path.write_text(f"{before}{mark}{table}\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
