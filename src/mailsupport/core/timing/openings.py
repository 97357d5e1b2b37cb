"""When is a calendar open? The open intervals of a `Calendar` as whole microseconds since 1970 (UTC), a block of days at a time.

In: a `Calendar` and instants. Out: open time between two instants, the instant where so much of it is used up, openings and
closings. Everything counts real elapsed time; wall times become instants in one place only, `Openings.wall`.

To change something here: blocks are made once and never altered, so a calendar's answers depend on its values alone. Intervals
of neighbouring days may overlap; they are merged inside a block and cut at its edge, so whoever asks for a closing must look
across the edge. Pauses are no matter of this module. The zone rules come from `zoneinfo`, the only thing read that is not an
argument.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailsupport.core.desk import Calendar, Interval
from mailsupport.errors import BeyondHorizon

SECOND = 1_000_000
DAY = 86_400 * SECOND
BLOCK = 28 * DAY
HORIZON = 3_653 * DAY
"""Ten years: what is not found by then is never found."""

FIRST_YEAR, LAST_YEAR = 1900, 9900
"""Dates outside come from garbage, and too near to the end of what a datetime can hold."""

BLOCKS_KEPT = 1_024
DAY_MINUTES = 1_440

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_WALL = _EPOCH.replace(tzinfo=None)
_MICRO = timedelta(microseconds=1)
_MIDNIGHT = time()

Span = tuple[int, int]
"""A half-open interval of instants."""


def instant(at: datetime) -> int:
    """Return an aware time as microseconds since 1970; raises BeyondHorizon outside the years 1900 to 9900."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BeyondHorizon(f"the year {at.year} is outside of what can be reckoned", "correct the date")
    return (at - _EPOCH) // _MICRO


def moment(micros: int) -> datetime:
    """Return microseconds since 1970 as a UTC time."""
    return _EPOCH + timedelta(microseconds=micros)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, empty ones dropped, overlapping or touching ones joined."""
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@dataclass(frozen=True, slots=True)
class Block:
    """The open intervals of 28 days; `before` is the open time of the block before each of them, `total` that of all."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int

    def until(self, at: int) -> int:
        """Return the open time between the start of the block and `at`."""
        index = bisect_right(self.starts, at) - 1
        return self.before[index] + min(at, self.ends[index]) - self.starts[index] if index >= 0 else 0

    def earliest(self, amount: int) -> int:
        """Return the first instant with that much open time before it (0 < amount <= total)."""
        index = bisect_left(self.before, amount) - 1
        return self.starts[index] + amount - self.before[index]

    def latest(self, amount: int) -> int:
        """Return the last instant with that much open time before it (0 <= amount < total)."""
        index = bisect_right(self.before, amount) - 1
        return self.starts[index] + amount - self.before[index]


def _block_of(spans: list[Span]) -> Block:
    before, total = [], 0
    for start, end in spans:
        before.append(total)
        total += end - start
    return Block(tuple(s for s, _ in spans), tuple(e for _, e in spans), tuple(before), total)


