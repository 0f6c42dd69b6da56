# The two commands of the README are `make run` and `make test`; both set up what they need.

# The `python3` at hand where Overture was tried on it, else the newest beside it on which it was.
ifndef PYTHON
PYTHON := $(shell for one in python3 python3.14 python3.13 python3.12 python3.11; do $$one -c \
	'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && echo $$one && exit; done; echo python3)
endif
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# Where modules stay compiled, each of the processes that tests start is up a fifth sooner.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run install test check model format bench load lighthouse chaos fleet-test crm-chaos crm-peer conformance spoken audit actions shell clean

run: $(INSTALLED)
	@$(BIN)/overture serve

install: $(INSTALLED)

test: $(INSTALLED)
	@# Looking at the types and training take a core each; compiling, what is left of one.
	@$(MAKE) --no-print-directory -j 2 check model $(VENV)/.compiled
	@# Three processes for two cores: tests wait for pages and servers.
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

# Once in a clone, as each of the three processes would compile all tests for itself. What is wrong is told when they run.
$(VENV)/.compiled: $(INSTALLED)
	@$(BIN)/pytest --collect-only -qq >/dev/null 2>&1 || true
	@touch $@

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/overture validate
	$(BIN)/mypy

model: $(INSTALLED)
	$(BIN)/overture train

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks

# 10,000 conversations while everything is killed; an hour at most, and says how far it is.
chaos: $(INSTALLED)
	$(BIN)/python -m tests.chaos

# Turns a second by HTTP, on SQLite and PostgreSQL, with one process and two, and what they cost; ten minutes. `make load
# LOAD="--soak 20"` looks whether memory grows.
LOAD ?=
load: $(INSTALLED)
	$(BIN)/python -m tests.load $(LOAD)

# The processes of docker-compose.yml, started by hand: two servers, three workers, an action server, PostgreSQL, Redis.
fleet-test: $(INSTALLED)
	$(BIN)/pytest -n 0 tests/end_to_end/test_the_fleet.py tests/test_docker_compose.py

# Kills the worker 200 times for each CRM, at any moment; a quarter of an hour.
crm-chaos: $(INSTALLED)
	$(BIN)/python -m tests.crm_chaos

# A real CRM, django-crm with PostgreSQL and Redis, over the generic webhook connector; it needs Python 3.12 or newer.
PYTHON312 ?= python3.12
CRM_PEER := .crm-peer

crm-peer: $(CRM_PEER)/.installed $(INSTALLED)
	$(BIN)/python -m tests.crm_peer --python $(CRM_PEER)/bin/python

$(CRM_PEER)/.installed: tests/crm_peer/constraints-django-crm.txt
	@$(PYTHON312) -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || \
		{ echo "django-crm 1.35.0 needs Python 3.12 or newer, and $(PYTHON312) is not there. Try: make PYTHON312=/path/to/python3.13 crm-peer"; exit 1; }
	$(PYTHON312) -m venv $(CRM_PEER)
	$(CRM_PEER)/bin/pip install --quiet --disable-pip-version-check django-crm==1.35.0 packaging -c tests/crm_peer/constraints-django-crm.txt
	@touch $@

# The sample's site with the widget on it, as Lighthouse sees it; needs Node and Chromium.
lighthouse: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks.widget --lighthouse

# Holds the dialogue engine against the real Rasa, which needs Python 3.10 and gets an environment of its own.
PYTHON310 ?= python3.10
RASA := .conformance

conformance: $(RASA)/.installed $(INSTALLED)
	$(BIN)/python -m tests.conformance --rasa $(RASA)/bin/python

$(RASA)/.installed: tests/conformance/constraints-rasa.txt
	@$(PYTHON310) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null || \
		{ echo "Rasa 3.6.21 runs on Python 3.10 only, and $(PYTHON310) is not there. Try: make PYTHON310=/path/to/python3.10 conformance"; exit 1; }
	$(PYTHON310) -m venv $(RASA)
	$(RASA)/bin/pip install --quiet --disable-pip-version-check rasa==3.6.21 -c tests/conformance/constraints-rasa.txt
	@touch $@

# Speaks sentences, recognises them offline, and holds what was recognised against the assistant, over the voice channel.
SPOKEN := .spoken

spoken: $(SPOKEN)/.installed $(INSTALLED)
	$(BIN)/python -m tests.spoken --python $(SPOKEN)/bin/python

$(SPOKEN)/.installed: tests/spoken/constraints-spoken.txt
	$(PYTHON) -m venv $(SPOKEN)
	$(SPOKEN)/bin/pip install --quiet --disable-pip-version-check moonshine-voice espeakng-loader -c tests/spoken/constraints-spoken.txt
	@touch $@

# Asks which of the pinned versions are known to be vulnerable. Needs pypi.org, which knows the advisories.
AUDIT := .audit

audit: $(AUDIT)/.installed
	$(AUDIT)/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict

$(AUDIT)/.installed:
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	@touch $@

# A server for the custom actions; the bot uses it when told: OVERTURE_ACTIONS=http://localhost:5055/webhook
actions: $(INSTALLED)
	$(BIN)/overture actions

shell: $(INSTALLED)
	@$(BIN)/overture shell

clean:
	rm -rf $(VENV) $(AUDIT) .overture *.egg-info

# torch first and by itself: a plain resolver would pull its CUDA builds. On Linux without a CPU build on your index, see
# "Installing" in the README. Half of an install would go into compiling modules of which most are never imported; those
# that are get compiled then.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ version=$$($(PYTHON) --version 2>/dev/null); \
		echo "Overture needs Python 3.11 or newer; $(PYTHON) is $${version:-not there}. Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] > (3, 14))' || \
		echo "$$($(PYTHON) --version) is newer than those that Overture was tried on, 3.11 to 3.14: packages may have to be built."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --no-compile --quiet --disable-pip-version-check torch==2.13.0 -c constraints.txt
	$(BIN)/pip install --no-compile --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@# What serves is compiled now: a service may not be allowed to write here.
	@$(BIN)/python -W ignore::SyntaxWarning -c \
		'import bot.entrypoints.command_line.commands.serve, bot.entrypoints.command_line.commands.work, rasa_sdk'
	@touch $@
