"""What every reader does with an answer.

Owns: items of lists, bytes that are an error or a page in the place of what was asked for, and reading our stand-in for
a comment without words. Sees: bcfapi, net.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import IO, TypeVar

from bcfsync.bcfapi.dialects.words import NO_TEXT
from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.model import Comment
from bcfsync.net import Refused, Stumbled

__all__ = ["NO_TEXT", "decoded", "is_nothing", "not_a_page", "not_an_error", "not_html", "readable"]

T = TypeVar("T")
_PAGES = ("htm", "html", "xhtml")
_PAGE = (b"<!doctype html", b"<html")
_ERROR = 4096
"""No error in the place of bytes is longer."""


def readable(comment: Comment) -> Comment:
    """The comment with our stand-in for no text taken out again."""
    return replace(comment, comment="") if comment.comment == NO_TEXT else comment


def not_an_error(url: str, data: bytes) -> bytes:
    """The bytes, unless they are an error that was answered with 200.

    Raises:
        Refused: in disguise.
    """
    if len(data) > _ERROR or data.lstrip()[:1] != b"{":
        return data
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return data
    if isinstance(said, dict) and set(said) == {"error"}:
        raise Refused(f"{url}: the server answered with an error in the place of bytes", 400, in_disguise=True)
    return data


def not_a_page(url: str, stream: IO[bytes]) -> IO[bytes]:
    """A picture, from its beginning: a page of a proxy, or an error, would stand for it in files for ever.

    Raises:
        Refused: it is an error that was answered with 200.
        Stumbled: it is other text in the form of HTML or JSON.
    """
    head = not_an_error(url, stream.read(_ERROR))
    stream.seek(0)
    if head.lstrip()[:1] in {b"<", b"{"}:
        raise Stumbled(f"{url}: the server answered text in the place of a picture")
    return stream


def not_html(url: str, stream: IO[bytes], name: str) -> IO[bytes]:
    """A document or snippet, from its beginning; a page of a proxy or a sign-in is none, unless the name says HTML.

    Raises:
        Refused: it is an error that was answered with 200.
        Stumbled: it is a page.
    """
    head = stream.read(_ERROR + 1)
    stream.seek(0)
    if not name.lower().endswith(_PAGES) and head.lstrip()[:14].lower().startswith(_PAGE):
        raise Stumbled(f"{url}: the server answered a page for people in the place of {name or 'bytes'}")
    not_an_error(url, head)
    return stream


def is_nothing(data: object, name: str) -> bool:
    """Whether an answer that reads as nothing says just that: no error, and nothing in a shape that is not known."""
    if not isinstance(data, dict):
        return _is_blank(data)
    own = [value for key, value in data.items() if key.lower() == name]
    # ids and links tell where it is, and nothing of it
    return all(map(_is_blank, own or (data[key] for key in data if not key.lower().endswith(("guid", "id", "links")))))


def _is_blank(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_blank, value.values()))
    if isinstance(value, list):
        return all(isinstance(item, dict) and _is_blank(item) for item in value)
    return not value


def decoded(url: str, decode: Callable[[object], T], items: Iterable[object]) -> list[T]:
    """The items of a list; where one makes no sense, it is said which list that was.

    Raises:
        AnswerNotUnderstood: an item is no object, or has no guid.
    """
    try:
        return [decode(item) for item in items]
    except AnswerNotUnderstood as error:
        raise AnswerNotUnderstood(f"{url}: {error}") from error
