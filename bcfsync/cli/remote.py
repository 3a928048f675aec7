"""``bcfsync remote list``, ``add``, ``test`` and ``probe``.

Owns: their command lines. What they do is in ``servers``, loaded when one of them runs.
"""

import sys
from pathlib import Path

import click

from bcfsync.cli.options import ARCHIVE, Manner, manner_options


@click.group("remote", short_help="The servers of the configuration.")
def remote_command() -> None:
    """The servers of bcfsync.toml. Their tokens are never in it."""


@remote_command.command("list", short_help="The servers there are.")
@manner_options
def list_command(manner: Manner) -> None:
    """List the servers, where their tokens come from, and the pairs that use them."""
    from bcfsync.cli.servers import list_remotes  # noqa: PLC0415 - help shall not wait for the engine

    sys.exit(list_remotes(manner))


@remote_command.command("add", short_help="Add a server.")
@click.argument("name")
@click.argument("url")
@click.option("--token-command", metavar="COMMAND", help="A command that prints the token; run without a shell.")
@manner_options
def add_command(manner: Manner, name: str, url: str, token_command: str | None) -> None:
    """Add the server NAME at URL to bcfsync.toml; nothing is asked of it."""
    from bcfsync.cli.servers import add_remote  # noqa: PLC0415

    sys.exit(add_remote(name, url, token_command, manner))


@remote_command.command("test", short_help="Connect to servers.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@manner_options
def test_command(manner: Manner, names: tuple[str, ...]) -> None:
    """Connect to servers, all of them without NAME, and say version, user and number of projects."""
    from bcfsync.cli.servers import test_remotes  # noqa: PLC0415

    sys.exit(test_remotes(names, manner))


@remote_command.command("probe", short_help="Find out what a server can do.")
@click.argument("name", required=False)
@click.option("--url", help="The server's root, in place of NAME.")
@click.option("--project", metavar="ID", help="The project to try it in; else that of the only pair with NAME.")
@click.option("--passive", is_flag=True, help="Only read; make no scratch topics.")
@click.option("--show", is_flag=True, help="Show the card that is kept, and ask the server nothing.")
@click.option("--export", "out", type=ARCHIVE, metavar="FILE", help="Write the card to a file, to hand it round.")
@click.option("--import", "card", type=ARCHIVE, metavar="FILE", help="Keep a card from elsewhere, as hearsay.")
@manner_options
def probe_command(
    manner: Manner, name: str | None, url: str | None, project: str | None, out: Path | None, card: Path | None,
    *, passive: bool, show: bool,
) -> None:  # fmt: skip
    """Try out what the server NAME, or the only one, can do, and keep that as its capability card.

    Two scratch topics are made in the project for it, and deleted again. Later runs use what was proven.
    """
    from bcfsync.cli.probing import Wanted, import_card, probe_server, show_cards  # noqa: PLC0415

    wanted = Wanted(name, url, project, passive or manner.dry_run, out)
    if card is not None:
        sys.exit(import_card(card, manner))
    sys.exit(show_cards(wanted, manner) if show else probe_server(wanted, manner))
