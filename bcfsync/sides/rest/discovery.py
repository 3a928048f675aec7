"""Finding the BCF-API behind a URL: which versions it offers, and where.

Owns: URL → versioned base. Sees: net. Source: Foundation API 1.0 (versions), BCF-API 2.1 (versions), 1.0 (version); and
where products have theirs: BIMcollab's users paste the bare address, OpenProject lists no versions at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from bcfsync.errors import LoginNeeded, ServerTrouble
from bcfsync.net import Http, NotJson, Refused

SPOKEN = ("3.0", "2.1", "1.0")
"""Versions of the API bcfsync speaks, the best first."""

CALLED = {"2.0": "1.0"}
"""What Catenda calls 2.0 is the later text of 1.0."""

_VERSIONED = re.compile(r".*/(?:bc_)?(?P<version>\d+\.\d+)/?")
_UNLISTED = "/api/bcf/2.1"
_BELOW = ("/api", "/opencde", "/api/v1/opencde")
"""Where products have their API below a host: OpenProject and linear-bcf-connector, Catenda, OpenConstructionERP."""


class NoBcfApi(ServerTrouble, ValueError):
    """Nothing at this URL says which BCF-API it offers, or it offers none we speak."""

    hint = "give the server's root, or a versioned base such as https://host/bcf/2.1"


@dataclass(frozen=True, slots=True)
class Base:
    """A versioned base URL and its version; ``user_url`` tells who we are, and is empty in 1.0, where nothing does."""

    url: str
    version: str
    user_url: str


@dataclass(frozen=True, slots=True)
class Found:
    """A base, and the versions the server lists: none where it has no list, None where nobody looked."""

    base: Base
    offered: tuple[str, ...] | None


def discover(http: Http) -> Base:
    """The best version the server offers; a URL that ends in a version is taken as it is.

    Raises:
        NoBcfApi: nothing found, or only versions we do not speak.
        LoginNeeded: the server does not even tell its versions to strangers.
    """
    return found(http).base


def found(http: Http) -> Found:
    """As ``discover``, with what the server lists.

    Raises:
        NoBcfApi: nothing found, or only versions we do not speak.
        LoginNeeded: the server does not even tell its versions to strangers.
    """
    versioned = _VERSIONED.fullmatch(http.root)
    if versioned:
        version = _called(versioned["version"])
        if version not in SPOKEN:
            raise NoBcfApi(f"{http.root}: bcfsync speaks BCF-API {_spoken()}")
        return Found(base_of(http.root, version), _offered_beside(http))
    locked: LoginNeeded | None = None
    told: dict[str, str] = {}
    for places in _places(http.root):
        offered: dict[str, str] = {}
        for look, place in places:
            try:
                offered |= look(http, place)
            except LoginNeeded as error:
                locked = locked or error
        best = next((version for version in SPOKEN if version in offered), None)
        if best:
            return Found(base_of(offered[best], best), tuple(offered) if places[0][0] is not _from_sign_in else ())
        told |= offered
    if told:
        raise NoBcfApi(f"{http.root}: the server offers BCF-API {', '.join(told)}; bcfsync speaks {_spoken()}")
    raise locked or NoBcfApi(f"{http.root}: no BCF-API found there")


def _offered_beside(http: Http) -> tuple[str, ...] | None:
    """What is listed beside a base that was given, where the lack of a list tells something: OpenProject has none."""
    if not http.root.endswith(_UNLISTED):
        return None
    try:
        return tuple(_from_list(http, http.root.removesuffix("/2.1")))
    except LoginNeeded:
        return None


def _spoken() -> str:
    return f"{', '.join(SPOKEN[:-1])} and {SPOKEN[-1]}"


def _called(version: str) -> str:
    return CALLED.get(version, version)


def _places(root: str) -> Iterator[tuple[tuple[Any, str], ...]]:
    """Where to look, in groups: the first that has something ends the search."""
    above = root.removesuffix("/bcf")
    bcf = f"{above}/bcf"
    yield (_from_foundation, above), (_from_list, bcf)
    yield ((_from_list, root),)
    yield ((_from_first, bcf),)
    yield ((_from_sign_in, bcf),)
    for below in _BELOW:
        yield (_from_foundation, above + below), (_from_list, f"{above}{below}/bcf")
        yield ((_from_sign_in, f"{above}{below}/bcf"),)


def _from_foundation(http: Http, place: str) -> dict[str, str]:
    """Versions by the Foundation API, with the base each one names."""
    listed: dict[str, str] = {}
    for item in _versions(http, f"{place}/foundation/versions"):
        version = _said(item)
        if item.get("api_id") == "bcf" and version:
            listed[_called(version)] = _located(place, item.get("api_base_url"), f"{place}/bcf/{version}")
    return listed


def _from_list(http: Http, place: str) -> dict[str, str]:
    """Versions by BCF-API 2.1."""
    items = _versions(http, f"{place}/versions")
    versions = [_said(item) for item in items if item.get("api_id", "bcf") == "bcf"]
    return {_called(version): f"{place}/{version}" for version in versions if version}


def _from_first(http: Http, place: str) -> dict[str, str]:
    """The version by BCF-API 1.0: one object."""
    data = _asked(http, f"{place}/version")
    version = _said(data) if isinstance(data, dict) else ""
    return {_called(version): f"{place}/{version}"} if version else {}


def _from_sign_in(http: Http, place: str) -> dict[str, str]:
    """2.1 where nothing is listed, by how one signs in: OpenProject has no versions."""
    data = _asked(http, f"{place}/2.1/auth")
    item = data[0] if isinstance(data, list) and data else data
    known = {"oauth2_auth_url", "http_basic_supported", "supported_oauth2_flows"}
    return {"2.1": f"{place}/2.1"} if isinstance(item, dict) and known & item.keys() else {}


def _said(item: dict[str, Any]) -> str:
    """The version an item names; one that is no short word is none."""
    version = item.get("version_id")
    text = str(version).strip() if isinstance(version, str | int | float) else ""
    return text if text.isprintable() and len(text) <= 20 and "/" not in text else ""


def _located(root: str, told: object, otherwise: str) -> str:
    """The base a server names; a proxy's scheme and port are ours, since the server behind it may not know them."""
    if not isinstance(told, str) or not told.strip():
        return otherwise
    try:
        url, ours = urlsplit(urljoin(f"{root}/", told.strip())), urlsplit(root)
        if url.hostname == ours.hostname:
            url = url._replace(scheme=ours.scheme, netloc=ours.netloc)
    except ValueError:
        return otherwise
    return url.geturl().rstrip("/")


def _versions(http: Http, url: str) -> list[dict[str, Any]]:
    data = _asked(http, url)
    items = data.get("versions") if isinstance(data, dict) else data
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _asked(http: Http, url: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return http.get(url).data
    except (Refused, NotJson):
        return None  # web applications answer unknown paths with their page


def base_of(url: str, version: str) -> Base:
    """The base at a URL that is known to be one of this version."""
    root = url.removesuffix(f"/bcf/{version}")
    match version:
        case "1.0":
            return Base(url, version, "")
        case "3.0":
            return Base(url, version, f"{root}/foundation/1.0/current-user")
        case _:
            return Base(url, version, f"{url}/current-user")
