"""``bcfsync show``: an archive as people, or as the API, see it.

Owns: its words. Decides nothing.
"""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from bcfsync.bcfapi import SHOWN
from bcfsync.bcffile import BcfFile, open_bcf
from bcfsync.cli.options import ARCHIVE, json_option, json_text, printable
from bcfsync.errors import NoSuchTopic
from bcfsync.findings import Finding
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Blob, Comment, Document, Topic, Viewpoint


@click.command("show", short_help="Show what an archive holds.")
@click.argument("file", type=ARCHIVE)
@click.argument("guid", required=False)
@click.option(
    "--api",
    type=click.Choice(SHOWN),
    default="3.0",
    show_default=True,
    help="JSON as this API has it; 1.0 is its late text, 1.0-tag the one of the tag v1.0.",
)
@click.option("--no-color", is_flag=True, help="Plain text.")
@json_option
def show_command(file: Path, guid: str | None, api: str, no_color: bool, as_json: bool) -> None:
    """Show the topics of an archive of any version, or only the one whose guid begins with GUID."""
    with open_bcf(file) as opened:
        bcf = opened.bcf
        if guid:
            bcf = replace(bcf, topics=_chosen(bcf, guid, file))
        if as_json:
            _print_json(file, bcf, opened, api)
        else:
            _print(file, bcf, opened.findings, _console(color=not no_color))


