# One command each: `make demo` sets up and runs the main job, `make test` sets up and passes the suite.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin

DEBIAN := redis-server chromium fonts-noto-cjk libpango-1.0-0 libpangoft2-1.0-0 openjdk-17-jre-headless maven
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo test test-only lint neo4j quality pictures clean

help:  ## Show this help
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.installed  ## Install Kyokan into .venv

$(VENV)/.installed: pyproject.toml kyokan/__init__.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip setuptools wheel
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

setup-test: $(VENV)/.installed-test  ## Install what the whole suite needs: Debian packages, test tools, the model

$(VENV)/.installed-test: $(VENV)/.installed tests/support/debian.sh
	sh tests/support/debian.sh $(DEBIAN)
	$(BIN)/python -m pip install --quiet --editable '.[dev,sentence-transformers]'
	touch $@

demo: setup  ## Load the demo catalogue, print proposals, serve the web on http://127.0.0.1:8765
	$(BIN)/kyokan demo $(DEMO_FLAGS)

test: setup-test lint test-only  ## Set up and run everything: linters, types, the whole suite

test-only:  ## Run the suite in an environment that is already set up
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint:  ## Ruff (rules and format) and mypy strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

neo4j: setup-test  ## Start a throw-away Neo4j for trials; prints its address, stops with Ctrl-C
	$(BIN)/python tests/support/neo4j_server.py

quality: setup  ## Measure every protocol on DATA=folder over three seeds and write docs/quality.md
	$(BIN)/kyokan quality --data $(DATA) $(QUALITY_FLAGS)

pictures: setup-test  ## Take the pictures of the README anew
	$(BIN)/python docs/pictures/take.py

clean:  ## Remove the environment and caches of this checkout
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build *.egg-info
