"""What ``bcfsync verify``, ``undo`` and ``restore`` do.

Owns: their words, and the question before an undo. What is put back is ``undoing``'s to say, what differs
``verifying``'s.
"""

import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from bcfsync import config
from bcfsync.archive.writing import replacing
from bcfsync.cli.brevity import short
from bcfsync.cli.options import Manner, json_text, printable
from bcfsync.cli.pairs import PATIENCE, Asked, Joined, archive_name, configured, home_of, joined, named
from bcfsync.cli.render import counted
from bcfsync.cli.syncing import each_pair
from bcfsync.cli.telling import deed_line, moment_text
from bcfsync.cli.topics import LEAST
from bcfsync.cli.turns import Speaker
from bcfsync.config.values import Config, Pair
from bcfsync.errors import UsageError
from bcfsync.interpreting import told
from bcfsync.sides.folder import ArchiveFolder
from bcfsync.sides.trash import Thrown, Trash
from bcfsync.store import Run
from bcfsync.turn import Unreadable
from bcfsync.undoing import Kept, Undone, last_run, undo
from bcfsync.verifying import Divergence, Looked, verify

_PARTLY = 3


class NotConfirmed(UsageError, ValueError):
    """Something that cannot be taken back was not confirmed."""

    hint = "say --yes, or run this on a terminal"


class NotRestored(UsageError, LookupError):
    """The trash has no such topic, or more than one, or the file is there already."""


# -- verify ----------------------------------------------------------------------------------------------------


def verify_pairs(names: Sequence[str], manner: Manner) -> int:
    """Compare both sides of each pair, whole; 3 where they diverge."""
    found = configured(manner)
    return each_pair(named(found, names), lambda pair: _verify(pair, found, manner))


def _verify(pair: Pair, found: Config, manner: Manner) -> int:
    out = Speaker(manner)
    divergences = unread = topics = pending = held = 0
    with joined(pair, found, Asked(patience=PATIENCE, looks=True)) as at_hand:
        for event in verify(at_hand.folder, at_hand.partner):
            match event:
                case Divergence():
                    divergences += 1
                    _tell_divergence(event, pair, out)
                case Unreadable(replica, reason):
                    unread += 1
                    out.line(reason, "x", "red", always=True)
                    out.emit(
                        {"type": "unreadable", "pair": pair.name, "archive": archive_name(replica), "reason": reason}
                    )
                case Looked():
                    topics, pending, held = topics + event.topics, pending + event.pending, held + event.held
        requests = at_hand.remote.http.traffic.requests
    out.emit(
        {"type": "summary", "pair": pair.name, "divergences": divergences, "unreadable": unread, "topics": topics,
         "pending": pending, "held": held, "requests": requests}
    )  # fmt: skip
    said = counted(divergences, "divergence") if divergences else "no divergence"
    more = f", {counted(pending, 'change')} waiting for a sync" if pending else ""
    more += f", {held} held" if held else ""
    out.line(f"{pair.name}: {said} in {counted(topics, 'topic')}{more} ({counted(requests, 'request')})", always=True)
    if divergences:
        out.line("  to settle one, change it on one side: the next sync brings that to the other")
    return _PARTLY if divergences or unread else 0


def _tell_divergence(event: Divergence, pair: Pair, out: Speaker) -> None:
    values = (
        ""
        if event.local is None and event.remote is None
        else (f": files={short(event.local)} server={short(event.remote)}")
    )
    out.line(f"{event.label}  {event.what}{values}  ({archive_name(event.replica)})", "!", "red", always=True)
    out.emit(
        {"type": "divergence", "pair": pair.name, "archive": archive_name(event.replica), "label": event.label,
         "what": event.what, "local": event.local, "remote": event.remote}
    )  # fmt: skip


# -- undo ------------------------------------------------------------------------------------------------------


def undo_run(name: str | None, manner: Manner) -> int:
    """Put the last run of a pair back; 3 where something could not be."""
    found = configured(manner)
    pairs = named(found, [name] if name else [])
    if len(pairs) > 1:
        raise NotConfirmed("there are several pairs", hint=f"name one: {', '.join(pair.name for pair in pairs)}")
    (pair,) = pairs
    with joined(pair, found, Asked(patience=PATIENCE)) as at_hand:
        run = last_run(at_hand.partner.store)
        out = Speaker(manner)
        out.line(f"run {run.number}, {run.command} of {moment_text(run.begun)}: {counted(run.deeds, 'write')}")
        if manner.dry_run or manner.verbose:
            for deed in at_hand.partner.store.deeds(run.number):
                out.line(f"  {deed_line(deed)}")
        if manner.dry_run:
            return 0
        if not manner.yes and not _agreed(manner):
            raise NotConfirmed(f"run {run.number}: not put back")
        return _undo(at_hand, run, out)


