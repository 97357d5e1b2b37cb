"""When is warned, who is, and when it is of no use any more (§3.8).

Berlin, Monday to Friday 9 to 17; 4 March 2026 is a Wednesday.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from mail_values import ANNA, BEN, a_desk, a_ticket
from promise_desk import HOUR, OFFICE, berlin, contract, every

from mailsupport.core.desk import Absence, Contract, Threshold
from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.core.reaching.warning import Later, Warn, judge, moments, next_at, readers
from mailsupport.core.timing.course import NOTHING, HeldUp

FIRST, NEXT, RESOLUTION, PROGRESS, ESCALATION = ClockKind
HALF, MOST, LAST = Threshold(50, text="50%"), Threshold(80, text="80%"), Threshold(before=1800, text="-30m")
GOLD = replace(contract(calendar=OFFICE), first_response=every(5 * HOUR, "5h"), warn_at=(HALF, MOST, LAST))
START, DUE = berlin("2026-03-04 10:00"), berlin("2026-03-04 15:00")


def wednesday(clock: str) -> datetime:
    """A time of that Wednesday."""
    return berlin(f"2026-03-04 {clock}")


def a_clock(warned: int = 0, state: ClockState = ClockState.RUNNING, due: datetime = DUE) -> Clock:
    """A first response from ten to three."""
    return Clock(1, 7, FIRST, 0, START, due, state, warned=warned)


def told(gold: Contract, kind: ClockKind, start: datetime, due: datetime, held: HeldUp = NOTHING) -> list[datetime]:
    """When somebody is warned."""
    return [one.at for one in moments(gold, kind, start, due, held)]


@pytest.mark.parametrize(
    ("start", "due", "times"),
    [
        ("2026-03-04 10:00", "2026-03-04 15:00", ["2026-03-04 12:30", "2026-03-04 14:00", "2026-03-04 14:30"]),
        ("2026-03-04 15:00", "2026-03-05 12:00", ["2026-03-05 09:30", "2026-03-05 11:00", "2026-03-05 11:30"]),
        ("2026-03-04 10:00", "2026-03-04 10:40", ["2026-03-04 10:10", "2026-03-04 10:20", "2026-03-04 10:32"]),
        ("2026-03-04 10:00", "2026-03-04 10:20", ["2026-03-04 10:10", "2026-03-04 10:16"]),
    ],
)
def test_thresholds_are_parts_of_working_time(start: str, due: str, times: list[str]) -> None:
    """H4: In the order in which they come; one that would lie before the start is none."""
    assert told(GOLD, FIRST, berlin(start), berlin(due)) == [berlin(time) for time in times]


def test_waiting_is_no_part_of_the_time() -> None:
    """Of four hours two were waited from eleven on: half of the rest is over at twelve, not counting the wait."""
    held = HeldUp(((wednesday("11:00"), wednesday("13:00")),))
    assert told(GOLD, RESOLUTION, START, DUE, held)[0] == wednesday("13:30")
    assert told(GOLD, FIRST, START, DUE, held)[0] == wednesday("12:30")


@pytest.mark.parametrize(("kind", "count"), [(FIRST, 3), (NEXT, 3), (RESOLUTION, 3), (PROGRESS, 3), (ESCALATION, 0)])
def test_an_escalation_has_its_chain(kind: ClockKind, count: int) -> None:
    """Those who answer are warned of what they owe."""
    assert len(told(GOLD, kind, START, DUE)) == count


def test_a_contract_without_thresholds_warns_of_nothing() -> None:
    """Nobody is reminded who did not ask for it."""
    assert next_at(replace(GOLD, warn_at=()), FIRST, START, DUE) is None


@pytest.mark.parametrize(
    ("warned", "now", "threshold", "after"),
    [
        (0, "12:29", None, "12:30"),
        (0, "12:30", "50%", "14:00"),
        (0, "14:05", "80%", "14:30"),
        (0, "14:45", "-30m", None),
        (1, "13:00", None, "14:00"),
        (2, "14:30", "-30m", None),
        (3, "14:45", None, None),
        (0, "15:00", None, None),
    ],
)
def test_only_the_highest_is_told_and_each_once(warned: int, now: str, threshold: str | None, after: str | None) -> None:
    """H4: At the deadline itself there is nothing left to warn of."""
    found = judge(a_clock(warned), GOLD, NOTHING, wednesday(now))
    assert (found.threshold.text if isinstance(found, Warn) else None) == threshold
    assert found.next_at == (wednesday(after) if after else None)


def test_what_runs_no_more_is_not_warned_of() -> None:
    """Lapsed, met or paused meanwhile."""
    for state in (ClockState.PAUSED, ClockState.LAPSED, ClockState.MET):
        assert judge(a_clock(state=state), GOLD, NOTHING, wednesday("14:00")) == Later(
            0, None, "there is nothing left to warn of"
        )


@pytest.mark.parametrize(("due", "then"), [("2026-03-05 12:00", "2026-03-05 09:00"), ("2026-03-04 18:00", None)])
def test_outside_the_hours_it_waits_for_opening_if_that_is_of_use(due: str, then: str | None) -> None:
    """H4: At half past five nobody is there: at nine, unless the deadline is over by then."""
    found = judge(a_clock(due=berlin(due)), GOLD, NOTHING, wednesday("17:30"))
    assert isinstance(found, Later)
    assert found.next_at == (berlin(then) if then else None)


def test_after_a_tighter_priority_only_what_is_higher_is_told() -> None:
    """One threshold was told under the old deadline; under the new one two more are behind."""
    found = judge(a_clock(warned=1, due=berlin("2026-03-04 12:00")), GOLD, NOTHING, wednesday("11:45"))
    assert isinstance(found, Warn) and found.threshold == MOST


def test_the_assignee_is_reminded_and_where_there_is_none_all_who_answer() -> None:
    """Ben, who took it; else those of the mailbox."""
    desk, gold = a_desk(), replace(GOLD, staff=())
    assert readers(replace(a_ticket(), assignee="ben"), gold, desk, START) == (BEN,)
    assert readers(a_ticket(), gold, desk, START) == (ANNA,)


@pytest.mark.parametrize(("deputy", "who"), [("anna", ANNA), ("", ANNA)])
def test_whoever_is_away_is_not_reminded(deputy: str, who: object) -> None:
    """Their deputy is; without one, all who answer."""
    away = Absence("ben", START - timedelta(days=1), START + timedelta(days=1), deputy)
    desk = a_desk(absences={"ben": (away,)})
    assert readers(replace(a_ticket(), assignee="ben"), replace(GOLD, staff=()), desk, START) == (who,)
