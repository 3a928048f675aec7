"""A tree out of a repository that a stranger writes to: read into a model, or refused by one clear error."""

import json
import os
from contextlib import suppress

import pytest
from hostile_zips import Raw, good, zipped

from bcfsync.bcffile import open_bcf
from bcfsync.errors import InvalidArchive
from bcfsync.exploded import explode, read_tree
from bcfsync.saving import write_bcf
from bcfsync.versions import converted

TOPIC = "topics/11111111-1111-4111-8111-111111111111"


@pytest.fixture
def tree(tmp_path):
    source, folder = tmp_path / "in.bcf", tmp_path / "tree"
    source.write_bytes(zipped(good(Raw("models/a.ifc", b"ifc"))))
    with open_bcf(source) as file:
        explode(file.bcf, file.open, folder)
    (tmp_path / "secret.txt").write_bytes(b"TOP-SECRET-4711")
    return folder


def imploded(tree):
    target = tree.parent / "out.bcf"
    found = read_tree(tree)
    write_bcf(target, converted(found.bcf, found.bcf.version).bcf, found.open)
    return target.read_bytes()


def edited(name, **members):
    def edit(tree):
        path = tree / name
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | members), "utf-8")

    return edit


def written(name, data):
    return lambda tree: (tree / name).write_bytes(data)


def linked(name, target):
    def link(tree):
        (tree / name).unlink()
        (tree / name).symlink_to(target)

    return link


REFUSED = {
    "a root that is nothing": written("bcf.json", b""),
    "a root that is a list": written("bcf.json", b"[]"),
    "a root nested too deeply": written("bcf.json", b'{"bcfsync_tree": ' + b"[" * 200_000),
    "a root of objects nested too deeply": written("bcf.json", b'{"a":' * 200_000),
    "a root that is UTF-16": written("bcf.json", '{"bcfsync_tree": 1}'.encode("utf-16")),
    "a root with NULs": written("bcf.json", b"\0" * 1000),
    "a number of five thousand digits": written("bcf.json", b'{"bcfsync_tree": ' + b"9" * 5000 + b"}"),
    "a form from the future": edited("bcf.json", bcfsync_tree=99),
    "a form of another type": edited("bcf.json", bcfsync_tree={"a": []}),
    "a version nobody has": edited("bcf.json", version="../../3.0"),
    "a version that is a list": edited("bcf.json", version=["3.0"]),
    "topics that climb": edited("bcf.json", topics=["../../secret"]),
    "topics that are numbers": edited("bcf.json", topics=[1, None]),
    "topics that are no list": edited("bcf.json", topics="x"),
    "topics without end": edited("bcf.json", topics=["a" * 100_000]),
    "a foreign file that climbs": edited(
        "bcf.json", extras=[{"path": "../../evil", "blob": {"locator": "extras/models/a.ifc"}}]
    ),
    "a foreign file that is absolute": edited(
        "bcf.json", extras=[{"path": "/evil", "blob": {"locator": "extras/models/a.ifc"}}]
    ),
    "bytes that climb": edited("bcf.json", extras=[{"path": "x", "blob": {"locator": "../secret.txt"}}]),
    "bytes that are absolute": edited("bcf.json", extras=[{"path": "x", "blob": {"locator": "/etc/passwd"}}]),
    "bytes with a NUL": edited("bcf.json", extras=[{"path": "x", "blob": {"locator": "a\0b"}}]),
    "bytes that are a folder": edited("bcf.json", extras=[{"path": "x", "blob": {"locator": "topics"}}]),
    "bytes that are hidden": edited("bcf.json", extras=[{"path": "x", "blob": {"locator": ".git/config"}}]),
    "a topic of no kind": written(f"{TOPIC}/topic.json", b"7"),
    "a topic with an unknown member": edited(f"{TOPIC}/topic.json", evil=1),
    "a title that is an object": edited(f"{TOPIC}/topic.json", title={"a": 1}),
    "a date of the year 9999999": edited(f"{TOPIC}/topic.json", due_date="9999999-01-01T00:00:00Z"),
    "comments that climb": edited(f"{TOPIC}/topic.json", comments=["../../../secret"]),
    "comments that are not there": edited(f"{TOPIC}/topic.json", comments=["22222222-2222-4222-8222-222222222222"]),
    "a number that is not one": written(f"{TOPIC}/topic.json", b'{"index": NaN}'),
    "a member said twice": written(f"{TOPIC}/topic.json", b'{"guid": "a", "guid": "b"}'),
    "a topic cut off": written(f"{TOPIC}/topic.json", b'{"guid": "1111'),
}
LINKS = {
    "a root that is a link": linked("bcf.json", "../secret.txt"),
    "a topic that is a link": linked(f"{TOPIC}/topic.json", "../../../secret.txt"),
    "a link to itself": linked(f"{TOPIC}/topic.json", "topic.json"),
    "a link to a device": linked(f"{TOPIC}/topic.json", "/dev/zero"),
}


def test_the_tree_as_it_is_can_be_imploded(tree):
    assert imploded(tree)


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_tree_is_refused_in_one_line(case, tree):
    REFUSED[case](tree)
    refused(tree)


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
@pytest.mark.parametrize("case", LINKS)
def test_a_tree_with_links_is_refused(case, tree):
    LINKS[case](tree)
    refused(tree)


def refused(tree):
    before = sorted(tree.parent.rglob("*"))
    with pytest.raises(InvalidArchive) as caught:
        imploded(tree)
    assert "\n" not in str(caught.value)
    assert "TOP-SECRET" not in str(caught.value)
    assert sorted(tree.parent.rglob("*")) == before


@pytest.mark.parametrize("guid", ["../../evil", "CON", "x" * 5000, "a\0b", "\ud800", ""])
def test_a_guid_that_is_a_path_stays_a_word(guid, tree):
    edited(f"{TOPIC}/topic.json", guid=guid, title=guid)(tree)
    with suppress(InvalidArchive):
        assert b"markup.bcf" in imploded(tree)
    assert {item.name for item in tree.parent.iterdir()} <= {"in.bcf", "tree", "secret.txt", "out.bcf"}
