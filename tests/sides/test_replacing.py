"""Replacing an archive: announced before, read again before, and never at the price of anything."""

import errno
import os
import shutil
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from worlds import C1, D1, R1, T1, V1, Bytes, blob, comment, paper, topic, view

from bcfsync.archive import writing
from bcfsync.changes import Change, Kind, Prepared, Status, Verb
from bcfsync.guids import guid_key
from bcfsync.model import Comment, DocumentReference, PerspectiveCamera, Point, Viewpoint
from bcfsync.sides import replacing
from bcfsync.sides.archive import ArchiveSide, Care
from bcfsync.sides.memory import MemorySide
from bcfsync.sides.proving import NotAsPlanned, Proven
from bcfsync.validate import validate

SAMPLES = Path(__file__).parents[2] / "samples"
NAMES = ["2.0/first-handover.bcfzip", "2.1/coordination-week-12.bcf", "2.1/site-walk.bcf", "3.0/design-freeze.bcf"]
every_sample = pytest.mark.parametrize("name", NAMES)


def sample(tmp_path, name=NAMES[2], **care):
    return ArchiveSide(Path(shutil.copy(SAMPLES / name, tmp_path / "week.bcf")), care=Care(**care))


def create(kind, value, topic_guid=""):
    return Change(0, Verb.CREATE, kind, value.guid, topic_guid, value)


def delete(kind, value, topic_guid=""):
    return Change(0, Verb.DELETE, kind, value.guid, topic_guid, value)


def retitle(found, title="Moved"):
    return Change(0, Verb.UPDATE, Kind.TOPIC, found.guid, "", replace(found, title=title), ("title",))


def told(side, *changes, meanwhile=lambda: None):
    """What the archive tells; something happens when the new file is announced."""
    found = []
    numbered = [replace(item, step=at) for at, item in enumerate(changes)]
    for item in side.apply(numbered, MemorySide(blobs=Bytes())):
        found.append(item)
        if isinstance(item, Prepared):
            meanwhile()
    return found


def outcomes(side, *changes, **more):
    return [item for item in told(side, *changes, **more) if not isinstance(item, Prepared)]


def stamp(path):
    found = path.stat()
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ino}"


def names(path):
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def only(tmp_path):
    return [item.name for item in tmp_path.iterdir()] == ["week.bcf"]


# -- announced -------------------------------------------------------------------------------------------------------


def test_the_new_file_is_announced_once_before_it_takes_the_old_ones_place(tmp_path):
    side = sample(tmp_path)
    before = side.path.read_bytes()
    seen = []
    found = told(side, retitle(side.bcf.topics[0]), meanwhile=lambda: seen.append(side.path.read_bytes()))
    assert [type(item) for item in found[:1]] == [Prepared]
    assert [item.status for item in found[1:]] == [Status.DONE]
    assert seen == [before]
    assert found[0].stamp == stamp(side.path) == side.listing().tag


def test_a_new_archive_is_announced_too(tmp_path):
    side = ArchiveSide(tmp_path / "week.bcf", "3.0")
    prepared, outcome = told(side, create(Kind.TOPIC, topic()), meanwhile=lambda: None)
    assert prepared.stamp == stamp(side.path)
    assert outcome.status is Status.DONE


def test_nothing_is_announced_where_nothing_changes(tmp_path):
    side = sample(tmp_path)
    before = stamp(side.path)
    (outcome,) = told(side, retitle(side.bcf.topics[0], side.bcf.topics[0].title))
    assert outcome.status is Status.DONE
    assert told(side, create(Kind.COMMENT, comment(), T1))[0].status is Status.FAILED
    assert stamp(side.path) == before


def test_whoever_stops_at_the_announcement_leaves_the_old_file_and_nothing_else(tmp_path):
    side = sample(tmp_path)
    before = side.path.read_bytes()
    running = side.apply([retitle(side.bcf.topics[0])], MemorySide())
    assert isinstance(next(running), Prepared)
    running.close()
    assert side.path.read_bytes() == before
    assert only(tmp_path)


