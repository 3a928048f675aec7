"""What earlier runs learned about a server, kept in the state between them, and what a probe found on purpose.

Owns: under which name it stands there. Sees: the store, the cards, the side.
"""

import json

from bcfsync import config
from bcfsync.cli.cards import card_facts
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.side import RestSide
from bcfsync.store import Store

_NAME = "learned"


def known_facts(store: Store, root: str = "") -> dict[str, str]:
    """The facts of the last run; none where there was none.

    Args:
        store: the state.
        root: the URL of the server; with it scratch topics of a probe are among the facts even of a first run.
    """
    try:
        found = json.loads(store.noted(_NAME) or "{}")
    except ValueError:
        found = {}  # all of it is learned anew
    learned = {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
    base = learned.get(facts.BASE) or (config.known_base(root) if root else None)
    if base is None:
        return learned
    known = card_facts(base, learned)
    # facts without the place they are about would be taken for another server's
    return {facts.ROOT: root, **known} if known and root else known


def keep_facts(store: Store, remote: RestSide) -> None:
    """Keep what is known of the server now."""
    found = json.dumps(dict(remote.learned), sort_keys=True)
    if found != store.noted(_NAME):
        store.note(_NAME, found)
