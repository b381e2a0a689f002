# Everything is installed into .venv; nothing else on the machine changes.
# With CI=true (see .ci/run) `make test` installs what its parts need, and fails for a part not run,
# unless the kernel refuses what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Folders whose types are checked.
CHECKED := procmaps kernel tests bench corpus/tools noxfile.py
# C in the style of .clang-format.
C_FILES := $(wildcard procmaps/engines/_c/*/*.[ch] procmaps/records/_c/*.[ch] kernel/lab/agent/*.[ch] bench/*.c tests/engines/*/*.c tests/live/*.c tests/trials/*/*/*.[ch])
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Recipes share .venv and dist/, so they must not run at the same time.
.NOTPARALLEL:
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# PYTHONPATH may contain another `procmaps`.
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

# What the build compiles: the extensions, and the tables of the grammar.
COMPILED := $(wildcard procmaps/engines/_c/*/*.[ch] procmaps/records/_c/*.[ch] \
  grammar/*.lark grammar/*/*.lark procmaps/grammar/*.py)

# One stamp for each extra, so that a second run installs nothing. setuptools warns on every editable
# install; a first-time user need not see that.
$(VENV)/installed-%: $(VENV)/pyvenv.cfg pyproject.toml setup.py .ci/dev.lock $(COMPILED)
	@echo "Installing procmaps[$*] into $(VENV) ..."
	@[ $* != dev ] || $(BIN)/python -m pip install --quiet --require-hashes --requirement .ci/dev.lock
	@PYTHONWARNINGS='ignore:Editable' $(BIN)/python -m pip install --quiet --editable '.[$*]'
	@touch $@

CLI := $(VENV)/installed-cli
DEV := $(VENV)/installed-dev
TRIALS := $(VENV)/installed-trials
.SECONDARY: $(CLI) $(DEV) $(TRIALS)

# The lock of the tools. uv resolves for every Python and platform at once.
.PHONY: lock
lock: $(VENV)/pyvenv.cfg ## Write .ci/dev.lock: the versions and hashes of everything in `.[dev]`
	$(BIN)/python -m pip install --quiet uv==0.13.9
	@echo '# Written by `make lock`: the exact versions of `.[dev]`, with the hashes of their files.' > .ci/dev.lock.new
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --no-strip-extras --extra dev pyproject.toml >> .ci/dev.lock.new
	mv .ci/dev.lock.new .ci/dev.lock

.PHONY: audit
audit: $(VENV)/pyvenv.cfg ## Ask PyPI for known vulnerabilities of everything in .ci/dev.lock
	$(BIN)/python -m pip install --quiet pip-audit==2.10.1
	$(BIN)/pip-audit --strict --no-deps --disable-pip --require-hashes --requirement .ci/dev.lock

# --------------------------------------------------------------------------------- for all

SHARED := $(or $(PROCMAPS_SHARED),../shared)
# Real dumps beside the checkout, else the captures of our own kernels.
DUMPS = $(sort $(or $(wildcard $(SHARED)/dumps/*maps*),$(wildcard corpus/captures/*/*maps)))
# Ambiguous twice: \012 may be a newline, and either (deleted) may be the kernel's. The name starts
# in column 73, counted from 0, as on 64-bit kernels.
HOSTILE := 7f2a4c000000-7f2a4c021000 rw-s 00000000 00:01 2058                       /memfd:a\012b (deleted) (deleted)

# lint exits 1 for findings, which are no failure here.
.PHONY: demo
demo: $(CLI) ## Show this shell's memory by kind, read real dumps, explain one hostile line
	@printf '\n%s\n' "--- procmaps show --summary: the memory of the shell that called make, by kind"
	@$(BIN)/procmaps show --summary "$$(sed -n 's/^PPid:[[:blank:]]*//p' /proc/$$PPID/status)"
	@largest=$$(ls -S -- $(DUMPS) /dev/null | head -n 1); \
	 printf '\n%s\n' "--- procmaps show --summary $$largest: the largest of $(words $(DUMPS)) real dumps"; \
	 $(BIN)/procmaps show --summary "$$largest"
	@printf '\n%s\n' '--- procmaps lint: damaged, edited or ambiguous lines in the first two'
	@$(BIN)/procmaps lint $(wordlist 1,2,$(DUMPS)) || [ $$? -eq 1 ]
	@printf '\n%s\n' "--- procmaps explain '$(HOSTILE)'"
	@$(BIN)/procmaps explain '$(HOSTILE)'

# The parts are sessions of noxfile.py; nox ends with a summary of what ran and what did not.
.PHONY: test
test: $(DEV) ## Test what this machine can in a few minutes; say what did not run (PARTS="check unit" picks)
	@$(BIN)/nox $(if $(PARTS),--session $(PARTS))

.PHONY: test-all
test-all: $(DEV) ## Test everything that this machine can, with as many examples as CI
	@TEST_ALL=1 $(BIN)/nox $(if $(PARTS),--session $(PARTS))

# ------------------------------------------------------------------------------- the parts

.PHONY: check lint
lint: check
check: $(DEV) ## Check formats, lint, layers, types and dependencies (also `make lint`)
	@failed=0; \
	for tool in 'ruff format --check .' 'ruff check .' lint-imports 'mypy $(CHECKED)' 'pyright $(CHECKED)' \
	  'deptry --no-ansi .' 'clang-format --dry-run --Werror $(C_FILES)'; do \
	  echo "$$tool"; $(BIN)/$$tool || failed=1; \
	done; exit $$failed

