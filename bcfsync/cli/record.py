"""``bcfsync status``, ``log`` and ``explain``.

Owns: their command lines. What they do is in ``telling`` and ``topics``, loaded when one of them runs.
"""

import sys

import click

from bcfsync.cli.options import Manner, manner_options


@click.command("status", short_help="Say how the pairs are.")
@click.argument("pairs", nargs=-1, metavar="[PAIR]...")
@click.option("--offline", is_flag=True, help="Say what is on record, and ask no server.")
@manner_options
def status_command(manner: Manner, pairs: tuple[str, ...], offline: bool) -> None:
    """Say how the pairs of bcfsync.toml are: last run, what is pending, what waits for a person.

    Exit code 0: in sync; 3: something is held or failed; 6: conflicts; 10: changes are pending.
    """
    from bcfsync.cli.telling import tell_status  # noqa: PLC0415 - help shall not wait for the engine

    sys.exit(tell_status(pairs, manner, offline=offline))


@click.command("log", short_help="What was done, run by run.")
@click.argument("run", type=click.IntRange(1), required=False)
@click.option("--pair", metavar="PAIR", help="Of this pair only.")
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="How many runs.")
@manner_options
def log_command(manner: Manner, run: int | None, pair: str | None, last: int) -> None:
    """List the runs, the last one first; with RUN, everything that run wrote."""
    from bcfsync.cli.telling import tell_log  # noqa: PLC0415

    sys.exit(tell_log(run, pair, last, manner))


@click.command("explain", short_help="Everything on record of a topic.")
@click.argument("guid")
@manner_options
def explain_command(manner: Manner, guid: str) -> None:
    """Say everything on record of the topic whose guid begins with GUID.

    Where it lives, what was done to it and why, what is open.
    """
    from bcfsync.cli.topics import tell_topic  # noqa: PLC0415

    sys.exit(tell_topic(guid, manner))
