"""What every reader does with an answer.

Owns: items of lists, and reading our stand-in for a comment without words. Sees: bcfapi.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from bcfsync.bcfapi.dialects.words import NO_TEXT
from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.model import Comment

__all__ = ["NO_TEXT", "decoded", "readable"]

T = TypeVar("T")


def readable(comment: Comment) -> Comment:
    """The comment with our stand-in for no text taken out again."""
    return replace(comment, comment="") if comment.comment == NO_TEXT else comment


def decoded(url: str, decode: Callable[[object], T], items: Iterable[object]) -> list[T]:
    """The items of a list; where one makes no sense, it is said which list that was.

    Raises:
        AnswerNotUnderstood: an item is no object, or has no guid.
    """
    try:
        return [decode(item) for item in items]
    except AnswerNotUnderstood as error:
        raise AnswerNotUnderstood(f"{url}: {error}") from error
