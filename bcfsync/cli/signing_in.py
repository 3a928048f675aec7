"""What ``bcfsync auth login`` does: finds out where, has somebody sign in, looks whether it works, keeps it.

Owns: which server is meant, who we are there, and the words. Sees: auth. A secret comes from standard input, a prompt
that does not show it, or the environment; never from an option, which everybody on the machine could read.
"""

import sys
import threading
import webbrowser
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from bcfsync import config
from bcfsync.auth import Denied, Grant, Login
from bcfsync.auth.asking import Client, network
from bcfsync.auth.granting import Ways, by_browser, by_device, by_secret, device_of
from bcfsync.auth.login import basic_access, end_of
from bcfsync.auth.places import Places, look, server_root
from bcfsync.auth.receiving import Receiver
from bcfsync.auth.registering import registered
from bcfsync.bcfapi.dialects import GENERIC, KNOWN, Dialect
from bcfsync.bcfapi.dialects.recognising import by_place
from bcfsync.cli.connecting import NoRemote, paced, vault
from bcfsync.cli.options import Manner, json_text, printable
from bcfsync.cli.render import counted
from bcfsync.cli.servers import Found, look_at
from bcfsync.config.reading import NoConfig, load
from bcfsync.config.tables import nearest
from bcfsync.config.values import Config, Remote, SignIn
from bcfsync.errors import LoginNeeded, ServerTrouble, UsageError
from bcfsync.net import Http, Refused, checked_url, is_loopback

OWN_CLIENT = "bcfsync"
_LOOPBACK = "http://127.0.0.1:8080/"
_INTERRUPTED = 130


class NoSecret(UsageError, ValueError):
    """A password, token or secret was to be read, and nothing came."""

    hint = "pipe it in, or run this on a terminal, which asks for it"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line said."""

    name: str | None
    url: str | None
    grant: str
    user: str = ""
    client_id: str = ""
    issuer: str = ""
    scopes: tuple[str, ...] = ()
    redirect: str = ""
    ask_secret: bool = False
    browser: bool = True
    seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class Given:
    """Credentials that do not change: a login that is being looked at."""

    login: Login

    def header(self) -> str | None:
        """As it is."""
        return self.login.header

    def renewed(self, refused: str | None) -> bool:  # noqa: ARG002 - the protocol's
        """Never."""
        return False


def login(wanted: Wanted, manner: Manner) -> int:
    """Sign in, and keep it."""
    remote = meant(wanted.name, wanted.url, manner)
    remote = replace(remote, sign_in=_united(wanted, remote.sign_in))
    if manner.dry_run:
        click.echo(printable(f"{remote.name or remote.url}: would sign in by {wanted.grant}"), err=True)
        return 0
    try:
        found, server = _tried(wanted, remote)
    except Refused as error:
        raise Denied(f"{error}; nothing was kept", hint=error.hint) from error
    except (KeyboardInterrupt, click.Abort):
        # a terminal shows ^C where it stands
        click.echo(f"{chr(10) if sys.stderr.isatty() else ''}interrupted; nobody was signed in", err=True)
        return _INTERRUPTED
    logins = vault()
    with logins.locked(found):
        logins.write(found)
    _tell(found, server, manner)
    return 0


def _tried(wanted: Wanted, remote: Remote) -> tuple[Login, Found | None]:
    """A login, and what the server showed of itself by it; None where its API is out of order just now."""
    by_hand = wanted.grant in {Grant.BASIC, Grant.TOKEN, Grant.API_KEY}
    found = _by_hand(wanted, remote) if by_hand else _by_server(wanted, remote)
    try:
        with closing(Http(remote.url, Given(found), paced(remote))) as http:
            server = look_at(http)
    except LoginNeeded as error:
        hint = "check what you typed, and whether you may use the API"
        raise Denied(f"{error}; nothing was kept", hint=hint) from error
    except ServerTrouble as error:
        if not found.is_renewable:
            raise
        click.echo(printable(f"warning: signed in, but the API cannot be used yet: {error}"), err=True)
        return found, None
    return replace(found, user=server.user or found.user), server


def meant(name: str | None, url: str | None, manner: Manner) -> Remote:
    """The server that was named, or the only one there is; one of an address has no name.

    Raises:
        NoRemote: there is none, or more than one.
    """
    if url is not None:
        return Remote(name or "", checked_url(url))
    remotes: Mapping[str, Remote] = configuration(manner).remotes
    if name is None:
        if len(remotes) == 1:
            return next(iter(remotes.values()))
        known = f": {', '.join(remotes)}" if remotes else ""
        raise NoRemote(f"which server is not said{known}", hint="name one of bcfsync.toml, or give --url")
    if name not in remotes:
        hint = nearest(name, remotes) if remotes else "give --url, or add it with bcfsync remote add"
        raise NoRemote(f"there is no server {name!r} in the configuration", hint=hint)
    return remotes[name]


def configuration(manner: Manner) -> Config:
    """The configuration; an empty one where there is none."""
    try:
        return load(manner.config, Path.cwd())
    except NoConfig:
        if manner.config is not None:
            raise
        return Config(Path(), {}, {})


def dialect_for(remote: Remote) -> Dialect:
    """What is known of the server before it is asked."""
    return KNOWN.get(remote.dialect or by_place(remote.url, None) or "", GENERIC)


def _united(wanted: Wanted, configured: SignIn) -> SignIn:
    return SignIn(
        wanted.client_id or configured.client_id,
        checked_url(wanted.issuer) if wanted.issuer else configured.issuer,
        wanted.scopes or configured.scopes,
        wanted.redirect or configured.redirect,
        configured.scheme,
    )


def _blank(remote: Remote, grant: str) -> Login:
    return Login(server_root(remote.url), remote.name, Grant(grant), datetime.now(UTC))


# -- without a server of tokens --------------------------------------------------------------------------------


def _by_hand(wanted: Wanted, remote: Remote) -> Login:
    blank = _blank(remote, wanted.grant)
    if wanted.grant == Grant.BASIC:
        user = wanted.user or _asked("User", "--user")
        if ":" in user:
            raise NoSecret("a user's name for HTTP Basic has no colon", hint="give another one")
        access = basic_access(user, secret_read("Password"))
        return replace(blank, scheme="Basic", access=access, user=user)
    if wanted.grant == Grant.API_KEY:
        known = dialect_for(remote).authorization
        scheme = remote.sign_in.scheme or (known if known != "Bearer" else "ApiKey")
        return replace(blank, scheme=scheme, access=_token("API key"))
    token = _token("Token")
    return replace(blank, access=token, ends=end_of(token))


def _token(what: str) -> str:
    found = secret_read(what)
    found = found.split(" ", 1)[1].strip() if found.lower().startswith("bearer ") else found
    if not (found.isascii() and found.isprintable()) or " " in found:
        raise NoSecret(f"{what}: holds characters that no token has", hint="paste it once more")
    return found


def secret_read(what: str) -> str:
    """A secret: typed unseen at a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        found = str(click.prompt(what, hide_input=True, err=True))
    else:
        found = sys.stdin.readline(100_000).rstrip("\r\n")
    if not found.strip():
        raise NoSecret(f"{what}: nothing was given")
    return found if what == "Password" else found.strip()


