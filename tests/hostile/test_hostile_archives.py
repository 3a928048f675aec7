"""Whatever a file holds, every command gives a result with findings, or one clear error: quickly, in little memory,
without a trace outside its target, without the network, without a traceback.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_documents import documents
from hostile_zips import PLACES, Raw, good, zipped, zips

HERE = Path(__file__).resolve().parent
CASES = zips() | documents()
SECRET = b"TOP-SECRET-4711"
SECONDS, MEBIBYTES = 5.0, 300.0
OUT = "out"
COMMANDS = {
    "show": (["show", "IN"], {0}),
    "show-json": (["show", "--json", "IN"], {0}),
    "validate": (["validate", "IN"], {0, 8}),
    "validate-json": (["validate", "--json", "IN"], {0, 8}),
    "validate-sarif": (["validate", "--format", "sarif", "IN"], {0, 8}),
    "validate-junit": (["validate", "--format", "junit", "IN"], {0, 8}),
    "convert-2.0": (["convert", "--to", "2.0", "IN", "OUT/20.bcf"], {0}),
    "convert-2.1": (["convert", "--to", "2.1", "IN", "OUT/21.bcf"], {0}),
    "convert-3.0": (["convert", "--to", "3.0", "IN", "OUT/30.bcf"], {0}),
    "diff": (["diff", "IN", "good.bcf"], {0, 1}),
    "diff-json": (["diff", "--json", "good.bcf", "IN"], {0, 1}),
    "diff-html": (["diff", "--html", "OUT/diff.html", "IN", "good.bcf"], {0, 1}),
    "merge": (["merge", "OUT/merged.bcf", "IN", "good.bcf"], {0, 6}),
    "explode": (["explode", "IN", "OUT/tree"], {0}),
    "implode": (["implode", "OUT/tree", "OUT/imploded.bcf"], {0}),
    "library": (["library"], {0, 2}),
}
"""What is run, and which exit codes mean that the file was read."""
ONLY = {
    "seventy-thousand-entries": {"show", "validate", "library"},
    "a-million-siblings": {"show", "validate", "convert-2.1", "diff", "merge", "library"},
}
"""Writing that many files takes as long as it takes; that they can be looked at, and edited, must not.

Of a million elements, which cost two seconds each time, each way of reading once.
"""
DEARER = {"seventy-thousand-entries": (10.0, 300.0), "a-million-siblings": (20.0, 1000.0)}
"""What costs more than anything should, and how much: a million elements in four megabytes of XML."""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="measured by fork")


@pytest.fixture(scope="module")
def cage():
    """The forking server, warm."""
    with subprocess.Popen(
        [sys.executable, str(HERE / "cage.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        yield server
        server.stdin.close()
        server.wait(10)


@pytest.fixture(scope="module")
def listener():
    """A port where nobody should call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


@pytest.fixture
def ground(tmp_path):
    """A folder deep in others, a good archive, and a file that nothing may read."""
    folder = tmp_path / "a" / "b" / "c"
    (folder / OUT).mkdir(parents=True)
    (folder / "good.bcf").write_bytes(zipped(good(Raw("plan.pdf", b"plan"))))
    (tmp_path / "log").mkdir()
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (tmp_path / "a" / "secret.txt").write_bytes(SECRET)
    return folder


def ran(cage, folder, words, name):
    job = {
        "words": words,
        "folder": str(folder),
        "allowed": str(folder / OUT),
        "log": str(folder.parents[2] / "log" / name),
    }
    cage.stdin.write(json.dumps(job | {"file": str(folder / OUT / "edited.bcf")}) + "\n")
    cage.stdin.flush()
    return json.loads(cage.stdout.readline())


def tree(folder):
    """Everything below a folder, except for what commands may write."""
    found = {}
    for here, folders, names in os.walk(folder):
        if Path(here).name == OUT or here.endswith("/log"):
            folders.clear()
            continue
        for name in (*folders, *names):
            path = Path(here, name)
            found[str(path)] = path.lstat().st_mtime_ns if name in names else None
    return found


def complaints(cage, folder, name, words, read, bounds):
    """What is wrong with how one command went."""
    log = folder.parents[2] / "log"
    found = ran(cage, folder, words, name)
    said, told = ((log / f"{name}.{stream}").read_bytes() for stream in ("stdout", "stderr"))
    wrong = [f"{name}: {item}" for item in found["misdeeds"]]
    if found["code"] not in read | {8}:
        wrong.append(f"{name}: exit code {found['code']}: {told[-600:].decode('utf-8', 'replace')}")
    if b"Traceback" in told or b"a defect of" in told:
        wrong.append(f"{name}: {told[-600:].decode('utf-8', 'replace')}")
    if (
        found["code"] == 8
        and 8 not in read
        and len([line for line in told.splitlines() if line.startswith(b"error: ")]) != 1
    ):
        wrong.append(f"{name}: not one clear error: {told[:300]!r}")
    if found["seconds"] > bounds[0]:
        wrong.append(f"{name}: {found['seconds']:.1f} s")
    if found["mebibytes"] > bounds[1]:
        wrong.append(f"{name}: {found['mebibytes']:.0f} MiB")
    if SECRET in said or SECRET in told:
        wrong.append(f"{name}: a secret got out")
    if any(sign in said + told for sign in (b"\x1b[2J", b"\x1b[31m", "\x9b".encode(), b"\x0b")):
        wrong.append(f"{name}: the terminal would obey")
    return wrong


@pytest.mark.parametrize("case", CASES)
def test_every_command_survives(case, cage, listener, ground):
    root = ground.parents[2]
    PLACES[b"{port}"], PLACES[b"{secret}"] = str(listener.getsockname()[1]).encode(), str(root / "secret.txt").encode()
    (ground / "in.bcf").write_bytes(CASES[case]())
    shutil.copy(ground / "in.bcf", ground / OUT / "edited.bcf")
    before = tree(root)
    wrong = []
    for name, (words, read) in COMMANDS.items():
        exploded = name != "implode" or (ground / OUT / "tree" / "bcf.json").exists()
        if not exploded or name not in ONLY.get(case, COMMANDS):
            continue
        said = [word.replace("IN", "in.bcf").replace("OUT", OUT) for word in words]
        wrong += complaints(cage, ground, name, said, read, DEARER.get(case, (SECONDS, MEBIBYTES)))
    assert wrong == []
    assert tree(root) == before
    assert not [path for path in (ground / OUT).rglob("*") if path.is_file() and SECRET in path.read_bytes()]
    with pytest.raises(BlockingIOError):
        listener.accept()
