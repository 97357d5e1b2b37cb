"""What a person looking at the whole desk asks: how much is open, and which steps of a chain fired why.

Rules: only questions, each one query; what a sweep or a pass asks too stands in the module of its table.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select, text

from mailsupport.store.columns import in_order_of
from mailsupport.store.rows import FiringRow
from mailsupport.store.schema import NOT_CLOSED, firing, ticket

_OPEN = select(func.count()).select_from(ticket).where(text(NOT_CLOSED))
_FIRINGS = select(*in_order_of(FiringRow, firing)).where(firing.c.ticket == bindparam("of")).order_by(firing.c.id)


def open_tickets(tx: Connection) -> int:
    """Return how many tickets are not closed."""
    return int(tx.execute(_OPEN).scalar_one())


def firings_of(tx: Connection, ticket: int) -> list[FiringRow]:
    """Return every step that fired on a ticket, with the reason why it did then, in order."""
    return [FiringRow(*row) for row in tx.execute(_FIRINGS, {"of": ticket})]
