"""Which open time was counted, interval by interval? The arithmetic of a deadline as a person adds it up by hand.

In: a calendar, two instants, pauses. Out: the open intervals between them outside the pauses, in order, each with its seconds;
and what is special about the days on the way. It walks through `core.timing.worktime` itself, so it says nothing else than the
deadline.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailsupport.core.desk import Calendar
from mailsupport.core.timing.worktime import Pause, closing_at, next_open
from mailsupport.errors import BeyondHorizon

MOST = 5_000
"""Intervals that are listed at the most: ten years of office days."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An open interval that counted, half-open."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> int:
        """How much it counted."""
        return int((self.end - self.start).total_seconds())


def counted(calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> tuple[Counted, ...]:
    """Return the intervals of [start, end) that count; their seconds add up to `worktime.working_seconds`."""
    found: list[Counted] = []
    for opened, closed in _open_spans(calendar, start, end):
        found += [Counted(*span) for span in _without(opened, closed, pauses)]
        if len(found) >= MOST:
            break
    return tuple(found)


def special_days(calendar: Calendar, start: datetime, end: datetime) -> tuple[tuple[date, str], ...]:
    """Return the local dates of [start, end] that are not as their weekday, and why."""
    zone = ZoneInfo(calendar.timezone)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    days = (first + timedelta(days=n) for n in range(min((last - first).days + 1, MOST)))
    return tuple((day, why) for day in days if (why := _why(calendar, day)))


def _open_spans(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Pause]:
    at = start
    while at < end:
        try:
            opened = next_open(calendar, at)
        except BeyondHorizon:
            return
        if opened >= end:
            return
        closed = closing_at(calendar, opened)
        at = end if closed is None else min(closed, end)
        yield opened, at


def _without(start: datetime, end: datetime, pauses: Sequence[Pause]) -> Iterator[Pause]:
    for low, high in sorted(pauses):
        if low < high and high > start and low < end:
            if low > start:
                yield start, low
            start = max(start, high)
    if start < end:
        yield start, end


def _why(calendar: Calendar, day: date) -> str:
    """Return what is special about a date, in the order in which the calendar decides."""
    if day in calendar.extra_open:
        return "open at other hours"
    if day in calendar.closed or (day.month, day.day) in calendar.closed_yearly:
        return "closed"
    return f"holiday: {calendar.holidays[day]}" if day in calendar.holidays else ""
