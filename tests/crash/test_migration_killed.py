"""A migration that is killed between two of its statements: the next start ends at this version, with all data."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from mailsupport.store import Store, open_store
from mailsupport.store.migrations import REVISIONS
from servers.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

SOAK = os.environ.get("SOAK") == "1"
TICKETS = 50
WORDS = "subject, priority, mailbox, contract, contract_version, language, state, requester_email, received_at, opened_at"
NOON = "2026-03-02T12:00:00.000000Z"

KILLED_AT = """
import os, signal, sys
from sqlalchemy import event
from mailsupport.store import open_store
store, left = open_store(sys.argv[1]), [int(sys.argv[2])]

@event.listens_for(store._engine, "after_cursor_execute")
def count(connection, cursor, statement, *_):
    if statement.split()[0] in ("CREATE", "ALTER", "INSERT", "UPDATE", "DROP", "DELETE"):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

print(store.migrate(), left)
"""
"""The program's migration, killed after so many of its writing statements."""


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, str]]:
    """A database of the first version with tickets in it, and its URL."""
    url = f"sqlite:///{tmp_path}/desk.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = open_store(url)
    config = Config()
    config.set_main_option("script_location", "mailsupport.store:migrations")
    row = f"('x', 'low', 'x', 'x', 'x', 'en', 'new', 'Carla@Customer.example', '{NOON}', '{NOON}')"
    with made.write() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "0001")
        tx.execute(text(f"INSERT INTO ticket ({WORDS}) VALUES {', '.join([row] * TICKETS)}"))
    yield made, url
    made.close()


def _killed(url: str, after: int) -> bool:
    """Run the migration; whether it was killed before its end."""
    done = subprocess.run([sys.executable, "-c", KILLED_AT, url, str(after)], capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def test_a_killed_migration_is_done_again_whole(old: tuple[Store, str]) -> None:
    """A2: Whatever statement it dies after, the tables are the old ones; the last start brings them here with every ticket."""
    store, url = old
    for after in range(1, 200) if SOAK else (1, 9, 27):
        if not _killed(url, after):
            break
        assert store.missing() == list(REVISIONS[1:])
    store.migrate()

    assert store.check() == []
    with store.read() as tx:
        found = tx.execute(text("SELECT requester_key, count(*) FROM ticket GROUP BY requester_key")).all()
    assert [tuple(row) for row in found] == [("carla@customer.example", TICKETS)]
