"""One store behind all versions: what one cannot speak of outlives a write through it."""

import base64
import itertools

import pytest
from reference_server import full_viewpoint, png, vector

BASES = ("1.0", "2.0", "2.1", "3.0")
OLD, NEW = BASES[:2], BASES[2:]
PAIRS = list(itertools.product(BASES, BASES))
SNIPPET = {"snippet_type": ".ifc", "is_external": False, "reference": "a.ifc", "reference_schema": "x.xsd"}
TOPIC = {
    "title": "Wall",
    "topic_type": "Clash",
    "topic_status": "Open",
    "priority": "High",
    "index": 3,
    "labels": ["MEP", "Ä"],
    "assigned_to": "anna@example.com",
    "description": "Two\nlines",
    "bim_snippet": SNIPPET,
}
MORE = {
    "stage": "Design",
    "due_date": "2030-01-02T03:04:05Z",
    "reference_links": ["https://a.example", "https://b.example", "https://a.example"],
}
STAMPS = ("modified_date", "modified_author")

# what is written through one version, what is then written through another, and what the first one shows afterwards
KEPT = {
    "stage": ("3.0", {"stage": "Design"}, {}, {"stage": "Design"}),
    "due date": ("2.1", {"due_date": "2030-01-02T03:04:05Z"}, {}, {"due_date": "2030-01-02T03:04:05Z"}),
    "further reference links": (
        "3.0",
        {"reference_links": ["a", "b", "c"]},
        {"reference_link": "new"},
        {"reference_links": ["new", "b", "c"]},
    ),
    "all reference links but the one taken away": (
        "3.0",
        {"reference_links": ["a", "b", "c"]},
        {"reference_link": None},
        {"reference_links": ["b", "c"]},
    ),
    "nothing of a list of one link": ("3.0", {"reference_links": ["a"]}, {}, {}),
}
KEPT_OF_COMMENTS = {
    ("1.0", "2.1"): ("status", "verbal_status"),
    ("1.0", "3.0"): ("status", "verbal_status", "reply_to_comment_guid"),
    ("2.0", "2.1"): ("status", "verbal_status"),
    ("2.0", "3.0"): ("status", "verbal_status", "reply_to_comment_guid"),
    ("2.1", "3.0"): ("reply_to_comment_guid",),
}


def project(base):
    return f"/bcf/{base}/projects/demo"


def in_version(url, base):
    return f"/bcf/{base}/" + url.split("/", 3)[3]


