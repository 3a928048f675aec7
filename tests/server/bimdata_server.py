"""The reference server in BIMData's dialect, in this process, and what to send to it."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from reference_server import TOKENS, full_viewpoint

from bcfsync.server.app import create_app
from bcfsync.server.store import ServerStore
from bcfsync.server.users import Users
from bcfsync.server.vendors.bimdata.deliveries import Deliveries
from bcfsync.server.vendors.bimdata.dialect import Switches
from bcfsync.server.vendors.bimdata.mounting import vendor

PROJECT = "/bcf/2.1/projects/1"
TOPICS = f"{PROJECT}/topics"
FULL = f"{PROJECT}/full-topic"


@contextmanager
def serving(
    store: ServerStore, *, deliveries: Deliveries | None = None, users: Users | None = None, **switches: object
) -> Iterator[httpx.Client]:
    dialect = vendor(store, Switches(**switches), deliveries)
    app = create_app(store, tokens=TOKENS, users=users, vendor=dialect)
    app.testing = True
    try:
        with httpx.Client(
            transport=httpx.WSGITransport(app), base_url="http://server", headers={"Authorization": "ApiKey token-a"}
        ) as client:
            yield client
    finally:
        dialect.close()


def viewpoint(**other: object) -> dict[str, object]:
    """A viewpoint with everything there is in this dialect."""
    body = full_viewpoint()
    del body["bitmaps"]
    camera = body["perspective_camera"]
    camera["bimdata_camera_direction"] = {"x": 0.0, "y": 1.0, "z": 0.0}
    return {**body, "originating_system": "viewer", "authoring_tool_id": "v-1", "pins": [{"name": "A"}], **other}


def topic(**other: object) -> dict[str, object]:
    """A topic with everything there is in this dialect."""
    return {
        "title": "Door hits beam",
        "topic_type": "Clash",
        "topic_status": "Open",
        "priority": "High",
        "stage": "Design",
        "description": "On level 2",
        "assigned_to": "engineer@example.com",
        "labels": ["Structure"],
        "reference_links": ["https://example.com/1"],
        "due_date": "2024-05-01T00:00:00Z",
        "models": [4, 5],
        "ifcs": [4],
        "groups": [9],
        "bimdata_viewer_layout": "split",
        "creation_date": "2019-05-02T10:00:00Z",
        "creation_author": "alice@example.com",
        "modified_author": "bob@example.com",
        **other,
    }
