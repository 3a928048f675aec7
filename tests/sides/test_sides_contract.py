"""What every side promises, tried on each of them; and what an archive promises beyond that."""

import hashlib
import shutil
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from worlds import (
    ANNA,
    C1,
    C2,
    D1,
    MORNING,
    R1,
    R2,
    T1,
    T2,
    V1,
    V2,
    Bytes,
    blob,
    comment,
    link,
    model_file,
    paper,
    topic,
    view,
)

from bcfsync.archive.writing import TEMPORARY_PREFIX
from bcfsync.bcffile import open_bcf
from bcfsync.canonical import topic_content, viewpoint_content
from bcfsync.changes import Change, Files, Key, Kind, Prepared, Related, Status, Verb, key_of
from bcfsync.dates import timestamp
from bcfsync.errors import InvalidArchive
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, BimSnippet, DocumentReference, Project
from bcfsync.net import Refused
from bcfsync.saving import write_bcf
from bcfsync.sides.archive import ArchiveSide
from bcfsync.sides.memory import MemorySide
from bcfsync.validate import validate

SAMPLES = Path(__file__).parents[2] / "samples"
NAMES = ["2.1/coordination-week-12.bcf", "2.1/site-walk.bcf", "3.0/design-freeze.bcf", "3.0/terrace-and-roof.bcf"]
SNIPPET = BimSnippet("JSON", is_external=False, reference="clash.json", reference_schema="https://example.com/schema")


def memory(tmp_path, name):
    return MemorySide(user=None)


def new_archive(tmp_path, version):
    return ArchiveSide(tmp_path / "new.bcf", version)


def sample(tmp_path, name):
    return ArchiveSide(Path(shutil.copy(SAMPLES / name, tmp_path / "sample.bcf")))


SIDES = [(memory, ""), (new_archive, "2.1"), (new_archive, "3.0"), *((sample, name) for name in NAMES)]


def source(**blobs):
    """The other side, whose bytes follow from their names."""
    found = MemorySide()
    found.blobs = Bytes(blobs)
    return found


def create(kind, value, topic_guid=""):
    guid = getattr(value, "guid", topic_guid)
    return Change(0, Verb.CREATE, kind, guid, topic_guid, value)


def update(kind, value, guid, topic_guid="", **more):
    return Change(0, Verb.UPDATE, kind, guid, topic_guid, value, **more)


def applied(side, *changes, bytes_from=None):
    """The outcomes of the changes, each with its place as its step."""
    told = side.apply([replace(item, step=at) for at, item in enumerate(changes)], bytes_from or source())
    return [item for item in told if not isinstance(item, Prepared)]


def held(side, guid=T1):
    side.listing()
    return side.load([guid_key(guid)]).topics[guid_key(guid)]


def whole():
    """A topic of one's own, typed so that every version holds it as it is, and what hangs on it."""
    own = topic(topic_type="Clash", topic_status="Open", labels=("a",), priority="High", bim_snippet=SNIPPET)
    return own, [
        create(Kind.DOCUMENT, paper()),
        create(Kind.TOPIC, own),
        update(Kind.SNIPPET, replace(SNIPPET, blob=blob("clash.json")), T1, T1),
        update(Kind.FILES, Files((model_file("block-b.ifc"),)), T1, T1),
        create(Kind.REFERENCE, link(description="Page"), T1),
        create(Kind.REFERENCE, DocumentReference(R2, document_guid=D1), T1),
        create(Kind.VIEWPOINT, view(picture=blob("one.png")), T1),
        create(Kind.VIEWPOINT, view(V2, x=2.0), T1),
        create(Kind.COMMENT, comment(viewpoint_guid=V1), T1),
        create(Kind.COMMENT, comment(C2, "OK", modified_date=MORNING, modified_author=ANNA), T1),
        update(Kind.RELATED, Related((T2,)), T1, T1),
    ]


