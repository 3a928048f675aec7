"""Projects, and the values of their extensions.

Owns: ``/projects`` of BIMData down to ``extension/…``. Sees: the store. Governed by: BIMData's BCF interface: numbers
for ids, PATCH, and extension values that have numbers and colours of their own. Files do not exist here, and
``snippet_type`` is null.
"""

import re

from flask import Response

from bcfsync.server.http.conditional import empty_answer, json_answer
from bcfsync.server.refusals import Malformed, Missing
from bcfsync.server.rights import may_see
from bcfsync.server.routing import Call
from bcfsync.server.shapes import bodies
from bcfsync.server.shapes.members import Members
from bcfsync.server.store.database import JsonObject
from bcfsync.server.vendors.bimdata.bodies import as_object
from bcfsync.server.vendors.bimdata.dialect import Bimdata

KINDS = {
    "label": ("topic_label", "label"),
    "priority": ("priority", "priority"),
    "stage": ("stage", "stage"),
    "status": ("topic_status", "topic_status"),
    "type": ("topic_type", "topic_type"),
}
"""Word in the URL to the member of the extensions, and the member by which one value is called."""

_COLOR = re.compile(r"#?[0-9A-Fa-f]{6}")


def list_projects(bimdata: Bimdata, call: Call) -> Response:
    """The projects the user may see."""
    changes = call.store.projects.all_changes()
    ids = [project["project_id"] for project in call.store.projects.listing()]
    listing = [_project(bimdata, call, project_id) for project_id in ids if may_see(call.user, project_id)]
    modified = changes.at if call.user.projects is None else None
    return json_answer(listing, below=changes.count, modified=modified)


def get_project(bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """One project."""
    return json_answer(_project(bimdata, call, project_id))


def put_project(bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """Rename a project."""
    call.store.projects.rename(project_id, bodies.project_name(call.body()))
    return json_answer(_project(bimdata, call, project_id))


def patch_project(bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """Rename a project, if the body names a name."""
    body = call.body()
    if Members(body).has("name"):
        call.store.projects.rename(project_id, bodies.project_name(body))
    return json_answer(_project(bimdata, call, project_id))


def get_extensions(_bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """The values as plain lists."""
    stored = call.store.projects.extensions(project_id)
    lists = {member: stored[member] for member in ("topic_type", "topic_status", "topic_label", "priority", "stage")}
    return json_answer({**lists, "snippet_type": None, "user_id_type": stored["users"]})


def get_detailed_extensions(_bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """The values with their numbers and colours."""
    with call.store.writing():
        found: JsonObject = {KINDS[kind][0]: _values(call, project_id, kind) for kind in KINDS}
    return json_answer({**found, "user_id_type": call.store.projects.extensions(project_id)["users"]})


def post_value(_bimdata: Bimdata, call: Call, project_id: str, kind: str) -> Response:
    """Add a value."""
    name = _known(kind)
    value, color = _body(call.body(), name)
    with call.store.writing():
        values = _values(call, project_id, kind)
        if any(known[name] == value for known in values):
            raise Malformed(f"{name}: there is {value} already")
        sql = "INSERT INTO extension_value (project_id, kind, value, color) VALUES (?, ?, ?, ?)"
        number = call.store.database.run(sql, project_id, kind, value, color)
        _set(call, project_id, kind, [*(known[name] for known in values), value])
    return json_answer({"id": number, name: value, "color": color}, 201)


def patch_value(_bimdata: Bimdata, call: Call, project_id: str, kind: str, value: str) -> Response:
    """Rename or colour a value; topics that have it keep the old word."""
    name = _known(kind)
    body = call.body()
    with call.store.writing():
        values = _values(call, project_id, kind)
        old = _of_number(values, value)
        word, color = _body({**old, **as_object(body)}, name)
        if any(known[name] == word for known in values if known is not old):
            raise Malformed(f"{name}: there is {word} already")
        sql = "UPDATE extension_value SET value = ?, color = ? WHERE id = ?"
        call.store.database.run(sql, word, color, old["id"])
        _set(call, project_id, kind, [word if known is old else known[name] for known in values])
    return json_answer({"id": old["id"], name: word, "color": color})


def delete_value(_bimdata: Bimdata, call: Call, project_id: str, kind: str, value: str) -> Response:
    """Take a value out of the offer; topics that have it keep it."""
    name = _known(kind)
    with call.store.writing():
        values = _values(call, project_id, kind)
        old = _of_number(values, value)
        call.store.database.run("DELETE FROM extension_value WHERE id = ?", old["id"])
        _set(call, project_id, kind, [known[name] for known in values if known is not old])
    return empty_answer(204)


def _project(bimdata: Bimdata, call: Call, project_id: str) -> JsonObject:
    return {"project_id": str(bimdata.number(project_id)), "name": call.store.projects.get(project_id)["name"]}


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise Missing("Not found.")
    return KINDS[kind][1]


def _values(call: Call, project_id: str, kind: str) -> list[JsonObject]:
    """The values of one kind; those that came another way than through here get their numbers now."""
    member, name = KINDS[kind]
    values: list[str] = list(dict.fromkeys(call.store.projects.extensions(project_id)[member]))
    database = call.store.database
    for value in values:
        sql = "INSERT OR IGNORE INTO extension_value (project_id, kind, value) VALUES (?, ?, ?)"
        database.run(sql, project_id, kind, value)
    rows = database.rows("SELECT * FROM extension_value WHERE project_id = ? AND kind = ?", project_id, kind)
    known = {row["value"]: row for row in rows}
    return [{"id": known[value]["id"], name: value, "color": known[value]["color"]} for value in values]


def _set(call: Call, project_id: str, kind: str, values: list[str]) -> None:
    extensions = call.store.projects.extensions(project_id)
    call.store.projects.set_extensions(project_id, {**extensions, KINDS[kind][0]: values})


def _of_number(values: list[JsonObject], number: str) -> JsonObject:
    found = [known for known in values if str(known["id"]) == number]
    if not found:
        raise Missing("Not found.")
    return found[0]


def _body(body: object, name: str) -> tuple[str, str | None]:
    members = Members(body)
    value, color = members.needed_text(name), members.text("color")
    if not value.strip():
        members.wrong(name, "may not be blank")
    if color is not None and not _COLOR.fullmatch(color):
        members.wrong("color", "must be six hexadecimal digits")
    return value, color
