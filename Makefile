# Every target sets up what it needs, below EVENHAND_HOME.
export EVENHAND_HOME ?= $(CURDIR)/.evenhand
PYTHON ?= python3.11
VENV := $(EVENHAND_HOME)/venv
BOOT := $(EVENHAND_HOME)/boot
export PATH := $(VENV)/bin:$(PATH)
export UV_PROJECT_ENVIRONMENT := $(VENV)

# Each example has a home of its own, with its own releases and its own receiver.
ifeq ($(EXAMPLE),takedowns)
nightly ui: export EVENHAND_EXAMPLE := takedowns
nightly ui: export EVENHAND_SANDBOX_PORT ?= 8701
nightly ui: export EVENHAND_UI_PORT ?= 8081
nightly ui: export EVENHAND_HOME := $(EVENHAND_HOME)/takedowns
endif

.DEFAULT_GOAL := help
.PHONY: help nightly test test-fast install attack faults gates sampling mutants soak ui lint lint-python lint-models \
  lint-statements bench clean

help: ## show this
	@echo "Evenhand: who is penalised and who is rewarded, night by night."
	@echo
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-9s %s\n", $$1, $$2}'

nightly: $(VENV)/installed ## decide the newest night, or NIGHT=YYYY-MM-DD, and deliver it; EXAMPLE=takedowns for the real history
	@evenhand nightly $(NIGHT)

# Thousands of small files and commits: in memory, where there is enough of it, they wait for no disk.
IN_MEMORY := $(shell test "$$(df --output=avail /dev/shm 2>/dev/null | tail -1)" -gt 8000000 2>/dev/null && echo /dev/shm)
ifneq ($(IN_MEMORY),)
test test-fast: export PYTEST_DEBUG_TEMPROOT ?= $(IN_MEMORY)
endif

test: $(VENV)/installed ## run all tests
	@pytest

test-fast: $(VENV)/installed ## what one runs while writing: no Airflow, browser, server, dbt or whole night, and no model, gate, comparison of packs or sample dozens of times
	@pytest -m 'not real and not soak'

install: $(VENV)/installed

faults: $(VENV)/installed ## 500 random schedules of failures, over all kinds of receivers; SEED=…, ONLY=a schedule
	@cd tests && python -m faults $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY) --kinds $(KINDS),--table ../docs/faults.md)

attack: $(VENV)/installed ## what was tried from outside, against an installation that runs: each is refused, held or repaired
	@cd tests && python -m attack --table ../docs/security.md

gates: $(VENV)/installed ## 21 planted faults in 200 simulated nights, and what gate 2 holds of them; it goes on where it stopped
	@cd tests && python -m gates --table ../docs/gates.md

sampling: $(VENV)/installed ## 1,000 simulated samples for each of 42 sizes and shares, and whether the intervals hold the truth
	@python -m benchmarks.sampling --table docs/sampling.md

mutants: $(VENV)/installed ## change every figure of every shipped pack, one at a time, and see an example fail
	@evenhand policy mutants

soak: $(VENV)/installed ## the long form of tests that have a short one: forty kills of a night, fifty of the case store and twenty-five of publishing, the whole history in another order and by make nightly, 2,000 histories of packs that change, nights of both examples whose packs changed, 200 defects of files, one of eight changes of all packs, every other day of examples by itself, ninety nights told to 2,000 creators, three schedules of failures of each receiver, a deployment in which nothing is compiled yet, a night with faults that shares what was known before, and each judgement by itself
	@pytest -m soak

ui: $(VENV)/installed ## Airflow's pages and scheduler at http://127.0.0.1:8080, until Ctrl-C
	@evenhand ui

lint lint-models: export DBT_TARGET_PATH = $(EVENHAND_HOME)/lint
lint lint-models: export DBT_LOG_PATH = $(EVENHAND_HOME)/lint
lint lint-models: export DO_NOT_TRACK = 1
lint: $(VENV)/installed ## ruff, mypy --strict, sqlfluff and dbt parse
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint-models lint-python lint-statements

# In one process it takes half of the time that it takes in several.
SQLFLUFF = PYTHONPATH=tests python -m house.sql_linter lint --processes 1 --disable-progress-bar

# Beside each other: each is alone on one core.
lint-python: $(VENV)/installed
	ruff check .
	ruff format --check .
	mypy

# With the variables that sqlfluff has dbt parse with (pyproject.toml): it takes this parse, and needs none of its own.
lint-models: $(VENV)/installed
	dbt --warn-error parse --quiet --no-partial-parse --project-dir dbt_project --profiles-dir dbt_project \
	  --vars '{metric: complaints_per_thousand_decisions}'
	$(SQLFLUFF) dbt_project

lint-statements: $(VENV)/installed
	$(SQLFLUFF) plugins --templater placeholder

bench: $(VENV)/installed ## where the time of a night, and of a year of a large marketplace, goes
	@python -m benchmarks.compare --table docs/performance.md
	@python -m benchmarks.night
	@python -m benchmarks.engine
	@python -m benchmarks.delivery
	@python -m benchmarks.size
	@python -m benchmarks.console --table docs/performance.md
	@python -m benchmarks.faithful --table docs/explain.md

clean: ## stop the sandbox receiver and delete everything that was set up and computed
	@test "$(EVENHAND_HOME)" = "$(CURDIR)/.evenhand" || \
	  { echo "EVENHAND_HOME is $(EVENHAND_HOME): make clean deletes only .evenhand of this checkout"; exit 1; }
	@for pid in $(EVENHAND_HOME)/sandbox.pid $(EVENHAND_HOME)/takedowns/sandbox.pid; do \
	  test ! -f $$pid || kill "$$(cat $$pid)" 2>/dev/null || true; done
	@rm -rf $(EVENHAND_HOME) .pytest_cache .mypy_cache .ruff_cache .hypothesis

# uv alone comes through pip; everything else comes through the lock. Where Python may not write what it compiled, all is
# compiled once here, and not by every process anew; elsewhere what a run needs is compiled by the first that needs it.
COMPILED := $(if $(PYTHONDONTWRITEBYTECODE),--compile-bytecode)
$(VENV)/installed: pyproject.toml uv.lock
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) isn't installed: apt-get install python3.11 python3.11-venv"; exit 1; }
	@echo "Installing what uv.lock names into $(VENV); the first time this takes some minutes"
	@test -x $(BOOT)/bin/uv || { $(PYTHON) -m venv $(BOOT) && $(BOOT)/bin/pip install --quiet 'uv>=0.9,<1'; }
	@$(BOOT)/bin/uv sync --locked --quiet $(COMPILED) --python $(PYTHON)
	@$(if $(COMPILED),$(VENV)/bin/python -m compileall -q dags expectations plugins)
	@touch $@
