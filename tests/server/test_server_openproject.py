"""OpenProject's route for whole archives: what comes out, and which of what goes in is taken."""

import io
import zipfile

import httpx
import pytest
from reference_server import TOKENS, TickingClock, fresh, png

from bcfsync.server.app import create_app
from bcfsync.server.store import ServerStore
from bcfsync.server.users import Account, User, Users
from bcfsync.server.vendors.openproject import NOTICE, VENDOR
from bcfsync.validate import validate

URL = "/bcf_xml_api/v1/projects/demo/bcf_xml"
TOPICS = "/bcf/2.1/projects/demo/topics"
TOPIC, COMMENT, VIEW = "63e78882-7c6a-4bf7-8982-fc478afb9c97", fresh(), fresh()
NEVER = "2020-01-02T00:00:00Z"
LATER = "2030-01-01T00:00:00Z"


@pytest.fixture
def api(tmp_path):
    with ServerStore(tmp_path / "data", clock=TickingClock()) as store:
        store.set_extensions(
            "demo", {"users": ["alice@example.com"], "topic_status": ["New", "Closed"], "priority": ["Normal"]}
        )
        reader = Users([Account.of(User("rita@example.com", "Rita", "reader"), token="reader")])
        app = create_app(store, tokens=TOKENS, users=reader, vendor=VENDOR)
        app.testing = True
        headers = {"Authorization": "Bearer token-a"}
        with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://server", headers=headers) as client:
            yield client


def archive(title="T", comment="c", modified="", comment_modified="", view=VIEW, version="2.1", extra=""):
    changed = f"<ModifiedDate>{modified}</ModifiedDate>" if modified else ""
    edited = f"<ModifiedDate>{comment_modified}</ModifiedDate>" if comment_modified else ""
    markup = f"""<Markup><Topic Guid="{TOPIC}" TopicStatus="Odd"><Title>{title}</Title><Priority>Normal</Priority>
        <Labels>A</Labels><CreationDate>{NEVER}</CreationDate><CreationAuthor>alice@example.com</CreationAuthor>{changed}
        {extra}</Topic>
        <Comment Guid="{COMMENT}"><Date>{NEVER}</Date><Author>stranger@example.com</Author><Comment>{comment}</Comment>
        <Viewpoint Guid="{VIEW}"/>{edited}</Comment>
        <Viewpoints Guid="{view}"><Snapshot>s.png</Snapshot></Viewpoints></Markup>"""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("bcf.version", f'<Version VersionId="{version}"/>')
        packed.writestr(f"{TOPIC}/markup.bcf", markup)
        packed.writestr(f"{TOPIC}/s.png", png())
    return file.getvalue()


def put_in(api, data, field="bcf_xml_file", token="token-a"):
    return api.post(URL, files={field: ("x.bcf", data)}, headers={"Authorization": f"Bearer {token}"})


def comments(api):
    return {item["guid"]: item for item in api.get(f"{TOPICS}/{TOPIC}/comments").json()}


def test_a_first_import_keeps_guids_dates_and_the_authors_who_are_members(api):
    answer = put_in(api, archive(extra="<AssignedTo>stranger@example.com</AssignedTo>"))
    assert (answer.status_code, answer.json()) == (201, [{"uuid": TOPIC, "errors": []}])
    topic = api.get(f"{TOPICS}/{TOPIC}").json()
    assert (topic["creation_date"], topic["creation_author"]) == (NEVER, "alice@example.com")
    assert topic["labels"] == ["A"]
    assert topic["topic_status"] == "New", "a status nobody knows becomes the first there is"
    assert "assigned_to" not in topic
    assert topic["modified_date"].startswith("2024")
    (comment,) = comments(api).values()
    assert (comment["guid"], comment["date"], comment["author"]) == (COMMENT, NEVER, "system")
    assert comment["viewpoint_guid"] == VIEW
    assert api.get(f"{TOPICS}/{TOPIC}/viewpoints/{VIEW}/snapshot").content == png()


