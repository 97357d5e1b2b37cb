"""How did each deadline of a ticket come about? What was counted, what was not, what changed it, when was warned.

In: the rows of a ticket's clocks and of its log, and the contract that counts for it. Out: frozen values whose fields are keys of
the JSON of `explain`. Gross figures are open time whoever was waited for, net ones leave the pauses out; a deadline is net.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailsupport.app.letters.history import said
from mailsupport.app.looking.intervals import Counted, counted
from mailsupport.core.desk import Calendar, Contract
from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.core.model import Ticket
from mailsupport.core.reaching import warning
from mailsupport.core.timing import course
from mailsupport.core.timing.clock import PAUSABLE, target_of
from mailsupport.core.timing.course import HeldUp, Turn
from mailsupport.core.timing.worktime import Pause, working_seconds
from mailsupport.store.rows import LogRow

CHANGES = frozenset({"recomputed", "respite", "due_set", "warned", "excused", "clock_revoked"})
"""What the log says of a single clock beside its start and its stop."""

ALWAYS = Calendar("24x7", "UTC", (((0, 1440),),) * 7, always=True)
"""In which the days of an escalation are counted, whatever the contract's hours."""


@dataclass(frozen=True, slots=True)
class Waited:
    """Somebody was waited for; `end` is None while they are. `counts`: whether the contract lets clocks pause for them."""

    start: datetime
    end: datetime | None
    waiting_for: str
    reason: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Warned:
    """A threshold of a clock, and whether it is behind it."""

    at: datetime
    threshold: str
    passed: bool


@dataclass(frozen=True, slots=True)
class ClockExplained:
    """One cycle of a clock: what was counted by its calendar up to its deadline, and up to when it was stopped.

    `due_at` is None while it is paused: it is reckoned when the clock goes on. `counted` are the intervals that make up the net
    sum; `pauses` those that it leaves out. `promised` is what the ticket's contract gives for its priority.
    """

    kind: str
    cycle: int
    state: str
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    lapsed_at: datetime | None
    excused: str
    reason: str
    calendar: str
    timezone: str
    promised: str
    counted: tuple[Counted, ...]
    pauses: tuple[Counted, ...]
    seconds_to_due: int
    gross_seconds_to_due: int
    seconds_to_stop: int | None
    gross_seconds_to_stop: int | None
    warnings: tuple[Warned, ...]
    changes: tuple[str, ...]


def waited(lines: Sequence[LogRow], contract: Contract) -> tuple[Waited, ...]:
    """Return who was waited for on the ticket, and whether that counts under its contract."""
    held = course.waits(_turns(lines))
    return tuple(Waited(one.start, one.end, one.waiting_for, one.reason, course.counts(one, contract)) for one in held)


def explained(clocks: Sequence[Clock], lines: Sequence[LogRow], ticket: Ticket, contract: Contract) -> tuple[ClockExplained, ...]:
    """Return every cycle with its arithmetic."""
    return tuple(_explained(clock, lines, ticket, contract) for clock in clocks)


def _explained(clock: Clock, lines: Sequence[LogRow], ticket: Ticket, contract: Contract) -> ClockExplained:
    calendar = ALWAYS if clock.kind is ClockKind.ESCALATION_CLOSE else contract.calendar
    target = target_of(contract, clock.kind, ticket.priority)
    due, stopped = _until(clock, lines), clock.stopped_at
    held = course.held_up(_turns(lines), clock.kind, clock.cycle, contract, due)
    pauses = _pauses(clock, held, stopped or due)
    return ClockExplained(
        kind=clock.kind,
        cycle=clock.cycle,
        state=clock.state,
        started_at=clock.started_at,
        due_at=None if clock.state is ClockState.PAUSED else clock.due_at,
        stopped_at=stopped,
        lapsed_at=clock.lapsed_at,
        excused=clock.excused,
        reason=clock.reason,
        calendar=calendar.name,
        timezone=contract.calendar.timezone,
        promised=target.text if target else "",
        counted=counted(calendar, clock.started_at, due, pauses),
        pauses=tuple(Counted(start, end) for start, end in pauses),
        seconds_to_due=working_seconds(calendar, clock.started_at, due, pauses),
        gross_seconds_to_due=working_seconds(calendar, clock.started_at, due),
        seconds_to_stop=working_seconds(calendar, clock.started_at, stopped, pauses) if stopped else None,
        gross_seconds_to_stop=working_seconds(calendar, clock.started_at, stopped) if stopped else None,
        warnings=_warnings(clock, contract, held),
        changes=tuple(said(line) for line in lines if line.event in CHANGES and _is_of(line, clock)),
    )


def _until(clock: Clock, lines: Sequence[LogRow]) -> datetime:
    """Up to when is counted: the deadline; for a paused clock, when its pause began."""
    open_ones = [one.start for one in course.waits(_turns(lines)) if one.end is None]
    return max(clock.started_at, open_ones[0]) if clock.state is ClockState.PAUSED and open_ones else clock.due_at


def _pauses(clock: Clock, held: HeldUp, last: datetime) -> list[Pause]:
    if clock.kind not in PAUSABLE:
        return []
    last = max(last, clock.due_at)
    return [(max(a, clock.started_at), min(b, last)) for a, b in held.pauses if a < last and b > clock.started_at and a < b]


def _warnings(clock: Clock, contract: Contract, held: HeldUp) -> tuple[Warned, ...]:
    if clock.state is ClockState.PAUSED:
        return ()
    found = enumerate(warning.moments(contract, clock.kind, clock.started_at, clock.due_at, held))
    told = ((one, place < clock.warned) for place, one in found)
    return tuple(Warned(one.at, one.threshold.text, passed) for one, passed in told if passed or clock.stopped_at is None)


def _turns(lines: Sequence[LogRow]) -> tuple[Turn, ...]:
    return tuple(Turn(line.at, line.event, line.data) for line in lines if line.event in course.TURNS)


def _is_of(line: LogRow, clock: Clock) -> bool:
    return (line.data.get("clock"), line.data.get("cycle")) == (clock.kind.value, clock.cycle)
