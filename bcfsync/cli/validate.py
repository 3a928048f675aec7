"""``bcfsync validate``: findings about archives.

Owns: its words and exit code. Decides nothing.
"""

import sys
from pathlib import Path
from typing import Any

import click

from bcfsync.cli.options import ARCHIVE, json_option, json_text, printable
from bcfsync.cli.show import finding_json
from bcfsync.findings import Finding, Severity
from bcfsync.validate import Verdict, validate

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_INVALID = 8


@click.command("validate", short_help="Check archives against the standard.")
@click.argument("files", nargs=-1, required=True, type=ARCHIVE, metavar="FILE...")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("-q", "--quiet", is_flag=True, help="Print verdicts only.")
@click.option("--no-color", is_flag=True, help="Plain text.")
@json_option
def validate_command(files: tuple[Path, ...], strict: bool, quiet: bool, no_color: bool, as_json: bool) -> None:
    """Check archives: the zip, the XML, the schemas, and how the parts fit together.

    Exit code 8 if any of them breaks a rule.
    """
    verdicts = [validate(path) for path in files]
    valid = all(verdict.is_valid(strict=strict) for verdict in verdicts)
    if as_json:
        found = [_verdict_json(verdict, strict=strict) for verdict in verdicts]
        click.echo(json_text({"valid": valid, "files": found}, indent=2))
    else:
        for verdict in verdicts:
            _print(verdict, strict=strict, quiet=quiet, color=not no_color and sys.stdout.isatty())
    sys.exit(0 if valid else _INVALID)


def _verdict_json(verdict: Verdict, *, strict: bool) -> dict[str, Any]:
    return {
        "file": verdict.file,
        "bcf_version": verdict.version,
        "valid": verdict.is_valid(strict=strict),
        "error": verdict.error or None,
        "findings": [finding_json(item) for item in verdict.findings],
    }


def _print(verdict: Verdict, *, strict: bool, quiet: bool, color: bool) -> None:
    if verdict.error:
        click.echo(printable(verdict.error))
        return
    if not quiet:
        for finding in verdict.findings:
            _print_finding(finding, color=color)
    counts = {level: sum(item.rule.severity is level for item in verdict.findings) for level in Severity}
    said = ", ".join(
        f"{count} {level}{'s' * (count != 1 and level is not Severity.INFO)}"
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
    click.echo(f"{rule.number} {level}  {place}\n     {rule.title}: {detail}\n     {rule.fix}  [{rule.source}]")
