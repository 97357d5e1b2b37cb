"""Digests: who waits for one, when they were last mailed, and which tickets a mail of ours told of.

A person who was told at a firing and gets no mail of their own has a row in `told` that waits. The rows that wait are found by a
partial index alone, so that asking costs what is left to do. When somebody was mailed is one fact for each kind and address:
whoever reads it to change it has taken their turn before (`app.turns`), so that of two daemons only one mails somebody first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, exists, select, text, update

from mailsupport.store import ahead, facts
from mailsupport.store.chains import CANCELLED, TOLD
from mailsupport.store.hot import Hot
from mailsupport.store.rows import ToldRow
from mailsupport.store.schema import UNSENT, chain, clock, fact, firing, told

AT_ONCE = 500
"""Rows changed by one statement: a database bounds the values of a statement."""


@dataclass(frozen=True, slots=True)
class DigestRow(ToldRow):
    """One ticket of a mail, or of one to come: the step that fired and why, its deadline, and how its chain stands (or None)."""

    ticket: int
    fired_at: datetime
    reason: str
    due_at: datetime | None
    chain: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """When mails of a kind went to somebody lately, and whether something waits for a digest to them."""

    sent: tuple[datetime, ...]
    waits: bool


_ROWS: Select[Any] = (
    select(*TOLD, firing.c.ticket, firing.c.fired_at, firing.c.reason, clock.c.due_at, chain.c.state)
    .select_from(told)
    .join(firing, firing.c.id == told.c.firing)
    .outerjoin(chain, chain.c.ticket == firing.c.ticket)
    .outerjoin(clock, and_(clock.c.ticket == firing.c.ticket, clock.c.kind == firing.c.cause, clock.c.cycle == firing.c.cycle))
    .order_by(told.c.id)
)
_UNSENT = text(UNSENT)
_WAITING = _ROWS.where(_UNSENT, told.c.email == bindparam("whose"), told.c.kind == bindparam("which"))
_WAITING_HELD = _WAITING.with_for_update(of=told, skip_locked=True)
_OF_MAIL = _ROWS.where(told.c.outbox == bindparam("mail"))
_WAITS = exists().where(_UNSENT, told.c.email == bindparam("whose"), told.c.kind == bindparam("which"))
_WHO = select(told.c.email, told.c.kind).where(_UNSENT).group_by(told.c.email, told.c.kind)
_MAIL_OF = select(told.c.outbox).where(told.c.id == bindparam("row"))
_SINCE = select(told.c.kind, told.c.email, told.c.at).where(_UNSENT, told.c.at <= bindparam("past", type_=told.c.at.type))
_MAILED = select(fact.c.value).where(fact.c.name == bindparam("name"))
_TURN = Hot(
    select(
        select(fact.c.value).where(fact.c.name == bindparam("name", type_=fact.c.name.type)).scalar_subquery().label("said"),
        _WAITS.label("waits"),
    )
)
_TICKETS = (
    select(firing.c.ticket)
    .join(told, told.c.firing == firing.c.id)
    .where(told.c.outbox.in_(bindparam("mails", expanding=True)))
    .distinct()
)
_SENT = (
    update(told)
    .where(told.c.id.in_(bindparam("rows", expanding=True)))
    .values(outbox=bindparam("mail"), outcome="queued", at=bindparam("since"))
)
_CANCEL = (
    update(told).where(told.c.id.in_(bindparam("rows", expanding=True)), _UNSENT).values(outcome=CANCELLED, at=bindparam("since"))
)
_CANCEL_MAIL = (
    update(told)
    .where(told.c.outbox == bindparam("mail"), told.c.outcome.in_(["queued", "deferred"]))
    .values(outcome=CANCELLED, at=bindparam("since"))
)


def mailed(tx: Connection, kind: str, email: str) -> tuple[datetime, ...]:
    """Return when mails of that kind went to an address lately."""
    found = tx.execute(_MAILED, {"name": _name(kind, email)}).scalar()
    return _instants(found)


def note_mailed(tx: Connection, kind: str, email: str, sent: Sequence[datetime], at: datetime) -> None:
    """Note when mails of that kind went to an address lately, all of them."""
    facts.set_fact(tx, _name(kind, email), json.dumps([one.isoformat() for one in sent]), at)


def turns(tx: Connection, kind: str, emails: Sequence[str]) -> list[Turn]:
    """Return for each address when mails of that kind went to it lately, and whether something waits for a digest to it."""
    asked = [{"name": _name(kind, email), "whose": email, "which": kind} for email in emails]
    return [Turn(_instants(rows[0].said), bool(rows[0].waits)) for rows in _TURN.each(tx, asked)]


def who_waits(tx: Connection) -> list[tuple[str, str]]:
    """Return (kind, address) of everybody for whom something waits, alerts first."""
    return sorted((row.kind, row.email) for row in tx.execute(_WHO))


def waiting(tx: Connection, kind: str, email: str) -> list[DigestRow]:
    """Return what waits for a digest to that address, in the order in which it fired, and keep others from sending it."""
    return [DigestRow(*row) for row in tx.execute(_WAITING_HELD, {"whose": email, "which": kind})]


def waiting_since(tx: Connection, past: datetime, limit: int) -> list[tuple[str, str, datetime]]:
    """Return (kind, address, since when) of what has waited since that instant or longer."""
    return [(row.kind, row.email, row.at) for row in tx.execute(_SINCE.limit(limit), {"past": past})]


def sent(tx: Connection, rows: Collection[int], outbox: int, at: datetime) -> None:
    """Note that what waited goes in that mail."""
    ahead.forget(tx, ahead.TOLD)
    for some in _parts(rows):
        tx.execute(_SENT, {"rows": some, "mail": outbox, "since": at})


def cancel(tx: Connection, rows: Collection[int], at: datetime) -> None:
    """Note that what waited has lost its reason, and will not go."""
    ahead.forget(tx, ahead.TOLD)
    for some in _parts(rows):
        tx.execute(_CANCEL, {"rows": some, "since": at})


def cancel_mail(tx: Connection, outbox: int, at: datetime) -> None:
    """Note that nobody is told by a mail that was taken back."""
    ahead.forget(tx, ahead.TOLD)
    tx.execute(_CANCEL_MAIL, {"mail": outbox, "since": at})


def of_mail(tx: Connection, outbox: int) -> list[DigestRow]:
    """Return what an outgoing mail told: one row for a single alert, one a ticket for a digest, in their order."""
    return [DigestRow(*row) for row in tx.execute(_OF_MAIL, {"mail": outbox})]


def tickets_of(tx: Connection, outgoing: Collection[int]) -> set[int]:
    """Return the tickets of these outgoing mails, if they are alerts or all-clears."""
    return set(tx.execute(_TICKETS, {"mails": list(outgoing)}).scalars()) if outgoing else set()


def mail_of(tx: Connection, row: int) -> int | None:
    """Return the outgoing mail by which that row was told, or None."""
    found: int | None = tx.execute(_MAIL_OF, {"row": row}).scalar()
    return found


def _parts(rows: Collection[int]) -> Iterator[list[int]]:
    whole = list(rows)
    return (whole[start : start + AT_ONCE] for start in range(0, len(whole), AT_ONCE))


def _instants(said: str | None) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(at) for at in json.loads(said)) if said else ()


def _name(kind: str, email: str) -> str:
    return f"mailed:{kind}:{email}"
