"""An archive as plain facts, so that what went in and what came out can be compared one by one.

Owns: what ``show --json`` says → facts. Sees: guids.
"""

from typing import Any

from bcfsync.guids import guid_key

Facts = dict[tuple[str, ...], Any]
"""What is said, by where it is said: (topic, member) or (topic, kind, id, member)."""

_SERVER_OWNED = frozenset({"guid", "server_assigned_id"})
_IDS = frozenset({"guid", "topic_guid", "viewpoint_guid", "reply_to_comment_guid"})
_CHILDREN = {"comments": "comment", "viewpoints": "viewpoint", "document_references": "document reference"}
_SETS = frozenset({"labels", "reference_links"})


def facts_of(shown: dict[str, Any], earlier: Facts) -> Facts:
    """The facts of an archive, laid over those of earlier archives that may hold the same topics.

    A later revision says anew what the topic itself is, and an older one nothing. Threads, views and labels only
    grow, and a member stays: what another archive does not name has not been taken away.
    """
    documents = {guid_key(item["guid"]): [item["filename"], item["sha256"]] for item in shown["documents"]}
    facts = dict(earlier)
    for topic in shown["topics"]:
        _add_topic(facts, topic, documents)
    return facts


def _add_topic(facts: Facts, topic: dict[str, Any], documents: dict[str, list[str]]) -> None:
    guid = guid_key(topic["guid"])
    older = facts.get((guid, "modified_date")) or facts.get((guid, "creation_date")) or ""
    newer = (topic.get("modified_date") or topic.get("creation_date") or "") >= older
    for name, value in topic.items():
        if name in _CHILDREN:
            for child in value:
                _add_child(facts, (guid, _CHILDREN[name], guid_key(child["guid"])), child, documents)
        elif name == "related_topics":
            facts |= {(guid, "related topic", guid_key(item["related_topic_guid"]), "there"): True for item in value}
        elif name == "files":
            facts |= {(guid, "file", str(sorted(item.items())), "there"): True for item in value}
        elif name in _SETS:
            facts |= {(guid, name, item, "there"): True for item in value or () if newer}
        elif name not in _SERVER_OWNED and (newer or (guid, name) not in facts) and value is not None:
            facts[guid, name] = value


def _add_child(
    facts: Facts, place: tuple[str, ...], child: dict[str, Any], documents: dict[str, list[str]]
) -> None:  # fmt: skip
    for name, value in child.items():
        if name == "document_guid":
            facts[*place, "document"] = documents.get(guid_key(value)) if value else None
        elif name in _IDS:
            facts[*place, name] = guid_key(value) if value else None
        else:
            facts[*place, name] = _without_ids(value)


def _without_ids(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A value without the ids a server gives to bitmaps."""
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_ids(item) for name, item in value.items() if name != "guid"}
    return value
