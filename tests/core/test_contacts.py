"""Whom a step tells: roles, people and addresses, and whoever was told already."""

from __future__ import annotations

import pytest
from promise_desk import CUSTOMER, LAPSE_TOLD, PEOPLE, contract, desk

from mailsupport.core.desk import Customer
from mailsupport.core.guard import Told
from mailsupport.core.reaching.contacts import targets

STRANGER = Customer("initech", "Initech", (), "gold", people={"account_manager": "gone"})


def told(person: str, step: int, round_: int = 0) -> Told:
    """That person was sent the alert of that step."""
    return Told(person, f"{person}@acme.example", step, round_, LAPSE_TOLD, "accepted")


@pytest.mark.parametrize(
    ("who", "customer", "expected"),
    [
        (("project_manager",), None, ["pat"]),
        (("account_manager",), CUSTOMER, ["kim"]),
        (("account_manager",), None, ["alex", "kim"]),
        (("account_manager",), STRANGER, ["alex", "kim"]),
        (("dana",), None, ["dana"]),
        (("Dana@acme.example",), None, ["dana"]),
        (("night@desk.example",), None, ["night@desk.example"]),
        (("pat", "project_manager", "pat@acme.example"), None, ["pat"]),
        (("pat", "nobody"), None, ["pat"]),
        (("nobody",), None, []),
        (("ghost",), None, []),
    ],
)
def test_a_target_is_a_role_a_person_or_an_address(who: tuple[str, ...], customer: Customer | None, expected: list[str]) -> None:
    """The customer's person for a role comes first, then everybody who has it; each person once."""
    gold = contract(targets=(who,))
    assert [p.key for p in targets(gold, 0, 0, customer, desk(gold), LAPSE_TOLD).people] == expected


@pytest.mark.parametrize(
    ("who", "customer", "why"),
    [
        ("nobody", None, "nobody has that role"),
        ("ghost", None, "nobody has that role"),
        ("account_manager", STRANGER, "gone, named for Initech, is not among the people"),
    ],
)
def test_what_stands_for_nobody_is_said(who: str, customer: Customer | None, why: str) -> None:
    """With the target and the reason."""
    gold = contract(targets=((who,),))
    ((target, reason),) = targets(gold, 0, 0, customer, desk(gold), LAPSE_TOLD).skipped
    assert target == who
    assert why in reason


TWICE = contract(targets=(("pat",), ("pat", "dana"), ("pat",)))


@pytest.mark.parametrize(
    ("step", "round_", "before", "expected"),
    [
        (1, 0, [told("pat", 0)], ["dana"]),
        (1, 0, [], ["pat", "dana"]),
        (1, 1, [told("pat", 0)], ["pat", "dana"]),
        (1, 0, [told("pat", 1)], ["pat", "dana"]),
        (1, 0, [told("pat", 0), told("dana", 0)], ["pat", "dana"]),
        (2, 0, [told("pat", 0), told("dana", 1)], ["pat"]),
    ],
)
def test_whoever_was_told_in_this_round_is_left_out(step: int, round_: int, before: list[Told], expected: list[str]) -> None:
    """At a lower step of the same round, and only while somebody else remains."""
    assert [p.key for p in targets(TWICE, step, round_, None, desk(TWICE), LAPSE_TOLD, before).people] == expected


def test_whoever_is_left_out_is_named() -> None:
    """So the alert can say why the director got it and the manager not again."""
    found = targets(TWICE, 1, 0, None, desk(TWICE), LAPSE_TOLD, [told("pat", 0)])
    assert found.skipped == (("pat", "was told at an earlier step of this round"),)


def test_addresses_are_where_mail_goes() -> None:
    """The first address of a person."""
    gold = contract()
    assert targets(gold, 2, 0, None, desk(gold), LAPSE_TOLD).people[0].address == PEOPLE["dana"].address
