# Each target does its own set-up. Where there is no make, CONTRIBUTING.md says what to type instead.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
PROPERTIES = $$(grep -rlE "@given|stateful" tests --include='test_*.py')

.PHONY: demo test setup check fix cover bench bench-edit bench-codec samples golden xsd-cases fuzz explore sim mutants machine kills conformance throughput importing server-load server-kills dialects fault-runs request-kills clean

demo: $(STAMP)  ## archives into a server and back, proved equal
	$(BIN)/bcfsync demo

test: $(STAMP)  ## the whole suite
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

setup: $(STAMP)  ## a virtual environment with everything in it

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("bcfsync needs Python 3.11 or later, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	$(BIN)/python -c 'import pathlib; pathlib.Path("$(STAMP)").touch()'

check: $(STAMP)  ## format, lint, types, tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

fix: $(STAMP)  ## let ruff put right what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

cover: $(STAMP)  ## branch coverage of the package
	$(BIN)/coverage run -m pytest -q
	$(BIN)/coverage report --skip-covered

bench: $(STAMP)  ## speed as a ratio to the floor
	$(BIN)/python benchmarks/read.py
	$(BIN)/python benchmarks/transfer.py

bench-edit: $(STAMP)  ## one added comment in a large archive, beside a copy of the file
	$(BIN)/python benchmarks/edit.py

bench-codec: $(STAMP)  ## the codec against its floor and other libraries; fails where a figure is missed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[bench]" || true
	$(BIN)/python benchmarks/codec.py $(BENCH)

samples: $(STAMP)  ## build the sample archives anew
	$(BIN)/python samples/build.py
	$(BIN)/python samples/quirks.py
	$(BIN)/python samples/findings.py

golden: $(STAMP)  ## rewrite golden files; review them as diffs
	$(BIN)/python -m pytest -q --update-golden

xsd-cases: $(STAMP)  ## the long differential test of our schemas (needs the published ones beside the project)
	BCFSYNC_XSD_CASES=5000 $(BIN)/python -m pytest -q tests/test_xsd.py tests/test_xsd_differential.py

fuzz: $(STAMP)  ## mutants of every sample: N=200000 SEED=7 for a long run, CASE=.fuzz/one.bcf for one file again
	$(BIN)/python tests/hostile/fuzzing.py $(if $(N),--cases $(N)) $(if $(SEED),--seed $(SEED)) $(if $(CASE),--case $(CASE))

explore: $(STAMP)  ## the property tests with examples nobody has seen: TIMES=20
	for _ in $$(seq $(or $(TIMES),5)); do BCFSYNC_EXPLORE=1 $(BIN)/python -m pytest -q -n auto $(PROPERTIES) || exit 1; done

sim: $(STAMP)  ## scenarios through the simulator: SEEDS=90000 FIRST=0, ONE=17 PROFILE=mints for one as a story
	$(BIN)/python tests/sim/simulate.py --jobs 2 $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FIRST),--first $(FIRST)) $(if $(PROFILE),--profile $(PROFILE)) $(if $(ONE),--seed $(ONE))

mutants: $(STAMP)  ## every fault that can be put into the planner; fails below 90 % noticed: QUICK=1 by its unit tests only, MODULE=plan/topics.py, MOST=300 SEED=2
	$(BIN)/python tests/mutation.py --least 90 $(if $(QUICK),--quick) $(if $(MODULE),--module $(MODULE)) $(if $(MOST),--most $(MOST)) $(if $(SEED),--seed $(SEED))

machine: $(STAMP)  ## the state machine over archives, SQLite and HTTP: EXAMPLES=1000 STEPS=60
	BCFSYNC_MACHINE_EXAMPLES=$(or $(EXAMPLES),1000) BCFSYNC_MACHINE_STEPS=$(or $(STEPS),40) $(BIN)/python -m pytest -q tests/state/test_state_machine.py

kills: $(STAMP)  ## the program killed by the system, and what is left judged: N=1000 SEED=1
	$(BIN)/python tests/state/kills.py --kills $(or $(N),1000) --seed $(or $(SEED),1)

conformance: $(STAMP)  ## every route of every version of the reference server, row by row: WRITE=1 into docs/server.md, URL=http://… TOKEN=… for another server
	$(BIN)/python tests/server/conformance/table.py $(if $(WRITE),--write) $(if $(URL),--url $(URL)) $(if $(TOKEN),--token $(TOKEN))

throughput: $(STAMP)  ## a first export of 1,000 topics over a wire of 50 ms, beside a plain client; fails below 80 % of what the wire allows
	$(BIN)/python benchmarks/throughput.py $(THROUGHPUT)

importing: $(STAMP)  ## a first import of 100 topics over a wire of 50 ms, beside one that sends one write at a time
	$(BIN)/python benchmarks/importing.py $(IMPORTING)

server-load: $(STAMP)  ## a minute of sixteen clients, and what 100,000 topics cost: SECONDS=60 TOPICS=100000
	$(BIN)/python benchmarks/server_load.py $(if $(SECONDS),--seconds $(SECONDS)) $(if $(TOPICS),--topics $(TOPICS))

server-kills: $(STAMP)  ## the reference server killed under load, and what it had acknowledged looked for: N=100 SEED=1
	$(BIN)/python tests/server/load.py --kills $(or $(N),100) --seed $(or $(SEED),1)

dialects: $(STAMP)  ## archives through every server of the field and back: the matrix; ROWS="openproject bimdata" for some
	$(BIN)/python tests/dialects/matrix.py $(if $(WRITE),--write) $(ROWS)

fault-runs: $(STAMP)  ## imports over a line that loses answers: SEEDS=500 FIRST=0 JITTER=4 TOPICS=20 ROWS="openproject bimdata"
	$(BIN)/python tests/dialects/fault_runs.py --seeds $(or $(SEEDS),500) --first $(or $(FIRST),0) --jitter $(or $(JITTER),0) --topics $(or $(TOPICS),0) $(ROWS)

request-kills: $(STAMP)  ## the program killed at one request after another, for every kind of server: EVERY=1 FIRST=1 ROWS="openproject bimdata"
	$(BIN)/python tests/dialects/request_kills.py --every $(or $(EVERY),1) --first $(or $(FIRST),1) $(ROWS)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis htmlcov .coverage dist
