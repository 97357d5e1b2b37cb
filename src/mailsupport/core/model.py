"""The values everything speaks about: a mail as it was read, what was decided of it, a ticket as it is known.

Nothing here does anything. A value that needs a rule to be made is made by the module that owns the rule. Strings from a
mail are already clean here: no control characters, no bidi overrides, bounded length (`mail.parse` sees to it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a mail is."""

    CUSTOMER = "customer"
    """A person of a contract's customer."""
    STAFF = "staff"
    """One of those who answer; says nothing yet about whether the mail may be obeyed."""
    CONTACT = "contact"
    """Somebody in a chain."""
    UNKNOWN = "unknown"
    """A person we do not know."""
    AUTO_REPLY = "auto_reply"
    """An absence notice or automatic answer (RFC 3834)."""
    BOUNCE = "bounce"
    """A report that a mail could not be delivered, or is delayed (RFC 3464 and older forms)."""
    AUTOMATIC = "automatic"
    """Any other robot: receipts, reports, notices, monitoring."""
    LIST = "list"
    """Mail of a mailing list or a bulk sender."""
    OWN = "own"
    """Our own mail come back."""
    UNREADABLE = "unreadable"
    """The bytes could not be read; kept, with a ticket and a clock."""


PEOPLE = frozenset({Kind.CUSTOMER, Kind.STAFF, Kind.CONTACT, Kind.UNKNOWN})
"""Kinds that a person wrote."""


class Priority(StrEnum):
    """How urgent a ticket is; selects the target inside a service level."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox of RFC 5322 §3.4: display name (may be empty) and address as written."""

    name: str
    email: str

    @property
    def key(self) -> str:
        """The address for comparing: lower case."""
        return self.email.lower()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not body text: cleaned display name, MIME type, decoded size in bytes.

    `part` is its position in a depth-first walk of the message, by which its bytes are found again in the raw mail;
    `inline_id` is its Content-ID without angle brackets when the body may show it, else "".
    """

    name: str
    type: str
    size: int
    part: int
    inline_id: str = ""


@dataclass(frozen=True, slots=True)
class BouncedRecipient:
    """One recipient of a delivery report: RFC 3464 §2.3 fields, lower case; status like "5.1.1" or "".

    `address` is where delivery ended (Final-Recipient); `original` is the address that we wrote to when the report names
    it and it is another (Original-Recipient: an alias or a forward), else "".
    """

    address: str
    status: str
    action: str
    original: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """Failure or delay evidence found in a mail. `evidence` names the form (rfc3464, qmail, exim, …).

    `original_own_id` is what the returned header says in our own field: the id we gave the mail, when a provider gave it another.
    `provider_id` is that other one, where the report tells it beside ours.
    """

    recipients: tuple[BouncedRecipient, ...]
    original_message_id: str
    evidence: str
    original_own_id: str = ""
    provider_id: str = ""

    @property
    def failed(self) -> bool:
        """Whether it speaks of a final failure rather than of a delay."""
        return not self.recipients or any(r.action != "delayed" for r in self.recipients)


@dataclass(frozen=True, slots=True)
class AuthenticationResult:
    """One method's result out of an Authentication-Results field (RFC 8601 §2.2): who says it, what was tested, of whom.

    `properties` maps "smtp.mailfrom", "header.d", "header.from" … to their values, lower case. `below` is the number of
    Received fields that stand above the field it came from.
    """

    authserv_id: str
    method: str
    result: str
    properties: Mapping[str, str]
    below: int


@dataclass(frozen=True, slots=True)
class Hop:
    """One Received field (RFC 5321 §4.4): the hosts named after "from" and "by", lower case, "" when absent."""

    from_host: str
    by_host: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it was read; every message id is without its angle brackets.

    `recipients` holds every address the mail was sent or delivered to (To, Cc, Bcc, Delivered-To, X-Original-To, …), lower
    case: the place to look for a token. `from_doubt` says why From cannot be believed by its form alone ("" when it is one
    header with one mailbox that all parsers read alike). `headers` are the cleaned fields by lower-case name, in order of
    appearance. `authentication` holds what every Authentication-Results field claims, trusted or not, and `hops` the Received
    fields, both from the top; `core.judging.standing` judges them. `markers` are the tokens in hidden body markers, in order
    of appearance. `problems` names what was capped or repaired. `return_path` is None when there is no such field, "" for
    the null sender. `via` is the form mailer that carried it (`core.judging.senders`), whose From was replaced by the writer's.
    """

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    from_: tuple[Address, ...]
    from_doubt: str
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    recipients: tuple[str, ...]
    return_path: str | None
    date: datetime | None
    text: str
    new_text: str
    html: str
    attachments: tuple[Attachment, ...]
    headers: Mapping[str, tuple[str, ...]]
    authentication: tuple[AuthenticationResult, ...]
    hops: tuple[Hop, ...]
    bounce: Bounce | None
    content_type: str
    markers: tuple[str, ...]
    content_hash: str
    size: int
    problems: tuple[str, ...] = ()
    via: str = ""

    @property
    def sender(self) -> Address:
        """The first From mailbox, or an empty one."""
        return self.from_[0] if self.from_ else Address("", "")

    @property
    def ancestors(self) -> tuple[str, ...]:
        """In-Reply-To and References, nearest first, each once."""
        return tuple(dict.fromkeys((*self.in_reply_to, *reversed(self.references))))

    def header(self, name: str) -> str:
        """Return the first field of that (lower-case) name, or ""."""
        values = self.headers.get(name, ())
        return values[0] if values else ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a mail is, why, and whether a robot may answer it at all (RFC 3834 §2)."""

    kind: Kind
    reason: str
    answerable: bool


class State(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    """Nobody has answered yet."""
    OPEN = "open"
    """The customer wrote last."""
    ANSWERED = "answered"
    """Staff wrote last; the customer may come back."""
    CLOSED = "closed"
    """Done; a customer's mail opens it again."""


class Role(StrEnum):
    """What somebody is on one ticket."""

    REQUESTER = "requester"
    CC = "cc"
    STAFF = "staff"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody on a ticket, by lower-case address."""

    email: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as the store knows it when a decision is made. `revision` counts the public answers it had.

    `related` is the ticket that its first mail named without joining it; `reason` says why it has this contract;
    `merged_into` is the ticket that goes on in its place; `assignee` is the key of whoever answers it, "" while nobody does.
    `waiting_for` is "customer", "vendor" or "" (nobody but us), until `waiting_until` or, where that is None, until they write.
    """

    number: int
    subject: str
    state: State
    priority: Priority
    mailbox: str
    contract: str
    contract_version: str
    customer: str
    language: str
    requester: Address
    participants: tuple[Participant, ...]
    revision: int
    received_at: datetime
    first_message_id: str
    last_customer_message_id: str
    thread_index: str = ""
    closed_at: datetime | None = None
    hold_alerts_until: datetime | None = None
    related: int | None = None
    reason: str = ""
    merged_into: int | None = None
    assignee: str = ""
    waiting_for: str = ""
    waiting_until: datetime | None = None

    def role_of(self, email: str) -> Role | None:
        """Return what that address is on this ticket, or None."""
        return next((p.role for p in self.participants if p.email == email), None)
