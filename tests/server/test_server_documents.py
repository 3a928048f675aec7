import hashlib
import io
import shutil
import sqlite3
import threading
from contextlib import closing

import pytest
from reference_server import fresh

from bcfsync.server.store import ServerStore

NAMED = {"Content-Disposition": 'attachment; filename="Plan.pdf"'}


def upload(api, project, data=b"%PDF", headers=NAMED, query=""):
    return api.post(f"{project}/documents{query}", content=data, headers=headers)


def test_a_document_comes_back_byte_for_byte_under_its_name(api, project):
    made = upload(api, project, b"\0\xff")
    document = made.json()
    url = f"{project}/documents/{document['guid']}"
    assert made.status_code == 201
    assert made.headers["Location"] == f"http://server{url}"
    assert document == {"guid": document["guid"], "filename": "Plan.pdf"}
    assert api.get(f"{project}/documents").json() == [document]
    got = api.get(url.upper().replace(project.upper(), project).replace("DOCUMENTS", "documents"))
    assert got.content == b"\0\xff"
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"] == "attachment; filename=Plan.pdf"
    assert api.get(f"{project}/documents/{fresh()}").status_code == 404


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=\"Plan.pdf\"; filename*=UTF-8''Pl%C3%A4ne.pdf", "Pläne.pdf"),
        ("attachment; filename*=utf-8''Pl%C3%A4ne%3B1.pdf; filename=\"Plan.pdf\"", "Pläne;1.pdf"),
        ("attachment; filename=plan.pdf", "plan.pdf"),
        ('attachment; filename="a \\"b\\".pdf"', 'a "b".pdf'),
        ('form-data; name="x"; filename="c.pdf"', "c.pdf"),
    ],
)
def test_the_name_is_read_from_either_form_and_given_back_in_both(api, project, header, name):
    document = upload(api, project, headers={"Content-Disposition": header}).json()
    assert document["filename"] == name
    assert api.get(f"{project}/documents/{document['guid']}").headers["Content-Disposition"].startswith("attachment; ")
    again = api.get(f"{project}/documents/{document['guid']}").headers["Content-Disposition"]
    assert upload(api, project, headers={"Content-Disposition": again}).json()["filename"] == name


@pytest.mark.parametrize(
    "header",
    [None, "attachment", "attachment; filename=", 'attachment; filename=" "', "attachment; filename*=utf-8''a%0Ab"],
)
def test_a_document_without_a_usable_name_is_400(api, project, header):
    answer = upload(api, project, headers={} if header is None else {"Content-Disposition": header})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Content-Disposition")


def test_version_3_lets_the_client_choose_a_documents_guid(api):
    new, old, guid = "/bcf/3.0/projects/demo", "/bcf/2.1/projects/demo", fresh()
    assert upload(api, new, query=f"?guid={guid}").json()["guid"] == guid
    assert upload(api, new, query=f"?guid={guid.upper()}").status_code == 409
    assert upload(api, new, query="?guid=x").status_code == 400
    assert upload(api, old, query=f"?guid={guid}").status_code == 201
    assert len(api.get(f"{old}/documents").json()) == 2


def test_a_reference_points_to_a_document_or_a_web_address(api, version, project, topic):
    references = f"{topic}/document_references"
    document = upload(api, project).json()["guid"]
    inner = api.post(references, json={"document_guid": document.upper(), "url": None, "description": "d"})
    outer = api.post(references, json={"url": "https://example.com"})
    assert inner.status_code == outer.status_code == 201
    assert inner.json() == {"guid": inner.json()["guid"], "document_guid": document.upper(), "description": "d"}
    assert api.get(references).json() == [inner.json(), outer.json()]
    guid = outer.json()["guid"]
    repeated = {"guid": guid.upper()} if version == "2.1" else {}
    put = api.put(f"{references}/{guid}", json={"document_guid": document, **repeated})
    assert put.status_code == 200
    assert put.json() == {"guid": guid, "document_guid": document}
    assert api.get(references).json() == [inner.json(), put.json()]
    assert api.put(f"{references}/{fresh()}", json={"url": "x", "guid": fresh()}).status_code in {400, 404}
    assert api.delete(f"{references}/{guid}").status_code == 405


