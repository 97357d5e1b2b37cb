"""Who gets a ticket that nobody answers yet, and was an answer given out of the order of deadlines?

In: the colleagues who may answer it, in the order of the settings, each with what the rows say of them; the rules of the desk.
Out: a `Choice` with its reason. Turns are numbers that only grow: whoever had none for longest has the lowest, 0 is never.

Rules for editing here: an offer or an assignment keeps nobody from answering, and moves no deadline; who is away, has as many
tickets as they may have, or was asked in this round is passed over; with nobody left everybody hears of the ticket. Equal turns
are decided by the settings' order, so that the same rows always give the same choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailsupport.core.desk import Assignment, Calendar, Desk, Person, Policy
from mailsupport.core.effects import Effect, Notify
from mailsupport.core.judging.routing import staff_of
from mailsupport.core.model import State, Ticket
from mailsupport.core.orders import GiveOut
from mailsupport.core.reaching.absences import away_until
from mailsupport.core.timing import worktime
from mailsupport.errors import BeyondHorizon

WAITS_FOR_US = frozenset({State.NEW, State.OPEN})
"""Where a ticket stands while the customer wrote last."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may answer: `load` are the tickets of theirs that wait for us, `turn` the number of their last turn."""

    person: Person
    away: bool = False
    load: int = 0
    turn: int = 0
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets the ticket, None: nobody is free; and why."""

    person: Person | None
    reason: str


def choose(rules: Assignment, colleagues: Sequence[Colleague]) -> Choice:
    """Return who gets a ticket now."""
    if rules.policy is Policy.MANUAL:
        return Choice(None, "whoever answers takes it")
    free = [one for one in colleagues if not _hindered(one, rules)]
    if not free:
        why = ", ".join(f"{one.person.key} {_hindered(one, rules)}" for one in colleagues)
        return Choice(None, f"nobody is free: {why}" if why else "nobody is there")
    if rules.policy is Policy.LEAST_LOADED:
        found = min(free, key=lambda one: (one.load, one.turn))
        return Choice(found.person, f"{found.person.key} has {found.load} that wait, nobody free has fewer")
    found = min(free, key=lambda one: one.turn)
    return Choice(found.person, f"it is the turn of {found.person.key}")


def _hindered(one: Colleague, rules: Assignment) -> str:
    """Why somebody gets nothing now, "" when they may."""
    if one.asked:
        return "was asked"
    if one.away:
        return "is away"
    return f"has {one.load} that wait" if rules.max_open and one.load >= rules.max_open else ""


def is_away(person: Person, desk: Desk, at: datetime) -> bool:
    """Whether somebody is away then, by the settings or by what was told."""
    return away_until(desk.absences.get(person.key, ()), at) is not None


def opening(people: tuple[Person, ...], desk: Desk) -> Effect:
    """Return what follows from a new ticket for those who answer: one of them gets it, or all are notified."""
    return given_out(people, "new", desk) if people else Notify("new", people)


def given_out(people: tuple[Person, ...], event: str, desk: Desk, dropped_by: str = "") -> Effect:
    """Return a ticket looking for somebody among these people; where nobody is chosen, all of them hear of `event`."""
    policy = desk.assignment.policy
    return Notify(event, people) if policy is Policy.MANUAL else GiveOut(people, event, policy, dropped_by)


def offered_until(calendar: Calendar, now: datetime, seconds: int) -> datetime:
    """Return when an offer made now ends: silence counts in open hours only (UTC)."""
    try:
        return worktime.due(calendar, now, seconds)
    except BeyondHorizon:  # a calendar that never opens again: the offer still must end
        return now + timedelta(seconds=seconds)


def is_wanted(ticket: Ticket) -> bool:
    """Whether a ticket still looks for somebody: nobody has it, and the customer waits."""
    return not ticket.assignee and ticket.state in WAITS_FOR_US and ticket.merged_into is None


def may_answer(person: str, contract: str, mailbox: str, desk: Desk) -> bool:
    """Whether somebody is staff of a ticket of that contract and mailbox."""
    found = desk.contracts.get(contract) or desk.contracts[desk.default_contract]
    return person in {one.key for one in staff_of(found, mailbox, desk)}


@dataclass(frozen=True, slots=True)
class Overdue:
    """A ticket that waited longer than the one that was answered."""

    ticket: int
    contract: str
    mailbox: str


def passed_over(person: str, waiting: Iterable[Overdue], desk: Desk) -> int:
    """Return how many of the tickets that were due before could have been answered by that person."""
    return len({one.ticket for one in waiting if may_answer(person, one.contract, one.mailbox, desk)})
