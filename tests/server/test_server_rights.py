"""Who may do what, told and enforced: four roles, what is one's own, projects that are not for everybody."""

import re
from dataclasses import dataclass
from types import SimpleNamespace

import httpx
import pytest
from reference_server import camera, fresh, png

from bcfsync.server import app as server_app
from bcfsync.server.app import create_app
from bcfsync.server.rights import actions
from bcfsync.server.signin.users_file import UsersUnusable, read_users
from bcfsync.server.users import Account, User, Users

PICTURE = {"snapshot": {"snapshot_type": "png", "snapshot_data": "AAAA"}}
SNIPPET = {"snippet_type": "a", "is_external": False, "reference": "a", "reference_schema": "b"}
NAMED = {"Content-Disposition": 'attachment; filename="Plan.pdf"'}

PEOPLE = {
    "admin": User("admin@example.com", "Ada", "admin"),
    "editor": User("editor@example.com", "Edith", "editor"),
    "contributor": User("contributor@example.com", "Carl", "contributor"),
    "other": User("other@example.com", "Otto", "contributor"),
    "reader": User("reader@example.com", "Rita", "reader"),
    "guest": User("guest@example.com", "Gast", "editor", ("demo",)),
    "nowhere": User("nowhere@example.com", "Niemand", "admin", ()),
}
ALL = {
    "project": ["update", "createTopic", "createDocument"],
    "topic": [
        *("update", "updateBimSnippet", "updateRelatedTopics", "updateDocumentReferences", "updateFiles"),
        *("createComment", "createViewpoint", "delete"),
    ],
    "comment": ["update", "delete"],
    "viewpoint": ["delete"],
}
STATUSES = ["Open", "In Progress", "Resolved", "Closed"]


@dataclass(frozen=True)
class Crowd:
    """The same server, asked by different people."""

    client: httpx.Client

    def by(self, who: str) -> httpx.Client:
        self.client.headers["Authorization"] = f"Bearer of-{who}"
        return self.client


@pytest.fixture
def crowd(store):
    users = Users([Account.of(user, token=f"of-{who}") for who, user in PEOPLE.items()])
    app = create_app(store, tokens={}, users=users)
    app.testing = True
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://server") as client:
        yield Crowd(client)


def made_by(crowd, who, project):
    """A topic with everything below it, and the URLs of each."""
    api = crowd.by(who)
    topic = (
        f"{project}/topics/{api.post(f'{project}/topics', json={'title': 'A', 'bim_snippet': SNIPPET}).json()['guid']}"
    )

    def below(kind, body):
        return f"{topic}/{kind}/{api.post(f'{topic}/{kind}', json=body).json()['guid']}"

    return SimpleNamespace(
        project=project,
        topic=topic,
        comment=below("comments", {"comment": "c"}),
        viewpoint=below("viewpoints", PICTURE),
        reference=below("document_references", {"url": "https://example.com/1"}),
    )


def writes(made, version):
    """Every route that writes, with a good body, and the right it needs; what takes away comes last."""
    guid = {"guid": made.reference.rpartition("/")[2]} if version == "2.1" else {}
    yield "PUT", made.project, {"json": {"name": "N"}}, "project", "update"
    yield "POST", f"{made.project}/topics", {"json": {"title": "B"}}, "project", "createTopic"
    yield "POST", f"{made.project}/documents", {"content": b"x", "headers": NAMED}, "project", "createDocument"
    yield "PUT", made.topic, {"json": {"title": "B", "bim_snippet": SNIPPET}}, "topic", "update"
    yield "PUT", f"{made.topic}/snippet", {"content": b"x"}, "topic", "updateBimSnippet"
    yield "PUT", f"{made.topic}/related_topics", {"json": []}, "topic", "updateRelatedTopics"
    references = f"{made.topic}/document_references"
    yield "POST", references, {"json": {"url": "https://example.com/2"}}, "topic", "updateDocumentReferences"
    yield "PUT", made.reference, {"json": {"url": "u", **guid}}, "topic", "updateDocumentReferences"
    yield "PUT", f"{made.topic}/files", {"json": [{"reference": "r"}]}, "topic", "updateFiles"
    yield "POST", f"{made.topic}/comments", {"json": {"comment": "d"}}, "topic", "createComment"
    yield "POST", f"{made.topic}/viewpoints", {"json": PICTURE}, "topic", "createViewpoint"
    yield "PUT", made.comment, {"json": {"comment": "d"}}, "comment", "update"
    yield "DELETE", made.comment, {}, "comment", "delete"
    if version == "3.0":
        yield "DELETE", made.viewpoint, {}, "viewpoint", "delete"
    yield "DELETE", made.topic, {}, "topic", "delete"


