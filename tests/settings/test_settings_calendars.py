"""Calendars, as a person writes them and as the clocks read them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from settings_text import GOOD, TODAY, Judge, Reader

from mailsupport.core.desk import Calendar
from mailsupport.settings import ics
from mailsupport.settings.problems import Wrong


def calendar(read: Reader, keys: str) -> Calendar:
    """Return the calendar with those keys."""
    return read(f"{GOOD}[calendar.office]\n{keys}\n").calendars["office"]


def test_hours_become_minutes_by_weekday(read: Reader) -> None:
    """Monday comes first; a string and a list are both hours, and a day without is closed."""
    week = calendar(read, 'open = { tue = ["08:00-12:00", "13:00-17:00"], mon = "08:30-24:00" }').week

    assert week == (((510, 1440),), ((480, 720), (780, 1020)), (), (), (), (), ())


def test_hours_may_cross_midnight(read: Reader) -> None:
    """An interval that ends at or before its start ends on the next day."""
    assert calendar(read, 'open = { sat = "22:00-02:00" }').week[5] == ((1320, 1560),)


def test_zone_is_the_calendars_or_the_top_levels(read: Reader) -> None:
    """A calendar without a zone has that of the top level."""
    text = (
        f'timezone = "Asia/Tokyo"\n{GOOD}[calendar.a]\nopen = "24x7"\n[calendar.b]\nopen = "24x7"\ntimezone = "Europe/Berlin"\n'
    )
    calendars = read(text).calendars

    assert [calendars[name].timezone for name in ("a", "b", "24x7")] == ["Asia/Tokyo", "Europe/Berlin", "Asia/Tokyo"]


def test_open_always_is_always(read: Reader) -> None:
    """ "24x7" without exceptions never closes."""
    assert calendar(read, 'open = "24x7"').always


def test_open_always_with_a_closed_day_is_not_always(read: Reader) -> None:
    """One closed day makes it a calendar that closes."""
    assert not calendar(read, 'open = "24x7"\nclosed = ["12-24"]').always


def test_closed_days_are_dates_or_yearly(read: Reader) -> None:
    """A full date closes once, month and day every year, 29 February too; TOML's own dates are read."""
    made = calendar(read, 'open = "24x7"\nclosed = ["2026-12-24", "12-31", "02-29", 2027-01-04]')

    assert made.closed == {date(2026, 12, 24), date(2027, 1, 4)}
    assert made.closed_yearly == {(12, 31), (2, 29)}


def test_extra_hours_belong_to_a_date(read: Reader) -> None:
    """Extra hours are kept by date."""
    made = calendar(read, 'open = "24x7"\nextra_open = { "2026-12-19" = "09:00-13:00" }')

    assert made.extra_open == {date(2026, 12, 19): ((540, 780),)}


def test_holidays_of_a_country_are_known_around_today(read: Reader) -> None:
    """The years from three back to twelve ahead hold the country's holidays, and no others."""
    days = calendar(read, 'open = "24x7"\nholidays = "DE"').holidays

    assert date(2026, 12, 25) in days
    assert {min(days).year, max(days).year} == {TODAY.year - 3, TODAY.year + 12}


def test_subdivision_adds_its_own_holidays(read: Reader) -> None:
    """Women's Day is a holiday in Berlin and not in all of Germany."""
    days = [calendar(read, f'open = "24x7"\nholidays = "{code}"').holidays for code in ("DE-BE", "DE")]

    assert [date(2027, 3, 8) in holidays for holidays in days] == [True, False]


def test_holidays_of_several_sources_add_up(read: Reader, tmp_path: Path) -> None:
    """A country and a file close together."""
    (tmp_path / "own.ics").write_text(ICS.format("DTSTART;VALUE=DATE:20261120"))
    days = calendar(read, 'open = "24x7"\nholidays = ["DE", "own.ics"]').holidays

    assert {date(2026, 11, 20), date(2026, 12, 25)} <= set(days)