def _agreed(manner: Manner) -> bool:
    return not manner.as_json and sys.stdin.isatty() and click.confirm("Put it back?", err=True)


def _undo(at_hand: Joined, run: Run, out: Speaker) -> int:
    store = at_hand.partner.store
    undone = kept = 0
    mine = store.begin_run(f"undo {run.number}")
    at_hand.numbered(mine)
    status = "stopped"
    try:
        server = told(at_hand.remote, store, at_hand.partner.policy)
        for event in undo(run, at_hand.folder, server, store, at_hand.history, spare=at_hand.sparing.keep):
            at_hand.ownership.refuse_if_lost()
            match event:
                case Undone(label, what):
                    undone += 1
                    out.line(f"{label}: {what}", "~", "yellow")
                    out.emit({"type": "undone", "label": label, "what": what})
                case Kept(label, reason):
                    kept += 1
                    out.line(f"{label}: not put back: {reason}", "x", "red", always=True)
                    out.emit({"type": "kept", "label": label, "reason": reason})
        status = "done"
    finally:
        store.end_run(mine, {"put back": undone, "kept": kept, "by": config.user_name()}, status)
    out.emit({"type": "summary", "run": run.number, "undone": undone, "kept": kept})
    out.line(f"run {run.number} is put back: {undone} undone, {kept} not", always=True)
    out.line("  the next sync would do it again: change what was wrong first, and stop watch")
    return _PARTLY if kept else 0


# -- restore ---------------------------------------------------------------------------------------------------


def _thrown(manner: Manner) -> list[tuple[Pair, Thrown]]:
    pairs = named(configured(manner), [])
    return [(pair, item) for pair in pairs for item in Trash(home_of(pair).trash).items()]


def list_trash(manner: Manner) -> int:
    """Print what is in the trash, the latest first."""
    found = _thrown(manner)
    for pair, item in found:
        if manner.as_json:
            facts = {"guid": item.guid, "title": item.title, "time": item.time, "origin": item.origin, "run": item.run}
            click.echo(json_text({"type": "thrown", "pair": pair.name, **facts, "path": str(item.path)}))
        else:
            when = moment_text(datetime.fromisoformat(item.time))
            click.echo(
                printable(f"{item.guid[:8]}  {when}  {item.title}  (deleted on: {item.origin or '?'}; {pair.name})")
            )
    if not found and not manner.as_json:
        click.echo("the trash is empty", err=True)
    return 0


def restore_topic(guid: str, to: Path | None, manner: Manner) -> int:
    """Make an archive of a topic in the trash."""
    start = guid.strip().lower()
    if len(start) < LEAST:
        raise NotRestored(f"{guid}: too short", hint=f"give at least {LEAST} characters of the guid")
    found = [(pair, item) for pair, item in _thrown(manner) if item.guid.lower().startswith(start)]
    guids = sorted({item.guid.lower() for _, item in found})
    if len(guids) != 1:
        what = f"may be {', '.join(guids[:5])}" if guids else "it is not in the trash"
        raise NotRestored(f"{guid}: {what}", hint="bcfsync restore lists what is there")
    pair, item = found[0]
    if item.path.suffix != ".bcf":
        raise NotRestored(f"{guid}: it has no form as an archive", hint=f"what is left of it is in {item.path}")
    target = to or _free(pair, item.guid)
    if target.exists():
        raise NotRestored(f"{target}: is there already", hint="give another name with --to")
    if not manner.dry_run:
        with replacing(target) as made, item.path.open("rb") as kept:
            shutil.copyfileobj(kept, made)
    out = Speaker(manner)
    out.emit({"type": "restored", "guid": item.guid, "title": item.title, "path": str(target)})
    out.line(f"{target}: {item.title}", "+", "green", always=True)
    if item.missing:
        out.line(f"{counted(len(item.missing), 'picture or file')} could not be had any more", "!", "yellow")
    if to is None:
        out.line("  the next sync brings it to the server again")
    return 0


def _free(pair: Pair, guid: str) -> Path:
    folder = pair.folder
    names = (f"restored-{guid[:8].lower()}{more}.bcf" for more in ("", *(f"-{number}" for number in range(2, 100))))
    target = next(folder / name for name in names if not (folder / name).exists())
    if not ArchiveFolder(folder, include=pair.include, exclude=pair.exclude).takes(target.name):
        raise NotRestored(f"{target}: would be no archive of pair {pair.name}", hint="give another name with --to")
    return target
