"""Who acts for whom: deputies, deputies of deputies, until when, and nobody in a circle."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from promise_desk import at, contract, desk

from mailsupport.core.desk import Absence, Desk, Person, Rotation, Turn
from mailsupport.core.guard import Told
from mailsupport.core.reaching.absences import acting_for, away_until, follow, merged
from mailsupport.core.reaching.contacts import targets

NOON = at("2026-03-04 12:00")
GOLD = contract(targets=(("ben",), ("cleo",), ("dov",)))


def people(**deputies: str) -> dict[str, Person]:
    """Ben, Cleo, Dov and Eve, each with that deputy."""
    names = ("ben", "cleo", "dov", "eve")
    return {key: Person(key, key.title(), (f"{key}@acme.example",), deputy=deputies.get(key, "")) for key in names}


def away(person: str, start: str = "2026-03-01 00:00", end: str = "2026-03-10 00:00", deputy: str = "") -> Absence:
    """That person is away, by default all the first days of March."""
    return Absence(person, at(start), at(end), deputy)


def with_absences(*absences: Absence, **deputies: str) -> Desk:
    """A desk of these people, some of whom are away."""
    by_person: dict[str, tuple[Absence, ...]] = {}
    for one in absences:
        by_person[one.person] = (*by_person.get(one.person, ()), one)
    return replace(desk(GOLD), people=people(**deputies), absences=by_person)


# (who is away, whose deputy is who, who acts for Ben)
ACTING = [
    ((), {}, "ben"),
    ((), {"ben": "cleo"}, "ben"),
    ((away("ben"),), {}, ""),
    ((away("ben"),), {"ben": "cleo"}, "cleo"),
    ((away("ben", deputy="dov"),), {"ben": "cleo"}, "dov"),
    ((away("ben"), away("cleo")), {"ben": "cleo"}, ""),
    ((away("ben"), away("cleo")), {"ben": "cleo", "cleo": "dov"}, "dov"),
    ((away("ben"), away("cleo", deputy="eve")), {"ben": "cleo", "cleo": "dov"}, "eve"),
    ((away("ben", deputy="cleo"), away("cleo", deputy="ben")), {}, ""),
    ((away("ben", end="2026-03-04 12:00"),), {"ben": "cleo"}, "ben"),
    ((away("ben", start="2026-03-04 12:00"),), {"ben": "cleo"}, "cleo"),
    ((away("ben", start="2026-03-04 12:01"),), {"ben": "cleo"}, "ben"),
    ((away("ben"), away("cleo", start="2026-03-05 00:00")), {"ben": "cleo"}, "cleo"),
]


@pytest.mark.parametrize(("absences", "deputies", "who"), ACTING)
def test_who_acts_for_ben(absences: tuple[Absence, ...], deputies: dict[str, str], who: str) -> None:
    """Ben himself, else his deputy, else the deputy's deputy; an absence's own deputy comes before the usual one."""
    assert acting_for("ben", with_absences(*absences, **deputies), NOON).key == who


@pytest.mark.parametrize(
    ("absences", "until"),
    [
        ((away("ben"),), "2026-03-10 00:00"),
        ((away("ben"), away("ben", "2026-03-10 00:00", "2026-03-12 00:00")), "2026-03-12 00:00"),
        ((away("ben"), away("ben", "2026-03-09 00:00", "2026-03-11 00:00")), "2026-03-11 00:00"),
        ((away("ben"), away("ben", "2026-03-10 01:00", "2026-03-12 00:00")), "2026-03-10 00:00"),
        ((away("ben", "2026-03-05 00:00"),), None),
    ],
)
def test_until_when_ben_is_away(absences: tuple[Absence, ...], until: str | None) -> None:
    """Absences that follow on each other are one; a day at work between them ends the first."""
    assert away_until(absences, NOON) == (at(until) if until else None)


@pytest.mark.parametrize(
    ("absences", "deputies", "words"),
    [
        ((away("ben"),), {}, "ben is away until 2026-03-10 00:00 UTC, without a deputy"),
        ((away("ben"),), {"ben": "cleo"}, "ben is away until 2026-03-10 00:00 UTC; cleo stands in"),
        (
            (away("ben"), away("cleo")),
            {"ben": "cleo"},
            "ben is away until 2026-03-10 00:00 UTC; cleo stands in, who is away until 2026-03-10 00:00 UTC, without a deputy",
        ),
        ((away("ben", deputy="cleo"), away("cleo", deputy="ben")), {}, "circle: ben → cleo → ben"),
    ],
)
def test_the_way_to_the_deputy_is_told(absences: tuple[Absence, ...], deputies: dict[str, str], words: str) -> None:
    """Why the director got the mail can be read off."""
    assert acting_for("ben", with_absences(*absences, **deputies), NOON).reason.endswith(words)


def test_a_deputy_is_alerted_in_the_name_of_the_absent() -> None:
    """The step tells Cleo, and for whom."""
    found = targets(GOLD, 0, 0, None, with_absences(away("ben"), ben="cleo"), NOON)

    assert [person.key for person in found.people] == ["cleo"]
    assert [(one.way[0], one.until) for one in found.stands_in["cleo"]] == [("ben", at("2026-03-10 00:00"))]


def test_an_absent_person_without_deputy_is_left_out_with_the_reason() -> None:
    """Then the step tells nobody, and the next one follows at once."""
    found = targets(GOLD, 0, 0, None, with_absences(away("ben")), NOON)

    assert found.people == ()
    assert found.skipped == (("ben", "ben is away until 2026-03-10 00:00 UTC, without a deputy"),)


def test_a_deputy_of_two_gets_one_alert() -> None:
    """Cleo stands in for Ben and for Dov, and is told once."""
    both = contract(targets=(("ben", "dov"),))
    found = targets(both, 0, 0, None, with_absences(away("ben"), away("dov"), ben="cleo", dov="cleo"), NOON)

    assert [person.key for person in found.people] == ["cleo"]
    assert [one.way[0] for one in found.stands_in["cleo"]] == ["ben", "dov"]


def test_a_deputy_told_at_an_earlier_step_is_left_out_while_others_remain() -> None:
    """Cleo was told for herself; at the next step Dov alone is told, though Ben's deputy is Cleo."""
    both = contract(targets=(("cleo",), ("ben", "dov")))
    told = [Told("cleo", "cleo@acme.example", 0, 0, NOON, "accepted")]
    found = targets(both, 1, 0, None, with_absences(away("ben"), ben="cleo"), NOON, told)

    assert [person.key for person in found.people] == ["dov"]
    assert found.stands_in == {}


