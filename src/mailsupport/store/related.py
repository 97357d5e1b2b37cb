"""Which other requests does a customer have with us?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select, text

from mailsupport.store.hot import Hot
from mailsupport.store.schema import OF_CUSTOMER
from mailsupport.store.schema import ticket as table

_OTHERS = Hot(
    select(table.c.number, table.c.subject, table.c.state, table.c.received_at)
    .where(text(OF_CUSTOMER), table.c.customer == bindparam("customer"), table.c.number != bindparam("but"))
    .order_by(table.c.number.desc())
    .limit(bindparam("limit"))
)


def open_tickets(tx: Connection, customer: str, but: int, limit: int) -> list[Any]:
    """Return number, subject, state and received_at of a customer's open tickets, the newest first, without the ticket `but`."""
    return _OTHERS.rows(tx, {"customer": customer, "but": but, "limit": limit}) if customer else []
