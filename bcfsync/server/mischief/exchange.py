"""A request on its way in and an answer on its way out, as switches see and change them.

Owns: ``Asked`` and ``Answer``. Sees: WSGI, JSON. Governed by: PEP 3333.
"""

import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl, quote

from werkzeug.datastructures import Headers
from werkzeug.http import HTTP_STATUS_CODES

from bcfsync.server.http.conditional import encoded
from bcfsync.server.mischief.places import Place, place_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
LARGEST_JSON = 64 * 1024 * 1024

_CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE")
_KEPT_IN_QUERY = "$-._~!*(),:/@'"


class ConnectionLost(ConnectionAbortedError):
    """The server ends the connection without a word, or in the middle of one."""


class Answer:
    """Status, headers and bytes; the bytes are read only where a switch wants to see them."""

    def __init__(
        self, status: int, headers: Headers | None = None, pieces: Iterable[bytes] = (), done: object = None
    ) -> None:
        self.status = status
        self.headers = Headers() if headers is None else headers
        self._pieces = pieces
        self._data: bytes | None = None
        self._done = done

    @classmethod
    def of_json(cls, value: Json, status: int = 200, **headers: str) -> "Answer":
        """An answer with a JSON body."""
        answer = cls(status, Headers({name.replace("_", "-"): text for name, text in headers.items()}))
        answer.set_json(value)
        return answer

    @classmethod
    def refusal(cls, status: int, message: str, **headers: str) -> "Answer":
        """An error in the shape that the specification describes."""
        return cls.of_json({"message": message}, status, **headers)

    @property
    def is_good(self) -> bool:
        """Whether it is no redirect and no error, and not 304."""
        return 200 <= self.status < 300

    def data(self) -> bytes:
        """All bytes; the answer keeps them."""
        if self._data is None:
            self._data = b"".join(self._pieces)
            self.close()
        return self._data

    def set_data(self, data: bytes, content_type: str) -> None:
        """Put other bytes in their place."""
        self.close()
        self._data = data
        self.headers["Content-Type"] = content_type
        self.headers["Content-Length"] = str(len(data))

    def json(self) -> Json:
        """The JSON body; None where there is none."""
        if "json" not in self.headers.get("Content-Type", ""):
            return None
        try:
            return json.loads(self.data())
        except ValueError:
            return None

    def set_json(self, value: Json) -> None:
        """Put another JSON body in its place."""
        self.set_data(encoded(value), self.headers.get("Content-Type") or "application/json")

    def empty(self, status: int) -> "Answer":
        """The same without a body."""
        self.close()
        self._data = b""
        self.status = status
        for name in ("Content-Type", "ETag", "Content-Length"):
            self.headers.remove(name)
        return self

    def become(self, other: "Answer") -> "Answer":
        """Let go of this answer in favour of another."""
        self.close()
        return other

    def pieces(self) -> Iterator[bytes]:
        """The bytes as they come."""
        return iter(self._pieces) if self._data is None else iter((self._data,))

    def through(self, change: Callable[[Iterator[bytes]], Iterator[bytes]]) -> "Answer":
        """The same with the bytes led through a function."""
        self._pieces, self._data = change(self.pieces()), None
        return self

    def close(self) -> None:
        """Let go of what the bytes are read from; a second time does nothing."""
        done, self._done = self._done, None
        if callable(done):
            done()

    @property
    def status_line(self) -> str:
        """Code and words."""
        return f"{self.status} {HTTP_STATUS_CODES.get(self.status, 'Unknown')}"


