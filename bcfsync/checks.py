"""Cross checks: what no schema can say about an archive.

Owns: findings that take the whole model. Sees: model, findings. Rules: docs/findings.md.
"""

from collections.abc import Iterable, Iterator
from struct import unpack

from bcfsync import findings as f
from bcfsync.findings import Finding
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Extensions, Topic

LONGEST_SIDE = 1500


def cross_checks(bcf: Bcf) -> Iterator[Finding]:
    """Findings about how the parts of an archive fit together."""
    known = {guid_key(topic.guid) for topic in bcf.topics}
    for topic in bcf.topics:
        entry = f"{topic.folder or topic.guid}/markup.bcf"
        for guid in topic.related_topics:
            if guid_key(guid) not in known:
                yield Finding(f.RELATED_MISSING, entry, guid)
        if bcf.extensions:
            yield from _outside_lists(topic, bcf.extensions, entry)


def _outside_lists(topic: Topic, lists: Extensions, entry: str) -> Iterator[Finding]:
    """Values a present list does not name; an absent list allows everything (BCF-XML 151)."""
    authors = {topic.creation_author, topic.modified_author, topic.assigned_to}
    authors |= {author for comment in topic.comments for author in (comment.author, comment.modified_author)}
    snippet = topic.bim_snippet.snippet_type if topic.bim_snippet else None
    for what, values, allowed in (
        ("TopicType", [topic.topic_type], lists.topic_type),
        ("TopicStatus", [topic.topic_status], lists.topic_status),
        ("Priority", [topic.priority], lists.priority),
        ("Stage", [topic.stage], lists.stage),
        ("Label", topic.labels, lists.topic_label),
        ("SnippetType", [snippet], lists.snippet_type),
        ("User", sorted(filter(None, authors)), lists.users),
    ):
        yield from _outside(what, values, allowed, entry)


def _outside(what: str, values: Iterable[str | None], allowed: tuple[str, ...] | None, entry: str) -> Iterator[Finding]:
    for value in values:
        if value and allowed is not None and value not in allowed:
            yield Finding(f.OUTSIDE_LIST, entry, f"{what} {value!r}")


def image_size(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG or JPEG by its first bytes; None where they do not tell."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        width, height = unpack(">II", head[16:24])
        return width, height
    return _jpeg_size(head) if head.startswith(b"\xff\xd8") else None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = unpack(">HH", head[at + 5 : at + 9])
            return width, height
        at += 2 + int(unpack(">H", head[at + 2 : at + 4])[0])
    return None
