"""The routes of BIMData, put together.

Owns: the table: what is not in it does not exist there, such as files, snippets, documents and bitmaps. Sees: the route
functions. Governed by: BIMData's BCF interface (2.1 only) and "Webhooks".
"""

from flask import Response

from bcfsync.server import rights
from bcfsync.server.http.conditional import json_answer
from bcfsync.server.routes import foundation
from bcfsync.server.routes import viewpoints as standard_viewpoints
from bcfsync.server.routing import Call, Route
from bcfsync.server.store import ServerStore
from bcfsync.server.vendors.bimdata import archives, comments, full, projects, topics, viewpoints, webhooks
from bcfsync.server.vendors.bimdata.deliveries import Deliveries
from bcfsync.server.vendors.bimdata.dialect import Bimdata, Row, Switches, bound, standard
from bcfsync.server.vendors.vendor import Vendor

_P = "/projects/<project_id>"
_TOPICS = f"{_P}/topics"
_TOPIC = f"{_TOPICS}/<topic>"
_FULL = f"{_P}/full-topic"
_COMMENT = f"{_TOPIC}/comments/<comment>"
_VIEWPOINT = f"{_TOPIC}/viewpoints/<viewpoint>"
_VALUE = f"{_P}/extension/<kind>"

_PROJECTS: tuple[Row, ...] = (
    Row("GET", "/current-user", standard(foundation.get_current_user)),
    Row("GET", "/projects", projects.list_projects),
    Row("GET", _P, projects.get_project),
    Row("PUT", _P, projects.put_project, rights.UPDATE_PROJECT),
    Row("PATCH", _P, projects.patch_project, rights.UPDATE_PROJECT),
    Row("GET", f"{_P}/extensions", projects.get_extensions),
    Row("GET", f"{_P}/detailed-extensions", projects.get_detailed_extensions),
    Row("POST", _VALUE, projects.post_value, rights.UPDATE_EXTENSIONS),
    Row("PATCH", f"{_VALUE}/<value>", projects.patch_value, rights.UPDATE_EXTENSIONS),
    Row("DELETE", f"{_VALUE}/<value>", projects.delete_value, rights.UPDATE_EXTENSIONS),
    Row("GET", f"{_P}/export", archives.get_export),
    Row("POST", f"{_P}/export", archives.post_export),
    Row("POST", f"{_P}/import", archives.post_import, rights.CREATE_TOPIC),
)

_TOPIC_ROWS: tuple[Row, ...] = (
    Row("GET", _TOPICS, topics.list_topics),
    Row("POST", _TOPICS, topics.post_topic, rights.CREATE_TOPIC),
    Row("GET", f"{_TOPICS}/events", topics.list_events),
    Row("GET", f"{_TOPICS}/comments/events", comments.list_events),
    Row("GET", _TOPIC, topics.get_topic),
    Row("PUT", _TOPIC, topics.put_topic, rights.UPDATE_TOPIC),
    Row("PATCH", _TOPIC, topics.patch_topic, rights.UPDATE_TOPIC),
    Row("DELETE", _TOPIC, topics.delete_topic, rights.DELETE_TOPIC),
    Row("GET", f"{_TOPIC}/related_topics", topics.get_related_topics),
    Row("GET", f"{_TOPIC}/document_references", topics.list_references),
    Row("POST", f"{_TOPIC}/document_references", topics.post_references, rights.UPDATE_DOCUMENT_REFERENCES),
    Row("PUT", f"{_TOPIC}/document_references", topics.put_references, rights.UPDATE_DOCUMENT_REFERENCES),
    Row("GET", _FULL, full.list_full_topics),
    Row("POST", _FULL, full.post_full_topic, rights.CREATE_TOPIC),
    Row("GET", f"{_FULL}/<topic>", full.get_full_topic),
    Row("PUT", f"{_FULL}/<topic>", full.put_full_topic, rights.UPDATE_TOPIC),
    Row("PATCH", f"{_FULL}/<topic>", full.patch_full_topic, rights.UPDATE_TOPIC),
)

