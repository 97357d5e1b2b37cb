"""What follows from a mail of a customer, or of somebody we do not know.

Comes in: an `Arrival` that is a person's mail and not obeyed as staff. Goes out: a `Decision`. Rules for editing here: nothing
may be lost, so every path keeps the mail on a ticket with a running clock; nothing of an old ticket is told to somebody who is
not on it (DESIGN §5, Which ticket).
"""

from __future__ import annotations

from mailsupport.core.deciding import appeals, assignment, courtesy, lifecycle
from mailsupport.core.deciding.arrival import Arrival, people_in_copy
from mailsupport.core.deciding.storms import join as join_storm
from mailsupport.core.desk import Contract, Desk
from mailsupport.core.effects import (
    Attach,
    ChangeTicket,
    Decision,
    Effect,
    Join,
    Log,
    Notify,
    OpenChain,
    OpenTicket,
    SendReceipt,
    StartClock,
    TellOperator,
)
from mailsupport.core.guard import Cause, ClockKind
from mailsupport.core.judging.lookalikes import looks_like, named_like
from mailsupport.core.judging.receipts import ReceiptKind, receipt_for
from mailsupport.core.judging.standing import FAIL, PASS, aligned
from mailsupport.core.model import Address, Participant, Role, State, Ticket
from mailsupport.core.orders import GoOn
from mailsupport.core.timing import clock, promises


def follow(arrival: Arrival, desk: Desk) -> Decision:
    """Return what follows: the mail joins its ticket, or opens one with a clock, a receipt and a notification."""
    if arrival.ticket is not None:
        return Decision("ticketed", arrival.match.reason, arrival.ticket.number, tuple(_joining(arrival, arrival.ticket, desk)))
    if arrival.storm is not None:
        return join_storm(arrival, arrival.storm, _flags(arrival, desk))
    return Decision("ticketed", arrival.match.reason, None, tuple(_opening(arrival, desk)))


def _opening(arrival: Arrival, desk: Desk) -> list[Effect]:
    mail, route, contract = arrival.mail, arrival.route, arrival.route.contract
    effects: list[Effect] = [opening(arrival), Attach(public=True, flags=_flags(arrival, desk))]
    if mail.sender.email:
        effects.append(Join(Participant(mail.sender.key, mail.sender.name, Role.REQUESTER)))
    effects += [Join(participant) for participant in ([] if _unproven(arrival, desk) else people_in_copy(mail, desk))]
    start = first_response(arrival, contract)
    effects += [start, *promises.resolution(contract, route.priority, arrival.received_at)]
    if route.priority in contract.immediate:
        effects.append(OpenChain(Cause.PRIORITY, arrival.now, f"priority {route.priority} goes to the chain at once"))
    effects += _receipt(arrival, desk, start)
    effects += [assignment.opening(route.staff, desk), *_ended(arrival)]
    return effects


def _ended(arrival: Arrival) -> list[Effect]:
    """A contract that does not hold any more is told of once; who has it is answered all the same (§3.2)."""
    ended, route = arrival.route.ended, arrival.route
    if ended is None or ended.name == route.contract.name:
        return []
    days = f"{ended.valid_from or '…'} to {ended.valid_to or '…'}"
    what = f"contract {ended.name} does not hold: requests under it get contract {route.contract.name}"
    cure = f"renew valid_to of contract {ended.name}, or give its customers another contract"
    who = route.customer.name if route.customer else arrival.mail.sender.email
    return [TellOperator(f"ended:{ended.name}:{ended.valid_to}", what, f"it holds from {days}, and {who} wrote", cure, once=True)]


def opening(arrival: Arrival) -> OpenTicket:
    """Return the new ticket that the mail opens."""
    mail, route = arrival.mail, arrival.route
    return OpenTicket(
        subject=mail.subject or "(no subject)",
        requester=mail.sender,
        mailbox=arrival.mailbox.name,
        contract=route.contract.name,
        contract_version=route.contract.version,
        customer=route.customer.key if route.customer else "",
        priority=route.priority,
        language=route.language,
        received_at=arrival.received_at,
        reason=route.reason,
        first_message_id=mail.message_id,
        thread_index=mail.header("thread-index"),
        related=arrival.match.related,
    )


