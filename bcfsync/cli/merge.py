"""``bcfsync merge``: several archives of one project as one, and everything a rule had to decide.

Owns: its words and exit code. Decides nothing: the rules are those of ``union``, docs/merge.md.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bcfsync.canonical import canonical
from bcfsync.cli.options import ARCHIVE, json_option, json_text, printable
from bcfsync.dates import Timestamp
from bcfsync.model import BimSnippet
from bcfsync.union import Decision, Fate, Note
from bcfsync.uniting import Union, unite_files
from bcfsync.versions import WRITABLE, Loss

_LOOK = 6
_SHOWN = 5


@click.command("merge", short_help="Unite archives of one project.")
@click.argument("out", metavar="OUT", type=ARCHIVE)
@click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=ARCHIVE)
@click.option("--base", type=ARCHIVE, metavar="FILE", help="The archive all of them were made from.")
@click.option("--to", "version", type=click.Choice(WRITABLE), help="The version to write; else the newest of them.")
@click.option("-n", "--dry-run", is_flag=True, help="Tell what would be decided, and write nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Print the first line only.")
@json_option
def merge_command(
    out: Path, inputs: tuple[Path, ...], base: Path | None, version: str | None, dry_run: bool, quiet: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Unite the archives IN into OUT, which may be one of them; their order makes no difference.

    With --base a value or a thing that only one of them changed or removed is taken over; without it nothing is
    removed. Where they differ, the one modified last wins, and every value that lost is printed. Exit code 6 if there
    was one: a person should look.
    """
    done = unite_files(out, inputs, base, version=version, write=not dry_run)
    if as_json:
        click.echo(json_text(_json(done, inputs, base), indent=2))
    else:
        _print(done, quiet=quiet)
    sys.exit(_LOOK if done.needs_a_look else 0)


# -- for programs ------------------------------------------------------------------------------------------------------


def _json(done: Union, inputs: Sequence[Path], base: Path | None) -> dict[str, Any]:
    return {
        "out": str(done.path),
        "written": done.written,
        "inputs": [str(path) for path in inputs],
        "base": str(base) if base else None,
        "bcf_version": done.converted.bcf.version,
        "topics": len(done.converted.bcf.topics),
        "conflicts": [_decision_json(item) for item in done.decisions],
        "notes": [{**asdict(item), "fate": item.fate.name.lower()} for item in done.notes],
        "losses": [asdict(item) for item in done.losses],
    }


def _decision_json(decision: Decision) -> dict[str, Any]:
    return {
        "topic": decision.topic or None,
        "title": decision.title or None,
        "kind": decision.kind,
        "guid": decision.guid or None,
        "field": decision.field,
        "winner": {"value": _plain(decision.winner), "files": decision.files},
        "losers": [{"value": _plain(item.value), "files": item.files} for item in decision.losers],
    }


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """A field's value as the file had it: text stays text to the last letter."""
    if isinstance(value, Timestamp):
        return value.text
    return value if value is None or isinstance(value, str | int | float) else canonical(value)


# -- for people --------------------------------------------------------------------------------------------------------


def _print(done: Union, *, quiet: bool) -> None:
    word = "" if done.written else "would be "
    topics, notes = len(done.converted.bcf.topics), done.notes
    conflicts = len(done.decisions) + sum(note.fate is Fate.KEPT for note in notes)
    said = f"{word}BCF {done.converted.bcf.version}, {_count(topics, 'topic')}, {_count(conflicts, 'conflict')}"
    losses = done.losses
    said += f", {_count(len(losses), 'thing')} lost" if losses else ""
    click.echo(f"{printable(str(done.path))}: {said}")
    if quiet:
        return
    for decision in done.decisions:
        _print_decision(decision)
    for fate in Fate:
        _print_notes(fate, [note for note in notes if note.fate is fate])
    _print_losses(losses)


def _print_losses(losses: Sequence[Loss]) -> None:
    by_reason: dict[str, list[Loss]] = {}
    for loss in losses:
        by_reason.setdefault(loss.why, []).append(loss)
    if by_reason:
        click.echo("\nlost:")
    for why, members in by_reason.items():
        click.echo(f"  {printable(why)} ({len(members)})")
        for loss in members[:_SHOWN]:
            topic = f"{loss.topic[:8]} " if loss.topic else ""
            click.echo(f"    {printable(topic)}{printable(loss.where)}: {printable(loss.what)}")
        if len(members) > _SHOWN:
            click.echo(f"    and {len(members) - _SHOWN} more; --json lists them all")


def _print_decision(decision: Decision) -> None:
    thing = f"{decision.kind} {decision.guid[:8]}" if decision.kind not in {"topic", "project"} else ""
    head = " ".join(filter(None, (decision.topic[:8], decision.title, thing or decision.kind * (not decision.topic))))
    click.echo(f"\n! {printable(head)}: {decision.field} differs")
    click.echo(f"  taken  {_value(decision.winner)}{_from(decision.files)}")
    for loser in decision.losers:
        click.echo(f"  lost   {_value(loser.value)}{_from(loser.files)}")


def _value(value: object) -> str:
    """A value whole, its further lines below its first."""
    if isinstance(value, BimSnippet):
        return printable(f"{value.snippet_type} {value.reference}")
    said = "(nothing)" if value is None else str(_plain(value))
    return printable(said.rstrip(), lines=True).replace("\n", "\n         ")


def _from(files: Iterable[str]) -> str:
    return f"  ({', '.join(printable(name) for name in files)})"


def _print_notes(fate: Fate, notes: Sequence[Note]) -> None:
    if notes:
        click.echo(f"\n{fate.value}:")
    for note in notes:
        place = f"{note.topic[:8]} {note.title}: " if note.topic and note.kind != "topic" else ""
        thing = f"{note.kind} {note.name}" + (f" {note.title}" if note.kind == "topic" else "")
        detail = f" → {note.detail}" if note.detail else ""
        click.echo(f"  {printable(place + thing + detail)}{_from(note.files) if note.files else ''}")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
