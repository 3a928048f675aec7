"""What a run saves after a probe has proven that dates tell everything, and that it still sees what colleagues do."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dialects"))
from field_server import PROJECT, TOKEN, USER, FieldServer, field_server
from terminal import Ran, Terminal

from bcfsync.cli import probing

pytestmark = pytest.mark.slow

FAULTS = ["clock-skew:-7200", "versions:3.0", "etag-none", "if-match-ignored"]
"""Nothing was changed a moment ago, of which nobody can be sure by a date; and no tag says it instead."""

FEW = 5
"""The list of topics, and what there is once in a project: documents, values and the like.

Beside that the bytes of snippets are read again, for every archive is a new one.
"""

BELOW = re.compile(r".*/topics/(?P<topic>[^/]+)/.+")
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
VECTOR = {"x": 0.0, "y": 0.0, "z": 1.0}
VIEW = {
    "perspective_camera": {
        "camera_view_point": VECTOR, "camera_direction": VECTOR, "camera_up_vector": VECTOR, "field_of_view": 60.0,
        "aspect_ratio": 1.5,
    },
}  # fmt: skip
SNIPPET = {
    "snippet_type": "Text", "is_external": False, "reference": "a.txt", "reference_schema": "https://example.com/a.xsd",
}  # fmt: skip


class Colleague:
    """Somebody else at the server, who goes by its API."""

    def __init__(self, server: FieldServer) -> None:
        self.http = httpx.Client(
            base_url=f"{server.api}/bcf/3.0/projects/{PROJECT}/", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        self.topics: list[str] = []

    def send(self, method: str, path: str, data: object = None) -> Any:
        sent = {"content": data} if isinstance(data, bytes) else {"json": data} if data is not None else {}
        answer = self.http.request(method, path, **sent).raise_for_status()
        return answer.json() if answer.content and not isinstance(data, bytes) else None

    def fill(self, count: int) -> None:
        """Topics with everything below them."""
        for number in range(count):
            made = self.send("POST", "topics", {"title": f"Topic {number}", "bim_snippet": SNIPPET})
            topic = f"topics/{made['guid']}"
            self.topics.append(topic)
            self.send("PUT", f"{topic}/snippet", b"one")
            self.send("POST", f"{topic}/viewpoints", VIEW)
            for text in ("to be edited", "to be deleted"):
                self.send("POST", f"{topic}/comments", {"comment": text})
            self.send("POST", f"{topic}/document_references", {"url": "https://example.com/one"})

    def guid(self, topic: str, name: str, index: int = 0) -> str:
        return self.send("GET", f"{topic}/{name}")[index]["guid"]


WRITES = {
    "comment added": lambda who, topic: who.send("POST", f"{topic}/comments", {"comment": "new"}),
    "comment edited": lambda who, topic: who.send(
        "PUT", f"{topic}/comments/{who.guid(topic, 'comments')}", {"comment": "edited"}
    ),
    "comment deleted": lambda who, topic: who.send("DELETE", f"{topic}/comments/{who.guid(topic, 'comments', 1)}"),
    "viewpoint added": lambda who, topic: who.send(
        "POST", f"{topic}/viewpoints", {**VIEW, "snapshot": {"snapshot_type": "png", "snapshot_data": PNG}}
    ),
    "viewpoint deleted": lambda who, topic: who.send("DELETE", f"{topic}/viewpoints/{who.guid(topic, 'viewpoints')}"),
    "snippet": lambda who, topic: who.send("PUT", f"{topic}/snippet", b"two"),
    "reference added": lambda who, topic: who.send(
        "POST", f"{topic}/document_references", {"url": "https://example.com/two"}
    ),
    "reference edited": lambda who, topic: who.send(
        "PUT", f"{topic}/document_references/{who.guid(topic, 'document_references')}", {"url": "https://example.com/3"}
    ),
    "files": lambda who, topic: who.send("PUT", f"{topic}/files", [{"filename": "a.ifc"}]),
    "relations": lambda who, topic: who.send(
        "PUT", f"{topic}/related_topics", [{"related_topic_guid": who.topics[0].split("/")[1]}]
    ),
}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "_pause", lambda: None)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FieldServer]:
    """One whose topics' dates move with everything below them."""
    with field_server(tmp_path / "data", faults=FAULTS) as found:

        def dates(method: str, path: str) -> bool:
            below = BELOW.fullmatch(path)
            if below and method != "GET":
                found.store.topics.touch(PROJECT, below["topic"], USER)
            return False

        found.hinder = dates
        yield found


