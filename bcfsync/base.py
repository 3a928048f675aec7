"""The store's rows as the planner's base: identities, and shadows decoded only when somebody asks for them.

Owns: store → changes.Base. Sees: store, plain, changes.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bcfsync import plain
from bcfsync.changes import ENTITIES, Base, Entity, Key, Sent, Verb
from bcfsync.marks import has_marks
from bcfsync.store import REMOTE, UNSETTLED, SentWrite, Store, seen_of
from bcfsync.store.words import PAST, PUT_BACK


class _Shadows(Mapping[Key, Entity]):
    """Shadows of one replica by local key; the text becomes a value on first use."""

    def __init__(self) -> None:
        self.texts: dict[Key, str] = {}
        self._values: dict[Key, Entity] = {}

    def __getitem__(self, key: Key) -> Entity:
        if key not in self._values:
            self._values[key] = plain.loads(ENTITIES[key.kind], self.texts[key])
        return self._values[key]

    def get(self, key: Key, default: Any = None) -> Any:  # noqa: ANN401 - as of every mapping
        """The shadow, where there is one; most atoms that are asked for have none."""
        return self[key] if key in self.texts else default

    def __contains__(self, key: object) -> bool:
        return key in self.texts

    def __iter__(self) -> Iterator[Key]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)


class _Copies(Mapping[Key, tuple[tuple[Entity, Entity | None], ...]]):
    """What other archives hold of the same atoms, and what the server held then; the latest first."""

    def __init__(self) -> None:
        self.texts: dict[Key, dict[str, str]] = {}
        self.seen: dict[Key, dict[str, str]] = {}

    def add_waiting(self, texts: Iterable[tuple[Key, str, str]]) -> None:
        """Add what archives hold and have not agreed on whole, where it only waits for the server to have its values.

        What an archive never agreed on otherwise measures no other one.
        """
        for key, name, text in texts:
            then = self.seen.get(key, {}).get(name)
            if then is not None and not has_marks(then):
                self.texts.setdefault(key, {})[name] = text

    def __getitem__(self, key: Key) -> tuple[tuple[Entity, Entity | None], ...]:
        kind, seen = ENTITIES[key.kind], self.seen.get(key, {})
        found: dict[str, str | None] = {}
        for replica, text in self.texts[key].items():
            found.setdefault(text, seen.get(replica))
        return tuple(
            (plain.loads(kind, ours), plain.loads(kind, theirs) if theirs else None) for ours, theirs in found.items()
        )

    def __iter__(self) -> Iterator[Key]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)


def read_base(store: Store, replica: str) -> Base:
    """The last agreed state as one archive sees it.

    Args:
        store: the pair's state.
        replica: the name of the archive that takes part.
    """
    to_remote = dict(store.links())
    local, remote, seen, copies = _Shadows(), _Shadows(), _Shadows(), _Copies()
    others = _Copies()
    others.seen = copies.seen
    unsettled: set[Key] = set()
    doubtful: list[tuple[Key, str, str]] = []
    for key, name, text in store.shadows():
        if text == UNSETTLED:
            unsettled.update({key} if name == replica else ())
        elif name == replica:
            local.texts[key] = text
        elif name == REMOTE:
            remote.texts[key] = text
        elif (archive := seen_of(name)) == replica:
            seen.texts[key] = text
        elif archive is not None:
            copies.seen.setdefault(key, {})[archive] = text
        else:
            if has_marks(text):
                doubtful.append((key, name, text))
            else:
                copies.texts.setdefault(key, {})[name] = text
            if not name.startswith(PAST):
                others.texts.setdefault(key, {})[name] = text
    copies.add_waiting(doubtful)
    return Base(
        to_remote=to_remote,
        to_local={theirs: ours for ours, theirs in to_remote.items()},
        local=local,
        remote=remote,
        seen=seen,
        copies=copies,
        holders=_holders(copies.seen),
        others=others,
        open=frozenset(unsettled),
        intents={intent.key: intent for intent in store.intents()},
        sent={
            item.key: _sent(item)
            for item in store.unanswered(replica)
            if item.replica == replica or item.key not in local.texts
        },
        put_back=bool(store.noted(PUT_BACK)),
        untaken=store.untaken(),
        unread=store.unread(),
    )


def _sent(item: SentWrite) -> Sent:
    value, local, seen = (plain.loads(ENTITIES[item.key.kind], text) for text in (item.value, item.local, item.seen))
    return Sent(Verb(item.verb), item.fields, value, local, seen)


def _holders(seen: Mapping[Key, Mapping[str, str]]) -> dict[Key, frozenset[str]]:
    """The archives that hold an atom now, not those that held it once."""
    named = ((key, frozenset(name for name in names if not name.startswith(PAST))) for key, names in seen.items())
    return {key: names for key, names in named if names}
