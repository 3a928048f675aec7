"""Which of the two texts of BCF-API 1.0 a server speaks: no answer says so, but the two turn pages differently.

Owns: the question, and its answer as a fact. Sees: net, routes, facts. Rules: the tag ``v1.0`` has ``page_size``, and a
topic also without its project; the later text of 2015 has ``$top``, and gave up the short addresses. Each overlooks the
other's words. A project without topics does not tell; until there is one nothing differs that is said or heard.
"""

from urllib.parse import quote

from bcfsync.net import Http, NotJson, Refused
from bcfsync.sides.rest.facts import LATE, TAG, TEXT, Facts
from bcfsync.sides.rest.routes import Routes

VERSION = "1.0"
"""What both call themselves."""

LATE_BASE = "/2.0"
"""How the base of one product ends that speaks the later text as a version of its own (Catenda)."""

_TRIED = frozenset({400, 404, 405, 422, 501})
_AMBIGUOUS = 409


def text_of(http: Http, routes: Routes, learned: Facts) -> str | None:
    """TAG or LATE, from the facts or by asking; None where the project is empty, or not there.

    Raises:
        LoginNeeded, ServerTrouble: (subclasses) the server cannot be used.
    """
    if TEXT not in learned:
        found = LATE if routes.base.endswith(LATE_BASE) else _by_asking(http, routes)
        if found is not None:
            learned[TEXT] = found
    return learned.get(TEXT)


def _by_asking(http: Http, routes: Routes) -> str | None:
    pages = tuple(_listed(http, f"{routes.topics}?{query}") for query in ("$top=1&page_size=2", "$top=2&page_size=1"))
    lengths = tuple(map(len, pages))
    if lengths in {(2, 1), (1, 2)}:
        return TAG if lengths == (2, 1) else LATE
    guids = (item.get("guid") for item in pages[0] or _listed(http, routes.topics) if isinstance(item, dict))
    guid = next((guid for guid in guids if isinstance(guid, str) and guid), None)
    return None if guid is None else _by_its_short_address(http, f"{routes.base}/topics/{quote(guid, safe='')}")


def _by_its_short_address(http: Http, url: str) -> str:
    try:
        data = http.get(url).data
    except Refused as error:
        return TAG if error.status == _AMBIGUOUS else LATE
    except NotJson:
        return LATE
    return TAG if isinstance(data, dict) else LATE


def _listed(http: Http, url: str) -> list[object]:
    try:
        data = http.get(url).data
    except Refused as error:
        if error.status not in _TRIED:
            raise
        return []
    return data if isinstance(data, list) else []
