"""Tickets: what is known of one, who is on it, who may get a receipt.

A ticket is always read with its participants. `change_ticket` is the only way a ticket changes; why it changed stands in the log.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, insert, null, select, text, update

from mailsupport.core.deciding.storms import Counted
from mailsupport.core.guard import ChainState, ClockKind, ClockState
from mailsupport.core.model import Address, Participant, Priority, Role, State, Ticket
from mailsupport.store import ahead
from mailsupport.store.answers import IS_ANSWER
from mailsupport.store.hot import Hot
from mailsupport.store.inserts import Upsert
from mailsupport.store.rows import ChainLine, ClockLine, NewTicket, TicketLine
from mailsupport.store.schema import ASSIGNED, NOT_CLOSED, UNANSWERED, WAITING, chain, clock, fact, mail, participant, receipt
from mailsupport.store.schema import ticket as table

_COMMON = {field.name for field in fields(NewTicket)} & {field.name for field in fields(Ticket)}
_OPEN = Hot(insert(table))
_ADD_ALL = Hot(insert(participant))
_ADD = Upsert(participant, ["ticket", "email"], "email")
_TICKETS = select(table).where(table.c.number.in_(bindparam("numbers", expanding=True)))
# NO KEY UPDATE: rows that name the ticket may be written meanwhile, nobody else may decide about it.
_LOCK = (
    select(table.c.number)
    .where(table.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(table.c.number)
    .with_for_update(key_share=True)
)
_LOCK_FREE = _LOCK.with_for_update(key_share=True, skip_locked=True)
_PARTICIPANTS = (
    select(participant).where(participant.c.ticket.in_(bindparam("numbers", expanding=True))).order_by(participant.c.email)
)
_TICKET = Hot(select(table).where(table.c.number == bindparam("of")))
_PARTICIPANTS_OF = Hot(select(participant).where(participant.c.ticket == bindparam("of")).order_by(participant.c.email))

_LINES = (
    select(table.c.number, table.c.subject, table.c.requester_email, table.c.contract, table.c.state, table.c.priority)
    .order_by(table.c.number.desc())
    .limit(bindparam("limit"))
)
_OPEN_LINES = _LINES.where(text(NOT_CLOSED))
_FIRST_RESPONSES = (
    select(clock.c.ticket, clock.c.due_at, clock.c.state)
    .where(clock.c.ticket.in_(bindparam("numbers", expanding=True)), clock.c.kind == ClockKind.FIRST_RESPONSE)
    .order_by(clock.c.cycle)
)
_CHAINS = select(chain.c.ticket, chain.c.state, chain.c.step).where(chain.c.ticket.in_(bindparam("numbers", expanding=True)))

_ANSWERED_BEFORE = Hot(
    select(
        exists()
        .where(participant.c.email == bindparam("email"), participant.c.role == Role.REQUESTER)
        .where(mail.c.ticket == participant.c.ticket, IS_ANSWER)
    )
)
_RECEIPTS = Hot(
    select(
        select(func.count())
        .where(receipt.c.email == bindparam("email"), receipt.c.at > bindparam("day_ago", type_=receipt.c.at.type))
        .select_from(receipt)
        .scalar_subquery(),
        select(func.count())
        .where(receipt.c.known.is_(False), receipt.c.at > bindparam("hour_ago", type_=receipt.c.at.type))
        .select_from(receipt)
        .scalar_subquery(),
    )
)
_COUNTED = Hot(
    select(
        func.count(),
        func.min(table.c.number),
        select(fact.c.value).where(fact.c.name == bindparam("name", type_=fact.c.name.type)).scalar_subquery(),
        select(fact.c.at).where(fact.c.name == bindparam("name", type_=fact.c.name.type)).scalar_subquery(),
    ).where(
        table.c.requester_key == bindparam("sender", type_=table.c.requester_key.type),
        table.c.received_at > bindparam("since", type_=table.c.received_at.type),
        table.c.mailbox == bindparam("mailbox"),
        text(UNANSWERED),
    )
)
_WAITS_OVER = (
    select(table.c.number)
    .where(text(WAITING), table.c.waiting_until <= bindparam("now", type_=table.c.waiting_until.type))
    .order_by(table.c.waiting_until)
)
_NEXT_WAIT_OVER = select(table.c.waiting_until).where(text(WAITING)).order_by(table.c.waiting_until).limit(1)
_END_WAIT = (
    update(table)
    .where(table.c.number == bindparam("of"), table.c.waiting_until == bindparam("until", type_=table.c.waiting_until.type))
    .values(waiting_until=null())
)
_UNDER = select(table.c.number).where(table.c.contract == bindparam("name"), text(NOT_CLOSED)).order_by(table.c.number)
_DUE = (
    select(func.min(clock.c.due_at))
    .where(clock.c.ticket == table.c.number, clock.c.state.in_([ClockState.RUNNING, ClockState.LAPSED]))
    .correlate(table)
    .scalar_subquery()
)
_OPEN_BY_DUE = (
    select(table.c.number, _DUE.label("due"))
    .where(text(NOT_CLOSED), table.c.merged_into.is_(None))
    .order_by(_DUE.is_(None), _DUE, table.c.number)
    .limit(bindparam("limit"))
)
_NOTE_RECEIPT = Upsert(receipt, ["ticket"], "id")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open ticket, and the next deadline of its clocks; None when nothing is due."""

    ticket: Ticket
    due_at: datetime | None


