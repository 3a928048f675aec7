"""What a plan makes in a topic that is new itself: sides that make whole topics send all of it at once.

Owns: which viewpoints and comments go with a new topic. Sees: changes. A comment whose viewpoint or whose parent does
not go along comes later, when its own turn has come.
"""

from collections import defaultdict
from dataclasses import replace
from functools import cached_property

from bcfsync.changes import Kind, Plan, Step, Verb
from bcfsync.guids import guid_key
from bcfsync.model import Comment, Viewpoint


class Below:
    """What goes with each new topic of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def of(self, step: Step) -> tuple[Viewpoint | Comment, ...]:
        """The viewpoints and comments that follow the CREATE of a topic, with the ids they are to have.

        Viewpoints come first, and no comment before the one it answers.
        """
        views: dict[str, Viewpoint] = {}
        comments: dict[str, Comment] = {}
        for child in self._children.get(guid_key(step.guid), ()):
            guid = child.target or child.guid
            match child.value:
                case Viewpoint() as view:
                    views[guid_key(child.guid)] = replace(view, guid=guid)
                case Comment() as comment:
                    linked = _linked(comment, views, comments)
                    if linked is not None:
                        comments[guid_key(child.guid)] = replace(linked, guid=guid)
                case _:
                    pass
        return (*views.values(), *comments.values())

    @cached_property
    def _children(self) -> dict[str, list[Step]]:
        found: dict[str, list[Step]] = defaultdict(list)
        for step in self._plan.steps:
            if step.verb is Verb.CREATE and step.kind in {Kind.VIEWPOINT, Kind.COMMENT}:
                found[guid_key(step.topic)].append(step)
        return found


def _linked(comment: Comment, views: dict[str, Viewpoint], comments: dict[str, Comment]) -> Comment | None:
    """The comment with the ids its links are to have; None where one of them leads to what does not go along."""
    view, parent = comment.viewpoint_guid, comment.reply_to_comment_guid
    if (view and guid_key(view) not in views) or (parent and guid_key(parent) not in comments):
        return None
    return replace(
        comment,
        viewpoint_guid=views[guid_key(view)].guid if view else None,
        reply_to_comment_guid=comments[guid_key(parent)].guid if parent else None,
    )
