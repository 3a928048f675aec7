"""What the schemas are made of: types, closed sets of words, dates.

Owns: the stones. Sees: the texts. Governed by: BCF-API 1.0, 2.1 and 3.0 (action and event types; "Date and time").
"""

import re
from datetime import datetime
from typing import Any

from jsonschema import FormatChecker
from texts import V30, Text

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
NAME: Schema = {"type": "string", "minLength": 1}
UUID: Schema = {"type": "string", "pattern": "^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"}
DATE: Schema = {"type": "string", "format": "bcf-date"}
URL: Schema = {"type": "string", "pattern": "^https?://"}
COLOR: Schema = {"type": "string", "pattern": "^#?([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"}

PROJECT_ACTIONS = ("update", "createTopic", "createDocument")
TOPIC_ACTIONS = (
    "update", "updateBimSnippet", "updateRelatedTopics", "updateDocumentReferences", "updateFiles", "createComment",
    "createViewpoint", "delete",
)  # fmt: skip
COMMENT_ACTIONS = ("update", "delete")
VIEWPOINT_ACTIONS = ("delete",)
FLOWS = ("authorization_code_grant", "implicit_grant", "resource_owner_password_credentials_grant")

TOPIC_EVENTS = (
    "topic_created", "title_updated", "description_updated", "description_removed", "status_updated", "type_updated",
    "priority_updated", "priority_removed", "due_date_updated", "due_date_removed", "assigned_to_updated",
    "assigned_to_removed", "label_added", "label_removed",
)  # fmt: skip
STAGE_EVENTS = ("stage_added", "stage_updated", "stage_removed")
COMMENT_EVENTS = ("comment_created", "comment_text_updated", "viewpoint_updated", "viewpoint_removed")
REPLY_EVENTS = ("reply_to_comment_updated", "reply_to_comment_removed")
LONGEST_VALUE = {"title_updated": 128, "description_updated": 1024, "comment_text_updated": 1024}

# BCF-API, "Date and time": xs:dateTime; fraction and zone may be missing, and so may the colon of an offset
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
FORMATS = FormatChecker(formats=())


@FORMATS.checks("bcf-date")
def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if _DATE.fullmatch(value) is None:
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def members(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": [*required],
        "additionalProperties": False,
    }


def array_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def null_or(schema: Schema) -> Schema:
    return {"anyOf": [{"type": "null"}, schema]}


def one_of(words: tuple[str, ...]) -> Schema:
    return {"type": "string", "enum": [*words]}


def some_of(words: tuple[str, ...]) -> Schema:
    return {**array_of(one_of(words)), "uniqueItems": True}


def guid(text: Text) -> Schema:
    # 3.0 promises RFC 4122; before, a guid is a string
    return UUID if text is V30 else NAME
