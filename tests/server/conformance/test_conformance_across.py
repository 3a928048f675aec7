"""One store behind all texts: what is written through one is read through every other, as that one spells it."""

import itertools

import httpx
import pytest
import request_bodies as bodies
from furniture import Furniture, bitmaps, image_of
from likeness import differences
from reference_server import png
from replies import decoded
from request_bodies import Body
from texts import LATE, NEW, OLD, TAG, TEXTS, V21, V30, Text

PAIRS = list(itertools.permutations(TEXTS, 2))
IDS = [f"{one.name} to {other.name}" for one, other in PAIRS]
across = pytest.mark.parametrize(("writer", "reader"), PAIRS, ids=IDS)


def seen(place, f: Furniture, reader: Text, path: str, name: str | None = None) -> httpx.Response:
    """The same resource through another text."""
    url = f.url(path)
    return place.furniture(reader).asker.get(reader.base + url.removeprefix(f.text.base), name)


def value(place, f: Furniture, reader: Text, path: str, name: str) -> object:
    return decoded(seen(place, f, reader, path, name))


def translated(body: Body, reader: Text, members: dict[str, dict[Text, str]]) -> Body:
    """The members both texts have, under the reader's names."""
    other = {
        next((names[reader] for names in members.values() if name in names.values() and reader in names), name): sent
        for name, sent in body.items()
    }
    gone = {name for names in members.values() for text, name in names.items() if reader not in names}
    return {name: sent for name, sent in other.items() if name not in gone}


def by_text(old: str | None, new: str | None, last: str | None = None) -> dict[Text, str]:
    names = {TAG: old, LATE: old, V21: new, V30: last or new}
    return {text: name for text, name in names.items() if name is not None}


TOPIC_MEMBERS = {"stage": by_text(None, "stage"), "due_date": by_text(None, "due_date")}
FILE_MEMBERS = {"name": by_text("file_name", "file_name", "filename")}


@across
def test_a_topic(place, writer, reader):
    f = place.furniture(writer)
    sent = bodies.topic(writer, f.words)
    links = sent.pop("reference_links", None) or [sent.pop("reference_link")]
    got = value(place, f, reader, "T", "topic")
    assert not differences(translated(sent, reader, TOPIC_MEMBERS), got)
    assert (got.get("reference_links") or [got.get("reference_link")])[0] == links[0]
    own = decoded(f.asker.get(f.topic))
    assert not differences({name: own[name] for name in ("guid", "creation_date", "creation_author")}, got)


@across
def test_a_comment(place, writer, reader):
    f = place.furniture(writer)
    viewpoint = f.url("{v}")
    sent = {**bodies.comment(writer, f.words), "viewpoint_guid": viewpoint}
    f.know("comment", f.create(f.url("T/comments"), sent, "comment"))
    got = value(place, f, reader, "T/comments/{c}", "comment")
    shared = ("comment", "viewpoint_guid", *(("status", "verbal_status") if {writer, reader} <= {*OLD} else ()))
    assert not differences({name: sent[name] for name in shared}, got)


@across
def test_a_viewpoint(place, writer, reader):
    f = place.furniture(writer)
    sent = bodies.viewpoint(writer)
    f.url("{b}")
    got = value(place, f, reader, "V", "viewpoint")
    camera = {name: sent["perspective_camera"][name] for name in bodies.camera(V21)}
    assert not differences(camera, got["perspective_camera"])
    assert not differences(_items(sent, "lines", "line"), _items(got, "lines", "line"))
    assert not differences(
        _items(sent, "clipping_planes", "clipping_plane"), _items(got, "clipping_planes", "clipping_plane")
    )
    # the tag of 1.0 knows where a bitmap is and has no bytes of it: whether others show such a one is theirs
    assert len(bitmaps(reader, got)) == 1 or writer is TAG
    place_of = {name: bitmaps(writer, sent)[0][name] for name in ("location", "normal", "up", "height")}
    assert all(not differences(place_of, bitmap) for bitmap in bitmaps(reader, got))


def _items(viewpoint: Body, many: str, one: str) -> object:
    found = viewpoint[many]
    return found[one] if isinstance(found, dict) else found


@across
def test_an_image(place, writer, reader):
    f = place.furniture(writer)
    f.url("V")
    assert seen(place, f, reader, f"V/{image_of(reader)}").content == png()


@pytest.mark.parametrize(
    ("writer", "reader"), [pair for pair in PAIRS if TAG not in pair], ids=[i for i in IDS if "tag" not in i]
)
def test_a_bitmap(place, writer, reader):
    f = place.furniture(writer)
    sent = f.asker.get(f.bitmap).content
    assert seen(place, f, reader, "V/bitmaps/{b}").content == sent != b""


@pytest.mark.parametrize("reader", NEW, ids=lambda text: text.name)
@pytest.mark.parametrize("writer", OLD, ids=lambda text: text.name)
def test_flat_components_become_selection_coloring_and_visibility(place, writer, reader):
    f = place.furniture(writer)
    selection = value(place, f, reader, "V/selection", "selection")["selection"]
    coloring = value(place, f, reader, "V/coloring", "coloring")["coloring"]
    value(place, f, reader, "V/visibility", "visibility")
    assert [component["ifc_guid"] for component in selection] == [bodies.WALL]
    colors = {one["color"].lstrip("#").upper(): [c["ifc_guid"] for c in one["components"]] for one in coloring}
    assert {color[-6:]: guids for color, guids in colors.items()} == {"FF0000": [bodies.WALL], "00FF00": [bodies.DOOR]}


