"""Many clients at once against a real server process: who writes what, and what has to be there afterwards.

``python tests/server/load.py --kills 50 --seed 3`` kills the server again and again under load; ``make server-kills``.
Every writer keeps a ledger of what was acknowledged. A write without an answer may have come or not; everything else
must be there as it was said.
"""

import argparse
import base64
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOKEN = {"Authorization": "Bearer demo"}
TOPICS = "/bcf/3.0/projects/demo/topics"
DOCUMENTS = "/bcf/3.0/projects/demo/documents"
PATIENCE = 60
KILLS_A_FOLDER = 20
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40).decode()


@dataclass
class Server:
    """A process that serves a folder."""

    folder: Path
    port: int
    process: "subprocess.Popen[str]"

    def kill(self) -> None:
        """As the system does it: nothing is said, nothing is closed."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def memory(self) -> int:
        """Resident bytes, where the system tells; else 0."""
        with suppress(OSError, AttributeError):
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE")
        return 0


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Server]:
    """A server over a folder, on a free port; it is killed at the end, as that is what it must survive."""
    words = [sys.executable, "-m", "bcfsync", "serve", "--port", "0", "--data", str(folder), *options]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            assert line.startswith("ready "), f"the server did not start: {line!r}"
            yield Server(folder, int(line.rstrip("/\n").rsplit(":", 1)[1]), process)
        finally:
            process.kill()


class Lost(Exception):
    """There was no answer: nobody knows whether the write came."""


class Client:
    """One connection of one client."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.statuses: Counter[int] = Counter()

    def send(
        self, method: str, url: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, decoded body (bytes where it is no JSON) and headers.

        Raises:
            Lost: The server is gone.
        """
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        try:
            self._connection.request(method, url, data, {**TOKEN, **(headers or {})})
            answer = self._connection.getresponse()
            got = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Lost from error
        self.statuses[answer.status] += 1
        is_json = answer.getheader("Content-Type") == "application/json"
        return answer.status, json.loads(got) if is_json and got else got, dict(answer.getheaders())

    def close(self) -> None:
        self._connection.close()


@dataclass
class Ledger:
    """What one writer was told, by URL: the members it wrote, or bytes; and what it does not know about."""

    kept: dict[str, Any] = field(default_factory=dict)
    tried: dict[str, Any] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Writer:
    """Writes topics of its own, and everything below them, until it is stopped or the server is gone."""

    def __init__(self, port: int, ledger: Ledger, chance: random.Random) -> None:
        self._client = Client(port)
        self._ledger = ledger
        self._chance = chance
        self._topics = [
            url for url in ledger.kept if url.count("/") == TOPICS.count("/") + 1 and url.startswith(TOPICS)
        ]
        self._written = 0

    @property
    def statuses(self) -> Counter[int]:
        return self._client.statuses

    def run(self, stop: threading.Event, most: int = 10**9) -> None:
        with suppress(Lost):
            while not stop.is_set() and self._written < most:
                self._one()
                self._written += 1
        self._client.close()

    def _one(self) -> None:
        if len(self._topics) < 3 or self._chance.random() < 0.15:
            self._new_topic()
            return
        topic = self._chance.choice(self._topics)
        self._chance.choice((self._edit, self._comment, self._edit_comment, self._view, self._snippet, self._document))(
            topic
        )

    def _new_topic(self) -> None:
        guid = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
        snippet = {"snippet_type": ".csv", "is_external": False, "reference": "a.csv", "reference_schema": "x"}
        body = {"guid": guid, "title": f"new {guid}", "labels": ["a"], "bim_snippet": snippet}
        made = self._write("POST", TOPICS, f"{TOPICS}/{guid}", body, {"title": body["title"], "labels": ["a"]})
        if made:
            self._topics.append(f"{TOPICS}/{guid}")
            self._ledger.numbers.append(made["server_assigned_id"])

    def _edit(self, topic: str) -> None:
        body = {"title": f"edited {self._chance.random()}", "labels": [str(self._chance.random())]}
        snippet = {"snippet_type": ".csv", "is_external": False, "reference": "a.csv", "reference_schema": "x"}
        self._write("PUT", topic, topic, {**body, "bim_snippet": snippet}, body)

    def _comment(self, topic: str) -> None:
        guid = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
        text = {"comment": f"said {guid}"}
        self._write("POST", f"{topic}/comments", f"{topic}/comments/{guid}", {"guid": guid, **text}, text)

    def _edit_comment(self, topic: str) -> None:
        comments = [url for url in self._ledger.kept if url.startswith(f"{topic}/comments/")]
        if comments:
            url = self._chance.choice(comments)
            text = {"comment": f"said again {self._chance.random()}"}
            self._write("PUT", url, url, text, text)

    def _view(self, topic: str) -> None:
        guid = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
        body = {"guid": guid, "snapshot": {"snapshot_type": "png", "snapshot_data": PICTURE}, "index": 4}
        url = f"{topic}/viewpoints/{guid}"
        if self._write("POST", f"{topic}/viewpoints", url, body, {"index": 4}):
            self._ledger.kept[f"{url}/snapshot"] = base64.b64decode(PICTURE)

    def _snippet(self, topic: str) -> None:
        data = self._chance.randbytes(3000)
        self._write("PUT", f"{topic}/snippet", f"{topic}/snippet", data, data)

    def _document(self, _topic: str) -> None:
        guid = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
        data = self._chance.randbytes(5000)
        self._write("POST", f"{DOCUMENTS}?guid={guid}", f"{DOCUMENTS}/{guid}", data, data)

    def _write(self, method: str, url: str, made: str, body: object, expected: object) -> Any:
        ledger = self._ledger
        ledger.tried[made] = expected
        headers = {"Content-Disposition": "attachment; filename=a.bin"} if isinstance(body, bytes) else {}
        status, answer, _ = self._client.send(method, url, body, headers)
        if status not in {200, 201}:
            ledger.wrong.append(f"{method} {url}: {status} {answer!r:.200}")
            return None
        ledger.kept[made] = expected
        del ledger.tried[made]
        return answer or True


def run_writers(port: int, ledgers: list[Ledger], seed: int, *, seconds: float, most: int = 10**9) -> list[Writer]:
    """Let every ledger's writer work for a while, all at once; they stop when the server is gone, too."""
    stop = threading.Event()
    writers = [Writer(port, ledger, random.Random(f"{seed} {at}")) for at, ledger in enumerate(ledgers)]
    threads = [threading.Thread(target=writer.run, args=(stop, most)) for writer in writers]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    return writers


def missing(port: int, ledgers: list[Ledger]) -> list[str]:
    """What was acknowledged and is not there, or is otherwise; and ids or topics that are there twice."""
    client, found = Client(port), []
    _, topics, _ = client.send("GET", TOPICS)
    for what in ("guid", "server_assigned_id"):
        found += [f"{what} {value} is there {times} times" for value, times in
                  Counter(topic[what] for topic in topics).items() if times > 1]  # fmt: skip
    known = {url.rsplit("/", 1)[1] for ledger in ledgers for url in (*ledger.kept, *ledger.tried)}
    found += [f"nobody wrote topic {topic['guid']}" for topic in topics if topic["guid"] not in known]
    for ledger in ledgers:
        found += ledger.wrong
        for url in [url for url in ledger.tried if url not in ledger.kept]:
            if client.send("GET", url)[0] == 200:  # it came, although nobody was told
                ledger.kept[url] = ledger.tried[url]
        for url, expected in list(ledger.kept.items()):
            found += _compared(client, url, expected, ledger.tried.pop(url, expected), ledger)
        ledger.tried.clear()
    client.close()
    return found


def _compared(client: Client, url: str, expected: Any, tried: Any, ledger: Ledger) -> list[str]:
    status, got, _ = client.send("GET", url)
    if status != 200:
        return [f"{url} was acknowledged and is {status}"]
    seen = {name: got.get(name) for name in expected} if isinstance(expected, dict) else got
    if seen not in (expected, tried):
        return [f"{url} was acknowledged as {expected!r:.80} and is {seen!r:.80}"]
    ledger.kept[url] = seen
    return []


def killed_again_and_again(folder: Path, kills: int, seed: int, *, writers: int = 16) -> tuple[int, list[str]]:
    """Kill the server under load, restart it on its folder, and look for what it had acknowledged.

    Gives how many writes were acknowledged, and what is wrong.
    """
    chance, ledgers, found = random.Random(seed), [Ledger() for _ in range(writers)], []
    for number in range(kills):
        with served(folder) as server:
            if number:
                found += missing(server.port, ledgers)
            timer = threading.Timer(0.3 + chance.random(), server.kill)
            timer.start()
            run_writers(server.port, ledgers, seed * 1000 + number, seconds=PATIENCE)
            timer.join()
    with served(folder) as server:
        found += missing(server.port, ledgers)
    return sum(len(ledger.kept) for ledger in ledgers), found


def add_labels(port: int, topics: list[str], label: str, retries: list[int]) -> None:
    """Add one label to every topic, whoever else does so at the same time."""
    client = Client(port)
    for url in topics:
        while True:
            _, topic, headers = client.send("GET", url)
            body = {"title": topic["title"], "labels": [*topic.get("labels", []), label]}
            tag = next(value for name, value in headers.items() if name.lower() == "etag")
            status, answer, _ = client.send("PUT", url, body, {"If-Match": tag})
            if status == 200:
                break
            assert status == 412, (status, answer)
            retries.append(1)
    client.close()


def main() -> None:
    """Kill as often as asked; ends with 1 if anything acknowledged was lost."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    kept, found = 0, []
    for first in range(0, given.kills, KILLS_A_FOLDER):
        count = min(KILLS_A_FOLDER, given.kills - first)
        with tempfile.TemporaryDirectory() as folder:
            more, wrong = killed_again_and_again(Path(folder), count, given.seed + first)
        kept, found = kept + more, found + wrong
        print(f"{first + count} kills, {kept} resources acknowledged, {len(found)} findings", flush=True)  # noqa: T201
    print("\n".join(found[:20]))  # noqa: T201
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
