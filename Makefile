# Everything that a person or the CI runs. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PY := .venv/bin/python
STAMPS := build/stamps

.PHONY: help run test check coverage bench setup assets lock clean fmt

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(STAMPS)/runtime $(STAMPS)/assets ## start the demo on http://localhost:8911
	.venv/bin/breakseal serve --demo

test: setup ## run all tests: in parallel first, then those with processes and browsers
	bin/test

check: $(STAMPS)/dev $(STAMPS)/node ## run every check that needs no running program
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m tools.check
	$(PY) -m breakseal.policydesk.check

coverage: $(STAMPS)/dev $(STAMPS)/assets ## measure the tests of the trusted core; fail under its floor
	bin/coverage

bench: $(STAMPS)/dev $(STAMPS)/assets ## measure openings, misses, log and audit
	$(PY) -m bench

setup: $(STAMPS)/dev $(STAMPS)/assets $(STAMPS)/chromium ## install all that the above need

assets: ## build the pages' third-party files anew
	@rm -f $(STAMPS)/assets
	@$(MAKE) --no-print-directory $(STAMPS)/assets

lock: ## renew the lock files (needs uv on PATH)
	bin/lock

fmt: $(STAMPS)/dev ## format the code and mend what ruff can mend
	$(PY) -m ruff check --fix-only .
	$(PY) -m ruff format .

clean: ## remove everything that make made
	rm -rf build .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf src/breakseal/web/static/vendor src/breakseal/keyholder/door/static/vendor

$(STAMPS):
	@mkdir -p $@

$(STAMPS)/venv: | $(STAMPS)
	bin/make-venv
	@touch $@

$(STAMPS)/runtime: requirements/runtime.txt requirements/build.txt pyproject.toml $(STAMPS)/venv
	bin/install runtime
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/runtime
	bin/install dev
	@touch $@

$(STAMPS)/node: package.json package-lock.json | $(STAMPS)
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20 or later' >&2; exit 1; }
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(STAMPS)/assets: $(STAMPS)/node $(wildcard tools/assets/*.mjs)
	node tools/assets/build.mjs
	@touch $@

$(STAMPS)/chromium: | $(STAMPS)
	bin/need-package chromium chromium
	@touch $@
