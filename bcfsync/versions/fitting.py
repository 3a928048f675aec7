"""Fitting a model to a file version: what the version demands is filled in and marked as invented.

Owns: the values a version requires and the model lacks. Sees: model. Rules: BCF-XML conversion rules: type and
status of a topic are those of its latest comment (2.0 says them there); dates and authors are taken from the thread;
else a placeholder stands in. All of it is marked in the file, so that reading drops it again: a topic that said no
type shall not bring one to a server.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bcfsync.dates import Timestamp, timestamp
from bcfsync.model import Bcf, Comment, Topic, Viewpoint
from bcfsync.versions.flat import NO_HINTS, flattened, needs_flat
from bcfsync.versions.unspelled import unspelled

WRITABLE = ("2.0", "2.1", "3.0")
"""Versions bcfsync can write."""

UNKNOWN = "Unknown"
"""The status of a 2.0 comment that has none: the schema's own word."""

NO_TITLE, NO_TYPE, NO_STATUS, NO_AUTHOR = "Untitled", "Undefined", "Undefined", "unknown"
_EPOCH = timestamp(datetime(1970, 1, 1, tzinfo=UTC))


def fitted(bcf: Bcf, version: str) -> Bcf:
    """The model with everything the file version requires, under that version's number.

    Raises:
        ValueError: bcfsync does not write this version.
    """
    if version not in WRITABLE:
        raise ValueError(f"bcfsync writes BCF {', '.join(WRITABLE)}, not {version or 'nothing'}")
    fit = _FITS[version]
    if version != bcf.version:
        bcf = unspelled(bcf)
    return replace(bcf, version=version, topics=tuple(fit(topic) for topic in bcf.topics))


def _topic_20(topic: Topic) -> Topic:
    """2.0 requires a date and a status of every comment, and components as one flat list."""
    comments = tuple(_with_status(_dated(comment, topic), topic) for comment in topic.comments)
    return replace(topic, comments=comments, viewpoints=tuple(_with_flat_list(view) for view in topic.viewpoints))


def _with_status(comment: Comment, topic: Topic) -> Comment:
    """Crosswise, as 3.0's type and status are taken from 2.0 comments; one with a status of its own is from 2.0."""
    if comment.status is not None or "Status" in comment.spelling:
        return comment
    status = UNKNOWN if _is_blank(topic.topic_type) else topic.topic_type
    comment = replace(comment, status=status, synthetic=comment.synthetic | {"Status"})
    if comment.verbal_status is None and not _is_blank(topic.topic_status):
        marked = comment.synthetic | {"VerbalStatus"}
        comment = replace(comment, verbal_status=topic.topic_status, synthetic=marked)
    return comment


def _with_flat_list(view: Viewpoint) -> Viewpoint:
    if view.components is None:
        return view
    return replace(view, components=replace(view.components, flat=flattened(view.components)))


def _topic_21(topic: Topic) -> Topic:
    """2.1 requires dates; an author may be empty."""
    comments = tuple(_dated(comment, topic) for comment in topic.comments)
    topic = replace(topic, comments=comments)
    if topic.creation_date is None:
        topic = _invented(replace(topic, creation_date=_earliest(topic) or _EPOCH), "CreationDate")
    return replace(topic, viewpoints=tuple(_with_hints(view) for view in topic.viewpoints))


def _with_hints(view: Viewpoint) -> Viewpoint:
    """What 2.0 means without saying so is said in versions that can."""
    components = view.components
    if components is None or not (components.flat or "ViewSetupHints" in view.synthetic):
        return view
    # flags that follow from the structured form need not be remembered
    flat = components.flat if needs_flat(components) else ()
    shown = components.visibility
    if shown is None or shown.view_setup_hints:
        return replace(view, components=replace(components, flat=flat))
    components = replace(components, visibility=replace(shown, view_setup_hints=NO_HINTS), flat=flat)
    return replace(view, components=components, synthetic=view.synthetic | {"ViewSetupHints"})


def _topic_30(topic: Topic) -> Topic:
    """3.0 requires type, status, title, author and date, none of them blank."""
    topic = _topic_21(topic)
    topic = replace(topic, comments=tuple(_authored(comment) for comment in topic.comments))
    latest = max(
        topic.comments, key=lambda comment: comment.date.instant if comment.date else _EPOCH.instant, default=None
    )
    # crosswise on purpose: a 2.0 comment's Status holds Error, Warning, Info; its VerbalStatus holds Open, Closed
    if _is_blank(topic.topic_type):
        topic = _invented(replace(topic, topic_type=(latest and latest.status) or NO_TYPE), "TopicType")
    if _is_blank(topic.topic_status):
        topic = _invented(replace(topic, topic_status=(latest and latest.verbal_status) or NO_STATUS), "TopicStatus")
    if _is_blank(topic.title):
        topic = _invented(replace(topic, title=NO_TITLE), "Title")
    if _is_blank(topic.creation_author):
        written = (comment for comment in topic.comments if "Author" not in comment.synthetic)
        author = next((comment.author for comment in written if comment.author), None)
        topic = _invented(
            replace(topic, creation_author=author or topic.modified_author or NO_AUTHOR), "CreationAuthor"
        )
    return _with_snippet_30(topic)


def _with_snippet_30(topic: Topic) -> Topic:
    """A snippet that refers to nothing has no form in 3.0; a missing type or schema is said to be missing."""
    snippet = topic.bim_snippet
    if snippet is None or _is_blank(snippet.reference):
        return replace(topic, bim_snippet=None)
    if _is_blank(snippet.snippet_type):
        snippet, topic = replace(snippet, snippet_type=NO_TYPE), _invented(topic, "SnippetType")
    if _is_blank(snippet.reference_schema):
        snippet, topic = replace(snippet, reference_schema=NO_TYPE), _invented(topic, "ReferenceSchema")
    return replace(topic, bim_snippet=snippet)


def _is_blank(text: str | None) -> bool:
    return text is None or not text.strip()


def _dated(comment: Comment, topic: Topic) -> Comment:
    if comment.date is not None:
        return comment
    date = comment.modified_date or topic.creation_date or topic.modified_date or _EPOCH
    return replace(comment, date=date, synthetic=comment.synthetic | {"Date"})


def _authored(comment: Comment) -> Comment:
    if not _is_blank(comment.author):
        return comment
    return replace(comment, author=comment.modified_author or NO_AUTHOR, synthetic=comment.synthetic | {"Author"})


def _earliest(topic: Topic) -> Timestamp | None:
    dates = [comment.date for comment in topic.comments if comment.date and "Date" not in comment.synthetic]
    dates += [topic.modified_date] if topic.modified_date else []
    return min(dates, key=lambda date: date.instant, default=None)


def _invented(topic: Topic, name: str) -> Topic:
    return replace(topic, synthetic=topic.synthetic | {name})


_FITS: dict[str, Callable[[Topic], Topic]] = {"2.0": _topic_20, "2.1": _topic_21, "3.0": _topic_30}