@pytest.mark.parametrize("modified", ["", NEVER])
def test_what_is_not_newer_is_reported_and_left_alone(api, modified):
    put_in(api, archive())
    before = api.get(f"{TOPICS}/{TOPIC}").json(), comments(api)
    answer = put_in(api, archive("new", "new", modified=modified, comment_modified=LATER))
    assert "newer changes" in answer.json()[0]["errors"][0]
    assert (api.get(f"{TOPICS}/{TOPIC}").json(), comments(api)) == before


def test_what_is_newer_is_taken_with_a_notice_and_nothing_is_deleted(api):
    put_in(api, archive())
    api.post(f"{TOPICS}/{TOPIC}/comments", json={"comment": "ours"})
    other = fresh()
    assert put_in(api, archive("new", "new", modified=LATER, view=other)).status_code == 201
    topic = api.get(f"{TOPICS}/{TOPIC}").json()
    assert (topic["title"], topic["creation_author"], topic["labels"]) == ("new", "alice@example.com", ["A"])
    texts = [item["comment"] for item in comments(api).values()]
    assert sorted(texts) == sorted(["c", "ours", NOTICE]), "a comment without a later date keeps its text"
    assert {item["guid"] for item in api.get(f"{TOPICS}/{TOPIC}/viewpoints").json()} == {VIEW, other}


def test_a_comment_that_was_changed_later_is_changed(api):
    put_in(api, archive())
    put_in(api, archive("new", "later", modified=LATER, comment_modified=LATER))
    assert (comments(api)[COMMENT]["comment"], comments(api)[COMMENT]["date"]) == ("later", LATER)


@pytest.mark.parametrize("data", [archive(version="2.0"), b"no zip", b""], ids=["2.0", "no zip", "empty"])
def test_a_version_that_is_too_old_and_what_is_no_archive_are_415(api, data):
    assert put_in(api, data).status_code == 415
    assert api.get(TOPICS).json() == []


def test_what_else_is_wrong_is_400(api):
    assert put_in(api, archive(), field="file").status_code == 400
    assert put_in(api, archive(extra="<DueDate>soon</DueDate>")).status_code == 400
    assert api.get(TOPICS).json() == []
    assert put_in(api, archive(), token="reader").status_code == 403
    assert api.get(URL.replace("demo", "none")).status_code == 404


def test_an_export_holds_what_is_open_unless_it_is_asked_for_more(api, tmp_path):
    for status in ("New", "Closed", None):
        api.post(TOPICS, json={"title": str(status), "topic_status": status})
    for query, count in (
        ("", 2),
        ("?filters=[]", 3),
        ('?filters=[{"status":{"operator":"*","values":[]}}]', 3),
        ('?filters=[{"status":{"operator":"c","values":[]}}]', 1),
    ):
        path = tmp_path / "out.bcf"
        path.write_bytes(api.get(URL + query).content)
        names = zipfile.ZipFile(path).namelist()
        assert sum(name.endswith("markup.bcf") for name in names) == count
        assert validate(path).is_valid(), validate(path).findings
    for wrong in (
        "x",
        "{}",
        "[1]",
        '[{"assignee":{"operator":"*"}}]',
        '[{"status":5}]',
        '[{"status":{"operator":"="}}]',
    ):
        assert api.get(URL, params={"filters": wrong}).status_code == 400


def test_an_export_can_be_imported_elsewhere(api, tmp_path):
    put_in(api, archive())
    exported = api.get(URL).content
    before = api.get(f"{TOPICS}/{TOPIC}").json()
    api.delete(f"{TOPICS}/{TOPIC}")
    assert put_in(api, exported).status_code == 201
    after = api.get(f"{TOPICS}/{TOPIC}").json()
    assert {**after, "modified_date": None} == {**before, "modified_date": None}


def test_the_standard_routes_are_still_there(api):
    assert api.get("/bcf/3.0/projects").status_code == api.get("/foundation/versions").status_code == 200