_THREAD: tuple[Row, ...] = (
    Row("GET", f"{_TOPIC}/comments", comments.list_comments),
    Row("POST", f"{_TOPIC}/comments", comments.post_comment, rights.CREATE_COMMENT),
    Row("GET", _COMMENT, comments.get_comment),
    Row("PUT", _COMMENT, comments.put_comment, rights.UPDATE_COMMENT),
    Row("PATCH", _COMMENT, comments.patch_comment, rights.UPDATE_COMMENT),
    Row("DELETE", _COMMENT, comments.delete_comment, rights.DELETE_COMMENT),
    Row("GET", f"{_TOPIC}/topic-viewpoints", viewpoints.list_topic_viewpoints),
    Row("GET", f"{_TOPIC}/viewpoints", viewpoints.list_viewpoints),
    Row("POST", f"{_TOPIC}/viewpoints", viewpoints.post_viewpoint, rights.CREATE_VIEWPOINT),
    Row("GET", _VIEWPOINT, viewpoints.get_viewpoint),
    Row("PATCH", _VIEWPOINT, viewpoints.patch_viewpoint, rights.UPDATE_VIEWPOINT),
    Row("DELETE", _VIEWPOINT, viewpoints.delete_viewpoint, rights.DELETE_VIEWPOINT),
    Row("GET", f"{_VIEWPOINT}/snapshot", standard(standard_viewpoints.get_snapshot)),
    Row("GET", f"{_VIEWPOINT}/selection", standard(standard_viewpoints.get_selection)),
    Row("GET", f"{_VIEWPOINT}/coloring", standard(standard_viewpoints.get_coloring)),
    Row("GET", f"{_VIEWPOINT}/visibility", standard(standard_viewpoints.get_visibility)),
)

_HOOKS: tuple[Row, ...] = tuple(
    row
    for level in ("/cloud/<cloud>", "/cloud/<cloud>/project/<project_id>")
    for row in (
        Row("GET", f"{level}/webhook", webhooks.list_webhooks, rights.ADMINISTER),
        Row("POST", f"{level}/webhook", webhooks.post_webhook, rights.ADMINISTER),
        Row("GET", f"{level}/webhook/<webhook>", webhooks.get_webhook, rights.ADMINISTER),
        Row("PATCH", f"{level}/webhook/<webhook>", webhooks.patch_webhook, rights.ADMINISTER),
        Row("DELETE", f"{level}/webhook/<webhook>", webhooks.delete_webhook, rights.ADMINISTER),
        Row("POST", f"{level}/webhook/<webhook>/ping", webhooks.ping, rights.ADMINISTER),
    )
)


def vendor(store: ServerStore, switches: Switches | None = None, deliveries: Deliveries | None = None) -> Vendor:
    """The dialect around a store; close it with the server.

    Args:
        store: The data.
        switches: What is not documented, or must be different on a test machine.
        deliveries: What sends webhooks; one with the waits of a server in earnest, unless given.
    """
    switches = switches or Switches()
    deliveries = deliveries or Deliveries(anywhere=switches.webhooks_anywhere)
    bimdata = Bimdata(store, switches, deliveries)
    snapshots = Row("GET", "/snapshots/<project>/<topic>/<viewpoint>", viewpoints.get_linked_snapshot, None)
    return Vendor(
        tables=tuple(tuple(bound(bimdata, row) for row in table) for table in (_PROJECTS, _TOPIC_ROWS, _THREAD)),
        root_routes=(
            Route("GET", "/bcf/versions", get_versions, public=True),
            *(bound(bimdata, row) for row in (snapshots, *_HOOKS)),
        ),
        schemes=("apikey",),
        arrived=bimdata.arrived,
        refused=bimdata.refused,
        close=deliveries.close,
    )


def get_versions(_call: Call) -> Response:
    """2.1 alone."""
    return json_answer({"versions": [{"version_id": "2.1", "detailed_version": "2.1"}]})
