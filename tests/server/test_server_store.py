import base64
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from reference_server import TickingClock, camera, fresh, full_viewpoint, png, serve

from bcfsync.errors import UsageError
from bcfsync.server.refusals import Refusal, Taken
from bcfsync.server.store import ServerStore
from bcfsync.server.store.database import DataFolderInUse
from bcfsync.server.store.schema import STEPS
from bcfsync.server.vendors import openproject

TOPIC = {
    "guid": "63E78882-7C6A-4BF7-8982-FC478AFB9C97",
    "server_assigned_id": "TIC-5",
    "title": "Old",
    "creation_date": "2016-05-21T12:00:00+02:00",
    "creation_author": "alice@example.com",
    "modified_date": "2016-06-01T08:00:00",
    "modified_author": "bob@example.com",
}
SNIPPET = {"snippet_type": ".ifc", "is_external": False, "reference": "a", "reference_schema": "b"}
NEW = "/bcf/3.0/projects/demo/topics"


def test_a_restart_keeps_the_data(tmp_path):
    with ServerStore(tmp_path) as store:
        for api in serve(store):
            api.put("/bcf/3.0/projects/demo", json={"name": "Tower"})
            guid = api.post(NEW, json={"title": "a"}).json()["guid"]
            viewpoint = api.post(f"{NEW}/{guid}/viewpoints", json=full_viewpoint()).json()
            before = api.get(f"{NEW}/{guid}")
    with ServerStore(tmp_path) as store:
        for api in serve(store):
            assert api.get("/bcf/3.0/projects").json() == [{"project_id": "demo", "name": "Tower"}]
            after = api.get(f"{NEW}/{guid}")
            assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])
            assert api.get(f"{NEW}/{guid}/viewpoints/{viewpoint['guid']}/snapshot").content == png()
            assert api.post(NEW, json={"title": "b"}).json()["server_assigned_id"] == "2"


def test_a_folder_of_another_schema_version_is_refused_in_one_line(tmp_path):
    ServerStore(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "bcf.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UsageError, match=r"schema version 99, this server knows \d+$") as refused:
        ServerStore(tmp_path)
    assert refused.value.exit_code == 2
    assert refused.value.hint


OLD_ROWS = (
    ("INSERT INTO project (project_id, name, extensions, topic_counter) VALUES ('demo', 'Demo', '{}', 5)", ()),
    (
        "INSERT INTO topic VALUES (3, 'demo', ?, '5', 5, 0, 0, NULL, ?, '[]', '[]', ?)",
        (TOPIC["guid"].lower(), json.dumps({**TOPIC, "bim_snippet": SNIPPET}), b"ifc"),
    ),
    (
        "INSERT INTO viewpoint VALUES (8, 'demo', 3, 'v1', ?, NULL, ?)",
        (json.dumps({"guid": "v1", "bitmaps": [{"guid": "b1"}], "snapshot": {"snapshot_type": "png"}}), png()),
    ),
    ("INSERT INTO viewpoint VALUES (9, 'demo', 3, 'v2', ?, NULL, NULL)", (json.dumps({"guid": "v2"}),)),
    ("INSERT INTO bitmap VALUES (8, 'b1', ?)", (b"\xff\xd8\xffbitmap",)),
    ("INSERT INTO document VALUES (3, 'demo', 'd1', 'd1', 'plan.pdf', ?)", (b"",)),
)


@pytest.mark.parametrize("version", [1, 2])
def test_a_folder_of_a_schema_before_is_brought_up_to_date_with_all_its_bytes(tmp_path, version):
    connection = sqlite3.connect(tmp_path / "bcf.db")
    for statement in (statement for step in STEPS[:version] for statement in step):
        connection.execute(statement)
    for sql, values in OLD_ROWS:
        connection.execute(sql, values)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()
    with ServerStore(tmp_path) as store:
        for api in serve(store):
            before = api.get(NEW)
            assert [topic["title"] for topic in before.json()] == ["Old"]
            url = f"{NEW}/{TOPIC['guid']}"
            assert api.get(f"{url}/snippet").content == b"ifc"
            assert api.get(f"{url}/viewpoints/v1/snapshot").content == png()
            assert api.get(f"{url}/viewpoints/v1/bitmaps/b1").content == b"\xff\xd8\xffbitmap"
            assert api.get(f"{url}/viewpoints/v2/snapshot").status_code == 404
            assert api.get("/bcf/3.0/projects/demo/documents/d1").content == b""
            api.put(f"{url}/files", json=[{"reference": "n"}])
            assert api.get(NEW).headers["ETag"] != before.headers["ETag"]
            assert api.delete(url).status_code == 200
    connection = sqlite3.connect(tmp_path / "bcf.db")
    left = connection.execute("SELECT (SELECT count(*) FROM blob), (SELECT count(*) FROM blob_piece)").fetchone()
    connection.close()
    assert left == (1, 1)  # the document's


def test_a_foreign_file_in_the_folder_is_refused(tmp_path):
    (tmp_path / "bcf.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(UsageError, match="not a database"):
        ServerStore(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be opened"):
        ServerStore(tmp_path / "file")


@pytest.mark.slow
def test_eight_threads_get_eight_times_as_many_topics_with_ids_of_their_own(api):
    def post(number):
        answer = api.post(NEW, json={"title": str(number)})
        api.post(f"{NEW}/{answer.json()['guid']}/comments", json={"comment": "c"})
        api.get(NEW)
        return answer

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(80)))
    assert {answer.status_code for answer in answers} == {201}
    assert {int(answer.json()["server_assigned_id"]) for answer in answers} == set(range(1, 81))
    assert len(api.get(NEW).json()) == 80


def test_of_eight_threads_with_one_guid_one_wins(api):
    body = {"title": "x", "guid": fresh()}
    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(lambda _: api.post(NEW, json=body).status_code, range(8)))
    assert codes == [201, *[409] * 7]


