"""ack, snooze, notme, escalate, deescalate, excuse and taking over: who may, and what the chain does then (H6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from promise_desk import DANA, KIM, at
from verb_asks import ALEX, ANNA, NOON, PAT, a_chain, a_clock, a_ticket, ask, done, refusal

from mailsupport.core.deciding.obeying import NEVER_TOGETHER
from mailsupport.core.effects import AllClear, ChangeChain, Log, OpenChain, TellOperator
from mailsupport.core.guard import Cause, ChainState, ClockState
from mailsupport.core.judging.tokens import Purpose
from mailsupport.core.model import State
from mailsupport.core.orders import Assign, Excuse

ALERT = Purpose.ALERT

RESTS = [
    ("ack", "", "2026-03-04 14:00"),
    ("ack", "30m", "2026-03-04 12:30"),
    ("ack", "30m I call Anna", "2026-03-04 12:30"),
    ("ack", "tomorrow", "2026-03-04 14:00"),
    ("ack", "seen", "2026-03-04 14:00"),
    ("snooze", "4h", "2026-03-04 16:00"),
    ("snooze", "tomorrow 9 the customer sleeps", "2026-03-05 09:00"),
    ("snooze", "7d", "2026-03-11 12:00"),
]


@pytest.mark.parametrize(("verb", "value", "until"), RESTS)
def test_the_chain_rests_as_long_as_it_is_told(verb: str, value: str, until: str) -> None:
    """H6: An acknowledgement for at most what the contract gives it, a snooze for as long as is said."""
    (change,) = done(ask(verb, value, by=PAT, chain=a_chain(), purpose=ALERT))

    assert isinstance(change, ChangeChain)
    assert (change.chain.state, change.chain.acknowledged_until) == (ChainState.ACKNOWLEDGED, at(until))
    assert (change.event, change.actor) == ("acknowledged", "pat")


@pytest.mark.parametrize(
    ("value", "why"),
    [("", "snooze_needs_time"), ("8d", "snooze_too_long"), ("1/4", "when_two"), ("a while", "snooze_needs_time")],
)
def test_a_snooze_needs_a_time_of_a_week_at_most(value: str, why: str) -> None:
    """What is longer was meant to be ended."""
    assert refusal(ask("snooze", value, by=PAT, chain=a_chain(), purpose=ALERT)) == why


def test_nothing_to_acknowledge_is_no_mistake() -> None:
    """The chain may have ended while the mail was written: it is kept in the log."""
    (log,) = done(ask("ack", by=PAT))

    assert isinstance(log, Log)
    assert log.event == "acknowledged_nothing"


def test_not_mine_tells_the_next_at_once() -> None:
    """The next step is due now, and who said so stands in the log."""
    log, change = done(ask("notme", "that is Kim's", by=PAT, chain=a_chain(), purpose=ALERT))

    assert isinstance(log, Log)
    assert (log.event, log.actor, log.data["reason"]) == ("not_theirs", "pat", "that is Kim's")
    assert isinstance(change, ChangeChain)
    assert (change.chain.state, change.chain.next_at, change.event) == (ChainState.ACTIVE, NOON, "passed")


def test_not_mine_after_taking_notice_lets_the_chain_go_on() -> None:
    """Whoever acknowledged it by mistake may say so."""
    chain = a_chain(ChainState.ACKNOWLEDGED, by="pat")
    _, change = done(ask("notme", by=PAT, chain=chain, purpose=ALERT))

    assert isinstance(change, ChangeChain)
    assert (change.chain.state, change.chain.acknowledged_by) == (ChainState.ACTIVE, "")


@pytest.mark.parametrize("chain", [a_chain(step=1, told=(PAT, KIM)), a_chain(ChainState.ACKNOWLEDGED, by="kim")])
def test_not_mine_disturbs_nobody_who_has_it(chain: object) -> None:
    """The chain has gone on to somebody else, or somebody took notice: only the log says it."""
    (log,) = done(ask("notme", by=PAT, chain=chain, purpose=ALERT))  # type: ignore[arg-type]

    assert isinstance(log, Log)


def test_not_mine_is_for_those_who_were_told() -> None:
    """Anna was never alerted."""
    assert refusal(ask("notme", chain=a_chain())) == "not_alerted"


@pytest.mark.parametrize(("by", "purpose", "cause"), [(ANNA, Purpose.REPLY, Cause.STAFF), (PAT, ALERT, Cause.CONTACT)])
def test_staff_and_contacts_escalate(by: object, purpose: Purpose, cause: Cause) -> None:
    """The next step now, with the reason and the name."""
    (opened,) = done(ask("escalate", "they threaten to leave", by=by, chain=a_chain(), purpose=purpose))  # type: ignore[arg-type]

    assert isinstance(opened, OpenChain)
    assert (opened.cause, opened.at, opened.reason, opened.by) == (cause, NOON, "they threaten to leave", by.key)  # type: ignore[attr-defined]


def test_escalating_an_exhausted_chain_tells_the_operator() -> None:
    """Nobody is left in the chain, and silence never ends in silence (P6)."""
    _, told = done(ask("escalate", "still nothing", by=PAT, chain=a_chain(ChainState.EXHAUSTED), purpose=ALERT))

    assert isinstance(told, TellOperator)


@pytest.mark.parametrize("by", [PAT, KIM, DANA])
def test_somebody_at_the_step_or_above_ends_the_chain(by: object) -> None:
    """Pat was told last; Kim and Dana stand above; everybody alerted hears why."""
    change, clear = done(ask("deescalate", "agreed with Erika: Friday", by=by, chain=a_chain()))  # type: ignore[arg-type]

    assert isinstance(change, ChangeChain)
    assert isinstance(clear, AllClear)
    assert (change.chain.state, change.chain.next_at, change.event) == (ChainState.RESOLVED, None, "deescalated")
    assert (clear.how, clear.reason, clear.answered_by) == ("deescalated", "agreed with Erika: Friday", by.key)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("by", "value", "chain", "why"),
    [
        (ANNA, "all is well", a_chain(), "deescalate_not_yours"),
        (PAT, "all is well", a_chain(step=1, told=(PAT, KIM)), "deescalate_not_yours"),
        (ALEX, "all is well", a_chain(), "deescalate_not_yours"),
        (PAT, "", a_chain(), "deescalate_needs_reason"),
        (PAT, "all is well", None, "no_chain"),
        (PAT, "all is well", a_chain(ChainState.RESOLVED), "no_chain"),
    ],
)
def test_nobody_below_the_step_ends_it(by: object, value: str, chain: object, why: str) -> None:
    """Not staff, not whoever was told before, not another customer's account manager, and never without a reason."""
    assert refusal(ask("deescalate", value, by=by, chain=chain)) == why  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [ClockState.LAPSED, ClockState.MET_LATE])
