"""Which part of a new topic became which, where a server gave guids of its own.

Owns: the match. Sees: model, canonical. Rules: a server may show parts in any order, stamp and reword them. So they are
matched by their guids, then by all they say, then by less and less of it; those that say the same by their places; and
the last one of each by itself, since nothing was there before. Whatever is left over on both sides nobody can tell.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from bcfsync.canonical import canonical, comment_content, digest, viewpoint_content
from bcfsync.guids import guid_key
from bcfsync.model import Comment, Viewpoint

Part = Viewpoint | Comment
_Key = Callable[[Part], Hashable]


@dataclass(frozen=True, slots=True)
class Match:
    """Parts as they were sent, with what came of them.

    ``unknown`` are those that may be there under another guid; any other one without a pair is not there.
    """

    pairs: tuple[tuple[Part, Part], ...]
    unknown: tuple[Part, ...] = ()


def matched(sent: Sequence[Part], held: Sequence[Part], views: Mapping[str, str]) -> Match:
    """The match of parts of one kind of a topic that was new.

    Args:
        sent: as they were sent.
        held: all that the server shows.
        views: the viewpoints that are matched already: the normalised guid that was sent, and the server's.
    """
    pairs: list[tuple[Part, Part]] = []
    ours, theirs = list(sent), list(held)
    for key in (_guid, *_keys(views), _stamp_or_camera):
        found = _paired(ours, theirs, key, alone=key is _stamp_or_camera)
        pairs += found
        ours = [part for part in ours if all(part is not one for one, _ in found)]
        theirs = [part for part in theirs if all(part is not other for _, other in found)]
    if len(ours) == len(theirs) == 1:
        return Match((*pairs, (ours[0], theirs[0])))
    return Match(tuple(pairs), tuple(ours) if theirs else ())


def _paired(ours: Sequence[Part], theirs: Sequence[Part], key: _Key, *, alone: bool) -> list[tuple[Part, Part]]:
    """Those of one key, as many as there are on both sides, in their order; or only those that are ``alone`` there."""
    here, there = _by_key(ours, key), _by_key(theirs, key)
    both = [(here[each], there[each]) for each in here if each in there]
    return [
        pair
        for mine, yours in both
        if not alone or len(mine) == len(yours) == 1
        for pair in zip(mine, yours, strict=False)
    ]


def _by_key(parts: Sequence[Part], key: _Key) -> dict[Hashable, list[Part]]:
    found: dict[Hashable, list[Part]] = defaultdict(list)
    for part in parts:
        found[key(part)].append(part)
    return dict(found)


def _keys(views: Mapping[str, str]) -> tuple[_Key, ...]:
    """What parts say, from all of it to least."""

    def shown(part: Part) -> Hashable:
        if isinstance(part, Viewpoint):
            return viewpoint_content(part)
        guid = guid_key(part.viewpoint_guid or "")
        return comment_content(part), _stamp(part), views.get(guid, guid)

    return shown, _stamped, _said


def _guid(part: Part) -> Hashable:
    return guid_key(part.guid)


def _stamped(part: Part) -> Hashable:
    return _said(part), _stamp(part)


def _said(part: Part) -> Hashable:
    """A comment's text; a viewpoint without its pictures."""
    if isinstance(part, Viewpoint):
        return viewpoint_content(replace(part, bitmaps=(), snapshot=None))
    return comment_content(part)


def _stamp_or_camera(part: Part) -> Hashable:
    """Whose a comment is, and when it was made; where a viewpoint looks from."""
    if isinstance(part, Viewpoint):
        return digest(canonical(part.perspective_camera or part.orthogonal_camera))
    return _stamp(part)


def _stamp(part: Part) -> Hashable:
    return (canonical(part.author), str(canonical(part.date))) if isinstance(part, Comment) else None
