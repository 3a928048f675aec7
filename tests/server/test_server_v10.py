"""1.0 in both texts: the tag at /bcf/1.0, the later one at /bcf/2.0."""

import httpx
import pytest
from reference_server import TOKENS, png, vector

from bcfsync.server.app import create_app
from bcfsync.server.mischief import chosen
from bcfsync.server.users import Account, User, Users

TAG, LATE = "/bcf/1.0", "/bcf/2.0"
TEXTS = (TAG, LATE)
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00rest"
CAMERA = {name: vector() for name in ("camera_view_point", "camera_direction", "camera_up_vector")}
SNIPPET = {"snippet_type": ".ifc", "is_external": False, "reference": "a.ifc", "reference_schema": "x.xsd"}
PLACE = {"location": vector(), "normal": vector(), "up": vector(), "height": 3}

# what is wrong with a body, and the member the answer has to name
WRONG_TOPICS = [
    ({}, "title"),
    ({"title": None}, "title"),
    ({"title": 1}, "title"),
    ({"title": "A", "topic_type": ["Clash"]}, "topic_type"),
    ({"title": "A", "reference_link": ["a"]}, "reference_link"),
    ({"title": "A", "index": "1"}, "index"),
    ({"title": "A", "index": 1.5}, "index"),
    ({"title": "A", "index": 10**30}, "index"),
    ({"title": "A", "labels": "a"}, "labels"),
    ({"title": "A", "labels": [1]}, "labels"),
    ({"title": "A", "bim_snippet": {**SNIPPET, "is_external": "false"}}, "bim_snippet.is_external"),
    ({"title": "A", "bim_snippet": {"snippet_type": "x"}}, "bim_snippet.is_external"),
    ([], "body"),
]
WRONG_COMMENTS = [
    ({"comment": "c"}, "status"),
    ({"status": "Open"}, "comment"),
    ({"comment": 1, "status": "Open"}, "comment"),
    ({"comment": "c", "status": "Open", "verbal_status": 1}, "verbal_status"),
    ({"comment": "c", "status": "Open", "viewpoint_guid": "none"}, "viewpoint_guid"),
    ({"comment": "c", "status": "Open", "reply_to_comment_guid": 1}, "reply_to_comment_guid"),
    ({"comment": "c", "status": "Open", "reply_to_comment_guid": ""}, "reply_to_comment_guid"),
]
WRONG_VIEWPOINTS = [
    ({"perspective_camera": {**CAMERA}}, "perspective_camera.field_of_view"),
    ({"orthogonal_camera": {**CAMERA, "view_to_world_scale": True}}, "orthogonal_camera.view_to_world_scale"),
    ({"orthogonal_camera": "front"}, "orthogonal_camera"),
    ({"lines": [{"start_point": vector(), "end_point": vector()}]}, "lines"),
    ({"lines": {"line": {}}}, "lines.line"),
    ({"lines": {"line": [{"start_point": vector()}]}}, "lines.line[0].end_point"),
    ({"clipping_planes": {"clipping_plane": [1]}}, "clipping_planes.clipping_plane[0]"),
]
WRONG_BITMAPS = {
    TAG: [
        ({"bitmap": []}, "bitmap"),
        ({"bitmap": PLACE}, "bitmap.bitmap"),
        ({"bitmap": {**PLACE, "bitmap": 3}}, "bitmap.bitmap"),
        ({"bitmap": {**PLACE, "bitmap": "png"}}, "bitmap.bitmap"),
        ({"bitmap": {**PLACE, "bitmap": 0, "height": 1.5}}, "bitmap.height"),
        ({"bitmap": {**PLACE, "bitmap": 0, "reference": 1}}, "bitmap.reference"),
    ],
    LATE: [
        ({"bitmaps": []}, "bitmaps"),
        ({"bitmaps": {"bitmap": 1}}, "bitmaps.bitmap"),
        ({"bitmaps": {"bitmap": [{**PLACE, "bitmap_type": -1}]}}, "bitmaps.bitmap[0].bitmap_type"),
        ({"bitmaps": {"bitmap": {**PLACE, "bitmap_type": 0, "up": None}}}, "bitmaps.bitmap.up"),
    ],
}
WRONG_LISTS = [
    ("components", {}, "body"),
    ("components", [1], "[0]"),
    ("components", [{"ifc_guid": 1}], "[0].ifc_guid"),
    ("components", [{}, {"selected": "yes"}], "[1].selected"),
    ("components", [{"color": 255}], "[0].color"),
]
WRONG_REFERENCES = [
    ({}, "body"),
    ([1], "[0]"),
    ([{"referenced_document": 1}], "[0].referenced_document"),
    ([{}, {"description": []}], "[1].description"),
    ([{"guid": " "}], "[0].guid"),
]
WORDS = dict.fromkeys(["topic_type", "topic_status", "topic_label", "snippet_type", "priority", "user_id_type"])
WRONG_EXTENSIONS = [
    ({**WORDS, "topic_type": "Clash"}, "topic_type"),
    ({**WORDS, "user_id_type": [1]}, "user_id_type"),
    ({name: [] for name in WORDS if name != "priority"}, "priority"),
    ([], "body"),
]

