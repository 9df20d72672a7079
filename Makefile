# Short names for the plain commands of the README. PYTHON=python3.12 chooses another Python (3.11 to 3.13).
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed

lab: setup          ## set up (once) and open lesson 00 in JupyterLab
	$(BIN)/python -m jupyterlab . --LabApp.app_settings_dir=.jupyter "--LabApp.default_url=lab/tree/notebooks/00_start_here.ipynb?file-browser-path=." $(if $(filter 0,$(shell id -u)),--allow-root)

test: setup         ## run every test and every notebook
	$(BIN)/python -m pytest -n 2 --dist loadscope

setup: $(STAMP)     ## environment, data and model; does nothing twice, and mends the environment of a folder that was renamed
	@[ "$$(cat $(STAMP))" = "$(CURDIR)" ] || { $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e . && echo "$(CURDIR)" > $(STAMP); }
	$(BIN)/python -m course_data download

build: setup        ## lessons/ -> notebooks/, exercises/, solutions/, lesson tables
	$(BIN)/python tools/build.py

bench: setup        ## how fast a class is graded, sandbox on; fails below the targets
	$(BIN)/python tests/grading/bench_grading.py

pretrain: setup     ## train the models of the longer runs anew (lessons 08 and 09: some 50 minutes on two cores)
	for lesson in 08 09; do $(BIN)/python tools/pretrain.py $$lesson || exit 1; done

lint: setup         ## style, and whether notebooks and source agree
	$(BIN)/python -m pip install -q -e ".[dev]" -c constraints.txt && $(BIN)/python -m ruff check . && $(BIN)/python -m ruff format --check . && $(BIN)/python tools/build.py --check

clean:              ## forget the environment; data stays in its cache
	rm -rf .venv

$(STAMP): requirements.txt constraints.txt pyproject.toml
	@$(PYTHON) -c "import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit('Python 3.11 to 3.13 is needed, this is ' + sys.version.split()[0] + ': make PYTHON=python3.12 …')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -r requirements.txt || { echo "Set-up stopped: see pip's message above. It needs a package index (a network, or a mirror named in pip's configuration). Nothing is lost: run the command again." >&2; exit 1; }
	@echo "$(CURDIR)" > $(STAMP)

.PHONY: lab test setup build bench pretrain lint clean
