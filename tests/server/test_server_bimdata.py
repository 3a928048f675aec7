"""BIMData's dialect: topics, comments, viewpoints, projects and what its errors look like."""

import pytest
from bimdata_server import PROJECT, TOPICS, serving, topic, viewpoint
from reference_server import fresh, png

from bcfsync.server.users import Account, User, Users

GUID = "63e78882-7c6a-4bf7-8982-fc478afb9c97"


@pytest.fixture
def api(store):
    with serving(store) as client:
        yield client


@pytest.fixture
def url(api):
    return f"{TOPICS}/{api.post(TOPICS, json={'title': 'A'}).json()['guid']}"


def field(answer, name):
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert list(body) == [name]
    assert isinstance(body[name], list)
    assert isinstance(body[name][0], str)


def test_a_topic_keeps_the_guid_dates_authors_and_members_of_its_client(api):
    sent = topic(guid=GUID)
    made = api.post(TOPICS, json=sent)
    assert made.status_code == 201
    assert made.json() == {**sent, "project": 1, "index": 1, "format": "standard", "modified_date": None}
    assert api.get(f"{TOPICS}/{GUID}").json() == made.json()
    assert api.get(TOPICS).json() == [made.json()]


def test_a_bare_topic_has_nulls_and_empty_lists(api):
    made = api.post(TOPICS, json={"title": "A"}).json()
    assert made["topic_type"] is made["description"] is made["due_date"] is made["modified_date"] is None
    assert made["labels"] == made["models"] == made["reference_links"] == []
    assert made["creation_author"] == "anna@example.com"


def test_put_replaces_and_patch_changes_what_it_names(api):
    api.post(TOPICS, json=topic(guid=GUID))
    patched = api.patch(f"{TOPICS}/{GUID}", json={"priority": None, "models": [7]}).json()
    assert patched["priority"] is None
    assert patched["models"] == [7]
    assert patched["description"] == "On level 2"
    assert patched["creation_author"] == "alice@example.com"
    assert patched["modified_author"] == "anna@example.com"
    assert patched["modified_date"]
    put = api.put(f"{TOPICS}/{GUID}", json={"title": "B", "creation_author": "carol@example.com"}).json()
    assert put["title"] == "B"
    assert put["description"] is None
    assert put["models"] == put["labels"] == []
    assert put["creation_author"] == "carol@example.com"
    assert put["creation_date"] == "2019-05-02T10:00:00Z"
    assert put["index"] == 1


def test_the_index_counts_on_where_none_is_sent(api):
    api.post(TOPICS, json={"title": "A", "index": 41})
    assert api.post(TOPICS, json={"title": "B"}).json()["index"] == 42


def test_a_topic_keeps_its_guid(api, url):
    field(api.put(url, json={"title": "B", "guid": fresh()}), "guid")
    guid = url.rpartition("/")[2]
    assert api.put(url, json={"title": "B", "guid": guid.upper()}).json()["guid"] == guid


def test_a_guid_in_use_is_400_or_409_by_switch(api, store):
    api.post(TOPICS, json={"title": "A", "guid": GUID})
    field(api.post(TOPICS, json={"title": "B", "guid": GUID.upper()}), "guid")
    with serving(store, taken=409) as strict:
        assert strict.post(TOPICS, json={"title": "B", "guid": GUID}).status_code == 409


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        *[({"title": "x", name: ""}, name) for name in ("topic_type", "topic_status", "priority", "stage")],
        ({"title": "x", "creation_author": "a" * 255}, "creation_author"),
        ({"title": "x", "modified_author": "a" * 255}, "modified_author"),
        ({"title": "x", "format": "f" * 65}, "format"),
        ({"title": "x", "format": ""}, "format"),
        ({"title": "x", "models": ["1"]}, "models"),
        ({"title": "x", "groups": [True]}, "groups"),
        ({"title": "x", "creation_date": "today"}, "creation_date"),
        ({"title": "x", "guid": "x"}, "guid"),
    ],
)
def test_a_wrong_member_is_the_key_of_the_error(api, body, name):
    field(api.post(TOPICS, json=body), name)


def test_what_is_about_no_member_is_a_detail(api):
    assert "detail" in api.get(f"{TOPICS}/{GUID}").json()
    assert "detail" in api.post(TOPICS, content=b"{").json()
    assert "detail" in api.post(TOPICS, json=[]).json()


