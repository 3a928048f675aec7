"""Editing an archive changes what was edited, and not one byte of anything else."""

import zipfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from bcfsync.archive.directory import Unspliceable, read_directory
from bcfsync.bcffile import open_bcf
from bcfsync.dates import timestamp
from bcfsync.model import (
    Blob,
    Comment,
    Component,
    Components,
    PerspectiveCamera,
    Point,
    Snapshot,
    Topic,
    Viewpoint,
)
from bcfsync.saving import update_bcf

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
ARCHIVES = [
    *sorted((ROOT / "samples").glob("[23].*/*.bcf*")),
    *sorted((ROOT / "samples" / "habits").glob("*.bcf*")),
    *sorted((ROOT / "samples" / "quirks").glob("*.bcf*")),
    *sorted(CORPUS.glob("*/*.bcf*")),
]
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
NEW = "0f3e4d5c-0000-4000-8000-00000000000a"
CAMERA = PerspectiveCamera(Point(1.0, 2.0, 3.0), Point(0.0, 1.0, 0.0), Point(0.0, 0.0, 1.0), 60.0, 1.0)
NOW = timestamp(datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC))
COMMENT = Comment(NEW, "Seen <on site> & noted", NOW, "ana@example.com")
OTHER = Snapshot("png", blob=Blob("other picture", len(PICTURE)))
VIEW = Viewpoint(
    NEW,
    perspective_camera=CAMERA,
    snapshot=Snapshot("png", blob=Blob("new picture", len(PICTURE))),
    components=Components(selection=(Component("0" * 22),)),
)


@contextmanager
def bytes_of(_blob):
    yield BytesIO(PICTURE)


def has_topics(path):
    try:
        with open_bcf(path) as file:
            return bool(file.bcf.topics)
    except ValueError:
        return False


EDITABLE = [path for path in ARCHIVES if has_topics(path)]
every_archive = pytest.mark.parametrize("path", EDITABLE, ids=lambda path: f"{path.parent.name}/{path.name}")


def with_first(bcf, change):
    return replace(bcf, topics=(change(bcf.topics[0]), *bcf.topics[1:]))


def commented(topic):
    return replace(topic, comments=(*topic.comments, COMMENT))


def edited(path, change, tmp_path, name="edited.bcf"):
    target = tmp_path / name
    with open_bcf(path) as file:
        update_bcf(file, with_first(file.bcf, change), bytes_of, target)
    return target


def entries(path):
    with zipfile.ZipFile(path) as archive:
        files = [item for item in archive.infolist() if not item.is_dir()]
        return {item.filename.replace("\\", "/"): archive.read(item) for item in files}


def raw(path):
    """Every entry's bytes in the file, from its local header on, and its central record without the place."""
    with path.open("rb") as stream:
        found = []
        for record in read_directory(stream).records:
            stream.seek(record.offset)
            found.append((record.raw[:42] + record.raw[46:], stream.read(record.end - record.offset)))
    return found


def is_plain_zip(path):
    try:
        raw(path)
    except Unspliceable:
        return False
    return True


@every_archive
def test_a_new_comment_leaves_every_other_byte_of_the_archive_as_it_was(path, tmp_path):
    after = edited(path, commented, tmp_path)
    old, new = entries(path), entries(after)
    assert list(new) == list(old)
    changed = [name for name in old if old[name] != new[name]]
    assert [name.lower().endswith("/markup.bcf") for name in changed] == [True]
    if is_plain_zip(path):
        differ = [at for at, (one, other) in enumerate(zip(raw(path), raw(after), strict=True)) if one != other]
        assert len(differ) == 1


@every_archive
def test_a_new_comment_is_one_piece_put_into_its_markup(path, tmp_path):
    old, new = entries(path), entries(edited(path, commented, tmp_path))
    (name,) = (name for name in old if old[name] != new[name])
    before, after = old[name], new[name]
    same = next((at for at in range(len(before)) if before[at] != after[at]), len(before))
    # an empty list closed in its start tag has to be opened
    tail = len(before) - same - (2 if before[same : same + 2] == b"/>" else 0)
    assert after[:same] == before[:same]
    if path.name not in MENDED:
        assert not tail or after[-tail:] == before[-tail:]


# what was not well-formed is written well-formed
MENDED = {"q22-utf-8-that-says-utf-16.bcf", "q24-four-broken-documents.bcfzip"}


EDITS: dict[str, Callable[[Topic], Topic]] = {
    "title": lambda topic: replace(topic, title="Moved & <renamed>"),
    "status": lambda topic: replace(topic, topic_status="Closed"),
    "type": lambda topic: replace(topic, topic_type="Fault"),
    "priority": lambda topic: replace(topic, priority="High"),
    "description": lambda topic: replace(topic, description='first\nsecond "line"'),
    "assigned to": lambda topic: replace(topic, assigned_to="bo@example.com"),
    "labels": lambda topic: replace(topic, labels=(*topic.labels, "new label")),
    "index": lambda topic: replace(topic, index=77),
    "modified": lambda topic: replace(topic, modified_date=NOW, modified_author="ana"),
    "comment": commented,
    "comment text": lambda topic: replace(
        topic, comments=tuple(replace(item, comment="changed") for item in topic.comments)
    ),
    "related": lambda topic: replace(topic, related_topics=(*topic.related_topics, NEW)),
    "viewpoint": lambda topic: replace(topic, viewpoints=(*topic.viewpoints, VIEW)),
    "picture": lambda topic: replace(
        topic, viewpoints=tuple(replace(view, snapshot=OTHER) for view in topic.viewpoints)
    ),
}


FEW = {"title", "comment", "viewpoint", "picture"}


@every_archive
def test_an_edit_says_what_it_shall_and_nothing_else_changes(path, tmp_path):
    odd = path.parent.name in {"quirks", "habits"}
    for name, edit in EDITS.items():
        if odd and name not in FEW:
            continue
        with open_bcf(path) as file:
            wanted = with_first(file.bcf, edit)
            update_bcf(file, wanted, bytes_of, tmp_path / "edited.bcf")
        with open_bcf(tmp_path / "edited.bcf") as file:
            found = file.bcf
        assert replace(found, topics=found.topics[1:]) == replace(wanted, topics=wanted.topics[1:]), name
        assert plain(found.topics[0]) == plain(wanted.topics[0]), name


@every_archive
def test_all_edits_at_once_say_what_they_shall(path, tmp_path):
    def everything(topic):
        for edit in EDITS.values():
            topic = edit(topic)
        return topic

    with open_bcf(path) as file:
        wanted = everything(file.bcf.topics[0])
    with open_bcf(edited(path, everything, tmp_path)) as file:
        assert plain(file.bcf.topics[0]) == plain(wanted)


def plain(topic):
    """A topic without the names of its files, and without what its version makes of absent values."""
    views = tuple(
        replace(view, reference=None, snapshot=view.snapshot and Snapshot(view.snapshot.snapshot_type))
        for view in topic.viewpoints
        if view.guid != NEW
    )
    return replace(topic, viewpoints=views)
