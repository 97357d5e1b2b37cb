"""Who would hear when, if nobody ever answered? The whole plan of a chain, for `chain simulate` and for `explain`.

In: a contract, its customer, the desk, when a mail came and how urgent it is. Out: the lapse, every alert in order with whom it
tells, and when the operator hears that nobody is left. It walks through `core.reaching.escalation` itself, so it says nothing
else than what the sweep does; every alert is taken as accepted the moment it fires, and nobody acknowledges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailsupport.core.desk import Contract, Customer, Desk
from mailsupport.core.guard import Cause, Chain, ClockKind, Told
from mailsupport.core.model import Priority
from mailsupport.core.reaching import escalation
from mailsupport.core.reaching.contacts import Targets, targets
from mailsupport.core.reaching.escalation import Exhaust, Fire, Rest
from mailsupport.core.timing import clock


class EntryKind(StrEnum):
    """What an entry of the timetable is."""

    LAPSE = "lapse"
    ALERT = "alert"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timetable; `step` counts from 0 and is -1 for the lapse, `names` are the keys of the people told."""

    at: datetime
    kind: EntryKind
    step: int
    round: int
    names: tuple[str, ...]
    reason: str


def timetable(
    contract: Contract, customer: Customer | None, desk: Desk, received_at: datetime, priority: Priority
) -> tuple[Entry, ...]:
    """Return the plan for a mail received then, in order of time: the lapse of first_response (if promised) and the chain (UTC).

    A priority that the contract escalates at once starts its chain when the mail comes. Raises BeyondHorizon.
    """
    due = clock.due_at(contract, ClockKind.FIRST_RESPONSE, priority, received_at)
    promise = clock.target_of(contract, ClockKind.FIRST_RESPONSE, priority)
    entries = []
    if due is not None and promise is not None:
        reason = f"first_response {promise.text} for priority {priority.value}".replace("  ", " ")
        entries.append(Entry(due, EntryKind.LAPSE, -1, 0, (), reason))
    if priority in contract.immediate:
        chain = escalation.open_chain(0, Cause.PRIORITY, 0, received_at, contract)
    elif due is not None:
        chain = escalation.open_chain(0, Cause.FIRST_RESPONSE, 0, due, contract)
    else:
        return ()
    return tuple(sorted((*entries, *_alerts(chain, contract, customer, desk)), key=lambda entry: entry.at))


def remaining(chain: Chain, contract: Contract, customer: Customer | None, desk: Desk) -> Iterator[Entry]:
    """Yield what is still to come of a chain as it stands, from its `next_at` on; nothing when it has ended (UTC)."""
    return _alerts(chain, contract, customer, desk)


def _alerts(chain: Chain, contract: Contract, customer: Customer | None, desk: Desk) -> Iterator[Entry]:
    told: list[Told] = list(chain.told)
    now = chain.opened_at
    for _ in range(2 * (len(contract.steps) * contract.rounds + 1) + 1):  # every step rests once at most, for the opening
        now = max(now, chain.next_at or now)
        move = escalation.next_move(chain, contract, now)
        if isinstance(move, Exhaust):
            yield Entry(now, EntryKind.EXHAUSTED, len(contract.steps), chain.round, (desk.operator,), move.reason)
            return
        if isinstance(move, Rest):
            chain = escalation.after_rest(chain, move).chain
            continue
        found = targets(contract, move.step, move.round, customer, desk, now, told)
        yield _alert(move, now, found)
        told += [Told(p.key, p.address, move.step, move.round, now, "accepted") for p in found.people]
        chain = _fired(chain, move, contract, now, found)


def _fired(chain: Chain, move: Fire, contract: Contract, now: datetime, found: Targets) -> Chain:
    """The chain after the step, accepted at once; where nobody was found the next step follows at once."""
    fired = escalation.after_fire(chain, move, contract, now).chain
    if found.people:
        return escalation.after_accept(fired, contract, now, move.step, move.round).chain
    return escalation.unreachable(fired, contract, now, escalation.Unreachable.NOBODY, move.step, move.round).chain


def _alert(move: Fire, at: datetime, found: Targets) -> Entry:
    left_out = "".join(f"; {why if why.startswith(who) else f'{who} left out: {why}'}" for who, why in found.reasons)
    nobody = "" if found.people else "; nobody to tell, so the next step follows at once"
    return Entry(
        at, EntryKind.ALERT, move.step, move.round, tuple(p.key for p in found.people), f"{move.reason}{left_out}{nobody}"
    )
