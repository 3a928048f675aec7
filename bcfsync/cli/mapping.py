"""``bcfsync map suggest`` and ``map check``.

Owns: their command lines. What they do is in ``suggesting``, loaded when one of them runs.
"""

import sys

import click

from bcfsync.cli.options import Manner, manner_options


@click.group("map", short_help="Which words of the files stand for which values of the server.")
def map_command() -> None:
    """Which words of the files stand for which values of the server: the tables [pair.NAME.map.status] and so on.

    A value the server does not offer is not sent until a row says what it is there.
    """


@map_command.command("suggest", short_help="What to write for words the server does not know.")
@click.argument("pairs", nargs=-1, metavar="[PAIR]...")
@click.option("--write", is_flag=True, help="Add the rows to bcfsync.toml; all else in it stays as it is.")
@manner_options
def suggest_command(manner: Manner, pairs: tuple[str, ...], *, write: bool) -> None:
    """List the words of the archives that the server does not offer, each with the value it most likely means."""
    from bcfsync.cli.suggesting import suggest  # noqa: PLC0415 - help shall not wait for the engine

    sys.exit(suggest(pairs, manner, write=write))


@map_command.command("check", short_help="Whether every word has a value on the server.")
@click.argument("pairs", nargs=-1, metavar="[PAIR]...")
@manner_options
def check_command(manner: Manner, pairs: tuple[str, ...]) -> None:
    """Say which words have no value on the server, which rows lead to values it does not offer, and which are not used.

    Exit code 0: every word has a value; 3: one has none, or a row leads nowhere.
    """
    from bcfsync.cli.suggesting import check  # noqa: PLC0415

    sys.exit(check(pairs, manner))
