"""``bcfsync conflicts list``, ``show`` and ``resolve``.

Owns: their command lines. What they do is in ``settling``, loaded when one of them runs.
"""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from bcfsync.cli.options import MEMBERS, Manner, manner_options

F = TypeVar("F", bound=Callable[..., Any])


def _member_options(command: F) -> F:
    """``--topic-status VALUE`` and so on: a value of one's own for a member."""
    for member in reversed(MEMBERS):
        name = member.replace("_", "-")
        command = click.option(
            f"--{name}", f"member_{member}", metavar="VALUE", help=f"What {member} shall be on both sides."
        )(command)
    return command


@click.group("conflicts", short_help="What both sides changed, and whose value wins.")
def conflicts_command() -> None:
    """What both sides changed, differently: neither is touched until somebody decides."""


@conflicts_command.command("list", short_help="All open conflicts.")
@click.argument("pairs", nargs=-1, metavar="[PAIR]...")
@manner_options
def list_command(manner: Manner, pairs: tuple[str, ...]) -> None:
    """List what waits for a decision, numbered; exit code 6 where there is something."""
    from bcfsync.cli.settling import list_conflicts  # noqa: PLC0415 - help shall not wait for the engine

    sys.exit(list_conflicts(pairs, manner))


@conflicts_command.command("show", short_help="One topic's conflicts, side by side.")
@click.argument("guid")
@manner_options
def show_command(manner: Manner, guid: str) -> None:
    """Show the conflicts of the topic whose guid begins with GUID: before, in the files, on the server."""
    from bcfsync.cli.settling import show_conflicts  # noqa: PLC0415

    sys.exit(show_conflicts(guid, manner))


@conflicts_command.command("resolve", short_help="Say whose value wins.")
@click.argument("guids", nargs=-1, metavar="[GUID]...")
@click.option("--prefer", type=click.Choice(["files", "server", "newest"]), help="Whose value wins.")
@click.option("--all", "everything", is_flag=True, help="All conflicts of all pairs.")
@click.option("--where", metavar="field=NAME", help="Only conflicts of this member.")
@click.option("--edit", is_flag=True, help="Write the value in your editor.")
@_member_options
@manner_options
def resolve_command(
    manner: Manner, guids: tuple[str, ...], prefer: str | None, everything: bool, where: str | None, edit: bool,
    **members: str | None,
) -> None:  # fmt: skip
    """Decide conflicts; the next sync carries it out.

    GUID is the beginning of a topic's guid, at least four characters of it. Where one of the two values changes before
    that, the decision counts no longer, and the conflict is a new one.
    """
    from bcfsync.cli.settling import Wanted, resolve_conflicts  # noqa: PLC0415

    values = {name.removeprefix("member_"): value for name, value in members.items() if value is not None}
    sys.exit(resolve_conflicts(guids, Wanted(prefer, values, everything, where, edit), manner))
