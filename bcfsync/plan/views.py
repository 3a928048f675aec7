"""Viewpoints that a program saved otherwise under their old guid: which change counts, and what stands for it.

Owns: states of a viewpoint. Sees: the drawing board, diff's measures. Rules: docs/sync-rules.md, "Viewpoints changed
under their guid". No server changes a viewpoint. So each state of one that an archive shows is a viewpoint of its own
on the server: the first under its guid, any later one under a guid derived from that and from what it shows, the same
on every machine. For the planner an archive's topic is *unfolded*: it shows the first state under its guid, and the
later ones under theirs. The archive itself is never touched for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from bcfsync.canonical import digest, viewpoint_content
from bcfsync.changes import Key, Kind, Site, key_of
from bcfsync.diff.rules import Rules
from bcfsync.diff.views import Contents, viewpoint_change
from bcfsync.guids import derived_guid, guid_key
from bcfsync.model import Blob, Components, Topic, Viewpoint, Visibility
from bcfsync.plan.drawing import Drawing

MOST_AT_ONCE = 10
"""So many states are sent in one pass, however few viewpoints an archive holds; beyond that, one for every two."""

MOST_PICTURES_AT_ONCE = 2
"""The same for those of which only the picture is another one."""

_PICTURES = 2
"""So many pictures of one and the same view are sent: who draws a third draws one with each save."""

_RULES = Rules()
_PRESENCE = Contents(lambda _blob: "", lambda _blob: "")

_MOST_STATES = 10
"""So many states of one viewpoint are sent beside the first: who goes on moves a camera with each save."""

_LESS = "has lost its {parts} while it kept its guid, as by a program that does not know them; not sent"
_REDRAWN = "has another picture once more and shows the same; a program may draw it with each save, so it is not sent"
_OFTEN = "was changed {count} times under its guid, as by a program with each save; save it as a new one; not sent"
_MANY = "is one of {count} that changed at once, which looks like a program's doing and no person's; not sent"


class Change(IntEnum):
    """How two states of a viewpoint differ; the greatest of what is found counts.

    NONE: by no more than rounding. PICTURE: by the bytes of their pictures only, or by a picture that came. LESS: by
    what the later one lacks whole, as programs drop what they do not know. OTHER: by what they show.
    """

    NONE = 0
    PICTURE = 1
    LESS = 2
    OTHER = 3


def change_of(before: Viewpoint, after: Viewpoint) -> Change:
    """How a viewpoint has changed."""
    found = [Change.PICTURE] if _other_pictures(before, after) else []
    found += [change for change, _ in _changes(before, after)]
    return max(found, default=Change.NONE)


def lost_parts(before: Viewpoint, after: Viewpoint) -> tuple[str, ...]:
    """What a viewpoint has lost whole, in words."""
    return tuple(part for change, part in _changes(before, after) if change is Change.LESS)


def _comparable(view: Viewpoint) -> Viewpoint:
    """With the one camera that counts, and without its aspect ratio: programs fit that to their windows."""
    perspective, orthogonal = view.perspective_camera, view.orthogonal_camera
    if perspective is not None:
        return replace(view, perspective_camera=replace(perspective, aspect_ratio=None), orthogonal_camera=None)
    if orthogonal is not None:
        return replace(view, orthogonal_camera=replace(orthogonal, aspect_ratio=None))
    return view


def _changes(before: Viewpoint, after: Viewpoint) -> Iterator[tuple[Change, str]]:
    """Every part that changed by more than rounding, and how."""
    if viewpoint_content(before) == viewpoint_content(after):
        return
    found = viewpoint_change(_comparable(before), _comparable(after), _RULES, _PRESENCE)
    parts = after.components or Components()
    shown = parts.visibility or Visibility()
    hints = shown.view_setup_hints
    visible = shown.exceptions or shown.default_visibility is False or (hints and any(_flags(hints)))
    for name, changed, left in (
        ("camera", found.cameras, after.perspective_camera or after.orthogonal_camera),
        ("lines", found.lines, after.lines),
        ("clipping planes", found.clipping_planes, after.clipping_planes),
        ("bitmaps", found.bitmaps, after.bitmaps),
        ("selection", found.components.selection, parts.selection),
        ("colours", found.components.coloring, parts.coloring),
        ("visibility", found.components.fields or found.components.exceptions, visible),
    ):
        if changed:
            yield Change.OTHER if left else Change.LESS, name
    if found.snapshot:
        yield Change.PICTURE if after.snapshot and after.snapshot.blob else Change.LESS, "picture"


def _flags(hints: object) -> list[bool]:
    return [bool(getattr(hints, name)) for name in ("spaces_visible", "space_boundaries_visible", "openings_visible")]


def _other_pictures(before: Viewpoint, after: Viewpoint) -> bool:
    """True only where bytes of both are known and differ."""
    mine, theirs = _pictures(before), _pictures(after)
    return len(mine) == len(theirs) and any(
        one and other and one != other for one, other in zip(mine, theirs, strict=True)
    )


def _pictures(view: Viewpoint) -> list[str]:
    """The digests of its pictures, "" where one is not known."""
    blobs: list[Blob | None] = [view.snapshot.blob if view.snapshot else None, *(item.blob for item in view.bitmaps)]
    return [blob.sha256 or "" if blob else "" for blob in blobs]


def derived_view(view: Viewpoint) -> Viewpoint:
    """What a viewpoint shows as a viewpoint of its own."""
    name = digest([viewpoint_content(view), *_pictures(view)])
    return replace(view, guid=derived_guid("viewpoint", guid_key(view.guid), name), alias=None, reference=None)


def is_state_of(value: Viewpoint, guid: str, root: str) -> bool:
    """Whether a viewpoint on record under a guid was once shown under the guid ``root``."""
    return guid_key(derived_view(replace(value, guid=root)).guid) == guid_key(guid)


# -- topics --------------------------------------------------------------------------------------------------------


def unfold_all(drawing: Drawing, pairs: Sequence[tuple[Topic, Topic]]) -> list[Topic]:
    """The archive's topics unfolded, in the order of the pairs; the board learns what stands for what.

    Args:
        drawing: the board.
        pairs: topics of the archive, each with the server's.
    """
    new = drawing.source_site is Site.LOCAL
    found = [unfolded(drawing, ours, theirs, new=new) for ours, theirs in pairs]
    many = _too_many(drawing, sum(len(ours.viewpoints) for ours, _ in pairs))
    if not many:
        return found
    drawing.unsent.update(many)
    for noted in (drawing.states, drawing.new_states):
        noted.clear()
    return [unfolded(drawing, ours, theirs, new=new) for ours, theirs in pairs]


def _too_many(drawing: Drawing, shown: int) -> dict[Key, str]:
    """The viewpoints whose new states are not sent, with the reason: nobody has changed so many by hand."""
    pictures = [state for state, change in drawing.new_states.items() if change is Change.PICTURE]
    others = [state for state, change in drawing.new_states.items() if change is not Change.PICTURE]
    many = ((pictures, MOST_PICTURES_AT_ONCE), (others, MOST_AT_ONCE))
    found = [states for states, most in many if len(states) > max(most, shown // 2)]
    return {drawing.states[state]: _MANY.format(count=len(states)) for states in found for state in states}


def unfolded(drawing: Drawing, ours: Topic, theirs: Topic | None = None, *, new: bool = False) -> Topic:
    """A topic of the archive with every state of its viewpoints under a guid of its own.

    Args:
        drawing: the board.
        ours: the archive's topic.
        theirs: the server's; without it earlier states are left out.
        new: whether a state that nobody has seen yet belongs to it.
    """
    family = _Family(drawing, ours, theirs, new=new)
    if drawing.source_site is Site.REMOTE and theirs is not None and family.there <= family.present:
        return ours  # the server holds nothing that might stand for a state
    first: list[Viewpoint] = []
    later: dict[str, Viewpoint] = {}
    for view in ours.viewpoints:
        shown, states = family.unfolded(view)
        first.append(shown)
        later |= {guid_key(state.guid): state for state in states}
    return replace(ours, viewpoints=(*first, *later.values()))


def is_still_shown(drawing: Drawing, topic: Topic, lost: Key) -> bool:
    """Whether a comment of the source refers to a viewpoint that its topic lacks, or whose state that was."""
    shown = {guid_key(item.viewpoint_guid) for item in topic.comments if item.viewpoint_guid}
    value = drawing.base.local.get(lost)
    if lost.guid in shown or drawing.source_site is Site.REMOTE:
        return lost.guid in shown
    return isinstance(value, Viewpoint) and any(is_state_of(value, lost.guid, root) for root in shown)


def stands(drawing: Drawing, key: Key) -> bool:
    """Whether a viewpoint (by its local key) is a state of another one in the archive, or shows one."""
    return key in drawing.states or key in drawing.states.values()


def standing(drawing: Drawing, site: Site, topic: str, guid: str) -> str:
    """The key on a site of the viewpoint that shows this one in the archive; its own where it stands for itself."""
    key = key_of(Kind.VIEWPOINT, topic, guid)
    if not drawing.states:
        return key.guid
    root = drawing.states.get(drawing.base.local_key(site, key) or drawing.paired.get(key) or key)
    if root is None:
        return key.guid
    if site is Site.LOCAL:
        return root.guid
    known = drawing.base.across(Site.LOCAL, root)
    return known.guid if known else root.guid


@dataclass
class _Family:
    """The viewpoints of a topic on both sides, and what is on record of them."""

    drawing: Drawing
    ours: Topic
    theirs: Topic | None
    new: bool

    def __post_init__(self) -> None:
        theirs = self.theirs or Topic("")
        topic, base = guid_key(self.ours.guid), self.drawing.base
        waiting = ((key, item.local) for key, item in base.sent.items() if key.topic == topic)
        open_ = ((key, value) for key, value in waiting if key not in base.to_remote or key in base.intents)
        self.sent = {key: value for key, value in open_ if isinstance(value, Viewpoint)}
        self.held = {self._name(view, theirs.guid): view for view in theirs.viewpoints}
        self.there = frozenset(self.held)
        self.present = frozenset(guid_key(view.guid) for view in self.ours.viewpoints)

    def _name(self, view: Viewpoint, topic: str) -> str:
        """The guid a viewpoint of the server has in the archive, as a key."""
        local = self.drawing.base.local_key(Site.REMOTE, key_of(Kind.VIEWPOINT, topic, view.guid))
        if local is not None:
            return local.guid
        # what was sent without an answer may have come under a guid of the server's own
        came = (key.guid for key, value in self.sent.items() if change_of(value, view) is Change.NONE)
        return guid_key(view.guid) if self._key(view.guid) in self.sent else next(came, guid_key(view.guid))

    def _key(self, guid: str) -> Key:
        return key_of(Kind.VIEWPOINT, self.ours.guid, guid)

    def _recorded(self, key: Key) -> Viewpoint | None:
        """What the archive showed under a guid when it agreed with the server, or what it sent, where that has come."""
        if key in self.sent and key.guid in self.there:
            return self.sent[key]
        found = self.drawing.base.local.get(key)
        return found if isinstance(found, Viewpoint) else None

    def unfolded(self, view: Viewpoint) -> tuple[Viewpoint, list[Viewpoint]]:
        """What a viewpoint of the archive shows under its guid, and its other states."""
        key = self._key(view.guid)
        before = self._recorded(key)
        if before is None:
            return self._unrecorded(view)
        if before is self.sent.get(key):
            self.drawing.agreed[key] = self.drawing.base.sent[key].seen
        alike = change_of(before, view) is Change.NONE or self._is_agreed(view)
        if alike and self.there <= self.present:
            return view, []
        recorded = list(self._on_record(view))
        earlier = [state for state, own in recorded if own and guid_key(state.guid) in self.there]
        now = view if alike else self._now(view, before, [state for state, _ in recorded])
        if now is view:
            return view, self._standing(view, earlier)
        self.drawing.current[key] = now.guid
        return replace(before, guid=view.guid), self._standing(view, [*earlier, now])

    def _is_agreed(self, view: Viewpoint) -> bool:
        """Whether the server holds under the guid what the archive shows now: it was sent again, by another archive."""
        key = self._key(view.guid)
        confirmed = self.drawing.base.remote.get(key)
        if key.guid not in self.there or not isinstance(confirmed, Viewpoint):
            return False
        agreed = change_of(confirmed, view) is Change.NONE
        self.drawing.agreed.update({key: confirmed} if agreed else {})
        return agreed

    def _standing(self, view: Viewpoint, states: list[Viewpoint]) -> list[Viewpoint]:
        own = [state for state in states if guid_key(state.guid) not in self.present]
        self.drawing.states.update((self._key(state.guid), self._key(view.guid)) for state in own)
        return own

    def _now(self, view: Viewpoint, before: Viewpoint, recorded: list[Viewpoint]) -> Viewpoint:
        """The state a changed viewpoint is in; itself where that must not be sent."""
        known = next((state for state in recorded if change_of(state, view) is Change.NONE), None)
        if known is not None:
            return known
        key = self._key(view.guid)
        if key in self.drawing.unsent:
            return view
        changes = [change_of(state, view) for state in (before, *recorded)]
        if reason := _why_not([before, *recorded], changes, view):
            self.drawing.unsent[key] = reason
            return view
        state = derived_view(view)
        name = guid_key(state.guid)
        if not (self.new or name in self.there | self.present):
            return view
        if name not in self.there | self.present and self._key(name) not in self.drawing.base.to_remote:
            self.drawing.new_states[self._key(name)] = min(changes)
        return state

    def _unrecorded(self, view: Viewpoint) -> tuple[Viewpoint, list[Viewpoint]]:
        """The same for an archive without a record: a state counts only where it is known already."""
        held = self.held.get(guid_key(view.guid))
        state = derived_view(view)
        if held is None and guid_key(state.guid) in self.there:
            return view, self._standing(view, [state])  # another copy of the file has sent what this one shows
        if held is None or change_of(held, view) is Change.NONE:
            return view, []
        found = [state] if guid_key(state.guid) in self.there else []
        found += [known for known, _ in self._on_record(view) if change_of(known, view) is Change.NONE]
        return (replace(held, guid=view.guid), self._standing(view, found[:1])) if found else (view, [])

    def _on_record(self, view: Viewpoint) -> Iterator[tuple[Viewpoint, bool]]:
        """Its later states on record, and whether this archive was in them."""
        base = self.drawing.base
        for key in self.drawing.recorded_views.get(guid_key(self.ours.guid), ()):
            if key.guid in self.present:
                continue
            own = self._recorded(key)
            values = [own] if own is not None else [ours for ours, _ in base.copies.get(key, ())]
            for value in values[:1]:
                if isinstance(value, Viewpoint) and is_state_of(value, key.guid, view.guid):
                    yield value, own is not None


def _why_not(states: list[Viewpoint], changes: list[Change], view: Viewpoint) -> str:
    """Why a state is not sent, or ""; ``changes`` tells how it differs from each known one."""
    if len(states) > _MOST_STATES:
        return _OFTEN.format(count=len(states))
    if Change.PICTURE in changes:
        return _REDRAWN if changes.count(Change.PICTURE) >= _PICTURES else ""
    if Change.LESS not in changes:
        return ""
    return _LESS.format(parts=", ".join(lost_parts(states[changes.index(Change.LESS)], view)))
