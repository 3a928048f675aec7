"""Export and import of BCF 2.1 archives.

Owns: ``/projects/{p}/export`` and ``/projects/{p}/import``. Sees: the store, the archives. Governed by: BIMData's BCF
interface: import is all or nothing, any guid that is in use refuses it, an index that is in use is renumbered, and
authors and assignees the project does not know are left blank. The file may stand in any field of the form: the
interface does not name it.
"""

from flask import Response, request

from bcfsync.server.http.conditional import empty_answer
from bcfsync.server.query.window import Window
from bcfsync.server.refusals import Malformed, Missing
from bcfsync.server.routing import Call
from bcfsync.server.shapes.members import Members
from bcfsync.server.store.database import JsonObject, guid_key
from bcfsync.server.vendors.archive21 import reading
from bcfsync.server.vendors.archive21.gathering import archive_answer, topic_parts
from bcfsync.server.vendors.archive21.parts import TopicParts
from bcfsync.server.vendors.archive21.uploads import uploaded
from bcfsync.server.vendors.bimdata import answers
from bcfsync.server.vendors.bimdata.bodies import STANDARD
from bcfsync.server.vendors.bimdata.dialect import Bimdata
from bcfsync.server.vendors.bimdata.topics import next_index

_ALL = Window()


def get_export(bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """An archive of the topics the query names, or of all of one format."""
    guids = [part.strip() for value in request.args.getlist("topics") for part in value.split(",") if part.strip()]
    return _export(bimdata, call, project_id, guids, request.args.get("format") or STANDARD)


def post_export(bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """The same, asked for in a body: lists of guids are longer than addresses may be."""
    members = Members(call.body())
    return _export(bimdata, call, project_id, members.texts("topics") or [], members.text("format") or STANDARD)


def post_import(_bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """Add all topics of an archive, or none."""
    topics = reading.read(uploaded())
    with call.store.writing():
        known = {user for user in call.store.projects.extensions(project_id)["users"] if user}
        for parts in topics:
            _import_topic(call, project_id, parts, known)
    return empty_answer(204)


def _export(bimdata: Bimdata, call: Call, project_id: str, guids: list[str], name: str) -> Response:
    wanted = {guid_key(guid) for guid in guids}
    moment = call.store.moment()  # nobody waits, and nothing changes between the first topic and the last
    try:
        listing = call.store.topics.listing(project_id, _ALL, moment)
        shown = [topic for topic in listing if _is_wanted(topic, wanted, name)]
        missing = wanted - {guid_key(topic["guid"]) for topic in shown}
        if missing:
            raise Missing(f"there is no topic {min(missing)} in this project")
        title = call.store.projects.get(project_id)["name"]
        parts = (topic_parts(moment, project_id, topic) for topic in shown)
        return archive_answer(str(bimdata.number(project_id)), title, parts, "application/octet-stream")
    finally:
        moment.close()


def _is_wanted(topic: JsonObject, wanted: set[str], name: str) -> bool:
    return guid_key(topic["guid"]) in wanted if wanted else answers.format_of(topic) == name


def _import_topic(call: Call, project_id: str, parts: TopicParts, known: set[str]) -> None:
    topic = _blanked(parts.topic, ("creation_author", "modified_author", "assigned_to"), known)
    sql = "SELECT 1 FROM topic WHERE project_id = ? AND sort_index = ?"
    if "index" not in topic or call.store.database.row(sql, project_id, topic["index"]):
        topic["index"] = next_index(call, project_id)
    call.store.topics.seed(project_id, topic, (), ())
    for viewpoint in parts.viewpoints:
        call.store.viewpoints.seed(project_id, topic["guid"], viewpoint.guid, viewpoint.content)
    shown = {guid_key(viewpoint.guid) for viewpoint in parts.viewpoints}
    for comment in parts.comments:
        seen = comment.get("viewpoint_guid")
        if seen and guid_key(seen) not in shown:
            raise Malformed(f"file: comment {comment['guid']} shows a viewpoint that is not there")
        call.store.comments.seed(project_id, topic["guid"], _blanked(comment, ("author", "modified_author"), known))


def _blanked(item: JsonObject, members: tuple[str, ...], known: set[str]) -> JsonObject:
    return {name: "" if name in members and value not in known else value for name, value in item.items()}
