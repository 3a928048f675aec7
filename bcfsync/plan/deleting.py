"""Deciding about what one site has and the other has lost: deleted, unbound, sent again, or held.

Owns: when absence is a deletion, and whether it travels. Sees: the drawing board. Rules: docs/sync-rules.md,
"Deletions". The pass from the site that lost a thing deletes it across; the pass from the site that has it still sends
it again where it was edited, and says what is not done. Nothing is deleted but what both sides are on record to have
held, and what is unchanged since, with everything that hangs on it.
"""

from collections.abc import Iterable, Iterator

from bcfsync.advance import said
from bcfsync.changes import Base, Cause, Entity, Files, Key, Kind, Related, Site, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.model import BimSnippet, Comment, DocumentReference, Topic, Viewpoint
from bcfsync.plan import values
from bcfsync.plan.drawing import Atom, Drawing
from bcfsync.plan.labels import comment_label, reference_label, topic_label, viewpoint_label
from bcfsync.plan.ordering import parents_first
from bcfsync.plan.pairing import Pair
from bcfsync.plan.policy import Deletes
from bcfsync.plan.triage import Triage
from bcfsync.plan.views import Change, change_of, is_still_shown, stands, unfolded

Child = Comment | Viewpoint | DocumentReference
_UNPROVEN = "is not shown {site}, which does not prove that it was deleted; not sent again"
_WHERE = {Site.LOCAL: "in the file", Site.REMOTE: "on the server"}
_ASKED = "was deleted {source}; to delete it {target}, too, name how many deletions are meant: --allow-deletes"


def held_by_others(base: Base, local: Key) -> bool:
    """Whether another archive is on record to hold an atom: then the atom outlives its deletion in this one."""
    return bool(base.holders.get(local))


# -- seen from the site that has it ----------------------------------------------------------------------------------


def topic_stays_away(drawing: Drawing, atom: Atom, topic: Topic) -> bool:
    """Whether a topic that the target lost is not sent again: only an edit beats a deletion."""
    if drawing.target_site is Site.LOCAL and drawing.put_back:
        return False
    edited = is_topic_edited(drawing, topic)
    if (edited or drawing.policy.deletes is not Deletes.NEVER) and not _is_proven(drawing, topic):
        drawing.hold(atom, _UNPROVEN.format(site=_WHERE[drawing.target_site]))
        return True
    if edited:
        return False
    here = drawing.base.local_key(drawing.source_site, atom.key)
    others = drawing.target_site is Site.LOCAL and drawing.policy.placing is None
    shared = others and here is not None and held_by_others(drawing.base, here)
    _hold_deleted(drawing, atom, untouched=not shared and is_untouched(drawing, drawing.source_site, topic))
    return True


def stays_away(drawing: Drawing, atom: Atom, item: Pair, both: tuple[Topic, Topic], value: Child) -> bool:
    """Whether a part of a topic that its counterpart lost is not sent again."""
    topic, counterpart = both
    if not item.gone or (drawing.target_site is Site.LOCAL and drawing.is_put_back(counterpart.guid)):
        return False  # an earlier state of an archive never had it
    if isinstance(value, Viewpoint):
        edited = _is_shown_anew(drawing, drawing.source_site, topic, value)
    else:
        edited = not isinstance(value, DocumentReference) and _edited(drawing, atom.key, value)
    if not edited:
        earlier = drawing.target_site is Site.LOCAL and drawing.is_dated_earlier(counterpart.guid)
        untouched = not earlier and _part_untouched(drawing, drawing.source_site, topic, atom.key, value)
        _hold_deleted(drawing, atom, untouched=untouched)
    return not edited


def _is_proven(drawing: Drawing, topic: Topic) -> bool:
    """Whether a topic that the target lacks is known not to be there, and not only not shown."""
    if drawing.target_site is Site.LOCAL:
        return drawing.target_complete and drawing.capabilities.trusted
    there = drawing.base.across(Site.LOCAL, key_of(Kind.TOPIC, "", topic.guid))
    return there is not None and there.guid in drawing.target.gone


