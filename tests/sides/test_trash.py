"""What was deleted is there for thirty days, whole."""

import errno
import json
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from worlds import C1, C2, D1, R1, R2, T1, V1, V2, Bytes, blob, comment, link, model_file, paper, topic, view

from bcfsync.archive.writing import NoSpace
from bcfsync.bcffile import open_bcf
from bcfsync.canonical import comment_content, guid_keys, topic_content, viewpoint_content
from bcfsync.model import BimSnippet, DocumentReference, PerspectiveCamera, Point, Viewpoint
from bcfsync.net import Refused, Unreachable
from bcfsync.sides.archive import ArchiveSide
from bcfsync.sides.memory import MemorySide
from bcfsync.sides.trash import NotInTrash, Trash
from bcfsync.validate import validate

SAMPLES = Path(__file__).parents[2] / "samples"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SNIPPET = BimSnippet("JSON", is_external=False, reference="clash.json", reference_schema="https://example.com/s")


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def trash(tmp_path, clock):
    return Trash(tmp_path / "trash", clock)


def whole():
    return topic(
        topic_type="Clash",
        topic_status="Open",
        labels=("a",),
        bim_snippet=replace(SNIPPET, blob=blob("clash.json")),
        files=(model_file("a.ifc"),),
        document_references=(link(), DocumentReference(R2, document_guid=D1)),
        viewpoints=(view(V1, picture=blob("one.png")), view(V2, x=2.0)),
        comments=(comment(C1, viewpoint_guid=V1), comment(C2, "Second")),
    )


def source(**blobs):
    return MemorySide(blobs=Bytes(blobs))


def read(file, item):
    with file.open(item) as stream:
        return stream.read()


def test_a_topic_is_kept_with_its_thread_its_pictures_its_snippet_and_its_documents(trash):
    thrown = whole()
    path = trash.keep(thrown, (paper(), paper("99999999-0000-4000-8000-000000000000", "other.pdf")), source())
    assert not [item for item in validate(path).findings if item.rule.number == "F207"]
    with open_bcf(path) as file:
        assert file.bcf.version == "3.0"
        (found,) = file.bcf.topics
        assert topic_content(found) == topic_content(thrown)
        assert [comment_content(item) for item in found.comments] == [comment_content(item) for item in thrown.comments]
        assert [viewpoint_content(item) for item in found.viewpoints] == [
            viewpoint_content(item) for item in thrown.viewpoints
        ]
        assert (found.guid, found.creation_author, found.creation_date) == (
            T1,
            thrown.creation_author,
            thrown.creation_date,
        )
        assert read(file, found.viewpoints[0].snapshot.blob) == b"one.png"
        assert read(file, found.bim_snippet.blob) == b"clash.json"
        assert [(item.filename, read(file, item.blob)) for item in file.bcf.documents] == [("plan.pdf", b"plan.pdf")]
        assert {item.guid for item in found.document_references} == {R1, R2}


@pytest.mark.parametrize("name", ["2.0/first-handover.bcfzip", "2.1/coordination-week-12.bcf", "3.0/design-freeze.bcf"])
def test_every_topic_of_every_version_is_kept_with_all_its_bytes(trash, tmp_path, name):
    side = ArchiveSide(Path(shutil.copy(SAMPLES / name, tmp_path / "week.bcf")))
    for found in side.load(side.listing().topics).topics.values():
        path = trash.keep(found, side.bcf.documents, side, origin="f/week.bcf")
        assert path.suffix == ".bcf"
        kept = ArchiveSide(path)
        (again,) = kept.load(kept.listing().topics).topics.values()
        assert guid_keys(item.guid for item in again.comments) == guid_keys(item.guid for item in found.comments)
        assert _digests(again) == _digests(found)
    assert {item.missing for item in trash.items()} == {()}


def _digests(found):
    return [item.snapshot.blob.sha256 for item in found.viewpoints if item.snapshot and item.snapshot.blob]


