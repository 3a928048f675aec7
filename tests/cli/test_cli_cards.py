"""Where capability cards lie, and what of them reaches a run."""

from pathlib import Path

import pytest

from bcfsync.cli.cards import card_facts, cards_of, keep_card
from bcfsync.cli.render import sized
from bcfsync.config.environment import STATE_VARIABLE
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.probing.card import Card

BASE = "https://s/bcf/3.0"
CARD = Card(BASE, "3.0", "anna", "2026-01-01", active=True, facts=(("put", "merge"),), scratch=("g-1",))
ANNA = {facts.BASE: BASE, facts.USER: "anna"}


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path))


def test_facts_of_a_card_reach_runs_of_the_same_user_only() -> None:
    keep_card(CARD)
    assert card_facts(BASE, ANNA)["put"] == "merge"
    assert "put" not in card_facts(BASE, {**ANNA, facts.USER: "ben"})


def test_scratch_topics_on_record_are_nobodys_whoever_asks() -> None:
    keep_card(CARD)
    assert card_facts(BASE, {})[facts.SCRATCH] == "g-1"


def test_scratch_topics_that_are_gone_are_forgotten() -> None:
    assert facts.SCRATCH not in card_facts(BASE, {**ANNA, facts.SCRATCH: "g-1"})


def test_what_a_run_learned_itself_counts_for_more() -> None:
    keep_card(CARD)
    assert card_facts(BASE, {**ANNA, "put": "replace"})["put"] == "replace"


def test_hearsay_reaches_no_run_and_does_not_replace_what_was_tried_out() -> None:
    keep_card(CARD)
    keep_card(Card(BASE, "3.0", "", "2026-02-01", active=True, facts=(("put", "reset"),), hearsay=True))
    assert [card.hearsay for card in cards_of(BASE)] == [False, True]
    assert card_facts(BASE, ANNA)["put"] == "merge"


def test_a_damaged_card_is_none() -> None:
    keep_card(CARD).write_text("{", encoding="utf-8")
    assert cards_of(BASE) == []


@pytest.mark.parametrize(("count", "said"), [(0, "0 B"), (999, "999 B"), (34_200, "34 kB"), (1_240_000, "1.2 MB")])
def test_bytes_are_told_in_a_size_people_read(count: int, said: str) -> None:
    assert sized(count) == said
