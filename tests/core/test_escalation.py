"""Which step of a chain fires when. Project manager at the lapse, account manager 10 minutes later, director after 10 more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from promise_desk import MINUTE, OFFICE, at, berlin, contract

from mailsupport.core.desk import Contract, Hours
from mailsupport.core.guard import Cause, Chain, ChainState
from mailsupport.core.reaching.escalation import (
    ENDED_BY_ANSWER,
    Exhaust,
    Fire,
    Move,
    Rest,
    Unreachable,
    ack_is_suspicious,
    ack_until,
    acknowledge,
    after_accept,
    after_fire,
    after_rest,
    exhaust,
    following,
    join,
    next_move,
    open_chain,
    reopen_after_revocation,
    resolve,
    resume,
    unreachable,
    wait_after,
)

LAPSE = at("2026-03-04 14:00")
GOLD = contract()


def minutes(count: float) -> datetime:
    """So many minutes after the lapse."""
    return LAPSE + timedelta(minutes=count)


def opened(gold: Contract = GOLD, cause: Cause = Cause.FIRST_RESPONSE, when: datetime = LAPSE) -> Chain:
    """A chain that begins at the lapse."""
    return open_chain(7, cause, 0, when, gold)


def fired(chain: Chain, gold: Contract, now: datetime) -> Chain:
    """The chain after the step that is due now was queued."""
    move = next_move(chain, gold, now)
    assert isinstance(move, Fire)
    return after_fire(chain, move, gold, now).chain


def first_told() -> Chain:
    """The project manager's alert was accepted half a minute after the lapse."""
    return after_accept(fired(opened(), GOLD, LAPSE), GOLD, minutes(0.5), 0, 0).chain


def brief(move: Move) -> tuple[str, object]:
    """A move without its reason."""
    if isinstance(move, Fire):
        return "fire", (move.step, move.round)
    return ("rest", move.until) if isinstance(move, Rest) else ("exhaust", None)


@pytest.mark.parametrize(
    ("rounds", "repeat_from", "after", "expected"),
    [
        (1, 0, (-1, 0), (0, 0)),
        (1, 0, (0, 0), (1, 0)),
        (1, 0, (2, 0), None),
        (2, 0, (2, 0), (0, 1)),
        (2, 1, (2, 0), (1, 1)),
        (2, 9, (2, 0), (2, 1)),
        (2, 1, (2, 1), None),
    ],
)
def test_steps_follow_in_order(rounds: int, repeat_from: int, after: tuple[int, int], expected: tuple[int, int] | None) -> None:
    """Rounds begin again at `repeat_from`; after the last round nothing follows."""
    assert following(contract(rounds=rounds, repeat_from=repeat_from), *after) == expected


@pytest.mark.parametrize(
    ("waits", "rounds", "step", "expected"),
    [
        ((0, 10, 20), 1, -1, 0),
        ((0, 10, 20), 1, 0, 10),
        ((0, 10, 20), 1, 1, 20),
        ((0, 10, 20), 1, 2, 20),
        ((0, 10, 20), 2, 2, 20),
        ((30, 10, 20), 2, 2, 30),
        ((0, 0, 0), 1, 0, 0),
        ((0, 0, 0), 2, 2, 5),
        ((0, 0, 0), 1, 2, 5),
    ],
)
def test_each_step_waits_its_own_time(waits: tuple[int, ...], rounds: int, step: int, expected: int) -> None:
    """The last one told is given a fair wait as well before a round begins again or the chain gives up."""
    assert wait_after(contract(waits, rounds=rounds), step, 0) == expected * MINUTE


def test_the_first_step_waits_from_the_lapse() -> None:
    """A first wait of 5 minutes fires 5 minutes after the lapse and not before."""
    gold = contract((5, 10, 10))
    chain = opened(gold)
    assert brief(next_move(chain, gold, minutes(4.9))) == ("rest", minutes(5))
    assert brief(next_move(chain, gold, minutes(5))) == ("fire", (0, 0))


def test_the_next_step_waits_from_the_acceptance() -> None:
    """Accepted at 14:00:30, the account manager's alert is due at 14:10:30."""
    assert first_told().next_at == minutes(10.5)
    assert brief(next_move(first_told(), GOLD, minutes(10.5))) == ("fire", (1, 0))


@pytest.mark.parametrize(("wait", "expected"), [(10, 10), (0, 5), (1, 5)])
def test_an_alert_that_is_not_accepted_holds_nobody_up(wait: int, expected: int) -> None:
    """Within its wait, at least five minutes, the next step fires all the same."""
    gold = contract((0, wait, 10))
    assert fired(opened(gold), gold, LAPSE).next_at == minutes(expected)


