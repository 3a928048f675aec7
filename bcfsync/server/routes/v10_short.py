"""The short URLs of the first text of 1.0: a topic, a comment or a viewpoint by its guid alone.

Owns: ``/topics/{t}…``, ``/comments/{c}``, ``/viewpoints/{v}…`` and ``/documents/{d}``. Sees: the routes with the whole
path, the store. Governed by: BCF-API 1.0 (tag v1.0). The later text gave them up, as the same BCF may be in two
projects; where that is so, the answer is 409: the thing is there, but only the whole path says which one is meant.
"""

from collections.abc import Callable, Iterator

from flask import Response

from bcfsync.server.refusals import Ambiguous, Missing
from bcfsync.server.rights import may_see
from bcfsync.server.routes import v10_comments, v10_projects, v10_topics, v10_viewpoints
from bcfsync.server.routing import Call, Route
from bcfsync.server.versions import TAG_10

_Names = dict[str, str]


def _bound(route: Route, short: str, name: str, found: Callable[[Call, _Names], list[_Names]]) -> Route:
    """A route with its whole path, asked for by a short one; what it needs is known once the project is."""

    def answered(call: Call, **names: str) -> Response:
        places = [place for place in found(call, names) if may_see(call.user, place["project_id"])]
        if not places:
            raise Missing(f"there is no {name} {names[name]}")
        if len(places) > 1:
            raise Ambiguous(f"{name}: {len(places)} projects have {names[name]}; ask for it with the whole path")
        whole = {**names, **places[0]}
        call.require(route.needs or (), **whole)
        return route.answer(call, **whole)

    return Route(route.method, short, answered, needs=(), versions=(TAG_10,))


def _of_topic(call: Call, names: _Names) -> list[_Names]:
    return [{"project_id": project_id} for project_id in call.store.topics.projects_with(names["topic"])]


def _of_comment(call: Call, names: _Names) -> list[_Names]:
    return [{"project_id": project, "topic": topic} for project, topic in call.store.comments.places(names["comment"])]


def _of_viewpoint(call: Call, names: _Names) -> list[_Names]:
    places = call.store.viewpoints.places(names["viewpoint"])
    return [{"project_id": project, "topic": topic} for project, topic in places]


def _of_document(call: Call, names: _Names) -> list[_Names]:
    return [{"project_id": project_id} for project_id in call.store.documents.projects_with(names["document"])]


def _shortened() -> Iterator[Route]:
    tables = (v10_projects.ROUTES, v10_topics.ROUTES, v10_comments.ROUTES, v10_viewpoints.ROUTES)
    finders = {"topic": _of_topic, "comment": _of_comment, "viewpoint": _of_viewpoint, "document": _of_document}
    for route in (route for table in tables for route in table if TAG_10 in route.versions):
        for name, found in finders.items():
            _, here, after = route.path.partition(f"/{name}s/<{name}>")
            if here:
                yield _bound(route, here + after, name, found)


ROUTES = tuple(_shortened())
