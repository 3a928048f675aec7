"""What ``bcfsync remote`` does: lists, adds and tries the servers of the configuration.

Owns: the words about a server. Decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bcfsync import config
from bcfsync.auth.places import server_root
from bcfsync.bcfapi import codec as codecs
from bcfsync.cli.connecting import NoRemote, connected, vault
from bcfsync.cli.explaining import explain
from bcfsync.cli.options import Manner, json_text, printable
from bcfsync.cli.pairs import configured
from bcfsync.cli.render import counted
from bcfsync.config.environment import token_variable
from bcfsync.config.reading import FILE, NoConfig, find
from bcfsync.config.tables import nearest
from bcfsync.config.values import Remote
from bcfsync.config.writing import remote_text, with_more, write
from bcfsync.errors import BcfsyncError, LoginNeeded
from bcfsync.model import Project
from bcfsync.net import Http, Refused
from bcfsync.sides.rest.discovery import discover
from bcfsync.sides.rest.paging import Pager
from bcfsync.sides.rest.routes import Routes


@dataclass(frozen=True, slots=True)
class Found:
    """What a server says of itself: API version, who we are there, projects we can see."""

    version: str
    user: str | None
    projects: tuple[Project, ...]


def look_at(http: Http) -> Found:
    """Ask a server what it is.

    Raises:
        ServerTrouble, LoginNeeded: (subclasses) it cannot be used.
    """
    base = discover(http)
    codec = codecs.for_version(base.version)
    items = Pager(http, {}).whole(Routes(base.url, "").projects).items
    return Found(base.version, _user(http, base.user_url), tuple(map(codec.decode_project, items)))


def _user(http: Http, url: str) -> str | None:
    """Who we are: some servers do not say, and in 1.0 none can."""
    if not url:
        return None
    try:
        data = http.get(url).data
    except LoginNeeded:
        raise
    except (Refused, ValueError):
        return None
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, str) and found else None


def list_remotes(manner: Manner) -> int:
    """Print the servers."""
    found = configured(manner)
    several = len(found.remotes) > 1
    for remote in found.remotes.values():
        pairs = [pair.name for pair in found.pairs.values() if pair.remote is remote]
        source = token_source(remote, several=several) or _login_of(remote)
        if manner.as_json:
            facts = {"type": "remote", "name": remote.name, "url": remote.url, "token": source, "pairs": pairs}
            click.echo(json_text(facts))
        else:
            click.echo(
                printable(f"{remote.name}  {remote.url}  token: {source or 'none'}  pairs: {', '.join(pairs) or '-'}")
            )
    if not found.remotes and not manner.as_json:
        click.echo("no servers; add one with bcfsync remote add NAME URL", err=True)
    return 0


def token_source(remote: Remote, *, several: bool = False) -> str | None:
    """Where a server's token would come from, but for a login; the token itself is nobody's business."""
    if config.token(remote.name):
        return token_variable(remote.name)
    if not several and config.token():
        return config.TOKEN_VARIABLE
    return "token_command" if remote.token_command else None


def _login_of(remote: Remote) -> str | None:
    return "login" if vault().best(server_root(remote.url), remote.name) is not None else None


def add_remote(name: str, url: str, token_command: str | None, manner: Manner) -> int:
    """Add a server to the configuration."""
    try:
        path = manner.config.absolute() if manner.config else find(Path.cwd())
    except NoConfig:
        path = Path.cwd() / FILE
    text, found = with_more(path, remote_text(name, url, token_command))
    if not manner.dry_run:
        write(path, text)
    if not manner.quiet:
        said = f"{path}: {name} added; next: bcfsync auth login {name}, or set {token_variable(name)}"
        click.echo(printable(said), err=True)
    return 0 if name in found.remotes else 1


def test_remotes(names: Sequence[str], manner: Manner) -> int:
    """Connect to servers and say what they are; the largest exit code."""
    found = configured(manner)
    for name in names:
        if name not in found.remotes:
            raise NoRemote(f"{found.path}: there is no server {name!r}", hint=nearest(name, found.remotes))
    code = 0
    for remote in found.remotes.values():
        if names and remote.name not in names:
            continue
        try:
            with connected(remote, found.remotes) as http:
                _tell(remote, look_at(http), manner)
        except BcfsyncError as error:
            explain(error, remote.name)
            code = max(code, error.exit_code)
    return code


def _tell(remote: Remote, server: Found, manner: Manner) -> None:
    if manner.as_json:
        facts = {"bcf_api": server.version, "user": server.user, "projects": len(server.projects)}
        click.echo(json_text({"type": "remote", "name": remote.name, "url": remote.url, **facts}))
        return
    user = f"as {server.user}" if server.user else "does not say who we are"
    said = f"{remote.name}: BCF-API {server.version}, {user}, {counted(len(server.projects), 'project')}"
    click.echo(printable(said))
