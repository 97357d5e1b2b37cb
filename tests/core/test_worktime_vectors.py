"""Deadline arithmetic against a table of known answers: offices in many zones, holidays, pauses, changes of the clocks.

The table holds what other people's desks are known to answer; where one of theirs moves a deadline from closing to the next
opening, ours stays. Rotations and on-call windows are no part of it.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from mailsupport.core.desk import Calendar, Interval
from mailsupport.core.timing.worktime import due, due_in_days, subtract, working_seconds

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("worktime_vectors.json").read_text())
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def interval(text: str) -> Interval:
    start, end = text.split("-")
    return minutes(start), minutes(end)


def calendar_of(name: str, facts: dict[str, Any]) -> Calendar:
    yearly = [d for d in facts["closed"] if len(d) == 5]
    return Calendar(
        name=name,
        timezone=facts["timezone"],
        week=tuple(tuple(interval(i) for i in facts["open"].get(day, ())) for day in DAYS),
        closed=frozenset(date.fromisoformat(d) for d in facts["closed"] if len(d) == 10),
        closed_yearly=frozenset((int(d[:2]), int(d[3:])) for d in yearly),
    )


CALENDARS = {name: calendar_of(name, facts) for name, facts in TABLE["calendars"].items()}


def instants(vector: dict[str, Any]) -> list[tuple[datetime, datetime]]:
    return [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in vector["pauses"]]


@pytest.mark.parametrize("vector", TABLE["due"], ids=lambda v: v["id"])
def test_due_is_what_the_table_says(vector: dict[str, Any]) -> None:
    """The earliest instant with enough working time, second for second (four rows are known to the minute)."""
    start = datetime.fromisoformat(vector["start"])
    found = due(CALENDARS[vector["calendar"]], start, vector["seconds"], instants(vector))
    found = found.replace(second=0) if vector.get("minute") else found
    assert found == datetime.fromisoformat(vector["due"])


@pytest.mark.parametrize("vector", TABLE["elapsed"], ids=lambda v: v["id"])
def test_working_seconds_are_what_the_table_says(vector: dict[str, Any]) -> None:
    """Real elapsed seconds inside open hours, outside pauses."""
    start, end = datetime.fromisoformat(vector["start"]), datetime.fromisoformat(vector["end"])
    assert working_seconds(CALENDARS[vector["calendar"]], start, end, instants(vector)) == vector["seconds"]


@pytest.mark.parametrize("vector", TABLE["days"], ids=lambda v: v["id"])
def test_business_days_are_what_the_table_says(vector: dict[str, Any]) -> None:
    """The same clock time that many working days later, or that day's closing; `before` counts back from there."""
    calendar, start = CALENDARS[vector["calendar"]], datetime.fromisoformat(vector["start"])
    found = due_in_days(calendar, start, vector["days"], vector["end_of_day"], instants(vector))
    assert subtract(calendar, found, vector["before"]) == datetime.fromisoformat(vector["due"])


def test_the_table_is_whole() -> None:
    """96 deadlines, 95 measures, 9 business days."""
    assert [len(TABLE[part]) for part in ("due", "elapsed", "days")] == [96, 95, 9]
