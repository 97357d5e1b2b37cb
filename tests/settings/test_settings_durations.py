"""Durations, business days and sizes as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsupport.core.desk import Target
from mailsupport.settings.durations import LONGEST, duration, positive, size, target
from mailsupport.settings.problems import Wrong

HOUR, DAY = 3600, 86400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("8h", 8 * HOUR),
        ("2d", 48 * HOUR),
        ("1h30m", 5400),
        ("1d1s", DAY + 1),
        ("0m", 0),
        ("007m", 420),
    ],
)
def test_duration_is_read_in_seconds(text: str, seconds: int) -> None:
    """A duration is the sum of its units; a day is 24 hours."""
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", " ", "h", "1.5h", "-1h", "1 h", "1h 30m", "30m1h", "1h1h", "4H", "1w", "٣h", "1e3s", "9999999999s", "99999d"]
)
def test_what_is_no_duration_is_refused_with_a_cure(text: str) -> None:
    """Anything but counted units from days down to seconds is refused."""
    with pytest.raises(Wrong) as caught:
        duration(text)
    assert caught.value.cure


@pytest.mark.parametrize("value", [5, 5.5, "5", 0])
def test_number_without_unit_is_refused(value: object) -> None:
    """A bare number is no duration, and the cure shows it with a unit."""
    with pytest.raises(Wrong, match="no unit") as caught:
        duration(value)
    assert f"{value}m" in caught.value.cure


@pytest.mark.parametrize("value", [True, None, ["1h"], {}])
def test_other_types_are_no_duration(value: object) -> None:
    """Only text is a duration."""
    with pytest.raises(Wrong, match="must be text"):
        duration(value)


def test_positive_refuses_nothing() -> None:
    """Where time must pass, "0m" is refused."""
    with pytest.raises(Wrong, match="longer than nothing"):
        positive("0m")


@given(st.integers(0, 3000), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_units_add_up(days: int, hours: int, minutes: int, seconds: int) -> None:
    """Whatever units are combined, their sum is what is read."""
    expected = days * DAY + hours * HOUR + minutes * 60 + seconds

    assert duration(f"{days}d{hours}h{minutes}m{seconds}s") == expected


@given(st.text(max_size=30))
def test_any_text_is_a_bounded_duration_or_wrong(text: str) -> None:
    """No text does anything but give seconds in range or raise Wrong."""
    try:
        assert 0 <= duration(text) <= LONGEST
    except Wrong as wrong:
        assert wrong.cure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4h", Target(seconds=4 * HOUR, text="4h")),
        ("2d", Target(seconds=48 * HOUR, text="2d")),
        ("3bd", Target(days=3, text="3bd")),
        ("3bd end", Target(days=3, end_of_day=True, text="3bd end")),
    ],
)
def test_target_is_open_time_or_business_days(text: str, expected: Target) -> None:
    """A promise is in open seconds or in business days, and keeps its own words."""
    assert target(text) == expected


@pytest.mark.parametrize("value", ["0h", "0bd", "3bd start", "1bd2h", "bd", "3bd  end", "9999bd", 3, "3", "soon"])
def test_what_is_no_target_is_refused_with_a_cure(value: object) -> None:
    """A promise of nothing, and mixed or unknown forms, are refused."""
    with pytest.raises(Wrong) as caught:
        target(value)
    assert caught.value.cure


@pytest.mark.parametrize(("text", "count"), [("1B", 1), ("500KB", 512000), ("25MB", 25 * 1024**2), ("2GB", 2 * 1024**3)])
def test_size_is_read_in_bytes(text: str, count: int) -> None:
    """1 KB is 1024 bytes."""
    assert size(text) == count


@pytest.mark.parametrize("value", [25, "25", "25M", "0MB", "25 MB", "mb", "1.5GB", True])
def test_what_is_no_size_is_refused_with_a_cure(value: object) -> None:
    """A size needs a unit in bytes."""
    with pytest.raises(Wrong) as caught:
        size(value)
    assert caught.value.cure
