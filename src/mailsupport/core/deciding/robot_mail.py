"""What follows from a robot's mail: a bounce, an absence notice, a list, a report, our own echo.

Comes in: an `Arrival` that no person wrote. Goes out: a `Decision`. Rule for editing here: a robot is never answered, opens no
ticket unless a rule says so, moves no state and stops no clock (P9); but what it says of our own mails is believed only where
it names one of them.
"""

from __future__ import annotations

from datetime import datetime

from mailsupport.core.deciding import customer_mail, lifecycle
from mailsupport.core.deciding.arrival import Arrival, Bounced
from mailsupport.core.desk import Absence, Desk, Person
from mailsupport.core.effects import Attach, ChangeChain, ChangeTicket, Decision, Effect, Log, Notify, StartClock, TellOperator
from mailsupport.core.guard import ChainState, Clock, ClockKind
from mailsupport.core.judging.tokens import token_in_message_id
from mailsupport.core.learned import LearnId, MarkAway, MarkBounced
from mailsupport.core.model import Bounce, Kind, State, Ticket
from mailsupport.core.orders import NoteAbsence, RevokeClock
from mailsupport.core.reaching import escalation
from mailsupport.core.reaching.absences import away_until
from mailsupport.core.reaching.escalation import Unreachable
from mailsupport.core.reading.returning import away_until as stated_return
from mailsupport.core.timing import clock, promises

SAID = 500
"""Characters kept of what a server said about a mail that came back."""


def follow(arrival: Arrival, desk: Desk) -> Decision:
    """Return what follows from a mail that is no person's."""
    kind = arrival.verdict.kind
    if kind is Kind.OWN:
        return Decision("ignored", arrival.verdict.reason, None, _renamed(arrival, arrival.mail.message_id, arrival.copy_of))
    if kind is Kind.BOUNCE and arrival.bounced is not None:
        return _bounced(arrival, arrival.bounced, desk)
    if kind is Kind.AUTO_REPLY and arrival.ticket is not None:
        return _absent(arrival, arrival.ticket, desk)
    if arrival.ticket is not None:
        return Decision("ticketed", arrival.verdict.reason, arrival.ticket.number, (Attach(public=False),))
    if arrival.route.opens_for_robots and kind in (Kind.AUTOMATIC, Kind.LIST, Kind.AUTO_REPLY):
        return customer_mail.follow(arrival, desk)
    return Decision("ignored", arrival.verdict.reason)


def failed_of(bounce: Bounce, ours: Bounced) -> list[str]:
    """Return the recipients of our mail that a delivery report says were not reached; a delay is no failure."""
    reported = {name for r in bounce.recipients if r.action != "delayed" for name in (r.address, r.original)}
    named = reported & set(ours.recipients)
    return sorted(named or (set(ours.recipients) if bounce.failed and len(ours.recipients) == 1 else set()))


def _renamed(arrival: Arrival, message_id: str, ticket: int | None) -> tuple[Effect, ...]:
    """The id under which a provider sent our mail, learned from a copy in the Sent folder or a report on it (C8)."""
    trusted = arrival.from_sent or arrival.bounced is not None
    return (LearnId(message_id, ticket),) if trusted and ticket and token_in_message_id(message_id) is None else ()


def _bounced(arrival: Arrival, ours: Bounced, desk: Desk) -> Decision:
    bounce, ticket = arrival.mail.bounce, arrival.ticket
    if ticket is None or bounce is None:
        return Decision("ignored", f"a delivery report on {ours.kind}")
    failed = failed_of(bounce, ours)
    effects: list[Effect] = [Attach(public=False), Log("bounced", "mailsupport", {"kind": ours.kind, "recipients": failed})]
    effects += _renamed(arrival, bounce.original_message_id, ticket.number if bounce.original_own_id else None)
    effects += _renamed(arrival, bounce.provider_id, ticket.number if bounce.provider_id else None)
    if failed:
        effects.append(MarkBounced(ours.outbox, tuple(failed), arrival.mail.text[:SAID]))
    if failed and ours.kind == "alert":
        effects += _alert_lost(arrival, failed)
    elif failed and ours.kind == "answer":
        effects += _answer_lost(arrival, ticket, failed, desk)
    return Decision("ticketed", f"a delivery report on our {ours.kind}", ticket.number, tuple(effects))


def _alert_lost(arrival: Arrival, failed: list[str]) -> list[Effect]:
    """The contact was not reached: the next step fires now, and the operator mends the address (P6)."""
    who = ", ".join(failed)
    cure = f"correct the address of {who} in the settings"
    return [
        *_moved_on(arrival, set(failed), "", Unreachable.BOUNCED),
        TellOperator(f"suspect:{who}", f"an alert to {who} bounced", "the address does not work", cure),
    ]