class TestEverySide:
    """The contract of ``changes.Side``."""

    @pytest.fixture(params=SIDES, ids=lambda item: f"{item[0].__name__} {item[1]}".strip())
    def side(self, request, tmp_path):
        make, name = request.param
        return make(tmp_path, name)

    def test_a_listing_names_each_topic_once_by_its_key(self, side):
        listing = side.listing()
        assert listing.complete
        assert all(key == guid_key(item.guid) for key, item in listing.topics.items())

    def test_what_is_loaded_says_what_the_listing_said(self, side):
        listing = side.listing()
        bodies = side.load(listing.topics)
        assert bodies.topics.keys() == listing.topics.keys()
        assert all(topic_content(bodies.topics[key]) == item.content for key, item in listing.topics.items())
        assert bodies.capabilities == side.capabilities

    def test_only_what_was_asked_for_is_loaded(self, side):
        applied(side, *whole()[1])
        side.listing()
        assert list(side.load([T1, "nobody"]).topics) == [T1]

    def test_every_change_has_one_outcome_in_order(self, side):
        changes = whole()[1]
        outcomes = applied(side, *changes)
        assert [(item.step, item.status) for item in outcomes] == [(at, Status.DONE) for at in range(len(changes))]

    def test_guids_are_kept_where_the_side_says_so(self, side):
        assert side.capabilities.client_guid
        outcomes = applied(side, *whole()[1])
        assert [item.guid for item in outcomes if item.guid != T1] == [D1, R1, R2, V1, V2, C1, C2]

    def test_values_read_back_are_those_that_were_given(self, side):
        own, changes = whole()
        applied(side, *changes)
        found = held(side)
        assert topic_content(found) == topic_content(own)
        assert (found.creation_author, found.creation_date) == (ANNA, MORNING)
        assert [(item.comment, item.author, item.date, item.viewpoint_guid) for item in found.comments] == [
            ("OK", ANNA, MORNING, V1),
            ("OK", ANNA, MORNING, None),
        ]
        wanted = [viewpoint_content(view(picture=blob("one.png"))), viewpoint_content(view(V2, x=2.0))]
        assert [viewpoint_content(item) for item in found.viewpoints] == wanted
        assert [item.filename for item in found.files] == ["block-b.ifc"]
        assert [(item.url, item.description) for item in found.document_references if item.url] == [
            ("https://example.com/plan", "Page")
        ]
        assert found.related_topics == (T2,)

    def test_bytes_read_back_are_those_that_were_given(self, side):
        applied(side, *whole()[1])
        found = held(side)
        documents = {guid_key(item.guid): item for item in side.load([]).documents}
        (reference,) = [item for item in found.document_references if item.document_guid]
        for item, name in (
            (found.viewpoints[0].snapshot.blob, b"one.png"),
            (found.bim_snippet.blob, b"clash.json"),
            (documents[guid_key(reference.document_guid)].blob, b"plan.pdf"),
        ):
            with side.open(item) as stream:
                assert stream.read() == name

    def test_an_update_changes_the_members_it_names_and_no_other(self, side):
        applied(side, *whole()[1])
        before = held(side)
        outcome = applied(
            side, update(Kind.TOPIC, replace(before, title="Moved", priority=None), T1, fields=("title",))
        )
        after = held(side)
        assert [item.status for item in outcome] == [Status.DONE]
        assert (after.title, after.priority) == ("Moved", "High")
        assert (after.comments, len(after.viewpoints), after.files) == (before.comments, 2, before.files)
        assert after.bim_snippet.blob.sha256 == before.bim_snippet.blob.sha256

    def test_an_edited_comment_keeps_its_place(self, side):
        applied(side, *whole()[1])
        first = held(side).comments[0]
        applied(side, update(Kind.COMMENT, replace(first, comment="Fine"), C1, T1, fields=("comment",)))
        assert [item.comment for item in held(side).comments] == ["Fine", "OK"]

    def test_a_change_to_a_topic_that_is_not_there_costs_only_itself(self, side):
        changes = [create(Kind.COMMENT, comment(), "11111111-2222-4333-8444-555555555555"), *whole()[1]]
        outcomes = applied(side, *changes)
        assert outcomes[0].status is Status.FAILED
        assert {item.status for item in outcomes[1:]} == {Status.DONE}

    def test_no_change_at_all_is_no_write(self, side):
        before = side.listing()
        assert applied(side) == []
        assert side.listing() == before

    def test_known_viewpoints_may_be_named_when_loading(self, side):
        applied(side, *whole()[1])
        side.listing()
        known: frozenset[Key] = frozenset({key_of(Kind.VIEWPOINT, T1, V1)})
        assert [item.guid for item in side.load([T1], known).topics[T1].viewpoints] == [V1, V2]


