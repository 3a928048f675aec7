"""Mutants of the planner: small faults put into its code, one at a time, that the tests have to notice.

``python tests/mutation.py --least 90`` tries all of them and prints the score and what survived. The tests are loaded
once; each mutant is a fork of that process in which one function has got other code, and only the tests that come by
the place of the fault are run there, the quickest first. No file of the package is touched.

What was tried is kept in ``.mutants/``, so that a run that was cut off goes on, and a later one begins with the test
that noticed a mutant before. A mutant that was not tried is never counted as noticed. What cannot be noticed, because
it means the same, is listed with its reason in ``equivalent_mutants.txt``.
"""

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType

import hypothesis
import pytest
from faults import Mutant, mutants, mutated
from trying import (
    MODULES,
    MOST,
    NOTICED,
    PACKAGE,
    QUICK,
    ROOT,
    SLOWER,
    SURVIVED,
    Trial,
    Tried,
    measured_in,
    say,
    state_of_the_code,
    wanted,
)

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")


def collected(plugin: object, *, quick: bool) -> int:
    """Load the tests and hand them to the plugin."""
    # a test is to fail or not, at once and each time alike; what is the smallest example is of no interest
    hypothesis.settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    hypothesis.settings.load_profile("mutants")
    options = ["-qq", "-s", "--assert=plain", "--tb=no", "-p", "no:cacheprovider", "-p", "no:terminalreporter"]
    return int(pytest.main([*options, *QUICK, *(() if quick else SLOWER)], plugins=[plugin]))


def try_anew(name: str, sources: dict[str, str], *, quick: bool) -> int:
    """Run the tests with a fault that stands in its module from the beginning, and say which of them failed."""
    mutant = next(item for module, source in sources.items() for item in mutants(module, source) if item.name == name)
    sys.meta_path.insert(0, Faulty(mutant, sources[mutant.module]))
    ran = Anew()
    ended = collected(ran, quick=quick)
    sys.stdout.write(ran.failed)
    return SURVIVED if ended == 0 else NOTICED


class Faulty(importlib.abc.MetaPathFinder):
    """Gives one module with its fault instead of what its file says."""

    def __init__(self, mutant: Mutant, source: str) -> None:
        self.path = str(PACKAGE / mutant.module)
        self.name = "bcfsync." + mutant.module.removesuffix(".py").replace("/", ".")
        self.code = compile(mutated(mutant, source), self.path, "exec")

    def find_spec(
        self, fullname: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module, if it is the one."""
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=Loader(fullname, self))


class Loader(importlib.machinery.SourceFileLoader):
    """Loads the module with its fault."""

    def __init__(self, fullname: str, faulty: Faulty) -> None:
        super().__init__(fullname, faulty.path)
        self.code = faulty.code

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the protocol's
        """The code with the fault."""
        return self.code


class Anew:
    """A plugin of pytest that stops at the first test that fails, and knows it."""

    failed = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The same tests as for all other mutants."""
        quick = "--quick" in sys.argv
        measured = json.loads(measured_in(state_of_the_code(quick)).read_text(encoding="utf-8"))
        items[:] = [item for item in wanted(items, quick=quick) if measured[item.nodeid][1] is not None]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what failed."""
        if report.failed:
            self.failed = report.nodeid
            pytest.exit(self.failed, returncode=NOTICED)


def main() -> int:
    """Try the mutants and print what survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=0, help="how many mutants to try; 0 for all of them")
    parser.add_argument("--seed", type=int, default=1, help="which of them, where not all are tried")
    parser.add_argument("--module", action="append", help="only this one, such as plan/topics.py")
    parser.add_argument("--quick", action="store_true", help="the unit tests of the planner only")
    parser.add_argument("--least", type=float, default=0.0, help="fail below this score, in percent")
    parser.add_argument("--seconds", type=float, default=MOST, help="of tests a mutant may cost")
    parser.add_argument("--anew", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.chdir(ROOT)
    sources = {item: (PACKAGE / item).read_text(encoding="utf-8") for item in MODULES}
    if options.anew:
        return try_anew(options.anew, sources, quick=options.quick)
    known = dict(equivalent())
    every = [item for module in options.module or MODULES for item in mutants(module, sources[module])]
    found = [item for item in every if item.name not in known]
    chosen = found
    if options.most and options.most < len(found):
        picked = set(random.Random(options.seed).sample(range(len(found)), options.most))
        chosen = [item for at, item in enumerate(found) if at in picked]
    trial = Trial(chosen, sources, options)
    if (ended := collected(trial, quick=options.quick)) not in {0, int(pytest.ExitCode.NO_TESTS_COLLECTED)}:
        say(f"the tests could not be run: {ended}")
        return 2
    if not options.module:
        for name in known.keys() - {item.name for item in every}:
            say(f"{EQUIVALENT.name}: no such mutant any more: {name}")
    return report(trial, every, options.least)


def report(trial: Trial, every: Sequence[Mutant], least: float) -> int:
    """Print the score, module by module; 1 where it is below what is asked."""
    tried = {item: trial.book.tried[item.name] for item in trial.chosen}
    say(f"{'module':20} mutants equivalent   tried noticed survived")
    for module in dict.fromkeys(item.module for item in every):
        _line(module, [item for item in every if item.module == module], tried)
    _line("all", every, tried)
    noticed = sum(item.noticed for item in tried.values())
    score = 100 * noticed / max(len(tried), 1)
    endless = sum(item.verdict == "endless" for item in tried.values())
    broken = sum(item.verdict == "broken" for item in tried.values())
    say(
        f"{score:.1f} % of {len(tried)} mutants noticed, {endless} of them by coming to no end; "
        f"of {broken} nothing can be said; {time.monotonic() - trial.began:.0f} s"
    )
    return 1 if score < least or broken else 0


def _line(name: str, every: Sequence[Mutant], tried: dict[Mutant, Tried]) -> None:
    here = [tried[item] for item in every if item in tried]
    noticed = sum(item.noticed for item in here)
    known = dict(equivalent())
    same = sum(item.name in known for item in every)
    say(f"{name:20} {len(every):7} {same:10} {len(here):7} {noticed:7} {len(here) - noticed:8}")


def equivalent() -> Iterator[tuple[str, str]]:
    """The names of the mutants that mean the same as the code, with the reason."""
    for line in EQUIVALENT.read_text(encoding="utf-8").splitlines():
        name, _, why = line.partition(" # ")
        if name and not name.startswith("#"):
            yield name.strip(), why.strip()


if __name__ == "__main__":
    sys.exit(main())
