"""What does a ticket's chain do next, and what may happen to it? Which step fires when, who stops it and for how long.

In: a `Chain`, its `Contract` and instants (UTC). Out: a `Move` (what to do now) or a `ChainChange` (the chain as it becomes),
each with its reason in words; nothing here raises. Who is told at a step is `core.reaching.contacts`, the whole plan is
`core.reaching.timetable`, and what may follow what is the table in `core.reaching.chain_states`.

The sweep asks `next_move` once a ticket and pass, does what it says, and hands the outcome to `after_fire`, `after_rest` or
`exhaust`: so an outage ends with one step a ticket, never a burst. Two rules must survive every edit: a step fires once a round,
and no chain is left active or acknowledged without a `next_at` (silence never ends in silence).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mailsupport.core.desk import Contract, Hours
from mailsupport.core.guard import Cause, Chain
from mailsupport.core.reaching.chain_states import (
    ACKNOWLEDGED,
    ACTIVE,
    EXHAUSTED,
    REFUSED,
    RESOLVED,
    ChainChange,
    ChainEvent,
    change,
)
from mailsupport.core.timing.worktime import BeyondHorizon, closing_at, is_open, next_open, spoken

LEAST_WAIT = 300
"""Seconds given to an alert that was not accepted yet, before the next step fires all the same."""

ABSENCE_WAIT = 900
"""Seconds given to whoever sent an automatic reply: it may come from somebody who reads on."""

AFTER_CLOSING = timedelta(minutes=15)
"""How long after closing an alert due by then still goes out: as long as an answer under way may hold it."""

HURRIED = frozenset({Cause.PRIORITY, Cause.CUSTOMER})
"""Causes that do not wait for the morning unless the hours are strict."""

ENDED_BY_ANSWER = frozenset({Cause.FIRST_RESPONSE, Cause.NEXT_RESPONSE, Cause.PROGRESS_UPDATE})
"""Causes that a public answer ends; the others end with their clock, /close or /deescalate."""

ASKED_FOR = frozenset({Cause.CUSTOMER, Cause.STAFF, Cause.CONTACT})
"""Causes that are somebody's word: what they ask for happens now, not after a wait."""

WITHOUT_CLOCK = ASKED_FOR | {Cause.PRIORITY}
"""Causes that no clock counts."""

CLOCKS = ENDED_BY_ANSWER | {Cause.RESOLUTION}


@dataclass(frozen=True, slots=True)
class Fire:
    """Queue the alerts of this step (counted from 0) now; `reason` says why now."""

    step: int
    round: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing now; ask again at `until` (None: only after something happened)."""

    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Exhaust:
    """Nobody is left to tell: the operator hears it."""

    reason: str


Move = Fire | Rest | Exhaust


class Unreachable(StrEnum):
    """How somebody turned out not to be reached; the words are those of `Told.outcome`, but for the last."""

    REFUSED = "refused"
    BOUNCED = "bounced"
    AUTO_REPLIED = "auto_replied"
    NOBODY = "nobody"
    """The step's targets stand for nobody."""


def open_chain(ticket: int, cause: Cause, cycle: int, at: datetime, contract: Contract) -> Chain:
    """Return a new chain whose first step fires the first wait after `at` (the lapse, or a priority); at once if asked for."""
    first = timedelta(seconds=contract.steps[0].wait) if contract.steps and cause not in ASKED_FOR else timedelta()
    return Chain(ticket, ACTIVE, cause, cycle, step=-1, round=0, opened_at=at, next_at=at + first)


def following(contract: Contract, step: int, round_: int) -> tuple[int, int] | None:
    """Return step and round that come after those (step -1: before the first), or None after the last."""
    if step + 1 < len(contract.steps):
        return step + 1, round_
    if contract.steps and round_ + 1 < contract.rounds:
        return min(contract.repeat_from, len(contract.steps) - 1), round_ + 1
    return None


def wait_after(contract: Contract, step: int, round_: int) -> int:
    """Return the seconds from the acceptance of that step's alert to the next step, or to giving up after the last.

    The first step's wait counts from the lapse; where a round begins again, and at the end, the last one told gets as long
    as that step itself waited, and at least five minutes.
    """
    after = following(contract, step, round_)
    if after is not None and after[1] == round_:
        return contract.steps[after[0]].wait
    told = contract.steps[min(step, len(contract.steps) - 1)].wait if contract.steps else 0
    return max(told, LEAST_WAIT, contract.steps[after[0]].wait if after else 0)


