"""What does a line of `due --batch` ask, and what is the answer? The same words as the options of `due`.

In: a JSON object, the calendars of the settings. Out: a `Question`, and its answer as plain values. What cannot be asked raises
`Wrong`, whose words a person can mend; arithmetic alone is done in `core.timing.worktime`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mailsupport.cli.times import NoTime, instant, rfc3339
from mailsupport.core.desk import Calendar, Target
from mailsupport.core.timing.worktime import Pause, due, due_in_days, subtract, working_seconds
from mailsupport.settings.durations import LONGEST, duration, target
from mailsupport.settings.problems import Wrong, suggestion

WITHIN_FORMS = 'write a duration ("8h"), seconds (28800), or business days ("3bd", "3bd end")'


@dataclass(frozen=True, slots=True)
class Question:
    """When is it due (`within`), or how much time has worked between `start` and `end`.

    `before` are working seconds that the answer lies ahead of the deadline: a warning's.
    """

    calendar: Calendar
    start: datetime
    within: Target | None = None
    end: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    before: int = 0


def answer(asked: Question) -> dict[str, object]:
    """Return the answer: instants in RFC 3339, working seconds between them. Raises BeyondHorizon."""
    calendar, start = asked.calendar, asked.start
    ends = deadline(asked) if asked.end is None else asked.end
    seconds = working_seconds(calendar, start, ends, asked.pauses)
    named = "due" if asked.end is None else "end"
    return {"start": rfc3339(start), named: rfc3339(ends), "working_seconds": seconds, "calendar": calendar.name}


def deadline(asked: Question) -> datetime:
    """Return when it is due (UTC); raises BeyondHorizon."""
    within = asked.within or Target()
    if within.days:
        found = due_in_days(asked.calendar, asked.start, within.days, within.end_of_day, asked.pauses)
    else:
        found = due(asked.calendar, asked.start, within.seconds, asked.pauses)
    return subtract(asked.calendar, found, asked.before) if asked.before else found


def read_line(line: str, calendars: Mapping[str, Calendar], usual: str = "") -> Question:
    """Return what a JSON line asks; `usual` is the calendar of a line that names none. Raises Wrong."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise Wrong("the line is no JSON", 'write {"calendar": "office", "start": "…", "within": "8h"}') from None
    if not isinstance(found, dict):
        raise Wrong("the line is no JSON object", 'write {"calendar": "office", "start": "…", "within": "8h"}')
    calendar = named_calendar(found.get("calendar", usual), calendars)
    within, end = found.get("within"), found.get("end")
    if (within is None) == (end is None):
        raise Wrong("the line needs one of within and end", WITHIN_FORMS)
    before = found.get("before")
    return Question(
        calendar,
        _instant(found.get("start"), "start", calendar),
        None if within is None else promise(within),
        None if end is None else _instant(end, "end", calendar),
        tuple(_pause(pause, calendar) for pause in _list(found.get("pauses"))),
        0 if before is None else _seconds(before),
    )


def named_calendar(name: object, calendars: Mapping[str, Calendar]) -> Calendar:
    """Return the calendar of that name; raises Wrong."""
    if not isinstance(name, str) or not name:
        raise Wrong("no calendar is named", suggestion("", calendars))
    if name not in calendars:
        raise Wrong(f"there is no calendar {name[:60]!r}", suggestion(name, calendars))
    return calendars[name]


def promise(value: object) -> Target:
    """Return how much time is given: a duration, whole seconds, or business days; raises Wrong."""
    if isinstance(value, str) and "bd" in value:
        return target(value.strip())
    return Target(seconds=_seconds(value), text=str(value))


def pause_between(text: str, calendar: Calendar) -> Pause:
    """Return a pause that was typed as FROM/TO; raises Wrong."""
    start, slash, end = text.partition("/")
    if not slash:
        raise Wrong(f"{text[:60]!r} is no pause", "write FROM/TO, for example 2026-12-24T12:00Z/2026-12-24T14:00Z")
    return _instant(start, "pause", calendar), _instant(end, "pause", calendar)


def _seconds(value: object) -> int:
    if isinstance(value, str):
        text = value.strip()
        if not (text.isascii() and text.isdigit()):
            return duration(text)
        value = int(text[:18])
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        raise Wrong("within is no duration", WITHIN_FORMS)
    if not 0 <= value <= LONGEST:
        raise Wrong("within is less than nothing, or more than ten years", WITHIN_FORMS)
    return int(value)


def _instant(value: object, key: str, calendar: Calendar) -> datetime:
    try:
        return instant(value, calendar.timezone)
    except NoTime as error:
        raise Wrong(f"{key}: {error}", "a time without offset is local time of the calendar") from None


def _list(value: object) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Wrong("pauses is no list", 'write "pauses": [["FROM", "TO"], …]')
    return value


def _pause(value: object, calendar: Calendar) -> Pause:
    if not isinstance(value, list) or len(value) != 2:
        raise Wrong("a pause is a list of two times", 'write "pauses": [["FROM", "TO"], …]')
    start, end = value
    return _instant(start, "pause", calendar), _instant(end, "pause", calendar)
