"""What the store is given and gives back, where `core.model` has no value for it.

Frozen values, field for column of `schema`; a value that is given has `New` before its name. Every instant is UTC. Rows that only
one module asks for stand here too, so that whoever reads an answer finds its shape in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailsupport.core.guard import ChainState, ClockState
from mailsupport.core.model import Address, Attachment, Kind, Participant, Priority, State

PUBLIC, INTERNAL = "public", "internal"
"""Who sees a mail: the customer too, or only us."""

IN, OUT = "in", "out"
"""Which way a mail went: taken in from a mailbox, or found in a Sent folder or sent by us."""

ANSWER, ALERT, ALL_CLEAR, RECEIPT = "answer", "alert", "all_clear", "receipt"
"""Kinds of outgoing mail that the store itself asks for; others are the caller's words."""

SKIPPED = "step_skipped"
"""The log event that says why a firing told nobody; its data names the `firing`."""

NOT_READ = "not read"
"""Words in the reason of a firing that was judged although a mailbox could not be read up to the deadline."""

DIRECT = "direct"
"""The flag of an answer that reached the customer without us, so that nothing of it is in the outbox."""


# --- mailboxes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A watched folder. Every UID up to `cursor` has a ledger row or lies before the start.

    `attempts` counts how often a window was begun since the cursor last moved; while `attempt_to` is above the cursor, the UIDs
    up to it are those that were being read when something went wrong. `role` is "inbox" or "sent".
    """

    mailbox: str
    name: str
    role: str
    uidvalidity: int
    cursor: int
    left_alone: int = 0
    attempt_to: int = 0
    attempts: int = 0
    read_until: datetime | None = None
    unreadable_since: datetime | None = None
    trouble: str = ""

    def has(self, uidvalidity: int) -> bool:
        """Whether the server's UIDVALIDITY (32 bits) is the one this folder was read under.

        What is above those bits counts how often a server reused UIDs without saying so.
        """
        return self.uidvalidity & 0xFFFFFFFF == uidvalidity


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What became of one UID: ticketed, obeyed, ignored, quarantined, waiting or gone. `settling`: "keyword", "move" or ""."""

    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    state: str
    reason: str
    mail: int | None
    received_at: datetime
    taken_at: datetime
    size: int
    settling: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class IgnoredRow:
    """A mail that nothing followed from: its number in the ledger, and what a person needs to judge that."""

    number: int
    at: datetime
    sender: str
    subject: str
    reason: str


# --- tickets and mails --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A ticket to be opened; the requester becomes a participant by itself, at the lower-case address."""

    subject: str
    state: State
    priority: Priority
    mailbox: str
    contract: str
    contract_version: str
    customer: str
    language: str
    requester: Address
    received_at: datetime
    opened_at: datetime
    first_message_id: str = ""
    last_customer_message_id: str = ""
    thread_index: str = ""
    related: int | None = None
    reason: str = ""
    participants: tuple[Participant, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A clock in a list."""

    due: datetime
    state: ClockState


@dataclass(frozen=True, slots=True)
class ChainLine:
    """A chain in a list; `step` is the last one fired, -1 before the first."""

    state: ChainState
    step: int


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket in a list, with the newest cycle of its first_response clock."""

    number: int
    subject: str
    requester: str
    contract: str
    state: State
    priority: Priority
    first_response: ClockLine | None
    chain: ChainLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A mail to be stored. `person` is the key of one of ours, when believed; `waiting` a Sent mail whose parent is unknown."""

    message_id: str
    content_hash: str
    direction: str
    ticket: int | None
    kind: Kind
    visibility: str
    author: Address
    subject: str
    received_at: datetime
    stored_at: datetime
    size: int
    person: str = ""
    text: str = ""
    new_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    waiting: bool = False
    verdict: str = ""
    matched: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow(NewMail):
    """A stored mail."""

    id: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What is stored of a mail that comes in: the same mail, another one under its Message-ID, one that names its id."""

    duplicate: int | None
    same_id: bool
    awaited: bool


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A staff mail that was not sent or obeyed, and whose author was asked. `state`: open, confirmed or dropped."""

    id: int
    mail: int
    ticket: int | None
    person: str
    purpose: str
    reason: str
    state: str
    at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class LogRow:
    """One thing that happened."""

    id: int
    ticket: int | None
    at: datetime
    actor: str
    event: str
    data: Mapping[str, Any]


# --- chains and outgoing mail -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToldRow:
    """Somebody who was sent an alert, all-clear or stand-down, or waits for one in a digest; `at` is the instant of `outcome`."""

    id: int
    firing: int
    kind: str
    person: str
    email: str
    outbox: int | None
    outcome: str
    at: datetime
    cause: str
    cycle: int
    round: int
    step: int


@dataclass(frozen=True, slots=True)
class FiringRow:
    """A step of a chain that fired, and why then."""

    id: int
    cause: str
    cycle: int
    round: int
    step: int
    fired_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOutgoing:
    """A mail to be sent, built: the same `data` goes out at every attempt. `sender` "" is the null envelope sender.

    A lower `rank` goes first. With `not_before` it is not claimed earlier.
    """

    message_id: str
    kind: str
    rank: int
    mailbox: str
    sender: str
    subject: str
    data: bytes
    created_at: datetime
    ticket: int | None = None
    cause_mail: int | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An outgoing mail without its bytes. `state`: queued, sending, done, failed, unknown or cancelled.

    `next_at` is when it is to be claimed, or when the lease of an attempt under way ends; None when there is nothing left to do.
    `route` is the relay of its next attempt, or the one that had its last (`core.reaching.retry`).
    """

    id: int
    message_id: str
    kind: str
    rank: int
    ticket: int | None
    cause_mail: int | None
    mailbox: str
    sender: str
    state: str
    attempts: int
    next_at: datetime | None
    lease_until: datetime | None
    created_at: datetime
    finished_at: datetime | None
    error: str
    subject: str
    route: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """An outgoing mail that is ours to send until `lease_until`: bytes, and the recipients still to be served.

    `attempts` counts this one.
    """

    id: int
    message_id: str
    kind: str
    rank: int
    ticket: int | None
    cause_mail: int | None
    mailbox: str
    sender: str
    attempts: int
    created_at: datetime
    lease_until: datetime
    subject: str
    data: bytes
    recipients: tuple[str, ...]
    route: str


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """What became of one recipient: queued, accepted, deferred, refused, unknown, bounced or cancelled."""

    outbox: int
    email: str
    state: str
    code: int
    reply: str
    at: datetime | None
