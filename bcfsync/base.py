"""The store's rows as the planner's base: identities, and shadows decoded only when somebody asks for them.

Owns: store → changes.Base. Sees: store, plain, changes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from bcfsync import plain
from bcfsync.changes import ENTITIES, Base, Entity, Key
from bcfsync.store import REMOTE, Store


class _Shadows(Mapping[Key, Entity]):
    """Shadows of one replica by local key; the text becomes a value on first use."""

    def __init__(self) -> None:
        self.texts: dict[Key, str] = {}
        self._values: dict[Key, Entity] = {}

    def __getitem__(self, key: Key) -> Entity:
        if key not in self._values:
            self._values[key] = plain.loads(ENTITIES[key.kind], self.texts[key])
        return self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self.texts

    def __iter__(self) -> Iterator[Key]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)


class _Copies(Mapping[Key, tuple[Entity, ...]]):
    """What other archives hold of the same atoms, the latest first."""

    def __init__(self) -> None:
        self.texts: dict[Key, list[str]] = defaultdict(list)

    def __getitem__(self, key: Key) -> tuple[Entity, ...]:
        if key not in self.texts:
            raise KeyError(key)
        return tuple(plain.loads(ENTITIES[key.kind], text) for text in dict.fromkeys(self.texts[key]))

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
    local, remote, copies = _Shadows(), _Shadows(), _Copies()
    for key, name, text in store.shadows():
        if name == replica:
            local.texts[key] = text
        elif name == REMOTE:
            remote.texts[key] = text
        else:
            copies.texts[key].append(text)
    return Base(
        to_remote=to_remote,
        to_local={theirs: ours for ours, theirs in to_remote.items()},
        local=local,
        remote=remote,
        copies=copies,
        intents={intent.key: intent for intent in store.intents()},
    )
