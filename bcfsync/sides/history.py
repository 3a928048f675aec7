"""What archives were before they were replaced: the last ten states of each, bit for bit.

Owns: a folder of bytes by their SHA-256, and its index. Sees: archive.writing for the atomic replace.
"""

import contextlib
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bcfsync.archive.writing import CannotWrite, NoSpace, replacing
from bcfsync.errors import UsageError
from bcfsync.sides.spool import sha256_of

_INDEX = "index.jsonl"
_CHUNK = 1 << 20
_CLONE = 0x40049409  # Linux: FICLONE, a copy that shares its blocks until one of the two is written


class NoSuchVersion(UsageError, LookupError):
    """The history does not hold this state."""

    hint = "it keeps the last ten states of each archive"


class Spoiled(UsageError, ValueError):
    """A kept state is not what it was any more: some program wrote into the file it once was."""


@dataclass(frozen=True, slots=True)
class Version:
    """A state an archive had: until when, its digest and stamp, the stamp of what took its place, in which run."""

    replica: str
    time: str
    sha256: str
    size: int
    before: str
    after: str
    run: int | None = None


def _now() -> datetime:
    return datetime.now(UTC)


class History:
    """The states of all archives of a pair.

    Attributes:
        run: the number of the run that writes now; goes into the index.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = _now, most: int = 10) -> None:
        """Say where it is; the folder is made when something is kept.

        Args:
            folder: may be on another disk than the archives.
            clock: tells the time, with a zone.
            most: how many states of one archive are kept.
        """
        self.run: int | None = None
        self._folder = folder
        self._clock = clock
        self._most = most

    def keep(self, replica: str, path: Path, before: str, after: str) -> Version:
        """Keep the bytes of an archive that is about to be replaced.

        Where the disk is the same, they are not copied but linked: call ``drop`` where nothing took the file's place,
        for who writes into it then writes into what is kept.

        Raises:
            CannotWrite: they cannot be kept; the archive must not be replaced.
        """
        try:
            with path.open("rb") as stream:
                digest = sha256_of(stream)
            size = path.stat().st_size
            target = self._bytes(digest)
            target.parent.mkdir(parents=True, exist_ok=True)
            _duplicate(path, target)
            version = Version(replica, self._clock().isoformat(), digest, size, before, after, self.run)
            self._write([*self._read(), version])
        except OSError as error:
            kind = NoSpace if error.errno == errno.ENOSPC else CannotWrite
            why = error.strerror or error
            raise kind(
                f"{path}: not written, since its present state cannot be kept in {self._folder}: {why}"
            ) from error
        return version

    def drop(self, version: Version) -> None:
        """Forget a state that nothing took the place of after all."""
        with contextlib.suppress(OSError, CannotWrite):  # one state too many harms nobody
            self._write([item for item in self._read() if item != version])

    def versions(self, replica: str) -> list[Version]:
        """The states of an archive that are kept, the oldest first."""
        return [item for item in self._read() if item.replica == replica]

    def replicas(self) -> frozenset[str]:
        """The archives of which anything is kept."""
        return frozenset(item.replica for item in self._read())

    def restore(self, replica: str, sha256: str, target: Path) -> None:
        """Put a state into a file, bit for bit, whole or not at all.

        Args:
            replica: the archive.
            sha256: the state's digest, or its first digits.
            target: the file to make or to replace.

        Raises:
            NoSuchVersion: it is not kept, or the digits fit several.
            Spoiled: its bytes are not those that were kept.
            CannotWrite: and the target is as it was.
        """
        found = {item.sha256 for item in self.versions(replica) if sha256 and item.sha256.startswith(sha256)}
        if len(found) != 1:
            what = "several states" if found else "no state"
            raise NoSuchVersion(f"{replica}: the history holds {what} {sha256}")
        (digest,) = found
        try:
            stream = self._bytes(digest).open("rb")
        except OSError as error:
            raise NoSuchVersion(f"{replica}: state {sha256} cannot be read: {error.strerror or error}") from error
        with stream:
            if sha256_of(stream) != digest:
                raise Spoiled(f"{replica}: state {sha256} was written into and is not what it was")
            stream.seek(0)
            with replacing(target) as made:
                shutil.copyfileobj(stream, made, _CHUNK)

    # -- files -----------------------------------------------------------------------------------------------------

    def _bytes(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest[2:]}.bcf"

    def _read(self) -> list[Version]:
        try:
            lines = (self._folder / _INDEX).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            with contextlib.suppress(ValueError, TypeError):  # a line cut off by a power failure: the state is lost
                found.append(Version(**json.loads(line)))
        return found

    def _write(self, versions: list[Version]) -> None:
        """Put down the index, the oldest states of each archive left out, and drop bytes it does not name."""
        kept = self._latest(versions)
        lines = (json.dumps(asdict(item), ensure_ascii=True) for item in kept)
        before = {item.sha256 for item in (*versions, *self._read())}
        with replacing(self._folder / _INDEX) as stream:
            stream.write("".join(f"{line}\n" for line in lines).encode())
        for digest in before - {item.sha256 for item in kept}:
            self._bytes(digest).unlink(missing_ok=True)

    def _latest(self, versions: Iterable[Version]) -> list[Version]:
        counts: dict[str, int] = {}
        kept: list[Version] = []
        for item in reversed(list(versions)):
            counts[item.replica] = counts.get(item.replica, 0) + 1
            if counts[item.replica] <= self._most:
                kept.append(item)
        return kept[::-1]


def _duplicate(source: Path, target: Path) -> None:
    """The bytes of a file under a second name: shared by the file system, linked, or copied, what is quickest."""
    target.unlink(missing_ok=True)
    if _cloned(source, target):
        return
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        with replacing(target) as stream, source.open("rb") as file:
            shutil.copyfileobj(file, stream, _CHUNK)


def _cloned(source: Path, target: Path) -> bool:
    if sys.platform != "linux":
        return False
    import fcntl  # noqa: PLC0415 - there is none elsewhere

    try:
        with source.open("rb") as file, target.open("xb") as made:
            fcntl.ioctl(made.fileno(), _CLONE, file.fileno())
    except OSError:
        return False  # most file systems cannot
    return True
