"""When is a promise due, and what may happen to its clock?

In: contracts, clocks and instants. Out: instants, and clocks as they become, each with the reason in words. All instants are UTC.
What held a clock up (pauses, respites) comes from `core.timing.course`; which clocks begin when is `core.timing.promises`.

What a clock may become is the table `NEXT`; a pair that is absent changes nothing and `REFUSED` says why. To change the life of
a clock, change the table. Three rules must survive every edit: an answer at the very moment of the deadline is in time; a lapse
is never undone: `lapsed_at` is the deadline that passed, and once set it stays; a deadline is always reckoned from the original
start, with every pause, and never from what was left of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mailsupport.core.desk import Calendar, Contract, Target
from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.core.model import Priority
from mailsupport.core.timing import worktime
from mailsupport.core.timing.course import NOTHING, HeldUp
from mailsupport.core.timing.worktime import Pause, spoken

GRACE = 1_800
"""Working seconds given when a deadline would otherwise lie in the past through no fault of those who answer."""

PAUSABLE = frozenset({ClockKind.RESOLUTION, ClockKind.PROGRESS_UPDATE})
"""A response is owed whoever is being waited for; only closed hours hold it up."""


class ClockEvent(StrEnum):
    """What can happen to a clock."""

    ANSWERED = "answered"
    """What the clock waits for happened, at or before the deadline."""
    ANSWERED_LATE = "answered_late"
    """It happened after the deadline."""
    LAPSED = "lapsed"
    """The deadline passed."""
    PAUSED = "paused"
    """The ticket waits for somebody else."""
    RESUMED = "resumed"
    """It waits no longer."""
    RECOMPUTED = "recomputed"
    """Priority, level or contract changed."""
    REVOKED = "revoked"
    """The answer that met it reached nobody."""
    CANCELLED = "cancelled"
    """Nothing is owed any more: spam, merged, closed without need of an answer."""


RUNNING, PAUSED, MET, MET_LATE, LAPSED, CANCELLED = ClockState

NEXT: Mapping[tuple[ClockState, ClockEvent], ClockState] = {
    (RUNNING, ClockEvent.ANSWERED): MET,
    (RUNNING, ClockEvent.ANSWERED_LATE): MET_LATE,
    (RUNNING, ClockEvent.LAPSED): LAPSED,
    (RUNNING, ClockEvent.PAUSED): PAUSED,
    (RUNNING, ClockEvent.RECOMPUTED): RUNNING,
    (RUNNING, ClockEvent.CANCELLED): CANCELLED,
    (PAUSED, ClockEvent.RESUMED): RUNNING,
    (PAUSED, ClockEvent.ANSWERED): MET,
    (PAUSED, ClockEvent.ANSWERED_LATE): MET,
    (PAUSED, ClockEvent.RECOMPUTED): PAUSED,
    (PAUSED, ClockEvent.CANCELLED): CANCELLED,
    (LAPSED, ClockEvent.ANSWERED): MET_LATE,
    (LAPSED, ClockEvent.ANSWERED_LATE): MET_LATE,
    (LAPSED, ClockEvent.CANCELLED): CANCELLED,
    (MET, ClockEvent.REVOKED): CANCELLED,
    (MET_LATE, ClockEvent.REVOKED): CANCELLED,
}

REFUSED: Mapping[ClockState, str] = {
    RUNNING: "it is still running",
    PAUSED: "it is paused, and waits for somebody else",
    MET: "it was met already",
    MET_LATE: "it was met already, late",
    LAPSED: "it has lapsed, and a lapse is never undone",
    CANCELLED: "it was cancelled",
}
"""Why an event that the table does not know changes nothing."""


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A clock after an event; `changed` is False when the event could not happen to it.

    `respite` is the time that was given because the deadline would have lain in the past; the log keeps it.
    """

    clock: Clock
    changed: bool
    reason: str
    respite: Pause | None = None


def target_of(contract: Contract, kind: ClockKind, priority: Priority) -> Target | None:
    """Return what the contract promises there, or None when it promises nothing."""
    if kind is ClockKind.ESCALATION_CLOSE:
        return (
            Target(contract.escalation_close, text=f"{contract.escalation_close // 86_400}d")
            if contract.escalation_close
            else None
        )
    targets: Mapping[ClockKind, Mapping[Priority, Target]] = {
        ClockKind.FIRST_RESPONSE: contract.first_response,
        ClockKind.NEXT_RESPONSE: contract.next_response,
        ClockKind.RESOLUTION: contract.resolution,
        ClockKind.PROGRESS_UPDATE: contract.progress_update,
    }
    return targets[kind].get(priority)


