"""When a chain will reach nobody: absences, duty that changes hands, one person everywhere, and what ends before long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from promise_desk import ALWAYS, CUSTOMER, HOUR, OFFICE, PEOPLE, berlin, contract, desk

from mailsupport.core.desk import Absence, Calendar, Contract, Desk, Hours, Override, Rotation, Turn
from mailsupport.core.reaching.contacts import targets
from mailsupport.core.reaching.gaps import Gap, GapKind, gaps_of_chain, holidays_end, stretches, suspects

START, END = berlin("2026-03-02 00:00"), berlin("2026-04-01 00:00")
CHAIN = (("pat",), ("kim",), ("dana",))
DAY = 24 * HOUR


def away(person: str, start: str, end: str, deputy: str = "") -> Absence:
    """That person is away from one Berlin morning to another."""
    return Absence(person, berlin(f"2026-{start} 00:00"), berlin(f"2026-{end} 00:00"), deputy)


def office(*absences: Absence, rotation: Rotation | None = None) -> Desk:
    """A desk with these absences, and perhaps a rotation called duty."""
    by_person: dict[str, tuple[Absence, ...]] = {}
    for one in absences:
        by_person[one.person] = (*by_person.get(one.person, ()), one)
    return replace(desk(contract()), absences=by_person, rotations={"duty": rotation} if rotation else {})


def found(gold: Contract, at: Desk) -> list[Gap]:
    """The gaps of March."""
    return list(gaps_of_chain(gold, None, at, START, END))


def told(gap: Gap) -> tuple[str, int, tuple[str, ...], float]:
    """A gap as kind, step counted from 1, its days in Berlin, and its hours of alerts."""
    zone = ZoneInfo("Europe/Berlin")
    spans = tuple(f"{a.astimezone(zone):%m-%d %H} – {b.astimezone(zone):%m-%d %H}" for a, b in gap.spans)
    return gap.kind.value, gap.step + 1, spans, gap.seconds / HOUR


# (who is away, what fails)
AWAY = [
    ((), []),
    ((away("pat", "03-09", "03-14"),), [("nobody", 1, ("03-09 00 – 03-14 00",), 40)]),
    ((away("pat", "03-07", "03-09"),), []),
    ((away("pat", "03-09", "03-14", "kim"),), []),
    ((away("pat", "03-09", "03-14", "kim"), away("kim", "03-11", "03-12")), [
        ("nobody", 1, ("03-11 00 – 03-12 00",), 8),
        ("nobody", 2, ("03-11 00 – 03-12 00",), 8),
    ]),
    ((away("pat", "02-01", "05-01"),), [("nobody", 1, ("03-02 00 – 04-01 00",), 176)]),
    ((away("pat", "03-09", "03-11"), away("pat", "03-16", "03-17")), [
        ("nobody", 1, ("03-09 00 – 03-11 00",), 16),
        ("nobody", 1, ("03-16 00 – 03-17 00",), 8),
    ]),
    ((away("pat", "02-01", "05-01", "dana"), away("kim", "03-09", "03-10", "dana")), [
        ("one_person", 0, ("03-09 00 – 03-10 00",), 8),
    ]),
    ((away("alex", "03-09", "03-14"),), []),
]  # fmt: skip


@pytest.mark.parametrize(("absences", "expected"), AWAY)
def test_whoever_is_away_without_a_deputy_is_a_gap(
    absences: tuple[Absence, ...], expected: list[tuple[str, int, tuple[str, ...], float]]
) -> None:
    """H5: With the days and the office hours in which alerts would go to nobody; a weekend is none where all is closed."""
    assert [told(gap) for gap in found(contract(calendar=OFFICE, targets=CHAIN), office(*absences))] == expected


def test_a_weekend_is_a_gap_where_alerts_go_out_always() -> None:
    """Two days round the clock are 48 hours."""
    always = contract(calendar=OFFICE, hours=Hours.ALWAYS, targets=CHAIN)

    assert [gap.seconds for gap in found(always, office(away("pat", "03-07", "03-09")))] == [2 * DAY]


def test_the_reason_is_told() -> None:
    """Who is away, and until when."""
    (gap,) = found(contract(targets=CHAIN), office(away("pat", "03-09", "03-14")))

    assert gap.reasons == (("pat", "pat is away until 2026-03-13 23:00 UTC, without a deputy"),)


WEEKLY = Rotation("duty", "Europe/Berlin", Turn.WEEKLY, 1, datetime.fromisoformat("2026-03-02T09:00"), ("pat", "kim"))


def test_a_turn_of_somebody_away_is_a_gap() -> None:
    """Kim has the second and fourth week; in the second she is away."""
    duty = contract(calendar=ALWAYS, targets=(("duty",), ("dana",)))

    assert [told(gap) for gap in found(duty, office(away("kim", "03-08", "03-12"), rotation=WEEKLY))] == [
        ("nobody", 1, ("03-09 09 – 03-12 00",), 63)
    ]


def test_duty_with_hours_leaves_the_nights_of_a_contract_open() -> None:
    """Every night and weekend is one gap with one reason, not thirty."""
    duty = contract(calendar=ALWAYS, targets=(("duty",), ("dana",)))
    (gap,) = found(duty, office(rotation=replace(WEEKLY, hours=OFFICE)))

    assert (gap.kind, len(gap.spans), gap.seconds) == (GapKind.NOBODY, 23, int((END - START).total_seconds()) - 22 * 8 * HOUR)


def test_an_override_that_leaves_nobody_is_a_gap() -> None:
    """Whose turn it is was taken out, and nobody put in."""
    override = Override(berlin("2026-03-04 00:00"), berlin("2026-03-05 00:00"), remove=("pat",))
    duty = contract(targets=(("duty",), ("dana",)))

    assert [gap.seconds for gap in found(duty, office(rotation=replace(WEEKLY, overrides=(override,))))] == [DAY]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ((("pat",), ("pat",)), ["one_person"]),
        ((("project_manager",), ("pat@acme.example",), ("pat",)), ["one_person"]),
        ((("pat",), ("pat", "kim")), []),
        ((("pat",),), []),
        ((("pat", "nobody"), ("kim",)), ["left_out"]),
        ((("nobody",), ("kim",)), ["nobody"]),
    ],
)
def test_what_is_wrong_all_the_time(who: tuple[tuple[str, ...], ...], expected: list[str]) -> None:
    """H5: One person in all steps, a target that stands for nobody, a step of nobody."""
    assert [gap.kind.value for gap in found(contract(targets=who), office())] == expected


@pytest.mark.parametrize(("rounds", "repeat_from", "expected"), [(1, 1, ["no_round"]), (2, 1, []), (1, 0, [])])
def test_a_round_that_never_begins(rounds: int, repeat_from: int, expected: list[str]) -> None:
    """Somebody wrote where to begin again, and not that there is an again."""
    gold = contract(targets=CHAIN, rounds=rounds, repeat_from=repeat_from)

    assert [gap.kind.value for gap in found(gold, office())] == expected


def test_a_suspect_address_is_named_once_reached() -> None:
    """H5: Kim's last alert bounced, and so did one to somebody who is in no chain."""
    failed = {"kim@acme.example": START, "x@acme.example": START}

    assert [gap.subject for gap in suspects(contract(), CUSTOMER, office(), END, failed)] == ["kim"]


