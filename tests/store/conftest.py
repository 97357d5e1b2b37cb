"""The databases that every test of the store runs on: SQLite in memory, SQLite in a file, PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.postgres import PostgresServer, postgres_server, postgres_url
from sqlalchemy import text

from mailsupport.store import Store, Tx, open_store
from mailsupport.store.schema import metadata

__all__ = ["postgres_server", "postgres_url"]

EMPTY = f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables in it."""
    path = tmp_path_factory.mktemp("migrated") / "desk.db"
    made = open_store(f"sqlite:///{path}")
    made.migrate()
    made.close()
    return path


@pytest.fixture(scope="session")
def postgres_store(postgres_server: PostgresServer) -> Iterator[Store]:
    """A store with the tables in it, on PostgreSQL."""
    made = open_store(postgres_server.create())
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def memory() -> Iterator[Store]:
    """An empty store in memory."""
    made = open_store("sqlite://")
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def file(migrated_file: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store in a SQLite file."""
    made = open_store(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'desk.db')}")
    yield made
    made.close()


@pytest.fixture
def postgres(postgres_store: Store) -> Store:
    """An empty store on PostgreSQL."""
    with postgres_store.write() as tx:
        tx.execute(text(EMPTY))
    return postgres_store


@pytest.fixture(params=["memory", "file", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store on each database in turn."""
    made: Store = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def tx(store: Store) -> Iterator[Tx]:
    """An open transaction in an empty store."""
    with store.write() as opened:
        yield opened
