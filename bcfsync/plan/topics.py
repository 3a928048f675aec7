"""Deciding about topics themselves and the relations between them.

Owns: the rules for a topic's own members and its relations. Sees: the drawing board. Rules: docs/sync-rules.md.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bcfsync.canonical import TOPIC_SCALARS, TOPIC_SETS, guid_keys, topic_content
from bcfsync.changes import Kind, Related, Site, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.merge import Shadows, merge_scalars, merge_sets
from bcfsync.model import Topic
from bcfsync.plan.drawing import Atom, Drawing
from bcfsync.plan.labels import part_label, topic_label
from bcfsync.plan.pairing import Pair
from bcfsync.plan.returning import returned


def own_part(topic: Topic) -> Topic:
    """The topic without its children and lists, which are atoms of their own."""
    snippet = replace(topic.bim_snippet, blob=None) if topic.bim_snippet else None
    return replace(
        topic, bim_snippet=snippet, files=(), document_references=(), related_topics=(), comments=(), viewpoints=()
    )


def plan_topic(drawing: Drawing, topic: Topic, counterpart: Topic | None, item: Pair) -> bool:
    """Steps for the topic itself; False where its parts must not follow."""
    atom = Atom(Kind.TOPIC, "", topic.guid, topic_label(topic))
    if counterpart is not None:
        _compare(drawing, atom, own_part(topic), own_part(counterpart))
        return True
    if item.gone and not _edited_since(drawing, atom, topic):
        drawing.hold_deleted(atom)
        return False
    own = own_part(topic)
    value = own
    if drawing.source_site is Site.REMOTE:
        confirmed = drawing.shadow(Site.REMOTE, Topic, atom.key)
        value = returned(own, confirmed, drawing.original(Topic, atom.key, confirmed))
        atom = replace(atom, label=topic_label(value))
    target = drawing.target_guid(drawing.scope(Kind.TOPIC), topic.guid)
    drawing.step("topics", Verb.CREATE, atom, value, origin=own, target=target)
    drawing.created.add(guid_key(topic.guid))
    return True


def _edited_since(drawing: Drawing, atom: Atom, topic: Topic) -> bool:
    """Whether a topic that is gone across was edited here since, or got something new: an edit beats a delete."""
    shadow = drawing.shadow(drawing.source_site, Topic, atom.key)
    if shadow is None or topic_content(shadow) != topic_content(topic):
        return True
    children = [(Kind.COMMENT, item.guid) for item in topic.comments]
    children += [(Kind.VIEWPOINT, item.guid) for item in topic.viewpoints]
    keys = (key_of(kind, topic.guid, guid) for kind, guid in children)
    return any(drawing.base.across(drawing.source_site, child) is None for child in keys)


def _compare(drawing: Drawing, atom: Atom, topic: Topic, held: Topic) -> None:
    shadows = Shadows(
        drawing.shadow(drawing.source_site, Topic, atom.key, topic),
        drawing.shadow(drawing.target_site, Topic, atom.key, held),
    )
    scalars = merge_scalars(TOPIC_SCALARS, shadows, topic, held)
    sets = merge_sets(TOPIC_SETS, shadows, topic, held)
    for name in scalars.conflicts:
        base = getattr(shadows.source, name, None)
        drawing.conflict(atom, name, base, getattr(topic, name), getattr(held, name))
    updates: dict[str, Any] = scalars.updates | sets.updates
    if updates:
        merged = replace(held, **updates)
        if drawing.target_site is Site.LOCAL:
            merged = replace(merged, modified_date=topic.modified_date, modified_author=topic.modified_author)
        more = {"target": held.guid, "fields": tuple(updates), "expected": held}
        drawing.step("topics", Verb.UPDATE, atom, merged, origin=topic, **more)
    elif not scalars.conflicts:
        # an older copy says nothing new: it becomes its own base, and what the server confirmed stays as it was
        before = shadows.target if isinstance(shadows.target, Topic) else held
        agreed = held if topic_content(topic) == topic_content(held) else before
        drawing.adopt("topics", atom, topic, held.guid, agreed)


# -- relations -------------------------------------------------------------------------------------------------


def plan_related(drawing: Drawing, topic: Topic, counterpart: Topic | None) -> None:
    """Relations come last, when every topic has its id; one to an unknown topic goes as it is written."""
    if counterpart is None and guid_key(topic.guid) not in drawing.created:
        return
    atom = Atom(Kind.RELATED, topic.guid, topic.guid, part_label(Kind.RELATED, topic))
    held = counterpart.related_topics if counterpart else ()
    before = drawing.shadow(drawing.source_site, Related, atom.key, Related(topic.related_topics))
    there = drawing.shadow(drawing.target_site, Related, atom.key, Related(held)) if counterpart else None
    base = {related_across(drawing, guid) for guid in (before.guids if before and there else ())}
    wanted = {related_across(drawing, guid): guid for guid in topic.related_topics}
    # an id that went as it was written, before its topic was known across, gives way to the topic's id there
    outdated = {guid_key(guid) for name, guid in wanted.items() if guid_key(guid) != name}
    stale = outdated & guid_keys(held)
    kept = [guid for guid in held if guid_key(guid) not in (base - set(wanted)) | outdated]
    present = guid_keys(kept)
    added = [
        guid for name, guid in wanted.items() if name not in present and (name not in base or guid_key(guid) in stale)
    ]
    _note_literals(drawing, added)
    ours = Related(topic.related_topics)
    if added or len(kept) != len(held):
        value = Related((*kept, *added))
        drawing.step("last", Verb.UPDATE, atom, value, origin=ours, expected=Related(held))
    elif topic.related_topics and counterpart is not None:
        drawing.adopt("last", atom, ours, counterpart.guid, Related(held))


def related_across(drawing: Drawing, guid: str) -> str:
    """The key of a related topic as the target calls it, where that is known, else as it is written."""
    known = drawing.base.across(drawing.source_site, key_of(Kind.TOPIC, "", guid))
    return known.guid if known else guid_key(guid)


def _note_literals(drawing: Drawing, added: Sequence[str]) -> None:
    for guid in added:
        known = drawing.base.across(drawing.source_site, key_of(Kind.TOPIC, "", guid))
        if known is None and guid_key(guid) not in drawing.created:
            drawing.literal.add(guid_key(guid))
