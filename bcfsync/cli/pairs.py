"""From ``bcfsync.toml`` to the objects of a pair: the one place that builds them.

Owns: which pairs are meant, folder, server, state, history and trash of one pair. Decides nothing.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import click

from bcfsync import config
from bcfsync.archive.writing import CannotWrite, replacing
from bcfsync.canonical import guid_keys
from bcfsync.changes import Bodies, Side, Site
from bcfsync.cli.connecting import connected
from bcfsync.cli.learning import keep_facts, known_facts
from bcfsync.cli.options import Manner, printable
from bcfsync.config.machine import this_machine
from bcfsync.config.reading import load
from bcfsync.config.tables import nearest
from bcfsync.config.values import Config, Mode, Pair
from bcfsync.errors import BcfsyncError, Locked, UsageError
from bcfsync.plan.policy import SETTLE, Policy
from bcfsync.sides.earlier import Earlier
from bcfsync.sides.folder import ArchiveFolder, marker_id
from bcfsync.sides.history import History
from bcfsync.sides.lease import Lease, Ownership
from bcfsync.sides.replacing import Care
from bcfsync.sides.rest.side import RestSide
from bcfsync.sides.trash import Trash
from bcfsync.store import BlobShelf, FolderLock, Recollection, Store
from bcfsync.store.words import PUT_BACK
from bcfsync.turn import Partner, Way
from bcfsync.versions import file_version

PATIENCE = 5.0
"""Seconds that commands which only look wait for another process."""
T = TypeVar("T")
_WHERE = "whose.json"
_WAYS = {Mode.TWO_WAY: Way.BOTH, Mode.PULL: Way.PULL, Mode.PUSH: Way.PUSH}


class NoPair(UsageError, LookupError):
    """The configuration has no such pair, or none at all."""


class WrongWay(UsageError, ValueError):
    """A pair that goes one way was asked to go the other."""

    hint = "change the pair's mode in bcfsync.toml, if that is what you want"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command asks of a pair beyond its configuration.

    Attributes:
        way: which edits travel; None for what the configuration says.
        settle: how long an unanswered create may still arrive.
        allowed: how many deletions somebody named.
        patient: whether what failed waits for its next try.
        patience: how many seconds to wait for another process that works on the pair.
        looks: nothing will be written, so that it does not matter whose the folder is.
        take_over: make a folder this machine's that another one keeps.
    """

    way: Way | None = None
    settle: timedelta = SETTLE
    allowed: int | None = None
    patient: bool = False
    patience: float = 0.0
    looks: bool = False
    take_over: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """Where the record of a pair lies; there may be none yet."""

    pair: Pair
    marker: str
    folder: Path

    @property
    def state(self) -> Path:
        """The database."""
        return self.folder / "state.db"

    @property
    def trash(self) -> Path:
        """What was deleted on either side."""
        return self.folder / "trash"

    @property
    def lock(self) -> Path:
        """Held by whoever works on the folder, for whichever server."""
        return self.folder.parent / f"folder-{self.marker}.lock"

    @property
    def history(self) -> Path:
        """What archives were before they were replaced, by whichever pair."""
        return self.folder.parent / f"history-{self.marker}"


class Sparing:
    """Keeps what a turn is about to delete.

    Attributes:
        replica: the archive of the pass.
        run: the run it belongs to.
    """

    def __init__(self, trash: Trash, folder: ArchiveFolder, remote: RestSide) -> None:
        self.replica = ""
        self.run: int | None = None
        self._trash = trash
        self._folder = folder
        self._remote = remote
        self._kept: set[tuple[int | None, Site, str, str]] = set()

    def keep(self, site: Site, guid: str, bodies: Bodies) -> None:
        """Keep a topic, once a run however many of its parts are deleted.

        Raises:
            CannotWrite, ServerTrouble: it cannot be kept, and must not be deleted.
        """
        mark = (self.run, site, self.replica if site is Site.LOCAL else "", guid)
        if mark in self._kept:
            return
        topic = bodies.topics.get(guid)
        if topic is None:
            raise CannotWrite(f"topic {guid} cannot be put into the trash, so it is not deleted")
        if site is Site.LOCAL:
            side: Side = self._folder.open(self.replica)
            origin = archive_name(self.replica)
        else:
            side, origin = self._remote, "server"
            # what never changes came without its details
            topic = self._remote.detailed(topic, guid_keys(view.guid for view in topic.viewpoints))
        self._trash.keep(topic, bodies.documents, side, origin=origin, run=self.run)
        self._kept.add(mark)