def _moved_on(arrival: Arrival, addresses: set[str], person: str, how: Unreachable) -> list[Effect]:
    """Return the chain going on without whoever was told last at one of those addresses, or as that person."""
    chain = arrival.chain
    told = [t for t in chain.told if t.email in addresses or (person and t.person == person)] if chain is not None else []
    if chain is None or not told:
        return []
    last = max(told, key=lambda t: (t.round, t.step))
    moved = escalation.unreachable(chain, arrival.route.contract, arrival.now, how, last.step, last.round)
    return [ChangeChain(moved.chain, "unreachable", last.person, moved.reason)] if moved.changed else []


def _answer_lost(arrival: Arrival, ticket: Ticket, failed: list[str], desk: Desk) -> list[Effect]:
    """An answer that reached nobody on the customer's side was no answer: the clock it met runs again (DESIGN §5 Clocks)."""
    ours = arrival.bounced
    if ours is None or ours.answered_since or set(ours.recipients) - set(failed):
        return [Notify("undelivered", arrival.route.staff)]
    told = Notify("undelivered", _misled(arrival, desk))
    again = ChangeTicket("the answer bounced", state=lifecycle.follow(ticket.state, lifecycle.Event.ANSWER_BOUNCED))
    last = max((c for c in arrival.clocks if c.kind in promises.RESPONSES and ours.met(c)), key=lambda c: c.id, default=None)
    closed = promises.last(arrival.clocks, ClockKind.RESOLUTION) if ticket.state is State.CLOSED else None
    closed = closed if closed is not None and ours.met(closed) else None
    effects = [effect for one in (closed, last) if one is not None for effect in _revoked(arrival, one)]
    if last is None or arrival.unmet(last.kind):
        return [*effects, again, told]
    due = clock.revoked_due(last.due_at, arrival.now, arrival.route.contract.calendar)
    return [*effects, again, *_reopened(arrival, last.kind, due), told]


def _revoked(arrival: Arrival, one: Clock) -> list[Effect]:
    """What met the clock is void; a new cycle is due when the old one was, or half an hour after the bounce if that is past."""
    if arrival.unmet(one.kind):
        return []
    reason = "the answer bounced for everyone it was sent to"
    due = clock.revoked_due(one.due_at, arrival.now, arrival.route.contract.calendar)
    return [RevokeClock(one.kind, arrival.now, reason), StartClock(one.kind, one.started_at, due, reason)]


def _misled(arrival: Arrival, desk: Desk) -> tuple[Person, ...]:
    """Staff, and whoever was alerted and then told that it is over."""
    chain, found = arrival.chain, {p.key: p for p in arrival.route.staff}
    if chain is not None and chain.state is ChainState.RESOLVED:
        for told in chain.told:
            person = desk.people.get(told.person) or desk.person_at(told.email) or Person(told.person, "", (told.email,))
            found.setdefault(person.key, person)
    return tuple(found.values())


def _reopened(arrival: Arrival, kind: ClockKind, due: datetime) -> list[Effect]:
    """A chain that the answer had ended goes on after the last step fired, when the clock that runs again is due."""
    chain = arrival.chain
    if chain is None or chain.cause.value != kind.value:
        return []
    cycle = max(c.cycle for c in arrival.clocks if c.kind is kind) + 1
    again = escalation.reopen_after_revocation(chain, cycle, due)
    return [ChangeChain(again.chain, "reopened", "mailsupport", again.reason)] if again.changed else []


def _absent(arrival: Arrival, ticket: Ticket, desk: Desk) -> Decision:
    """An absence notice of a contact who was alerted moves the chain on; any other is only kept.

    It must come with a token of theirs: a customer knows the ticket too, and a From line alone moves nothing (P8).
    """
    sender, person = arrival.mail.sender.key, arrival.standing.person
    if person is None or not arrival.standing.power:
        return Decision("ticketed", arrival.verdict.reason, ticket.number, (Attach(public=False),))
    moved = _moved_on(arrival, {sender}, person.key, Unreachable.AUTO_REPLIED)
    alerted = arrival.chain is not None and sender in {told.email for told in arrival.chain.told}
    marked = (MarkAway(sender),) if alerted else ()
    effects = (Attach(public=False), *marked, *moved, *_away(arrival, person, desk))
    return Decision("ticketed", arrival.verdict.reason, ticket.number, effects)


def _away(arrival: Arrival, person: Person, desk: Desk) -> list[Effect]:
    """The absence that one of us is in by their own notice, when it says until when."""
    mail = arrival.mail
    if away_until(desk.absences.get(person.key, ()), arrival.now) is not None:
        return []
    zone, language = person.timezone or desk.timezone, person.language or desk.language
    back = stated_return(mail.subject, mail.new_text or mail.text, arrival.now, zone, language)
    return [] if back is None else [NoteAbsence(Absence(person.key, arrival.now, back), "notice")]
