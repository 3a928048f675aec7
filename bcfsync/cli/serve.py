"""``bcfsync serve``: the reference server on this machine.

Owns: its options and words. The server itself is the annex ``bcfsync.server``.
"""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bcfsync.cli.options import ARCHIVE
from bcfsync.errors import UsageError

if TYPE_CHECKING:
    from bcfsync.server.store import ServerStore

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PROJECT = "demo"


class ServerNotInstalled(UsageError, ImportError):
    """The extra ``server`` is not installed."""

    hint = "install it: pip install 'bcfsync[server]'"


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
    help="Fill the project from an archive; may be repeated.",
)
@click.argument("more_seeds", nargs=-1, type=ARCHIVE, metavar="[FILE]...")
@click.option("--token", help="The bearer token; on this machine 'demo' by default, elsewhere a fresh one.")
@click.option("--user", default="demo@example.com", show_default=True, help="Who the token stands for.")
def serve_command(
    port: int, host: str, data: Path | None, seeds: tuple[Path, ...], more_seeds: tuple[Path, ...],
    token: str | None, user: str,
) -> None:  # fmt: skip
    """Run a BCF server (API 2.1 and 3.0) for trying and testing; it forgets everything unless --data keeps it.

    Files after --seed FILE are seeds, too. It listens on this machine only, unless --host says otherwise.
    """
    given = token or ("demo" if host in _LOOPBACK else secrets.token_urlsafe(24))
    with opened_store(data) as store:
        for path in (*seeds, *more_seeds):
            from bcfsync.cli.seeding import seed  # noqa: PLC0415 - needs the extra

            click.echo(f"{path.name}: {seed(store, PROJECT, path)} topics", err=True)
        _listen(store, host, port, {given: user})


@contextmanager
def opened_store(data: Path | None) -> "Iterator[ServerStore]":
    """The server's store in a folder, or in a temporary one."""
    try:
        from bcfsync.server.store import ServerStore  # noqa: PLC0415 - needs the extra
    except ImportError as error:
        raise ServerNotInstalled(f"the reference server is not installed: {error.name} is missing") from error
    with (
        tempfile.TemporaryDirectory(prefix="bcfsync-serve-", ignore_cleanup_errors=True) as folder,
        ServerStore(data or Path(folder)) as store,
    ):
        yield store


def _listen(store: "ServerStore", host: str, port: int, tokens: dict[str, str]) -> None:
    from bcfsync.server.app import create_app  # noqa: PLC0415 - needs the extra
    from bcfsync.server.listening import Listener  # noqa: PLC0415

    listener = Listener(create_app(store, tokens=tokens), host, port)
    token = next(iter(tokens))
    click.echo(f"BCF server on {listener.url}  project {PROJECT}  token {token}", err=True)
    click.echo(f"ready {listener.url}")
    listener.run()
