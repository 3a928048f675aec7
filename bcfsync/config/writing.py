"""Adding to ``bcfsync.toml``: what is there stays as it is, letter by letter.

Owns: how a server and a pair are written. Sees: reading, which has to understand the whole before it is written.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from bcfsync.archive.writing import replacing
from bcfsync.config.reading import parse
from bcfsync.config.values import INBOX, Config, Pair

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def remote_text(name: str, url: str, token_command: str | None = None) -> str:
    """A server as it stands in the file."""
    more = {} if token_command is None else {"token_command": token_command}
    return _table(f"remote.{_key(name)}", {"url": url, **more})


def pair_text(name: str, folder: str, remote: str, project: str, writes_to: str = INBOX) -> str:
    """A pair as it stands in the file."""
    more = {} if writes_to == INBOX else {"writes_to": writes_to}
    return _table(f"pair.{_key(name)}", {"folder": folder, "remote": remote, "project": project, **more})


def folder_text(folder: Path, path: Path) -> str:
    """A folder as the file ``path`` names it: relative where it lies beside or below it."""
    here = path.absolute().parent
    absolute = Path(os.path.normpath(folder.absolute()))
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else str(absolute)


def with_more(path: Path, addition: str) -> tuple[str, Config]:
    """What the file would hold with an addition, and what that means; nothing is written.

    Raises:
        BadConfig: it would make no sense.
    """
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    text = f"{before.rstrip()}\n\n{addition}" if before.strip() else addition
    return text, parse(text.removeprefix("\ufeff"), path)


def write(path: Path, text: str) -> None:
    """Put the file down, whole or not at all.

    Raises:
        CannotWrite: and it is as it was.
    """
    with replacing(path) as stream:
        stream.write(text.encode())


def free_name(wanted: str, taken: Mapping[str, object]) -> str:
    """A name like the wanted one that can be typed and is not taken."""
    bare = re.sub(r"[^A-Za-z0-9_-]+", "-", wanted).strip("-").lower() or "tower"
    names = [bare, *(f"{bare}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def free_inbox(folder: Path, remote: str, pairs: Mapping[str, Pair]) -> str:
    """An inbox that no other pair of the folder has."""
    absolute = Path(os.path.normpath(folder.absolute()))
    taken = {pair.writes_to for pair in pairs.values() if pair.folder == absolute}
    stem = f"inbox-{remote}"
    names = [INBOX, f"{stem}.bcf", *(f"{stem}-{number}.bcf" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _table(name: str, members: Mapping[str, str]) -> str:
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in members.items())
    return f"[{name}]\n{''.join(lines)}"
