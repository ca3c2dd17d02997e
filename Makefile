# The two commands of the README are `make run` and `make test`. Both set up what they need and say what they do.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help run test test-long lint format docs bench-words bench-signals bench-batch bench-live bench-review bench-cluster pictures lock clean
.DEFAULT_GOAL := help

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

run: $(VENV)/.run-ready ## Set up, then tag the bundled interview with the embedded recogniser
	$(BIN)/earmark demo

test: $(VENV)/.test-ready lint ## Set up, system packages included, then check and test everything in under 20 minutes
	$(BIN)/python -m pytest -m "not long" -n 2 --dist loadfile $(PYTEST)

test-long: $(VENV)/.office-ready ## The soaks, three-hour files, kill rounds and what LibreOffice makes of exports
	$(BIN)/python -m pytest -m long --timeout 3600 $(PYTEST)

lint: $(VENV)/.test-ready ## Style, types and the arrows between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test-ready ## Put the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.test-ready ## Write the reference pages from the code
	$(BIN)/python -m ui.reference docs

bench-words: $(VENV)/.test-ready ## Word error of the embedded engine on the samples, and on SPEECH=DIR
	$(BIN)/python tools/bench_words.py $(SPEECH)

bench-signals: $(VENV)/.test-ready ## How well and fast tags are found: HALF=dev|test|all, RECOGNITION=no
	$(BIN)/python -m tools.bench_signals --half $(or $(HALF),all) $(if $(filter no,$(RECOGNITION)),--no-recognition)

bench-batch: $(VENV)/.test-ready ## Speed and memory of batches beside plain faster-whisper: MODEL=micro|base.en
	$(BIN)/python -m tools.bench_batch $(if $(MODEL),--model $(MODEL))

bench-live: $(VENV)/.test-ready ## The live loop, sound to screen, beside other programs: MINUTES=N HOUR=yes PEERS=no JSON=FILE
	$(BIN)/python -m tools.bench_live --minutes $(or $(MINUTES),1) $(if $(filter yes,$(HOUR)),--hour) \
		$(if $(filter no,$(PEERS)),--no-peers) $(if $(JSON),--json $(JSON))

bench-review: $(VENV)/.test-ready ## Review of a three-hour interview in Chromium, search in many: SESSIONS=N TIMES=N JSON=FILE
	$(BIN)/python -m tools.bench_review $(if $(SESSIONS),--sessions $(SESSIONS)) $(if $(TIMES),--times $(TIMES)) \
		$(if $(JSON),--json $(JSON))

bench-cluster: $(VENV)/.test-ready ## Dask beside the local pool, PostgreSQL beside SQLite: FILES=N ROUNDS=N
	$(BIN)/python -m tools.bench_cluster $(if $(FILES),--files $(FILES)) $(if $(ROUNDS),--rounds $(ROUNDS))
	$(BIN)/python -m tools.bench_database

pictures: $(VENV)/.test-ready ## Take the README's pictures from the running page
	$(BIN)/python tools/pictures.py

lock: $(VENV)/.test-ready ## Pin the dependencies anew, with hashes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --group dev -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --all-extras -o requirements/all-extras.txt

clean: ## Remove the environment and every cache
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	tools/setup python $(VENV)

$(VENV)/.run-ready: $(BIN)/python requirements/runtime.txt pyproject.toml
	tools/setup packages $(VENV) requirements/runtime.txt
	@touch $@

$(VENV)/.test-ready: $(BIN)/python requirements/dev.txt pyproject.toml tools/setup
	tools/setup system
	tools/setup packages $(VENV) requirements/dev.txt
	@touch $@ $(VENV)/.run-ready

$(VENV)/.office-ready: $(VENV)/.test-ready
	tools/setup office
	@touch $@
