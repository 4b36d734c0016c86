# `make help` lists the targets. Each does its own set-up on a fresh clone.
# Variables: PYTHON (an interpreter, 3.11 to 3.13), VENV (the environment's folder), JOBS.

# The one asked for, or the first of these that is a Python we support.
candidates := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
interpreter := $(shell for p in $(candidates); do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& { echo "$$p"; break; }; done)
VENV ?= .venv
JOBS ?= 2

python := $(VENV)/bin/python
ready := $(VENV)/.ready
torch := $(VENV)/.ready-torch

export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: help setup book notebooks html test site-test bench lint format lock clean distclean
.DELETE_ON_ERROR:

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(ready)  ## make the environment in .venv from requirements.lock

$(ready): requirements.lock pyproject.toml
	@test -n "$(interpreter)" || { echo "None of these is Python 3.11, 3.12 or 3.13: $(candidates); name one: make PYTHON=/path/to/python" >&2; exit 1; }
	test -x $(python) || $(interpreter) -m venv $(VENV)
	$(python) -m pip install --quiet uv
	$(python) -m uv pip install --quiet --python $(python) --require-hashes -r requirements.lock
	$(python) -m uv pip install --quiet --python $(python) --no-deps -e .
	touch $@

$(torch): requirements-torch.txt $(ready)
	$(python) -m pip install --quiet -r requirements-torch.txt
	touch $@

book: html  ## execute what changed and build the book: _build/html/index.html
	@echo "The book is at _build/html/index.html"

notebooks: $(ready)  ## generate the .ipynb from their sources and execute the changed ones
	$(python) -m tools.notebooks
	$(python) -m tools.execute -n $(JOBS)
	$(python) -m tools.checks

html: notebooks  ## build the HTML from the executed notebooks, strictly
	$(python) -m tools.vendor
	$(VENV)/bin/jupyter-book build . -W --keep-going -n -q

test: $(ready) $(torch)  ## run all tests, the models' on TensorFlow, JAX and PyTorch
	OPENBLAS_NUM_THREADS=1 $(python) -m pytest -n $(JOBS)
	KERAS_BACKEND=jax $(python) -m pytest tests/models tests/training
	KERAS_BACKEND=torch $(python) -m pytest tests/models tests/training

site-test: $(ready)  ## open the built book in Chromium
	BOOK_HTML=_build/html $(python) -m pytest tests/site

bench: $(ready) $(torch)  ## the benchmarks, as JSON
	$(python) -m benchmarks.case_study
	$(python) -m benchmarks.nn
	$(python) -m benchmarks.preprocessing

lint: $(ready)  ## ruff and mypy
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy

format: $(ready)  ## put the code into its standard form
	$(python) -m ruff check --fix .
	$(python) -m ruff format .

lock: $(ready)  ## resolve the newest versions into requirements.lock and environment.yml
	$(python) -m uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --upgrade --quiet -o requirements.lock
	$(python) -m tools.conda

clean:  ## remove what the build made; the environment and the data stay
	rm -rf _build .run book/_static/vendor .pytest_cache .mypy_cache .ruff_cache .hypothesis

distclean: clean  ## also remove the environment
	rm -rf $(VENV)