def test_after_an_outage_one_step_fires_and_the_next_waits() -> None:
    """H3: A day late the project manager is told now, and the others only after their waits."""
    late = LAPSE + timedelta(days=1)
    chain = fired(opened(), GOLD, late)
    assert brief(next_move(chain, GOLD, late)) == ("rest", late + timedelta(minutes=10))


def test_a_step_fires_once_a_round() -> None:
    """H3: The same move again, or one of a step before, changes nothing and says why."""
    chain = first_told()
    again = after_fire(chain, Fire(0, 0, "again"), GOLD, minutes(1))
    assert (again.changed, again.chain, again.reason) == (False, chain, "step 1 of round 1 has fired already")


def test_after_the_last_step_the_operator_hears_it() -> None:
    """Ten minutes after the director's alert nobody is left."""
    chain = replace(opened(), step=2, next_at=minutes(30))
    move = next_move(chain, GOLD, minutes(30))
    assert isinstance(move, Exhaust)
    assert move.reason == "all 3 steps fired, and still no answer"
    assert exhaust(chain, move).chain.state is ChainState.EXHAUSTED


@pytest.mark.parametrize("cause", [Cause.CUSTOMER, Cause.STAFF, Cause.CONTACT, Cause.PRIORITY, Cause.RESOLUTION])
def test_where_an_answer_ends_nothing_none_is_missed(cause: Cause) -> None:
    """Somebody may well have answered: what is missing is that the matter is settled."""
    told = replace(first_told(), cause=cause)
    move = next_move(acknowledge(told, "pat", minutes(1), minutes(121)).chain, GOLD, minutes(121))
    assert isinstance(move, Fire)
    assert move.reason.endswith("pat took notice but the request is not settled")
    last = next_move(replace(told, step=2, next_at=minutes(30)), GOLD, minutes(30))
    assert isinstance(last, Exhaust)
    assert last.reason == "all 3 steps fired, and the request is not settled"


def test_a_contract_without_a_chain_tells_the_operator_at_once() -> None:
    """Nobody to tell is not nothing to do."""
    empty = contract(())
    assert next_move(opened(empty), empty, LAPSE) == Exhaust("contract gold has nobody in its chain")


@pytest.mark.parametrize("state", [ChainState.RESOLVED, ChainState.EXHAUSTED])
def test_an_ended_chain_rests(state: ChainState) -> None:
    """Until something happens to it."""
    assert brief(next_move(replace(opened(), state=state), GOLD, minutes(99))) == ("rest", None)


def test_an_answer_under_way_holds_the_alert() -> None:
    """For as long as the ticket says, then it fires."""
    assert brief(next_move(opened(), GOLD, minutes(3), hold=minutes(15))) == ("rest", minutes(15))
    assert brief(next_move(opened(), GOLD, minutes(15), hold=minutes(15))) == ("fire", (0, 0))


def test_the_reason_of_a_step_can_be_read() -> None:
    """It says which step of how many, since when and for what."""
    move = next_move(replace(opened(contract(rounds=2)), step=0), contract(rounds=2), LAPSE)
    assert isinstance(move, Fire)
    assert move.reason == "step 2 of 3, round 1 of 2, due 2026-03-04 14:00 UTC (first_response)"


HURRY, CALM, STRICT, ANY = Cause.CUSTOMER, Cause.FIRST_RESPONSE, Hours.STRICT, Hours.ALWAYS


