"""Who may do what: the one place that decides.

Owns: what each role may do, the ``authorization`` blocks that say so, and the refusal of what is not allowed.
Sees: users, and of the store only who made a thing. Governed by: BCF-API 2.1 and 3.0, "Authorization" of projects,
topics, comments and (3.0) viewpoints; Foundation API 1.0, "Authorization" (an absent list says nothing, an empty one
that nothing is allowed).

Everybody who has signed in may read, a user limited to some projects only those. Routes that write name what they
need (``Route.needs``); one that names nothing is for administrators, so that a forgotten name opens no door.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bcfsync.server.refusals import Forbidden, Missing
from bcfsync.server.store import ServerStore
from bcfsync.server.store.database import JsonObject
from bcfsync.server.users import Role, User

Kind = Literal["server", "project", "topic", "comment", "viewpoint"]
"""What an action is done to. ``server`` has actions the specification has no words for."""

_ALL: Mapping[Kind, tuple[str, ...]] = {
    "server": ("createProject", "updateExtensions", "other"),
    "project": ("update", "createTopic", "createDocument"),
    "topic": (
        "update",
        "updateBimSnippet",
        "updateRelatedTopics",
        "updateDocumentReferences",
        "updateFiles",
        "createComment",
        "createViewpoint",
        "delete",
    ),
    "comment": ("update", "delete"),
    "viewpoint": ("delete",),
}

_ADDING: Mapping[Kind, tuple[str, ...]] = {
    "project": ("createTopic", "createDocument"),
    "topic": ("createComment", "createViewpoint"),
}

_ANYBODYS: Mapping[Role, Mapping[Kind, tuple[str, ...]]] = {
    "admin": _ALL,
    "editor": {**_ALL, "server": (), "project": _ADDING["project"]},
    "contributor": _ADDING,
    "reader": {},
}
"""What a role may do to whatever there is."""

_OWN: Mapping[Role, Mapping[Kind, tuple[str, ...]]] = {
    **_ANYBODYS,
    "contributor": {**_ADDING, "topic": _ALL["topic"], "comment": _ALL["comment"], "viewpoint": _ALL["viewpoint"]},
}
"""What a role may do to what the user has made."""


@dataclass(frozen=True, slots=True)
class Need:
    """An action that must be allowed."""

    kind: Kind
    action: str


Needs = tuple[Need, ...]
"""All of them must be allowed; add them up for a route that does several things."""

UPDATE_PROJECT: Needs = (Need("project", "update"),)
CREATE_TOPIC: Needs = (Need("project", "createTopic"),)
CREATE_DOCUMENT: Needs = (Need("project", "createDocument"),)
UPDATE_TOPIC: Needs = (Need("topic", "update"),)
DELETE_TOPIC: Needs = (Need("topic", "delete"),)
UPDATE_SNIPPET: Needs = (Need("topic", "updateBimSnippet"),)
UPDATE_RELATED_TOPICS: Needs = (Need("topic", "updateRelatedTopics"),)
UPDATE_DOCUMENT_REFERENCES: Needs = (Need("topic", "updateDocumentReferences"),)
UPDATE_FILES: Needs = (Need("topic", "updateFiles"),)
CREATE_COMMENT: Needs = (Need("topic", "createComment"),)
UPDATE_COMMENT: Needs = (Need("comment", "update"),)
DELETE_COMMENT: Needs = (Need("comment", "delete"),)
CREATE_VIEWPOINT: Needs = (Need("topic", "createViewpoint"),)
DELETE_VIEWPOINT: Needs = (Need("viewpoint", "delete"),)
UPDATE_VIEWPOINT: Needs = DELETE_VIEWPOINT
"""1.0 and one vendor let viewpoints be changed; whoever may take one away may put another in its place."""
CREATE_PROJECT: Needs = (Need("server", "createProject"),)
UPDATE_EXTENSIONS: Needs = (Need("server", "updateExtensions"),)
ADMINISTER: Needs = (Need("server", "other"),)


def may_see(user: User, project_id: str) -> bool:
    """Whether a project exists for this user, as far as rights go."""
    return user.projects is None or project_id in user.projects


def actions(user: User, kind: Kind, maker: str | None = None) -> tuple[str, ...]:
    """What the user may do to a thing of this kind, made by ``maker``."""
    table = _OWN if _is(user, maker) else _ANYBODYS
    return table[user.role].get(kind, ())


def require(store: ServerStore, user: User, needs: Needs, names: Mapping[str, str]) -> None:
    """Let a request pass, or refuse it before it changes anything.

    Args:
        store: Where makers are looked up.
        user: Who asks.
        needs: What the request does; nothing, when it only reads.
        names: What the path names: ``project_id``, ``topic``, ``comment``, ``viewpoint``, as far as it does.

    Raises:
        Missing: The user may not see the project, which then does not exist for him; or what is not allowed would be
            done to what does not exist.
        Forbidden: It is not allowed; the message says which right is missing.
    """
    project_id = names.get("project_id")
    if project_id is not None and not may_see(user, project_id):
        raise Missing(f"there is no project '{project_id}'")
    for need in needs:
        if not _is_allowed(store, user, need, names):
            raise Forbidden(_complaint(user, need))


def project_block(user: User) -> JsonObject:
    """``authorization`` of a project."""
    return {"project_actions": list(actions(user, "project"))}


def topic_block(user: User, topic: JsonObject, statuses: list[str]) -> JsonObject:
    """``authorization`` of a topic.

    Args:
        user: Who asks.
        topic: The stored topic.
        statuses: What the project offers. A project that offers nothing takes everything, so nothing is said then.
    """
    allowed = actions(user, "topic", topic.get("creation_author"))
    block: JsonObject = {"topic_actions": list(allowed)}
    if "update" not in allowed:
        block["topic_status"] = []
    elif statuses:
        block["topic_status"] = statuses
    return block


def comment_block(user: User, comment: JsonObject) -> JsonObject:
    """``authorization`` of a comment."""
    return {"comment_actions": list(actions(user, "comment", comment.get("author")))}


def viewpoint_block(user: User, maker: str) -> JsonObject:
    """``authorization`` of a viewpoint."""
    return {"viewpoint_actions": list(actions(user, "viewpoint", maker))}


def defaults(user: User) -> JsonObject:
    """What the extensions say of a project's things where these say nothing themselves."""
    return {f"{kind}_actions": list(actions(user, kind)) for kind in ("project", "topic", "comment")}


