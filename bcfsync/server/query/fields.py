"""By which fields each collection may be filtered and sorted, in each version.

Owns: the tables. Sees: the kinds of fields. Governed by: BCF-API 1.0 (the text with OData), 2.1 and 3.0, "Odata filter
parameters" and "Odata sort parameters" of each collection. The other 1.0 has its own tables, in ``tag``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bcfsync.server.query.conditions import Kind

Collection = Literal["topics", "comments", "topic events", "comment events"]


@dataclass(frozen=True, slots=True)
class Fields:
    """What a collection may be filtered by, and sorted by.

    Attributes:
        filterable: The kind of each field.
        sortable: The fields.
        contains_items: ``contains(labels, 'x')`` asks for an item of a list, as 1.0 and 2.1 have it; OData 4, and with
            it 3.0, says ``labels/any(label: label eq 'x')``.
        quoted_dates: ``datetime'2015-12-05T00:00:00Z'``, as OData 2 and 3, and so the examples of 1.0 and of the first
            2.1, spell a date, is one.
    """

    filterable: Mapping[str, Kind] = field(default_factory=dict)
    sortable: tuple[str, ...] = ()
    contains_items: bool = False
    quoted_dates: bool = False


NO_FIELDS = Fields()
"""Of the collections that can be paged and nothing else."""

_TOPIC_1 = {
    "creation_author": Kind.TEXT,
    "modified_author": Kind.TEXT,
    "assigned_to": Kind.TEXT,
    "topic_status": Kind.TEXT,
    "topic_type": Kind.TEXT,
    "creation_date": Kind.DATE,
    "modified_date": Kind.DATE,
    "labels": Kind.TEXTS,
}
_TOPIC_2 = {**_TOPIC_1, "stage": Kind.TEXT}
_TOPIC_3 = {**_TOPIC_2, "priority": Kind.TEXT}
_TOPIC_ORDER = ("creation_date", "modified_date", "index")

_COMMENT = {"author": Kind.TEXT, "date": Kind.DATE}
_COMMENT_1 = {**_COMMENT, "status": Kind.TEXT}

_TOPIC_EVENT = {"topic_guid": Kind.GUID, "author": Kind.TEXT, "type": Kind.ONE_OF_TEXTS, "date": Kind.DATE}
_COMMENT_EVENT = {**_TOPIC_EVENT, "comment_guid": Kind.GUID}


def _versions(first: Fields, second: Fields, third: Fields) -> Mapping[str, Fields]:
    return {"1.0": first, "2.1": second, "3.0": third}


def _old(filterable: Mapping[str, Kind], sortable: tuple[str, ...]) -> Fields:
    return Fields(filterable, sortable, contains_items=True, quoted_dates=True)


FIELDS: Mapping[Collection, Mapping[str, Fields]] = {
    "topics": _versions(
        _old(_TOPIC_1, _TOPIC_ORDER),
        _old(_TOPIC_2, _TOPIC_ORDER),
        Fields(_TOPIC_3, (*_TOPIC_ORDER, "server_assigned_id")),
    ),
    "comments": _versions(
        _old(_COMMENT_1, ("date",)),
        _old(_COMMENT, ("date",)),
        Fields(_COMMENT, ("date",)),
    ),
    "topic events": _versions(NO_FIELDS, _old(_TOPIC_EVENT, ("date",)), Fields(_TOPIC_EVENT, ("date",))),
    "comment events": _versions(NO_FIELDS, _old(_COMMENT_EVENT, ("date",)), Fields(_COMMENT_EVENT, ("date",))),
}
"""By collection and version."""
