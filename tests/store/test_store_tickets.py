"""What is known of a ticket, of those on it, and of those who may get a receipt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from stored import CUSTOMER, NOON, a_chain, a_ticket, after, an_answer

from mailsupport.core.deciding.storms import Counted
from mailsupport.core.guard import ChainState, ClockKind, ClockState
from mailsupport.core.model import Kind, Participant, Priority, Role, State
from mailsupport.store import Tx, chains, clocks, facts, tickets
from mailsupport.store.rows import INTERNAL, OUT, ChainLine, ClockLine, TicketLine


def test_a_ticket_is_known_as_it_was_opened(tx: Tx) -> None:
    """What is opened is read back whole, with the requester as its first participant."""
    number = a_ticket(tx, related=4, reason="the default contract", thread_index="AQ==")

    found = tickets.ticket(tx, number)

    assert found is not None
    assert (found.related, found.reason, found.thread_index) == (4, "the default contract", "AQ==")
    assert (found.requester, found.received_at, found.state) == (CUSTOMER, NOON, State.NEW)
    assert (Participant("carla@customer.example", "Carla Customer", Role.REQUESTER),) == found.participants


def test_no_ticket_of_that_number_is_none(tx: Tx) -> None:
    """A number nobody has yet is no error."""
    assert tickets.ticket(tx, 77) is None


def test_several_tickets_come_with_their_own_people(tx: Tx) -> None:
    """Asked for several tickets at once, each has its participants and no others; unknown numbers are left out."""
    cc = Participant("kim@customer.example", "Kim", Role.CC)
    first, second = a_ticket(tx, participants=(cc,)), a_ticket(tx)

    found = tickets.tickets(tx, [first, second, 99])

    assert {first, second} == set(found)
    assert [p.role for p in found[first].participants] == [Role.REQUESTER, Role.CC]
    assert [p.role for p in found[second].participants] == [Role.REQUESTER]


def test_a_number_is_never_given_twice(tx: Tx) -> None:
    """The number of a later ticket is higher."""
    assert a_ticket(tx) < a_ticket(tx)


def test_a_ticket_without_an_address_has_no_participants(tx: Tx) -> None:
    """A mail that nobody could read has nobody to put on its ticket."""
    number = a_ticket(tx, requester=type(CUSTOMER)("", ""))

    assert tickets.tickets(tx, [number])[number].participants == ()


def test_columns_of_a_ticket_change_one_by_one(tx: Tx) -> None:
    """What is named changes, the rest stays."""
    number = a_ticket(tx)
    tickets.change_ticket(tx, number, state=State.CLOSED, closed_at=after(hours=1), revision=3)

    found = tickets.tickets(tx, [number])[number]

    assert (State.CLOSED, after(hours=1), 3, Priority.NORMAL) == (found.state, found.closed_at, found.revision, found.priority)


def test_a_participant_is_added_once(tx: Tx) -> None:
    """The same address again changes nothing, not even its role."""
    number = a_ticket(tx)
    kim = Participant("kim@customer.example", "Kim", Role.CC)

    assert tickets.add_participant(tx, number, kim) is True
    assert tickets.add_participant(tx, number, Participant(kim.email, "", Role.STAFF)) is False
    assert tickets.tickets(tx, [number])[number].role_of(kim.email) == Role.CC


def test_a_line_shows_clock_and_chain(tx: Tx) -> None:
    """A ticket in a list shows the newest first_response clock, and where its chain stands."""
    number = a_ticket(tx)
    clocks.start_clock(tx, number, ClockKind.FIRST_RESPONSE, 0, NOON, after(hours=1), "1 h")
    clocks.start_clock(tx, number, ClockKind.FIRST_RESPONSE, 1, NOON, after(hours=4), "4 h")
    clocks.start_clock(tx, number, ClockKind.RESOLUTION, 0, NOON, after(hours=9), "9 h")
    chains.save_chain(tx, a_chain(number, step=1))

    clock, chain = ClockLine(after(hours=4), ClockState.RUNNING), ChainLine(ChainState.ACTIVE, 1)
    line = (number, "Printer on fire", CUSTOMER.email, "standard", State.NEW, Priority.NORMAL, clock, chain)
    assert [TicketLine(*line)] == tickets.listing(tx)


def test_a_list_has_the_newest_first_and_knows_its_limit(tx: Tx) -> None:
    """Of many tickets the newest are shown."""
    numbers = [a_ticket(tx) for _ in range(3)]

    assert [numbers[2], numbers[1]] == [line.number for line in tickets.listing(tx, limit=2)]


def test_a_list_may_leave_out_what_is_closed(tx: Tx) -> None:
    """Only what somebody must still do something about."""
    closed, still_open = a_ticket(tx, state=State.CLOSED), a_ticket(tx)

    assert [still_open] == [line.number for line in tickets.listing(tx, open_only=True)]
    assert [still_open, closed] == [line.number for line in tickets.listing(tx)]


def test_an_empty_list_is_empty(tx: Tx) -> None:
    """A desk without tickets has an empty list."""
    assert tickets.listing(tx) == []


@pytest.mark.parametrize(
    ("mail", "counts"),
    [
        ({}, True),  # an answer by a person we believe
        ({"person": "", "direction": OUT}, True),  # found in the Sent folder
        ({"visibility": INTERNAL}, False),  # a note
        ({"person": ""}, False),  # says it is staff, nobody believed it
        ({"person": "", "direction": OUT, "kind": Kind.OWN}, False),  # our own copy in the Sent folder
        ({"person": "", "kind": Kind.CUSTOMER}, False),  # the customer's own
    ],
)
def test_who_was_answered_before(tx: Tx, mail: dict[str, object], counts: bool) -> None:
    """Only a public answer by one of us makes its requester known."""
    an_answer(tx, a_ticket(tx), **mail)

    assert counts is tickets.answered_before(tx, "carla@customer.example")


def test_being_in_copy_of_an_answer_makes_nobody_known(tx: Tx) -> None:
    """Whoever was put on the ticket by somebody else never proved the address."""
    kim = Participant("kim@customer.example", "Kim", Role.CC)
    an_answer(tx, a_ticket(tx, participants=(kim,)))

    assert tickets.answered_before(tx, kim.email) is False


def test_a_ticket_has_one_receipt(tx: Tx) -> None:
    """The second receipt of a ticket is refused, whoever it would go to."""
    number = a_ticket(tx)

    assert tickets.note_receipt(tx, number, "carla@customer.example", True, NOON) is True
    assert tickets.note_receipt(tx, number, "kim@customer.example", True, NOON) is False


def test_receipts_are_counted_by_address_and_day(tx: Tx) -> None:
    """Receipts to one address count for 24 hours, to the second."""
    tickets.note_receipt(tx, a_ticket(tx), "carla@customer.example", True, NOON)

    assert tickets.receipt_counts(tx, "carla@customer.example", after(hours=24) - timedelta(seconds=1)) == (1, 0)
    assert tickets.receipt_counts(tx, "carla@customer.example", after(hours=24)) == (0, 0)
    assert tickets.receipt_counts(tx, "kim@customer.example", NOON) == (0, 0)


def test_receipts_to_unknown_senders_are_counted_by_hour(tx: Tx) -> None:
    """Receipts to unknown senders count together for an hour; those to known ones do not."""
    tickets.note_receipt(tx, a_ticket(tx), "stranger@elsewhere.example", False, NOON)
    tickets.note_receipt(tx, a_ticket(tx), "carla@customer.example", True, NOON)

    assert tickets.receipt_counts(tx, "kim@customer.example", after(minutes=59)) == (0, 1)
    assert tickets.receipt_counts(tx, "kim@customer.example", after(minutes=60)) == (0, 0)


def test_unanswered_tickets_of_one_sender_are_counted(tx: Tx) -> None:
    """D5: in one mailbox, since an instant, whatever the case of the address; the storm under way comes along."""
    numbers = [a_ticket(tx, received_at=after(minutes=minute)) for minute in (0, 8, 9)]
    a_ticket(tx, received_at=after(minutes=9), mailbox="sales")
    tickets.change_ticket(tx, a_ticket(tx, received_at=after(minutes=9)), state=State.OPEN)
    facts.set_fact(tx, "storm:x", str(numbers[1]), after(minutes=9))

    found = tickets.counted(tx, "storm:x", "carla@customer.example", "support", after(minutes=1))
    assert Counted(2, numbers[1], numbers[1], after(minutes=9)) == found


def test_a_second_merge_redirects_the_first(tx: Tx) -> None:
    """C7: whoever was told of the first ticket's chain is found from the last."""
    first, second, third = a_ticket(tx), a_ticket(tx), a_ticket(tx)
    tickets.change_ticket(tx, first, merged_into=second)
    tickets.redirect(tx, second, third)

    found = tickets.ticket(tx, first)
    assert third == (found and found.merged_into)
