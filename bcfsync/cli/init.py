"""``bcfsync init``.

Owns: its command line. What it does is in ``starting``, loaded when it runs.
"""

import sys
from pathlib import Path

import click

from bcfsync.cli.options import ARCHIVE, Manner, manner_options


@click.command("init", short_help="Set up a folder and a server as a pair.")
@click.option("--url", help="The server's root, or a versioned base such as https://host/bcf/2.1.")
@click.option("--project", metavar="ID", help="The project's id on the server.")
@click.option("--folder", type=ARCHIVE, help="The folder with the archives; default: this one.")
@click.option("--name", help="What to call the pair; default: like the project.")
@manner_options
def init_command(manner: Manner, url: str | None, project: str | None, folder: Path | None, name: str | None) -> None:
    """Set up a folder of archives and a project on a server as a pair, and say what the first sync would do.

    Writes bcfsync.toml, or adds to the one that is there, and marks the folder. What is not given is asked for, on a
    terminal. Without options, where there is a bcfsync.toml already: marks the folders of its pairs. Nothing is synced.
    """
    from bcfsync.cli.starting import Given, init  # noqa: PLC0415 - help shall not wait for the engine

    sys.exit(init(Given(url, project, folder, name), manner))