# a list of components of which nothing was known before, and what holds for the others
GUESSED = [
    ([{"ifc_guid": "a", "visible": False}, {"ifc_guid": "b", "visible": True}], True),
    ([{"ifc_guid": "a", "visible": True}], False),
    ([{"ifc_guid": "a", "selected": True, "visible": False}, {"ifc_guid": "b", "visible": True}], False),
    ([{"ifc_guid": "a", "selected": True}], True),
    ([{"ifc_guid": "a", "color": "FF0000"}], True),
]


@pytest.fixture(params=TEXTS)
def base(request):
    return request.param


@pytest.fixture
def project(base):
    return f"{base}/projects/demo"


def new_topic(api, project, **other):
    return f"{project}/topics/{api.post(f'{project}/topics', json={'title': 'A', **other}).json()['guid']}"


@pytest.fixture
def topic(api, project):
    return new_topic(api, project)


@pytest.fixture
def comment(api, topic):
    made = api.post(f"{topic}/comments", json={"comment": "c", "status": "Open"})
    return f"{topic}/comments/{made.json()['guid']}"


def new_viewpoint(api, topic, **members):
    made = api.post(f"{topic}/viewpoints", json=members)
    assert made.status_code == 201, made.text
    return f"{topic}/viewpoints/{made.json()['guid']}"


@pytest.fixture
def viewpoint(api, topic):
    return new_viewpoint(api, topic, perspective_camera={**CAMERA, "field_of_view": 60})


def image(base):
    return "bitmap" if base == TAG else "snapshot"


def refused(answer, member):
    assert answer.status_code == 400, answer.text
    assert answer.json()["message"].startswith(f"{member}:"), answer.json()


def test_the_version_is_one_object_and_public(api):
    api.headers.pop("Authorization")
    answer = api.get("/bcf/version")
    assert answer.json()["version_id"] == "1.0"
    assert answer.json()["detailed_version"].endswith("/v1.0")


def test_the_later_text_can_stand_where_the_first_one_does(store):
    app = create_app(store, tokens=TOKENS, mischief=chosen(faults=["late-1.0"]))
    headers = {"Authorization": "Bearer token-a"}
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://server", headers=headers) as api:
        assert not api.get("/bcf/version").json()["detailed_version"].endswith("/v1.0")
        topics = f"{TAG}/projects/demo/topics"
        url = f"{topics}/{api.post(topics, json={'title': 'A'}).json()['guid']}"
        assert api.patch(url, json={"title": "B"}).json()["title"] == "B"
        assert api.get(f"{TAG}/{url.split('/', 5)[5]}").status_code == 404
        assert api.get(f"{topics}?$top=0").json() == []


@pytest.mark.parametrize(("body", "member"), WRONG_TOPICS)
def test_a_wrong_topic_is_refused_by_name(api, project, topic, body, member):
    before = api.get(topic).content
    refused(api.post(f"{project}/topics", json=body), member)
    refused(api.put(topic, json=body), member)
    assert api.get(topic).content == before


