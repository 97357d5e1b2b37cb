"""Absences, rotations and overrides in the settings: what they mean, and what is refused under which key."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from settings_text import GOOD, Judge, Reader

from mailsupport.core.desk import Absence, Override, Turn
from mailsupport.settings import desk

PEOPLE = """
[people.ben]
name = "Ben Ito"
email = "ben@acme.example"
timezone = "America/New_York"
deputy = "cleo"
[people.cleo]
name = "Cleo Roy"
email = "cleo@acme.example"
"""
AWAY = (
    PEOPLE
    + """
[[absence]]
person = "ben"
from = "2026-12-21"
to = "2026-12-31"
"""
)
WEEKS = (
    PEOPLE
    + """
[rotation.weeks]
type = "weekly"
start = "2026-11-02T09:00"
timezone = "Europe/Berlin"
people = ["ben", "cleo@acme.example"]
"""
)
CHANGED = (
    WEEKS
    + """
[[override]]
rotation = "weeks"
from = "2026-12-24"
to = "2026-12-24"
add = "x@acme.example"
remove = "ben"
"""
)
ON_DUTY = GOOD.replace('"pm@acme.example"', '"weeks"')


def utc(text: str) -> datetime:
    """An instant, written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ('"2026-12-21"', '"2026-12-31"', ("2026-12-21 05:00", "2027-01-01 05:00")),
        ("2026-12-21", "2026-12-31", ("2026-12-21 05:00", "2027-01-01 05:00")),
        ('"2026-12-21"', '"2026-12-21"', ("2026-12-21 05:00", "2026-12-22 05:00")),
        ('"2026-12-21T14:00"', '"2026-12-21T18:30"', ("2026-12-21 19:00", "2026-12-21 23:30")),
        ("2026-12-21T14:00:00", "2026-12-21 18:30:00", ("2026-12-21 19:00", "2026-12-21 23:30")),
        ('"2026-12-21T14:00+01:00"', "2026-12-21T18:30:00Z", ("2026-12-21 13:00", "2026-12-21 18:30")),
    ],
)
def test_absence_is_in_the_persons_zone(read: Reader, start: str, end: str, expected: tuple[str, str]) -> None:
    """A date is the whole day, the last day included; a time without offset is local, one with it is as it says."""
    text = AWAY.replace('"2026-12-21"', start).replace('"2026-12-31"', end)

    assert desk(read(GOOD + text)).absences == {"ben": (Absence("ben", utc(expected[0]), utc(expected[1])),)}


def test_absence_may_name_its_own_deputy(read: Reader) -> None:
    """By address too; whoever it is may get alerts."""
    text = GOOD.replace("pm@acme.example", "ben@acme.example") + AWAY + 'deputy = "X@acme.example"\n'
    made = desk(read(text))

    assert made.absences["ben"][0].deputy == "x@acme.example"
    assert {"ben", "cleo", "x@acme.example"} <= made.contact_keys


def test_rotation_has_people_and_overrides(read: Reader) -> None:
    """People become keys, days become instants of the rotation's zone."""
    made = desk(read(ON_DUTY + CHANGED)).rotations["weeks"]

    assert (made.turn, made.length, made.people, made.timezone) == (Turn.WEEKLY, 1, ("ben", "cleo"), "Europe/Berlin")
    assert made.overrides == (Override(utc("2026-12-23 23:00"), utc("2026-12-24 23:00"), ("x@acme.example",), ("ben",)),)


def test_whoever_may_be_on_duty_is_a_contact(read: Reader) -> None:
    """Everybody who takes turns or is added, and their deputies."""
    assert {"ben", "cleo", "x@acme.example"} <= desk(read(ON_DUTY + CHANGED)).contact_keys


def test_rotation_has_hours_of_a_calendar(read: Reader) -> None:
    """Outside of them nobody is on duty."""
    made = desk(read(ON_DUTY + WEEKS + 'calendar = "nights"\n[calendar.nights]\nopen = { mon = "20:00-08:00" }\n'))

    assert (
        made.rotations["weeks"].hours
        == read(ON_DUTY + WEEKS + 'calendar = "nights"\n[calendar.nights]\nopen = { mon = "20:00-08:00" }\n').calendars["nights"]
    )


