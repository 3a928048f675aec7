"""Adding rows to the tables of words in ``bcfsync.toml``: what is there stays as it is, letter by letter.

Owns: where a row goes. Sees: reading, which has to understand the whole before it is written.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from bcfsync.config.reading import parse
from bcfsync.config.tables import BadConfig

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def with_rows(path: Path, pair: str, rows: Mapping[str, Mapping[str, str]]) -> str:
    """What the file would hold with more rows in a pair's tables of words; nothing is written.

    Args:
        path: the file.
        pair: the name of the pair.
        rows: by the name of their table (``status``): the files' words with the server's values.

    Raises:
        BadConfig: the tables are written in a way that nothing can be added to.
    """
    text = path.read_bytes().decode("utf-8")
    ends = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(ends)
    for name, table in rows.items():
        lines = _with_table(
            lines, ("pair", pair, "map", name), [f"{key_text(a)} = {_text(b)}" for a, b in table.items()]
        )
    added = ends.join(lines)
    try:
        parse(added.removeprefix("\ufeff"), path)
    except BadConfig as error:
        raise BadConfig(
            f"{path}: pair.{pair}.map: rows cannot be added to the way this is written",
            hint=f"write each table as [pair.{key_text(pair)}.map.status], or add the rows by hand",
        ) from error
    return added


def _with_table(lines: list[str], keys: tuple[str, ...], rows: list[str]) -> list[str]:
    """The lines with rows at the end of a table, which is made where there is none."""
    start = next((at for at, line in enumerate(lines) if _header(line) == keys), None)
    if start is None:
        kept = _without_blank_end(lines)
        header = f"[{'.'.join(map(key_text, keys))}]"
        return [*kept, *([""] if kept else []), header, *rows, ""]
    end = next((at for at in range(start + 1, len(lines)) if _is_header(lines[at])), len(lines))
    # comments and blank lines before the next table belong to that one
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return [*lines[:end], *rows, *lines[end:]]


def _without_blank_end(lines: list[str]) -> list[str]:
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _is_header(line: str) -> bool:
    return line.lstrip("\ufeff \t").startswith("[")


def _header(line: str) -> tuple[str, ...]:
    """The keys of a table whose header a line is; none where it is something else."""
    if not _is_header(line) or line.lstrip("\ufeff \t").startswith("[["):
        return ()
    try:
        found: object = tomllib.loads(line.lstrip("\ufeff"))
    except tomllib.TOMLDecodeError:
        return ()
    keys: list[str] = []
    while isinstance(found, dict) and found:
        keys.append(next(iter(found)))
        found = found[keys[-1]]
    return tuple(keys)


def key_text(name: str) -> str:
    """A key as it stands in the file."""
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
