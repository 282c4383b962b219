# Hearsay: `make demo` shows the whole way, `make test` checks it, `make help` lists the rest.
# Nothing is assumed beyond Python 3.11 with venv, make and git.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help demo serve test check format docs messages lock screenshots gallery benchmark browser clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## Run the main job on embedded defaults, then serve it (PORT=8000)
	$(RUN) manage.py demo --port $(PORT)

serve: $(VENV)/.runtime ## Serve what is there, with a worker (PORT=8000)
	$(RUN) manage.py serve --port $(PORT)

test: $(VENV)/.development browser ## Run the tests
	$(RUN) -m pytest

check: $(VENV)/.development ## Lint, types, import directions, migrations, docs in step with the code
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(VENV)/bin/djade --check --target-version 5.2 $$(git ls-files '*.html')
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(RUN) manage.py makemigrations --check --dry-run
	$(RUN) manage.py check --fail-level WARNING
	$(RUN) manage.py write_docs --check
	$(RUN) manage.py messages --check

format: $(VENV)/.development ## Lay the code out
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .
	$(VENV)/bin/djade --target-version 5.2 $$(git ls-files '*.html')

docs: $(VENV)/.development ## Write the documentation that is made from the code
	$(RUN) manage.py write_docs

messages: $(VENV)/.development ## Bring the translations of what listeners read up to date
	$(RUN) manage.py messages

screenshots: $(VENV)/.development browser ## Take the README's pictures of the demo that is being served (PORT=8000)
	$(RUN) -m docs.screenshots --port $(PORT)

gallery: $(VENV)/.runtime ## Put the demo's sounds and pictures into docs/generation.md (after make demo)
	$(RUN) -m docs.gallery

benchmark: $(VENV)/.runtime ## Measure networks, maximisation and vocoders on real and synthetic speech (long)
	$(RUN) -m benchmarks.quality

lock: $(VENV)/.development ## Pin and hash the whole tree of requirements
	$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" requirements.txt -o requirements.lock
	$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" -c requirements.lock requirements-dev.txt -o requirements-dev.lock

browser: ## Make sure there are a Chromium and a Firefox for the browser tests
	@sh tests/browser/ensure_chromium.sh
	@sh tests/browser/ensure_firefox.sh

clean: ## Forget the virtual environment; what you made stays in var
	rm -rf $(VENV)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "Hearsay needs Python 3.11 to 3.13: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock | $(VENV)/bin/python
	$(RUN) -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	$(RUN) -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
