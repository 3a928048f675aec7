"""Topics out of the store, as an archive wants them; and an archive as an answer.

Owns: what is read for an archive, and the file it is written to first. Sees: the store's tables, at one moment.
Governed by: nothing outside.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, cast

from flask import Response

from bcfsync.server.store.database import JsonObject, Moment, guid_key
from bcfsync.server.store.viewpoints import ViewpointContent
from bcfsync.server.vendors.archive21 import writing
from bcfsync.server.vendors.archive21.parts import TopicParts, ViewpointParts

_IN_MEMORY = 1024**2
_PIECE = 256 * 1024
_OF_TOPIC = "topic_id = (SELECT id FROM topic WHERE project_id = ? AND guid_key = ?)"


def topic_parts(moment: Moment, project_id: str, topic: JsonObject) -> TopicParts:
    """A topic with what is below it."""
    key = (project_id, guid_key(topic["guid"]))
    comments = moment.rows(f"SELECT body FROM comment WHERE {_OF_TOPIC} ORDER BY created, id", *key)  # noqa: S608
    viewpoints = moment.rows(
        f"SELECT body, components, snapshot_blob FROM viewpoint WHERE {_OF_TOPIC} ORDER BY id",  # noqa: S608
        *key,
    )
    return TopicParts(
        topic=topic,
        comments=tuple(json.loads(row["body"]) for row in comments),
        viewpoints=tuple(
            _viewpoint(json.loads(row["body"]), row["components"], _bytes(moment, row["snapshot_blob"]))
            for row in viewpoints
        ),
    )


def archive_answer(project_guid: str, name: str, topics: Iterable[TopicParts], content_type: str) -> Response:
    """An archive to be saved by whoever asked for it; it is written whole before anything is sent."""
    spool = cast("IO[bytes]", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed with the answer
    try:
        writing.write(spool, project_guid, name, topics)
        size = spool.tell()
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    response = Response(_pieces(spool), content_type=content_type)
    response.content_length = size
    response.headers.set("Content-Disposition", "attachment", filename="export.bcf")
    response.call_on_close(spool.close)
    return response


def _viewpoint(stored: JsonObject, components: str | None, snapshot: bytes | None) -> ViewpointParts:
    content = ViewpointContent(
        members=stored, components=json.loads(components) if components else None, snapshot=snapshot
    )
    return ViewpointParts(stored["guid"], content)


def _bytes(moment: Moment, blob_id: int | None) -> bytes | None:
    if blob_id is None:
        return None
    rows = moment.rows("SELECT data FROM blob_piece WHERE blob_id = ? ORDER BY number", blob_id)
    return b"".join(row["data"] for row in rows)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