def due_at(
    contract: Contract, kind: ClockKind, priority: Priority, started_at: datetime, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """Return when that promise is due (UTC), or None when there is none; pauses count for what can be paused only.

    Raises BeyondHorizon when the calendar never has enough open time.
    """
    target = target_of(contract, kind, priority)
    if target is None:
        return None
    if kind is ClockKind.ESCALATION_CLOSE:  # days of 24 hours around the clock, whatever the contract's hours
        return started_at + timedelta(seconds=target.seconds)
    counted = pauses if kind in PAUSABLE else ()
    if target.days:
        return worktime.due_in_days(contract.calendar, started_at, target.days, target.end_of_day, counted)
    return worktime.due(contract.calendar, started_at, target.seconds, counted)


def reckoned(contract: Contract, kind: ClockKind, priority: Priority, started_at: datetime, held: HeldUp) -> datetime | None:
    """Return when that promise is due with everything that held it up, or None; a respite that was given is kept whole.

    A deadline that somebody named stays as long as anything is promised, whoever is waited for. Raises BeyondHorizon.
    """
    due = due_at(contract, kind, priority, started_at, held.pauses)
    if due is None:
        return None
    given = held.respites
    if held.fixed is not None:
        due, given = held.fixed, tuple(one for one in held.respites if one[0] >= held.fixed)
    calendar, pauses = contract.calendar, held.pauses if kind in PAUSABLE else ()
    kept = (worktime.due(calendar, a, worktime.working_seconds(calendar, a, b), pauses) for a, b in given)
    return max(due, *kept) if given else due


def arithmetic(contract: Contract, kind: ClockKind, priority: Priority, started_at: datetime, due: datetime) -> str:
    """Return in words how that deadline came about."""
    target = target_of(contract, kind, priority)
    calendar = contract.calendar
    promised = target.text or (f"{target.days}bd" if target.days else f"{target.seconds}s") if target else "nothing"
    return (
        f"{kind.value} for priority {priority.value} under contract {contract.name}: {promised} of open time in calendar "
        f"{calendar.name} ({calendar.timezone}) from {spoken(started_at)} is {spoken(due)}"
    )


def clamp_start(internaldate: datetime, fetched_at: datetime, oldest: timedelta) -> tuple[datetime, str]:
    """Return when a mail's clock starts, and why that is not the server's INTERNALDATE ("" when it is).

    RFC 3501 §2.3.3: the date is the server's, but an APPEND may set any; so it is believed up to `oldest` before the fetch.
    """
    if internaldate > fetched_at:
        return (
            fetched_at,
            f"the server dates the mail in the future ({spoken(internaldate)}): the clock starts when it was fetched",
        )
    if internaldate < fetched_at - oldest:
        age = (fetched_at - internaldate).days
        return (
            fetched_at,
            f"the server dates the mail {age} days back ({internaldate:%Y-%m-%d}): the clock starts when it was fetched",
        )
    return internaldate, ""


def stop(clock: Clock, at: datetime) -> ClockChange:
    """Return the clock met by an answer of that moment: in time when `at` is not after the deadline and no lapse was recorded.

    A paused clock has no deadline that could have passed.
    """
    if clock.state is PAUSED:
        return _change(clock, ClockEvent.ANSWERED, f"answered {spoken(at)}, while the clock was paused: in time", stopped_at=at)
    if at > clock.due_at:
        reason = f"answered {spoken(at)}, due {spoken(clock.due_at)}: late"
        return _change(clock, ClockEvent.ANSWERED_LATE, reason, stopped_at=at, lapsed_at=clock.lapsed_at or clock.due_at)
    reason = f"answered {spoken(at)}, due {spoken(clock.due_at)}: in time"
    if clock.state is LAPSED:
        reason += ", but its lapse had been recorded; it can be excused"
    return _change(clock, ClockEvent.ANSWERED, reason, stopped_at=at)


def pause(clock: Clock, at: datetime, waiting_for: str) -> ClockChange:
    """Return the clock paused from that moment on; one that was due by then has lapsed, judged or not, and does not pause."""
    if clock.state is RUNNING and at >= clock.due_at:
        return ClockChange(clock, False, f"it was due {spoken(clock.due_at)} already, and a lapse is never undone")
    return _change(clock, ClockEvent.PAUSED, f"waits for the {waiting_for} since {spoken(at)}")


def resume(clock: Clock, contract: Contract, priority: Priority, at: datetime, held: HeldUp) -> ClockChange:
    """Return the clock running again, its deadline reckoned from the original start with every pause. Raises BeyondHorizon.

    A day that was named and passed meanwhile gives way to thirty working minutes: nobody is late for what had to wait.
    """
    if clock.state is not PAUSED:
        return _change(clock, ClockEvent.RESUMED, "")
    due = reckoned(contract, clock.kind, priority, clock.started_at, held)
    if due is None:
        return cancel(clock, at, f"contract {contract.name} promises no {clock.kind} for priority {priority}")
    if due > at:
        return _change(clock, ClockEvent.RESUMED, f"goes on since {spoken(at)}, due {spoken(due)}", due_at=due)
    given = worktime.due(contract.calendar, at, GRACE)
    reason = f"goes on since {spoken(at)}; {spoken(due)}, which was named, passed meanwhile: {GRACE // 60} working minutes"
    return replace(_change(clock, ClockEvent.RESUMED, reason, due_at=given), respite=(at, given))


def lapse(clock: Clock, now: datetime) -> ClockChange:
    """Return the clock lapsed if its deadline has come; the lapse is dated at the deadline, whenever it is noticed."""
    if clock.state is RUNNING and now < clock.due_at:
        return ClockChange(clock, False, f"due {spoken(clock.due_at)}, not yet")
    late = int((now - clock.due_at).total_seconds()) // 60
    noticed = f", noticed {late} minutes later" if late > 0 else ""
    return _change(clock, ClockEvent.LAPSED, f"due {spoken(clock.due_at)} and unanswered{noticed}", lapsed_at=clock.due_at)


def cancel(clock: Clock, at: datetime, why: str) -> ClockChange:
    """Return the clock with nothing owed any more; a lapse that was recorded stays on record."""
    return _change(clock, ClockEvent.CANCELLED, why, stopped_at=at)


def revoke(clock: Clock, bounced_at: datetime) -> ClockChange:
    """Return a met clock as void since its answer bounced everywhere; a new cycle follows, due at `revoked_due`."""
    reason = f"the answer of {spoken(clock.stopped_at or bounced_at)} reached nobody ({spoken(bounced_at)})"
    return _change(clock, ClockEvent.REVOKED, reason)


def revoked_due(original_due: datetime, bounced_at: datetime, calendar: Calendar) -> datetime:
    """Return the deadline after an answer bounced: the original one, or 30 working minutes after the bounce if that is past."""
    return original_due if original_due > bounced_at else worktime.due(calendar, bounced_at, GRACE)


def recompute(
    clock: Clock,
    contract: Contract,
    priority: Priority,
    now: datetime,
    held: HeldUp = NOTHING,
    *,
    grace: int = GRACE,
    promise: ClockKind | None = None,
) -> ClockChange:
    """Return the clock with its deadline reckoned from the original start under another contract or priority.

    A new deadline in the past gets `grace` working seconds from now, never later than the old one. A deadline that has come
    already stays, judged or not. A kind that is not promised any more is cancelled. `now` is for a paused clock the moment from
    which on it is paused; `promise` is the kind whose target counts, where it is not the clock's own. Raises BeyondHorizon.
    """
    if clock.state not in (RUNNING, PAUSED):
        return _change(clock, ClockEvent.RECOMPUTED, "")
    if clock.due_at <= now:
        return ClockChange(clock, False, f"it was due {spoken(clock.due_at)} already, and a lapse is never undone")
    due = reckoned(contract, promise or clock.kind, priority, clock.started_at, held)
    if due is None:
        return cancel(clock, now, f"contract {contract.name} promises no {clock.kind} for priority {priority}")
    why = f"contract {contract.name}, priority {priority}"
    respite = None
    if due <= now:
        due = min(clock.due_at, worktime.due(contract.calendar, now, grace))
        why += f"; that would have been in the past: {grace // 60} working minutes from now, not later than before"
        respite = (now, due)
    reason = f"due {spoken(due)} instead of {spoken(clock.due_at)} ({why})"
    return replace(_change(clock, ClockEvent.RECOMPUTED, reason, due_at=due), respite=respite)


def agreed(clock: Clock, due_at: datetime, reason: str) -> ClockChange:
    """Return a running clock due when somebody of ours says, whatever the contract gives."""
    return _change(clock, ClockEvent.RECOMPUTED, reason, due_at=due_at)


def _change(
    clock: Clock,
    event: ClockEvent,
    reason: str,
    *,
    due_at: datetime | None = None,
    stopped_at: datetime | None = None,
    lapsed_at: datetime | None = None,
) -> ClockChange:
    state = NEXT.get((clock.state, event))
    if state is None:
        return ClockChange(clock, False, REFUSED[clock.state])
    due, stopped, lapsed = due_at or clock.due_at, stopped_at or clock.stopped_at, lapsed_at or clock.lapsed_at
    return ClockChange(replace(clock, state=state, due_at=due, stopped_at=stopped, lapsed_at=lapsed), True, reason)