@dataclass(frozen=True, slots=True)
class Joined:
    """A pair with both its sides at hand."""

    pair: Pair
    home: Home
    folder: ArchiveFolder
    remote: RestSide
    partner: Partner
    history: History
    sparing: "Sparing"
    ownership: Ownership

    def begins(self, replica: str) -> None:
        """A pass begins over an archive."""
        self.sparing.replica = replica

    def numbered(self, run: int) -> None:
        """What is written from now on belongs to a run.

        Raises:
            LeaseLost: nothing may be written any more.
        """
        self.history.run = self.sparing.run = run
        self.ownership.hold(self.home.folder.name, run)


def configured(manner: Manner) -> Config:
    """The configuration a command works with."""
    return load(manner.config, Path.cwd())


def named(found: Config, names: Sequence[str]) -> list[Pair]:
    """The pairs of these names; all of them where there is no name.

    Raises:
        NoPair
    """
    if not found.pairs:
        raise NoPair(f"{found.path}: there is no pair in it", hint="add one with bcfsync init")
    for name in names:
        if name not in found.pairs:
            raise NoPair(f"{found.path}: there is no pair {name!r}", hint=nearest(name, found.pairs))
    return [pair for name, pair in found.pairs.items() if not names or name in names]


def home_of(pair: Pair) -> Home:
    """Where the record of a pair lies.

    Raises:
        Guarded: (a subclass) the folder's marker is missing.
    """
    marker = marker_id(pair.folder)
    return Home(pair, marker, config.pair_state(pair.remote.url, pair.project, marker))


def known_marker(pair: Pair) -> str | None:
    """The id a pair's folder had when it was worked on last; None where that was never, or elsewhere."""
    for path in config.state_folder().glob(f"pairs/*/{_WHERE}"):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # no more than a hint
        if isinstance(found, dict) and (found.get("folder"), found.get("server"), found.get("project")) == _whose(pair):
            marker = found.get("marker")
            return marker if isinstance(marker, str) else None
    return None


def _whose(pair: Pair) -> tuple[str, str, str]:
    return str(pair.folder), pair.remote.url, pair.project


def _remember_where(home: Home) -> None:
    """Note beside the record whose it is: for people, and for a folder that lost its marker."""
    folder, server, project = _whose(home.pair)
    facts = {"folder": folder, "server": server, "project": project, "marker": home.marker}
    text = json.dumps(facts, ensure_ascii=True, indent=1).encode()
    path = home.folder / _WHERE
    if not path.exists() or path.read_bytes() != text:
        with replacing(path) as stream:
            stream.write(text)


def archive_name(replica: str) -> str:
    """How people call an archive of a folder: by its path there."""
    return replica.partition("/")[2] or replica


@contextmanager
def recorded(pair: Pair) -> Iterator[Store | None]:
    """The record of a pair, without asking its server; None where there is none yet."""
    home = home_of(pair)
    if not home.state.exists():
        yield None
        return
    with when_free(lambda: Store(home.state)) as store:
        yield store


