"""What holds for every calendar, zone, start, budget and pause: random ones, near the changes of the clocks from 2020 to 2030."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from slow_worktime import MINUTE, Times, open_minutes

from mailsupport.core.desk import Calendar, Interval
from mailsupport.core.timing.worktime import (
    BeyondHorizon,
    closing_at,
    due,
    due_in_days,
    is_at_closing,
    is_open,
    next_open,
    subtract,
    working_seconds,
)

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Asia/Tehran",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Antarctica/Troll",
)

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
slow = settings(quick, max_examples=60)


@cache
def changes(zone: str) -> tuple[date, ...]:
    """The dates on which the zone's clocks change between 2020 and 2030; one in 2024 for a zone that never does."""
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(11 * 365)]
    offsets = [datetime(d.year, d.month, d.day, tzinfo=ZoneInfo(zone)).utcoffset() for d in days]
    found = [day for day, before, after in zip(days, offsets, offsets[1:], strict=False) if before != after]
    return tuple(found) or (date(2024, 2, 28),)


@st.composite
def day_hours(draw: st.DrawFn) -> tuple[Interval, ...]:
    """A day's opening hours: none, one or several intervals, overlapping and crossing midnight as they like."""
    starts = draw(st.lists(st.integers(0, 96), max_size=3))
    return tuple((start * 15, start * 15 + draw(st.integers(1, 96)) * 15) for start in starts)


@st.composite
def days_near_a_change(draw: st.DrawFn, zone: str) -> date:
    return draw(st.sampled_from(changes(zone))) + timedelta(days=draw(st.integers(-3, 3)))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    zone = draw(st.sampled_from(ZONES))
    near = days_near_a_change(zone)
    return Calendar(
        name="drawn",
        timezone=zone,
        week=tuple(draw(day_hours()) for _ in range(7)),
        closed=draw(st.frozensets(near, max_size=2)),
        closed_yearly=frozenset((d.month, d.day) for d in draw(st.lists(near, max_size=1))),
        holidays=dict.fromkeys(draw(st.lists(near, max_size=2)), "a holiday"),
        extra_open=draw(st.dictionaries(near, day_hours(), max_size=2)),
        always=draw(st.sampled_from([False] * 9 + [True])),
    )


@st.composite
def cases(draw: st.DrawFn, pauses: int = 3) -> tuple[Calendar, datetime, list[Times]]:
    """A calendar, a start near a change of its clocks, and pauses after it, all on whole minutes."""
    calendar = draw(calendars())
    day = draw(days_near_a_change(calendar.timezone))
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 1439)))
    times = st.integers(-600, 4000).map(lambda n: start + n * MINUTE)
    return calendar, start, draw(st.lists(st.tuples(times, times), max_size=pauses))


budgets = st.integers(1, 4000).map(lambda n: n * 60)


def deadline(calendar: Calendar, start: datetime, seconds: int, pauses: list[Times]) -> datetime:
    """The deadline of a calendar that has one."""
    try:
        return due(calendar, start, seconds, pauses)
    except BeyondHorizon:
        assume(False)
        raise


@slow
@given(cases(), st.integers(0, 5000))
def test_measuring_agrees_with_counting_minutes(case: tuple[Calendar, datetime, list[Times]], length: int) -> None:
    """Working seconds are the open, unpaused minutes, counted one by one."""
    calendar, start, pauses = case
    end = start + length * MINUTE
    assert working_seconds(calendar, start, end, pauses) == 60 * len(open_minutes(calendar, start, end, pauses))


@slow
@given(cases(), st.integers(0, 600))
def test_due_agrees_with_counting_minutes(case: tuple[Calendar, datetime, list[Times]], count: int) -> None:
    """The deadline is the end of the last minute needed, and for a budget of nothing the first open minute."""
    calendar, start, pauses = case
    minutes = open_minutes(calendar, start, start + timedelta(days=4), pauses)
    assume(len(minutes) > count)
    expected = minutes[count - 1] + MINUTE if count else minutes[0]
    assert due(calendar, start, count * 60, pauses) == expected


@slow
@given(cases(), st.integers(1, 600))
def test_subtract_agrees_with_counting_minutes(case: tuple[Calendar, datetime, list[Times]], count: int) -> None:
    """The latest start is the beginning of the first minute needed, counted back from the end."""
    calendar, end, _ = case
    minutes = open_minutes(calendar, end - timedelta(days=4), end, [])
    assume(len(minutes) >= count)
    assert subtract(calendar, end, count * 60) == minutes[-count]


