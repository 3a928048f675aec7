"""``bcfsync demo``: the whole way on this machine, in seconds, with a proof at its end.

Owns: the story and its words. Every step is a command a person could type, run as a process of its own.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

import bcfsync
from bcfsync import config
from bcfsync.cli.facts import Facts, facts_of
from bcfsync.errors import BcfsyncError, ServerTrouble
from bcfsync.guids import guid_key
from bcfsync.net import Http

PROJECT, TOKEN = "demo", "demo"
COMMENT = "Seen on the server: the sleeve is in, please check on site."
_DEADLINE = 20.0


class DemoFailed(BcfsyncError):
    """A step of the demo failed, or what came back is not what went in."""

    exit_code = 70
    hint = "please report it with the lines above"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo plays: the server's URL, a temporary folder, and the commands' environment."""

    url: str
    home: Path
    environment: dict[str, str]

    def bcfsync(self, *arguments: str) -> list[Any]:
        """Run a command that prints JSON; gives its objects.

        Raises:
            DemoFailed: it did not end well.
        """
        command = [sys.executable, "-m", "bcfsync", *arguments, "--json"]
        done = subprocess.run(  # noqa: S603 - our own command
            command, env=self.environment, capture_output=True, encoding="utf-8", check=False
        )
        if done.returncode:
            raise DemoFailed(f"bcfsync {arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
        if arguments[0] == "show":
            return [json.loads(done.stdout)]
        return [json.loads(line) for line in done.stdout.splitlines()]

    def transfer(self, *arguments: str) -> tuple[str, dict[str, Any]]:
        """Run import or export; what it did in words, and its summary."""
        # the samples are of many offices; the demo is about all of them coming back, whatever words they use
        more = ("--unknown", "send") if arguments[0] == "import" else ()
        *events, summary = self.bcfsync(*arguments, *more, "--url", self.url, "--project", PROJECT)
        done = Counter(event["kind"] for event in events if event["type"] == "outcome" and event["verb"] == "create")
        words = ", ".join(f"{done[kind]} {kind}s" for kind in ("topic", "comment", "viewpoint", "document"))
        return f"{words} created ({summary['requests']} requests, {summary['seconds']:.1f} s)", summary


@click.command("demo", short_help="See it all work, on this machine, in seconds.")
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), help="Leave the exported archive in this folder."
)
def demo_command(keep: Path | None) -> None:
    """Start a server, import sample archives, change something there, export, and compare what came back.

    Everything happens in a temporary folder and on this machine only.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bcfsync-demo-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        environment = config.child_environment(token=TOKEN, state=home / "state")
        with _server(home, environment) as url:
            _tell(f"1. A BCF server runs on {url}: ours, on this machine, with a temporary folder.")
            _story(Stage(url, home, environment), keep)
    _tell(f"\nDone in {time.monotonic() - started:.1f} s.")


def _story(stage: Stage, keep: Path | None) -> None:
    archives = sample_archives()
    names = [str(path) for path in archives]
    versions = Counter(path.parent.name for path in archives)
    held = ", ".join(f"{count} of BCF {version}" for version, count in sorted(versions.items()))
    _tell(f"\n2. Import {len(archives)} archives into its project ({held}):")
    _tell(f"   {stage.transfer('import', *names)[0]}")
    _tell("\n3. Import them all again, as people do:")
    _again(stage, names)
    _tell("\n4. Somebody changes something on the server:")
    changed = _change(stage.url)
    out = (keep or stage.home) / "from-server.bcf"
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        out.unlink(missing_ok=True)
    _tell("\n5. Export the project into a new archive:")
    words, _ = stage.transfer("export", str(out))
    _tell(f"   {words}\n   {out.name}: {out.stat().st_size:,} bytes")
    _tell("\n6. Compare what went in with what came back:")
    _prove(stage, archives, out, changed)
    if keep:
        _tell(f"   The archive is yours: {out}")


def sample_archives() -> list[Path]:
    """The archives that come with bcfsync, oldest version first.

    Raises:
        DemoFailed: they are not installed.
    """
    package = Path(bcfsync.__file__).parent
    for folder in (package / "samples", package.parent / "samples"):
        found = sorted(folder.glob("[0-9].[0-9]/*.bcf*"))
        if found:
            return found
    raise DemoFailed("the sample archives are not installed", hint="install bcfsync again, or run it from a clone")


@contextmanager
def _server(home: Path, environment: dict[str, str]) -> Iterator[str]:
    """The reference server as a process of its own on a free port."""
    command = [
        sys.executable,
        "-m",
        "bcfsync",
        "serve",
        "--port",
        "0",
        "--token",
        TOKEN,
        "--data",
        str(home / "server"),
    ]
    with (home / "server.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, env=environment, stdout=subprocess.PIPE, stderr=log, encoding="utf-8"
        )
        try:
            ready = process.stdout.readline().split() if process.stdout else []
            if len(ready) != 2:
                log.seek(0)
                raise ServerTrouble(f"the server did not start: {log.read().strip()}", hint="see the line above")
            yield ready[1]
        finally:
            process.terminate()
            process.wait(_DEADLINE)
            if process.stdout:
                process.stdout.close()


def _again(stage: Stage, names: list[str]) -> None:
    _, summary = stage.transfer("import", *names)
    _tell(f"   {summary['created']} created, {summary['updated']} updated: nothing is doubled.")
    if summary["created"] or summary["updated"]:
        raise DemoFailed("importing twice changed something")


def _change(url: str) -> dict[str, str]:
    """Close a topic and answer in its thread, as a user of the server's own pages would."""
    with closing(Http(url, TOKEN)) as http:
        topics = f"{url}/bcf/3.0/projects/{PROJECT}/topics"
        topic = next(item for item in http.get(topics).data if "opening" in item["title"])
        http.send("PUT", f"{topics}/{topic['guid']}", {**topic, "topic_status": "Closed"})
        comment = http.send("POST", f"{topics}/{topic['guid']}/comments", {"comment": COMMENT}).data
    _tell(f"   “{topic['title']}” goes from {topic['topic_status']} to Closed, with a comment:")
    _tell(f"   “{COMMENT}”")
    return {"topic": guid_key(topic["guid"]), "comment": guid_key(comment["guid"])}