# -- archives --------------------------------------------------------------------------------------------------

every_sample = pytest.mark.parametrize("name", NAMES)


def entries(path):
    with zipfile.ZipFile(path) as archive:
        return {item.filename: archive.read(item) for item in archive.infolist()}


def folder(found):
    return found.folder or guid_key(found.guid)


def said(found):
    """A topic without what rewriting may rename."""

    def bare(item):
        return item and replace(item, locator="", size=None)

    views = tuple(
        replace(
            item,
            reference=None,
            snapshot=item.snapshot and replace(item.snapshot, reference=None, blob=bare(item.snapshot.blob)),
            bitmaps=tuple(replace(one, reference=None, blob=bare(one.blob)) for one in item.bitmaps),
        )
        for item in found.viewpoints
    )
    snippet = found.bim_snippet and replace(found.bim_snippet, blob=bare(found.bim_snippet.blob))
    files = tuple(replace(item, blob=bare(item.blob)) for item in found.files)
    # a document is reached by many a path
    references = tuple(replace(item, path=None) for item in found.document_references)
    parts = {"viewpoints": views, "files": files, "document_references": references}
    return replace(found, bim_snippet=snippet, folder=None, **parts)


@every_sample
def test_an_edit_of_one_topic_leaves_every_other_entry_byte_for_byte(tmp_path, name):
    side = sample(tmp_path, name)
    before, edited = entries(side.path), side.bcf.topics[0]
    applied(side, update(Kind.TOPIC, replace(edited, title="Moved"), edited.guid, fields=("title",)))
    after = entries(side.path)
    changed = {entry for entry in before.keys() | after.keys() if before.get(entry) != after.get(entry)}
    assert changed
    assert {entry.split("/")[0] for entry in changed} <= {folder(edited), guid_key(edited.guid)}


@every_sample
def test_an_edit_of_one_member_loses_nothing_else_of_its_topic(tmp_path, name):
    for at in range(len(ArchiveSide(SAMPLES / name).bcf.topics)):
        side = sample(tmp_path, name)
        before = held(side, side.bcf.topics[at].guid)
        applied(side, update(Kind.TOPIC, replace(before, title="Moved"), before.guid, fields=("title",)))
        after = held(side, before.guid)
        assert said(after) == said(replace(before, title="Moved"))


@every_sample
def test_entries_of_other_products_and_documents_survive_every_edit(tmp_path, name):
    side = sample(tmp_path, name)
    extras, documents = side.bcf.extras, contents(side)
    for found in side.bcf.topics:
        applied(side, create(Kind.COMMENT, comment(hashed(found.guid)), found.guid))
    side.listing()
    assert [item.path for item in side.bcf.extras] == [item.path for item in extras]
    assert contents(side) == documents