@pytest.fixture
def colleague(server: FieldServer) -> Iterator[Colleague]:
    found = Colleague(server)
    yield found
    found.http.close()


class Here:
    """Our machine, which remembers what it read; each export goes to another archive, which holds what it saw."""

    def __init__(self, folder: Path, server: FieldServer) -> None:
        self.machine = Terminal(folder / "here")
        self.server = server
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.out = folder / "none.bcf"
        self.number = 0

    def probe(self) -> Ran:
        return self.machine.run("remote", "probe", "--url", self.server.api, "--project", PROJECT, "-y", "--json")

    def export(self) -> int:
        """Bring the project into an archive; the number of requests."""
        self.number += 1
        self.out = self.folder / f"{self.number}.bcf"
        with self.server.counting() as requests:
            ran = self.machine.run(
                "export", "--json", "--settle", "0", "--url", self.server.api, "--project", PROJECT, self.out
            )
            assert ran.code == 0, ran
            return len(requests)

    def held(self) -> list[Any]:
        """Its topics, without who changed them last and when: that is a matter of the list alone."""
        topics = json.loads(self.machine.run("show", "--json", self.out).out)["topics"]
        said = ({name: topic[name] for name in topic if not name.startswith("modified_")} for topic in topics)
        with ZipFile(self.out) as archive:
            snippets = [archive.read(name) for name in sorted(archive.namelist()) if name.endswith(".txt")]
        return [*sorted(said, key=lambda topic: topic["guid"]), *snippets]


def test_after_a_probe_an_idle_run_asks_for_the_list_alone_and_sees_all_that_colleagues_write(
    tmp_path, server, colleague
):
    here = Here(tmp_path, server)
    colleague.fill(4)
    here.export()
    here.export()
    before = here.export()
    card = json.loads(here.probe().out)
    assert card["facts"]["dates_tell"] == "yes"
    after = here.export()
    assert after <= before - 2 * len(colleague.topics)
    assert after <= FEW + len(colleague.topics)
    for name, write in WRITES.items():
        held = here.held()
        write(colleague, colleague.topics[-1])
        asked = here.export()
        assert here.held() != held, name
        assert asked < before + 12, name
        fresh = Here(tmp_path / name.replace(" ", ""), server)
        fresh.export()
        assert fresh.held() == here.held(), name


def test_a_probe_that_proves_it_no_longer_ends_the_trust(tmp_path, server, colleague):
    here = Here(tmp_path, server)
    colleague.fill(2)
    here.probe()
    here.export()
    assert here.export() <= FEW + len(colleague.topics)
    server.hinder = lambda *_: False
    card = json.loads(here.probe().out)
    assert "dates_tell" not in card["facts"]
    held = here.held()
    WRITES["comment deleted"](colleague, colleague.topics[0])
    here.export()
    assert here.held() != held


def test_where_no_date_moves_a_run_after_a_probe_still_sees_a_deleted_comment(tmp_path, server, colleague):
    server.hinder = lambda *_: False
    here = Here(tmp_path, server)
    colleague.fill(2)
    here.probe()
    here.export()
    here.export()
    held = here.held()
    WRITES["comment deleted"](colleague, colleague.topics[0])
    here.export()
    assert here.held() != held