@pytest.mark.parametrize(("body", "member"), WRONG_COMMENTS)
def test_a_wrong_comment_is_refused_by_name(api, topic, comment, body, member):
    before = api.get(comment).content
    refused(api.post(f"{topic}/comments", json=body), member)
    refused(api.put(comment, json=body), member)
    assert api.get(comment).content == before


@pytest.mark.parametrize(
    ("base", "body", "member"),
    [(base, *wrong) for base in TEXTS for wrong in WRONG_VIEWPOINTS + WRONG_BITMAPS[base]],
    indirect=["base"],
)
def test_a_wrong_viewpoint_is_refused_by_name(api, base, topic, viewpoint, body, member):
    before = api.get(viewpoint).content
    refused(api.post(f"{topic}/viewpoints", json=body), member)
    refused(api.put(viewpoint, json=body), member)
    if base == LATE:
        refused(api.patch(viewpoint, json=body), member)
    assert api.get(viewpoint).content == before


@pytest.mark.parametrize(("part", "body", "member"), WRONG_LISTS)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_wrong_components_are_refused_by_name(api, viewpoint, method, part, body, member):
    refused(api.request(method, f"{viewpoint}/{part}", json=body), member)


@pytest.mark.parametrize(("body", "member"), WRONG_REFERENCES)
def test_wrong_document_references_are_refused_by_name(api, topic, body, member):
    refused(api.put(f"{topic}/document_references", json=body), member)


def test_a_document_of_the_project_is_meant_by_its_guid_alone(api):
    topic = new_topic(api, f"{LATE}/projects/demo")
    guid = api.post(
        f"{LATE}/projects/demo/documents", content=b"a", headers={"Content-Disposition": 'attachment; filename="a.pdf"'}
    ).json()["guid"]
    (made,) = api.put(f"{topic}/document_references", json=[{"guid": guid, "description": "plan"}]).json()
    assert made["referenced_document"].endswith(f"{LATE}/projects/demo/documents/{guid}")
    assert made["guid"] != guid


@pytest.mark.parametrize(("body", "member"), WRONG_EXTENSIONS)
def test_wrong_extensions_are_refused_by_name(api, project, body, member):
    for method in ("POST", "PUT"):
        refused(api.request(method, f"{project}/extensions", json=body), member)


def test_a_guid_must_not_stand_twice_in_a_list(api):
    topic = new_topic(api, f"{LATE}/projects/demo")
    guid = api.put(f"{topic}/document_references", json=[{"description": "d"}]).json()[0]["guid"]
    again = [{"guid": guid}, {"guid": guid.upper()}]
    assert api.put(f"{topic}/document_references", json=again).status_code == 400
    bitmap = {**PLACE, "bitmap_type": 0}
    viewpoint = new_viewpoint(api, topic, bitmaps={"bitmap": bitmap})
    (shown,) = api.get(viewpoint).json()["bitmaps"]["bitmap"]
    assert api.put(viewpoint, json={"bitmaps": {"bitmap": [shown, shown]}}).status_code == 400


def test_every_write_says_where_to_read(api, base, project, topic, comment, viewpoint):
    writes = [
        ("POST", f"{project}/topics", {"title": "A"}),
        ("PUT", topic, {"title": "B"}),
        ("PUT", comment, {"comment": "c", "status": "Open"}),
        ("PUT", viewpoint, {}),
        ("PUT", f"{topic}/files", []),
        ("POST", f"{topic}/related_topics", []),
        ("POST", f"{topic}/document_references", [{"description": "d"}]),
        ("POST", f"{viewpoint}/components", [{"ifc_guid": "a", "selected": True, "visible": True}]),
        ("POST", f"{base}/projects", {"name": "New"}),
        ("PUT", f"{project}/extensions", WORDS),
    ]
    for method, url, body in writes:
        answer = api.request(method, url, json=body)
        assert answer.status_code in {200, 201}, (url, answer.text)
        assert api.get(answer.headers["Location"]).json() == answer.json(), url
        assert api.get(answer.headers["Location"]).headers["ETag"] == answer.headers["ETag"], url


