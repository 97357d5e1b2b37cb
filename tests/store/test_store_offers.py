"""Offers: a round asks each person once, an offer ends once, and turns, loads and what was passed over are read from rows."""

from __future__ import annotations

from datetime import timedelta

from stored import NOON, a_mail, a_ticket, after, an_answer

from mailsupport.core.guard import ClockKind, ClockState
from mailsupport.core.model import State
from mailsupport.store import Tx, clocks, history, offers, tickets
from mailsupport.store.offers import EXPIRED, GIVEN, OPEN, PASSED, TAKEN, Turns


def offered(tx: Tx, ticket: int, person: str = "anna", round: int = 0, minutes: int = 10, state: str = OPEN) -> bool:
    """Somebody is asked at noon."""
    return offers.make(tx, ticket, round, person, NOON, after(minutes=minutes), state)


def waiting(tx: Tx, hours: int, kind: ClockKind = ClockKind.FIRST_RESPONSE, **columns: object) -> int:
    """A ticket whose answer is due so many hours after noon."""
    number = a_ticket(tx)
    clocks.start_clock(tx, number, kind, 0, NOON, after(hours=hours), "four hours")
    if columns:
        tickets.change_ticket(tx, number, **columns)
    return number


def passed(tx: Tx, person: str = "anna", due: int = 9, but: int = 0) -> list[int]:
    """The tickets that an answer due so many hours after noon passes over."""
    return [one.ticket for one in offers.overdue(tx, person, but, after(hours=due), NOON - timedelta(days=30))]


def test_a_round_asks_each_person_once(tx: Tx) -> None:
    """A second time in the same round is refused; another round may."""
    one = a_ticket(tx)

    assert [offered(tx, one), offered(tx, one), offered(tx, one, round=1)] == [True, False, True]


def test_an_offer_ends_once(tx: Tx) -> None:
    """Of a sweep and a reply one is first."""
    one = a_ticket(tx)
    offered(tx, one)
    row = offers.open_of(tx, one)
    assert row is not None

    assert [offers.end(tx, row.id, end, after(minutes=11)) for end in (TAKEN, EXPIRED)] == [True, False]
    assert offers.open_of(tx, one) is None
    assert [found.state for found in offers.of_ticket(tx, one)] == [TAKEN]


def test_offers_come_due(tx: Tx) -> None:
    """The longest ago first; what was given unasked never does."""
    first, second, third = a_ticket(tx), a_ticket(tx), a_ticket(tx)
    offered(tx, first, minutes=20)
    offered(tx, second, minutes=10)
    offered(tx, third, minutes=0, state=GIVEN)

    assert offers.next_until(tx) == after(minutes=10)
    assert [row.ticket for row in offers.due(tx, after(minutes=20))] == [second, first]
    assert [row.ticket for row in offers.due(tx, after(minutes=19))] == [second]
    assert [row.ticket for row in offers.all_open(tx)] == [second, first]


def test_the_last_turn_and_the_load_of_somebody(tx: Tx) -> None:
    """What waits for us and is theirs, or offered to them; answered, closed and waiting ones are no load."""
    assert offers.turns(tx, "anna") == Turns(0, 0)
    for state in (State.NEW, State.OPEN, State.ANSWERED, State.CLOSED):
        tickets.change_ticket(tx, a_ticket(tx), assignee="anna", state=state)
    tickets.change_ticket(tx, a_ticket(tx), assignee="anna", waiting_for="customer")
    tickets.change_ticket(tx, a_ticket(tx), assignee="jo")
    one = a_ticket(tx)
    offered(tx, one, "jo", state=PASSED)
    offered(tx, one, "anna")

    assert offers.turns(tx, "anna") == Turns(2, 3)
    assert offers.turns(tx, "jo") == Turns(1, 1)
    assert [row.ticket for row in offers.open_to(tx, "anna")] == [one]


def test_what_somebody_has_that_waits(tx: Tx) -> None:
    """For when they go away."""
    numbers = [a_ticket(tx) for _ in range(3)]
    for number in numbers:
        tickets.change_ticket(tx, number, assignee="anna")
    tickets.change_ticket(tx, numbers[1], state=State.ANSWERED)

    assert offers.held(tx, "anna", 50) == [numbers[0], numbers[2]]
    assert offers.held(tx, "anna", 1) == [numbers[0]]


def test_what_an_answer_passes_over(tx: Tx) -> None:
    """What is due before, waits for an answer, and is theirs or nobody's."""
    nobodys, own = waiting(tx, 2), waiting(tx, 3, assignee="anna")
    lapsed = waiting(tx, 1)
    clocks.lapse(tx, [clocks.clocks_of(tx, lapsed)[0].id], after(hours=1))
    waiting(tx, 4, assignee="jo")
    waiting(tx, 4, waiting_for="vendor")
    waiting(tx, 4, kind=ClockKind.RESOLUTION)
    waiting(tx, 10)
    answered = waiting(tx, 4)
    clocks.stop_clock(tx, clocks.clocks_of(tx, answered)[0].id, NOON, ClockState.MET, "answered")
    offered(tx, waiting(tx, 4), "jo")
    asked = waiting(tx, 5)
    offered(tx, asked, "anna")

    assert passed(tx) == [lapsed, nobodys, own, asked]
    assert passed(tx, but=own) == [lapsed, nobodys, asked]
    assert passed(tx, due=2) == [lapsed]


def test_what_is_counted_for_the_report(tx: Tx) -> None:
    """Ends of turns, answers, and answers out of order, each of a person and since an instant."""
    one, two = a_ticket(tx), a_ticket(tx)
    offered(tx, one, state=PASSED)
    offered(tx, two, state=PASSED)
    offered(tx, one, "jo", state=TAKEN)
    a_mail(tx, ticket=one)
    an_answer(tx, one)
    an_answer(tx, one, "note@acme.example", visibility="internal")
    history.log(tx, one, NOON, "anna", "out_of_order", {"passed_over": 3})

    assert offers.outcomes(tx, NOON) == {("anna", PASSED): 2, ("jo", TAKEN): 1}
    assert offers.answers(tx, NOON) == {"anna": 1}
    assert [(row.actor, row.data["passed_over"]) for row in history.turns_since(tx, NOON)] == [("anna", 3)]
    later = after(seconds=1)
    assert (offers.outcomes(tx, later), offers.answers(tx, later), history.turns_since(tx, later)) == ({}, {}, [])
