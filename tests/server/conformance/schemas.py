"""JSON Schemas of every answer, written from the tables of the texts: which members, which types, what may be null.

Owns: the schemas of projects, topics and what hangs on them, and the list of all. Sees: the texts. Governed by: BCF-API
1.0, 2.1 and 3.0 (each resource's table of members), Foundation API 1.0. A member that a text does not have is refused:
a client must ignore such a one, a server by the book has none.
"""

from collections.abc import Callable
from functools import cache

import service_schemas as services
import viewpoint_schemas as viewpoints
from jsonschema import Draft202012Validator
from schema_words import (
    BOOLEAN,
    COMMENT_ACTIONS,
    COMMENT_EVENTS,
    DATE,
    FORMATS,
    INTEGER,
    LONGEST_VALUE,
    NAME,
    PROJECT_ACTIONS,
    REPLY_EVENTS,
    STAGE_EVENTS,
    STRING,
    TOPIC_ACTIONS,
    TOPIC_EVENTS,
    VIEWPOINT_ACTIONS,
    Schema,
    array_of,
    guid,
    members,
    null_or,
    one_of,
    some_of,
)
from texts import V21, V30, Text


@cache
def validator(text: Text, name: str) -> Draft202012Validator:
    """What judges the answers of this name in this text.

    Raises:
        KeyError: The text has no such answer.
    """
    schema = _ANSWERS[name](text)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FORMATS)


