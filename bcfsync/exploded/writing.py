"""A tree written into a folder: only what changed, children before their parents, strangers' files left alone.

Owns: layout → folder. Sees: tree, reading. Rules: docs/merge.md.
"""

import contextlib
import filecmp
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bcfsync.archive.writing import TEMPORARY_PREFIX, CannotWrite
from bcfsync.errors import BcfsyncError, UsageError
from bcfsync.exploded.reading import is_tree, read_tree
from bcfsync.exploded.tree import ATTRIBUTES, ATTRIBUTES_TEXT, Layout, folded
from bcfsync.model import Blob

OpenBlob = Callable[[Blob], AbstractContextManager[IO[bytes]]]


class FolderTaken(UsageError, OSError):
    """The folder holds something else than an earlier explosion."""

    hint = "give a new or an empty folder, or one that explode has made"


@dataclass(frozen=True, slots=True)
class Explosion:
    """What an explosion did, as paths in the folder: files written anew, and files removed."""

    paths: tuple[str, ...]
    written: tuple[str, ...]
    removed: tuple[str, ...]


def write_tree(layout: Layout, open_blob: OpenBlob, folder: Path) -> Explosion:
    """Put a tree into a folder.

    Raises:
        FolderTaken: the folder holds something else; nothing was written.
        BrokenTree: the folder's earlier explosion is damaged; nothing was written.
        CannotWrite: a file cannot be written.
    """
    try:
        old = _earlier(folder)
        _refuse_strangers(folder, layout, old)
        return _write(layout, open_blob, folder, old)
    except OSError as error:
        if isinstance(error, BcfsyncError):
            raise
        raise CannotWrite(f"{error.filename or folder}: cannot be written: {error.strerror or error}") from error


def _earlier(folder: Path) -> frozenset[str]:
    """The files of the earlier explosion that stands in the folder."""
    if folder.exists() and not folder.is_dir():
        raise FolderTaken(f"{folder}: this is a file, not a folder")
    # a fresh repository holds its .git only
    if not folder.exists() or all(path.name.startswith(".") for path in folder.iterdir()):
        return frozenset()
    if not is_tree(folder):
        raise FolderTaken(f"{folder}: the folder is not empty, and no explosion made it")
    return read_tree(folder, complete=False).paths


def _refuse_strangers(folder: Path, layout: Layout, old: frozenset[str]) -> None:
    """Nothing of others is overwritten, and nothing is written through a link."""
    known = {folded(path) for path in old}
    for path in layout.paths:
        parts = path.split("/")
        for at in range(1, len(parts)):
            if folder.joinpath(*parts[:at]).is_symlink():
                raise FolderTaken(f"{folder.joinpath(*parts[:at])}: this is a link", hint="remove the link")
        if os.path.lexists(folder / path) and folded(path) not in known:
            raise FolderTaken(f"{folder / path}: this file is none of bcfsync's", hint="move it out of the way")


def _write(layout: Layout, open_blob: OpenBlob, folder: Path, old: frozenset[str]) -> Explosion:
    folder.mkdir(parents=True, exist_ok=True)
    written: list[str] = []
    try:
        _fill(layout, open_blob, folder, written)
    except BaseException:
        if not old:
            for path in (*written, ATTRIBUTES):
                _remove(folder, path, ())
        raise
    removed = sorted(old - set(layout.paths))
    for path in removed:
        _remove(folder, path, layout.paths)
    return Explosion(layout.paths, tuple(written), tuple(removed))


def _fill(layout: Layout, open_blob: OpenBlob, folder: Path, written: list[str]) -> None:
    """Write what changed, the pictures first and the list of topics last: a reader never finds a list of nothing."""
    if not os.path.lexists(folder / ATTRIBUTES):
        _put(folder / ATTRIBUTES, io.BytesIO(ATTRIBUTES_TEXT))
    for path, blob in layout.blobs.items():
        with open_blob(blob) as stream:
            written += [path] * _put(folder / path, stream)
    for path, data in layout.texts.items():
        written += [path] * _put(folder / path, io.BytesIO(data))


def _put(path: Path, stream: IO[bytes]) -> bool:
    """Write a file whole or not at all; False where it holds the same bytes already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as target:
            shutil.copyfileobj(stream, target, 1 << 20)
        if path.is_file() and not path.is_symlink() and filecmp.cmp(temporary, path, shallow=False):
            temporary.unlink()
            return False
        _open_to_readers(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True


def _open_to_readers(path: Path) -> None:
    """The rights any new file gets: mkstemp makes it private."""
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        path.chmod(0o666 & ~mask)


def _remove(folder: Path, path: str, kept: Iterable[str]) -> None:
    """Remove a file of the earlier explosion, and the folders that are empty then."""
    place = folder / path
    twins = [folder / item for item in kept if folded(item) == folded(path)]
    if any(place.samefile(twin) for twin in twins):
        return  # another spelling of its name, on a system that takes both for one
    place.unlink(missing_ok=True)
    for parent in place.parents:
        if parent == folder:
            break
        with contextlib.suppress(OSError):  # not empty: somebody else's files
            parent.rmdir()