def _is(user: User, maker: str | None) -> bool:
    return bool(maker) and str(maker).casefold() == user.id.casefold()


def _is_allowed(store: ServerStore, user: User, need: Need, names: Mapping[str, str]) -> bool:
    if need.kind == "server":
        # what goes beyond a project is not for somebody who may see only some
        return need.action in actions(user, "server") and (user.projects is None or "project_id" in names)
    if need.action in actions(user, need.kind):
        return True
    return need.action in actions(user, need.kind, _maker(store, need.kind, names))


def _maker(store: ServerStore, kind: Kind, names: Mapping[str, str]) -> str | None:
    """Who made what the path names; looked up only for those who may do more to their own, or nothing at all."""
    project_id = names["project_id"]
    if kind == "project":
        store.projects.get(project_id)
        return None
    made: str | None
    if kind == "comment":
        made = store.comments.get(project_id, names["topic"], names["comment"]).get("author")
    elif kind == "viewpoint":
        made = store.viewpoints.maker(project_id, names["topic"], names["viewpoint"])
    else:
        made = store.topics.get(project_id, names["topic"]).get("creation_author")
    return made


def _complaint(user: User, need: Need) -> str:
    if need.kind == "server":
        return f"{need.action}: only an administrator of all projects may do this, and {user.id} is none"
    whose = " of others" if need.action in _OWN[user.role].get(need.kind, ()) else ""
    return f"{need.kind}_actions: '{need.action}' is missing: {user.role}s may not do this to {need.kind}s{whose}"
