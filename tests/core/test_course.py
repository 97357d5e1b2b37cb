"""What holds clocks up, out of the log; and what becomes of one when priority, contract or waiting change.

Berlin, Monday to Friday 9 to 17; 4 March 2026 is a Wednesday.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from promise_desk import HOUR, MINUTE, OFFICE, berlin, contract, every

from mailsupport.core.desk import Contract, Target
from mailsupport.core.effects import StartClock, StopClock
from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.core.model import Priority
from mailsupport.core.timing import promises
from mailsupport.core.timing.clock import GRACE, agreed, due_at, pause, reckoned, recompute, resume, stop
from mailsupport.core.timing.course import NOTHING, Held, HeldUp, Turn, held_up, waits

FIRST, NEXT, RESOLUTION, PROGRESS, ESCALATION = ClockKind
NORMAL, CRITICAL, LOW = Priority.NORMAL, Priority.CRITICAL, Priority.LOW
GOLD = replace(
    contract(calendar=OFFICE),
    first_response={**every(4 * HOUR, "4h"), CRITICAL: Target(seconds=HOUR)},
    resolution={**every(8 * HOUR, "8h"), CRITICAL: Target(seconds=2 * HOUR), LOW: Target(seconds=16 * HOUR)},
    progress_update=every(6 * HOUR, "6h"),
    escalation_close=30 * 86_400,
)


def wednesday(clock: str) -> datetime:
    """A time of that Wednesday."""
    return berlin(f"2026-03-04 {clock}")


def turn(at: str, event: str, **data: object) -> Turn:
    """A line of the log."""
    return Turn(wednesday(at), event, {"reason": "", **data})


def running(kind: ClockKind = RESOLUTION, start: str = "10:00", due: str = "2026-03-05 10:00") -> Clock:
    """A resolution from Wednesday at ten, due on Thursday at ten."""
    return Clock(1, 7, kind, 0, wednesday(start), berlin(due), ClockState.RUNNING)


# --- the log ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([], []),
        ([("11:00", "waiting", "customer")], [("11:00", None)]),
        ([("11:00", "waiting", "customer"), ("12:00", "went_on", "")], [("11:00", "12:00")]),
        ([("11:00", "waiting", "customer"), ("10:30", "went_on", "")], [("11:00", "11:00")]),
        ([("12:00", "went_on", "")], []),
        ([("11:00", "waiting", "customer"), ("12:00", "waiting", "vendor")], [("11:00", "12:00"), ("12:00", None)]),
    ],
)
def test_waits_are_read_out_of_the_log(turns: list[tuple[str, str, str]], expected: list[tuple[str, str | None]]) -> None:
    """From one line to the next; what ends before it began is nothing, and another wait ends the one before."""
    found = waits(turn(at, event, **({"for": whom} if whom else {})) for at, event, whom in turns)
    assert [(wednesday(a), wednesday(b) if b else None) for a, b in expected] == [(one.start, one.end) for one in found]


@pytest.mark.parametrize(
    ("pause_for", "whom", "counts"),
    [({"customer"}, "customer", True), ({"customer"}, "vendor", False), ({"vendor"}, "vendor", True), (set(), "customer", False)],
)
def test_the_contract_says_whose_waiting_counts(pause_for: set[str], whom: str, counts: bool) -> None:
    """A pause for whom it names alone; one that has not ended lasts up to the instant asked about."""
    turns = [turn("11:00", "waiting", **{"for": whom})]
    found = held_up(turns, RESOLUTION, 0, replace(GOLD, pause_for=frozenset(pause_for)), wednesday("12:00"))
    assert found.pauses == (((wednesday("11:00"), wednesday("12:00")),) if counts else ())


def test_closed_time_counts_under_no_contract() -> None:
    """From closing to opening again, also where no waiting pauses anything."""
    turns = [turn("12:00", "paused", **{"for": "closed", "since": wednesday("11:00").isoformat()})]
    assert held_up(turns, RESOLUTION, 0, replace(GOLD, pause_for=frozenset()), wednesday("16:00")).pauses


def test_a_respite_is_of_one_cycle() -> None:
    """And of one clock."""
    turns = [turn("12:00", "respite", clock="resolution", cycle=1, until=wednesday("12:30").isoformat())]
    assert held_up(turns, RESOLUTION, 0, GOLD, wednesday("16:00")) == NOTHING
    assert held_up(turns, RESOLUTION, 1, GOLD, wednesday("16:00")).respites == ((wednesday("12:00"), wednesday("12:30")),)


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([("11:00", "clock_held", "14:00")], [("11:00", "14:00")]),
        ([("11:00", "clock_held", "14:00"), ("12:00", "clock_released", "")], [("11:00", "12:00")]),
        ([("11:00", "clock_held", "12:00"), ("13:00", "clock_released", "")], [("11:00", "12:00")]),
        ([("11:00", "clock_held", "12:00"), ("11:30", "clock_held", "14:00")], [("11:00", "12:00"), ("11:30", "14:00")]),
        ([("11:00", "clock_held", "14:00"), ("12:00", "went_on", "")], [("11:00", "14:00")]),
        ([("11:00", "waiting", ""), ("12:00", "clock_released", "")], [("11:00", "16:00")]),
    ],
)
def test_a_hold_counts_under_every_contract_until_its_end(
    turns: list[tuple[str, str, str]], expected: list[tuple[str, str]]
) -> None:
    """§3.5: by name and reason, until its date or until it is released; a customer who writes does not end it."""
    more = {"waiting": {"for": "customer"}}
    lines = [
        turn(at, event, **({"until": wednesday(until).isoformat()} if until else more.get(event, {})))
        for at, event, until in turns
    ]
    never = replace(GOLD, pause_for=frozenset({"customer"} if turns[0][1] == "waiting" else ()))

    assert held_up(lines, RESOLUTION, 0, never, wednesday("16:00")).pauses == tuple(
        (wednesday(a), wednesday(b)) for a, b in expected
    )


@pytest.mark.parametrize("kind", [FIRST, NEXT])
def test_an_answer_that_is_owed_is_never_held(kind: ClockKind) -> None:
    """§3.5, DESIGN §5: whatever the log says; four hours from ten are two o'clock."""
    gold = replace(GOLD, next_response=GOLD.first_response)
    held = held_up([turn("11:00", "clock_held", until=wednesday("15:00").isoformat())], kind, 0, gold, wednesday("16:00"))
    assert reckoned(gold, kind, NORMAL, wednesday("10:00"), held) == wednesday("14:00")


