"""ETags as servers have them: weak, none, compared letter by letter, spoiled by a proxy.

Owns: the switches of conditional requests. Sees: exchanges. Governed by: RFC 9110, 8.8 and 13.
"""

import hashlib
import itertools
import re
import threading

from bcfsync.server.mischief.exchange import WRITES, Answer, Around, Ask, Asked
from bcfsync.server.mischief.switches import Context, Setting

_VALIDATORS = ("ETag", "Last-Modified")
_TAG = re.compile(r'"([^"]*)"')


def no_tags(_setting: Setting, _context: Context) -> Around:
    """Neither ETag nor Last-Modified, and conditions are not looked at."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked.without_conditions() if asked.place.is_api else asked)
        if asked.place.is_api:
            for name in _VALIDATORS:
                answer.headers.remove(name)
        return answer

    return around


def weak_tags(_setting: Setting, _context: Context) -> Around:
    """A weak tag that is a hash of the answer's bytes and moves with nothing else."""

    def around(asked: Asked, ask: Ask) -> Answer:
        if not asked.place.is_api:
            return ask(asked)
        answer = ask(asked.without_conditions() if asked.method == "GET" else asked)
        if answer.status not in {200, 201} or (asked.method != "GET" and "ETag" not in answer.headers):
            return answer
        tag = f'W/"{hashlib.sha256(answer.data()).hexdigest()[:32]}"'
        answer.headers["ETag"] = tag
        answer.headers.remove("Last-Modified")
        held = asked.header("If-None-Match") if asked.method == "GET" else ""
        given = {part.strip().removeprefix("W/") for part in held.split(",")}
        return _not_modified(answer) if held == "*" or tag.removeprefix("W/") in given else answer

    return around


def wide_tags(_setting: Setting, _context: Context) -> Around:
    """One tag for all there is, which moves with every write; If-Match is compared with that."""
    writing, written = threading.Lock(), itertools.count(1)
    tag = '"0"'

    def read(asked: Asked, ask: Ask) -> Answer:
        now = tag  # before the answer is made: it may say too little, and never too much
        answer = ask(asked.without_conditions())
        if answer.status != 200:
            return answer
        answer.headers["ETag"] = now
        answer.headers.remove("Last-Modified")
        held = {part.strip() for part in asked.header("If-None-Match").split(",")}
        return _not_modified(answer) if held & {"*", now} else answer

    def around(asked: Asked, ask: Ask) -> Answer:
        nonlocal tag
        if not asked.place.is_api:
            return ask(asked)
        if asked.method not in WRITES:
            return read(asked, ask)
        with writing:
            if asked.header("If-Match") not in {"", "*", tag}:
                return Answer.refusal(412, "something was written since that was read")
            answer = ask(asked.without_conditions())
            if answer.is_good:
                tag = f'"{next(written)}"'
            answer.headers.remove("ETag")
            return answer

    return around


def exact_tags(_setting: Setting, _context: Context) -> Around:
    """If-None-Match is compared letter by letter with one tag: no list, no ``*``, no other spelling."""

    def around(asked: Asked, ask: Ask) -> Answer:
        held = asked.header("If-None-Match")
        if asked.method != "GET" or not held:
            return ask(asked)
        answer = ask(asked.with_environ(HTTP_IF_NONE_MATCH=None))
        return _not_modified(answer) if held == answer.headers.get("ETag") and answer.status == 200 else answer

    return around


def gzip_suffix(_setting: Setting, _context: Context) -> Around:
    """A proxy that compresses adds ``-gzip`` to every tag and never finds it again."""

    def around(asked: Asked, ask: Ask) -> Answer:
        is_held = asked.header("If-None-Match").endswith('-gzip"')
        answer = ask(asked.with_environ(HTTP_IF_NONE_MATCH=None) if is_held else asked)
        tag = answer.headers.get("ETag")
        if tag and tag.endswith('"') and answer.status == 200:
            answer.headers["ETag"] = tag[:-1] + '-gzip"'
        return answer

    return around


def marked(mark: str) -> Around:
    """Tags that end with a mark: what another set of switches showed of the same thing is not what these show."""

    def around(asked: Asked, ask: Ask) -> Answer:
        conditions = {
            name: _TAG.sub(lambda found: f'"{_unmarked(found[1], mark)}"', text)
            for name in ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")
            if (text := asked.environ.get(name))
        }
        answer = ask(asked.with_environ(**conditions))
        tag = answer.headers.get("ETag")
        if tag and tag.endswith('"'):
            answer.headers["ETag"] = f'{tag[:-1]}.{mark}"'
        return answer

    return around


def _unmarked(tag: str, mark: str) -> str:
    """The tag the server by the book knows; for one that these switches have not made, one that nobody has."""
    return tag.removesuffix(f".{mark}") if tag.endswith(f".{mark}") else f"{tag}.another"


def if_match_ignored(_setting: Setting, _context: Context) -> Around:
    """A write with If-Match is carried out whatever it says."""

    def around(asked: Asked, ask: Ask) -> Answer:
        return ask(asked.with_environ(HTTP_IF_MATCH=None, HTTP_IF_UNMODIFIED_SINCE=None))

    return around


def _not_modified(answer: Answer) -> Answer:
    tag = answer.headers["ETag"]
    bare = answer.empty(304)
    bare.headers["ETag"] = tag
    return bare
