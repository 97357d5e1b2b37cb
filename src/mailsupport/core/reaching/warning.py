"""When is somebody warned that a promised time is running out, who is it, and is it still of use?

In: a clock, its contract, what held it up, the present. Out: the moments of the thresholds, what the sweep does now, people. A
percentage is one of working time, pauses left out; the moments are therefore always in open time.

Rules for editing here: a threshold is passed once a cycle, told or not, and of several only the highest is told; `warned` counts
them in the order of their moments. Who is warned are those who answer, never the chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailsupport.core.desk import Contract, Desk, Person, Threshold
from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.core.judging.routing import staff_of
from mailsupport.core.model import Ticket
from mailsupport.core.reaching.absences import acting_for
from mailsupport.core.timing import worktime
from mailsupport.core.timing.clock import PAUSABLE
from mailsupport.core.timing.course import NOTHING, HeldUp
from mailsupport.core.timing.worktime import spoken
from mailsupport.errors import BeyondHorizon

WARNED = frozenset({ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION, ClockKind.PROGRESS_UPDATE})
"""The clocks of those who answer; an escalation has its chain."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a threshold is passed (UTC)."""

    at: datetime
    threshold: Threshold


@dataclass(frozen=True, slots=True)
class Warn:
    """Tell those who answer now; `warned` and `next_at` are the clock's from here on."""

    threshold: Threshold
    warned: int
    next_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """Nobody is told now: look again at `next_at` (None: there is nothing left to warn of)."""

    warned: int
    next_at: datetime | None
    reason: str


def moments(
    contract: Contract, kind: ClockKind, started_at: datetime, due_at: datetime, held: HeldUp = NOTHING
) -> tuple[Moment, ...]:
    """Return when each threshold is passed, in order; one that would lie at the start or at the deadline is none."""
    if kind not in WARNED or not contract.warn_at:
        return ()
    calendar, pauses = contract.calendar, held.pauses if kind in PAUSABLE else ()
    budget = worktime.working_seconds(calendar, started_at, due_at, pauses)
    spent = sorted(((_spent(one, budget), one) for one in contract.warn_at), key=lambda pair: pair[0])
    useful = ((seconds, one) for seconds, one in spent if 0 < seconds < budget)
    return tuple(Moment(worktime.due(calendar, started_at, seconds, pauses), one) for seconds, one in useful)


def next_at(
    contract: Contract, kind: ClockKind, started_at: datetime, due_at: datetime, warned: int = 0, held: HeldUp = NOTHING
) -> datetime | None:
    """Return when the next warning of a cycle is due, `warned` of them being behind it; None when none is left (UTC)."""
    rest = moments(contract, kind, started_at, due_at, held)[warned:]
    return rest[0].at if rest else None


def judge(clock: Clock, contract: Contract, held: HeldUp, now: datetime) -> Warn | Later:
    """Return what is to be done now for a clock whose `warn_at` has come; ask when no answer is on its way and mail was read."""
    found = moments(contract, clock.kind, clock.started_at, clock.due_at, held)
    behind = sum(1 for one in found if one.at <= now)
    if clock.state is not ClockState.RUNNING or now >= clock.due_at:
        return Later(clock.warned, None, "there is nothing left to warn of")
    if behind <= clock.warned:
        following = found[clock.warned].at if clock.warned < len(found) else None
        return Later(clock.warned, following, "the deadline was moved")
    if (opening := _opening(contract, now)) is not None:
        still = opening if opening < clock.due_at else None
        return Later(clock.warned, still, f"outside the hours of {contract.calendar.name}")
    last = found[behind - 1]
    passed = "" if behind - clock.warned == 1 else f", {behind - clock.warned} thresholds at once"
    reason = f"{last.threshold.text} of {clock.kind} passed {spoken(last.at)}, due {spoken(clock.due_at)}{passed}"
    return Warn(last.threshold, behind, found[behind].at if behind < len(found) else None, reason)


def readers(ticket: Ticket, contract: Contract, desk: Desk, at: datetime) -> tuple[Person, ...]:
    """Return who is reminded of a ticket: its assignee, or whoever acts for them while they are away; else all who answer it."""
    if ticket.assignee:
        acting = desk.people.get(acting_for(ticket.assignee, desk, at).key)
        if acting is not None:
            return (acting,)
    return staff_of(contract, ticket.mailbox, desk)


def _spent(threshold: Threshold, budget: int) -> int:
    """Working seconds from the start to the threshold."""
    return budget * threshold.percent // 100 if threshold.percent else budget - threshold.before


def _opening(contract: Contract, now: datetime) -> datetime | None:
    """When the contract's hours begin again, or None while they last."""
    if worktime.is_open(contract.calendar, now):
        return None
    try:
        return worktime.next_open(contract.calendar, now)
    except BeyondHorizon:  # a calendar that never opens again has nobody to be disturbed
        return None
