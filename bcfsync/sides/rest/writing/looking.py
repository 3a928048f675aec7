"""Looking again: what a server holds of one thing, whichever way it shows it.

Owns: the ways to one thing. Sees: routes, paging, net. What is not there is answered in many ways: 404, 410, 204, an
empty text, and 400 by servers that take it for a bad question; where there is no way to one thing (405, 501), or where
the answer is in doubt, the list decides.
"""

from collections.abc import Callable
from urllib.parse import quote

from bcfsync.changes import Kind
from bcfsync.errors import ServerTrouble
from bcfsync.guids import guid_key
from bcfsync.net import NotJson, Refused
from bcfsync.sides.rest.ways import Ways

_GONE = frozenset({404, 410})
_LISTED_ONLY = frozenset({Kind.REFERENCE, Kind.DOCUMENT})


class Looking:
    """Looks at single things of one project."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways

    def one(self, kind: Kind, url: str, guid: str, key: Callable[[object], str]) -> object | None:
        """The JSON of a thing in the list at ``url``; None where it is not there.

        Args:
            kind: of the thing.
            url: of the list it is in.
            guid: its guid there.
            key: the guid of an item as the codec reads it.

        Raises:
            Refused, ServerTrouble, LoginNeeded: (subclasses) the server does not tell.
        """
        if kind in _LISTED_ONLY or (kind is Kind.VIEWPOINT and "single_viewpoint" in self.ways.dialect.absent):
            return self._listed(url, guid, key)
        try:
            data: object = self.ways.http.get(f"{url}/{quote(guid, safe='')}").data
            return data  # noqa: TRY300 - the shortest way
        except NotJson:
            return None  # an empty text
        except Refused as error:
            if error.status in _GONE:
                return None
            if error.status not in {400, 405, 501}:
                raise
        return self._listed(url, guid, key)

    def _listed(self, url: str, guid: str, key: Callable[[object], str]) -> object | None:
        for item in self.ways.pager.whole(url).items:
            try:
                if guid_key(key(item)) == guid_key(guid):
                    return item
            except ServerTrouble:
                continue
        return None
