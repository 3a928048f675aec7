"""Where the tests of the real stack find what other tests have: the simulator's ledger, the machines of the end."""

import sys
from pathlib import Path

for _name in ("sim", "e2e"):
    sys.path.append(str(Path(__file__).resolve().parents[1] / _name))
