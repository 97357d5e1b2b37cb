"""What held a ticket's clocks up? Pauses and respites, read out of its log and nowhere kept.

In: the lines of the log that tell of it, oldest first. Out: who was waited for from when to when, and for one clock what does not
count. The log is never changed, so a deadline can be reckoned again at any time and comes out the same: nothing is accumulated.

Rules for editing here: a pause is half-open; a wait that has not ended yet lasts up to the instant that is asked about. What the
lines say is written in `app.clockwork`, under the names in `TURNS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailsupport.core.desk import Contract
from mailsupport.core.guard import ClockKind
from mailsupport.core.timing.worktime import Pause

WAITING, WENT_ON, PAUSED, RESPITE, DUE_SET = "waiting", "went_on", "paused", "respite", "due_set"
CLOCK_HELD, CLOCK_RELEASED = "clock_held", "clock_released"
TURNS = frozenset({WAITING, WENT_ON, PAUSED, RESPITE, DUE_SET, CLOCK_HELD, CLOCK_RELEASED})
"""The events of the log that are read here: a wait begins, a wait ends, a pause that is over, time given once, a day named, the
operator holds the clocks until then, or no longer."""

CLOSED = "closed"
"""What is waited for while a ticket is closed, until somebody opens it again: that time counts under no contract."""

HOLD = "hold"
"""What is waited for while the operator holds the clocks, by name and with a reason: that time counts under no contract."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A line of the log that tells of a pause or a respite."""

    at: datetime
    event: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody was waited for in [start, end); `end` is None while they still are."""

    start: datetime
    end: datetime | None
    waiting_for: str
    reason: str


@dataclass(frozen=True, slots=True)
class HeldUp:
    """What holds one clock up: times that do not count, and respites, working time that it was given once: since and until when.

    `fixed` is the instant that somebody of ours named as the deadline, whatever the contract gives.
    """

    pauses: tuple[Pause, ...] = ()
    respites: tuple[Pause, ...] = ()
    fixed: datetime | None = None


NOTHING = HeldUp()


def waits(turns: Iterable[Turn]) -> tuple[Held, ...]:
    """Return who was waited for and when, in the order of the log; an end before its beginning makes an empty wait."""
    found: list[Held] = []
    for turn in turns:
        if turn.event == PAUSED:
            found.append(Held(_instant(turn.data["since"]), turn.at, turn.data["for"], turn.data["reason"]))
        elif turn.event in (WAITING, WENT_ON):
            found = [_ended(one, turn.at) for one in found]
        if turn.event == WAITING:
            found.append(Held(turn.at, None, turn.data["for"], turn.data["reason"]))
        elif turn.event == CLOCK_HELD:
            found.append(Held(turn.at, _instant(turn.data["until"]), HOLD, turn.data["reason"]))
        elif turn.event == CLOCK_RELEASED:
            found = [_released(one, turn.at) for one in found]
    return tuple(found)


def held_up(turns: Iterable[Turn], kind: ClockKind, cycle: int, contract: Contract, until: datetime) -> HeldUp:
    """Return what holds up that cycle of a clock under the contract, as far as it is known at `until`."""
    turns = tuple(turns)
    pauses = tuple((one.start, until if one.end is None else one.end) for one in waits(turns) if counts(one, contract))
    own = [turn for turn in turns if (turn.data.get("clock"), turn.data.get("cycle")) == (kind.value, cycle)]
    respites = tuple((turn.at, _instant(turn.data["until"])) for turn in own if turn.event == RESPITE)
    named = [_instant(turn.data["due"]) for turn in own if turn.event == DUE_SET]
    return HeldUp(pauses, respites, named[-1] if named else None)


def counts(held: Held, contract: Contract) -> bool:
    """Whether the contract lets its clocks pause for that."""
    return held.waiting_for in (CLOSED, HOLD) or held.waiting_for in contract.pause_for


def _ended(held: Held, at: datetime) -> Held:
    return Held(held.start, max(held.start, at), held.waiting_for, held.reason) if held.end is None else held


def _released(held: Held, at: datetime) -> Held:
    if held.waiting_for != HOLD or held.end is None or held.end <= at:
        return held
    return Held(held.start, max(held.start, at), HOLD, held.reason)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
