"""What stopped us, in one line, and what to do in another.

Owns: how an error is told. Sees: errors, the environment's wish for tracebacks.
"""

import traceback

import click

from bcfsync import config
from bcfsync.cli.options import printable
from bcfsync.errors import BcfsyncError


def explain(error: BcfsyncError, about: str = "") -> None:
    """Print an error and its hint; ``about`` names the pair where there are several."""
    click.echo(f"error: {f'{about}: ' if about else ''}{printable(str(error))}", err=True)
    if error.hint:
        click.echo(f"  hint: {printable(error.hint)}", err=True)
    if config.wants_tracebacks():
        traceback.print_exception(error)
