# make demo    sets up all it needs and runs the main job, with no key and no network beyond package registries
# make test    sets up and runs every test          make check   formatting, lint, types, import floors
# make install the command at .venv/bin/sightline   make bench   measurements (REPOSITORIES=folder of code bases)
# make vsix    the VS Code extension                make format  rewrites to our formatting
# make lock    pins the dependencies again          make clean   removes what was built
# make bench-context REPOSITORIES=folder of clones   what prompts hold of what was then changed, in 220 real tasks
# make vscode-smoke   the built extension in a real VS Code, driven in a browser (installs both; 4 minutes the first time)

BIN := .venv/bin
REPOSITORIES ?=
MODEL ?=
PYTEST_ARGUMENTS ?=
export PYTHON

# Client recipes find node, npm and the server in .venv first.
CLIENT := cd client-vscode && PATH="$(CURDIR)/$(BIN):$$PATH"

.PHONY: install node demo test test-server test-client check bench bench-context format lock vsix vscode-smoke clean schemas

install:
	@tools/install

node: install
	@tools/need-node

demo: install
	@$(BIN)/python tools/demo.py $(if $(MODEL),--model "$(MODEL)")

test: check test-client test-server

test-server: install tests/programs/node_modules/.installed
	@tools/need-openmp
	@tools/need-litellm
	$(BIN)/pytest -q -n auto --maxprocesses 4 $(PYTEST_ARGUMENTS)

test-client: client-vscode/node_modules/.installed
	$(CLIENT) npm run --silent check
	$(CLIENT) npm run --silent test

check: node
	$(BIN)/ruff format --quiet --check server tests tools
	$(BIN)/ruff check --quiet server tests tools
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/pyright

format: install
	$(BIN)/ruff format server tests tools
	$(BIN)/ruff check --fix server tests tools

bench: install
	$(BIN)/python tests/bench/run.py $(if $(REPOSITORIES),--repositories "$(REPOSITORIES)")

bench-context: install
	$(BIN)/python tests/bench/context/bench_context.py --record $(if $(REPOSITORIES),--repositories "$(REPOSITORIES)")

schemas: install
	$(BIN)/python tools/generate.py

vscode-smoke: vsix
	@PATH="$(CURDIR)/$(BIN):$$PATH" tools/vscode-smoke

vsix: client-vscode/node_modules/.installed
	$(CLIENT) npm run --silent package

# Packages of the VS Code client, and programs that tests of the server run for real.
%/node_modules/.installed: %/package-lock.json | node
	cd $* && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error \
	    $$([ -w "$$HOME" ] || echo --cache "$(CURDIR)/.venv/npm-cache")
	@touch $@

lock: install
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	    --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	    --group node -o requirements-node.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	    --group litellm -o requirements-litellm.lock

clean:
	rm -rf .venv dist build tests/programs/node_modules client-vscode/node_modules client-vscode/out client-vscode/*.vsix
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