@slow
@given(cases(pauses=0))
def test_open_and_opening_agree_with_counting_minutes(case: tuple[Calendar, datetime, list[Times]]) -> None:
    """Open is what the minute says; the next opening is the next open minute."""
    calendar, at, _ = case
    minutes = open_minutes(calendar, at, at + timedelta(days=4), [])
    assert is_open(calendar, at) == (minutes[:1] == [at])
    assume(minutes)
    assert next_open(calendar, at) == minutes[0]


@quick
@given(cases(), budgets)
def test_what_was_added_is_measured(case: tuple[Calendar, datetime, list[Times]], seconds: int) -> None:
    """Between start and deadline lies the budget, and a second earlier it does not."""
    calendar, start, pauses = case
    end = deadline(calendar, start, seconds, pauses)
    assert working_seconds(calendar, start, end, pauses) == seconds
    assert working_seconds(calendar, start, end - timedelta(seconds=1), pauses) == seconds - 1


@quick
@given(cases(), budgets, st.integers(0, 5_000_000_000))
def test_a_later_start_is_never_due_earlier(case: tuple[Calendar, datetime, list[Times]], seconds: int, later: int) -> None:
    """Deadlines keep the order of their starts, to the microsecond."""
    calendar, start, pauses = case
    first = deadline(calendar, start, seconds, pauses)
    assert first <= deadline(calendar, start + timedelta(microseconds=later), seconds, pauses)


@quick
@given(cases(), budgets, budgets)
def test_a_larger_budget_is_due_later(case: tuple[Calendar, datetime, list[Times]], seconds: int, more: int) -> None:
    """Deadlines grow with their budget, and a budget can be used up in two parts."""
    calendar, start, pauses = case
    first = deadline(calendar, start, seconds, pauses)
    whole = deadline(calendar, start, seconds + more, pauses)
    assert first < whole
    assert due(calendar, first, more, pauses) == whole


@quick
@given(cases(), st.integers(0, 2000).map(lambda n: n * 60))
def test_a_deadline_is_never_inside_closed_time(case: tuple[Calendar, datetime, list[Times]], seconds: int) -> None:
    """It is in open time or at closing."""
    calendar, start, pauses = case
    end = deadline(calendar, start, seconds, pauses)
    assert is_open(calendar, end) or is_at_closing(calendar, end)


@quick
@given(cases(), budgets)
def test_one_more_pause_never_makes_it_earlier(case: tuple[Calendar, datetime, list[Times]], seconds: int) -> None:
    """Pauses only ever move a deadline later, and a doubled one counts once."""
    calendar, start, pauses = case
    end = deadline(calendar, start, seconds, pauses)
    assert deadline(calendar, start, seconds, pauses[1:]) <= end == due(calendar, start, seconds, pauses + pauses)


@quick
@given(cases(pauses=0), budgets)
def test_subtracting_undoes_adding(case: tuple[Calendar, datetime, list[Times]], seconds: int) -> None:
    """From the latest start, the budget leads to an end with no open time lost in between."""
    calendar, start, _ = case
    end = deadline(calendar, start, seconds, [])
    latest = subtract(calendar, end, seconds)
    assert start <= latest
    assert due(calendar, latest, seconds) == end


@quick
@given(cases(pauses=0))
def test_until_closing_it_is_open(case: tuple[Calendar, datetime, list[Times]]) -> None:
    """From an open moment to its closing every second is open, and closing itself is not."""
    calendar, at, _ = case
    assume(is_open(calendar, at))
    end = closing_at(calendar, at)
    assume(end is not None)
    assert end is not None
    assert working_seconds(calendar, at, end) == (end - at).total_seconds()
    assert not is_open(calendar, end)
    assert is_at_closing(calendar, end)


@quick
@given(cases(), st.integers(0, 15), st.booleans())
def test_business_days_end_in_open_time_and_pauses_move_them_later(
    case: tuple[Calendar, datetime, list[Times]], days: int, end_of_day: bool
) -> None:
    """In open time or at closing, not before the start, and a pause costs the working time that it covers."""
    calendar, start, pauses = case
    try:
        plain, paused = (due_in_days(calendar, start, days, end_of_day, p) for p in ([], pauses))
    except BeyondHorizon:
        assume(False)
        raise
    assert start <= plain <= paused
    assert is_open(calendar, paused) or is_at_closing(calendar, paused)
    assert working_seconds(calendar, start, paused, pauses) == working_seconds(calendar, start, plain)
