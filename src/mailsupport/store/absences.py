"""Absences that people told by mail, or whose mail systems did; the settings hold the rest (`Desk.absences`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from mailsupport.core.desk import Absence
from mailsupport.store.schema import absence as table

_NOTE = insert(table)
_HELD = (
    select(table.c.person, table.c.start_at, table.c.end_at, table.c.deputy)
    .where(table.c.end_at > bindparam("now", type_=table.c.end_at.type))
    .order_by(table.c.said_at.desc(), table.c.id.desc())
)
_CUT = (
    update(table)
    .where(table.c.person == bindparam("whose"), table.c.start_at < bindparam("at", type_=table.c.start_at.type))
    .where(table.c.end_at > bindparam("at", type_=table.c.end_at.type))
    .values(end_at=bindparam("at", type_=table.c.end_at.type))
)
_FORGET = delete(table).where(
    table.c.person == bindparam("whose"), table.c.start_at >= bindparam("at", type_=table.c.start_at.type)
)


def note(tx: Connection, absence: Absence, source: str, at: datetime) -> None:
    """Remember an absence, in the place of what that person said before of the time from then on."""
    end(tx, absence.person, absence.start)
    row = {"person": absence.person, "start_at": absence.start, "end_at": absence.end, "deputy": absence.deputy}
    tx.execute(_NOTE, {**row, "source": source, "said_at": at})


def end(tx: Connection, person: str, at: datetime) -> bool:
    """End what that person said of being away: from `at` on they are back. Whether anything changed."""
    cut = tx.execute(_CUT, {"whose": person, "at": at}).rowcount
    return bool(cut + tx.execute(_FORGET, {"whose": person, "at": at}).rowcount)


def from_now_on(tx: Connection, now: datetime) -> list[Absence]:
    """Return the absences that are not over, what was said last first."""
    return [Absence(*row) for row in tx.execute(_HELD, {"now": now})]
