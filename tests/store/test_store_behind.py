"""Rows written at the end of a transaction: none is lost, none survives what it belonged to."""

from __future__ import annotations

import pytest
from stored import NOON, a_mail, a_ticket

from mailsupport.errors import Conflict
from mailsupport.store import Store, Tx, history, mails, savepoint


def log(tx: Tx, ticket: int, event: str) -> None:
    history.log(tx, ticket, NOON, "mailsupport", event, {})


def events(tx: Tx, ticket: int) -> list[str]:
    return [row.event for row in history.history(tx, ticket)]


def test_what_waits_is_committed(store: Store) -> None:
    """A row that nobody asked for in its transaction is there in the next one."""
    with store.write() as tx:
        ticket = a_ticket(tx)
        log(tx, ticket, "received")
        number = a_mail(tx, data=b"raw")

    with store.read() as tx:
        assert ["received"] == events(tx, ticket)
        assert b"raw" == mails.raw_of(tx, number)


def test_what_waits_goes_with_a_transaction_that_fails(store: Store) -> None:
    """The next transaction on the same connection writes nothing of a failed one."""
    with store.write() as tx:
        ticket = a_ticket(tx)
    with pytest.raises(KeyError), store.write() as tx:
        log(tx, ticket, "lost")
        raise KeyError
    with store.write() as tx:
        log(tx, ticket, "kept")

    with store.read() as tx:
        assert ["kept"] == events(tx, ticket)


def test_a_failed_savepoint_takes_its_rows_with_it(tx: Tx) -> None:
    """What came before the savepoint still waits, what came in it does not."""
    ticket = a_ticket(tx)
    log(tx, ticket, "before")
    with pytest.raises(Conflict), savepoint(tx):
        log(tx, ticket, "inside")
        a_mail(tx, "m1@x")
        a_mail(tx, "m1@x")
    log(tx, ticket, "after")

    assert ["before", "after"] == events(tx, ticket)


def test_rows_written_inside_a_failed_savepoint_are_written_again(tx: Tx) -> None:
    """Reading inside the savepoint writes what waited before it; undoing the savepoint undoes that, and it waits again."""
    ticket = a_ticket(tx)
    log(tx, ticket, "before")
    with pytest.raises(KeyError), savepoint(tx):
        log(tx, ticket, "inside")
        assert ["before", "inside"] == events(tx, ticket)
        raise KeyError

    assert ["before"] == events(tx, ticket)
