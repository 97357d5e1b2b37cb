"""One mail of a ticket is another matter: what becomes of it, and of the ticket it leaves?

In: the mail as an `Arrival` of its own, the ticket with its clocks and chain, the customer's other mails that wait there. Out: a
decision for the mail, and the effects on what it leaves. Rules for editing here: the new ticket's clock counts from when the mail
was received (INTERNALDATE), whenever it is split; the old ticket keeps every promise that is not this mail's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailsupport.core.deciding import customer_mail
from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.deciding.assignment import opening
from mailsupport.core.deciding.merging import Side
from mailsupport.core.desk import Contract, Desk
from mailsupport.core.effects import (
    AllClear,
    Attach,
    CancelClocks,
    ChangeChain,
    ChangeTicket,
    Decision,
    Effect,
    Join,
    Log,
    StartClock,
)
from mailsupport.core.guard import Cause, ChainState, ClockState
from mailsupport.core.model import Participant, Role, State
from mailsupport.core.reaching import escalation
from mailsupport.core.timing import clock, promises


def opened(arrival: Arrival, left: int, desk: Desk) -> Decision:
    """Return what follows from a mail that is split off ticket `left`: a ticket of its own, given out like any other new one.

    Its author has a receipt already.
    """
    mail, reason = arrival.mail, f"split off ticket {left}"
    effects: list[Effect] = [customer_mail.opening(arrival), Attach(public=True)]
    if mail.sender.email:
        effects.append(Join(Participant(mail.sender.key, mail.sender.name, Role.REQUESTER)))
    effects += [customer_mail.first_response(arrival, arrival.route.contract)]
    effects += promises.resolution(arrival.route.contract, arrival.route.priority, arrival.received_at)
    effects += [Log("split", "operator", {"from": left})]
    effects.append(opening(arrival.route.staff, desk))
    return Decision("ticketed", reason, None, tuple(effects))


def left_behind(
    side: Side, received_at: datetime, others: Sequence[datetime], contract: Contract, now: datetime
) -> tuple[Effect, ...]:
    """Return what becomes of the ticket that a mail received then leaves; `others`: the times of its other unanswered mails."""
    running = (c for c in side.clocks if c.kind in promises.RESPONSES and c.state is ClockState.RUNNING)
    mine = next((c for c in running if c.started_at == received_at), None)
    reason = "the mail it counted from was split off"
    answered = ChangeTicket(reason, state=State.ANSWERED)
    if mine is None:
        return () if others or side.ticket.state is not State.OPEN else (answered,)
    effects: list[Effect] = [CancelClocks(reason, mine.kind)]
    due = clock.due_at(contract, mine.kind, side.ticket.priority, min(others)) if others else None
    if due is not None:
        why = "from the oldest unanswered mail, after another was split off"
        return (*effects, StartClock(mine.kind, min(others), due, why))
    if side.ticket.state is State.OPEN:
        effects.append(answered)
    chain = side.chain
    if chain is not None and chain.state is not ChainState.RESOLVED and chain.cause is Cause.NEXT_RESPONSE:
        over = escalation.resolve(chain, reason)
        effects += [ChangeChain(over.chain, "resolved", "operator", reason), AllClear(reason, "", now)]
    return tuple(effects)
