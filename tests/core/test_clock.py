"""When a promise is due and what becomes of its clock. Berlin, Monday to Friday 9 to 17; 4 March 2026 is a Wednesday."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from promise_desk import ALWAYS, HOUR, MINUTE, OFFICE, berlin, contract, every

from mailsupport.core.desk import Target
from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.core.model import Priority
from mailsupport.core.timing import clock as clocks
from mailsupport.core.timing.clock import (
    NEXT,
    REFUSED,
    ClockChange,
    ClockEvent,
    arithmetic,
    cancel,
    clamp_start,
    due_at,
    lapse,
    pause,
    recompute,
    resume,
    revoke,
    revoked_due,
    stop,
    target_of,
)
from mailsupport.core.timing.course import NOTHING

START = berlin("2026-03-04 10:00")
DUE = berlin("2026-03-04 14:00")
GOLD = replace(
    contract(calendar=OFFICE),
    first_response={**every(4 * HOUR, "4h"), Priority.CRITICAL: Target(seconds=HOUR), Priority.LOW: Target(days=2)},
    resolution={Priority.NORMAL: Target(days=3, end_of_day=True, text="3bd end")},
)
FIRST = ClockKind.FIRST_RESPONSE


def a_clock(state: ClockState = ClockState.RUNNING, kind: ClockKind = FIRST) -> Clock:
    """A clock from 10:00 to 14:00 on Wednesday."""
    lapsed = DUE if state in (ClockState.LAPSED, ClockState.MET_LATE) else None
    stopped = None if state in (ClockState.RUNNING, ClockState.PAUSED, ClockState.LAPSED) else berlin("2026-03-04 13:00")
    return Clock(1, 7, kind, 0, START, DUE, state, stopped, lapsed)


@pytest.mark.parametrize(
    ("kind", "priority", "received", "expected"),
    [
        (FIRST, Priority.NORMAL, "2026-03-04 10:00", "2026-03-04 14:00"),
        (FIRST, Priority.CRITICAL, "2026-03-04 16:30", "2026-03-05 09:30"),
        (FIRST, Priority.NORMAL, "2026-03-07 10:00", "2026-03-09 13:00"),
        (FIRST, Priority.LOW, "2026-03-05 11:00", "2026-03-09 11:00"),
        (ClockKind.RESOLUTION, Priority.NORMAL, "2026-03-04 10:00", "2026-03-09 17:00"),
        (ClockKind.RESOLUTION, Priority.HIGH, "2026-03-04 10:00", None),
        (ClockKind.NEXT_RESPONSE, Priority.NORMAL, "2026-03-04 10:00", None),
    ],
)
def test_a_promise_is_due_by_its_priority(kind: ClockKind, priority: Priority, received: str, expected: str | None) -> None:
    """Open time or business days; what is not promised is never due."""
    assert due_at(GOLD, kind, priority, berlin(received)) == (berlin(expected) if expected else None)


def test_a_first_response_never_pauses() -> None:
    """H2: Only closed hours hold it up, whoever is waited for."""
    pause = (berlin("2026-03-04 11:00"), berlin("2026-03-04 13:00"))
    assert due_at(GOLD, FIRST, Priority.NORMAL, START, [pause]) == DUE


def test_a_resolution_pauses() -> None:
    """Two hours of waiting for the customer are two working hours more."""
    pause = (berlin("2026-03-04 11:00"), berlin("2026-03-04 13:00"))
    assert due_at(GOLD, ClockKind.RESOLUTION, Priority.NORMAL, START, [pause]) == berlin("2026-03-10 11:00")


def test_what_is_promised_can_be_asked() -> None:
    """The target of a kind and priority, or None."""
    assert target_of(GOLD, FIRST, Priority.LOW) == Target(days=2)
    assert target_of(GOLD, ClockKind.NEXT_RESPONSE, Priority.LOW) is None


def test_the_arithmetic_can_be_read() -> None:
    """Who asks why a mail was due then gets the whole sum."""
    assert arithmetic(GOLD, FIRST, Priority.NORMAL, START, DUE) == (
        "first_response for priority normal under contract gold: 4h of open time in calendar office (Europe/Berlin) "
        "from 2026-03-04 09:00 UTC is 2026-03-04 13:00 UTC"
    )


@pytest.mark.parametrize(
    ("dated", "starts", "why"),
    [
        ("2026-03-04 10:00", "2026-03-04 10:00", ""),
        ("2026-02-03 10:00", "2026-02-03 10:00", ""),
        ("2026-03-05 10:00", "2026-03-05 10:00", ""),
        ("2026-02-03 09:59", "2026-03-05 10:00", "30 days back"),
        ("1999-01-01 00:00", "2026-03-05 10:00", "days back (1998-12-31)"),
        ("2026-03-05 10:01", "2026-03-05 10:00", "in the future (2026-03-05 09:01 UTC)"),
    ],
)
def test_the_servers_date_is_believed_for_thirty_days(dated: str, starts: str, why: str) -> None:
    """H1: Older or in the future, the clock starts at the fetch and says why."""
    start, reason = clamp_start(berlin(dated), berlin("2026-03-05 10:00"), timedelta(days=30))
    assert start == berlin(starts)
    assert why in reason and bool(why) == bool(reason)


@pytest.mark.parametrize(
    ("state", "answered", "becomes"),
    [
        (ClockState.RUNNING, "13:59", ClockState.MET),
        (ClockState.RUNNING, "14:00", ClockState.MET),
        (ClockState.RUNNING, "14:01", ClockState.MET_LATE),
        (ClockState.LAPSED, "14:30", ClockState.MET_LATE),
        (ClockState.LAPSED, "13:30", ClockState.MET_LATE),
    ],
)
def test_an_answer_at_the_deadline_is_in_time(state: ClockState, answered: str, becomes: ClockState) -> None:
    """After it is late, and a recorded lapse is never undone."""
    moment = berlin(f"2026-03-04 {answered}")
    stopped = stop(a_clock(state), moment)
    assert (stopped.changed, stopped.clock.state, stopped.clock.stopped_at) == (True, becomes, moment)
    assert stopped.clock.lapsed_at == (DUE if becomes is ClockState.MET_LATE else None)


def test_a_lapse_recorded_over_an_answer_in_time_can_be_excused() -> None:
    """The reason says so to whoever reads the report."""
    assert "it can be excused" in stop(a_clock(ClockState.LAPSED), berlin("2026-03-04 13:30")).reason


@pytest.mark.parametrize(("now", "lapses"), [("13:59", False), ("14:00", True), ("19:30", True)])
def test_a_lapse_is_dated_at_the_deadline(now: str, lapses: bool) -> None:
    """H3: Whenever it is noticed; before the deadline there is none."""
    change = lapse(a_clock(), berlin(f"2026-03-04 {now}"))
    assert (change.changed, change.clock.lapsed_at) == (lapses, DUE if lapses else None)


def test_a_late_discovery_is_said() -> None:
    """330 minutes after the deadline."""
    assert "noticed 330 minutes later" in lapse(a_clock(), berlin("2026-03-04 19:30")).reason


@pytest.mark.parametrize(
    ("priority", "now", "due"),
    [
        (Priority.CRITICAL, "10:30", "11:00"),
        (Priority.CRITICAL, "11:00", "11:30"),
        (Priority.CRITICAL, "13:00", "13:30"),
        (Priority.CRITICAL, "13:45", "14:00"),
        (Priority.HIGH, "13:00", "14:00"),
    ],
)
def test_another_priority_counts_from_the_original_start(priority: Priority, now: str, due: str) -> None:
    """A deadline that would have passed gets thirty working minutes, never more than was left."""
    change = recompute(a_clock(), GOLD, priority, berlin(f"2026-03-04 {now}"))
    assert change.changed
    assert change.clock.due_at == berlin(f"2026-03-04 {due}")


def test_a_looser_priority_moves_the_deadline_back() -> None:
    """Two working days for low priority."""
    change = recompute(a_clock(), GOLD, Priority.LOW, berlin("2026-03-04 13:00"))
    assert change.clock.due_at == berlin("2026-03-06 10:00")


@pytest.mark.parametrize("state", [ClockState.RUNNING, ClockState.LAPSED])
def test_a_looser_priority_undoes_no_lapse(state: ClockState) -> None:
    """After the deadline, judged or not, it stays."""
    change = recompute(a_clock(state), GOLD, Priority.LOW, berlin("2026-03-04 14:00"))
    assert (change.changed, change.clock) == (False, a_clock(state))
    assert "never undone" in change.reason


def test_a_promise_that_is_gone_is_cancelled() -> None:
    """The new contract promises no next response."""
    change = recompute(a_clock(kind=ClockKind.NEXT_RESPONSE), GOLD, Priority.NORMAL, berlin("2026-03-04 13:00"))
    assert (change.clock.state, "promises no next_response" in change.reason) == (ClockState.CANCELLED, True)


@pytest.mark.parametrize(
    ("due", "bounced", "expected"),
    [
        ("2026-03-04 14:00", "2026-03-04 11:00", "2026-03-04 14:00"),
        ("2026-03-04 14:00", "2026-03-04 14:00", "2026-03-04 14:30"),
        ("2026-03-04 14:00", "2026-03-04 16:45", "2026-03-05 09:15"),
        ("2026-03-04 14:00", "2026-03-07 12:00", "2026-03-09 09:30"),
    ],
)
def test_a_bounced_answer_leaves_the_original_deadline(due: str, bounced: str, expected: str) -> None:
    """Or thirty working minutes after the bounce, when that deadline is past."""
    assert revoked_due(berlin(due), berlin(bounced), OFFICE) == berlin(expected)


def happen(clock: Clock, event: ClockEvent) -> ClockChange:
    """Let the event happen to the clock through the function that owns it."""
    before, after = DUE - timedelta(seconds=MINUTE), DUE + timedelta(seconds=MINUTE)
    actions = {
        ClockEvent.ANSWERED: lambda: stop(clock, before),
        ClockEvent.ANSWERED_LATE: lambda: stop(clock, after),
        ClockEvent.LAPSED: lambda: lapse(clock, after),
        ClockEvent.PAUSED: lambda: pause(clock, before, "customer"),
        ClockEvent.RESUMED: lambda: resume(clock, GOLD, Priority.NORMAL, before, NOTHING),
        ClockEvent.RECOMPUTED: lambda: recompute(clock, replace(GOLD, calendar=ALWAYS), Priority.LOW, before),
        ClockEvent.REVOKED: lambda: revoke(clock, after),
        ClockEvent.CANCELLED: lambda: cancel(clock, after, "spam"),
    }
    return actions[event]()


@pytest.mark.parametrize("event", ClockEvent)
@pytest.mark.parametrize("state", ClockState)
def test_a_clock_follows_its_table(state: ClockState, event: ClockEvent) -> None:
    """A pair of the table leads where the table says; any other leaves the clock alone and says why."""
    change = happen(a_clock(state), event)
    expected = NEXT.get((state, event))
    assert change.changed == (expected is not None)
    assert change.clock.state is (expected or state)
    assert change.reason
    if expected is None:
        assert (change.clock, change.reason) == (a_clock(state), REFUSED[state])


@pytest.mark.parametrize("state", [ClockState.LAPSED, ClockState.MET_LATE])
@pytest.mark.parametrize("event", ClockEvent)
def test_a_lapse_stays_on_record(state: ClockState, event: ClockEvent) -> None:
    """Whatever happens afterwards, even a cancelled clock remembers when it lapsed."""
    assert happen(a_clock(state), event).clock.lapsed_at == DUE


def test_thirty_working_minutes_are_the_grace() -> None:
    """The same for a changed priority and for a bounced answer."""
    assert clocks.GRACE == 30 * MINUTE


def test_instants_are_kept_whole() -> None:
    """A clock that nothing happened to is the very same."""
    early: datetime = berlin("2026-03-04 13:00")
    assert lapse(a_clock(), early).clock == a_clock()