EVERYTHING = {(kind, action) for kind, names in ALL.items() for action in names}
ADDING = {(kind, action) for kind, action in EVERYTHING if action.startswith("create")}
RENAMING = {("project", "update")}
MAY = [
    ("admin", "other", EVERYTHING),
    ("editor", "other", EVERYTHING - RENAMING),
    ("contributor", "other", ADDING),
    ("contributor", "contributor", EVERYTHING - RENAMING),
    ("reader", "other", set()),
]


@pytest.mark.parametrize(("who", "maker", "may"), MAY, ids=[f"{who} on {maker}" for who, maker, _ in MAY])
def test_every_route_that_writes_asks_for_its_right_and_names_what_is_missing(crowd, version, project, who, maker, may):
    made = made_by(crowd, maker, project)
    before = everything(crowd, made)
    for method, url, content, kind, action in writes(made, version):
        answer = crowd.by(who).request(method, url, **content)
        if (kind, action) in may:
            assert answer.status_code in {200, 201}, (method, url, answer.text)
        else:
            assert answer.status_code == 403, (method, url, answer.text)
            assert list(answer.json()) == ["message"]
            assert answer.json()["message"].startswith(f"{kind}_actions: '{action}' is missing")
    if who == "reader":
        assert everything(crowd, made) == before


@pytest.mark.parametrize(("who", "maker", "may"), MAY, ids=[f"{who} on {maker}" for who, maker, _ in MAY])
def test_what_is_told_is_what_is_enforced(crowd, version, project, who, maker, may):
    made = made_by(crowd, maker, project)
    told = {
        kind: block(crowd.by(who), getattr(made, kind))[f"{kind}_actions"] for kind in ("project", "topic", "comment")
    }
    if version == "3.0":
        told["viewpoint"] = block(crowd.by(who), made.viewpoint)["viewpoint_actions"]
    for kind, names in told.items():
        assert names == [name for name in ALL[kind] if (kind, name) in may], kind


def block(api, url):
    return api.get(f"{url}?includeAuthorization=true").json()["authorization"]


def everything(crowd, made):
    api = crowd.by("admin")
    parts = ("comments", "viewpoints", "files", "related_topics", "document_references")
    urls = (made.project, f"{made.project}/topics", f"{made.project}/documents", *(f"{made.topic}/{p}" for p in parts))
    return [api.get(url).json() for url in urls]


def test_every_writing_route_of_2_1_and_3_0_says_what_it_needs(store):
    base = re.compile(r"/bcf/<any\([^)]*'3\.0'[^)]*\):version>")
    written = {
        (method, base.sub("", rule.rule))
        for rule in create_app(store, tokens={}).url_map.iter_rules()
        for method in rule.methods & {"PUT", "POST", "PATCH", "DELETE"}
        if base.match(rule.rule)
    }
    topic = "/projects/<project_id>/topics/<topic>"
    made = SimpleNamespace(
        project="/projects/<project_id>",
        topic=topic,
        comment=f"{topic}/comments/<comment>",
        viewpoint=f"{topic}/viewpoints/<viewpoint>",
        reference=f"{topic}/document_references/<reference>",
    )
    assert written == {(method, url) for method, url, *_ in writes(made, "3.0")}


