"""``bcfsync remote list``, ``add`` and ``test``.

Owns: their command lines. What they do is in ``servers``, loaded when one of them runs.
"""

import sys

import click

from bcfsync.cli.options import Manner, manner_options


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
