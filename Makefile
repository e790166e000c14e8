# make run    start the desk with the sandbox, on this machine alone
# make demo   a morning at the desk, in under a minute
# make test   the whole suite; make check: the linters; make bench: figures
# make corpus  mails of other projects, where they are kept, and how they are read
# make hostile  mails made to hurt, and what reading each costs
# make texts  bring new messages into the catalogues, to be translated there
PYTHON ?= python3
BIN := .venv/bin
PORTS ?=
# Tests wait for servers and disks: three at a time keep two cores busy.
WORKERS ?= 3

.PHONY: run demo test check bench corpus hostile servers amqp1 format texts lock clean

run: .venv/run-ready
	$(BIN)/zayavka run --sandbox

demo: .venv/run-ready
	$(BIN)/zayavka demo

test: .venv/dev-ready servers amqp1
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile

check: .venv/dev-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/vulture
	$(BIN)/codespell $$(git ls-files)
	$(BIN)/python tools/check_names.py requirements-dev.lock

bench: .venv/dev-ready
	$(BIN)/python -m tests.bench

corpus: .venv/dev-ready
	$(BIN)/python -m tests.corpus

hostile: .venv/dev-ready
	$(BIN)/python -m tests.mail.hostile

format: .venv/dev-ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

texts: .venv/dev-ready
	@mkdir -p build
	$(BIN)/pybabel -q extract -F templates/babel.cfg --sort-by-file --add-location=file --no-wrap -o build/zayavka.pot templates
	$(BIN)/pybabel -q update -D zayavka -i build/zayavka.pot -d templates/locale --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap

# Servers that tests start and that no wheel carries. Root only; else a test
# that lacks one says what to install.
servers:
	@sh tools/servers.sh

# The extra amqp1 is built from source. Where that cannot be, its tests say so.
amqp1: .venv/dev-ready servers
	@sh tools/amqp1.sh $(BIN)/python

# A new machine: Python's venv may be a package of its own on Debian.
.venv/bin/python:
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || sh tools/venv.sh $(PYTHON)

.venv/run-ready: .venv/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev-ready: .venv/bin/python requirements-dev.lock pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ .venv/run-ready

# Needs uv. None of the files names a registry.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group build -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock
	printf 'python-qpid-proton\n' | uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements-dev.lock - -o requirements-amqp1.lock

clean:
	rm -rf .venv build dist
