"""Holds: staff mails that were neither sent nor obeyed, and whose author was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from mailsupport.store.columns import in_order_of
from mailsupport.store.hot import Hot
from mailsupport.store.rows import HoldRow
from mailsupport.store.schema import hold as table

_HOLD = Hot(insert(table))
_OPEN = select(*in_order_of(HoldRow, table)).where(table.c.id == bindparam("hold"), table.c.state == "open")
_SETTLE = update(table).where(table.c.id == bindparam("hold"), table.c.state == "open").values(state=bindparam("to"))


def purpose(does: str, intent: str, choices: Sequence[str]) -> str:
    """Return what a hold remembers of its question: what any reply does, where the mail was sent, what may be chosen."""
    return " ".join((does or "-", intent or "-", *choices))


def asked(row: HoldRow) -> tuple[str, str, tuple[str, ...]]:
    """Return what a hold remembers of its question: the other way round."""
    does, intent, *choices = (*row.purpose.split(" "), "-")[:2] + tuple(row.purpose.split(" ")[2:])
    return does.strip("-"), intent.strip("-"), tuple(choices)


def hold(
    tx: Connection,
    *,
    mail: int,
    ticket: int | None,
    person: str,
    purpose: str,
    reason: str,
    at: datetime,
    until: datetime | None = None,
) -> int:
    """Hold a mail; return the hold's id. Raises Conflict when it is held already."""
    row = {"mail": mail, "ticket": ticket, "person": person, "purpose": purpose, "reason": reason}
    return _HOLD.insert(tx, {**row, "state": "open", "at": at, "until": until})


def open_hold(tx: Connection, id: int) -> HoldRow | None:
    """Return a hold that is still open, or None."""
    found = tx.execute(_OPEN, {"hold": id}).first()
    return None if found is None else HoldRow(*found)


def settle_hold(tx: Connection, id: int, state: str) -> bool:
    """Settle an open hold as confirmed or dropped; False when it was settled before."""
    return tx.execute(_SETTLE, {"hold": id, "to": state}).rowcount == 1
