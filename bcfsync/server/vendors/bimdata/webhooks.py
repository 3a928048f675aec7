"""Webhooks: who is to be told of what happens.

Owns: ``/cloud/{c}/webhook`` and ``/cloud/{c}/project/{p}/webhook``. Sees: the subscriptions. Governed by: BIMData's
documentation, "Webhooks", and ``WebHookRequest``. A secret goes in and never comes out. There is one cloud, number 1.
"""

from dataclasses import replace

from flask import Response

from bcfsync.server.http.conditional import empty_answer, encoded, json_answer
from bcfsync.server.refusals import Malformed, Missing
from bcfsync.server.routing import Call
from bcfsync.server.shapes.members import Members
from bcfsync.server.store.database import JsonObject
from bcfsync.server.vendors.bimdata.bodies import as_object
from bcfsync.server.vendors.bimdata.deliveries import Delivery, complaint
from bcfsync.server.vendors.bimdata.dialect import CLOUD, Bimdata
from bcfsync.server.vendors.bimdata.subscriptions import EVENTS, Subscription

_LONGEST_URL = 1024
_LONGEST_SECRET = 256
_MOST = 100


def list_webhooks(bimdata: Bimdata, _call: Call, cloud: str, project_id: str | None = None) -> Response:
    """The webhooks of the cloud or of a project."""
    _check(cloud)
    return json_answer([_shown(webhook) for webhook in bimdata.subscriptions.listing(project_id)])


def post_webhook(bimdata: Bimdata, call: Call, cloud: str, project_id: str | None = None) -> Response:
    """Add a webhook."""
    _check(cloud)
    events, url, secret = _body(bimdata, call.body())
    with call.store.writing():
        if len(bimdata.subscriptions.listing(project_id)) >= _MOST:
            raise Malformed(f"there are {_MOST} webhooks already")
        webhook = bimdata.subscriptions.create(project_id, events, url, secret)
    return json_answer(_shown(webhook), 201, location=str(webhook.id))


def get_webhook(bimdata: Bimdata, _call: Call, cloud: str, webhook: str, project_id: str | None = None) -> Response:
    """One webhook."""
    _check(cloud)
    return json_answer(_shown(bimdata.subscriptions.get(project_id, webhook)))


def patch_webhook(bimdata: Bimdata, call: Call, cloud: str, webhook: str, project_id: str | None = None) -> Response:
    """Change what the body names."""
    _check(cloud)
    body = as_object(call.body())
    with call.store.writing():
        old = bimdata.subscriptions.get(project_id, webhook)
        known: JsonObject = {"events": list(old.events), "url": old.url, "secret": old.secret}
        events, url, secret = _body(bimdata, {**known, **body})
        new = replace(old, events=tuple(events), url=url, secret=secret)
        bimdata.subscriptions.replace(new)
    return json_answer(_shown(new))


def delete_webhook(bimdata: Bimdata, call: Call, cloud: str, webhook: str, project_id: str | None = None) -> Response:
    """Remove a webhook."""
    _check(cloud)
    with call.store.writing():
        bimdata.subscriptions.delete(bimdata.subscriptions.get(project_id, webhook))
    return empty_answer(204)


def ping(bimdata: Bimdata, _call: Call, cloud: str, webhook: str, project_id: str | None = None) -> Response:
    """Send a message to try it out."""
    _check(cloud)
    found = bimdata.subscriptions.get(project_id, webhook)
    message = encoded({"event_name": "ping", "cloud_id": CLOUD, "data": {"webhook": found.id}})
    bimdata.deliveries.add(Delivery(found.url, found.secret, message))
    return empty_answer(204)


def _check(cloud: str) -> None:
    if cloud != str(CLOUD):
        raise Missing("Not found.")


def _shown(webhook: Subscription) -> JsonObject:
    return {"id": webhook.id, "events": list(webhook.events), "url": webhook.url}


def _body(bimdata: Bimdata, body: object) -> tuple[list[str], str, str]:
    members = Members(body)
    events, url, secret = members.texts("events"), members.needed_text("url"), members.needed_text("secret")
    unknown = [event for event in events or () if event not in EVENTS]
    if not events or unknown:
        members.wrong("events", f"must be some of {', '.join(EVENTS)}")
    wrong = complaint(url, anywhere=bimdata.switches.webhooks_anywhere)
    if wrong or len(url) > _LONGEST_URL:
        members.wrong("url", wrong or f"must not have more than {_LONGEST_URL} characters")
    if not 0 < len(secret) <= _LONGEST_SECRET:
        members.wrong("secret", f"must have 1 to {_LONGEST_SECRET} characters")
    return list(dict.fromkeys(events)), url, secret
