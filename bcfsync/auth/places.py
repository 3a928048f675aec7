"""Where a server lets people sign in.

Owns: the documents that say so, in every shape seen. Sees: net. Source: BCF-API 1.0 (``/bcf/auth``), 2.1
(``/bcf/2.1/auth``), Foundation API 1.0 (``/foundation/1.0/auth``); OpenID Connect Discovery 1.0; RFC 8414, 9207. Read
leniently: a list around the object (BIMData), texts for booleans (Catenda), empty texts for what there is not
(OpenConstructionERP), relative addresses (Massing). But an issuer is who it says it is, and every address is https, or
on this machine where the server is, too.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from bcfsync.auth.asking import Wire, host_of
from bcfsync.auth.errors import BadAnswer
from bcfsync.errors import LoginNeeded
from bcfsync.net import Http, InsecureUrl, NotJson, Refused, Stumbled, checked_url, is_loopback

_VERSION = re.compile(r"(/bcf)?/(bc_)?\d+\.\d+$")
_BELOW = ("", "/api", "/opencde", "/api/v1/opencde")
_ISSUER = re.compile(r"(?P<issuer>https?://.+?)/(?:protocol/openid-connect|connect)/auth(?:orize)?$")
_OPENID = "/.well-known/openid-configuration"
_OAUTH = "/.well-known/oauth-authorization-server"
_NOTHING = (Refused, NotJson, Stumbled, LoginNeeded)


@dataclass(frozen=True, slots=True)
class Places:
    """Where to go; "" where the server offers nothing of the kind.

    Attributes:
        authorize: where the browser goes.
        token: where tokens are given and renewed.
        register: where programs register as BCF describes it.
        register_open: where they do as RFC 7591 describes it.
        device: where a device asks for its code.
        revoke: where tokens are given back.
        issuer: who answers.
        names_itself: whether the browser comes back with the issuer's name (RFC 9207).
        basic: whether HTTP Basic is taken for resources.
        by_body: whether a client's secret has to stand in the form.
        scopes: what the server says it knows.
    """

    authorize: str = ""
    token: str = ""
    register: str = ""
    register_open: str = ""
    device: str = ""
    revoke: str = ""
    issuer: str = ""
    names_itself: bool = False
    basic: bool = False
    by_body: bool = False
    scopes: tuple[str, ...] = ()


def server_root(url: str) -> str:
    """A server's address without the version at its end: one login serves all of them."""
    return _VERSION.sub("", url.rstrip("/")).removesuffix("/bcf")


def look(http: Http, wire: Wire, issuer: str = "") -> Places:
    """What the server at the root of ``http`` offers, and its ``issuer``, where one is known.

    Raises:
        BadAnswer: what it says makes no sense, or is dangerous.
        ServerTrouble: (a subclass) it cannot be reached.
    """
    told, below = _told(http)
    if issuer:
        openid = _openid(wire, issuer.rstrip("/"))
        if openid is None:
            raise BadAnswer(f"{issuer}: there is no OpenID document", hint="correct the issuer in bcfsync.toml")
        return _united(told, openid, http.root)
    for place in dict.fromkeys(_issuers(told, below, http.root)):
        openid = _guessed(wire, place)
        if openid is not None and (not told.token or openid.token == told.token):
            return _united(told, openid, http.root)
    return _checked(told, http.root)


def _issuers(told: Places, below: str, root: str) -> Iterator[str]:
    """Who may be behind it: a Keycloak or an IdentityServer by its addresses, else the server itself."""
    found = _ISSUER.match(told.authorize)
    if found:
        yield found["issuer"]
    yield below
    yield server_root(root)
    if urlsplit(root).path:
        yield host_of(root)


def _united(told: Places, openid: Places, root: str) -> Places:
    more = {"register": told.register, "basic": told.basic, "scopes": openid.scopes or told.scopes}
    return _checked(replace(openid, **more), root)  # type: ignore[arg-type]


def _guessed(wire: Wire, issuer: str) -> Places | None:
    """The same where nobody named the issuer: who calls itself something else is somebody else."""
    try:
        return _openid(wire, issuer)
    except BadAnswer:
        return None