def test_customers_role_may_be_a_rotation(read: Reader) -> None:
    """The customer's project manager is whoever is on duty."""
    text = GOOD.replace('"pm@acme.example"', '"manager"') + WEEKS + '[customer.globex]\nmatch = "@g.example"\nmanager = "weeks"\n'
    made = desk(read(text))

    assert made.customers["globex"].people == {"manager": "weeks"}
    assert {"ben", "cleo"} <= made.contact_keys


LOOP = AWAY + 'deputy = "cleo"\n[[absence]]\nperson = "cleo"\nfrom = "2026-12-30"\nto = "2027-01-05"\ndeputy = "ben"\n'

# (what is added to the good file, the key complained of, words of the problem or its cure)
BAD = [
    (AWAY.replace('"ben"', '"bne"'), "absence[0].person", "there is no person"),
    (AWAY.replace('person = "ben"', 'person = "y@acme.example"'), "absence[0].person", "is nobody here"),
    (AWAY.replace("2026-12-31", "2026-12-20"), "absence[0].to", "not after from"),
    (AWAY.replace("2026-12-31", "2026-13-20"), "absence[0].to", "2026-12-21"),
    (AWAY.replace("2026-12-31", "9999-12-31"), "absence[0].to", "8999"),
    (AWAY.replace('to = "2026-12-31"', ""), "absence[0].to", "add to = "),
    (AWAY.replace('to = "2026-12-31"', 'until = "2026-12-31"'), "absence[0].until", "unknown key"),
    (AWAY.replace("[[absence]]", "[absence]"), "absence", "[[absence]]"),
    (AWAY + 'deputy = "cloe"\n', "absence[0].deputy", '"cleo"'),
    (AWAY + 'deputy = "ben"\n', "absence[0].deputy", "ben → ben"),
    (LOOP, "absence[1].deputy", "cleo → ben → cleo"),
    (WEEKS.replace('["ben", "cleo@acme.example"]', "[]"), "rotation.weeks.people", "nobody takes turns"),
    (WEEKS.replace('people = ["ben", "cleo@acme.example"]', ""), "rotation.weeks.people", "add people"),
    (WEEKS.replace('"ben"', '"bne"'), "rotation.weeks.people[0]", '"ben"'),
    (WEEKS.replace("Europe/Berlin", "Europe/Berln"), "rotation.weeks.timezone", "Europe/Berlin"),
    (WEEKS.replace('"weekly"', '"fortnightly"'), "rotation.weeks.type", '"weekly"'),
    (WEEKS.replace("T09:00", ""), "rotation.weeks.start", "no time of day"),
    (WEEKS.replace("T09:00", "T09:00Z"), "rotation.weeks.start", "has an offset"),
    (WEEKS + "length = 0\n", "rotation.weeks.length", "1"),
    (WEEKS + 'calendar = "nights"\n', "rotation.weeks.calendar", "no calendar"),
    (WEEKS.replace("weeks]", "ben]"), "rotation.ben", "call the rotation something else"),
    (CHANGED.replace('rotation = "weeks"', 'rotation = "week"'), "override[0].rotation", '"weeks"'),
    (CHANGED.replace('to = "2026-12-24"', 'to = "2026-12-23"'), "override[0].to", "not after from"),
    (CHANGED.replace('add = "x@acme.example"\nremove = "ben"', ""), "override[0]", "changes nothing"),
    (CHANGED.replace('remove = "ben"', 'remove = "x@acme.example"'), "override[0].remove", "takes no turns"),
    (PEOPLE + 'absences = "none.ics"\n', "people.cleo.absences", "cannot be read"),
]


@pytest.mark.parametrize(("added", "key", "words"), BAD)
def test_bad_plan_is_told_with_key_and_words(problems: Judge, added: str, key: str, words: str) -> None:
    """What is wrong with who is away and who is on duty stands under its key."""
    found = problems(GOOD + added)

    assert key in found, found
    assert words in f"{found[key].what} {found[key].cure}"


@pytest.mark.parametrize("added", [AWAY, WEEKS, CHANGED, LOOP.replace("2026-12-30", "2027-01-02")])
def test_good_plan_has_no_problems(problems: Judge, added: str) -> None:
    """The plans that the bad ones are made of are good; two who stand in for each other at different times are no circle."""
    assert problems(GOOD + added) == {}


