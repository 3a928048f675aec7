"""Where the tests of the real stack find what others have: the simulator's ledger, the command line's desk."""

import importlib.util
import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1]
for _name in ("sim", "cli"):
    sys.path.append(str(_TESTS / _name))

_spec = importlib.util.spec_from_file_location("desk_fixtures", _TESTS / "cli" / "conftest.py")
assert _spec
assert _spec.loader
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)

server, numbers, desk, tower = _fixtures.server, _fixtures.numbers, _fixtures.desk, _fixtures.tower
