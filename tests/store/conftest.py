"""The databases that every test of the store runs on: SQLite in memory, SQLite in a file, PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from mailsupport.store import Store, Tx, open_store, upgrade
from mailsupport.store.schema import metadata
from servers.postgres import PostgresServer, postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

RESTART = {
    "sqlite": "DELETE FROM sqlite_sequence",
    "postgresql": "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'",
}
"""What lets the numbers of rows begin at 1 again."""


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[dict[str, Store]]:
    """A store with the tables in it on each database, for all tests: what a statement compiles to is remembered in it."""
    folder = tmp_path_factory.mktemp("store")
    urls = {"memory": "sqlite://", "file": f"sqlite:///{folder}/desk.db", "postgres": postgres_server.create()}
    made = {name: open_store(url) for name, url in urls.items()}
    for each in made.values():
        each.migrate()
    yield made
    for each in made.values():
        each.close()


@pytest.fixture
def memory(stores: dict[str, Store]) -> Store:
    """An empty store in memory."""
    return _emptied(stores["memory"])


@pytest.fixture
def postgres(stores: dict[str, Store]) -> Store:
    """An empty store on PostgreSQL."""
    return _emptied(stores["postgres"])


@pytest.fixture
def file(stores: dict[str, Store], tmp_path: Path) -> Iterator[Store]:
    """An empty store in a SQLite file of the test's own, to be treated badly."""
    whole = _emptied(stores["file"]).path
    assert whole is not None
    made = open_store(f"sqlite:///{upgrade.copy_beside(whole, 'copy').rename(tmp_path / 'desk.db')}")
    yield made
    made.close()


@pytest.fixture(params=["memory", "file", "postgres"])
def store(request: pytest.FixtureRequest, stores: dict[str, Store]) -> Store:
    """An empty store on each database in turn."""
    return _emptied(stores[request.param])


@pytest.fixture
def tx(store: Store) -> Iterator[Tx]:
    """An open transaction in an empty store."""
    with store.write() as opened:
        yield opened


def _emptied(made: Store) -> Store:
    """Take every row out, and let numbers begin at 1 again."""
    with made.write() as tx:
        for table in reversed(metadata.sorted_tables):  # on PostgreSQL a TRUNCATE of so many small tables costs ten times more
            tx.execute(delete(table))
        tx.execute(text(RESTART[made.dialect]))
    return made
