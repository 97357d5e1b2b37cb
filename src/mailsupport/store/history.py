"""The log: everything that happened, appended and never changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, text

from mailsupport.store import ahead, told
from mailsupport.store.behind import catch_up, later
from mailsupport.store.columns import in_order_of
from mailsupport.store.hot import Hot
from mailsupport.store.memory import OF_TURNS
from mailsupport.store.rows import LogRow
from mailsupport.store.schema import log as table

_LOG = Hot(insert(table))
_OF_TICKET = select(*in_order_of(LogRow, table)).where(table.c.ticket == bindparam("of"))
_HISTORY = _OF_TICKET.order_by(table.c.id)
_NEWEST = Hot(_OF_TICKET.order_by(table.c.id.desc()).limit(bindparam("limit")))
_TURNS_SINCE = (
    select(*in_order_of(LogRow, table))
    .where(text(f"({OF_TURNS})"), table.c.at >= bindparam("since", type_=table.c.at.type))
    .order_by(table.c.at, table.c.id)
)
_TURNS = _OF_TICKET.where(table.c.event.in_(bindparam("events", expanding=True))).order_by(table.c.id)

SHORT = 60
"""Lines of a history that is read ahead; of a longer one, only what is asked for."""


def log(tx: Connection, ticket: int | None, at: datetime, actor: str, event: str, data: Mapping[str, Any]) -> None:
    """Append one thing that happened, to a ticket or to the desk (None); `data` holds plain values, instants and sets."""
    later(tx, _LOG, [{"ticket": ticket, "at": at, "actor": actor, "event": event, "data": dict(data)}])
    told.tell(tx, event, ticket, actor, data)
    if ticket is not None:
        ahead.forget(tx, ahead.LINES, ticket)


def read_ahead(tx: Connection, tickets: Sequence[int]) -> None:
    """Ask for what happened to these tickets, so that `newest` knows it."""
    catch_up(tx, _LOG)
    found = _NEWEST.each(tx, [{"of": ticket, "limit": SHORT + 1} for ticket in tickets])
    short = {ticket: rows for ticket, rows in zip(tickets, found, strict=True) if len(rows) <= SHORT}
    ahead.learn(tx, ahead.LINES, {ticket: [LogRow(*row) for row in rows] for ticket, rows in short.items()})


def history(tx: Connection, ticket: int) -> list[LogRow]:
    """Return everything that happened to a ticket, oldest first."""
    catch_up(tx, _LOG)
    return [LogRow(*row) for row in tx.execute(_HISTORY, {"of": ticket})]


def newest(tx: Connection, ticket: int, events: Collection[str], limit: int) -> list[LogRow]:
    """Return the last things of these kinds that happened to a ticket, newest first."""
    known: list[LogRow] | None = ahead.known(tx, ahead.LINES, ticket)
    if known is not None:
        return [line for line in known if line.event in events][:limit]
    catch_up(tx, _LOG, lambda row: row["ticket"] == ticket and row["event"] in events)
    return [LogRow(*row) for row in _newest(frozenset(events)).rows(tx, {"of": ticket, "limit": limit})]


@cache
def _newest(events: frozenset[str]) -> Hot:
    """Make the statement that asks for these events, once."""
    wanted = or_(*(table.c.event == event for event in sorted(events)))
    return Hot(_OF_TICKET.where(wanted).order_by(table.c.id.desc()).limit(bindparam("limit")))


def lines_of(tx: Connection, ticket: int, events: Collection[str]) -> list[LogRow]:
    """Return everything of these kinds that happened to a ticket, oldest first."""
    catch_up(tx, _LOG)
    return [LogRow(*row) for row in tx.execute(_TURNS, {"of": ticket, "events": sorted(events)})]


def turns_since(tx: Connection, at: datetime) -> list[LogRow]:
    """Return every ticket that was dropped, and every answer given out of order, since then."""
    catch_up(tx, _LOG)
    return [LogRow(*row) for row in tx.execute(_TURNS_SINCE, {"since": at})]
