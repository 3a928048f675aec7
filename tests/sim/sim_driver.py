"""The engine as the simulator drives it: turn by turn."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from bcfsync.changes import Bodies, Conflict, Hold, Site, Status
from bcfsync.execute import Ends
from bcfsync.plan.policy import Deletes, Policy, Prefer
from bcfsync.run import Applied, Planned, Timing, run

try:
    from bcfsync.turn import Partner, Pass, StaleSave, turn
except ImportError:
    turn = None

if TYPE_CHECKING:
    from sim_world import World


class Engine:
    """Drives a pair; everything it knows between two turns is in the store."""

    def __init__(self, world: "World") -> None:
        """Set the policy of the scenario."""
        self.world = world
        self.plans: dict[tuple[str, Site], Any] = {}
        self.spared: list[Bodies] = []
        self.failed = 0
        if turn is None:
            world.folder.announces = False

    @property
    def policy(self) -> Policy:
        """The policy of the scenario."""
        scenario = self.world.scenario
        prefer = {} if scenario.prefer is Prefer.MANUAL else {"*": scenario.prefer}
        return Policy(deletes=scenario.deletes, prefer=prefer)

    def turn(self) -> None:
        """One turn, to its end or to its crash."""
        self.plans.clear()
        with closing(self._events()) as events:
            replica, source = "", Site.LOCAL
            for event in events:
                match event:
                    case Planned(plan):
                        self.plans[replica, source] = plan
                        self._tell_plan(plan)
                    case Applied(step, outcome) if outcome.status is not Status.DONE or step.verb.writes:
                        self.world.counts[f"outcomes {outcome.status}"] += 1
                        self.failed += outcome.status is not Status.DONE
                        self._tell_applied(step, outcome)
                    case Applied() | tuple():
                        pass
                    case _:
                        if turn is not None and isinstance(event, Pass):
                            replica, source = event.replica, event.source
                        elif turn is not None and isinstance(event, StaleSave):
                            self.world.counts["stale saves healed"] += 1
                            self.world.tell(f"  {event}")
                        elif isinstance(event, Beginning):
                            replica, source = event.replica, event.source
                        else:
                            self.world.tell(f"  {event}")

    def _events(self) -> Iterator[Any]:
        world = self.world
        if turn is None:
            return self._by_passes()
        scenario = world.scenario
        partner = Partner(
            world.server,
            world.store,
            scenario.inbox,
            self.policy,
            allowed=scenario.allowed if scenario.deletes is Deletes.MIRROR else None,
            spare=lambda _site, _topic, bodies: self.spared.append(bodies),
        )
        return turn(world.folder, partner, Timing(lambda: world.now, world.sleep))

    def _by_passes(self) -> Iterator[Any]:
        world = self.world
        timing = Timing(lambda: world.now, world.sleep)
        names = sorted({*world.folder.scan()})
        for source in (Site.LOCAL, Site.REMOTE):
            for replica in names:
                yield Beginning(source, replica)
                local = world.folder.open(replica)
                yield from run(source, Ends(local, world.server, replica), world.store, Policy(), timing)

    # -- telling -----------------------------------------------------------------------------------------------

    def _tell_plan(self, plan: Any) -> None:
        if not self.world.telling:
            return
        for item in plan.conflicts:
            self.world.tell(f"  conflict: {item.label}: {item.field}: {item.base!r} | {item.local!r} | {item.remote!r}")
        for item in plan.holds:
            self.world.tell(f"  held: {item.label}: {item.reason}")

    def _tell_applied(self, step: Any, outcome: Any) -> None:
        if self.world.telling:
            fields = f" ({', '.join(step.fields)})" if step.fields else ""
            said = f"  engine: {step.verb} {step.kind} {step.label}{fields} on the {step.site} side: {outcome.status}"
            self.world.tell(f"{said} {outcome.message}".rstrip())

    # -- what is left ------------------------------------------------------------------------------------------

    def conflicts(self) -> list[Conflict]:
        """The conflicts of the last turn."""
        return [item for plan in self.plans.values() for item in plan.conflicts]

    def holds(self) -> list[Hold]:
        """The holds of the last turn."""
        return [item for plan in self.plans.values() for item in plan.holds]


class Beginning:
    """A pass begins."""

    def __init__(self, source: Site, replica: str) -> None:
        """Name it."""
        self.source = source
        self.replica = replica
