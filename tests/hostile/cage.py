"""Every command run on a hostile file, each in a process of its own that is measured and watched.

Owns: a server that forks: one line of JSON in, one out. Everything is imported and compiled before, so a run costs
what the file costs. POSIX only. In the child no socket can be opened, no program be started, and nothing be written
outside of the folder it is told.
"""

# ruff: noqa: T201 - a program that prints

import json
import os
import resource
import sys
import time
from pathlib import Path

MIB = 1 << 20
_MOST_MEMORY, _MOST_SECONDS = 3000 * MIB, 60
_COMMENT = "0f3e4d5c-0000-4000-8000-0000000000cc"


def main() -> None:
    _warm()
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), flush=True)


def _warm() -> None:
    """Import every command, and compile every schema, as an installed bcfsync does once."""
    from bcfsync import library  # noqa: F401, PLC0415
    from bcfsync.bcfxml import schema  # noqa: PLC0415
    from bcfsync.cli import convert, diff, explode, junit, merge, sarif, show, validate  # noqa: F401, PLC0415

    for version in ("2.0", "2.1", "3.0"):
        for name in ("bcf.version", "project.bcfp", "markup.bcf", "a.bcfv", "extensions.xml", "documents.xml"):
            schema.check(b"<Nonsense/>", name, version)


def _run(job: dict[str, object]) -> dict[str, object]:
    """Exit code, seconds of CPU, MiB of memory, and what was done that should not be."""
    told, tell = os.pipe()
    start = time.monotonic()
    child = os.fork()
    if not child:
        os.close(told)
        code = 99
        try:
            code = _caged(job, tell)
        finally:
            os._exit(code)
    os.close(tell)
    with os.fdopen(told, "rb") as stream:
        misdeeds = stream.read().decode().splitlines()
    _, status, used = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": used.ru_utime + used.ru_stime,
        "waited": time.monotonic() - start,
        "mebibytes": used.ru_maxrss / (MIB if sys.platform == "darwin" else 1024),
        "misdeeds": misdeeds,
    }


def _caged(job: dict[str, object], tell: int) -> int:
    allowed = os.path.realpath(str(job["allowed"]))
    os.chdir(str(job["folder"]))
    for stream, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(f"{job['log']}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    sys.addaudithook(lambda event, arguments: _watch(event, arguments, allowed, tell))
    if job["words"] == ["library"]:
        return _library(Path(str(job["file"])))
    from bcfsync.cli.main import main as cli  # noqa: PLC0415

    sys.argv = ["bcfsync", *job["words"]]  # type: ignore[misc]
    try:
        cli()
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def _watch(event: str, arguments: tuple[object, ...], allowed: str, tell: int) -> None:
    bad = ""
    if event in {
        "socket.connect",
        "socket.getaddrinfo",
        "socket.bind",
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.fork",
    }:
        bad = f"{event} {arguments!r:.200}"
    elif event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and isinstance(path, str | bytes):
            bad = _outside(path, allowed, event)
    elif event in {
        "os.mkdir",
        "os.remove",
        "os.rmdir",
        "os.rename",
        "os.symlink",
        "os.link",
        "os.chmod",
        "os.truncate",
    }:
        named = [
            item for item in arguments[: 2 if event in {"os.rename", "os.link"} else 1] if isinstance(item, str | bytes)
        ]
        bad = next(filter(None, (_outside(item, allowed, event) for item in named)), "")
    if bad:
        os.write(tell, bad.replace("\n", " ").encode("utf-8", "replace") + b"\n")
        raise PermissionError(bad)


def _outside(path: str | bytes, allowed: str, event: str) -> str:
    place = os.path.realpath(Path(os.fsdecode(path)).parent)
    inside = place == allowed or place.startswith(allowed + os.sep)
    return "" if inside or place == "/dev" else f"{event} {os.fsdecode(path)}"


def _library(path: Path) -> int:
    """Open, read everything, say something, save, and read again: by the library alone."""
    import bcfsync  # noqa: PLC0415
    from bcfsync.inplace.entries import CannotEdit  # noqa: PLC0415

    try:
        with bcfsync.open(path) as archive:
            if not archive.topics:
                return 0
            topic = archive.topics[0].guid
            count = len(archive.topics[0].comments)
            archive.comment(topic, "Seen", "ana@example.com", guid=_COMMENT)
            archive.save()
            if len(archive.topic(topic).comments) != count + 1:
                print("the comment is not there", file=sys.stderr)
                return 70
    except (bcfsync.InvalidArchive, CannotEdit) as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except Exception:  # noqa: BLE001 - told as what it is
        import traceback  # noqa: PLC0415

        traceback.print_exc()
        return 70
    return 0


if __name__ == "__main__":
    main()