# --- a day that was named ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "respite", "due"),
    [
        ("2026-03-05 10:00", None, "2026-03-05 10:00"),
        ("2026-03-05 10:00", ("2026-03-06 09:00", "2026-03-06 09:30"), "2026-03-06 09:30"),
        ("2026-03-05 10:00", ("2026-03-04 12:00", "2026-03-04 16:00"), "2026-03-05 10:00"),
    ],
)
def test_waiting_does_not_move_a_day_that_was_named(named: str, respite: tuple[str, str] | None, due: str) -> None:
    """Two hours of waiting move what the contract gives, and not a promised day; a respite given since then is kept."""
    given = ((berlin(respite[0]), berlin(respite[1])),) if respite else ()
    held = HeldUp(((wednesday("11:00"), wednesday("13:00")),), given, berlin(named))
    assert reckoned(GOLD, RESOLUTION, NORMAL, wednesday("10:00"), held) == berlin(due)


def test_a_named_day_that_passed_while_the_customer_was_waited_for_gets_half_an_hour() -> None:
    """Nobody is late for what had to wait: thirty working minutes from when it goes on, and the log keeps them."""
    paused = pause(running(), wednesday("11:00"), "customer")
    back = berlin("2026-03-06 11:00")
    on = resume(paused.clock, GOLD, NORMAL, back, HeldUp(((wednesday("11:00"), back),), (), berlin("2026-03-05 10:00")))
    assert (on.clock.state, on.clock.due_at) == (ClockState.RUNNING, back + timedelta(seconds=GRACE))
    assert on.respite == (back, on.clock.due_at)


# --- pausing and going on -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waited", "due"),
    [
        ((), "2026-03-05 10:00"),
        ((("11:00", "13:00"),), "2026-03-05 12:00"),
        ((("11:00", "13:00"), ("12:00", "14:00")), "2026-03-05 13:00"),
        ((("16:00", "19:00"),), "2026-03-05 11:00"),
        ((("09:00", "10:30"),), "2026-03-05 10:30"),
    ],
)
def test_a_deadline_is_reckoned_from_the_start_with_every_pause(waited: tuple[tuple[str, str], ...], due: str) -> None:
    """Overlapping ones count once, closed hours and time before the start are nothing."""
    held = HeldUp(tuple((wednesday(a), wednesday(b)) for a, b in waited))
    assert reckoned(GOLD, RESOLUTION, NORMAL, wednesday("10:00"), held) == berlin(due)


