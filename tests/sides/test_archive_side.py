"""What an archive promises beyond the contract: links stay links, pictures come later, nothing unknown is lost."""

import shutil
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from worlds import C1, C2, T1, V1, V2, Bytes, blob, comment, fetch, paper, topic, view, world

from bcfsync.bcffile import open_bcf
from bcfsync.changes import Change, Kind, Prepared, Status, Verb
from bcfsync.model import Bitmap, Point, Topic
from bcfsync.net import Refused, Stumbled, TooLarge
from bcfsync.sides.archive import ArchiveSide
from bcfsync.sides.memory import MemorySide

SAMPLES = Path(__file__).parents[2] / "samples"
WALK = SAMPLES / "2.1" / "site-walk.bcf"
FREEZE = SAMPLES / "3.0" / "design-freeze.bcf"


def source(*refused, error=Refused("404 Not Found", 404)):  # noqa: B008 - it is only raised
    """The other side, whose bytes follow from their names; some of them it refuses."""
    found = MemorySide()
    found.blobs = Bytes()
    fetched = found.open

    @contextmanager
    def partly(item):
        if item.locator in refused:
            raise error
        with fetched(item) as stream:
            yield stream

    found.open = partly
    return found


def create(kind, value, topic_guid=""):
    return Change(0, Verb.CREATE, kind, value.guid, topic_guid, value)


def applied(side, *changes, bytes_from=None):
    told = side.apply([replace(item, step=at) for at, item in enumerate(changes)], bytes_from or source())
    return [item for item in told if not isinstance(item, Prepared)]


def retitle(found, title="Moved"):
    return Change(0, Verb.UPDATE, Kind.TOPIC, found.guid, "", replace(found, title=title), ("title",))


def entries(path):
    with zipfile.ZipFile(path) as archive:
        return {item.filename: archive.read(item) for item in archive.infolist()}


# -- symbolic links --------------------------------------------------------------------------------------------


def linked(link, target):
    link.parent.mkdir(exist_ok=True)
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("this system lets nobody make links")
    return link


def test_an_archive_behind_a_link_is_replaced_where_the_link_points(tmp_path):
    real = Path(shutil.copy(WALK, tmp_path / "real.bcf"))
    link = linked(tmp_path / "desk" / "week.bcf", real)
    side = ArchiveSide(link)
    (outcome,) = applied(side, retitle(side.bcf.topics[0]))
    assert outcome.status is Status.DONE
    assert link.is_symlink()
    assert not real.is_symlink()
    for path in (real, link):
        assert ArchiveSide(path).bcf.topics[0].title == "Moved"
    assert [item.name for item in link.parent.iterdir()] == ["week.bcf"]


def test_a_relative_link_to_a_link_leads_to_the_archive(tmp_path):
    real = Path(shutil.copy(WALK, tmp_path / "real.bcf"))
    middle = linked(tmp_path / "middle.bcf", "real.bcf")
    link = linked(tmp_path / "desk" / "week.bcf", Path("..") / middle.name)
    side = ArchiveSide(link)
    applied(side, retitle(side.bcf.topics[0]))
    assert (link.is_symlink(), middle.is_symlink()) == (True, True)
    assert ArchiveSide(real).bcf.topics[0].title == "Moved"


def test_a_link_to_nothing_yet_makes_the_archive_it_points_to(tmp_path):
    link = linked(tmp_path / "desk" / "week.bcf", tmp_path / "new.bcf")
    (outcome,) = applied(ArchiveSide(link, "3.0"), create(Kind.TOPIC, topic()))
    assert outcome.status is Status.DONE
    assert link.is_symlink()
    assert ArchiveSide(tmp_path / "new.bcf").bcf.topics[0].guid == T1


# -- pictures the server refuses -------------------------------------------------------------------------------