def _print_json(file: Path, bcf: Bcf, opened: BcfFile, api: str) -> None:
    from bcfsync.bcfapi.codec import resources  # noqa: PLC0415 - who wants a tree need not wait for four codecs
    from bcfsync.bcfapi.show import show_bcf  # noqa: PLC0415
    from bcfsync.bcfapi.v10_unsaid import unsaid  # noqa: PLC0415

    shown = show_bcf(_measured(bcf, opened), resources(api))
    found = {"file": str(file), "bcf_version": bcf.version, **shown}
    found["findings"] = [finding_json(item) for item in opened.findings]
    click.echo(json_text(found, indent=2))
    if api.startswith("1.0"):
        for line in unsaid(bcf, tag=api == "1.0-tag"):
            click.echo(f"API {api} has no room for {printable(line)}", err=True)


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding for programs."""
    rule = finding.rule
    return {
        "number": rule.number,
        "severity": rule.severity,
        "entry": finding.entry,
        "line": finding.line or None,
        "rule": rule.title,
        "detail": finding.detail,
        "source": rule.source,
        "fix": rule.fix,
    }


def _chosen(bcf: Bcf, guid: str, file: Path) -> tuple[Topic, ...]:
    wanted = guid_key(guid).lower()
    found = tuple(topic for topic in bcf.topics if guid_key(topic.guid).startswith(wanted))
    if len(found) != 1:
        known = ", ".join(topic.guid for topic in (found or bcf.topics)[:10])
        said = "more than one topic begins" if found else "no topic begins"
        raise NoSuchTopic(f"{file}: {said} with {guid}", hint=f"one of: {known}")
    return found


# -- digests ---------------------------------------------------------------------------------------------------


def _measured(bcf: Bcf, file: BcfFile) -> Bcf:
    """The model with the digests of all pictures and documents, which JSON shows."""
    return replace(
        bcf,
        topics=tuple(
            replace(topic, viewpoints=tuple(_measured_view(view, file) for view in topic.viewpoints))
            for topic in bcf.topics
        ),
        documents=tuple(_measured_document(document, file) for document in bcf.documents),
    )


def _measured_view(view: Viewpoint, file: BcfFile) -> Viewpoint:
    snapshot = view.snapshot
    if snapshot and snapshot.blob:
        snapshot = replace(snapshot, blob=_digest(snapshot.blob, file))
    bitmaps = tuple(replace(item, blob=_digest(item.blob, file)) if item.blob else item for item in view.bitmaps)
    return replace(view, snapshot=snapshot, bitmaps=bitmaps)


def _measured_document(document: Document, file: BcfFile) -> Document:
    return replace(document, blob=_digest(document.blob, file)) if document.blob else document


def _digest(blob: Blob, file: BcfFile) -> Blob:
    digest = hashlib.sha256()
    with file.open(blob) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return replace(blob, sha256=digest.hexdigest())


# -- for people ------------------------------------------------------------------------------------------------


def _console(*, color: bool) -> Console:
    """As wide as the terminal; where there is none, wide enough that lines rarely break."""
    console = Console(no_color=not color, highlight=False)
    return console if console.is_terminal else Console(no_color=True, highlight=False, width=160)


def _print(file: Path, bcf: Bcf, findings: tuple[Finding, ...], console: Console) -> None:
    project = f", {bcf.project.name or bcf.project.project_id}" if bcf.project else ""
    counts = f"{_count(len(bcf.topics), 'topic')}{project}"
    tree = Tree(_text(f"{file.name}  BCF {bcf.version}, {counts}", style="bold"))
    for topic in bcf.topics:
        _print_topic(tree, topic, {guid_key(item.guid): item.filename for item in bcf.documents})
    console.print(tree)
    if findings:
        console.print(_text(f"{_count(len(findings), 'finding')}; bcfsync validate {file} tells more", style="dim"))


def _print_topic(tree: Tree, topic: Topic, documents: dict[str, str]) -> None:
    chips = [
        word for word in (topic.topic_type, topic.topic_status, topic.priority, topic.stage, *topic.labels) if word
    ]
    node = tree.add(
        Text.assemble(
            (printable(topic.guid[:8]), "cyan"),
            " ",
            (printable(topic.title) or "untitled", "bold"),
            "  ",
            printable(" · ".join(chips)),
        )
    )
    people = [f"{topic.creation_author or 'unknown'}, {topic.creation_date.text if topic.creation_date else 'no date'}"]
    people += [f"assigned to {topic.assigned_to}"] if topic.assigned_to else []
    people += [f"due {topic.due_date.text}"] if topic.due_date else []
    node.add(_text("; ".join(people), style="dim"))
    if topic.description:
        node.add(_text(topic.description.strip(), lines=True))
    for view in topic.viewpoints:
        node.add(viewpoint_line(view))
    for comment in topic.comments:
        node.add(_comment_line(comment))
    for reference in topic.document_references:
        name = documents.get(guid_key(reference.document_guid or ""), reference.document_guid)
        target = reference.url or name or reference.path or "nothing"
        node.add(_text(f"document {target}" + (f": {reference.description}" if reference.description else "")))
    if topic.related_topics:
        node.add(_text("related to " + ", ".join(guid[:8] for guid in topic.related_topics)))


def viewpoint_line(view: Viewpoint) -> Text:
    """A viewpoint in one line: its cameras, its snapshot, and how many there are of its other parts."""
    parts = ["perspective"] * bool(view.perspective_camera) + ["orthogonal"] * bool(view.orthogonal_camera)
    if view.snapshot:
        parts.append(f"snapshot {view.snapshot.snapshot_type}" + ("" if view.snapshot.blob else " (missing)"))
    if view.components and view.components.selection:
        parts.append(f"{len(view.components.selection)} selected")
    for word, count in (
        ("coloured group", len(view.components.coloring) if view.components else 0),
        ("line", len(view.lines)),
        ("clipping plane", len(view.clipping_planes)),
        ("bitmap", len(view.bitmaps)),
    ):
        parts += [_count(count, word)] if count else []
    return Text.assemble("viewpoint ", (printable(view.guid[:8]), "cyan"), " ", printable(", ".join(parts)) or "empty")


def _comment_line(comment: Comment) -> Text:
    when = comment.date.text[:16] if comment.date else "no date"
    view = f" [viewpoint {comment.viewpoint_guid[:8]}]" if comment.viewpoint_guid else ""
    return Text.assemble(
        (printable(f"{comment.author or 'unknown'}, {when}:"), "dim"),
        " ",
        printable(comment.comment.strip(), lines=True) or "(no text)",
        (printable(view, lines=True), "cyan"),
    )


def _text(said: str, *, lines: bool = False, style: str = "") -> Text:
    return Text(printable(said, lines=lines), style=style)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