def is_topic_edited(drawing: Drawing, topic: Topic) -> bool:
    """Whether a topic was edited since both sides agreed, or anything that hangs on it was.

    What never was on record, since the other side may not take it, is no edit; a new comment or viewpoint is one.
    """
    if _edited(drawing, key_of(Kind.TOPIC, "", topic.guid), topic):
        return True
    topic = unfolded(drawing, topic) if drawing.source_site is Site.LOCAL else topic
    for kind, child in _children(topic):
        key = key_of(kind, topic.guid, child.guid)
        if isinstance(child, Comment):
            if _edited(drawing, key, child):
                return True
        elif drawing.base.across(drawing.source_site, key) is None or _moved(drawing, key, child):
            return True
    parts: tuple[tuple[Kind, Entity], ...] = (
        (Kind.FILES, Files(topic.files)),
        (Kind.RELATED, Related(topic.related_topics)),
    )
    return any(_moved(drawing, key_of(kind, topic.guid, topic.guid), value) for kind, value in parts)


def _edited(drawing: Drawing, key: Key, value: Entity) -> bool:
    """Whether an atom of the source differs from what it is measured by, or has no measure."""
    shadow = drawing.shadows(key, value, None).source
    return shadow is None or said(shadow) != said(values.as_far_as_sent(drawing, value, shadow))


def _moved(drawing: Drawing, key: Key, value: Entity) -> bool:
    """Whether an atom of the source differs from what is on record of it."""
    shadow = _recorded(drawing, drawing.source_site, key)
    if isinstance(shadow, Viewpoint) and isinstance(value, Viewpoint):
        return drawing.source_site is Site.LOCAL and change_of(shadow, value) is not Change.NONE
    return shadow is not None and said(shadow) != said(value)


def _hold_deleted(drawing: Drawing, atom: Atom, *, untouched: bool) -> None:
    """Note something that is not sent again because it was deleted across, unless it is deleted here, too."""
    here, there = _WHERE[drawing.source_site], _WHERE[drawing.target_site]
    if drawing.policy.deletes is Deletes.NEVER:
        drawing.hold(atom, f"was deleted {there}; not sent again", Cause.MISSING)
    elif atom.kind not in drawing.source.capabilities.deletes or stands(drawing, drawing.local_key(atom)):
        drawing.hold(atom, f"was deleted {there}, and cannot be deleted {here}", Cause.MISSING)
    elif not (untouched and drawing.capabilities.trusted):
        reason = f"is missing {there}, which is not certain to be a deletion of what is here; not sent again"
        drawing.hold(atom, reason, Cause.MISSING)


# -- seen from the site that lost it ---------------------------------------------------------------------------------


def plan_lost_parts(drawing: Drawing, topic: Topic, counterpart: Topic) -> None:
    """Deletions of what hangs on a topic: what the target holds still and the source has lost."""
    if drawing.source_site is Site.LOCAL and drawing.is_dated_earlier(topic.guid):
        return  # what an earlier state lacks, it may never have had
    present = _keys(topic)
    for kind, child in _children(counterpart):
        there = key_of(kind, counterpart.guid, child.guid)
        here = drawing.base.across(drawing.target_site, there)
        if here is None or here in present:
            continue
        atom = Atom(kind, topic.guid, here.guid, _label(child, counterpart))
        if not drawing.recorded(here).known:
            continue  # this archive never held it
        if drawing.target_site is Site.LOCAL and stands(drawing, there):
            continue  # somebody changed what stands there: it is another one now
        if (
            _is_evidence(drawing)
            and not is_still_shown(drawing, topic, here)
            and _part_untouched(drawing, drawing.target_site, counterpart, there, child)
        ):
            if isinstance(child, Viewpoint) and _is_shown_across(drawing, counterpart, child, present):
                _hold_shown(drawing, atom)
            else:
                _delete(drawing, atom, child, child.guid)


def _hold_shown(drawing: Drawing, atom: Atom) -> None:
    if drawing.policy.deletes is not Deletes.NEVER:
        here, there = _WHERE[drawing.source_site], _WHERE[drawing.target_site]
        drawing.hold(atom, f"was deleted {here}, and a comment {there} goes on showing it; not deleted", Cause.MISSING)