def test_of_eight_threads_with_one_tag_one_wins(api):
    url = f"{NEW}/{api.post(NEW, json={'title': 'x'}).json()['guid']}"
    tag = api.get(url).headers["ETag"]

    def put(number):
        return api.put(url, json={"title": str(number)}, headers={"If-Match": tag}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(put, range(8))) == [200, *[412] * 7]


def test_a_failing_transaction_leaves_nothing_behind(store):
    def two_projects():
        with store.writing():
            store.create_project("new", "New")
            store.create_project("demo", "Demo")

    with pytest.raises(Taken):
        two_projects()
    assert [project["project_id"] for project in store.projects.listing()] == ["demo"]


def test_seeds_keep_guid_authors_and_dates(api, store):
    store.seed_topic("demo", TOPIC, [{"filename": "a.ifc"}], ["elsewhere"])
    comment = {
        "guid": fresh().upper(),
        "comment": "",
        "date": "2016-05-22T00:00:00Z",
        "author": "carol",
        "modified_date": "2016-05-23T00:00:00Z",
        "modified_author": "dora",
        "reply_to_comment_guid": "r",
        "viewpoint_guid": "gone",
    }
    store.seed_comment("demo", TOPIC["guid"].lower(), comment)
    viewpoint = {**full_viewpoint(), "guid": fresh().upper()}
    store.seed_viewpoint("demo", TOPIC["guid"], viewpoint)
    document = fresh()
    store.seed_document("demo", document, "Pläne.pdf", b"%PDF")
    store.seed_document_reference("demo", TOPIC["guid"], {"guid": fresh(), "document_guid": document})
    store.seed_document_reference("demo", TOPIC["guid"], {"url": "https://example.com"})

    topic = f"{NEW}/{TOPIC['guid']}"
    assert api.get(topic).json() == TOPIC
    assert api.get(f"{topic}/files").json() == [{"filename": "a.ifc"}]
    assert api.get(f"{topic}/related_topics").json() == [{"related_topic_guid": "elsewhere"}]
    old_comment = f"{topic.replace('3.0', '2.1')}/comments/{comment['guid']}"
    assert api.get(old_comment).json() == {**comment, "topic_guid": TOPIC["guid"]}
    shown = api.get(f"{topic}/viewpoints/{viewpoint['guid']}").json()
    assert shown["guid"] == viewpoint["guid"]
    assert shown["perspective_camera"] == camera()
    assert api.get(f"{topic}/viewpoints/{viewpoint['guid']}/snapshot").content == png()
    bitmap = api.get(f"{topic}/viewpoints/{viewpoint['guid']}/bitmaps/{shown['bitmaps'][0]['guid']}")
    assert bitmap.content == base64.b64decode(viewpoint["bitmaps"][0]["bitmap_data"])
    assert api.get(f"{topic}/viewpoints/{viewpoint['guid']}/visibility").json()["visibility"]["default_visibility"]
    assert api.get(f"/bcf/3.0/projects/demo/documents/{document}").content == b"%PDF"
    assert [sorted(r) for r in api.get(f"{topic}/document_references").json()] == [
        ["document_guid", "guid"],
        ["guid", "url"],
    ]


