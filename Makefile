# Everything here sets up what it needs first: a virtual environment, the locked dependencies and Pulumi's engine.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.DEFAULT_GOAL := help
.PHONY: help setup engine browser demo local test check bench simulate matrix prove mutants needs rules pictures clients clients-here live lock clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup engine ## Declare, onboard, rotate and read three sellers on the bench, then shut it down.
	@$(BIN)/python -m local demo

local: setup engine ## Start the bench (AWS and Amazon on loopback) until Ctrl-C.
	@$(BIN)/python -m local up

# Several processes have to name every test alike, and a name may hold a set.
HASHES ?= 1
test: check engine browser clients-here ## Run every gate and every test.
	PYTHONHASHSEED=$(HASHES) $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: setup ## Run every gate: format, lint, types, who imports whom.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/mypy docs/cloudfront.py
	$(BIN)/mypy docs/ecs_redeploy/__main__.py docs/ecs_redeploy/redeploy.py

bench: setup engine ## Run the benchmarks, each beside a peer or a limit, and write docs/benchmarks.md (half an hour).
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m benchmarks

YEARS ?= 1
SEED ?= 1
simulate: setup ## Let 500 sellers live through YEARS=1 of rotations and troubles, by SEED=1.
	@$(BIN)/python -m simulation --years $(YEARS) --seed $(SEED)

matrix: setup engine ## Kill real processes at every outgoing call, lose every answer; random histories and requests.
	$(BIN)/pytest tests/proof --proof full

prove: setup ## Prove with a solver what nobody may do, for every seller there may ever be.
	@$(BIN)/python -m proving

mutants: setup ## Break every policy in every way we know, and see each caught (some minutes).
	@$(BIN)/python -m proving.breaking

needs: setup engine ## Record what each actor's calls need, from the demo and the end-to-end tests.
	rm -f .bench/decisions.jsonl && mkdir -p .bench
	SELLERKEYS_DECISIONS=$(CURDIR)/.bench/decisions.jsonl $(BIN)/pytest -q tests/end_to_end tests/proof/test_exchange_matrix.py tests/proof/test_client_secret_matrix.py
	$(BIN)/python -m proving.needs .bench/decisions.jsonl

rules: setup ## Write docs/bench.md: AWS's rules, kept by the bench and by plain moto.
	$(BIN)/python -m benchmarks.rules

clients: setup engine clients-here ## Run every SP-API client against the bench, and write docs/clients.md.
	@$(BIN)/python -m clients

# What is not Python: the npm clients where there is Node, the Java ones where there is Maven.
clients-here: setup
	@tools/interpreters
	@$(BIN)/python -m clients.installing

WATCH ?= 1200
live: setup ## Ask a real AWS account what no document settles; explains itself first, see docs/live.md.
	@$(BIN)/python -m live --watch $(WATCH) $(if $(CLEAN),--clean $(CLEAN))

pictures: setup browser ## Take the pictures of the pages for docs/ in a real browser.
	SELLERKEYS_PICTURES=docs/pages $(BIN)/pytest -q tests/site/test_browser.py

lock: setup ## Pin every dependency anew, with hashes and without any index's address.
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade \
	  --python-version 3.11 --group bench --group test --group clients --group prove --group plots pyproject.toml -o requirements.lock

clean: ## Remove what the other targets made in this folder.
	rm -rf .venv .bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: $(READY)

$(READY): requirements.lock tools/installer.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "sellerkeys needs Python 3.11 or newer: make PYTHON=python3.13 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/installer.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

browser:
	@tools/browser

engine: setup
	@$(BIN)/python -m local.engine.bootstrap > /dev/null