WEEKS = Rotation("weeks", "UTC", Turn.WEEKLY, 1, datetime.fromisoformat("2026-03-02T09:00"), ("ben", "cleo"))


@pytest.mark.parametrize(
    ("absences", "when", "who"),
    [
        ((), "2026-03-02 09:00", ["ben"]),
        ((), "2026-03-09 09:00", ["cleo"]),
        ((away("ben"),), "2026-03-02 09:00", ["dov"]),
        ((away("ben"),), "2026-03-09 09:00", ["cleo"]),
    ],
)
def test_a_rotation_in_a_chain_is_whoever_is_on_duty(absences: tuple[Absence, ...], when: str, who: list[str]) -> None:
    """And whoever is on duty and away has a deputy too."""
    duty = contract(targets=(("weeks",),))
    made = replace(with_absences(*absences, ben="dov"), rotations={"weeks": WEEKS})

    assert [person.key for person in targets(duty, 0, 0, None, made, at(when)).people] == who


def test_a_role_of_a_customer_may_be_a_rotation() -> None:
    """The customer's account manager is whoever is on duty."""
    made = replace(with_absences(), rotations={"weeks": WEEKS})
    customer = replace(made.customers["globex"], people={"account_manager": "weeks"})
    role = contract(targets=(("account_manager",),))

    assert [person.key for person in targets(role, 0, 0, customer, made, at("2026-03-10 12:00")).people] == ["cleo"]


KEYS = ("a", "b", "c", "d")
PLANS = st.dictionaries(st.sampled_from(KEYS), st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["", *KEYS])), max_size=3))


@given(PLANS, st.dictionaries(st.sampled_from(KEYS), st.sampled_from(KEYS)))
def test_whoever_acts_is_there(plan: dict[str, list[tuple[int, str]]], deputies: dict[str, str]) -> None:
    """However absences and deputies are written, the search ends with somebody who is not away, or with a reason."""
    absences = {
        key: [Absence(key, at("2026-03-04 00:00"), at(f"2026-03-0{day or 4} 13:00"), deputy) for day, deputy in days]
        for key, days in plan.items()
    }
    found = follow("a", NOON, absences, lambda key: deputies.get(key, ""))

    assert not found.key or away_until(absences.get(found.key, ()), NOON) is None
    assert found.key or found.reason


def test_what_was_told_by_mail_counts_beside_the_settings() -> None:
    """Its deputy counts before the one of the settings; a desk to which nothing was told stays itself."""
    known = with_absences(away("ben", deputy="cleo"), away("eve"))
    told = merged(known, [away("ben", end="2026-03-05 00:00", deputy="dov"), away("cleo")])

    assert acting_for("ben", told, at("2026-03-04 12:00")).key == "dov"
    assert acting_for("eve", told, at("2026-03-04 12:00")).key == ""
    assert acting_for("cleo", told, at("2026-03-04 12:00")).key == ""
    assert acting_for("ben", known, at("2026-03-04 12:00")).key == "cleo"
    assert merged(known, []) is known
