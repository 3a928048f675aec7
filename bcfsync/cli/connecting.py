"""From a server's name or address to a session with it: the one place where a command gets its credentials.

Owns: which credentials count: the server's own variable, ``BCFSYNC_TOKEN``, its ``token_command``, the login that was
kept. Sees: config, auth, net. Decides nothing else.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bcfsync import config
from bcfsync.auth import Lasting, Vault
from bcfsync.auth.places import server_root
from bcfsync.config.reading import load
from bcfsync.config.tables import nearest
from bcfsync.config.tokens import login_hint, token_for
from bcfsync.config.values import Remote
from bcfsync.errors import LoginNeeded, UsageError
from bcfsync.net import Http, Rate, Seams, checked_url, pace_for
from bcfsync.net.pacing import Pace


class WhichServer(UsageError, ValueError):
    """The command line names no server, or two."""


class NoRemote(UsageError, LookupError):
    """The configuration has no such server."""


def vault() -> Vault:
    """The logins of this user."""
    return Vault(config.logins_folder())


@contextmanager
def connected(remote: Remote, remotes: Mapping[str, Remote]) -> Iterator[Http]:
    """A session with a server of the configuration; a refused login names the command that helps.

    Raises:
        LoginNeeded
    """
    with _hinted(login_hint(remote)):
        found = token_for(remote, remotes.values())
        credentials = kept(remote.url, remote.name) if found is None else found
        with closing(Http(remote.url, credentials, paced(remote), _pace(remote))) as http:
            yield http


def paced(remote: Remote) -> Seams:
    """How fast a server may be asked, by its configuration: one request after the other, without a burst."""
    rate = remote.requests_per_second
    return Seams(rate=None if rate is None else Rate(rate, burst=1), most=remote.most_in_flight)


@cache
def _pace(remote: Remote) -> Pace:
    """The pace of all sessions of this process with one server under one sign-in, however many pairs there are."""
    return pace_for(remote.url, paced(remote))


@contextmanager
def connected_to(url: str) -> Iterator[Http]:
    """A session with the server at an address; a refused login names the command that helps.

    Raises:
        LoginNeeded
    """
    root = server_root(checked_url(url))
    hint = f"run bcfsync auth login --url {root}; or set {config.TOKEN_VARIABLE} to a token that is valid there"
    with _hinted(hint):
        found = config.token()
        with closing(Http(url, kept(url) if found is None else found)) as http:
            yield http


@dataclass(frozen=True, slots=True)
class There:
    """Which server a command is about: an address, or a server of a configuration."""

    url: str
    remote: Remote | None = None
    remotes: Mapping[str, Remote] = field(default_factory=dict)

    @property
    def dialect(self) -> str:
        """The product, where the configuration says which one it is."""
        return self.remote.dialect if self.remote else ""

    def session(self) -> AbstractContextManager[Http]:
        """A session with it.

        Raises:
            LoginNeeded
        """
        return connected_to(self.url) if self.remote is None else connected(self.remote, self.remotes)


def there(url: str | None, name: str | None) -> There:
    """The server at an address, or of a name in the nearest configuration.

    Raises:
        WhichServer: both were given, or neither.
        NoRemote: the configuration has no such server.
        BadConfig: (or a subclass) there is no configuration that can be used.
    """
    if url is None and name is None:
        raise WhichServer("which server is not said", hint="give --url, or the name of a server of bcfsync.toml")
    if url is not None and name is not None:
        raise WhichServer("two servers are named", hint="give --url, or the name of a server of bcfsync.toml, not both")
    if url is not None:
        return There(url)
    assert name is not None  # noqa: S101 - one of the two is given
    found = load(None, Path.cwd())
    if name not in found.remotes:
        raise NoRemote(f"{found.path}: there is no server {name!r}", hint=nearest(name, found.remotes))
    return There(found.remotes[name].url, found.remotes[name], found.remotes)


def kept(url: str, name: str = "") -> Lasting | None:
    """The login for a server, which renews itself; None where nobody signed in."""
    logins = vault()
    found = logins.best(server_root(checked_url(url)), name)
    return None if found is None else Lasting(logins, found)


@contextmanager
def _hinted(hint: str) -> Iterator[None]:
    try:
        yield
    except LoginNeeded as error:
        if error.hint == LoginNeeded.hint:
            error.hint = hint
        raise