@pytest.mark.parametrize("reader", OLD, ids=lambda text: text.name)
@pytest.mark.parametrize("writer", NEW, ids=lambda text: text.name)
def test_selection_coloring_and_visibility_become_flat_components(place, writer, reader):
    f = place.furniture(writer)
    found = {one["ifc_guid"]: one for one in value(place, f, reader, "V/components", "[component]")}
    assert found.keys() == {bodies.WALL, bodies.DOOR}
    assert found[bodies.WALL]["selected"] is True
    assert not found[bodies.DOOR].get("selected")
    assert {one["color"].lstrip("#").upper()[-6:] for one in found.values()} == {"FF0000"}
    # everything is visible but the exceptions
    assert found[bodies.WALL]["visible"] is False


@pytest.mark.parametrize("part", ["selection", "coloring", "visibility"])
def test_components_between_2_1_and_3_0(place, part):
    for writer, reader in (NEW, NEW[::-1]):
        f = place.furniture(writer)
        assert value(place, f, reader, f"V/{part}", part) == decoded(f.asker.get(f.url(f"V/{part}")))


@across
def test_files(place, writer, reader):
    f = place.furniture(writer)
    f.furnish("T/files")
    sent = [translated(file, reader, FILE_MEMBERS) for file in bodies.files(writer)]
    assert not differences(sent, value(place, f, reader, "T/files", "[file]"))


@across
def test_related_topics(place, writer, reader):
    f = place.furniture(writer)
    f.furnish("T/related_topics")
    own = decoded(f.asker.get(f.url("T/related_topics")))
    assert value(place, f, reader, "T/related_topics", "[related_topic]") == own != []


@across
def test_document_references(place, writer, reader):
    f = place.furniture(writer)
    guid = f.url("{r}")
    [got] = value(place, f, reader, "T/document_references", "[reference]")
    target = "referenced_document" if reader.is_1_0 else "url"
    sent = bodies.reference(writer)
    wanted = {"guid": guid, "description": sent["description"], target: "https://example.com/plan.pdf"}
    assert not differences(wanted, got)


@across
def test_a_document(place, writer, reader):
    f = place.furniture(writer)
    assert seen(place, f, reader, "P/documents/{d}").content == b"%PDF"
    listed = value(place, f, reader, "P/documents", "[document]")
    assert {"guid": f.url("{d}"), "filename": "plan.pdf"} in listed


@across
def test_a_snippet(place, writer, reader):
    f = place.furniture(writer)
    f.furnish("T/snippet")
    assert seen(place, f, reader, "T/snippet").content == bodies.IFC


@across
def test_a_projects_name(place, writer, reader):
    f = place.furniture(writer)
    name = f"{writer.name} to {reader.name} ☂"
    f.asker.ask("PUT", f.project, f.put, json={"name": name})
    assert value(place, f, reader, "P", "project")["name"] == name


@pytest.mark.parametrize("reader", NEW, ids=lambda text: text.name)
@pytest.mark.parametrize("writer", OLD, ids=lambda text: text.name)
def test_a_project_and_its_extensions_made_through_1_0(place, writer, reader):
    f = place.furniture(writer)
    own = Furniture(f.asker, f.create(f.url("B/projects"), {"name": "New ☂"}, "project").rpartition("/")[2])
    sent = bodies.extensions(writer)
    f.asker.ask("PUT", own.url("P/extensions"), f.put, json=sent)
    assert value(place, own, reader, "P", "project")["name"] == "New ☂"
    users = by_text("user_id_type", "user_id_type", "users")
    assert not differences(
        translated(sent, reader, {"users": users}), value(place, own, reader, "P/extensions", "extensions")
    )


@pytest.mark.parametrize("kind", ["DELETE", "PUT"])
@across
def test_a_change_and_a_deletion_are_seen_everywhere(place, writer, reader, kind):
    f = place.furniture(writer)
    path = reader.base + f.topic.removeprefix(writer.base)
    other = place.furniture(reader).asker
    before = other.get(path, "topic").headers["ETag"]
    if kind == "PUT":
        f.asker.ask("PUT", f.topic, f.put, json={"title": "Changed"})
        after = other.get(path, "topic", headers={"If-None-Match": before})
        assert decoded(after)["title"] == "Changed"
    elif not writer.is_1_0:
        f.asker.ask("DELETE", f.topic, 200)
        other.ask("GET", path, 404)


@pytest.mark.parametrize("writer", NEW, ids=lambda text: text.name)
@pytest.mark.parametrize("old", OLD, ids=lambda text: text.name)
def test_a_put_through_1_0_does_not_clear_what_1_0_cannot_speak_of(place, writer, old):
    f = place.furniture(writer)
    before = decoded(f.asker.get(f.topic, "topic"))
    other = place.furniture(old)
    url = old.base + f.topic.removeprefix(writer.base)
    other.asker.ask("PUT", url, other.put, json={**bodies.topic(old, other.words), "title": "By 1.0"})
    after = decoded(f.asker.get(f.topic, "topic"))
    assert after["title"] == "By 1.0"
    assert not differences({name: before[name] for name in ("stage", "due_date") if name in before}, after)


def test_an_old_comment_keeps_its_status_when_a_new_text_edits_it(place):
    f = place.furniture(TAG)
    sent = decoded(f.asker.get(f.comment, "comment"))
    new = place.furniture(V30)
    url = V30.base + f.comment.removeprefix(TAG.base)
    new.asker.ask("PUT", url, 200, "comment", json={"comment": "By 3.0"})
    got = decoded(f.asker.get(f.comment, "comment"))
    assert got["comment"] == "By 3.0"
    assert not differences({name: sent[name] for name in ("status", "verbal_status")}, got)
