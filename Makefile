# The two commands of the README are `make run` and `make test`; both set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: run test check format bench actions shell clean

run: $(INSTALLED)
	@$(BIN)/overture serve

test: $(INSTALLED) check
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/overture validate

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks

# rasa-sdk's own server for the custom actions; the bot uses it when told: OVERTURE_ACTIONS=http://localhost:5055/webhook
actions: $(INSTALLED)
	$(BIN)/python -m rasa_sdk --actions actions

shell: $(INSTALLED)
	@$(BIN)/overture shell

clean:
	rm -rf $(VENV) .overture *.egg-info

# torch first and by itself: a plain resolver would pull its CUDA builds. On Linux without a CPU build on your index, see
# "Installing" in the README.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Overture needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0 -c constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@touch $@
