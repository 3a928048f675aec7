"""Taking out of a plan what must not be tried now, with everything that needs it.

Owns: quarantine, and atoms that programs fight about. Sees: the drawing board, policy.
"""

from collections.abc import Iterable, Iterator

from bcfsync.changes import Cause, Hold, Key, Kind, Step, Verb, key_of
from bcfsync.model import Comment, DocumentReference
from bcfsync.plan.drawing import Atom, Drawing

_FOUGHT = "was taken out of the archive again and again after it was written; somebody means it, or two programs fight"
_NEEDED = "needs what is held: {reason}"


def kept(drawing: Drawing, steps: Iterable[Step]) -> Iterator[Step]:
    """The steps that may be done; the others become holds, and so do creations of what hangs on them."""
    withheld: dict[Key, str] = {}
    for step in steps:
        if not step.verb.writes:
            yield step
            continue
        own = _reason(drawing, step)
        reason, cause = own or _of_what_it_needs(step, withheld)
        if not reason:
            yield step
            continue
        if step.verb is Verb.CREATE:
            withheld[key_of(step.kind, step.topic, step.guid)] = reason
        drawing.holds.append(Hold(step.kind, step.topic, step.guid, reason, step.label, cause))


def _reason(drawing: Drawing, step: Step) -> tuple[str, Cause] | None:
    policy = drawing.policy
    if not (policy.quarantined or policy.fought):
        return None
    local = drawing.local_key(Atom(step.kind, step.topic, step.guid, ""))
    inside = step.verb is Verb.DELETE and any(key.topic == local.guid for key in policy.fought)
    if local in policy.fought or inside:
        return _FOUGHT, Cause.OTHER
    if local in policy.quarantined:
        return policy.quarantined[local], Cause.QUARANTINED
    return None


def _of_what_it_needs(step: Step, withheld: dict[Key, str]) -> tuple[str, Cause]:
    needed = (withheld[key] for key in _needs(step) if key in withheld)
    reason = next(needed, "")
    return (_NEEDED.format(reason=reason), Cause.QUARANTINED) if reason else ("", Cause.OTHER)


def _needs(step: Step) -> Iterator[Key]:
    """What must be there before a step: its topic, and what its value refers to."""
    if step.topic:
        yield key_of(Kind.TOPIC, "", step.topic)
    match step.value:
        case Comment(viewpoint_guid=view, reply_to_comment_guid=reply):
            if view:
                yield key_of(Kind.VIEWPOINT, step.topic, view)
            if reply:
                yield key_of(Kind.COMMENT, step.topic, reply)
        case DocumentReference(document_guid=str() as document):
            yield key_of(Kind.DOCUMENT, "", document)
        case _:
            pass