def test_a_paused_clock_goes_on_with_what_was_left() -> None:
    """An hour was used before; seven are left from eleven on the next day."""
    paused = pause(running(), wednesday("11:00"), "customer")
    assert (paused.changed, paused.clock.state) == (True, ClockState.PAUSED)
    held = HeldUp(((wednesday("11:00"), berlin("2026-03-05 11:00")),))
    on = resume(paused.clock, GOLD, NORMAL, berlin("2026-03-05 11:00"), held)
    assert (on.clock.state, on.clock.due_at) == (ClockState.RUNNING, berlin("2026-03-06 10:00"))


def test_what_was_due_does_not_pause() -> None:
    """Judged or not, a deadline that has come stays."""
    assert not pause(running(due="2026-03-04 12:00"), wednesday("12:00"), "customer").changed


def test_what_is_done_while_paused_is_in_time() -> None:
    """A paused clock has no deadline that could have passed."""
    paused = replace(running(), state=ClockState.PAUSED)
    assert stop(paused, berlin("2026-04-01 12:00")).clock.state is ClockState.MET


@pytest.mark.parametrize("kind", [FIRST, NEXT, ESCALATION])
def test_what_is_owed_never_pauses(kind: ClockKind) -> None:
    """Only the resolution and the next update wait for others."""
    start, held = wednesday("10:00"), HeldUp(((wednesday("11:00"), wednesday("12:00")),))
    assert reckoned(GOLD, kind, NORMAL, start, held) == due_at(GOLD, kind, NORMAL, start)


def test_an_escalation_has_days_around_the_clock() -> None:
    """Thirty days of twenty-four hours, whatever the contract's hours."""
    assert due_at(GOLD, ESCALATION, NORMAL, wednesday("10:00")) == wednesday("10:00") + timedelta(days=30)


# --- priority, level, contract: §3.7 --------------------------------------------------------------------------------------------

SILVER = replace(GOLD, name="silver", resolution=every(12 * HOUR, "12h"), first_response=every(HOUR, "1h"))
NONE = replace(GOLD, name="none", resolution={})


@pytest.mark.parametrize(
    ("change", "under", "priority", "now", "due", "state"),
    [
        ("raised early", GOLD, CRITICAL, "10:30", "2026-03-04 12:00", ClockState.RUNNING),
        ("raised, would be past: half an hour", GOLD, CRITICAL, "13:00", "2026-03-04 13:30", ClockState.RUNNING),
        ("raised at closing: half an hour of the next day", GOLD, CRITICAL, "16:50", "2026-03-05 09:20", ClockState.RUNNING),
        ("lowered", GOLD, LOW, "13:00", "2026-03-06 10:00", ClockState.RUNNING),
        ("another contract", SILVER, NORMAL, "13:00", "2026-03-05 14:00", ClockState.RUNNING),
        ("a contract that does not promise it", NONE, NORMAL, "13:00", "2026-03-05 10:00", ClockState.CANCELLED),
    ],
)
def test_what_changes_counts_from_the_original_start(
    change: str, under: Contract, priority: Priority, now: str, due: str, state: ClockState
) -> None:
    """A deadline in the past gets thirty working minutes; what is promised no more is cancelled."""
    found = recompute(running(), under, priority, wednesday(now))
    assert (found.clock.due_at, found.clock.state) == (berlin(due), state), change


def test_pauses_stay_when_the_priority_changes() -> None:
    """Two hours of ten to one were spent waiting: of two critical hours one is left."""
    held = HeldUp(((wednesday("11:00"), wednesday("13:00")),))
    assert recompute(running(), GOLD, CRITICAL, wednesday("13:00"), held).clock.due_at == wednesday("14:00")


def test_the_respite_is_never_later_than_the_old_deadline() -> None:
    """Ten minutes were left: ten it stays."""
    found = recompute(running(due="2026-03-04 13:10"), GOLD, CRITICAL, wednesday("13:00"))
    assert (found.clock.due_at, found.respite) == (wednesday("13:10"), (wednesday("13:00"), wednesday("13:10")))


def test_a_respite_survives_a_pause() -> None:
    """Given at one, of its half hour ten minutes were used when the waiting began: twenty are left afterwards."""
    given = (wednesday("13:00"), wednesday("13:30"))
    held = HeldUp(((wednesday("13:10"), wednesday("15:00")),), (given,))
    assert reckoned(GOLD, RESOLUTION, CRITICAL, wednesday("10:00"), held) == wednesday("15:20")