def test_no_route_of_any_version_leaves_open_what_it_needs():
    """1.0's short URLs find out for themselves, and say so."""
    routes = [route for table in server_app._TABLES for route in table]
    assert {(route.method, route.path) for route in routes if route.method != "GET" and route.needs is None} == set()


def test_nothing_is_said_of_rights_unless_asked(crowd, version, project):
    made = made_by(crowd, "editor", project)
    for query in ("", "?includeAuthorization=false"):
        for url in (made.project, made.topic, made.comment, made.viewpoint):
            assert "authorization" not in crowd.by("editor").get(url + query).json()


def test_a_2_1_viewpoint_has_no_rights_to_tell(crowd):
    made = made_by(crowd, "editor", "/bcf/2.1/projects/demo")
    for url in (made.viewpoint, made.viewpoint.rpartition("/")[0]):
        assert "authorization" not in crowd.by("editor").get(f"{url}?includeAuthorization=true").text


def test_every_member_of_a_list_tells_its_own_rights(crowd, version, project):
    made_by(crowd, "contributor", project)
    theirs = made_by(crowd, "other", project)
    crowd.by("contributor").post(f"{theirs.topic}/comments", json={"comment": "mine"})
    crowd.by("contributor").post(f"{theirs.topic}/viewpoints", json=PICTURE)
    asked = "?includeAuthorization=true"

    def told(url, kind):
        listed = crowd.by("contributor").get(url + asked).json()
        return [item["authorization"][f"{kind}_actions"] for item in listed]

    assert told(f"{project}/topics", "topic") == [ALL["topic"], ["createComment", "createViewpoint"]]
    assert told(f"{theirs.topic}/comments", "comment") == [[], ALL["comment"]]
    assert told(project.rpartition("/")[0], "project") == [["createTopic", "createDocument"]]
    if version == "3.0":
        assert told(f"{theirs.topic}/viewpoints", "viewpoint") == [[], ALL["viewpoint"]]


def test_a_long_list_of_topics_tells_rights_while_it_is_streamed(crowd, store, project):
    with store.writing():
        for _ in range(1500):
            store.seed_topic("demo", {"guid": fresh(), "title": "x" * 100, "creation_author": "x"}, [], [])
    listed = crowd.by("reader").get(f"{project}/topics?includeAuthorization=true").json()
    assert len(listed) == 1500
    assert all(topic["authorization"] == {"topic_actions": [], "topic_status": []} for topic in listed)


def test_an_answer_to_a_write_tells_rights_too(crowd, version, project):
    api, asked = crowd.by("contributor"), "?includeAuthorization=true"
    topic = api.post(f"{project}/topics{asked}", json={"title": "x"}).json()
    assert topic["authorization"] == {"topic_actions": ALL["topic"], "topic_status": STATUSES}
    url = f"{project}/topics/{topic['guid']}"
    assert api.put(url + asked, json={"title": "y"}).json()["authorization"] == topic["authorization"]
    comment = api.post(f"{url}/comments{asked}", json={"comment": "x"}).json()
    assert comment["authorization"] == {"comment_actions": ALL["comment"]}
    viewpoint = api.post(f"{url}/viewpoints{asked}", json={"perspective_camera": camera()}).json()
    assert viewpoint.get("authorization") == {"3.0": {"viewpoint_actions": ["delete"]}, "2.1": None}[version]


