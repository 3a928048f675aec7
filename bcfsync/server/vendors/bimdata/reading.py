"""Topics as BIMData lists and shows them: the plain ones and the full ones.

Owns: which topics a list shows, and a full topic put together. Sees: the store's tables, at one moment.
Governed by: BIMData's BCF interface: ``format``, ``models``, ``ifcs``, ``img_format``, ``$filter``, ``$orderby``. There
is no ``$top`` and no ``$skip``: both are ignored, and the whole list is sent. ``img_format`` knows ``url`` only;
without it the bytes stand in the answer.
"""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

from flask import request

from bcfsync.server import pictures
from bcfsync.server.query import odata
from bcfsync.server.query.fields import FIELDS, Collection
from bcfsync.server.query.window import Window
from bcfsync.server.refusals import Malformed
from bcfsync.server.store.database import Database, JsonObject, Moment, guid_key
from bcfsync.server.vendors.bimdata import answers
from bcfsync.server.vendors.bimdata.bodies import STANDARD
from bcfsync.server.vendors.bimdata.dialect import Bimdata

_HOUR = 3600
_OPTIONS = ("$filter", "$orderby")
_OF_TOPIC = "topic_id = (SELECT id FROM topic WHERE project_id = ? AND guid_key = ?)"


def asked(collection: Collection) -> Window:
    """What the query says of filter and order."""
    options = {name: request.args[name] for name in _OPTIONS if name in request.args}
    return odata.window(options, FIELDS[collection]["2.1"])


def shown() -> Callable[[JsonObject], bool]:
    """Whether a list shows a topic: by its format, and by the models it is about.

    Raises:
        Malformed: The query names models by something else than numbers.
    """
    name = request.args.get("format") or STANDARD
    wanted = {member: _numbers(member) for member in ("models", "ifcs")}

    def is_shown(topic: JsonObject) -> bool:
        if answers.format_of(topic) != name:
            return False
        return all(not numbers or numbers & {*(topic.get(member) or ())} for member, numbers in wanted.items())

    return is_shown


def gives_links() -> str | None:
    """The root of the links that are to stand for snapshots; None when the snapshots themselves are to be sent.

    Raises:
        Malformed: ``img_format`` is not known.
    """
    wish = request.args.get("img_format")
    if wish not in {None, "", "url"}:
        raise Malformed("img_format: must be url")
    return request.root_url if wish == "url" else None


def expiry(bimdata: Bimdata) -> int:
    """When links made now come to their end, in seconds since 1970: the same for a whole hour, so that tags hold."""
    return (int(bimdata.store.wall().timestamp()) // _HOUR + 2) * _HOUR


def full_topic(
    bimdata: Bimdata, source: Moment | Database, project_id: str, stored: JsonObject, *, links: str | None
) -> JsonObject:
    """``FullTopic``: a topic with its comments and viewpoints, those with components and snapshots.

    Lists are sent while they are read, when the request is over; so what is known of it is an argument.
    """
    key = (project_id, guid_key(stored["guid"]))
    comments = source.rows(f"SELECT body FROM comment WHERE {_OF_TOPIC} ORDER BY created, id", *key)  # noqa: S608
    viewpoints = source.rows(
        f"SELECT body, components, snapshot_blob FROM viewpoint WHERE {_OF_TOPIC} ORDER BY id",  # noqa: S608
        *key,
    )
    shown_viewpoints = []
    for row in viewpoints:
        viewpoint = answers.viewpoint(json.loads(row["body"]))
        viewpoint["components"] = json.loads(row["components"]) if row["components"] else None
        if viewpoint["snapshot"] and row["snapshot_blob"] is not None:
            place = (str(bimdata.number(project_id)), stored["guid"], viewpoint["guid"])
            viewpoint["snapshot"]["snapshot_data"] = (
                _in_place(_bytes(source, row["snapshot_blob"])) if links is None else links + _link(bimdata, *place)
            )
        shown_viewpoints.append(viewpoint)
    return {
        **answers.topic(stored, bimdata.number(project_id)),
        "comments": [answers.comment(json.loads(row["body"])) for row in comments],
        "viewpoints": shown_viewpoints,
    }


def _link(bimdata: Bimdata, number: str, topic_guid: str, viewpoint_guid: str) -> str:
    """The address of a snapshot that needs no key, below the root; it holds for one to two hours."""
    expires = str(expiry(bimdata))
    path = "/".join(quote(part, safe="") for part in (number, topic_guid, viewpoint_guid))
    signature = bimdata.signature(number, topic_guid, viewpoint_guid, expires)
    return f"snapshots/{path}?expires={expires}&signature={signature}"


def _in_place(data: bytes) -> str:
    return f"data:{pictures.content_type(data)};base64,{base64.b64encode(data).decode()}"


def _bytes(source: Moment | Database, blob_id: int) -> bytes:
    rows = source.rows("SELECT data FROM blob_piece WHERE blob_id = ? ORDER BY number", blob_id)
    return b"".join(row["data"] for row in rows)


def _numbers(member: str) -> set[int]:
    given = [part for value in request.args.getlist(member) for part in value.split(",") if part]
    if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in given):
        raise Malformed(f"{member}: must be numbers with commas between them")
    return {int(part) for part in given}
