"""Whose a folder is: one machine's at a time, whatever their clocks say; time is a number here."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bcfsync.archive.writing import CannotWrite, WriteProtected
from bcfsync.sides import lease
from bcfsync.sides.folder import ArchiveFolder, mark
from bcfsync.sides.lease import EXPIRY, LEASE, KeptElsewhere, LeaseBroken, LeaseLost, Machine, Ownership, Times

OFFICE = Machine("0f" * 16, "office-12", "anna")
SITE = Machine("51" * 16, "site-3", "ben")


class Hours:
    """A clock that only moves when somebody sleeps; another machine's may be anywhere."""

    def __init__(self, skew: timedelta = timedelta()) -> None:
        self.seconds = 0.0
        self.skew = skew
        self.meanwhile: Callable[[], None] = lambda: None
        self.times = Times(self._now, lambda: self.seconds, self._sleep)

    def _now(self) -> datetime:
        return datetime(2026, 11, 22, 12, tzinfo=UTC) + timedelta(seconds=self.seconds) + self.skew

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.meanwhile()


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def office(tmp_path, hours) -> Ownership:
    """The owner of the folder, at rest."""
    found = Ownership(tmp_path, OFFICE, hours.times)
    found.claim()
    return found


@pytest.fixture
def site(tmp_path, hours) -> Ownership:
    return Ownership(tmp_path, SITE, hours.times)


def said(folder: Path) -> lease.Lease:
    found = lease.read_lease(folder)
    assert found is not None
    return found


def write(folder: Path, found: lease.Lease) -> None:
    (folder / LEASE).write_text(json.dumps(asdict(found)), encoding="utf-8")


def killed_at_work(folder: Path, hours: Hours) -> Ownership:
    """An owner that says it is at work, and does not say so again."""
    found = Ownership(folder, OFFICE, hours.times)
    found.claim()
    found._renew()
    return found


def test_the_first_machine_keeps_the_folder_and_says_so(office, tmp_path):
    found = said(tmp_path)
    assert (found.machine, found.owner, found.epoch) == (OFFICE.identity, "anna on office-12", 1)
    assert (found.since, found.expires) == ("2026-11-22T12:00:00Z", None)
    assert office.elsewhere() is None


def test_the_owner_comes_back_without_writing_anything(office, tmp_path, hours):
    before = (tmp_path / LEASE).stat().st_mtime_ns
    again = Ownership(tmp_path, OFFICE, hours.times)
    again.claim()
    again.check()
    assert (tmp_path / LEASE).stat().st_mtime_ns == before


@pytest.mark.usefixtures("office")
def test_another_machine_is_told_whose_the_folder_is(site, tmp_path):
    before = (tmp_path / LEASE).read_bytes()
    with pytest.raises(KeptElsewhere, match="anna on office-12 keeps this folder since 2026-11-22T12:00:00Z"):
        site.claim()
    assert (tmp_path / LEASE).read_bytes() == before
    assert site.elsewhere() == said(tmp_path)


@pytest.mark.usefixtures("office")
def test_another_state_on_the_same_machine_is_called_that(tmp_path):
    with pytest.raises(KeptElsewhere, match="with another state folder"):
        Ownership(tmp_path, replace(OFFICE, identity="aa" * 16)).claim()


def test_of_two_that_come_first_one_is_the_owner(tmp_path, site, monkeypatch):
    monkeypatch.setattr(lease, "read_lease", lambda _folder: None)  # both have looked
    Ownership(tmp_path, OFFICE).claim()
    monkeypatch.undo()
    real, looks = lease.read_lease, iter([None])
    monkeypatch.setattr(lease, "read_lease", lambda folder: next(looks, real(folder)))
    with pytest.raises(KeptElsewhere, match="anna on office-12 has just begun"):
        site.claim()
    assert said(tmp_path).machine == OFFICE.identity


# -- taking over -----------------------------------------------------------------------------------------------


