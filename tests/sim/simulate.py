"""Seeds through the simulator: ``python tests/sim/simulate.py --seeds 9000 --first 0``; see README.md beside it."""

# ruff: noqa: T201 - a program that prints

import argparse
import gc
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from sim_faults import AT
from sim_oracle import Verdict, judge
from sim_scenario import Scenario, drawn
from sim_server import PROFILES, Profile

CHUNK = 500
SHARE = 250
"""How many seeds of each profile the suite plays."""


@dataclass
class Tally:
    """What many seeds of one profile showed."""

    profile: str
    seeds: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    failing: list[tuple[int, str]] = field(default_factory=list)

    def take(self, seed: int, verdict: Verdict) -> None:
        """Add a seed."""
        self.seeds += 1
        self.counts += verdict.counts
        self.excused += verdict.excused
        if verdict.findings:
            self.letters.update(verdict.letters)
            self.failing.append((seed, verdict.findings[0].strip().splitlines()[-1][:160]))

    def add(self, other: "Tally") -> None:
        """Add another tally of the same profile."""
        self.seeds += other.seeds
        self.counts += other.counts
        self.excused += other.excused
        self.letters += other.letters
        self.failing += other.failing


def played(profile: Profile, seeds: Iterable[int]) -> Tally:
    """Some seeds of a profile."""
    tally = Tally(profile.name)
    gc.disable()  # a world is thrown away whole: one collection a chunk is enough
    try:
        for seed in seeds:
            tally.take(seed, judge(drawn(profile, seed)))
    finally:
        gc.enable()
        gc.collect()
    return tally


def shortened(scenario: Scenario, kinds: set[str]) -> Scenario:
    """The scenario without everything that may be left out while a finding of the same kind remains."""
    shrinking = True
    while shrinking:
        shrinking = False
        for number in reversed(scenario.numbers()):
            shorter = scenario.without(number)
            if shorter != scenario and kinds & judge(shorter).kinds:
                scenario, shrinking = shorter, True
    return scenario


def _jobs(profiles: list[Profile], seeds: int, first: int) -> Iterator[tuple[Profile, range]]:
    """All seeds in chunks, the profiles taking turns; each profile has its share of consecutive seeds."""
    share = -(-seeds // len(profiles))
    for start in range(first, first + share, CHUNK):
        for profile in profiles:
            yield profile, range(start, min(start + CHUNK, first + share))


def _played_job(job: tuple[Profile, range]) -> Tally:
    return played(*job)


def _report(tallies: Iterable[Tally], seconds: float) -> None:
    total: Counter[str] = Counter()
    seeds = 0
    for tally in tallies:
        counts, letters = tally.counts, tally.letters
        total += counts
        seeds += tally.seeds
        print(
            f"{tally.profile:22} {tally.seeds:8} seeds {counts['steps']:9} steps {counts['turns']:9} turns"
            f" {counts['user writes']:9} writes {counts['stale saves']:7} stale saves"
            f" | lost or unlike {letters['b']:5}  doubled {letters['c']:4}  deleted {letters['d']:4}"
            f"  unconverged {letters['a'] + letters['e']:4}  record {letters['h']:4}  broken {letters['x']:4}"
            f" | excused {tally.excused.total()}"
        )
    strikes = tuple(AT)
    print("strikes: " + ", ".join(f"{name} {total[name]}" for name in strikes))
    others = {name: count for name, count in sorted(total.items()) if name not in strikes}
    print("counts:  " + ", ".join(f"{name} {count}" for name, count in others.items()))
    excused: Counter[str] = sum((tally.excused for tally in tallies), Counter())
    for reason, count in excused.most_common():
        print(f"excused: {count:6}  {reason}")
    print(f"{seeds} seeds in {seconds:.0f} s")


def _tell(profile: Profile, seed: int, *, shrink: bool) -> int:
    scenario = drawn(profile, seed)
    verdict = judge(scenario)
    if shrink and verdict.findings:
        scenario = shortened(scenario, verdict.kinds)
    verdict = judge(scenario, telling=True)
    print("\n".join(verdict.story))
    print("\n".join(verdict.findings) or "nothing is wrong")
    return 1 if verdict.findings else 0


def main(arguments: list[str] | None = None) -> int:
    """Run seeds, or tell the story of one; 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [item.name for item in PROFILES]
    parser.add_argument("--seeds", type=int, default=900, help="how many in all, over the profiles in turn")
    parser.add_argument("--first", type=int, default=0, help="the first seed of each profile")
    parser.add_argument("--profile", choices=names, help="this one only")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--seed", type=int, help="this seed only, told as a story")
    parser.add_argument("--story", action="store_true", help="tell the seed as it is, not shortened")
    parser.add_argument("--failing", type=int, default=30, help="name so many failing seeds of a profile")
    given = parser.parse_args(arguments)
    profiles = [item for item in PROFILES if given.profile in {None, item.name}]
    if given.seed is not None:
        return max(_tell(profile, given.seed, shrink=not given.story) for profile in profiles)
    began = time.monotonic()
    tallies = {item.name: Tally(item.name) for item in profiles}
    jobs = _jobs(profiles, given.seeds, given.first)
    if given.jobs > 1:
        with ProcessPoolExecutor(given.jobs) as pool:
            done: Iterable[Tally] = pool.map(_played_job, jobs)
            for tally in done:
                tallies[tally.profile].add(tally)
    else:
        for tally in map(_played_job, jobs):
            tallies[tally.profile].add(tally)
    _report(tallies.values(), time.monotonic() - began)
    for tally in tallies.values():
        for seed, words in tally.failing[: given.failing]:
            print(f"--profile {tally.profile} --seed {seed}: {words}")
    return 1 if any(tally.failing for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
