.DEFAULT_GOAL := help
PYTHON = .venv/bin/python

# ── a fresh clone ──────────────────────────────────────────────────────────────────────────────────────────

setup: .venv/.dev ## Build .venv with everything checks and tests need
	@echo "Ready. make test-fast is the quickest look."

run: .venv/.cli ## Start the bridge on this machine: embedded target, SQLite, port 8080, no cloud
	@$(PYTHON) -m scim local run

demo: .venv/.cli ## Play a provisioning life-cycle against it, step by step
	@$(PYTHON) -m scim local demo

# ── on Google Cloud ────────────────────────────────────────────────────────────────────────────────────────

deploy: .venv/.cli ## Install the bridge on Google Cloud, or upgrade it; asks what it has to know
	@$(PYTHON) -m scim deploy $(ARGS)

plan: .venv/.cli ## Show what `make deploy` would change there; change nothing
	@$(PYTHON) -m scim deploy plan $(ARGS)

destroy: .venv/.cli ## Take it down; database and secrets stay unless EVERYTHING=1
	@$(PYTHON) -m scim deploy destroy $(if $(EVERYTHING),--everything) $(ARGS)

rotate: .venv/.cli ## Make a new token beside the old one, or store a new session: make rotate ARGS=session
	@$(PYTHON) -m scim deploy rotate $(ARGS)

logs: .venv/.cli ## Show what the functions wrote: make logs ARGS="--since 1d --least warning"
	@$(PYTHON) -m scim deploy logs $(ARGS)

admin: .venv/.cli ## Open the page for people, through gcloud
	@$(PYTHON) -m scim deploy admin $(ARGS)

# ── while working ──────────────────────────────────────────────────────────────────────────────────────────

test: .venv/.dev .venv-docs/.docs ## Run everything this machine can run; also on Python 3.13 where there is one
	@scripts/test

test-fast: .venv/.dev ## Run the fast part of it: no emulator, no races, no fuzzing
	@$(PYTHON) -m pytest -q -n 2 -m "not slow"

check: .venv/.dev ## Format, lint, types, layers; edits nothing
	@scripts/check

fix: .venv/.dev ## Format, and mend what the linter can
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

replay: .venv/.dev ## Send recorded exchanges to the running bridge: make replay FILE=tests/exchanges/okta.json
	@$(PYTHON) scripts/replay $(FILE)

bench: .venv/.dev ## Measure a bridge of its own with one fixed workload: make bench N=1000
	@$(PYTHON) -m tests.bench $(N)

docs: .venv/.cli .venv-docs/.docs ## Write the pages that are made from code, and build the site of all pages in build/site
	@scripts/docs

clean: ## Remove what these targets made; the state of `make run` (.local) stays
	@rm -rf .venv .venv-* .*_cache .hypothesis build *.egg-info
	@find . -name __pycache__ -prune -exec rm -rf {} +

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

.venv/.cli: requirements-cli.txt
	@scripts/venv .venv $<
	@touch $@

.venv/.dev: requirements-dev.txt
	@scripts/venv .venv $<
	@touch $@ .venv/.cli

.venv-docs/.docs: requirements-docs.txt
	@scripts/venv .venv-docs $<
	@touch $@

.PHONY: setup run demo deploy plan destroy rotate logs admin test test-fast check fix replay bench docs clean help