def test_a_folder_at_rest_is_taken_over_at_once_and_the_old_owner_is_told_by_whom(office, site, tmp_path, hours):
    site.claim(take_over=True)
    assert hours.seconds < 5
    assert (said(tmp_path).machine, said(tmp_path).epoch) == (SITE.identity, 2)
    with pytest.raises(LeaseLost, match="ben on site-3 took this folder over"):
        office.check()
    with pytest.raises(KeptElsewhere, match="ben on site-3 keeps this folder"):
        office.claim()


@pytest.mark.parametrize("skew", [timedelta(), timedelta(days=-1), timedelta(days=1)])
def test_an_owner_at_work_is_not_replaced_whatever_its_clock_says(site, tmp_path, hours, skew):
    theirs = Hours(skew)
    working = killed_at_work(tmp_path, theirs)

    def meanwhile() -> None:
        theirs.seconds = hours.seconds
        if hours.seconds % lease.RENEWAL == 0:
            working._renew()

    hours.meanwhile = meanwhile
    with pytest.raises(KeptElsewhere, match="works on this folder right now"):
        site.claim(take_over=True)
    assert said(tmp_path).machine == OFFICE.identity


@pytest.mark.parametrize("skew", [timedelta(), timedelta(days=-1), timedelta(days=1)])
def test_an_owner_that_was_killed_is_replaced_after_the_expiry_as_measured_here(site, tmp_path, hours, skew):
    killed_at_work(tmp_path, Hours(skew))
    told: list[str] = []
    site.claim(take_over=True, tell=told.append)
    assert EXPIRY <= hours.seconds < EXPIRY + 10
    assert "whether anna on office-12 still works on it" in told[0]
    assert said(tmp_path).epoch == 2


def test_an_owner_that_comes_to_an_end_meanwhile_is_replaced_then(site, tmp_path, hours):
    office = killed_at_work(tmp_path, hours)
    hours.meanwhile = lambda: write(tmp_path, replace(said(tmp_path), expires=None)) if hours.seconds == 10 else None
    site.claim(take_over=True)
    assert hours.seconds < 20
    with pytest.raises(LeaseLost):
        office.check()


@pytest.mark.usefixtures("office")
def test_of_two_that_take_over_at_the_same_time_the_one_that_wrote_last_has_it(tmp_path, hours):
    third = Hours()
    other = Ownership(tmp_path, replace(OFFICE, identity="33" * 16, host="third"), third.times)

    def at_once() -> None:
        hours.meanwhile = lambda: None
        write(tmp_path, replace(said(tmp_path), machine="33" * 16, host="third"))

    hours.meanwhile = at_once
    with pytest.raises(KeptElsewhere, match="on third works on this folder; it was not taken over"):
        Ownership(tmp_path, SITE, hours.times).claim(take_over=True)
    other.claim()
    other.check()


def test_an_owner_that_slept_through_a_take_over_finds_out_at_its_next_renewal(office, site, tmp_path, monkeypatch):
    monkeypatch.setattr(lease, "RENEWAL", 0.01)
    office.hold("pair", 1)
    office.refuse_if_lost()
    write(tmp_path, replace(said(tmp_path), machine=SITE.identity, epoch=2))
    office._renewing.join(5)
    with pytest.raises(LeaseLost):
        office.refuse_if_lost()
    office.release()
    assert (said(tmp_path).machine, said(tmp_path).epoch) == (SITE.identity, 2), "what is another's is not released"
    site.claim()


# -- at work ---------------------------------------------------------------------------------------------------


def test_at_work_it_is_said_again_and_again_and_taken_back_at_the_end(office, tmp_path, monkeypatch):
    monkeypatch.setattr(lease, "RENEWAL", 0.01)
    office.hold("pair", 1)
    office.hold("pair", 1)
    first, end = said(tmp_path), time.monotonic() + 5
    assert first.expires == "2026-11-22T12:01:00Z"
    written = (tmp_path / LEASE).stat().st_ino
    while (tmp_path / LEASE).stat().st_ino == written and time.monotonic() < end:
        time.sleep(0.01)
    assert (tmp_path / LEASE).stat().st_ino != written
    office.release()
    assert said(tmp_path).expires is None
    assert "lease" not in [thread.name for thread in threading.enumerate()]
    office.release()


