"""What ``bcfsync auth status`` and ``logout`` do.

Owns: the words about a login, and when one is about to end. Sees: auth. No secret is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import click

from bcfsync.auth import Grant, Lasting, Login, Vault
from bcfsync.auth.asking import network, revoked
from bcfsync.auth.places import server_root
from bcfsync.cli.connecting import paced, vault
from bcfsync.cli.explaining import explain
from bcfsync.cli.options import Manner, json_text, printable
from bcfsync.cli.servers import look_at, token_source
from bcfsync.cli.signing_in import configuration, meant
from bcfsync.config.values import Remote
from bcfsync.errors import BcfsyncError, LoginNeeded
from bcfsync.net import Http, NotJson, Refused, Stumbled
from bcfsync.sides.rest.discovery import discover
from bcfsync.sides.rest.routes import Routes

_SOON = timedelta(days=3)
_MANY = 20


class NotSignedIn(LoginNeeded, LookupError):
    """Nobody is signed in at that server here."""

    hint = "bcfsync auth status lists the logins there are"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the server says now: who we are, and for each project what we may do, where it says that."""

    user: str
    rights: Mapping[str, tuple[str, ...] | None]
    error: BcfsyncError | None = None


def status(names: Sequence[str], url: str | None, manner: Manner, *, offline: bool) -> int:
    """Say who is signed in where; the largest exit code."""
    logins = vault()
    code = 0
    known = list(_meant(logins, names, url, manner))
    if not known and not manner.as_json:
        click.echo("nobody is signed in anywhere; bcfsync auth login --url ADDRESS signs in")
    for remote, login in known:
        source = _source(remote, login)
        seen = None
        if login is None:
            code = max(code, 4 if source is None else 0)
        elif login.ended:
            code = 4
        elif not offline:
            seen = _asked(remote, login, logins)
            login = logins.read(login.root, login.remote) or login  # noqa: PLW2901 - as it is by now
            code = max(code, seen.error.exit_code if seen.error else 0)
        _tell(remote, login, source, seen, manner)
    return code


def _meant(
    logins: Vault, names: Sequence[str], url: str | None, manner: Manner
) -> Iterable[tuple[Remote, Login | None]]:
    """The servers that were named; else all of the configuration, and all logins."""
    if names or url is not None:
        wanted: Sequence[str | None] = names or [None]
        for name in wanted:
            remote = meant(name, url, manner)
            yield remote, logins.best(server_root(remote.url), remote.name)
        return
    shown: set[tuple[str, str]] = set()
    for remote in configuration(manner).remotes.values():
        login = logins.best(server_root(remote.url), remote.name)
        if login is not None:
            shown.add((login.root, login.remote))
        yield remote, login
    for login in logins.logins():
        if (login.root, login.remote) not in shown:
            yield Remote(login.remote, login.root), login


def _source(remote: Remote, login: Login | None) -> str | None:
    """Where a command would take the token from."""
    return token_source(remote) or (None if login is None else "login")


def _asked(remote: Remote, login: Login, logins: Vault) -> Seen:
    try:
        with closing(Http(remote.url, Lasting(logins, login), paced(remote))) as http:
            found = look_at(http)
            return Seen(found.user or login.user, _rights(http))
    except BcfsyncError as error:
        return Seen(login.user, {}, error)


def _rights(http: Http) -> dict[str, tuple[str, ...] | None]:
    """What we may do in each project, as far as the first page says it; None where it is not said."""
    try:
        data = http.get(f"{Routes(discover(http).url, '').projects}?includeAuthorization=true").data
    except (Refused, NotJson, Stumbled):
        return {}
    found: dict[str, tuple[str, ...] | None] = {}
    for item in data if isinstance(data, list) else []:
        if isinstance(item, dict) and isinstance(item.get("project_id"), str):
            told = item.get("authorization")
            actions = told.get("project_actions") if isinstance(told, dict) else None
            listed = isinstance(actions, list)
            found[item["project_id"]] = tuple(map(str, actions)) if isinstance(actions, list) and listed else None
    return found