def test_every_write_minds_if_match(api, base, project, topic, comment, viewpoint):
    writes = [
        ("PUT", topic, {"title": "B"}),
        ("PUT", comment, {"comment": "d", "status": "Open"}),
        ("PUT", viewpoint, {}),
        ("PUT", f"{topic}/files", [{"reference": "r"}]),
        ("PUT", f"{topic}/related_topics", [{"related_topic_guid": topic.rpartition("/")[2]}]),
        ("PUT", f"{topic}/document_references", [{"description": "d"}]),
        ("PUT", f"{viewpoint}/components", [{"ifc_guid": "a", "selected": True, "visible": True}]),
        ("PUT", project, {"name": "New"}),
        ("PUT", f"{project}/extensions", {**WORDS, "topic_type": ["A"]}),
    ]
    if base == LATE:
        writes += [("PATCH", url, body) for method, url, body in writes if url in {topic, comment, viewpoint, project}]
    for method, url, body in writes:
        tag = api.get(url).headers["ETag"]
        stale = api.request(method, url, json=body, headers={"If-Match": '"stale"'})
        assert (stale.status_code, api.get(url).headers["ETag"]) == (412, tag), url
        assert api.request(method, url, json=body, headers={"If-Match": tag}).status_code == 200, url


def test_only_the_later_text_has_patch(api, project, topic, comment, viewpoint, base):
    for url in (project, f"{project}/extensions", topic, comment, viewpoint):
        assert api.patch(url, json={}).status_code == (405 if base == TAG else 200), url


def test_a_patch_changes_what_it_names_and_null_takes_away(api):
    topic = new_topic(api, f"{LATE}/projects/demo", description="d", priority="High", index=4, reference_link="a")
    patched = api.patch(topic, json={"priority": None, "title": "B"}).json()
    assert {**patched, "modified_date": 0} == {
        **{name: patched[name] for name in ("guid", "creation_date", "creation_author", "modified_author")},
        "modified_date": 0,
        "title": "B",
        "description": "d",
        "index": 4,
        "reference_link": "a",
    }
    refused(api.patch(topic, json={"title": None}), "title")
    refused(api.patch(topic, json={"index": "x"}), "index")
    project = f"{LATE}/projects/demo"
    assert api.patch(f"{project}/extensions", json={"priority": ["Only"]}).json()["priority"] == ["Only"]
    assert api.get(f"{project}/extensions").json()["topic_status"]


def test_a_patched_viewpoint_keeps_its_other_members(api):
    topic = new_topic(api, f"{LATE}/projects/demo")
    line = {"line": [{"start_point": vector(), "end_point": vector(2.0)}]}
    viewpoint = new_viewpoint(api, topic, perspective_camera={**CAMERA, "field_of_view": 60}, lines=line)
    shown = api.patch(viewpoint, json={"perspective_camera": None}).json()
    assert shown == {"guid": shown["guid"], "lines": line, "snapshot_available": False}


def test_the_image_of_a_viewpoint_comes_after_it(api, base, viewpoint):
    url = f"{viewpoint}/{image(base)}"
    assert api.get(url).status_code == 404
    assert api.put(url, content=png(), headers={"If-Match": "*"}).status_code == 412
    for content, kind in ((png(3, 2), "image/png"), (JPG, "image/jpeg")):
        answer = api.put(url, content=content)
        assert (answer.status_code, answer.content) == (201, b"")
        shown = api.get(url)
        assert (shown.content, shown.headers["Content-Type"]) == (content, kind)
        assert shown.headers["ETag"] == answer.headers["ETag"]
    assert api.put(url, content=png(), headers={"If-Match": '"stale"'}).status_code == 412
    assert api.put(url, content=JPG, headers={"If-Match": answer.headers["ETag"]}).status_code == 201
    assert api.get(viewpoint).json().get("snapshot_available") == (None if base == TAG else True)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"BM" + bytes(20), b"\x89PN"])
def test_what_is_no_picture_is_no_image(api, base, viewpoint, content):
    refused(api.put(f"{viewpoint}/{image(base)}", content=content), "body")
    assert api.get(f"{viewpoint}/{image(base)}").status_code == 404