class Openings:
    """The open time of one calendar; a cache of what its values say, without any state of its own."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.zone = ZoneInfo(calendar.timezone)
        longest = max((end for day in (*calendar.week, *calendar.extra_open.values()) for _, end in day), default=DAY_MINUTES)
        self.reach = 1 + (longest - 1) // DAY_MINUTES
        """How many dates an interval touches at most: 1, or 2 when one crosses midnight."""
        exceptions = calendar.closed or calendar.closed_yearly or calendar.holidays or calendar.extra_open
        self.always = calendar.always and not exceptions
        self._blocks: dict[int, Block] = {}

    def hours(self, day: date) -> tuple[Interval, ...]:
        """Return the intervals that begin on that local date, in minutes from its midnight."""
        calendar = self.calendar
        if day in calendar.extra_open:
            return calendar.extra_open[day]
        if day in calendar.closed or (day.month, day.day) in calendar.closed_yearly or day in calendar.holidays:
            return ()
        return ((0, DAY_MINUTES),) if calendar.always else calendar.week[day.weekday()]

    def wall(self, day: date, since_midnight: timedelta) -> int:
        """Return the instant of a local wall time, given from the midnight of a date.

        An ambiguous time is its first occurrence, one in a gap moves forward by the gap: `fold=0` uses the offset before the
        change.
        """
        naive = datetime.combine(day, _MIDNIGHT) + since_midnight
        offset = naive.replace(tzinfo=self.zone).utcoffset() or timedelta()
        return (naive - offset - _EPOCH_WALL) // _MICRO

    def local(self, at: int) -> datetime:
        """Return the wall time of an instant, without a zone."""
        return moment(at).astimezone(self.zone).replace(tzinfo=None)

    def since_midnight(self, day: date, at: int) -> timedelta:
        """Return how far the wall clock is from that date's midnight at an instant."""
        return self.local(at) - datetime.combine(day, _MIDNIGHT)

    def spans_of(self, day: date) -> Iterator[Span]:
        """Yield the intervals that begin on that local date as instants; one that a change of the clocks leaves empty is none."""
        for start, end in self.hours(day):
            span = self.wall(day, timedelta(minutes=start)), self.wall(day, timedelta(minutes=end))
            if span[0] < span[1]:
                yield span

    def block(self, index: int) -> Block:
        """Return the block that begins `index` times 28 days after 1970."""
        found = self._blocks.get(index)
        if found is None:
            if len(self._blocks) >= BLOCKS_KEPT:
                self._blocks.clear()
            found = self._blocks[index] = self._made(index)
        return found

    def _made(self, index: int) -> Block:
        low, high = index * BLOCK, (index + 1) * BLOCK
        if self.always:
            return _block_of([(low, high)])
        # A day earlier and later for the zone's distance from UTC, one more for a zone that once left out a whole day.
        first = moment(low).date() - timedelta(days=self.reach + 1)
        days = (first + timedelta(days=n) for n in range(28 + self.reach + 3))
        spans = (span for day in days for span in self.spans_of(day))
        return _block_of(merged((max(start, low), min(end, high)) for start, end in spans))

    def between(self, low: int, high: int) -> int:
        """Return the open time of [low, high); 0 when high is not after low."""
        if high <= low:
            return 0
        first, last = low // BLOCK, high // BLOCK
        whole = sum(self.block(index).total for index in range(first, last))
        return whole - self.block(first).until(low) + self.block(last).until(high)

    def forward(self, low: int, amount: int, limit: int) -> int | None:
        """Return the first instant, not after `limit`, with `amount` > 0 of open time between `low` and it."""
        index = low // BLOCK
        amount += self.block(index).until(low)
        while amount > self.block(index).total:
            amount -= self.block(index).total
            index += 1
            if index * BLOCK >= limit:
                return None
        found = self.block(index).earliest(amount)
        return found if found <= limit else None

    def backward(self, high: int, amount: int, limit: int) -> int | None:
        """Return the last instant, not before `limit`, with `amount` > 0 of open time between it and `high`."""
        index = high // BLOCK
        left = self.block(index).until(high) - amount
        while left < 0:
            index -= 1
            if (index + 1) * BLOCK <= limit:
                return None
            left += self.block(index).total
        found = self.block(index).latest(left)
        return found if found >= limit else None

    def opening(self, low: int, limit: int) -> int | None:
        """Return the first open instant from `low` on and before `limit`."""
        for index in range(low // BLOCK, -(-limit // BLOCK)):
            block = self.block(index)
            after = bisect_right(block.ends, low)
            if after < len(block.ends):
                found = max(low, block.starts[after])
                return found if found < limit else None
        return None

    def is_open(self, at: int) -> bool:
        """Return whether an open interval holds that instant."""
        return self.opening(at, at + 1) is not None

    def closing(self, at: int) -> int | None:
        """Return the end of the open interval that holds `at`; None when it is closed then, or stays open for ten years."""
        block = self.block(at // BLOCK)
        index = bisect_right(block.starts, at) - 1
        if index < 0 or block.ends[index] <= at:
            return None
        end = block.ends[index]
        while end % BLOCK == 0 and end - at < HORIZON:
            block = self.block(end // BLOCK)
            if not block.starts or block.starts[0] != end:
                return end
            end = block.ends[0]
        return end if end - at < HORIZON else None

    def owner(self, at: int) -> date:
        """Return the date whose opening holds `at`: an interval that crosses midnight belongs to the date it begins on."""
        today = self.local(at).date()
        for back in range(self.reach + 1):
            day = today - timedelta(days=back)
            if any(start <= at < end for start, end in self.spans_of(day)):
                return day
        return today

    def working_day(self, day: date, count: int) -> date | None:
        """Return the date `count` working days (dates with an opening) after that one; None when ten years hold too few."""
        for _ in range(HORIZON // DAY):
            if count <= 0:
                return day
            day += timedelta(days=1)
            count -= any(True for _ in self.spans_of(day))
        return None


class _Same:
    """A calendar compared by identity: its mappings cannot be hashed, and comparing it whole would cost more than the answer."""

    __slots__ = ("calendar",)

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def __hash__(self) -> int:
        return id(self.calendar)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.calendar is other.calendar


@lru_cache(maxsize=256)
def _openings(same: _Same) -> Openings:
    return Openings(same.calendar)


def openings(calendar: Calendar) -> Openings:
    """Return the openings of that calendar, kept for as long as it is among the last 256 asked for."""
    return _openings(_Same(calendar))
