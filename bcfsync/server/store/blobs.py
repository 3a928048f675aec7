"""The bytes of pictures, documents and snippets, in pieces that nobody has to hold at once.

Owns: the tables ``blob`` and ``blob_piece``. A row takes its blob along when it goes: triggers of the schema.
Sees: the database. Governed by: nothing outside.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, TypeAlias

from bcfsync.server.refusals import Missing
from bcfsync.server.store.database import Database

PIECE = 256 * 1024
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes in the store: how many, and their SHA-256 in hexadecimal; ``pieces`` reads them."""

    id: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that lie in the store already and belong to nobody yet."""

    blob: Blob


Data: TypeAlias = bytes | IO[bytes] | Staged


class Blobs:
    """The bytes of all projects.

    What an upload that was cut short by the end of the process has left goes when the store is opened again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        database.run("DELETE FROM blob WHERE digest = ''")

    @contextmanager
    def staged(self, data: IO[bytes]) -> Iterator[Staged]:
        """Store bytes a few pieces at a time, so that others need not wait for large ones; then give them to ``add``.

        What was not added when the block ends goes.
        """
        digest, size, number = hashlib.sha256(), 0, 0
        blob_id = self._database.run("INSERT INTO blob (digest, size) VALUES ('', 0)")
        try:
            while pieces := list(itertools.islice(_cut(data), _AT_ONCE)):
                with self._database.writing():
                    for number, piece in enumerate(pieces, number):  # noqa: B020 - it goes on where it was
                        self._database.run("INSERT INTO blob_piece VALUES (?, ?, ?)", blob_id, number, piece)
                number += 1
                for piece in pieces:
                    digest.update(piece)
                    size += len(piece)
            yield Staged(Blob(blob_id, size, digest.hexdigest()))
        finally:
            self._database.run("DELETE FROM blob WHERE id = ? AND digest = ''", blob_id)

    def add(self, data: Data) -> int:
        """Store bytes, inside the transaction of the row that will own them; gives their number."""
        if isinstance(data, Staged):
            sql = "UPDATE blob SET digest = ?, size = ? WHERE id = ?"
            self._database.run(sql, data.blob.digest, data.blob.size, data.blob.id)
            return data.blob.id
        with self._database.writing():
            blob_id = self._database.run("INSERT INTO blob (digest, size) VALUES ('', 0)")
            digest, size = hashlib.sha256(), 0
            for number, piece in enumerate(_cut(data)):
                self._database.run("INSERT INTO blob_piece VALUES (?, ?, ?)", blob_id, number, piece)
                digest.update(piece)
                size += len(piece)
            sql = "UPDATE blob SET digest = ?, size = ? WHERE id = ?"
            self._database.run(sql, digest.hexdigest(), size, blob_id)
            return blob_id

    def get(self, blob_id: int) -> Blob:
        """What is known of a blob without reading it.

        Raises:
            Missing: It is gone.
        """
        row = self._database.row("SELECT digest, size FROM blob WHERE id = ?", blob_id)
        if row is None:
            raise Missing("the bytes are gone")
        return Blob(blob_id, row["size"], row["digest"])

    def head(self, blob: Blob) -> bytes:
        """The first few bytes, by which pictures are told apart."""
        row = self._database.row("SELECT substr(data, 1, 16) FROM blob_piece WHERE blob_id = ? AND number = 0", blob.id)
        return bytes(row[0]) if row else b""

    def pieces(self, blob: Blob) -> Iterator[bytes]:
        """The bytes, a piece at a time.

        Raises:
            Missing: Somebody deleted their owner meanwhile; what was given so far is a beginning only.
        """
        sql, number, given = "SELECT data FROM blob_piece WHERE blob_id = ? AND number = ?", 0, 0
        while given < blob.size:
            row = self._database.row(sql, blob.id, number)
            if row is None:
                raise Missing("the bytes are gone")
            yield row["data"]
            number, given = number + 1, given + len(row["data"])

    def read(self, blob: Blob) -> bytes:
        """All bytes at once, for what is known to be small."""
        return b"".join(self.pieces(blob))


def _cut(data: bytes | IO[bytes]) -> Iterable[bytes]:
    if isinstance(data, bytes):
        return (data[at : at + PIECE] for at in range(0, len(data), PIECE))
    return iter(partial(data.read, PIECE), b"")
