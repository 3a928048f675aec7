"""Three-way merge of one atom, in one direction: what of the source's edits goes to the target.

Owns: field rules. Sees: model, canonical, changes. Rules: docs/sync-rules.md. A site's value is changed when it
differs from that site's own shadow; sides are never compared to find out who edited.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, TypeVar

from bcfsync.canonical import canonical, same, same_set

V = TypeVar("V")
_MOST_LINES = 2000


@dataclass(frozen=True, slots=True)
class Merged:
    """Members the target shall take over, and members both changed differently."""

    updates: dict[str, object]
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shadows:
    """The last confirmed value on each site; None where the atom was never confirmed there."""

    source: object | None
    target: object | None

    @property
    def known(self) -> bool:
        """Whether there is a common past; without one, equal members agree and others are conflicts."""
        return self.source is not None and self.target is not None

    @property
    def both(self) -> tuple[Any, Any]:
        """The source's first."""
        return self.source, self.target


def merge_scalars(names: Iterable[str], shadows: Shadows, source: object, target: object) -> Merged:
    """Merge members that are one value each.

    Without a shadow on both sites nobody knows who edited: equal members agree, others are conflicts. A number that one
    side lacks is none: servers number topics (BIMData), files need not.
    """
    updates: dict[str, object] = {}
    conflicts: list[str] = []
    for name in names:
        wanted, held = getattr(source, name), getattr(target, name)
        if not shadows.known and name == "index" and (wanted is None) != (held is None):
            updates |= {} if wanted is None else {name: wanted}
            continue
        if same(wanted, held) or (shadows.known and same(getattr(shadows.source, name), wanted)):
            continue
        if not shadows.known or not same(getattr(shadows.target, name), held):
            conflicts.append(name)
        else:
            updates[name] = wanted
    return Merged(updates, tuple(conflicts))


def merge_sets(names: Iterable[str], shadows: Shadows, source: object, target: object) -> Merged:
    """Merge members that are sets: what the source added is added, what it took away is taken away.

    Without a shadow only additions are known: a missing value is no removal. Sets cannot conflict.
    """
    updates: dict[str, object] = {}
    for name in names:
        wanted, held = getattr(source, name), getattr(target, name)
        base = getattr(shadows.source, name) if shadows.known else ()
        merged = merged_set(base, wanted, held, spelled)
        if not same_set(merged, held):
            updates[name] = merged
    return Merged(updates)


def spelled(value: object) -> str:
    """A member of a set by what its spellings have in common."""
    return str(canonical(value))


def merged_set(base: Iterable[V], source: Iterable[V], target: Iterable[V], key: Callable[[V], str]) -> tuple[V, ...]:
    """The target's set with the source's additions and removals since the base; the target's order stays."""
    wanted = {key(item): item for item in source}
    removed = {key(item) for item in base} - set(wanted)
    kept = {key(item): item for item in target if key(item) not in removed}
    known = {key(item) for item in base} | set(kept)
    added = (item for name, item in wanted.items() if name not in known)
    return (*kept.values(), *added)


def merged_text(base: str, texts: Iterable[str]) -> str | None:
    """The base with what each text changed in it, line by line; None where two of them changed the same lines.

    The order of the texts makes no difference. Changes of neighbouring lines count as changes of the same lines, as in
    git; the same change is one change. Line ends become line feeds.
    """
    lines = _lines(base)
    edits: set[tuple[int, int, tuple[str, ...]]] = set()
    for text in texts:
        changed = _lines(text)
        if max(len(lines), len(changed)) > _MOST_LINES:
            return None  # comparing takes the square of that
        matcher = SequenceMatcher(None, lines, changed, autojunk=False)
        edits |= {(i, j, tuple(changed[k:m])) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"}
    ordered = sorted(edits)
    if any(one[1] >= other[0] for one, other in pairwise(ordered)):
        return None
    for start, end, new in reversed(ordered):
        lines[start:end] = new
    return "\n".join(lines)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
