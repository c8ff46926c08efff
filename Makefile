# Two commands matter: `make demo` and `make test`. Everything lives in .venv; `make clean` removes it.
SHELL := /bin/sh
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
ifneq ($(UV),)
PIP := $(UV) pip install --quiet --python $(BIN)/python
HASHED := --compile-bytecode --require-hashes
else
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
HASHED := --require-hashes
endif
CORES := $(shell nproc 2>/dev/null || echo 2)
# One worker more than cores: many tests wait for disks, pages, servers and processes. The fast ones do not.
WORKERS ?= $(shell expr $(CORES) + 1)
PYTEST = $(BIN)/python -W error -m pytest -n $(WORKERS) --dist worksteal
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test quick thorough matrix install install-dev lint types walls check fast bench metrics docs lock lab clean

demo: install
	$(BIN)/vsm demo --dir data

# Everything that is asserted; random and long cases at their normal share. Types are checked beside the tests.
test: install-dev
	$(MAKE) --no-print-directory --jobs lint types walls check

# The loop while writing: what takes neither long, nor a browser, nor real data. All at the same time.
quick: install-dev
	$(MAKE) --no-print-directory --jobs lint types walls fast

# The whole check with every random and long case in full.
thorough: export VSM_THOROUGH := 1
thorough: test

# The quick tests on each Python that this machine has.
matrix:
	@for version in 3.11 3.12 3.13; do \
	  if python$$version -c '' 2>/dev/null; then \
	    echo "== Python $$version" && $(MAKE) fast PYTHON=python$$version VENV=.venv-$$version || exit 1; \
	  else echo "== Python $$version is not here"; fi; \
	done

lint: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: install-dev
	$(BIN)/mypy

walls: install-dev
	$(BIN)/lint-imports --no-cache

check: install-dev
	$(PYTEST)

fast: export VSM_QUICK := 1
fast: WORKERS := $(CORES)
fast: install-dev
	$(PYTEST) --quiet -m "not slow and not browser and not real"

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

# What vsm itself needs: enough for the demo, JupyterLab and one's own data.
$(VENV)/.installed: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "vsm needs Python 3.11 or newer; say make PYTHON=/path/to/python3.11")'
ifneq ($(UV),)
	$(UV) venv --quiet --clear --python $(PYTHON) $(VENV)
else
	$(PYTHON) -m venv --clear $(VENV)
endif
	$(PIP) $(HASHED) --requirement constraints.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# What tests need on top of it.
$(VENV)/.installed-dev: constraints-dev.txt $(VENV)/.installed
	$(PIP) $(HASHED) --requirement constraints-dev.txt
	@touch $@

# Ratios, measured in one run: machines are noisy. The peers compared with are installed for this alone.
bench: $(VENV)/.bench
	$(BIN)/python -m tests.bench.live_jira
	$(BIN)/python -m tests.bench.git_history
	$(BIN)/python -m tests.bench.speed
	$(BIN)/python -m tests.bench.rivals
	$(BIN)/python -m tests.bench.calendars
	$(BIN)/python -m tests.bench.confusion
	$(BIN)/python -m tests.bench.growth
	$(BIN)/python -m tests.bench.large_reports
	$(BIN)/python -m tests.bench.archives
	$(BIN)/python -m tests.bench.cluster
	$(BIN)/python -m tests.bench.suite

$(VENV)/.bench: constraints-bench.txt $(VENV)/.installed-dev
	$(PIP) $(HASHED) --requirement constraints-bench.txt
	@touch $@

# How the code reads, in numbers.
metrics: install-dev
	$(BIN)/python -m tests.metrics

# What is generated and committed: the data dictionary, the sample's texts and README's picture (with Chromium).
docs: install-dev demo
	$(BIN)/python -c 'from pathlib import Path; from vsm.tables import data_dictionary; Path("data/README.md").write_text(data_dictionary(), encoding="utf-8")'
	$(BIN)/python -c 'from pathlib import Path; from vsm import sample; Path("data/sample/truth.toml").write_text(sample.sample_truth(), encoding="utf-8"); Path("data/sample/vsm.toml").write_text(sample.sample_workflow(), encoding="utf-8")'
	$(BIN)/python -m tests.picture

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-package vsm --no-header

lock:
	$(LOCK) --extra build pyproject.toml --output-file constraints.txt
	$(LOCK) --extra build --extra dev --extra keyring --extra lab --extra large --extra pptx --extra s3 --constraint constraints.txt pyproject.toml --output-file constraints-dev.txt
	$(LOCK) --extra bench --constraint constraints-dev.txt pyproject.toml --output-file constraints-bench.txt

lab: install
	$(BIN)/jupyter lab notebooks

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build data/archive data/runs data/notebooks data/vsm.toml data/experiments.toml
