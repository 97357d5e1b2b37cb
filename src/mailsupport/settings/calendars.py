"""When does a calendar of the settings open? Makes `core.desk.Calendar`s, with the holidays of a country or an .ics file.

In: a [calendar.NAME], the usual zone, today. Out: a calendar ready for `core.timing.worktime`. Holidays are expanded for a
range of years around today, so a daemon that runs for years must load its settings again now and then. Rule for editing here:
the holidays package is imported only when a calendar asks for a country (it takes a third of a second).
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from pathlib import Path

from mailsupport.core.desk import Calendar, Interval
from mailsupport.settings import ics
from mailsupport.settings.fields import WEEKDAYS
from mailsupport.settings.models import CalendarSettings
from mailsupport.settings.problems import Wrong, nearest, suggestion

BUILT_IN = "24x7"
"""The calendar that everybody has: always open."""
YEARS_BACK, YEARS_AHEAD = 3, 12
"""The years around today for which holidays are known."""
PATIENCE = 800
"""Days in which a calendar must open at least once."""
LARGEST_FILE = 4 * 1024 * 1024
"""Bytes of an .ics file at most."""

_WHOLE_DAY: tuple[Interval, ...] = ((0, 1440),)


def always(timezone: str) -> Calendar:
    """Return the built-in calendar that never closes."""
    return Calendar(BUILT_IN, timezone, (_WHOLE_DAY,) * 7, always=True)


def build(name: str, settings: CalendarSettings, timezone: str, today: date, folder: Path) -> Calendar:
    """Return the calendar of that name; `timezone` counts when it has none of its own, .ics paths count from `folder`.

    Raises Wrong for a country or file that cannot be used.
    """
    week = tuple(settings.open.get(day, ()) for day in WEEKDAYS)
    holidays = _holidays(settings.holidays, today, folder)
    return Calendar(
        name=name,
        timezone=settings.timezone or timezone,
        week=week,
        closed=frozenset(day for day in settings.closed if isinstance(day, date)),
        closed_yearly=frozenset(day for day in settings.closed if isinstance(day, tuple)),
        holidays=holidays,
        extra_open=dict(settings.extra_open),
        always=week == (_WHOLE_DAY,) * 7 and not (holidays or settings.closed or settings.extra_open),
    )


def opens(calendar: Calendar, today: date) -> bool:
    """Tell whether a calendar opens on any of the days to come, within PATIENCE."""
    return any(_open_on(calendar, today + timedelta(days=offset)) for offset in range(PATIENCE))


def _open_on(calendar: Calendar, day: date) -> bool:
    if day in calendar.extra_open:
        return True
    closed = day in calendar.closed or (day.month, day.day) in calendar.closed_yearly or day in calendar.holidays
    return bool(calendar.week[day.weekday()]) and not closed


def fingerprint(settings: CalendarSettings, folder: Path) -> str:
    """Return a digest of the holiday files a calendar reads; raises Wrong when one cannot be read."""
    digest = hashlib.sha256()
    for source in filter(_is_file, settings.holidays):
        digest.update(read_file(folder / source).encode())
    return digest.hexdigest()


# --- holidays -------------------------------------------------------------------------------------------------------


def _holidays(sources: tuple[str, ...], today: date, folder: Path) -> dict[date, str]:
    first, last = today.year - YEARS_BACK, today.year + YEARS_AHEAD
    days: dict[date, str] = {}
    for source in sources:
        found = _of_file(folder / source, first, last) if _is_file(source) else _of_country(source, first, last)
        days = {**found, **days}
    return days


def _is_file(source: str) -> bool:
    return source.lower().endswith(".ics")


def _of_file(path: Path, first: int, last: int) -> dict[date, str]:
    try:
        return ics.holidays(read_file(path), first, last)
    except Wrong as wrong:
        raise Wrong(f"{path} {wrong.what}", wrong.cure) from wrong


def read_file(path: Path) -> str:
    """Return the text of a calendar file; raises Wrong when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE).decode("utf-8-sig")
    except OSError as error:
        raise Wrong(f"{path} cannot be read: {error.strerror}", "paths count from the folder of the settings file") from error
    except UnicodeDecodeError as error:
        raise Wrong(f"{path} is not UTF-8 text", "save it as UTF-8") from error


def _of_country(code: str, first: int, last: int) -> dict[date, str]:
    """Return the public holidays of a country such as "DE" or a subdivision such as "DE-BE"."""
    import holidays

    country, _, subdivision = code.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise Wrong(f'"{code[:40]}" is no country whose holidays are known', _two_letters(country, known))
    if subdivision and subdivision not in known[country]:
        raise Wrong(f'"{subdivision[:40]}" is no part of {country}', suggestion(subdivision, known[country]))
    days = holidays.country_holidays(country, subdiv=subdivision or None, years=range(first, last + 1))
    return {day: str(name) for day, name in days.items()}


def _two_letters(country: str, known: dict[str, list[str]]) -> str:
    codes = [code for code in known if re.fullmatch("[A-Z]{2}", code)]
    near = country.upper() if country.upper() in codes else nearest(country, codes)
    form = 'write "DE", "DE-BE", or the path of an .ics file'
    return f'did you mean "{near}"?' if near else form