def first_response(arrival: Arrival, contract: Contract) -> StartClock:
    """Return the start of the first-response clock: it counts from when the server received the mail (INTERNALDATE)."""
    priority, start = arrival.route.priority, arrival.received_at
    target = clock.target_of(contract, ClockKind.FIRST_RESPONSE, priority)
    due = clock.due_at(contract, ClockKind.FIRST_RESPONSE, priority, start) or start
    allowance = target.text if target else "nothing"
    why = f"{allowance} of {contract.calendar.name} time for priority {priority} by contract {contract.name}"
    return StartClock(ClockKind.FIRST_RESPONSE, start, due, f"{why}; {arrival.start_doubt}" if arrival.start_doubt else why)


def _receipt(arrival: Arrival, desk: Desk, start: StartClock) -> list[Effect]:
    authenticated = aligned(arrival.mail, desk) == PASS
    receipt = receipt_for(
        arrival.mail, arrival.verdict, arrival.route, arrival.counts, arrival.answered_before, authenticated, desk
    )
    if receipt.kind is not ReceiptKind.NONE:
        return [SendReceipt(arrival.mail.sender, receipt.kind is ReceiptKind.KNOWN, start.due_at)]
    effects: list[Effect] = [Log("no_receipt", "mailsupport", {"reason": receipt.reason})]
    if receipt.over_cap:
        why = "many strangers wrote within an hour; their tickets are open, only the confirmation is left out"
        effects.append(
            TellOperator("receipts", "receipts to unknown senders are paused", why, "look for a flood with `ticket list`")
        )
    return effects


def _joining(arrival: Arrival, ticket: Ticket, desk: Desk) -> list[Effect]:
    """What follows on a ticket: the customer is owed an answer, unless the mail asks nothing of anybody."""
    return courtesy.instead(arrival, ticket, desk) or [*_asking(arrival, ticket, desk), *courtesy.beside(arrival, ticket, desk)]


def _asking(arrival: Arrival, ticket: Ticket, desk: Desk) -> list[Effect]:
    stranger = arrival.match.is_stranger
    flags = (*_flags(arrival, desk), *(["stranger"] if stranger else []))
    effects: list[Effect] = [Attach(public=True, flags=flags)]
    if not stranger:
        effects += [Join(p) for p in people_in_copy(arrival.mail, desk) if ticket.role_of(p.email) is None]
    state = lifecycle.follow(ticket.state, lifecycle.Event.CUSTOMER_WROTE)
    last = "" if stranger else arrival.mail.message_id
    effects.append(ChangeTicket("the customer wrote", state=state, last_customer_message_id=last))
    if not stranger or ticket.waiting_for == VENDOR:
        effects += _goes_on(arrival, ticket)
    effects += _next_response(arrival, ticket)
    event = "stranger" if stranger else "reopened" if ticket.state is State.CLOSED else "customer_reply"
    appeal = appeals.follow(arrival, ticket, desk.customer_words)
    event = "appeal" if appeal else event
    effects += appeal
    effects.append(_flood(ticket) if arrival.flooded else Notify(event, arrival.readers or arrival.route.staff))
    return effects


def _flood(ticket: Ticket) -> TellOperator:
    """Nobody is notified of each mail of a flood: they stand on the ticket, whose clock runs (attack 35)."""
    what = f"ticket {ticket.number} gets more mails than anybody can read"
    cure = f"see `mailsupport ticket show {ticket.number}`; a sender of no use can be blocked in [senders]"
    return TellOperator(f"flood:{ticket.number}", what, "staff are not notified of each until it is over", cure)


def is_forged(arrival: Arrival, desk: Desk) -> bool:
    """Whether the trusted server found that the mail does not come from the domain in its From (F1)."""
    return aligned(arrival.mail, desk) == FAIL


