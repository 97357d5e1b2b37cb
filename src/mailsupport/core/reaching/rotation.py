"""Who is on duty in a rotation, and when does the next turn begin?

In: a `Rotation` and instants (UTC). Out: people's keys, turns by number, hand-offs (UTC). Turns are counted by the wall clock of
the rotation's zone, so a hand-off at nine stays at nine when the clocks change, and a turn may be an hour longer or shorter.

To change something here: a hand-off whose wall time the clocks leave out happens at the moment they jump, not later, so that
nobody's turn grows by it; of one that comes twice the first counts. That differs from opening hours (`core.timing.openings`),
which move by the gap. The start only says at which moments turns begin: the rotation goes on before it as it does after it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mailsupport.core.desk import Rotation, Turn
from mailsupport.core.timing.worktime import closing_at, is_open, next_open
from mailsupport.errors import BeyondHorizon

_UNITS = {Turn.HOURLY: timedelta(hours=1), Turn.DAILY: timedelta(days=1), Turn.WEEKLY: timedelta(weeks=1)}
_SECOND = timedelta(seconds=1)


def on_duty(rotation: Rotation, at: datetime) -> tuple[str, ...]:
    """Return the keys of whoever is on duty then; nobody outside the hours, unless an override adds them."""
    overrides = [one for one in rotation.overrides if one.start <= at < one.end]
    removed = {key for one in overrides for key in one.remove}
    turn = () if rotation.hours is not None and not is_open(rotation.hours, at) else (_holder(rotation, at),)
    staying = [key for key in turn if key not in removed]
    return tuple(dict.fromkeys((*staying, *(key for one in overrides for key in one.add))))


def nobody_because(rotation: Rotation, at: datetime) -> str:
    """Return why nobody is on duty then, in words."""
    if rotation.hours is not None and not is_open(rotation.hours, at):
        return f"nobody is on duty: {rotation.hours.name} is closed"
    return "nobody is on duty: an override takes out whose turn it is"


def changes(rotation: Rotation, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield every instant inside (start, end) at which somebody else may come on duty, in no order."""
    edges = (edge for one in rotation.overrides for edge in (one.start, one.end))
    yield from (edge for edge in edges if start < edge < end)
    number = turn_at(rotation, start) + 1
    while (begin := handoff(rotation, number)) < end:
        if begin > start:
            yield begin
        number += 1
    yield from _openings(rotation, start, end)


def turn_at(rotation: Rotation, at: datetime) -> int:
    """Return the number of the turn that holds that instant; turn 0 begins at the rotation's start, those before are negative."""
    number = _near(rotation, at.astimezone(ZoneInfo(rotation.timezone)).replace(tzinfo=None))
    while handoff(rotation, number) > at:
        number -= 1
    while handoff(rotation, number + 1) <= at:
        number += 1
    return number


def handoff(rotation: Rotation, number: int) -> datetime:
    """Return when that turn begins (UTC)."""
    return _instant(_wall(rotation, number), ZoneInfo(rotation.timezone))


def _holder(rotation: Rotation, at: datetime) -> str:
    return rotation.people[turn_at(rotation, at) % len(rotation.people)]


def _near(rotation: Rotation, wall: datetime) -> int:
    """The turn that begins at or before a wall time, if no clock were ever changed."""
    if rotation.turn is Turn.MONTHLY:
        months = (wall.year - rotation.start.year) * 12 + wall.month - rotation.start.month
        return months // rotation.length
    return (wall - rotation.start) // (_UNITS[rotation.turn] * rotation.length)


def _wall(rotation: Rotation, number: int) -> datetime:
    """The wall time at which a turn begins; a month that lacks the day has its turn begin on the last one."""
    count = number * rotation.length
    if rotation.turn is not Turn.MONTHLY:
        return rotation.start + count * _UNITS[rotation.turn]
    years, month = divmod(rotation.start.month - 1 + count, 12)
    year = rotation.start.year + years
    return rotation.start.replace(year=year, month=month + 1, day=min(rotation.start.day, monthrange(year, month + 1)[1]))


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """A wall time as an instant: one that comes twice is the first, one that is left out the moment of the change."""
    late = wall.replace(tzinfo=zone).astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == wall:
        return late
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    offset = early.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def _openings(rotation: Rotation, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every opening and closing of the hours inside (start, end)."""
    at: datetime | None = start
    while rotation.hours is not None and at is not None and at < end:
        try:
            opening = next_open(rotation.hours, at)
        except BeyondHorizon:
            return
        at = closing_at(rotation.hours, opening + _SECOND)
        yield from (edge for edge in (opening, at) if edge is not None and start < edge < end)
