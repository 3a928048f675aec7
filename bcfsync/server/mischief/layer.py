"""Switches that are on, laid around the application.

Owns: ``Mischief``. Sees: exchanges, switches, WSGI. Governed by: PEP 3333. Without a switch there is no layer; with
one, answers are not compressed, HEAD is answered as GET is, without the bytes, and tags tell which switches were on.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import Flask

from bcfsync.server.mischief import stamps, tags
from bcfsync.server.mischief.exchange import Answer, Around, Ask, Asked, asked_of
from bcfsync.server.mischief.switches import BY_THE_BOOK, Context, Habits, Setting, Switch
from bcfsync.server.store import ServerStore

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NO_CONTEXT = Context(cast("ServerStore", None))

Chosen = tuple[tuple[Switch, Setting], ...]


class Mischief:
    """The switches that are on, outermost first.

    Attributes:
        dialects: The names of servers it was put together from.
        habits: What the server itself must do differently.

    Raises:
        BadMischief: A switch does not take its arguments.
    """

    def __init__(self, on: Chosen, dialects: tuple[str, ...] = ()) -> None:
        self._on = on
        self.dialects = dialects
        for switch, setting in on:
            if switch.make:
                switch.make(setting, _NO_CONTEXT)  # to hear now whether it takes its arguments
        habits = BY_THE_BOOK
        for switch, setting in on:
            habits = switch.habits(setting, habits) if switch.habits else habits
        self.habits: Habits = habits

    def __bool__(self) -> bool:
        """Whether anything is different from the book."""
        return bool(self._on)

    def clock(self) -> Callable[[], datetime]:
        """What the store's dates come from."""
        return stamps.clock(self.habits)

    def names(self) -> list[str]:
        """The switches that are on."""
        return list(dict.fromkeys(switch.name for switch, _ in self._on))

    def base(self) -> str:
        """The path the API is below, such as ``/api``; empty where it is at the root."""
        return "".join("/" + setting.word("").strip("/") for switch, setting in self._on if switch.name == "base")

    def _mark(self) -> str:
        """What tells these switches from others; a data folder outlives them, and so do the tags clients hold."""
        on = [(switch.name, setting.words, sorted((setting.keys or {}).items())) for switch, setting in self._on]
        return hashlib.sha256(repr((on, self.dialects)).encode(errors="replace")).hexdigest()[:8]

    def attach(self, app: Flask, store: ServerStore, token: str | None = None) -> None:
        """Lay the switches around an application.

        Args:
            app: The server by the book.
            store: Its data.
            token: One that opens everything, if there is one.
        """
        context = Context(store, token)
        made = [switch.make(setting, context) for switch, setting in self._on if switch.make]
        if made:
            app.wsgi_app = _Layer(app.wsgi_app, [*made, tags.marked(self._mark())])  # type: ignore[method-assign]


class _Layer:
    """A WSGI application around another."""

    def __init__(self, app: "WSGIApplication", arounds: Iterable[Around]) -> None:
        ask: Ask = lambda asked: asked_of(app, asked)  # noqa: E731 - the innermost of a chain of them
        for around in reversed([*arounds]):
            ask = _wrapped(around, ask)
        self._ask = ask

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        asked = Asked(environ).with_environ(HTTP_ACCEPT_ENCODING=None)
        is_head = asked.method == "HEAD"
        answer = self._ask(asked.with_environ(REQUEST_METHOD="GET") if is_head else asked)
        start_response(answer.status_line, [*answer.headers])
        if is_head:
            answer.close()
            return []
        return _Body(answer)


def _wrapped(around: Around, ask: Ask) -> Ask:
    return lambda asked: around(asked, ask)


class _Body:
    """The bytes of an answer, and what is to be let go of after them."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.pieces()

    def close(self) -> None:
        self._answer.close()
