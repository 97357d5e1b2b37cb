"""What a decision wants to happen, as values. `app.act` alone turns them into rows; `words` says them to a person.

An effect says what, never how: it names people and instants, not tables and not templates. A decision about a mail yields its
effects in the order in which they are to become rows: a new ticket comes first, what is sent comes last. All instants are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mailsupport.core.desk import Person
from mailsupport.core.guard import Cause, Chain, ClockKind
from mailsupport.core.handling import Handling
from mailsupport.core.learned import Learned
from mailsupport.core.model import Address, Participant, Priority, State
from mailsupport.core.orders import Order
from mailsupport.core.said import Said


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A new ticket; every later effect of the same decision is about it."""

    subject: str
    requester: Address
    mailbox: str
    contract: str
    contract_version: str
    customer: str
    priority: Priority
    language: str
    received_at: datetime
    reason: str
    first_message_id: str = ""
    thread_index: str = ""
    related: int | None = None

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"open a ticket for {self.requester.email or 'nobody known'} under contract {self.contract} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Attach:
    """The mail itself becomes part of the ticket, seen by the customer or only by us."""

    public: bool
    person: str = ""
    waiting: bool = False
    flags: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return "keep the mail on the ticket" if self.public else "keep the mail on the ticket as a note"


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody becomes a participant."""

    participant: Participant

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"add {self.participant.email} as {self.participant.role}"


@dataclass(frozen=True, slots=True)
class ChangeTicket:
    """Columns of the ticket change: state, revision, who wrote last."""

    reason: str
    state: State | None = None
    revision: int | None = None
    last_customer_message_id: str = ""
    hold_alerts_until: datetime | None = None
    release_alerts: bool = False
    merged_into: int | None = None

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"the ticket becomes {self.state} ({self.reason})" if self.state else self.reason


@dataclass(frozen=True, slots=True)
class StartClock:
    """A new cycle of a clock begins; `reason` is the arithmetic in words."""

    kind: ClockKind
    started_at: datetime
    due_at: datetime
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"start {self.kind} at {self.started_at:%Y-%m-%d %H:%M} UTC, due {self.due_at:%Y-%m-%d %H:%M} UTC ({self.reason})"


@dataclass(frozen=True, slots=True)
class StopClock:
    """The promise was kept at that instant, in time or late."""

    kind: ClockKind
    at: datetime
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"stop {self.kind} at {self.at:%Y-%m-%d %H:%M} UTC ({self.reason})"


@dataclass(frozen=True, slots=True)
class CancelClocks:
    """Every running clock of the ticket, or only that of one kind, ends without a verdict."""

    reason: str
    kind: ClockKind | None = None

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"cancel {self.kind or 'the clocks'} ({self.reason})"


@dataclass(frozen=True, slots=True)
class OpenChain:
    """A chain begins, or a further cause joins the one under way.

    `cycle` is that of the clock that lapsed, else 0; `by` is who asked for it, "" where nobody did.
    """

    cause: Cause
    at: datetime
    reason: str
    cycle: int = 0
    by: str = ""

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"open the chain because of {self.cause} ({self.reason})"


@dataclass(frozen=True, slots=True)
class ChangeChain:
    """The ticket's chain is in a new state."""

    chain: Chain
    event: str
    actor: str
    reason: str

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"the chain: {self.event} by {self.actor} ({self.reason})"


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """The automatic confirmation to the customer; to an unknown sender it carries no word of theirs."""

    to: Address
    known: bool
    answer_by: datetime | None

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"send a receipt to {self.to.email}" + ("" if self.known else " without a word of theirs")


@dataclass(frozen=True, slots=True)
class Notify:
    """Staff hear of something on the ticket, each by a mail of their own that can be answered."""

    event: str
    people: tuple[Person, ...]

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"notify {', '.join(p.address for p in self.people) or 'nobody'} ({self.event})"


@dataclass(frozen=True, slots=True)
class Relay:
    """A staff answer goes to the customer under the support address; `parts` are of the mail at hand, or of the `stored` one.

    With `closing` the request ends with it, and the mail says how it begins again.
    """

    person: Person
    text: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    parts: tuple[int, ...] = ()
    stored: int | None = None
    closing: bool = False

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"send the answer of {self.person.name} to {', '.join(a.email for a in self.to)}"


@dataclass(frozen=True, slots=True)
class Hold:
    """A staff mail is not sent and not obeyed; its author is asked at the address we know.

    `purpose` is what any reply does, "" where it needs a word; `choices` are the words: run, send, note or discard. `nearest`
    is a verb to offer, `intent` where the mail was sent (`core.deciding.wanted`). `stored` is the mail, where it is not the one
    at hand; `stands_by` are the reasons about which its author was asked before; after `until` it is kept as a note. Its author
    is asked `at_most` so many times an hour.
    """

    person: Person
    purpose: str
    reason: Said
    advice: Said | None = None
    choices: tuple[str, ...] = ()
    nearest: str = ""
    intent: str = "answer"
    stored: int | None = None
    stands_by: tuple[str, ...] = ()
    until: datetime | None = None
    at_most: int = 0

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"hold the mail and ask {self.person.address} ({self.reason.code})"


@dataclass(frozen=True, slots=True)
class SettleHold:
    """A held mail was confirmed by its author, or dropped."""

    hold: int
    at: datetime
    state: str = "confirmed"

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return "carry out what was held" if self.state == "confirmed" else "drop what was held"


@dataclass(frozen=True, slots=True)
class AllClear:
    """Everybody whose alert was accepted hears that it is over. `how` is deescalated where it was ended, and not answered."""

    reason: str
    answered_by: str
    at: datetime
    how: str = ""

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"tell everyone who was alerted that it is over ({self.reason})"


@dataclass(frozen=True, slots=True)
class TellOperator:
    """The operator hears of something stuck; the same `key` at most once a day, or `once` for all."""

    key: str
    what: str
    why: str
    cure: str
    once: bool = False

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"tell the operator: {self.what}"


@dataclass(frozen=True, slots=True)
class Log:
    """A line in the ticket's history."""

    event: str
    actor: str
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The effect as a person would say it."""
        return f"note: {self.event}"


Effect = (
    OpenTicket
    | Attach
    | Join
    | ChangeTicket
    | StartClock
    | StopClock
    | CancelClocks
    | OpenChain
    | ChangeChain
    | SendReceipt
    | Notify
    | Relay
    | Hold
    | SettleHold
    | AllClear
    | TellOperator
    | Log
    | Order
    | Handling
    | Learned
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from one mail: the ticket it belongs to (None: a new one, or none), the effects, and why.

    `state` is what the ledger will say of the mail: ticketed, obeyed, ignored, quarantined or waiting.
    """

    state: str
    reason: str
    ticket: int | None = None
    effects: tuple[Effect, ...] = ()