def when_free(take: Callable[[], T], seconds: float = PATIENCE) -> T:
    """What another process holds right now, as a turn of ``watch`` does for a moment.

    Raises:
        Locked: it holds it for longer.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            return take()
        except Locked:
            if time.monotonic() >= until:
                raise
            time.sleep(0.1)


@contextmanager
def joined(pair: Pair, found: Config, asked: Asked) -> Iterator[Joined]:
    """A pair with both sides and its state, held by this process alone until the end of the block.

    Raises:
        Guarded: (a subclass) the folder's marker is missing.
        Locked: another process works on the pair, or (a subclass) another machine keeps the folder.
        LoginNeeded, ServerTrouble, UsageError: (subclasses) the server cannot be used.
    """
    home = home_of(pair)
    way = _way(pair, asked)
    with ExitStack() as stack:
        # every pair over a folder writes its archives, so the folder is one process's at a time
        stack.enter_context(when_free(lambda: FolderLock(home.lock), asked.patience))
        ownership = _ownership(pair, asked)
        stack.callback(ownership.release)
        store = stack.enter_context(when_free(lambda: Store(home.state), asked.patience))
        if not asked.looks:
            _note_put_back(home, store, ownership)
        _remember_where(home)
        neighbours = _neighbours(pair, found, home, stack)
        http = stack.enter_context(connected(pair.remote, found.remotes))
        remote = RestSide(http, pair.project, known_facts(store, http.root), dialect=pair.remote.dialect)
        history = History(home.history)
        folder = ArchiveFolder(
            pair.folder,
            pair.file_version or file_version(remote.base.version),
            include=pair.include,
            exclude=pair.exclude,
            care=Care(history, fence=ownership.check),
        )
        sparing = Sparing(Trash(home.trash), folder, remote)
        partner = Partner(
            remote,
            store,
            f"{home.marker}/{pair.writes_to}",
            policy=Policy(
                settle=asked.settle,
                deletes=pair.deletes,
                prefer=pair.conflicts,
                unknown=pair.unknown,
                wording=pair.wording,
                attribution=pair.attribution,
                attributed_by=frozenset(pair.attributed_by),
            ),
            rules=tuple(replace(rule, archive=f"{home.marker}/{rule.archive}") for rule in pair.places),
            way=way,
            allowed=asked.allowed,
            patient=asked.patient,
            neighbours=neighbours,
            spare=sparing.keep,
            shelf=BlobShelf(home.folder),
            earlier=Earlier(stack.enter_context(Recollection(home.folder / "seen.db")), _now),
        )
        try:
            yield Joined(pair, home, folder, remote, partner, history, sparing, ownership)
        finally:
            keep_facts(store, remote)


def _now() -> datetime:
    return datetime.now(UTC)


def kept_elsewhere(pair: Pair) -> Lease | None:
    """Whose the folder is, where it is not this machine's.

    Raises:
        Guarded: (a subclass) nobody can tell.
    """
    return Ownership(pair.folder, this_machine()).elsewhere()


def kept_text(lease: Lease) -> str:
    """The same in words."""
    return f"{lease.owner} keeps this folder since {lease.since}; from here it can only be looked at"


def _ownership(pair: Pair, asked: Asked) -> Ownership:
    found = Ownership(pair.folder, this_machine())
    if not asked.looks:
        found.claim(take_over=asked.take_over, tell=lambda said: click.echo(printable(said), err=True))
    return found


def _note_put_back(home: Home, store: Store, ownership: Ownership) -> None:
    """A state from a backup knows nothing of what was sent since, and must not send it again."""
    last, known = next((run.number for run in store.runs(1)), 0), ownership.last_run(home.folder.name)
    if 0 < last < known:
        said = f"{home.state} is from a backup: it ends with run {last}, and run {known} wrote to the folder"
        click.echo(printable(f"{said}; what both sides hold since then is recognised by what it says"), err=True)
        store.note(PUT_BACK, "yes")


def _way(pair: Pair, asked: Asked) -> Way:
    configured_way = _WAYS[pair.mode]
    if asked.way in {None, configured_way}:
        return configured_way
    if configured_way is not Way.BOTH:
        raise WrongWay(f"pair {pair.name}: its mode is {pair.mode}")
    return asked.way or configured_way


def _marker_of(pair: Pair) -> str | None:
    try:
        return marker_id(pair.folder)
    except BcfsyncError:
        return None


def _neighbours(pair: Pair, found: Config, home: Home, stack: ExitStack) -> tuple[Store, ...]:
    """The states of other pairs over the same folder, as far as there are any yet."""
    # by the marker: a folder may be spelled in more than one way
    others = [other for other in found.pairs.values() if other is not pair and _marker_of(other) == home.marker]
    paths = [config.pair_state(other.remote.url, other.project, home.marker) / "state.db" for other in others]
    return tuple(stack.enter_context(Store(path)) for path in paths if path.exists())
