"""Whether a pass has nothing to do: both sides are as the last one left them, and it left nothing to do.

Owns: what a finished pass leaves on record for that. Sees: store, changes. The server says by its tag that nothing has
changed, where it is proven to know; no tag is believed for more than an hour.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bcfsync.changes import Side
from bcfsync.sides.earlier import BELIEVED
from bcfsync.store import Store


@dataclass(frozen=True, slots=True)
class Stillness:
    """The record of one state about passes that left nothing to do.

    Attributes:
        store: where it is.
        way: which way the passes go; each has its own record.
        clock: gives the time.
    """

    store: Store
    way: str
    clock: Callable[[], datetime]

    def lasts(self, archives: Mapping[str, str | None], remote: Side) -> bool:
        """Whether all archives (replica → tag) and the server are as they were left; asks the server one thing."""
        noted = [self._noted(replica) for replica in archives]
        tags = {item.get("remote") for item in noted}
        if len(tags) != 1 or None in tags:
            return False
        same = all(item.get("archive") == tag for item, tag in zip(noted, archives.values(), strict=True))
        return same and all(map(self._is_fresh, noted)) and not remote.moved(tags.pop())

    def note(self, replica: str, archive: str | None, remote: str | None) -> None:
        """A pass looked at both sides whole, and left nothing to do."""
        if archive is not None and remote is not None:
            looked = self.clock().isoformat()
            self.store.note(self._name(replica), json.dumps({"archive": archive, "remote": remote, "looked": looked}))

    def end(self, replica: str) -> None:
        """A pass did something, or left something to do."""
        if self.store.noted(self._name(replica)):
            self.store.note(self._name(replica), "")

    def _noted(self, replica: str) -> dict[str, Any]:
        found = json.loads(self.store.noted(self._name(replica)) or "{}")
        return found if isinstance(found, dict) else {}

    def _is_fresh(self, noted: Mapping[str, Any]) -> bool:
        age = self.clock() - datetime.fromisoformat(noted["looked"])
        return timedelta(0) <= age < BELIEVED

    def _name(self, replica: str) -> str:
        return f"still:{self.way}:{replica}"
