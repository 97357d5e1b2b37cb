"""The operator holds the clocks of a ticket for a while: an outage, force majeure. By name, with a reason, and with an end.

Comes in: a ticket's number, until when, who and why. Goes out: rows, in one transaction, and what became of each deadline. Only
what can be paused stands still: an answer that is owed is never put off (DESIGN §5 Clocks); what lapsed of it can be excused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailsupport.app.contracts import Moved, moved_by
from mailsupport.app.service import Service
from mailsupport.core.guard import Clock, ClockState
from mailsupport.core.orders import HoldClocks, ReleaseClocks
from mailsupport.core.reading.clean import clean_line
from mailsupport.core.timing import course
from mailsupport.core.timing.clock import PAUSABLE
from mailsupport.errors import MailsupportError
from mailsupport.store import Tx, clocks, history, tickets

LONGEST = timedelta(days=366)
"""A hold that would be longer was typed wrongly."""

CURE = "an answer that is owed is never put off; `/excuse` notes on its lapse that it was nobody's fault"


@dataclass(frozen=True, slots=True)
class Stays:
    """A deadline that a hold does not move, and why."""

    kind: str
    due: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class StoodStill:
    """What became of a ticket's deadlines; `until` is None when a hold was ended."""

    ticket: int
    until: datetime | None
    by: str
    reason: str
    moved: tuple[Moved, ...]
    stays: tuple[Stays, ...]


def hold(service: Service, number: int, until: datetime, by: str, reason: str) -> StoodStill:
    """Let the clocks of a ticket that can be paused stand still from now until then. Raises MailsupportError."""
    now, why = service.now(), _said(reason)
    if not now < until <= now + LONGEST:
        raise MailsupportError("a hold ends in the future, and within a year", "give --until a later time, or an earlier one")
    with service.store.write() as tx:
        if not any(one.kind in PAUSABLE for one in _going(tx, number)):
            raise MailsupportError(f"nothing of ticket {number} can be held: neither resolution nor progress_update runs", CURE)
        moved = moved_by(service, tx, number, HoldClocks(until, by, why), by)
        return StoodStill(number, until, by, why, tuple(moved), _stays(tx, number, moved))


def release(service: Service, number: int, by: str, reason: str) -> StoodStill:
    """End a hold now: what is left of it counts again. Raises MailsupportError."""
    now, why = service.now(), _said(reason)
    with service.store.write() as tx:
        _going(tx, number)
        turns = (course.Turn(line.at, line.event, line.data) for line in history.lines_of(tx, number, course.TURNS))
        held = [one for one in course.waits(turns) if one.waiting_for == course.HOLD and one.end is not None and one.end > now]
        if not held:
            raise MailsupportError(f"the clocks of ticket {number} are not held", "`mailsupport explain ticket` shows what is")
        moved = moved_by(service, tx, number, ReleaseClocks(by, why), by)
        return StoodStill(number, None, by, why, tuple(moved), _stays(tx, number, moved))


def _said(reason: str) -> str:
    said = clean_line(reason)
    if not said:
        raise MailsupportError("a hold needs a reason", 'give --reason "power cut in the data centre"')
    return said


def _going(tx: Tx, number: int) -> list[Clock]:
    """The clocks of a ticket that wait for something and have not lapsed. Raises MailsupportError where there is no ticket."""
    if tickets.ticket(tx, number) is None:
        raise MailsupportError(f"there is no ticket {number}", "mailsupport ticket list shows those there are")
    return [one for one in clocks.clocks_of(tx, number) if one.state in (ClockState.RUNNING, ClockState.PAUSED)]


def _stays(tx: Tx, number: int, moved: list[Moved]) -> tuple[Stays, ...]:
    moves = {(one.kind, one.cycle) for one in moved}
    rest = [one for one in _going(tx, number) if (one.kind, one.cycle) not in moves]
    lines = history.lines_of(tx, number, frozenset({course.DUE_SET}))
    named = {(line.data.get("clock"), line.data.get("cycle")) for line in lines}
    return tuple(Stays(one.kind, one.due_at, _why(one, (str(one.kind), one.cycle) in named)) for one in rest)


def _why(one: Clock, named: bool) -> str:
    if one.kind not in PAUSABLE:
        return "is never put off"
    if one.state is ClockState.PAUSED:
        return "waits already; its deadline is reckoned when it goes on"
    return "was named, and stays" if named else "stays: no time that counts for it lies in the hold"
