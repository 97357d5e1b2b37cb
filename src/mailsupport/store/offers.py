"""Offers: whose turn it was to answer a ticket, until when, and what they did; and answers given before older ones.

A round asks each person once (unique ticket, person, round). An offer ends by compare-and-set: of a reply, a command and the
sweep, one is first. What was given without asking is a row too, so that turns are counted alike.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, or_, select, text, update

from mailsupport.core.deciding.assignment import Overdue
from mailsupport.core.guard import ClockKind, ClockState
from mailsupport.core.model import State
from mailsupport.store import ahead
from mailsupport.store.answers import IS_ANSWER
from mailsupport.store.columns import in_order_of
from mailsupport.store.hot import Hot
from mailsupport.store.inserts import Upsert
from mailsupport.store.schema import BY_US, LOADED, NOT_CLOSED, OFFERED, clock, mail, ticket
from mailsupport.store.schema import offer as table

OPEN, GIVEN, DROPPED = "open", "given", "dropped"
"""What a turn begins with: an offer, a ticket given unasked, or one that somebody gave back and is not asked about again."""

TAKEN, PASSED, EXPIRED, OVER = "taken", "passed", "expired", "over"
"""How an offer ends; over: somebody else was faster, or the ticket needs nobody any more."""

MOST_PASSED_OVER = 200
"""Tickets due before that are looked at for one answer."""


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A turn of somebody's."""

    id: int
    ticket: int
    round: int
    person: str
    offered_at: datetime
    until: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Turns:
    """What the rows say of a person: the number of their last turn (0: none), and how many tickets of theirs wait for us."""

    last: int
    load: int


_ROWS = select(*in_order_of(OfferRow, table))
_MAKE = Upsert(table, ["ticket", "person", "round"], "id")
_OF_TICKET = Hot(_ROWS.where(table.c.ticket == bindparam("of")).order_by(table.c.id))
_OF_PERSON = _ROWS.where(table.c.person == bindparam("whose"), text(OFFERED)).order_by(table.c.id)
_ALL_OPEN = _ROWS.where(text(OFFERED)).order_by(table.c.until)
_DUE = _ROWS.where(text(OFFERED), table.c.until <= bindparam("now", type_=table.c.until.type)).order_by(table.c.until, table.c.id)
_NEXT = select(table.c.until).where(text(OFFERED)).order_by(table.c.until).limit(1)
_END = Hot(
    update(table)
    .where(table.c.id == bindparam("offer"), text(OFFERED))
    .values(state=bindparam("to"), ended_at=bindparam("at", type_=table.c.ended_at.type))
)
_TURNS = Hot(
    select(
        select(func.coalesce(func.max(table.c.id), 0))
        .where(table.c.person == bindparam("whose", type_=table.c.person.type))
        .scalar_subquery(),
        select(func.count())
        .where(ticket.c.assignee == bindparam("whose", type_=ticket.c.assignee.type), text(LOADED), ticket.c.waiting_for == "")
        .select_from(ticket)
        .scalar_subquery(),
        select(func.count())
        .where(table.c.person == bindparam("whose", type_=table.c.person.type), text(OFFERED))
        .select_from(table)
        .scalar_subquery(),
    )
)
_HELD = (
    select(ticket.c.number)
    .where(ticket.c.assignee == bindparam("whose", type_=ticket.c.assignee.type), text(LOADED), ticket.c.waiting_for == "")
    .order_by(ticket.c.number)
    .limit(bindparam("limit"))
)
_ELSEWHERE = exists().where(
    table.c.ticket == clock.c.ticket,
    table.c.state == OPEN,
    table.c.person != bindparam("whose", type_=table.c.person.type),
)
_OVERDUE = Hot(
    select(clock.c.ticket, ticket.c.contract, ticket.c.mailbox)
    .join(ticket, ticket.c.number == clock.c.ticket)
    .where(
        clock.c.stopped_at.is_(None),
        clock.c.due_at < bindparam("due", type_=clock.c.due_at.type),
        clock.c.due_at > bindparam("since", type_=clock.c.due_at.type),
        or_(clock.c.kind == ClockKind.FIRST_RESPONSE.value, clock.c.kind == ClockKind.NEXT_RESPONSE.value),
        or_(clock.c.state == ClockState.RUNNING.value, clock.c.state == ClockState.LAPSED.value),
        or_(ticket.c.state == State.NEW.value, ticket.c.state == State.OPEN.value),
        or_(ticket.c.assignee == "", ticket.c.assignee == bindparam("whose", type_=ticket.c.assignee.type)),
        ticket.c.waiting_for == "",
        ticket.c.number != bindparam("but", type_=ticket.c.number.type),
        ~_ELSEWHERE,
    )
    .order_by(clock.c.due_at)
    .limit(bindparam("limit"))
)
_OUTCOMES = (
    select(table.c.person, table.c.state, func.count())
    .where(table.c.offered_at >= bindparam("since", type_=table.c.offered_at.type))
    .group_by(table.c.person, table.c.state)
)
_UNCLAIMED = (
    select(ticket.c.number, ticket.c.received_at)
    .where(
        text(NOT_CLOSED),
        or_(ticket.c.state == State.NEW.value, ticket.c.state == State.OPEN.value),
        ticket.c.assignee == "",
        ticket.c.waiting_for == "",
    )
    .order_by(ticket.c.number)
    .limit(1)
)
_ANSWERS = (
    select(mail.c.person, func.count())
    .where(IS_ANSWER, text(f"mail.{BY_US}"), mail.c.received_at >= bindparam("since", type_=mail.c.received_at.type))
    .group_by(mail.c.person)
)


