"""Who gets a ticket that nobody answers yet: tables for the policies, properties for fairness."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verb_asks import ANNA, GOLD, NOON, PAT, a_desk, a_ticket, ask, done, refusal

from mailsupport.core.deciding.arrival import Known, Urgent
from mailsupport.core.deciding.assignment import (
    Choice,
    Colleague,
    Overdue,
    choose,
    is_away,
    is_wanted,
    offered_until,
    opening,
    passed_over,
)
from mailsupport.core.desk import Absence, Assignment, Person, Policy
from mailsupport.core.effects import Log, Notify
from mailsupport.core.model import State
from mailsupport.core.orders import Assign, GiveOut, PassOn

IN_TURN, FEWEST, OFFERS = Assignment(Policy.ROUND_ROBIN), Assignment(Policy.LEAST_LOADED), Assignment(Policy.OFFER)


def people(count: int) -> list[Person]:
    """So many who answer."""
    return [Person(f"p{number}", f"P {number}", (f"p{number}@acme.example",)) for number in range(count)]


def whose(choice: Choice) -> str:
    """The key of whoever was chosen, "" for nobody."""
    return choice.person.key if choice.person else ""


@dataclass
class Office:
    """What the rows would remember of people and their tickets."""

    count: int
    rules: Assignment
    turns: Counter[str] = field(default_factory=Counter)
    loads: Counter[str] = field(default_factory=Counter)
    given: list[str] = field(default_factory=list)

    def ticket(self, away: frozenset[int] = frozenset()) -> str:
        """A ticket comes in while these people are away; who gets it."""
        known = [
            Colleague(one, away=number in away, load=self.loads[one.key], turn=self.turns[one.key])
            for number, one in enumerate(people(self.count))
        ]
        key = whose(choose(self.rules, known))
        if key:
            self.given.append(key)
            self.turns[key] = len(self.given)
            self.loads[key] += 1
        return key


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Assignment(), ""),
        (IN_TURN, "p2"),
        (OFFERS, "p2"),
        (FEWEST, "p1"),
        (replace(IN_TURN, max_open=2), "p0"),
        (replace(FEWEST, max_open=1), ""),
    ],
)
def test_each_policy_chooses_its_own(rules: Assignment, expected: str) -> None:
    """Three people: one had the last turn and two tickets, one before that and one, one never a turn and five."""
    loads, turns = (2, 1, 5), (9, 8, 0)
    if rules.policy is Policy.ROUND_ROBIN and rules.max_open:
        loads, turns = (1, 2, 5), (9, 8, 0)
    known = [Colleague(one, load=load, turn=turn) for one, load, turn in zip(people(3), loads, turns, strict=True)]

    assert whose(choose(rules, known)) == expected


def test_equal_turns_are_decided_by_the_order_of_the_settings() -> None:
    """The same rows always give the same choice."""
    assert whose(choose(IN_TURN, [Colleague(one) for one in people(4)])) == "p0"
    assert whose(choose(FEWEST, [Colleague(one) for one in people(4)])) == "p0"


def test_whoever_was_asked_is_not_asked_again_in_that_round() -> None:
    """The next one is; after the last, nobody, and the reason names each."""
    one, two = people(2)

    assert whose(choose(OFFERS, [Colleague(one, asked=True), Colleague(two, turn=5)])) == "p1"
    nobody = choose(OFFERS, [Colleague(one, asked=True), Colleague(two, away=True)])
    assert (nobody.person, nobody.reason) == (None, "nobody is free: p0 was asked, p1 is away")


def test_nobody_at_all() -> None:
    """No reason to fail."""
    assert choose(OFFERS, []) == Choice(None, "nobody is there")


@given(st.integers(1, 12), st.integers(0, 80))
def test_turns_are_fair_for_any_number_of_people(count: int, tickets: int) -> None:
    """With nobody away, no two differ by more than one; even numbers of people are nothing special."""
    office = Office(count, IN_TURN)
    for _ in range(tickets):
        office.ticket()
    shares = [office.given.count(one.key) for one in people(count)]

    assert sum(shares) == tickets
    assert max(shares) - min(shares) <= 1


@given(st.integers(1, 8), st.lists(st.frozensets(st.integers(0, 7)), max_size=60), st.sampled_from([IN_TURN, FEWEST, OFFERS]))
def test_nobody_gets_one_while_away(count: int, days: list[frozenset[int]], rules: Assignment) -> None:
    """Whoever is there gets it; when all are away, nobody does."""
    office = Office(count, rules)
    for away in days:
        key = office.ticket(away)
        there = {f"p{number}" for number in range(count) if number not in away}

        assert key in there if there else key == ""


@given(st.integers(1, 8), st.lists(st.frozensets(st.integers(0, 7), max_size=3), max_size=60))
def test_those_who_are_always_there_stay_even(count: int, days: list[frozenset[int]]) -> None:
    """Absences of others shift nothing between two people who were never away."""
    office = Office(count, IN_TURN)
    for away in days:
        office.ticket(away)
    always = [f"p{number}" for number in range(count) if not any(number in away for away in days)]
    shares = [office.given.count(key) for key in always] or [0]

    assert max(shares) - min(shares) <= 1


@given(st.integers(1, 8), st.integers(1, 4), st.integers(0, 60), st.sampled_from([IN_TURN, FEWEST, OFFERS]))
def test_nobody_has_more_than_they_may(count: int, limit: int, tickets: int, rules: Assignment) -> None:
    """Until everybody is full; then nobody gets one."""
    office = Office(count, replace(rules, max_open=limit))
    for _ in range(tickets):
        office.ticket()

    assert max(office.loads.values(), default=0) <= limit
    assert len(office.given) == min(tickets, count * limit)


@settings(max_examples=50)
@given(st.integers(1, 8), st.integers(0, 60))
def test_least_loaded_levels_the_loads(count: int, tickets: int) -> None:
    """While nothing is answered, it is the same as taking turns."""
    one, other = Office(count, FEWEST), Office(count, IN_TURN)

    assert [one.ticket() for _ in range(tickets)] == [other.ticket() for _ in range(tickets)]


# --- around the choice ---


def test_away_by_the_desk() -> None:
    """From the first instant to the last, and not after."""
    desk = replace(a_desk(), absences={"anna": (Absence("anna", NOON, NOON + timedelta(hours=1)),)})

    assert [is_away(ANNA, desk, NOON + timedelta(minutes=past)) for past in (-1, 0, 59, 60)] == [False, True, True, False]


@pytest.mark.parametrize(("policy", "effect"), [(Policy.MANUAL, Notify), (Policy.OFFER, GiveOut), (Policy.ROUND_ROBIN, GiveOut)])
def test_what_a_new_ticket_leads_to(policy: Policy, effect: type) -> None:
    """Everybody is notified, or one of them gets it."""
    assert isinstance(opening((ANNA, PAT), replace(a_desk(), assignment=Assignment(policy))), effect)


def test_with_nobody_to_choose_from_nothing_is_given_out() -> None:
    """A notification to nobody, as ever."""
    assert opening((), replace(a_desk(), assignment=OFFERS)) == Notify("new", ())


def test_an_offer_ends_in_open_time() -> None:
    """Working time of the contract's calendar, in which noon is open."""
    assert offered_until(GOLD.calendar, NOON, 600) == NOON + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"state": State.OPEN}, True),
        ({"state": State.ANSWERED}, False),
        ({"state": State.CLOSED}, False),
        ({"assignee": "anna"}, False),
        ({"merged_into": 8}, False),
    ],
)
def test_which_tickets_look_for_somebody(changes: dict[str, object], expected: bool) -> None:
    """Those that nobody has while the customer waits."""
    assert is_wanted(a_ticket(**changes)) is expected


