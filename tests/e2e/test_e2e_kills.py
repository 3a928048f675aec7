"""An import that is killed at any moment: run again until it ends well, and nothing is doubled or missing."""

import random
import subprocess

import pytest
from machines import Machine, Project, samples

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

_KILLS = 8
_LONGEST = 0.9


@pytest.mark.parametrize("api", ["2.1", "3.0"])
def test_an_import_that_is_killed_again_and_again_leaves_no_doubles_and_no_gaps(
    machine: Machine, second_machine: Machine, server: str, numbers, api
):
    moments = random.Random(f"kills {api}")
    expected, survived = None, 0
    while survived < _KILLS:
        project = Project(server, f"p{next(numbers)}")
        here = project.versioned if api == "2.1" else project
        words = ["import", "--settle", 0.2, "--json", *here.there, *samples("2.1")]
        if expected is None:
            assert second_machine.do(*words).code == 0
            expected = project.census()
            continue
        while survived < _KILLS and kill(machine, words, moments.uniform(0.25, _LONGEST)):
            survived += 1
        for _ in range(4):
            run = machine.do(*words)
            if run.code == 0:
                break
        assert run.code == 0, (run.out[-2000:], run.err)
        assert project.census() == expected
        assert machine.do(*words).summary["created"] == 0


def kill(machine: Machine, words: list[object], after: float) -> bool:
    """Start it and kill it after so many seconds; False where it was done before."""
    running = machine.start(*words)
    try:
        running.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        running.kill()
        running.communicate()
        return True
    return False