def open_ticket(tx: Connection, new: NewTicket) -> int:
    """Open a ticket with its requester and further participants; return its number."""
    number = _OPEN.insert(tx, _columns(new))
    people = _people(new)
    if people:
        _ADD_ALL.many(tx, [_participant(number, person) for person in people])
    return number


def opened(new: NewTicket, number: int) -> Ticket:
    """Return a ticket as it stands in the rows just written for it."""
    common = {name: getattr(new, name) for name in _COMMON}
    return Ticket(number=number, revision=0, **common | {"participants": _people(new)})


def _people(new: NewTicket) -> tuple[Participant, ...]:
    people = {new.requester.key: Participant(new.requester.key, new.requester.name, Role.REQUESTER)}
    for further in new.participants:
        people.setdefault(further.email, further)
    people.pop("", None)
    return tuple(people[email] for email in sorted(people))


def ticket(tx: Connection, number: int) -> Ticket | None:
    """Return a ticket, or None when there is none of that number."""
    found = _TICKET.first(tx, {"of": number})
    if found is None:
        return None
    people = (Participant(row.email, row.name, Role(row.role)) for row in _PARTICIPANTS_OF.rows(tx, {"of": number}))
    return _ticket(found, tuple(people))


def tickets(tx: Connection, numbers: Collection[int]) -> dict[int, Ticket]:
    """Return those of the tickets that exist, by number."""
    if not numbers:
        return {}
    if len(numbers) == 1:
        return {one.number: one for number in numbers if (one := ticket(tx, number)) is not None}
    asked = {"numbers": sorted(numbers)}
    found = tx.execute(_TICKETS, asked).all()
    people: dict[int, list[Participant]] = {row.number: [] for row in found}
    for row in tx.execute(_PARTICIPANTS, asked):
        people[row.ticket].append(Participant(row.email, row.name, Role(row.role)))
    return {row.number: _ticket(row, tuple(people[row.number])) for row in found}


def hold(tx: Connection, numbers: Collection[int], wait: bool = True) -> set[int]:
    """Keep others from deciding about these tickets until this transaction ends; return those held.

    To be asked before anything is read that a decision stands on. Without `wait`, those that another holds are left out. On
    SQLite a writer is alone, and nothing is asked.
    """
    if tx.dialect.name != "postgresql" or not numbers:
        return set(numbers)
    return set(tx.execute(_LOCK if wait else _LOCK_FREE, {"numbers": sorted(numbers)}).scalars())


def kept(tx: Connection, number: int, known: Ticket | None = None) -> Ticket | None:
    """Return a ticket that nobody else decides about until this transaction ends; `known` spares a question on SQLite."""
    if tx.dialect.name != "postgresql":
        return known or ticket(tx, number)
    hold(tx, [number])
    return ticket(tx, number)


def change_ticket(tx: Connection, number: int, **columns: Any) -> None:
    """Set columns of a ticket, by their names in `schema`."""
    for question in (ahead.TURNS, ahead.MISSED):  # whose it is, and whose customer's
        ahead.forget(tx, question)
    _change(tuple(columns)).change(tx, {**columns, "of": number})


@cache
def _change(columns: tuple[str, ...]) -> Hot:
    """Make the statement that sets these columns, once: making it takes longer than executing it."""
    return Hot(update(table).where(table.c.number == bindparam("of")).values({name: bindparam(name) for name in columns}))


def redirect(tx: Connection, source: int, target: int) -> None:
    """Let tickets that were merged into `source` point to where it was merged itself: no pointer needs to be followed twice."""
    tx.execute(update(table).where(table.c.merged_into == source), {"merged_into": target})


def add_participant(tx: Connection, ticket: int, person: Participant) -> bool:
    """Put somebody on a ticket; False when that address is on it already, whatever its role."""
    return _ADD.run(tx, _participant(ticket, person)) is not None


def listing(tx: Connection, *, open_only: bool = False, limit: int = 200) -> list[TicketLine]:
    """Return the newest tickets first, each with its first_response clock and its chain, in three queries."""
    found = tx.execute(_OPEN_LINES if open_only else _LINES, {"limit": limit}).all()
    asked = {"numbers": [row.number for row in found]}
    clocks = {row.ticket: ClockLine(row.due_at, ClockState(row.state)) for row in tx.execute(_FIRST_RESPONSES, asked)}
    chains = {row.ticket: ChainLine(ChainState(row.state), row.step) for row in tx.execute(_CHAINS, asked)}
    return [
        TicketLine(
            row.number,
            row.subject,
            row.requester_email,
            row.contract,
            State(row.state),
            Priority(row.priority),
            clocks.get(row.number),
            chains.get(row.number),
        )
        for row in found
    ]