def test_only_what_they_may_answer_is_passed_over() -> None:
    """A ticket with two clocks counts once, another team's not at all."""
    mine, theirs = Overdue(8, "gold", "support"), Overdue(9, "gold", "support")
    desk = a_desk()

    assert passed_over("anna", [mine, mine, theirs], desk) == 2
    assert passed_over("pat", [mine, theirs], desk) == 0


# --- commands ---


def test_passing_on_what_is_offered() -> None:
    """The next one is asked; nobody is written a notification about it."""
    assert done(ask("drop", "no time", known=Known(offered_to="anna"))) == (PassOn(ANNA, "no time"),)


def test_nobody_passes_on_what_is_offered_to_another() -> None:
    """It is theirs to say."""
    assert refusal(ask("drop", "no time", known=Known(offered_to="pat"))) == "offered_to_another"


def test_dropping_what_was_taken_logs_the_reason() -> None:
    """It stays in the ticket's history, whatever the policy."""
    effects = done(ask("drop", "no time", ticket=a_ticket(assignee="anna")))

    assert [(effect.event, effect.data) for effect in effects if isinstance(effect, Log)] == [("dropped", {"reason": "no time"})]
    assert isinstance(effects[0], Assign)


def test_next_passes_over_what_they_may_not_answer() -> None:
    """A contract of another team is not theirs."""
    known = Known(urgent=(Urgent(a_ticket(number=8), NOON),))

    assert done(ask("next", known=known, by=PAT)) == ()
