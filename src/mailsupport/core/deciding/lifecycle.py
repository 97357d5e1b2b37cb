"""What state of a ticket may follow what happened: a table, and a line that reads it.

To change the life of a ticket, change the table; a pair that is absent changes nothing. Robots never appear here: automatic mail
moves no ticket (P9).
"""

from __future__ import annotations

from enum import StrEnum

from mailsupport.core.model import State


class Event(StrEnum):
    """What can happen to a ticket."""

    CUSTOMER_WROTE = "customer_wrote"
    """A person on the customer's side wrote."""
    STAFF_ANSWERED = "staff_answered"
    """A public answer was accepted by the relay, or seen in a Sent folder or in Cc."""
    ANSWER_BOUNCED = "answer_bounced"
    """The answer reached no requester address after all."""
    CLOSED = "closed"
    """Staff closed it."""
    REOPENED = "reopened"
    """Staff opened it again."""


NEXT: dict[tuple[State, Event], State] = {
    (State.NEW, Event.STAFF_ANSWERED): State.ANSWERED,
    (State.NEW, Event.CLOSED): State.CLOSED,
    (State.OPEN, Event.STAFF_ANSWERED): State.ANSWERED,
    (State.OPEN, Event.CLOSED): State.CLOSED,
    (State.ANSWERED, Event.CUSTOMER_WROTE): State.OPEN,
    (State.ANSWERED, Event.ANSWER_BOUNCED): State.OPEN,
    (State.ANSWERED, Event.CLOSED): State.CLOSED,
    (State.CLOSED, Event.CUSTOMER_WROTE): State.OPEN,
    (State.CLOSED, Event.ANSWER_BOUNCED): State.OPEN,
    (State.CLOSED, Event.REOPENED): State.OPEN,
}


def follow(state: State, event: Event) -> State:
    """Return the state after the event; the same state where the table has no row."""
    return NEXT.get((state, event), state)
