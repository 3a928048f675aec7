"""Whose a folder is: one machine keeps it, and says so in a file beside the marker.

Owns: the lease file, its claim, renewal and take-over, the look before an archive is replaced. Sees: the one atomic
replace. What programs have loaded is on the record of the machine that wrote it, so only that machine may read the
folder's edits: docs/decisions/0009. No machine's clock is held against another's.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bcfsync.archive.writing import CannotWrite, WriteProtected, replacing
from bcfsync.errors import Guarded, Locked

LEASE = ".bcfsync-lease"
"""The file that says which machine keeps the folder."""

EXPIRY = 60.0
"""Seconds without any change after which whoever worked on the folder does not any more."""
RENEWAL = 20.0
"""Seconds after which the machine at work says again that it is."""
_LOOK = 2.0
_READ_BACK = 1.0
_TRIES, _TRY_AGAIN = 3, 0.3
_MOST = 65536


class KeptElsewhere(Locked, OSError):
    """Another machine, or another user's bcfsync, keeps the folder."""

    hint = "leave it to that one, or make the folder this machine's: bcfsync sync --take-over"


class LeaseLost(Locked, OSError):
    """Somebody else took the folder over while we worked on it."""

    hint = "what was done until then is on record; nothing more was written"


class LeaseBroken(Guarded, ValueError):
    """The file that says whose the folder is says nothing that makes sense, or cannot be read.

    Attributes:
        read: whether it was read, and says nothing.
    """

    read = True

    hint = "run it again; if that does not help and no other machine keeps the folder: bcfsync sync --take-over"


@dataclass(frozen=True, slots=True)
class Machine:
    """Who keeps a folder: one state of one user on one machine.

    Attributes:
        identity: hexadecimal digits; the same as long as the state is at its place.
        host: the machine's name, for people.
        user: the account's name, for people.
    """

    identity: str
    host: str
    user: str


@dataclass(frozen=True, slots=True)
class Lease:
    """What the file says.

    Attributes:
        machine, host, user: whose the folder is.
        epoch: how many owners the folder has had.
        since: when this one came, by its own clock.
        pid: the process that wrote this.
        expires: by when it will have been written again; None where nobody is at work.
        runs: the number of the last run that wrote, by the name of its state.
    """

    machine: str
    host: str
    user: str
    epoch: int
    since: str
    pid: int
    expires: str | None = None
    runs: Mapping[str, int] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        """For people."""
        return f"{self.user} on {self.host}" if self.user else self.host


def read_lease(folder: Path) -> Lease | None:
    """What is said of a folder; None where nobody keeps it yet.

    Raises:
        LeaseBroken
    """
    path = folder / LEASE
    try:
        with path.open("rb") as stream:
            found = json.loads(stream.read(_MOST))
        lease = Lease(**{name: found[name] for name in Lease.__slots__ if name in found or name != "runs"})
    except FileNotFoundError:
        return None
    except OSError as error:
        broken = LeaseBroken(f"{path}: it cannot be read: {error.strerror or error}")
        broken.read = False
        raise broken from error
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise LeaseBroken(f"{path}: it does not say which machine keeps the folder") from error
    texts = (lease.machine, lease.host, lease.user, lease.since, lease.expires or "")
    numbers = (lease.epoch, *(lease.runs.values() if isinstance(lease.runs, dict) else (None,)))
    if not all(isinstance(text, str) for text in texts) or not all(type(number) is int for number in numbers):
        raise LeaseBroken(f"{path}: it does not say which machine keeps the folder")
    return lease


