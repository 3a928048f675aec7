"""Where the server under test is.

Owns: starting ours in this process, and finding a project on it or on one elsewhere. Governed by: nothing outside.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(path) for path in (HERE, HERE.parent) if str(path) not in sys.path]

import httpx  # noqa: E402 - the modules beside this one are found first
from furniture import Furniture  # noqa: E402
from reference_server import TOKENS, TickingClock  # noqa: E402
from replies import Asker  # noqa: E402
from texts import Text  # noqa: E402

from bcfsync.server.app import create_app  # noqa: E402
from bcfsync.server.store import ServerStore  # noqa: E402
from bcfsync.server.users import Account, User, Users  # noqa: E402

ADMIN = next(iter(TOKENS))


class InProcess(httpx.BaseTransport):
    """Calls a WSGI application with its path as PEP 3333 has it: bytes, each as the character of its number.

    httpx's own transport decodes the path, so that no byte that is not UTF-8 would ever arrive.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._inner = httpx.WSGITransport(self._called)
        self._path = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._path = unquote_to_bytes(request.url.raw_path.partition(b"?")[0]).decode("latin-1")
        return self._inner.handle_request(request)

    def _called(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self._app({**environ, "PATH_INFO": self._path}, start_response)


@dataclass(frozen=True, slots=True)
class Place:
    """A server, and a project on it that may be written to."""

    client: httpx.Client
    project_id: str
    is_ours: bool

    def tidy(self, most: int = 20) -> None:
        """Throw away what tests left on a server of ours, so that lists stay short, once there is more than this."""
        if not self.is_ours:
            return
        topics = f"/bcf/3.0/projects/{self.project_id}/topics"
        found = self.client.get(topics).json()
        for topic in found if len(found) > most else ():
            self.client.delete(f"{topics}/{topic['guid']}")

    def furniture(self, text: Text) -> Furniture:
        """A new topic with all its parts, in a text, made when it is asked for."""
        return Furniture(Asker(self.client, text), self.project_id)


def in_process(data: Path) -> Iterator[Place]:
    """Our server, on data of its own. A defect is a traceback here, not a 500."""
    # somebody has a password, so that there is something to discover about signing in
    users = Users([Account.of(User(user_id, user_id, "admin"), password=user_id) for user_id in TOKENS.values()])
    with ServerStore(data, clock=TickingClock()) as store:
        app = create_app(store, tokens=TOKENS, users=users)
        app.testing = True
        yield from _place(httpx.Client(transport=InProcess(app), base_url="http://server"), ADMIN, is_ours=True)


def live(url: str, token: str) -> Iterator[Place]:
    """A server that is running somewhere; the suite adds topics to its first project."""
    yield from _place(httpx.Client(base_url=url, timeout=30), token, is_ours=False)


def _place(client: httpx.Client, token: str, *, is_ours: bool) -> Iterator[Place]:
    client.headers["Authorization"] = f"Bearer {token}"
    with client:
        for base in ("/bcf/3.0", "/bcf/2.1"):
            reply = client.get(f"{base}/projects")
            if reply.is_success and reply.json():
                yield Place(client, reply.json()[0]["project_id"], is_ours)
                return
        raise SystemExit(f"{client.base_url}: no project of BCF-API 2.1 or 3.0 to write to: {reply.status_code}")
