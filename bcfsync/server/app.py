"""The Flask application: route tables to URLs, refusals to answers.

Owns: the wiring. Sees: everything of the server; is served by waitress elsewhere, or called in-process by tests.
Governed by: BCF-API 1.0, 2.1 and 3.0, Foundation API 1.0 (paths, status codes, ``{"message"}`` on every error).
"""

from collections.abc import Callable, Iterable, Mapping

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from bcfsync.server.http.compression import compressed
from bcfsync.server.http.conditional import encoded
from bcfsync.server.http.origins import opened
from bcfsync.server.http.paths import keep_names_whole
from bcfsync.server.mischief.layer import Mischief
from bcfsync.server.mischief.switches import BY_THE_BOOK
from bcfsync.server.page.door import Door, only_from_this_machine
from bcfsync.server.page.mounting import mount
from bcfsync.server.refusals import Refusal
from bcfsync.server.routes import (
    comments,
    documents,
    events,
    files_information,
    foundation,
    projects,
    topics,
    v10,
    viewpoints,
)
from bcfsync.server.routing import Call, OneWay, Route
from bcfsync.server.signin.clients import Client
from bcfsync.server.signin.options import SignInOptions
from bcfsync.server.signin.passwords import Guesses, Passwords
from bcfsync.server.signin.sign_in import SignIn
from bcfsync.server.store import ServerStore
from bcfsync.server.users import NOBODY, User, Users
from bcfsync.server.vendors.vendor import Vendor
from bcfsync.server.versions import Version, bases

LARGEST_BODY = 64 * 1024 * 1024

_TABLES = (
    foundation.ROUTES,
    projects.ROUTES,
    topics.ROUTES,
    comments.ROUTES,
    events.ROUTES,
    viewpoints.ROUTES,
    documents.ROUTES,
    files_information.ROUTES,
    *v10.TABLES,
)


def create_app(
    store: ServerStore,
    *,
    tokens: Mapping[str, str],
    users: Users | None = None,
    clients: Iterable[Client] = (),
    sign_in_options: SignInOptions | None = None,
    demo_token: str | None = None,
    vendor: Vendor | None = None,
    mischief: Mischief | None = None,
) -> Flask:
    """Build the server around a store.

    Args:
        store: The data; closing it stays with the caller.
        tokens: Bearer token to the e-mail address of its user.
        users: Who may sign in beside those.
        clients: Programs known beforehand that people may sign in with.
        sign_in_options: What is offered to sign in with, and how long that lasts.
        demo_token: The token everybody may know. With it the page for people opens on this machine without asking, and
            neither pages of other sites nor other names of this machine get anywhere.
        vendor: Whose routes stand in place of the standard ones, or beside them; closing it stays with the caller.
        mischief: What goes wrong on purpose; its clock is the store's affair.
    """
    habits = mischief.habits if mischief else BY_THE_BOOK
    app = Flask("bcfsync.server", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["CLOCK"] = store.wall
    app.config["BASES"] = bases(late_10=habits.late_10)
    app.url_map.merge_slashes = False
    keep_names_whole(app)
    app.register_error_handler(Refusal, vendor.refused if vendor and vendor.refused else _refused)
    app.register_error_handler(HTTPException, _failed)
    app.after_request(_finished)

    known = (users or Users()).with_tokens(tokens)
    sign_in = SignIn(store, known, clients, sign_in_options)
    sign_in.attach(app)
    if vendor is not None:
        app.before_request(vendor.arrived)
        for scheme in vendor.schemes:
            sign_in.access.schemes[scheme] = sign_in.access.schemes["bearer"]

    def called(text: Version, user: User) -> Call:
        return Call(store, text, user, honours_client_guid=text == "3.0" or habits.honours_client_guid_21)

    _add_routes(app, sign_in, vendor, called)
    passwords = Passwords(known, Guesses(store.credentials.now))
    mount(app, store, Door(known, passwords, sign_in.user_of_request, demo_token))
    if demo_token is not None:
        app.before_request(only_from_this_machine)
    if mischief:
        mischief.attach(app, store, next(iter(tokens), None))
    return app


def _add_routes(app: Flask, sign_in: SignIn, vendor: Vendor | None, called: Callable[[Version, User], Call]) -> None:
    """The routes for programs, a rule for each path below each base."""
    spoken: Mapping[str, Version] = app.config["BASES"]

    def add(base: str, path: str, routes: Mapping[str, Route]) -> None:
        def answer(version: str = "3.0", **names: str) -> Response:
            route = routes["GET" if request.method == "HEAD" else request.method]
            call = called(spoken[version], NOBODY if route.public else sign_in.user_of_request())
            route.guard(call.store, call.user, names)
            return route.answer(call, **names)

        # a path may come twice, with methods of its own: the texts of 1.0 share some and not others
        app.add_url_rule(base + path, f"{base}{path} {' '.join(routes)}", answer, methods=[*routes])

    app.url_rule_class = OneWay
    for path, routes in _by_path(vendor.root_routes if vendor else foundation.ROOT_ROUTES):
        add("", path, routes)
    for table in _TABLES if vendor is None or vendor.tables is None else vendor.tables:
        for below, together in _by_bases(table, spoken).items():
            for path, routes in _by_path(together):
                add(f"/bcf/<any({', '.join(map(repr, below))}):version>", path, routes)
    app.url_rule_class = Rule


def _by_bases(table: Iterable[Route], spoken: Mapping[str, Version]) -> dict[tuple[str, ...], list[Route]]:
    """The routes of a table, by the bases below which they are."""
    found: dict[tuple[str, ...], list[Route]] = {}
    for route in table:
        below = tuple(base for base, text in spoken.items() if text in route.versions)
        if below:
            found.setdefault(below, []).append(route)
    return found


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


_ROUTING = {
    404: "there is no such route; /foundation/versions and /bcf/versions name the bases",
    405: "the route has no such method; Allow names those it has",
}


def _failed(error: HTTPException) -> Response:
    """Routing errors, oversized bodies and, as 500, defects: Flask has logged those with their traceback."""
    headers = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
    message = _ROUTING.get(error.code or 500) or error.description or error.name
    return Response(encoded({"message": message}), error.code or 500, headers, content_type="application/json")
