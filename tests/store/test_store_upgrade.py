"""The tables have a version; an older one is brought forward, a newer one is left alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from stored import a_ticket

from mailsupport.errors import SchemaNewer
from mailsupport.store import Store, open_store, upgrade
from mailsupport.store.migrations import REVISIONS
from mailsupport.store.schema import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database without a table, on each server."""
    made = open_store(f"sqlite:///{tmp_path}/desk.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    yield made
    made.close()


def test_an_empty_database_gets_its_tables(empty: Store) -> None:
    """All revisions are applied, once."""
    assert list(REVISIONS) == empty.migrate()
    assert empty.migrate() == []
    with empty.write() as tx:
        assert a_ticket(tx) == 1


def test_migrations_make_the_tables_of_the_schema(empty: Store) -> None:
    """What the migrations make and what the code believes are the same tables, columns, keys and indexes."""
    empty.migrate()
    with empty.read() as tx:
        # Alembic reads SQLite's empty text default as a difference; the PostgreSQL run compares the defaults.
        defaults = empty.dialect == "postgresql"
        context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": defaults})
        differences = compare_metadata(context, metadata)

    assert [found for found in differences if not _is_comment(found)] == []


def test_partial_indexes_have_the_conditions_of_the_schema(empty: Store) -> None:
    """The comparison above is blind for conditions, and the sweep's speed hangs on them."""
    empty.migrate()
    with empty.read() as tx:
        option = f"{empty.dialect}_where"
        found = {
            index["name"]: _normal(str(index["dialect_options"][option]))
            for table in metadata.tables
            for index in inspect(tx).get_indexes(table)
            if index.get("dialect_options", {}).get(option) is not None
        }

    conditions = {
        index.name: _normal(index.dialect_options[empty.dialect]["where"].text)
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options[empty.dialect]["where"] is not None
    }
    assert conditions == found


def test_every_revision_is_named_in_its_order() -> None:
    """The list that an ordinary start compares with is that of the files."""
    config = Config()
    config.set_main_option("script_location", "mailsupport.store:migrations")
    files = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]

    assert list(REVISIONS) == files[::-1]


def test_tickets_of_the_first_version_learn_their_requesters_key(empty: Store) -> None:
    """0002: an older desk's senders are counted like new ones."""
    config = Config()
    config.set_main_option("script_location", "mailsupport.store:migrations")
    words = "subject, priority, mailbox, contract, contract_version, language"
    with empty.write() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "0001")
        tx.execute(
            text(
                f"INSERT INTO ticket ({words}, state, requester_email, received_at, opened_at) VALUES "
                "('x', 'low', 'x', 'x', 'x', 'en', 'new', 'Carla@Customer.example', '2026-03-02T12:00:00.000000Z', "
                "'2026-03-02T12:00:00.000000Z')"
            )
        )

    assert empty.migrate() == list(REVISIONS[1:])
    with empty.read() as tx:
        assert tx.execute(text("SELECT requester_key FROM ticket")).scalar_one() == "carla@customer.example"


def test_tables_of_a_newer_version_are_left_alone(empty: Store) -> None:
    """An older program refuses a database it does not understand."""
    empty.migrate()
    with empty.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaNewer, match="install the newer version"):
        empty.migrate()
    assert ["'9999'" in line for line in empty.check()] == [True]


def test_a_sound_database_has_nothing_to_report(empty: Store) -> None:
    """Before its tables are made they are missed, then nothing is."""
    assert [f"the tables lack revision {', '.join(REVISIONS)}"] == empty.check()
    empty.migrate()
    assert empty.check() == []


def test_damage_is_found(file: Store) -> None:
    """Bytes overwritten in the middle of the file are seen by the check."""
    with file.write() as tx:
        for _ in range(50):
            a_ticket(tx)
        root = tx.execute(text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_ticket_open'")).scalar_one()
    file.close()
    assert file.path is not None
    with file.path.open("r+b") as damaged:
        damaged.seek((root - 1) * 4096 + 8)
        damaged.write(b"\xff" * 200)

    assert file.check() != []


def test_a_copy_holds_what_was_committed(file: Store) -> None:
    """The copy made before an upgrade has also what stands only in the WAL, and is its owner's alone."""
    with file.write() as tx:
        a_ticket(tx)
    assert file.path is not None

    copy = upgrade.copy_beside(file.path, "before-0002")

    assert (copy.name, copy.stat().st_mode & 0o777) == ("desk.db.before-0002", 0o600)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT number FROM ticket").fetchall() == [(1,)]


def test_two_daemons_may_bring_an_empty_postgres_forward_at_once(postgres_url: str) -> None:
    """One makes the tables, the other waits for it and finds nothing left to do."""
    stores = [open_store(postgres_url), open_store(postgres_url)]
    with ThreadPoolExecutor(2) as together:
        applied = list(together.map(Store.migrate, stores))

    assert [[], list(REVISIONS)] == sorted(applied)
    for made in stores:
        made.close()


def _is_comment(found: object) -> bool:
    """Comments stand in the schema for its readers alone."""
    name = found[0] if isinstance(found, tuple) else found[0][0] if isinstance(found, list) else ""
    return str(name) in ("add_table_comment", "modify_comment")


def _normal(condition: str) -> str:
    return condition.replace("::text", "").replace("(", "").replace(")", "")
