"""The bytes of pictures, documents and snippets, in pieces that nobody has to hold at once.

Owns: the tables ``blob`` and ``blob_piece``. A row takes its blob along when it goes: triggers of the schema.
Sees: the database. Governed by: nothing outside.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO

from bcfsync.server.refusals import Missing
from bcfsync.server.store.database import Database

PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes in the store: how many, and their SHA-256 in hexadecimal; ``pieces`` reads them."""

    id: int
    size: int
    digest: str


class Blobs:
    """The bytes of all projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, data: bytes | IO[bytes]) -> int:
        """Store bytes, inside the transaction of the row that will own them; gives their number."""
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
