# Every command of a developer's or operator's day. `make help` lists them.
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# On every core (with more processes Chromiums starve each other); a file of tests stays with one process, so that what it
# sets up is set up once.
SIDE_BY_SIDE := -n auto --dist loadfile --no-loadscope-reorder
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links
export PYTHON LOCK

.DEFAULT_GOAL := help
.PHONY: help setup ready tools demo serve test test-fast lint format reliability bench lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## .venv with the `shemtov` command, and a Chromium; quick when nothing changed
	@sh tools/setup.sh

ready:
	@sh tools/setup.sh quiet

tools:
	@LOCK=requirements-dev.lock sh tools/setup.sh quiet

demo: ready ## an invented brand, twelve weeks of looks, then the pages at http://127.0.0.1:8000/
	@$(BIN)/shemtov demo

serve: ready ## the brand pages and the API of your own record
	@$(BIN)/shemtov serve

test: tools ## the whole suite, browser included
	@$(PYTEST) $(SIDE_BY_SIDE)

test-fast: tools ## what needs no browser and no patience
	@$(PYTEST) -q $(SIDE_BY_SIDE) -m "not browser and not slow and not reliability"

lint: tools ## ruff, mypy --strict, who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: tools ## let ruff sort the imports and break the lines
	@$(BIN)/ruff check --select I --fix .
	@$(BIN)/ruff format .

# MUTANTS (200000) and MUTANT_SEED (1): how many damaged pages are read, and which ones. KILLS: of workers, a test.
reliability: tools ## break it on purpose: kills, cut bodies, a year of failures; MUTANTS=20000 for fewer damaged pages
	@RELIABILITY=1 $(PYTEST) -m "reliability or long"

bench: tools ## time what users wait for (tests/bench/); all of it, even when one falls short
	@ls tests/bench/bench_*.py >/dev/null 2>&1 || { echo "no benches yet: they are tests/bench/bench_*.py" >&2; exit 1; }
	@missed=0; for file in tests/bench/bench_*.py; do echo "$$file"; $(BIN)/python "$$file" || missed=1; done; exit $$missed

lock: tools ## compile the locks again (with Python 3.11); UPGRADE=1 takes the newest versions
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --build-deps-for editable -o requirements.lock pyproject.toml
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --extra learn -c requirements.lock -o requirements-learn.lock pyproject.toml

clean: ## remove .venv and caches; never data/
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find app scrapers reports tests alembic -name __pycache__ -type d -prune -exec rm -rf {} +
