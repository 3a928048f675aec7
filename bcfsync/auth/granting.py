"""The ways to a first token: by a browser, by a code on another device, by a program's own secret.

Owns: the steps of each flow. Sees: places, asking, receiving, authlib's client pieces. Source: RFC 6749, 4.1 and 4.4;
RFC 7636 (S256, sent even where nobody asks for it); RFC 8628; RFC 9207. Who we are is asked of the server afterwards:
no id token is used, so none has to be checked.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from bcfsync.auth.asking import Client, Tokens, Wire, host_of, network, said_to, seconds_of, tokens_from
from bcfsync.auth.errors import BadAnswer, Denied, NoSignIn
from bcfsync.auth.places import Places
from bcfsync.auth.receiving import Receiver
from bcfsync.errors import ServerTrouble

_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_WAITS = {"authorization_pending": 0.0, "slow_down": 5.0}
_SLOWEST = 60.0


@dataclass(frozen=True, slots=True)
class Device:
    """What a person types where, to let a device in."""

    code: str = field(repr=False)
    user_code: str
    url: str
    whole_url: str
    interval: float
    lifetime: float


@dataclass(frozen=True, slots=True)
class Ways:
    """What the flows are made of.

    Attributes:
        wire: how servers are reached.
        show: lets a person see an address, and opens it where that can be.
        now: the time of day.
        sleep: waits, in seconds.
        seconds: how long a person may take.
    """

    show: Callable[[str], None]
    wire: Wire = network
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    seconds: float = 300.0


def by_browser(places: Places, client: Client, scope: str, receiver: Receiver, ways: Ways) -> tuple[Tokens, datetime]:
    """Tokens for who signs in in a browser, and when they were asked for.

    Raises:
        NoSignIn: the server has no page for it.
        Denied: it was refused, or nobody came in time.
        BadAnswer, ServerTrouble, Refused
    """
    if not places.authorize or not places.token:
        raise NoSignIn("the server does not say where people sign in")
    state, verifier = generate_token(43), generate_token(64)
    receiver.expect(state)
    ways.show(
        prepare_grant_uri(
            places.authorize,
            client.client_id,
            "code",
            receiver.redirect,
            scope or None,
            state,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
    )
    back = receiver.answer(ways.seconds)
    if back is None:
        hint = "run the command again; where the page shows an error, check --client-id and --redirect"
        raise Denied(f"{host_of(places.authorize)}: nobody signed in within {ways.seconds:g} seconds", hint=hint)
    _check_issuer(places, back.get("iss"))
    if "code" not in back or back.get("error"):
        said = " ".join(f"{back.get('error', '')} {back.get('error_description', '')}".split())[:200]
        raise Denied(f"{host_of(places.authorize)}: the server refused the sign-in: {said}", back.get("error", ""))
    fields = {
        "grant_type": "authorization_code",
        "code": back["code"],
        "redirect_uri": receiver.redirect,
        "code_verifier": verifier,
    }
    asked = ways.now()
    return tokens_from(said_to(ways.wire, places.token, client, fields), places.token), asked


def _check_issuer(places: Places, named: str | None) -> None:
    """Whoever sends the browser back is whom it was sent to, and not another server (RFC 9207)."""
    missing = named is None and places.names_itself
    if missing or (named is not None and places.issuer and named != places.issuer):
        raise BadAnswer(f"the browser came back from {named or 'nobody'!r}, not from {places.issuer}: not signed in")


def device_of(places: Places, client: Client, scope: str, ways: Ways) -> Device:
    """A code for a person to type.

    Raises:
        NoSignIn: the server does not offer it.
        Denied, BadAnswer, ServerTrouble, Refused
    """
    if not places.device:
        raise NoSignIn("the server does not offer a sign-in by device")
    data = said_to(ways.wire, places.device, client, {"scope": scope})
    texts = [data.get(name) for name in ("device_code", "user_code")]
    url = data.get("verification_uri") or data.get("verification_url")
    whole = data.get("verification_uri_complete")
    if not all(isinstance(item, str) and item for item in (*texts, url)):
        raise BadAnswer(f"{places.device}: the server gave no code for a device")
    return Device(
        str(texts[0]),
        str(texts[1]),
        str(url),
        whole if isinstance(whole, str) else "",
        seconds_of(data.get("interval")) or 5.0,
        seconds_of(data.get("expires_in")) or 600.0,
    )


def by_device(places: Places, client: Client, device: Device, ways: Ways) -> tuple[Tokens, datetime]:
    """Tokens, as soon as somebody has confirmed the device elsewhere.

    Raises:
        Denied: it was refused, or nobody came in time.
        BadAnswer, ServerTrouble, Refused
    """
    fields = {"grant_type": _DEVICE, "device_code": device.code}
    waited, interval = 0.0, min(device.interval, _SLOWEST)
    while waited < device.lifetime:
        ways.sleep(interval)
        waited += interval
        asked = ways.now()
        try:
            return tokens_from(said_to(ways.wire, places.token, client, fields), places.token), asked
        except Denied as error:
            if error.code not in _WAITS:
                raise
            interval = min(interval + _WAITS[error.code], _SLOWEST)
        except BadAnswer:
            raise
        except ServerTrouble:
            interval = min(interval * 2, _SLOWEST)  # a time-out means: ask less often (RFC 8628, 3.5)
    raise Denied(f"{host_of(places.token)}: nobody confirmed the code in time", hint="run the command again")


def by_secret(places: Places, client: Client, scope: str, ways: Ways) -> tuple[Tokens, datetime, Client]:
    """Tokens for a program itself, and the way its secret was taken.

    Raises:
        NoSignIn: the server does not say where.
        Denied, BadAnswer, ServerTrouble, Refused
    """
    if not places.token:
        raise NoSignIn("the server does not say where tokens are given")
    tries = [client, Client(client.client_id, client.secret, by_body=not client.by_body)]
    for attempt in tries:
        asked = ways.now()
        try:
            fields = {"grant_type": "client_credentials", "scope": scope}
            found = tokens_from(said_to(ways.wire, places.token, attempt, fields), places.token)
        except Denied as error:
            # some look for the secret in the form only, and nothing is used up by asking
            if error.code != "invalid_client" or attempt is tries[-1]:
                raise
        else:
            return found, asked, attempt
    raise Denied(f"{places.token}: the server does not know this program")
