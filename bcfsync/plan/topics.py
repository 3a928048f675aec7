"""Deciding about topics themselves and the relations between them.

Owns: the rules for a topic's own members and its relations. Sees: the drawing board. Rules: docs/sync-rules.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from bcfsync.advance import advanced, agreed_relations
from bcfsync.canonical import TOPIC_SCALARS, TOPIC_SETS, guid_keys
from bcfsync.changes import Kind, Related, Site, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.merge import Shadows, merge_scalars, merge_sets
from bcfsync.model import Topic
from bcfsync.plan import deleting, places, values
from bcfsync.plan.drawing import Atom, Drawing
from bcfsync.plan.labels import part_label, topic_label
from bcfsync.plan.measuring import own_part
from bcfsync.plan.pairing import Pair
from bcfsync.plan.resolving import settled
from bcfsync.plan.returning import returned


def plan_topic(drawing: Drawing, topic: Topic, counterpart: Topic | None, item: Pair) -> bool:
    """Steps for the topic itself; False where its parts must not follow."""
    atom = Atom(Kind.TOPIC, "", topic.guid, topic_label(topic))
    if counterpart is not None:
        _compare(drawing, atom, own_part(topic), own_part(counterpart))
        return True
    if drawing.target_site is Site.LOCAL and not places.belongs_here(drawing, atom, topic, item):
        return False
    if item.gone and deleting.topic_stays_away(drawing, atom, topic):
        return False
    if item.doubtful:
        drawing.hold_doubtful(atom)
        return False
    if reason := item.unclear or _may_have_arrived(drawing, atom):
        drawing.hold(atom, reason)
        return False
    own = own_part(topic)
    value = own
    held: values.Held = ()
    if drawing.source_site is Site.REMOTE:
        value = returned(own, *drawing.returning(atom.key, own))
        atom = replace(atom, label=topic_label(value))
    else:
        value, held = values.new_topic(drawing, atom, own)
    target = drawing.target_guid(drawing.scope(Kind.TOPIC), topic.guid)
    drawing.step("topics", Verb.CREATE, atom, value, origin=own, target=target, held=held)
    drawing.created.add(guid_key(topic.guid))
    return True


def _may_have_arrived(drawing: Drawing, atom: Atom) -> str:
    """Why a topic that was sent without an answer must not be sent again, or ""."""
    if atom.key not in drawing.base.intents or drawing.target_complete or drawing.capabilities.client_guid:
        return ""
    return "was sent without an answer, and the server does not show all topics: it may be there"


def _compare(drawing: Drawing, atom: Atom, topic: Topic, held: Topic) -> None:
    if drawing.is_on_record(atom.key, (topic, held)):
        drawing.refresh("topics", atom, (topic, held), held.guid)
        return
    shadows = drawing.shadows(atom.key, topic, held)
    scalars = merge_scalars(TOPIC_SCALARS, shadows, topic, held)
    sets = merge_sets(TOPIC_SETS, shadows, topic, held)
    found = settled(drawing, atom, scalars, shadows, (topic, held))
    sendable = values.edits(drawing, atom, found.updates | sets.updates, held)
    updates = sendable.members
    if drawing.source_site is Site.LOCAL and drawing.is_dated_earlier(topic.guid):
        # what an earlier state brings is no newer record of the archive: later passes have to see what it lacks
        topic = _with_dates_on_record(drawing, atom, topic)
    if drawing.source_site is Site.LOCAL and drawing.is_put_back(topic.guid):
        pass  # the way back brings it up to date
    elif not updates or drawing.base.across(drawing.source_site, atom.key) is None or drawing.is_sent(atom.key):
        # also before an update: what hangs on the topic must not wait for its success, nor what a lost answer left
        drawing.agree("topics", atom, shadows, (topic, held), held.guid)
    if updates:
        merged = replace(held, **updates)
        if drawing.target_site is Site.LOCAL:
            merged = replace(merged, modified_date=topic.modified_date, modified_author=topic.modified_author)
        more = {
            "target": held.guid,
            "fields": tuple(updates),
            "expected": held,
            "merged": tuple(name for name in found.merged if name in updates),
            "held": sendable.held,
        }
        drawing.step("topics", Verb.UPDATE, atom, merged, origin=topic, **more)


def _with_dates_on_record(drawing: Drawing, atom: Atom, topic: Topic) -> Topic:
    recorded = drawing.base.local.get(atom.key)
    if not isinstance(recorded, Topic):
        return topic
    return replace(topic, modified_date=recorded.modified_date, creation_date=recorded.creation_date)


def plan_caught_up(drawing: Drawing, found: Iterable[tuple[Topic, Topic | None]]) -> None:
    """Record an archive that was put back to an earlier state as what it is, once nothing is left to bring to it."""
    writes = any(step.verb.writes for group in drawing.groups.values() for step in group)
    if drawing.target_site is not Site.LOCAL or not drawing.put_back or writes:
        return
    for topic, counterpart in found:
        if counterpart is None or not drawing.is_put_back(counterpart.guid):
            continue
        atom = Atom(Kind.TOPIC, "", topic.guid, topic_label(topic))
        new = advanced(drawing.recorded(atom.key), own_part(topic), own_part(counterpart), ())
        origin: Any = new.source
        drawing.step("last", Verb.ADOPT, atom, origin, target=counterpart.guid, expected=new.target)


# -- relations -------------------------------------------------------------------------------------------------


def plan_related(drawing: Drawing, topic: Topic, counterpart: Topic | None) -> None:
    """Relations come last, when every topic has its id; one to an unknown topic goes as it is written."""
    if counterpart is None and guid_key(topic.guid) not in drawing.created:
        return
    atom = Atom(Kind.RELATED, topic.guid, topic.guid, part_label(Kind.RELATED, topic))
    held = counterpart.related_topics if counterpart else ()
    if not (topic.related_topics or held or drawing.recorded(atom.key).known):
        return
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
