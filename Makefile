# Each target works from a fresh clone with Python ≥ 3.11 alone: .venv is made when it is missing.
PYTHON ?= python3
BIN := .venv/bin
# Bytecode is what makes a command start fast; some shells forbid it.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: demo test lint bench reliability freeze docs messages lock audit clean

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "crm needs Python 3.11 or newer; say which with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: pyproject.toml | .venv/made
	$(PIP) -e .
	@touch $@

.venv/developing: pyproject.toml requirements/ci.txt | .venv/made
	requirements/install $(BIN)/python
	@touch .venv/installed $@

demo: .venv/installed      ## what a day with crm looks like
	@$(BIN)/crm demo

test: .venv/developing     ## every test
	$(BIN)/python -m pytest -n auto --dist worksteal

reliability: .venv/developing  ## the tests with all their repetitions, then the table of faults
	@rm -rf .reliability
	@CRM_TEST_HEAVY=1 $(BIN)/python -m pytest -n auto --dist worksteal; code=$$?; $(BIN)/python -m tests.reliability.table && exit $$code

lint: .venv/developing     ## style, types, doors, staleness
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m crmcli.store.freeze --check || { echo "crmcli/store/frozen.py or frozen_schema.py is stale; run: make freeze"; exit 1; }
	$(BIN)/python -m tools.syllables --check || { echo "crmcli/rules/syllables.py is stale; run: make freeze"; exit 1; }
	$(BIN)/python -m tools.characters --check || { echo "crmcli/rules/characters.py is stale; run: make freeze"; exit 1; }
	$(BIN)/python -m tools.currencies --check || { echo "crmcli/rules/currencies.py is stale; run: make freeze"; exit 1; }
	$(BIN)/python -m docs.json_reference --check || { echo "docs/json.md is stale; run: make docs"; exit 1; }
	$(BIN)/python -m docs.import_reference --check || { echo "docs/import.md is stale; run: make docs"; exit 1; }
	$(BIN)/python -m docs.reference --check || { echo "the command reference is stale; run: make docs"; exit 1; }
	$(BIN)/python -m tests.reliability.table --check || { echo "docs/reliability.md is stale; run: make reliability"; exit 1; }

bench: .venv/developing    ## the speed table
	@$(BIN)/python -m compileall -q .venv crmcli >/dev/null || true
	@$(BIN)/python -m benchmarks

freeze: .venv/developing   ## compile the statements, the tables of pinyin, characters and currencies
	$(BIN)/python -m crmcli.store.freeze
	$(BIN)/python -m tools.syllables
	$(BIN)/python -m tools.characters
	$(BIN)/python -m tools.currencies

docs: .venv/developing     ## generate the references of commands, JSON and imports, the guide's outputs, and the pictures
	$(BIN)/python -m docs.reference
	$(BIN)/python -m docs.json_reference
	$(BIN)/python -m docs.import_reference
	$(BIN)/python -m docs.guide
	$(BIN)/python -m docs.pictures

# `counted` chooses between its two texts by itself, so each is a message of its own: -k takes one spec a name, unless
# another is for calls of so many arguments (",3t"). `both` marks such a pair where it stands in a table.
messages: .venv/developing ## collect the texts to translate, compile the catalogues
	$(BIN)/pybabel -q extract --project crm --version "" --no-location --sort-output --omit-header -k _ -k N_ -k said -k counted:1 -k counted:2,3t -k both:1 -k both:2,2t -k plural:1,2 -k CrmError -k BadValue -k Unusable -k NotFound -k Ambiguous -k Forbidden -k StoreError -k Undelivered -o crmcli/locale/crm.pot crmcli
	for folder in crmcli/locale/*/LC_MESSAGES; do \
		language=$$(basename $$(dirname $$folder)); \
		$(BIN)/pybabel -q update -N --ignore-pot-creation-date -D crm -i crmcli/locale/crm.pot -d crmcli/locale -l $$language && \
		$(BIN)/pybabel -q compile -D crm -d crmcli/locale -l $$language || exit 1; \
	done

# What keeps the dependencies has an environment of its own, lest it become one.
.tools/installed:
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip --disable-pip-version-check install --quiet uv pip-audit
	@touch $@

lock: .tools/installed     ## pin every dependency, with the hashes of its files, for Python 3.11 and newer on every platform
	.tools/bin/uv pip compile pyproject.toml requirements/build.in --all-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --output-file requirements/ci.txt

audit:                     ## whether something is known against a locked version
	@$(MAKE) --silent .tools/installed >/dev/null 2>&1 || true
	@$(PYTHON) -m tools.audit .tools/bin/pip-audit

clean:
	rm -rf .venv .tools .bench .reliability .pytest_cache .mypy_cache .ruff_cache .hypothesis
