"""Where the browser comes back to: a server for one answer, on this machine only.

Owns: the loopback redirect (RFC 8252, 7.3) and the page people see at the end. Sees: the standard library. Nothing of a
request is written anywhere: its address holds the code. What does not carry our state is somebody else's, and ignored.
"""

import hmac
import queue
import time
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from bcfsync.auth.errors import ReceiverBusy

_LOOK = 0.2
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>bcfsync</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:18px/1.5 system-ui,sans-serif;margin:18vh auto;max-width:32em;padding:0 1em;color:#222}}
h1{{font-size:1.4em}}@media(prefers-color-scheme:dark){{body{{color:#ddd;background:#1b1b1b}}}}</style></head>
<body><h1>{title}</h1><p>{text}</p></body></html>"""


class Receiver:
    """Listens from the moment it is made until the end of the ``with`` block.

    Attributes:
        redirect: the address the browser is to come back to.
    """

    def __init__(self, redirect: str = "") -> None:
        """Listen.

        Args:
            redirect: an address on this machine that is registered with the server; "" for any port there is.

        Raises:
            ReceiverBusy: the port is taken, or the address is not on this machine.
        """
        parts = urlsplit(redirect or "http://127.0.0.1:0/")
        if parts.scheme != "http" or parts.hostname not in {"127.0.0.1", "localhost"}:
            raise ReceiverBusy(f"{redirect}: the browser must come back to http://127.0.0.1 or http://localhost")
        port = parts.port if parts.port is not None else 80
        try:
            self._server = _Server(("127.0.0.1", port), _Answer)
        except (OSError, OverflowError) as error:
            raise ReceiverBusy(f"port {port} of this machine cannot be listened on: {error}") from error
        self._server.path = parts.path or "/"
        self.redirect = redirect or f"http://127.0.0.1:{self._server.server_address[1]}/"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def expect(self, state: str) -> None:
        """Take what comes with this state from now on: before anybody is shown where to go."""
        self._server.state = state

    def answer(self, seconds: float) -> dict[str, str] | None:
        """What the browser brings; None where it did not come in time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                return self._server.answers.get(timeout=_LOOK)  # in short waits, so that Ctrl-C is heard
            except queue.Empty:
                continue
        return None

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    """Browsers open connections ahead and leave them idle: each has a thread of its own."""

    daemon_threads = True
    block_on_close = False
    state = ""
    path = "/"

    def __init__(self, *args: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(*args)
        self.answers: queue.SimpleQueue[dict[str, str]] = queue.SimpleQueue()

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that went away is nobody's concern."""


class _Answer(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10.0
    server_version = "bcfsync"
    sys_version = ""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        expected, given = self.server.state, query.get("state", "")
        if parts.path != self.server.path or not (query.get("code") or query.get("error")):
            self._page(404, "Nothing here", "bcfsync waits here for a sign-in.")
        elif not expected or not hmac.compare_digest(given.encode(), expected.encode()):
            self._page(400, "Not for us", "This answer belongs to another sign-in. Start anew in the terminal.")
        else:
            self.server.answers.put(query)
            if query.get("error"):
                self._page(200, "Not signed in", "The server refused. The terminal says more.")
            else:
                self._page(200, "Signed in", "You can close this page; bcfsync goes on in the terminal.")

    def log_message(self, *_words: object) -> None:
        """Nothing: the address holds the code."""

    def _page(self, status: int, title: str, text: str) -> None:
        body = _PAGE.format(title=escape(title), text=escape(text)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True