def _is_shown_across(drawing: Drawing, counterpart: Topic, view: Viewpoint, present: frozenset[Key]) -> bool:
    """Whether a comment that stays on the target goes on showing a viewpoint: then it has to stay, too."""
    shows = [item for item in counterpart.comments if item.viewpoint_guid and _alike(item.viewpoint_guid, view.guid)]
    turned = {
        guid_key(step.target or "")
        for step in drawing.groups["topics"]
        if step.kind is Kind.COMMENT and "viewpoint_guid" in step.fields
    }
    keys = {guid_key(item.guid): key_of(Kind.COMMENT, counterpart.guid, item.guid) for item in shows}
    stay = (drawing.base.across(drawing.target_site, key) for name, key in keys.items() if name not in turned)
    return any(here is not None and here in present for here in stay)


def plan_lost_topics(drawing: Drawing, triage: Triage) -> None:
    """Deletions of whole topics the target holds still and the source has lost; unbound if another archive holds it."""
    for listed in triage.absent:
        there = key_of(Kind.TOPIC, "", listed.guid)
        here = drawing.base.across(drawing.target_site, there)
        local = drawing.base.local_key(drawing.target_site, there)
        if here is None or local is None:
            continue
        atom = Atom(Kind.TOPIC, "", here.guid, topic_label(Topic(listed.guid, listed.title)))
        body = drawing.target.topics.get(there.guid)
        if drawing.source_site is Site.LOCAL and is_elsewhere(drawing, local):
            unbind(drawing, atom, drawing.base.local[local], listed.guid)
        elif body is None or not _is_topic_evidence(drawing, local, here):
            continue
        elif is_untouched(drawing, drawing.target_site, body):
            _delete(drawing, atom, body, listed.guid)


def plan_forgotten(drawing: Drawing, triage: Triage) -> None:
    """Topics that are proven to be on neither side: this archive is on record for them no longer."""
    local_complete = drawing.source_complete if drawing.source_site is Site.LOCAL else drawing.target_complete
    gone = drawing.source.gone | drawing.target.gone
    for local in triage.nowhere if local_complete else ():
        remote = drawing.base.to_remote[local]
        if remote.guid in gone:
            here, there = (local, remote) if drawing.source_site is Site.LOCAL else (remote, local)
            shadow = drawing.base.local[local]
            atom = Atom(Kind.TOPIC, "", here.guid, topic_label(shadow) if isinstance(shadow, Topic) else local.guid)
            unbind(drawing, atom, shadow, there.guid)


def is_elsewhere(drawing: Drawing, local: Key) -> bool:
    """Whether another archive of the folder holds a topic now."""
    return drawing.policy.placing is not None and local.guid in drawing.policy.placing.elsewhere


def unbind(drawing: Drawing, atom: Atom, value: Entity, target: str) -> None:
    """Record that this archive holds a topic no longer, which lives on elsewhere."""
    drawing.step("last", Verb.UNBIND, atom, value, target=target, expected=value)


def _is_evidence(drawing: Drawing) -> bool:
    """Whether what the source does not show was deleted there."""
    return drawing.source_complete and drawing.source.capabilities.trusted


def _is_topic_evidence(drawing: Drawing, local: Key, here: Key) -> bool:
    if not _is_evidence(drawing):
        return False
    if drawing.source_site is Site.REMOTE:
        return here.guid in drawing.source.gone
    if drawing.put_back:
        return False
    # without a folder nobody knows what other archives hold now
    return drawing.policy.placing is not None or not held_by_others(drawing.base, local)


def _delete(drawing: Drawing, atom: Atom, held: Topic | Child, target: str) -> None:
    if drawing.policy.deletes is Deletes.NEVER or atom.kind not in drawing.capabilities.deletes:
        return  # the pass from the other side says so
    if drawing.policy.deletes is Deletes.ASK:
        words = _ASKED.format(source=_WHERE[drawing.source_site], target=_WHERE[drawing.target_site])
        drawing.hold(atom, words, Cause.ASKED)
    else:
        drawing.step("gone", Verb.DELETE, atom, held, target=target, expected=held)


