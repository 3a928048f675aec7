"""Which steps of a plan may be under way together, where a side can do several at once.

Owns: the order of the steps. Sees: changes. Rules:

- What happens to one topic happens one after the other, in the order of the plan.
- Topics are made one after the other, too: a server that numbers them does so in the order of the archive, and of two
  newcomers whose answers were lost nobody could tell which is which.
- Documents, relations, deletions and whatever else is not one topic's own wait for everything before them, and nothing
  begins beside them.
- Who asks for the next step only when the last one has ended gets the steps in the order of the plan.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import groupby

from bcfsync.changes import Kind, Step, Verb
from bcfsync.guids import guid_key

_ALONE = frozenset({Kind.DOCUMENT, Kind.PROJECT, Kind.RELATED})


class Lanes:
    """The steps of a plan, one lane for each topic: iterate for what may begin, and say what has ended."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._stretches = deque(tuple(group) for _, group in groupby(steps, _place))
        self._waiting: dict[str, deque[Step]] = {}
        self._ready: list[tuple[int, Step]] = []
        self._new: list[tuple[int, Step]] = []
        self._making = 0
        self._under_way: dict[int, Step] = {}

    def __iter__(self) -> Iterator[Step | None]:
        """What may begin now; None where something that is under way has to end first."""
        while True:
            step = self._next()
            if step is None and not self._under_way:
                if not self._stretches:
                    return
                self._enter(self._stretches.popleft())
                continue
            if step is not None:
                self._under_way[step.number] = step
                self._making += _makes_topic(step)
            yield step

    def ended(self, step: Step) -> None:
        """A step is over, whatever became of it: the next one of its topic may begin."""
        del self._under_way[step.number]
        self._making -= _makes_topic(step)
        waiting = self._waiting[_lane(step)]
        if waiting:
            self._free(waiting.popleft())

    def _enter(self, stretch: Sequence[Step]) -> None:
        self._waiting = defaultdict(deque)
        for step in stretch:
            self._waiting[_lane(step)].append(step)
        for lane in self._waiting.values():
            self._free(lane.popleft())

    def _free(self, step: Step) -> None:
        heappush(self._new if _makes_topic(step) else self._ready, (step.number, step))

    def _next(self) -> Step | None:
        """The first of what may begin, by its place in the plan."""
        new = self._new if not self._making else []
        queues = [queue for queue in (self._ready, new) if queue]
        return heappop(min(queues, key=lambda queue: queue[0][0]))[1] if queues else None


def _place(step: Step) -> tuple[str, int]:
    """What is the same for steps of which several may be under way, and for no other."""
    alone = step.kind in _ALONE or step.verb in {Verb.DELETE, Verb.UNBIND}
    return ("alone", step.number) if alone else ("topics", 0)


def _lane(step: Step) -> str:
    return guid_key(step.guid if step.kind is Kind.TOPIC else step.topic)


def _makes_topic(step: Step) -> bool:
    return step.kind is Kind.TOPIC and step.verb is Verb.CREATE
