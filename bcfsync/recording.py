"""What goes on record of a change: before it is sent, and when its outcome is known.

Owns: ids across sides during an execution; steps and outcomes → what the store takes. Sees: changes, advance, store's
words. Decides nothing, and writes nothing itself.
"""

from dataclasses import replace
from functools import partial
from typing import Any

from bcfsync import plain
from bcfsync.advance import advanced, agreed_relations, filled_in, unmerged
from bcfsync.canonical import OWN_WORDS, same
from bcfsync.changes import (
    LINKS,
    Base,
    Change,
    Entity,
    Key,
    Kind,
    Outcome,
    Related,
    Site,
    Status,
    Step,
    Verb,
    key_of,
)
from bcfsync.guids import guid_key
from bcfsync.marks import is_mark
from bcfsync.merge import Shadows
from bcfsync.plan.answering import past
from bcfsync.plan.deleting import held_by_others
from bcfsync.plan.stale import AGAIN
from bcfsync.store import REMOTE, UNSETTLED, Confirmation, Deed, SentWrite, Unacknowledged, seen_by

PARTS = frozenset({Kind.SNIPPET, Kind.FILES, Kind.RELATED})
"""What has no id of its own: it goes by its topic's."""


class Across:
    """Which id on the one side is which on the other, as far as it is known by now."""

    def __init__(self, base: Base, source_site: Site) -> None:
        self.source_site = source_site
        self._ids = dict(base.to_remote if source_site is Site.LOCAL else base.to_local)

    def find(self, key: Key) -> Key | None:
        """The id on the target; None where there is none yet."""
        return self._ids.get(key)

    def note(self, source: Key, target: Key) -> None:
        """Something has come across."""
        self._ids[source] = target

    def source_key(self, step: Step) -> Key:
        """What a step brings, by its id where it comes from."""
        return key_of(step.kind, step.topic, step.guid)

    def target_topic(self, step: Step) -> str:
        """The topic a step is for, by its id on the target; "" for a topic itself."""
        return self._ids[key_of(Kind.TOPIC, "", step.topic)].guid if step.topic else ""

    def target_key(self, step: Step, outcome: Outcome) -> Key:
        """What a step brought, by its id where it is now."""
        topic = self.target_topic(step)
        return key_of(step.kind, topic, topic if step.kind in PARTS else outcome.guid)

    def related(self, guid: str) -> str:
        """A topic by its id on the target, or by the one it has where that is not known."""
        found = self._ids.get(key_of(Kind.TOPIC, "", guid))
        return found.guid if found else guid

    def linked(self, step: Step, guid: str) -> str:
        """What an entity refers to, by its id on the target."""
        kind = LINKS.get(step.kind, step.kind)
        found = self._ids.get(key_of(kind, "" if kind is Kind.DOCUMENT else step.topic, guid))
        return found.guid if found else guid_key(guid)