def test_what_is_in_the_trash_is_listed_the_latest_first(trash, clock):
    trash.keep(whole(), (), source(), origin="server", run=3)
    clock.now += timedelta(hours=1)
    path = trash.keep(
        topic("22222222-0000-4000-8000-000000000002", title="Later"), (), source(), origin="f/week.bcf", run=4
    )
    later, earlier = trash.items()
    assert (later.title, later.origin, later.run, later.path) == ("Later", "f/week.bcf", 4, path)
    assert (earlier.guid, earlier.time) == (T1, START.isoformat())
    assert trash.take(T1) == earlier.path
    assert trash.take(later.guid.upper()) == later.path


def test_a_topic_thrown_away_twice_is_kept_twice_and_the_later_one_is_taken(trash, clock):
    first = trash.keep(topic(title="First"), (), source())
    second = trash.keep(topic(title="Second"), (), source())
    assert first != second
    assert {item.title for item in trash.items()} == {"First", "Second"}
    clock.now += timedelta(days=1)
    third = trash.keep(topic(title="Third"), (), source())
    assert trash.take(T1) == third


def test_what_is_older_than_thirty_days_goes(trash, clock, tmp_path):
    trash.keep(whole(), (), source())
    clock.now += timedelta(days=29)
    trash.prune()
    assert len(trash.items()) == 1
    clock.now += timedelta(days=2)
    trash.keep(topic(C1), (), source())
    assert [item.guid for item in trash.items()] == [C1]
    assert len(list((tmp_path / "trash").iterdir())) == 2
    with pytest.raises(NotInTrash, match="not in the trash"):
        trash.take(T1)


def refusing(error, name="one.png"):
    side = source()
    fetched = side.open

    @contextmanager
    def partly(item):
        if item.locator == name:
            raise error
        with fetched(item) as stream:
            yield stream

    side.open = partly
    return side


def test_a_picture_that_is_not_to_be_had_any_more_is_noted_and_costs_nothing_else(trash):
    path = trash.keep(whole(), (paper(),), refusing(Refused("404 Not Found", 404)))
    (item,) = trash.items()
    assert item.missing == ("one.png",)
    with open_bcf(path) as file:
        assert len(file.bcf.topics[0].viewpoints) == 2
        assert read(file, file.bcf.topics[0].bim_snippet.blob) == b"clash.json"


def test_a_topic_whose_bytes_cannot_be_had_now_is_not_to_be_deleted_now(trash):
    with pytest.raises(Unreachable):
        trash.keep(whole(), (), refusing(Unreachable("no network")))
    assert trash.items() == []


def test_a_topic_that_no_file_can_hold_is_kept_as_json_with_its_bytes(trash):
    nowhere = PerspectiveCamera(Point(float("nan"), 0.0, 0.0), Point(0.0, 0.0, 1.0), Point(0.0, 1.0, 0.0), 60.0)
    odd = replace(whole(), viewpoints=(view(V1, picture=blob("one.png")), Viewpoint(V2, perspective_camera=nowhere)))
    path = trash.keep(odd, (), source())
    assert path.suffix == ".json"
    note = json.loads(path.read_text(encoding="utf-8"))
    assert note["topic"]["title"] == odd.title
    assert "nan cannot be written" in note["why"]
    assert (path.with_suffix("") / note["files"]["one.png"]).read_bytes() == b"one.png"
    assert trash.take(T1) == path


def test_what_json_and_unicode_do_not_like_is_kept_all_the_same(trash):
    path = trash.keep(topic(title="half \ud800 a pair\x00"), (), source())
    assert path.exists()
    assert trash.items()[0].title == "half \ud800 a pair\x00"


def test_a_full_disk_is_an_error_so_that_nothing_is_deleted(trash):
    with pytest.raises(NoSpace):
        trash.keep(whole(), (), refusing(OSError(errno.ENOSPC, "No space left on device")))


def test_an_empty_trash_is_empty(trash):
    assert trash.items() == []
    with pytest.raises(NotInTrash):
        trash.take(T1)