def _prove(stage: Stage, archives: list[Path], out: Path, changed: dict[str, str]) -> None:
    """Everything that went in is in the export, the server's change is in it, and nothing else.

    Raises:
        DemoFailed: a single fact differs.
    """
    expected: Facts = {}
    for path in archives:
        expected = facts_of(stage.bcfsync("show", str(path))[0], expected)
    topic, comment = changed["topic"], changed["comment"]
    expected[topic, "topic_status"] = "Closed"
    expected[topic, "comment", comment, "comment"] = COMMENT
    got = facts_of(stage.bcfsync("show", str(out))[0], {})
    wrong = [
        key
        for key in sorted(expected.keys() | got.keys(), key=str)
        if expected.get(key) != got.get(key) and not _servers_own(key, expected, topic, comment)
    ]
    for key in wrong[:20]:
        _tell(f"   {' '.join(key)}: went in as {expected.get(key)!r}, came back as {got.get(key)!r}")
    if wrong:
        raise DemoFailed(f"{len(wrong)} of {len(expected)} facts differ")
    topics = {key[0] for key in got}
    counts = {kind: len({key[:3] for key in got if key[1] == kind}) for kind in ("comment", "viewpoint")}
    _tell(f"   {len(topics)} topics, {counts['comment']} comments and {counts['viewpoint']} viewpoints came back.")
    _tell(f"   {len(expected):,} facts compared, authors, dates, cameras and the bytes of pictures among them:")
    _tell("   all that went in came back equal, with the server's change in its place.")


def _servers_own(key: tuple[str, ...], expected: Facts, topic: str, comment: str) -> bool:
    """What a server says of itself: who made the change and when; who wrote a topic that did not say so."""
    if key in {(topic, "modified_date"), (topic, "modified_author")}:
        return True
    if key[:3] == (topic, "comment", comment):
        return key[-1] in {"date", "author", "guid", "topic_guid"}
    return key[-1] in {"creation_author", "creation_date"} and not expected.get(key)


def _tell(text: str) -> None:
    # a console that cannot show a character shows a question mark instead
    encoding = sys.stdout.encoding or "ascii"
    click.echo(text.encode(encoding, "replace").decode(encoding))
