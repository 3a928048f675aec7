"""The catalogue as people read it.

Owns: the rows of ``serve --list-mischief`` and of the documentation. Sees: the catalogue. Governed by: nothing outside.
"""

from collections.abc import Iterable

from bcfsync.server.mischief.catalogue import CATALOGUE
from bcfsync.server.mischief.dialects import DIALECTS

Row = tuple[str, ...]


def table() -> list[Row]:
    """A row for every switch: name, argument, what it does, where it was seen."""
    return [(switch.name, switch.takes, switch.does, switch.seen) for switch in CATALOGUE]


def dialects() -> list[Row]:
    """A row for every dialect: name, what is special about it, its switches."""
    return [(dialect.name, dialect.does, " ".join(dialect.switches)) for dialect in DIALECTS]


def markdown() -> str:
    """Both tables for ``docs/server.md``."""
    faults = [(f"`{name}`", f"`{takes}`" if takes else "", does, seen) for name, takes, does, seen in table()]
    servers = [
        (f"`{name}`", does, " ".join(f"`{switch}`" for switch in switches.split()))
        for name, does, switches in dialects()
    ]
    first = _rows(("`--fault`", "argument", "the server …", "seen at"), faults)
    return f"{first}\n\n{_rows(('`--dialect`', 'what it is', 'switches'), servers)}\n"


def text() -> str:
    """Both for a terminal."""
    lines = ["--fault NAME[:ARGUMENT], may be repeated:"]
    for name, takes, does, _ in table():
        lines.append(f"  {name:22} {does}")
        lines += [f"  {'':22}   {takes}"] if takes else []
    lines += ["", "--dialect NAME, may be repeated:"]
    lines += [f"  {name:22} {does}" for name, does, _ in dialects()]
    return "\n".join(lines)


def _rows(head: Row, rows: Iterable[Row]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
