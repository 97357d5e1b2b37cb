"""Everything that is known of a mail when it is decided what follows from it: one value, made by `app.intake`.

The modules that decide (`core.deciding.customer_mail`, `core.deciding.staff_mail`, `core.deciding.robot_mail`) take an
`Arrival` and the desk, and return a `Decision`. They look nothing up: what they need to know stands here, read before within
the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mailsupport.core.deciding.storms import Storm
from mailsupport.core.desk import Desk, Mailbox, Person
from mailsupport.core.guard import Chain, Clock, ClockKind
from mailsupport.core.judging.matching import Match
from mailsupport.core.judging.receipts import ReceiptCounts
from mailsupport.core.judging.routing import Route
from mailsupport.core.judging.standing import Standing
from mailsupport.core.judging.tokens import Purpose, Token, token_in_address
from mailsupport.core.model import Address, Mail, Participant, Role, Ticket, Verdict
from mailsupport.core.reaching.digests import Digest
from mailsupport.core.reading.forwarded import Behalf
from mailsupport.core.timing import promises


@dataclass(frozen=True, slots=True)
class Bounced:
    """The mail of ours that a delivery report speaks of: its outbox row, kind, ticket, and the addresses it went to.

    It was written at `queued_at` and done with at `done_at`; `answered_since` is whether a later answer reached the customer.
    """

    outbox: int
    kind: str
    ticket: int | None
    recipients: tuple[str, ...]
    queued_at: datetime
    done_at: datetime | None = None
    answered_since: bool = False

    def met(self, clock: Clock) -> bool:
        """Whether it was this mail that met the clock."""
        stopped, done = clock.stopped_at, self.done_at
        return stopped is not None and done is not None and self.queued_at <= stopped <= done


@dataclass(frozen=True, slots=True)
class Held:
    """A held mail whose author now confirms: what a confirmation does, and the mail as it was.

    `purpose`, `choices` and `intent` are those of its `effects.Hold`, `stands_by` every reason about which its author has been
    asked. `reading` is the mail read again, `token` ours that it came with, `notice` the words of our mail that it answers.
    """

    id: int
    purpose: str
    person: str
    mail: int
    text: str
    received_at: datetime
    parts: tuple[int, ...] = ()
    choices: tuple[str, ...] = ()
    intent: str = ""
    reading: Mail | None = None
    token: Token | None = None
    notice: str = ""
    stands_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A ticket that a command names by number: as it stands where merges of it end.

    `tag` is its number with its check, `written` that of the number that was written.
    """

    ticket: Ticket
    tag: str
    written: str
    chain: Chain | None = None


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The last answer that the customer had: its row, who wrote it, its words and the attachments that travelled."""

    mail: int
    person: str
    text: str
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Queued:
    """An answer of the author that waits in the outbox: its row there, and the mail that it carries."""

    outbox: int
    mail: int
    text: str


@dataclass(frozen=True, slots=True)
class Urgent:
    """A ticket that nobody answers yet, and when it is due."""

    ticket: Ticket
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What commands need to know beyond their ticket; read only for a mail that may be obeyed, and only what it asks for.

    `named`: tickets by the number that was written; `about`: the customer's mail that the notification carried, 0 for none,
    where the ticket has others besides it; `answer_queued`: whether any answer of the ticket waits to go out; `urgent`: tickets
    that nobody answers, the most urgent first; `offered_to`: the key of whoever the ticket is offered to, "" for nobody.
    """

    named: Mapping[int, Named] = field(default_factory=dict)
    about: int = 0
    answer_queued: bool = False
    last_answer: LastAnswer | None = None
    queued: Queued | None = None
    urgent: tuple[Urgent, ...] = ()
    offered_to: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail with what was decided of it so far. `received_at` is the instant that counts for clocks; `now` the present.

    `addressed` are our tokens among its recipients, each for the ticket where merges end; `expired` says that one
    looked like ours and was none; `known` is what its commands need to know, `behalf` the request of a customer that it, or the
    held mail that it confirms, hands over.
    `storm` is the storm that it is part of, `flooded` that its ticket gets more mails than anybody can read; `copy_of` is the
    ticket of our own mail, when this is a copy of it that came back; `notice` the words of our mail that a staff mail answers;
    `readers` are those of our people who hear of what happens on its ticket: whoever has it, or is asked to take it.
    """

    mail: Mail
    verdict: Verdict
    route: Route
    match: Match
    standing: Standing
    mailbox: Mailbox
    received_at: datetime
    now: datetime
    from_sent: bool = False
    ticket: Ticket | None = None
    chain: Chain | None = None
    clocks: tuple[Clock, ...] = ()
    counts: ReceiptCounts = field(default_factory=ReceiptCounts)
    answered_before: bool = False
    last_answer_by: str = ""
    notice: str = ""
    alert_sent_at: datetime | None = None
    bounced: Bounced | None = None
    held: Held | None = None
    start_doubt: str = ""
    storm: Storm | None = None
    flooded: bool = False
    copy_of: int | None = None
    digest: Digest | None = None
    addressed: tuple[Token, ...] = ()
    expired: bool = False
    known: Known = field(default_factory=Known)
    behalf: Behalf | None = None
    readers: tuple[Person, ...] = ()

    def unmet(self, kind: ClockKind) -> Clock | None:
        """Return the ticket's clock of that kind that still waits for an answer, or None."""
        return promises.unmet(self.clocks, kind)

    def came_by(self, purpose: Purpose) -> bool:
        """Whether a token of ours came with the mail that was made for that purpose."""
        return self.match.token is not None and self.match.token.purpose is purpose


def customers_of(ticket: Ticket) -> frozenset[str]:
    """Return the addresses of the customer's side of the ticket."""
    return frozenset({ticket.requester.key, *(p.email for p in ticket.participants if p.role in (Role.REQUESTER, Role.CC))})


def requesters_in(ticket: Ticket, mail: Mail) -> bool:
    """Whether To or Cc of the mail holds somebody on the customer's side of the ticket."""
    theirs = customers_of(ticket)
    return any(address.key in theirs for address in (*mail.to, *mail.cc))


def customer_side(ticket: Ticket) -> tuple[Address, ...]:
    """Return the Cc people of the customer's side, without the requester."""
    return tuple(Address(p.name, p.email) for p in ticket.participants if p.role is Role.CC and p.email != ticket.requester.key)


def people_in_copy(mail: Mail, desk: Desk) -> tuple[Participant, ...]:
    """Return whom the author of a customer's mail put in copy: never an own address, never one of ours (P7)."""
    others = {a.key: a for a in (*mail.to, *mail.cc) if a.key and not is_ours(a.key, desk)}
    others.pop(mail.sender.key, None)
    return tuple(Participant(key, a.name, Role.CC) for key, a in list(others.items())[:MAX_COPIES])


def is_ours(address: str, desk: Desk) -> bool:
    """Whether it is an address of the desk or of one of us, also with something behind a plus: a token, a folder."""
    plain = (desk.own_addresses, desk.by_address)
    return any(address in ours or token_in_address(address, ours) is not None for ours in plain)


MAX_COPIES = 20
"""More people in copy than this are not written to: a mail with hundreds of addresses is no conversation."""
