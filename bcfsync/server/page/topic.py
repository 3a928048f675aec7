"""One topic for the page: its members, its thread, and what it points to.

Owns: the queries of a topic. Sees: the tables through a moment. Governed by: BCF-API 3.0; BCF-API 2.1 for replies.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from bcfsync.server.page.paging import Paging, paging
from bcfsync.server.page.views import View, view
from bcfsync.server.refusals import Missing
from bcfsync.server.store.database import JsonObject, Moment, guid_key

THREAD = 100
_MOST = 200


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic with its short lists."""

    row_id: int
    members: JsonObject
    files: list[JsonObject]
    related: list["Related"]
    papers: list["Paper"]
    snippet: int | None
    """The size of the snippet's bytes, where the server holds them."""


@dataclass(frozen=True, slots=True)
class Related:
    """Another topic that is pointed to; without a title where the project does not have it."""

    guid: str
    title: str | None = None
    number: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A document reference: a web address or a document, which may be gone, and what is said about it."""

    description: str | None
    url: str | None
    document: str | None
    filename: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment, the viewpoint beside it if it is still there, and who is answered."""

    members: JsonObject
    view: View | None
    answers: str | None


def read_topic(moment: Moment, project_id: str, guid: str) -> Topic:
    """One topic.

    Raises:
        Missing: The project has no such topic.
    """
    sql = "SELECT id, body, files, related_topics, snippet_blob FROM topic WHERE project_id = ? AND guid_key = ?"
    row = moment.row(sql, project_id, guid_key(guid))
    if row is None:
        raise Missing(f"there is no topic {guid} in project '{project_id}'")
    pointed = [str(item["related_topic_guid"]) for item in json.loads(row["related_topics"])[:_MOST]]
    return Topic(
        row["id"],
        json.loads(row["body"]),
        json.loads(row["files"])[:_MOST],
        [_related(moment, project_id, other) for other in pointed],
        list(_papers(moment, project_id, row["id"])),
        _size(moment, row["snippet_blob"]),
    )


def thread(moment: Moment, topic_id: int, page: str | None) -> tuple[Paging, list[Remark]]:
    """A page of a topic's comments, the oldest first."""
    row = moment.row("SELECT count(*) FROM comment WHERE topic_id = ?", topic_id)
    pages = paging(page, row[0] if row else 0, THREAD)
    rows = moment.rows(
        "SELECT comment.body AS body, viewpoint.body AS seen, viewpoint.snapshot_blob AS blob_id FROM comment"
        " LEFT JOIN viewpoint ON viewpoint.project_id = comment.project_id"
        " AND viewpoint.guid_key = comment.viewpoint_key AND viewpoint.topic_id = comment.topic_id"
        " WHERE comment.topic_id = ? ORDER BY comment.created, comment.id LIMIT ? OFFSET ?",
        topic_id,
        THREAD,
        pages.skip,
    )
    held = [(json.loads(row["body"]), row["seen"], row["blob_id"]) for row in rows]
    return pages, [
        Remark(members, view(moment, json.loads(seen), blob_id) if seen else None, _answered(moment, topic_id, members))
        for members, seen, blob_id in held
    ]


def _answered(moment: Moment, topic_id: int, members: JsonObject) -> str | None:
    """Who wrote the comment that this one answers."""
    guid = members.get("reply_to_comment_guid")
    if not guid:
        return None
    sql = "SELECT json_extract(body, '$.author') FROM comment WHERE topic_id = ? AND guid_key = ?"
    row = moment.row(sql, topic_id, guid_key(guid))
    return None if row is None else row[0]


def _related(moment: Moment, project_id: str, guid: str) -> Related:
    row = moment.row("SELECT body FROM topic WHERE project_id = ? AND guid_key = ?", project_id, guid_key(guid))
    if row is None:
        return Related(guid)
    body = json.loads(row["body"])
    return Related(body["guid"], body["title"], body["server_assigned_id"], body.get("topic_status"))


def _papers(moment: Moment, project_id: str, topic_id: int) -> Iterator[Paper]:
    rows = moment.rows(
        "SELECT reference.body AS body, document.guid AS guid, filename, size FROM document_reference AS reference"
        " LEFT JOIN document ON document.project_id = ?"
        " AND document.guid_key = lower(json_extract(reference.body, '$.document_guid'))"
        " LEFT JOIN blob ON blob.id = document.data_blob WHERE reference.topic_id = ? ORDER BY reference.id LIMIT ?",
        project_id,
        topic_id,
        _MOST,
    )
    for row in rows:
        body = json.loads(row["body"])
        document = row["guid"] or body.get("document_guid")
        yield Paper(body.get("description"), body.get("url"), document, row["filename"], row["size"])


def _size(moment: Moment, blob_id: int | None) -> int | None:
    row = moment.row("SELECT size FROM blob WHERE id = ?", blob_id) if blob_id else None
    return None if row is None else row[0]
