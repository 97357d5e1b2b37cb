"""Working time the slow way, minute by minute, sharing nothing with the code it checks.

Wall times become instants by looking at what the clocks of the zone show, minute after minute; open time is counted one minute
at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailsupport.core.desk import Calendar

MINUTE = timedelta(minutes=1)
Times = tuple[datetime, datetime]


@lru_cache(maxsize=100_000)
def shown(zone: str, wall: datetime) -> datetime | None:
    """The first minute at which the zone's clocks show that wall time, if they ever do."""
    at = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    for offset_minutes in range(30 * 60 + 1):
        candidate = at + offset_minutes * MINUTE
        if candidate.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall:
            return candidate
    return None


@lru_cache(maxsize=100_000)
def instant_of(zone: str, wall: datetime) -> datetime:
    """As `shown`; a wall time that the clocks leave out is counted on from the last one that they show."""
    for back in range(24 * 60):
        found = shown(zone, wall - back * MINUTE)
        if found is not None:
            return found + back * MINUTE
    raise AssertionError("a gap of a whole day")


def hours_of(calendar: Calendar, day: date) -> Sequence[tuple[int, int]]:
    """The day's intervals by the calendar's precedence."""
    if day in calendar.extra_open:
        return calendar.extra_open[day]
    if day in calendar.closed or day in calendar.holidays or (day.month, day.day) in calendar.closed_yearly:
        return ()
    return [(0, 1440)] if calendar.always else calendar.week[day.weekday()]


def intervals(calendar: Calendar, first: date, days: int) -> list[Times]:
    """Every interval that begins on those dates, as instants."""
    found = []
    for day in (first + timedelta(days=n) for n in range(days)):
        midnight = datetime.combine(day, time())
        for start, end in hours_of(calendar, day):
            found.append(
                (
                    instant_of(calendar.timezone, midnight + start * MINUTE),
                    instant_of(calendar.timezone, midnight + end * MINUTE),
                )
            )
    return found


def open_minutes(calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Times]) -> list[datetime]:
    """Every minute of [start, end) that is open and not paused; everything must lie on whole minutes."""
    first = start.date() - timedelta(days=4)
    spans = intervals(calendar, first, (end.date() - first).days + 3)
    minutes = (start + n * MINUTE for n in range(int((end - start) / MINUTE)))
    return [m for m in minutes if any(a <= m < b for a, b in spans) and not any(a <= m < b for a, b in pauses)]
