"""The Flask application: route tables to URLs, refusals to answers.

Owns: the wiring. Sees: everything of the server; is served by waitress elsewhere, or called in-process by tests.
Governed by: BCF-API 2.1 and 3.0, Foundation API 1.0 (paths, status codes, ``{"message"}`` on every error).
"""

from collections.abc import Iterable, Mapping

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from bcfsync.server.access import user_of_request
from bcfsync.server.http.compression import compressed
from bcfsync.server.http.conditional import encoded
from bcfsync.server.http.origins import opened
from bcfsync.server.refusals import Refusal
from bcfsync.server.routes import comments, documents, foundation, projects, topics, viewpoints
from bcfsync.server.routing import Call, Route
from bcfsync.server.store import ServerStore
from bcfsync.server.users import NOBODY
from bcfsync.server.versions import Version

LARGEST_BODY = 64 * 1024 * 1024

_TABLES = (
    foundation.ROUTES,
    projects.ROUTES,
    topics.ROUTES,
    comments.ROUTES,
    viewpoints.ROUTES,
    documents.ROUTES,
)


def create_app(store: ServerStore, *, tokens: Mapping[str, str], honour_client_guid_21: bool = False) -> Flask:
    """Build the server around a store.

    Args:
        store: The data; closing it stays with the caller.
        tokens: Bearer token to the e-mail address of its user.
        honour_client_guid_21: Take guids from 2.1 clients too, as some servers do; the specification has none there.
    """
    app = Flask("bcfsync.server", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["CLOCK"] = store.wall
    app.url_map.merge_slashes = False
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _failed)
    app.after_request(_finished)

    def add(base: str, path: str, routes: Mapping[str, Route]) -> None:
        def answer(version: Version = "3.0", **names: str) -> Response:
            route = routes["GET" if request.method == "HEAD" else request.method]
            user = NOBODY if route.public else user_of_request(tokens)
            call = Call(store, version, user, honours_client_guid=version == "3.0" or honour_client_guid_21)
            return route.answer(call, **names)

        app.add_url_rule(base + path, base + path, answer, methods=[*routes])

    for path, routes in _by_path(foundation.ROOT_ROUTES):
        add("", path, routes)
    for table in _TABLES:
        for versions in sorted({route.versions for route in table}):
            for path, routes in _by_path(route for route in table if route.versions == versions):
                add(f"/bcf/<any({', '.join(map(repr, versions))}):version>", path, routes)
    return app


def _by_path(routes: Iterable[Route]) -> Iterable[tuple[str, dict[str, Route]]]:
    """One URL rule for all methods of a path: compiling rules is what takes time here."""
    paths: dict[str, dict[str, Route]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method] = route
    return paths.items()


def _finished(response: Response) -> Response:
    return opened(compressed(response))


def _refused(refusal: Refusal) -> Response:
    return Response(
        encoded({"message": str(refusal)}), refusal.status, refusal.headers, content_type="application/json"
    )


def _failed(error: HTTPException) -> Response:
    """Routing errors, oversized bodies and, as 500, defects: Flask has logged those with their traceback."""
    headers = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
    message = error.description or error.name
    return Response(encoded({"message": message}), error.code or 500, headers, content_type="application/json")
