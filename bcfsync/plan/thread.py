"""Deciding the thread of a topic: its viewpoints and its comments.

Owns: their rules and order. Sees: the drawing board. Rules: docs/sync-rules.md; viewpoints are immutable from API
2.1 on; a comment comes after the viewpoint and the comment it refers to.
"""

from dataclasses import replace
from typing import Any

from bcfsync.canonical import comment_content, is_worded, viewpoint_content, viewpoint_outline
from bcfsync.changes import Entity, Key, Kind, Site, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.merge import Shadows, merge_scalars
from bcfsync.model import Comment, Topic, Viewpoint
from bcfsync.plan import attribution, deleting
from bcfsync.plan.drawing import Atom, Drawing
from bcfsync.plan.labels import changed_viewpoint_label, comment_label, viewpoint_label
from bcfsync.plan.ordering import parents_first
from bcfsync.plan.pairing import Candidate, Scope, pair
from bcfsync.plan.redrawn import brought, is_redrawn
from bcfsync.plan.resolving import settled
from bcfsync.plan.returning import returned
from bcfsync.plan.views import Change, change_of, standing

_COMMENT_MEMBERS = ("comment", "viewpoint_guid")


def plan_viewpoints(drawing: Drawing, topic: Topic, counterpart: Topic | None) -> None:
    """Viewpoints the target lacks; what an archive shows otherwise under a guid has come unfolded, see ``views``."""
    if not topic.viewpoints:
        return
    scope = drawing.children(Kind.VIEWPOINT, topic, counterpart)
    held = counterpart.viewpoints if counterpart else ()
    in_parts = scope.server.views_in_parts
    sources = [_view_candidate(item, in_parts=in_parts) for item in topic.viewpoints]
    pairs = pair(scope, sources, [_view_candidate(item, in_parts=in_parts) for item in held])
    by_guid = {guid_key(item.guid): item for item in held}
    for view, item in zip(topic.viewpoints, pairs, strict=True):
        atom = Atom(Kind.VIEWPOINT, topic.guid, view.guid, _label(drawing, view, topic))
        if item.target is not None:
            drawing.paired[atom.key] = scope.target_key(item.target.guid)
            _compare_viewpoints(drawing, atom, view, by_guid[guid_key(item.target.guid)])
        elif counterpart and deleting.stays_away(drawing, atom, item, (topic, counterpart), view):
            continue
        elif item.doubtful:
            drawing.hold_doubtful(atom)
        elif item.unclear:
            drawing.hold(atom, item.unclear)
        else:
            drawing.step("topics", Verb.CREATE, atom, view, target=drawing.target_guid(scope, view.guid))


def _view_candidate(view: Viewpoint, *, in_parts: bool) -> Candidate:
    return Candidate(view.guid, viewpoint_content(view), outline=viewpoint_outline(view) if in_parts else "")


def _label(drawing: Drawing, view: Viewpoint, topic: Topic) -> str:
    root = drawing.states.get(key_of(Kind.VIEWPOINT, topic.guid, view.guid))
    if drawing.source_site is Site.REMOTE or root is None:
        return viewpoint_label(view, topic)
    return changed_viewpoint_label(root.guid, view, topic)


def _compare_viewpoints(drawing: Drawing, atom: Atom, view: Viewpoint, held: Viewpoint) -> None:
    local = drawing.base.local_key(drawing.source_site, atom.key)
    if drawing.source_site is Site.REMOTE and local in drawing.base.local and local in drawing.base.remote:
        if local and drawing.source.capabilities.views_change and is_redrawn(drawing.base, local, view):
            _take_over(drawing, atom, local, view, held)
        return  # both hold it, and other servers never change one
    if drawing.capabilities.views_in_parts and drawing.source_site is Site.LOCAL and atom.key in drawing.base.intents:
        # it was begun, and perhaps not all of it came
        drawing.step("topics", Verb.UPDATE, atom, view, target=held.guid, expected=held)
        return
    if drawing.source_site is Site.LOCAL and atom.key in drawing.agreed:
        confirmed = _as_shown(drawing.agreed[atom.key], held)
        drawing.step("topics", Verb.ADOPT, atom, view, target=held.guid, expected=confirmed)
        return
    measures = drawing.shadows(atom.key, view, held)
    shadow = measures.source if isinstance(measures.source, Viewpoint) else None
    change = change_of(shadow or held, view)
    if change is Change.NONE and drawing.source_site is Site.LOCAL and atom.key in drawing.base.unread:
        # it came, and nobody has seen yet what the server kept of it
        drawing.step("topics", Verb.ADOPT, atom, view, target=held.guid, expected=measures.target or held)
    elif change is Change.NONE or (shadow is None and (change is Change.PICTURE or _is_poorer(drawing, view, held))):
        drawing.adopt("topics", atom, view, held.guid, held)
    else:
        where = drawing.target_site
        otherwise = f"differs from the {where} one of the same guid; viewpoints cannot be changed there"
        drawing.hold(atom, drawing.unsent.get(atom.key, otherwise))


def _as_shown(confirmed: Entity, held: Viewpoint) -> Entity:
    """What was sent, as far as the server shows it: its list may leave out no more than details."""
    if not isinstance(confirmed, Viewpoint):
        return confirmed
    return replace(
        confirmed,
        index=held.index,
        perspective_camera=held.perspective_camera,
        orthogonal_camera=held.orthogonal_camera,
        lines=held.lines,
        clipping_planes=held.clipping_planes,
    )


