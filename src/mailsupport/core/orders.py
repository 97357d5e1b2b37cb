"""What a command of one of us wants to happen, as values: effects like those of `core.effects`, under the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mailsupport.core.desk import Absence, Contract, Person, Policy
from mailsupport.core.guard import Chain, ClockKind
from mailsupport.core.model import Address, Priority
from mailsupport.core.said import Said


@dataclass(frozen=True, slots=True)
class Assign:
    """Somebody answers the ticket from now on; None: nobody in particular."""

    person: Person | None
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"assign the ticket to {self.person.key if self.person else 'nobody'} ({self.reason})"


@dataclass(frozen=True, slots=True)
class GiveOut:
    """One of these people gets the ticket, by the policy of the desk; where nobody is free, all of them hear of `event`.

    `dropped_by` is the key of whoever gave it back: they are not asked again.
    """

    people: tuple[Person, ...]
    event: str
    policy: Policy
    dropped_by: str = ""

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"let one of {', '.join(one.key for one in self.people)} answer it ({self.policy})"


@dataclass(frozen=True, slots=True)
class PassOn:
    """Somebody does not want the ticket that is offered to them: the next one is asked."""

    person: Person
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"offer the ticket to the next one ({self.person.key}: {self.reason})"


@dataclass(frozen=True, slots=True)
class TakeByAnswer:
    """Whoever answers a ticket that is offered, or handed out, has taken it; `due_at` is when that answer was due.

    An answer given while other tickets were due before is counted, for whoever answers the nice ones first.
    """

    who: str
    due_at: datetime | None

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"note whether {self.who} answered in the order of deadlines"


@dataclass(frozen=True, slots=True)
class SetPriority:
    """The ticket gets another priority; clocks that run are reckoned anew from their start."""

    priority: Priority
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"priority {self.priority} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Wait:
    """The ticket waits for the customer or a vendor from `at` on: until then (UTC), or where None until they write."""

    waiting_for: str
    at: datetime
    until: datetime | None
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"wait for the {self.waiting_for}" + (f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else "")


@dataclass(frozen=True, slots=True)
class GoOn:
    """The ticket waits no longer, as of `at`; a ticket that did not wait stays as it is."""

    at: datetime
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"wait no longer ({self.reason})"


@dataclass(frozen=True, slots=True)
class Confirm:
    """The author of a mail is told, shortly, what it did."""

    person: Person
    done: tuple[Said, ...]

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"tell {self.person.address} what was done"


@dataclass(frozen=True, slots=True)
class Tell:
    """Somebody of ours asked for a page by mail: `page` is history, status, mine or help; `values` may name its `verb`."""

    person: Person
    page: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"send {self.person.address} the page {self.page}"


@dataclass(frozen=True, slots=True)
class SetContract:
    """The ticket gets another contract, or another version of its own; clocks that run are reckoned anew from their start.

    `customer` is the key of the customer whose ticket it turned out to be, None when that stays as it is.
    """

    contract: Contract
    reason: str
    customer: str | None = None

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"contract {self.contract.name} ({self.reason})"


@dataclass(frozen=True, slots=True)
class RevokeClock:
    """What met the last cycle of that clock is void: the answer reached nobody. A new cycle starts by an effect of its own."""

    kind: ClockKind
    at: datetime
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"the {self.kind} clock was not met after all ({self.reason})"


@dataclass(frozen=True, slots=True)
class Excuse:
    """The lapses of the ticket, or that of one clock, are excused by somebody, with a reason; they stay on record."""

    by: str
    reason: str
    kind: ClockKind | None = None

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"excuse the lapse of {self.kind or 'every clock'} ({self.by}: {self.reason})"


@dataclass(frozen=True, slots=True)
class ChangeChains:
    """The chains of several tickets are in a new state by one mail; of each the reason. A log line for each ticket."""

    changes: tuple[tuple[Chain, str], ...]
    event: str
    actor: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"the chains of {len(self.changes)} tickets: {self.event} by {self.actor}"


@dataclass(frozen=True, slots=True)
class TellNoticed:
    """Those who answer these tickets hear, each in one mail, that somebody took notice of their alerts."""

    tickets: tuple[int, ...]
    by: Person

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"tell those who answer {len(self.tickets)} tickets that {self.by.key} took notice"


@dataclass(frozen=True, slots=True)
class SetDue:
    """The running clock of that kind is due at another instant, named by somebody of ours."""

    kind: ClockKind
    due_at: datetime
    by: str
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"{self.kind} is due {self.due_at:%Y-%m-%d %H:%M} UTC ({self.by}: {self.reason})"


@dataclass(frozen=True, slots=True)
class HoldClocks:
    """What can be paused stands still from now until then, by somebody's name and for a reason: an outage, force majeure."""

    until: datetime
    by: str
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"the clocks are held until {self.until:%Y-%m-%d %H:%M} UTC ({self.by}: {self.reason})"


@dataclass(frozen=True, slots=True)
class ReleaseClocks:
    """A hold of the clocks ends now."""

    by: str
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"the clocks are held no longer ({self.by}: {self.reason})"


@dataclass(frozen=True, slots=True)
class NoteAbsence:
    """Somebody of ours is away; `source` says how it is known: by their command, or by a notice of their mail system."""

    absence: Absence
    source: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"{self.absence.person} is away until {self.absence.end:%Y-%m-%d %H:%M} UTC ({self.source})"


@dataclass(frozen=True, slots=True)
class EndAbsence:
    """Somebody of ours is back: whatever was told of their absence by mail ends at that instant."""

    person: str
    at: datetime

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"{self.person} is back"


@dataclass(frozen=True, slots=True)
class AssureCustomer:
    """A customer who asked for somebody above hears who is told, and when."""

    to: Address

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"tell {self.to.email} who sees to it now"


Order = (
    Assign
    | GiveOut
    | PassOn
    | TakeByAnswer
    | SetPriority
    | Wait
    | GoOn
    | Confirm
    | Tell
    | ChangeChains
    | TellNoticed
    | SetContract
    | RevokeClock
    | Excuse
    | SetDue
    | HoldClocks
    | ReleaseClocks
    | NoteAbsence
    | EndAbsence
    | AssureCustomer
)