@dataclass(frozen=True, slots=True)
class Times:
    """What a test replaces: the clock that is written down, the one that measures, and sleep."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    passed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Ownership:
    """This machine's hold on a folder. Processes of one machine keep each other out by a lock of their own."""

    def __init__(self, folder: Path, machine: Machine, times: Times | None = None) -> None:
        """Nothing is read or written yet."""
        self._folder = folder
        self._machine = machine
        self._times = times or Times()
        self._lease: Lease | None = None
        self._runs: dict[str, int] = {}
        self._barred = ""
        self._lost: LeaseLost | None = None
        self._end = threading.Event()
        self._renewing: threading.Thread | None = None

    def elsewhere(self) -> Lease | None:
        """Whose the folder is, where it is not this machine's.

        Raises:
            LeaseBroken
        """
        found = read_lease(self._folder)
        return found if found and found.machine != self._machine.identity else None

    # -- becoming the owner ----------------------------------------------------------------------------------------

    def claim(self, *, take_over: bool = False, tell: Callable[[str], None] = lambda _: None) -> None:
        """Be the owner: stay it, or become it where nobody is, or where the owner is to be replaced and is at rest.

        A folder that cannot be written needs no owner, and none of its archives is written then.

        Args:
            take_over: take the folder from another owner.
            tell: is told what is waited for.

        Raises:
            KeptElsewhere: it is another's, who is not to be replaced, or is at work.
            LeaseBroken: nobody can tell.
            CannotWrite: it cannot be taken over.
        """
        found = self._found(take_over=take_over)
        if found is None:
            self._lease = self._first()
        elif found.machine == self._machine.identity:
            # a copy of the state on another machine, which may be at work there; or this one under a new name
            self._lease = found if found.host == self._machine.host else self._taken(found, tell)
        elif take_over:
            self._lease = self._taken(found, tell)
        else:
            raise KeptElsewhere(f"{self._folder}: {self._who(found)} keeps this folder{_said(found)}; it is left alone")

    def _found(self, *, take_over: bool) -> Lease | None:
        """The lease that is there; one that says nothing makes way where the folder is to be taken over."""
        try:
            return read_lease(self._folder)
        except LeaseBroken as error:
            if not (take_over and error.read):
                raise
            _make_way(self._folder / LEASE)
            return None

    def _who(self, found: Lease) -> str:
        same = (found.host, found.user) == (self._machine.host, self._machine.user)
        return found.owner + (", with another state folder," if same else "")

    def _fresh(self, epoch: int) -> Lease:
        who = self._machine
        return Lease(who.identity, who.host, who.user, epoch, _text(self._times.now()), os.getpid())

    def _first(self) -> Lease:
        """The first owner: whoever makes the file."""
        lease, path = self._fresh(1), self._folder / LEASE
        try:
            with path.open("xb") as stream:
                try:
                    stream.write(_bytes(lease))
                    stream.flush()
                    os.fsync(stream.fileno())
                    _open_to_all(path)
                except OSError:
                    path.unlink(missing_ok=True)
                    raise
        except FileExistsError:
            found = read_lease(self._folder)
            owner = found.owner if found else "somebody"
            raise KeptElsewhere(f"{self._folder}: {owner} has just begun to keep this folder") from None
        except OSError as error:
            self._barred = f"{path}: cannot be written: {error.strerror or error}"
        return lease

    def _taken(self, found: Lease, tell: Callable[[str], None]) -> Lease:
        """The next owner. Not every network drive has a better way than to write, and to see whether it stays."""
        if found.expires is not None:
            tell(f"{self._folder}: looking for {EXPIRY:.0f} s whether {found.owner} still works on it")
            found = self._at_rest(found)
        lease = self._fresh(found.epoch + 1)
        self._write(lease)
        self._times.sleep(_READ_BACK)
        now = read_lease(self._folder)
        if now != lease:
            owner = now.owner if now else "somebody"
            raise KeptElsewhere(f"{self._folder}: {owner} works on this folder; it was not taken over")
        return lease

    def _at_rest(self, found: Lease) -> Lease:
        """The lease once its owner has let go of it, or has not touched it for the expiry as measured here."""
        until = self._times.passed() + EXPIRY
        while found.expires is not None and self._times.passed() < until:
            self._times.sleep(_LOOK)
            now = read_lease(self._folder)
            if now is not None and now != found and now.expires is not None:
                raise KeptElsewhere(
                    f"{self._folder}: {now.owner} works on this folder right now",
                    hint="end bcfsync there, then say --take-over again",
                )
            found = now or replace(found, expires=None)
        return found

    # -- being at work ---------------------------------------------------------------------------------------------

    def last_run(self, state: str) -> int:
        """The number of the last run that wrote, out of a state of this name; 0 where none is known."""
        return self._lease.runs.get(state, 0) if self._lease else 0

    def hold(self, state: str, run: int) -> None:
        """Say that we are at work, again and again until ``release``.

        Args:
            state: the name of the state we work with.
            run: the number of the run: a state that has not come so far when we claim the folder next was put back.

        Raises:
            LeaseLost: the folder is not ours any more.
        """
        self._runs[state] = run
        if self._renewing is not None or self._barred:
            return
        try:
            self._renew()
        except CannotWrite as error:
            self._barred = str(error)
            return
        self._end.clear()
        self._renewing = threading.Thread(target=self._keep_renewing, name="lease", daemon=True)
        self._renewing.start()

    def _keep_renewing(self) -> None:
        while not self._end.wait(RENEWAL):
            try:
                if self._taken_from_us():
                    return
                self._renew()
            except (LeaseBroken, LeaseLost, CannotWrite):
                continue  # a drive that is away for a moment; before anything is written there it is asked again

    def _taken_from_us(self) -> bool:
        """Whether the lease is another's now; one that cannot be read, or is not there, says nothing for good."""
        found = read_lease(self._folder)
        wanted = self._lease
        if found is None or wanted is None or (found.machine, found.epoch) == (wanted.machine, wanted.epoch):
            return False
        self._lost = LeaseLost(f"{self._folder}: {found.owner} took this folder over{_said(found)}")
        return True

    def _renew(self) -> None:
        expires = _text(self._times.now() + timedelta(seconds=EXPIRY))
        self._write(self._said_anew(expires))

    def _said_anew(self, expires: str | None) -> Lease:
        found = self._ours()
        return replace(found, pid=os.getpid(), expires=expires, runs={**found.runs, **self._runs})

    def refuse_if_lost(self) -> None:
        """Costs nothing.

        Raises:
            LeaseLost: the last renewal found the folder in other hands.
        """
        if self._lost is not None:
            raise self._lost

    def check(self) -> None:
        """Look whether the folder is ours, right before an archive is replaced.

        Raises:
            LeaseLost: it is not, or nobody can tell.
            WriteProtected: the folder cannot be written, so nobody knows that we are here.
        """
        if self._barred:
            raise WriteProtected(self._barred)
        for _ in range(_TRIES):
            try:
                read_lease(self._folder)
                break
            except LeaseBroken:
                self._times.sleep(_TRY_AGAIN)  # somebody reads or replaces it this very moment
        self._ours()

    def release(self) -> None:
        """Say that we are not at work any more; the folder stays ours."""
        if self._renewing is None:
            return
        self._end.set()
        self._renewing.join()
        self._renewing = None
        with contextlib.suppress(LeaseLost, CannotWrite):  # then somebody may have to wait until it expires
            self._write(self._said_anew(None))

    def _ours(self) -> Lease:
        try:
            found = read_lease(self._folder)
        except LeaseBroken as error:
            raise LeaseLost(str(error)) from error
        wanted = self._lease
        if found is None or wanted is None:
            raise LeaseLost(f"{self._folder / LEASE}: it was deleted while we worked", hint="run it again")
        if (found.machine, found.epoch) != (wanted.machine, wanted.epoch):
            raise LeaseLost(f"{self._folder}: {found.owner} took this folder over{_said(found)}")
        return found

    def _write(self, lease: Lease) -> None:
        path = self._folder / LEASE
        _open_to_all(path)
        if path.exists() and not os.access(path, os.W_OK):
            _make_way(path)
        with replacing(path) as stream:
            stream.write(_bytes(lease))
        _open_to_all(path)


def _open_to_all(path: Path) -> None:
    """Whoever may write the folder may keep it: with the first user's rights alone another could never take it over."""
    with contextlib.suppress(OSError):
        path.chmod(0o666)


def _make_way(path: Path) -> None:
    """Remove a lease that cannot be replaced: of another account, or marked read-only by a restored backup."""
    with contextlib.suppress(OSError):
        path.chmod(0o666)
    with contextlib.suppress(OSError):
        path.unlink()


def _bytes(lease: Lease) -> bytes:
    return json.dumps(asdict(lease), indent=1).encode() + b"\n"


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _said(lease: Lease) -> str:
    """Since when, by the clock of the one who wrote it."""
    return f" since {lease.since}" + (", and seems to be at work" if lease.expires else "")
