# Everything a developer runs. `make` alone lists it. A POSIX shell and GNU make 3.81 are enough.

PYTHON ?= python3
ARGS ?=

BIN = .venv/bin
READY = .venv/.installed
FAST = tests/model tests/market tests/store tests/words tests/test_*.py
SNAPSHOTS = $$(grep -rl tests.support.pictures tests --include='test_*.py')

.DEFAULT_GOAL := help

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

run: $(READY) ## Run the program, with ARGS='--read-only' or others
	$(BIN)/chat-tui $(ARGS)

demo: $(READY) ## Run it with a pretend shop whose buyers answer
	$(BIN)/chat-tui demo $(ARGS)

check: lint types ## Linters, types and the fast tests: before every commit
	$(BIN)/pytest -q -n auto --dist worksteal -m 'not terminal and not thorough' $(FAST)

lint: $(READY) ## ruff, its formatter, and the rules of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(READY) ## mypy
	$(BIN)/mypy

test: $(READY) ## Everything that proves behaviour, as in README
	$(BIN)/pytest -q -n auto --dist worksteal

thorough: $(READY) ## The long tests: simulations, kills, mutants, whole days, tmux
	$(BIN)/pytest -q -m thorough -n auto --dist worksteal

coverage: $(READY) ## Branches of the program that the tests of `make test` reach
	$(BIN)/pytest -q -n auto --dist worksteal --cov --cov-report=term:skip-covered

bench: $(READY) ## Speed beside bare Textual and the goals; ARGS='--rounds 9', …
	$(BIN)/python -m tests.bench $(ARGS)

house: $(READY) ## Figures of the code; ARGS=--list shows the worst of each
	$(BIN)/python -m tests.house $(ARGS)

faults: $(READY) ## Every fault of the catalogue with its tests
	$(BIN)/python -m tests.faults.catalogue

snapshots: $(READY) ## Update the expected pictures; look at every difference
	$(BIN)/pytest -q -n auto --dist worksteal --snapshot-update $(SNAPSHOTS)

screenshots: $(READY) ## Draw the pictures of README
	$(BIN)/python -m tests.screenshots

readme: $(READY) ## Update the tables of keys in both READMEs
	$(BIN)/python -m tests.project.test_readme

catalogues: $(READY) ## Compile the translations
	$(BIN)/python hatch_build.py

release-check: $(READY) ## Build the release into dist and try it in a fresh environment
	$(BIN)/python -m tests.release $(ARGS)

$(READY): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -e '.[dev]'
	@touch $@

.PHONY: help run demo check lint types test thorough coverage bench house faults snapshots screenshots readme \
	catalogues release-check