def test_a_save_after_the_announcement_wins(tmp_path):
    side = sample(tmp_path)
    (outcome,) = outcomes(
        side, retitle(side.bcf.topics[0]), meanwhile=lambda: shutil.copy(SAMPLES / NAMES[1], side.path)
    )
    assert outcome.status is Status.STALE
    assert side.path.read_bytes() == (SAMPLES / NAMES[1]).read_bytes()
    assert only(tmp_path)


def test_an_archive_that_was_written_is_not_read_a_second_time(tmp_path, monkeypatch):
    side = sample(tmp_path)
    told(side, retitle(side.bcf.topics[0]))

    def refuse(_side):
        raise AssertionError("read again")

    monkeypatch.setattr(ArchiveSide, "_read", refuse)
    assert next(iter(side.listing().topics.values())).title == "Moved"


# -- proven ----------------------------------------------------------------------------------------------------------


@every_sample
def test_what_is_remembered_of_a_written_archive_is_what_a_reader_finds(tmp_path, name):
    side = sample(tmp_path, name)
    first = side.bcf.topics[0]
    shot = view(picture=blob("one.png"))
    found = outcomes(
        side, retitle(first), create(Kind.COMMENT, comment(), first.guid), create(Kind.VIEWPOINT, shot, first.guid)
    )
    assert {item.status for item in found} == {Status.DONE}
    fresh = ArchiveSide(side.path)
    assert (side.bcf, side.findings) == (fresh.bcf, fresh.findings)
    keys = fresh.listing().topics
    assert side.load(keys) == fresh.load(keys)


def spoiled(change):
    """A pack that writes something else than it was told to."""
    whole = replacing.rewrite

    def rewrite(archive, stream, changes, open_blob):
        whole(archive, stream, change(changes), open_blob)

    return rewrite


@pytest.mark.parametrize(
    "change",
    [
        lambda changes: replace(changes, replaced=dict.fromkeys(changes.replaced, b"<Markup/>")),
        lambda changes: replace(changes, removed=frozenset({"bcf.version"})),
        lambda changes: replace(changes, added=(("stray.txt", b"", None),)),
    ],
    ids=["other bytes", "lost entry", "stray entry"],
)
def test_a_file_that_is_not_what_was_meant_replaces_nothing(tmp_path, monkeypatch, change):
    side = sample(tmp_path)
    before = side.path.read_bytes()
    monkeypatch.setattr(replacing, "rewrite", spoiled(change))
    found = told(side, retitle(side.bcf.topics[0]), create(Kind.COMMENT, comment(), side.bcf.topics[1].guid))
    assert [item.status for item in found] == [Status.FAILED, Status.FAILED]
    assert "not written" in found[0].message
    assert side.path.read_bytes() == before
    assert only(tmp_path)


def test_a_damaged_new_file_replaces_nothing(tmp_path, monkeypatch):
    side = sample(tmp_path)
    before = side.path.read_bytes()

    def rewrite(_archive, stream, _changes, _open_blob):
        stream.write(before[:-30])

    monkeypatch.setattr(replacing, "rewrite", rewrite)
    (outcome,) = told(side, retitle(side.bcf.topics[0]))
    assert outcome.status is Status.FAILED
    assert "cannot be read again" in outcome.message
    assert side.path.read_bytes() == before


def test_a_topic_that_fails_the_proof_costs_only_itself(tmp_path, monkeypatch):
    side = sample(tmp_path)
    first, second = side.bcf.topics[:2]
    whole = replacing.proven

    def proven(path, name, planned) -> Proven:
        if guid_key(first.guid) in planned.touched:
            raise NotAsPlanned("odd", {guid_key(first.guid): "it came out wrong"})
        return whole(path, name, planned)

    monkeypatch.setattr(replacing, "proven", proven)
    found = outcomes(side, retitle(first), retitle(second), create(Kind.COMMENT, comment(), first.guid))
    assert [item.status for item in found] == [Status.FAILED, Status.DONE, Status.FAILED]
    assert "it came out wrong" in found[0].message
    assert [item.title for item in ArchiveSide(side.path).bcf.topics[:2]] == [first.title, "Moved"]


