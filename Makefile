# Two commands on a fresh machine: `make reproduce` and `make test`. Both set up .venv first, where it is not up to date.

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/ready

.PHONY: reproduce test clean

reproduce: $(READY)
	$(VENV)/bin/reproduce run

test: $(READY)
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/pytest

$(READY): setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $(READY)

clean:
	rm -rf $(VENV) build dist *.egg-info
