# Everything is set up in .venv; nothing else on the machine is touched.
# CI=true (see .ci/run) makes `make test` install what its parts need and fail on what is not run.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The rooms whose types are checked, each from the day it exists.
ROOMS := $(wildcard procmaps kernel tests bench corpus/tools/builder corpus/tools/matrix)
# C in the style of .clang-format.
C_FILES := $(wildcard procmaps/engines/_c/*/*.[ch] bench/*.c tests/engines/*/*.c)
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Recipes share .venv and dist/: two at once would tear them.
.NOTPARALLEL:
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A person's PYTHONPATH may hold another `procmaps`.
unexport PYTHONPATH

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---------------------------------------------------------------------------------- set-up

# A Debian without python3-venv has no ensurepip, but its own pip can fill an empty environment.
$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit("procmaps needs Python 3.11 or later; %s is %s: name another by `make PYTHON=...`" % (sys.executable, sys.version.split()[0]) if sys.version_info < (3, 11) else 0)'
	@rm -rf $(VENV)
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
	  $(PYTHON) -m venv $(VENV); \
	else \
	  $(PYTHON) -m venv --without-pip $(VENV) && \
	  $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; \
	fi

# One stamp for each set of extras: a second run installs nothing. What setuptools has to say of
# every editable install is kept from whoever tries the project for the first time.
$(VENV)/installed-%: $(VENV)/pyvenv.cfg pyproject.toml setup.py
	@echo "Installing procmaps[$*] into $(VENV) ..."
	@PYTHONWARNINGS='ignore:Editable' $(BIN)/python -m pip install --quiet --editable '.[$*]'
	@touch $@

CLI := $(VENV)/installed-cli
DEV := $(VENV)/installed-dev
.SECONDARY: $(CLI) $(DEV)

# --------------------------------------------------------------------------------- for all

SHARED := $(or $(PROCMAPS_SHARED),../shared)
# Real dumps: those beside the checkout, else the ones recorded from kernels of our own.
DUMPS = $(sort $(or $(wildcard $(SHARED)/dumps/*maps*),$(wildcard corpus/captures/*/*maps)))
# Is the newline in the name or does it stand for one? Which (deleted) is the kernel's? The name
# begins in column 73, counted from 0, where a 64-bit kernel puts it.
HOSTILE := 7f2a4c000000-7f2a4c021000 rw-s 00000000 00:01 2058                       /memfd:a\012b (deleted) (deleted)

# lint exits 1 where it found something to say: that is no failure here.
.PHONY: demo
demo: $(CLI) ## Show this shell's memory by kind, read real dumps, explain one hostile line
	@printf '\n%s\n' "--- procmaps show --summary: the memory of the shell that called make, by kind"
	@$(BIN)/procmaps show --summary "$$(sed -n 's/^PPid:[[:blank:]]*//p' /proc/$$PPID/status)"
	@largest=$$(ls -S -- $(DUMPS) /dev/null | head -n 1); \
	 printf '\n%s\n' "--- procmaps show --summary $$largest: the largest of $(words $(DUMPS)) real dumps"; \
	 $(BIN)/procmaps show --summary "$$largest"
	@printf '\n%s\n' '--- procmaps lint: what in the first two is not as Linux prints it, or not certain'
	@$(BIN)/procmaps lint $(wordlist 1,2,$(DUMPS)) || [ $$? -eq 1 ]
	@printf '\n%s\n' "--- procmaps explain '$(HOSTILE)'"
	@$(BIN)/procmaps explain '$(HOSTILE)'

.PHONY: test
test: $(DEV) ## Run every part that this machine can run; say what was not run (PARTS="check unit" picks)
	@$(BIN)/python tests/parts.py $(PARTS)

# ------------------------------------------------------------------------------- the parts

.PHONY: check lint
lint: check
check: $(DEV) ## Formatting, lint and types (also called lint)
	@failed=0; \
	for tool in 'ruff format --check .' 'ruff check .' lint-imports 'mypy $(ROOMS)' 'pyright $(ROOMS)' \
	  'clang-format --dry-run --Werror $(C_FILES)'; do \
	  echo "$$tool"; $(BIN)/$$tool || failed=1; \
	done; exit $$failed

.PHONY: format
format: $(DEV) ## Format, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/clang-format -i $(C_FILES)

# Folders of tests/ that need more than the checkout, and are run by a part of their own.
OWN_PARTS := wheel kernel/source kernel/lab/booted kernel/model/booted corpus/peers
# Two workers: as many processors as the smallest machine has that CI is run on.
WORKERS ?= 2

.PHONY: unit
unit: $(DEV) ## The tests in the checkout, with the coverage floor (PYTEST="-k name" narrows, without it)
	$(BIN)/pytest $(OWN_PARTS:%=--ignore=tests/%) -n $(WORKERS) $(or $(PYTEST),--cov)

.PHONY: wheel
wheel: $(DEV) ## Build dist/: the sdist from the checkout, the wheel from the sdist
	rm -rf dist
	$(BIN)/python -m build --quiet --outdir dist .

.PHONY: wheel-test
wheel-test: wheel ## The tests again, on the built wheel, where the checkout cannot be seen
	tests/wheel/run $(BIN)/python dist

# ------------------------------------------------------------------------- the laboratory

.PHONY: lab
lab: $(DEV) ## Install (as root), build and boot real kernels; compare what they print with the corpus
	$(BIN)/python -m kernel.lab all

.PHONY: lab-test
lab-test: $(DEV) ## Boot the kernels that are built: captures taken again, the model held to them
	$(BIN)/pytest tests/kernel/lab/booted tests/kernel/model/booted tests/kernel/source

.PHONY: model-soak
model-soak: $(DEV) ## Hold the model to booted kernels: 100,000 calls each (OPERATIONS=, RELEASE=)
	$(BIN)/python -m kernel.model soak --record --operations $(or $(OPERATIONS),100000) $(RELEASE:%=--release %)

# The kernels that the experiments compare; those that are built already are not built again.
REVIEWED := $(foreach arch,x86_64 arm64,$(foreach flavour,named unnamed strdup,6.12-$(arch)-$(flavour)) \
  6.1-$(arch)-named 6.1-$(arch)-unnamed)

.PHONY: review
review: $(DEV) ## Build what is missing (as root), run the experiments, write docs/generated/review.md from them
	$(BIN)/python -m kernel.lab install $(REVIEWED)
	$(BIN)/python -m kernel.lab build $(REVIEWED)
	$(BIN)/python -m kernel.experiments
	$(BIN)/python -m kernel.review

# ---------------------------------------------------------------------------------- speed

.PHONY: bench
bench: $(DEV) ## Race our engines, other parsers and the kernel; fail below a floor
	$(BIN)/python -m bench

.PHONY: counts
counts: $(DEV) ## Count instructions by valgrind, and compare with those that were recorded
	$(BIN)/python -m bench.counts

# ----------------------------------------------------------------------------- the matrix

.PHONY: matrix
matrix: $(DEV) ## Install other parsers (as root), run every case on each, and draw docs/generated/matrix.*
	$(BIN)/python -m corpus.tools.matrix write

.PHONY: peers-test
peers-test: $(DEV) ## Hold the other parsers that are installed to what is known of them
	$(BIN)/pytest -n $(WORKERS) tests/corpus/peers

# -------------------------------------------------------------------------------- clean up

.PHONY: clean
clean: ## Remove .venv and everything built; built kernels stay in ~/.cache/procmaps/lab
	rm -rf $(VENV) build dist *.egg-info .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.cache/*' -prune -exec rm -rf {} +