def hashed(guid):
    digits = hashlib.sha256(guid.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def contents(side):
    found = {}
    for item in (*side.bcf.documents, *side.bcf.extras):
        with side.open(item.blob) as stream:
            found[getattr(item, "filename", None) or item.path] = stream.read()
    return found


def test_a_document_beside_the_markup_of_an_edited_topic_survives(tmp_path):
    side = document_in_folder(tmp_path)
    before = contents(side)
    applied(side, create(Kind.COMMENT, comment(), T1))
    assert contents(side) == before == {"plan.pdf": b"plan"}
    assert held(side).document_references[0].document_guid == side.bcf.documents[0].guid


def document_in_folder(tmp_path):
    markup = (
        f'<Markup><Topic Guid="{T1}"><Title>T</Title><CreationDate>2025-01-01T10:00:00Z</CreationDate>'
        f'<CreationAuthor>a@example.com</CreationAuthor><DocumentReference Guid="{R1}" isExternal="false">'
        "<ReferencedDocument>plan.pdf</ReferencedDocument></DocumentReference></Topic></Markup>"
    )
    path = tmp_path / "by-hand.bcf"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bcf.version", '<Version VersionId="2.1"><DetailedVersion>2.1</DetailedVersion></Version>')
        archive.writestr(f"{T1}/markup.bcf", markup)
        archive.writestr(f"{T1}/plan.pdf", b"plan")
    return ArchiveSide(path)


@every_sample
def test_what_is_written_is_valid(tmp_path, name):
    side = sample(tmp_path, name)
    applied(side, *whole()[1])
    assert not [str(item) for item in validate(side.path).findings if item.rule.number == "F207"]


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_a_new_archive_has_the_version_that_was_asked_for(tmp_path, version):
    side = new_archive(tmp_path, version)
    assert not side.path.exists()
    applied(side, *whole()[1])
    assert ArchiveSide(side.path).version == version
    assert not [str(item) for item in validate(side.path).findings if item.rule.number == "F207"]


def test_an_archive_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path):
    side = sample(tmp_path, NAMES[0])
    before = side.path.stat().st_ino
    with side.path.open("rb") as reader:
        old = reader.read(100)
        applied(side, *whole()[1])
        reader.seek(0)
        assert reader.read(100) == old, "whoever has the old file open keeps reading the old file"
    assert side.path.stat().st_ino != before
    assert [item.name for item in tmp_path.iterdir()] == ["sample.bcf"]


def test_a_write_that_fails_leaves_the_old_archive_and_nothing_else(tmp_path):
    side = sample(tmp_path, NAMES[0])
    before = side.path.read_bytes()

    @contextmanager
    def broken(_blob):
        raise RuntimeError("the process ends here")
        yield

    theirs = source()
    theirs.open = broken
    with pytest.raises(RuntimeError):
        applied(side, *whole()[1], bytes_from=theirs)
    assert side.path.read_bytes() == before
    assert not [item for item in tmp_path.iterdir() if item.name.startswith(TEMPORARY_PREFIX)]


def test_an_archive_somebody_saved_since_it_was_read_is_stale_and_keeps_their_work(tmp_path):
    side = sample(tmp_path, NAMES[0])
    side.listing()
    theirs = ArchiveSide(side.path)
    found = side.bcf.topics[0]
    applied(theirs, update(Kind.TOPIC, replace(found, title="Theirs"), found.guid, fields=("title",)))
    outcomes = applied(side, update(Kind.TOPIC, replace(found, title="Mine"), found.guid, fields=("title",)))
    assert [item.status for item in outcomes] == [Status.STALE]
    assert held(side, found.guid).title == "Theirs"


def test_an_archive_somebody_saves_while_it_is_written_is_stale_and_keeps_their_work(tmp_path):
    side = sample(tmp_path, NAMES[0])
    side.listing()
    found = side.bcf.topics[0]
    theirs = source()
    fetched = theirs.open

    @contextmanager
    def meanwhile(item):
        other = ArchiveSide(side.path)
        applied(other, update(Kind.TOPIC, replace(found, title="Theirs"), found.guid, fields=("title",)))
        with fetched(item) as stream:
            yield stream

    theirs.open = meanwhile
    outcomes = applied(side, create(Kind.VIEWPOINT, view(picture=blob("one.png")), found.guid), bytes_from=theirs)
    assert [item.status for item in outcomes] == [Status.STALE]
    assert held(side, found.guid).title == "Theirs"