class Asked:
    """A request; changed copies are made of it, it stays as it is."""

    def __init__(self, environ: "WSGIEnvironment") -> None:
        self.environ = environ
        self.place: Place = place_of(self.path)

    @property
    def method(self) -> str:
        """GET, POST and so on."""
        return str(self.environ["REQUEST_METHOD"])

    @property
    def path(self) -> str:
        """The path below the server's root."""
        return str(self.environ.get("PATH_INFO", "")).encode("latin-1").decode("utf-8", "replace")

    @property
    def root(self) -> str:
        """The URL of the server's root, without a slash at its end."""
        host = self.environ.get("HTTP_HOST") or self.environ["SERVER_NAME"]
        return f"{self.environ['wsgi.url_scheme']}://{host}{self.environ.get('SCRIPT_NAME', '')}"

    @property
    def url(self) -> str:
        """The whole URL without its query."""
        return self.root + quote(self.path)

    @property
    def is_write(self) -> bool:
        """Whether it may change something."""
        return self.method in WRITES

    def header(self, name: str) -> str:
        """A header, empty when it is not there."""
        key = name.upper().replace("-", "_")
        return str(self.environ.get(key if key.startswith("CONTENT_") else f"HTTP_{key}") or "")

    def with_environ(self, **changed: str | None) -> "Asked":
        """The same with other entries; None takes one away."""
        environ = {**self.environ, **{name: value for name, value in changed.items() if value is not None}}
        for name in (name for name, value in changed.items() if value is None):
            environ.pop(name, None)
        return Asked(environ)

    def without_conditions(self) -> "Asked":
        """The same, wanted whatever the client holds."""
        return self.with_environ(**dict.fromkeys(_CONDITIONS))

    def at(self, path: str) -> "Asked":
        """The same at another path."""
        return self.with_environ(PATH_INFO=path.encode().decode("latin-1"))

    def reading(self, path: str, query: str = "") -> "Asked":
        """What the same client would be told there."""
        plain = self.without_conditions().at(path)
        plain.environ.update(REQUEST_METHOD="GET", QUERY_STRING=query)
        return plain.with_body(b"", "")

    # -- the query

    @property
    def options(self) -> list[tuple[str, str]]:
        """The options of the query in their order."""
        return parse_qsl(self.environ.get("QUERY_STRING", ""), keep_blank_values=True)

    def option(self, name: str) -> str | None:
        """The first value of an option."""
        return next((value for known, value in self.options if known == name), None)

    def number(self, name: str) -> int | None:
        """An option that is a count; None where it is none."""
        text = self.option(name) or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None

    def with_options(self, changed: Mapping[str, str | None]) -> "Asked":
        """The same with other options; None takes one away."""
        kept = [(name, value) for name, value in self.options if name not in changed]
        added = [(name, value) for name, value in changed.items() if value is not None]
        query = "&".join(f"{quote(n, safe=_KEPT_IN_QUERY)}={quote(v, safe=_KEPT_IN_QUERY)}" for n, v in kept + added)
        return self.with_environ(QUERY_STRING=query)

    # -- the body

    @property
    def has_json(self) -> bool:
        """Whether the body may be JSON that a switch can look at."""
        is_binary = self.header("Content-Type").partition(";")[0].strip() == "application/octet-stream"
        return self.method in {"POST", "PUT", "PATCH"} and self.place.is_api and not is_binary and self.length >= 0

    @property
    def length(self) -> int:
        """How long the body says it is; -1 where that is nothing to hold in memory."""
        text = self.header("Content-Length") or "0"
        return int(text) if text.isdigit() and int(text) <= LARGEST_JSON else -1

    def data(self) -> bytes:
        """The body's bytes; they can be read again by whoever comes next."""
        if "bcfsync.body" not in self.environ:
            has_end = bool(self.header("Content-Length")) or not self.environ.get("wsgi.input_terminated")
            stream = self.environ["wsgi.input"]
            data = stream.read(self.length) if has_end else stream.read(LARGEST_JSON + 1)
            # a longer one goes on as it came, for the server to refuse
            self.environ["wsgi.input"] = io.BytesIO(data) if len(data) <= LARGEST_JSON else _Rejoined(data, stream)
            self.environ["bcfsync.body"] = data
        else:
            self.environ["wsgi.input"] = io.BytesIO(self.environ["bcfsync.body"])
        return bytes(self.environ["bcfsync.body"])

    def json(self) -> Json:
        """The JSON body; None where there is none that can be read."""
        if not self.has_json:
            return None
        try:
            return json.loads(self.data())
        except (ValueError, RecursionError):
            return None

    def with_body(self, data: bytes, content_type: str) -> "Asked":
        """The same with another body."""
        changed = self.with_environ(
            CONTENT_LENGTH=str(len(data)), CONTENT_TYPE=content_type, HTTP_TRANSFER_ENCODING=None
        )
        changed.environ.update({"wsgi.input": io.BytesIO(data), "bcfsync.body": data})
        return changed

    def with_json(self, value: Json) -> "Asked":
        """The same with another JSON body."""
        return self.with_body(json.dumps(value).encode(), "application/json")


Ask: TypeAlias = Callable[[Asked], Answer]
"""What is further inside: the next switch, and at last the server."""

Around: TypeAlias = Callable[[Asked, Ask], Answer]
"""A switch that is on: it gets a request, and whom it may pass it to."""


class _Rejoined(io.RawIOBase):
    """What was read already, and the rest."""

    def __init__(self, read: bytes, rest: Any) -> None:  # noqa: ANN401 - WSGI's streams have no common type
        self._first, self._rest = io.BytesIO(read), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        data = self._first.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def asked_of(app: "WSGIApplication", asked: Asked) -> Answer:
    """What a WSGI application answers."""
    said: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], None]:
        said.append((status, headers))
        return lambda _: None

    if "bcfsync.body" in asked.environ:
        asked.data()  # from its beginning again
    result = app({**asked.environ}, start_response)
    pieces = iter(result)
    first = list(itertools.islice(pieces, 1))
    status, headers = said[-1]
    done = getattr(result, "close", None)
    return Answer(int(status.split(" ", 1)[0]), Headers(headers), itertools.chain(first, pieces), done)
