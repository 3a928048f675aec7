"""Deciding which archive of a folder a topic of the server belongs to.

Owns: where topics go that an archive does not hold. Sees: the drawing board. Rules: docs/sync-rules.md, "Several
archives in one folder".
"""

from bcfsync.advance import said
from bcfsync.changes import Cause, Entity, Key, Kind, key_of
from bcfsync.guids import guid_key
from bcfsync.model import Topic
from bcfsync.plan import deleting
from bcfsync.plan.drawing import Atom, Drawing
from bcfsync.plan.pairing import Pair
from bcfsync.plan.policy import Placing


def belongs_here(drawing: Drawing, atom: Atom, topic: Topic, item: Pair) -> bool:
    """Whether a topic that this archive lacks is any business of its pass; where it is, the ordinary rules go on.

    A topic that this archive held and another holds now is unbound from this one.
    """
    placing = drawing.policy.placing
    if placing is None:
        return True
    local = drawing.base.to_local.get(atom.key)
    if local is not None and item.gone:
        if local.guid not in placing.elsewhere:
            return True
        deleting.unbind(drawing, atom, topic, local.guid)
        return False
    if {guid_key(topic.guid), local.guid if local else ""} & placing.elsewhere:
        return False
    if local in drawing.base.open:
        return True  # a program that had never seen it saved this archive without it
    return placing.takes(topic) and (local is None or _returns(drawing, placing, local, atom, topic))


def _returns(drawing: Drawing, placing: Placing, local: Key, atom: Atom, topic: Topic) -> bool:
    """Whether a topic that some archive held once, and none holds now, goes to the archive for new ones."""
    if placing.present & frozenset(drawing.base.holders.get(local, ())):
        return False  # that archive's own pass sends it again, or says why not
    if _edited(drawing, topic):
        return True
    drawing.hold(atom, "is in no archive any more; not sent again", Cause.MISSING)
    return False


def _edited(drawing: Drawing, topic: Topic) -> bool:
    """Whether the server's topic or its thread is not as it was when it last agreed with any archive."""
    atoms: list[tuple[Key, Entity]] = [(key_of(Kind.TOPIC, "", topic.guid), topic)]
    atoms += [(key_of(Kind.COMMENT, topic.guid, item.guid), item) for item in topic.comments]
    if any(not _as_confirmed(drawing, key, value) for key, value in atoms):
        return True
    views = (key_of(Kind.VIEWPOINT, topic.guid, item.guid) for item in topic.viewpoints)
    return any(key not in drawing.base.to_local for key in views)


def _as_confirmed(drawing: Drawing, key: Key, value: Entity) -> bool:
    local = drawing.base.to_local.get(key)
    confirmed = drawing.base.remote.get(local) if local is not None else None
    return confirmed is not None and said(confirmed) == said(value)