def test_topics_of_another_format_are_hidden_until_they_are_asked_for(api):
    api.post(TOPICS, json={"title": "A"})
    other = api.post(TOPICS, json={"title": "B", "format": "pins"}).json()
    assert [item["title"] for item in api.get(TOPICS).json()] == ["A"]
    assert api.get(TOPICS, params={"format": "pins"}).json() == [other]
    assert api.get(f"{TOPICS}/{other['guid']}").json() == other


def test_topics_are_narrowed_to_models(api):
    api.post(TOPICS, json={"title": "A", "models": [1, 2]})
    api.post(TOPICS, json={"title": "B", "models": [3]})
    assert [item["title"] for item in api.get(TOPICS, params={"models": "2,9"}).json()] == ["A"]
    assert api.get(TOPICS, params={"models": "x"}).status_code == 400


def test_filter_and_order_work_and_pages_do_not(api):
    for title, status in (("A", "Open"), ("B", "Closed"), ("C", "Open")):
        api.post(TOPICS, json={"title": title, "topic_status": status})
    listed = api.get(f"{TOPICS}?$filter=topic_status eq 'Open'&$orderby=creation_date desc&$top=1&$skip=1").json()
    assert [item["title"] for item in listed] == ["C", "A"]


def test_a_list_that_did_not_change_is_304(api):
    api.post(TOPICS, json={"title": "A"})
    tag = api.get(TOPICS).headers["ETag"]
    assert api.get(TOPICS, headers={"If-None-Match": tag}).status_code == 304


def test_a_comment_keeps_the_guid_date_and_author_of_its_client(api, url):
    sent = {"comment": "c", "guid": GUID, "date": "2019-05-02T10:00:00Z", "author": "alice@example.com"}
    made = api.post(f"{url}/comments", json=sent)
    assert made.status_code == 201
    assert {name: made.json()[name] for name in sent} == sent
    assert made.json()["viewpoint_guid"] is made.json()["modified_date"] is None
    patched = api.patch(f"{url}/comments/{GUID}", json={"comment": "d"}).json()
    assert (patched["comment"], patched["author"]) == ("d", "alice@example.com")
    put = api.put(f"{url}/comments/{GUID}", json={"comment": "e", "modified_author": "bob@example.com"}).json()
    assert (put["comment"], put["date"], put["modified_author"]) == ("e", sent["date"], "bob@example.com")
    assert api.get(f"{url}/comments").json() == [put]
    field(api.post(f"{url}/comments", json={"comment": "c", "author": "a" * 255}), "author")


def test_deleting_a_comment_deletes_its_viewpoint_and_no_other(api, url):
    seen, other = (api.post(f"{url}/viewpoints", json=viewpoint()).json()["guid"] for _ in range(2))
    guid = api.post(f"{url}/comments", json={"comment": "c", "viewpoint_guid": seen}).json()["guid"]
    assert api.delete(f"{url}/comments/{guid}").status_code == 204
    assert [item["guid"] for item in api.get(f"{url}/viewpoints").json()] == [other]


