"""What a transaction and a savepoint are: where they begin, and what may never pass for a commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine

from mailsupport.errors import StorageError
from mailsupport.store import ahead, behind, packing, told
from mailsupport.store.hot import say


@contextmanager
def begun(engine: Engine, how: str) -> Iterator[Connection]:
    """Open a connection and a transaction, on SQLite IMMEDIATE or DEFERRED; commits at the end, rolls back on any error."""
    with engine.connect() as tx, tx.begin():
        if tx.dialect.name == "sqlite":
            # Not by an event of the engine: a single listener costs every statement a tenth of its time.
            tx.exec_driver_sql(f"BEGIN {how}")
        behind.begin(tx)
        ahead.begin(tx)
        packing.begin(tx)
        told.begin(tx)
        yield tx
        packing.begin(tx)  # the connection outlives its transaction; a window's mails need not


@contextmanager
def savepoint(tx: Connection) -> Iterator[None]:
    """Open a savepoint: what fails inside is undone alone, and the transaction goes on. They may be nested."""
    marked, heard = behind.mark(tx), told.mark(tx)
    say(tx, "SAVEPOINT here")  # the innermost of that name is meant; SQLAlchemy's own costs ten times as much
    try:
        yield
    except BaseException:
        told.back_to(tx, heard)
        # After a full disk SQLite may have ended the whole transaction: then there is nothing left to go back to.
        with suppress(StorageError):
            say(tx, "ROLLBACK TO SAVEPOINT here")
            say(tx, "RELEASE SAVEPOINT here")
            behind.back_to(tx, marked)
        raise
    say(tx, "RELEASE SAVEPOINT here")


def refuse_silent_rollback(tx: Connection) -> None:
    """Refuse to call a transaction committed that the database gave up after an error somebody swallowed.

    SQLite ends a transaction by itself when the disk is full; PostgreSQL answers COMMIT with a silent rollback.
    """
    connection: Any = tx.connection.dbapi_connection
    alive = connection.in_transaction if tx.dialect.name == "sqlite" else connection.info.transaction_status.name != "INERROR"
    if not alive:
        raise StorageError("the database gave up the transaction after an error", "nothing was stored; it is done again")
