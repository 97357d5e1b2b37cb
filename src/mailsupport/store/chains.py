"""Chains: where each stands, which steps fired, who was told and what became of it.

A step is claimed by its row in `firing` before its targets are resolved, and each person by a row in `told` (P4): whoever comes
second, after a crash or from another daemon, gets None or False and stops there. The sweep finds chains by `wake_at` alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select, tuple_, update

from mailsupport.core.guard import Cause, Chain, ChainState, Told
from mailsupport.store import ahead
from mailsupport.store.hot import Hot
from mailsupport.store.inserts import Upsert
from mailsupport.store.rows import ALERT, ToldRow
from mailsupport.store.schema import chain as table
from mailsupport.store.schema import firing, told
from mailsupport.store.schema import ticket as ticket_

FINAL_OUTCOMES = ("bounced", "auto_replied")
"""What the recipient's side said; nothing that a relay says afterwards takes its place."""

WAITING, CANCELLED = "waiting", "cancelled"
"""What is to go in a digest; and what was to go, and had lost its reason by then."""

_CHAIN = Hot(select(table).where(table.c.ticket == bindparam("of")))
_CHAINS = select(table).where(table.c.ticket.in_(bindparam("of", expanding=True)))
_SAVE = Upsert(
    table,
    ["ticket"],
    "ticket",
    changes=lambda new: {column.name: new[column.name] for column in table.columns if column.name != "ticket"},
)
_WAKING = (
    select(table.c.wake_at, table.c.ticket)
    .where(table.c.wake_at <= bindparam("now", type_=table.c.wake_at.type))
    .order_by(table.c.wake_at, table.c.ticket)
    .limit(bindparam("limit"))
)
_WAKING_AFTER = _WAKING.where(
    tuple_(table.c.wake_at, table.c.ticket) > tuple_(bindparam("at", type_=table.c.wake_at.type), bindparam("past"))
)
_NEXT_WAKE = select(table.c.wake_at).where(table.c.wake_at.is_not(None)).order_by(table.c.wake_at).limit(1)
_FIRE = Upsert(firing, ["ticket", "cause", "cycle", "round", "step"], "id")
_NEXT_CYCLE = select(func.coalesce(func.max(firing.c.cycle) + 1, 0)).where(
    firing.c.ticket == bindparam("of"), firing.c.cause == bindparam("why")
)
_TELL = Upsert(told, ["firing", "kind", "email"], "id")
_TELL_AGAIN = Upsert(
    told,
    ["firing", "kind", "email"],
    "id",
    changes=lambda new: {"outbox": new.outbox, "outcome": new.outcome, "at": new.at},
)
_ALERTS = (
    select(
        firing.c.ticket, told.c.person, told.c.email, firing.c.step, firing.c.round, told.c.at, told.c.outcome, firing.c.fired_at
    )
    .select_from(told)
    .join(firing, firing.c.id == told.c.firing)
    .where(told.c.kind == ALERT, told.c.outcome != CANCELLED)
    .where(firing.c.fired_at >= bindparam("since", type_=firing.c.fired_at.type))
    .order_by(told.c.id)
)
_ALERTED = _ALERTS.where(firing.c.ticket == bindparam("of"))
_ALERTED_OF = _ALERTS.where(firing.c.ticket.in_(bindparam("of", expanding=True)))
_OUTCOME = (
    update(told)
    .where(told.c.outbox == bindparam("mail"), told.c.email == bindparam("whose"), told.c.outcome != bindparam("new"))
    .where(or_(told.c.outcome.not_in(FINAL_OUTCOMES), bindparam("new", type_=told.c.outcome.type).in_(FINAL_OUTCOMES)))
    .values(outcome=bindparam("new"), at=bindparam("since"))
    .returning(told.c.firing)
)
_TICKETS_OF = select(firing.c.ticket, firing.c.id).where(firing.c.id.in_(bindparam("ids", expanding=True))).order_by(firing.c.id)
TOLD: tuple[ColumnElement[Any], ...] = (
    *(told.c[name] for name in ("id", "firing", "kind", "person", "email", "outbox", "outcome", "at")),
    *(firing.c[name] for name in ("cause", "cycle", "round", "step")),
)
"""The columns of a `ToldRow`, in its order."""

