# Every target does its own set-up; nothing has to be installed by hand.
.PHONY: help demo run test check bench soak docs

help:
	@echo "make demo    a working day in half a minute: customers write, nobody answers, the chain is alerted"
	@echo "make run     the daemon, with the settings in CONFIG (default: mailsupport.toml)"
	@echo "make test    every test, against real Dovecot, PostgreSQL and SQLite"
	@echo "make check   style, types, layers"
	@echo "make bench   how fast it is, beside its limit in the same run"
	@echo "make soak    the long proofs: whole crash matrix, random kills, hostile mail"
	@echo "make docs    write the generated pages and sample settings again"

CONFIG ?= mailsupport.toml
BIN = .venv/bin

demo:
	@scripts/setup demo
	@$(BIN)/mailsupport demo

run:
	@scripts/setup demo
	@$(BIN)/mailsupport --config $(CONFIG) run

test:
	@scripts/setup dev
	@scripts/servers
	@$(BIN)/python -m pytest $(ARGS)

check:
	@scripts/setup dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench:
	@scripts/setup dev
	@scripts/servers
	@$(BIN)/python -m bench $(ARGS)

soak:
	@scripts/setup dev
	@scripts/servers
	@SOAK=1 $(BIN)/python -m pytest $(ARGS)

docs:
	@scripts/setup dev
	@$(BIN)/python -m mailsupport.settings.sample --write
	@$(BIN)/python -m mailsupport.mail.contexts --write
	@$(BIN)/python -m mailsupport.cli.reference --write
	@$(BIN)/python -m mailsupport.mail.commands_page --write
