"""``bcfsync explode`` and ``bcfsync implode``: an archive as a folder that git can review, and back.

Owns: their words. Decides nothing: the rules are those of ``exploded``, docs/merge.md.
"""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from bcfsync import findings as f
from bcfsync.bcffile import open_bcf
from bcfsync.cli.options import ARCHIVE, json_option, json_text, printable
from bcfsync.cli.show import finding_json
from bcfsync.errors import UsageError
from bcfsync.exploded import explode, read_tree
from bcfsync.saving import write_bcf
from bcfsync.versions import converted

_LEFT_OUT = (f.UNSAFE_NAME, f.DUPLICATE_ENTRY, f.UNKNOWN_XML, f.BAD_DATE, f.BAD_NUMBER, f.BAD_BOOLEAN, f.BAD_VALUE)


class InsideItself(UsageError, ValueError):
    """The archive would be written into the folder it is made of."""

    hint = "give a path outside of the folder"


@click.command("explode", short_help="Lay an archive out as a folder of text and pictures.")
@click.argument("file", metavar="FILE", type=ARCHIVE)
@click.argument("folder", metavar="FOLDER", type=ARCHIVE)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@json_option
def explode_command(file: Path, folder: Path, quiet: bool, as_json: bool) -> None:
    """Lay the archive FILE out in FOLDER: a folder per topic, a text per comment and viewpoint, pictures as files.

    FOLDER is new, empty, or made by an earlier explode: then only what changed is written, and what is no more is
    removed. The same archive gives the same folder, so that git shows what people changed.
    """
    with open_bcf(file) as opened:
        done = explode(opened.bcf, opened.open, folder)
        findings = [item for item in opened.findings if item.rule in _LEFT_OUT]
        version, topics = opened.bcf.version, len(opened.bcf.topics)
    if as_json:
        found = {"folder": str(folder), "bcf_version": version, "topics": topics, **asdict(done)}
        click.echo(json_text({**found, "left_out": [finding_json(item) for item in findings]}, indent=2))
    elif not quiet:
        files, written, removed = len(done.paths), len(done.written), len(done.removed)
        said = f"{_count(topics, 'topic')}, {_count(files, 'file')}, {written} written, {removed} removed"
        click.echo(f"{printable(str(folder))}: BCF {version}, {said}")
    if findings and not as_json:
        said = f"{_count(len(findings), 'thing')} in it that bcfsync does not know, or cannot read, stay behind"
        click.echo(f"{printable(str(file))}: {said}; bcfsync validate tells which", err=True)


@click.command("implode", short_help="Make an archive of such a folder.")
@click.argument("folder", metavar="FOLDER", type=ARCHIVE)
@click.argument("file", metavar="FILE", type=ARCHIVE)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@json_option
def implode_command(folder: Path, file: Path, quiet: bool, as_json: bool) -> None:
    """Make the archive FILE of a FOLDER that explode has made, and people or git may have edited since.

    Exit code 8 if a file of it is missing, damaged, or listed nowhere; then nothing is written.
    """
    tree = read_tree(folder)
    if file.resolve().is_relative_to(folder.resolve()):
        raise InsideItself(f"{file}: would stand in the folder it is made of")
    made = converted(tree.bcf, tree.bcf.version)
    write_bcf(file, made.bcf, tree.open)
    topics = len(made.bcf.topics)
    if as_json:
        losses = [asdict(item) for item in made.losses]
        found = {"file": str(file), "bcf_version": made.bcf.version, "topics": topics, "losses": losses}
        click.echo(json_text(found, indent=2))
    elif not quiet:
        click.echo(f"{printable(str(file))}: BCF {made.bcf.version}, {_count(topics, 'topic')}")
        for loss in made.losses:
            topic = f"{loss.topic[:8]} " if loss.topic else ""
            click.echo(f"  lost: {printable(topic)}{printable(loss.where)}: {printable(loss.why)}", err=True)
    sys.exit(0)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