def next_move(chain: Chain, contract: Contract, now: datetime, hold: datetime | None = None) -> Move:
    """Return what the chain does now: at most one step. `hold` is until when an answer under way keeps alerts back."""
    if chain.state in (RESOLVED, EXHAUSTED):
        return Rest(None, REFUSED[chain.state])
    due = _due(chain)
    if now < due:
        return Rest(due, f"{_waits_for(chain)} until {spoken(due)}")
    if hold is not None and now < hold:
        return Rest(hold, f"an answer is on its way; alerts are held until {spoken(hold)}")
    after = following(contract, chain.step, chain.round)
    if after is None:
        return Exhaust(_exhausted(chain, contract))
    opening = _opening(chain, contract, due, now)
    if opening is not None:
        return Rest(opening, f"outside the hours of {contract.calendar.name}, which opens {spoken(opening)}")
    return Fire(*after, _fired(chain, contract, after, due))


def after_fire(chain: Chain, move: Fire, contract: Contract, now: datetime) -> ChainChange:
    """Return the chain after a step's alerts were queued; not accepted within the next wait (at least 5 minutes), it goes on."""
    if (move.round, move.step) <= (chain.round, chain.step):
        return ChainChange(chain, False, f"step {move.step + 1} of round {move.round + 1} has fired already")
    next_at = now + timedelta(seconds=max(wait_after(contract, move.step, move.round), LEAST_WAIT))
    fired = replace(chain, step=move.step, round=move.round)
    return change(fired, ChainEvent.FIRED, move.reason, next_at=next_at, before=chain)


def after_rest(chain: Chain, move: Rest) -> ChainChange:
    """Return the chain asking again when the rest is over."""
    if move.until is None:
        return ChainChange(chain, False, move.reason)
    return change(chain, ChainEvent.RESTED, move.reason, next_at=move.until)


def after_accept(chain: Chain, contract: Contract, accepted_at: datetime, step: int, round_: int) -> ChainChange:
    """Return the chain after a relay accepted that step's alert: the next wait counts from there."""
    if (round_, step) != (chain.round, chain.step):
        return ChainChange(chain, False, f"the alert is of step {step + 1}, and the chain has gone on since")
    next_at = accepted_at + timedelta(seconds=wait_after(contract, step, round_))
    return change(chain, ChainEvent.ACCEPTED, f"accepted {spoken(accepted_at)}, next {spoken(next_at)}", next_at=next_at)


def unreachable(chain: Chain, contract: Contract, now: datetime, kind: Unreachable, step: int, round_: int) -> ChainChange:
    """Return the chain after somebody of that step was not reached: it goes on now, after an automatic reply a little later."""
    if (round_, step) != (chain.round, chain.step):
        return ChainChange(chain, False, f"the alert was of step {step + 1}, and the chain has gone on since")
    if kind is not Unreachable.AUTO_REPLIED:
        why = "nobody could be told" if kind is Unreachable.NOBODY else f"the alert was {kind.value}"
        return change(chain, ChainEvent.UNREACHABLE, f"{why}: the next step fires now", next_at=now)
    wait = min(ABSENCE_WAIT, wait_after(contract, step, round_))
    next_at = min(now + timedelta(seconds=wait), chain.next_at or now)
    return change(
        chain, ChainEvent.UNREACHABLE, f"an automatic reply came: the next step fires {spoken(next_at)}", next_at=next_at
    )


def pass_on(chain: Chain, now: datetime, person: str, step: int, round_: int) -> ChainChange:
    """Return the chain after somebody told at that step said that it is not theirs: it goes on now, unless another has it."""
    if (round_, step) != (chain.round, chain.step):
        return ChainChange(chain, False, f"the alert was of step {step + 1}, and the chain has gone on since")
    if chain.state is ACKNOWLEDGED and chain.acknowledged_by != person:
        return ChainChange(chain, False, f"{chain.acknowledged_by} took notice, and sees to it")
    return change(chain, ChainEvent.PASSED, f"{person} says that it is not theirs: the next step fires now", next_at=now)


def acknowledge(chain: Chain, by: str, now: datetime, until: datetime) -> ChainChange:
    """Return the chain frozen until then by that person; a second acknowledgement never shortens the first."""
    if chain.state is ACKNOWLEDGED and chain.acknowledged_until is not None:
        until = max(until, chain.acknowledged_until)
    reason = f"{by} took notice {spoken(now)}: the chain waits until {spoken(until)}"
    frozen = replace(chain, acknowledged_by=by, acknowledged_until=until)
    return change(frozen, ChainEvent.ACKNOWLEDGED, reason, next_at=until, before=chain)


def ack_until(contract: Contract, chain: Chain, now: datetime, plain: bool) -> datetime:
    """Return until when an acknowledgement freezes the chain: a plain reply one wait, a verb the contract's `ack_stops`."""
    seconds = max(wait_after(contract, chain.step, chain.round), LEAST_WAIT) if plain else contract.ack_stops
    return now + timedelta(seconds=seconds)


