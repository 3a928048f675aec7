"""One scenario a row of docs/sync-rules.md, each under the name of its rule."""

import re
from pathlib import Path

import pytest
import situations_answers
import situations_archives
import situations_conflicts
import situations_deleting
import situations_folders
import situations_parts
import situations_topics
import situations_values
import situations_views
from scenarios import SCENARIOS
from worlds import minted

RULES = Path(__file__).parents[2] / "docs" / "sync-rules.md"
SITUATIONS = (
    situations_answers,
    situations_archives,
    situations_conflicts,
    situations_deleting,
    situations_folders,
    situations_parts,
    situations_topics,
    situations_values,
    situations_views,
)


def rules_of_the_table():
    return re.findall(r"^\| ([A-Z]\d+) \|", RULES.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_rule_has_a_scenario_and_every_scenario_a_rule():
    rules = rules_of_the_table()
    assert len(rules) == len(set(rules)) > 50
    assert set(rules) == set(SCENARIOS)
    assert {function.__module__ for function in SCENARIOS.values()} == {item.__name__ for item in SITUATIONS}


@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
@pytest.mark.parametrize("rule", rules_of_the_table())
def test_the_rule_holds(rule, mint):
    SCENARIOS[rule](mint() if mint else None)