def test_the_owner_killed_at_work_goes_on_at_once(tmp_path, hours):
    killed_at_work(tmp_path, hours)
    again = Ownership(tmp_path, OFFICE, hours.times)
    again.claim()
    again.hold("pair", 1)
    again.check()
    again.release()
    assert (hours.seconds, said(tmp_path).epoch) == (0, 1)


def test_a_lease_deleted_at_work_stops_it_and_the_next_one_begins_anew(tmp_path, office):
    (tmp_path / LEASE).unlink()
    with pytest.raises(LeaseLost, match="it was deleted while we worked"):
        office.check()
    with pytest.raises(LeaseLost):
        office.hold("pair", 1)
    office.claim()
    office.check()


def test_a_drive_that_is_away_for_a_moment_is_tried_again(office, tmp_path, monkeypatch):
    tried: list[int] = []
    real = Ownership._renew

    def shaky(self: Ownership) -> None:
        tried.append(1)
        if len(tried) == 2:
            raise CannotWrite("the network name is no longer available")
        real(self)

    monkeypatch.setattr(lease, "RENEWAL", 0.01)
    monkeypatch.setattr(Ownership, "_renew", shaky)
    office.hold("pair", 1)
    end = time.monotonic() + 5
    while len(tried) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    office.refuse_if_lost()
    office.release()
    assert said(tmp_path).expires is None


def test_where_nothing_can_be_written_nobody_is_owner_and_nothing_is_written(tmp_path, monkeypatch):
    def refused(*_args: object, **_named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lease.os, "fsync", refused)
    found = Ownership(tmp_path, OFFICE)
    found.claim()
    found.hold("pair", 1)
    with pytest.raises(WriteProtected, match="Permission denied"):
        found.check()
    found.release()
    assert not list(tmp_path.iterdir()), "nor is half a lease left"


def test_an_owner_whose_folder_takes_nothing_any_more_writes_no_archive(office, tmp_path, monkeypatch):
    def full(_self: object, _found: object) -> None:
        raise CannotWrite("the disk is full")

    monkeypatch.setattr(Ownership, "_write", full)
    office.hold("pair", 1)
    with pytest.raises(WriteProtected, match="the disk is full"):
        office.check()
    office.release()
    assert said(tmp_path).expires is None


# -- the file --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", "\0" * 200, "[]", '{"machine": "x"}', '"machine"', "<<<<<<< ours"],
    ids=["empty", "zeros", "list", "half", "text", "merge"],
)
def test_a_lease_that_says_nothing_stops_everybody_until_somebody_takes_over(tmp_path, text):
    (tmp_path / LEASE).write_text(text, encoding="utf-8")
    for machine in (OFFICE, SITE):
        with pytest.raises(LeaseBroken, match="does not say which machine"):
            Ownership(tmp_path, machine).claim()
    Ownership(tmp_path, SITE).claim(take_over=True)
    assert (said(tmp_path).machine, said(tmp_path).epoch) == (SITE.identity, 1)


@pytest.mark.parametrize(("name", "value"), [("machine", 1), ("host", None), ("epoch", "2"), ("expires", 7)])
def test_a_lease_with_odd_values_is_broken(office, tmp_path, name, value):
    write(tmp_path, replace(said(tmp_path), **{name: value}))
    with pytest.raises(LeaseBroken):
        office.claim()
    with pytest.raises(LeaseLost):
        office.check()


@pytest.mark.usefixtures("office")
def test_members_of_later_versions_do_no_harm(tmp_path, site):
    (tmp_path / LEASE).write_text(json.dumps(asdict(said(tmp_path)) | {"more": 1}), encoding="utf-8")
    with pytest.raises(KeptElsewhere):
        site.claim()


def test_a_lease_that_cannot_be_read_stops_it(tmp_path):
    (tmp_path / LEASE).mkdir()
    with pytest.raises(LeaseBroken, match="cannot be"):
        Ownership(tmp_path, OFFICE).claim()


