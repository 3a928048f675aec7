"""The form of a route table, and what a route function is given.

Owns: ``Route`` and ``Call``. Sees: the store's type, the request. Governed by: nothing outside.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from flask import Response, request

from bcfsync import __version__
from bcfsync.server.http.conditional import tag_of
from bcfsync.server.query.window import Window, window
from bcfsync.server.refusals import Malformed
from bcfsync.server.shapes import bodies, members
from bcfsync.server.store import ServerStore
from bcfsync.server.store.projects import Changes
from bcfsync.server.users import User
from bcfsync.server.versions import VERSIONS, Version


@dataclass(frozen=True, slots=True)
class Call:
    """One request, seen by a route function: where the data is, which version is spoken, who speaks."""

    store: ServerStore
    version: Version
    user: User
    honours_client_guid: bool

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

    def window(self, sortable: Collection[str] = ()) -> Window:
        """The part of a collection the query asks for."""
        repeated = [name for name, values in request.args.lists() if name.startswith("$") and len(values) > 1]
        if repeated:
            raise Malformed(f"{repeated[0]}: given more than once")
        return window(request.args, sortable)


@dataclass(frozen=True, slots=True)
class Route:
    """One line of a route table: a path below the version's base, and the function that answers."""

    method: str
    path: str
    answer: Callable[..., Response]
    public: bool = False
    versions: tuple[Version, ...] = VERSIONS
