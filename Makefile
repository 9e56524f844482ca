# Everything a new machine needs: Python 3.11 and make.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest -p no:cacheprovider

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all check bench clean

help:
	@echo "make demo      install, then watch the twin remove all failed parts (no torch, no GPU, no network)"
	@echo "make test      install, then the default test suite (offline, under 15 minutes on 2 cores)"
	@echo "make test-all  the heavy tests too, with torch and lerobot"
	@echo "make check     format, lint, types, import contract"
	@echo "make bench     every benchmark, each against its named baseline"

$(VENV)/base.done: requirements/base.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/base.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/dev.done: $(VENV)/base.done requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	touch $@

$(VENV)/train.done: $(VENV)/dev.done requirements/train.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/train.txt
	touch $@

install: $(VENV)/base.done

demo: $(VENV)/base.done
	$(BIN)/smolcell run "remove all failed parts" --scene sim/scenarios/demo.yaml --yes --pictures demo --state demo/state

test: $(VENV)/dev.done
	$(PYTEST) -n 2

test-all: $(VENV)/train.done
	$(PYTEST) -m ""

check: $(VENV)/dev.done
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.done
	for benchmark in benchmarks/*.py; do $(BIN)/python $$benchmark || exit 1; done

clean:
	rm -rf $(VENV) demo build dist
