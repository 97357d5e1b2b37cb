"""Escalations that are somebody's word, and alerts that were not theirs: what the chain does then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from promise_desk import MINUTE, OFFICE, at, contract

from mailsupport.core.desk import Hours
from mailsupport.core.guard import Cause, Chain, ChainState
from mailsupport.core.reaching.escalation import Fire, Rest, acknowledge, after_fire, join, next_move, open_chain, pass_on

NOON = at("2026-03-04 12:00")
LATER = contract(waits=(15, 10, 10))


def told_once() -> Chain:
    """The first step fired at noon."""
    return after_fire(open_chain(7, Cause.FIRST_RESPONSE, 0, NOON, contract()), Fire(0, 0, "due"), contract(), NOON).chain


@pytest.mark.parametrize("cause", [Cause.CUSTOMER, Cause.STAFF, Cause.CONTACT])
def test_what_somebody_asks_for_happens_now(cause: Cause) -> None:
    """The wait of the first step counts from a lapse; a word is not made to wait."""
    assert open_chain(7, cause, 0, NOON, LATER).next_at == NOON


@pytest.mark.parametrize("cause", [Cause.FIRST_RESPONSE, Cause.RESOLUTION, Cause.PRIORITY])
def test_what_the_clock_asks_for_waits_as_the_contract_says(cause: Cause) -> None:
    """A quarter of an hour here."""
    assert open_chain(7, cause, 0, NOON, LATER).next_at == NOON + timedelta(seconds=15 * MINUTE)


def test_a_customers_word_at_night_waits_only_for_strict_hours() -> None:
    """DESIGN §5 Chain: causes priority and customer ignore the hours unless they are strict."""
    night = at("2026-03-04 22:00")
    usual, strict = contract(calendar=OFFICE), contract(calendar=OFFICE, hours=Hours.STRICT)

    assert isinstance(next_move(open_chain(7, Cause.CUSTOMER, 0, night, usual), usual, night), Fire)
    rest = next_move(open_chain(7, Cause.CUSTOMER, 0, night, strict), strict, night)
    assert isinstance(rest, Rest)
    assert rest.until == at("2026-03-05 08:00")


def test_passed_on_the_next_step_is_due_now() -> None:
    """And the one after it in its usual time."""
    passed = pass_on(told_once(), NOON + timedelta(minutes=2), "pat", 0, 0)

    assert passed.changed
    assert (passed.chain.state, passed.chain.next_at) == (ChainState.ACTIVE, NOON + timedelta(minutes=2))


def test_whoever_was_told_before_passes_nothing_on() -> None:
    """The chain has gone on to somebody else, whose time runs."""
    chain = replace(told_once(), step=1)

    assert not pass_on(chain, NOON, "pat", 0, 0).changed


def test_nobody_passes_on_what_another_took() -> None:
    """Only whoever took notice may let go of it."""
    taken = acknowledge(told_once(), "kim", NOON, NOON + timedelta(hours=1)).chain

    assert not pass_on(taken, NOON, "pat", 0, 0).changed
    assert pass_on(taken, NOON, "kim", 0, 0).chain.state is ChainState.ACTIVE


def test_an_escalation_ends_an_acknowledgement() -> None:
    """Whoever asks for more does not wait for whoever took notice."""
    taken = acknowledge(told_once(), "kim", NOON, NOON + timedelta(hours=1)).chain
    hastened = join(taken, Cause.STAFF, NOON).chain

    assert (hastened.state, hastened.next_at, hastened.cause) == (ChainState.ACTIVE, NOON, Cause.STAFF)
