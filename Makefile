# make run   sets up everything and starts the demo: C driver, relay, JupyterLab
# make test  sets up everything and runs every test
# make bench measures it beside other ways; make soak looks whether the scope leaks in ten minutes
# make soak-ring  kills drivers and readers of their ring a thousand times, and races them
# make docs  builds the documentation site in build/site
# make fuzz  tries the driver and the hub with whatever chance comes up with
# make headers  wraps every struct of the kernel's headers and of 21 SDKs, and compares with compiled C
# Needed beforehand: Python >= 3.11 with venv, a C compiler, make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Packages come uncompiled: where Python may not keep what it compiles, each start of a program
# compiles numpy anew, for longer than all else that it does.
unexport PYTHONDONTWRITEBYTECODE
PYTEST_ARGS ?=
# The tests of two files run at a time, since most of them wait for programs; WORKERS=0: one process.
WORKERS ?= 2
FUZZ_SECONDS ?= 60
SOAK_SECONDS ?= 600
FUZZ_ARGS ?=
SOAK_ARGS ?=
HEADERS_ARGS ?=

# Not the cases: they stand for headers of others, whose lines are part of what is tried.
C_SOURCES := $(shell find c_driver client_side/cwire server_side benchmarks tests cython_wrapper/cwire_structs/templates \( -name '*.c' -o -name '*.h' \) \
	-not -path '*/build/*' -not -path '*/generated/*' -not -path '*/cases/*')
READY_DOCS := $(VENV)/.ready-docs

.PHONY: setup run test lint docs bench soak soak-ring fuzz headers clean browser desktop cross loops

# What is there already, newer than its sources, is not made again.
setup:
	@$(PYTHON) install.py dev

run:
	@$(PYTHON) install.py run
	@exec $(BIN)/cwire demo

# Chromium draws the pages in tests; where it cannot be had, these tests say that they are skipped.
browser:
	@sh tests/install_chromium.sh

# A window is tested on a display without a screen; where that cannot be had, it is skipped.
desktop:
	@sh tests/install_desktop.sh

# Tests of foreign targets compile for them, and run nothing; without a compiler they are skipped.
cross:
	@sh tests/install_cross_compilers.sh

# What builds the site is installed when it is wanted; where it cannot be had, its tests are skipped.
$(READY_DOCS): pyproject.toml | setup
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["docs"], sep="\n")' | \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -r /dev/stdin && touch $@ || \
		echo "the documentation site cannot be built: its tests are skipped"

docs: setup $(READY_DOCS)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "build/site/index.html"

test: setup browser desktop cross $(READY_DOCS)
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(PYTEST_ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $(C_SOURCES)
	$(BIN)/python client_side/web/bundle.py --lint

# Both open notebooks as the tests do.
bench: setup
	PYTHONPATH=tests $(BIN)/python benchmarks/run.py

soak: setup
	PYTHONPATH=tests $(BIN)/python benchmarks/soak.py --seconds $(SOAK_SECONDS)

# SOAK_ARGS="--kills N --race SECONDS --seed N"; without, a thousand kills and a minute for each race.
soak-ring: setup
	@mkdir -p $(CURDIR)/benchmarks/build/ring
	$(MAKE) -s -C tests/c_driver BUILD=$(CURDIR)/benchmarks/build/ring \
		$(CURDIR)/benchmarks/build/ring/test_ring_race $(CURDIR)/benchmarks/build/ring/test_ring_race_tsan
	$(BIN)/python tests/c_driver/soak_ring.py benchmarks/build/ring $(SOAK_ARGS)

# FUZZ_ARGS="--seed N" repeats what was sent to the driver; its timing is never quite the same.
fuzz: setup
	cd tests && ../$(BIN)/python -m fuzz.fuzz --seconds $(FUZZ_SECONDS) $(FUZZ_ARGS)

# HEADERS_ARGS="--targets native --sets linux --header can.h" chooses; --help tells more.
headers: setup cross
	@sh tests/headers/install_packages.sh
	cd tests && ../$(BIN)/python -m headers.run $(HEADERS_ARGS)

clean:
	$(MAKE) -C c_driver clean
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis \
		benchmarks/build test-artefacts client_side/cwire/static server_side/cwire_server/static \
		client_side/desktop/node_modules client_side/web/node_modules client_side/web/lint/node_modules tests/web/node_modules
	rm -f client_side/web/npm/LICENSE client_side/web/npm/client.* client_side/web/npm/actions.*
	rm -f $(addprefix cython_wrapper/cwire_structs/_,driver.c driver*.so frames.c frames*.so ring.c ring*.so)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