def test_a_lapse_is_excused_with_name_and_reason(state: ClockState) -> None:
    """Whether it was answered late or not yet."""
    (order,) = done(ask("excuse", "the customer asked us to wait", clocks=(a_clock(state=state),)))

    assert isinstance(order, Excuse)
    assert (order.by, order.reason) == ("Anna Berg", "the customer asked us to wait")


def test_only_a_lapse_is_excused() -> None:
    """Not without a reason, not twice, and not what was kept."""
    assert refusal(ask("excuse", "", clocks=(a_clock(),))) == "excuse_needs_reason"
    assert refusal(ask("excuse", "why", clocks=(a_clock(state=ClockState.MET),))) == "nothing_to_excuse"
    assert refusal(ask("excuse", "why", clocks=(replace(a_clock(), excused="Jo: why"),))) == "nothing_to_excuse"


def test_taking_over_acknowledges() -> None:
    """H6: A contact who takes the ticket becomes its assignee, and the chain rests."""
    order, change = done(ask("take", by=PAT, chain=a_chain(), purpose=ALERT))

    assert isinstance(order, Assign)
    assert order.person is PAT
    assert isinstance(change, ChangeChain)
    assert change.chain.acknowledged_by == "pat"


def test_taking_by_staff_silences_nothing() -> None:
    """The contract's chain waits for the answer, not for a promise of one."""
    (order,) = done(ask("take", chain=a_chain()))

    assert isinstance(order, Assign)


def test_a_closed_ticket_is_not_escalated() -> None:
    """Its chain would alert three people of a request that nobody waits for, and then say that nobody has answered."""
    assert refusal(ask("escalate", "they called", ticket=a_ticket(state=State.CLOSED))) == "closed_since"


@pytest.mark.parametrize("ending", ["close", "spam", "merge"])
def test_what_ends_the_ticket_is_not_escalated_in_one_mail(ending: str) -> None:
    """One of the two was not meant."""
    assert any({"escalate", ending} <= others for others in NEVER_TOGETHER)
