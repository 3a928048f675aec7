"""What people and their tools do to a project: edits of a model, each with what its writer saw and replaced.

An edit is a pure function of the model, a few numbers and a token; the same edit serves a web page of the server and
the open document of a desktop tool.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sim_ledger import Written, day_of, tokens_in, view_of

from bcfsync.dates import timestamp
from bcfsync.model import Bcf, Comment, Topic

_MEMBERS = ("title", "topic_status", "priority", "assigned_to", "stage", "due_date")
_SPICES = ("", " ", " & co", "\r\n", " <b>", "  ")


@dataclass(frozen=True, slots=True)
class Writer:
    """Who edits, at what time, and how the tool behaves: ``dates`` whether it puts down when a topic was changed.

    ``reshows``: whether it saves viewpoints otherwise under their old guid.
    """

    name: str
    now: datetime
    dates: bool = True
    avoids: frozenset[str] = frozenset()
    reshows: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that was made: the new model, what it wrote, what it deleted, and how to say so."""

    bcf: Bcf
    words: str
    written: tuple[Written, ...] = ()
    deleted: tuple[str, ...] = ()


Numbers = Sequence[int]
Kind = Callable[[Bcf, Topic, Writer, Numbers, str, str], Edit | None]


def name_of(topic: Topic) -> str:
    """A topic as people call it."""
    return f"“{topic.title.strip()}”"


def new_topic(bcf: Bcf, writer: Writer, guid: str, token: str) -> Edit:
    """A new topic."""
    topic = Topic(
        guid,
        f"Clash {token}",
        topic_status="Open",
        creation_author=writer.name,
        creation_date=timestamp(writer.now),
    )
    written = Written(token, (), writer.name, "topic")
    return Edit(replace(bcf, topics=(*bcf.topics, topic)), f"makes the topic {name_of(topic)}", (written,))


def without_topic(bcf: Bcf, topic: Topic, writer: Writer) -> Edit:
    """A topic deleted, with all that was seen in it."""
    rest = tuple(item for item in bcf.topics if item is not topic)
    return Edit(replace(bcf, topics=rest), f"deletes the topic {name_of(topic)}", deleted=tuple(tokens_in(topic)))


def _with(bcf: Bcf, topic: Topic, writer: Writer, /, **members: object) -> Bcf:
    changed = replace(topic, **members)  # type: ignore[arg-type]
    if writer.dates:
        changed = replace(changed, modified_date=timestamp(writer.now), modified_author=writer.name)
    return replace(bcf, topics=tuple(changed if item is topic else item for item in bcf.topics))


