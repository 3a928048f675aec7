"""Finding the BCF-API behind a URL: which versions it offers, and where.

Owns: URL → versioned base. Sees: net. Source: Foundation API 1.0 (versions), BCF-API 2.1 (versions).
"""

import re
from dataclasses import dataclass
from typing import Any

from bcfsync.errors import LoginNeeded, ServerTrouble
from bcfsync.net import Http, NotJson, Refused

SPOKEN = ("3.0", "2.1")
"""Versions of the API bcfsync speaks, the best first."""

_VERSIONED = re.compile(r".*/(?P<version>\d+\.\d+)/?")


class NoBcfApi(ServerTrouble, ValueError):
    """Nothing at this URL says which BCF-API it offers, or it offers none we speak."""

    hint = "give the server's root, or a versioned base such as https://host/bcf/2.1"


@dataclass(frozen=True, slots=True)
class Base:
    """A versioned base URL and its version; ``user_url`` tells who we are."""

    url: str
    version: str
    user_url: str


def discover(http: Http) -> Base:
    """The best version the server offers; a URL that ends in a version is taken as it is.

    Raises:
        NoBcfApi: nothing found, or only versions we do not speak.
        LoginNeeded: the server does not even tell its versions to strangers.
    """
    versioned = _VERSIONED.fullmatch(http.root)
    if versioned:
        if versioned["version"] not in SPOKEN:
            raise NoBcfApi(f"{http.root}: bcfsync speaks BCF-API {' and '.join(SPOKEN)}")
        return base_of(http.root, versioned["version"])
    offered: dict[str, str] = {}
    locked: LoginNeeded | None = None
    for look in (_from_foundation, _from_bcf):
        try:
            offered |= look(http)
        except LoginNeeded as error:
            locked = error
    for version in SPOKEN:
        if version in offered:
            return base_of(offered[version], version)
    if offered:
        raise NoBcfApi(
            f"{http.root}: the server offers BCF-API {', '.join(offered)}; bcfsync speaks {' and '.join(SPOKEN)}"
        )
    raise locked or NoBcfApi(f"{http.root}: no BCF-API found there")


def _from_foundation(http: Http) -> dict[str, str]:
    """Versions by the Foundation API, with the base each one names."""
    found: dict[str, str] = {}
    for item in _versions(http, f"{http.root}/foundation/versions"):
        version = str(item.get("version_id", ""))
        if item.get("api_id") == "bcf" and version:
            url = item.get("api_base_url")
            found[version] = url.rstrip("/") if isinstance(url, str) and url else f"{http.root}/bcf/{version}"
    return found


def _from_bcf(http: Http) -> dict[str, str]:
    """Versions by BCF-API 2.1; people also give the URL with /bcf (BIMcollab)."""
    root = http.root if http.root.endswith("/bcf") else f"{http.root}/bcf"
    versions = (str(item.get("version_id", "")) for item in _versions(http, f"{root}/versions"))
    return {version: f"{root}/{version}" for version in versions if version}


def _versions(http: Http, url: str) -> list[dict[str, Any]]:
    try:
        data = http.get(url).data
    except (Refused, NotJson):
        return []  # web applications answer unknown paths with their page
    items = data.get("versions") if isinstance(data, dict) else data
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def base_of(url: str, version: str) -> Base:
    """The base at a URL that is known to be one of this version."""
    root = url.removesuffix(f"/bcf/{version}")
    user_url = f"{root}/foundation/1.0/current-user" if version == "3.0" else f"{url}/current-user"
    return Base(url, version, user_url)
