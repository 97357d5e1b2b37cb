"""Clocks: rows that say until when a promise must be kept; the sweep sleeps until the earliest of them.

Every change of state is a compare-and-set, so that two sweeps never lapse the same clock or tell the same threshold, and a lapse
is never undone. What is met late keeps its `lapsed_at`. Only what runs can lapse or warn: whatever ends a clock or pauses it
clears its `warn_at`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, null, select, text, tuple_, update

from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.store import ahead
from mailsupport.store.behind import numbered
from mailsupport.store.columns import in_order_of
from mailsupport.store.hot import Hot
from mailsupport.store.schema import LAPSED, RUNNING, WARNING, clock, ticket

MOST_MISSED = 5000
"""Lapses of everybody that are looked at to count those of one customer: what came before them is left out."""

_START = Hot(insert(clock))
_CLOCKS = select(*in_order_of(Clock, clock))
_OF_TICKET = Hot(_CLOCKS.where(clock.c.ticket == bindparam("of")).order_by(clock.c.started_at, clock.c.id))
_OF_TICKETS = _CLOCKS.where(clock.c.ticket.in_(bindparam("of", expanding=True))).order_by(clock.c.started_at, clock.c.id)
_RUNNING = _CLOCKS.where(clock.c.ticket == bindparam("of"), clock.c.kind == bindparam("which"), text(RUNNING))
_DUE = (
    _CLOCKS.where(text(RUNNING), clock.c.due_at <= bindparam("now", type_=clock.c.due_at.type))
    .order_by(clock.c.due_at, clock.c.id)
    .limit(bindparam("limit"))
)
_DUE_AFTER = _DUE.where(
    tuple_(clock.c.due_at, clock.c.id) > tuple_(bindparam("due", type_=clock.c.due_at.type), bindparam("past"))
)
_NEXT_DUE = select(clock.c.due_at).where(text(RUNNING)).order_by(clock.c.due_at).limit(1)
_WARNING = (
    _CLOCKS.where(text(WARNING), clock.c.warn_at <= bindparam("now", type_=clock.c.warn_at.type))
    .order_by(clock.c.warn_at, clock.c.id)
    .limit(bindparam("limit"))
)
_WARNING_AFTER = _WARNING.where(
    tuple_(clock.c.warn_at, clock.c.id) > tuple_(bindparam("at", type_=clock.c.warn_at.type), bindparam("past"))
)
_NEXT_WARNING = select(clock.c.warn_at).where(text(WARNING)).order_by(clock.c.warn_at).limit(1)
_UNMET = [state.value for state in (ClockState.RUNNING, ClockState.PAUSED, ClockState.LAPSED)]
_STOP = (
    update(clock)
    .where(clock.c.id == bindparam("clock"), clock.c.state.in_(_UNMET))
    .values(
        state=bindparam("to"),
        stopped_at=bindparam("at"),
        reason=clock.c.reason + bindparam("why"),
        warn_at=null(),
        lapsed_at=case((bindparam("to") == ClockState.MET_LATE.value, clock.c.due_at), else_=clock.c.lapsed_at),
    )
)
_LAPSE = Hot(
    update(clock)
    .where(clock.c.id == bindparam("clock"), clock.c.state == ClockState.RUNNING.value)
    .values(state=ClockState.LAPSED.value, lapsed_at=clock.c.due_at, detected_at=bindparam("detected"), warn_at=null())
    .returning(clock.c.id)
)
_MOVE = (
    update(clock)
    .where(clock.c.id == bindparam("clock"), clock.c.state == bindparam("was"))
    .values(
        state=bindparam("to"), due_at=bindparam("due"), warn_at=bindparam("warning"), reason=clock.c.reason + bindparam("why")
    )
)
_REVOKE = (
    update(clock)
    .where(clock.c.id == bindparam("clock"), clock.c.state.in_([ClockState.MET.value, ClockState.MET_LATE.value]))
    .values(state=ClockState.CANCELLED.value, reason=clock.c.reason + bindparam("why"))
)
_WARN = (
    update(clock)
    .where(clock.c.id == bindparam("clock"), clock.c.state == ClockState.RUNNING.value, clock.c.warned == bindparam("was"))
    .values(warned=bindparam("thresholds"), warn_at=bindparam("warning"))
)
_EXCUSE = (
    update(clock)
    .where(clock.c.id == bindparam("clock"), clock.c.lapsed_at.is_not(None), clock.c.excused == "")
    .values(excused=bindparam("words"))
)


_LAPSED = (
    select(clock.c.ticket)
    .where(
        text(LAPSED),
        clock.c.lapsed_at >= bindparam("since", type_=clock.c.lapsed_at.type),
        clock.c.kind != ClockKind.ESCALATION_CLOSE.value,
        clock.c.excused == "",
    )
    .order_by(clock.c.lapsed_at.desc())
    .limit(MOST_MISSED)
    .subquery()
)
_MISSED = (
    select(func.count())
    .select_from(_LAPSED.join(ticket, ticket.c.number == _LAPSED.c.ticket))
    .where(ticket.c.customer == bindparam("whose", type_=ticket.c.customer.type))
)
_MISSED_OF_EACH = Hot(
    select(ticket.c.customer, func.count().label("missed"))
    .select_from(_LAPSED.join(ticket, ticket.c.number == _LAPSED.c.ticket))
    .group_by(ticket.c.customer)
)


def start_clock(
    tx: Connection,
    ticket: int,
    kind: ClockKind,
    cycle: int,
    started_at: datetime,
    due_at: datetime,
    reason: str,
    warn_at: datetime | None = None,
    state: ClockState = ClockState.RUNNING,
) -> int:
    """Start a cycle of a clock, running or paused; return its id. Raises Conflict when that cycle was started before."""
    values = {"ticket": ticket, "kind": kind, "cycle": cycle, "started_at": started_at, "due_at": due_at}
    return numbered(tx, _START, clock, {**values, "state": state, "reason": reason, "warn_at": warn_at})


def clocks_of(tx: Connection, ticket: int) -> list[Clock]:
    """Return every cycle of every clock of a ticket, oldest first."""
    return [_clock(row) for row in _OF_TICKET.rows(tx, {"of": ticket})]


def clocks_of_all(tx: Connection, tickets: Collection[int]) -> dict[int, tuple[Clock, ...]]:
    """Return the same of several tickets, by ticket; one without a clock has an empty entry."""
    found: dict[int, list[Clock]] = {number: [] for number in tickets}
    for row in tx.execute(_OF_TICKETS, {"of": sorted(found)}) if found else ():
        one = _clock(row)
        found[one.ticket].append(one)
    return {number: tuple(ones) for number, ones in found.items()}


def missed(tx: Connection, customer: str, since: datetime) -> int:
    """Return how many promises to a customer were not kept in time since then, but for those that were excused."""
    known = ahead.known(tx, ahead.MISSED, since)
    return known[customer] if known is not None else int(tx.execute(_MISSED, {"whose": customer, "since": since}).scalar_one())


def read_ahead(tx: Connection, since: datetime) -> None:
    """Count the same for every customer, so that `missed` knows it: lapses are looked through once for many letters."""
    found = _MISSED_OF_EACH.rows(tx, {"since": since})
    ahead.learn(tx, ahead.MISSED, {since: Counter({row.customer: row.missed for row in found})})


def running(tx: Connection, ticket: int, kind: ClockKind) -> Clock | None:
    """Return the cycle of a clock that runs, or None; a lapsed one runs no longer."""
    found = tx.execute(_RUNNING, {"of": ticket, "which": kind}).first()
    return None if found is None else _clock(found)


def stop_clock(tx: Connection, id: int, at: datetime, state: ClockState, reason: str) -> bool:
    """Stop a clock that waits in that state, adding the reason to its arithmetic; False when it was stopped before.

    What is met late has lapsed when it was due, whether a sweep came in between or not.
    """
    ahead.forget(tx, ahead.MISSED)
    return tx.execute(_STOP, {"clock": id, "to": state, "at": at, "why": f"; {reason}"}).rowcount == 1


def lapse(tx: Connection, ids: Iterable[int], detected_at: datetime) -> set[int]:
    """Let running clocks lapse at their due instants, noticed at `detected_at`; return those that did run."""
    ahead.forget(tx, ahead.MISSED)
    lapsed = _LAPSE.each(tx, [{"clock": id, "detected": detected_at} for id in ids])
    return {row.id for rows in lapsed for row in rows}


def move(tx: Connection, before: Clock, state: ClockState, due_at: datetime, warn_at: datetime | None, reason: str) -> bool:
    """Pause a clock, let it go on, or give it another deadline; False when its state is no longer as it was `before`."""
    values = {"clock": before.id, "was": before.state, "to": state, "due": due_at, "warning": warn_at, "why": f"; {reason}"}
    return tx.execute(_MOVE, values).rowcount == 1


def revoke(tx: Connection, id: int, reason: str) -> bool:
    """Make a cycle that was met void; False when it was not met."""
    return tx.execute(_REVOKE, {"clock": id, "why": f"; {reason}"}).rowcount == 1


def warn(tx: Connection, before: Clock, warned: int, warn_at: datetime | None) -> bool:
    """Claim the thresholds of a running clock up to `warned`; False when somebody else was faster, or it runs no longer."""
    values = {"clock": before.id, "was": before.warned, "thresholds": warned, "warning": warn_at}
    return tx.execute(_WARN, values).rowcount == 1


def excuse(tx: Connection, id: int, words: str) -> bool:
    """Note by whom and why a lapse was excused; False when there is no lapse, or it was excused before."""
    ahead.forget(tx, ahead.MISSED)
    return tx.execute(_EXCUSE, {"clock": id, "words": words}).rowcount == 1


def warning(tx: Connection, now: datetime, limit: int, after: Clock | None = None) -> list[Clock]:
    """Return running clocks that are to be warned of by now, in order; some may be due already. Pages as `due`."""
    if after is None:
        return [_clock(row) for row in tx.execute(_WARNING, {"now": now, "limit": limit})]
    asked = {"now": now, "limit": limit, "at": after.warn_at, "past": after.id}
    return [_clock(row) for row in tx.execute(_WARNING_AFTER, asked)]


def next_warning(tx: Connection) -> datetime | None:
    """Return the earliest instant at which somebody is to be warned, or None."""
    found: datetime | None = tx.execute(_NEXT_WARNING).scalar()
    return found


def due(tx: Connection, now: datetime, limit: int, after: Clock | None = None) -> list[Clock]:
    """Return running clocks that are due by now, the longest overdue first; the next page is what comes `after` the last."""
    if after is None:
        return [_clock(row) for row in tx.execute(_DUE, {"now": now, "limit": limit})]
    asked = {"now": now, "limit": limit, "due": after.due_at, "past": after.id}
    return [_clock(row) for row in tx.execute(_DUE_AFTER, asked)]


def next_due(tx: Connection) -> datetime | None:
    """Return the earliest instant at which a running clock is due, or None."""
    found: datetime | None = tx.execute(_NEXT_DUE).scalar()
    return found


def _clock(row: Any) -> Clock:
    id, ticket, kind, cycle, started_at, due_at, state, *rest = row
    return Clock(id, ticket, ClockKind(kind), cycle, started_at, due_at, ClockState(state), *rest)
