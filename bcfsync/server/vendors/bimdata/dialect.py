"""The parts every route of the dialect needs: switches, project numbers, who is told of what.

Owns: ``Switches``, ``Bimdata``. Sees: the store, the request. Governed by: BIMData's documentation, "Webhooks" and
"Authentication"; Django REST framework for the bodies of refusals.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from flask import Response, request
from werkzeug.urls import iri_to_uri

from bcfsync.server.http.conditional import encoded
from bcfsync.server.refusals import Malformed, Missing, Refusal, Taken
from bcfsync.server.rights import Needs, may_see
from bcfsync.server.routing import Call, Route
from bcfsync.server.store import ServerStore
from bcfsync.server.store.database import JsonObject
from bcfsync.server.vendors.bimdata.deliveries import Deliveries, Delivery
from bcfsync.server.vendors.bimdata.subscriptions import Subscriptions

CLOUD = 1
"""The number of the one cloud there is."""

_FIELD = re.compile(r"([a-z_]\w*)([^:\s]*): (.*)", re.DOTALL)
_WHOLE = "body"


@dataclass(frozen=True, slots=True)
class Switches:
    """What is not documented, or must be different on a test machine.

    Args:
        full_topic_put: What PUT and PATCH of a full topic do with comments and viewpoints their body leaves out.
        plain_http: When a request over plain http is sent to the same https address with 302: ``forwarded``, if a
            proxy says so in X-Forwarded-Proto; ``redirect``, unless the server itself or a proxy speaks https;
            ``allow``, never.
        taken: The status that says a guid is in use.
        webhooks_anywhere: Whether webhooks may lead off this machine.
    """

    full_topic_put: Literal["keep", "delete"] = "keep"
    plain_http: Literal["forwarded", "redirect", "allow"] = "forwarded"
    taken: Literal[400, 409] = 400
    webhooks_anywhere: bool = False


def _asked_for() -> str:
    """The path and query as the client wrote them, where the server hands the request line over."""
    raw = str(request.environ.get("REQUEST_URI", ""))
    if raw.startswith("/"):
        return raw
    return urlsplit(iri_to_uri(request.url))._replace(scheme="", netloc="").geturl()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table before it is bound; where it needs nothing at all (None), anybody is let in."""

    method: str
    path: str
    answer: Callable[..., Response]
    needs: Needs | None = ()


class Bimdata:
    """The dialect around a store."""

    def __init__(self, store: ServerStore, switches: Switches, deliveries: Deliveries) -> None:
        self.store = store
        self.switches = switches
        self.deliveries = deliveries
        self.subscriptions = Subscriptions(store.database)
        self._secret = hmac.digest(store.instance.encode(), b"links to snapshots", "sha256")

    def project(self, text: str) -> str:
        """The store's id of the project that a URL names by its number; the store's own id is understood, too.

        Raises:
            Missing: There is no such project.
        """
        if text.isascii() and text.isdigit() and len(text) < 18:
            row = self.store.database.row("SELECT project_id FROM project WHERE rowid = ?", int(text))
            if row is not None:
                return str(row["project_id"])
        return str(self.store.projects.get(text)["project_id"])

    def number(self, project_id: str) -> int:
        """The number of a project: projects are counted in the order they were made."""
        row = self.store.database.row("SELECT rowid FROM project WHERE project_id = ?", project_id)
        if row is None:
            raise Missing(f"there is no project '{project_id}'")
        number: int = row[0]
        return number

    def signature(self, *parts: str) -> str:
        """What makes a link one of ours."""
        return hmac.new(self._secret, "\n".join(parts).encode(), hashlib.sha256).hexdigest()[:32]

    def tell(self, project_id: str, event: str, data: Callable[[], object]) -> None:
        """Let everybody know who wants to; after the transaction, and without waiting for anybody."""
        listeners = self.subscriptions.of_event(project_id, event)
        if listeners:
            message = encoded({"event_name": event, "cloud_id": CLOUD, "data": data()})
            for listener in listeners:
                self.deliveries.add(Delivery(listener.url, listener.secret, message))

    def arrived(self) -> Response | None:
        """302 to https, if the request came in plain and may not."""
        proto = request.headers.get("X-Forwarded-Proto", "").partition(",")[0].strip().lower()
        is_plain = (proto or request.scheme) == "http"
        if self.switches.plain_http == "allow" or not is_plain:
            return None
        if self.switches.plain_http == "forwarded" and not proto:
            return None
        response = Response(b"", 302)
        response.headers["Location"] = f"https://{request.host}{_asked_for()}"
        return response

    def refused(self, refusal: Refusal) -> Response:
        """A refusal as ``{field: [message]}`` when it is about a member of the body, else as ``{detail: message}``."""
        status = self.switches.taken if isinstance(refusal, Taken) else refusal.status
        found = _FIELD.fullmatch(str(refusal)) if isinstance(refusal, Malformed | Taken) else None
        body: JsonObject = {"detail": str(refusal)}
        if found and found[1] != _WHOLE:
            field, below, message = found.groups()
            body = {field: [f"{below.lstrip('.')}: {message}" if below else message]}
        return Response(encoded(body), status, refusal.headers, content_type="application/json")


def bound(bimdata: Bimdata, row: Row) -> Route:
    """A line of the route table, its function given the dialect first and the store's own id for the project."""

    def answered(call: Call, **names: str) -> Response:
        if "project_id" in names:
            asked_for, names["project_id"] = names["project_id"], bimdata.project(names["project_id"])
            if not may_see(call.user, names["project_id"]):
                raise Missing(f"there is no project '{asked_for}'")  # not its name, which the number hides
        if row.needs is not None:
            call.require(row.needs, **names)
        return row.answer(bimdata, call, **names)

    return Route(row.method, row.path, answered, public=row.needs is None, needs=(), versions=("2.1",))


def standard(answer: Callable[..., Response]) -> Callable[..., Response]:
    """A function of the standard routes, which does not ask for the dialect."""

    def answered(_bimdata: Bimdata, call: Call, **names: str) -> Response:
        return answer(call, **names)

    return answered
