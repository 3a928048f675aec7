"""The command ``bcfsync``: its subcommands, imported only when they are called, and its exit codes.

Owns: the command table, and errors → one clear line and an exit code. Exit codes: docs/errors.md.
"""

import importlib
import io
import os
import sys
import traceback
from typing import NoReturn

import click

from bcfsync import __version__, config
from bcfsync.cli.explaining import explain
from bcfsync.cli.options import printable
from bcfsync.errors import BcfsyncError

COMMANDS = {
    "validate": ("bcfsync.cli.validate", "Check archives against the standard."),
    "show": ("bcfsync.cli.show", "Show what an archive holds."),
    "convert": ("bcfsync.cli.convert", "Write an archive in another version."),
    "merge": ("bcfsync.cli.merge", "Unite archives of one project."),
    "explode": ("bcfsync.cli.explode", "Lay an archive out as a folder of text and pictures."),
    "implode": ("bcfsync.cli.explode", "Make an archive of such a folder."),
    "diff": ("bcfsync.cli.diff", "Tell two archives apart."),
    "import": ("bcfsync.cli.transfer", "Bring archives into a server's project."),
    "export": ("bcfsync.cli.transfer", "Bring a server's project into an archive."),
    "init": ("bcfsync.cli.init", "Set up a folder and a server as a pair."),
    "remote": ("bcfsync.cli.remote", "The servers of the configuration."),
    "auth": ("bcfsync.cli.auth", "Sign in at servers, and out."),
    "plan": ("bcfsync.cli.sync", "Say what sync would do, and do nothing."),
    "sync": ("bcfsync.cli.sync", "Keep folders and servers equal."),
    "pull": ("bcfsync.cli.sync", "Bring the server's changes into the folder."),
    "push": ("bcfsync.cli.sync", "Bring the folder's changes to the server."),
    "watch": ("bcfsync.cli.watch", "Sync whenever something changes."),
    "status": ("bcfsync.cli.record", "Say how the pairs are."),
    "conflicts": ("bcfsync.cli.conflicts", "What both sides changed, and whose value wins."),
    "map": ("bcfsync.cli.mapping", "Which words of the files stand for which values of the server."),
    "log": ("bcfsync.cli.record", "What was done, run by run."),
    "explain": ("bcfsync.cli.record", "Everything on record of a topic."),
    "verify": ("bcfsync.cli.recovery", "Look at both sides whole, and report what differs."),
    "undo": ("bcfsync.cli.recovery", "Put the last run back."),
    "restore": ("bcfsync.cli.recovery", "Bring a deleted topic back from the trash."),
    "serve": ("bcfsync.cli.serve", "Run the reference server on this machine."),
    "demo": ("bcfsync.cli.demo", "See it all work, on this machine, in seconds."),
}
_USAGE, _DEFECT, _INTERRUPTED = 2, 70, 130


class _Commands(click.Group):
    """Subcommands by name; their modules are imported on demand, so that ``--help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        found = getattr(module, f"{cmd_name}_command")
        return found if isinstance(found, click.Command) else None

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as gone:
            # whoever read our output has seen enough; click would make of it 1, which is a verdict of ours
            raise click.exceptions.Exit(0) from gone

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bcfsync")
def cli() -> None:
    """The bridge between BCF archives and BCF servers.

    Nothing lost, nothing doubled, nothing deleted that nobody deleted.
    """


def main() -> NoReturn:
    """Run the command line and leave with its exit code; never with a traceback, unless BCFSYNC_DEBUG asks for it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to stop
    code = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # keep the interpreter from flushing into the closed pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if code == _INTERRUPTED:
        sys.stderr.flush()
        os._exit(code)  # all is recorded and closed; sys.exit would wait for threads that wait for a server
    sys.exit(code)


def _run() -> int:
    try:
        code = cli.main(standalone_mode=False)
    except SystemExit as ended:
        code = ended.code
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; what was done so far is recorded", err=True)
        code = _INTERRUPTED
    except BcfsyncError as error:
        explain(error)
        code = error.exit_code
    except OSError as error:
        code = _explain_path(error) if error.filename else _confess(error)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a defect of ours
        code = _confess(error)
    return code if isinstance(code, int) else 0


def _explain_path(error: OSError) -> int:
    """A path the operating system refuses: its name is too long, it may not be read, the disk is full."""
    click.echo(f"error: {printable(str(error.filename))}: {error.strerror}", err=True)
    click.echo("  hint: check the path, your rights there, and the space on the disk", err=True)
    if config.wants_tracebacks():
        traceback.print_exception(error)
    return _USAGE


def _confess(error: Exception) -> int:
    click.echo(f"error: a defect of bcfsync: {type(error).__name__}: {printable(str(error))}", err=True)
    click.echo("  hint: set BCFSYNC_DEBUG=1, run it again, and report what it prints", err=True)
    if config.wants_tracebacks():
        traceback.print_exception(error)
    return _DEFECT