def test_the_first_text_has_one_bitmap_without_bytes(api):
    topic = new_topic(api, f"{TAG}/projects/demo")
    bitmap = {**PLACE, "bitmap": 1, "reference": "plan.jpg"}
    viewpoint = new_viewpoint(api, topic, bitmap=bitmap)
    assert api.get(viewpoint).json()["bitmap"] == bitmap
    late = viewpoint.replace(TAG, LATE)
    (shown,) = api.get(late).json()["bitmaps"]["bitmap"]
    assert shown == {**PLACE, "bitmap_type": 1, "guid": shown["guid"]}
    assert api.get(f"{late}/bitmaps/{shown['guid']}").status_code == 404
    assert api.get(viewpoint.replace(TAG, "/bcf/3.0")).json()["bitmaps"] == []
    assert "bitmap" not in api.put(viewpoint, json={}).json()
    assert "bitmaps" not in api.get(late).json()


def test_the_first_text_sees_the_first_of_several_bitmaps_and_leaves_the_others(api):
    topic = new_topic(api, f"{LATE}/projects/demo")
    viewpoint = new_viewpoint(api, topic, bitmaps={"bitmap": [{**PLACE, "bitmap_type": n} for n in (0, 1)]})
    tag = viewpoint.replace(LATE, TAG)
    assert api.get(tag).json()["bitmap"] == {**PLACE, "bitmap": 0}
    assert api.put(tag, json={"bitmap": {**PLACE, "bitmap": 2, "height": 9}}).status_code == 200
    shown = api.get(viewpoint).json()["bitmaps"]["bitmap"]
    assert [(one["bitmap_type"], one["height"]) for one in shown] == [(2, 9), (1, 3)]


def test_bytes_say_what_a_bitmap_is_and_stay_with_its_guid(api):
    topic = new_topic(api, f"{LATE}/projects/demo")
    viewpoint = new_viewpoint(api, topic, bitmaps={"bitmap": {**PLACE, "bitmap_type": 0}})
    (bitmap,) = api.get(viewpoint).json()["bitmaps"]["bitmap"]
    url = f"{viewpoint}/bitmaps/{bitmap['guid']}"
    assert api.put(f"{viewpoint}/bitmaps/other", content=JPG).status_code == 404
    refused(api.put(url, content=b"text"), "body")
    assert api.put(url, content=JPG).status_code == 201
    moved = {**bitmap, "guid": bitmap["guid"].upper(), "height": 8}
    shown = api.put(viewpoint, json={"bitmaps": {"bitmap": [moved, {**PLACE, "bitmap_type": 0, "guid": "new"}]}}).json()
    first, second = shown["bitmaps"]["bitmap"]
    assert first == {**bitmap, "bitmap_type": 1, "height": 8}
    assert second["guid"] not in {"new", first["guid"]}
    assert api.get(url).content == JPG
    assert api.put(viewpoint, json={"bitmaps": {"bitmap": [second]}}).status_code == 200
    assert api.get(url).status_code == 404


@pytest.mark.parametrize(("flat", "default"), GUESSED)
def test_what_is_not_named_is_visible_unless_visible_ones_are_named(api, viewpoint, base, flat, default):
    assert api.put(f"{viewpoint}/components", json=flat).status_code == 200
    shown = api.get(f"{viewpoint}/components").json()
    assert [{**one, **said} for one, said in zip(shown, flat, strict=True)] == shown
    later = api.get(f"{viewpoint.replace(base, '/bcf/3.0')}/visibility").json()["visibility"]
    assert later["default_visibility"] is default


def test_components_come_back_as_they_were_sent(api, viewpoint):
    names = {"originating_system": "Modeller", "authoring_tool_id": "4711"}
    flat = [
        {"ifc_guid": "z", "selected": False, "visible": True},
        {"ifc_guid": "b", "selected": True, "visible": False, "color": "FF0000", **names},
        {"ifc_guid": "b", "selected": False, "visible": True, "color": "00FF00"},
        {"authoring_tool_id": "1", "selected": False, "visible": False, "color": "FF0000"},
    ]
    for sent in (flat, flat[::-1], flat[1:2], []):
        assert api.put(f"{viewpoint}/components", json=sent).json() == sent
        assert api.get(f"{viewpoint}/components").json() == sent


