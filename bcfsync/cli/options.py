"""Options that are the same everywhere.

Owns: their names and help. Sees: click.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

ARCHIVE = click.Path(path_type=Path)
"""A path that need not exist: our own errors say more than click's."""


def json_option(command: F) -> F:
    """``--json``: for programs."""
    return click.option("as_json", "--json", is_flag=True, help="Print JSON on standard output.")(command)


def server_options(command: F) -> F:
    """``--url`` and ``--project``; the token comes from the environment only."""
    for option in (
        click.option("--project", required=True, metavar="ID", help="The project's id on the server."),
        click.option(
            "--url",
            required=True,
            help="The server's root, or a versioned base such as https://host/bcf/2.1. "
            "The token is taken from BCFSYNC_TOKEN.",
        ),
    ):
        command = option(command)
    return command


def run_options(command: F) -> F:
    """Options of everything that writes: dry run, verbosity, state."""
    for option in (
        click.option("--forget", is_flag=True, help="Forget what is on record about this project first."),
        click.option(
            "--settle", type=click.FloatRange(0, 3600), default=60.0, show_default=True, metavar="SECONDS",
            help="How long a create whose answer was lost may still arrive, on servers that mint their own ids.",
        ),
        click.option("--no-color", is_flag=True, help="Plain text."),
        click.option("-q", "--quiet", is_flag=True, help="Print the summary only."),
        click.option("-v", "--verbose", is_flag=True, help="Print adoptions, too."),
        click.option("-n", "--dry-run", is_flag=True, help="Print the plan and do nothing."),
    ):  # fmt: skip
        command = option(command)
    return command
