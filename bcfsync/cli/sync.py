"""``bcfsync plan``, ``sync``, ``pull`` and ``push``.

Owns: their command lines. What they do is in ``syncing`` and ``planning``, loaded when one of them runs.
"""

import sys
from pathlib import Path

import click

from bcfsync.cli.options import ARCHIVE, Manner, manner_options, settle_option

_PAIRS = click.argument("pairs", nargs=-1, metavar="[PAIR]...")
_ALLOW = click.option(
    "--allow-deletes", type=click.IntRange(0), metavar="N", help="Make up to N deletions that wait for your word."
)


@click.command("plan", short_help="Say what sync would do, and do nothing.")
@_PAIRS
@click.option("-o", "--output", type=ARCHIVE, metavar="FILE", help="Save the plan, for sync --plan FILE.")
@click.option("--exit-code", is_flag=True, help="Exit with 10 where changes are pending.")
@_ALLOW
@manner_options
def plan_command(
    manner: Manner, pairs: tuple[str, ...], output: Path | None, exit_code: bool, allow_deletes: int | None
) -> None:
    """Say what ``sync`` would do with the pairs of bcfsync.toml; nothing is written on either side.

    The plan is a rehearsal: the very steps sync takes, on imaginary sides.
    """
    from bcfsync.cli.pairs import Asked  # noqa: PLC0415 - help shall not wait for the engine
    from bcfsync.cli.planning import plan_pairs  # noqa: PLC0415

    sys.exit(plan_pairs(pairs, manner, Asked(allowed=allow_deletes), output, pending_counts=exit_code))


@click.command("sync", short_help="Keep folders and servers equal.")
@_PAIRS
@click.option("--plan", "plan_file", type=ARCHIVE, metavar="FILE", help="Do what this plan says, or refuse.")
@_ALLOW
@click.option("--take-over", is_flag=True, help="Keep the folder from here from now on, and no longer from elsewhere.")
@settle_option
@manner_options
def sync_command(
    manner: Manner,
    pairs: tuple[str, ...],
    plan_file: Path | None,
    allow_deletes: int | None,
    settle: float,
    *,
    take_over: bool,
) -> None:
    """Bring both sides of each pair of bcfsync.toml together.

    What only one side changed goes to the other; what both changed differently is a conflict and stays as it is until
    somebody decides. Nothing is deleted unless the configuration says so.
    """
    _run(pairs, manner, "sync", settle, allow_deletes, plan_file, take_over=take_over)


@click.command("pull", short_help="Bring the server's changes into the folder.")
@_PAIRS
@_ALLOW
@settle_option
@manner_options
def pull_command(manner: Manner, pairs: tuple[str, ...], allow_deletes: int | None, settle: float) -> None:
    """Bring the servers' changes into the folders of bcfsync.toml; nothing is sent."""
    _run(pairs, manner, "pull", settle, allow_deletes, None)


@click.command("push", short_help="Bring the folder's changes to the server.")
@_PAIRS
@_ALLOW
@settle_option
@manner_options
def push_command(manner: Manner, pairs: tuple[str, ...], allow_deletes: int | None, settle: float) -> None:
    """Bring the changes of the folders of bcfsync.toml to their servers; no archive is written."""
    _run(pairs, manner, "push", settle, allow_deletes, None)


def _run(
    pairs: tuple[str, ...], manner: Manner, command: str, settle: float, allowed: int | None, plan_file: Path | None,
    *, take_over: bool = False,
) -> None:  # fmt: skip
    from bcfsync.cli.syncing import sync_pairs  # noqa: PLC0415 - help shall not wait for the engine

    sys.exit(
        sync_pairs(pairs, manner, command, settle=settle, allowed=allowed, plan_file=plan_file, take_over=take_over)
    )
