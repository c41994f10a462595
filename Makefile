# make demo   watch a real conversation go through the proxy (no key, no network)
# make test   the whole test suite
# make check  format, lint, types, import contracts
# make bench  the relay against its peers, as ratios

# The first Python of at least 3.12 among these; PYTHON=/path/to/python overrides.
PYTHON ?= $(shell for p in python3 python3.13 python3.12; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# setuptools warns that folders at the top may shadow packages of the same name; as realtap.* they do not.
INSTALL := PYTHONWARNINGS=ignore $(PIP) install --quiet --constraint constraints.txt
DECLARED := pyproject.toml constraints.txt
NODE_APPS := tests/node

.PHONY: demo test check bench dist clean

demo: $(VENV)/.app
	@$(BIN)/realtap demo

# Tests wait for sockets and screens: one process more for two cores keeps both busy, and who is done early
# takes over from the others: the slowest tests are the last ones.
test: $(VENV)/.test $(NODE_APPS)/node_modules/.installed
	$(BIN)/python -m pytest -n $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) * 3 // 2 or 1)') --dist worksteal $(PYTEST_ARGS)

check: $(VENV)/.check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --explicit-package-bases tests tools benchmarks
	$(BIN)/lint-imports

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

dist: $(VENV)/.build
	rm -rf dist
	$(BIN)/python -m build --quiet --outdir dist .

clean:
	rm -rf $(VENV) build dist *.egg-info $(NODE_APPS)/node_modules

# Each stamp says that a set of dependencies is installed; pip prints only what goes wrong.
$(VENV)/.pip:
	@test -n "$(PYTHON)" || { echo "realtap needs Python 3.12 or newer, and none of python3, python3.13, python3.12 is: install one, or run make PYTHON=/path/to/python" >&2; exit 2; }
	@echo "making $(VENV) with $$($(PYTHON) --version)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) --upgrade pip
	@touch $@

$(VENV)/.app: $(VENV)/.pip $(DECLARED)
	@echo "installing realtap into $(VENV)" >&2
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.app
	@echo "installing what the tests need" >&2
	@$(INSTALL) --group test
	@touch $@

$(VENV)/.check: $(VENV)/.test
	@echo "installing what the checks need" >&2
	@$(INSTALL) --group check
	@touch $@

$(VENV)/.bench: $(VENV)/.app
	@echo "installing the benchmarks' peers" >&2
	@$(INSTALL) --group bench
	@touch $@

$(VENV)/.build: $(VENV)/.pip $(DECLARED)
	@$(INSTALL) --group build
	@touch $@

# The libraries of the apps for Node. Whoever has no npm, or no registry within its reach, can still run the
# tests: those of these apps are skipped, and say so. Without a lock file, which would name a registry.
$(NODE_APPS)/node_modules/.installed: $(NODE_APPS)/package.json
	@command -v node >/dev/null && command -v npm >/dev/null || exit 0; \
	echo "installing what the tests of Node clients need" >&2; \
	npm install --prefix $(NODE_APPS) --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error \
		--fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=30000 >&2 \
	&& touch $@ || echo "npm could not install them: the tests of Node clients are skipped" >&2