.PHONY: format
format: $(DEV) ## Format, and fix what ruff can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/clang-format -i $(C_FILES)

.PHONY: unit
unit: $(DEV) ## Run the tests in the checkout (PYTEST="-k name" narrows)
	@$(BIN)/nox --session unit -- $(PYTEST)

.PHONY: wheel
wheel: $(DEV) ## Build dist/: the sdist, and the wheel from the sdist
	rm -rf dist
	$(BIN)/python -m build --quiet --outdir dist .

.PHONY: wheel-test
wheel-test: wheel ## Test the built wheel, installed outside the checkout
	tests/wheel/run $(BIN)/python dist

# ------------------------------------------------------------------------- the laboratory

.PHONY: lab
lab: $(DEV) ## Install (as root), build and boot real kernels; compare them with the corpus
	$(BIN)/python -m kernel.lab all

.PHONY: lab-test
lab-test: $(DEV) ## Boot the built kernels; compare captures and the model with them
	@TEST_ALL=1 $(BIN)/nox --session laboratory

.PHONY: model-soak
model-soak: $(DEV) ## Compare the model with booted kernels, 100,000 calls each (OPERATIONS=, RELEASE=)
	$(BIN)/python -m kernel.model soak --record --operations $(or $(OPERATIONS),100000) $(RELEASE:%=--release %)

# The kernels that the experiments compare. Built ones are not built again.
REVIEWED := $(foreach arch,x86_64 arm64,$(foreach flavour,named unnamed strdup,6.12-$(arch)-$(flavour)) \
  6.1-$(arch)-named 6.1-$(arch)-unnamed)

.PHONY: labels
labels: $(DEV) ## Write docs/labels.md from the table of labels and the captures of programs
	$(BIN)/python -m kernel.lab.programs page

.PHONY: programs
programs: $(DEV) ## Run programs of Debian in a real kernel (as root, 10 GB, half an hour); compare their labels
	$(BIN)/python -m kernel.lab.programs install
	$(BIN)/python -m kernel.lab.programs build
	$(BIN)/python -m kernel.lab.programs compare

.PHONY: review
review: $(DEV) ## Build missing kernels (as root), run the experiments, write docs/generated/review.md
	$(BIN)/python -m kernel.lab install $(REVIEWED)
	$(BIN)/python -m kernel.lab build $(REVIEWED)
	$(BIN)/python -m kernel.experiments
	$(BIN)/python -m kernel.review

# ---------------------------------------------------------------------------------- speed

.PHONY: bench
bench: $(DEV) ## Race our engines, other parsers and the kernel; fail on a missed goal
	$(BIN)/python -m bench

.PHONY: counts
counts: $(DEV) ## Count instructions with valgrind and compare with the recorded counts
	$(BIN)/python -m bench.counts

# --------------------------------------------------------------------------------- trials

# Trials are random, so they are no part of `make test`. With RECORD=yes the figures are kept.
TRIAL = $(BIN)/python -m tests.trials

.PHONY: fuzz
fuzz: $(TRIALS) ## Fuzz the C core (needs clang) and the Python functions (MINUTES=10, RECORD=yes)
	$(TRIAL).fuzzing core --minutes $(or $(MINUTES),10) $(if $(RECORD),--record)
	$(TRIAL).fuzzing python --minutes $(or $(MINUTES),10) $(if $(RECORD),--record)

.PHONY: race
race: $(DEV) ## Read a process that changes its memory as fast as it can (MINUTES=1, KERNELS=, RECORD=yes)
	$(TRIAL).racing --minutes $(or $(MINUTES),1) $(if $(RECORD),--record) $(KERNELS)

.PHONY: stalls
stalls: $(DEV) ## Measure how long a reader of /proc stalls a process (KERNELS=host, RECORD=yes)
	$(TRIAL).racing.stalls $(if $(RECORD),--record) $(KERNELS)

.PHONY: mutate
mutate: $(TRIALS) ## Plant faults and run the tests that belong to them (FILES=, SAMPLE=10, RECORD=yes)
	$(TRIAL).mutation --sample $(or $(SAMPLE),10) $(if $(RECORD),--record) $(or $(FILES),$(wildcard procmaps/engines/_c/core/*.c))

.PHONY: reliability
reliability: $(DEV) ## Write docs/reliability.md from the records of these trials
	$(TRIAL).reliability

# ----------------------------------------------------------------------------- the matrix

.PHONY: matrix
matrix: $(DEV) ## Install other parsers (as root), run all, write matrix.*, review.md and README's table
	$(BIN)/python -m corpus.tools.matrix write
	$(BIN)/python -m kernel.review

.PHONY: matrix-audit
matrix-audit: $(DEV) ## Replay 200 drawn verdicts of the matrix without its adapters (as root)
	$(BIN)/python -m corpus.tools.audit

.PHONY: matrix-fuzz
matrix-fuzz: $(DEV) ## Draw dumps that break parsers in ways that no case shows (as root)
	$(BIN)/python -m corpus.tools.fuzz

.PHONY: peers-test
peers-test: $(DEV) ## Compare the installed parsers with the published matrix
	@TEST_ALL=1 $(BIN)/nox --session peers

# -------------------------------------------------------------------------------- clean up

.PHONY: clean
clean: ## Remove .venv and everything built; cached kernels stay in ~/.cache/procmaps
	rm -rf $(VENV) build dist *.egg-info .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.cache/*' -prune -exec rm -rf {} +
