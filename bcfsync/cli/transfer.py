"""``bcfsync import`` and ``bcfsync export``.

Owns: their command lines. What they do is in ``passes``, which is loaded when one of them runs.
"""

import sys
from pathlib import Path

import click

from bcfsync.cli.options import ARCHIVE, VERSIONS, json_option, run_options, server_options


@click.command("import", short_help="Bring archives into a server's project.")
@click.argument("files", nargs=-1, required=True, type=ARCHIVE, metavar="FILE...")
@server_options
@run_options
@json_option
def import_command(
    files: tuple[Path, ...], url: str, project: str, dry_run: bool, verbose: bool, quiet: bool,
    no_color: bool, settle: float, forget: bool, as_json: bool,
) -> None:  # fmt: skip
    """Bring the topics of archives into a project on a server.

    Topics, comments, viewpoints with pictures, model files, relations, document references with their documents,
    and snippets. What is there already is not made again; importing the same file twice changes nothing.
    """
    from bcfsync.cli.passes import Options, import_files  # noqa: PLC0415 - help shall not wait for the engine
    from bcfsync.cli.render import Renderer  # noqa: PLC0415

    renderer = Renderer(as_json=as_json, quiet=quiet, verbose=verbose, color=not no_color)
    sys.exit(import_files(files, Options(url, project, dry_run, settle, forget), renderer))


@click.command("export", short_help="Bring a server's project into an archive.")
@click.argument("out", type=ARCHIVE)
@server_options
@click.option("--version", type=click.Choice(VERSIONS), help="BCF version of a new archive; default: the server's.")
@run_options
@json_option
def export_command(
    out: Path, url: str, project: str, version: str | None, dry_run: bool, verbose: bool, quiet: bool,
    no_color: bool, settle: float, forget: bool, as_json: bool,
) -> None:  # fmt: skip
    """Bring all topics of a project on a server into the archive OUT.

    A new archive is made; one that exists is brought up to date, and what only it holds stays.
    """
    from bcfsync.cli.passes import Options, export_project  # noqa: PLC0415 - help shall not wait for the engine
    from bcfsync.cli.render import Renderer  # noqa: PLC0415

    renderer = Renderer(as_json=as_json, quiet=quiet, verbose=verbose, color=not no_color)
    sys.exit(export_project(out, version, Options(url, project, dry_run, settle, forget), renderer))