# -- whether anybody changed it since --------------------------------------------------------------------------------


def is_untouched(drawing: Drawing, site: Site, topic: Topic) -> bool:
    """Whether a topic with everything that hangs on it is as it was when both sides last agreed."""
    key = key_of(Kind.TOPIC, "", topic.guid)
    if not _as_recorded(drawing, site, key, topic):
        return False
    topic = unfolded(drawing, topic) if site is Site.LOCAL else topic
    parts: list[tuple[Kind, Entity, bool]] = [
        (Kind.FILES, Files(topic.files), bool(topic.files)),
        (Kind.RELATED, Related(topic.related_topics), bool(topic.related_topics)),
    ]
    for kind, value, says_something in parts:
        part = key_of(kind, topic.guid, topic.guid)
        shadow = _recorded(drawing, site, part)
        if (shadow is not None or says_something) and not _as_recorded(drawing, site, part, value):
            return False
    if not _snippet_untouched(_recorded(drawing, site, key_of(Kind.SNIPPET, topic.guid, topic.guid)), topic):
        return False
    return all(
        _part_untouched(drawing, site, topic, key_of(kind, topic.guid, child.guid), child)
        for kind, child in _children(topic)
    )


def _part_untouched(drawing: Drawing, site: Site, topic: Topic, key: Key, child: Child) -> bool:
    if isinstance(child, Viewpoint):
        shadow = _recorded(drawing, site, key)
        as_it_was = isinstance(shadow, Viewpoint) and (site is Site.REMOTE or change_of(shadow, child) is Change.NONE)
        return as_it_was and not _is_shown_anew(drawing, site, topic, child)
    return _as_recorded(drawing, site, key, child)


def _is_shown_anew(drawing: Drawing, site: Site, topic: Topic, view: Viewpoint) -> bool:
    """Whether a comment that is new or edited since shows a viewpoint: somebody needs it."""
    shows = (item for item in topic.comments if item.viewpoint_guid and _alike(item.viewpoint_guid, view.guid))
    return any(not _as_recorded(drawing, site, key_of(Kind.COMMENT, topic.guid, item.guid), item) for item in shows)


def _snippet_untouched(shadow: Entity | None, topic: Topic) -> bool:
    """False where both bytes are known and differ, or bytes came without a record."""
    now = topic.bim_snippet.blob if topic.bim_snippet else None
    before = shadow.blob if isinstance(shadow, BimSnippet) else None
    if now is None or now.sha256 is None:
        return True
    return before is not None and before.sha256 in {None, now.sha256}


def _as_recorded(drawing: Drawing, site: Site, key: Key, value: Entity) -> bool:
    shadow = _recorded(drawing, site, key)
    return shadow is not None and said(shadow) == said(value)


def _recorded(drawing: Drawing, site: Site, key: Key) -> Entity | None:
    """What this archive, or the server when it last agreed with this archive, is on record to have held."""
    local = drawing.base.local_key(site, key)
    if local is None:
        return None
    return (drawing.base.local if site is Site.LOCAL else drawing.base.seen).get(local)


def _children(topic: Topic) -> Iterator[tuple[Kind, Child]]:
    """Comments first, answers before what they answer: so nothing is deleted that something left refers to."""
    yield from ((Kind.COMMENT, item) for item in _answers_first(topic.comments))
    yield from ((Kind.REFERENCE, item) for item in topic.document_references)
    yield from ((Kind.VIEWPOINT, item) for item in topic.viewpoints)


def _answers_first(comments: Iterable[Comment]) -> list[Comment]:
    return parents_first(list(comments))[::-1]


def _keys(topic: Topic) -> frozenset[Key]:
    return frozenset(key_of(kind, topic.guid, child.guid) for kind, child in _children(topic))


def _label(child: Child, topic: Topic) -> str:
    match child:
        case Comment():
            return comment_label(child, topic)
        case Viewpoint():
            return viewpoint_label(child, topic)
        case DocumentReference():
            return reference_label(child, topic)


def _alike(one: str, other: str) -> bool:
    return guid_key(one) == guid_key(other)