def ack_is_suspicious(alert_sent_at: datetime, now: datetime, guard_seconds: int, wait: int) -> bool:
    """Return whether a reply came so soon that a robot may have sent it: within the guard, at most a third of the wait."""
    return (now - alert_sent_at).total_seconds() < min(guard_seconds, wait / 3)


def resume(chain: Chain, now: datetime) -> ChainChange:
    """Return an acknowledged chain running again: its next step is due now."""
    return change(chain, ChainEvent.RESUMED, f"{chain.acknowledged_by or 'the acknowledgement'} no longer holds it", next_at=now)


def join(chain: Chain, cause: Cause, now: datetime) -> ChainChange:
    """Return the chain with a further cause: a clock's joins it, any other makes the next step due now.

    Whoever asks for escalation ends an acknowledgement. The chain keeps the cause that ends last: one that an answer ends gives
    way to one that it does not.
    """
    outlasts = chain.cause in ENDED_BY_ANSWER and cause not in ENDED_BY_ANSWER
    joined = replace(chain, cause=cause) if outlasts or cause in HURRIED else chain
    if cause in CLOCKS:
        return change(joined, ChainEvent.JOINED, f"{cause.value} joins the chain", next_at=chain.next_at, before=chain)
    if chain.state is EXHAUSTED:
        reason = f"asked to go on ({cause.value}), but everybody of the chain has been told"
        return change(joined, ChainEvent.HASTENED, reason, next_at=None, before=chain)
    return change(joined, ChainEvent.HASTENED, f"the next step is asked for now ({cause.value})", next_at=now, before=chain)


def resolve(chain: Chain, reason: str) -> ChainChange:
    """Return the chain ended for that reason; everyone whose alert was accepted gets the all-clear."""
    return change(chain, ChainEvent.RESOLVED, reason, next_at=None)


def exhaust(chain: Chain, move: Exhaust) -> ChainChange:
    """Return the chain with nobody left to tell; the operator must hear it."""
    return change(chain, ChainEvent.EXHAUSTED, move.reason, next_at=None)


def reopen_after_revocation(chain: Chain, cycle: int, at: datetime) -> ChainChange:
    """Return a resolved chain going on after the last step fired: the answer bounced, and the new cycle's deadline is `at`."""
    reopened = replace(chain, cycle=cycle)
    return change(reopened, ChainEvent.REVOKED, f"the answer bounced: due again {spoken(at)}", next_at=at, before=chain)


def _due(chain: Chain) -> datetime:
    """When the chain may go on; a chain that lost its time goes on at once."""
    due = chain.next_at or chain.acknowledged_until or chain.opened_at
    return max(due, chain.acknowledged_until) if chain.state is ACKNOWLEDGED and chain.acknowledged_until else due


def _opening(chain: Chain, contract: Contract, due: datetime, now: datetime) -> datetime | None:
    """When the alert may go if not now: it needs open hours, unless it was due by closing and closing is not long ago."""
    ignored = contract.hours is Hours.CONTRACT and chain.cause in HURRIED
    if contract.hours is Hours.ALWAYS or ignored or is_open(contract.calendar, now):
        return None
    closing = closing_at(contract.calendar, due)
    if closing is not None and now <= closing + AFTER_CLOSING:
        return None
    try:
        return next_open(contract.calendar, now)
    except BeyondHorizon:  # A calendar that never opens again must not swallow the alarm.
        return None


def _waits_for(chain: Chain) -> str:
    return f"{chain.acknowledged_by} took notice; the chain waits" if chain.state is ACKNOWLEDGED else "the next step waits"


def _fired(chain: Chain, contract: Contract, after: tuple[int, int], due: datetime) -> str:
    round_ = f", round {after[1] + 1} of {contract.rounds}" if contract.rounds > 1 else ""
    unanswered = f", {chain.acknowledged_by} took notice but {_missing(chain)}" if chain.state is ACKNOWLEDGED else ""
    return f"step {after[0] + 1} of {len(contract.steps)}{round_}, due {spoken(due)} ({chain.cause.value}){unanswered}"


def _missing(chain: Chain) -> str:
    """What did not happen: an answer, or, where an answer ends nothing, the end of the matter."""
    return "nobody answered" if chain.cause in ENDED_BY_ANSWER else "the request is not settled"


def _exhausted(chain: Chain, contract: Contract) -> str:
    if not contract.steps:
        return f"contract {contract.name} has nobody in its chain"
    rounds = f" in {contract.rounds} rounds" if contract.rounds > 1 else ""
    steps = f"all {len(contract.steps)} steps" if len(contract.steps) > 1 else "the only step"
    return f"{steps} fired{rounds}, and {'still no answer' if chain.cause in ENDED_BY_ANSWER else _missing(chain)}"
