"""What holds for every chain whatever happens to it: the table is obeyed, each step fires once a round, nobody is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from promise_desk import ALWAYS, OFFICE, at, contract

from mailsupport.core.desk import Contract, Hours
from mailsupport.core.guard import Cause, Chain, ChainState
from mailsupport.core.reaching.chain_states import NEXT, REFUSED, ChainChange, ChainEvent
from mailsupport.core.reaching.escalation import (
    Exhaust,
    Fire,
    Rest,
    Unreachable,
    acknowledge,
    after_accept,
    after_fire,
    after_rest,
    exhaust,
    join,
    next_move,
    open_chain,
    pass_on,
    reopen_after_revocation,
    resolve,
    resume,
    unreachable,
)

LAPSE = at("2026-03-04 14:00")
WAITING = (ChainState.ACTIVE, ChainState.ACKNOWLEDGED)

Action = Callable[[Chain, Contract, datetime], ChainChange]

ACTIONS: dict[ChainEvent, Action] = {
    ChainEvent.FIRED: lambda c, k, now: after_fire(c, Fire(c.step + 1, c.round, "due"), k, now),
    ChainEvent.RESTED: lambda c, k, now: after_rest(c, Rest(now + timedelta(hours=1), "closed")),
    ChainEvent.ACCEPTED: lambda c, k, now: after_accept(c, k, now, c.step, c.round),
    ChainEvent.UNREACHABLE: lambda c, k, now: unreachable(c, k, now, Unreachable.BOUNCED, c.step, c.round),
    ChainEvent.PASSED: lambda c, k, now: pass_on(c, now, "pat", c.step, c.round),
    ChainEvent.ACKNOWLEDGED: lambda c, k, now: acknowledge(c, "pat", now, now + timedelta(hours=2)),
    ChainEvent.RESUMED: lambda c, k, now: resume(c, now),
    ChainEvent.JOINED: lambda c, k, now: join(c, Cause.RESOLUTION, now),
    ChainEvent.HASTENED: lambda c, k, now: join(c, Cause.CUSTOMER, now),
    ChainEvent.RESOLVED: lambda c, k, now: resolve(c, "anna answered"),
    ChainEvent.EXHAUSTED: lambda c, k, now: exhaust(c, Exhaust("nobody left")),
    ChainEvent.REVOKED: lambda c, k, now: reopen_after_revocation(c, c.cycle + 1, now),
}


def a_chain(state: ChainState) -> Chain:
    """A chain in that state, its first step fired."""
    chain = replace(open_chain(7, Cause.FIRST_RESPONSE, 0, LAPSE, contract()), state=state, step=0)
    if state is ChainState.ACKNOWLEDGED:
        return replace(chain, acknowledged_by="pat", acknowledged_until=LAPSE + timedelta(hours=1))
    return chain if state is ChainState.ACTIVE else replace(chain, next_at=None)


@pytest.mark.parametrize("event", ChainEvent)
@pytest.mark.parametrize("state", ChainState)
def test_a_chain_follows_its_table(state: ChainState, event: ChainEvent) -> None:
    """A pair of the table leads where the table says; any other leaves the chain alone and says why."""
    change = ACTIONS[event](a_chain(state), contract(), LAPSE)
    expected = NEXT.get((state, event))
    assert (change.changed, change.chain.state) == (expected is not None, expected or state)
    if expected is None:
        assert (change.chain, change.reason) == (a_chain(state), REFUSED[state])


def test_every_event_is_in_the_table() -> None:
    """None is forgotten, and every state can end."""
    assert {event for _, event in NEXT} == set(ChainEvent)
    assert all((state, ChainEvent.RESOLVED) in NEXT for state in ChainState if state is not ChainState.RESOLVED)


contracts = st.builds(
    contract,
    st.tuples(*[st.sampled_from([0, 1, 5, 10, 60])] * 3),
    calendar=st.sampled_from([ALWAYS, OFFICE]),
    hours=st.sampled_from(Hours),
    rounds=st.integers(1, 3),
    repeat_from=st.integers(0, 3),
)
happenings = st.lists(st.tuples(st.sampled_from([None, *ChainEvent]), st.integers(0, 7200)), max_size=40)


def sweep(chain: Chain, gold: Contract, now: datetime) -> ChainChange:
    """One pass of the sweep over one chain."""
    move = next_move(chain, gold, now)
    if isinstance(move, Fire):
        return after_fire(chain, move, gold, now)
    return exhaust(chain, move) if isinstance(move, Exhaust) else after_rest(chain, move)


@settings(max_examples=300, deadline=None)
@given(contracts, st.sampled_from(Cause), happenings)
def test_whatever_happens_the_rules_hold(gold: Contract, cause: Cause, story: list[tuple[ChainEvent | None, int]]) -> None:
    """Sweeps (None) and events in any order: states follow the table, steps only go on, and whoever waits knows until when."""
    chain, now = open_chain(7, cause, 0, LAPSE, gold), LAPSE
    for event, seconds in story:
        now += timedelta(seconds=seconds)
        by_hand = event not in (None, ChainEvent.FIRED, ChainEvent.EXHAUSTED)
        change = ACTIONS[event](chain, gold, now) if event is not None and by_hand else sweep(chain, gold, now)
        before, chain = chain, change.chain
        assert change.reason
        assert change.changed or chain == before
        assert not change.changed or chain.state in {to for (state, _), to in NEXT.items() if state is before.state}
        assert (chain.round, chain.step) >= (before.round, before.step)
        assert chain.step < len(gold.steps) and chain.round < gold.rounds
        assert (chain.next_at is not None) == (chain.state in WAITING)
        assert bool(chain.acknowledged_until) == (chain.state is ChainState.ACKNOWLEDGED)


@settings(max_examples=150, deadline=None)
@given(contracts, st.sampled_from(Cause), st.lists(st.integers(1, 100_000), max_size=60))
def test_swept_at_any_rhythm_each_step_fires_once_a_round(gold: Contract, cause: Cause, pauses: list[int]) -> None:
    """H3: One pass a minute or one a day: the same steps in the same order, at most one a pass, and the operator at the end."""
    chain, now, steps = open_chain(7, cause, 0, LAPSE, gold), LAPSE, []
    for seconds in [*pauses, *[86_400] * 40]:
        now += timedelta(seconds=seconds)
        before, chain = chain, sweep(chain, gold, now + timedelta(hours=-now.hour + 10)).chain
        if (chain.round, chain.step) != (before.round, before.step):
            steps.append((chain.round, chain.step))
    first = [(0, 0), (0, 1), (0, 2)]
    again = [(r, s) for r in range(1, gold.rounds) for s in range(min(gold.repeat_from, 2), 3)]
    assert steps == first + again
    assert chain.state is ChainState.EXHAUSTED
