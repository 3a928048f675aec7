"""The pages and their addresses.

Owns: ``/``, ``/page…``, what each page is given, and the headers that keep hostile content harmless.
Sees: the store's moments, the door, the templates. Governed by: Content Security Policy Level 3; RFC 9110.
"""

import hashlib
from collections.abc import Callable
from functools import partial
from importlib.resources import files

from flask import Blueprint, Flask, Response, g, request, url_for
from jinja2 import Environment, PackageLoader

from bcfsync import __version__
from bcfsync.server import pictures, rights
from bcfsync.server.http.conditional import tag_of, unchanged_answer
from bcfsync.server.http.transfers import download
from bcfsync.server.page import history, topic, topics, views, wording
from bcfsync.server.page.door import Door
from bcfsync.server.refusals import Missing, Refusal
from bcfsync.server.store import ServerStore
from bcfsync.server.store.database import Moment
from bcfsync.server.store.projects import Changes
from bcfsync.server.users import NOBODY, User

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_POLICY_OF_BYTES = "default-src 'none'; frame-ancestors 'none'; sandbox"
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_TEMPLATES = "templates"
_FOREIGN = ("page.snapshot", "page.bitmap", "page.document", "page.snippet")
_PUBLIC = ("page.style", "page.mark")


def mount(app: Flask, store: ServerStore, door: Door) -> None:
    """Add the pages to the server.

    Args:
        app: The server's application.
        store: The data.
        door: Who may look; it is asked before every page.
    """
    pages = Blueprint("page", __name__)
    pages.before_request(partial(_let_in, door))
    pages.after_request(_made_safe)
    shown = _Pages(store)
    pages.register_error_handler(Refusal, shown.refused)
    for path, endpoint, answer in (
        ("/", "projects", shown.projects),
        ("/page.css", "style", partial(_asset, "page.css", "text/css; charset=utf-8")),
        ("/page.svg", "mark", partial(_asset, "page.svg", "image/svg+xml")),
        ("/page/<path:path>", "nowhere", shown.nowhere),
        ("/page/<project_id>", "topics", shown.topics),
        ("/page/<project_id>/documents/<guid>", "document", shown.document),
        ("/page/<project_id>/topics/<guid>", "topic", shown.topic),
        ("/page/<project_id>/topics/<guid>/snippet", "snippet", shown.snippet),
        ("/page/<project_id>/topics/<guid>/viewpoints/<view>", "view", shown.view),
        ("/page/<project_id>/topics/<guid>/viewpoints/<view>/snapshot", "snapshot", shown.snapshot),
        ("/page/<project_id>/topics/<guid>/viewpoints/<view>/bitmaps/<bitmap>", "bitmap", shown.bitmap),
    ):
        pages.add_url_rule(path, endpoint, answer)
    app.register_blueprint(pages)


def _let_in(door: Door) -> None:
    """Before every page: who looks, and whether the project exists for them."""
    if request.endpoint in _PUBLIC:
        return
    g.visitor = door.visitor()
    project_id = (request.view_args or {}).get("project_id")
    if project_id is not None and not rights.may_see(g.visitor, project_id):
        raise Missing(f"there is no project '{project_id}'")


def _made_safe(response: Response) -> Response:
    # by the address and not by the answer: what a 304 says replaces what the browser keeps with the page
    is_foreign = request.endpoint in _FOREIGN and response.mimetype != "text/html"
    response.headers["Content-Security-Policy"] = _POLICY_OF_BYTES if is_foreign else _POLICY
    response.headers.update(_SAFE)
    return response


def _text(name: str) -> bytes:
    return files(__package__ or "").joinpath(_TEMPLATES, name).read_bytes()


def _asset(name: str, content_type: str) -> Response:
    data = _text(name)
    tag = tag_of(data)
    return unchanged_answer(tag) or _tagged(Response(data, content_type=content_type), tag)


