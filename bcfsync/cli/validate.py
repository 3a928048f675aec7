"""``bcfsync validate``: findings about archives.

Owns: its words, which files are meant, and the exit code. Decides nothing. Shapes of the output: docs/findings.md.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from bcfsync.cli.junit import junit_text
from bcfsync.cli.options import ARCHIVE, json_option, json_text, printable
from bcfsync.cli.sarif import sarif_log
from bcfsync.cli.show import finding_json
from bcfsync.errors import UsageError
from bcfsync.findings import Finding, Severity
from bcfsync.validate import Verdict, validate

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_ENDINGS = {".bcf", ".bcfzip"}
_INVALID = 8


class NoArchives(UsageError, FileNotFoundError):
    """A folder in which no archive lies."""

    hint = "give a folder that holds .bcf or .bcfzip files, or the files themselves"


@click.command("validate", short_help="Check archives against the standard.")
@click.argument("files", nargs=-1, required=True, type=ARCHIVE, metavar="FILE|FOLDER...")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "junit"]),
    help="What to print: text for people, the others for programs.  [default: text]",
)
@click.option("-q", "--quiet", is_flag=True, help="Print verdicts only.")
@click.option("--no-color", is_flag=True, help="Plain text.")
@json_option
def validate_command(
    files: tuple[Path, ...], strict: bool, form: str | None, quiet: bool, no_color: bool, as_json: bool
) -> None:
    """Check archives: the zip, the XML, the schemas, and how the parts fit together.

    Of a folder, every .bcf and .bcfzip file in and below it is checked. Exit code 8 if any of them breaks a rule.
    """
    if as_json and form not in {None, "json"}:
        raise click.UsageError(f"--json and --format {form} exclude each other")
    verdicts = (validate(path) for path in archives(files))
    if form in {None, "text"} and not as_json:
        valid = _print_all(verdicts, strict=strict, quiet=quiet, color=not no_color and sys.stdout.isatty())
    else:
        found = list(verdicts)
        valid = all(verdict.is_valid(strict=strict) for verdict in found)
        click.echo(_for_programs(found, "json" if as_json else form, strict=strict))
    sys.exit(0 if valid else _INVALID)


def archives(given: Iterable[Path]) -> list[Path]:
    """The files that are meant: each file given, and the archives in each folder given, by name.

    Raises:
        NoArchives: a folder holds none.
    """
    found: dict[Path, None] = {}
    for path in given:
        if path.is_dir():
            inside = sorted(item for item in path.rglob("*") if _is_archive(item.relative_to(path), item))
            if not inside:
                raise NoArchives(f"{path}: there is no .bcf or .bcfzip file in this folder")
            found.update(dict.fromkeys(inside))
        else:
            found[path] = None
    return list(found)


def _is_archive(name: Path, path: Path) -> bool:
    """Whether a file in a folder is meant: not the markup.bcf of an unpacked archive, nothing hidden, no lock file."""
    hidden = any(part.startswith((".", "~$")) or part == "__MACOSX" for part in name.parts)
    return name.suffix.lower() in _ENDINGS and name.name.lower() != "markup.bcf" and not hidden and path.is_file()


def _for_programs(verdicts: list[Verdict], form: str | None, *, strict: bool) -> str:
    if form == "sarif":
        return json_text(sarif_log(verdicts), indent=2)
    if form == "junit":
        return junit_text(verdicts, strict=strict)
    valid = all(verdict.is_valid(strict=strict) for verdict in verdicts)
    found = [_verdict_json(verdict, strict=strict) for verdict in verdicts]
    return json_text({"valid": valid, "files": found}, indent=2)


def _verdict_json(verdict: Verdict, *, strict: bool) -> dict[str, Any]:
    return {
        "file": verdict.file,
        "bcf_version": verdict.version,
        "valid": verdict.is_valid(strict=strict),
        "error": verdict.error or None,
        "findings": [finding_json(item) | ({"more": item.more} if item.more else {}) for item in verdict.findings],
    }


def _print_all(verdicts: Iterator[Verdict], *, strict: bool, quiet: bool, color: bool) -> bool:
    """Each verdict as soon as it is known, and whether all are good."""
    good = bad = 0
    for verdict in verdicts:
        _print(verdict, strict=strict, quiet=quiet, color=color)
        good, bad = (good + 1, bad) if verdict.is_valid(strict=strict) else (good, bad + 1)
    if good + bad > 1:
        click.echo(f"{good + bad} files: {good} valid, {bad} NOT valid" if bad else f"{good} files, all valid")
    return not bad


def _print(verdict: Verdict, *, strict: bool, quiet: bool, color: bool) -> None:
    if verdict.error:
        click.echo(printable(verdict.error))
        return
    if not quiet:
        for finding in verdict.findings:
            _print_finding(finding, color=color)
    counts = {level: verdict.count(level) for level in Severity}
    said = ", ".join(
        f"{count:,} {level}{'s' * (count != 1 and level is not Severity.INFO)}"
        for level, count in counts.items()
        if count
    )
    word = "valid" if verdict.is_valid(strict=strict) else "NOT valid"
    click.echo(f"{printable(verdict.file)}: {word} BCF {verdict.version}{f' ({said})' if said else ''}")


def _print_finding(finding: Finding, *, color: bool) -> None:
    rule = finding.rule
    place = printable(f"{finding.entry}:{finding.line}" if finding.line else finding.entry)
    detail = printable(finding.detail)
    level = click.style(rule.severity, fg=_COLORS[rule.severity]) if color else rule.severity
    more = f"\n     … and {finding.more:,} more of {rule.number}" if finding.more else ""
    click.echo(f"{rule.number} {level}  {place}\n     {rule.title}: {detail}{more}\n     {rule.fix}  [{rule.source}]")
