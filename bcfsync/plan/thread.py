"""Deciding the thread of a topic: its viewpoints and its comments.

Owns: their rules and order. Sees: the drawing board. Rules: docs/sync-rules.md; viewpoints are immutable from API
2.1 on; a comment comes after the viewpoint and the comment it refers to.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bcfsync.canonical import comment_content, same, viewpoint_content
from bcfsync.changes import Kind, Site, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.merge import Shadows, merge_scalars
from bcfsync.model import Comment, Topic, Viewpoint
from bcfsync.plan.drawing import Atom, Drawing
from bcfsync.plan.labels import comment_label, viewpoint_label
from bcfsync.plan.pairing import Candidate, Scope, pair
from bcfsync.plan.returning import returned

_COMMENT_MEMBERS = ("comment", "viewpoint_guid")


def plan_viewpoints(drawing: Drawing, topic: Topic, counterpart: Topic | None) -> None:
    """Viewpoints the target lacks; one that changed under its guid is held."""
    scope = drawing.children(Kind.VIEWPOINT, topic, counterpart)
    held = counterpart.viewpoints if counterpart else ()
    sources = [Candidate(item.guid, viewpoint_content(item)) for item in topic.viewpoints]
    pairs = pair(scope, sources, [Candidate(item.guid, viewpoint_content(item)) for item in held])
    by_guid = {guid_key(item.guid): item for item in held}
    for view, item in zip(topic.viewpoints, pairs, strict=True):
        atom = Atom(Kind.VIEWPOINT, topic.guid, view.guid, viewpoint_label(view, topic))
        if item.target is not None:
            _compare_viewpoints(drawing, atom, view, by_guid[guid_key(item.target.guid)])
        elif item.gone and counterpart:
            drawing.hold_deleted(atom)
        else:
            drawing.step("topics", Verb.CREATE, atom, view, target=drawing.target_guid(scope, view.guid))


def _compare_viewpoints(drawing: Drawing, atom: Atom, view: Viewpoint, held: Viewpoint) -> None:
    local = drawing.base.local_key(drawing.source_site, atom.key)
    if drawing.source_site is Site.REMOTE and local in drawing.base.local and local in drawing.base.remote:
        return  # both hold it, and servers never change one
    shadow = drawing.shadow(drawing.source_site, Viewpoint, atom.key, view)
    if viewpoint_content(view) == viewpoint_content(shadow or held) and _same_picture(view, shadow):
        drawing.adopt("topics", atom, view, held.guid, held)
    else:
        where = drawing.target_site
        drawing.hold(atom, f"differs from the {where} one of the same guid; viewpoints cannot be changed there")


def _same_picture(view: Viewpoint, shadow: Viewpoint | None) -> bool:
    """False only where both pictures' bytes are known and differ."""
    if shadow is None or not (view.snapshot and shadow.snapshot):
        return True
    ours, theirs = view.snapshot.blob, shadow.snapshot.blob
    known = ours and ours.sha256 and theirs and theirs.sha256
    return not known or same(ours, theirs)


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
            _compare_comments(drawing, atom, comment, by_guid[guid_key(item.target.guid)])
        elif item.gone and counterpart and not _edited_since(drawing, atom, comment):
            drawing.hold_deleted(atom)
        else:
            _plan_new_comment(drawing, scope, atom, comment)


def _plan_new_comment(drawing: Drawing, scope: Scope, atom: Atom, comment: Comment) -> None:
    value = comment
    if drawing.source_site is Site.REMOTE:
        confirmed = drawing.shadow(Site.REMOTE, Comment, atom.key)
        value = returned(comment, confirmed, drawing.original(Comment, atom.key, confirmed))
        atom = replace(atom, label=atom.label.replace(f" by {comment.author}", f" by {value.author}"))
    target = drawing.target_guid(scope, comment.guid)
    drawing.step("topics", Verb.CREATE, atom, value, origin=comment, target=target)


def _edited_since(drawing: Drawing, atom: Atom, comment: Comment) -> bool:
    shadow = drawing.shadow(drawing.source_site, Comment, atom.key)
    return shadow is None or comment_content(shadow) != comment_content(comment)


def _compare_comments(drawing: Drawing, atom: Atom, comment: Comment, held: Comment) -> None:
    shadow = drawing.shadow(drawing.source_site, Comment, atom.key, comment)
    shadows = Shadows(
        _across(drawing, atom, shadow) if shadow else None,
        drawing.shadow(drawing.target_site, Comment, atom.key, held),
    )
    said = _across(drawing, atom, comment)
    merged = merge_scalars(_COMMENT_MEMBERS, shadows, said, replace(held, viewpoint_guid=_key(held.viewpoint_guid)))
    for name in merged.conflicts:
        drawing.conflict(atom, name, getattr(shadows.source, name, None), getattr(said, name), getattr(held, name))
    if merged.updates:
        members: dict[str, Any] = {name: getattr(held, name) for name in _COMMENT_MEMBERS} | merged.updates
        more = {"target": held.guid, "fields": tuple(merged.updates), "expected": held}
        drawing.step("topics", Verb.UPDATE, atom, replace(comment, **members), origin=comment, **more)
    elif not merged.conflicts:
        before = shadows.target if isinstance(shadows.target, Comment) else held
        agreed = held if comment_content(comment) == comment_content(held) else before
        drawing.adopt("topics", atom, comment, held.guid, agreed)


def _across(drawing: Drawing, atom: Atom, comment: Comment) -> Comment:
    """A comment with its viewpoint as the target calls it, where that is known."""
    if not comment.viewpoint_guid:
        return comment
    known = drawing.base.across(drawing.source_site, key_of(Kind.VIEWPOINT, atom.topic, comment.viewpoint_guid))
    return replace(comment, viewpoint_guid=known.guid if known else guid_key(comment.viewpoint_guid))


def _key(guid: str | None) -> str | None:
    return guid_key(guid) if guid else None


def _candidate(comment: Comment) -> Candidate:
    date = comment.date.instant if comment.date else None
    return Candidate(comment.guid, comment_content(comment), comment.author, date)


def parents_first(comments: Sequence[Comment]) -> list[Comment]:
    """The comments in their order, but none before the one it replies to; a circle is cut where it is entered."""
    by_guid = {guid_key(comment.guid): comment for comment in comments}
    ordered: dict[str, Comment] = {}
    for comment in comments:
        chain: dict[str, Comment] = {}
        above: Comment | None = comment
        while above is not None and (key := guid_key(above.guid)) not in ordered and key not in chain:
            chain[key] = above
            above = by_guid.get(guid_key(above.reply_to_comment_guid or ""))
        ordered |= dict(reversed(chain.items()))
    return list(ordered.values())
