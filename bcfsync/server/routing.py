"""The form of a route table, and what a route function is given.

Owns: ``Route`` and ``Call``. Sees: the store's type, the request. Governed by: nothing outside.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, request
from werkzeug.routing import Rule
from werkzeug.urls import iri_to_uri

from bcfsync import __version__
from bcfsync.server import rights
from bcfsync.server.http.conditional import json_answer, tag_of
from bcfsync.server.query import odata, tag
from bcfsync.server.query.fields import FIELDS, NO_FIELDS, Collection, Fields
from bcfsync.server.query.links import links
from bcfsync.server.query.window import Item, Window
from bcfsync.server.refusals import Malformed
from bcfsync.server.rights import Needs
from bcfsync.server.shapes import bodies, members
from bcfsync.server.store import ServerStore
from bcfsync.server.store.database import JsonObject
from bcfsync.server.store.projects import Changes
from bcfsync.server.users import User
from bcfsync.server.versions import LATE_10, TAG_10, VERSIONS, Version

_TAG_FIELDS: Mapping[Collection | None, Fields] = {"topics": tag.TOPICS, "comments": tag.COMMENTS}


def _is_odata(name: str) -> bool:
    return name.startswith("$")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, seen by a route function: where the data is, which version is spoken, who speaks."""

    store: ServerStore
    version: Version
    user: User
    honours_client_guid: bool

    @property
    def tells_rights(self) -> bool:
        """Whether the query asks for ``authorization`` members (BCF-API 2.1 and 3.0, ``includeAuthorization``)."""
        given = request.args.getlist("includeAuthorization") if self.version in {"2.1", "3.0"} else []
        if len(given) > 1 or any(text.lower() not in {"true", "false"} for text in given):
            raise Malformed("includeAuthorization: must be true or false, once")
        return [text.lower() for text in given] == ["true"]

    def with_rights(self, shown: JsonObject, block: Callable[[], JsonObject]) -> JsonObject:
        """The representation with what the user may do to it, where the query asks for that."""
        return {**shown, "authorization": block()} if self.tells_rights else shown

    def modified(self, at: int) -> int | None:
        """When a representation changed; none with rights in it, which change without the thing they are rights to."""
        return None if self.tells_rights else at

    def require(self, needs: Needs, **names: str) -> None:
        """Let the request pass only if this is allowed; for routes whose path does not name the project.

        Raises:
            Missing: The project is not one the user may see.
            Forbidden: It is not allowed.
        """
        rights.require(self.store, self.user, needs, names)

    @property
    def author(self) -> str:
        """What the server signs with for the one who asks."""
        return self.user.id

    def tag(self, changes: Changes) -> str:
        """The tag of the collection that is asked for: it moves with everything below, and nobody has to read it."""
        asked = (self.store.instance, __version__, changes.count, self.version, request.full_path, self.user)
        return tag_of(repr(asked).encode())

    def body(self) -> object:
        """The decoded JSON body."""
        return members.json_value(request.get_data())

    def wished_guid(self, body: object) -> str | None:
        """The client's own guid in the body, if this server lets it choose: always in 3.0, by option in 2.1."""
        return bodies.client_guid(body) if self.honours_client_guid else None

    def wished_guid_in_query(self) -> str | None:
        """The same for uploads, which have no JSON body: ``?guid=``."""
        wish = request.args.get("guid")
        return members.guid_text(wish, "guid") if wish and self.honours_client_guid else None

    def window(self, collection: Collection | None = None) -> Window:
        """The part of a collection the query asks for; without a name it can be paged, but not filtered or sorted."""
        is_option = tag.OPTIONS.__contains__ if self.version == TAG_10 else _is_odata
        repeated = [name for name, values in request.args.lists() if is_option(name) and len(values) > 1]
        if repeated:
            raise Malformed(f"{repeated[0]}: given more than once")
        if self.version == TAG_10:
            return tag.window(request.args, _TAG_FIELDS.get(collection, NO_FIELDS))
        version = "1.0" if self.version == LATE_10 else self.version
        return odata.window(request.args, FIELDS[collection][version] if collection else NO_FIELDS)

    def page(
        self,
        items: Sequence[Item],
        show: Callable[[Item], object],
        *,
        below: object = None,
        modified: int | None = None,
    ) -> Response:
        """The part of a short collection that the query asks for; whether more comes belongs to its tag."""
        window = self.window()
        part = window.part(items)
        below = (below, "more") if part.more else below
        answer = json_answer([show(item) for item in part], below=below, modified=modified)
        return self.linked(answer, window, more=part.more)

    def linked(self, response: Response, window: Window, *, more: bool) -> Response:
        """The answer, telling where the neighbours of this page are."""
        url = f"{iri_to_uri(request.base_url)}?{request.query_string.decode('latin-1')}"
        told = links(url, window, more=more)
        if told is not None:
            response.headers["Link"] = told
        return response


class OneWay(Rule):
    """A rule by which paths are understood and never made, as nothing links to the routes for programs.

    Werkzeug 3 compiles two functions for each rule to make paths with: most of what it takes to start the server.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: ARG002, FBT001, FBT002 - Werkzeug's
        return _never_made


def _never_made(*_arguments: object, **_values: object) -> tuple[str, str]:
    raise LookupError("nothing links here")


@dataclass(frozen=True, slots=True)
class Route:
    """One line of a route table: a path below the version's base, and the function that answers.

    ``needs`` is what a route that writes must be allowed to do; without it, it is for administrators. A route that
    finds out only by itself which project it is about says ``()`` and calls ``Call.require``.
    """

    method: str
    path: str
    answer: Callable[..., Response]
    public: bool = False
    needs: Needs | None = None
    versions: tuple[Version, ...] = VERSIONS

    def guard(self, store: ServerStore, user: User, names: dict[str, str]) -> None:
        """Let a request pass, or refuse it before it changes anything.

        Raises:
            Missing: The project is not one the user may see.
            Forbidden: It is not allowed.
        """
        if self.needs is None:
            only_reads = self.public or self.method == "GET"
            rights.require(store, user, () if only_reads else rights.ADMINISTER, names)
        elif self.needs:
            rights.require(store, user, self.needs, names)
