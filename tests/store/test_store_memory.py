"""The log, holds and facts: what is remembered beside tickets."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from stored import NOON, a_mail, a_ticket, after

from mailsupport.core.model import Kind
from mailsupport.errors import Conflict
from mailsupport.store import Tx, facts, history, holds, savepoint
from mailsupport.store.rows import LogRow


def test_a_history_is_told_in_order(tx: Tx) -> None:
    """What happened to a ticket comes back in the order in which it was written, and nothing of others."""
    ticket = a_ticket(tx)
    history.log(tx, ticket, after(hours=1), "anna", "second", {})
    history.log(tx, ticket, NOON, "mailsupport", "first", {})
    history.log(tx, None, NOON, "mailsupport", "of the desk", {})

    assert [row.event for row in history.history(tx, ticket)] == ["second", "first"]


def test_a_log_entry_keeps_its_reasons(tx: Tx) -> None:
    """Instants, dates, sets, kinds and hostile text are kept as plain values."""
    ticket = a_ticket(tx)
    data = {"at": NOON, "on": date(2026, 3, 2), "to": {"b", "a"}, "kind": Kind.BOUNCE, "odd": "\x00 ü", "pair": (1, 2)}
    history.log(tx, ticket, NOON, "mailsupport", "decided", data)

    kept = {
        "at": "2026-03-02T12:00:00+00:00",
        "on": "2026-03-02",
        "to": ["a", "b"],
        "kind": "bounce",
        "odd": "\x00 ü",
        "pair": [1, 2],
    }
    (row,) = history.history(tx, ticket)
    assert LogRow(row.id, ticket, NOON, "mailsupport", "decided", kept) == row


def test_a_hold_is_open_until_it_is_settled(tx: Tx) -> None:
    """A confirmation works once."""
    mail = a_mail(tx)
    number = holds.hold(tx, mail=mail, ticket=None, person="anna", purpose="answer", reason="stale", at=NOON)

    found = holds.open_hold(tx, number)
    assert found is not None
    assert (mail, "anna", "answer", "stale", None) == (found.mail, found.person, found.purpose, found.reason, found.until)
    assert [holds.settle_hold(tx, number, "confirmed") for _ in range(2)] == [True, False]
    assert holds.open_hold(tx, number) is None


def test_a_mail_is_held_once(tx: Tx) -> None:
    """A mail has one hold at most."""
    mail = a_mail(tx)
    holds.hold(tx, mail=mail, ticket=None, person="anna", purpose="answer", reason="stale", at=NOON)

    with pytest.raises(Conflict), savepoint(tx):
        holds.hold(tx, mail=mail, ticket=None, person="anna", purpose="answer", reason="stale", at=NOON)


def test_a_fact_takes_the_place_of_the_one_before(tx: Tx) -> None:
    """The last value stands, with its time."""
    facts.set_fact(tx, "plus address", "unknown", NOON)
    facts.set_fact(tx, "plus address", "works", after(hours=1))

    assert ("works", after(hours=1)) == facts.fact(tx, "plus address")


def test_nothing_is_known_of_a_fact_never_set(tx: Tx) -> None:
    """None, not an empty value."""
    assert facts.fact(tx, "plus address") is None


def test_an_occasion_comes_again_after_its_time(tx: Tx) -> None:
    """The operator is told at once, not again within the day, and again after it."""
    day = timedelta(days=1)
    times = [NOON, after(hours=1), after(hours=23), after(hours=24), after(hours=25)]

    assert [facts.first_time(tx, "disk is full", at, day) for at in times] == [True, False, False, True, False]