def test_the_statuses_that_may_be_set_are_the_projects_none_or_not_said(crowd, store, project):
    made = made_by(crowd, "contributor", project)
    assert block(crowd.by("contributor"), made.topic)["topic_status"] == STATUSES
    assert block(crowd.by("other"), made.topic)["topic_status"] == []
    store.set_extensions("demo", {})
    assert "topic_status" not in block(crowd.by("contributor"), made.topic)
    assert block(crowd.by("other"), made.topic)["topic_status"] == []


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("admin", (ALL["project"], ALL["topic"], ALL["comment"])),
        ("editor", (["createTopic", "createDocument"], ALL["topic"], ALL["comment"])),
        ("contributor", (["createTopic", "createDocument"], ["createComment", "createViewpoint"], [])),
        ("reader", ([], [], [])),
    ],
)
def test_the_extensions_tell_what_goes_for_things_that_say_nothing_themselves(crowd, project, who, expected):
    told = crowd.by(who).get(f"{project}/extensions").json()
    assert (told["project_actions"], told["topic_actions"], told["comment_actions"]) == expected


def test_each_user_has_a_tag_of_his_own_where_rights_are_told(crowd, project):
    made = made_by(crowd, "contributor", project)
    urls = (f"{project}/topics", made.topic, made.comment, made.project)
    for url in (*(f"{url}?includeAuthorization=true" for url in urls), f"{project}/extensions"):
        own, others = crowd.by("contributor").get(url), crowd.by("reader").get(url)
        assert own.headers["ETag"] != others.headers["ETag"], url
        held = {"If-None-Match": own.headers["ETag"]}
        assert crowd.by("reader").get(url, headers=held).status_code == 200
        assert crowd.by("contributor").get(url, headers=held).status_code == 304
        assert "Last-Modified" not in own.headers


def test_the_tag_of_either_form_stands_for_the_thing_in_if_match(crowd, version, project):
    made = made_by(crowd, "editor", project)
    cases = [(made.topic, {"title": "B"}), (made.comment, {"comment": "B"})]
    for query in ("", "?includeAuthorization=true"):
        for url, body in cases:
            held = {"If-Match": crowd.by("editor").get(url + query).headers["ETag"]}
            assert crowd.by("editor").put(url, json=body, headers=held).status_code == 200
            assert crowd.by("editor").put(url, json=body, headers=held).status_code == 412
    held = {"If-Match": crowd.by("admin").get(f"{project}?includeAuthorization=true").headers["ETag"]}
    assert crowd.by("admin").put(project, json={"name": "N"}, headers=held).status_code == 200
    assert crowd.by("admin").put(project, json={"name": "O"}, headers=held).status_code == 412
    if version == "3.0":
        held = {"If-Match": crowd.by("editor").get(f"{made.viewpoint}?includeAuthorization=true").headers["ETag"]}
        assert crowd.by("editor").delete(made.viewpoint, headers=held).status_code == 200


@pytest.mark.parametrize("query", ["yes", "", "1", "true&includeAuthorization=true"])
def test_a_wish_for_rights_that_is_neither_true_nor_false_is_400(crowd, project, query):
    for url in ("/bcf/3.0/projects", project, f"{project}/topics"):
        answer = crowd.by("admin").get(f"{url}?includeAuthorization={query}")
        assert answer.status_code == 400
        assert answer.json()["message"].startswith("includeAuthorization:")


def test_an_own_thing_is_known_by_its_author_without_regard_to_case(crowd, store, project):
    store.seed_topic("demo", {"guid": (guid := fresh()), "title": "x", "creation_author": "Other@Example.COM"}, [], [])
    url = f"{project}/topics/{guid}"
    assert crowd.by("contributor").put(url, json={"title": "y"}).status_code == 403
    assert crowd.by("other").put(url, json={"title": "y"}).status_code == 200


def test_what_came_with_an_archive_and_names_nobody_is_nobodys_own(crowd, store):
    store.seed_topic("demo", {"guid": (guid := fresh()), "title": "x"}, [], [])
    store.seed_viewpoint("demo", guid, {"guid": (viewpoint := fresh()), **PICTURE})
    url = f"/bcf/3.0/projects/demo/topics/{guid}"
    assert crowd.by("contributor").delete(url).status_code == 403
    assert crowd.by("contributor").delete(f"{url}/viewpoints/{viewpoint}").status_code == 403


