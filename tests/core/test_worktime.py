"""Deadlines as a support manager would say them aloud. The office: Berlin, Monday to Friday 9 to 12 and 13 to 17."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailsupport.core.desk import Calendar
from mailsupport.core.timing.worktime import (
    BeyondHorizon,
    closing_at,
    due,
    due_in_days,
    is_at_closing,
    is_open,
    next_open,
    spoken,
    subtract,
    working_seconds,
)

HOUR = 3600
WORKDAY = ((540, 720), (780, 1020))
OFFICE = Calendar("office", "Europe/Berlin", (WORKDAY,) * 5 + ((), ()))
ALWAYS = Calendar("24x7", "UTC", ((),) * 7, always=True)
NEVER = Calendar("never", "UTC", ((),) * 7)
BAR = Calendar("bar", "Europe/Berlin", ((),) * 4 + (((1320, 1560),), ((1320, 1560),), ()))
"""Friday and Saturday from 22:00 to 02:00."""


def berlin(text: str) -> datetime:
    """A Berlin wall time as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


def spans(calendar: Calendar, at: datetime, hours: int) -> list[tuple[str, int]]:
    """The openings of that many hours: when each begins (UTC) and its minutes."""
    limit, found = at + timedelta(hours=hours), []
    while (begin := next_open(calendar, at)) < limit:
        at = closing_at(calendar, begin) or limit
        found.append((f"{begin:%H:%M}", round((at - begin).total_seconds() / 60)))
    return found


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-03-04 09:00", 1, "2026-03-04 10:00"),
        ("2026-03-04 11:30", 1, "2026-03-04 13:30"),
        ("2026-03-04 06:00", 2, "2026-03-04 11:00"),
        ("2026-03-04 16:00", 2, "2026-03-05 10:00"),
        ("2026-03-06 16:00", 2, "2026-03-09 10:00"),
        ("2026-03-07 12:00", 1, "2026-03-09 10:00"),
        ("2026-03-04 16:00", 1, "2026-03-04 17:00"),
        ("2026-03-04 11:00", 1, "2026-03-04 12:00"),
        ("2026-03-04 10:00", 0, "2026-03-04 10:00"),
        ("2026-03-04 17:00", 0, "2026-03-05 09:00"),
        ("2026-03-27 16:00", 8, "2026-03-30 17:00"),
    ],
)
def test_hours_are_counted_while_the_office_is_open(start: str, hours: int, expected: str) -> None:
    """Lunch, nights and weekends do not count; a deadline at closing stays there."""
    assert due(OFFICE, berlin(start), hours * HOUR) == berlin(expected)


def test_a_day_that_is_always_open_has_the_hours_that_pass() -> None:
    """In a night of 25 hours, 24 hours end at 23:00 on the wall."""
    day = Calendar("days", "Europe/Berlin", (((0, 1440),),) * 7)
    assert due(day, berlin("2026-10-25 00:00"), 24 * HOUR) == berlin("2026-10-25 23:00")


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (((130, 200),), [("01:10", 10)]),
        (((150, 240),), [("01:30", 30)]),
        (((120, 180),), []),
        (((90, 120),), [("00:30", 30)]),
        (((150, 170), (210, 230)), [("01:30", 20)]),
        (((150, 195),), []),
    ],
)
def test_a_wall_time_that_is_left_out_moves_forward_by_the_gap(
    hours: tuple[tuple[int, int], ...], expected: list[tuple[str, int]]
) -> None:
    """Berlin, 29 March 2026: 02:00 to 03:00 does not exist; 02:30 means 03:30, which is 01:30 UTC."""
    calendar = replace(OFFICE, week=((),) * 6 + (hours,))
    morning = datetime(2026, 3, 29, tzinfo=UTC)
    assert spans(calendar, morning, 12) == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (((120, 180),), [("00:00", 120)]),
        (((150, 210),), [("00:30", 120)]),
        (((60, 150),), [("23:00", 90)]),
        (((130, 140),), [("00:10", 10)]),
    ],
)
def test_a_wall_time_shown_twice_is_the_first(hours: tuple[tuple[int, int], ...], expected: list[tuple[str, int]]) -> None:
    """Berlin, 25 October 2026: 02:00 to 03:00 comes twice; the first 02:30 is 00:30 UTC."""
    calendar = replace(OFFICE, week=((),) * 6 + (hours,))
    assert spans(calendar, datetime(2026, 10, 24, 22, tzinfo=UTC), 12) == expected


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu"])
def test_ten_years_of_nights_lose_and_gain_nothing(zone: str) -> None:
    """22:00 to 02:00 each day is four hours a day, whichever way the days are cut into pieces."""
    nights = Calendar("nights", zone, (((1320, 1560),),) * 7)
    start, end = datetime(2020, 1, 1, 17, tzinfo=ZoneInfo(zone)), datetime(2030, 1, 1, 17, tzinfo=ZoneInfo(zone))
    assert working_seconds(nights, start, end) == 3653 * 4 * HOUR
    assert len(openings_from(nights, start, 3653)) == 3653