def test_an_archive_somebody_saves_between_the_last_look_and_the_replacement_is_stale(tmp_path):
    side = sample(tmp_path, NAMES[0])
    found = side.bcf.topics[0]
    outcomes = []
    change = update(Kind.TOPIC, replace(found, title="Mine"), found.guid, fields=("title",))
    for told in side.apply([change], source()):
        if isinstance(told, Prepared):
            other = ArchiveSide(side.path)
            applied(other, update(Kind.TOPIC, replace(found, title="Theirs"), found.guid, fields=("title",)))
        else:
            outcomes.append(told)
    assert [item.status for item in outcomes] == [Status.STALE]
    assert held(side, found.guid).title == "Theirs"
    assert [item.name for item in tmp_path.iterdir()] == ["sample.bcf"]


def test_a_new_archive_that_somebody_else_made_meanwhile_is_stale(tmp_path):
    side = new_archive(tmp_path, "3.0")
    shutil.copy(SAMPLES / NAMES[2], side.path)
    before = side.path.read_bytes()
    assert {item.status for item in applied(side, *whole()[1])} == {Status.STALE}
    assert side.path.read_bytes() == before


def with_odd_markup(tmp_path, change):
    """A sample one of whose markups is not as the standard has it; and that topic."""
    path = tmp_path / "odd.bcf"
    first = ArchiveSide(SAMPLES / NAMES[0]).bcf.topics[0]
    with zipfile.ZipFile(SAMPLES / NAMES[0]) as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            new.writestr(item, change(data) if item.filename == f"{first.folder}/markup.bcf" else data)
    return ArchiveSide(path), first


def with_vendor(data):
    return data.replace(b"</Topic>", b"<Vendor>keep me</Vendor></Topic>")


def test_a_topic_with_xml_we_do_not_know_is_edited_and_keeps_it(tmp_path):
    side, odd = with_odd_markup(tmp_path, with_vendor)
    outcomes = applied(
        side,
        update(Kind.TOPIC, replace(odd, title="Moved"), odd.guid, fields=("title",)),
        create(Kind.COMMENT, comment(), odd.guid),
    )
    assert [item.status for item in outcomes] == [Status.DONE, Status.DONE]
    assert (held(side, odd.guid).title, len(held(side, odd.guid).comments)) == ("Moved", len(odd.comments) + 1)
    assert b"<Vendor>keep me</Vendor></Topic>" in entries(side.path)[f"{odd.folder}/markup.bcf"]


def with_a_relation_of_2_0(data):
    """A relation in the form of another version, which this one's writer would not look for; and a vendor's part."""
    return with_vendor(data).replace(b"<Vendor>", f'<RelatedTopics Guid="{T2}"/><Vendor>'.encode())


def test_a_topic_whose_unknown_xml_would_be_lost_is_held_and_the_others_are_written(tmp_path):
    side, odd = with_odd_markup(tmp_path, with_a_relation_of_2_0)
    before = entries(side.path)
    other = next(item for item in side.bcf.topics if item.guid != odd.guid)
    outcomes = applied(
        side,
        update(Kind.RELATED, Related(), odd.guid, odd.guid),
        create(Kind.COMMENT, comment(C2, "Hello"), other.guid),
    )
    assert [item.status for item in outcomes] == [Status.HELD, Status.DONE]
    assert "does not know and would lose" in outcomes[0].message
    assert held(side, other.guid).comments[-1].comment == "Hello"
    after = entries(side.path)
    assert after[f"{odd.folder}/markup.bcf"] == before[f"{odd.folder}/markup.bcf"]


