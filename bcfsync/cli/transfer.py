"""``bcfsync import`` and ``bcfsync export``.

Owns: their command lines. What they do is in ``passes``, which is loaded when one of them runs.
"""

import sys
from pathlib import Path

import click

from bcfsync.cli.options import ARCHIVE, VERSIONS, json_option, run_options, server_options

_ATTRIBUTED_BY = click.option(
    "--attributed-by", multiple=True, metavar="ACCOUNT",
    help="Another account on the server whose comments say in their text whose they are; may be given several times.",
)  # fmt: skip


@click.command("import", short_help="Bring archives into a server's project.")
@click.argument("files", nargs=-1, required=True, type=ARCHIVE, metavar="FILE...")
@server_options
@click.option(
    "--unknown", type=click.Choice(["hold", "send"]),
    help="What becomes of values that are in none of the server's lists; default: they are held.",
)  # fmt: skip
@click.option(
    "--attribution", type=click.Choice(["none", "text"]),
    help="Whether comments say in their text whose they are, where the server takes no authors; default: none.",
)  # fmt: skip
@_ATTRIBUTED_BY
@run_options
@json_option
def import_command(
    files: tuple[Path, ...], url: str | None, remote: str | None, project: str, dry_run: bool,
    verbose: bool, quiet: bool, no_color: bool, settle: float, forget: bool, as_json: bool,
    unknown: str | None, attribution: str | None, attributed_by: tuple[str, ...],
) -> None:  # fmt: skip
    """Bring the topics of archives into a project on a server.

    Topics, comments, viewpoints with pictures, model files, relations, document references with their documents,
    and snippets. What is there already is not made again; importing the same file twice changes nothing.
    """
    from bcfsync.cli.connecting import there  # noqa: PLC0415
    from bcfsync.cli.passes import Options, import_files  # noqa: PLC0415 - help shall not wait for the engine
    from bcfsync.cli.render import Renderer  # noqa: PLC0415
    from bcfsync.cli.wordings import policy_for  # noqa: PLC0415

    renderer = Renderer(as_json=as_json, quiet=quiet, verbose=verbose, color=not no_color)
    policy = policy_for(project, unknown, attribution, remote, attributed_by)
    options = Options(there(url, remote), project, dry_run, settle, forget, policy)
    sys.exit(import_files(files, options, renderer))


@click.command("export", short_help="Bring a server's project into an archive.")
@click.argument("out", type=ARCHIVE)
@server_options
@click.option("--version", type=click.Choice(VERSIONS), help="BCF version of a new archive; default: the server's.")
@_ATTRIBUTED_BY
@run_options
@json_option
def export_command(
    out: Path, url: str | None, remote: str | None, project: str, version: str | None, dry_run: bool,
    verbose: bool, quiet: bool, no_color: bool, settle: float, forget: bool, as_json: bool,
    attributed_by: tuple[str, ...],
) -> None:  # fmt: skip
    """Bring all topics of a project on a server into the archive OUT.

    A new archive is made; one that exists is brought up to date, and what only it holds stays.
    """
    from bcfsync.cli.connecting import there  # noqa: PLC0415
    from bcfsync.cli.passes import Options, export_project  # noqa: PLC0415 - help shall not wait for the engine
    from bcfsync.cli.render import Renderer  # noqa: PLC0415
    from bcfsync.cli.wordings import policy_for  # noqa: PLC0415

    renderer = Renderer(as_json=as_json, quiet=quiet, verbose=verbose, color=not no_color)
    policy = policy_for(project, None, None, remote, attributed_by)
    options = Options(there(url, remote), project, dry_run, settle, forget, policy)
    sys.exit(export_project(out, version, options, renderer))