def test_a_viewpoint_whose_picture_is_refused_is_written_by_the_next_run(tmp_path):
    found = world()
    found.local = ArchiveSide(tmp_path / "new.bcf", "3.0")
    views = (view(V1, picture=blob("one.png")), view(V2, x=2.0, picture=blob("two.png")))
    written = topic(
        topic_type="Clash", topic_status="Open", viewpoints=views, comments=(comment(C1, viewpoint_guid=V2),)
    )
    found.remote = source("two.png")
    found.remote.bcf = replace(found.remote.bcf, topics=(written,))

    told = fetch(found)
    ((step, outcome),) = told.outcomes(Status.FAILED)
    assert (step.kind, step.guid) == (Kind.VIEWPOINT, V2)
    assert outcome.message.startswith("its picture cannot be fetched: 404")
    assert ([item.guid for item in held(found.local).viewpoints], len(held(found.local).comments)) == ([V1], 1)

    ((step, outcome),) = fetch(found).outcomes(Status.FAILED)
    assert step.guid == V2

    found.remote.open = source().open
    assert [step.guid for step in fetch(found).writes] == [V2]
    assert [item.snapshot is not None for item in held(found.local).viewpoints] == [True, True]
    assert [item.viewpoint_guid for item in held(found.local).comments] == [V2]
    assert not fetch(found).ended


def held(side):
    (found,) = side.load(side.listing().topics).topics.values()
    return found


@pytest.mark.parametrize("error", [Refused("404 Not Found", 404), Stumbled("500"), TooLarge("larger than 1 GB")])
def test_a_viewpoint_whose_bitmap_the_server_does_not_give_is_not_written(tmp_path, error):
    side = ArchiveSide(tmp_path / "new.bcf", "3.0")
    at = Point(0.0, 0.0, 0.0)
    bitmap = Bitmap("png", at, Point(0.0, 0.0, 1.0), Point(0.0, 1.0, 0.0), 1.0, blob=blob("plan.png"))
    drawn = replace(view(picture=blob("one.png")), bitmaps=(bitmap,))
    outcomes = applied(
        side, create(Kind.TOPIC, topic()), create(Kind.VIEWPOINT, drawn, T1), bytes_from=source("plan.png", error=error)
    )
    assert [item.status for item in outcomes] == [Status.DONE, Status.FAILED]
    assert outcomes[1].message == f"its picture cannot be fetched: {error}"
    assert held(side).viewpoints == ()
    assert not [name for name in entries(side.path) if name.endswith(".png")]


# -- documents at the root -------------------------------------------------------------------------------------


def with_root(tmp_path, name, change, called=None, sample=FREEZE):
    """A sample one of whose documents at the root is not as the standard has it."""
    path = tmp_path / "odd.bcf"
    with zipfile.ZipFile(sample) as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            ours = item.filename == name
            new.writestr(
                called if ours and called else item.filename, change(old.read(item)) if ours else old.read(item)
            )
    return ArchiveSide(path)


