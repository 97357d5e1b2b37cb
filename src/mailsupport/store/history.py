"""The log: everything that happened, appended and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from mailsupport.store.columns import in_order_of
from mailsupport.store.rows import LogRow
from mailsupport.store.schema import log as table

_LOG = insert(table)
_HISTORY = select(*in_order_of(LogRow, table)).where(table.c.ticket == bindparam("of")).order_by(table.c.id)


def log(tx: Connection, ticket: int | None, at: datetime, actor: str, event: str, data: Mapping[str, Any]) -> None:
    """Append one thing that happened, to a ticket or to the desk (None); `data` holds plain values, instants and sets."""
    tx.execute(_LOG, {"ticket": ticket, "at": at, "actor": actor, "event": event, "data": dict(data)})


def history(tx: Connection, ticket: int) -> list[LogRow]:
    """Return everything that happened to a ticket, oldest first."""
    return [LogRow(*row) for row in tx.execute(_HISTORY, {"of": ticket})]
