"""BIMData's export and import, and whether both sides of the house understand the archives."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from bimdata_server import FULL, PROJECT, TOPICS, serving, topic, viewpoint
from reference_server import camera, fresh, png, vector

import bcfsync
from bcfsync.validate import validate

OTHER = "/bcf/2.1/projects/2"
USERS = ("anna@example.com", "alice@example.com", "bob@example.com", "engineer@example.com")
VERSION = '<Version VersionId="2.1"/>'
FOLDER = "63e78882-7c6a-4bf7-8982-fc478afb9c97"
SENT_ONLY = ("models", "ifcs", "groups", "bimdata_viewer_layout", "project")
VIEW_ONLY = ("originating_system", "authoring_tool_id", "pins", "models")


@pytest.fixture
def api(store):
    store.create_project("other", "Other")
    for project in ("demo", "other"):
        store.set_extensions(project, {"users": USERS})
    with serving(store) as client:
        yield client


def full_topic():
    seen = viewpoint(temp_id=1, guid=fresh())
    camera_only = {"orthogonal_camera": ortho(), "guid": fresh(), "index": 4}
    hints = {"spaces_visible": True, "space_boundaries_visible": False, "openings_visible": True}
    component = {"ifc_guid": "2MF28NhmDBiRVyFakgdbCT", "originating_system": "x", "authoring_tool_id": "17"}
    hidden = {
        "perspective_camera": {**camera(), "field_of_view": 51.5},
        "snapshot": {**seen["snapshot"]},
        "components": {
            "selection": [],
            "coloring": [{"color": "80FF0000", "components": [component, {"authoring_tool_id": "18"}]}],
            "visibility": {"default_visibility": False, "exceptions": [component], "view_setup_hints": hints},
        },
    }
    for view in (seen, hidden):
        for name in ("aspect_ratio", "bimdata_camera_direction"):
            view["perspective_camera"].pop(name, None)
        view["perspective_camera"]["camera_direction"] = vector(1.0, 0.5, 0.0)
    seen["components"]["coloring"][0]["color"] = "FF0000"
    told = {"date": "2019-05-03T10:00:00+02:00", "author": "alice@example.com", "modified_author": "bob@example.com"}
    return topic(
        title='Ümlaut <&> "quoted" 😀\nsecond line',
        comments=[
            {"comment": "first\nsecond", "viewpoint_temp_id": 1, **told},
            {"comment": "", "viewpoint_temp_id": 1, **told, "date": "2019-05-04T10:00:00.1234567Z"},
        ],
        viewpoints=[seen, camera_only, hidden],
    )


def ortho():
    shot = camera(view_to_world_scale=12.25, camera_direction=vector(1.0, 0.0, -1e-16))
    return {name: value for name, value in shot.items() if name not in {"field_of_view", "aspect_ratio"}}


def comparable(full):
    """What an archive can carry: no models, groups, layouts and pins."""
    kept = {name: value for name, value in full.items() if name not in SENT_ONLY}
    kept["viewpoints"] = [
        {name: value for name, value in view.items() if name not in VIEW_ONLY} for view in full["viewpoints"]
    ]
    return kept


def packed(entries, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return file.getvalue()


def markup(inner="", title="T", guid=FOLDER):
    head = "<CreationDate>2020-01-01T00:00:00Z</CreationDate><CreationAuthor>alice@example.com</CreationAuthor>"
    return f'<Markup><Topic Guid="{guid}"><Title>{title}</Title>{head}</Topic>{inner}</Markup>'


def archive(inner="", **entries):
    return packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": markup(inner), **entries})


def put_in(api, data, project=PROJECT, field="file"):
    return api.post(f"{project}/import", files={field: ("x.bcf", data, "application/octet-stream")})


def test_what_is_exported_can_be_imported_elsewhere_and_is_the_same(api):
    sent = [
        full_topic(),
        topic(title="B", description=None, labels=[]),
        {"title": "C", "creation_author": "stranger@example.com"},
    ]
    made = [api.post(FULL, json=body).json() for body in sent]
    made[1] = api.patch(f"{TOPICS}/{made[1]['guid']}", json={"priority": "Low"}).json()
    made = api.get(FULL).json()
    exported = api.get(f"{PROJECT}/export")
    assert exported.headers["Content-Disposition"] == "attachment; filename=export.bcf"
    assert put_in(api, exported.content, OTHER).status_code == 204
    there = {full["guid"]: full for full in api.get(f"{OTHER}/full-topic").json()}
    assert len(there) == 3
    for full in made[:2]:
        assert comparable(there[full["guid"]]) == comparable(full)
    # its author is nobody the project knows
    assert there[made[2]["guid"]]["creation_author"] is None
    again = api.get(f"{OTHER}/export")
    assert put_in(api, again.content).status_code == 400


def test_our_own_reader_and_validator_take_an_export(api, tmp_path):
    full = api.post(FULL, json=full_topic()).json()
    path = tmp_path / "export.bcf"
    path.write_bytes(api.get(f"{PROJECT}/export").content)
    assert validate(path).is_valid(strict=True), validate(path).findings
    with bcfsync.open(path) as opened:
        (read,) = opened.topics
        assert (opened.version, read.guid, read.title) == ("2.1", full["guid"], full["title"])
        assert (read.creation_author, read.modified_author) == ("alice@example.com", "bob@example.com")
        assert [comment.comment for comment in read.comments] == ["first\nsecond", ""]
        assert [view.guid for view in read.viewpoints] == [view["guid"] for view in full["viewpoints"]]
        assert read.comments[0].viewpoint_guid == full["viewpoints"][0]["guid"]
        colors = read.viewpoints[2].components.coloring
        assert colors[0].color == "80FF0000"


def test_the_same_topics_make_the_same_bytes(api):
    api.post(FULL, json=full_topic())
    assert api.get(f"{PROJECT}/export").content == api.get(f"{PROJECT}/export").content


def test_an_export_holds_the_topics_asked_for(api):
    guids = [api.post(TOPICS, json={"title": "A", "format": name}).json()["guid"] for name in ("standard", "pins")]
    for answer, held in (
        (api.get(f"{PROJECT}/export"), guids[:1]),
        (api.get(f"{PROJECT}/export?format=pins"), guids[1:]),
        (api.get(f"{PROJECT}/export?topics={','.join(guids)}"), guids),
        (api.post(f"{PROJECT}/export", json={"topics": guids[1:]}), guids[1:]),
        (api.post(f"{PROJECT}/export", json={}), guids[:1]),
    ):
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert {name.partition("/")[0] for name in names if "/" in name} == set(held)
    assert api.get(f"{PROJECT}/export?topics={fresh()}").status_code == 404


def test_values_the_schema_does_not_have_are_bent_until_it_has_them(api, tmp_path):
    color = {"color": "red", "components": [{"ifc_guid": "short", "authoring_tool_id": "1"}]}
    view = {**viewpoint(), "components": {"coloring": [color], "visibility": {}}, "index": 2**40}
    api.post(FULL, json={"title": "bell \x07 \ud7ff", "viewpoints": [view], "due_date": "2024-05-01", "index": 2**40})
    path = tmp_path / "export.bcf"
    path.write_bytes(api.get(f"{PROJECT}/export").content)
    assert validate(path).is_valid(), validate(path).findings


@pytest.mark.parametrize("field", ["file", "bcf", "", "anything"])
def test_the_file_may_stand_in_any_field(api, field):
    assert put_in(api, archive(), field=field or "x").status_code == 204
    assert [item["title"] for item in api.get(TOPICS).json()] == ["T"]


def test_a_guid_in_use_refuses_the_whole_archive(api):
    comment = f'<Comment Guid="{fresh()}"><Date>2020-01-01T00:00:00Z</Date><Author/><Comment>c</Comment></Comment>'
    second = fresh()
    data = packed(
        {
            "bcf.version": VERSION,
            f"{second}/markup.bcf": markup(comment, guid=second),
            f"{FOLDER}/markup.bcf": markup(comment),
        }
    )
    assert put_in(api, data).status_code == 400
    assert api.get(TOPICS).json() == []
    assert put_in(api, archive(comment)).status_code == 204
    assert put_in(api, archive()).status_code == 400


def test_an_index_in_use_is_renumbered(api):
    api.post(TOPICS, json={"title": "A", "index": 5})
    head = markup().replace("<CreationDate>", "<Index>5</Index><CreationDate>", 1)
    data = packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": head})
    assert put_in(api, data).status_code == 204
    assert api.get(f"{TOPICS}/{FOLDER}").json()["index"] == 6


def test_people_nobody_knows_are_left_blank(api):
    head = markup().replace("alice@example.com", "stranger@example.com")
    head = head.replace("</CreationAuthor>", "</CreationAuthor><AssignedTo>bob@example.com</AssignedTo>", 1)
    assert put_in(api, packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": head})).status_code == 204
    read = api.get(f"{TOPICS}/{FOLDER}").json()
    assert (read["creation_author"], read["assigned_to"]) == (None, "bob@example.com")


VIEW = f'<Viewpoints Guid="{fresh()}"><Viewpoint>v.bcfv</Viewpoint></Viewpoints>'
SNAPSHOT = f'<Viewpoints Guid="{fresh()}"><Snapshot>{{}}</Snapshot></Viewpoints>'
BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
COMMENT = f'<Comment Guid="{fresh()}"><Date>2020-01-01T00:00:00Z</Date><Author/><Comment/>{{}}</Comment>'
INFO = f'<VisualizationInfo Guid="{fresh()}">{{}}</VisualizationInfo>'
LINE = "<Lines><Line><StartPoint><X>{}</X><Y>0</Y><Z>0</Z></StartPoint></Line></Lines>"


def view(inner):
    return archive(VIEW, **{f"{FOLDER}/v.bcfv": INFO.format(inner)})


def lying(data):
    """The archive with a size in its listing that is not the file's."""
    at = data.index(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", 5) + data[at + 28 :]


REFUSED = {
    "no zip": b"PK but no zip",
    "empty": b"",
    "truncated": archive()[:-40],
    "no version": packed({f"{FOLDER}/markup.bcf": markup()}),
    "2.0": packed({"bcf.version": '<Version VersionId="2.0"/>', f"{FOLDER}/markup.bcf": markup()}),
    "3.0": packed({"bcf.version": '<Version VersionId="3.0"/>', f"{FOLDER}/markup.bcf": markup()}),
    "leaves": archive(**{"../evil.bcf": "x"}),
    "leaves by a folder": archive(**{"a/../../evil.bcf": "x"}),
    "absolute": archive(**{"/etc/passwd": "x"}),
    "drive": archive(**{"C:/evil": "x"}),
    "backslashes": archive(**{"..\\evil.bcf": "x"}),
    "document type": packed({"bcf.version": BOMB + VERSION, f"{FOLDER}/markup.bcf": markup()}),
    "entities": packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": BOMB + markup(title="&b;")}),
    "utf-16 entities": packed(
        {"bcf.version": VERSION, f"{FOLDER}/markup.bcf": (BOMB + markup(title="&b;")).encode("utf-16")}
    ),
    "steep and read": archive(SNAPSHOT.format("s.png"), **{f"{FOLDER}/s.png": b"\0" * 2**24}),
    "no XML": packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": "<Markup>"}),
    "another root": packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": "<Mark/>"}),
    "a namespace": packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": '<Markup xmlns="u"/>'}),
    "no topic": packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": "<Markup/>"}),
    "no guid": packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": markup(guid="x")}),
    "no title": packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": markup(title="")}),
    "elements in text": packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": markup(title="<b>x</b>")}),
    "a date": archive(f'<Comment Guid="{fresh()}"><Date>today</Date><Author/><Comment>c</Comment></Comment>'),
    "a viewpoint that is not there": archive(COMMENT.format(f'<Viewpoint Guid="{fresh()}"/>')),
    "a file that is not there": archive(VIEW),
    "a file outside": archive(VIEW.replace("v.bcfv", "../v.bcfv"), **{"v.bcfv": INFO.format("")}),
    "no picture": archive(SNAPSHOT.format("s.png"), **{f"{FOLDER}/s.png": b"GIF89a"}),
    "a number": view(LINE.format("1_0")),
    "infinity": view(LINE.format("INF")),
    "a huge number": view(LINE.format("1e999")),
    "half a line": view(LINE.format("1")),
    "no visibility": view("<Components/>"),
    "a flag": view('<Components><Visibility DefaultVisibility="yes"/></Components>'),
    "a size that lies": lying(archive()),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_archive_that_does_not_fit_is_400_and_nothing_is_imported(api, name):
    answer = put_in(api, REFUSED[name])
    assert answer.status_code == 400, answer.text
    assert list(answer.json()) == ["file"]
    assert api.get(TOPICS).json() == []


def test_one_picture_that_is_named_a_thousand_times_is_not_read_so_often(api, monkeypatch):
    monkeypatch.setattr("bcfsync.server.vendors.archive21.entries._LARGEST_ARCHIVE", 10_000)
    views = [SNAPSHOT.format("s.png").replace("Guid", f'Guid="{fresh()}" was', 1) for _ in range(1000)]
    picture = {f"{FOLDER}/s.png": png() + bytes(range(256))}
    assert put_in(api, archive("".join(views[:3]), **picture)).status_code == 204
    api.delete(f"{TOPICS}/{FOLDER}")
    answer = put_in(api, packed({"bcf.version": VERSION, f"{FOLDER}/markup.bcf": markup(views[0]), **picture}))
    assert answer.status_code == 204
    api.delete(f"{TOPICS}/{FOLDER}")
    monkeypatch.setattr("bcfsync.server.vendors.archive21.entries._LARGEST_ARCHIVE", 3_000)
    assert put_in(api, archive("".join(views[:9]), **picture)).status_code == 400


def test_two_entries_of_one_name_are_refused(api):
    file = io.BytesIO(archive())
    with zipfile.ZipFile(file, "a") as twice, pytest.warns(UserWarning, match="Duplicate"):
        twice.writestr(f"{FOLDER}/markup.bcf", markup(title="other"))
    assert put_in(api, file.getvalue()).status_code == 400


def test_an_encrypted_entry_is_refused(api):
    data = bytearray(archive())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + offset
        data[at] |= 1
    assert put_in(api, bytes(data)).status_code == 400


def test_what_nobody_reads_does_not_matter(api):
    assert put_in(api, archive(**{"zeros.bin": b"\0" * 2**24, f"{FOLDER}/": b""})).status_code == 204


def test_a_visibility_that_does_not_say_shows_everything_but_exceptions(api):
    component = '<Component IfcGuid="2MF28NhmDBiRVyFakgdbCT"/>'
    inner = f"<Components><Visibility><Exceptions>{component}</Exceptions></Visibility></Components>"
    assert put_in(api, view(inner)).status_code == 204
    (read,) = api.get(f"{FULL}/{FOLDER}").json()["viewpoints"]
    assert read["components"]["visibility"]["default_visibility"] is False
    assert read["snapshot"] is None


@pytest.mark.parametrize("files", [{}, {"a": ("a", b""), "b": ("b", b"")}])
def test_a_form_without_exactly_one_file_is_400(api, files):
    answer = api.post(f"{PROJECT}/import", files=files or None)
    assert (answer.status_code, list(answer.json())) == (400, ["file"])


def test_snapshots_travel_as_they_are(api):
    picture = {f"{FOLDER}/s.png": png(3, 4)}
    assert put_in(api, archive(SNAPSHOT.format("s.png"), **picture)).status_code == 204
    guid = api.get(f"{TOPICS}/{FOLDER}/viewpoints").json()[0]["guid"]
    assert api.get(f"{TOPICS}/{FOLDER}/viewpoints/{guid}/snapshot").content == png(3, 4)


SAMPLES = Path(__file__).resolve().parents[2] / "samples"
HABITS = sorted([*SAMPLES.glob("2.1/*.bcf*"), *SAMPLES.glob("habits/*.bcf*")])


@pytest.mark.parametrize("path", HABITS, ids=lambda path: path.name)
def test_archives_of_many_programs_come_out_as_they_went_in(api, store, tmp_path, path):
    with bcfsync.open(path) as opened:
        if opened.version != "2.1" or path.name == "bimcollab-viewpoint-only-in-comment.bcf":
            assert put_in(api, path.read_bytes()).status_code == 400
            return
        store.set_extensions("demo", {"users": sorted(people(opened.topics))})
    assert put_in(api, path.read_bytes()).status_code == 204
    out = tmp_path / "out.bcf"
    out.write_bytes(api.get(f"{PROJECT}/export").content)
    assert validate(out).is_valid(), validate(out).findings
    topics = bcfsync.compare(path, out).topics
    assert not topics.removed
    assert not topics.added
    for change in topics.changed:
        assert (change.fields, change.comments.added, change.comments.removed) == ((), (), ())
        assert not change.comments
        assert {changed.name for changed in change.lists} <= {"related_topics"}
        assert not change.viewpoints.added + change.viewpoints.removed
        for view in change.viewpoints.changed:
            assert (view.cameras, view.snapshot) == ((), False)
            for part in (view.components, view.lines, view.clipping_planes):
                assert not part


def people(topics):
    said = [(t.creation_author, t.modified_author, t.assigned_to) for t in topics]
    said += [(c.author, c.modified_author) for t in topics for c in t.comments]
    return {name for names in said for name in names if name}
