"""Which version the tables have, and how they become this one.

The revisions are named in `migrations.REVISIONS`, so that an ordinary start compares two words and never loads alembic. A
migration is one transaction on both databases: after a crash in the middle, the tables are the old ones.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from mailsupport.errors import SchemaNewer, StorageError
from mailsupport.store.migrations import REVISIONS
from mailsupport.store.transaction import begun

MIGRATION_LOCK = 0x6D61696C
"""Key of the advisory lock under which one of several daemons on a PostgreSQL migrates."""


def migrate(engine: Engine, path: Path | None) -> list[str]:
    """Bring the tables to this version; return the revisions applied. Raises SchemaNewer, StorageError."""
    with begun(engine, "DEFERRED") as tx:
        missing = lacking(tx)
    if not missing:
        return []
    if path is not None and len(missing) < len(REVISIONS):
        copy_beside(path, f"before-{missing[-1]}")
    with begun(engine, "IMMEDIATE") as tx:
        if tx.dialect.name == "postgresql":
            tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        missing = lacking(tx)
        if missing:
            _upgrade(tx)
    return missing


def check(tx: Connection) -> list[str]:
    """Return what is wrong with file and version, nothing when all is well."""
    found = []
    if tx.dialect.name == "sqlite":
        found = [f"damaged: {line}" for line in tx.exec_driver_sql("PRAGMA quick_check(10)").scalars() if line != "ok"]
    try:
        missing = lacking(tx)
    except SchemaNewer as error:
        return [*found, str(error)]
    return [*found, f"the tables lack revision {', '.join(missing)}"] if missing else found


def copy_beside(path: Path, suffix: str) -> Path:
    """Copy a SQLite database, what its WAL holds included, to `<path>.<suffix>`; return that. Raises StorageError.

    The copy appears under its name only when it is whole, and is readable by its owner alone.
    """
    target = path.with_name(f"{path.name}.{suffix}")
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"the database could not be copied before its upgrade: {error}", f"make room for {target}") from error
    return target


def lacking(tx: Connection) -> list[str]:
    """Return the revisions the tables still lack; raises SchemaNewer."""
    if not inspect(tx).has_table("alembic_version"):
        return list(REVISIONS)
    revision = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is None:
        return list(REVISIONS)
    if revision not in REVISIONS:
        raise SchemaNewer(
            f"the database has revision {revision!r}, this version knows {REVISIONS[-1]!r}", "install the newer version"
        )
    return list(REVISIONS[REVISIONS.index(revision) + 1 :])


def _upgrade(tx: Connection) -> None:
    from alembic import command  # loaded only when there is something to do: it costs a quarter of a second
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "mailsupport.store:migrations")
    config.attributes["connection"] = tx
    command.upgrade(config, "head")
