"""What topics share stays what it is for the others, and what is not one thing is not edited as one."""

import zipfile
from dataclasses import replace

import pytest

import bcfsync
from bcfsync.inplace.entries import CannotEdit
from bcfsync.library import ForeignBlob, UnreadableAttachment
from bcfsync.model import Document, Snapshot, Topic, Viewpoint
from bcfsync.saving import ChangedMeanwhile

A, B = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
VA, VB = "aaaaaaaa-1111-4111-8111-111111111111", "bbbbbbbb-2222-4222-8222-222222222222"
PNG = b"\x89PNG\r\n\x1a\n"
POINTS = "".join(
    f"<{name}><X>0</X><Y>1</Y><Z>0</Z></{name}>" for name in ("CameraViewPoint", "CameraDirection", "CameraUpVector")
)
CAMERA = f"<PerspectiveCamera>{POINTS}<FieldOfView>60</FieldOfView></PerspectiveCamera>"
VISINFO = f"<VisualizationInfo>{CAMERA}</VisualizationInfo>"


def markup(guid, view="", header="", rest="", topic=""):
    said = "<CreationDate>2024-01-01T10:00:00Z</CreationDate><CreationAuthor>a</CreationAuthor>"
    return f'<Markup>{header}<Topic Guid="{guid}"><Title>T</Title>{said}{topic}</Topic>{rest}{view}</Markup>'


def view(guid, folder=""):
    files = f"<Viewpoint>{folder}viewpoint.bcfv</Viewpoint><Snapshot>{folder}snapshot.png</Snapshot>"
    return f'<Viewpoints Guid="{guid}">{files}</Viewpoints>'


MODEL = '<Header><File isExternal="false"><Filename>m.ifc</Filename><Reference>../m.ifc</Reference></File></Header>'


