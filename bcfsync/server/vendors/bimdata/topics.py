"""Topics, and what hangs on them as a list: related topics, documents.

Owns: ``/projects/{p}/topics`` of BIMData. Sees: the store, the shapes. Governed by: BIMData's BCF interface: authors
and dates come from the client if it sends them, PUT replaces the whole topic, PATCH what it names, the index is given
where none is sent; related topics are always empty; a document reference is the number of a document, and PUT replaces
the list.
"""

import json
from collections.abc import Sequence

from flask import Response, request

from bcfsync.server.http.conditional import empty_answer, json_answer
from bcfsync.server.query.window import Part
from bcfsync.server.refusals import Malformed
from bcfsync.server.routes.streaming import project_list
from bcfsync.server.routing import Call
from bcfsync.server.shapes.members import present
from bcfsync.server.store.database import JsonObject, Moment, guid_key
from bcfsync.server.vendors.bimdata import answers, bodies
from bcfsync.server.vendors.bimdata.dialect import Bimdata
from bcfsync.server.vendors.bimdata.reading import asked, full_topic, shown

_SERVER_OWNED = ("modified_date", "modified_author", "project")


def list_topics(bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """The topics of one format, ``standard`` unless the query says otherwise."""
    window, is_shown, number = asked("topics"), shown(), bimdata.number(project_id)

    def read(moment: Moment) -> Part[JsonObject]:
        listing = call.store.topics.listing(project_id, window, moment)
        return Part(answers.topic(topic, number) for topic in listing if is_shown(topic))

    return project_list(call, project_id, window, read)


def post_topic(bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """Add a topic."""
    body = call.body()
    with call.store.writing():
        topic = add_topic(call, project_id, body)
    tell_topic(bimdata, project_id, topic, "creation")
    return json_answer(answers.topic(topic, bimdata.number(project_id)), 201, location=topic["guid"])


def get_topic(bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """One topic, whatever its format."""
    return json_answer(answers.topic(call.store.topics.get(project_id, topic), bimdata.number(project_id)))


def put_topic(bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """Replace a topic."""
    return _changed(bimdata, call, project_id, topic, is_patch=False)


def patch_topic(bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """Change what the body names."""
    return _changed(bimdata, call, project_id, topic, is_patch=True)


def delete_topic(bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """Remove a topic with everything below it."""
    with call.store.writing():
        stored = call.store.topics.get(project_id, topic)
        call.store.topics.delete(project_id, topic)
    number = bimdata.number(project_id)
    bimdata.tell(project_id, "bcf.topic.deletion", lambda: answers.topic(stored, number))
    return empty_answer(204)


def list_events(_bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """The events of all topics; what happened stands in ``events``."""
    window = asked("topic events")

    def read(moment: Moment) -> Part[JsonObject]:
        return Part(answers.event(event) for event in call.store.events.of_topics(project_id, window, "2.1", moment))

    return project_list(call, project_id, window, read)


def get_related_topics(_bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """Nothing, ever."""
    call.store.topics.row_id(project_id, topic)
    return json_answer([])


def list_references(_bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """The documents a topic refers to; references to web addresses have no form here."""
    return json_answer([_reference(row) for row in _references(call, project_id, topic)])


def post_references(_bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """Add references, one or a list of them; the answer is as the request was."""
    body = call.body()
    with call.store.writing():
        _refer(call, project_id, topic, bodies.document_references(body))
        rows = _references(call, project_id, topic)
    made = [_reference(row) for row in rows]
    return json_answer(made[-len(body) :] if isinstance(body, list) and body else made[-1:] or [])


def put_references(_bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """Replace the whole list."""
    wanted = bodies.document_references(call.body())
    with call.store.writing():
        for row in _references(call, project_id, topic):
            call.store.database.run("DELETE FROM document_reference WHERE id = ?", row["id"])
        _refer(call, project_id, topic, wanted)
        return json_answer([_reference(row) for row in _references(call, project_id, topic)])


def add_topic(call: Call, project_id: str, body: object) -> JsonObject:
    """Add a topic as a body describes it, inside a transaction."""
    members = bodies.topic(body)
    members.setdefault("index", next_index(call, project_id))
    return call.store.topics.create(project_id, members, call.author, bodies.guid(body))


def change_topic(call: Call, project_id: str, guid: str, body: object, *, is_patch: bool) -> JsonObject:
    """Change a topic as a body describes it, inside a transaction.

    Raises:
        Malformed: The body carries another guid: a topic keeps its own.
    """
    old = call.store.topics.get(project_id, guid)
    given = bodies.as_object(body)
    wish = bodies.guid(body)
    if wish is not None and guid_key(wish) != guid_key(old["guid"]):
        raise Malformed("guid: cannot be changed")
    if is_patch:
        kept = {name: value for name, value in answers.topic(old, 0).items() if name not in _SERVER_OWNED}
        given = {**kept, **given, "guid": None}
    members = bodies.topic(given)
    members.setdefault("index", old["index"] if "index" in old else next_index(call, project_id))
    if "bim_snippet" in old:  # has no form here, and so nobody means to remove it
        members["bim_snippet"] = old["bim_snippet"]
    return call.store.topics.replace(project_id, old["guid"], members, call.author)


def next_index(call: Call, project_id: str) -> int:
    """The index of the next topic that brings none."""
    row = call.store.database.row("SELECT max(sort_index) FROM topic WHERE project_id = ?", project_id)
    return min((row[0] or 0) + 1, 2**31 - 1) if row else 1


def tell_topic(bimdata: Bimdata, project_id: str, topic: JsonObject, what: str) -> None:
    """Tell of a topic that was made or changed, after the transaction: alone, and as a full one."""
    number = bimdata.number(project_id)
    bimdata.tell(project_id, f"bcf.topic.{what}", lambda: answers.topic(topic, number))
    source, root = bimdata.store.database, request.root_url
    bimdata.tell(
        project_id, f"bcf.topic.full.{what}", lambda: full_topic(bimdata, source, project_id, topic, links=root)
    )


def _changed(bimdata: Bimdata, call: Call, project_id: str, topic: str, *, is_patch: bool) -> Response:
    body = call.body()
    with call.store.writing():
        stored = change_topic(call, project_id, topic, body, is_patch=is_patch)
    tell_topic(bimdata, project_id, stored, "update")
    return json_answer(answers.topic(stored, bimdata.number(project_id)))


def _references(call: Call, project_id: str, topic: str) -> Sequence[JsonObject]:
    rows = call.store.database.rows(
        "SELECT r.id, r.body, d.id AS number, d.filename FROM document_reference r JOIN document d"
        " ON d.project_id = r.project_id AND d.guid_key = lower(json_extract(r.body, '$.document_guid'))"
        " WHERE r.topic_id = ? ORDER BY r.id",
        call.store.topics.row_id(project_id, topic),
    )
    return [{**dict(row), "body": json.loads(row["body"])} for row in rows]


def _reference(row: JsonObject) -> JsonObject:
    return {
        "guid": row["number"],
        "referenced_document": row["filename"],
        "description": row["body"].get("description"),
    }


def _refer(call: Call, project_id: str, topic: str, wanted: Sequence[tuple[int, str | None]]) -> None:
    for at, (number, description) in enumerate(wanted):
        sql = "SELECT guid FROM document WHERE project_id = ? AND id = ?"
        row = call.store.database.row(sql, project_id, number)
        if row is None:
            raise Malformed(f"guid: there is no document {number} in this project (reference {at})")
        body = present({"document_guid": row["guid"], "description": description})
        call.store.document_references.create(project_id, topic, body)
