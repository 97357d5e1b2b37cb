"""How a promise is guarded, as values: the cycles of a ticket's clocks, its chain, and who was told.

Nothing here does anything: what may happen to a clock is `core.timing.clock`, to a chain `core.reaching.chain_states` and
`core.reaching.escalation`. All instants are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ClockKind(StrEnum):
    """Which promise a clock guards."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"
    PROGRESS_UPDATE = "progress_update"
    """The customer hears something every so often while the ticket is open."""
    ESCALATION_CLOSE = "escalation_close"
    """An escalation is closed within 30 days of its opening."""


class ClockState(StrEnum):
    """Where one cycle of a clock stands; `lapsed` is never undone, only met late or excused."""

    RUNNING = "running"
    PAUSED = "paused"
    """It waits for somebody else; its deadline is reckoned anew when it goes on."""
    MET = "met"
    MET_LATE = "met_late"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Clock:
    """One cycle of a clock of a ticket; all instants UTC. `reason` is the arithmetic in words.

    `warn_at` is when the next warning is due (None: none is left), `warned` how many thresholds are behind it; `excused` says by
    whom and why a lapse was excused, else "".
    """

    id: int
    ticket: int
    kind: ClockKind
    cycle: int
    started_at: datetime
    due_at: datetime
    state: ClockState
    stopped_at: datetime | None = None
    lapsed_at: datetime | None = None
    reason: str = ""
    warn_at: datetime | None = None
    warned: int = 0
    excused: str = ""


class ChainState(StrEnum):
    """Where a ticket's chain stands."""

    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    EXHAUSTED = "exhausted"


class Cause(StrEnum):
    """Why a chain was opened, or a further reason that joined it."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"
    PROGRESS_UPDATE = "progress_update"
    ESCALATION_CLOSE = "escalation_close"
    PRIORITY = "priority"
    CUSTOMER = "customer"
    STAFF = "staff"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody alerted by this chain. `outcome`: waiting, queued, accepted, refused, bounced, auto_replied or unknown."""

    person: str
    email: str
    step: int
    round: int
    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain of a ticket (one a ticket). `step` is the last step fired, -1 before the first; `round` counts from 0."""

    ticket: int
    state: ChainState
    cause: Cause
    cycle: int
    step: int
    round: int
    opened_at: datetime
    next_at: datetime | None
    acknowledged_by: str = ""
    acknowledged_until: datetime | None = None
    told: tuple[Told, ...] = ()