def openings_from(calendar: Calendar, at: datetime, count: int) -> set[float]:
    """The lengths of that many openings in a row must be four hours each; returns where they begin."""
    begins = set()
    for _ in range(count):
        begin = next_open(calendar, at)
        end = closing_at(calendar, begin)
        assert end is not None and (end - begin).total_seconds() == 4 * HOUR
        begins.add(begin.timestamp())
        at = end
    return begins


def test_always_open_is_open_on_every_day() -> None:
    """24x7 adds plain time."""
    assert due(ALWAYS, datetime(2026, 12, 24, 23, tzinfo=UTC), 72 * HOUR) == datetime(2026, 12, 27, 23, tzinfo=UTC)


def test_round_the_clock_may_have_holidays() -> None:
    """24x7 with a closed date does not count that date."""
    calendar = replace(ALWAYS, closed=frozenset({date(2026, 12, 25)}))
    assert due(calendar, datetime(2026, 12, 24, 23, tzinfo=UTC), 2 * HOUR) == datetime(2026, 12, 26, 1, tzinfo=UTC)


CLOSED = replace(
    OFFICE,
    closed=frozenset({date(2026, 3, 5)}),
    closed_yearly=frozenset({(3, 6), (2, 29)}),
    holidays={date(2026, 3, 9): "a holiday"},
)


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ({}, "2026-03-10 10:00"),
        ({date(2026, 3, 5): ((600, 660),)}, "2026-03-05 11:00"),
        ({date(2026, 3, 6): ((600, 660),)}, "2026-03-06 11:00"),
        ({date(2026, 3, 7): ((600, 660),)}, "2026-03-07 11:00"),
        ({date(2026, 3, 9): ((600, 660),)}, "2026-03-09 11:00"),
        ({date(2026, 3, 10): ((600, 660),)}, "2026-03-10 11:00"),
        ({date(2026, 3, 10): ()}, "2026-03-11 10:00"),
    ],
)
def test_extra_open_wins_over_every_closed_day(opened: dict[date, tuple[tuple[int, int], ...]], expected: str) -> None:
    """It replaces that date's hours, be the date closed, closed every year, a holiday, a weekend or an ordinary day."""
    calendar = replace(CLOSED, extra_open=opened)
    assert due(calendar, berlin("2026-03-04 17:00"), HOUR) == berlin(expected)


def test_closed_every_year_may_be_a_leap_day() -> None:
    """29 February is closed where there is one."""
    calendar = replace(OFFICE, closed_yearly=frozenset({(2, 29)}))
    assert next_open(calendar, berlin("2028-02-29 10:00")) == berlin("2028-03-01 09:00")


@pytest.mark.parametrize(
    ("at", "open_"),
    [("2026-03-06 22:00", True), ("2026-03-07 01:59", True), ("2026-03-07 02:00", False), ("2026-03-08 01:00", True)],
)
def test_an_interval_may_cross_midnight(at: str, open_: bool) -> None:
    """22:00 to 02:00 on a Friday is open on Saturday morning."""
    assert is_open(BAR, berlin(at)) is open_


def test_a_closed_friday_closes_its_night() -> None:
    """An interval that crosses midnight belongs to the day it begins on; Saturday's own night stays open."""
    calendar = replace(BAR, closed=frozenset({date(2026, 3, 6)}))
    assert next_open(calendar, berlin("2026-03-06 21:00")) == berlin("2026-03-07 22:00")


def test_a_closed_saturday_leaves_fridays_night() -> None:
    """Saturday 01:00 still belongs to Friday."""
    calendar = replace(BAR, closed=frozenset({date(2026, 3, 7)}))
    assert is_open(calendar, berlin("2026-03-07 01:00"))


def test_overlapping_intervals_count_once() -> None:
    """9 to 12 and 11 to 13 are four hours, and 12:00 is no closing."""
    calendar = replace(OFFICE, week=(((540, 720), (660, 780)),) * 7)
    assert working_seconds(calendar, berlin("2026-03-04 00:00"), berlin("2026-03-05 00:00")) == 4 * HOUR
    assert closing_at(calendar, berlin("2026-03-04 11:30")) == berlin("2026-03-04 13:00")


def test_an_end_before_the_start_is_no_time() -> None:
    """Working seconds are never negative."""
    assert working_seconds(OFFICE, berlin("2026-03-04 12:00"), berlin("2026-03-04 10:00")) == 0