EVENT = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{}\r\nSUMMARY:Away\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("DTSTART;VALUE=DATE:20261221\r\nDTEND;VALUE=DATE:20270101", ("2026-12-21 05:00", "2027-01-01 05:00")),
        ("DTSTART;VALUE=DATE:20261221", ("2026-12-21 05:00", "2026-12-22 05:00")),
        ("DTSTART;VALUE=DATE:20261221\r\nDURATION:P1W", ("2026-12-21 05:00", "2026-12-28 05:00")),
        ("DTSTART:20261221T090000Z\r\nDTEND:20261221T170000Z", ("2026-12-21 09:00", "2026-12-21 17:00")),
        ("DTSTART:20261221T090000\r\nDURATION:PT4H30M", ("2026-12-21 14:00", "2026-12-21 18:30")),
        (
            'DTSTART;TZID=Europe/Berlin:20261221T090000\r\nDTEND;TZID="Europe/Berlin":20261221T170000',
            ("2026-12-21 08:00", "2026-12-21 16:00"),
        ),
    ],
)
def test_calendar_file_says_when_somebody_is_away(read: Reader, tmp_path: Path, lines: str, expected: tuple[str, str]) -> None:
    """Whole days and times; those without a zone are in the person's."""
    (tmp_path / "ben.ics").write_bytes(EVENT.format(lines).encode())
    made = desk(read(GOOD + PEOPLE.replace('deputy = "cleo"', 'deputy = "cleo"\nabsences = "ben.ics"')))

    assert made.absences == {"ben": (Absence("ben", utc(expected[0]), utc(expected[1])),)}


@pytest.mark.parametrize(
    "lines",
    [
        "STATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20261221",
        "DTSTART:20261221T090000Z",
        "DTSTART:20261221T090000Z\r\nDTEND:20261221T080000Z",
    ],
)
def test_cancelled_and_empty_events_are_no_absence(read: Reader, tmp_path: Path, lines: str) -> None:
    """A moment, or a meeting that was called off, keeps nobody away."""
    (tmp_path / "ben.ics").write_bytes(EVENT.format(lines).encode())

    assert desk(read(GOOD + PEOPLE + 'absences = "ben.ics"\n')).absences == {}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("DTSTART;VALUE=DATE:20261221\r\nRRULE:FREQ=WEEKLY", "repeats: Away"),
        ("DTSTART;TZID=Mars Standard Time:20261221T090000\r\nDTEND:20261222T090000", "unknown zone: Away"),
        ("DTSTART:tomorrow", "without a usable DTSTART"),
        ("DTSTART:20261341", "without a usable DTSTART"),
        ("DTEND:20261221", "without a usable DTSTART"),
        ("DTSTART:20261221\r\nDURATION:1 week", "length cannot be read"),
    ],
)
def test_what_a_calendar_file_must_not_hold(problems: Judge, tmp_path: Path, lines: str, words: str) -> None:
    """An absence that cannot be understood is told under the person's key, never left out."""
    (tmp_path / "ben.ics").write_bytes(EVENT.format(lines).encode())

    assert words in problems(GOOD + PEOPLE + 'absences = "ben.ics"\n')["people.cleo.absences"].what


def test_everything_wrong_with_a_chain_is_told_at_once(problems: Judge) -> None:
    """Whoever reads the list can mend all of it before the next look: each fault under its key."""
    text = GOOD.replace('"pm@acme.example"', '"boss"').replace('calendar = "24x7"', 'calendar = "closed"\nrepeat_from = 9')
    text += PEOPLE.replace('email = "cleo@acme.example"', 'email = "cleo@acme.example"\ndeputy = "ben"\ntimezone = "Mars"')
    text += "[calendar.closed]\nopen = {}\n" + '[rotation.weeks]\ntype = "weekly"\nstart = "2026-11-02T09:00"\npeople = []\n'

    assert set(problems(text)) == {
        "calendar.closed.open",
        "contract.standard.chain[0]",
        "contract.standard.repeat_from",
        "people.ben.deputy",
        "people.cleo.deputy",
        "people.cleo.timezone",
        "rotation.weeks.people",
    }