def _told(http: Http) -> tuple[Places, str]:
    """What the server says by BCF's own documents, and below which address; the first that says something counts."""
    root = server_root(http.root)
    tried: set[str] = set()
    places = [(f"{http.root}/auth", root)] if root != http.root else []
    for below in _BELOW:
        items = ("foundation/1.0", "bcf/3.0", "bcf/2.1", "bcf")
        places += [(f"{root}{below}/{item}/auth", root + below) for item in items]
    found = Places()
    for place, base in places:
        if place in tried:
            continue
        tried.add(place)
        try:
            data = http.get(place).data
        except _NOTHING:
            continue
        found = _of_bcf(data, place)
        if found.token or found.basic:
            return found, base
    return found, root


def _of_bcf(data: object, place: str) -> Places:
    data = next((item for item in data if isinstance(item, dict)), None) if isinstance(data, list) else data
    if not isinstance(data, dict):
        return Places()
    authorize, token = (_address(data, f"oauth2_{name}_url", place) for name in ("auth", "token"))
    return Places(
        authorize=authorize if token else "",
        token=token,
        register=_address(data, "oauth2_dynamic_client_reg_url", place),
        basic=_yes(data.get("http_basic_supported")),
    )


def _openid(wire: Wire, issuer: str) -> Places | None:
    """The document of an issuer, who must call itself what we call it (OpenID Connect Discovery, 4.3)."""
    try:
        http = wire(checked_url(issuer))
    except InsecureUrl:
        return None
    try:
        for name in (_OPENID, _OAUTH):
            try:
                data = http.get(issuer + name).data
            except _NOTHING:
                continue
            if isinstance(data, dict) and isinstance(data.get("token_endpoint"), str):
                return _of_openid(data, issuer + name, issuer)
    finally:
        http.close()
    return None


def _of_openid(data: Mapping[str, object], place: str, issuer: str) -> Places:
    named = data.get("issuer")
    if not isinstance(named, str) or named.rstrip("/") != issuer:
        raise BadAnswer(f"{place}: calls itself {str(named)[:200]!r}, and not {issuer}")
    methods = data.get("token_endpoint_auth_methods_supported")
    scopes = data.get("scopes_supported")
    return Places(
        authorize=_address(data, "authorization_endpoint", place),
        token=_address(data, "token_endpoint", place),
        register_open=_address(data, "registration_endpoint", place),
        device=_address(data, "device_authorization_endpoint", place),
        revoke=_address(data, "revocation_endpoint", place),
        issuer=named,
        names_itself=_yes(data.get("authorization_response_iss_parameter_supported")),
        by_body=isinstance(methods, list) and "client_secret_post" in methods and "client_secret_basic" not in methods,
        scopes=tuple(item for item in scopes if isinstance(item, str)) if isinstance(scopes, list) else (),
    )


def _address(data: Mapping[str, object], name: str, place: str) -> str:
    """An address of a document, whole; "" where there is none."""
    found = data.get(name)
    if not isinstance(found, str) or not found.strip() or found.strip().lower() in {"false", "null", "none"}:
        return ""
    try:
        return urljoin(place, found.strip())
    except ValueError as error:
        raise BadAnswer(f"{place}: {name} is no web address") from error


def _yes(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def _checked(places: Places, root: str) -> Places:
    """Refuse places where a secret could be read on its way, or that a stranger put on this machine."""
    here = is_loopback(urlsplit(root).hostname)
    for name in ("authorize", "token", "register", "register_open", "device", "revoke"):
        url: str = getattr(places, name)
        if not url:
            continue
        try:
            parts = urlsplit(url)
            checked_url(f"{parts.scheme}://{parts.netloc}{parts.path}")
            safe = not parts.fragment and (here or not is_loopback(parts.hostname))
        except (InsecureUrl, ValueError):
            safe = False
        if not safe:
            raise BadAnswer(f"{root}: would have bcfsync sign in at {url[:200]!r}, which is not safe")
    return places