@pytest.mark.parametrize(
    ("start", "days", "end_of_day", "expected"),
    [
        ("2026-03-04 10:00", 3, False, "2026-03-09 10:00"),
        ("2026-03-04 10:00", 3, True, "2026-03-09 17:00"),
        ("2026-03-04 20:00", 1, False, "2026-03-06 09:00"),
        ("2026-03-07 10:00", 1, False, "2026-03-10 09:00"),
        ("2026-03-04 10:00", 0, True, "2026-03-04 17:00"),
        ("2026-03-27 16:30", 1, False, "2026-03-30 16:30"),
    ],
)
def test_business_days_keep_the_clock_time(start: str, days: int, end_of_day: bool, expected: str) -> None:
    """Three days from Wednesday is Monday; what comes when the office is closed counts from the next opening."""
    assert due_in_days(OFFICE, berlin(start), days, end_of_day) == berlin(expected)


@pytest.mark.parametrize(
    ("start", "expected"), [("2026-03-05 15:00", "2026-03-09 09:00"), ("2026-03-05 12:00", "2026-03-06 12:00")]
)
def test_a_business_day_that_is_closed_by_then_moves_on(start: str, expected: str) -> None:
    """15:00 on a day that closes at noon becomes the next opening; noon itself is closing and stays."""
    calendar = replace(OFFICE, week=(((540, 1020),),) * 4 + (((540, 720),), (), ()))
    assert due_in_days(calendar, berlin(start), 1) == berlin(expected)


def test_a_business_day_of_a_night_shift_is_the_day_it_began() -> None:
    """From 01:00 in Friday's night one day on is 01:00 in Saturday's night."""
    assert due_in_days(BAR, berlin("2026-03-07 01:00"), 1) == berlin("2026-03-08 01:00")
    assert due_in_days(BAR, berlin("2026-03-07 01:00"), 1, end_of_day=True) == berlin("2026-03-08 02:00")


def test_a_moment_at_closing_is_closed_but_known_as_closing() -> None:
    """17:00 is not open, is closing, and belongs to the opening that ends there."""
    at = berlin("2026-03-04 17:00")
    assert (is_open(OFFICE, at), is_at_closing(OFFICE, at), closing_at(OFFICE, at)) == (False, True, at)


def test_who_never_closes_has_no_closing() -> None:
    """24x7, as a calendar of its own or as seven whole days, is open and never closes."""
    week = replace(NEVER, week=(((0, 1440),),) * 7)
    at = datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert [(is_open(c, at), closing_at(c, at)) for c in (ALWAYS, week, NEVER)] == [(True, None), (True, None), (False, None)]


def test_counting_back_crosses_the_night() -> None:
    """Two hours before 10:00 is 16:00 of the day before."""
    assert subtract(OFFICE, berlin("2026-03-05 10:00"), 2 * HOUR) == berlin("2026-03-04 16:00")


@pytest.mark.parametrize(
    "ask",
    [
        lambda at: due(NEVER, at, 1),
        lambda at: due(NEVER, at, 0),
        lambda at: due(OFFICE, at, 10**12),
        lambda at: due_in_days(NEVER, at, 1),
        lambda at: due_in_days(OFFICE, at, 5000),
        lambda at: subtract(NEVER, at, 1),
        lambda at: next_open(NEVER, at),
        lambda at: due(OFFICE, at.replace(year=9999), 1),
        lambda at: due(OFFICE, at.replace(year=1), 1),
    ],
)
def test_what_lies_ten_years_away_is_an_error(ask: object) -> None:
    """Never silence, never an endless search; the message names a cure."""
    assert callable(ask)
    with pytest.raises(BeyondHorizon) as raised:
        ask(datetime(2026, 3, 4, 12, tzinfo=UTC))
    assert raised.value.cure


def test_two_calendars_with_one_name_are_two() -> None:
    """What is remembered of a calendar is bound to its values, not to its name."""
    other = replace(OFFICE, week=(((600, 660),),) * 7)
    at = berlin("2026-03-04 00:00")
    assert [next_open(c, at) for c in (OFFICE, other, OFFICE)] == [
        berlin("2026-03-04 09:00"),
        berlin("2026-03-04 10:00"),
        berlin("2026-03-04 09:00"),
    ]


def test_reasons_say_instants_in_utc() -> None:
    """Whatever zone the value carries."""
    assert spoken(datetime(2026, 3, 4, 12, 5, tzinfo=ZoneInfo("Europe/Berlin"))) == "2026-03-04 11:05 UTC"


def test_a_day_inside_the_night_before_never_ends_before_it_began() -> None:
    """Wednesday is open until 01:15 of Thursday, Thursday itself until 00:15 only: from 01:00 on, "1bd end" is 01:15."""
    calendar = Calendar("night", "Europe/Berlin", ((), (), ((75, 1515),), ((0, 15),), (), (), ()))
    start = datetime(2020, 3, 26, 0, 0, tzinfo=UTC)

    assert datetime(2020, 3, 26, 0, 15, tzinfo=UTC) == due_in_days(calendar, start, 1, end_of_day=True)