def test_the_author_of_a_change_does_not_come_to_own_the_thing(crowd, project):
    made = made_by(crowd, "contributor", project)
    crowd.by("editor").put(made.topic, json={"title": "B"})
    crowd.by("editor").put(made.comment, json={"comment": "B"})
    assert crowd.by("contributor").put(made.topic, json={"title": "C"}).status_code == 200
    assert crowd.by("contributor").put(made.comment, json={"comment": "C"}).status_code == 200


@pytest.mark.parametrize("who", ["contributor", "reader"])
def test_what_does_not_exist_is_404_before_it_is_403(crowd, version, project, who):
    made = made_by(crowd, "other", project)
    api = crowd.by(who)
    for url in ("/bcf/{}/projects/none", project + "/topics/none", made.topic + "/comments/none"):
        answer = api.put(url.format(version), json={"title": "x", "comment": "x", "name": "x"})
        assert answer.status_code == 404, url
    assert api.post(f"/bcf/{version}/projects/none/topics", json={"title": "x"}).status_code == 404


def test_who_may_not_is_told_so_before_his_body_is_read(crowd, project):
    made = made_by(crowd, "other", project)
    assert crowd.by("reader").put(made.topic, content=b"{").status_code == 403
    assert crowd.by("reader").put(made.topic, json={"title": "x"}, headers={"If-Match": '"old"'}).status_code == 403


def test_a_project_that_is_not_for_a_user_does_not_exist_for_him(crowd, store, version):
    store.create_project("secret", "Secret")
    projects, secret = f"/bcf/{version}/projects", f"/bcf/{version}/projects/secret"
    topic = f"{secret}/topics/{crowd.by('admin').post(f'{secret}/topics', json={'title': 'x'}).json()['guid']}"
    listed = {
        who: [p["project_id"] for p in crowd.by(who).get(projects).json()] for who in ("admin", "guest", "nowhere")
    }
    assert listed == {"admin": ["demo", "secret"], "guest": ["demo"], "nowhere": []}
    none = crowd.by("guest").get(f"{projects}/none").json()["message"]
    for path in (
        secret,
        topic,
        f"{secret}/extensions",
        f"{secret}/topics",
        f"{secret}/topics/events",
        f"{topic}/comments",
    ):
        hidden = crowd.by("guest").get(path)
        assert hidden.status_code == 404, path
        assert hidden.json() == {"message": none.replace("none", "secret")}
    assert crowd.by("guest").post(f"{secret}/topics", json={"title": "x"}).status_code == 404
    assert crowd.by("guest").delete(topic).status_code == 404
    assert crowd.by("guest").post(f"{projects}/demo/topics", json={"title": "x"}).status_code == 201


def test_what_a_user_sees_of_the_projects_has_no_date_that_outlives_his_rights(crowd, version):
    answers = {who: crowd.by(who).get(f"/bcf/{version}/projects") for who in ("guest", "nowhere")}
    assert all("Last-Modified" not in answer.headers for answer in answers.values())
    assert answers["guest"].headers["ETag"] != answers["nowhere"].headers["ETag"]


def test_nobody_in_particular_may_do_nothing():
    for kind in ALL:
        assert actions(User("", "", "reader"), kind, "") == ()


@pytest.mark.parametrize(
    ("line", "expected"), [("", None), ("projects = []", ()), ('projects = ["demo", "a/b"]', ("demo", "a/b"))]
)
def test_a_file_of_users_limits_some_to_some_projects(tmp_path, line, expected):
    path = tmp_path / "users.toml"
    path.write_text(f'[[user]]\nid = "eva@example.com"\n{line}\n', encoding="utf-8")
    assert read_users(path).accounts[0].user.projects == expected


