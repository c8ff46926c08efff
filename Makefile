# Two commands matter: `make demo` and `make test`. Everything lives in .venv; `make clean` removes it.
SHELL := /bin/sh
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test matrix install lint types walls check bench docs lock lab clean

demo: install
	$(BIN)/vsm demo --dir data

test: lint types walls check

# The whole check once more on each Python that this machine has.
matrix:
	@for version in 3.11 3.12 3.13; do \
	  if python$$version -c '' 2>/dev/null; then \
	    echo "== Python $$version" && $(MAKE) test PYTHON=python$$version VENV=.venv-$$version || exit 1; \
	  else echo "== Python $$version is not here"; fi; \
	done

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: install
	$(BIN)/mypy

walls: install
	$(BIN)/lint-imports --no-cache

check: install
	$(BIN)/python -W error -m pytest -n auto --dist loadfile

install: $(VENV)/.installed

$(VENV)/.installed: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "vsm needs Python 3.11 or newer; say make PYTHON=/path/to/python3.11")'
ifneq ($(UV),)
	$(UV) venv --quiet --clear --python $(PYTHON) $(VENV)
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --requirement constraints.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
	@touch $@

# Ratios, measured in one run: machines are noisy. The peers compared with are installed for this alone.
bench: $(VENV)/.bench
	$(BIN)/python -m tests.bench.live_jira
	$(BIN)/python -m tests.bench.git_history
	$(BIN)/python -m tests.bench.speed
	$(BIN)/python -m tests.bench.calendars
	$(BIN)/python -m tests.bench.confusion
	$(BIN)/python -m tests.bench.suite

$(VENV)/.bench: constraints-bench.txt $(VENV)/.installed
ifneq ($(UV),)
	$(UV) pip install --quiet --python $(BIN)/python --requirement constraints-bench.txt
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement constraints-bench.txt
endif
	@touch $@

# What is generated and committed: the data dictionary, the sample's texts and README's picture (with Chromium).
docs: demo
	$(BIN)/python -c 'from pathlib import Path; from vsm.tables import data_dictionary; Path("data/README.md").write_text(data_dictionary(), encoding="utf-8")'
	$(BIN)/python -c 'from pathlib import Path; from vsm import sample; Path("data/sample/truth.toml").write_text(sample.sample_truth(), encoding="utf-8"); Path("data/sample/vsm.toml").write_text(sample.sample_workflow(), encoding="utf-8")'
	$(BIN)/python -m tests.picture

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-package vsm --no-header

lock:
	$(LOCK) --extra dev --extra keyring --extra pptx --extra s3 pyproject.toml --output-file constraints.txt
	$(LOCK) --extra bench --constraint constraints.txt pyproject.toml --output-file constraints-bench.txt

lab: install
	$(BIN)/jupyter lab notebooks

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build data/archive data/runs data/notebooks data/vsm.toml data/experiments.toml
