"""Until when, as people write it: "45m", "2 days", "14:30", "tomorrow 9", "next monday", "24.12.", "bis Freitag".

In: the rest of a command's line, the present instant (UTC), the writer's zone and language. Out: a `Reading`: the instant, or
what is doubtful about it, and the words behind it. Nothing here raises.

The rules: a time of day that has passed is tomorrow's; a date without its year is the next such date, but not one that has just
passed; a date with its year lies ahead or is refused; what can be read in two ways is refused with both. A day without a time of
day means its morning (or whatever the caller says), and the reading keeps that day. A wall time that a clock change skips is
taken an hour later, one that comes twice is the first (DESIGN §5 Clocks). The words are data: `core.reading.timewords`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailsupport.core.reading.timewords import ENGLISH, LANGUAGES, TimeWords
from mailsupport.core.said import Said, said

MORNING = time(9)
"""What a day without a time of day means, where the caller says nothing else."""

LONGEST = timedelta(days=1100)
"""Nobody means more than three years."""

YEARS = 9
"""A year farther away than this is not reckoned with at all."""

JUST_PASSED = timedelta(days=300)
"""A date without a year that is farther ahead than this was meant to be the one that has passed."""

_WORDS = 8
_DURATION = re.compile(r"(\d{1,4})(?:[.,](\d))? ?([^\W\d_]+\.?)(?: ?(?:and|und|,)? ?)")
_HOURS_AND = re.compile(r"(\d{1,3}) ?h ?(\d{1,2})")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))? ?(am|pm|a\.m\.|p\.m\.)?")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[t ](\d{1,2}:\d{2})(?::\d{2})? ?(z|utc|[+-]\d{2}:?\d{2})?)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d{2})?)?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?")
_NAMED = re.compile(r"(?:(\d{1,2})(?:\.|st|nd|rd|th)? ([^\W\d_]+\.?)|([^\W\d_]+\.?) (\d{1,2})(?:st|nd|rd|th)?),?(?: (\d{4}))?")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words say: `at` is the instant (UTC), `day` the day where no time of day was written; `rest` follows it.

    With a `doubt` there is no `at`; with neither, the words do not begin with a time at all.
    """

    at: datetime | None = None
    day: date | None = None
    doubt: Said | None = None
    rest: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """A time that was read, before it is judged: what is written, in the writer's zone."""

    instant: datetime | None = None
    day: date | None = None
    clock: time | None = None
    doubt: Said | None = None
    yearless: bool = False


class _Context:
    """Who writes when and where: what every rule needs."""

    def __init__(self, now: datetime, zone: str, language: str) -> None:
        self.now, self.zone = now, zone_named(zone)
        self.local = now.astimezone(self.zone)
        own = LANGUAGES.get(language.partition("-")[0].lower())
        self.languages: tuple[TimeWords, ...] = (ENGLISH,) if own in (None, ENGLISH) else (ENGLISH, own)

    def look(self, table: str, word: str) -> int | None:
        """Return what a word means by a table of the languages, or None."""
        tables: Iterable[Mapping[str, int]] = (getattr(words, table) for words in self.languages)
        return next((found[word] for found in tables if word in found), None)

    def any(self, table: str) -> list[str]:
        """Return a list of words of all the languages, the longest first."""
        return sorted((word for words in self.languages for word in getattr(words, table)), key=len, reverse=True)


def read(text: str, now: datetime, zone: str, language: str = "en", morning: time = MORNING) -> Reading:
    """Return the time that a text begins with, in the longest reading there is, and what follows it."""
    context = _Context(now, zone, language)
    words = text.split()
    for length in range(min(len(words), _WORDS), 0, -1):
        written = " ".join(words[:length]).lower().rstrip(",;:!?")
        found = _whole(written, context) or (_whole(written[:-1], context) if written.endswith(".") else None)
        if found is not None:
            rest = " ".join(words[length:]).lstrip(",;:–- ")
            return _judged(found, " ".join(words[:length]), rest, morning, context)
    return Reading(rest=" ".join(words))


def written(at: datetime, zone: str) -> str:
    """Return an instant as it may be written and read again: local date and time of that zone."""
    return at.astimezone(zone_named(zone)).strftime("%Y-%m-%d %H:%M")


def starts(day: date, zone: str) -> datetime:
    """Return when a day begins in that zone (UTC)."""
    return _instant(day, time(), zone_named(zone))