def open_by_due(tx: Connection, limit: int, assignee: str | None = None) -> list[Waiting]:
    """Return open tickets, what is due first first, what is due never last; of one assignee ("": of nobody) or of all."""
    asked = _OPEN_BY_DUE if assignee is None else _OPEN_BY_DUE.where(table.c.assignee == assignee)
    if assignee:
        asked = asked.where(text(ASSIGNED))
    found = tx.execute(asked, {"limit": limit}).all()
    known = tickets(tx, [row.number for row in found])
    return [Waiting(known[row.number], row.due) for row in found]


def remove_participant(tx: Connection, ticket: int, email: str) -> None:
    """Take somebody off a ticket."""
    tx.execute(delete(participant).where(participant.c.ticket == ticket, participant.c.email == email))


def answered_before(tx: Connection, email: str) -> bool:
    """Tell whether one of us ever answered a ticket whose requester this (lower-case) address is."""
    return bool(_ANSWERED_BEFORE.value(tx, {"email": email}))


def receipt_counts(tx: Connection, email: str, now: datetime) -> tuple[int, int]:
    """Return the receipts to that address in the last 24 hours, and those to unknown senders in the last hour."""
    asked = {"email": email, "day_ago": now - timedelta(days=1), "hour_ago": now - timedelta(hours=1)}
    to_address, to_unknown = _RECEIPTS.rows(tx, asked)[0]
    return to_address, to_unknown


def counted(tx: Connection, name: str, sender: str, mailbox: str, since: datetime) -> Counted:
    """Return how many unanswered tickets a sender has in a mailbox since then, and the storm of that name
    (`core.deciding.storms`)."""
    asked = {"name": name, "sender": sender, "mailbox": mailbox, "since": since}
    found, first, storm, last = _COUNTED.rows(tx, asked)[0]
    return Counted(found, first, int(storm) if storm else None, last)


def waits_over(tx: Connection, now: datetime) -> list[int]:
    """Return the tickets whose waiting has come to its end by now, the longest ago first."""
    return list(tx.execute(_WAITS_OVER, {"now": now}).scalars())


def next_wait_over(tx: Connection) -> datetime | None:
    """Return the earliest instant at which a wait ends by itself, or None."""
    found: datetime | None = tx.execute(_NEXT_WAIT_OVER).scalar()
    return found


def end_wait(tx: Connection, number: int, until: datetime) -> bool:
    """Claim the end of a wait; False when somebody else was faster, or it was given another end."""
    return tx.execute(_END_WAIT, {"of": number, "until": until}).rowcount == 1


def open_under(tx: Connection, contract: str) -> list[int]:
    """Return the tickets under a contract that are not closed."""
    return list(tx.execute(_UNDER, {"name": contract}).scalars())


def note_receipt(tx: Connection, ticket: int, email: str, known: bool, at: datetime) -> bool:
    """Claim the one receipt of a ticket; False when it has had one."""
    return _NOTE_RECEIPT.run(tx, {"ticket": ticket, "email": email, "known": known, "at": at}) is not None


def _columns(new: NewTicket) -> dict[str, Any]:
    return {
        "subject": new.subject,
        "state": new.state,
        "priority": new.priority,
        "mailbox": new.mailbox,
        "contract": new.contract,
        "contract_version": new.contract_version,
        "customer": new.customer,
        "language": new.language,
        "requester_email": new.requester.email,
        "requester_name": new.requester.name,
        "requester_key": new.requester.key,
        "received_at": new.received_at,
        "opened_at": new.opened_at,
        "first_message_id": new.first_message_id,
        "last_customer_message_id": new.last_customer_message_id,
        "thread_index": new.thread_index,
        "related": new.related,
        "reason": new.reason,
    }


def _participant(number: int, person: Participant) -> dict[str, Any]:
    return {"ticket": number, "email": person.email, "name": person.name, "role": person.role}


def _ticket(row: Row[Any], participants: Sequence[Participant]) -> Ticket:
    return Ticket(
        number=row.number,
        subject=row.subject,
        state=State(row.state),
        priority=Priority(row.priority),
        mailbox=row.mailbox,
        contract=row.contract,
        contract_version=row.contract_version,
        customer=row.customer,
        language=row.language,
        requester=Address(row.requester_name, row.requester_email),
        participants=tuple(participants),
        revision=row.revision,
        received_at=row.received_at,
        first_message_id=row.first_message_id,
        last_customer_message_id=row.last_customer_message_id,
        thread_index=row.thread_index,
        closed_at=row.closed_at,
        hold_alerts_until=row.hold_alerts_until,
        related=row.related,
        reason=row.reason,
        merged_into=row.merged_into,
        assignee=row.assignee,
        waiting_for=row.waiting_for,
        waiting_until=row.waiting_until,
    )