def _asked(what: str, option: str) -> str:
    if not sys.stdin.isatty():
        raise NoSecret(f"{option} is missing", hint=f"give {option}, or run this on a terminal")
    return str(click.prompt(what, err=True))


# -- by a server of tokens -------------------------------------------------------------------------------------


def _by_server(wanted: Wanted, remote: Remote) -> Login:
    known = dialect_for(remote)
    with closing(Http(remote.url, None, paced(remote))) as http:
        places = look(http, network, remote.sign_in.issuer or known.issuer)
    ways = Ways(show=lambda url: _show(url, wanted), seconds=wanted.seconds)
    scope = " ".join(remote.sign_in.scopes or known.scopes or _usual(places))
    if wanted.grant == Grant.BROWSER:
        with Receiver(remote.sign_in.redirect) as receiver:
            client = _client(wanted, remote, places, receiver.redirect)
            tokens, asked = by_browser(places, client, scope, receiver, ways)
    elif wanted.grant == Grant.DEVICE:
        client = _client(wanted, remote, places, remote.sign_in.redirect or _LOOPBACK)
        device = device_of(places, client, scope, ways)
        where = f"open {device.url} and type {device.user_code}"
        direct = f"\nor open {device.whole_url}" if device.whole_url else ""
        click.echo(printable(f"{where}{direct}", lines=True), err=True)
        tokens, asked = by_device(places, client, device, ways)
    else:
        if not remote.sign_in.client_id:
            raise NoRemote("who the program is was not said", hint="give --client-id, or client_id in bcfsync.toml")
        secret = config.client_secret(remote.name) or secret_read("The program's secret")
        given = Client(remote.sign_in.client_id, secret, places.by_body)
        tokens, asked, client = by_secret(places, given, scope, ways)
    blank = replace(
        _blank(remote, wanted.grant),
        client_id=client.client_id,
        secret=client.secret,
        by_body=client.by_body,
        token_url=places.token,
        revoke_url=places.revoke,
        scope=scope,
    )
    return tokens.on(blank, asked)


def _usual(places: Places) -> tuple[str, ...]:
    """What a server is asked for that nobody knows: to be let in, and for longer than an hour."""
    return tuple(word for word in ("openid", "offline_access", "bcf") if word in places.scopes)


def _client(wanted: Wanted, remote: Remote, places: Places, redirect: str) -> Client:
    """Who we are there: as configured, else as registered now, else by the name our own server knows."""
    client_id = remote.sign_in.client_id
    if client_id:
        secret = secret_read("The program's secret") if wanted.ask_secret else config.client_secret(remote.name) or ""
        return Client(client_id, secret, places.by_body)
    if is_loopback(urlsplit(remote.url).hostname):
        return Client(OWN_CLIENT)
    return registered(places, redirect, network) or Client(OWN_CLIENT)


def _show(url: str, wanted: Wanted) -> None:
    """Print the address, and open it; some browsers keep who opens them waiting until they are closed."""
    opens = wanted.browser and config.may_open_browser()
    click.echo(
        "sign in in the browser; if none opens, go to" if opens else "open this in a browser and sign in:", err=True
    )
    click.echo(f"  {printable(url)}", err=True)
    if opens:
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


# -- afterwards ------------------------------------------------------------------------------------------------


def _tell(found: Login, server: Found | None, manner: Manner) -> None:
    if manner.as_json:
        facts = {
            "type": "login", "name": found.remote, "url": found.root, "grant": str(found.grant), "user": found.user,
            "projects": None if server is None else len(server.projects),
            "expires": None if found.expires is None else found.expires.isoformat(),
            "renewable": found.is_renewable,
        }  # fmt: skip
        click.echo(json_text(facts))
    elif not manner.quiet:
        who = f" as {found.user}" if found.user else ""
        seen = "" if server is None else f"; sees {counted(len(server.projects), 'project')}"
        lasting = "; renewed by itself" if found.is_renewable else ""
        click.echo(printable(f"{found.remote or found.root}: signed in{who}{seen}{lasting}"), err=True)


__all__ = ["Given", "NoSecret", "Wanted", "configuration", "dialect_for", "login", "meant", "secret_read"]