def test_a_viewpoint_no_file_can_hold_costs_only_its_topic(tmp_path):
    side = sample(tmp_path)
    first, second = side.bcf.topics[:2]
    nowhere = PerspectiveCamera(Point(float("nan"), 0.0, 0.0), Point(0.0, 0.0, 1.0), Point(0.0, 1.0, 0.0), 60.0)
    found = outcomes(
        side, create(Kind.VIEWPOINT, Viewpoint(V1, perspective_camera=nowhere), first.guid), retitle(second)
    )
    assert [item.status for item in found] == [Status.FAILED, Status.DONE]
    assert "nan cannot be written" in found[0].message


@pytest.mark.parametrize("version", ["2.0", "2.1", "3.0"])
def test_an_outcome_says_what_the_archive_holds_not_what_it_was_told(tmp_path, version):
    side = ArchiveSide(tmp_path / "week.bcf", version)
    odd = topic(title="a\x0bb", labels=("x", ""), topic_type="T", topic_status="S")
    told_topic, told_comment = outcomes(
        side, create(Kind.TOPIC, odd), create(Kind.COMMENT, Comment(C1, "c\x01d", odd.creation_date, "anna"), T1)
    )
    (held,) = ArchiveSide(side.path).bcf.topics
    assert (told_topic.value.title, told_topic.value.labels) == (held.title, held.labels)
    assert told_comment.value.comment == held.comments[0].comment
    assert "\x0b" not in held.title


def test_a_field_of_view_beyond_the_schema_is_written(tmp_path):
    side = sample(tmp_path)
    camera = replace(view().perspective_camera, field_of_view=110.0)
    (outcome,) = outcomes(
        side, create(Kind.VIEWPOINT, Viewpoint(V1, perspective_camera=camera), side.bcf.topics[0].guid)
    )
    assert outcome.status is Status.DONE
    assert outcome.value.perspective_camera.field_of_view == 110.0


@pytest.mark.parametrize("version", ["2.0", "2.1", "3.0"])
def test_a_new_document_and_who_refers_to_it_are_known_by_the_guid_a_reader_finds(tmp_path, version):
    side = ArchiveSide(tmp_path / "week.bcf", version)
    _, document, reference = outcomes(
        side,
        create(Kind.TOPIC, topic(topic_type="T", topic_status="S")),
        create(Kind.DOCUMENT, paper()),
        create(Kind.REFERENCE, DocumentReference(R1, document_guid=D1), T1),
    )
    fresh = ArchiveSide(side.path).bcf
    assert [item.guid for item in fresh.documents] == [document.guid]
    assert [item.document_guid for item in fresh.topics[0].document_references] == [reference.value.document_guid]
    assert guid_key(reference.value.document_guid) == guid_key(document.guid)
    assert document.guid == D1


# -- deletions -------------------------------------------------------------------------------------------------------


@every_sample
def test_a_deleted_topic_leaves_with_its_whole_folder_and_nothing_else_changes(tmp_path, name):
    side = sample(tmp_path, name)
    before = {item.guid: item for item in side.bcf.topics}
    gone = side.bcf.topics[0]
    entries = names(side.path)
    (outcome,) = outcomes(side, delete(Kind.TOPIC, gone))
    assert outcome.status is Status.DONE
    left = names(side.path)
    lost = set(entries) - set(left)
    assert lost
    assert {item.split("/")[0] for item in lost} == {gone.folder}
    assert not [item for item in left if item.startswith(f"{gone.folder}/")]
    assert {item.guid: item for item in ArchiveSide(side.path).bcf.topics} == {
        guid: item for guid, item in before.items() if guid != gone.guid
    }


