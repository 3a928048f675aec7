"""``bcfsync watch``.

Owns: its command line. What it does is in ``watching``, loaded when it runs.
"""

import sys

import click

from bcfsync.cli.options import Manner, manner_options, settle_option


@click.command("watch", short_help="Sync whenever something changes.")
@click.argument("pairs", nargs=-1, metavar="[PAIR]...")
@click.option("--once", is_flag=True, help="Look at every pair once, then end.")
@settle_option
@manner_options
def watch_command(manner: Manner, pairs: tuple[str, ...], once: bool, settle: float) -> None:
    """Keep the pairs of bcfsync.toml in step until it is stopped: the same as sync, again and again.

    Woken by what happens in the folders and, every ``poll`` seconds, for the servers. Ctrl-C ends it after the action
    in hand, a second one at once. Trouble with the network is told and tried again later.
    """
    from bcfsync.cli.watching import watch_pairs  # noqa: PLC0415 - help shall not wait for the engine

    sys.exit(watch_pairs(pairs, manner, once=once, settle=settle))