def zone_named(name: str) -> ZoneInfo:
    """Return the zone; a name nobody knows is UTC."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return ZoneInfo("UTC")


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _judged(found: _Found, words: str, rest: str, morning: time, context: _Context) -> Reading:
    if found.doubt is not None:
        return Reading(doubt=found.doubt, rest=rest)
    at, day = found.instant, None
    if found.day is not None and abs(found.day.year - context.local.year) > YEARS:
        return Reading(doubt=said("when_past" if found.day < context.local.date() else "when_far", text=words), rest=rest)
    if at is None and found.day is not None:
        day = found.day if found.clock is None else None
        at = _instant(found.day, found.clock or morning, context.zone)
    elif at is None and found.clock is not None:
        at = _next_time(found.clock, context)
    if at is None or at <= context.now:
        return Reading(doubt=said("when_past", text=words), rest=rest)
    if found.yearless and at - context.now > JUST_PASSED:
        return Reading(doubt=said("when_year", text=words, first=str(found.day)), rest=rest)
    if at - context.now > LONGEST:
        return Reading(doubt=said("when_far", text=words), rest=rest)
    return Reading(at, day, rest=rest)


def _next_time(clock: time, context: _Context) -> datetime:
    """The next such time of day: today's, or tomorrow's when that has passed."""
    today = _instant(context.local.date(), clock, context.zone)
    return today if today > context.now else _instant(context.local.date() + timedelta(days=1), clock, context.zone)


def _whole(text: str, context: _Context) -> _Found | None:
    """Return what a whole text says, None when it is no time."""
    bare = _without_fillers(text, context)
    if not bare:
        return None
    if bare.isdecimal() and bare == text and len(bare) <= 4:
        return _Found(doubt=said("when_bare", text=bare))
    found = _iso(bare, context) or _duration(bare, context) or _date_and_time(bare, context)
    return found or _hour(bare, text, context)


def _without_fillers(text: str, context: _Context) -> str:
    for filler in context.any("fillers"):
        if text.startswith(f"{filler} "):
            return _without_fillers(text[len(filler) + 1 :], context)
    return text


def _hour(bare: str, text: str, context: _Context) -> _Found | None:
    """A time of day alone; a bare number is one only behind a word ("at 9")."""
    clock = _clock(bare, context, bare_hour=bare != text)
    return None if clock is None else _Found(clock=clock)


def _duration(text: str, context: _Context) -> _Found | None:
    if (fixed := context.look("spans", text)) is not None:
        return _after(fixed, context)
    if hours := _HOURS_AND.fullmatch(text):
        return _after(int(hours[1]) * 3600 + int(hours[2]) * 60, context)
    seconds, place = 0.0, 0
    while place < len(text):
        part = _DURATION.match(text, place)
        unit = context.look("units", part[3]) if part else None
        if part is None or unit is None:
            return None
        seconds += (int(part[1]) + int(part[2] or 0) / 10) * unit
        place = part.end()
    return _after(int(seconds), context)


def _after(seconds: int, context: _Context) -> _Found:
    seconds = min(seconds, int(LONGEST.total_seconds()) + 1)
    return _Found(instant=context.now + timedelta(seconds=seconds))


def _iso(text: str, context: _Context) -> _Found | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        return _no_such(text)
    if not found[2]:
        return _Found(day=day)
    clock = _clock(found[2], context)
    if clock is None:
        return _no_such(text)
    if not found[3]:
        return _Found(day=day, clock=clock)
    offset = "+00:00" if found[3] in ("z", "utc") else found[3]
    try:
        return _Found(instant=datetime.fromisoformat(f"{day}T{clock:%H:%M}{offset}").astimezone(UTC))
    except (ValueError, OverflowError):
        return _no_such(text)


def _no_such(text: str) -> _Found:
    return _Found(doubt=said("when_none", text=text))


def _date_and_time(text: str, context: _Context) -> _Found | None:
    """A date, alone or with a time of day before or behind it."""
    alone = _date(text, None, context)
    if alone is not None:
        return alone
    words = text.split(" ")
    for at in range(1, len(words)):
        first, last = " ".join(words[:at]).rstrip(","), _without_fillers(" ".join(words[at:]), context)
        for day, clock in ((first, last), (last, first)):
            hour = _clock(clock, context, bare_hour=clock is last)
            found = _date(day, hour, context) if hour is not None else None
            if found is not None:
                return found
    return None


def _clock(text: str, context: _Context, bare_hour: bool = False) -> time | None:
    """Return a time of day; a bare number only where it can be nothing else."""
    hours = context.look("hours", text)
    if hours is not None:
        return time(hours)
    named = next((text.removesuffix(word).rstrip() for word in context.any("oclock") if text.endswith(word)), None)
    found = _CLOCK.fullmatch(text if named is None else named)
    if found is None or not (found[2] or found[3] or named is not None or bare_hour):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3].startswith("p") else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _date(text: str, clock: time | None, context: _Context) -> _Found | None:
    """Return the day that a text names; `clock` is the time of day that goes with it."""
    ahead = context.look("days", text)
    if ahead is not None:
        return _Found(day=context.local.date() + timedelta(days=ahead), clock=clock)
    return (
        _weekday(text, clock, context)
        or _dotted(text, clock, context)
        or _slashed(text, clock, context)
        or _by_name(text, clock, context)
        or _written_out(text, clock)
    )


def _written_out(text: str, clock: time | None) -> _Found | None:
    try:
        return _Found(day=date.fromisoformat(text), clock=clock) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def _weekday(text: str, clock: time | None, context: _Context) -> _Found | None:
    """The next such day; "next friday" is doubtful while this week's Friday is still to come."""
    today = context.local.date()
    if text in context.any("week"):
        return _Found(day=today + timedelta(days=7 - today.weekday()), clock=clock)
    word, is_next = _after_words(text, context.any("next"))
    word, _ = _after_words(word, context.any("this"))
    number = context.look("weekdays", word.rstrip(","))
    if number is None:
        return None
    ahead = (number - today.weekday()) % 7
    if ahead == 0 and (clock is None or is_next or _instant(today, clock, context.zone) <= context.now):
        ahead = 7
    day = today + timedelta(days=ahead)
    if is_next and today.weekday() < number:
        return _two(text, day, day + timedelta(days=7))
    return _Found(day=day, clock=clock)


