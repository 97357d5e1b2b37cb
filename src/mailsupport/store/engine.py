"""How the database is opened, and what one transaction is.

In: the URL of the settings. Out: a `Store`, whose `write()` and `read()` give the open transaction that every question takes.
Rules: we emit BEGIN ourselves, because Python's sqlite3 would begin late and DEFERRED, and such a transaction fails at its first
write when another one wrote meanwhile. A writer begins IMMEDIATE. Nothing slow (network, parsing) happens inside a transaction
that another thread may wait for, except the reading of a window's mails.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.pool import StaticPool

from mailsupport.errors import StorageError
from mailsupport.store import behind, edge, told, upgrade
from mailsupport.store.columns import as_json
from mailsupport.store.transaction import begun, refuse_silent_rollback

BUSY_MS = 5000
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    f"busy_timeout={BUSY_MS}",
    "foreign_keys=ON",
    "cache_size=-16000",
    "wal_autocheckpoint=4000",
)
POOL = {"pool_size": 8, "pool_timeout": 30}
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}


class Store:
    """One database. Threads may share it; a transaction belongs to the thread that opened it."""

    def __init__(self, engine: Engine, path: Path | None) -> None:
        self._engine = engine
        self.path = path
        self.dialect = engine.dialect.name
        self.listener: told.Listener | None = None
        """Hears what a transaction did, once it is committed; must not raise."""
        in_memory = self.dialect == "sqlite" and path is None
        # SQLite has one writer: waiting for a lock of ours is fair, its own busy handler sleeps up to 100 ms at a time.
        lock = threading.RLock()
        self._writing: AbstractContextManager[Any] = lock if self.dialect == "sqlite" else nullcontext()
        self._reading: AbstractContextManager[Any] = lock if in_memory else nullcontext()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that may write; commits at the end, rolls back on any error. Raises StorageError."""
        with self._writing, _edge(), begun(self._engine, "IMMEDIATE") as tx:
            yield tx
            refuse_silent_rollback(tx)
            behind.catch_up_all(tx)
            happened = told.happened(tx)
        if self.listener is not None and happened:
            self.listener(happened)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction for reading: one unchanging picture on SQLite, which no writer waits for. Raises StorageError."""
        with self._reading, _edge(), begun(self._engine, "DEFERRED") as tx:
            yield tx

    def migrate(self) -> list[str]:
        """Bring the tables to this version; return the revisions applied. Raises SchemaNewer, StorageError.

        A SQLite file that holds tables already is copied to `<file>.before-<revision>` first.
        """
        with self._writing, _edge():
            return upgrade.migrate(self._engine, self.path)

    def missing(self) -> list[str]:
        """Return the revisions that the tables still lack, all of them in a new database. Raises SchemaNewer, StorageError."""
        with self.read() as tx:
            return upgrade.lacking(tx)

    def check(self) -> list[str]:
        """Return what is wrong with the database, nothing when all is well. Raises StorageError when it cannot be opened."""
        with self.read() as tx:
            return upgrade.check(tx)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_store(url: str, password: str = "") -> Store:
    """Return the store at that URL (`sqlite:///path`, `sqlite://` for memory, `postgresql://user@host/name`).

    Nothing is opened yet. Raises StorageError for a URL that cannot be used.
    """
    address = _address(url, password)
    if address.drivername == "sqlite":
        return _sqlite(address)
    try:
        engine = create_engine(address, pool_pre_ping=True, max_overflow=16, json_serializer=as_json, **POOL)
    except ModuleNotFoundError as error:
        raise StorageError("PostgreSQL needs the package psycopg", "install mailsupport[postgres]") from error
    event.listen(engine, "connect", _prepare_postgres)
    edge.watch(engine)
    return Store(engine, None)


def free_bytes(path: Path) -> int:
    """Return how many bytes the disk that holds (or would hold) that file still has for us."""
    return shutil.disk_usage(next(place for place in (path, *path.absolute().parents) if place.exists())).free


def _address(url: str, password: str) -> URL:
    try:
        address = make_url(url)
    except exc.ArgumentError as error:
        raise StorageError("[storage] url is no database URL", "for example sqlite:///mailsupport.db") from error
    driver = DRIVERS.get(address.drivername)
    if driver is None:
        raise StorageError(f"the database {address.drivername!r} is not supported", "use sqlite:/// or postgresql://")
    address = address.set(drivername=driver)
    return address.set(password=password) if password else address


def _sqlite(address: URL) -> Store:
    in_memory = address.database in (None, "", ":memory:")
    path = None if in_memory else Path(str(address.database))
    # All threads share the one connection of a database in memory; the store's lock lets in one at a time.
    pool: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {"max_overflow": -1, **POOL}
    engine = create_engine(address, connect_args={"check_same_thread": False}, json_serializer=as_json, **pool)
    if path is not None:
        event.listen(engine, "do_connect", lambda *_: _create_private(path))
    event.listen(engine, "connect", _prepare_sqlite)
    edge.watch(engine)
    return Store(engine, path)


def _create_private(path: Path) -> None:
    """Create the file readable by its owner alone, before SQLite creates it by the umask; its WAL takes the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError:
        pass  # it exists already, or cannot be created: then SQLite says so in its own words


def _prepare_postgres(connection: Any, _record: object) -> None:
    """A plan is made anew each time: one that was made while a table was empty reads the whole table for as long as we run."""
    connection.execute("SET plan_cache_mode = force_custom_plan")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin ourselves
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _edge() -> Iterator[None]:
    """Translate what SQLAlchemy raises by itself (no connection became free); drivers' errors are ours already."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise edge.translated(error) from error