def make(tx: Connection, ticket: int, round: int, person: str, at: datetime, until: datetime, state: str = OPEN) -> bool:
    """Write down a turn of somebody's; False when that round has asked them already."""
    ahead.forget(tx, ahead.TURNS)
    row = {"ticket": ticket, "round": round, "person": person, "offered_at": at, "until": until, "state": state}
    return _MAKE.run(tx, row | {"ended_at": None if state == OPEN else at}) is not None


def of_ticket(tx: Connection, ticket: int) -> list[OfferRow]:
    """Return every turn that somebody had with a ticket, in order."""
    return [OfferRow(*row) for row in _OF_TICKET.rows(tx, {"of": ticket})]


def open_of(tx: Connection, ticket: int) -> OfferRow | None:
    """Return the offer of a ticket that is open, or None."""
    return next((row for row in of_ticket(tx, ticket) if row.state == OPEN), None)


def open_to(tx: Connection, person: str) -> list[OfferRow]:
    """Return what is offered to somebody."""
    return [OfferRow(*row) for row in tx.execute(_OF_PERSON, {"whose": person})]


def all_open(tx: Connection) -> list[OfferRow]:
    """Return every offer that is open, what ends first first."""
    return [OfferRow(*row) for row in tx.execute(_ALL_OPEN)]


def due(tx: Connection, now: datetime) -> list[OfferRow]:
    """Return the open offers whose time is over, the longest ago first."""
    return [OfferRow(*row) for row in tx.execute(_DUE, {"now": now})]


def next_until(tx: Connection) -> datetime | None:
    """Return the earliest instant at which an offer ends by itself, or None."""
    found: datetime | None = tx.execute(_NEXT).scalar()
    return found


def end(tx: Connection, id: int, state: str, at: datetime) -> bool:
    """End an open offer; False when it is not open any more."""
    ahead.forget(tx, ahead.TURNS)
    return _END.change(tx, {"offer": id, "to": state, "at": at}) == 1


def turns(tx: Connection, person: str) -> Turns:
    """Return when somebody had their last turn, and how many tickets they have or are offered that wait for us."""
    known: Turns | None = ahead.known(tx, ahead.TURNS, person)
    return known or _turns(_TURNS.rows(tx, {"whose": person}))


def read_ahead(tx: Connection, people: Collection[str]) -> None:
    """Ask the same of these people, so that `turns` knows it."""
    found = _TURNS.each(tx, [{"whose": person} for person in people])
    ahead.learn(tx, ahead.TURNS, {person: _turns(rows) for person, rows in zip(people, found, strict=True)})


def _turns(found: Sequence[Any]) -> Turns:
    last, assigned, offered = found[0]
    return Turns(last, assigned + offered)


def held(tx: Connection, person: str, limit: int) -> list[int]:
    """Return the tickets of somebody's that wait for us."""
    return list(tx.execute(_HELD, {"whose": person, "limit": limit}).scalars())


def overdue(tx: Connection, person: str, but: int, due: datetime, since: datetime) -> list[Overdue]:
    """Return what was due between those instants, still waits for an answer, and is that person's or nobody's."""
    asked: dict[str, Any] = {"whose": person, "but": but, "due": due, "since": since, "limit": MOST_PASSED_OVER}
    return [Overdue(row.ticket, row.contract, row.mailbox) for row in _OVERDUE.rows(tx, asked)]


def outcomes(tx: Connection, since: datetime) -> dict[tuple[str, str], int]:
    """Return how many turns of each person came to each end since then."""
    return {(person, state): count for person, state, count in tx.execute(_OUTCOMES, {"since": since})}


def oldest_unclaimed(tx: Connection) -> tuple[int, datetime] | None:
    """Return the first ticket that waits for us and that nobody has taken, and when it came; None when there is none."""
    found = tx.execute(_UNCLAIMED).first()
    return (int(found.number), found.received_at) if found is not None else None


def answers(tx: Connection, since: datetime) -> dict[str, int]:
    """Return how many answers each of us has written since then."""
    return {row.person: int(row[1]) for row in tx.execute(_ANSWERS, {"since": since})}
