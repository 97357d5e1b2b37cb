"""How much of a calendar's open time lies between two instants, and when is so much of it used up?

In: a `Calendar`, aware instants, budgets in seconds or business days, pauses. Out: UTC instants and whole seconds.

Working time is real elapsed time inside the calendar's open intervals and outside the pauses. The rules, each held by a test: a
deadline is the earliest instant with enough working time, so one that falls on closing stays at closing; a budget of nothing is
due at the first working instant; pauses are half-open and may overlap. What is not found within ten years raises
`BeyondHorizon`. To change something here: the intervals themselves are made in `core.timing.openings`; nothing here may know of
minutes or weekdays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailsupport.core.desk import Calendar
from mailsupport.core.timing.openings import HORIZON, SECOND, Openings, Span, instant, merged, moment, openings
from mailsupport.errors import BeyondHorizon

__all__ = [
    "BeyondHorizon",
    "Pause",
    "closing_at",
    "due",
    "due_in_days",
    "is_at_closing",
    "is_open",
    "local",
    "next_open",
    "spoken",
    "subtract",
    "working_seconds",
]

Pause = tuple[datetime, datetime]
"""A half-open time in which nothing counts; empty or inverted ones are nothing."""

_SPOKEN = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d) UTC\b")
"""An instant as `spoken` writes it."""


def due(calendar: Calendar, start: datetime, seconds: int, pauses: Sequence[Pause] = ()) -> datetime:
    """Return the earliest instant with that many working seconds since `start` (UTC); with none, the first working instant.

    Raises BeyondHorizon when ten years do not hold as many.
    """
    low, budget = instant(start), max(seconds, 0) * SECOND
    found = _forward(openings(calendar), low, budget, pauses)
    if found is None:
        raise _beyond(calendar, f"{seconds} seconds", start)
    return moment(found)


def working_seconds(calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> int:
    """Return the whole working seconds of [start, end), 0 when end is not after start."""
    return _between(openings(calendar), instant(start), instant(end), pauses) // SECOND


def due_in_days(
    calendar: Calendar, start: datetime, days: int, end_of_day: bool = False, pauses: Sequence[Pause] = ()
) -> datetime:
    """Return the same local clock time that many working days after `start`, or the closing of that day.

    A start outside opening hours counts from the next opening. A clock time at which that day is closed moves to the next
    opening, except the moment of closing. Working time that was paused on the way is added as working time. Raises
    BeyondHorizon.
    """
    times, low = openings(calendar), instant(start)
    opened = times.opening(low, low + HORIZON)
    plain = None if opened is None else _days_later(times, opened, days, end_of_day)
    if plain is None:
        raise _beyond(calendar, f"{days} working days", start)
    paused = times.between(low, plain) - _between(times, low, plain, pauses)
    found = _forward(times, plain, paused, pauses) if paused else plain
    if found is None:
        raise _beyond(calendar, f"{days} working days", start)
    return moment(found)


def subtract(calendar: Calendar, end: datetime, seconds: int) -> datetime:
    """Return the latest start from which that many working seconds lead to `end` (UTC). Raises BeyondHorizon."""
    high = instant(end)
    if seconds <= 0:
        return moment(high)
    found = openings(calendar).backward(high, seconds * SECOND, high - HORIZON)
    if found is None:
        raise _beyond(calendar, f"{seconds} seconds", end)
    return moment(found)


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Return whether the calendar is open then; the moment of closing is closed."""
    return openings(calendar).is_open(instant(at))


def is_at_closing(calendar: Calendar, at: datetime) -> bool:
    """Return whether an opening ends at that very moment."""
    times, when = openings(calendar), instant(at)
    return times.closing(when - 1) == when


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """Return `at` if the calendar is open then, else the next opening (UTC). Raises BeyondHorizon."""
    low = instant(at)
    found = openings(calendar).opening(low, low + HORIZON)
    if found is None:
        raise _beyond(calendar, "a moment", at)
    return moment(found)


def closing_at(calendar: Calendar, at: datetime) -> datetime | None:
    """Return when the opening ends that holds `at`, or ends at it; None when it is closed then, or never closes."""
    times, when = openings(calendar), instant(at)
    end = times.closing(when) or times.closing(when - 1)
    return None if end is None else moment(end)


def spoken(at: datetime) -> str:
    """Return an instant as the reasons say it: UTC, to the minute."""
    return f"{moment(instant(at)):%Y-%m-%d %H:%M} UTC"


def local(words: str, zone: str) -> str:
    """Return the words with every instant that a reason names as somebody of that zone checks it: weekday, date, time, zone."""
    there = ZoneInfo(zone)
    return _SPOKEN.sub(lambda found: f"{_read(found[1]).astimezone(there):%a %Y-%m-%d %H:%M %Z}", words)


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _days_later(times: Openings, opened: int, days: int, end_of_day: bool) -> int | None:
    first = times.owner(opened)
    last = times.working_day(first, days)
    if last is None:
        return None
    if end_of_day:
        # A short day may lie wholly inside an interval that began the day before: then that interval's closing counts.
        return max(times.closing(opened) or opened, *(end for _, end in times.spans_of(last)))
    same_clock = times.wall(last, times.since_midnight(first, opened))
    if times.closing(same_clock - 1) == same_clock:
        return same_clock
    return times.opening(same_clock, same_clock + HORIZON)


def _forward(times: Openings, low: int, budget: int, pauses: Sequence[Pause]) -> int | None:
    for start, end in _unpaused(low, low + HORIZON, pauses):
        found = times.forward(start, budget, end) if budget else times.opening(start, end)
        if found is not None:
            return found
        budget -= times.between(start, end)
    return None


def _between(times: Openings, low: int, high: int, pauses: Sequence[Pause]) -> int:
    return sum(times.between(start, end) for start, end in _unpaused(low, high, pauses))


def _unpaused(low: int, high: int, pauses: Sequence[Pause]) -> Iterator[Span]:
    """Yield what is left of [low, high) without the pauses."""
    for start, end in merged((instant(a), instant(b)) for a, b in pauses):
        if low < start:
            yield low, min(start, high)
        low = max(low, end)
        if low >= high:
            return
    if low < high:
        yield low, high


def _beyond(calendar: Calendar, what: str, at: datetime) -> BeyondHorizon:
    message = f"the calendar {calendar.name!r} does not hold {what} of open time within ten years of {at:%Y-%m-%d}"
    return BeyondHorizon(message, "give the calendar more opening hours, or the promise a shorter time")
