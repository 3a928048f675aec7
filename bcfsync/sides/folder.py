"""A folder of archives: what is in it without opening any, and each of them as a side.

Owns: which files count, their names as replicas, the folder's marker. Sees: the archive side.
A replica is called ``<id of the folder>/<path below it>``, so that a folder may move or be mounted elsewhere.
"""

import fnmatch
import os
import re
import sys
import tomllib
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path, PurePosixPath

from bcfsync.archive.reading import NotAnArchive
from bcfsync.archive.writing import replacing
from bcfsync.errors import Guarded, UsageError
from bcfsync.sides.archive import ArchiveSide, Care, stamp_of

MARKER = ".bcfsync"
"""The file that says: this is the folder, and not the empty place where it is mounted."""

IGNORE = ".bcfsyncignore"
ENDINGS = (".bcf", ".bcfzip")
_ID = re.compile(r"[0-9a-f]{8,64}")
_MOST_OPEN = 64
_NO_STAMP = "?"
_WHY = """\
# bcfsync keeps the BCF archives of this folder equal to a server. It stops where this file is missing,
# because a network drive that is not there looks like a folder in which everything was deleted.
"""
_COPIES = (
    re.compile(r"(?P<stem>.+)\.sync-conflict-[^/]*", re.IGNORECASE),
    re.compile(r"(?P<stem>.+?) ?\([^()/]*conflicted copy[^/]*", re.IGNORECASE),
    re.compile(r"(?P<stem>.+) \(\d{1,3}\)"),
)
_NUMBERED = _COPIES[-1]


class MarkerMissing(Guarded, FileNotFoundError):
    """The folder, or the file that marks it, is not there."""

    hint = "mount the drive again; for a new folder, or where somebody deleted the marker, run: bcfsync init"


class MarkerBroken(Guarded, ValueError):
    """The file that marks the folder says nothing that makes sense."""

    hint = f"put {MARKER} back from a backup, or delete it and run: bcfsync init"


class FolderUnreadable(Guarded, OSError):
    """The folder is there and cannot be looked into."""

    hint = "check the connection and your rights; nothing was changed"


class NoReplica(UsageError, ValueError):
    """A name that stands for no archive of this folder."""


class Vanished(NotAnArchive):
    """An archive that was there a moment ago is not: it may be about to be written anew."""

    hint = "it is looked at again with the next run"


def mark(folder: Path, identity: str) -> None:
    """Make a folder one that may be synchronised; one that is marked with this identity already stays as it is.

    Args:
        folder: must be there.
        identity: 8 to 64 hexadecimal digits, random ones.

    Raises:
        UsageError: it is marked with another identity, or the identity is none.
        CannotWrite: it cannot be marked.
    """
    if not _ID.fullmatch(identity):
        raise UsageError(f"{identity!r} is no identity of a folder: 8 to 64 hexadecimal digits")
    if (folder / MARKER).exists():
        if marker_id(folder) != identity:
            raise UsageError(f"{folder}: it is marked already", hint=f"its identity is in {MARKER}; go on with that")
        return
    with replacing(folder / MARKER) as stream:
        stream.write(f'{_WHY}folder = "{identity}"\n'.encode())


def marker_id(folder: Path) -> str:
    """The identity of a folder.

    Raises:
        MarkerMissing: there is no folder, or none that is marked.
        MarkerBroken: the marker is nonsense.
    """
    path = folder / MARKER
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError) as error:
        what = f"its marker {MARKER} is missing" if folder.is_dir() else "there is no such folder"
        raise MarkerMissing(f"{folder}: {what}") from error
    except UnicodeDecodeError as error:
        raise MarkerBroken(f"{path}: it is no text") from error
    except OSError as error:
        raise MarkerBroken(f"{path}: it cannot be read: {error.strerror or error}") from error
    try:
        found = tomllib.loads(text).get("folder")
    except tomllib.TOMLDecodeError as error:
        raise MarkerBroken(f"{path}: {error}") from error
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise MarkerBroken(f'{path}: it names no folder (folder = "…", 8 to 64 hexadecimal digits)')
    return found