@every_sample
def test_deleted_comments_viewpoints_and_references_leave_and_their_neighbours_stay(tmp_path, name):
    side = sample(tmp_path, name)
    for found in side.bcf.topics:
        parts = (
            [(Kind.COMMENT, item) for item in found.comments[::2]]
            + [(Kind.VIEWPOINT, item) for item in found.viewpoints[::2]]
            + [(Kind.REFERENCE, item) for item in found.document_references[::2]]
        )
        ended = outcomes(side, *(delete(kind, item, found.guid) for kind, item in parts))
        assert {item.status for item in ended} <= {Status.DONE}
        after = next(item for item in ArchiveSide(side.path).bcf.topics if item.guid == found.guid)
        for kind in ("comments", "viewpoints", "document_references"):
            kept = [item.guid for item in getattr(found, kind)[1::2]]
            assert [item.guid for item in getattr(after, kind)] == kept, kind
    assert not [str(item) for item in validate(side.path).findings if item.rule.number == "F207"]


def test_all_that_can_be_deleted_is_said_to_be(tmp_path):
    kinds = {Kind.TOPIC, Kind.COMMENT, Kind.VIEWPOINT, Kind.REFERENCE}
    assert sample(tmp_path).capabilities.deletes == kinds


def test_a_reference_without_a_guid_keeps_its_identity_when_the_one_before_it_is_deleted(tmp_path):
    references = "".join(
        f'<DocumentReference isExternal="true"><ReferencedDocument>https://example.com/{at}</ReferencedDocument>'
        "</DocumentReference>"
        for at in (1, 2)
    )
    markup = (
        f'<Markup><Topic Guid="{T1}"><Title>T</Title><CreationDate>2025-01-01T10:00:00Z</CreationDate>'
        f"<CreationAuthor>a@example.com</CreationAuthor>{references}</Topic></Markup>"
    )
    with zipfile.ZipFile(tmp_path / "week.bcf", "w") as archive:
        archive.writestr("bcf.version", '<Version VersionId="2.1"/>')
        archive.writestr(f"{T1}/markup.bcf", markup)
    side = ArchiveSide(tmp_path / "week.bcf")
    first, second = side.bcf.topics[0].document_references
    (outcome,) = outcomes(side, delete(Kind.REFERENCE, first, T1))
    assert outcome.status is Status.DONE
    assert [item.guid for item in ArchiveSide(side.path).bcf.topics[0].document_references] == [second.guid]


# -- what the system refuses -----------------------------------------------------------------------------------------


