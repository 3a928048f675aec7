"""What earlier runs learned about a server, kept in the state between them.

Owns: under which name it stands there. Sees: the store, the side.
"""

import json

from bcfsync.sides.rest.side import RestSide
from bcfsync.store import Store

_NAME = "learned"


def known_facts(store: Store) -> dict[str, str]:
    """The facts of the last run; none where there was none."""
    try:
        found = json.loads(store.noted(_NAME) or "{}")
    except ValueError:
        return {}  # all of it is learned anew
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def keep_facts(store: Store, remote: RestSide) -> None:
    """Keep what is known of the server now."""
    facts = json.dumps(dict(remote.learned), sort_keys=True)
    if facts != store.noted(_NAME):
        store.note(_NAME, facts)