def test_deleting_a_viewpoint_takes_it_out_of_the_comments(api, url):
    seen = api.post(f"{url}/viewpoints", json=viewpoint()).json()["guid"]
    guid = api.post(f"{url}/comments", json={"comment": "c", "viewpoint_guid": seen}).json()["guid"]
    gone = api.delete(f"{url}/viewpoints/{seen.upper()}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert api.get(f"{url}/comments/{guid}").json()["viewpoint_guid"] is None
    assert api.delete(f"{url}/viewpoints/{seen}").status_code == 404


def test_a_viewpoint_keeps_what_only_bimdata_has(api, url):
    sent = viewpoint(guid=GUID, models=[4])
    made = api.post(f"{url}/viewpoints", json=sent).json()
    for name in ("guid", "originating_system", "authoring_tool_id", "pins", "models", "index", "lines"):
        assert made[name] == sent[name]
    assert made["perspective_camera"]["bimdata_camera_direction"] == {"x": 0.0, "y": 1.0, "z": 0.0}
    assert "aspect_ratio" not in made["perspective_camera"]
    assert "components" not in made
    assert "bitmaps" not in made
    assert api.get(f"{url}/viewpoints/{GUID}").json() == made
    assert api.get(f"{url}/viewpoints/{GUID}/snapshot").content == png()
    assert api.get(f"{url}/viewpoints/{GUID}/selection").json()["selection"]


def test_patch_changes_a_viewpoint_but_not_its_pins(api, url):
    made = api.post(f"{url}/viewpoints", json=viewpoint(guid=GUID)).json()
    changed = api.patch(f"{url}/viewpoints/{GUID}", json={"index": 8, "pins": [], "lines": None}).json()
    assert changed == {**made, "index": 8, "lines": None}
    assert api.get(f"{url}/viewpoints/{GUID}/snapshot").content == png()
    assert api.get(f"{url}/viewpoints/{GUID}/coloring").json()["coloring"]
    gone = api.patch(f"{url}/viewpoints/{GUID}", json={"snapshot": None}).json()
    assert gone["snapshot"] is None
    assert api.get(f"{url}/viewpoints/{GUID}/snapshot").status_code == 404
    assert api.put(f"{url}/viewpoints/{GUID}", json=viewpoint()).status_code == 405


def test_topic_viewpoints_are_those_no_comment_shows(api, url):
    seen, other = (api.post(f"{url}/viewpoints", json=viewpoint()).json()["guid"] for _ in range(2))
    api.post(f"{url}/comments", json={"comment": "c", "viewpoint_guid": seen})
    assert [item["guid"] for item in api.get(f"{url}/topic-viewpoints").json()] == [other]


def test_related_topics_are_always_empty(api, url, store):
    guid = url.rpartition("/")[2]
    store.topics.set_related("demo", guid, [{"related_topic_guid": GUID}])
    assert api.get(f"{url}/related_topics").json() == []
    assert api.put(f"{url}/related_topics", json=[]).status_code == 405


def test_document_references_are_numbers_of_documents(api, url, store):
    store.seed_document("demo", GUID, "a.pdf", b"a")
    store.seed_document("demo", fresh(), "b.pdf", b"b")
    made = api.post(f"{url}/document_references", json={"guid": 1, "description": "plan"})
    assert made.status_code == 200
    assert made.json() == [{"guid": 1, "referenced_document": "a.pdf", "description": "plan"}]
    put = api.put(f"{url}/document_references", json=[{"guid": 2}]).json()
    assert put == [{"guid": 2, "referenced_document": "b.pdf", "description": None}]
    assert api.get(f"{url}/document_references").json() == put
    field(api.post(f"{url}/document_references", json={"guid": 77}), "guid")
    field(api.post(f"{url}/document_references", json={"guid": GUID}), "guid")


@pytest.mark.parametrize(
    "path",
    ["/documents", "/files_information", f"/topics/{GUID}/files", f"/topics/{GUID}/snippet", f"/topics/{GUID}/events"],
)
def test_what_bimdata_does_not_have_is_not_there(api, path):
    assert api.get(PROJECT + path).status_code == 404


def test_there_is_2_1_and_nothing_else(api):
    assert [item["version_id"] for item in api.get("/bcf/versions").json()["versions"]] == ["2.1"]
    assert api.get("/bcf/3.0/projects").status_code == api.get("/foundation/versions").status_code == 404


def test_projects_have_numbers(api, store):
    store.create_project("b1b2", "Second")
    assert api.get("/bcf/2.1/projects").json() == [
        {"project_id": "1", "name": "Demo project"},
        {"project_id": "2", "name": "Second"},
    ]
    assert api.get("/bcf/2.1/projects/b1b2").json()["project_id"] == "2"
    assert api.patch("/bcf/2.1/projects/2", json={"name": "New"}).json()["name"] == "New"
    assert api.patch("/bcf/2.1/projects/2", json={}).json()["name"] == "New"
    assert api.get("/bcf/2.1/projects/3").status_code == 404


def test_events_stand_under_the_key_events(api, url):
    api.post(f"{url}/comments", json={"comment": "c"})
    events = api.get(f"{TOPICS}/events").json()
    assert events[0]["events"][0]["type"] == "topic_created"
    assert "actions" not in events[0]
    assert api.get(f"{TOPICS}/comments/events").json()[0]["events"][0]["type"] == "comment_created"


def test_extension_values_have_numbers_and_colours(api):
    made = api.post(f"{PROJECT}/extension/status", json={"topic_status": "Waiting", "color": "00ff00"})
    assert made.status_code == 201
    number = made.json()["id"]
    detailed = api.get(f"{PROJECT}/detailed-extensions").json()
    assert detailed["topic_status"][-1] == {"id": number, "topic_status": "Waiting", "color": "00ff00"}
    assert detailed["topic_label"][0]["label"] == "Architecture"
    assert "Waiting" in api.get(f"{PROJECT}/extensions").json()["topic_status"]
    field(api.post(f"{PROJECT}/extension/status", json={"topic_status": "Waiting"}), "topic_status")
    field(api.post(f"{PROJECT}/extension/status", json={"topic_status": " "}), "topic_status")
    changed = api.patch(f"{PROJECT}/extension/status/{number}", json={"topic_status": "Parked"}).json()
    assert changed == {"id": number, "topic_status": "Parked", "color": "00ff00"}
    assert api.delete(f"{PROJECT}/extension/status/{number}").status_code == 204
    assert "Parked" not in api.get(f"{PROJECT}/extensions").json()["topic_status"]
    assert api.delete(f"{PROJECT}/extension/status/{number}").status_code == 404
    assert api.post(f"{PROJECT}/extension/mood", json={"mood": "x"}).status_code == 404


@pytest.mark.parametrize("authorization", ["ApiKey token-a", "apikey token-a", "Bearer token-a"])
def test_a_key_is_as_good_as_a_token(api, authorization):
    answer = api.get("/bcf/2.1/current-user", headers={"Authorization": authorization})
    assert answer.json()["id"] == "anna@example.com"


@pytest.mark.parametrize("authorization", ["ApiKey no", "ApiKey", "Key token-a", ""])
def test_a_wrong_key_is_401(api, authorization):
    assert api.get("/bcf/2.1/current-user", headers={"Authorization": authorization}).status_code == 401


def test_plain_http_is_sent_to_https_with_302_where_a_proxy_says_so(api):
    for path in (f"{TOPICS}?a=b&c=%20", "/bcf/2.1/projects/a%20b/topics"):
        moved = api.post(path, json={"title": "A"}, headers={"X-Forwarded-Proto": "http"})
        assert (moved.status_code, moved.headers["Location"]) == (302, f"https://server{path}")
    assert api.get(TOPICS, headers={"X-Forwarded-Proto": "https"}).json() == []


@pytest.mark.parametrize(("switch", "bare", "told"), [("redirect", 302, 302), ("allow", 200, 200)])
def test_a_switch_says_whether_plain_http_is_taken(store, switch, bare, told):
    with serving(store, plain_http=switch) as client:
        assert client.get(TOPICS).status_code == bare
        assert client.get(TOPICS, headers={"X-Forwarded-Proto": "http"}).status_code == told
        assert client.get(TOPICS, headers={"X-Forwarded-Proto": "https"}).status_code == 200


@pytest.fixture
def crew(store):
    people = (("carl", "contributor", None), ("rita", "reader", None), ("eve", "editor", ("other",)))
    store.create_project("other", "Other")
    with serving(
        store,
        users=Users(
            Account.of(User(f"{name}@example.com", name, role, projects), token=name) for name, role, projects in people
        ),
    ) as client:
        yield client


def by(name):
    return {"Authorization": f"ApiKey {name}"}


def test_rights_count_here_too(crew):
    theirs = f"{TOPICS}/{crew.post(TOPICS, json={'title': 'A'}).json()['guid']}"
    own = f"{TOPICS}/{crew.post(TOPICS, json={'title': 'B'}, headers=by('carl')).json()['guid']}"
    assert crew.patch(theirs, json={"title": "C"}, headers=by("carl")).status_code == 403
    assert crew.patch(own, json={"title": "C"}, headers=by("carl")).status_code == 200
    assert crew.post(TOPICS, json={"title": "A"}, headers=by("rita")).status_code == 403
    assert "detail" in crew.delete(own, headers=by("rita")).json()
    assert crew.get(TOPICS, headers=by("rita")).status_code == 200
    assert crew.get(TOPICS, headers=by("eve")).status_code == 404
    assert [item["name"] for item in crew.get("/bcf/2.1/projects", headers=by("eve")).json()] == ["Other"]
    for path in (f"{PROJECT}/import", "/cloud/1/webhook", f"{PROJECT}/extension/label"):
        assert crew.post(path, json={}, headers=by("rita")).status_code == 403


def test_who_deletes_a_comment_of_their_own_takes_no_viewpoint_of_others_along(crew):
    url = f"{TOPICS}/{crew.post(TOPICS, json={'title': 'A'}).json()['guid']}"
    for maker, left in (("token-a", 1), ("carl", 0)):
        seen = crew.post(f"{url}/viewpoints", json=viewpoint(), headers=by(maker)).json()["guid"]
        body = {"comment": "mine", "viewpoint_guid": seen}
        said = crew.post(f"{url}/comments", json=body, headers=by("carl")).json()["guid"]
        assert crew.delete(f"{url}/comments/{said}", headers=by("carl")).status_code == 204
        assert [item["guid"] for item in crew.get(f"{url}/viewpoints").json()].count(seen) == left


def test_a_project_that_somebody_may_not_see_is_not_told_by_its_number_either(crew):
    hidden, none = (crew.get(f"/bcf/2.1/projects/{number}", headers=by("eve")) for number in (1, 99))
    assert (hidden.status_code, none.status_code) == (404, 404)
    assert hidden.text.replace("'1'", "") == none.text.replace("'99'", "")


def test_rights_of_comments_count_in_full_topics(crew):
    full = f"{PROJECT}/full-topic"
    made = crew.post(full, json={"title": "A", "comments": [{"comment": "c"}]}, headers=by("carl")).json()
    other = crew.post(f"{TOPICS}/{made['guid']}/comments", json={"comment": "mine"}).json()
    changed = {"guid": made["comments"][0]["guid"], "comment": "d"}
    url = f"{full}/{made['guid']}"
    assert crew.patch(url, json={"comments": [changed]}, headers=by("carl")).status_code == 200
    body = {"title": "B", "comments": [{"guid": other["guid"], "comment": "theirs"}]}
    assert crew.patch(url, json=body, headers=by("carl")).status_code == 403
    assert crew.get(url).json()["title"] == "A"


DEEP = b"[" * 900 + b"]" * 900


@pytest.mark.parametrize("value", [b"1e999", b'"\\ud800"', b'{"\\udfff": 1}', DEEP, b'[{"a": [-1e999]}]'])
@pytest.mark.parametrize(("kind", "name"), [("topics", "bimdata_viewer_layout"), ("viewpoints", "pins")])
def test_what_cannot_be_sent_again_is_not_taken(api, url, kind, name, value):
    body = b'{"title": "x", "%b": %b}' % (name.encode(), value if name != "pins" else b"[%b]" % value)
    path = TOPICS if kind == "topics" else f"{url}/viewpoints"
    field(api.post(path, content=body), name)


VALUES = (None, True, -1.5, 10**30, "", "text", "\0", [None], [[]], {"a": 1}, [{"guid": 5}], 2**63 - 1)
MEMBERS = (
    *("title", "index", "labels", "models", "guid", "creation_date", "creation_author", "format", "comments"),
    *("viewpoints", "comment", "viewpoint_guid", "viewpoint_temp_id", "temp_id", "snapshot", "components", "pins"),
    *("perspective_camera", "bimdata_viewer_layout", "name", "topic_status", "color", "events", "url", "topics"),
)


@pytest.mark.parametrize("member", MEMBERS)
def test_no_value_of_a_member_is_a_500(api, url, member):
    good = {"title": "x", "comment": "x", "name": "x", "guid": None, "topic_status": "x", "secret": "x"}
    for value in VALUES:
        for method, path in writes(url):
            answer = api.request(method, path, json={**good, member: value})
            assert answer.status_code in {200, 201, 204, 400}, (method, path, value, answer.text)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe\x00", b"[]", b"null", b"5", b'{"title": NaN}', b"[" * 100_000])
def test_a_body_that_is_no_object_is_400(api, url, raw):
    for method, path in writes(url):
        answer = api.request(method, path, content=raw)
        if raw != b"[]" or not path.endswith("document_references"):
            assert answer.status_code == 400, (method, path, answer.text)


def writes(url):
    full = url.replace("/topics/", "/full-topic/")
    return (
        *((method, path) for method in ("PUT", "PATCH") for path in (PROJECT, url, full)),
        *(("POST", path) for path in (TOPICS, f"{PROJECT}/full-topic", f"{url}/comments", f"{url}/viewpoints")),
        *(("POST", path) for path in (f"{PROJECT}/extension/status", "/cloud/1/webhook", f"{PROJECT}/export")),
        ("PUT", f"{url}/document_references"),
    )
