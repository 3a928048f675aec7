"""``bcfsync verify``, ``undo`` and ``restore``.

Owns: their command lines. What they do is in ``recovering``, loaded when one of them runs.
"""

import sys
from pathlib import Path

import click

from bcfsync.cli.options import ARCHIVE, Manner, manner_options


@click.command("verify", short_help="Look at both sides whole, and report what differs.")
@click.argument("pairs", nargs=-1, metavar="[PAIR]...")
@manner_options
def verify_command(manner: Manner, pairs: tuple[str, ...]) -> None:
    """Read both sides of each pair of bcfsync.toml whole, and report what no sync would ever see.

    That is what differs although neither side has changed since they agreed. Exit code 3 where there is something.
    Nothing is written.
    """
    from bcfsync.cli.recovering import verify_pairs  # noqa: PLC0415 - help shall not wait for the engine

    sys.exit(verify_pairs(pairs, manner))


@click.command("undo", short_help="Put the last run back.")
@click.argument("pair", required=False)
@manner_options
def undo_command(manner: Manner, pair: str | None) -> None:
    """Put the last run of a pair back: archives bit for bit, the server as far as it can.

    What somebody has changed since stays as it is and is listed; exit code 3 then. The next sync would do it all again:
    change what was wrong first.
    """
    from bcfsync.cli.recovering import undo_run  # noqa: PLC0415

    sys.exit(undo_run(pair, manner))


@click.command("restore", short_help="Bring a deleted topic back from the trash.")
@click.argument("guid", required=False)
@click.option("--to", type=ARCHIVE, metavar="FILE", help="The archive to make; default: a new one in the folder.")
@manner_options
def restore_command(manner: Manner, guid: str | None, to: Path | None) -> None:
    """Bring the topic whose guid begins with GUID back from the trash, as an archive of its own.

    In the folder of its pair, the next sync brings it to the server again. Without GUID: what is in the trash.
    """
    from bcfsync.cli.recovering import list_trash, restore_topic  # noqa: PLC0415

    sys.exit(list_trash(manner) if guid is None else restore_topic(guid, to, manner))