def test_calendar_whose_every_day_is_closed_never_opens(problems: Judge) -> None:
    """Hours that fall on closed days alone are no hours."""
    days = [date(2028, 1, 1) + timedelta(days=offset) for offset in range(366)]
    closed = ", ".join(f'"{day:%m-%d}"' for day in days)
    found = problems(f'{GOOD}[calendar.office]\nopen = "24x7"\nclosed = [{closed}]\n')

    assert "never opens" in found["calendar.office.open"].what


ICS = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Works out\r\n ing\r\n{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        ("DTSTART;VALUE=DATE:20261224", ["2026-12-24"]),
        ("DTSTART:20261224", ["2026-12-24"]),
        ("DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227", ["2026-12-24", "2026-12-25", "2026-12-26"]),
        ("DTSTART;VALUE=DATE:20261224\r\nDURATION:P2D", ["2026-12-24", "2026-12-25"]),
        ("DTSTART;VALUE=DATE:20101224\r\nRRULE:FREQ=YEARLY", ["2025-12-24", "2026-12-24", "2027-12-24"]),
        ("DTSTART;VALUE=DATE:20251224\r\nRRULE:FREQ=YEARLY;COUNT=2", ["2025-12-24", "2026-12-24"]),
        ("DTSTART;VALUE=DATE:20251224\r\nRRULE:FREQ=YEARLY;UNTIL=20261224", ["2025-12-24", "2026-12-24"]),
        ("DTSTART;VALUE=DATE:20240229\r\nRRULE:FREQ=YEARLY", []),
        ("DTSTART;VALUE=DATE:20261224\r\nSTATUS:CANCELLED", []),
        ("DTSTART;VALUE=DATE:20261224\r\nBEGIN:VALARM\r\nDTSTART:20300101T000000\r\nEND:VALARM", ["2026-12-24"]),
    ],
)
def test_whole_day_events_close(lines: str, days: list[str]) -> None:
    """Events of whole days, once or every year, close the days they cover; the end is the day after."""
    found = ics.holidays(ICS.format(lines), 2025, 2027)

    assert [day.isoformat() for day in sorted(found)] == days


def test_folded_summary_is_the_name() -> None:
    """A line that was folded is one line again (RFC 5545 §3.1)."""
    assert ics.holidays(ICS.format("DTSTART:20261224"), 2025, 2027) == {date(2026, 12, 24): "Works outing"}


@pytest.mark.parametrize(
    "lines",
    [
        "DTSTART:20261224T100000Z",
        "DTSTART;VALUE=DATE:20261324",
        "DTEND:20261224",
        "DTSTART:20261224\r\nRRULE:FREQ=WEEKLY",
        "DTSTART:20261224\r\nRRULE:FREQ=YEARLY;INTERVAL=2",
        "DTSTART:20261224\r\nRRULE:FREQ=YEARLY;BYDAY=1MO",
        "DTSTART:20261224\r\nRRULE:FREQ=YEARLY;COUNT=x",
        "DTSTART:20261224\r\nRDATE:20261226",
        "DTSTART:20261224\r\nDURATION:PT2H",
        "DTSTART:20261224\r\nDTEND:20991224",
    ],
)
def test_event_that_is_not_understood_is_refused(lines: str) -> None:
    """A holiday is never left out silently: what is not understood is named, with a cure."""
    with pytest.raises(Wrong, match="Works outing") as caught:
        ics.holidays(ICS.format(lines), 2025, 2027)
    assert caught.value.cure


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe\x00", b"BEGIN:VEVENT\nEND:VEVENT\n"])
def test_file_that_is_no_calendar_is_named(problems: Judge, tmp_path: Path, content: bytes) -> None:
    """What is no calendar file is told with its path."""
    (tmp_path / "own.ics").write_bytes(content)
    found = problems(f'{GOOD}[calendar.office]\nopen = "24x7"\nholidays = "own.ics"\n')

    assert "own.ics" in found["calendar.office.holidays"].what
