"""Who is on duty when: hand-offs by the wall clock, whatever the clocks do, and plans that were changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from promise_desk import OFFICE, at, berlin

from mailsupport.core.desk import Calendar, Override, Rotation, Turn
from mailsupport.core.reaching.rotation import changes, handoff, nobody_because, on_duty, turn_at

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("rotation_vectors.json").read_text())
WALL = datetime.fromisoformat
"""A wall time, which has no zone."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def rotation(facts: dict[str, Any]) -> Rotation:
    """A rotation of the table, among three people."""
    return Rotation("night", facts["timezone"], Turn(facts["type"]), facts["length"], WALL(facts["start"]), ("ann", "bob", "cat"))


def minutes(text: str) -> int:
    """Minutes from midnight."""
    return int(text[:2]) * 60 + int(text[3:])


@pytest.mark.parametrize("facts", TABLE["handoffs"], ids=lambda facts: facts["id"])
def test_hand_offs_follow_the_wall_clock(facts: dict[str, Any]) -> None:
    """Between the first and the last of the table these are the hand-offs, and no others."""
    expected = [WALL(text).astimezone(UTC) for text in facts["handoffs"]]
    made = rotation(facts)
    around = changes(made, expected[0] - timedelta(seconds=1), expected[-1] + timedelta(seconds=1))

    assert sorted(set(around)) == expected


@pytest.mark.parametrize("facts", TABLE["ends"], ids=lambda facts: facts["id"])
def test_a_turn_is_as_long_as_the_clocks_make_it(facts: dict[str, Any]) -> None:
    """It ends at the same time of day, and may have an hour less or more."""
    made = rotation(facts)
    end = at(facts["end"], facts["timezone"])

    assert (end, timedelta(hours=facts["hours"])) == (handoff(made, 1), handoff(made, 1) - handoff(made, 0))


@pytest.mark.parametrize("facts", TABLE["windows"], ids=lambda facts: facts["id"])
def test_hours_of_duty(facts: dict[str, Any]) -> None:
    """A window that crosses midnight belongs to the day it begins on; the closing minute is outside."""
    start, end = minutes(facts["start"]), minutes(facts["end"])
    window = ((start, end if end > start else end + 1440),)
    hours = Calendar("nights", "UTC", tuple(window if day in facts["days"] else () for day in DAYS))
    made = Rotation("night", "UTC", Turn.WEEKLY, 1, WALL("2017-07-03"), ("ann",), hours)

    assert bool(on_duty(made, WALL(facts["at"]))) is facts["active"]


WEEKS = Rotation("weeks", "Europe/Berlin", Turn.WEEKLY, 1, WALL("2026-11-02T09:00"), ("ann", "bob", "cat"))
SICK = Override(berlin("2026-11-10 00:00"), berlin("2026-11-12 00:00"), add=("cat",), remove=("bob",))
HELP = Override(berlin("2026-11-11 08:00"), berlin("2026-11-11 18:00"), add=("dan",))
GONE = Override(berlin("2026-11-20 00:00"), berlin("2026-11-21 00:00"), remove=("cat",))
CHANGED = Rotation("weeks", "Europe/Berlin", Turn.WEEKLY, 1, WEEKS.start, WEEKS.people, None, (SICK, HELP, GONE))


@pytest.mark.parametrize(
    ("when", "who"),
    [
        ("2026-11-02 08:59", ["cat"]),
        ("2026-11-02 09:00", ["ann"]),
        ("2026-11-09 08:59", ["ann"]),
        ("2026-11-09 09:00", ["bob"]),
        ("2026-11-16 09:00", ["cat"]),
        ("2026-11-23 09:00", ["ann"]),
        ("2027-03-29 08:59", ["cat"]),
        ("2027-03-29 09:00", ["ann"]),
        ("2025-10-27 09:00", ["bob"]),
    ],
)
def test_weeks_change_hands_on_monday_at_nine(when: str, who: list[str]) -> None:
    """In summer as in winter, and before the start as after it."""
    assert list(on_duty(WEEKS, berlin(when))) == who


@pytest.mark.parametrize(
    ("when", "who"),
    [
        ("2026-11-09 23:59", ["bob"]),
        ("2026-11-10 00:00", ["cat"]),
        ("2026-11-11 08:00", ["cat", "dan"]),
        ("2026-11-11 18:00", ["cat"]),
        ("2026-11-12 00:00", ["bob"]),
        ("2026-11-20 12:00", []),
    ],
)
def test_an_override_replaces_adds_or_takes_out(when: str, who: list[str]) -> None:
    """Bob is sick for two days, Dan helps for one, and once nobody is left."""
    assert list(on_duty(CHANGED, berlin(when))) == who


def test_an_override_wins_over_the_hours() -> None:
    """Whoever is added is on duty, though the office is closed."""
    extra = Override(berlin("2026-11-07 10:00"), berlin("2026-11-07 12:00"), add=("dan",))
    made = Rotation("weeks", "Europe/Berlin", Turn.WEEKLY, 1, WEEKS.start, WEEKS.people, OFFICE, (extra,))

    assert [on_duty(made, berlin(f"2026-11-07 {hour}:00")) for hour in ("09", "10", "12")] == [(), ("dan",), ()]


@pytest.mark.parametrize(
    ("hours", "when", "why"),
    [(OFFICE, "2026-11-07 10:00", "office is closed"), (None, "2026-11-20 12:00", "an override takes out")],
)
def test_why_nobody_is_on_duty(hours: Calendar | None, when: str, why: str) -> None:
    """The reason is told with the step that finds nobody."""
    made = Rotation("weeks", "Europe/Berlin", Turn.WEEKLY, 1, WEEKS.start, WEEKS.people, hours, CHANGED.overrides)

    assert why in nobody_because(made, berlin(when))


def test_a_month_that_lacks_the_day_hands_over_on_its_last() -> None:
    """From 31 January: 28 February, 31 March, 30 April."""
    made = Rotation("months", "UTC", Turn.MONTHLY, 1, WALL("2027-01-31T09:00"), ("ann", "bob"))

    assert [f"{handoff(made, number):%m-%d}" for number in range(4)] == ["01-31", "02-28", "03-31", "04-30"]


@given(
    st.sampled_from(["Europe/Berlin", "America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]),
    st.sampled_from(list(Turn)),
    st.integers(1, 50),
    st.datetimes(WALL("2020-01-01"), WALL("2030-01-01")).map(lambda t: t.replace(microsecond=0)),
    st.datetimes(WALL("2020-01-01"), WALL("2030-01-01"), timezones=st.just(UTC)),
)
def test_every_instant_is_in_exactly_one_turn(zone: str, turn: Turn, length: int, start: datetime, when: datetime) -> None:
    """Turns follow on each other without gap or overlap, and a hand-off shows the start's time of day unless the clocks jump."""
    made = Rotation("any", zone, turn, length, start, ("ann", "bob"))
    number = turn_at(made, when)
    edges = [handoff(made, number + step) for step in range(-1, 3)]

    assert edges[1] <= when < edges[2]
    assert all(one <= other for one, other in pairwise(edges))
    local = edges[1].astimezone(ZoneInfo(zone))
    assert local.second == start.second or local.minute % 30 == 0
