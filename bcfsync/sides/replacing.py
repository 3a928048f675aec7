"""Replacing an archive: whole, read again and found right, and never over somebody else's work.

Owns: the way from changes to the new file, and what becomes of those that cannot be written. Sees: draft, proving,
history, others. What is wrong with one topic costs that topic; what is wrong with the file holds all of it, with one
reason.
"""

import os
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from bcfsync.archive.reading import Archive
from bcfsync.archive.rewriting import rewrite
from bcfsync.archive.writing import CannotWrite, HeldOpen, Payload, WriteProtected, beside, pack
from bcfsync.changes import (
    Change,
    Outcome,
    Prepared,
    Status,
)
from bcfsync.errors import BcfsyncError, InvalidArchive
from bcfsync.findings import Finding
from bcfsync.guids import guid_key
from bcfsync.inplace.archive import rewriting
from bcfsync.inplace.entries import CannotEdit
from bcfsync.model import Bcf, Blob
from bcfsync.saving import bcf_entries
from bcfsync.sides.draft import Draft
from bcfsync.sides.history import History
from bcfsync.sides.lease import LeaseLost
from bcfsync.sides.others import whoever_has
from bcfsync.sides.outcomes import Unfit, as_held, drafted, drawn, keys_of, none_written
from bcfsync.sides.proving import NotAsPlanned, Planned, Proven, proven
from bcfsync.sides.spool import Spool
from bcfsync.versions import WRITABLE, fitted


@dataclass(frozen=True, slots=True)
class Care:
    """How archives are replaced.

    Attributes:
        history: keeps the bytes of what is replaced; nothing is kept where it is None.
        wait_for_others: leave an archive alone as long as another program has it open.
        sleep: waits between tries, where the system lets nobody replace an open file.
        fence: raises LeaseLost where the folder is another machine's by now.
    """

    history: History | None = None
    wait_for_others: bool = True
    sleep: Callable[[float], None] = time.sleep
    fence: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class State:
    """The archive as it was read; ``tag`` is its stamp, None where there is none yet."""

    path: Path
    replica: str
    tag: str | None
    version: str
    bcf: Bcf
    findings: tuple[Finding, ...]
    opened: Callable[[], Archive]
    close: Callable[[], None]
    tag_now: Callable[[], str | None]


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of the changes; and the archive as it is now, where it was replaced, with the names that differ."""

    outcomes: list[Outcome]
    proven: Proven | None = None
    tag: str | None = None
    changed: frozenset[str] = frozenset()


class _Moved(Exception):
    """Somebody else wrote the archive since it was read."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What to write: under which names, and how."""

    after: Bcf
    payloads: Mapping[str, Payload]
    names: frozenset[str]
    write: Callable[[IO[bytes]], None]
    refused: Mapping[str, str] = field(default_factory=dict)


_TROUBLE = (BcfsyncError, ValueError, LookupError)
"""What a writer raises where a value has no form in a file."""