def test_a_file_of_version_2_0_is_edited_and_stays_one(tmp_path):
    side = sample(tmp_path, "2.0/first-handover.bcfzip")
    first = side.bcf.topics[0]
    outcomes = applied(side, create(Kind.COMMENT, comment(C2, "Hello"), first.guid))
    assert [item.status for item in outcomes] == [Status.DONE]
    assert (side.version, held(side, first.guid).comments[-1].comment) == ("2.0", "Hello")


def test_a_file_that_is_no_archive_is_refused_when_it_is_opened(tmp_path):
    path = tmp_path / "letter.bcf"
    path.write_text("Dear all")
    with pytest.raises(InvalidArchive):
        ArchiveSide(path)


def test_a_picture_that_cannot_be_fetched_costs_only_its_viewpoint(tmp_path):
    side = new_archive(tmp_path, "3.0")
    theirs = source()
    fetched = theirs.open

    @contextmanager
    def partly(item):
        if item.locator == "two.png":
            raise Refused("404 Not Found", 404)
        with fetched(item) as stream:
            yield stream

    theirs.open = partly
    changes = [
        create(Kind.TOPIC, topic(topic_type="Clash", topic_status="Open")),
        create(Kind.VIEWPOINT, view(V1, picture=blob("one.png")), T1),
        create(Kind.VIEWPOINT, view(V2, x=2.0, picture=blob("two.png")), T1),
        create(Kind.COMMENT, comment(viewpoint_guid=V2), T1),
    ]
    outcomes = applied(side, *changes, bytes_from=theirs)
    statuses = [Status.DONE, Status.DONE, Status.FAILED, Status.DONE]
    assert [item.status for item in outcomes] == statuses
    assert outcomes[2].message == "its picture cannot be fetched: 404 Not Found"
    found = held(side)
    assert [(item.guid, item.snapshot is not None) for item in found.viewpoints] == [(V1, True)]
    assert [item.viewpoint_guid for item in found.comments] == [V2], "the viewpoint comes with a later run"


def test_a_document_that_cannot_be_fetched_costs_only_itself(tmp_path):
    side = new_archive(tmp_path, "3.0")
    theirs = source()

    @contextmanager
    def refused(_item):
        raise Refused("403 Forbidden", 403)
        yield

    theirs.open = refused
    outcomes = applied(side, create(Kind.DOCUMENT, paper()), create(Kind.TOPIC, topic()), bytes_from=theirs)
    assert [item.status for item in outcomes] == [Status.FAILED, Status.DONE]


def test_a_new_archive_takes_the_projects_name_and_lists(tmp_path):
    side = new_archive(tmp_path, "3.0")
    value = replace(side.load([]).project, project=Project("8a1b0c7e-0000-4000-8000-000000000001", "School"))
    applied(side, Change(0, Verb.CREATE, Kind.PROJECT, "project", "", value), create(Kind.TOPIC, topic()))
    assert ArchiveSide(side.path).bcf.project.name == "School"


def test_an_archive_that_vanished_is_an_empty_one(tmp_path):
    side = sample(tmp_path, NAMES[0])
    side.close()
    side.path.unlink()
    assert side.listing().topics == {}


def test_a_folder_in_capitals_is_rewritten_without_a_double(tmp_path):
    path = tmp_path / "capitals.bcf"
    written = replace(topic("ABCDEF01-0000-4000-8000-00000000000A"), creation_date=timestamp(MORNING.instant))
    write_bcf(path, Bcf("2.1", topics=(written,)), lambda item: source().open(item))
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "upper.bcf", "w") as new:
        for item in old.infolist():
            new.writestr(item.filename.replace("abcdef01-0000-4000-8000-00000000000a", written.guid), old.read(item))
    side = ArchiveSide(tmp_path / "upper.bcf")
    applied(side, create(Kind.COMMENT, comment(), written.guid))
    with open_bcf(side.path) as file:
        assert [item.guid.lower() for item in file.bcf.topics] == [written.guid.lower()]
        assert [item.comment for item in file.bcf.topics[0].comments] == ["OK"]
