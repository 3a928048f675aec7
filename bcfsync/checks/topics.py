"""One topic: guids in it, and dates that cannot be.

Owns: findings about one topic without its surroundings. Sees: model, findings, lines of documents.
Rules: BCF-XML 3.0 has guids in lower case; a guid names one thing.
"""

import posixpath
from collections import Counter
from collections.abc import Iterator

from bcfsync import findings as f
from bcfsync.bcfxml.lines import Lines
from bcfsync.dates import Timestamp
from bcfsync.findings import Finding
from bcfsync.guids import guid_key, is_guid
from bcfsync.model import Topic


def topic_checks(topic: Topic, version: str, entry: str, lines: Lines) -> Iterator[Finding]:
    """Findings about a topic by itself."""
    if version == "3.0":
        yield from _upper_case(topic, entry, lines)
    yield from _repeats(topic, entry, lines)
    yield from _dates(topic, entry, lines)


def _upper_case(topic: Topic, entry: str, lines: Lines) -> Iterator[Finding]:
    folder = posixpath.basename(posixpath.dirname(entry))
    if folder != folder.lower() and is_guid(folder):
        yield Finding(f.UPPER_CASE, entry, f"folder {folder}", lines.first("Topic"))
    named: list[tuple[str, tuple[str, ...]]] = [(topic.guid, ("Topic",))]
    named += [(comment.guid, ("Comment",)) for comment in topic.comments]
    named += [(view.guid, ("ViewPoint", "Viewpoints")) for view in topic.viewpoints]
    for guid, elements in named:
        if guid != guid.lower() and is_guid(guid):
            yield Finding(f.UPPER_CASE, entry, f"{elements[0]} {guid}", lines.of(guid, *elements))


def _repeats(topic: Topic, entry: str, lines: Lines) -> Iterator[Finding]:
    """Equal comments and viewpoints under one guid: the reader takes them as one and says nothing."""
    for elements, found in (
        (("Comment",), {guid_key(comment.guid) for comment in topic.comments}),
        (("Viewpoints", "ViewPoint"), {guid_key(view.guid) for view in topic.viewpoints}),
    ):
        said = [guid for name in elements for guid in lines.all_of(name, "Guid")] if found else []
        if len(said) == len(found):
            continue
        # another guid was derived for each that differs, so what is left is what was equal
        missing = len(said) - len(topic.comments if elements == ("Comment",) else topic.viewpoints)
        repeated = [guid for guid, count in Counter(map(guid_key, said)).items() if count > 1]
        for guid in repeated[: max(0, missing)]:
            yield Finding(f.REPEATED, entry, f"{elements[0]} {guid}", lines.of(guid, *elements, nth=1))


def _dates(topic: Topic, entry: str, lines: Lines) -> Iterator[Finding]:
    yield from _order("topic", topic.creation_date, topic.modified_date, entry, lines)
    for comment in topic.comments:
        yield from _order(f"comment {comment.guid}", comment.date, comment.modified_date, entry, lines)


def _order(what: str, born: Timestamp | None, changed: Timestamp | None, entry: str, lines: Lines) -> Iterator[Finding]:
    if born and changed and changed.instant < born.instant:
        line = lines.of(changed.text, "ModifiedDate")
        yield Finding(f.DATE_ORDER, entry, f"{what}: {changed.text}, created {born.text}", line)