def made(api, base, path, body):
    answer = api.post(f"{project(base)}/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return f"{project(base)}/{path}/{answer.json()['guid']}"


def topic_body(base):
    return {**TOPIC, "reference_link": "https://a.example"} if base in OLD else {**TOPIC, **MORE}


def comment_body(base, **other):
    said = {"status": "Open", "verbal_status": "seen"} if base in OLD else {}
    return {"comment": "Hm", **said, **other}


def same(read):
    return {name: value for name, value in read.items() if name not in STAMPS}


def written_back(api, url):
    """Read and write what was read, as a client that knows nothing else does."""
    read = api.get(url).json()
    answer = api.put(url, json=read)
    assert answer.status_code == 200, answer.text
    return read


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_topic_written_back_through_another_version_is_what_it_was(api, first, second):
    url = made(api, first, "topics", topic_body(first))
    before = api.get(url).json()
    read = written_back(api, in_version(url, second))
    assert {name: read[name] for name in TOPIC} == TOPIC
    assert same(api.get(url).json()) == same(before)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_comment_written_back_through_another_version_is_what_it_was(api, first, second):
    topic = made(api, first, "topics", {"title": "A"}).rpartition("/")[2]
    viewpoint = made(api, "3.0", f"topics/{topic}/viewpoints", full_viewpoint()).rpartition("/")[2]
    replied = made(api, first, f"topics/{topic}/comments", comment_body(first)).rpartition("/")[2]
    body = comment_body(first, viewpoint_guid=viewpoint)
    if first != "3.0":
        body["reply_to_comment_guid"] = replied
    url = made(api, first, f"topics/{topic}/comments", body)
    before = api.get(url).json()
    assert written_back(api, in_version(url, second))["comment"] == "Hm"
    assert same(api.get(url).json()) == same(before)


@pytest.mark.parametrize(("first", "second"), PAIRS)
@pytest.mark.parametrize("what", ["files", "related_topics"])
def test_a_list_written_back_through_another_version_is_what_it_was(api, what, first, second):
    topic = made(api, first, "topics", {"title": "A"})
    other = made(api, first, "topics", {"title": "B"}).rpartition("/")[2]
    name = "filename" if first == "3.0" else "file_name"
    bodies = {
        "files": [{name: "a.ifc", "date": "2021-02-03T04:05:06Z", "reference": "r"}, {"ifc_project": "p"}],
        "related_topics": [{"related_topic_guid": other}],
    }
    assert api.put(f"{topic}/{what}", json=bodies[what]).json() == bodies[what]
    written_back(api, f"{in_version(topic, second)}/{what}")
    assert api.get(f"{topic}/{what}").json() == bodies[what]


@pytest.mark.parametrize("base", OLD)
@pytest.mark.parametrize("what", KEPT)
def test_a_topic_written_through_1_0_keeps(api, what, base):
    written, said, other, shown = KEPT[what]
    url = made(api, written, "topics", {"title": "A", **said})
    assert api.put(in_version(url, base), json={"title": "B", **other}).status_code == 200
    after = api.get(url).json()
    assert {name: value for name, value in after.items() if name in {*MORE, "title"}} == {"title": "B", **shown}


@pytest.mark.parametrize(("first", "second"), KEPT_OF_COMMENTS)
def test_a_comment_written_through_a_later_version_keeps_what_that_has_no_word_for(api, first, second):
    topic = made(api, first, "topics", {"title": "A"})
    below = f"topics/{topic.rpartition('/')[2]}/comments"
    replied = made(api, first, below, comment_body(first)).rpartition("/")[2]
    url = made(api, first, below, comment_body(first, reply_to_comment_guid=replied))
    before = api.get(url).json()
    assert api.put(in_version(url, second), json={"comment": "Other"}).status_code == 200
    after = api.get(url).json()
    kept = KEPT_OF_COMMENTS[first, second]
    assert after["comment"] == "Other"
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


@pytest.mark.parametrize("base", OLD)
def test_a_comment_that_never_had_a_status_shows_one_in_1_0(api, base):
    topic = made(api, "3.0", "topics", {"title": "A"}).rpartition("/")[2]
    url = made(api, "3.0", f"topics/{topic}/comments", {"comment": "c"})
    assert api.get(in_version(url, base)).json()["status"] == "Unknown"


@pytest.mark.parametrize("base", OLD)
@pytest.mark.parametrize("first", NEW)
def test_a_viewpoint_written_back_through_1_0_is_what_it_was(api, first, base):
    topic = made(api, first, "topics", {"title": "A"}).rpartition("/")[2]
    body = full_viewpoint()
    body["bitmaps"] = [{**body["bitmaps"][0], "height": 16.5}, body["bitmaps"][0]]
    body["components"]["visibility"]["view_setup_hints"] = {"spaces_visible": True}
    # a flat list has one colour for each
    body["components"]["coloring"].append({"color": "00FF00", "components": body["components"]["selection"]})
    url = made(api, first, f"topics/{topic}/viewpoints", body)
    parts = ("", "/selection", "/coloring", "/visibility")
    before = [api.get(url + part).json() for part in parts]
    old = in_version(url, base)
    for part in ("", "/components"):
        written_back(api, old + part)
    assert [api.get(url + part).json() for part in parts] == before
    assert api.get(f"{url}/snapshot").content == png()
    for bitmap in before[0]["bitmaps"]:
        assert api.get(f"{url}/bitmaps/{bitmap['guid']}").content.startswith(b"\xff\xd8")


@pytest.mark.parametrize("base", OLD)
def test_a_viewpoint_changed_through_1_0_keeps_index_aspect_ratio_snapshot_and_components(api, base):
    topic = made(api, "3.0", "topics", {"title": "A"}).rpartition("/")[2]
    url = made(api, "3.0", f"topics/{topic}/viewpoints", full_viewpoint())
    before, seen = api.get(url).json(), api.get(f"{url}/visibility").json()
    camera = {name: vector(9.0) for name in ("camera_view_point", "camera_direction", "camera_up_vector")}
    changed = api.put(in_version(url, base), json={"orthogonal_camera": {**camera, "view_to_world_scale": 4}})
    assert changed.status_code == 200, changed.text
    after = api.get(url).json()
    assert after["orthogonal_camera"] == {**camera, "view_to_world_scale": 4, "aspect_ratio": 1.5}
    assert (after["index"], after["snapshot"]) == (before["index"], before["snapshot"])
    assert not {"perspective_camera", "lines", "clipping_planes", "bitmaps"} & set(after)
    assert api.get(f"{url}/visibility").json() == seen
    gone = before["bitmaps"][0]["guid"]
    assert api.get(f"{url}/bitmaps/{gone}").status_code == 404


@pytest.mark.parametrize("base", OLD)
def test_components_written_through_1_0_keep_default_visibility_and_hints(api, base):
    topic = made(api, "3.0", "topics", {"title": "A"}).rpartition("/")[2]
    body = full_viewpoint()
    hints = {"spaces_visible": True, "space_boundaries_visible": False, "openings_visible": True}
    body["components"]["visibility"] = {"default_visibility": False, "exceptions": [], "view_setup_hints": hints}
    url = made(api, "3.0", f"topics/{topic}/viewpoints", body)
    flat = [
        {"ifc_guid": "a", "selected": True, "visible": True},
        {"ifc_guid": "b", "selected": False, "visible": False},
    ]
    assert api.put(f"{in_version(url, base)}/components", json=flat).json() == flat
    assert api.get(f"{url}/visibility").json()["visibility"] == {
        "default_visibility": False,
        "exceptions": [{"ifc_guid": "a"}],
        "view_setup_hints": hints,
    }
    assert api.get(f"{url}/selection").json() == {"selection": [{"ifc_guid": "a"}]}
    assert api.get(f"{url}/coloring").json() == {"coloring": []}


@pytest.mark.parametrize("base", OLD)
def test_extensions_written_through_1_0_keep_the_stages(api, base):
    url = f"{project(base)}/extensions"
    words = {**api.get(url).json(), "user_id_type": ["x@example.com"], "priority": None, "topic_label": ["A", None]}
    assert api.put(url, json=words).json() == {**words, "priority": [], "topic_label": ["A"]}
    later = api.get(f"{project('3.0')}/extensions").json()
    assert later["stage"] == ["Concept", "Design", "Tender", "Construction"]
    assert (later["users"], later["priority"]) == (["x@example.com"], [])


@pytest.mark.parametrize("base", OLD)
@pytest.mark.parametrize("first", NEW)
def test_document_references_written_back_through_1_0_are_what_they_were(api, first, base):
    header = {"Content-Disposition": 'attachment; filename="a.pdf"'}
    document = api.post(f"{project(first)}/documents", content=b"%PDF", headers=header).json()["guid"]
    topic = made(api, first, "topics", {"title": "A"})
    for body in ({"document_guid": document, "description": "d"}, {"url": "https://example.com/x"}):
        assert api.post(f"{topic}/document_references", json=body).status_code == 201
    before = api.get(f"{topic}/document_references").json()
    read = written_back(api, f"{in_version(topic, base)}/document_references")
    assert api.get(read[0]["referenced_document"]).content == b"%PDF"
    assert read[1]["referenced_document"] == "https://example.com/x"
    assert api.get(f"{topic}/document_references").json() == before


@pytest.mark.parametrize("base", OLD)
def test_a_document_named_by_its_url_or_its_guid_in_1_0_is_a_document_reference_later(api, base):
    header = {"Content-Disposition": 'attachment; filename="a.pdf"'}
    document = api.post(f"{project(base)}/documents", content=b"%PDF", headers=header).json()["guid"]
    topic = made(api, base, "topics", {"title": "A"})
    elsewhere = f"http://server/bcf/1.0/projects/other/documents/{document}"
    texts = [f"http://server/bcf/2.1/projects/demo/documents/{document}", document, elsewhere]
    answer = api.put(f"{topic}/document_references", json=[{"referenced_document": text} for text in texts])
    assert answer.status_code == 200
    later = api.get(f"{in_version(topic, '3.0')}/document_references").json()
    assert [one.get("document_guid") for one in later] == [document, document, None]
    assert later[2]["url"] == elsewhere


def test_every_version_sees_the_picture_that_1_0_sent(api):
    topic = made(api, "2.0", "topics", {"title": "A"}).rpartition("/")[2]
    camera = {name: vector() for name in ("camera_view_point", "camera_direction", "camera_up_vector")}
    url = made(api, "2.0", f"topics/{topic}/viewpoints", {"perspective_camera": {**camera, "field_of_view": 50}})
    assert api.put(f"{url}/snapshot", content=png(6, 3)).status_code == 201
    for base, part in (("1.0", "bitmap"), ("2.0", "snapshot"), ("2.1", "snapshot"), ("3.0", "snapshot")):
        answer = api.get(f"{in_version(url, base)}/{part}")
        assert (answer.content, answer.headers["Content-Type"]) == (png(6, 3), "image/png")
    shown = api.get(in_version(url, "3.0")).json()
    assert shown["snapshot"] == {"snapshot_type": "png"}
    assert shown["perspective_camera"]["aspect_ratio"] == 2.0


def test_a_bmp_is_kept_and_shown_by_1_0_alone(api):
    bmp = b"BM" + (58).to_bytes(4, "little") + bytes(4) + base64.b64decode("NgAAACgAAAABAAAAAQAAAAEAGAAAAAAABAAAAA==")
    topic = made(api, "2.0", "topics", {"title": "A"}).rpartition("/")[2]
    place = {"bitmap_type": 2, "location": vector(), "normal": vector(), "up": vector(), "height": 3}
    url = made(api, "2.0", f"topics/{topic}/viewpoints", {"bitmaps": {"bitmap": [place, {**place, "bitmap_type": 0}]}})
    first, second = api.get(url).json()["bitmaps"]["bitmap"]
    assert api.put(f"{url}/bitmaps/{first['guid']}", content=bmp).status_code == 201
    for base in NEW:
        assert api.get(in_version(url, base)).json()["bitmaps"] == []
        assert api.get(f"{in_version(url, base)}/bitmaps/{second['guid']}").status_code == 404
        answer = api.get(f"{in_version(url, base)}/bitmaps/{first['guid']}")
        assert (answer.content, answer.headers["Content-Type"]) == (bmp, "image/bmp")
    assert api.put(f"{url}/bitmaps/{second['guid']}", content=png()).status_code == 201
    for base in NEW:
        assert [one["guid"] for one in api.get(in_version(url, base)).json()["bitmaps"]] == [second["guid"]]
    assert [one["bitmap_type"] for one in api.get(url).json()["bitmaps"]["bitmap"]] == [2, 0]