class ArchiveFolder:
    """All archives below a folder: every ``*.bcf`` and ``*.bcfzip``, in whatever letter case.

    Left out are hidden files and folders (our own temporary ones among them), lock files (``~$*``), what
    ``.bcfsyncignore`` names, and everything behind a link to a folder.

    Attributes, as the last ``scan`` found them:
        unreadable: replicas (folders end in ``/``) that are there and cannot be looked at, with the reason.
        not_ready: replicas without content yet: files a cloud has not fetched, or that are being written.
        siblings: copies that a program made of an archive in a conflict, with the replica they are copies of.
    """

    def __init__(
        self,
        folder: Path,
        version: str = "2.1",
        *,
        include: Iterable[str] = (),
        exclude: Iterable[str] = (),
        care: Care | None = None,
    ) -> None:
        """Say where the folder is; it is looked at by ``scan``.

        Args:
            folder: the folder.
            version: the file version of archives that are made here.
            include: patterns (``*``, ``?``, ``[a-z]``) of paths below the folder or of names; everything where none.
            exclude: patterns of what is left out.
            care: how archives are replaced.
        """
        self.folder = folder
        self.version = version
        self.unreadable: dict[str, str] = {}
        self.not_ready: dict[str, str] = {}
        self.siblings: dict[str, str] = {}
        include = tuple(include)
        self._include, self._exclude = _pattern(include) if include else _all, _pattern(exclude)
        self._care = care or Care()
        self._paths: dict[str, Path] = {}
        self._sides: OrderedDict[str, ArchiveSide] = OrderedDict()

    # -- the folder ------------------------------------------------------------------------------------------------

    def scan(self) -> Mapping[str, str]:
        """Every archive with its stamp, none opened; and anew ``unreadable``, ``not_ready`` and ``siblings``.

        Those that cannot be read or are not ready are among them, since they are there: ``open`` says what is wrong.
        What is neither in the answer nor ``doubtful`` is not there.

        Raises:
            MarkerMissing, MarkerBroken, FolderUnreadable: nothing may be concluded.
        """
        identity = marker_id(self.folder)
        look = _Look(identity, self._include, _either(self._exclude, self._ignored()))
        try:
            look.at(self.folder, "")
        except OSError as error:
            raise FolderUnreadable(f"{self.folder}: {error.strerror or error}") from error
        # a drive that went away meanwhile took the marker with it
        if marker_id(self.folder) != identity:
            raise MarkerMissing(f"{self.folder}: another folder took its place")
        self.unreadable, self.not_ready, self._paths = look.unreadable, look.not_ready, look.paths
        self.siblings = _siblings(look.paths)
        return look.stamps

    def takes(self, below: str) -> bool:
        """Whether an archive at this path below the folder would be one of it, by its name alone."""
        plain = not any(part.startswith((".", "~$")) for part in below.split("/"))
        if not plain or not below.lower().endswith(ENDINGS) or not self._include(below):
            return False
        folders = accumulate(below.split("/"), "{}/{}".format)
        return not any(self._exclude(path) for path in folders)

    def doubtful(self, replica: str) -> str | None:
        """Why it cannot be said that this replica is gone, as of the last ``scan``; None where it can."""
        if reason := self.unreadable.get(replica) or self.not_ready.get(replica):
            return reason
        return next(
            (reason for name, reason in self.unreadable.items() if name.endswith("/") and replica.startswith(name)),
            None,
        )

    def path_of(self, replica: str) -> Path:
        """Where a replica is, or would be.

        Raises:
            NoReplica: it belongs to another folder, or leaves this one.
        """
        known = self._paths.get(replica)
        if known is not None:
            return known
        identity, _, below = replica.partition("/")
        path = PurePosixPath(below)
        plain = path.parts and not path.is_absolute() and ".." not in path.parts and "\\" not in below
        if identity != marker_id(self.folder) or not plain or path.suffix.lower() not in ENDINGS:
            raise NoReplica(f"{replica}: this is no archive of {self.folder}")
        return self.folder.joinpath(*path.parts)

    def replica_of(self, path: Path) -> str:
        """The name of an archive of this folder, whether it is there or not.

        Raises:
            NoReplica: it lies elsewhere.
        """
        try:
            below = path.relative_to(self.folder) if path.is_absolute() else path
        except ValueError as error:
            raise NoReplica(f"{path}: it is not in {self.folder}") from error
        return f"{marker_id(self.folder)}/{_nfc(below.as_posix())}"

    # -- the archives ----------------------------------------------------------------------------------------------

    def open(self, replica: str) -> ArchiveSide:
        """An archive as a side, the same one as long as nobody else wrote it; also one that is not there yet.

        Raises:
            InvalidArchive: (a subclass) it cannot be read, is being written, or vanished since the last ``scan``.
            NoReplica: it is none of this folder.
        """
        path = self.path_of(replica)
        side = self._sides.pop(replica, None)
        if side is None or side.moved(side.tag):
            if side is not None:
                side.close()
            side = ArchiveSide(path, self.version, care=self._care, replica=replica)
        if side.tag is None and replica in self._paths:
            raise Vanished(f"{path}: it was there a moment ago")
        self._sides[replica] = side
        while len(self._sides) > _MOST_OPEN:
            self._sides.popitem(last=False)[1].close()
        return side

    def close(self, replica: str) -> None:
        """Let go of an archive, so that other programs may replace it; what was read of it is kept."""
        if replica in self._sides:
            self._sides[replica].close()

    def _ignored(self) -> "Matches":
        try:
            lines = (self.folder / IGNORE).read_text(encoding="utf-8-sig", errors="replace").splitlines()
        except FileNotFoundError:
            return _pattern(())
        except OSError as error:
            raise FolderUnreadable(f"{self.folder / IGNORE}: {error.strerror or error}") from error
        return _pattern(line for line in map(str.strip, lines) if line and not line.startswith("#"))


