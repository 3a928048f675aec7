"""Bytes of the other side, fetched into files of this pass.

Owns: where they lie until they are written. Sees: changes, model.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import IO

from bcfsync.blobs import view_with_blobs
from bcfsync.changes import Entity, Side
from bcfsync.errors import BcfsyncError
from bcfsync.model import BimSnippet, Blob, Document, Viewpoint

_SPOOL = "\0spool/"  # no entry name can begin like this
_CHUNK = 1 << 20


class NoRoom(Exception):
    """Bytes that were fetched cannot be put down."""


class Spool:
    """The bytes of one pass, in a folder that is thrown away after it; safe to use from several threads."""

    def __init__(self, folder: Path, source: Side) -> None:
        self._folder = folder
        self._source = source
        self._numbers = count()

    def fetched(self, value: Entity) -> Entity:
        """The value with all its bytes at hand.

        Raises:
            Refused: some of them the other side does not give.
            NoRoom: they cannot be put down.
        """
        match value:
            case Viewpoint():
                return view_with_blobs(value, self._take)
            case BimSnippet(blob=Blob() as blob) | Document(blob=Blob() as blob):
                return replace(value, blob=self._take(blob))
            case _:
                return value

    @staticmethod
    def holds(blob: Blob) -> bool:
        """Whether these are bytes of a spool."""
        return blob.locator.startswith(_SPOOL)

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Stream bytes that were fetched."""
        with (self._folder / blob.locator.removeprefix(_SPOOL)).open("rb") as stream:
            yield stream

    def _take(self, blob: Blob) -> Blob:
        target = self._folder / str(next(self._numbers))
        try:
            with self._source.open(blob) as stream, target.open("wb") as file:
                shutil.copyfileobj(stream, file, _CHUNK)
            with target.open("rb") as file:
                digest = sha256_of(file)
        except OSError as error:
            if isinstance(error, BcfsyncError):  # what a side says
                raise
            raise NoRoom(f"its bytes cannot be kept in {self._folder}: {error.strerror or error}") from error
        return Blob(f"{_SPOOL}{target.name}", target.stat().st_size, digest)


def sha256_of(stream: IO[bytes]) -> str:
    """The digest of everything a stream gives."""
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
