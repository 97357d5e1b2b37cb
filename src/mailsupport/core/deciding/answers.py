"""What an answer of ours does: on its way to the customer, seen to have reached them, or closing the ticket; and a reaction.

In: the mail, its ticket, who wrote it. Out: effects, in the order in which they are to become rows. Whether it may be sent at all
is decided before, in `core.deciding.staff_mail`.

Rules for editing here: an answer counts at its own time, and never for what was asked after it; a clock stops when the relay has
the answer (`app.results`), or at once where the customer has it already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailsupport.core.deciding import lifecycle
from mailsupport.core.deciding.arrival import Arrival, customer_side
from mailsupport.core.desk import Person
from mailsupport.core.effects import AllClear, Attach, ChangeChain, ChangeTicket, Effect, Log, Relay
from mailsupport.core.guard import ClockKind
from mailsupport.core.model import Mail, State, Ticket
from mailsupport.core.orders import TakeByAnswer
from mailsupport.core.reaching import escalation
from mailsupport.core.reading.commands import Request
from mailsupport.core.timing import promises

ANSWER_GRACE = timedelta(minutes=15)
"""How long an answer under way, or waiting to be confirmed, keeps alerts back (DESIGN §5 Clocks)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from: the mail at hand, or a stored one that was held.

    `parts` are the attachments that may travel, `files` whether one of them is more than a picture of the text.
    """

    parts: tuple[int, ...] = ()
    files: bool = False
    stored: int | None = None


def source_of(mail: Mail) -> Source:
    """Return the mail at hand as the source of an answer."""
    return Source(tuple(a.part for a in mail.attachments), any(not a.inline_id for a in mail.attachments))


def words_of(request: Request) -> str:
    """Return the text that goes out: what stands behind /close is the resolution, and its first line."""
    return "\n\n".join(filter(None, (request.value("close"), request.text)))


def sent(
    arrival: Arrival, ticket: Ticket, person: Person, words: str, source: Source, closing: bool = False
) -> tuple[Effect, ...]:
    """Return an answer on its way; alerts are kept back meanwhile. With `closing` the request ends with it."""
    return (
        ChangeTicket("an answer is being sent", revision=ticket.revision + 1, hold_alerts_until=arrival.now + ANSWER_GRACE),
        Relay(person, words, (ticket.requester,), customer_side(ticket), source.parts, source.stored, closing),
        TakeByAnswer(person.key, _due(arrival)),
    )


def answered(arrival: Arrival, ticket: Ticket, who: str) -> tuple[Effect, ...]:
    """Return the effects of an answer that has reached the customer's side at `arrival.received_at`."""
    at = arrival.received_at
    attached = Attach(public=True, person=who, flags=("direct",))
    return attached, *counted(arrival, ticket, who, at, f"answered by {who}")


def counted(arrival: Arrival, ticket: Ticket, who: str, at: datetime, reason: str) -> tuple[Effect, ...]:
    """Return what follows when the customer has had an answer at that instant; it answers nothing that was asked later."""
    waiting = arrival.unmet(ClockKind.NEXT_RESPONSE)
    if waiting is not None and waiting.started_at > at:
        return (Log("answered_before", who, {"reason": "the customer has written again since, and waits"}),)
    state = lifecycle.follow(ticket.state, lifecycle.Event.STAFF_ANSWERED)
    effects: list[Effect] = [ChangeTicket("answered", state=state, revision=ticket.revision + 1, release_alerts=True)]
    closed = ticket.state is State.CLOSED
    effects += promises.answered(arrival.clocks, arrival.route.contract, ticket.priority, at, reason, closed)
    return (*effects, TakeByAnswer(who, _due(arrival)), *chain_over(arrival, f"answered by {who}", who))


def _due(arrival: Arrival) -> datetime | None:
    """When the answer that the customer waits for was due; None where none is owed."""
    return min((one.due_at for kind in promises.RESPONSES if (one := arrival.unmet(kind)) is not None), default=None)


def chain_over(arrival: Arrival, reason: str, who: str) -> tuple[Effect, ...]:
    """Return the end of a chain that an answer ends: resolved, and an all-clear to whoever was alerted."""
    chain = arrival.chain
    if chain is None or chain.cause not in escalation.ENDED_BY_ANSWER:
        return ()
    return ended(arrival, reason, who, arrival.received_at)


def ended(arrival: Arrival, reason: str, who: str, at: datetime, answered_by: str | None = None) -> tuple[Effect, ...]:
    """Return the end of whatever chain is under way; the all-clear names `answered_by`, or who ended it."""
    over = escalation.resolve(arrival.chain, reason) if arrival.chain is not None else None
    if over is None or not over.changed:
        return ()
    clear = AllClear(reason, who if answered_by is None else answered_by, at)
    return ChangeChain(over.chain, "resolved", who, over.reason), clear


def acknowledged(arrival: Arrival, person: Person, *, plain: bool) -> tuple[Effect, ...]:
    """Return the chain frozen by that person, or a line in the log when no chain is under way."""
    chain, contract = arrival.chain, arrival.route.contract
    if chain is None:
        return (Log("acknowledged_nothing", person.key, {"reason": "no chain is under way"}),)
    until = escalation.ack_until(contract, chain, arrival.now, plain)
    frozen = escalation.acknowledge(chain, person.key, arrival.now, until)
    if not frozen.changed:
        return (Log("acknowledged_nothing", person.key, {"reason": frozen.reason}),)
    return (ChangeChain(frozen.chain, "acknowledged", person.key, frozen.reason),)


def others(arrival: Arrival, person: Person) -> tuple[Person, ...]:
    """Return the staff of the ticket but the author."""
    return tuple(one for one in arrival.route.staff if one.key != person.key)