def _after_words(text: str, before: Iterable[str]) -> tuple[str, bool]:
    return next(((text[len(word) + 1 :], True) for word in before if text.startswith(f"{word} ")), (text, False))


def _two(text: str, first: object, second: object) -> _Found:
    return _Found(doubt=said("when_two", text=text, first=str(first), second=str(second)))


def _dotted(text: str, clock: time | None, context: _Context) -> _Found | None:
    """24.12. as much of Europe writes it; without its last dot, 9.12 may be a time of day as well."""
    found = _DOTTED.fullmatch(text)
    if found is None:
        return None
    day, month = int(found[1]), int(found[2])
    as_time = _clock(text, context) if clock is None and not text.endswith(".") and found[3] is None else None
    if as_time is not None:
        named = _named(day, month, found[3], clock, context)
        return _Found(clock=as_time) if named is None else _two(text, f"{as_time:%H:%M}", named.day)
    return _named(day, month, found[3], clock, context) or _no_such(text)


def _slashed(text: str, clock: time | None, context: _Context) -> _Found | None:
    """24/12 and 12/24 can be read in one way only; 1/2 is two days, depending on who writes."""
    found = _SLASHED.fullmatch(text)
    if found is None:
        return None
    first, second = int(found[1]), int(found[2])
    ways = {(first, second), (second, first)}
    days = [way for way in (_named(day, month, found[3], clock, context) for day, month in sorted(ways)) if way]
    if len(days) == 2:
        return _two(text, days[0].day, days[1].day)
    return days[0] if days else _no_such(text)


def _by_name(text: str, clock: time | None, context: _Context) -> _Found | None:
    found = _NAMED.fullmatch(text)
    month = context.look("months", found[2] or found[3]) if found else None
    if found is None or month is None:
        return None
    return _named(int(found[1] or found[4]), month, found[5], clock, context) or _no_such(text)


def _named(day: int, month: int, year: str | None, clock: time | None, context: _Context) -> _Found | None:
    """Return the date, without a year the next such one; None when there is none."""
    this_year = context.local.year
    years = range(this_year, this_year + YEARS) if year is None else [int(year) + (2000 if len(year) == 2 else 0)]
    for one in years:
        try:
            found = date(one, month, day)
        except ValueError:
            continue
        if year is not None or found >= context.local.date():
            return _Found(day=found, clock=clock, yearless=year is None)
    return None
