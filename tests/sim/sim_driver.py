"""The engine as the simulator drives it: turn by turn."""

from contextlib import closing
from typing import TYPE_CHECKING, Any

from bcfsync.changes import Bodies, Status
from bcfsync.plan.policy import Deletes, Policy, Prefer
from bcfsync.run import Applied, Planned, Timing
from bcfsync.turn import Partner, Pass, StaleSave, turn

if TYPE_CHECKING:
    from sim_machine import Machine
    from sim_world import World


class Engine:
    """Drives a pair; everything it knows between two turns is in the store."""

    def __init__(self, world: "World", machine: "Machine") -> None:
        """Set the policy of the scenario."""
        self.world = world
        self.machine = machine
        self.spared: list[Bodies] = []
        self.failed = 0

    def turn(self) -> None:
        """One turn, to its end or to its crash."""
        self.failed = 0
        world, scenario = self.world, self.world.scenario
        prefer = {} if scenario.prefer is Prefer.MANUAL else {"*": scenario.prefer}
        partner = Partner(
            world.server,
            self.machine.store,
            scenario.inbox,
            Policy(deletes=scenario.deletes, prefer=prefer),
            allowed=scenario.allowed if scenario.deletes is Deletes.MIRROR else None,
            spare=lambda _site, _topic, bodies: self.spared.append(bodies),
        )
        timing = Timing(lambda: world.now, world.sleep)
        with closing(turn(self.machine.folder, partner, timing)) as events:  # type: ignore[type-var]
            for event in events:
                self._note(event)

    def _note(self, event: object) -> None:
        match event:
            case Planned(plan):
                self._tell_plan(plan)
            case Applied(step, outcome):
                if outcome.status is not Status.DONE or step.verb.writes:
                    self.world.counts[f"outcomes {outcome.status}"] += 1
                    self.failed += outcome.status is not Status.DONE
                    self._tell_applied(step, outcome)
            case StaleSave():
                self.world.counts["stale saves healed"] += 1
                self.world.tell(f"  {event}")
            case Pass():
                pass
            case _:
                self.world.tell(f"  {event}")

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