def _tagged(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


class _Pages:
    """The answers; each reads one moment of the store, so that a page never contradicts itself."""

    def __init__(self, store: ServerStore) -> None:
        self._store = store
        self._templates = Environment(
            loader=PackageLoader(__package__ or "", _TEMPLATES),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=wording.showable,
        )
        self._templates.filters.update(wording.FILTERS)
        self._templates.tests["late"] = self._is_late
        style = hashlib.sha256(_text("page.css")).hexdigest()[:12]
        self._templates.globals.update(version=__version__, style=style, url_for=url_for)

    def projects(self) -> Response:
        """All projects, and how a program gets in."""
        changes = self._store.projects.all_changes()

        def values(moment: Moment) -> dict[str, object]:
            rows = [dict(row) for row in moment.rows("SELECT project_id, name FROM project ORDER BY rowid")]
            listing = [
                {
                    **project,
                    "topics": topics.count(moment, project["project_id"]),
                    "tally": topics.tally(moment, project["project_id"]),
                    "latest": topics.latest(moment, project["project_id"]),
                }
                for project in rows
                if rights.may_see(self._visitor(), project["project_id"])
            ]
            return {"projects": listing, "root": request.root_url}

        return self._page("projects.html", changes, values)

    def topics(self, project_id: str) -> Response:
        """The topics of a project: what is looked for, a page at a time."""
        changes = self._store.projects.changes(project_id)

        def values(moment: Moment) -> dict[str, object]:
            wish = topics.wish(request.args)
            pages, cards = topics.found(moment, project_id, wish)
            return {
                "project": self._project(project_id),
                "wish": wish,
                "pages": pages,
                "cards": cards,
                "total": topics.count(moment, project_id),
                "tally": topics.tally(moment, project_id),
                "choices": topics.choices(moment, project_id, wish),
                "orders": topics.ORDERS,
                "to": lambda **changes: url_for("page.topics", project_id=project_id, **wish.query(**changes)),
                "root": request.root_url,
            }

        return self._page("topics.html", changes, values)

    def topic(self, project_id: str, guid: str) -> Response:
        """A topic with its thread."""
        changes = self._store.projects.changes(project_id)

        def values(moment: Moment) -> dict[str, object]:
            read = topic.read_topic(moment, project_id, guid)
            thread_pages, thread = topic.thread(moment, read.row_id, request.args.get("comments"))
            view_pages, strip = views.strip(moment, read.row_id, request.args.get("views"))
            return {
                "project": self._project(project_id),
                "topic": read,
                "members": read.members,
                "thread": thread,
                "thread_pages": thread_pages,
                "strip": strip,
                "view_pages": view_pages,
                "to": partial(url_for, "page.topic", project_id=project_id, guid=guid),
                "history": history.of_topic(moment, project_id, read.members["guid"]),
            }

        return self._page("topic.html", changes, values)

    def view(self, project_id: str, guid: str, view: str) -> Response:
        """A viewpoint: its picture, and what it says about the model."""
        changes = self._store.projects.changes(project_id)

        def values(moment: Moment) -> dict[str, object]:
            read = topic.read_topic(moment, project_id, guid)
            whole = views.whole_view(moment, read.row_id, view)
            return {
                "project": self._project(project_id),
                "members": read.members,
                "whole": whole,
                "lists": views.component_lists(whole.components),
                "strip": views.strip(moment, read.row_id, None)[1],
            }

        return self._page("view.html", changes, values)

    def snapshot(self, project_id: str, guid: str, view: str) -> Response:
        """The bytes of a snapshot, called what they are."""
        with self._store.still():
            blob = self._store.viewpoints.snapshot(project_id, guid, view)
            return download(self._store.blobs, blob, pictures.content_type(self._store.blobs.head(blob)))

    def bitmap(self, project_id: str, guid: str, view: str, bitmap: str) -> Response:
        """The bytes of a bitmap, called what they are."""
        with self._store.still():
            blob = self._store.viewpoints.bitmap(project_id, guid, view, bitmap)
            return download(self._store.blobs, blob, pictures.content_type(self._store.blobs.head(blob)))

    def document(self, project_id: str, guid: str) -> Response:
        """A document, to be saved and not to be opened here."""
        stored = self._store.documents.get(project_id, guid)
        return download(self._store.blobs, stored.blob, "application/octet-stream", stored.filename)

    def snippet(self, project_id: str, guid: str) -> Response:
        """The bytes of a BIM snippet, to be saved."""
        blob = self._store.topics.snippet(project_id, guid)
        name = self._store.topics.get(project_id, guid).get("bim_snippet", {}).get("reference", "snippet")
        if blob is None:
            raise Missing(f"topic {guid} has no snippet bytes")
        return download(self._store.blobs, blob, "application/octet-stream", name)

    def refused(self, refusal: Refusal) -> Response:
        """What cannot be shown, in words."""
        words = self._templates.get_template("refused.html")
        html = words.render(message=str(refusal), status=refusal.status, visitor=self._visitor())
        page = html.encode(errors="replace")
        return Response(page, refusal.status, refusal.headers, content_type="text/html; charset=utf-8")

    def nowhere(self, path: str) -> Response:
        """An address below the pages that leads nowhere."""
        raise Missing(f"there is no page {path}")

    def _page(self, name: str, changes: Changes, values: Callable[[Moment], dict[str, object]]) -> Response:
        """A page made of one moment; 304 where the browser has it, and nothing has changed in the project since."""
        today = self._store.wall().date()
        asked = (self._store.instance, __version__, changes, request.full_path, request.host, self._visitor(), today)
        tag = tag_of(repr(asked).encode(errors="replace"))
        held = unchanged_answer(tag)
        if held is not None:
            return held
        moment = self._store.moment()
        try:
            html = self._templates.get_template(name).render(values(moment), visitor=self._visitor())
        finally:
            moment.close()
        return _tagged(Response(html.encode(errors="replace"), content_type="text/html; charset=utf-8"), tag)

    def _project(self, project_id: str) -> dict[str, object]:
        return dict(self._store.projects.get(project_id))

    def _is_late(self, due: str, status: str | None) -> bool:
        return wording.is_late(due, status, self._store.wall().date())

    @staticmethod
    def _visitor() -> User:
        visitor: User = g.get("visitor", NOBODY)
        return visitor
