"""Deciding about topics themselves and the relations between them.

Owns: the rules for a topic's own members and its relations. Sees: the drawing board. Rules: docs/sync-rules.md.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bcfsync.advance import agreed_relations
from bcfsync.canonical import TOPIC_SCALARS, TOPIC_SETS, comment_content, guid_keys, topic_content
from bcfsync.changes import Key, Kind, Related, Site, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.merge import Shadows, merge_scalars, merge_sets
from bcfsync.model import Comment, Topic
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
    if item.gone and not edited_since(drawing, atom, topic):
        drawing.hold_deleted(atom)
        return False
    if item.doubtful:
        drawing.hold_doubtful(atom)
        return False
    if item.unclear:
        drawing.hold(atom, item.unclear)
        return False
    own = own_part(topic)
    value = own
    if drawing.source_site is Site.REMOTE:
        value = returned(own, *drawing.returning(atom.key, own))
        atom = replace(atom, label=topic_label(value))
    target = drawing.target_guid(drawing.scope(Kind.TOPIC), topic.guid)
    drawing.step("topics", Verb.CREATE, atom, value, origin=own, target=target)
    drawing.created.add(guid_key(topic.guid))
    return True


def edited_since(drawing: Drawing, atom: Atom, topic: Topic) -> bool:
    """Whether a topic that is gone across was edited here since, or its thread was: an edit beats a delete."""
    shadow = drawing.shadows(atom.key, own_part(topic), None).source
    if not isinstance(shadow, Topic) or topic_content(shadow) != topic_content(topic):
        return True
    children = [(Kind.VIEWPOINT, item.guid) for item in topic.viewpoints]
    children += [(Kind.REFERENCE, item.guid) for item in topic.document_references]
    keys = (key_of(kind, topic.guid, guid) for kind, guid in children)
    if any(drawing.base.across(drawing.source_site, child) is None for child in keys):
        return True
    return any(_comment_edited(drawing, key_of(Kind.COMMENT, topic.guid, item.guid), item) for item in topic.comments)


def _comment_edited(drawing: Drawing, key: Key, comment: Comment) -> bool:
    shadow = drawing.shadows(key, comment, None).source
    return not isinstance(shadow, Comment) or comment_content(shadow) != comment_content(comment)


def _compare(drawing: Drawing, atom: Atom, topic: Topic, held: Topic) -> None:
    shadows = drawing.shadows(atom.key, topic, held)
    scalars = merge_scalars(TOPIC_SCALARS, shadows, topic, held)
    sets = merge_sets(TOPIC_SETS, shadows, topic, held)
    for name in scalars.conflicts:
        base = getattr(shadows.source, name, None)
        drawing.conflict(atom, name, base, getattr(topic, name), getattr(held, name))
    updates: dict[str, Any] = scalars.updates | sets.updates
    if not updates or drawing.base.across(drawing.source_site, atom.key) is None:
        # also before an update: what hangs on the topic must not wait for its success
        drawing.agree("topics", atom, shadows, (topic, held), held.guid)
    if updates:
        merged = replace(held, **updates)
        if drawing.target_site is Site.LOCAL:
            merged = replace(merged, modified_date=topic.modified_date, modified_author=topic.modified_author)
        more = {"target": held.guid, "fields": tuple(updates), "expected": held}
        drawing.step("topics", Verb.UPDATE, atom, merged, origin=topic, **more)


# -- relations -------------------------------------------------------------------------------------------------


def plan_related(drawing: Drawing, topic: Topic, counterpart: Topic | None) -> None:
    """Relations come last, when every topic has its id; one to an unknown topic goes as it is written."""
    if counterpart is None and guid_key(topic.guid) not in drawing.created:
        return
    atom = Atom(Kind.RELATED, topic.guid, topic.guid, part_label(Kind.RELATED, topic))
    held = counterpart.related_topics if counterpart else ()
    shadows = drawing.shadows(atom.key, Related(topic.related_topics), Related(held))
    shadows = shadows if shadows.known and counterpart else Shadows(None, None)
    before = {related_across(drawing, guid) for guid in getattr(shadows.source, "guids", ())}
    there = guid_keys(getattr(shadows.target, "guids", ()))
    base = before & there
    wanted = {related_across(drawing, guid): guid for guid in topic.related_topics}
    # an id that went as it was written, before its topic was known across, gives way to the topic's id there
    outdated = {guid_key(guid) for name, guid in wanted.items() if guid_key(guid) != name} | (there - before)
    kept = [guid for guid in held if guid_key(guid) not in (base - set(wanted)) | outdated]
    present = guid_keys(kept)
    added = [guid for name, guid in wanted.items() if name not in present and name not in base]
    _note_literals(drawing, added)
    ours = Related(topic.related_topics)
    if added or len(kept) != len(held):
        value = Related((*kept, *added))
        drawing.step("last", Verb.UPDATE, atom, value, origin=ours, expected=Related(held))
    elif counterpart is not None and (topic.related_topics or drawing.recorded(atom.key).known):
        agreed = agreed_relations(shadows, ours, Related(held), lambda guid: related_across(drawing, guid))
        drawing.record("last", atom, agreed, counterpart.guid)


def related_across(drawing: Drawing, guid: str) -> str:
    """The key of a related topic as the target calls it, where that is known, else as it is written."""
    return drawing.name_across(Kind.TOPIC, "", guid)


def _note_literals(drawing: Drawing, added: Sequence[str]) -> None:
    for guid in added:
        if drawing.across(key_of(Kind.TOPIC, "", guid)) is None and guid_key(guid) not in drawing.created:
            drawing.literal.add(guid_key(guid))