def _set_member(bcf: Bcf, topic: Topic, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    name = _MEMBERS[numbers[1] % len(_MEMBERS)]
    if name in writer.avoids:
        return None
    old = getattr(topic, name)
    value = day_of(token) if name == "due_date" else f"{name[:2]} {token}{_SPICES[numbers[2] % len(_SPICES)]}"
    written = Written(token, tuple(tokens_in(old)), writer.name, name)
    return Edit(_with(bcf, topic, writer, **{name: value}), f"sets {name} of {name_of(topic)} to {token}", (written,))


def _describe(bcf: Bcf, topic: Topic, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    lines = (topic.description or "").replace("\r\n", "\n").split("\n") if topic.description else []
    line = f"line {token}"
    if lines and numbers[1] % 3 == 0:
        at = numbers[2] % len(lines)
        over = tuple(tokens_in(lines[at]))
        lines[at], words = line, f"rewrites line {at + 1} of the description of"
    elif numbers[1] % 3 == 1:
        lines, over, words = [line, *lines], (), "puts a line before the description of"
    else:
        lines, over, words = [*lines, line], (), "adds a line to the description of"
    text = ("\r\n" if numbers[3] % 4 == 0 else "\n").join(lines)
    written = Written(token, over, writer.name, "description")
    return Edit(_with(bcf, topic, writer, description=text), f"{words} {name_of(topic)}: {token}", (written,))


def _label(bcf: Bcf, topic: Topic, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    if "labels" in writer.avoids:
        return None
    if topic.labels and numbers[1] % 3 == 0:
        gone = topic.labels[numbers[2] % len(topic.labels)]
        rest = tuple(item for item in topic.labels if item != gone)
        words = f"takes the label {gone} off {name_of(topic)}"
        return Edit(_with(bcf, topic, writer, labels=rest), words, deleted=tuple(tokens_in(gone)))
    written = Written(token, (), writer.name, "label")
    labels = (*topic.labels, f"label {token}")
    return Edit(_with(bcf, topic, writer, labels=labels), f"labels {name_of(topic)} with {token}", (written,))


def _link(bcf: Bcf, topic: Topic, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    links = (*topic.reference_links, f"https://example.com/{token}")
    written = Written(token, (), writer.name, "link")
    return Edit(_with(bcf, topic, writer, reference_links=links), f"links {name_of(topic)} to {token}", (written,))


def _relate(bcf: Bcf, topic: Topic, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    other = bcf.topics[numbers[1] % len(bcf.topics)]
    if other is topic or other.guid in topic.related_topics:
        return None
    changed = _with(bcf, topic, writer, related_topics=(*topic.related_topics, other.guid))
    return Edit(changed, f"relates {name_of(topic)} to {name_of(other)}")


def _comment(bcf: Bcf, topic: Topic, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    reply = topic.comments[numbers[2] % len(topic.comments)].guid if topic.comments and numbers[1] % 3 == 0 else None
    view = topic.viewpoints[0].guid if topic.viewpoints and numbers[1] % 3 == 1 else None
    text = f"says {token}{_SPICES[numbers[3] % len(_SPICES)]}"
    made = Comment(guid, text, timestamp(writer.now), writer.name, view, reply_to_comment_guid=reply)
    written = Written(token, (), writer.name, "comment")
    changed = _with(bcf, topic, replace(writer, dates=False), comments=(*topic.comments, made))
    return Edit(changed, f"comments {token} on {name_of(topic)}", (written,))


def _reword(bcf: Bcf, topic: Topic, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    if not topic.comments:
        return None
    old = topic.comments[numbers[1] % len(topic.comments)]
    new = replace(old, comment=f"rather {token}")
    if writer.dates:
        new = replace(new, modified_date=timestamp(writer.now), modified_author=writer.name)
    comments = tuple(new if item is old else item for item in topic.comments)
    written = Written(token, tuple(tokens_in(old)), writer.name, "comment text")
    words = f"rewords a comment on {name_of(topic)}: {old.comment.strip()} to {token}"
    return Edit(_with(bcf, topic, replace(writer, dates=False), comments=comments), words, (written,))


def _uncomment(bcf: Bcf, topic: Topic, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    if not topic.comments:
        return None
    old = topic.comments[numbers[1] % len(topic.comments)]
    comments = tuple(item for item in topic.comments if item is not old)
    words = f"deletes the comment {old.comment.strip()} on {name_of(topic)}"
    changed = _with(bcf, topic, replace(writer, dates=False), comments=comments)
    return Edit(changed, words, deleted=tuple(tokens_in(old)))


def _look(bcf: Bcf, topic: Topic, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    written = Written(token, (), writer.name, "viewpoint")
    views = (*topic.viewpoints, view_of(guid, token))
    changed = _with(bcf, topic, replace(writer, dates=False), viewpoints=views)
    return Edit(changed, f"adds the viewpoint {token} to {name_of(topic)}", (written,))


def _unlook(bcf: Bcf, topic: Topic, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    if not topic.viewpoints:
        return None
    old = topic.viewpoints[numbers[1] % len(topic.viewpoints)]
    views = tuple(item for item in topic.viewpoints if item is not old)
    comments = tuple(
        replace(item, viewpoint_guid=None) if item.viewpoint_guid == old.guid else item for item in topic.comments
    )
    changed = _with(bcf, topic, replace(writer, dates=False), viewpoints=views, comments=comments)
    return Edit(changed, f"deletes a viewpoint of {name_of(topic)}", deleted=tuple(tokens_in(old)))


def _reshow(bcf: Bcf, topic: Topic, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    """A program saves a viewpoint otherwise under its guid; where there is none, it makes one."""
    if not topic.viewpoints:
        return _look(bcf, topic, writer, numbers, guid, token)
    old = topic.viewpoints[numbers[1] % len(topic.viewpoints)]
    views = tuple(view_of(old.guid, token) if item is old else item for item in topic.viewpoints)
    written = Written(token, tuple(tokens_in(old)), writer.name, "viewpoint")
    changed = _with(bcf, topic, replace(writer, dates=False), viewpoints=views)
    words = f"shows {token} of {name_of(topic)} under the guid of {tokens_in(old)[0]}"
    return Edit(changed, words, (written,))


_KINDS: tuple[Kind, ...] = (
    *(_set_member,) * 6,
    *(_describe,) * 3,
    *(_label,) * 2,
    *(_comment,) * 4,
    *(_reword,) * 2,
    _uncomment,
    _look,
    _unlook,
    _link,
    _relate,
)


def edited(bcf: Bcf, writer: Writer, numbers: Numbers, guid: str, token: str) -> Edit | None:
    """One edit by a person, chosen by numbers; None where there is nothing to do it to.

    Args:
        bcf: what they see.
        writer: who they are.
        numbers: six of them; what is chosen follows from these alone.
        guid: for what is made.
        token: for what is written.
    """
    what = numbers[0] % 25
    if what == 0 or not bcf.topics:
        return new_topic(bcf, writer, guid, token)
    topic = bcf.topics[numbers[4] % len(bcf.topics)]
    if what == 1:
        return without_topic(bcf, topic, writer)
    if writer.reshows and numbers[5] % 2:
        return _reshow(bcf, topic, writer, numbers, guid, token)
    return _KINDS[(what - 2) % len(_KINDS)](bcf, topic, writer, numbers, guid, token)
