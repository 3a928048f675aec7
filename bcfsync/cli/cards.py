"""Where capability cards lie: one per server and user, and one per server for what was handed round.

Owns: their files in the state folder. Sees: config, probing. Rules: a card that cannot be read is none; facts of a card
are used by runs as the same user only, and of hearsay never; scratch topics on record are nobody's, whoever asks.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from bcfsync.config.environment import state_folder
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.probing.card import BadCard, Card, read, written


def keep_card(card: Card) -> Path:
    """Keep a card in place of an earlier one of the same server and user; gives the file."""
    path = _folder(card.base) / f"{_short(('heard' if card.hearsay else 'probed') + card.user)}.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    fresh.write_text(written(card), encoding="utf-8")
    fresh.replace(path)
    return path


def cards_of(base: str) -> list[Card]:
    """The cards of one server, what was probed first."""
    return sorted(_read(base), key=lambda card: (card.hearsay, card.user))


def card_facts(base: str, learned: dict[str, str]) -> dict[str, str]:
    """Facts of the cards that what a run learned itself does not know better, and scratch topics on record."""
    cards = [card for card in cards_of(base) if not card.hearsay]
    found: dict[str, str] = {}
    # only a probe proves this: what the latest one no longer proves is not known from an earlier one either
    seen = {name: value for name, value in learned.items() if name != facts.DATES_TELL}
    for card in cards:
        if learned.get(facts.BASE) == base and learned.get(facts.USER) == card.user:
            found |= dict(card.facts)
    found |= seen
    scratch = sorted({guid for card in cards for guid in card.scratch})
    found.pop(facts.SCRATCH, None)
    return {**found, facts.SCRATCH: ",".join(scratch)} if scratch else found


def _read(base: str) -> Iterator[Card]:
    folder = _folder(base)
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        try:
            card = read(path.read_bytes(), ours=True)
        except (OSError, BadCard):
            continue
        if card.base == base:
            yield card


def _folder(base: str) -> Path:
    return state_folder() / "cards" / _short(base)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