_TOLD_OF = Hot(
    select(*TOLD)
    .select_from(told)
    .join(firing, firing.c.id == told.c.firing)
    .where(
        or_(
            firing.c.ticket == bindparam("of"),
            firing.c.ticket.in_(select(ticket_.c.number).where(ticket_.c.merged_into == bindparam("of"))),
        )
    )
    .order_by(told.c.id)
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A step of a ticket's chain that is to fire, and why."""

    ticket: int
    cause: Cause
    cycle: int
    round: int
    step: int
    reason: str


_CLAIM = [field.name for field in fields(Claim)]


def chain(tx: Connection, ticket: int) -> Chain | None:
    """Return the chain of a ticket with everyone alerted since it was opened, or None when it never had one."""
    found = _CHAIN.first(tx, {"of": ticket})
    return None if found is None else _chain(found, tx.execute(_ALERTED, {"of": ticket, "since": found.opened_at}))


def chains(tx: Connection, tickets: Collection[int]) -> dict[int, Chain]:
    """Return the chains of those of the tickets that have one, by ticket."""
    found = tx.execute(_CHAINS, {"of": sorted(tickets)}).all() if tickets else []
    if not found:
        return {}
    alerted: dict[int, list[Any]] = {row.ticket: [] for row in found}
    for row in tx.execute(_ALERTED_OF, {"of": sorted(alerted), "since": min(row.opened_at for row in found)}):
        alerted[row.ticket].append(row)
    return {row.ticket: _chain(row, alerted[row.ticket]) for row in found}


def _chain(found: Any, alerted: Iterable[Any]) -> Chain:
    return Chain(
        ticket=found.ticket,
        state=ChainState(found.state),
        cause=Cause(found.cause),
        cycle=found.cycle,
        step=found.step,
        round=found.round,
        opened_at=found.opened_at,
        next_at=found.next_at,
        acknowledged_by=found.acknowledged_by,
        acknowledged_until=found.acknowledged_until,
        told=tuple(
            Told(row.person, row.email, row.step, row.round, row.at, row.outcome)
            for row in alerted
            if row.fired_at >= found.opened_at
        ),
    )


def save_chain(tx: Connection, chain: Chain) -> None:
    """Write where a chain stands; who was told is written by `tell` alone."""
    row = {column.name: getattr(chain, column.name) for column in table.columns if column.name != "wake_at"}
    _SAVE.soon(tx, chain.ticket, {**row, "wake_at": _wake_at(chain)})


def waking(tx: Connection, now: datetime, limit: int, after: tuple[datetime, int] | None = None) -> list[tuple[datetime, int]]:
    """Return since when, and of which ticket, a chain must be looked at, the longest overdue first; pages as `clocks.due`."""
    asked = {"now": now, "limit": limit}
    if after is None:
        return [(row.wake_at, row.ticket) for row in tx.execute(_WAKING, asked)]
    return [(row.wake_at, row.ticket) for row in tx.execute(_WAKING_AFTER, {**asked, "at": after[0], "past": after[1]})]


def next_wake(tx: Connection) -> datetime | None:
    """Return the earliest instant at which a chain must be looked at, or None."""
    found: datetime | None = tx.execute(_NEXT_WAKE).scalar()
    return found


def fire(tx: Connection, claims: Sequence[Claim], at: datetime) -> list[int | None]:
    """Claim steps of chains; return the firing of each, None where that step has fired (P4)."""
    return _FIRE.each(tx, [{**{name: getattr(claim, name) for name in _CLAIM}, "fired_at": at} for claim in claims])


def next_cycle(tx: Connection, ticket: int, cause: Cause) -> int:
    """Return the number under which steps of that cause have never fired: 0 for the first."""
    return int(tx.execute(_NEXT_CYCLE, {"of": ticket, "why": cause}).scalar_one())


def tell(tx: Connection, firing: int, kind: str, person: str, email: str, outbox: int | None, at: datetime) -> None:
    """Note that somebody is sent an alert, all_clear or stand_down for a firing, or waits for a digest (no `outbox`).

    A note that is there already stays as it is (P4).
    """
    _TELL.soon(tx, (firing, kind, email), _told(firing, kind, person, email, outbox, at))
    ahead.forget(tx, ahead.TOLD, ahead.known(tx, ahead.FIRED_FOR, firing))


def tell_again(tx: Connection, firing: int, kind: str, person: str, email: str, outbox: int | None, at: datetime) -> None:
    """Note the same in the place of an earlier note: an all-clear is owed again once its answer was found to have bounced."""
    _TELL_AGAIN.run(tx, _told(firing, kind, person, email, outbox, at))
    ahead.forget(tx, ahead.TOLD)


def note_outcome(tx: Connection, outbox: int, email: str, outcome: str, at: datetime) -> list[tuple[int, int]]:
    """Note what became of an outgoing mail at one recipient; return (ticket, firing) of each place where that is news."""
    ahead.forget(tx, ahead.TOLD)
    news = tx.execute(_OUTCOME, {"mail": outbox, "whose": email, "new": outcome, "since": at}).scalars().all()
    return [(row.ticket, row.id) for row in tx.execute(_TICKETS_OF, {"ids": news})] if news else []


def told_of(tx: Connection, ticket: int) -> list[ToldRow]:
    """Return everyone who was ever told anything about a ticket's chain, or that of a ticket merged into it, in order."""
    known: list[ToldRow] | None = ahead.known(tx, ahead.TOLD, ticket)
    return known if known is not None else [ToldRow(*row) for row in _TOLD_OF.rows(tx, {"of": ticket})]


def read_ahead(tx: Connection, firings: Mapping[int, int]) -> None:
    """Ask who was told anything of these tickets, each with the firing of which somebody will be told now."""
    tickets = list(firings)
    found = _TOLD_OF.each(tx, [{"of": ticket} for ticket in tickets])
    ahead.learn(tx, ahead.TOLD, {ticket: [ToldRow(*row) for row in rows] for ticket, rows in zip(tickets, found, strict=True)})
    ahead.learn(tx, ahead.FIRED_FOR, {firing: ticket for ticket, firing in firings.items()})


def _told(firing: int, kind: str, person: str, email: str, outbox: int | None, at: datetime) -> dict[str, Any]:
    outcome = WAITING if outbox is None else "queued"
    return {"firing": firing, "kind": kind, "person": person, "email": email, "outbox": outbox, "outcome": outcome, "at": at}


def _wake_at(chain: Chain) -> datetime | None:
    if chain.state is ChainState.ACKNOWLEDGED:
        return chain.acknowledged_until
    return None if chain.state is ChainState.RESOLVED else chain.next_at
