"""Which of our errors a database's error is: the one place that knows the drivers' exceptions.

`watch` is hung on the engine, so that the translation happens where the error is raised and no caller, not even one that catches
inside a savepoint, ever sees a foreign exception. Every error names its cure.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Engine, event, exc
from sqlalchemy.engine.interfaces import ExceptionContext

from mailsupport.errors import Conflict, Crossed, DiskFull, MailsupportError, StorageError

PG_DISK_FULL = "53100"
PG_CROSSED = "40"
"""SQLSTATE class: deadlock, serialisation failure."""
PG_CONNECTION = ("08", "28", "3D", "57P")
"""SQLSTATE beginnings: connection, login, no such database, shutting down."""

SQLITE_CURES = {
    sqlite3.SQLITE_BUSY: "another program holds the database file: stop it, or wait",
    sqlite3.SQLITE_LOCKED: "another program holds the database file: stop it, or wait",
    sqlite3.SQLITE_CANTOPEN: "check that the folder of the database exists and may be written",
    sqlite3.SQLITE_READONLY: "the database or its folder may not be written: check owner and mode",
    sqlite3.SQLITE_PERM: "the database or its folder may not be written: check owner and mode",
    sqlite3.SQLITE_AUTH: "the database or its folder may not be written: check owner and mode",
    sqlite3.SQLITE_IOERR: "the disk fails or is full: check the system's log",
    sqlite3.SQLITE_CORRUPT: "the database is damaged: stop, keep a copy, restore the last backup",
    sqlite3.SQLITE_NOTADB: "the file is no database of ours: check the name in [storage] url",
}


def watch(engine: Engine) -> None:
    """Have every error of this engine raised as one of ours."""

    @event.listens_for(engine, "handle_error")
    def _translate(context: ExceptionContext) -> None:
        original = context.original_exception
        if not isinstance(original, MailsupportError):
            raise translated(original) from original


def translated(error: BaseException) -> StorageError:
    """Return our error for one of SQLAlchemy's or a driver's."""
    original = getattr(error, "orig", None) or error
    code = getattr(original, "sqlite_errorcode", None)
    if code is not None:
        return _of_sqlite(original, code)
    state = getattr(original, "sqlstate", None)
    text = _first_line(original)
    if state == PG_DISK_FULL:
        return DiskFull(text, "make room on the database server")
    if state is not None and state.startswith(PG_CROSSED):
        return Crossed(text, "nothing was stored; it is done again")
    if state is not None and state.startswith("23"):
        return Conflict(text)
    if isinstance(error, exc.TimeoutError):
        return StorageError("no database connection became free", "the database is slow or too many mailboxes share it")
    if (state is None and type(original).__name__ == "OperationalError") or (state or "").startswith(PG_CONNECTION):
        return StorageError(text, "check that the database server runs, and [storage] url and password")
    return StorageError(f"{type(original).__name__}: {text}", "this is a fault in mailsupport: please report it")


def _of_sqlite(error: BaseException, code: int) -> StorageError:
    text = _first_line(error)
    primary = code & 0xFF  # extended codes keep the primary one in the low byte
    if primary == sqlite3.SQLITE_FULL:
        return DiskFull(text, "make room on the disk of the database")
    if primary == sqlite3.SQLITE_CONSTRAINT:
        return Conflict(text)
    return StorageError(text, SQLITE_CURES.get(primary, "this is a fault in mailsupport: please report it"))


def _first_line(error: BaseException) -> str:
    """Return the driver's own words: never the statement with its values, which hold customers' mail."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
