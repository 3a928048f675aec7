"""From dialects on the command line to the routes that vendors have of their own."""

import httpx
import pytest
from bimdata_server import FULL, TOPICS
from reference_server import TOKENS

from bcfsync.server.app import create_app
from bcfsync.server.mischief.choosing import chosen
from bcfsync.server.mischief.switches import BadMischief
from bcfsync.server.vendors.choosing import ARGUMENTS, vendor_of
from bcfsync.server.vendors.openproject import VENDOR

GUID = "63e78882-7c6a-4bf7-8982-fc478afb9c97"


def client(store, *dialects):
    mischief = chosen(dialects)
    app = create_app(store, tokens=TOKENS, mischief=mischief, vendor=vendor_of(mischief.dialects, store))
    app.testing = True
    headers = {"Authorization": "Bearer token-a"}
    return httpx.Client(transport=httpx.WSGITransport(app), base_url="http://server", headers=headers)


def test_two_dialects_have_routes_of_their_own(store):
    assert vendor_of(["catenda", "trimble"], store) is None
    assert vendor_of(["openproject"], store) is VENDOR
    assert vendor_of(["openproject", "bimdata"], store).schemes == ("apikey",)


def test_bimdata_is_told_behind_a_colon_what_is_not_documented(store):
    body = {"title": "A", "guid": GUID, "comments": [{"comment": "c"}]}
    with client(store, "bimdata") as api:
        assert api.post(FULL, json=body).status_code == 201
        assert api.post(TOPICS, json=body).status_code == 400
        assert len(api.put(f"{FULL}/{GUID}", json={"title": "A", "comments": []}).json()["comments"]) == 1
    with client(store, "bimdata:full-topic-put=delete, guid-taken=409") as api:
        assert api.post(TOPICS, json=body).status_code == 409
        assert api.put(f"{FULL}/{GUID}", json={"title": "A", "comments": []}).json()["comments"] == []
    with client(store, "bimdata:plain-http=redirect") as api:
        assert api.get(TOPICS).status_code == 302


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_every_argument_is_taken(store, argument):
    assert vendor_of([f"bimdata:{argument}"], store)


@pytest.mark.parametrize("text", ["bimdata:x", "bimdata:full-topic-put", "bimdata:guid-taken=500", "openproject:a=b"])
def test_an_argument_nobody_takes_is_said(store, text):
    with pytest.raises(BadMischief, match=r"takes"):
        vendor_of(chosen([text]).dialects, store)


def test_openproject_has_its_archive_route_where_it_has_everything(store):
    store.seed_topic("demo", {"guid": GUID, "title": "A"}, (), ())
    with client(store, "openproject") as api:
        assert api.get("/api/bcf_xml_api/v1/projects/demo/bcf_xml").content.startswith(b"PK")
        assert [topic["guid"] for topic in api.get("/api/bcf/2.1/projects/demo/topics").json()] == [GUID]