class Recording:
    """Works out what the store is told of the steps of one plan."""

    def __init__(self, base: Base, replica: str, across: Across) -> None:
        """Begin with what is on record.

        Args:
            base: the state the plan was made from.
            replica: the name of the archive that takes part.
            across: the ids, which grow while the plan is carried out.
        """
        self.base = base
        self.replica = replica
        self.across = across
        self.site = across.source_site.other
        self._agreed_now: dict[Key, Shadows] = {}

    def sent(self, step: Step, change: Change) -> SentWrite | None:
        """What both sides will have agreed on if it comes; None where that is nothing."""
        if step.verb is Verb.DELETE:
            return None
        local, replica = self.across.source_key(step), self.replica
        shadows = self._shadows(step, Outcome(step.number, Status.DONE, change.guid, change.value), local)
        if shadows[replica] == UNSETTLED:
            return None
        value = plain.dumps(change.value)
        return SentWrite(local, replica, step.verb, step.fields, value, shadows[replica], shadows[seen_by(replica)])

    def confirmed(self, step: Step, outcome: Outcome) -> Confirmation:
        """What is agreed when a step is done; from then on its ids are known."""
        source, target = self.across.source_key(step), self.across.target_key(step, outcome)
        self.across.note(source, target)
        local, remote = (source, target) if self.across.source_site is Site.LOCAL else (target, source)
        return self._confirmation(step, outcome, local, remote)

    def deed(self, step: Step, outcome: Outcome, local: Key) -> Deed:
        """What the log says of it."""
        target = self.across.target_key(step, outcome)
        gone = step.verb is Verb.DELETE
        before = step.expected if step.verb is not Verb.CREATE else None
        held = outcome.value if outcome.value is not None else step.value
        return Deed(
            str(self.site), str(step.verb), local, step.label, step.fields, self.replica,
            guid=outcome.guid or target.guid,
            topic=target.topic,
            before=None if before is None else plain.dumps(before),
            after=None if gone else plain.dumps(held),
        )  # fmt: skip

    def written(self, step: Step, value: Entity, change: Change) -> Unacknowledged:
        """What an archive is about to be given; a program that loaded it before may still save what it had."""
        local = key_of(step.kind, change.topic, change.topic if step.kind in PARTS else change.guid)
        return self._unacknowledged(step, local, value)

    def _confirmation(self, step: Step, outcome: Outcome, local: Key, remote: Key) -> Confirmation:
        replica = self.replica
        deed = self.deed(step, outcome, local) if step.verb.writes and not outcome.adopted else None
        unkept = outcome.unkept if step.verb.writes and self.site is Site.REMOTE else None
        written = None
        if step.verb is Verb.UNBIND or (step.verb is Verb.DELETE and self.site is Site.LOCAL):
            if deed is not None:
                written = self._unacknowledged(step, local, None)
            # other archives may hold it still
            return Confirmation(local, remote, {}, deed=deed, written=written, unbound=replica)
        if step.verb is Verb.DELETE and held_by_others(self.base, local):
            # on record for the others: what they hold is deleted there, too, and not sent again
            return Confirmation(local, remote, {}, deed=deed, unbound=replica)
        if step.verb is Verb.DELETE:
            return Confirmation(local, remote, {}, deed=deed, gone=True)
        return Confirmation(local, remote, self._shadows(step, outcome, local), deed=deed, unkept=unkept)

    def _unacknowledged(self, step: Step, local: Key, new: Entity | None) -> Unacknowledged:
        ours, seen = past(self.base, local, step.origin)
        if step.fields and step.expected is not None and step.verb is Verb.UPDATE:
            ours, seen = self._loadable(step, (ours, seen))
        text, before, then = (None if item is None else plain.dumps(item) for item in (new, ours, seen))
        fields = (*step.fields, AGAIN) if self._is_written_again(step, local, new) else step.fields
        return Unacknowledged(local, str(step.verb), fields, text, before, then)

    def _loadable(self, step: Step, known: tuple[Entity | None, Entity | None]) -> tuple[Entity | None, Entity | None]:
        """What a program may have loaded before a write: where nothing is on record, what the archive holds now."""
        ours: Any
        seen: Any
        (ours, seen), held, names = known, step.expected, step.fields
        if ours is None or seen is None:
            across = partial(self.across.linked, step)
            seen, ours = advanced(Shadows(None, None), step.origin, held or step.origin, (), across).both
        else:
            names = tuple(name for name in names if is_mark(getattr(ours, name)))
        members = {name: getattr(held, name) for name in names}
        return replace(ours, **members), replace(seen, **members)

    def _is_written_again(self, step: Step, local: Key, new: Entity | None) -> bool:
        """Whether an older file of the archive may hold what is written now, too."""
        if step.verb is Verb.CREATE:
            return local in self.base.to_remote
        words = [name for name in step.fields if name in OWN_WORDS]
        copies = (ours for ours, _ in self.base.copies.get(local, ())) if words else ()
        return any(same(getattr(ours, name), getattr(new, name)) for ours in copies for name in words)

    def _shadows(self, step: Step, outcome: Outcome, local: Key) -> dict[str, str]:
        held = outcome.value if outcome.value is not None else step.value
        sides = past(self.base, local, step.expected if self.site is Site.REMOTE else step.origin)
        old = Shadows(*(sides if self.across.source_site is Site.LOCAL else reversed(sides)))
        if step.verb is Verb.UPDATE and not old.known and local in self.base.copies:
            # an archive new to the pair, measured by others: it is measured once more when both sides are alike
            return {self.replica: UNSETTLED}
        if step.verb is Verb.ADOPT:
            self._agreed_now[local] = Shadows(step.origin, held)
            return self._texts(step.origin, held)
        old = self._agreed_now.get(local, old)
        if isinstance(step.origin, Related) and isinstance(held, Related):
            new = agreed_relations(
                old, step.origin, held, lambda guid: guid_key(self.across.related(guid)), step.expected
            )
        else:
            written = step.fields if step.verb is Verb.UPDATE else None
            new = advanced(
                old, step.origin, held, written, lambda guid: self.across.linked(step, guid), expected=step.expected,
                held=step.held,
            )  # fmt: skip
            new = unmerged(new, step.merged) if step.merged else new
            new = filled_in(new, held, outcome.filled) if outcome.filled else new
        return self._texts(new.source, new.target)

    def _texts(self, source: object, target: object) -> dict[str, str]:
        ours, theirs = plain.dumps(source), plain.dumps(target)
        local_text, remote_text = (ours, theirs) if self.across.source_site is Site.LOCAL else (theirs, ours)
        replica = self.replica
        return {replica: local_text, seen_by(replica): remote_text, REMOTE: remote_text}
