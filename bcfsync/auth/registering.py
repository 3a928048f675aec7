"""Making ourselves known to a server as a program.

Owns: both kinds of registration. Sees: net. Source: BCF-API 1.0 and 2.1, Foundation API 1.0, "dynamic client
registration"; RFC 7591 where an OpenID document lists it.
"""

from bcfsync.auth.asking import Client, Wire, host_of
from bcfsync.auth.errors import BadAnswer
from bcfsync.auth.places import Places

_NAME = "bcfsync"
_ABOUT = "Keeps BCF archives and BCF servers equal."


def registered(places: Places, redirect: str, wire: Wire) -> Client | None:
    """A client of our own; None where the server registers none.

    Raises:
        BadAnswer: it gives nothing that can be used.
        Refused, ServerTrouble: (of net) it does not.
    """
    if places.register:
        body: dict[str, object] = {"client_name": _NAME, "client_description": _ABOUT, "redirect_url": redirect}
        return _client(_posted(places.register, body, wire), places)
    if places.register_open:
        body = {
            "client_name": _NAME,
            "redirect_uris": [redirect],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "application_type": "native",
        }
        return _client(_posted(places.register_open, body, wire), places)
    return None


def _posted(url: str, body: dict[str, object], wire: Wire) -> object:
    http = wire(host_of(url))
    try:
        return http.send("POST", url, body).data
    finally:
        http.close()


def _client(data: object, places: Places) -> Client:
    found = data if isinstance(data, dict) else {}
    client_id, secret = found.get("client_id"), found.get("client_secret") or ""
    if not isinstance(client_id, str) or not client_id or not isinstance(secret, str):
        raise BadAnswer(f"{places.register or places.register_open}: the server gave no client_id")
    by_body = places.by_body or found.get("token_endpoint_auth_method") == "client_secret_post"
    return Client(client_id, secret, by_body)
