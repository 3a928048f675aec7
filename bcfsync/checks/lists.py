"""Value lists: what a project allows, and what its topics say.

Owns: findings about values outside the lists and about the lists. Sees: model, findings, lines of documents.
Rules: BCF-XML extensions; an absent list allows everything (BCF-XML 151), an empty one nothing.
"""

from collections.abc import Iterable, Iterator

from bcfsync import findings as f
from bcfsync.bcfxml.lines import Lines
from bcfsync.findings import Finding
from bcfsync.model import Extensions, Topic

_USERS = ("CreationAuthor", "ModifiedAuthor", "AssignedTo", "Author")


class Lists:
    """A project's value lists, quick to ask."""

    def __init__(self, lists: Extensions) -> None:
        self._lists = lists
        self._types = _set(lists.topic_type)
        self._statuses = _set(lists.topic_status)
        self._priorities = _set(lists.priority)
        self._stages = _set(lists.stage)
        self._labels = _set(lists.topic_label)
        self._snippets = _set(lists.snippet_type)
        self._users = _set(lists.users)

    def checks(self, topic: Topic, entry: str, lines: Lines) -> Iterator[Finding]:
        """Findings about values a present list does not name."""
        snippet = topic.bim_snippet.snippet_type if topic.bim_snippet else None
        for what, values, allowed, elements in (
            ("TopicType", (topic.topic_type,), self._types, ("Topic",)),
            ("TopicStatus", (topic.topic_status,), self._statuses, ("Topic",)),
            ("Priority", (topic.priority,), self._priorities, ("Priority",)),
            ("Stage", (topic.stage,), self._stages, ("Stage",)),
            ("Label", topic.labels, self._labels, ("Label", "Labels")),
            ("SnippetType", (snippet,), self._snippets, ("BimSnippet",)),
            ("User", _people(topic) if self._users is not None else (), self._users, _USERS),
        ):
            for value in values:
                if value and allowed is not None and value not in allowed:
                    yield Finding(f.OUTSIDE_LIST, entry, f"{what} {value!r}", lines.of(value, *elements))

    def repeats(self, entry: str, lines: Lines) -> Iterator[Finding]:
        """Findings about values a list names twice."""
        for what, values in (
            ("TopicType", self._lists.topic_type),
            ("TopicStatus", self._lists.topic_status),
            ("Priority", self._lists.priority),
            ("TopicLabel", self._lists.topic_label),
            ("User", self._lists.users),
            ("SnippetType", self._lists.snippet_type),
            ("Stage", self._lists.stage),
        ):
            seen: set[str] = set()
            for value in values or ():
                if value in seen:
                    line = lines.of(value, what, "enumeration", nth=1)
                    yield Finding(f.LISTED_TWICE, entry, f"{what} {value!r}", line)
                seen.add(value)


def _set(values: Iterable[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _people(topic: Topic) -> list[str]:
    found = {topic.creation_author, topic.modified_author, topic.assigned_to}
    found |= {author for comment in topic.comments for author in (comment.author, comment.modified_author)}
    return sorted(filter(None, found))
