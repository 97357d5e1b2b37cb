"""What is known, as values to be shown: the list of tickets, one ticket, the whole desk.

In: an open transaction. Out: frozen values whose fields are the keys of the JSON that `--json` prints: a name here is a promise.
Nothing is decided and nothing written. Steps of a chain are counted from 1 here, as people do; 0 is before the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailsupport.app.letters.history import said
from mailsupport.app.tenure import read_by
from mailsupport.core.guard import Chain, Clock
from mailsupport.core.model import Participant, Ticket
from mailsupport.store import Tx, chains, clocks, daemons, facts, history, mailboxes, mails, outbox, overview, tickets
from mailsupport.store.rows import FolderRow, LogRow, MailRow, TicketLine

FAR = timedelta(days=36_500)
"""From now on: everything there is."""
NEXT = 10
"""How many deadlines and chains `status` shows."""


# --- tickets in a list ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueState:
    """A clock in a list: when it is due, and where it stands."""

    due: datetime
    state: str


@dataclass(frozen=True, slots=True)
class ChainStep:
    """A chain in a list: where it stands, and how far it came."""

    state: str
    step: int


@dataclass(frozen=True, slots=True)
class ListedTicket:
    """A ticket in a list."""

    number: int
    subject: str
    requester: str
    contract: str
    state: str
    priority: str
    first_response: DueState | None
    chain: ChainStep | None


def ticket_list(tx: Tx, *, open_only: bool, limit: int) -> tuple[ListedTicket, ...]:
    """Return the newest tickets first."""
    return tuple(_listed(line) for line in tickets.listing(tx, open_only=open_only, limit=limit))


def _listed(line: TicketLine) -> ListedTicket:
    first, chain = line.first_response, line.chain
    return ListedTicket(
        number=line.number,
        subject=line.subject,
        requester=line.requester,
        contract=line.contract,
        state=line.state,
        priority=line.priority,
        first_response=DueState(first.due, first.state) if first else None,
        chain=ChainStep(chain.state, chain.step + 1) if chain else None,
    )


# --- one ticket -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail on a ticket; `verdict` says why it is of its kind, `matched` why it is on this ticket."""

    id: int
    at: datetime
    by: str
    kind: str
    visibility: str
    subject: str
    text: str
    verdict: str
    matched: str
    attachments: tuple[str, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChainState:
    """Where a chain stands; `step` is the last one fired, from 1, 0 before the first."""

    state: str
    cause: str
    step: int
    round: int
    next_at: datetime | None
    acknowledged_by: str
    acknowledged_until: datetime | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the log, in words."""

    at: datetime
    actor: str
    event: str
    words: str


@dataclass(frozen=True, slots=True)
class TicketReport:
    """Everything about a ticket."""

    number: int
    subject: str
    state: str
    priority: str
    requester: str
    requester_name: str
    mailbox: str
    contract: str
    customer: str
    reason: str
    received_at: datetime
    closed_at: datetime | None
    related: int | None
    merged_into: int | None
    assignee: str
    waiting_for: str
    waiting_until: datetime | None
    participants: tuple[Participant, ...]
    mails: tuple[MailLine, ...]
    clocks: tuple[Clock, ...]
    chain: ChainState | None
    log: tuple[Happening, ...]


def ticket_report(tx: Tx, number: int) -> TicketReport | None:
    """Return everything about a ticket, or None when there is none of that number."""
    ticket = tickets.ticket(tx, number)
    if ticket is None:
        return None
    chain = chains.chain(tx, number)
    return TicketReport(
        number=number,
        subject=ticket.subject,
        state=ticket.state,
        priority=ticket.priority,
        requester=ticket.requester.email,
        requester_name=ticket.requester.name,
        mailbox=ticket.mailbox,
        contract=ticket.contract,
        customer=ticket.customer,
        reason=ticket.reason,
        received_at=ticket.received_at,
        closed_at=ticket.closed_at,
        related=ticket.related,
        merged_into=ticket.merged_into,
        assignee=ticket.assignee,
        waiting_for=ticket.waiting_for,
        waiting_until=ticket.waiting_until,
        participants=ticket.participants,
        mails=tuple(_mail(row) for row in mails.mails_of(tx, number)),
        clocks=tuple(clocks.clocks_of(tx, number)),
        chain=chain_state(chain) if chain else None,
        log=tuple(Happening(row.at, row.actor, row.event, said(row)) for row in sorted(history.history(tx, number), key=_when)),
    )


def _when(row: LogRow) -> datetime:
    """In the order in which it happened; what was noticed later is written down later."""
    return row.at


def _mail(row: MailRow) -> MailLine:
    return MailLine(
        id=row.id,
        at=row.received_at,
        by=row.person or row.author.email,
        kind=row.kind,
        visibility=row.visibility,
        subject=row.subject,
        text=row.new_text or row.text,
        verdict=row.verdict,
        matched=row.matched,
        attachments=tuple(attachment.name for attachment in row.attachments),
        flags=row.flags,
    )


def chain_state(chain: Chain) -> ChainState:
    """Return where a chain stands, counted as people do."""
    return ChainState(
        state=chain.state,
        cause=chain.cause,
        step=chain.step + 1,
        round=chain.round + 1,
        next_at=chain.next_at,
        acknowledged_by=chain.acknowledged_by,
        acknowledged_until=chain.acknowledged_until,
    )


# --- the whole desk -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deadline:
    """A running clock and its ticket."""

    ticket: int
    subject: str
    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ChainUnderWay:
    """A chain that goes on by itself at `next_at`."""

    ticket: int
    subject: str
    state: str
    step: int
    next_at: datetime


@dataclass(frozen=True, slots=True)
class DaemonLine:
    """A daemon that did not take its leave: `alive` says whether it was heard of lately, `mailboxes` what it alone reads."""

    host: str
    pid: int
    started_at: datetime
    heard_at: datetime
    alive: bool
    mailboxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelayTrouble:
    """What the relay says instead of taking mails, and since when."""

    trouble: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """The desk at a glance."""

    at: datetime
    mailboxes: tuple[FolderRow, ...]
    open_tickets: int
    deadlines: tuple[Deadline, ...]
    chains: tuple[ChainUnderWay, ...]
    outbox: dict[str, int]
    quarantine: int
    daemons: tuple[DaemonLine, ...] = ()
    relay: RelayTrouble | None = None
    second_relay: RelayTrouble | None = None


def status(tx: Tx, now: datetime) -> Status:
    """Return daemons, mailboxes, the next deadlines and steps, how many mails wait or are stuck, and the relay's trouble."""
    running = clocks.due(tx, now + FAR, NEXT)
    waking = chains.waking(tx, now + FAR, NEXT)
    known = tickets.tickets(tx, {clock.ticket for clock in running} | {number for _, number in waking})
    return Status(
        at=now,
        mailboxes=tuple(mailboxes.folders(tx)),
        open_tickets=overview.open_tickets(tx),
        deadlines=tuple(Deadline(c.ticket, known[c.ticket].subject, c.kind, c.due_at) for c in running),
        chains=tuple(_under_way(tx, known[number], at) for at, number in waking),
        outbox=outbox.counts(tx),
        quarantine=len(mailboxes.quarantined(tx)),
        daemons=_daemons(tx, now),
        relay=_relay(tx, facts.RELAY),
        second_relay=_relay(tx, facts.SECOND_RELAY),
    )


def _daemons(tx: Tx, now: datetime) -> tuple[DaemonLine, ...]:
    at = daemons.present(tx, now)
    return tuple(
        DaemonLine(d.host, d.pid, d.started_at, d.beat_at, d.until > at, read_by(tx, d.id) if d.until > at else ())
        for d in daemons.known(tx)
    )


def _relay(tx: Tx, which: str) -> RelayTrouble | None:
    found = facts.fact(tx, which)
    return RelayTrouble(*found) if found is not None and found[0] else None


def _under_way(tx: Tx, ticket: Ticket, at: datetime) -> ChainUnderWay:
    chain = chains.chain(tx, ticket.number)
    return ChainUnderWay(ticket.number, ticket.subject, chain.state if chain else "", chain.step + 1 if chain else 0, at)
