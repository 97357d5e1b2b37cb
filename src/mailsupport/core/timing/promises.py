"""Which clocks begin, end or begin again when something happens to a ticket?

In: the ticket's clocks, its contract and priority, instants. Out: effects that start, stop and cancel clocks. When a promise is
due is `core.timing.clock`; here stands what sets it going:

- first_response with the ticket; next_response with the oldest unanswered mail of the customer (`core.deciding.customer_mail`);
- resolution with the ticket, until it is closed; a ticket that is opened again goes on where it was, closed time left out;
- progress_update with each public answer, until the next one or the end: before the first, first_response is the promise;
- escalation_close with a chain, until that is over.

Rule for editing here: a clock that has no promise is not started, so everything here may be called for any contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailsupport.core.desk import Contract
from mailsupport.core.effects import CancelClocks, Effect, StartClock, StopClock
from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.core.model import Priority
from mailsupport.core.timing import clock, worktime
from mailsupport.core.timing.course import HeldUp
from mailsupport.core.timing.worktime import Pause

RESPONSES = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
"""The clocks by which the customer waits for a word: a public answer stops them."""

UNMET = frozenset({ClockState.RUNNING, ClockState.PAUSED, ClockState.LAPSED})
"""The states of a clock that still waits for what it guards."""


def unmet(clocks: Iterable[Clock], kind: ClockKind) -> Clock | None:
    """Return the cycle of that kind that still waits, or None."""
    return next((one for one in clocks if one.kind is kind and one.state in UNMET), None)


def resolution(contract: Contract, priority: Priority, received_at: datetime) -> tuple[StartClock, ...]:
    """Return the start of the resolution clock, which begins with the ticket; nothing where it is not promised."""
    return _start(contract, ClockKind.RESOLUTION, priority, received_at, "from when the request was received until it is closed")


def answered(
    clocks: Sequence[Clock], contract: Contract, priority: Priority, at: datetime, reason: str, closing: bool = False
) -> tuple[Effect, ...]:
    """Return what a public answer does to the clocks: every word that was owed is given, and the next update is due later."""
    owed = [kind for kind in (*RESPONSES, ClockKind.PROGRESS_UPDATE) if unmet(clocks, kind) is not None]
    stopped = tuple(StopClock(kind, at, reason) for kind in owed)
    if closing:
        return stopped
    return (*stopped, *_start(contract, ClockKind.PROGRESS_UPDATE, priority, at, "from the last answer"))


def closed(clocks: Sequence[Clock], at: datetime, who: str) -> tuple[StopClock | CancelClocks, ...]:
    """Return what closing does to the clocks: the request is resolved, and no update is owed any more."""
    effects: list[StopClock | CancelClocks] = []
    if unmet(clocks, ClockKind.RESOLUTION) is not None:
        effects.append(StopClock(ClockKind.RESOLUTION, at, f"closed by {who}"))
    if unmet(clocks, ClockKind.PROGRESS_UPDATE) is not None:
        effects.append(CancelClocks("the ticket is closed", ClockKind.PROGRESS_UPDATE))
    return tuple(effects)


@dataclass(frozen=True, slots=True)
class Again:
    """A clock that goes on, and the respite that it was given, since when and until when, because it would have been due."""

    start: StartClock
    respite: Pause | None = None


def last(clocks: Iterable[Clock], kind: ClockKind) -> Clock | None:
    """Return the newest cycle of that kind, or None."""
    return max((one for one in clocks if one.kind is kind), key=lambda one: one.cycle, default=None)


def opened_again(before: Clock, contract: Contract, priority: Priority, at: datetime, held: HeldUp) -> Again | None:
    """Return the resolution going on after its ticket was closed: from its original start, closed time left out by `held`.

    One that would be due already gets thirty working minutes: whoever gets a ticket back has time to look at it. Raises
    BeyondHorizon.
    """
    due = clock.reckoned(contract, ClockKind.RESOLUTION, priority, before.started_at, held)
    if due is None:
        return None
    why = "goes on since the ticket was opened again; the time that it was closed does not count"
    if due > at:
        return Again(StartClock(ClockKind.RESOLUTION, before.started_at, due, why))
    due = worktime.due(contract.calendar, at, clock.GRACE)
    given = f"{why}; it would have been due already: {clock.GRACE // 60} working minutes"
    return Again(StartClock(ClockKind.RESOLUTION, before.started_at, due, given), (at, due))


def next_response(contract: Contract, priority: Priority, since: datetime) -> tuple[StartClock, ...]:
    """Return the start of the clock of an answer that is owed since then; nothing where it is not promised."""
    return _start(contract, ClockKind.NEXT_RESPONSE, priority, since, "from the oldest unanswered mail")


def escalation_close(contract: Contract, priority: Priority, opened_at: datetime) -> tuple[StartClock, ...]:
    """Return the start of the clock of an escalation, which begins with its chain."""
    return _start(contract, ClockKind.ESCALATION_CLOSE, priority, opened_at, "an escalation is closed within that time")


def _start(contract: Contract, kind: ClockKind, priority: Priority, at: datetime, since: str) -> tuple[StartClock, ...]:
    target = clock.target_of(contract, kind, priority)
    due = clock.due_at(contract, kind, priority, at) if target is not None else None
    if target is None or due is None:
        return ()
    hours = "24x7" if kind is ClockKind.ESCALATION_CLOSE else contract.calendar.name
    why = f"{target.text} of {hours} time for priority {priority} by contract {contract.name}, {since}"
    return (StartClock(kind, at, due, why),)