def test_a_comment_has_statuses_and_answers_another(api, topic, comment):
    body = {"comment": "c", "status": "Closed", "verbal_status": "done", "reply_to_comment_guid": comment[-36:]}
    made = api.post(f"{topic}/comments", json=body).json()
    assert {name: made[name] for name in body} == body
    cleared = api.put(f"{topic}/comments/{made['guid']}", json={"comment": "", "status": "Open"}).json()
    assert (cleared["comment"], cleared["status"]) == ("", "Open")
    assert not {"verbal_status", "reply_to_comment_guid"} & set(cleared)


def test_the_texts_page_sort_and_filter_each_in_its_own_way(api, base, project):
    for index, priority in enumerate(("Low", "High", "Low")):
        new_topic(api, project, priority=priority, index=index, topic_type="Clash")
    queries = {
        TAG: ("page=2&page_size=2", "sort=-index", "filter=priority eq Low and index gt 0"),
        LATE: ("$top=2&$skip=2", "$orderby=index desc", "$filter=topic_type eq 'Clash'&$orderby=index&$skip=2"),
    }
    paged, sorted_, filtered = (
        [one["index"] for one in api.get(f"{project}/topics?{q}").json()] for q in queries[base]
    )
    assert (paged, sorted_, filtered) == ([2], [2, 1, 0], [2])
    foreign = queries[LATE if base == TAG else TAG][0]
    assert len(api.get(f"{project}/topics?{foreign}").json()) == 3
    assert api.get(f"{project}/topics?{queries[base][0]}&{queries[base][0]}").status_code == 400


def test_the_first_text_gives_a_hundred_at_a_time_but_a_value_whole(api):
    topic = new_topic(api, f"{TAG}/projects/demo")
    for number in range(101):
        api.post(f"{topic}/comments", json={"comment": str(number), "status": "Open"})
    assert len(api.get(f"{topic}/comments").json()) == 100
    assert 'rel="next"' in api.get(f"{topic}/comments").headers["Link"]
    assert [one["comment"] for one in api.get(f"{topic}/comments?page=2").json()] == ["100"]
    files = [{"reference": str(number)} for number in range(150)]
    assert api.put(f"{topic}/files", json=files).json() == api.get(f"{topic}/files").json() == files


def test_a_project_made_in_1_0_is_there_in_every_version(api, base):
    made = api.post(f"{base}/projects", json={"name": "Häuser ☂"})
    assert made.status_code == 201
    shown = made.json()
    for version in ("1.0", "2.0", "2.1", "3.0"):
        assert shown in api.get(f"/bcf/{version}/projects").json()
    assert api.get(f"{base}/projects/{shown['project_id']}/extensions").json()["topic_type"] == []
    refused(api.post(f"{base}/projects", json={"name": 1}), "name")


@pytest.mark.parametrize("who", ["reader", "contributor"])
def test_rights_hold_in_1_0_and_by_short_urls(store, api, base, who):
    topic = new_topic(api, f"{base}/projects/demo")
    viewpoint = new_viewpoint(api, topic)
    users = Users([Account.of(User("x@example.com", "x", who), token="x")])
    app = create_app(store, tokens={}, users=users)
    writes = [
        ("PUT", topic, {"title": "B"}),
        ("PUT", viewpoint, {}),
        ("PUT", f"{viewpoint}/components", []),
        ("PUT", f"{viewpoint}/{image(base)}", {}),
        ("PUT", f"{topic}/document_references", []),
        ("PUT", f"{base}/projects/demo", {"name": "B"}),
        ("PUT", f"{base}/projects/demo/extensions", {}),
        ("POST", f"{base}/projects", {"name": "B"}),
    ]
    if base == TAG:
        guids = {"topics": topic[-36:], "viewpoints": viewpoint[-36:]}
        writes += [("PUT", f"{TAG}/{kind}/{guid}", {"title": "B"}) for kind, guid in guids.items()]
    headers = {"Authorization": "Bearer x"}
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://server", headers=headers) as other:
        for method, url, body in writes:
            assert other.request(method, url, json=body).status_code == 403, url
        assert other.get(topic).status_code == 200
