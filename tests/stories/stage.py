"""What the stories share: a server with habits of other products, and a desk with real archives and other people."""

import http.client
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from desk import TOKEN, Desk, Server

from bcfsync.server.store import ServerStore

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
ANNA_TOKEN = "anna"
BY_HAND = "X-By-Hand"
_DATES = ("modified_date", "modified_author")
Start = Callable[..., Any]


class Habits(Server):
    """The reference server behind a wrapper: it counts what bcfsync asks, and takes on habits of other servers.

    Attributes:
        custom: members of topics that no version of the API knows, by topic; a PUT that leaves them out blanks them.
        forgets_dates: projects whose topics show neither modified dates nor tags that cover what hangs on them.
        down: nobody answers.
    """

    def __init__(self, app: Callable[[dict[str, Any], Start], Iterable[bytes]], store: ServerStore) -> None:
        super().__init__("", store)
        self.app = app
        self.answers: list[int] = []
        self.rest()

    def rest(self) -> None:
        self.requests.clear()
        self.answers.clear()
        self.custom: dict[str, Any] = {}
        self.forgets_dates = False
        self.down = False

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        counted = f"HTTP_{BY_HAND.upper().replace('-', '_')}" not in environ
        if counted:
            self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            if self.down:
                self.answers.append(503)
                start("503 Service Unavailable", [("Content-Type", "application/json"), ("Retry-After", "0")])
                return [b'{"message": "nobody is here"}']
        if self.custom and environ["REQUEST_METHOD"] == "PUT":
            self._put(environ)
        said: list[Any] = []
        body = b"".join(self.app(environ, lambda *answer: said.append(answer)))
        status, headers, *_ = said[-1]
        if counted:
            self.answers.append(int(status.split()[0]))
        if body and "/topics" in environ["PATH_INFO"] and (self.custom or self.forgets_dates):
            body, headers = self._habitual(body, headers)
        start(status, headers)
        return [body]

    def _put(self, environ: dict[str, Any]) -> None:
        data = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        guid = environ["PATH_INFO"].rpartition("/topics/")[2]
        if guid in self.custom:
            self.custom[guid] = json.loads(data).get("custom_fields")
        environ["wsgi.input"] = io.BytesIO(data)

    def _habitual(self, body: bytes, headers: list[tuple[str, str]]) -> tuple[bytes, list[tuple[str, str]]]:
        try:
            data = json.loads(body)
        except ValueError:
            return body, headers
        for item in data if isinstance(data, list) else [data]:
            if "title" not in item:
                continue
            if item["guid"] in self.custom:
                item["custom_fields"] = self.custom[item["guid"]]
            if self.forgets_dates:
                for name in _DATES:
                    item.pop(name, None)
        body = json.dumps(data).encode()
        dropped = {"content-length", "etag"} if self.forgets_dates else {"content-length"}
        kept = [(name, value) for name, value in headers if name.lower() not in dropped]
        return body, [*kept, ("Content-Length", str(len(body)))]


class Site(Desk):
    """A desk, and the people around it."""

    def bring(self, sample: str, name: str = "") -> Path:
        """A real archive is put into the folder."""
        path = self.issues / (name or Path(sample).name)
        shutil.copyfile(SAMPLES / sample, path)
        return path

    def bytes(self) -> dict[str, bytes]:
        """Every archive of the folder, byte by byte."""
        return {path.name: path.read_bytes() for path in sorted(self.issues.glob("*.bcf*")) if path.suffix}

    def call(self, method: str, path: str, body: object = None, by: str = TOKEN) -> Any:
        """Somebody speaks HTTP by hand; that is not counted."""
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=30)
        headers = {"Authorization": f"Bearer {by}", "Content-Type": "application/json", BY_HAND: "1"}
        sent = None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, f"/bcf/3.0/projects/{self.project}/{path}", sent, headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        assert 200 <= answer.status < 300, (method, path, answer.status, data)
        return json.loads(data) if data else None

    def says(self, title: str, text: str) -> dict[str, Any]:
        """Anna comments on the server."""
        guid = self.topics()[title]["guid"]
        return dict(self.call("POST", f"topics/{guid}/comments", {"comment": text}, ANNA_TOKEN))

    def thread(self, title: str) -> list[dict[str, Any]]:
        return list(self.call("GET", f"topics/{self.topics()[title]['guid']}/comments"))

    def idle(self, times: int = 1, *codes: int) -> None:
        """That many runs write nothing, on either side; they end well, or with one of the codes."""
        before = self.bytes()
        self.server.requests.clear()
        for _ in range(times):
            found = self.run("sync")
            assert found.code in (codes or (0,)), found.err
        assert not self.server.writes()
        assert self.bytes() == before


def entries(path: Path) -> dict[str, bytes]:
    """What is in a zip, in its order, by no code of ours."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, held: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, year: int = 2024) -> None:
    """A tool packs an archive, its own way."""
    beside = path.with_name(f".{path.name}.new")
    with zipfile.ZipFile(beside, "w", method) as archive:
        for name, data in held.items():
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 2, 3, 4, 6)), data, method)
    beside.replace(path)