def test_the_lease_is_no_archive_and_no_change_of_the_folder(tmp_path):
    mark(tmp_path, "ab" * 16)
    folder = ArchiveFolder(tmp_path)
    before = dict(folder.scan())
    Ownership(tmp_path, OFFICE).claim()
    assert (dict(folder.scan()), folder.unreadable, folder.not_ready) == (before, {}, {})


# -- trouble that passes -----------------------------------------------------------------------------------------------


def away_for(times: int, monkeypatch) -> None:
    """The lease cannot be read that often, as while another machine reads it on a network drive."""
    real, left = lease.read_lease, [times]

    def read(folder):
        left[0] -= 1
        if left[0] >= 0:
            raise LeaseBroken(f"{folder}: it cannot be read: Input/output error")
        return real(folder)

    monkeypatch.setattr(lease, "read_lease", read)


def test_a_look_that_fails_for_a_moment_stops_no_write(office, monkeypatch):
    away_for(2, monkeypatch)
    office.check()


def test_a_lease_that_stays_unreadable_stops_every_write(office, monkeypatch):
    away_for(10, monkeypatch)
    with pytest.raises(LeaseLost, match="Input/output error"):
        office.check()


def test_a_renewal_that_cannot_look_goes_on_and_one_that_sees_another_owner_ends(office, site, tmp_path, monkeypatch):
    monkeypatch.setattr(lease, "RENEWAL", 0.02)
    office.hold("pair", 1)
    try:
        away_for(1, monkeypatch)
        time.sleep(0.2)
        office.refuse_if_lost()
        taken = replace(said(tmp_path), machine=SITE.identity, host=SITE.host, user=SITE.user, epoch=2)
        until = time.monotonic() + 5
        while office._lost is None and time.monotonic() < until:
            write(tmp_path, taken)
            time.sleep(0.02)
        with pytest.raises(LeaseLost, match="ben on site-3 took this folder over"):
            office.refuse_if_lost()
    finally:
        office.release()


@pytest.mark.parametrize("text", ["[" * 4000, '{"a":' * 700])
def test_a_lease_of_brackets_is_broken_like_any_other(text, tmp_path):
    (tmp_path / LEASE).write_text(text, encoding="utf-8")
    with pytest.raises(LeaseBroken):
        lease.read_lease(tmp_path)


def test_a_copy_of_the_state_on_another_machine_waits_until_the_first_one_is_done(tmp_path, hours):
    killed_at_work(tmp_path, hours)
    copy = Ownership(tmp_path, replace(OFFICE, host="new-laptop"), hours.times)
    told: list[str] = []
    copy.claim(tell=told.append)
    assert told
    assert hours.seconds >= EXPIRY
    assert (said(tmp_path).host, said(tmp_path).epoch) == ("new-laptop", 2)


def test_a_copy_of_the_state_on_another_machine_is_refused_while_the_first_one_works(tmp_path, hours):
    first = killed_at_work(tmp_path, hours)
    hours.meanwhile = first._renew
    with pytest.raises(KeptElsewhere, match="works on this folder right now"):
        Ownership(tmp_path, replace(OFFICE, host="new-laptop"), hours.times).claim()
    first.check()


def test_a_lease_marked_read_only_bars_nobody(office, site, tmp_path):
    (tmp_path / LEASE).chmod(0o444)
    office.hold("pair", 1)
    office.check()
    office.release()
    (tmp_path / LEASE).chmod(0o444)
    site.claim(take_over=True)
    assert (said(tmp_path).machine, said(tmp_path).epoch) == (SITE.identity, 2)
    assert (tmp_path / LEASE).stat().st_mode & 0o222


def test_a_lease_that_cannot_be_read_just_now_is_not_swept_away(office, site, tmp_path, monkeypatch):
    def refused(*_args, **_more):
        raise PermissionError(13, "in use by another process")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(LeaseBroken, match="in use by another process"):
        site.claim(take_over=True)
    monkeypatch.undo()
    assert said(tmp_path).machine == OFFICE.identity
