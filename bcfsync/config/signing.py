"""How to sign in at a server, as ``bcfsync.toml`` says it; secrets are never in it.

Owns: the keys of ``[remote.x]`` about signing in. Sees: tables, values, the names of the dialects.
"""

import re
from urllib.parse import urlsplit

from bcfsync.bcfapi.dialects import KNOWN
from bcfsync.config.tables import Table, nearest, shown
from bcfsync.config.values import SignIn
from bcfsync.net import InsecureUrl, checked_url

SIGN_IN_KEYS = ("dialect", "client_id", "issuer", "scope", "redirect", "key_scheme")
_WORD = re.compile(r"[!#-\[\]-~]{1,200}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,40}")


def dialect_of(table: Table) -> str:
    """The product, where somebody says which one it is; "" where bcfsync finds out.

    Raises:
        BadConfig
    """
    found = table.text("dialect") or ""
    if found and found not in KNOWN:
        raise (table.place / "dialect").bad(f"{shown(found)} is no product known here", nearest(found, KNOWN))
    return found


def sign_in_of(table: Table) -> SignIn:
    """What the server wants to know of a program, and where it lets people sign in.

    Raises:
        BadConfig
    """
    return SignIn(
        client_id=_matched(table, "client_id", _WORD, "must have 1 to 200 characters of ASCII and no space"),
        issuer=_issuer(table),
        scopes=_scopes(table),
        redirect=_redirect(table),
        scheme=_matched(table, "key_scheme", _SCHEME, "must be a word such as ApiKey"),
    )


def _matched(table: Table, key: str, pattern: re.Pattern[str], wrong: str) -> str:
    found = table.text(key) or ""
    if found and not pattern.fullmatch(found):
        raise (table.place / key).bad(wrong, "correct it")
    return found


def _issuer(table: Table) -> str:
    found = table.text("issuer")
    if found is None:
        return ""
    try:
        return checked_url(found)
    except InsecureUrl as error:
        raise (table.place / "issuer").bad(str(error), error.hint) from error


def _scopes(table: Table) -> tuple[str, ...]:
    found = table.data.get("scope")
    words = tuple(found.split()) if isinstance(found, str) else table.texts("scope", ())
    for word in words:
        if not _WORD.fullmatch(word):
            raise (table.place / "scope").bad(f"{shown(word)} is no scope", 'write scope = "openid bcf"')
    return words


def _redirect(table: Table) -> str:
    found = table.text("redirect")
    if found is None:
        return ""
    try:
        parts = urlsplit(found)
        good = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"} and parts.port
    except ValueError:
        good = None
    if not good or parts.query or parts.fragment or parts.username:
        raise (table.place / "redirect").bad(
            "the browser must come back to a port of this machine", 'write redirect = "http://localhost:8080/back"'
        )
    return found
