"""The simulator itself: the same every time, able to fail, and able to say why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sim_folder
from sim_faults import AT
from sim_oracle import judge
from sim_scenario import STRIKES, drawn
from sim_server import PROFILES
from sim_store import SimStore
from simulate import main, played, shortened

from bcfsync.merge import Merged, Shadows, merge_scalars
from bcfsync.store import Store

HERE = Path(__file__).parent
BY_NAME = {item.name: item for item in PROFILES}


@pytest.mark.parametrize("profile", PROFILES, ids=lambda item: item.name)
def test_a_seed_gives_the_same_story_and_the_same_end_every_time(profile):
    for seed in range(6):
        one, other = (judge(drawn(profile, seed), telling=True) for _ in range(2))
        assert (one.story, one.trace, one.findings) == (other.story, other.trace, other.findings)
        assert judge(drawn(profile, seed)).trace == one.trace


def test_what_is_found_does_not_hang_on_the_order_of_sets():
    """Strings hash differently in every process."""
    code = (
        "from simulate import judge, drawn, PROFILES\n"
        "print([(v.trace, v.findings) for p in PROFILES for s in range(4) for v in [judge(drawn(p, s))]])"
    )
    said = set()
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code]
        said.add(subprocess.run(command, env=env, cwd=HERE, capture_output=True, text=True, check=True).stdout)
    assert len(said) == 1


def test_every_strike_has_its_seams_and_is_drawn():
    assert set(STRIKES) == set(AT)


def test_every_strike_comes_true_and_stale_saves_happen():
    tally = played(PROFILES[2], range(250))
    assert {name for name in AT if not tally.counts[name]} == set()
    assert tally.counts["stale saves"] > 50


# -- an engine with a rule less ----------------------------------------------------------------------------------


def without_stale_saves(patch):
    patch.setattr("bcfsync.turn.turning.heal", lambda *_: 0)


def without_intents(patch):
    patch.setattr(SimStore, "begin", lambda *_, **__: None)


def without_adoption(patch):
    patch.setattr("bcfsync.plan.pairing._pair_by_content", lambda *_: {})
    patch.setattr("bcfsync.plan.pairing._pair_newcomers", lambda *_: {})


def without_own_stamps(patch):
    patch.setattr(Store, "own_stamps", lambda *_: frozenset())


def without_conflicts(patch):
    def last_one_wins(names, shadows, source, target):
        merged = merge_scalars(names, shadows, source, target)
        return Merged(merged.updates | {name: getattr(source, name) for name in merged.conflicts})

    patch.setattr("bcfsync.plan.topics.merge_scalars", last_one_wins)


def without_old_shadows(patch):
    patch.setattr("bcfsync.recording.advanced", lambda _old, source, target, *_, **__: Shadows(source, target))


def without_comparing_before_a_write(patch):
    patch.setattr(sim_folder.SimArchive, "_now", lambda self: self.stamp)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "profile", "letter"),
    [
        (without_stale_saves, "keeps-guids+if-match", "b"),
        (without_intents, "mints+if-match", "c"),
        (without_adoption, "mints+if-match", "c"),
        (without_conflicts, "keeps-guids+if-match", "b"),
        (without_old_shadows, "keeps-guids+if-match", "b"),
        (without_comparing_before_a_write, "keeps-guids+if-match", "b"),
    ],
)
def test_an_engine_with_a_rule_less_is_found_out_within_a_few_hundred_seeds(broken, profile, letter, monkeypatch):
    broken(monkeypatch)
    verdicts = (judge(drawn(BY_NAME[profile], seed)) for seed in range(400))
    assert any(letter in verdict.letters for verdict in verdicts)


# -- telling -----------------------------------------------------------------------------------------------------


def test_a_failing_scenario_is_made_shorter_and_fails_alike(monkeypatch):
    without_stale_saves(monkeypatch)
    profile = BY_NAME["keeps-guids+if-match"]
    seed = next(seed for seed in range(300) if judge(drawn(profile, seed)).findings)
    long = drawn(profile, seed)
    kinds = judge(long).kinds
    short = shortened(long, kinds)
    assert len(short.actions) < len(long.actions)
    assert judge(short).kinds & kinds


def test_the_program_tells_a_seed_and_counts_many(capsys):
    assert main(["--profile", "mints", "--seed", "0", "--story"]) == 0
    assert "everybody goes home" in capsys.readouterr().out
    assert main(["--seeds", str(len(PROFILES))]) == 0
    assert f"{len(PROFILES)} seeds" in capsys.readouterr().out
