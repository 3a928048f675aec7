"""Paths as the client wrote them: a slash or a percent sign within a name belongs to the name.

Owns: from the request line to the names in a route, and back. Sees: WSGI, Werkzeug's converters. Governed by: RFC 3986,
2.2 (an encoded slash is no separator); BCF-API 2.1 and 3.0, where a ``project_id`` is any text.

WSGI hands over paths decoded, in which ``a%2Fb`` looks like two names. Servers that hand over the request line, too, as
waitress does, let it be told apart.
"""

from collections.abc import Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from flask import Flask
from werkzeug.routing import UnicodeConverter

_PLAIN = "!$&'()*+,:;=@"


def keep_names_whole(app: Flask) -> None:
    """Let the routes of an application have names with slashes; before any rule is added."""
    app.url_map.converters["default"] = _Name
    # Flask's documented way to put something in front
    app.wsgi_app = _Paths(app.wsgi_app)  # type: ignore[assignment, method-assign]


class _Name(UnicodeConverter):
    """A name in a path, in which ``_escaped`` has hidden some signs."""

    def to_python(self, value: str) -> str:
        return value.replace("%2F", "/").replace("%25", "%")

    def to_url(self, value: Any) -> str:  # noqa: ANN401 - Werkzeug's signature
        return quote(str(value), safe=_PLAIN)


class _Paths:
    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self._inner = inner

    def __call__(self, request: MutableMapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._inner({**request, "PATH_INFO": _escaped(request)}, start_response)


def _escaped(request: MutableMapping[str, Any]) -> str:
    """The path with ``%2F`` for every slash that is none of its separators, and ``%25`` for every percent sign."""
    script, path = str(request.get("SCRIPT_NAME", "")), str(request.get("PATH_INFO", ""))
    raw = str(request.get("REQUEST_URI", "")).partition("?")[0]
    if not raw.startswith("/"):
        raw = _path_of(raw)
    names = [unquote_to_bytes(name.encode("latin-1", "replace")).decode("latin-1") for name in raw.split("/")]
    if "/".join(names) != script + path:  # the request line is not there, or something has changed the path since
        return path.replace("%", "%25")
    escaped = "/".join(name.replace("%", "%25").replace("/", "%2F") for name in names)
    return escaped[len(script.replace("%", "%25")) :]


def _path_of(uri: str) -> str:
    try:
        return urlsplit(uri).path
    except ValueError:
        return ""
