"""Rows written at the end of a transaction: none is lost, none survives what it belonged to."""

from __future__ import annotations

from contextlib import suppress

import pytest
from stored import NOON, a_chain, a_firing, a_mail, a_ticket, after, an_outgoing

from mailsupport.core.guard import ClockKind
from mailsupport.errors import Conflict, StorageError
from mailsupport.store import Store, Tx, chains, clocks, facts, gather, history, mails, outbox, savepoint

BEN = "ben@acme.example"


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


# --- a transaction that gathers -------------------------------------------------------------------------------------------


def gathered(tx: Tx, ticket: int, message_id: str = "o@acme.example") -> tuple[int, int]:
    """Ben is alerted of a step that fired, in a transaction that gathers; returns the firing and the mail."""
    gather(tx)
    fired, mail = a_firing(tx, ticket), an_outgoing(tx, message_id, ticket=ticket, to=(BEN,))
    chains.save_chain(tx, a_chain(ticket, step=0))
    chains.tell(tx, fired, "alert", "ben", BEN, mail, NOON)
    facts.set_fact(tx, "said", "once", NOON)
    return fired, mail


def test_what_a_transaction_gathers_is_committed(store: Store) -> None:
    """A mail, its recipient, who was told by it, the chain and what is remembered, each row after those it points to."""
    with store.write() as tx:
        ticket = a_ticket(tx)
        fired, mail = gathered(tx, ticket)

    with store.read() as tx:
        (told,) = chains.told_of(tx, ticket)
        assert (fired, mail, BEN) == (told.firing, told.outbox, told.email)
        assert [BEN] == [row.email for row in outbox.recipients_of(tx, mail)]
        assert facts.fact(tx, "said") == ("once", NOON)


def test_whoever_looks_finds_what_was_gathered(tx: Tx) -> None:
    """By a statement of either kind, without anybody having said that it is to be written first."""
    ticket = a_ticket(tx)
    _, mail = gathered(tx, ticket)

    assert [(BEN, mail)] == [(row.email, row.outbox) for row in chains.told_of(tx, ticket)]
    assert (found := outbox.outgoing(tx, mail)) is not None
    assert found.ticket == ticket
    assert (chain := chains.chain(tx, ticket)) is not None
    assert (0, [BEN]) == (chain.step, [one.email for one in chain.told])


def test_of_rows_with_one_key_the_last_counts(tx: Tx) -> None:
    """A chain that is opened and moves on is written as it stands at last."""
    ticket = a_ticket(tx)
    gather(tx)
    for step in (-1, 0, 1):
        chains.save_chain(tx, a_chain(ticket, step=step))

    assert (chain := chains.chain(tx, ticket)) is not None
    assert chain.step == 1


def test_of_two_notes_of_one_telling_the_first_stays(tx: Tx) -> None:
    """P4: Whoever was sent an alert does not wait for a digest of it, whether the rows are gathered or not."""
    ticket = a_ticket(tx)
    fired, mail = gathered(tx, ticket)
    chains.tell(tx, fired, "alert", "ben", BEN, None, NOON)

    assert [mail] == [row.outbox for row in chains.told_of(tx, ticket)]


def test_what_was_gathered_goes_with_a_transaction_that_fails(store: Store) -> None:
    """The next transaction on the same connection neither writes it nor gathers."""
    with store.write() as tx:
        ticket = a_ticket(tx)
    with pytest.raises(KeyError), store.write() as tx:
        gathered(tx, ticket)
        raise KeyError
    with store.write() as tx:
        mail = an_outgoing(tx, "o2@acme.example", ticket=ticket)
        assert outbox.outgoing(tx, mail) is not None

    with store.read() as tx:
        assert (chains.chain(tx, ticket), chains.told_of(tx, ticket), facts.fact(tx, "said")) == (None, [], None)


def test_a_failed_savepoint_takes_what_was_gathered_in_it(tx: Tx) -> None:
    """What came before it stays."""
    ticket = a_ticket(tx)
    gathered(tx, ticket)
    with pytest.raises(KeyError), savepoint(tx):
        facts.set_fact(tx, "said", "twice", NOON)
        raise KeyError

    assert facts.fact(tx, "said") == ("once", NOON)
    assert len(chains.told_of(tx, ticket)) == 1


def test_what_the_database_refuses_fails_the_transaction_that_gathered_it(store: Store) -> None:
    """A Message-ID that was used before is a Conflict at the end at the latest, and nothing of the rest is stored."""
    with store.write() as tx:
        ticket = a_ticket(tx)
        an_outgoing(tx, "o@acme.example", ticket=ticket)
    with pytest.raises(Conflict), store.write() as tx:
        gathered(tx, ticket)

    with store.read() as tx:
        assert (chains.chain(tx, ticket), facts.fact(tx, "said")) == (None, None)


def test_an_error_that_somebody_swallows_loses_nothing_that_was_gathered(store: Store) -> None:
    """What could not be written where somebody looked is refused once more at the end: no commit goes on without it."""
    with store.write() as tx:
        ticket = a_ticket(tx)
    with pytest.raises(StorageError), store.write() as tx:
        gathered(tx, ticket)
        chains.tell(tx, 4711, "alert", "cleo", "cleo@acme.example", None, NOON)
        with suppress(StorageError):
            facts.fact(tx, "said")
            chains.told_of(tx, ticket)

    with store.read() as tx:
        assert (chains.chain(tx, ticket), facts.fact(tx, "said")) == (None, None)


def test_numbers_taken_ahead_are_no_one_elses(store: Store) -> None:
    """Rows that were gathered and rows that were not have numbers of their own, whichever transaction comes first."""
    started: list[int] = []
    for turn in range(3):
        with store.write() as tx:
            if turn != 1:
                gather(tx)
            for number in range(3):
                an_outgoing(tx, f"o{turn}.{number}@acme.example")
                started.append(clocks.start_clock(tx, a_ticket(tx), ClockKind.RESOLUTION, 0, NOON, after(hours=1), "1 h"))

    with store.read() as tx:
        assert len({row.id for row in outbox.pending(tx)}) == 9
        assert sorted(started) == sorted(one.id for one in clocks.due(tx, after(hours=1), 99))
