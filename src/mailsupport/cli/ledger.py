"""How is a deadline shown so that a person can add it up? The open intervals that counted, their sum, the special days between.

In: a calendar, two instants, pauses. Out: lines of text in the calendar's own zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from mailsupport.app.looking.intervals import Counted, counted, special_days
from mailsupport.cli.screen import aligned
from mailsupport.cli.times import shown, span
from mailsupport.core.desk import Calendar
from mailsupport.core.timing.worktime import Pause

HEAD, TAIL = 24, 4
"""Of a longer list the first and the last intervals are shown, and what lies between as one line."""


def counted_lines(calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> list[str]:
    """Return what was counted from start to end, one interval a line, then the sum and the special days."""
    return [*interval_lines(counted(calendar, start, end, pauses), calendar.timezone), *day_lines(calendar, start, end)]


def interval_lines(found: Sequence[Counted], timezone: str) -> list[str]:
    """Return intervals that counted, one a line, and their sum."""
    if not found:
        return ["nothing of it is open time"]
    return aligned([["counted", "", ""], *_rows(found, timezone), ["sum", "", span(sum(one.seconds for one in found))]])


def day_lines(calendar: Calendar, start: datetime, end: datetime) -> list[str]:
    """Return the special days from start to end; none when every day is as its weekday."""
    days = [f"  {day:%a %Y-%m-%d}  {why}" for day, why in special_days(calendar, start, end)]
    return ["special days", *days[:HEAD]] if days else []


def _rows(found: Sequence[Counted], timezone: str) -> list[list[str]]:
    rows = [["", _interval(one, timezone), span(one.seconds)] for one in found]
    if len(found) <= HEAD + TAIL + 1:
        return rows
    between = found[HEAD:-TAIL]
    skipped = ["", f"… {len(between)} more", span(sum(one.seconds for one in between))]
    return [*rows[:HEAD], skipped, *rows[-TAIL:]]


def _interval(one: Counted, timezone: str) -> str:
    start, end = one.start.astimezone(ZoneInfo(timezone)), one.end.astimezone(ZoneInfo(timezone))
    if start.date() == end.date() and not start.second and not end.second and start.tzname() == end.tzname():
        return f"{start:%a %Y-%m-%d %H:%M} – {end:%H:%M %Z}"
    return f"{shown(start, timezone)} – {shown(end, timezone)}"
