"""Fitting a model to a file version: what the version demands is filled in and marked as invented.

Owns: the values a version requires and the model lacks. Sees: model. Rules: BCF-XML conversion rules: type and
status of a topic come from its latest comment (2.0), dates and authors from the thread; else a placeholder.
The marks go into the file, so that reading it drops the invented values again.
"""

from dataclasses import replace
from datetime import UTC, datetime

from bcfsync.dates import Timestamp, timestamp
from bcfsync.model import Bcf, BimSnippet, Comment, Topic

WRITABLE = ("2.1", "3.0")
"""Versions bcfsync can write."""

NO_TITLE, NO_TYPE, NO_STATUS, NO_AUTHOR = "Untitled", "Undefined", "Undefined", "unknown"
_EPOCH = timestamp(datetime(1970, 1, 1, tzinfo=UTC))


def fitted(bcf: Bcf, version: str) -> Bcf:
    """The model with everything the file version requires, under that version's number.

    Raises:
        ValueError: bcfsync does not write this version.
    """
    if version not in WRITABLE:
        raise ValueError(f"bcfsync writes BCF {' and '.join(WRITABLE)}, not {version}")
    fit = _topic_21 if version == "2.1" else _topic_30
    return replace(bcf, version=version, topics=tuple(fit(topic) for topic in bcf.topics))


def _topic_21(topic: Topic) -> Topic:
    """2.1 requires dates; an author may be empty."""
    comments = tuple(_dated(comment, topic) for comment in topic.comments)
    topic = replace(topic, comments=comments)
    if topic.creation_date is None:
        topic = _invented(replace(topic, creation_date=_earliest(topic) or _EPOCH), "CreationDate")
    return topic


def _topic_30(topic: Topic) -> Topic:
    """3.0 requires type, status, title, author and date, none of them blank."""
    topic = _topic_21(topic)
    topic = replace(topic, comments=tuple(_authored(comment) for comment in topic.comments))
    latest = max(
        topic.comments, key=lambda comment: comment.date.instant if comment.date else _EPOCH.instant, default=None
    )
    if not topic.topic_type:
        # crosswise on purpose: a 2.0 comment's Status holds Error, Warning, Info; its VerbalStatus holds Open, Closed
        topic = _invented(replace(topic, topic_type=(latest and latest.status) or NO_TYPE), "TopicType")
    if not topic.topic_status:
        topic = _invented(replace(topic, topic_status=(latest and latest.verbal_status) or NO_STATUS), "TopicStatus")
    if not topic.title.strip():
        topic = _invented(replace(topic, title=NO_TITLE), "Title")
    if not topic.creation_author:
        author = next((comment.author for comment in topic.comments if comment.author), None)
        topic = _invented(
            replace(topic, creation_author=author or topic.modified_author or NO_AUTHOR), "CreationAuthor"
        )
    return replace(topic, bim_snippet=_snippet_30(topic.bim_snippet))


def _snippet_30(snippet: BimSnippet | None) -> BimSnippet | None:
    """A snippet that refers to nothing has no form in 3.0; a missing schema is said to be missing."""
    if snippet is None or not snippet.reference.strip():
        return None
    return replace(
        snippet,
        snippet_type=(snippet.snippet_type.strip() and snippet.snippet_type) or NO_TYPE,
        reference_schema=(snippet.reference_schema.strip() and snippet.reference_schema) or NO_TYPE,
    )


def _dated(comment: Comment, topic: Topic) -> Comment:
    if comment.date is not None:
        return comment
    date = comment.modified_date or topic.creation_date or topic.modified_date or _EPOCH
    return replace(comment, date=date, synthetic=comment.synthetic | {"Date"})


def _authored(comment: Comment) -> Comment:
    if comment.author:
        return comment
    return replace(comment, author=comment.modified_author or NO_AUTHOR, synthetic=comment.synthetic | {"Author"})


def _earliest(topic: Topic) -> Timestamp | None:
    dates = [comment.date for comment in topic.comments if comment.date and "Date" not in comment.synthetic]
    dates += [topic.modified_date] if topic.modified_date else []
    return min(dates, key=lambda date: date.instant, default=None)


def _invented(topic: Topic, name: str) -> Topic:
    return replace(topic, synthetic=topic.synthetic | {name})