VENDOR = "vendor"
"""Whom nobody knows: a stranger who holds a mail of ours may well be the vendor that we wait for."""


def _goes_on(arrival: Arrival, ticket: Ticket) -> list[Effect]:
    """Whoever was waited for has written: the ticket waits no longer, from when the server received the mail."""
    if not ticket.waiting_for or (ticket.waiting_for == VENDOR) is not arrival.match.is_stranger:
        return []
    return [GoOn(arrival.received_at, f"{arrival.mail.sender.email or 'the customer'} wrote")]


def _next_response(arrival: Arrival, ticket: Ticket) -> list[Effect]:
    """A new cycle runs from the oldest unanswered mail; after closing, the first answer's time counts again."""
    contract = arrival.route.contract
    if arrival.unmet(ClockKind.FIRST_RESPONSE) or arrival.unmet(ClockKind.NEXT_RESPONSE):
        return []
    kind = ClockKind.NEXT_RESPONSE
    if ticket.state is State.CLOSED and clock.target_of(contract, kind, ticket.priority) is None:
        kind = ClockKind.FIRST_RESPONSE
    target = clock.target_of(contract, kind, ticket.priority)
    due = clock.due_at(contract, kind, ticket.priority, arrival.received_at)
    if target is None or due is None:
        return []
    why = f"{target.text} of {contract.calendar.name} time by contract {contract.name}, from the oldest unanswered mail"
    return [StartClock(ClockKind.NEXT_RESPONSE, arrival.received_at, due, why)]


def _unproven(arrival: Arrival, desk: Desk) -> bool:
    """Whether the author may well be somebody else: whom such a mail has in copy is not written to."""
    return is_forged(arrival, desk) or bool(arrival.mail.via)


def _flags(arrival: Arrival, desk: Desk) -> tuple[str, ...]:
    flags = [*arrival.mail.problems]
    if is_forged(arrival, desk):
        flags.append(f"the trusted server says that it does not come from {arrival.mail.sender.key.rpartition('@')[2]}")
    if arrival.start_doubt:
        flags.append(arrival.start_doubt)
    if arrival.mail.from_doubt:
        flags.append(f"From is not believed: {arrival.mail.from_doubt}")
    if arrival.match.related is not None:
        flags.append(f"names ticket {arrival.match.related} without being on it")
    return (*flags, *_taken_for(arrival, desk), *arrival.match.conflicts)


def _taken_for(arrival: Arrival, desk: Desk) -> list[str]:
    """Whom a hasty reader may take the sender for: codes that a template says in words."""
    sender = arrival.mail.sender
    imitated = looks_like(sender.key, desk) if arrival.route.customer is None else ""
    name = named_like(sender.name, sender.key, desk)
    return [*([f"lookalike:{imitated}"] if imitated else []), *([f"named_like:{name}"] if name else [])]


def unreadable(arrival: Arrival, reason: str) -> Decision:
    """Return what follows from a mail that cannot be read: a stub ticket with a clock, its raw bytes kept (P1)."""
    stub = opening(arrival)
    sender = arrival.mail.sender.email or "an unknown sender"
    effects: tuple[Effect, ...] = (
        OpenTicket(
            subject=f"Unreadable mail from {sender}",
            requester=Address("", ""),
            mailbox=stub.mailbox,
            contract=stub.contract,
            contract_version=stub.contract_version,
            customer=stub.customer,
            priority=stub.priority,
            language=stub.language,
            received_at=stub.received_at,
            reason=stub.reason,
        ),
        Attach(public=True, flags=(reason,)),
        first_response(arrival, arrival.route.contract),
        *promises.resolution(arrival.route.contract, stub.priority, stub.received_at),
        Notify("unreadable", arrival.route.staff),
        TellOperator(
            f"unreadable:{arrival.mail.content_hash}",
            "a mail could not be read",
            reason,
            "see `mailsupport quarantine list`; the mail is kept, has a ticket, and its clock runs",
        ),
    )
    return Decision("quarantined", reason, None, effects)
