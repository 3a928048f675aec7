"""What must hold when faults and actors have stopped: sync.md 3.1 (a) to (e) and (h).

(f) and (g) are matters of files on a disk; here (g) is that the engine replaces a file in one step, which is how the
folder in memory is built. Every finding is a letter and a sentence. What is excused is counted under its reason; the
reasons are listed in README.md beside this file.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sim_ledger import SCALARS, date_in, tokens_in, tokens_of_plain
from sim_machine import Machine
from sim_scenario import Scenario
from sim_tools import TOOL_OVER_TOOL
from sim_world import World

from bcfsync import plain
from bcfsync.advance import said
from bcfsync.canonical import same, same_set
from bcfsync.changes import ENTITIES, Bodies, Files, Key, Kind, Related, Site, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.model import Comment, Topic, Viewpoint
from bcfsync.plan.policy import Deletes, Prefer
from bcfsync.plan.topics import own_part
from bcfsync.store import REMOTE, UNSETTLED, seen_of

MOST_TURNS = 5
PAUSE = timedelta(minutes=2)
"""Between two turns of a watch; an archive that is gone as long counts as gone."""
ANOTHER_COMPUTER = "a server with ids of its own does not say that what another computer sent is what is here, too"
HABIT = "habit"
"""Stands for a value no person wrote: what a tool writes by habit."""
_PLURAL = {"label": ("labels",), "stage": ("stage",), "due_date": ("due_date",)}
"""The members whose names are not what the ledger calls them."""
_NAMES = re.compile(r"\S+\.bcf|\bk\d+q\b")


@dataclass
class Verdict:
    """What a scenario showed."""

    scenario: Scenario
    findings: list[str] = field(default_factory=list)
    excused: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    story: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)

    @property
    def letters(self) -> str:
        """The letters of the findings."""
        return "".join(sorted({item[1] for item in self.findings}))

    @property
    def kinds(self) -> set[str]:
        """The findings without the names of archives and tokens."""
        return {_NAMES.sub("", item.partition(":")[0]) for item in self.findings}


def judge(scenario: Scenario, *, telling: bool = False) -> Verdict:
    """Play a scenario to its end and look at what is left."""
    world = World(scenario, telling=telling)
    verdict = Verdict(scenario)
    try:
        world.run()
        _Oracle(world, verdict).look()
    finally:
        world.close()
    verdict.counts = world.counts + world.ledger.counts
    verdict.story, verdict.trace = world.story, world.trace
    vars(world).clear()  # what holds on to each other in it is let go of at once, not only when garbage is collected
    return verdict


class _Oracle:
    def __init__(self, world: World, verdict: Verdict) -> None:
        self.world = world
        self.verdict = verdict

    def find(self, letter: str, words: str) -> None:
        """Something that must not be."""
        self.verdict.findings.append(f"({letter}) {words}")
        self.world.tell(f"FOUND ({letter}) {words}")

    def look(self) -> None:
        """Everything, in an order in which the first finding says most."""
        guarded = self._converges()
        for broken in self.world.broken:
            self.find("x", f"the engine broke: {broken}")
        self._nothing_lost()
        self._nothing_doubled()
        self._nothing_deleted()
        if guarded or self.world.broken:
            return
        for machine in self.world.machines:
            self._all_alike(machine)
            self._shadows_true(machine)

    # -- (a) and (e) -------------------------------------------------------------------------------------------

    def _converges(self) -> bool:
        """Within five turns there is nothing left to write, and then there is not ever again."""
        world = self.world
        world.calm()
        quiet = False
        for _ in range(MOST_TURNS):
            before = world.writes()
            world.now += PAUSE
            ended = world.turns()
            if ended.startswith("Emptied"):
                self.verdict.excused["guard: the server's project was emptied by its users"] += 1
                return True
            if ended:
                self.find("a", f"a turn without faults ends: {ended}")
                return True
            if quiet := world.writes() == before and not any(map(_is_restless, world.machines)):
                break
        if not quiet:
            self.find("a", f"still writing after {MOST_TURNS} turns")
            return False
        if world.scenario.seed % 4:
            return False  # a turn without a write was one already; another one now and then
        before = world.writes()
        ended = world.turns()
        if ended or world.writes() != before:
            self.find("e", f"a turn after a quiet one writes again {ended}".rstrip())
        return False

    # -- (b) ---------------------------------------------------------------------------------------------------

    def _nothing_lost(self) -> None:
        world = self.world
        present = {token for topic in self._everywhere() for token in tokens_in(topic)}
        recorded = self._recorded()
        for written in world.ledger.open():
            token = written.token
            if token in present:
                continue
            if token in recorded:
                world.counts["kept by a conflict record"] += 1
            elif token in world.ledger.excused:
                self.verdict.excused[world.ledger.excused[token]] += 1
            elif reason := self._preferred(token) or self._unknowable(token) or self._trashed(token):
                self.verdict.excused[reason] += 1
            else:
                self.find("b", f"lost: {written.what} {token} by {written.who}")

    def _everywhere(self) -> Iterator[Topic]:
        yield from self.world.server.bcf.topics
        for machine in self.world.machines:
            for file in machine.folder.files.values():
                yield from file.bcf.topics

    def _recorded(self) -> set[str]:
        """Tokens that stand in a conflict a person will see."""
        found = set()
        for item in (item for machine in self.world.machines for item in machine.store.conflicts()):
            for value in (item.local, item.remote):
                found.update(tokens_in(value or ""))
                found.update(tokens_in(date_in(value)))
        return found

    def _preferred(self, token: str) -> str:
        """Where a rule of preference decided: the loser stands in the log, and the winner had not been seen by it."""
        if self.world.scenario.prefer is Prefer.MANUAL:
            return ""
        ledger = self.world.ledger
        logged = list(self._logged())
        sent = {(item, name) for site, name, _, after in logged if site == Site.REMOTE for item in after}
        for site, replica, before, after in logged:
            if token not in before:
                continue
            winners = [item for item in after if item not in before]
            if any(not ledger.descends(token, item) for item in winners):
                return "preferred: the loser is in the log"
            if site == Site.LOCAL and any(
                (item, name) in sent and name != replica for item in winners for _, name in sent
            ):
                return "preferred: of two copies of a file, the server has the value of the other one"
            if site == Site.LOCAL and token in ledger.third:
                return "preferred: an edit of the very value that came last looks like one of an older copy (2.7)"
            if token in (ledger.unmet if site == Site.LOCAL else ledger.unmet_elsewhere):
                return "preferred: written before the archive was ever met, so without a common past"
        return ""

    def _unknowable(self, token: str) -> str:
        """Where nobody could tell the later value from the earlier one: it was written over, and stands in the log."""
        ledger = self.world.ledger
        for site, replica, before, after in self._logged():
            if site != Site.REMOTE or token not in before or token in after:
                continue
            if self.world.restored:
                return "a state from a backup does not know what a program had not seen"
            sent = {name for at, name, _, new in self._logged() if at == Site.REMOTE and token in new}
            if token in ledger.unmet and sent != {replica}:
                return "two copies of a file, edited before either was met: what the later one says is believed (A2)"
        return ""

    def _trashed(self, token: str) -> str:
        """What the server never carried goes with its topic when that is deleted there; it is in the trash."""
        world = self.world
        spared = (topic for bodies in self._spared() for topic in bodies.topics.values())
        own = world.scenario.profile.drops & {*_PLURAL.get(world.ledger.writes[token].what, ())}
        if own and any(token in tokens_in(topic) for topic in spared):
            return "a member the server does not carry, in a topic that was deleted there; it is in the trash"
        return ""

    def _spared(self) -> Iterator[Bodies]:
        """What was put by before it was deleted."""
        return (bodies for machine in self.world.machines for bodies in machine.engine.spared)

    def _logged(self) -> Iterator[tuple[str, str, list[str], list[str]]]:
        """Updates in the log, member by member: where, with which archive, and the tokens before and after."""
        for store in (machine.store for machine in self.world.machines):
            for deed in (deed for run in store.runs(1000) for deed in store.deeds(run.number)):
                if deed.before is None or deed.after is None:
                    continue
                before, after = json.loads(deed.before), json.loads(deed.after)
                for name in deed.fields:
                    winners = tokens_of_plain(after.get(name))
                    if str(after.get(name) or "").startswith("Offen") or (after.get(name) and not winners):
                        winners.append(HABIT)
                    yield deed.site, deed.replica, tokens_of_plain(before.get(name)), winners

    # -- (c) ---------------------------------------------------------------------------------------------------

    def _nothing_doubled(self) -> None:
        world = self.world
        places = [("the server", world.server.bcf)]
        for machine in world.machines:
            places += [(name + machine.whose, file.bcf) for name, file in machine.folder.files.items()]
        for place, bcf in places:
            for what, values in (
                ("topic", [tokens_in(topic.title) for topic in bcf.topics]),
                ("comment", [tokens_in(item) for topic in bcf.topics for item in topic.comments]),
                ("viewpoint", [tokens_in(item) for topic in bcf.topics for item in topic.viewpoints]),
            ):
                counted = Counter(token for tokens in values for token in tokens)
                for token in sorted(token for token, times in counted.items() if times > 1):
                    self._doubled(place, what, token)

    def _doubled(self, place: str, what: str, token: str) -> None:
        scenario = self.world.scenario
        if scenario.cap is not None and not scenario.flagged and not scenario.profile.client_guid:
            self.verdict.excused["a list cut without a hint hid what had arrived without an answer"] += 1
        elif self.world.restored and not scenario.profile.client_guid:
            self.verdict.excused["doubled: a state from a backup, and edited since it was sent"] += 1
        elif len(self.world.machines) > 1 and not scenario.profile.client_guid and self._is_sent_twice(token):
            self.verdict.excused[f"doubled: {ANOTHER_COMPUTER}"] += 1
        else:
            self.find("c", f"doubled on {place}: {what} {token}")

    def _is_sent_twice(self, token: str) -> bool:
        """Whether two computers had it by a file, or both sent it, or one sent again what was deleted on the server."""
        files = [machine.folder.files.values() for machine in self.world.machines]
        if all(any(token in file.by_tools for file in each) for each in files):
            return True
        sent = [
            any(
                deed.site == Site.REMOTE and deed.verb == Verb.CREATE and token in tokens_in(deed.after or "")
                for run in machine.store.runs(1000)
                for deed in machine.store.deeds(run.number)
            )
            for machine in self.world.machines
        ]
        return all(sent) or (any(sent) and token in self.world.ledger.deleted)

    # -- (d) ---------------------------------------------------------------------------------------------------

    def _nothing_deleted(self) -> None:
        """No deletion but where a person deleted, and what is deleted was put by first."""
        world = self.world
        gone = [("the server", item) for item in world.server.deleted]
        gone += [item for machine in world.machines for item in machine.folder.deleted]
        spared = {t for bodies in self._spared() for topic in bodies.topics.values() for t in tokens_in(topic)}
        world.counts["deletions"] += len(gone)
        for place, item in gone:
            tokens = tokens_in(item)
            if world.scenario.deletes is Deletes.NEVER:
                self.find("d", f"deleted on {place} although deletions do not travel: {tokens}")
            own = tokens_in(item.title) if isinstance(item, Topic) else tokens
            if any(world.ledger.excused.get(token) == TOOL_OVER_TOOL for token in tokens):
                self.verdict.excused[f"deleted: {TOOL_OVER_TOOL}"] += 1
            elif own and not any(token in world.ledger.deleted for token in own):
                self.find("d", f"deleted on {place}, though nobody deleted it: {tokens}")
            if missing := [token for token in tokens if token not in spared]:
                self.find("d", f"deleted on {place} without having been put by: {missing}")

    # -- every replica holds the same --------------------------------------------------------------------------

    def _all_alike(self, machine: Machine) -> None:
        world, store = self.world, machine.store
        self.across = dict(store.links())
        self.open = {(item.key.guid, item.field) for item in store.conflicts()}
        self.disputed = {item.key for item in store.conflicts()}
        self.held = {guid_key(guid) for item in store.holds() for guid in (item.guid, item.topic) if guid}
        there = {guid_key(topic.guid): topic for topic in world.server.bcf.topics}
        here: set[str] = set()
        for name, file in machine.folder.files.items():
            for topic in file.bcf.topics:
                key = key_of(Kind.TOPIC, "", topic.guid)
                remote = self.across.get(key)
                counterpart = there.get(remote.guid) if remote else None
                here.update({remote.guid} if remote else ())
                if counterpart is not None:
                    self._alike(name + machine.whose, topic, counterpart)
                elif not self._is_held(topic.guid):
                    title = tokens_in(topic.title)
                    self.find("b", f"{name}{machine.whose} holds a topic the server does not: {title}")
        for guid, topic in there.items():
            if guid in here or self._is_held(guid):
                continue
            if world.ledger.deleted & set(tokens_in(topic.title)):
                world.counts["deleted in a file by somebody, still on the server"] += 1
            elif machine.removed & set(tokens_in(topic)):
                self.verdict.excused["the only archive that held the topic was removed by somebody"] += 1
            else:
                title = tokens_in(topic.title)
                self.find("b", f"the server holds a topic no archive{machine.whose} does: {title}")

    def _is_held(self, *guids: str) -> bool:
        for guid in guids:
            key = guid_key(guid)
            ours = [local.guid for local, remote in self.across.items() if remote.guid == key]
            theirs = [remote.guid for local, remote in self.across.items() if local.guid == key]
            if any(item in self.held for item in (key, *ours, *theirs)):
                return True
        return False

    def _alike(self, name: str, topic: Topic, other: Topic) -> None:
        key = guid_key(topic.guid)
        for member in (*SCALARS, "labels", "reference_links", "index"):
            if (key, member) in self.open or member in self.world.scenario.profile.drops:
                continue
            ours, theirs = getattr(topic, member), getattr(other, member)
            if not self._same(ours, theirs):
                self.find("b", f"{name} and the server differ in {member}: {ours!r} and {theirs!r}")
        for kind, mine, yours in (
            (Kind.COMMENT, topic.comments, other.comments),
            (Kind.VIEWPOINT, topic.viewpoints, other.viewpoints),
        ):
            self._alike_children(name, key, kind, (mine, yours))

    def _same(self, ours: Any, theirs: Any) -> bool:
        if self.world.scenario.profile.normalises:
            return tokens_in(ours) == tokens_in(theirs) or sorted(tokens_in(ours)) == sorted(tokens_in(theirs))
        return same_set(ours, theirs) if isinstance(ours, tuple) else same(ours, theirs)

    def _alike_children(self, name: str, topic: str, kind: Kind, both: tuple[Any, Any]) -> None:
        theirs = {guid_key(item.guid): item for item in both[1]}
        paired = set()
        for item in both[0]:
            remote = self.across.get(key_of(kind, topic, item.guid))
            other = theirs.get(remote.guid) if remote else None
            if other is not None and remote is not None:
                paired.add(remote.guid)
                self._alike_texts(name, item, other)
            elif not self._is_held(item.guid):
                self.find("b", f"{name} holds a {kind} the server does not: {tokens_in(item)}")
        for guid, item in theirs.items():
            if guid not in paired and not self._is_held(guid) and not self._is_state(item, both[0]):
                self.find("b", f"the server holds a {kind} that {name} does not: {tokens_in(item)}")

    def _is_state(self, item: object, views: tuple[object, ...]) -> bool:
        """Whether a viewpoint of the server is what an archive shows, or once showed, under the guid of another one."""
        shown = tokens_in(views)
        ledger = self.world.ledger
        return isinstance(item, Viewpoint) and any(
            one == other or ledger.descends(other, one) or ledger.descends(one, other)
            for one in tokens_in(item)
            for other in shown
        )

    def _alike_texts(self, name: str, item: object, other: object) -> None:
        if not isinstance(item, Comment) or not isinstance(other, Comment):
            return
        if (guid_key(item.guid), "comment") not in self.open and not self._same(item.comment, other.comment):
            self.find("b", f"{name} and the server differ in a comment: {item.comment!r}, {other.comment!r}")

    # -- (h) ---------------------------------------------------------------------------------------------------

    def _shadows_true(self, machine: Machine) -> None:
        world = self.world
        real: dict[str, dict[Key, Any]] = {REMOTE: atoms(world.server.bcf.topics)}
        for name, file in machine.folder.files.items():
            real[name] = atoms(file.bcf.topics)
        for key, name, text in machine.store.shadows():
            archive = seen_of(name)
            place = REMOTE if archive is not None else name
            if (
                place not in real
                or (archive is not None and archive not in real)
                or text == UNSETTLED
                or key in self.disputed
            ):
                continue
            wanted = self.across.get(key) if place == REMOTE else key
            value = real[place].get(wanted) if wanted else None
            holders = [archive] if archive else [other for other in real if other != REMOTE]
            if place == REMOTE and not any(key in real[other] for other in holders):
                continue
            if key.kind not in {Kind.TOPIC, Kind.COMMENT} or self._is_held(key.guid, key.topic or key.guid):
                continue
            shadow = plain.loads(ENTITIES[key.kind], text)
            if value is None:
                world.counts["on record and held by neither side"] += place != REMOTE
            elif value is not None and _said(shadow) != _said(value):
                self.find("h", f"{name} is on record with {tokens_in(shadow)} and holds {tokens_in(value)}")


def _is_restless(machine: Machine) -> bool:
    """Whether a turn left something undone, or waits for an archive that may come back within a minute."""
    return bool(machine.engine.failed or set(machine.store.archives()) - set(machine.folder.files))


def atoms(topics: tuple[Topic, ...]) -> dict[Key, Any]:
    """Every atom of some topics by its key."""
    found: dict[Key, Any] = {}
    for topic in topics:
        found[key_of(Kind.TOPIC, "", topic.guid)] = own_part(topic)
        found[key_of(Kind.FILES, topic.guid, topic.guid)] = Files(topic.files)
        found[key_of(Kind.RELATED, topic.guid, topic.guid)] = Related(topic.related_topics)
        found |= {key_of(Kind.COMMENT, topic.guid, item.guid): item for item in topic.comments}
        found |= {key_of(Kind.VIEWPOINT, topic.guid, item.guid): item for item in topic.viewpoints}
    return found


def _said(value: Any) -> str:
    return value.comment.strip() if isinstance(value, Comment) else said(value)


__all__ = ["MOST_TURNS", "Verdict", "Viewpoint", "judge"]
