"""A deep look at a folder and its server: what differs although neither side has changed since they agreed.

Owns: what counts as a divergence. Sees: run, plan, store. Nothing is written. Everything is read anew, and compared
twice by the planner itself: with the record, which says what a turn would do, and without it, which says what is
different at all. What only the second one finds is a divergence: no turn would ever see it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bcfsync.base import read_base
from bcfsync.changes import Base, Bodies, Conflict, Hold, Key, Kind, Listing, Plan, Side, Site, Step, Verb, key_of
from bcfsync.errors import InvalidArchive
from bcfsync.interpreting import ends_of
from bcfsync.plan.decide import decide, unfolded
from bcfsync.plan.policy import Placing, Policy
from bcfsync.plan.triage import Triage, triage
from bcfsync.sides.archives import Folder
from bcfsync.sides.remembered import Remembered
from bcfsync.turn import Partner, Unreadable


@dataclass(frozen=True, slots=True)
class Divergence:
    """Something that is different, and that neither side has changed since they agreed.

    Attributes:
        replica: the archive.
        label: how to call it before people.
        what: the member, or what is missing where.
        local, remote: both values, where they are one each.
    """

    replica: str
    label: str
    what: str
    local: str | None = None
    remote: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """An archive was compared: how many topics it holds, how many changes wait for a turn, and how many are held.

    What is held waits for a person, a setting or the server: no turn sends it as things are.
    """

    replica: str
    topics: int
    pending: int
    held: int


@dataclass(frozen=True, slots=True)
class _Ends:
    """Both sides as they were read, whole."""

    base: Base
    listings: dict[Site, Listing]
    bodies: dict[Site, Bodies]
    remote: Side
    local: Side


def verify(folder: Folder, partner: Partner) -> Iterator[Divergence | Looked | Unreadable]:
    """Compare every archive with the server, topic by topic.

    Raises:
        Guarded, ServerTrouble, LoginNeeded: (subclasses) nothing can be compared.
    """
    server = Remembered(partner.side)  # read anew, and once for all archives
    for replica in sorted(folder.scan()):
        try:
            local = folder.open(replica)
            remote = ends_of(local, server, partner.store, replica, partner.policy).remote
            mine, listing = local.listing(), remote.listing()
            ends = _Ends(
                read_base(partner.store, replica),
                {Site.LOCAL: mine, Site.REMOTE: listing},
                {Site.LOCAL: local.load(mine.topics), Site.REMOTE: remote.load(listing.topics)},
                remote,
                local,
            )
        except InvalidArchive as error:
            yield Unreadable(replica, str(error))
            continue
        finally:
            folder.close(replica)
        yield from _compared(ends, replica, partner.policy)


def _compared(ends: _Ends, replica: str, policy: Policy) -> Iterator[Divergence | Looked]:
    # this archive takes nothing new: what it lacks may be in another one
    policy = replace(policy, placing=Placing(replica, ""))
    bare = Base(to_remote=ends.base.to_remote, to_local=ends.base.to_local)
    pending: set[Key] = set()
    held: set[tuple[Key, str]] = set()
    for source in Site:
        plan = _plan(ends, source, ends.base, policy)
        pending |= {_key(item, source, ends.base) for item in plan.writes}
        pending |= {_key(item, source, ends.base) for item in plan.conflicts}
        held |= {(_key(item, source, ends.base), item.reason) for item in plan.holds}
    known_to_wait = pending | {key for key, _ in held}
    # most differences are seen from both sides
    found: dict[tuple[str, str], Divergence] = {}
    known = _unfolded(ends, policy)
    for source in Site:
        for item in _different(_plan(known, source, bare, policy), source, ends.base, known_to_wait):
            found.setdefault((item.label, item.what), replace(item, replica=replica))
    yield from found.values()
    pending -= ends.base.untaken
    waiting = sum(key not in pending | ends.base.untaken for key, _ in held)
    yield Looked(replica, len(ends.listings[Site.LOCAL].topics), len(pending), waiting)


def _unfolded(ends: _Ends, policy: Policy) -> _Ends:
    """The same with the archive's changed viewpoints under the guids by which the server holds them."""
    local, remote = ends.bodies[Site.LOCAL], ends.bodies[Site.REMOTE]
    shown = unfolded(_triage(ends, Site.LOCAL, ends.base, policy), ends.base, local, remote)
    return replace(ends, bodies={Site.LOCAL: shown, Site.REMOTE: remote})


def _plan(ends: _Ends, source: Site, base: Base, policy: Policy) -> Plan:
    found = _triage(ends, source, base, policy)
    return decide(found, base, ends.bodies[source], ends.bodies[source.other], policy)


def _triage(ends: _Ends, source: Site, base: Base, policy: Policy) -> Triage:
    goal = ends.local if source is Site.REMOTE else ends.remote
    return triage(
        base,
        source,
        ends.listings[source],
        ends.listings[source.other],
        goal.capabilities,
        remote=ends.remote.capabilities,
        policy=policy,
    )


def _key(item: Step | Conflict | Hold, source: Site, base: Base) -> Key:
    """The local key of what a plan changes or leaves open."""
    return _local(source, base, key_of(item.kind, item.topic, item.guid))


def _local(source: Site, base: Base, key: Key) -> Key:
    return base.local_key(source, key) or key


def _different(plan: Plan, source: Site, base: Base, waiting: set[Key]) -> Iterator[Divergence]:
    def is_known(kind: Kind, topic: str, guid: str) -> bool:
        return _local(source, base, key_of(kind, topic, guid)) in waiting

    for conflict in plan.conflicts:
        if not is_known(conflict.kind, conflict.topic, conflict.guid):
            yield Divergence("", conflict.label, conflict.field, conflict.local, conflict.remote)
    for step in plan.writes:
        if step.kind is Kind.PROJECT or is_known(step.kind, step.topic, step.guid):
            continue
        where = "the server" if source is Site.LOCAL else "the archive"
        what = f"is not on {where}" if step.verb is Verb.CREATE else ", ".join(step.fields) or "differs"
        yield Divergence("", step.label, what)
    for hold in plan.holds:
        if not is_known(hold.kind, hold.topic, hold.guid):
            yield Divergence("", hold.label, hold.reason)
