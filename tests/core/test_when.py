"""Until when, as people write it: a table that anybody can check with a calendar, and what holds for every text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsupport.core.reading import when

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
"""Monday, three in the afternoon in Berlin."""

ZONE = "Europe/Berlin"

READ = [
    ("45m", "2026-11-23 15:45"),
    ("45 min", "2026-11-23 15:45"),
    ("for 45 minutes", "2026-11-23 15:45"),
    ("1h30", "2026-11-23 16:30"),
    ("1h30m", "2026-11-23 16:30"),
    ("1 hour and 30 minutes", "2026-11-23 16:30"),
    ("1.5h", "2026-11-23 16:30"),
    ("1,5 Stunden", "2026-11-23 16:30"),
    ("half an hour", "2026-11-23 15:30"),
    ("eine halbe Stunde", "2026-11-23 15:30"),
    ("2d", "2026-11-25 15:00"),
    ("2 days", "2026-11-25 15:00"),
    ("in 2 Tagen", "2026-11-25 15:00"),
    ("a week", "2026-11-30 15:00"),
    ("1w", "2026-11-30 15:00"),
    ("16:30", "2026-11-23 16:30"),
    ("until 16:30", "2026-11-23 16:30"),
    ("14:30", "2026-11-24 14:30"),
    ("14.30 Uhr", "2026-11-24 14:30"),
    ("um 9", "2026-11-24 09:00"),
    ("at 9", "2026-11-24 09:00"),
    ("9am", "2026-11-24 09:00"),
    ("4:15 pm", "2026-11-23 16:15"),
    ("17 Uhr", "2026-11-23 17:00"),
    ("noon", "2026-11-24 12:00"),
    ("evening", "2026-11-23 18:00"),
    ("tomorrow", "2026-11-24 09:00"),
    ("tomorrow 9", "2026-11-24 09:00"),
    ("tomorrow at 9", "2026-11-24 09:00"),
    ("9:30 tomorrow", "2026-11-24 09:30"),
    ("tomorrow noon", "2026-11-24 12:00"),
    ("morgen", "2026-11-24 09:00"),
    ("morgen früh", "2026-11-24 09:00"),
    ("morgen um 14 Uhr", "2026-11-24 14:00"),
    ("übermorgen", "2026-11-25 09:00"),
    ("today 17:00", "2026-11-23 17:00"),
    ("Fri", "2026-11-27 09:00"),
    ("friday", "2026-11-27 09:00"),
    ("Friday 16:00", "2026-11-27 16:00"),
    ("until friday", "2026-11-27 09:00"),
    ("this Friday", "2026-11-27 09:00"),
    ("bis Freitag", "2026-11-27 09:00"),
    ("Fr. 10:00", "2026-11-27 10:00"),
    ("am Freitag um 10 Uhr", "2026-11-27 10:00"),
    ("next monday", "2026-11-30 09:00"),
    ("nächsten Montag", "2026-11-30 09:00"),
    ("Monday", "2026-11-30 09:00"),
    ("Monday 17:00", "2026-11-23 17:00"),
    ("Monday 10:00", "2026-11-30 10:00"),
    ("next week", "2026-11-30 09:00"),
    ("nächste Woche", "2026-11-30 09:00"),
    ("24.12.", "2026-12-24 09:00"),
    ("24.12. 16:30", "2026-12-24 16:30"),
    ("24.12.2026", "2026-12-24 09:00"),
    ("24.12.26", "2026-12-24 09:00"),
    ("24.12", "2026-12-24 09:00"),
    ("1.2.", "2027-02-01 09:00"),
    ("24. Dezember", "2026-12-24 09:00"),
    ("24 Dec", "2026-12-24 09:00"),
    ("Dec 24", "2026-12-24 09:00"),
    ("December 24th, 2026", "2026-12-24 09:00"),
    ("24/12", "2026-12-24 09:00"),
    ("12/24", "2026-12-24 09:00"),
    ("2/2", "2027-02-02 09:00"),
    ("2026-12-24", "2026-12-24 09:00"),
    ("2026-12-24 16:30", "2026-12-24 16:30"),
    ("2026-12-24T16:30", "2026-12-24 16:30"),
    ("2026-12-24T16:30Z", "2026-12-24 17:30"),
    ("2026-12-24 16:30 +02:00", "2026-12-24 15:30"),
    ("29.2.2028", "2028-02-29 09:00"),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_a_time_is_read_as_people_mean_it(text: str, expected: str) -> None:
    """The instant, in Berlin, of what somebody writes there on a Monday at three in the afternoon."""
    found = when.read(text, NOW, ZONE, "de")

    assert found.at is not None, found
    assert when.written(found.at, ZONE) == expected
    assert found.rest == ""


DOUBTED = [
    ("1/2", "when_two", {"text": "1/2", "first": "2027-02-01", "second": "2027-01-02"}),
    ("9.12", "when_two", {"text": "9.12", "first": "09:12", "second": "2026-12-09"}),
    ("next friday", "when_two", {"text": "next friday", "first": "2026-11-27", "second": "2026-12-04"}),
    ("2", "when_bare", {"text": "2"}),
    ("2026-11-22", "when_past", {"text": "2026-11-22"}),
    ("22.11.", "when_year", {"text": "22.11.", "first": "2027-11-22"}),
    ("29.2.", "when_year", {"text": "29.2.", "first": "2028-02-29"}),
    ("22.11.2026", "when_past", {"text": "22.11.2026"}),
    ("today 9:00", "when_past", {"text": "today 9:00"}),
    ("0m", "when_past", {"text": "0m"}),
    ("31.11.", "when_none", {"text": "31.11."}),
    ("2026-02-30", "when_none", {"text": "2026-02-30"}),
    ("2026-12-24 25:00", "when_none", {"text": "2026-12-24 25:00"}),
    ("9999-12-31", "when_far", {"text": "9999-12-31"}),
    ("0001-01-01", "when_past", {"text": "0001-01-01"}),
    ("9999w", "when_far", {"text": "9999w"}),
]


@pytest.mark.parametrize(("text", "code", "values"), DOUBTED)
def test_what_is_doubtful_is_refused_with_its_readings(text: str, code: str, values: dict[str, str]) -> None:
    """Two readings, a bare number, a time that has passed, a day that does not exist."""
    doubt = when.read(text, NOW, ZONE, "de").doubt

    assert doubt is not None
    assert (doubt.code, dict(doubt.values)) == (code, values)


BEHIND = [
    ("30m looking at it", "2026-11-23 15:30", "looking at it"),
    ("tomorrow, the part is not here", "2026-11-24 09:00", "the part is not here"),
    ("until Friday 16:00 – waiting for the courier", "2026-11-27 16:00", "waiting for the courier"),
    ("2 days the customer is on holiday", "2026-11-25 15:00", "the customer is on holiday"),
    ("bis Freitag jo", "2026-11-27 09:00", "jo"),
]


@pytest.mark.parametrize(("text", "expected", "rest"), BEHIND)
def test_a_reason_may_follow(text: str, expected: str, rest: str) -> None:
    """The longest beginning that is a time counts, and the rest is kept as it was written."""
    found = when.read(text, NOW, ZONE, "de")

    assert found.at is not None
    assert (when.written(found.at, ZONE), found.rest) == (expected, rest)


@pytest.mark.parametrize(
    "text", ["", "so schnell wie möglich", "do not disturb", "sunshine", "vendor", "may be later", "2 people"]
)
def test_what_is_no_time_is_left_alone(text: str) -> None:
    """English is read by an English person: "do" is no Thursday, and words that begin like a time are none."""
    found = when.read(text, NOW, ZONE, "en")

    assert found.at is None
    assert found.doubt is None or text.startswith("2")


def test_next_friday_is_clear_at_the_weekend() -> None:
    """On a Sunday both readings are the same day."""
    found = when.read("next friday", NOW - timedelta(days=1), "UTC")

    assert found.at is not None
    assert when.written(found.at, "UTC") == "2026-11-27 09:00"


def test_a_day_without_a_time_keeps_the_day() -> None:
    """Whoever asks may take its end instead of its morning."""
    assert str(when.read("Friday", NOW, ZONE).day) == "2026-11-27"
    assert when.read("Friday 9:00", NOW, ZONE).day is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("28.03.2027 2:30", "2027-03-28T01:30:00+00:00"), ("31.10.2027 2:30", "2027-10-31T00:30:00+00:00")],
)
def test_clock_changes_are_taken_as_everywhere(text: str, expected: str) -> None:
    """A wall time that does not exist is an hour later; one that comes twice is the first (DESIGN §5 Clocks)."""
    found = when.read(text, NOW, ZONE)

    assert found.at is not None
    assert found.at.isoformat() == expected


INSTANTS = st.integers(0, 15 * 365 * 86400).map(lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "nonsense"])
PIECES = st.sampled_from(
    [row[0] for row in READ] + [row[0] for row in DOUBTED] + ["next", "bis", "5", ".", "12/31", "24:00", "x", "am", "9999"]
)


@given(now=INSTANTS, zone=ZONES, words=st.lists(PIECES, max_size=4))
def test_whatever_is_read_lies_ahead(now: datetime, zone: str, words: list[str]) -> None:
    """The result is after now, and at most three years away; nothing ever raises."""
    found = when.read(" ".join(words), now, zone, "de")

    assert found.at is None or now < found.at <= now + when.LONGEST
    assert found.at is None or found.doubt is None


@given(now=INSTANTS, zone=ZONES, minutes=st.integers(2, 60 * 24 * 365))
def test_what_is_written_is_read_again(now: datetime, zone: str, minutes: int) -> None:
    """An instant in our own form means itself, but for the second of two equal wall times."""
    text = when.written(now + timedelta(minutes=minutes), zone)
    found = when.read(text, now, zone)

    assert found.at is not None
    assert when.written(found.at, zone) == text


@given(text=st.text(max_size=60), now=INSTANTS)
def test_any_text_is_survived(text: str, now: datetime) -> None:
    """Nothing anybody writes makes it stumble."""
    found = when.read(text, now, ZONE, "de")

    assert found.at is None or found.at > now
