"""``bcfsync convert``: an archive in another version, and a list of what that version cannot hold.

Owns: its words and exit code. Decides nothing: the rules are those of ``versions``.
"""

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import click

from bcfsync.bcffile import BcfFile, open_bcf
from bcfsync.cli.options import ARCHIVE, json_option, json_text, printable
from bcfsync.cli.show import finding_json
from bcfsync.errors import UsageError
from bcfsync.findings import Finding
from bcfsync.model import Blob
from bcfsync.saving import write_bcf
from bcfsync.versions import WRITABLE, Converted, converted
from bcfsync.versions.targets import PLACEHOLDER, TARGETS, Adjustment, Target, adjusted, ending_of, placeholder_png

_LOST = 3
_SHOWN = 5
_ENDINGS = (".bcf", ".bcfzip", ".zip")


class CannotConvert(UsageError, ValueError):
    """The command line asks for a conversion that makes no sense."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a conversion did."""

    source: Path
    read_version: str
    written: Path
    version: str
    converted: Converted
    adjustments: tuple[Adjustment, ...]
    findings: tuple[Finding, ...]


@click.command("convert", short_help="Write an archive in another version.")
@click.argument("source", metavar="IN", type=ARCHIVE)
@click.argument("out", metavar="OUT", type=ARCHIVE)
@click.option("--to", "version", type=click.Choice(WRITABLE), help="The version to write.")
@click.option("--for", "product", type=click.Choice(list(TARGETS)), help="Suit the habits of this product, too.")
@click.option("--strict", is_flag=True, help="Exit code 3 if anything was lost; the file is written all the same.")
@click.option("-q", "--quiet", is_flag=True, help="Print the first line only.")
@json_option
def convert_command(
    source: Path, out: Path, version: str | None, product: str | None, strict: bool, quiet: bool, as_json: bool
) -> None:
    """Write the archive IN to OUT as BCF 2.0, 2.1 or 3.0, and tell everything that version cannot hold.

    What had to be invented is marked in the file and vanishes when bcfsync reads it again. The same version writes
    the archive anew. --for alone takes the version its product reads best.
    """
    target = TARGETS[product] if product else None
    done = _convert(source, out, _version(version, target), target)
    if as_json:
        click.echo(json_text(_json(done, with_adjustments=target is not None), indent=2))
    else:
        _print(done, quiet=quiet)
    sys.exit(_LOST if strict and done.converted.losses else 0)


def _version(version: str | None, target: Target | None) -> str:
    if target is None:
        if version is None:
            raise CannotConvert("which version shall be written?", hint=f"give --to {' or --to '.join(WRITABLE)}")
        return version
    if version is not None and version not in target.versions:
        known = " or ".join(target.versions)
        raise CannotConvert(f"{target.name} does not read BCF {version}", hint=f"leave out --to, or give {known}")
    return version or target.versions[0]


def _convert(source: Path, out: Path, version: str, target: Target | None) -> Done:
    written = _target_path(out, version) if target else out
    if source.exists() and written.exists() and source.samefile(written):
        raise CannotConvert(f"{written}: would be converted over itself", hint="give another name for OUT")
    if not written.parent.is_dir():
        raise CannotConvert(f"{written}: there is no folder {written.parent}", hint="make it first")
    with open_bcf(source) as file:
        adjustments = _about_the_file(file, out, written, version, target)
        bcf = file.bcf
        if target:
            suited = adjusted(bcf, target, version)
            bcf, adjustments = suited.bcf, (*adjustments, *suited.adjustments)
        made = converted(bcf, version, file.findings)
        write_bcf(written, made.bcf, _opener(file))
        return Done(source, file.bcf.version, written, version, made, adjustments, file.findings)


def _target_path(out: Path, version: str) -> Path:
    """OUT, with the ending products look for."""
    ending = ending_of(version)
    if out.suffix.lower() == ending:
        return out
    kept = out.with_suffix("") if out.suffix.lower() in _ENDINGS else out
    return kept.with_name(kept.name + ending)


def _about_the_file(
    file: BcfFile, out: Path, written: Path, version: str, target: Target | None
) -> tuple[Adjustment, ...]:  # fmt: skip
    found: list[Adjustment] = []
    if target and written != out:
        why = f"{target.name} looks for {written.suffix} where the version is {version}"
        found.append(Adjustment("", "file name", written.name, why))
    if target and version != file.bcf.version:
        found.append(Adjustment("", "version", version, f"{target.name} reads {' or '.join(target.versions)}"))
    return tuple(found)


def _opener(file: BcfFile) -> Callable[[Blob], AbstractContextManager[IO[bytes]]]:
    @contextmanager
    def open_blob(blob: Blob) -> Iterator[IO[bytes]]:
        if blob == PLACEHOLDER:
            yield io.BytesIO(placeholder_png())
            return
        with file.open(blob) as stream:
            yield stream

    return open_blob


def _json(done: Done, *, with_adjustments: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "from": done.read_version,
        "to": done.version,
        "losses": [asdict(item) for item in done.converted.losses],
        "findings": [finding_json(item) for item in done.findings],
        "remarks": [asdict(item) for item in done.converted.remarks],
    }
    if with_adjustments:
        found["adjustments"] = [asdict(item) for item in done.adjustments]
    return found


# -- for people --------------------------------------------------------------------------------------------------------


class _Item(Protocol):
    """A loss, a remark or an adjustment."""

    @property
    def topic(self) -> str: ...
    @property
    def where(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def why(self) -> str: ...


def _print(done: Done, *, quiet: bool) -> None:
    losses, remarks = done.converted.losses, done.converted.remarks
    lost = f"{_count(len(losses), 'thing')} lost" if losses else "nothing lost"
    topics = _count(len(done.converted.bcf.topics), "topic")
    click.echo(f"{printable(str(done.written))}: BCF {done.version}, {topics}, {lost}")
    if quiet:
        return
    _print_group("lost", losses)
    _print_group("changed for the product", done.adjustments)
    _print_group("worth knowing", remarks)
    if done.findings:
        source = printable(str(done.source))
        click.echo(f"\n{_count(len(done.findings), 'finding')} in the source; bcfsync validate {source} tells more")


def _print_group(title: str, items: Iterable[_Item]) -> None:
    by_reason: dict[str, list[_Item]] = {}
    for item in items:
        by_reason.setdefault(item.why, []).append(item)
    if by_reason:
        click.echo(f"\n{title}:")
    for why, members in by_reason.items():
        click.echo(f"  {printable(why)} ({len(members)})")
        for item in members[:_SHOWN]:
            topic = f"{item.topic[:8]} " if item.topic else ""
            click.echo(f"    {printable(topic)}{printable(item.where)}: {printable(_short(item.what))}")
        if len(members) > _SHOWN:
            click.echo(f"    and {len(members) - _SHOWN} more; --json lists them all")


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:99]}…"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