def test_a_seeded_pointer_to_nothing_survives_an_edit_of_the_rest(api, store):
    store.seed_topic("demo", TOPIC, [], [])
    guid, reference = fresh(), fresh()
    store.seed_comment("demo", TOPIC["guid"], {"guid": guid, "comment": "c", "viewpoint_guid": "gone"})
    store.seed_document_reference("demo", TOPIC["guid"], {"guid": reference, "document_guid": "gone"})
    topic = f"{NEW}/{TOPIC['guid']}"
    put = api.put(f"{topic}/comments/{guid}", json={"comment": "d", "viewpoint_guid": "gone"})
    assert (put.status_code, put.json()["viewpoint_guid"]) == (200, "gone")
    put = api.put(f"{topic}/document_references/{reference}", json={"document_guid": "gone", "description": "d"})
    assert (put.status_code, put.json()["description"]) == (200, "d")


def test_seeded_bytes_of_a_snippet_are_served(api, store):
    store.seed_topic("demo", {**TOPIC, "bim_snippet": SNIPPET}, [], [])
    store.seed_snippet("demo", TOPIC["guid"], b"ifc")
    assert api.get(f"{NEW}/{TOPIC['guid']}/snippet").content == b"ifc"


def test_a_seeded_guid_twice_is_refused_and_a_seeded_id_twice_is_exchanged(store):
    store.seed_topic("demo", TOPIC, [], [])
    with pytest.raises(Taken):
        store.seed_topic("demo", TOPIC, [], [])
    other, third = fresh(), fresh()
    store.seed_topic("demo", {**TOPIC, "guid": other}, [], [])
    assert store.topics.get("demo", other)["server_assigned_id"] == "1"
    store.seed_topic("demo", {**TOPIC, "guid": third, "server_assigned_id": "2"}, [], [])
    assert store.topics.create("demo", {"title": "x"}, "a")["server_assigned_id"] == "3"


def test_seeded_dates_sort_as_instants_not_as_text(api, store):
    dates = {"a": "2016-05-21T23:30:00-02:00", "b": "2016-05-22T00:00:00Z", "c": "2016-05-22T03:00:00+02:00", "d": "?"}
    for title, date in dates.items():
        store.seed_topic("demo", {"guid": fresh(), "title": title, "creation_date": date}, [], [])
    assert "".join(topic["title"] for topic in api.get(NEW).json()) == "dbca"


def test_projects_and_extensions_can_be_seeded(api, store):
    store.create_project("p 1/ä", "Other")
    store.set_extensions("p 1/ä", {"users": ["x@example.com"], "odd": ["y"]})
    extensions = store.projects.extensions("p 1/ä")
    assert extensions["users"] == ["x@example.com"]
    assert extensions["stage"] == []
    assert "odd" not in extensions
    store.create_project("p 2", "Third")
    assert api.get("/bcf/3.0/projects/p%202").json()["name"] == "Third"
    assert [project["project_id"] for project in api.get("/bcf/3.0/projects?$skip=1").json()] == ["p 1/ä", "p 2"]


def test_the_guids_of_the_server_come_from_the_factory(tmp_path):
    numbers = iter(range(9))
    with ServerStore(tmp_path, clock=TickingClock(), new_guid=lambda: f"guid-{next(numbers)}") as store:
        for api in serve(store):
            topic = api.post(NEW, json={"title": "x"}).json()["guid"]
            viewpoint = api.post(f"{NEW}/{topic}/viewpoints", json=full_viewpoint()).json()
    assert (topic, viewpoint["guid"], viewpoint["bitmaps"][0]["guid"]) == ("guid-0", "guid-1", "guid-2")


def test_every_refusal_says_its_status():
    def leaves(kind):
        return [leaf for sub in kind.__subclasses__() for leaf in (sub, *leaves(sub))]

    assert openproject.WrongVersion in leaves(Refusal)
    assert {kind.status for kind in leaves(Refusal)} == {400, 401, 403, 404, 409, 412, 415, 429}


def test_a_folder_another_server_works_on_is_left_to_it(tmp_path):
    with ServerStore(tmp_path) as store:
        with pytest.raises(DataFolderInUse, match="another server") as refused:
            ServerStore(tmp_path)
        assert refused.value.exit_code == 9
        store.create_project("more", "More")
    with ServerStore(tmp_path) as store:
        assert store.projects.get("more")["name"] == "More"