def with_holidays(*days: date) -> Calendar:
    """The office, with these holidays."""
    return replace(OFFICE, holidays=dict.fromkeys(days, "Holiday"))


@pytest.mark.parametrize(
    ("calendar", "from_when"),
    [
        (OFFICE, None),
        (with_holidays(date(2026, 12, 25)), None),
        (with_holidays(date(2026, 5, 1)), None),
        (with_holidays(date(2026, 4, 30)), "2026-05-01 00:00"),
        (with_holidays(date(2025, 12, 26)), "2025-12-27 00:00"),
    ],
)
def test_holidays_that_end_before_long(calendar: Calendar, from_when: str | None) -> None:
    """A calendar with holidays must know them for 60 days ahead; one without any has none to end."""
    gap = holidays_end(calendar, berlin("2026-03-02 12:00"))

    assert (gap.spans[0][0] if gap else None) == (berlin(from_when) if from_when else None)


ABSENCES = st.lists(
    st.builds(
        lambda who, start, length, deputy: Absence(who, START + start, START + start + length, deputy),
        st.sampled_from(["pat", "kim", "dana"]),
        st.timedeltas(timedelta(), timedelta(days=40)),
        st.timedeltas(timedelta(minutes=1), timedelta(days=20)),
        st.sampled_from(["", "pat", "kim", "dana"]),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ABSENCES, st.datetimes(START.replace(tzinfo=None), (END - timedelta(seconds=1)).replace(tzinfo=None)))
def test_whoever_is_reached_at_an_instant_is_reached_in_its_stretch(absences: list[Absence], when: datetime) -> None:
    """However absences lie, asking at any instant gives what the stretch around it says."""
    at, duty = when.replace(tzinfo=START.tzinfo), contract(targets=(("duty",), ("kim", "dana")))
    made = office(*absences, rotation=replace(WEEKLY, hours=OFFICE))
    around = [one for one in stretches(duty, None, made, START, END) if one.start <= at < one.end]

    assert [tuple(p.key for p in targets(duty, step, 0, None, made, at).people) for step in range(2)] == [
        tuple(p.key for p in reached.people) for reached in around[0].steps
    ]
    assert len(around) == 1
    assert set(PEOPLE) >= {person.key for reached in around[0].steps for person in reached.people}
