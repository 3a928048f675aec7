"""What goes wrong between a client and any server: answers that are lost, cut, late, refused or endless.

Owns: the switches of the wire. Sees: exchanges. Governed by: RFC 9110 and 6585 for the statuses.
"""

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

from bcfsync.server.mischief.chance import When
from bcfsync.server.mischief.exchange import WRITES, Answer, Around, Ask, Asked, ConnectionLost
from bcfsync.server.mischief.switches import Context, Setting

_PAGE = b"<!DOCTYPE html>\n<html><head><title>%b</title></head><body><h1>%b</h1><hr>proxy</body></html>\n"


def page(title: str) -> bytes:
    """What proxies say to people."""
    words = title.encode()
    return _PAGE % (words, words)


def lost_response(setting: Setting, _context: Context) -> Around:
    """The request is carried out; nobody hears of it."""
    when = When(setting, tuple(WRITES))

    def around(asked: Asked, ask: Ask) -> Answer:
        strikes = when.strikes(asked)
        answer = ask(asked)
        if strikes:
            answer.data()
            answer.close()
            raise ConnectionLost("the answer is lost on purpose")
        return answer

    return around


def cut_body(setting: Setting, _context: Context) -> Around:
    """The first half of an answer arrives, announced as the whole."""
    when = When(setting)

    def around(asked: Asked, ask: Ask) -> Answer:
        strikes = when.strikes(asked)
        answer = ask(asked)
        if strikes and asked.method != "HEAD" and len(data := answer.data()) > 1:
            answer.headers["Content-Length"] = str(len(data))
            return answer.through(lambda _: _half(data))
        return answer

    return around


