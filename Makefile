# Everything a fresh clone needs: python3 (3.11 or newer) with venv, and make.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DASHBOARD := hatch_build.py web/ui/index.html web/ui/package-lock.json $(shell find web/ui/src web/ui/public -type f ! -name schema.d.ts)

# Modules stay whole, and begin in the order in which they are collected. Five workers for
# two cores, since tests wait for more than half of their time.
WORKERS ?= 5
IN_PARALLEL := --numprocesses=$(WORKERS) --dist=loadscope --no-loadscope-reorder

# Where nothing compiled is kept, every process that a test starts compiles all of it anew.
test test-full fuzz: export PYTHONDONTWRITEBYTECODE =

.PHONY: installed run test test-full coverage fuzz lint bench schemas services constraints clean

installed: $(READY)

run: $(READY)
	$(BIN)/monctl poll

# REPORTS: what is told at the end beside failures, such as --durations=20 or --cov.
test: $(READY)
	@sh tests/support/services.sh maybe
	$(BIN)/python -m pytest $(IN_PARALLEL) $(REPORTS)

# Branches too; tracing every line makes the tests take half as long again, so that .ci/run does without.
coverage:
	$(MAKE) test REPORTS="--cov --cov-report=term:skip-covered"

# All examples of every property and all rounds of every kill, not the few of `make test`.
test-full: $(READY)
	@sh tests/support/services.sh maybe
	MONCTL_TEST_FULL=1 $(BIN)/python -m pytest $(IN_PARALLEL) --hypothesis-profile=full $(REPORTS)

FROM_STRANGERS := tests/hostile tests/poller/probe/test_hostile.py tests/poller/test_lines.py tests/metrics/test_answer.py \
	tests/metrics/test_sampler.py

# What strangers send, of which every run tries little: answers of hosts, files that people write, requests.
fuzz: $(READY)
	$(BIN)/python -m pytest $(FROM_STRANGERS) -m hypothesis --hypothesis-profile=fuzz --timeout=0 $(IN_PARALLEL)

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vermin --quiet --target=3.6- --violations poller/probing/probe.py poller/push/sender.py

bench: $(READY)
	$(BIN)/python -m benchmarks

# Renews what is made of the API's documents and of the metrics' catalogue: the schemas of which the dashboard's
# types are made, its vocabulary (lines of charts and their names), and the dashboards of Grafana.
schemas: $(READY)
	$(BIN)/python -m web.ui_schemas
	$(BIN)/python -m deploy.grafana.generate

# Installs the servers that the tests talk to (Debian, Ubuntu; needs root).
services:
	sh tests/support/services.sh install

# Resolves the dependencies anew and pins them with their hashes.
constraints: $(READY)
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/python -m piptools compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --no-annotate \
		--upgrade --output-file constraints.txt pyproject.toml

$(READY): pyproject.toml constraints.txt $(DASHBOARD)
	@echo "Installing what monctl needs into $(VENV), and building its dashboard: a minute or two, once."
	$(PYTHON) -m venv $(VENV)
	@# What comes with Python may take twice as long for all that follows.
	sed -n '/^pip==/,/[^\\]$$/p' constraints.txt > $(VENV)/pip.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/pip.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*