@pytest.mark.parametrize(
    "body", [{}, {"description": "d"}, {"url": "u", "document_guid": "d"}, {"document_guid": "d"}, {"url": None}]
)
def test_a_reference_to_both_to_neither_or_to_nothing_known_is_400(api, topic, body):
    answer = api.post(f"{topic}/document_references", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("document_guid")


def test_2_1_wants_the_guid_of_a_reference_in_the_body_too(api):
    topics = "/bcf/2.1/projects/demo/topics"
    references = f"{topics}/{api.post(topics, json={'title': 'x'}).json()['guid']}/document_references"
    guid = api.post(references, json={"url": "a"}).json()["guid"]
    assert api.put(f"{references}/{guid}", json={"url": "b"}).status_code == 400
    assert api.put(f"{references}/{guid}", json={"url": "b", "guid": fresh()}).status_code == 400
    assert api.put(f"{references.replace('2.1', '3.0')}/{guid}", json={"url": "b"}).status_code == 200
    assert api.put(f"{references.replace('2.1', '3.0')}/{fresh()}", json={"url": "b"}).status_code == 404


def test_a_taken_reference_guid_is_409(api):
    topics = "/bcf/3.0/projects/demo/topics"
    references = f"{topics}/{api.post(topics, json={'title': 'x'}).json()['guid']}/document_references"
    body = {"url": "a", "guid": fresh()}
    assert api.post(references, json=body).json() == body
    assert api.post(references, json=body).status_code == 409


def test_an_upload_that_is_refused_leaves_no_bytes_behind(honouring_api, project, store):
    guid = fresh()
    assert upload(honouring_api, project, query=f"?guid={guid}").status_code == 201
    assert upload(honouring_api, project, b"other", query=f"?guid={guid}").status_code == 409
    assert store.database.row("SELECT count(*) FROM blob")[0] == 1
    assert store.database.row("SELECT count(*) FROM blob_piece")[0] == 1


def test_others_write_while_a_large_upload_is_stored(store):
    class Slow(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > self.getbuffer().nbytes / 2 and not written:
                other = threading.Thread(target=lambda: written.append(store.topics.create("demo", {"title": "A"}, "")))
                other.start()
                other.join(10)
            return super().read(size)

    written, data = [], bytes(range(256)) * 64 * 1024
    with store.blobs.staged(Slow(data)) as staged:
        assert written
        guid = store.documents.create("demo", "plan.dwg", staged)["guid"]
    blob = store.documents.get("demo", guid).blob
    assert (blob.size, blob.digest) == (len(data), hashlib.sha256(data).hexdigest())
    assert store.blobs.read(blob) == data


def test_what_a_killed_upload_has_left_is_gone_after_the_next_start(tmp_path):
    with ServerStore(tmp_path / "alive") as store:
        kept = store.documents.create("demo", "a.txt", b"kept")["guid"]
        with store.blobs.staged(io.BytesIO(b"left")):
            # what lies on the disk in this moment is what a kill leaves
            shutil.copytree(tmp_path / "alive", tmp_path / "killed")
    with closing(sqlite3.connect(tmp_path / "killed" / "bcf.db")) as left:
        assert left.execute("SELECT count(*) FROM blob").fetchone() == (2,)
    with ServerStore(tmp_path / "killed") as after:
        assert after.database.row("SELECT count(*) FROM blob")[0] == 1
        assert after.database.row("SELECT count(*) FROM blob_piece")[0] == 1
        assert after.blobs.read(after.documents.get("demo", kept).blob) == b"kept"