def pack(path, entries, version="2.1"):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if version:
            archive.writestr("bcf.version", f'<Version VersionId="{version}"/>')
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def entries(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def shared(tmp_path):
    """Topic B shows the viewpoint file and the picture of topic A; both are about one model."""
    return pack(
        tmp_path / "shared.bcf",
        {
            f"{A}/markup.bcf": markup(A, view(VA), MODEL),
            f"{A}/viewpoint.bcfv": VISINFO,
            f"{A}/snapshot.png": PNG + b"old",
            f"{B}/markup.bcf": markup(B, view(VB, f"../{A}/"), MODEL),
            "m.ifc": b"ISO-10303-21;",
        },
    )


both = pytest.mark.parametrize("only", [(), (A,)], ids=["all read", "one read"])


def changed(before, after):
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


@both
def test_a_new_picture_of_one_topic_is_not_the_other_ones(shared, only):
    before = entries(shared)
    with bcfsync.open(shared, only=only) as archive:
        topic = archive.topic(A)
        picture = Snapshot("png", blob=archive.attach(PNG + b"new"))
        archive.put(replace(topic, viewpoints=(replace(topic.viewpoints[0], snapshot=picture),)))
        archive.save()
    assert changed(before, entries(shared)) == [f"{A}/{VA}.png", f"{A}/markup.bcf"]
    with bcfsync.open(shared) as archive:
        read = {topic.guid: archive.read(topic.viewpoints[0].snapshot.blob) for topic in archive.topics}
    assert read == {A: PNG + b"new", B: PNG + b"old"}


@both
def test_a_camera_moved_in_one_topic_does_not_move_the_other_ones(shared, only):
    with bcfsync.open(shared, only=only) as archive:
        topic = archive.topic(A)
        camera = replace(topic.viewpoints[0].perspective_camera, field_of_view=45.0)
        archive.put(replace(topic, viewpoints=(replace(topic.viewpoints[0], perspective_camera=camera),)))
        archive.save()
    with bcfsync.open(shared) as archive:
        found = {item.guid: item.viewpoints[0].perspective_camera.field_of_view for item in archive.topics}
    assert found == {A: 45.0, B: 60.0}


@both
def test_a_removed_topic_leaves_what_others_use(shared, only):
    before = entries(shared)
    with bcfsync.open(shared, only=only) as archive:
        archive.remove(A)
        archive.save()
    assert changed(before, entries(shared)) == [f"{A}/markup.bcf"]
    with bcfsync.open(shared) as archive:
        assert [(item.guid, len(item.viewpoints)) for item in archive.topics] == [(B, 1)]
        assert archive.topics[0].viewpoints[0].perspective_camera


@both
def test_a_removed_viewpoint_leaves_what_others_use(shared, only):
    before = entries(shared)
    with bcfsync.open(shared, only=only) as archive:
        archive.put(replace(archive.topic(A), viewpoints=()))
        archive.save()
    assert changed(before, entries(shared)) == [f"{A}/markup.bcf"]


@both
def test_a_model_two_topics_are_about_cannot_be_changed_by_one(shared, only):
    before = shared.read_bytes()
    with bcfsync.open(shared, only=only) as archive:
        topic = archive.topic(A)
        archive.put(replace(topic, files=(replace(topic.files[0], blob=archive.attach(b"other")),)))
        with pytest.raises(CannotEdit, match=r"shared\.bcf: m\.ifc is used by something else, too"):
            archive.save()
    assert shared.read_bytes() == before


def test_a_document_that_is_a_picture_elsewhere_cannot_be_changed(tmp_path):
    inside = "<ReferencedDocument>snapshot.png</ReferencedDocument>"
    link = f'<DocumentReference isExternal="false">{inside}</DocumentReference>'
    path = pack(
        tmp_path / "a.bcf",
        {f"{A}/markup.bcf": markup(A, view(VA), topic=link), f"{A}/viewpoint.bcfv": VISINFO, f"{A}/snapshot.png": PNG},
    )
    with bcfsync.open(path) as archive:
        (document,) = archive.bcf.documents
        archive.replace(replace(archive.bcf, documents=(replace(document, blob=archive.attach(b"%PDF")),)))
        with pytest.raises(CannotEdit, match="used by something else"):
            archive.save()


def test_a_topic_read_alone_is_not_added_a_second_time(tmp_path):
    path = pack(tmp_path / "a.bcf", {f"{A}/markup.bcf": markup(A), "elsewhere/markup.bcf": markup(B)})
    with bcfsync.open(path, only=[A]) as archive:
        archive.put(Topic(B, "Again"))
        with pytest.raises(CannotEdit, match=r"holds topic .* already"):
            archive.save()


def test_a_topic_that_is_there_twice_is_not_edited_by_half(tmp_path):
    path = pack(
        tmp_path / "a.bcf", {f"{A}/markup.bcf": markup(A), "copy/markup.bcf": markup(A), f"{B}/markup.bcf": markup(B)}
    )
    before = path.read_bytes()
    with bcfsync.open(path) as archive:
        archive.comment(A, "Hello", "ana")
        with pytest.raises(CannotEdit, match="twice"):
            archive.save()
    with bcfsync.open(path) as archive:
        archive.remove(A)
        with pytest.raises(CannotEdit, match="twice"):
            archive.save()
    assert path.read_bytes() == before
    with bcfsync.open(path) as archive:
        archive.comment(B, "Hello", "ana")
        archive.save()


@pytest.mark.parametrize("remark", ["<!-- keep me -->", "<?vendor keep me?>"])
def test_a_document_with_remarks_of_others_is_never_written_anew(tmp_path, remark):
    twice = f'<Comment Guid="{VA}"><Date>2024-01-01T10:00:00Z</Date><Author>a</Author><Comment>{{}}</Comment></Comment>'
    path = pack(tmp_path / "a.bcf", {f"{A}/markup.bcf": markup(A, rest=twice.format(1) + twice.format(2) + remark)})
    with bcfsync.open(path) as archive:
        topic = archive.topic(A)
        assert len(topic.comments) == 2
        archive.put(replace(topic, comments=topic.comments[:1]))
        with pytest.raises(CannotEdit, match="does not know and would lose"):
            archive.save()
    assert remark.encode() in entries(path)[f"{A}/markup.bcf"]


def test_the_markup_that_was_read_is_the_one_that_is_edited(tmp_path):
    path = pack(tmp_path / "a.bcf", {f"{A}/Markup.bcf": markup(A), "markup.bcf": markup(B)})
    before = entries(path)
    with bcfsync.open(path) as archive:
        archive.comment(A, "Hello", "ana")
        archive.save()
    assert changed(before, entries(path)) == [f"{A}/Markup.bcf"]
    with bcfsync.open(path) as archive:
        archive.remove(A)
        archive.save()
    assert list(entries(path)) == ["bcf.version", "markup.bcf"]


def test_a_topic_that_lies_at_the_root_is_edited_there(tmp_path):
    path = pack(tmp_path / "a.bcf", {"markup.bcf": markup(A, view(VA)), "viewpoint.bcfv": VISINFO, "snapshot.png": PNG})
    before = entries(path)
    with bcfsync.open(path) as archive:
        archive.comment(A, "Hello", "ana")
        archive.save()
        assert [item.comment for item in archive.topic(A).comments] == ["Hello"]
    assert changed(before, entries(path)) == ["markup.bcf"]
    with bcfsync.open(path) as archive:
        archive.remove(A)
        archive.save()
    assert list(entries(path)) == ["bcf.version"]


def test_a_viewpoint_only_its_comment_declared_is_declared_when_the_comment_goes(tmp_path):
    said = f'<Date>2024-01-01T10:00:00Z</Date><Author>a</Author><Comment>C</Comment><Viewpoint Guid="{VA}"/>'
    said = f'<Comment Guid="{B}">{said}</Comment>'
    content = VISINFO.replace("<VisualizationInfo>", f'<VisualizationInfo Guid="{VA}">')
    path = pack(tmp_path / "a.bcf", {f"{A}/markup.bcf": markup(A, rest=said), f"{A}/{VA}.bcfv": content})
    with bcfsync.open(path) as archive:
        archive.put(replace(archive.topic(A), comments=()))
        archive.save()
        assert [item.guid for item in archive.topic(A).viewpoints] == [VA]


def test_the_last_topic_leaves_an_archive_that_can_be_opened(tmp_path):
    path = pack(tmp_path / "a.bcf", {f"{A}/markup.bcf": markup(A)}, version="")
    with bcfsync.open(path) as archive:
        archive.remove(A)
        archive.save()
        assert (archive.version, archive.topics) == ("2.1", ())


def test_a_value_that_is_demanded_and_taken_away_is_filled_in_and_marked(tmp_path):
    path = pack(tmp_path / "a.bcf", {f"{A}/markup.bcf": markup(A)})
    with bcfsync.open(path) as archive:
        archive.put(replace(archive.topic(A), creation_date=None))
        archive.save()
        assert archive.topic(A).creation_date is None
    assert bcfsync.check(path).is_valid()


@pytest.mark.parametrize("name", ["DueDate", "Stage"])
def test_what_2_1_and_3_0_have_in_the_same_place_tells_no_version(tmp_path, name):
    value = {"DueDate": "2026-01-01T00:00:00Z", "Stage": "Design"}[name]
    text = markup(A, topic=f"<{name}>{value}</{name}>").replace("<Topic ", '<Topic TopicType="a" TopicStatus="b" ')
    path = pack(tmp_path / "a.bcf", {f"{A}/markup.bcf": text, "extensions.xml": "<Extensions/>"}, version="3.0")
    with bcfsync.open(path) as archive:
        assert archive.version == "3.0"
        archive.comment(A, "Hello", "ana")
        archive.save()
    assert b"<Comments>" in entries(path)[f"{A}/markup.bcf"]
    assert bcfsync.check(path).is_valid()


# -- archives and programs ---------------------------------------------------------------------------------------------


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(shared):
    with bcfsync.open(shared) as mine, bcfsync.open(shared) as theirs:
        mine.comment(A, "Mine", "ana")
        theirs.comment(A, "Theirs", "bo")
        theirs.save()
        with pytest.raises(ChangedMeanwhile, match="somebody else has written it"):
            mine.save()
    with bcfsync.open(shared) as archive:
        assert [item.comment for item in archive.topic(A).comments] == ["Theirs"]


def test_a_picture_attached_once_stays_itself_through_every_save(shared):
    with bcfsync.open(shared) as archive:
        first = Viewpoint(
            "cccccccc-1111-4111-8111-111111111111", snapshot=Snapshot("png", blob=archive.attach(PNG + b"1"))
        )
        second = Viewpoint(
            "dddddddd-1111-4111-8111-111111111111", snapshot=Snapshot("png", blob=archive.attach(PNG + b"2"))
        )
        for topic in (A, B):
            for item in (first, second):
                held = archive.topic(topic)
                archive.put(replace(held, viewpoints=(*held.viewpoints, item)))
                archive.save()
        for topic in (A, B):
            found = [archive.read(item.snapshot.blob) for item in archive.topic(topic).viewpoints[1:]]
            assert found == [PNG + b"1", PNG + b"2"]


def test_a_topic_of_another_archive_brings_its_own_pictures_or_is_refused(shared, tmp_path):
    other = pack(
        tmp_path / "other.bcf",
        {f"{A}/markup.bcf": markup(A, view(VA)), f"{A}/viewpoint.bcfv": VISINFO, f"{A}/snapshot.png": PNG + b"two"},
    )
    with bcfsync.open(other) as source, bcfsync.open(shared) as archive:
        archive.put(source.topic(A))
        with pytest.raises(ForeignBlob, match="belong to another archive"):
            archive.save()
        archive.put(archive.take(source.topic(A), source))
        archive.save()
        assert archive.read(archive.topic(A).viewpoints[0].snapshot.blob) == PNG + b"two"


def test_an_attached_file_that_is_gone_is_named(shared, tmp_path):
    picture = tmp_path / "picture.png"
    picture.write_bytes(PNG)
    with bcfsync.open(shared) as archive:
        with pytest.raises(UnreadableAttachment, match=r"nothing\.png: cannot be read"):
            archive.attach(tmp_path / "nothing.png")
        archive.replace(replace(archive.bcf, documents=(Document(VB, "p.png", blob=archive.attach(picture)),)))
        picture.unlink()
        with pytest.raises(UnreadableAttachment, match=r"picture\.png: cannot be read"):
            archive.save()
    assert [item.name for item in shared.parent.iterdir()] == ["shared.bcf"]


def test_what_a_version_cannot_hold_is_told_when_it_is_saved(shared):
    with bcfsync.open(shared) as archive:
        archive.put(replace(archive.topic(A), server_assigned_id="S-1"))
        (loss,) = archive.save()
        assert (loss.topic, loss.what) == (A, "S-1")
        assert archive.save() == ()


def test_a_removed_topic_takes_the_files_of_other_programs_in_its_folder_with_it(tmp_path):
    path = pack(
        tmp_path / "a.bcf", {f"{A}/markup.bcf": markup(A), f"{A}/extension.desite.xml": "<x/>", "readme.txt": "hi"}
    )
    with bcfsync.open(path) as archive:
        archive.remove(A)
        archive.save()
    assert list(entries(path)) == ["bcf.version", "readme.txt"]


def test_a_link_to_an_archive_stays_a_link(shared, tmp_path):
    link = tmp_path / "link.bcf"
    try:
        link.symlink_to(shared)
    except OSError:
        pytest.skip("this system lets nobody make links")
    with bcfsync.open(link) as archive:
        archive.comment(A, "Hello", "ana")
        archive.save()
    assert link.is_symlink()
    with bcfsync.open(shared) as archive:
        assert [item.comment for item in archive.topic(A).comments] == ["Hello"]


def test_litter_of_killed_runs_is_swept_after_a_day(shared):
    import os  # noqa: PLC0415 - for one stamp

    old, fresh = shared.parent / ".~bcfsync-old.tmp", shared.parent / ".~bcfsync-fresh.tmp"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    with bcfsync.open(shared) as archive:
        archive.comment(A, "Hello", "ana")
        archive.save()
    assert (old.exists(), fresh.exists()) == (False, True)
