"""How are instants and spans of time read from a person and shown to one?

In: what was typed, a zone. Out: UTC instants, and words. A time without an offset is local time of the zone named with it; one
that the clocks leave out moves forward by the gap, and of one that comes twice the first is meant.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailsupport.core.timing.worktime import local

__all__ = ["FORMS", "NoTime", "instant", "local", "rfc3339", "shown", "span"]

FORMS = "write for example 2026-12-24T16:30, 2026-12-24T16:30+01:00 or 2026-12-24T15:30:00Z"


class NoTime(ValueError):
    """What was typed is no time."""


def instant(text: object, zone: str) -> datetime:
    """Return the instant (UTC) that a text of RFC 3339 or ISO 8601 names; raises NoTime."""
    if not isinstance(text, str):
        raise NoTime(f"a time is a text; {FORMS}")
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NoTime(f"{text[:40]!r} is no time; {FORMS}") from None


def rfc3339(at: datetime) -> str:
    """Return an instant in UTC, with a Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def shown(at: datetime | None, zone: str) -> str:
    """Return an instant as a person checks it: weekday, date, local time, zone; seconds only when there are any."""
    if at is None:
        return "–"
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a %Y-%m-%d %H:%M:%S %Z}" if local.second else f"{local:%a %Y-%m-%d %H:%M %Z}"


def span(seconds: int) -> str:
    """Return a span of time in words: 1 h 30 min, 45 s."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if count]
    return " ".join(parts) or "0 min"