@pytest.mark.parametrize("value", ['"demo"', "[1]", "true"])
def test_projects_that_are_no_list_of_texts_are_refused_with_their_place(tmp_path, value):
    path = tmp_path / "users.toml"
    path.write_text(f'[[user]]\nid = "eva@example.com"\nprojects = {value}\n', encoding="utf-8")
    with pytest.raises(UsersUnusable, match=r"user 1 \(eva@example\.com\): projects: must be a list of texts"):
        read_users(path)


TAG, LATE = "/bcf/1.0", "/bcf/2.0"


def test_1_0_is_under_the_same_rights_in_both_its_texts(crowd):
    for base in (TAG, LATE):
        project = f"{base}/projects/demo"
        made = made_by_10(crowd, "other", project)
        patches = [("PATCH", made.topic, {"title": "B"})] if base == LATE else [("PUT", made.topic, {"title": "B"})]
        for method, url, body in (
            *patches,
            ("PUT", made.comment, {"comment": "d", "status": "Open"}),
            ("PUT", f"{made.topic}/files", []),
            ("PUT", f"{made.viewpoint}/components", []),
            ("PUT", f"{made.viewpoint}/{'bitmap' if base == TAG else 'snapshot'}", None),
        ):
            content = {"content": png()} if body is None else {"json": body}
            for who in ("reader", "contributor"):
                refused = crowd.by(who).request(method, url, **content)
                assert refused.status_code == 403, (who, method, url)
                assert "is missing" in refused.json()["message"]
            assert crowd.by("other").request(method, url, **content).status_code < 300, (method, url)


def made_by_10(crowd, who, project):
    api = crowd.by(who)

    def made(url, body):
        answer = api.post(url, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return f"{url}/{answer.json()['guid']}"

    topic = made(f"{project}/topics", {"title": "A"})
    comment = made(f"{topic}/comments", {"comment": "c", "status": "Open"})
    viewpoint = made(f"{topic}/viewpoints", {"perspective_camera": camera()})
    return SimpleNamespace(topic=topic, comment=comment, viewpoint=viewpoint)


def test_the_short_urls_of_1_0_know_neither_more_rights_nor_more_projects(crowd, store):
    store.create_project("secret", "Secret")
    made = made_by_10(crowd, "other", f"{TAG}/projects/secret")
    short = {
        kind: f"{TAG}/{kind}s/{getattr(made, kind).rpartition('/')[2]}" for kind in ("topic", "comment", "viewpoint")
    }
    for url in short.values():
        assert crowd.by("reader").get(url).status_code == 200
        assert crowd.by("guest").get(url).status_code == crowd.by("guest").put(url, json={}).status_code == 404
    for who, status in (("reader", 403), ("contributor", 403), ("other", 200), ("guest", 404)):
        assert crowd.by(who).put(short["topic"], json={"title": "B"}).status_code == status, who


@pytest.mark.parametrize("base", [TAG, LATE])
def test_only_administrators_make_projects_and_write_extensions_in_1_0(crowd, base):
    extensions = {name: [] for name in ("topic_type", "topic_status", "topic_label", "snippet_type", "priority")}
    for who, expected in (("editor", {403}), ("guest", {403}), ("nowhere", {403, 404}), ("admin", {200, 201})):
        made = crowd.by(who).post(f"{base}/projects", json={"name": "New"})
        assert made.status_code in expected, who
        url = f"{base}/projects/demo/extensions"
        assert crowd.by(who).put(url, json={**extensions, "user_id_type": []}).status_code in expected, who


def test_1_0_does_not_speak_of_rights(crowd):
    for base in (TAG, LATE):
        for path in ("", "/demo", "/demo/extensions", "/demo/topics"):
            answer = crowd.by("editor").get(f"{base}/projects{path}?includeAuthorization=true")
            assert answer.status_code == 200
            assert "authorization" not in answer.text
            assert "_actions" not in answer.text