def test_a_paused_clock_takes_another_priority_as_of_its_pause() -> None:
    """At eleven one critical hour was used; from when it goes on, one is left."""
    paused = pause(running(), wednesday("11:00"), "customer").clock
    changed = recompute(paused, GOLD, CRITICAL, wednesday("11:00"))
    assert (changed.clock.state, changed.respite) == (ClockState.PAUSED, None)
    held = HeldUp(((wednesday("11:00"), wednesday("15:00")),))
    assert resume(changed.clock, GOLD, CRITICAL, wednesday("15:00"), held).clock.due_at == wednesday("16:00")


@pytest.mark.parametrize("state", [ClockState.LAPSED, ClockState.MET_LATE])
def test_no_change_undoes_a_lapse(state: ClockState) -> None:
    """Loosening after the deadline leaves it as it is."""
    lapsed = replace(running(due="2026-03-04 12:00"), state=state, lapsed_at=wednesday("12:00"))
    assert recompute(lapsed, GOLD, LOW, wednesday("13:00")).clock == lapsed


def test_a_day_that_somebody_named_outlasts_the_priority() -> None:
    """And pauses do not move it: it was said to the customer."""
    moved = agreed(running(), berlin("2026-03-10 12:00"), "anna").clock
    held = HeldUp(((wednesday("11:00"), wednesday("13:00")),), fixed=moved.due_at)
    assert recompute(moved, GOLD, CRITICAL, wednesday("13:00"), held).clock.due_at == berlin("2026-03-10 12:00")


def test_an_answer_after_closing_is_owed_in_the_time_of_a_first_one() -> None:
    """A contract that promises no further answers keeps that clock when the priority changes."""
    again = running(NEXT, due="2026-03-04 14:00")
    assert recompute(again, GOLD, CRITICAL, wednesday("10:30"), promise=FIRST).clock.due_at == wednesday("11:00")
    assert recompute(again, GOLD, CRITICAL, wednesday("10:30")).clock.state is ClockState.CANCELLED


# --- what begins and ends when ----------------------------------------------------------------------------------------------


def test_an_answer_meets_every_word_that_is_owed_and_begins_the_next_update() -> None:
    """First answer and update; not the resolution."""
    clocks = (running(FIRST), running(PROGRESS), running())
    found = promises.answered(clocks, GOLD, NORMAL, wednesday("11:00"), "answered by anna")
    assert [(type(one), one.kind) for one in found] == [(StopClock, FIRST), (StopClock, PROGRESS), (StartClock, PROGRESS)]


def test_a_closing_answer_begins_no_update() -> None:
    """Nothing more is owed."""
    assert promises.answered((), GOLD, NORMAL, wednesday("11:00"), "answered", closing=True) == ()


@pytest.mark.parametrize(
    ("closed", "again", "due", "respite"),
    [
        ("12:00", "14:00", "2026-03-05 12:00", False),
        ("12:00", "16:00", "2026-03-05 14:00", False),
    ],
)
def test_a_ticket_opened_again_goes_on_where_it_was(closed: str, again: str, due: str, respite: bool) -> None:
    """From the original start, and the time that it was closed is left out."""
    met = stop(running(), wednesday(closed)).clock
    found = promises.opened_again(met, GOLD, NORMAL, wednesday(again), HeldUp(((wednesday(closed), wednesday(again)),)))
    assert found is not None
    assert (found.start.started_at, found.start.due_at, bool(found.respite)) == (met.started_at, berlin(due), respite)


def test_one_that_was_late_gets_half_an_hour() -> None:
    """Closed after its deadline and opened again: thirty working minutes."""
    late = stop(running(due="2026-03-04 11:00"), wednesday("12:00")).clock
    held = HeldUp(((wednesday("12:00"), wednesday("14:00")),))
    found = promises.opened_again(late, GOLD, CRITICAL, wednesday("14:00"), held)
    assert found is not None and found.respite == (wednesday("14:00"), wednesday("14:00") + timedelta(seconds=GRACE))


def test_what_is_not_promised_does_not_begin() -> None:
    """No resolution, no update, no end of an escalation."""
    bare = replace(GOLD, resolution={}, progress_update={}, escalation_close=0)
    at = wednesday("10:00")
    assert (
        ()
        == promises.resolution(bare, NORMAL, at)
        == promises.answered((), bare, NORMAL, at, "")
        == promises.escalation_close(bare, NORMAL, at)
    )


def test_a_wait_is_known_as_it_was_said() -> None:
    """For whom, and why."""
    [found] = waits([turn("11:00", "waiting", **{"for": "vendor", "reason": "a part"})])
    assert found == Held(wednesday("11:00"), None, "vendor", "a part")


def test_thirty_working_minutes() -> None:
    """What is given where a deadline would lie in the past."""
    assert GRACE == 30 * MINUTE
