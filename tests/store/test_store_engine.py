"""How a database is opened, what a transaction promises, and which error says what went wrong."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import text
from stored import a_mail, a_ticket, new_mail

from mailsupport.errors import Conflict, DiskFull, StorageError
from mailsupport.store import Store, free_bytes, mails, open_store, savepoint, tickets
from servers.postgres import PostgresServer


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    """Whatever goes wrong inside, all of it is undone."""
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        number = a_ticket(tx)
        number / 0

    with store.read() as tx:
        assert tickets.listing(tx) == []


def test_what_fails_in_a_savepoint_is_undone_alone(store: Store) -> None:
    """One hostile mail costs its own rows; those before and after it stay (P12)."""
    with store.write() as tx:
        before = a_ticket(tx)
        with pytest.raises(Conflict), savepoint(tx):
            a_ticket(tx, subject="undone")
            a_mail(tx)
            a_mail(tx)
        after = a_ticket(tx)

    with store.read() as tx:
        assert [after, before] == [line.number for line in tickets.listing(tx)]


def test_an_error_swallowed_without_a_savepoint_is_never_called_committed(postgres: Store) -> None:
    """PostgreSQL would answer COMMIT with a silent rollback; that is an error, not a success."""
    with pytest.raises(StorageError, match="gave up the transaction"), postgres.write() as tx:
        a_mail(tx)
        with pytest.raises(Conflict):
            a_mail(tx)


def test_many_threads_write_one_after_the_other(store: Store) -> None:
    """Eight writers at once all succeed; nobody is told that the database is locked."""

    def open_ten() -> None:
        for _ in range(10):
            with store.write() as tx:
                a_ticket(tx)

    threads = [Thread(target=open_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.read() as tx:
        assert len(tickets.listing(tx)) == 80


@pytest.mark.parametrize("kind", ["file", "postgres"])
def test_a_reader_waits_for_no_writer(kind: str, request: pytest.FixtureRequest) -> None:
    """While a transaction writes, another thread reads what was committed before."""
    made: Store = request.getfixturevalue(kind)
    found: list[int] = []
    read = Event()

    def look() -> None:
        with made.read() as tx:
            found.append(len(tickets.listing(tx)))
        read.set()

    with made.write() as tx:
        a_ticket(tx)
        Thread(target=look).start()
        assert read.wait(4)

    assert found == [0]


def test_a_full_disk_is_said_to_be_full_and_nothing_is_half_stored(file: Store) -> None:
    """With no room left, the transaction fails whole as DiskFull; with room again, it works."""
    with file.write() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(DiskFull, match="make room"), file.write() as tx:
        a_ticket(tx)
        mails.store_mail(tx, new_mail(text="long " * 100_000), None, ())

    with file.write() as tx:
        assert tickets.listing(tx) == []
        tx.exec_driver_sql("PRAGMA max_page_count = 100000")
        a_mail(tx, text="long " * 100_000)


def test_a_full_disk_is_seen_through_a_savepoint(file: Store) -> None:
    """A full disk may end the transaction under the savepoint; its name is still DiskFull."""
    with file.write() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")

    with pytest.raises(DiskFull), file.write() as tx, savepoint(tx):
        mails.store_mail(tx, new_mail(text="long " * 100_000), None, ())


def test_a_database_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Customers' mail is readable by nobody else, in the file and in its WAL."""
    made = open_store(f"sqlite:///{tmp_path}/desk.db")
    made.migrate()

    assert {0o600} == {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    made.close()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)]
)
def test_every_connection_is_set_up_for_power_loss(file: Store, pragma: str, value: object) -> None:
    """What was committed survives a power cut, and references are checked."""
    with file.read() as tx:
        assert value == tx.exec_driver_sql(f"PRAGMA {pragma}").scalar()


def test_a_row_cannot_name_what_is_not_there(store: Store) -> None:
    """A mail on a ticket that does not exist is refused."""
    with pytest.raises(Conflict), store.write() as tx:
        a_mail(tx, ticket=4711)


def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    """Nobody stores a local time by accident."""
    with pytest.raises(StorageError, match="without a zone"), store.write() as tx:
        a_ticket(tx, received_at=datetime(2026, 3, 2, 12))  # noqa: DTZ001  # the naive instant is the point


def test_an_error_says_nothing_of_what_was_to_be_stored(store: Store) -> None:
    """A customer's words stay out of error messages, which go to logs and operators."""
    with pytest.raises(Conflict) as raised, store.write() as tx:
        a_mail(tx, text="the customer's words")
        a_mail(tx, text="the customer's words")

    assert "words" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("mailsupport.db", "for example sqlite:///"),
        ("", "for example sqlite:///"),
        ("mysql://localhost/desk", "use sqlite:/// or postgresql://"),
        ("postgresql+asyncpg://localhost/desk", "use sqlite:/// or postgresql://"),
    ],
)
def test_a_url_that_cannot_be_used_names_the_cure(url: str, cure: str) -> None:
    """What is no URL of ours is refused before anything is opened."""
    with pytest.raises(StorageError, match=cure):
        open_store(url)


def test_a_missing_folder_is_named_as_the_cause(tmp_path: Path) -> None:
    """SQLite creates files, not folders."""
    with pytest.raises(StorageError, match="folder of the database exists"):
        open_store(f"sqlite:///{tmp_path}/missing/desk.db").migrate()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Whatever lies there is not overwritten."""
    path = tmp_path / "desk.db"
    path.write_text("a letter, and not a database at all\n" * 100)

    with pytest.raises(StorageError, match="no database of ours"):
        open_store(f"sqlite:///{path}").migrate()
    assert path.read_text().startswith("a letter")


def test_a_file_in_another_programs_hands_is_said_to_be_held(file: Store) -> None:
    """After the busy time-out the cure names the other program."""
    with closing(sqlite3.connect(str(file.path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with file.read() as tx:
            tx.exec_driver_sql("PRAGMA busy_timeout = 1")
        with pytest.raises(StorageError, match="another program holds"), file.write():
            pass


def test_an_unreachable_server_names_the_cure(tmp_path: Path) -> None:
    """Nobody listens there: the settings to look at are named, the password is not."""
    made = open_store(f"postgresql://desk@/desk?host={tmp_path}", password="hush")

    with pytest.raises(StorageError, match="check that the database server runs") as raised, made.read():
        pass
    assert "hush" not in str(raised.value)


def test_a_missing_database_names_the_cure(postgres_server: PostgresServer) -> None:
    """A wrong name in the URL is not called a fault of ours."""
    made = open_store(postgres_server.uri.replace("/postgres?", "/nowhere?"))

    with pytest.raises(StorageError, match=r"\[storage\] url"), made.read():
        pass


def test_a_connection_the_server_cut_is_replaced(postgres: Store) -> None:
    """After a restart of the server the next transaction finds it again."""
    with pytest.raises(StorageError, match="check that the database server runs"), postgres.write() as tx:
        tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with postgres.write() as tx:
        assert a_ticket(tx) > 0


def test_free_room_is_known_for_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    """The disk that would hold it is asked."""
    assert free_bytes(tmp_path / "not" / "yet" / "desk.db") > 0
