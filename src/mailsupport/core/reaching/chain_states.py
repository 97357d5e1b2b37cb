"""What may happen to a chain, and what it becomes then: a table, and the few lines that read it.

To change the life of a chain, change the table; a pair that is absent changes nothing, and `REFUSED` says why. The events are
made in `core.reaching.escalation`. One rule must survive every edit: whoever is active or acknowledged has a `next_at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mailsupport.core.guard import Chain, ChainState


class ChainEvent(StrEnum):
    """What can happen to a chain."""

    FIRED = "fired"
    """A step's alert was queued."""
    RESTED = "rested"
    """The next step waits for opening hours, or for an answer under way."""
    ACCEPTED = "accepted"
    """The relay took the alert of the last step."""
    UNREACHABLE = "unreachable"
    """Somebody of the last step cannot be reached, or is away."""
    PASSED = "passed"
    """A contact of the last step says that it is not theirs."""
    ACKNOWLEDGED = "acknowledged"
    """A contact took notice."""
    RESUMED = "resumed"
    """The time of the acknowledgement is over, or was cut short."""
    JOINED = "joined"
    """A further clock lapsed."""
    HASTENED = "hastened"
    """Somebody asked for escalation, or the priority did."""
    RESOLVED = "resolved"
    """What caused it is done."""
    EXHAUSTED = "exhausted"
    """Everybody was told, every round."""
    REVOKED = "revoked"
    """The answer that resolved it reached nobody."""


ACTIVE, ACKNOWLEDGED, RESOLVED, EXHAUSTED = ChainState

NEXT: Mapping[tuple[ChainState, ChainEvent], ChainState] = {
    (ACTIVE, ChainEvent.FIRED): ACTIVE,
    (ACTIVE, ChainEvent.RESTED): ACTIVE,
    (ACTIVE, ChainEvent.ACCEPTED): ACTIVE,
    (ACTIVE, ChainEvent.UNREACHABLE): ACTIVE,
    (ACTIVE, ChainEvent.PASSED): ACTIVE,
    (ACTIVE, ChainEvent.ACKNOWLEDGED): ACKNOWLEDGED,
    (ACTIVE, ChainEvent.JOINED): ACTIVE,
    (ACTIVE, ChainEvent.HASTENED): ACTIVE,
    (ACTIVE, ChainEvent.RESOLVED): RESOLVED,
    (ACTIVE, ChainEvent.EXHAUSTED): EXHAUSTED,
    (ACKNOWLEDGED, ChainEvent.FIRED): ACTIVE,
    (ACKNOWLEDGED, ChainEvent.RESTED): ACKNOWLEDGED,
    (ACKNOWLEDGED, ChainEvent.PASSED): ACTIVE,
    (ACKNOWLEDGED, ChainEvent.ACKNOWLEDGED): ACKNOWLEDGED,
    (ACKNOWLEDGED, ChainEvent.RESUMED): ACTIVE,
    (ACKNOWLEDGED, ChainEvent.JOINED): ACKNOWLEDGED,
    (ACKNOWLEDGED, ChainEvent.HASTENED): ACTIVE,
    (ACKNOWLEDGED, ChainEvent.RESOLVED): RESOLVED,
    (ACKNOWLEDGED, ChainEvent.EXHAUSTED): EXHAUSTED,
    (EXHAUSTED, ChainEvent.ACKNOWLEDGED): ACKNOWLEDGED,
    (EXHAUSTED, ChainEvent.JOINED): EXHAUSTED,
    (EXHAUSTED, ChainEvent.HASTENED): EXHAUSTED,
    (EXHAUSTED, ChainEvent.RESOLVED): RESOLVED,
    (RESOLVED, ChainEvent.REVOKED): ACTIVE,
}

REFUSED: Mapping[ChainState, str] = {
    ACTIVE: "the chain is running and nobody has acknowledged it",
    ACKNOWLEDGED: "the chain is acknowledged and waits",
    RESOLVED: "the chain is resolved",
    EXHAUSTED: "everybody of the chain has been told",
}
"""Why an event that the table does not know changes nothing."""


@dataclass(frozen=True, slots=True)
class ChainChange:
    """A chain after an event; `changed` is False when the event could not happen to it, and the chain is as it was."""

    chain: Chain
    changed: bool
    reason: str


def change(chain: Chain, event: ChainEvent, reason: str, *, next_at: datetime | None, before: Chain | None = None) -> ChainChange:
    """Return the chain after the event by the table; one that is not allowed gives back the chain as it was `before`."""
    state = NEXT.get((chain.state, event))
    if state is None:
        return ChainChange(before or chain, False, REFUSED[chain.state])
    changed = replace(chain, state=state, next_at=next_at)
    if state is not ACKNOWLEDGED:
        changed = replace(changed, acknowledged_by="", acknowledged_until=None)
    return ChainChange(changed, True, reason)