def _take_over(drawing: Drawing, atom: Atom, local: Key, view: Viewpoint, held: Viewpoint) -> None:
    """A viewpoint that was changed on the server, as API 1.0 allows."""
    ours = drawing.base.local[local]
    value = brought(view, held, drawing.base.seen.get(local))
    if not isinstance(ours, Viewpoint) or change_of(ours, held) is not Change.NONE:
        drawing.hold(atom, "was changed on the server and in the archive; each keeps its own")
    elif value is None:
        drawing.hold(atom, "was changed on the server, which has not all of its pictures; the archive keeps its own")
    else:
        drawing.step("topics", Verb.UPDATE, atom, value, origin=view, target=held.guid, expected=held)


def _is_poorer(drawing: Drawing, view: Viewpoint, held: Viewpoint) -> bool:
    """Whether the server's viewpoint is the archive's without parts that servers may have no place for."""
    local = drawing.source_site is Site.LOCAL
    return change_of(*((view, held) if local else (held, view))) is Change.LESS


def plan_comments(drawing: Drawing, topic: Topic, counterpart: Topic | None) -> None:
    """Comments the target lacks, and edits of those it has."""
    scope = drawing.children(Kind.COMMENT, topic, counterpart)
    ordered = parents_first(topic.comments)
    held = counterpart.comments if counterpart else ()
    pairs = pair(scope, [_candidate(item) for item in ordered], [_candidate(item) for item in held])
    by_guid = {guid_key(item.guid): item for item in held}
    for comment, item in zip(ordered, pairs, strict=True):
        atom = Atom(Kind.COMMENT, topic.guid, comment.guid, comment_label(comment, topic))
        if item.target is not None:
            drawing.paired[atom.key] = scope.target_key(item.target.guid)
            _compare_comments(drawing, atom, comment, by_guid[guid_key(item.target.guid)], scope.target_topic)
        elif counterpart and deleting.stays_away(drawing, atom, item, (topic, counterpart), comment):
            continue
        elif item.doubtful:
            drawing.hold_doubtful(atom)
        elif item.unclear:
            drawing.hold(atom, item.unclear)
        else:
            _plan_new_comment(drawing, scope, atom, comment)


def _plan_new_comment(drawing: Drawing, scope: Scope, atom: Atom, comment: Comment) -> None:
    value = _shown_here(drawing, atom.topic, comment)
    if drawing.source_site is Site.REMOTE:
        value = _shown_there(drawing, atom.topic, returned(comment, *drawing.returning(atom.key, comment)))
        atom = replace(atom, label=atom.label.replace(f" by {comment.author}", f" by {value.author}"))
    target = drawing.target_guid(scope, comment.guid)
    drawing.step("topics", Verb.CREATE, atom, value, origin=comment, target=target)


def _shown_here(drawing: Drawing, topic: str, comment: Comment) -> Comment:
    """A comment that is new in the archive, on what its viewpoint shows by now."""
    guid = comment.viewpoint_guid
    shown = drawing.current.get(key_of(Kind.VIEWPOINT, topic, guid)) if guid else None
    local = drawing.source_site is Site.LOCAL
    return replace(comment, viewpoint_guid=shown) if shown and local else comment


def _shown_there(drawing: Drawing, topic: str, comment: Comment) -> Comment:
    """A comment of the server on a state of a viewpoint of the archive: there the viewpoint itself shows that."""
    guid = comment.viewpoint_guid
    shown = standing(drawing, Site.REMOTE, topic, guid) if guid else ""
    return comment if not guid or shown == guid_key(guid) else replace(comment, viewpoint_guid=shown)


def _compare_comments(drawing: Drawing, atom: Atom, comment: Comment, held: Comment, topic: str) -> None:
    if drawing.is_on_record(atom.key, (comment, held)):
        drawing.renew("topics", atom, (comment, held), held.guid)
        return
    shadows = drawing.shadows(atom.key, comment, held)
    measures = Shadows(_across(drawing, atom, shadows.source, topic), _keyed(drawing, shadows.target, topic))
    said, there = _across(drawing, atom, comment, topic), _keyed(drawing, held, topic)
    merged = merge_scalars(_COMMENT_MEMBERS, measures, said, there)
    found = settled(drawing, atom, merged, measures, (said, there))
    if not found.updates or drawing.is_sent(atom.key):
        drawing.agree("topics", atom, shadows, (comment, held), held.guid)
    if not found.updates:
        return
    members = dict(found.updates)
    if drawing.target_site is Site.LOCAL:
        members |= {"modified_date": comment.modified_date, "modified_author": comment.modified_author}
    more = {
        "target": held.guid,
        "fields": tuple(found.updates),
        "expected": held,
        "merged": found.merged,
    }
    # a comment stays whose it is: only what was edited is taken over
    drawing.step("topics", Verb.UPDATE, atom, replace(held, **members), origin=comment, **more)


def _across(drawing: Drawing, atom: Atom, comment: object, topic: str) -> Any:  # noqa: ANN401 - a comment or None
    """A comment with its viewpoint as the target calls it, where that is known; ``topic`` is its topic there."""
    if not isinstance(comment, Comment) or not comment.viewpoint_guid:
        return comment
    name = drawing.name_across(Kind.VIEWPOINT, atom.topic, comment.viewpoint_guid)
    return _keyed(drawing, replace(comment, viewpoint_guid=name), topic)


def _keyed(drawing: Drawing, comment: object, topic: str) -> Any:  # noqa: ANN401 - a comment or None
    """A comment of the target with the key of its viewpoint; views that are one in the archive are one."""
    if not isinstance(comment, Comment) or not comment.viewpoint_guid:
        return comment
    return replace(comment, viewpoint_guid=standing(drawing, drawing.target_site, topic, comment.viewpoint_guid))


def _candidate(comment: Comment) -> Candidate:
    author, dated = attribution.sender(comment)
    date = dated.instant if dated else None
    worded = is_worded(comment.comment)
    return Candidate(comment.guid, comment_content(comment), author, date, worded=worded)
