"""Who answers a ticket: take, drop, assign, next."""

from __future__ import annotations

from typing import Any

import pytest
from verb_asks import ANNA, NOON, PAT, a_ticket, ask, done, refusal

from mailsupport.core.deciding.arrival import Known, Urgent
from mailsupport.core.effects import Notify
from mailsupport.core.handling import HandOut
from mailsupport.core.orders import Assign


def owner(effects: tuple[Any, ...]) -> list[str]:
    """Whom the ticket belongs to afterwards, "" for nobody."""
    return [effect.person.key if effect.person else "" for effect in effects if isinstance(effect, Assign)]


def test_take_makes_it_mine() -> None:
    """And says nothing to anybody where nobody had it."""
    effects = done(ask("take"))

    assert ["anna"] == owner(effects)
    assert [] == [e for e in effects if isinstance(e, Notify)]


def test_whoever_had_it_hears_that_it_was_taken() -> None:
    """Two people working on one ticket is the worst of both."""
    effects = done(ask("take", ticket=a_ticket(assignee=PAT.key)))

    assert [("taken", (PAT.key,))] == [(e.event, tuple(p.key for p in e.people)) for e in effects if isinstance(e, Notify)]


def test_taking_twice_changes_nothing() -> None:
    """It is theirs already."""
    assert [] == owner(done(ask("take", ticket=a_ticket(assignee="anna"))))


def test_dropping_needs_a_reason() -> None:
    """Tickets are not handed back in silence."""
    assert "drop_needs_reason" == refusal(ask("drop", ticket=a_ticket(assignee="anna")))
    assert [""] == owner(done(ask("drop", "no time", ticket=a_ticket(assignee="anna"))))


def test_nobody_drops_what_another_has() -> None:
    """That would take it from them."""
    assert "assigned_to_another" == refusal(ask("drop", "no time", ticket=a_ticket(assignee=PAT.key)))


@pytest.mark.parametrize("word", ["anna", "Anna Berg", "anna@acme.example", "ANNA", "berg", "<anna@acme.example>"])
def test_people_are_named_as_people_do(word: str) -> None:
    """By key, name, part of a name, or address."""
    assert ["anna"] == owner(done(ask("assign", word, by=PAT)))


@pytest.mark.parametrize(
    ("word", "why"), [("", "assign_needs_person"), ("anan", "nobody_called"), ("erika@globex.example", "nobody_called")]
)
def test_only_one_of_us_can_have_it(word: str, why: str) -> None:
    """No customer, no stranger, no slip of the pen."""
    assert why == refusal(ask("assign", word))


def test_whoever_gets_it_is_told() -> None:
    """With a notification of their own."""
    effects = done(ask("assign", "anna", by=PAT))

    assert [("assigned", ("anna",))] == [(e.event, tuple(p.key for p in e.people)) for e in effects if isinstance(e, Notify)]


def test_next_hands_out_the_most_urgent() -> None:
    """The first of those that wait for somebody."""
    known = Known(urgent=(Urgent(a_ticket(number=8), NOON), Urgent(a_ticket(number=9), NOON)))

    assert (HandOut(8, ANNA),) == done(ask("next", known=known))


def test_next_of_nothing_says_so() -> None:
    """Nothing is handed out."""
    assert () == done(ask("next"))
