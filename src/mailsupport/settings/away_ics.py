"""When is somebody away, as a calendar file says? Every event of it is an absence (RFC 5545).

In: the text of a file and the zone of times without one. Out: from when to when (UTC). Understood are whole days and times in
UTC, in an IANA zone or in none, DTEND, and DURATION; what repeats raises Wrong, since an absence that is silently left out would
send an alert to nobody. Whether an event is marked as free or busy does not matter: programs mark whole days as free by
themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailsupport.settings import ics
from mailsupport.settings.moments import FIRST_YEAR, LAST_YEAR
from mailsupport.settings.problems import Wrong

_TIME = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_DURATION = re.compile(r"P(?:(\d{1,3})W|(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,4})S)?)?)")
_CURE = "export it with events that happen once, or write them as [[absence]]"

Span = tuple[datetime, datetime]


def spans(text: str, zone: str) -> list[Span]:
    """Return from when to when each event lasts (UTC); raises Wrong for what it does not understand."""
    return [span for event in ics.happening(text) for span in _span(event, zone) if span[0] < span[1]]


def _span(event: ics.Event, zone: str) -> Iterator[Span]:
    if "RRULE" in event or any(name in event for name in ics.UNSUPPORTED):
        raise Wrong(f"has an event that repeats: {ics.name_of(event)}", _CURE)
    start = _instant(event, "DTSTART", zone)
    if "DTEND" in event:
        yield start, _instant(event, "DTEND", zone)
    elif "DURATION" in event:
        yield start, start + _length(event)
    elif "T" not in event["DTSTART"]:
        yield start, _day_after(event, zone)  # a day without an end is that day (RFC 5545 §3.6.1)


def _instant(event: ics.Event, name: str, zone: str) -> datetime:
    match = _TIME.fullmatch(event.get(name, ""))
    try:
        local = datetime.strptime(match[1] + (match[2] or "000000"), "%Y%m%d%H%M%S") if match else None  # noqa: DTZ007 - zone follows
    except ValueError:
        local = None
    if match is None or local is None or not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise Wrong(f"has an event without a usable {name}: {ics.name_of(event)}", _CURE)
    return local.replace(tzinfo=UTC if match[3] else _zone(event, event.get(f"{name};TZID", zone))).astimezone(UTC)


def _day_after(event: ics.Event, zone: str) -> datetime:
    day = datetime.strptime(event["DTSTART"], "%Y%m%d") + timedelta(days=1)  # noqa: DTZ007 - zone follows
    return day.replace(tzinfo=_zone(event, zone)).astimezone(UTC)


def _zone(event: ics.Event, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        cure = "export it with whole days, or with times in UTC or a zone such as Europe/Berlin"
        raise Wrong(f"has an event in an unknown zone: {ics.name_of(event)}", cure) from error


def _length(event: ics.Event) -> timedelta:
    match = _DURATION.fullmatch(event["DURATION"])
    if not match:
        raise Wrong(f"has an event whose length cannot be read: {ics.name_of(event)}", _CURE)
    weeks, days, hours, minutes, seconds = (int(count or 0) for count in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
