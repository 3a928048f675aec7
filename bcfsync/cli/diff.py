"""``bcfsync diff``: what is different between two archives, as text, JSON or a page.

Owns: its words and exit code. Decides nothing: what counts as a difference is ``diff``'s.
"""

import hashlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from bcfsync import config
from bcfsync.archive.writing import CannotWrite
from bcfsync.bcffile import BcfFile, open_bcf
from bcfsync.cli.diff_json import Digests, difference_json
from bcfsync.cli.diff_text import difference_lines
from bcfsync.cli.diff_words import counted, summary
from bcfsync.cli.options import ARCHIVE, json_option, json_text, printable
from bcfsync.diff import DEGREES, IGNORABLE, METRES, Difference, Rules, diff
from bcfsync.errors import UsageError
from bcfsync.model import Blob

_DIFFERENT = 1
_TOLERANCE = click.FloatRange(min=0)


@click.command("diff", short_help="Tell two archives apart.")
@click.argument("a", type=ARCHIVE)
@click.argument("b", type=ARCHIVE)
@click.option("--html", "page", type=ARCHIVE, metavar="OUT", help="Write a page with both snapshots side by side.")
@click.option(
    "--pictures",
    type=click.FloatRange(min=0),
    default=50.0,
    show_default=True,
    metavar="MB",
    help="How much of pictures the page may hold; the rest is named only.",
)
@click.option("--ignore", multiple=True, metavar="FIELD", help="Leave out a member: modified_date, comment.date, …")
@click.option(
    "--metres", type=_TOLERANCE, default=METRES, show_default=True, help="Places that are nearer are the same."
)
@click.option("--degrees", type=_TOLERANCE, default=DEGREES, show_default=True, help="Directions nearer are the same.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the exit code tells.")
@click.option("--no-color", is_flag=True, help="Plain text.")
@json_option  # fmt: skip
def diff_command(
    a: Path,
    b: Path,
    page: Path | None,
    pictures: float,
    ignore: tuple[str, ...],
    metres: float,
    degrees: float,
    quiet: bool,
    no_color: bool,
    as_json: bool,
) -> None:
    """Compare two archives of any version: topics, comments, viewpoints, documents.

    What saving again changes is no difference: order, numbering, file names, spelling of dates and guids, version.
    Exit code 0 if they are equal, 1 if they differ, 8 if one cannot be read.
    """
    rules = Rules(metres, degrees, _ignored(ignore))
    with open_bcf(a) as one, open_bcf(b) as other:
        found = diff(one.bcf, other.bcf, rules=rules, content_a=_content_key(one), content_b=_content_key(other))
        if page is not None:
            _write_page(page, (one, other), found, pictures * 1_000_000)
        if as_json:
            click.echo(json_text(_as_json(one, other, found, rules), indent=2))
        elif not quiet:
            _print(one, other, found, color=not no_color and sys.stdout.isatty() and config.wants_color())
        if not quiet:
            _warn((one, other))
    sys.exit(_DIFFERENT if found else 0)


def _ignored(names: tuple[str, ...]) -> frozenset[str]:
    unknown = sorted(set(names) - IGNORABLE)
    if unknown:
        known = ", ".join(sorted(name for name in IGNORABLE if "." not in name))
        raise UsageError(f"--ignore {unknown[0]}: no member is called so", hint=f"one of: {known}")
    return frozenset(names)


def _content_key(file: BcfFile) -> Callable[[Blob], str]:
    """The CRC and size the archive's directory states: other ones are other bytes, without reading any."""
    return lambda blob: file.archive.checksum(blob.locator)


def _sha256(file: BcfFile, blob: Blob) -> str:
    digest = hashlib.sha256()
    with file.open(blob) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _as_json(one: BcfFile, other: BcfFile, found: Difference, rules: Rules) -> dict[str, object]:
    sides = {
        name: {"file": str(file.path), "bcf_version": file.bcf.version, "topics": len(file.bcf.topics)}
        for name, file in (("a", one), ("b", other))
    }
    digests = Digests(partial(_sha256, one), partial(_sha256, other))
    return {
        "equal": not found,
        **sides,
        "tolerance": {"metres": rules.metres, "degrees": rules.degrees},
        "ignored": sorted(rules.ignored),
        **difference_json(found, digests),
    }


def _print(one: BcfFile, other: BcfFile, found: Difference, *, color: bool) -> None:
    if not found:
        click.echo(f"equal ({counted(len(one.bcf.topics), 'topic')})")
        return
    for name, file in (("A", one), ("B", other)):
        click.echo(f"{name}  {printable(str(file.path))}  BCF {file.bcf.version}, "
                   f"{counted(len(file.bcf.topics), 'topic')}")  # fmt: skip
    for line in difference_lines(found, color=color):
        click.echo(line)
    click.echo(summary(found))


def _warn(files: tuple[BcfFile, BcfFile]) -> None:
    """A topic that could not be read is missing here: that is no difference anybody made."""
    for file in files:
        if file.findings:
            path = printable(str(file.path))
            told = counted(len(file.findings), "finding")
            click.echo(f"{path}: {told}; bcfsync validate {path} tells more", err=True)


def _write_page(out: Path, files: tuple[BcfFile, BcfFile], found: Difference, most: float) -> None:
    from bcfsync.cli.diff_page import difference_page  # noqa: PLC0415 - the template engine takes its time

    if any(out.exists() and out.samefile(file.path) for file in files):
        raise UsageError(f"--html {out}: this is one of the archives", hint="give the page another name")
    text = difference_page(found, files, most)
    try:
        out.write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        raise CannotWrite(f"{out}: cannot be written: {error.strerror or error}") from error