EDITABLE_DOCUMENTS = {
    "unknown element": lambda data: data.replace(b"</Document>", b"<Vendor>keep me</Vendor></Document>"),
    "unknown attribute": lambda data: data.replace(b"<Document ", b'<Document Vendor="keep me" '),
    "mended": lambda data: b"\n\n" + data.replace(b"</Document>", b"<!-- keep me --></Document>"),
}
LOST_DOCUMENTS = {
    "broken": lambda data: data[: len(data) // 2],
    "doctype": lambda data: data.replace(b"<DocumentInfo", b"<!DOCTYPE DocumentInfo><DocumentInfo", 1),
    "another root": lambda data: data.replace(b"DocumentInfo", b"VendorInfo"),
}


ODD_DOCUMENTS = EDITABLE_DOCUMENTS | LOST_DOCUMENTS


@pytest.mark.parametrize("change", EDITABLE_DOCUMENTS.values(), ids=EDITABLE_DOCUMENTS.keys())
def test_a_document_is_added_to_an_odd_list_which_keeps_what_it_holds(tmp_path, change):
    side = with_root(tmp_path, "documents.xml", change)
    known = len(side.bcf.documents)
    (outcome,) = applied(side, create(Kind.DOCUMENT, paper()))
    assert outcome.status is Status.DONE
    assert b"keep me" in entries(side.path)["documents.xml"]
    assert [item.filename for item in ArchiveSide(side.path).bcf.documents][known:] == ["plan.pdf"]


@pytest.mark.parametrize("change", LOST_DOCUMENTS.values(), ids=LOST_DOCUMENTS.keys())
def test_a_list_of_documents_that_would_lose_something_is_not_written_anew(tmp_path, change):
    side = with_root(tmp_path, "documents.xml", change)
    assert side.findings
    before = entries(side.path)["documents.xml"]
    topic_edit, document = applied(side, retitle(side.bcf.topics[0]), create(Kind.DOCUMENT, paper()))
    assert (topic_edit.status, document.status) == (Status.DONE, Status.HELD)
    assert "documents.xml holds parts that bcfsync does not know" in document.message
    assert document.message.endswith("export to a new file")
    assert entries(side.path)["documents.xml"] == before
    assert [item.name for item in tmp_path.iterdir()] == ["odd.bcf"]


@pytest.mark.parametrize("change", ODD_DOCUMENTS.values(), ids=ODD_DOCUMENTS.keys())
def test_topics_beside_an_odd_list_of_documents_are_written(tmp_path, change):
    side = with_root(tmp_path, "documents.xml", change)
    before = entries(side.path)["documents.xml"]
    outcomes = applied(side, retitle(side.bcf.topics[0]), create(Kind.TOPIC, topic()))
    assert [item.status for item in outcomes] == [Status.DONE, Status.DONE]
    assert entries(side.path)["documents.xml"] == before


def test_a_document_that_cannot_be_fetched_leaves_an_odd_list_alone(tmp_path):
    side = with_root(tmp_path, "documents.xml", ODD_DOCUMENTS["unknown element"])
    before = entries(side.path)["documents.xml"]
    outcomes = applied(side, create(Kind.DOCUMENT, paper()), create(Kind.TOPIC, topic()), bytes_from=source("plan.pdf"))
    assert [item.status for item in outcomes] == [Status.FAILED, Status.DONE]
    assert entries(side.path)["documents.xml"] == before


def test_a_list_of_documents_under_another_letter_case_takes_a_new_one(tmp_path):
    side = with_root(tmp_path, "documents.xml", lambda data: data, "Documents.xml")
    known = len(side.bcf.documents)
    (outcome,) = applied(side, create(Kind.DOCUMENT, paper()))
    assert outcome.status is Status.DONE
    with open_bcf(side.path) as file:
        assert [item.filename for item in file.bcf.documents][known:] == ["plan.pdf"]
        assert [name.lower() for name in file.archive.names].count("documents.xml") == 1


def with_vendor(data):
    begin, _, end = data.rpartition(b"</")
    return begin + b"<Vendor/></" + end


@pytest.mark.parametrize(
    ("sample", "name"),
    [(FREEZE, "bcf.version"), (FREEZE, "project.bcfp"), (FREEZE, "extensions.xml"), (WALK, "project.bcfp")],
)
def test_what_no_version_knows_at_the_root_survives_every_change(tmp_path, sample, name):
    side = with_root(tmp_path, name, with_vendor, sample=sample)
    before = entries(side.path)
    assert b"<Vendor/>" in before[name]
    outcomes = applied(
        side,
        create(Kind.DOCUMENT, paper()),
        create(Kind.TOPIC, topic()),
        create(Kind.COMMENT, comment(C2), T1),
    )
    assert {item.status for item in outcomes} == {Status.DONE}
    assert entries(side.path)[name] == before[name]


def test_a_new_topic_whose_folder_holds_an_unreadable_markup_is_held_and_the_markup_stays(tmp_path):
    path = tmp_path / "issues.bcf"
    guid = "aaaaaaaa-0000-4000-8000-000000000001"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bcf.version", '<Version VersionId="3.0"/>')
        archive.writestr(f"{guid}/markup.bcf", "<Markup><Topic")
    before = path.read_bytes()
    side = ArchiveSide(path)
    change = Change(0, Verb.CREATE, Kind.TOPIC, guid, "", Topic(guid, "from the server"))
    (outcome,) = side.apply([change], MemorySide())
    assert outcome.status is Status.HELD
    assert "cannot be read" in outcome.message
    assert path.read_bytes() == before
