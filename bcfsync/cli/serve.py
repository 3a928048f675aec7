"""``bcfsync serve``: the reference server on this machine.

Owns: its options and words. The server itself is the annex ``bcfsync.server``.
"""

import importlib
import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bcfsync.cli.options import ARCHIVE
from bcfsync.errors import UsageError

if TYPE_CHECKING:
    from bcfsync.server.mischief import Mischief
    from bcfsync.server.store import ServerStore

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PROJECT = "demo"
DEMO_SECRET = "demo"  # noqa: S105 - everybody may know it


class ServerNotInstalled(UsageError, ImportError):
    """The extra ``server`` is not installed."""

    hint = "install it: pip install 'bcfsync[server]'"


@dataclass(frozen=True, slots=True)
class _Keys:
    """What opens the server, as ``create_app`` wants it, and what is told about it."""

    options: dict[str, Any]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Signing:
    """What was said about signing in."""

    users: Path | None
    token: str | None
    user: str
    basic: bool
    password_grant: bool
    registration: bool
    lifetime: int


def _list_mischief(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        mischief = _installed("bcfsync.server.mischief")
        click.echo(mischief.text())
        context.exit()


@click.command("serve", short_help="Run the reference server on this machine.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Keep everything in this folder.")
@click.option(
    "--seed",
    "seeds",
    multiple=True,
    type=ARCHIVE,
    metavar="FILE",
    help="Fill the project from an archive; may be repeated. Without it the project is empty.",
)
@click.argument("more_seeds", nargs=-1, type=ARCHIVE, metavar="[FILE]...")
@click.option("--dialect", "dialects", multiple=True, metavar="NAME", help="Answer as this server of the field does.")
@click.option("--fault", "faults", multiple=True, metavar="NAME[:ARGUMENT]", help="Do this wrong; may be repeated.")
@click.option("--mischief-seed", type=int, default=0, help="Another number, other chances; the same, the same.")
@click.option(
    "--list-mischief",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_mischief,
    help="Tell all dialects and faults, and leave.",
)
@click.option("--token", help="The bearer token; on this machine 'demo' by default, elsewhere a fresh one.")
@click.option("--user", default="demo@example.com", show_default=True, help="Who the token stands for.")
@click.option("--users", type=click.Path(path_type=Path, dir_okay=False), help="Who may sign in, as TOML.")
@click.option("--basic/--no-basic", help="Take a user's password for every request, too.")
@click.option("--password-grant/--no-password-grant", help="Offer OAuth2's password grant.")
@click.option("--registration/--no-registration", default=True, help="Let programs register themselves (the default).")
@click.option(
    "--token-lifetime",
    type=click.IntRange(1, 10**9),
    default=3600,
    show_default=True,
    help="Seconds of an access token.",
)
def serve_command(
    port: int, host: str, data: Path | None, seeds: tuple[Path, ...], more_seeds: tuple[Path, ...],
    dialects: tuple[str, ...], faults: tuple[str, ...], mischief_seed: int,
    token: str | None, user: str, users: Path | None,
    basic: bool, password_grant: bool, registration: bool, token_lifetime: int,
) -> None:  # fmt: skip
    """Run a BCF server for trying and testing; it forgets everything unless --data keeps it.

    It speaks BCF-API 1.0, 2.1 and 3.0, and shows its projects to people at its root. Files after --seed FILE are seeds,
    too. It listens on this machine only, unless --host says otherwise. docs/server.md tells everything.
    """
    if token == "":
        raise click.BadParameter("is empty; leave it out to be given one", param_hint="--token")
    mischief = _installed("bcfsync.server.mischief").chosen(dialects, faults, mischief_seed)
    signing = _Signing(users, token, user, basic, password_grant, registration, token_lifetime)
    keys = _keys(signing, is_here=host in _LOOPBACK)
    _end_when_told()
    with opened_store(data, clock=mischief.clock()) as store:
        with store.writing():  # all of them or none, so that the command can be given again
            for path in (*seeds, *more_seeds):
                from bcfsync.cli.seeding import seed  # noqa: PLC0415 - needs the extra

                click.echo(f"{path.name}: {seed(store, PROJECT, path)} topics", err=True)
        _listen(store, host, port, keys, mischief)


def _end_when_told() -> None:
    """SIGTERM ends the server as Ctrl-C does: the temporary folder goes, the data folder is closed."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))


def _installed(name: str) -> Any:  # noqa: ANN401 - a module
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ServerNotInstalled(f"the reference server is not installed: {error.name} is missing") from error


@contextmanager
def opened_store(data: Path | None, clock: Callable[[], datetime] | None = None) -> "Iterator[ServerStore]":
    """The server's store in a folder, or in a temporary one."""
    store_module = _installed("bcfsync.server.store")
    with (
        tempfile.TemporaryDirectory(prefix="bcfsync-serve-", ignore_cleanup_errors=True) as folder,
        store_module.ServerStore(data or Path(folder), clock=clock or store_module.utc_now) as store,
    ):
        yield store


def _keys(signing: _Signing, *, is_here: bool) -> "_Keys":
    from bcfsync.server.signin.options import SignInOptions  # noqa: PLC0415 - needs the extra
    from bcfsync.server.signin.users_file import read_users  # noqa: PLC0415
    from bcfsync.server.users import Account, User, Users  # noqa: PLC0415

    file = read_users(signing.users) if signing.users else None
    secret = signing.token or (DEMO_SECRET if is_here else secrets.token_urlsafe(24))
    # with people of their own there is no key for everybody, unless one was asked for
    needs_token = file is None or signing.token is not None
    everybody = Account.of(User(signing.user, signing.user, "admin"), password=secret)
    options = {
        "tokens": {secret: signing.user} if needs_token else {},
        "users": Users([everybody] if file is None else file.accounts),
        "clients": file.clients if file else (),
        "sign_in_options": SignInOptions(
            http_basic=signing.basic,
            password_grant=signing.password_grant,
            registration=signing.registration,
            token_lifetime=signing.lifetime,
        ),
        "demo_token": secret if needs_token and is_here and signing.token is None else None,
    }
    told = [f"token {secret}" if needs_token else f"users of {signing.users}"]
    if file is None:
        told.append(f"to sign in as a person: {signing.user}, password {secret}")
    if not is_here:
        told.append("what is sent travels in the clear: put a proxy with TLS before it")
    return _Keys(options, tuple(told))


def _listen(store: "ServerStore", host: str, port: int, keys: _Keys, mischief: "Mischief") -> None:
    from bcfsync.server.app import create_app  # noqa: PLC0415 - needs the extra
    from bcfsync.server.listening import Listener  # noqa: PLC0415
    from bcfsync.server.vendors.choosing import vendor_of  # noqa: PLC0415

    vendor = vendor_of(mischief.dialects, store)
    app = create_app(store, mischief=mischief, vendor=vendor, **keys.options)
    listener = Listener(app, host, port)
    first, *more = keys.told
    click.echo(f"BCF server on {listener.url}  project {PROJECT}  {first}", err=True)
    for line in (*more, *([f"its API is below {listener.url}{base}"] if (base := mischief.base()) else [])):
        click.echo(line, err=True)
    click.echo(f"ready {listener.url}")
    try:
        listener.run()
    finally:
        if vendor is not None:
            vendor.close()