Matches = Callable[[str], bool]
"""Whether a path below the folder is meant."""


class _Look:
    """One walk through a folder."""

    def __init__(self, identity: str, include: Matches, exclude: Matches) -> None:
        self.stamps: dict[str, str] = {}
        self.unreadable: dict[str, str] = {}
        self.not_ready: dict[str, str] = {}
        self.paths: dict[str, Path] = {}
        self._identity = identity
        self._include, self._exclude = include, exclude

    def at(self, folder: Path, below: str) -> None:
        """Everything in a folder whose path below the first one is ``below``, with a slash at its end or empty."""
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            if entry.name.startswith((".", "~$")):
                continue
            path = below + entry.name
            if self._exclude(path):
                continue
            if entry.name.lower().endswith(ENDINGS):
                self._archive(entry, path)
            elif entry.is_dir(follow_symlinks=False):
                self._folder(entry, path)

    def _folder(self, entry: os.DirEntry[str], path: str) -> None:
        try:
            if (Path(entry.path) / MARKER).exists():
                return  # a folder of its own, with a record, a lock and a history of its own
            self.at(Path(entry.path), path + "/")
        except OSError as error:
            self.unreadable[self._replica(path) + "/"] = f"the folder cannot be read: {error.strerror or error}"

    def _archive(self, entry: os.DirEntry[str], path: str) -> None:
        replica = self._replica(path)
        if not _is_text(path):
            self.unreadable[ascii(replica)[1:-1]] = "its name is no text"
            return
        try:
            if entry.is_dir():
                self._folder_called_like_one(entry, path)
                return
            if not self._include(path):
                return
            # Windows lists sizes and times that may be old, and no inode at all
            found = entry.stat() if sys.platform != "win32" else Path(entry.path).stat()
        except OSError as error:
            self.unreadable[replica] = f"it cannot be looked at: {error.strerror or error}"
            self.stamps.setdefault(replica, f"{_NO_STAMP}{replica}")  # no other file's
            self.paths.setdefault(replica, Path(entry.path))
            return
        if replica in self.paths:
            self.unreadable[self._identity + "/" + path] = "another archive has the same name, in other characters"
            return
        self.paths[replica] = Path(entry.path)
        if not found.st_size:
            self.not_ready[replica] = "the file is empty: not fetched from the cloud yet, or being written"
        self.stamps[replica] = stamp_of(found)

    def _folder_called_like_one(self, entry: os.DirEntry[str], path: str) -> None:
        if not entry.is_symlink():
            self._folder(entry, path)

    def _replica(self, path: str) -> str:
        return f"{self._identity}/{_nfc(path)}"


def _siblings(paths: Mapping[str, Path]) -> dict[str, str]:
    """Copies made in a conflict; a number in brackets makes one only beside the archive that it would be a copy of."""
    found = {}
    for replica in paths:
        stem, dot, ending = replica.rpartition(".")
        for pattern in _COPIES:
            match = pattern.fullmatch(stem)
            original = f"{match['stem']}{dot}{ending}" if match else ""
            if match and (pattern is not _NUMBERED or original in paths):
                found[replica] = original
                break
    return found


def _pattern(patterns: Iterable[str]) -> Matches:
    """Whether one of the patterns names a path, or the last part of it."""
    wanted = [_nfc(item).casefold().removeprefix("./").removeprefix("**/").rstrip("/") for item in patterns]
    if not wanted:
        return _nothing
    matches = re.compile("|".join(fnmatch.translate(item) for item in wanted)).match

    def named(path: str) -> bool:
        folded = _nfc(path).casefold()
        return any(matches(part) for part in _parts(folded))

    return named


def _nothing(_path: str) -> bool:
    return False


def _all(_path: str) -> bool:
    return True


def _parts(path: str) -> Iterator[str]:
    yield path
    yield path.rpartition("/")[2]


def _is_text(name: str) -> bool:
    """Whether a name can be told and stored: Linux has names of any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _either(one: Matches, other: Matches) -> Matches:
    return lambda path: one(path) or other(path)


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)