def _half(data: bytes) -> Iterator[bytes]:
    yield data[: len(data) // 2]
    raise ConnectionLost("the answer is cut on purpose")


def slow(setting: Setting, _context: Context) -> Around:
    """Every answer takes its time."""
    wait, when = setting.count(50, key="ms", at_least=0) / 1000, When(setting)

    def around(asked: Asked, ask: Ask) -> Answer:
        if when.strikes(asked):
            time.sleep(wait)
        return ask(asked)

    return around


def slow_lists(setting: Setting, _context: Context) -> Around:
    """Lists take their time, single things do not."""
    wait = setting.count(30_000, key="ms", at_least=0) / 1000

    def around(asked: Asked, ask: Ask) -> Answer:
        if asked.method == "GET" and asked.place.is_list:
            time.sleep(wait)
        return ask(asked)

    return around


def huge_answer(setting: Setting, _context: Context) -> Around:
    """A list that does not end before so many bytes are out; nobody ever holds them."""
    size = setting.count(10 * 1024**3, key="bytes")
    when = When(setting, ("GET",))

    def around(asked: Asked, ask: Ask) -> Answer:
        if not (asked.method == "GET" and asked.place.is_list and when.strikes(asked)):
            return ask(asked)
        answer = ask(asked.without_conditions())
        for name in ("Content-Length", "ETag", "Last-Modified"):
            answer.headers.remove(name)
        return answer.through(lambda pieces: _swollen(pieces, size)) if answer.is_good else answer

    return around


def _swollen(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    sent, blank = 0, b" " * 65536
    while sent < size:  # blanks before the list: the JSON is good, whoever lives to see its end
        yield blank
        sent += len(blank)
    yield from pieces


def too_many(setting: Setting, context: Context) -> Around:
    """429 with Retry-After, in seconds or as a date."""
    wait, when = setting.count(1, key="wait", at_least=0), When(setting)
    as_date = setting.key("as", "seconds") == "date"
    if setting.key("as", "seconds") not in {"date", "seconds"}:
        raise setting.bad("as= takes seconds or date")

    def around(asked: Asked, ask: Ask) -> Answer:
        if not when.strikes(asked):
            return ask(asked)
        until = str(wait)
        if as_date:
            until = format_datetime(context.store.wall() + timedelta(seconds=wait), usegmt=True)
        return Answer.refusal(429, "too many requests", Retry_After=until)

    return around


def unavailable(setting: Setting, _context: Context) -> Around:
    """503 by a proxy before the server has seen the request."""
    wait = setting.count(0, key="wait", at_least=0)
    return _refusing(setting, 503, "503 Service Unavailable", {"Retry-After": str(wait)} if wait else {})


def bad_gateway(setting: Setting, _context: Context) -> Around:
    """502 by a proxy before the server has seen the request."""
    return _refusing(setting, 502, "502 Bad Gateway", {})


def _refusing(setting: Setting, status: int, title: str, headers: dict[str, str]) -> Around:
    when = When(setting)

    def around(asked: Asked, ask: Ask) -> Answer:
        if not when.strikes(asked):
            return ask(asked)
        answer = Answer(status)
        answer.headers.update(headers)
        answer.set_data(page(title), "text/html; charset=utf-8")
        return answer

    return around


def broken(setting: Setting, _context: Context) -> Around:
    """500, nothing done."""
    when = When(setting)

    def around(asked: Asked, ask: Ask) -> Answer:
        return Answer.refusal(500, "something went wrong") if when.strikes(asked) else ask(asked)

    return around


def html_for_json(setting: Setting, _context: Context) -> Around:
    """200 with the page of something that stands between, and nothing done."""
    when = When(setting)

    def around(asked: Asked, ask: Ask) -> Answer:
        if not when.strikes(asked):
            return ask(asked)
        answer = Answer(200)
        answer.set_data(page("Please sign in to this network"), "text/html; charset=utf-8")
        return answer

    return around


_CHALLENGE = 'Bearer realm="bcfsync", error="invalid_token"'


def unauthorized(setting: Setting, _context: Context) -> Around:
    """A good token is refused now and then."""
    when = When(setting)

    def around(asked: Asked, ask: Ask) -> Answer:
        if asked.header("Authorization") and when.strikes(asked):
            return Answer.refusal(401, "the token has expired", WWW_Authenticate=_CHALLENGE)
        return ask(asked)

    return around


def tokens_die(setting: Setting, _context: Context) -> Around:
    """A token works so many times, then never again; a new one does."""
    lives = setting.count(20, key="after")
    used: Counter[bytes] = Counter()
    lock = threading.Lock()

    def around(asked: Asked, ask: Ask) -> Answer:
        header = asked.header("Authorization")
        if not (header and asked.place.is_api):
            return ask(asked)
        with lock:
            token = hashlib.sha256(header.encode("utf-8", "replace")).digest()
            used[token] += 1
            is_dead = used[token] > lives
        if is_dead:
            return Answer.refusal(401, "the token has expired", WWW_Authenticate=_CHALLENGE)
        return ask(asked)

    return around


def forbidden_topics(setting: Setting, _context: Context) -> Around:
    """A share of the topics is closed; always the same ones."""
    share = setting.decimal(0.1)
    only = setting.key("only", "all")
    if only not in {"all", "writes"}:
        raise setting.bad("only= takes all or writes")

    def around(asked: Asked, ask: Ask) -> Answer:
        guid = asked.place.ids.get("topics") or asked.place.ids.get("full-topic")
        is_closed = guid is not None and chosen_by_guid(setting, guid) < share
        if is_closed and (only == "all" or asked.is_write):
            return Answer.refusal(403, f"you may not do this with topic {guid}")
        return ask(asked)

    return around


def chosen_by_guid(setting: Setting, guid: str) -> float:
    """A number from 0 to 1 that is always the same for a guid."""
    digest = hashlib.sha256(f"{setting.seed}:{setting.name}:{guid.lower()}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def too_large(setting: Setting, _context: Context) -> Around:
    """413 for bodies over so many bytes."""
    most = setting.count(1024**2)

    def around(asked: Asked, ask: Ask) -> Answer:
        text = asked.header("Content-Length")
        if asked.place.is_api and text.isdigit() and int(text) > most:
            return Answer.refusal(413, f"the body must not have more than {most} bytes")
        return ask(asked)

    return around