@pytest.mark.parametrize(
    ("due", "now", "hours", "cause", "expected"),
    [
        ("2026-03-04 16:00", "2026-03-04 16:00", Hours.CONTRACT, CALM, "fire"),
        ("2026-03-04 17:00", "2026-03-04 17:00", Hours.CONTRACT, CALM, "fire"),
        ("2026-03-04 17:00", "2026-03-04 17:01", Hours.CONTRACT, CALM, "fire"),
        ("2026-03-04 16:59", "2026-03-04 17:15", Hours.CONTRACT, CALM, "fire"),
        ("2026-03-04 16:59", "2026-03-04 17:16", Hours.CONTRACT, CALM, "2026-03-05 09:00"),
        ("2026-03-04 17:01", "2026-03-04 17:01", Hours.CONTRACT, CALM, "2026-03-05 09:00"),
        ("2026-03-06 16:00", "2026-03-07 11:00", Hours.CONTRACT, CALM, "2026-03-09 09:00"),
        ("2026-03-04 02:00", "2026-03-04 02:00", Hours.CONTRACT, HURRY, "fire"),
        ("2026-03-04 02:00", "2026-03-04 02:00", Hours.CONTRACT, Cause.PRIORITY, "fire"),
        ("2026-03-04 02:00", "2026-03-04 02:00", Hours.CONTRACT, Cause.STAFF, "2026-03-04 09:00"),
        ("2026-03-04 02:00", "2026-03-04 02:00", STRICT, HURRY, "2026-03-04 09:00"),
        ("2026-03-04 17:00", "2026-03-04 17:00", STRICT, CALM, "fire"),
        ("2026-03-04 02:00", "2026-03-04 02:00", ANY, CALM, "fire"),
        ("2026-03-04 02:00", "2026-03-04 09:00", Hours.CONTRACT, CALM, "fire"),
    ],
)
def test_alerts_keep_the_contracts_hours(due: str, now: str, hours: Hours, cause: Cause, expected: str) -> None:
    """H4: None outside them, but one due by closing goes out at closing; priority and customer wait only if it is strict."""
    office = contract(calendar=OFFICE, hours=hours)
    chain = replace(opened(office, cause), next_at=berlin(due))
    move = next_move(chain, office, berlin(now))
    assert brief(move) == (("fire", (0, 0)) if expected == "fire" else ("rest", berlin(expected)))


def test_a_calendar_that_never_opens_again_does_not_swallow_the_alarm() -> None:
    """Silence never ends in silence."""
    never = contract(calendar=replace(OFFICE, week=((),) * 7))
    assert brief(next_move(opened(never), never, LAPSE)) == ("fire", (0, 0))


def test_a_rest_until_opening_becomes_the_next_time_to_ask() -> None:
    """So the sweep does not ask again all night."""
    office = contract(calendar=OFFICE)
    chain = opened(office, when=berlin("2026-03-04 20:00"))
    move = next_move(chain, office, berlin("2026-03-04 20:00"))
    assert isinstance(move, Rest)
    assert after_rest(chain, move).chain.next_at == berlin("2026-03-05 09:00")


def test_a_late_acceptance_of_an_earlier_step_changes_nothing() -> None:
    """The account manager has been told since."""
    chain = fired(first_told(), GOLD, minutes(10.5))
    late = after_accept(chain, GOLD, minutes(11), 0, 0)
    assert (late.changed, late.chain) == (False, chain)


@pytest.mark.parametrize(
    ("kind", "wait", "expected"),
    [
        (Unreachable.REFUSED, 60, 2),
        (Unreachable.BOUNCED, 60, 2),
        (Unreachable.NOBODY, 60, 2),
        (Unreachable.AUTO_REPLIED, 60, 17),
        (Unreachable.AUTO_REPLIED, 8, 8),
        (Unreachable.AUTO_REPLIED, 10, 10),
    ],
)
def test_whoever_cannot_be_reached_holds_nobody_up(kind: Unreachable, wait: int, expected: int) -> None:
    """H5: Refused or bounced: the next step now. Away: after the shorter of 15 minutes and the wait, never later than without."""
    gold = contract((0, wait, 10))
    chain = after_accept(fired(opened(gold), gold, LAPSE), gold, LAPSE, 0, 0).chain
    assert unreachable(chain, gold, minutes(2), kind, 0, 0).chain.next_at == minutes(expected)


def test_a_bounce_of_an_earlier_step_fires_nothing() -> None:
    """The chain has gone on already."""
    chain = fired(first_told(), GOLD, minutes(10.5))
    change = unreachable(chain, GOLD, minutes(11), Unreachable.BOUNCED, 0, 0)
    assert (change.changed, change.chain) == (False, chain)


@pytest.mark.parametrize(("plain", "expected"), [(True, 10), (False, 120)])
def test_a_plain_reply_freezes_one_wait_and_a_verb_more(plain: bool, expected: int) -> None:
    """Ten minutes here, two hours with a verb."""
    assert ack_until(GOLD, first_told(), minutes(1), plain) == minutes(1 + expected)


def test_an_acknowledged_chain_goes_on_with_the_next_step() -> None:
    """When its time is over and nobody has answered the customer."""
    chain = acknowledge(first_told(), "pat", minutes(1), minutes(121)).chain
    assert (chain.state, chain.acknowledged_by) == (ChainState.ACKNOWLEDGED, "pat")
    assert brief(next_move(chain, GOLD, minutes(120))) == ("rest", minutes(121))
    move = next_move(chain, GOLD, minutes(121))
    assert isinstance(move, Fire)
    assert move.reason.endswith("pat took notice but nobody answered")
    after = after_fire(chain, move, GOLD, minutes(121)).chain
    assert (after.state, after.step, after.acknowledged_by) == (ChainState.ACTIVE, 1, "")


