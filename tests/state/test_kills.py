"""The real program, killed by the system in the middle of its work; a long run: ``make kills N=1000``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
_KILLS = 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a process that was forked")
def test_a_program_that_is_killed_again_and_again_loses_and_doubles_nothing():
    program = Path(__file__).with_name("kills.py")
    run = subprocess.run(
        [sys.executable, program, "--kills", str(_KILLS), "--seed", "7"],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"Tally(kills={_KILLS}," in run.stdout