class Replacing:
    """One replacement of one archive."""

    def __init__(self, state: State, care: Care, spool: Spool) -> None:
        self._state = state
        self._care = care
        self._spool = spool
        self._wanted: list[Change | Outcome] = []

    def run(self, wanted: list[Change | Outcome]) -> Generator[Prepared, None, Ended]:
        """Write all changes that can be written; those that are outcomes already stay what they are."""
        unfit: Unfit = {}
        self._wanted = wanted
        while True:
            draft, outcomes = drafted(self._state.bcf, wanted, unfit)
            if all(item.status is not Status.DONE for item in outcomes):
                return Ended(outcomes)
            try:
                found = yield from self._attempt(draft, outcomes)
            except NotAsPlanned as error:
                found = {key: (Status.FAILED, self._said(said)) for key, said in error.topics.items()}
                reason = Status.FAILED, self._said(f"not written: {error}")
            except (CannotWrite, InvalidArchive, _Moved) as error:
                return Ended(none_written(outcomes, *self._reason(error)))
            except _TROUBLE as error:
                if self._is_beside_the_point(error):
                    return Ended(none_written(outcomes, *self._reason(_Moved())))
                found, reason = self._culprits(wanted, unfit), self._reason(error)
            else:
                if isinstance(found, Ended):
                    return replace(found, outcomes=as_held(found.outcomes, wanted, found.proven))
                reason = next(iter(found.values()))
            if not found.keys() - unfit.keys() & keys_of(wanted):
                return Ended(none_written(outcomes, *reason))
            unfit |= found

    def _is_beside_the_point(self, error: Exception) -> bool:
        """Whether what it was read for is not there any more; where the whole folder is not ours, that is the end."""
        if isinstance(error, LeaseLost):
            raise error
        return self._has_moved()

    def _attempt(self, draft: Draft, outcomes: list[Outcome]) -> Generator[Prepared, None, Ended | Unfit]:
        """Write the draft; or name what has to stay out of it first, since its edit would lose something."""
        state = self._state
        job = self._job(draft)
        if job.refused:
            return {key: (Status.HELD, f"{state.path.name}: {said}") for key, said in job.refused.items()}
        if not job.payloads and state.tag is not None and job.names == frozenset(state.opened().names):
            return Ended(outcomes)
        return (yield from self._put(job, outcomes))

    def _culprits(self, wanted: list[Change | Outcome], unfit: Unfit) -> Unfit:
        """The topics and documents that nothing can be made of, found by halving."""
        found: Unfit = {}
        groups = [sorted(keys_of(wanted) - unfit.keys())]
        while groups:
            group = groups.pop()
            draft, _ = drafted(self._state.bcf, wanted, unfit, frozenset(group))
            try:
                self._job(draft)
            except _TROUBLE as error:
                if len(group) == 1:
                    found[group[0]] = self._reason(error)
                else:
                    groups += [group[: len(group) // 2], group[len(group) // 2 :]]
        return found

    def _reason(self, error: Exception) -> tuple[Status, str]:
        """What the trouble with a file means for everything that should have been written to it."""
        text = str(error)
        match error:
            case _Moved():
                return Status.STALE, "the file was changed meanwhile"
            case HeldOpen():
                text = f"{error}; it will be written next time"
            case CannotEdit():
                text = self._said(f"{error}; export to a new file")
            case LookupError():
                text = self._said(f"it cannot be written: unknown {error}")
            case InvalidArchive():
                text = self._said(f"its entries cannot be copied: {error}")
            case _ if not isinstance(error, CannotWrite):
                text = self._said(text)
        waits = isinstance(error, (WriteProtected, HeldOpen, CannotEdit))
        return Status.HELD if waits else Status.FAILED, text

    def _said(self, text: str) -> str:
        return f"{self._state.path}: {text}"

    # -- what to write ---------------------------------------------------------------------------------------------

    def _job(self, draft: Draft) -> _Job:
        """What turns the archive into one that says what the draft says.

        Raises:
            CannotEdit: it cannot be written without a loss.
            BcfsyncError, ValueError, LookupError: something in it cannot be written at all.
        """
        version, state = self._state.version, self._state
        after = drawn(state.bcf, draft)
        if state.tag is None:
            entries = bcf_entries(fitted(after, version))
            names = frozenset(name for name, _ in entries)
            return _Job(after, dict(entries), names, lambda stream: pack(stream, entries, self._open_any))
        if version not in WRITABLE:
            raise CannotEdit(f"BCF {version} is read, but not written")
        archive = state.opened()
        plan = rewriting(archive, state.findings, state.bcf, after, lambda bcf: fitted(bcf, version))
        changes = plan.changes
        added = {name: payload for name, payload, _ in changes.added}
        names = frozenset(archive.names) - changes.removed | added.keys()
        payloads = {**changes.replaced, **added}
        return _Job(
            after,
            payloads,
            names,
            lambda stream: rewrite(state.opened(), stream, changes, self._open_any),
            refused=plan.refused,
        )

    @contextmanager
    def _open_any(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Bytes fetched in this pass, or an entry the archive has already."""
        opened = self._spool.open(blob) if self._spool.holds(blob) else self._state.opened().open(blob.locator)
        with opened as stream:
            yield stream

    # -- the file --------------------------------------------------------------------------------------------------

    def _put(self, job: _Job, outcomes: list[Outcome]) -> Generator[Prepared, None, Ended]:
        state = self._state
        self._refuse_moved()
        self._refuse_held()
        with beside(state.path) as made:
            with made.translated():
                job.write(made.stream)
            made.finish()
            found = proven(made.temporary, state.path.name, self._planned(job))
            stamp = stamp_of(made.temporary.stat())
            with self._kept(stamp):
                yield Prepared(stamp, tuple(as_held(outcomes, self._wanted, found)))
                # Windows replaces no file that is open: the old one was read until the new one was complete
                state.close()
                self._refuse_moved()
                self._care.fence()
                made.put(self._care.sleep)
        return Ended(outcomes, found, stamp, frozenset(job.payloads))

    def _planned(self, job: _Job) -> Planned:
        state = self._state
        old = {guid_key(topic.guid): topic for topic in state.bcf.topics}
        new = {guid_key(topic.guid): topic for topic in job.after.topics}
        touched = frozenset(key for key, topic in new.items() if topic is not old.get(key))
        before = None if state.tag is None else (state.opened(), state.bcf)
        return Planned(job.payloads, job.names, replace(job.after, version=state.version), touched, before)

    @contextmanager
    def _kept(self, stamp: str) -> Iterator[None]:
        """The old bytes in the history, unless nothing takes their place after all."""
        history, state = self._care.history, self._state
        if history is None or state.tag is None:
            yield
            return
        version = history.keep(state.replica, state.path, state.tag, stamp)
        try:
            yield
        except BaseException:
            history.drop(version)
            raise

    def _has_moved(self) -> bool:
        return self._state.tag_now() != self._state.tag

    def _refuse_moved(self) -> None:
        if self._has_moved():
            raise _Moved

    def _refuse_held(self) -> None:
        if not self._care.wait_for_others or self._state.tag is None:
            return
        self._state.close()  # Windows could not tell us from another program; it is opened again when needed
        if who := whoever_has(self._state.path):
            raise HeldOpen(f"{self._state.path}: waiting for {who} to close it")


def stamp_of(found: os.stat_result) -> str:
    """What tells one state of a file from another without reading it."""
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ino}"
