"""Who is told before a deadline, when a wait is over, and when an escalation stays open too long?

Comes in: a scene of the sweep, which asked the rows whose time has come. Goes out: rows, and letters to those who answer. Rules
for editing here: as for alerts, nothing goes while an answer is on its way, nor before mail has been read up to that moment
(P5); a threshold is claimed before anybody is told of it.
"""

from __future__ import annotations

from datetime import datetime

from mailsupport.app import act, clockwork
from mailsupport.app.assigning import Closed
from mailsupport.app.presence import present
from mailsupport.app.scene import Scene, Tx
from mailsupport.core.desk import Person
from mailsupport.core.effects import Effect, Notify, OpenChain, TellOperator
from mailsupport.core.guard import Cause, Clock, ClockKind
from mailsupport.core.orders import GoOn
from mailsupport.core.reaching import warning
from mailsupport.core.reaching.contacts import resolve_target
from mailsupport.core.reaching.warning import Warn
from mailsupport.store import chains, clocks, tickets

ACCOUNT_MANAGER = "account_manager"
"""The role that hears of an escalation that stays open, beside whoever was alerted last."""


def add_due(tx: Tx, now: datetime, found: dict[int, list[Clock]], batch: int) -> None:
    """Add the tickets of which somebody is to be reminded, each with the clocks that it is about; a wait that is over: none."""
    last: Clock | None = None
    while page := clocks.warning(tx, now, batch, last):
        last = page[-1]
        for one in page:
            if one.due_at > now:  # what is due lapses, and nobody is warned of it any more
                found.setdefault(one.ticket, []).append(one)
    for number in tickets.waits_over(tx, now):
        found.setdefault(number, [])


def next_due(tx: Tx) -> datetime | None:
    """Return when somebody is to be reminded next, or None."""
    return min(filter(None, (clocks.next_warning(tx), tickets.next_wait_over(tx))), default=None)


def warn(scene: Scene, one: Clock, closed: Closed) -> int | None:
    """Remind those who answer of a deadline, once for the highest threshold passed; return how many, None: read mail first."""
    if closed(scene.mailbox, one.warn_at or scene.now):
        return None
    contract = scene.contract
    move = warning.judge(one, contract, clockwork.held(scene, one), scene.now)
    if not clocks.warn(scene.tx, one, move.warned, move.next_at) or not isinstance(move, Warn):
        return 0
    scene.forget_clocks()
    readers = warning.readers(scene.subject(), contract, present(scene), scene.now)
    said = {"clock": str(one.kind), "cycle": one.cycle, "threshold": move.threshold.text, "reason": move.reason}
    scene.log("warned", ", ".join(person.key for person in readers), said)
    act.perform(scene, [Notify(f"warning_{one.kind}", readers)])
    return len(readers)


def wait_over(scene: Scene, closed: Closed) -> int | None:
    """Let a ticket go on whose waiting has come to its end, and tell those who answer; return how many, None: read mail first."""
    ticket = scene.subject()
    until = ticket.waiting_until
    if until is None or until > scene.now:
        return 0
    if closed(scene.mailbox, until):
        return None
    if not tickets.end_wait(scene.tx, ticket.number, until):
        return 0
    readers = warning.readers(ticket, scene.contract, present(scene), scene.now)
    act.perform(scene, [GoOn(until, "the time that was waited is over"), Notify("wait_over", readers)])
    return len(readers)


def after_lapse(scene: Scene, one: Clock, reason: str) -> list[Effect]:
    """Return what a lapse leads to: the chain; for an escalation that stays open, which has one, the people above it."""
    if one.kind is not ClockKind.ESCALATION_CLOSE:
        return [OpenChain(Cause(one.kind.value), one.due_at, reason, one.cycle)]
    what = f"the escalation of ticket {scene.number} is still open since {one.started_at:%Y-%m-%d}"
    above = _above(scene)
    cure = f"see `mailsupport ticket show {scene.number}` with {', '.join(p.name or p.key for p in above) or 'its contacts'}"
    operator = TellOperator(f"escalation_open:{scene.number}:{one.cycle}", what, reason, cure)
    return [operator, Notify("escalation_open", above)]


def _above(scene: Scene) -> tuple[Person, ...]:
    """Whoever was alerted last, and the customer's account manager."""
    chain, desk = chains.chain(scene.tx, scene.number), scene.service.desk
    last = chain.told[-1] if chain is not None and chain.told else None
    found = [desk.people.get(last.person) or Person(last.person, "", (last.email,))] if last is not None else []
    managers, _ = resolve_target(ACCOUNT_MANAGER, scene.customer_of(scene.subject()), desk, scene.now)
    return tuple({person.key: person for person in (*found, *managers)}.values())
