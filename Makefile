# Every verb sets up what it needs. Needed beforehand: Python 3.11 or newer, and this make.
PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
SETUP := @$(PYTHON) deploy/setup.py
COMPILE := .tools/uv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11
BENCHMARKS ?= throughput run truth volume headlines exit_status
TREND_BENCHMARKS := announced coinages categories nab clusters items watchlist
API_BENCHMARKS := api streams scale outages
CONTROL_BENCHMARKS := ledger freeze reload calls analyst
DATA ?= data

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check fmt docs lock bench bench-trends bench-api bench-control clean prod-like test-prod-like

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile
	@echo "  Options follow in ARGS, such as: make test ARGS='-k supervisor'"

setup: ## make or refresh .venv from the lock files
	$(SETUP)

demo: ## start everything in a temporary state, run one news report over the sample, stop
	$(SETUP)
	@$(BIN)/trends demo $(ARGS)

up: ## start the Temporal server, a worker and the API; Ctrl-C stops them, the data stays in .trends
	$(SETUP)
	@$(BIN)/trends up $(ARGS)

test: ## run the whole test suite
	$(SETUP)
	@$(BIN)/pytest --numprocesses=auto --dist=worksteal $(ARGS)

prod-like: ## what deploy/compose.yaml describes, without containers; ARGS=--check runs one report and ends
	$(SETUP)
	@$(BIN)/python -m deploy.prod_like $(ARGS)

test-prod-like: ## the workflow tests on the production Temporal server and PostgreSQL
	$(SETUP)
	@$(BIN)/python -m deploy.prod_like --temporal -- $(BIN)/pytest -q tests/workflows $(ARGS)

check: ## formatting, lint, types and the direction of imports
	$(SETUP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

fmt: ## format the code and mend what the linter can mend
	$(SETUP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: ## write the generated references anew: command line, HTTP API, report schema
	$(SETUP)
	$(BIN)/python -m cli.reference > docs/reference/cli.md
	$(BIN)/python -m api.document > docs/reference/openapi.json
	$(BIN)/python -m trends.reports.schema > docs/reference/report-schema.json

lock: ## resolve the lock files anew; ARGS=--upgrade takes newer versions
	@$(PYTHON) deploy/setup.py --tools
	$(COMPILE) $(ARGS) --group dev pyproject.toml -o requirements-dev.lock
	$(COMPILE) $(ARGS) -c requirements-dev.lock pyproject.toml -o requirements.lock
	echo hatchling | $(COMPILE) $(ARGS) --all-extras -c requirements-dev.lock pyproject.toml - -o deploy/requirements-container.lock
	echo uv | $(COMPILE) $(ARGS) - -o requirements-tools.lock

bench: ## measure, print tables, write benchmarks/results/; DATA=FOLDER adds real headlines
	$(SETUP)
	@failed=0; for name in $(BENCHMARKS); do \
		echo "== $$name"; $(BIN)/python -m benchmarks.$$name $(if $(DATA),--data $(DATA)) $(ARGS) || failed=1; \
	done; exit $$failed

bench-trends: ## measure what is found in real headlines, and the memory of items; needs DATA=FOLDER
	@$(MAKE) --no-print-directory bench BENCHMARKS="$(TREND_BENCHMARKS)"

bench-api: ## measure the API, live streams, and what more slots and more tenants cost
	@$(MAKE) --no-print-directory bench BENCHMARKS="$(API_BENCHMARKS)" DATA=

bench-control: ## measure limits, freezes, reloads, calls that are killed, and what a lying model gets into a report
	@$(MAKE) --no-print-directory bench BENCHMARKS="$(CONTROL_BENCHMARKS)" DATA=

clean: ## remove .venv, .tools and caches; your data in .trends stays
	rm -rf .venv .tools .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
