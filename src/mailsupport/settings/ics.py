"""Which days does an .ics file close? Reads the whole-day events of a holiday calendar (RFC 5545), and refuses the rest.

In: the text of a file and a range of years. Out: dates with the event's summary. Understood are DTSTART and DTEND as dates,
DURATION in days or weeks, and RRULE:FREQ=YEARLY with COUNT and UNTIL; anything else raises Wrong, since a holiday that is
silently left out would let a promise run on a closed day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from mailsupport.settings.problems import Wrong

LONGEST_EVENT = 366
"""Days one event may cover."""

Event = Mapping[str, str]

_ZONE = re.compile(r'TZID="?([^";:]+)', re.I)
UNSUPPORTED = ("RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
_CURE = "export it with whole-day events that happen once or every year, or list the days under closed"


def holidays(text: str, first_year: int, last_year: int) -> dict[date, str]:
    """Return each closed date in those years with its name; raises Wrong for what it does not understand."""
    days: dict[date, str] = {}
    for event in happening(text):
        for day in _days(event, first_year, last_year):
            if first_year <= day.year <= last_year:
                days.setdefault(day, event.get("SUMMARY", "")[:100])
    return days


def happening(text: str) -> Iterator[Event]:
    """Yield the properties of each event that was not cancelled; the zone of a time stands under DTSTART;TZID and DTEND;TZID."""
    return (event for event in _events(text) if event.get("STATUS", "").upper() != "CANCELLED")


def _events(text: str) -> Iterator[Event]:
    """Yield the properties of each VEVENT; inner components such as alarms are passed over."""
    event: dict[str, str] = {}
    inside: list[str] = []
    for line in _unfolded(text):
        name, _, value = line.partition(":")
        name, _, parameters = name.partition(";")
        name = name.upper()
        if name == "BEGIN":
            inside.append(value.strip().upper())
            event = {} if inside[-1] == "VEVENT" else event
        elif name == "END" and inside:
            if inside.pop() == "VEVENT":
                yield event
        elif inside and inside[-1] == "VEVENT":
            event[name] = value.strip()
            if zone := _ZONE.search(parameters):
                event[f"{name};TZID"] = zone[1]
    if "BEGIN:VCALENDAR" not in text.upper():
        raise Wrong("is no calendar file", _CURE)


def _unfolded(text: str) -> list[str]:
    """Return the content lines: a line that starts with white space continues the one before (RFC 5545 §3.1)."""
    return re.sub(r"\r?\n[ \t]", "", text).splitlines()


def _days(event: Event, first_year: int, last_year: int) -> Iterator[date]:
    start = _date(event.get("DTSTART", ""), event)
    length = _length(event, start)
    if any(name in event for name in UNSUPPORTED):
        raise Wrong(f"has an event with exceptions: {name_of(event)}", _CURE)
    for first in _starts(event, start, first_year, last_year):
        yield from (first + timedelta(days=offset) for offset in range(length))


def _length(event: Event, start: date) -> int:
    """Return how many days an event covers; DTEND is the day after the last (RFC 5545 §3.6.1)."""
    days = 1
    if "DTEND" in event:
        days = max((_date(event["DTEND"], event) - start).days, 1)
    elif "DURATION" in event:
        match = re.fullmatch(r"P([0-9]{1,3})([DW])", event["DURATION"])
        if not match:
            raise Wrong(f"has an event that lasts part of a day: {name_of(event)}", _CURE)
        days = int(match[1]) * (7 if match[2] == "W" else 1)
    if days > LONGEST_EVENT:
        raise Wrong(f"has an event of {days} days: {name_of(event)}", "close a calendar for less than a year at a time")
    return days


def _starts(event: Event, start: date, first_year: int, last_year: int) -> Iterator[date]:
    """Yield the first day of each occurrence that can touch those years; 29 February happens in leap years alone."""
    rule = event.get("RRULE")
    if rule is None:
        if first_year - 1 <= start.year <= last_year:
            yield start
        return
    until, count = _yearly(rule, event)
    for year in range(start.year, last_year + 1):
        day = _in_year(start, year)
        if day is None:
            continue
        if day > until or count == 0:
            return
        count -= 1
        if year >= first_year - 1:
            yield day


def _in_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None


def _yearly(rule: str, event: Event) -> tuple[date, int]:
    """Return until when and how often (-1 without end) a yearly rule happens; raises Wrong for any other rule."""
    parts = dict(part.upper().partition("=")[::2] for part in rule.split(";") if part)
    if parts.pop("FREQ", "") != "YEARLY" or parts.pop("INTERVAL", "1") != "1":
        raise Wrong(f"has an event that does not happen yearly: {name_of(event)}", _CURE)
    until = _date(parts.pop("UNTIL", "99991231")[:8], event)
    count = parts.pop("COUNT", "-1")
    parts.pop("WKST", None)
    if parts or not re.fullmatch(r"-1|[0-9]{1,4}", count):
        raise Wrong(f"has an event with a rule beyond the date itself: {name_of(event)}", _CURE)
    return until, int(count)


def _date(text: str, event: Event) -> date:
    try:
        if re.fullmatch(r"[0-9]{8}", text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        pass
    raise Wrong(f"has an event that is not for whole days: {name_of(event)}", _CURE)


def name_of(event: Event) -> str:
    """Return what an event is called, for a problem."""
    name = event.get("SUMMARY", "") or "without a name"
    return "".join(mark for mark in name if mark.isprintable())[:60]