def test_a_write_protected_archive_is_held_with_one_reason(tmp_path):
    side = sample(tmp_path)
    before = side.path.read_bytes()
    side.path.chmod(0o444)
    found = told(side, retitle(side.bcf.topics[0]), create(Kind.COMMENT, comment(), side.bcf.topics[1].guid))
    assert {item.status for item in found} == {Status.HELD}
    assert {item.message for item in found} == {f"{side.path}: the file is write-protected"}
    assert side.path.read_bytes() == before
    assert only(tmp_path)


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, Status.FAILED), (errno.EIO, Status.FAILED)])
def test_a_disk_that_is_full_or_broken_fails_the_archive_and_leaves_nothing_behind(
    tmp_path, monkeypatch, number, status
):
    side = sample(tmp_path)
    before = side.path.read_bytes()

    def full(_descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    (outcome,) = told(side, retitle(side.bcf.topics[0]))
    assert outcome.status is status
    assert os.strerror(number) in outcome.message
    assert side.path.read_bytes() == before
    assert only(tmp_path)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder that even root cannot write into")
def test_a_folder_nobody_may_write_into_fails_the_archive(tmp_path):
    side = ArchiveSide(Path("/proc") / "week.bcf", "3.0")
    (outcome,) = told(side, create(Kind.TOPIC, topic()))
    assert outcome.status is Status.FAILED
    assert "cannot be written" in outcome.message


class Sharing(PermissionError):
    """What Windows says of a file that somebody has open."""

    def __init__(self, winerror):
        super().__init__(13, "Permission denied")
        self._code = winerror

    @property
    def winerror(self):
        return self._code


def refusing(monkeypatch, winerror, times):
    """A system that refuses to replace files, so many times."""
    left = [times]
    whole = Path.replace

    def refuse(path, target):
        if left[0] and path.name.startswith(writing.TEMPORARY_PREFIX):
            left[0] -= 1
            raise Sharing(winerror)
        return whole(path, target)

    monkeypatch.setattr(Path, "replace", refuse)


@pytest.mark.parametrize("winerror", [5, 32, 33])
def test_a_file_that_is_open_for_a_moment_is_replaced_after_it(tmp_path, monkeypatch, winerror):
    waited = []
    side = sample(tmp_path, sleep=waited.append)
    refusing(monkeypatch, winerror, 3)
    (outcome,) = outcomes(side, retitle(side.bcf.topics[0]))
    assert outcome.status is Status.DONE
    assert waited == [0.05, 0.1, 0.2]


def test_a_file_that_stays_open_is_held_after_two_seconds_and_a_half(tmp_path, monkeypatch):
    waited = []
    side = sample(tmp_path, sleep=waited.append)
    before = side.path.read_bytes()
    refusing(monkeypatch, 32, -1)
    (outcome,) = outcomes(side, retitle(side.bcf.topics[0]))
    assert outcome.status is Status.HELD
    assert outcome.message == f"{side.path}: it is open in another program; it will be written next time"
    assert 2.4 < sum(waited) < 2.7
    assert side.path.read_bytes() == before
    assert only(tmp_path)
    assert side.listing().complete


def test_another_refusal_is_not_tried_again(tmp_path, monkeypatch):
    waited = []
    side = sample(tmp_path, sleep=waited.append)
    refusing(monkeypatch, 1314, -1)
    (outcome,) = outcomes(side, retitle(side.bcf.topics[0]))
    assert (outcome.status, waited) == (Status.FAILED, [])


def test_bytes_that_have_no_room_cost_only_their_change(tmp_path):
    side = sample(tmp_path)
    theirs = MemorySide(blobs=Bytes())

    @contextmanager
    def full(_blob):
        raise OSError(errno.ENOSPC, "No space left on device")
        yield

    theirs.open = full
    first = side.bcf.topics[0]
    changes = [create(Kind.VIEWPOINT, view(picture=blob("one.png")), first.guid), replace(retitle(first), step=1)]
    found = [item for item in side.apply(changes, theirs) if not isinstance(item, Prepared)]
    assert [item.status for item in found] == [Status.FAILED, Status.DONE]
    assert "No space left" in found[0].message


# -- other programs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", ["~$week.bcf", ".~lock.week.bcf#", "week.bcf.lck", "week.lck"])
def test_an_archive_beside_a_lock_file_waits_for_the_program_that_made_it(tmp_path, lock):
    side = sample(tmp_path)
    before = side.path.read_bytes()
    (tmp_path / lock).touch()
    (outcome,) = told(side, retitle(side.bcf.topics[0]))
    assert outcome.status is Status.HELD
    assert "waiting for" in outcome.message
    assert lock in outcome.message
    assert side.path.read_bytes() == before
    (tmp_path / lock).unlink()
    assert outcomes(side, retitle(side.bcf.topics[0]))[0].status is Status.DONE


def test_a_lock_file_is_passed_over_where_that_was_asked_for(tmp_path):
    side = sample(tmp_path, wait_for_others=False)
    (tmp_path / "week.bcf.lck").touch()
    assert outcomes(side, retitle(side.bcf.topics[0]))[0].status is Status.DONE


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_an_archive_another_program_has_open_waits_for_it(tmp_path):
    side = sample(tmp_path)
    code = "import sys; file = open(sys.argv[1], 'rb'); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(side.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        (outcome,) = told(side, retitle(side.bcf.topics[0]))
        other.stdin.close()
        other.stdout.close()
    assert outcome.status is Status.HELD
    assert f"(process {other.pid}) to close it" in outcome.message
    assert outcomes(side, retitle(side.bcf.topics[0]))[0].status is Status.DONE