def warning(login: Login, now: datetime) -> str:
    """What is about to end; "" where nothing is."""
    if login.ended:
        return f"ended: {login.ended}"
    if login.is_unsure:
        return "a renewal was cut off: the next one may fail"
    end = login.ends if login.is_renewable or login.expires is None else login.expires
    if end is None or end - now > _SOON:
        return ""
    return f"ends {_until(end, now)}" if end > now else "has expired"


def _until(end: datetime, now: datetime) -> str:
    seconds = max(0.0, (end - now).total_seconds())
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"in {seconds / size:.0f} {word}s"
    return f"in {seconds:.0f} seconds"


def _tell(remote: Remote, login: Login | None, source: str | None, seen: Seen | None, manner: Manner) -> None:
    now = datetime.now(UTC)
    soon = "" if login is None else warning(login, now)
    if manner.as_json:
        click.echo(json_text(_facts(remote, login, source, seen, soon)))
    else:
        click.echo(printable(f"{remote.name or '-'}  {remote.url}  {_words(login, source, seen, now)}"))
        rights = {} if seen is None else seen.rights
        for project, actions in list(rights.items())[:_MANY]:
            may = "the server does not say" if actions is None else ", ".join(actions) or "read"
            click.echo(printable(f"    {project}: {may}"))
    if soon and login is not None:
        click.echo(printable(f"warning: {remote.name or remote.url}: {soon}; run {login.command()}"), err=True)
    if seen is not None and seen.error is not None:
        explain(seen.error, remote.name)


def _words(login: Login | None, source: str | None, seen: Seen | None, now: datetime) -> str:
    if login is None:
        return f"token: {source}" if source else "not signed in"
    parts = [f"{'was ' if login.ended else ''}signed in by {login.grant}"]
    user = seen.user if seen is not None else login.user
    if user:
        parts.append(f"as {user}")
    if login.expires is not None and login.expires > now and not login.ended:
        parts.append(f"token ends {_until(login.expires, now)}")
    if login.is_renewable:
        parts.append("renewed by itself")
    if source not in {None, "login"}:
        parts.append(f"but {source} counts before it")
    return ", ".join(parts)


def _facts(remote: Remote, login: Login | None, source: str | None, seen: Seen | None, soon: str) -> dict[str, object]:
    facts: dict[str, object] = {
        "type": "login", "name": remote.name, "url": remote.url, "token": source, "signed_in": login is not None
    }  # fmt: skip
    if login is not None:
        facts |= {
            "grant": str(login.grant),
            "user": seen.user if seen is not None else login.user,
            "since": login.made.isoformat(),
            "expires": None if login.expires is None else login.expires.isoformat(),
            "ends": None if login.ends is None else login.ends.isoformat(),
            "renewable": login.is_renewable,
            "warning": soon or None,
        }
    if seen is not None:
        facts["works"] = seen.error is None
        facts["rights"] = {name: None if may is None else list(may) for name, may in seen.rights.items()}
    return facts


def logout(name: str | None, url: str | None, manner: Manner) -> int:
    """Sign out; 3 where the server could not be told."""
    remote = meant(name, url, manner)
    logins = vault()
    found = logins.best(server_root(remote.url), remote.name)
    if found is None:
        raise NotSignedIn(f"{remote.name or remote.url}: nobody is signed in here")
    if manner.dry_run:
        click.echo(printable(f"{remote.name or remote.url}: would sign out"), err=True)
        return 0
    with logins.locked(found):
        latest = logins.read(found.root, found.remote) or found
        logins.remove(latest)
    said, code = "signed out", 0
    if latest.revoke_url and not latest.ended:
        try:
            revoked(latest, network)
        except BcfsyncError as error:
            click.echo(printable(f"warning: forgotten here, but the server could not be told: {error}"), err=True)
            code = 3
    elif latest.grant in {Grant.TOKEN, Grant.API_KEY}:
        said = "forgotten here; the token itself stays valid until the server's administrator ends it"
    if not manner.quiet:
        click.echo(printable(f"{remote.name or remote.url}: {said}"), err=True)
    if manner.as_json:
        click.echo(json_text({"type": "logout", "name": remote.name, "url": remote.url, "revoked": code == 0}))
    return code


__all__ = ["NotSignedIn", "logout", "status", "warning"]
