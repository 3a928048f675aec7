"""Options, and rules of output, that are the same everywhere.

Owns: the options' names and help; what may reach a terminal, and JSON as it is printed. Sees: click.
"""

import functools
import json
import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

VERSIONS = ("2.0", "2.1", "3.0")
"""The versions of BCF-XML bcfsync writes, here for help that is to come at once."""
MEMBERS = (
    "title", "topic_type", "topic_status", "priority", "index", "due_date", "assigned_to", "stage", "description",
    "comment",
)  # fmt: skip
"""Members in conflict whose value a person can write on the command line, here for the same reason."""
ARCHIVE = click.Path(path_type=Path)
"""A path that need not exist: our own errors say more than click's."""


_OBEYED = re.compile("[\x7f-\x9f\u2028\u2029]")


def printable(text: str, *, lines: bool = False) -> str:
    """The text with everything a terminal would obey shown instead: archives and servers are strangers.

    Args:
        text: from wherever.
        lines: whether it may go over several lines; else it becomes one.
    """
    if text.isprintable():
        return text
    kept = text.replace("\r\n", "\n").replace("\t", " ") if lines else " ".join(text.split())
    return "".join(_shown(sign) if sign != "\n" else sign for sign in kept)


def _shown(sign: str) -> str:
    if unicodedata.category(sign) not in {"Cc", "Cs", "Zl", "Zp"}:
        return sign
    return f"\\x{ord(sign):02x}" if ord(sign) < 256 else f"\\u{ord(sign):04x}"


def json_text(data: object, *, indent: int | None = None) -> str:
    """JSON for standard output: in its own letters where that can hold them all, else escaped, never damaged.

    What a terminal would obey, or a reader take for the end of a line, is escaped always.
    """
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    text = json.dumps(data, ensure_ascii=encoding not in {"utf8", "utf8sig"}, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data, indent=indent)  # half a surrogate pair
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_option(command: F) -> F:
    """``--json``: for programs."""
    return click.option("as_json", "--json", is_flag=True, help="Print JSON on standard output.")(command)


def server_options(command: F) -> F:
    """``--url`` or ``--remote``, and ``--project``; secrets come from the environment or a login only."""
    for option in (
        click.option("--project", required=True, metavar="ID", help="The project's id on the server."),
        click.option("--remote", metavar="NAME", help="A server of the nearest bcfsync.toml, in place of --url."),
        click.option(
            "--url",
            help="The server's root, or a versioned base such as https://host/bcf/2.1. "
            "The token is taken from BCFSYNC_TOKEN, or from the login.",
        ),
    ):
        command = option(command)
    return command


def run_options(command: F) -> F:
    """Options of everything that writes: dry run, verbosity, state."""
    for option in (
        click.option(
            "--forget", is_flag=True,
            help="Forget what is on record about this project first; risks doubles where servers mint ids.",
        ),
        settle_option,
        click.option("--no-color", is_flag=True, help="Plain text."),
        click.option("-q", "--quiet", is_flag=True, help="Print the summary only."),
        click.option("-v", "--verbose", is_flag=True, help="Print adoptions, too."),
        click.option("-n", "--dry-run", is_flag=True, help="Print the plan and do nothing."),
    ):  # fmt: skip
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Manner:
    """How a command about pairs shall go about it: what the options say that all of them take."""

    config: Path | None = None
    dry_run: bool = False
    yes: bool = False
    verbose: bool = False
    quiet: bool = False
    as_json: bool = False
    color: bool = True


def manner_options(command: F) -> F:
    """The options every command about pairs takes; they arrive as one ``manner``."""

    @functools.wraps(command)
    def with_manner(
        *, config: Path | None, dry_run: bool, yes: bool, verbose: bool, quiet: bool, as_json: bool, no_color: bool,
        **others: Any,  # noqa: ANN401 - whatever else the command takes
    ) -> object:  # fmt: skip
        manner = Manner(config, dry_run, yes, verbose, quiet, as_json, color=not no_color)
        return command(manner=manner, **others)

    found: Any = with_manner
    for option in (
        click.option("--config", type=ARCHIVE, metavar="FILE", help="Use this bcfsync.toml; else the nearest one."),
        click.option("--no-color", is_flag=True, help="Plain text."),
        click.option("-q", "--quiet", is_flag=True, help="Print the least."),
        click.option("-v", "--verbose", is_flag=True, help="Print more."),
        click.option("-y", "--yes", is_flag=True, help="Ask nothing: the answer is yes."),
        click.option("-n", "--dry-run", is_flag=True, help="Say what would be done, and do nothing."),
    ):
        found = option(found)
    return json_option(found)  # type: ignore[no-any-return]


def settle_option(command: F) -> F:
    """``--settle``: for servers that mint ids."""
    return click.option(
        "--settle", type=click.FloatRange(0, 3600), default=60.0, show_default=True, metavar="SECONDS",
        help="How long a create whose answer was lost may still arrive, on servers that mint their own ids.",
    )(command)  # fmt: skip
