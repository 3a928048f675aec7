"""One turn of a pair: all archives of a folder with one server, both ways. What `sync` does once, `watch` often.

Owns: the order of passes, which of them a turn may leave out, the brake, what a turn leaves on record. Sees: run,
plan, store. Rules: docs/sync-rules.md. First every archive's edits go to the server, then the server's to every
archive; so two archives meet on the server, and each is brought up to date with the other.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bcfsync.changes import (
    Bodies,
    Cause,
    Conflict,
    Hold,
    Key,
    Kind,
    Plan,
    Side,
    Site,
    Status,
    Step,
    key_of,
)
from bcfsync.errors import InvalidArchive
from bcfsync.guids import guid_key
from bcfsync.interpreting import ends_of
from bcfsync.plan.guard import held_back, too_many, without_deletions
from bcfsync.plan.policy import Deletes, Placing, Policy
from bcfsync.plan.stale import atoms
from bcfsync.run import Applied, Care, Drawn, Planned, Timing, Waiting, WorldMoved, run
from bcfsync.sides.archives import Folder
from bcfsync.sides.rehearsed import RehearsedFolder, RehearsedSide
from bcfsync.sides.remembered import Remembered
from bcfsync.store import ArchiveRecord
from bcfsync.store.words import PUT_BACK
from bcfsync.turn.attention import decisions, fail, fought, quarantined, stored_conflict, stored_hold
from bcfsync.turn.events import Absent, Braked, InSync, Missing, Pass, StaleSave, TurnEvent, Unreadable, Unsettled
from bcfsync.turn.healing import heal, note_content
from bcfsync.turn.partner import Partner, Way, as_spelled
from bcfsync.turn.presence import Presence

LOOK_AGAIN = timedelta(hours=1)
"""So long is a server believed that nothing has changed; then everything is looked at again."""

_QUIET = "quiet"
_LOOKS = 3


class _SavedMeanwhile(Exception):
    """An application saved the archive after it was judged; nothing was done yet."""


def rehearse(folder: Folder, partner: Partner, timing: Timing) -> Iterator[TurnEvent]:
    """The same turn over imaginary sides and a copy of the state: what it would do, and nothing is written.

    What waits for an answer that was lost is not waited for. Give an ``imagined`` partner to see what it leaves open.
    """
    yield from turn(RehearsedFolder(folder), imagined(partner), replace(timing, sleep=_no_sleep), "plan")


def imagined(partner: Partner) -> Partner:
    """The partner with an imaginary side and copies of the states, which the caller may close."""
    if isinstance(partner.side, RehearsedSide):
        return partner
    return replace(
        partner,
        side=RehearsedSide(partner.side, "server"),
        store=partner.store.copy(),
        neighbours=tuple(store.copy() for store in partner.neighbours),
        spare=_spare_nothing,
    )


def _spare_nothing(_site: Site, _topic: str, _bodies: Bodies) -> None:
    """Nothing is deleted in a rehearsal."""


def _no_sleep(_seconds: float) -> None:
    """Nobody waits in a rehearsal."""


def turn(folder: Folder, partner: Partner, timing: Timing, command: str = "sync") -> Iterator[TurnEvent]:
    """Bring a folder and a server together.

    Args:
        folder: the archives.
        partner: the server, and how.
        timing: clock, sleep, and whether to stop.
        command: as the log shall call it.

    Yields:
        what happens, as it happens.

    Raises:
        Guarded: (a subclass) before anything is written: the marker is missing, the server's project is empty.
        ServerTrouble, LoginNeeded: (subclasses) what was done is on record.
    """
    yield from _Turn(folder, partner, timing, command).events()


class _Turn:
    def __init__(self, folder: Folder, partner: Partner, timing: Timing, command: str) -> None:
        self.folder = folder
        self.partner = partner
        self.side = Remembered(partner.side, partner.shelf, partner.earlier)
        self.store = partner.store
        self.timing = timing
        self.command = command
        self.found: dict[str, str] = {}
        self.records: dict[str, ArchiveRecord] = {}
        self.stamps: dict[str, str] = {}
        self.topics: dict[str, frozenset[str]] = {}
        self.broken: set[str] = set()
        self.presence = Presence(self.store, self.found, folder.doubtful, timing.clock)
        self.conflicts: dict[str, dict[tuple[Key, str], Conflict]] = {}
        self.holds: dict[str, dict[str, tuple[Hold, ...]]] = {}
        self.postponed: dict[tuple[Site, str], tuple[Step, ...]] = {}
        self.released: Counter[Site] = Counter()
        self.remote_topics = 0
        self.quarantined: set[Key] = set()
        self.counts: Counter[str] = Counter()
        self.told: list[StaleSave] = []
        self.written = 0
        self.wrote_here = False
        self.restless = False
        self.remote_moved = True
        self.run = 0

    def events(self) -> Iterator[TurnEvent]:
        """The whole turn."""
        self.found.update(self.folder.scan())
        self.partner = as_spelled(self.partner, self.found)
        self.presence.follow()
        self.records = self.store.archives()
        if self._is_quiet():
            yield InSync(len(self.found))
            return
        try:
            yield from self._work()
        except BaseException as error:
            self._end_run(type(error).__name__)
            raise
        self._end_run("done")
        self._remember()

    def _work(self) -> Iterator[TurnEvent]:
        self._complete()
        yield from self._read()
        if self.partner.way is not Way.PULL:
            yield from self._imports()
        if self.partner.way is not Way.PUSH:
            yield from self._exports()
        yield from self._deletions()
        for replica in {*self.conflicts, *self.holds}:
            self._note_leftovers(replica)

    # -- what is there -----------------------------------------------------------------------------------------

    def _is_quiet(self) -> bool:
        """Whether everything is as the last turn left it, which left nothing to do."""
        noted = json.loads(self.store.noted(_QUIET) or "{}")
        tag = noted.get("tag") if self._is_fresh(noted.get("looked")) else None
        self.remote_moved = tag is None or noted.get("policy") != self._policy_name() or self.side.moved(tag)
        now = self.timing.clock()
        due = any(not self.partner.patient or item.until <= now for item in self.store.failures().values())
        self.remote_moved = self.remote_moved or due  # a next try needs a whole look
        known = not self.remote_moved and set(self.found) == set(self.records)
        return known and all(map(self._is_settled, self.found))

    def _is_fresh(self, looked: str | None) -> bool:
        """Whether both sides were looked at whole not long ago: no tag is believed for ever."""
        if looked is None:
            return False
        age = self.timing.clock() - datetime.fromisoformat(looked)
        return timedelta(0) <= age < LOOK_AGAIN

    def _is_settled(self, replica: str) -> bool:
        record = self.records.get(replica)
        return record is not None and record.settled and record.stamp == self.found.get(replica)

    def _policy_name(self) -> str:
        """What a turn does depends on this, beside the two sides."""
        partner = self.partner
        decided = sorted(
            repr((item.key, item.field, item.decision)) for item in self.store.conflicts() if item.decision
        )
        # what waits for a list of the server waits no longer once that is another one
        waits = any(item.cause == Cause.VALUE for item in self.store.holds())
        lists = self.side.lists() if waits else None
        said = repr((partner.policy, partner.rules, partner.inbox, partner.way, partner.allowed, decided, lists))
        return hashlib.sha256(said.encode()).hexdigest()

    def _complete(self) -> None:
        """Put on record what was written to archives by a turn that was killed before it could say so."""
        for item in self.store.begun():
            if self.found.get(item.replica) == item.stamp:
                self.store.confirm_all(item.pending, replica=item.replica, generation=item.number)

    def _read(self) -> Iterator[Unreadable | Missing | Absent]:
        """Look into every archive that may have changed, before anything is concluded from what one of them lacks."""
        on_record: dict[str, set[str]] = {replica: set() for replica in self.found}
        for key, replica, _ in self.store.shadows():
            if key.kind is Kind.TOPIC and replica in on_record:
                on_record[replica].add(key.guid)
        self.topics = {replica: frozenset(keys) for replica, keys in on_record.items()}
        for replica in sorted(self.found):
            if self._is_settled(replica):
                continue
            try:
                there = self._look(self.folder.open(replica), replica)
            except InvalidArchive as error:
                yield self._unreadable(replica, str(error))
            else:
                if not there:
                    yield self._unreadable(replica, "it is not there any more")
            finally:
                self.folder.close(replica)
        self.presence.follow_saved(self.topics, self._atoms)
        for missing in self.presence.let_go():
            self.remote_moved = True  # what it held may be in no archive now: only a whole look can tell
            yield missing
        yield from map(Absent, sorted(self.presence.waited))
        self.records = self.store.archives()

    def _atoms(self, replica: str) -> frozenset[Key]:
        """Keys of everything an archive holds; nothing where it cannot be read, which its pass will tell."""
        try:
            side = self.folder.open(replica)
            return frozenset(atoms(side.load(side.listing().topics).topics.values()))
        except InvalidArchive:
            return frozenset()
        finally:
            self.folder.close(replica)

    def _unreadable(self, replica: str, reason: str) -> Unreadable:
        self.broken.add(replica)
        self.restless = True
        return Unreadable(replica, reason)

    # -- passes ------------------------------------------------------------------------------------------------

    def _imports(self) -> Iterator[TurnEvent]:
        literal: dict[str, frozenset[str]] = {}
        for replica in sorted(self.found):
            if self.remote_moved or not self._is_settled(replica):
                yield from self._pass(Site.LOCAL, replica, literal)
        # a relation to a topic that came with a later archive gets the id the server gave that topic
        known = (
            {key.guid for key, _ in self.store.links() if key.kind is Kind.TOPIC} if any(literal.values()) else set()
        )
        for replica in sorted(literal):
            if literal[replica] & known:
                yield from self._pass(Site.LOCAL, replica, {})

    def _exports(self) -> Iterator[TurnEvent]:
        wanted = {self.partner.inbox, *(rule.archive for rule in self.partner.rules)}
        for replica in sorted({*self.found, *wanted}):
            if not self.remote_moved and not self.written and self._is_settled(replica):
                continue
            if replica in self.found and Site.LOCAL not in self.holds.get(replica, {}) and self.partner.way is Way.BOTH:
                # what is left on record of an archive is what both of its passes say
                yield from self._pass(Site.LOCAL, replica, {})
            yield from self._pass(Site.REMOTE, replica, {})

    def _pass(self, source: Site, replica: str, literal: dict[str, frozenset[str]]) -> Iterator[TurnEvent]:
        if self.timing.stopped() or replica in self.broken | self.presence.waited:
            self.restless = True
            return
        try:
            yield from self._passed(source, replica, literal)
        except InvalidArchive as error:
            yield self._unreadable(replica, str(error))
        except WorldMoved as error:
            self.restless = True
            yield Unsettled(replica, str(error))
        finally:
            self.folder.close(replica)

    def _passed(self, source: Site, replica: str, literal: dict[str, frozenset[str]]) -> Iterator[TurnEvent]:
        local = self.folder.open(replica)
        if not self._look(local, replica) and replica in self.found:
            yield self._unreadable(replica, "it is not there any more")
            return
        yield Pass(source, replica)
        self.wrote_here = False
        for _ in range(_LOOKS):
            self._judge(local, replica, self.stamps.get(replica))
            try:
                yield from self._run(source, local, replica, literal)
                break
            except _SavedMeanwhile:
                self._look(local, replica)
        else:
            self.restless = True
            yield Unsettled(replica, "it is saved again and again")
        if source is Site.REMOTE and self.wrote_here:
            note_content(local, replica, (self.store, *self.partner.neighbours))
        self._look(local, replica)
        yield from self.told
        self.told.clear()

    def _run(
        self, source: Site, local: Side, replica: str, literal: dict[str, frozenset[str]]
    ) -> Iterator[TurnEvent]:  # fmt: skip
        ends = ends_of(local, self.side, self.store, replica, self.partner.policy)
        care = Care(lambda drawn: self._checked(source, drawn, local, replica), self._spare)
        for event in run(source, ends, self.store, self._policy(replica), self.timing, care=care):
            match event:
                case Planned(plan):
                    self._planned(source, replica, plan)
                    if plan.literal:
                        literal[replica] = plan.literal
                case Applied():
                    self._applied(event)
                case Waiting():
                    self.restless = True
            yield event

    def _look(self, local: Side, replica: str) -> bool:
        """Note in which state an archive is looked at; False where there is none any more."""
        listing = local.listing()
        if listing.tag is None:
            return False
        self.topics[replica] = frozenset(listing.topics)
        self.stamps[replica] = listing.tag
        return True

    def _policy(self, replica: str) -> Policy:
        others = (keys for other, keys in self.topics.items() if other != replica)
        rules = self.partner.rules
        elsewhere = frozenset[str]().union(*others)
        placing = Placing(replica, self.partner.inbox, rules, elsewhere, frozenset(self.found) | self.presence.waited)
        policy = self.partner.policy
        if policy.deletes is Deletes.ASK and self.partner.allowed is not None:
            policy = replace(policy, deletes=Deletes.MIRROR)
        return replace(
            policy,
            decisions=decisions(self.store, replica),
            placing=placing,
            quarantined=quarantined(self.store, self.timing.clock()) if self.partner.patient else {},
            fought=fought(self.store),
        )

    # -- care --------------------------------------------------------------------------------------------------

    def _judge(self, local: Side, replica: str, tag: str | None) -> bool:
        """Put the record right where an application saved an archive over our writes; whether there was anything.

        A program may save its file at any moment, also between two looks of one turn.
        """
        lost = heal(local, replica, tag, (self.store, *self.partner.neighbours))
        if lost:
            self.told.append(StaleSave(replica, lost))
        return lost is not None

    def _checked(self, source: Site, drawn: Drawn, local: Side, replica: str) -> Plan:
        """The plan that may be carried out, if the archive it was made from is still the one that was judged."""
        vanished = drawn.tag is None and replica in self.found
        if vanished or self._judge(local, replica, drawn.tag):
            raise _SavedMeanwhile
        return self._brake(source, drawn, replica)

    def _brake(self, source: Site, drawn: Drawn, replica: str) -> Plan:
        """The plan without its deletions, which come last, when it is known how many there are in all."""
        plan = drawn.plan
        self._begin_run(plan)
        self.postponed.pop((source, replica), None)
        if not plan.deletions:
            return plan
        if len(plan.deletions) <= self.released[source.other]:
            self.released[source.other] -= len(plan.deletions)
            return plan
        self.postponed[source, replica] = plan.deletions
        self.remote_topics = len(drawn.targets.topics) if source is Site.LOCAL else self.remote_topics
        return without_deletions(plan)

    def _deletions(self) -> Iterator[TurnEvent]:
        """What was deleted on one side is deleted on the other, unless it is too much at once: then nothing is."""
        for source in Site:
            waiting = {replica: steps for (site, replica), steps in self.postponed.items() if site is source}
            reason = self._too_many(source, waiting)
            self.released[source.other] = 0 if reason else sum(map(len, waiting.values()))
            for replica, steps in sorted(waiting.items()):
                if reason:
                    holds = self.holds.setdefault(replica, {})
                    holds[source] = (*holds.get(source, ()), *held_back(steps, reason))
                    yield Braked(source.other, replica, len(steps), reason)
                else:
                    yield from self._pass(source, replica, {})
            if waiting and not reason and source is Site.LOCAL and self.partner.way is Way.BOTH:
                yield from self._exports()  # other archives may hold what is gone now

    def _too_many(self, source: Site, waiting: Mapping[str, tuple[Step, ...]]) -> str:
        allowed = self.partner.allowed
        topics = {replica: sum(step.kind is Kind.TOPIC for step in steps) for replica, steps in waiting.items()}
        count, whole = sum(map(len, waiting.values())), sum(topics.values())
        if source is Site.LOCAL:
            # a file that holds nothing any more was hardly emptied topic by topic
            emptied = any(number > 1 and not self.topics.get(replica) for replica, number in topics.items())
            held = whole if emptied else self.remote_topics
        else:
            emptied = any(
                number >= len(self.topics.get(replica, ())) for replica, number in topics.items() if number > 1
            )
            held = whole if emptied else sum(map(len, self.topics.values()))
        return too_many(count, whole, held, allowed)

    def _spare(self, step: Step, drawn: Drawn) -> None:
        """Keep the topic of what is deleted next."""
        topic = step.topic and (key_of(Kind.TOPIC, "", step.topic))
        known = drawn.base.across(step.site.other, topic) if topic else None
        guid = known.guid if known else guid_key(step.target or step.guid)
        self.partner.spare(step.site, guid, drawn.target)

    # -- the record --------------------------------------------------------------------------------------------

    def _begin_run(self, plan: Plan) -> None:
        if not self.run and plan.steps:
            self.run = self.store.begin_run(self.command)

    def _end_run(self, status: str) -> None:
        if self.run:
            self.store.end_run(self.run, dict(self.counts), status)
            self.run = 0

    def _planned(self, source: Site, replica: str, plan: Plan) -> None:
        kept = self.conflicts.setdefault(replica, {})
        if source is Site.REMOTE:
            # the later look counts: what the import still saw may be settled since
            kept.clear()
        kept |= {(item.key, item.field): item for item in plan.conflicts}
        self.holds.setdefault(replica, {})[source] = plan.holds
        if plan.settle_until is not None:
            self.restless = True
        self.quarantined |= {
            key_of(item.kind, item.topic, item.guid) for item in plan.holds if item.cause is Cause.QUARANTINED
        }
        unread = {key_of(item.kind, "", item.guid): item for item in plan.holds if item.cause is Cause.UNREAD}
        for key in unread.keys() - self.quarantined:
            fail(self.store, key, unread[key].reason, self.timing.clock())
        self.quarantined |= unread.keys()

    def _applied(self, event: Applied) -> None:
        step, outcome = event.step, event.outcome
        key = step.kind, step.topic, step.guid
        if outcome.status is not Status.DONE:
            # what the server has no place for stays as it is, and is on record as that
            self.restless = self.restless or not outcome.unkept
            if outcome.status is not Status.HELD or not outcome.unkept:
                self.counts[str(outcome.status)] += 1
            if outcome.status in {Status.FAILED, Status.UNANSWERED}:
                fail(self.store, key_of(*key), outcome.message, self.timing.clock())
            return
        self.wrote_here = self.wrote_here or step.verb.writes
        # adoptions count, too: one more turn finds that nothing is left
        self.written += 1
        self.counts["adopted" if outcome.adopted or not step.verb.writes else f"{step.site} {step.verb}"] += 1

    def _note_leftovers(self, replica: str) -> None:
        now = self.timing.clock()
        found = self.conflicts.get(replica, {}).values()
        self.store.set_conflicts(replica, [stored_conflict(item, replica, now) for item in found])
        holds = {hold: None for each in self.holds.get(replica, {}).values() for hold in each}
        self.store.set_holds(replica, [stored_hold(item, replica, now) for item in holds])

    def _remember(self) -> None:
        """Remember what the turn saw; where nothing was left to do, the next turn may believe it."""
        now = self.timing.clock()
        # what was sent without an answer is looked for until it is too old to come
        calm = not (self.written or self.restless or self.store.is_waiting(now - LOOK_AGAIN))
        if calm and self.remote_moved:
            self.store.note(PUT_BACK, "")
        if calm and self.partner.patient and self.remote_moved:
            # what nobody plans any more has no next try either
            self.store.forgive(set(self.store.failures()) - self.quarantined)
        records = [
            # an archive that was saved between the scan and the look has not had its pass yet
            ArchiveRecord(replica, stamp, None, settled=calm and stamp == self.found.get(replica, stamp), looked=now)
            for replica, stamp in self.stamps.items()
            if replica not in self.broken
        ]
        self.store.remember_archives(records)
        tag = self.side.listing().tag if calm else None
        # a turn that only looked at the files has not looked at the server
        before = json.loads(self.store.noted(_QUIET) or "{}")
        looked = now.isoformat() if self.remote_moved else before.get("looked", now.isoformat())
        quiet = {"tag": tag, "policy": self._policy_name(), "looked": looked} if tag is not None else {}
        self.store.note(_QUIET, json.dumps(quiet))
