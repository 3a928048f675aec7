"""How to speak to one project of one server: what every reader and writer of it needs at hand.

Owns: ``Ways``. Sees: net, routes, paging, facts, bcfapi.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bcfsync.bcfapi.codec import Codec
from bcfsync.bcfapi.dialects import Dialect
from bcfsync.net import Http
from bcfsync.sides.rest.facts import Facts
from bcfsync.sides.rest.paging import Pager
from bcfsync.sides.rest.routes import Routes


@dataclass(frozen=True, slots=True)
class Ways:
    """How to speak to a project.

    Attributes:
        http: the way to the server.
        routes: where the project is.
        codec: its JSON, in the server's dialect.
        dialect: what else is known of the server, as data.
        pager: reads lists in pages.
        learned: facts, read and written.
        version: of the API that is spoken.
        new_key: gives every POST a name of its own.
    """

    http: Http
    routes: Routes
    codec: Codec
    dialect: Dialect
    pager: Pager
    learned: Facts
    version: str
    new_key: Callable[[], str]

    @property
    def sends_guids(self) -> bool:
        """Whether a body may hold a guid of ours: 3.0 has a place for one, other versions where the dialect says so."""
        return self.version == "3.0" or self.dialect.takes_guids