def test_a_second_acknowledgement_never_shortens_the_first() -> None:
    """A director's plain thanks does not cut the two hours of the project manager."""
    chain = acknowledge(first_told(), "pat", minutes(1), minutes(121)).chain
    again = acknowledge(chain, "dana", minutes(2), minutes(12)).chain
    assert (again.acknowledged_until, again.next_at) == (minutes(121), minutes(121))


def test_an_acknowledgement_can_be_cut_short() -> None:
    """The next step is due at once then."""
    chain = acknowledge(first_told(), "pat", minutes(1), minutes(121)).chain
    assert brief(next_move(resume(chain, minutes(5)).chain, GOLD, minutes(5))) == ("fire", (1, 0))


@pytest.mark.parametrize(
    ("after_seconds", "wait", "suspicious"),
    [(0, 600, True), (59, 600, True), (60, 600, False), (-5, 600, True), (29, 90, True), (30, 90, False), (0, 0, False)],
)
def test_a_reply_that_comes_at_once_may_be_a_robots(after_seconds: int, wait: int, suspicious: bool) -> None:
    """Within a minute of the alert, but at most a third of the wait, it is asked and not believed."""
    assert ack_is_suspicious(LAPSE, LAPSE + timedelta(seconds=after_seconds), 60, wait) is suspicious


@pytest.mark.parametrize("cause", [Cause.CUSTOMER, Cause.STAFF, Cause.CONTACT, Cause.PRIORITY])
def test_whoever_asks_for_escalation_gets_the_next_step_now(cause: Cause) -> None:
    """Even out of an acknowledgement."""
    chain = acknowledge(first_told(), "pat", minutes(1), minutes(121)).chain
    joined = join(chain, cause, minutes(3)).chain
    assert (joined.state, joined.cause) == (ChainState.ACTIVE, cause)
    assert brief(next_move(joined, GOLD, minutes(3))) == ("fire", (1, 0))


def test_a_further_lapse_joins_and_changes_no_time() -> None:
    """One chain a ticket: an acknowledged one stays acknowledged."""
    chain = acknowledge(first_told(), "pat", minutes(1), minutes(121)).chain
    joined = join(chain, Cause.RESOLUTION, minutes(3)).chain
    assert joined == replace(chain, cause=Cause.RESOLUTION)


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        (Cause.FIRST_RESPONSE, Cause.RESOLUTION, Cause.RESOLUTION),
        (Cause.RESOLUTION, Cause.NEXT_RESPONSE, Cause.RESOLUTION),
        (Cause.STAFF, Cause.FIRST_RESPONSE, Cause.STAFF),
        (Cause.STAFF, Cause.CUSTOMER, Cause.CUSTOMER),
        (Cause.CUSTOMER, Cause.STAFF, Cause.CUSTOMER),
    ],
)
def test_a_chain_keeps_the_cause_that_ends_last(first: Cause, then: Cause, kept: Cause) -> None:
    """An answer ends a response's cause and no other; a customer's word lets the chain ignore the hours."""
    assert join(opened(cause=first), then, minutes(1)).chain.cause is kept


def test_an_answer_ends_only_response_causes() -> None:
    """The others end with their clock, by closing or by de-escalating."""
    assert {Cause.FIRST_RESPONSE, Cause.NEXT_RESPONSE, Cause.PROGRESS_UPDATE} == ENDED_BY_ANSWER


def test_a_bounced_answer_lets_the_chain_go_on_after_the_last_step() -> None:
    """The project manager is not told twice; the account manager is next, at the new deadline."""
    ended = resolve(first_told(), "anna answered").chain
    assert (ended.state, ended.next_at) == (ChainState.RESOLVED, None)
    again = reopen_after_revocation(ended, 1, minutes(60)).chain
    assert (again.state, again.cycle) == (ChainState.ACTIVE, 1)
    assert brief(next_move(again, GOLD, minutes(60))) == ("fire", (1, 0))


def test_a_running_chain_has_no_answer_to_take_back() -> None:
    """It is left as it was, and the reason says so."""
    change = reopen_after_revocation(first_told(), 1, minutes(60))
    assert (change.changed, change.chain) == (False, first_told())


def test_who_acknowledges_an_exhausted_chain_is_held_to_it() -> None:
    """Afterwards it is exhausted again, and the operator hears it again."""
    done = replace(opened(), state=ChainState.EXHAUSTED, step=2, next_at=None)
    chain = acknowledge(done, "dana", minutes(60), minutes(180)).chain
    assert isinstance(next_move(chain, GOLD, minutes(180)), Exhaust)