def complaints(text: Text, name: str, value: object) -> list[str]:
    """What is wrong with a decoded body, each with the place in it; nothing if it conforms."""
    found = sorted(validator(text, name).iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    return [f"{error.json_path}: {error.message}" for error in found]


# --- resources --------------------------------------------------------------------------------------------------------


def _project(text: Text) -> Schema:
    authorization = members({}, {"project_actions": some_of(PROJECT_ACTIONS)})
    return members(
        {"project_id": NAME, "name": STRING}, {} if text.is_1_0 else {"authorization": authorization}
    )  # fmt: skip


def _extensions(text: Text) -> Schema:
    words = ["topic_type", "topic_status", "topic_label", "snippet_type", "priority"]
    words.append("users" if text is V30 else "user_id_type")
    if not text.is_1_0:
        words.append("stage")
    actions = {
        "project_actions": some_of(PROJECT_ACTIONS),
        "topic_actions": some_of(TOPIC_ACTIONS),
        "comment_actions": some_of(COMMENT_ACTIONS),
    }
    if text is V30:
        actions["viewpoint_actions"] = some_of(VIEWPOINT_ACTIONS)
    return members(
        {word: null_or(array_of(null_or(STRING))) for word in words}, {} if text.is_1_0 else actions
    )  # fmt: skip


def _topic(text: Text) -> Schema:
    required: dict[str, Schema] = {
        "guid": guid(text),
        "title": NAME,
        "creation_date": DATE,
        "creation_author": STRING,
    }
    strings = ["topic_type", "topic_status", "priority", "assigned_to", "description", "modified_author"]
    optional: dict[str, Schema] = {name: null_or(STRING) for name in strings}
    optional |= {
        "labels": null_or(array_of(STRING)),
        "modified_date": null_or(DATE),
        "index": INTEGER if text.is_1_0 else null_or(INTEGER),
        "bim_snippet": null_or(_snippet(text)),
    }
    if text.is_1_0:
        optional["reference_link"] = null_or(STRING)
    else:
        optional |= {
            "reference_links": null_or(array_of(STRING)),
            "stage": null_or(STRING),
            "due_date": null_or(DATE),
            "authorization": members({}, {"topic_actions": some_of(TOPIC_ACTIONS), "topic_status": array_of(STRING)}),
        }
    if text is V30:
        required["server_assigned_id"] = NAME
    return members(required, optional)


def _snippet(_text: Text) -> Schema:
    return members(
        {"snippet_type": STRING, "is_external": BOOLEAN, "reference": STRING, "reference_schema": STRING}
    )  # fmt: skip


def _comment(text: Text) -> Schema:
    required: dict[str, Schema] = {
        "guid": guid(text),
        "comment": STRING,
        "topic_guid": guid(text),
        "date": DATE,
        "author": STRING,
    }
    optional: dict[str, Schema] = {
        "viewpoint_guid": null_or(guid(text)),
        "modified_date": null_or(DATE),
        "modified_author": null_or(STRING),
    }
    if text.is_1_0:
        required["status"] = STRING
        optional["verbal_status"] = null_or(STRING)
    else:
        optional["authorization"] = members({}, {"comment_actions": some_of(COMMENT_ACTIONS)})
    if text is V30:
        # 3.0's prose: the text may be absent where there is a viewpoint, and is never blank
        required.pop("comment")
        optional["comment"] = {"type": "string", "pattern": r"\S"}
        return {**members(required, optional), "anyOf": [{"required": ["comment"]}, {"required": ["viewpoint_guid"]}]}
    optional["reply_to_comment_guid"] = null_or(guid(text))
    return members(required, optional)


def _file(text: Text) -> Schema:
    names = ["ifc_project", "ifc_spatial_structure_element", "reference", "filename" if text is V30 else "file_name"]
    return members({}, {**{name: null_or(STRING) for name in names}, "date": null_or(DATE)})


def _file_information(text: Text) -> Schema:
    field = members({"field_display_name": STRING, "field_value": STRING})
    return members({"display_information": array_of(field), "file": _file(text)})


def _related_topic(text: Text) -> Schema:
    return members({"related_topic_guid": NAME})


def _reference(text: Text) -> Schema:
    if text.is_1_0:
        return members({"guid": NAME}, {"referenced_document": STRING, "description": STRING})
    target = {"document_guid": null_or(guid(text)), "url": null_or(STRING)}
    both: Schema = {"properties": dict.fromkeys(target, STRING), "required": [*target]}
    return {**members({"guid": guid(text)}, {**target, "description": null_or(STRING)}), "not": both}


def _document(text: Text) -> Schema:
    return members({"guid": guid(text), "filename": NAME})


def _event(text: Text, types: tuple[str, ...], optional: dict[str, Schema]) -> Schema:
    action = members({"type": one_of(types)}, {"value": null_or(STRING)})
    lengths = [
        {
            "if": {"properties": {"type": {"const": kind}}},
            "then": {"properties": {"value": {"maxLength": longest}}},
        }
        for kind, longest in LONGEST_VALUE.items()
    ]
    actions = {**array_of({**action, "allOf": lengths}), "minItems": 1}
    schema = members(
        {"topic_guid": guid(text), **optional, "date": DATE, "author": STRING},
        {"actions": actions, "events": actions},
    )
    # the schemas call them actions, the examples events
    return {**schema, "oneOf": [{"required": ["actions"]}, {"required": ["events"]}]}


def _topic_event(text: Text) -> Schema:
    return _event(text, TOPIC_EVENTS + (STAGE_EVENTS if text is V30 else ()), {})


def _comment_event(text: Text) -> Schema:
    types = COMMENT_EVENTS + (REPLY_EVENTS if text is V21 else ())
    return _event(text, types, {"comment_guid": guid(text)})


def _many(single: Callable[[Text], Schema]) -> Callable[[Text], Schema]:
    return lambda text: array_of(single(text))


_SINGLE: dict[str, Callable[[Text], Schema]] = {
    "version": services.version,
    "versions": services.versions,
    "auth": services.auth,
    "registration": services.registration,
    "current_user": services.current_user,
    "error": services.error,
    "project": _project,
    "extensions": _extensions,
    "topic": _topic,
    "comment": _comment,
    "viewpoint": viewpoints.viewpoint,
    "component": viewpoints.component,
    "selection": viewpoints.selection,
    "coloring": viewpoints.coloring,
    "visibility": viewpoints.visibility,
    "file": _file,
    "file_information": _file_information,
    "related_topic": _related_topic,
    "reference": _reference,
    "document": _document,
    "topic_event": _topic_event,
    "comment_event": _comment_event,
}
_LISTED = ("project", "topic", "comment", "viewpoint", "component", "file", "file_information", "related_topic",
           "reference", "document", "topic_event", "comment_event")  # fmt: skip

_ANSWERS = {
    **_SINGLE,
    **{f"[{name}]": _many(_SINGLE[name]) for name in _LISTED},
}
