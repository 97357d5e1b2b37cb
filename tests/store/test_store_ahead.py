"""Answers read ahead are those that would be given, and never outlive what makes them wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from stored import CUSTOMER, NOON, a_firing, a_mail, a_ticket, after, an_outgoing

from mailsupport.core.guard import ClockKind
from mailsupport.core.model import Kind
from mailsupport.store import Store, Tx, chains, clocks, gather, history, mails, names, offers, tickets
from mailsupport.store.history import SHORT

BEN, CLEO = "ben@acme.example", "cleo@acme.example"


def log(tx: Tx, ticket: int, event: str) -> None:
    history.log(tx, ticket, NOON, "mailsupport", event, {"reason": "so"})


def told(tx: Tx, ticket: int, email: str = BEN, firing: int = 0) -> int:
    """Somebody waits for a digest; returns the firing."""
    firing = firing or a_firing(tx, ticket)
    chains.tell(tx, firing, "alert", "ben", email, None, NOON)
    return firing


def two_tickets(tx: Tx) -> tuple[int, int]:
    """Each with a mail, a history and somebody who was told."""
    numbers = a_ticket(tx), a_ticket(tx)
    for number in numbers:
        a_mail(tx, f"m{number}@x", ticket=number)
        log(tx, number, "received")
        log(tx, number, "lapsed")
        told(tx, number)
    return numbers


def answers(tx: Tx, ticket: int) -> list[object]:
    """What a letter asks of a ticket."""
    return [
        mails.unanswered(tx, ticket, 0, 50),
        mails.newest_public(tx, ticket),
        history.newest(tx, ticket, {"received", "lapsed"}, 9),
        history.newest(tx, ticket, {"lapsed"}, 1),
        chains.told_of(tx, ticket),
    ]


def read_ahead(tx: Tx, tickets: tuple[int, ...]) -> None:
    mails.read_ahead(tx, tickets, 50)
    history.read_ahead(tx, tickets)
    chains.read_ahead(tx, {number: a_firing(tx, number, step=1) for number in tickets})


def test_what_is_read_ahead_is_what_would_be_answered(tx: Tx) -> None:
    """For each of the tickets, whether its transaction gathers or not."""
    numbers = two_tickets(tx)
    asked = [answers(tx, number) for number in numbers]
    gather(tx)
    read_ahead(tx, numbers)

    assert asked == [answers(tx, number) for number in numbers]
    assert all(all(found) for found in asked)


@pytest.mark.parametrize(
    "changes",
    [
        lambda tx, ticket: a_mail(tx, "late@x", ticket=ticket),
        lambda tx, ticket: names.speak(tx, mails.mails_of(tx, ticket)[0].id, CUSTOMER, Kind.CUSTOMER, "Else.", "Else.", ""),
        lambda tx, ticket: log(tx, ticket, "lapsed"),
        lambda tx, ticket: told(tx, ticket, CLEO, a_firing(tx, ticket, step=3)),
        lambda tx, ticket: chains.tell_again(tx, a_firing(tx, ticket, step=2), "alert", "cleo", CLEO, an_outgoing(tx), NOON),
    ],
    ids=["a mail", "a customer's words", "a line", "somebody told", "somebody told again"],
)
def test_what_is_written_afterwards_is_not_missed(store: Store, changes: Callable[[Tx, int], object]) -> None:
    """An answer that has become wrong is asked for again, and is what the next transaction finds."""
    with store.write() as tx:
        first, _ = two_tickets(tx)
    with store.write() as tx:
        gather(tx)
        read_ahead(tx, (first,))
        before = answers(tx, first)
        changes(tx, first)
        found = answers(tx, first)
    with store.read() as tx:
        assert found == answers(tx, first) != before


def test_somebody_told_of_one_ticket_leaves_what_is_known_of_the_other(tx: Tx) -> None:
    """A step of another ticket is no news to a letter that is written next."""
    first, second = two_tickets(tx)
    chains.read_ahead(tx, {first: (one := a_firing(tx, first, step=1)), second: a_firing(tx, second, step=1)})
    before = chains.told_of(tx, second)
    told(tx, first, CLEO, one)

    assert [BEN, CLEO] == [row.email for row in chains.told_of(tx, first)]
    assert before is chains.told_of(tx, second)


def test_what_customers_missed_is_counted_for_all_of_them(tx: Tx) -> None:
    """Each has its own number, none where nothing was missed; another lapse is counted."""
    of = {name: [a_lapse_to_come(tx, name) for _ in range(count)] for name, count in (("globex", 2), ("hooli", 1))}
    clocks.lapse(tx, [*of["globex"], *of["hooli"]], after(hours=2))
    clocks.read_ahead(tx, NOON)
    assert [2, 1, 0] == [clocks.missed(tx, name, NOON) for name in ("globex", "hooli", "initech")]

    clocks.lapse(tx, [a_lapse_to_come(tx, "hooli")], after(hours=2))
    assert [2, 2] == [clocks.missed(tx, name, NOON) for name in ("globex", "hooli")]


def a_lapse_to_come(tx: Tx, customer: str) -> int:
    """A clock of a customer's ticket that is due in an hour."""
    number = a_ticket(tx, customer=customer)
    return clocks.start_clock(tx, number, ClockKind.FIRST_RESPONSE, 0, NOON, after(hours=1), "one hour")


def test_who_has_how_much_is_asked_again_when_a_ticket_is_given_to_somebody(tx: Tx) -> None:
    """By an offer, or at once."""
    first, second = a_ticket(tx), a_ticket(tx)
    offers.read_ahead(tx, ["anna"])
    assert offers.turns(tx, "anna").load == 0

    offers.make(tx, first, 0, "anna", NOON, after(minutes=10))
    assert offers.turns(tx, "anna").load == 1
    offers.read_ahead(tx, ["anna"])
    tickets.change_ticket(tx, second, assignee="anna")
    assert offers.turns(tx, "anna").load == 2


def test_of_a_long_history_only_what_is_asked_for_is_read(tx: Tx) -> None:
    """A ticket with thousands of lines is not read ahead, and its newest lines are found all the same."""
    ticket = a_ticket(tx)
    log(tx, ticket, "lapsed")
    for _ in range(SHORT):
        log(tx, ticket, "called")
    history.read_ahead(tx, [ticket])

    assert ["lapsed"] == [line.event for line in history.newest(tx, ticket, {"lapsed"}, 1)]


def test_nothing_read_ahead_outlives_its_transaction(store: Store) -> None:
    """The next one on the same connection asks for itself."""
    with store.write() as tx:
        first, _ = two_tickets(tx)
        read_ahead(tx, (first,))
    with store.write() as tx:
        assert history.newest(tx, first, {"assigned"}, 9) == []
        log(tx, first, "assigned")
    with store.read() as tx:
        assert ["assigned"] == [line.event for line in history.newest(tx, first, {"assigned"}, 9)]
