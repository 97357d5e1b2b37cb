"""Single remembered things: the outcome of a self-test, what the operator was told and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from mailsupport.store.hot import Hot
from mailsupport.store.inserts import Upsert
from mailsupport.store.schema import fact as table

RELAY = "relay"
"""The fact that says what the relay answers instead of taking mails, "" when all is well, and since when."""

SECOND_RELAY = "relay:fallback"
"""The same for the second relay."""

_FACT = Hot(select(table.c.value, table.c.at).where(table.c.name == bindparam("name")))
_SET = Upsert(table, ["name"], "name", changes=lambda new: {"value": new.value, "at": new.at})
_FIRST = Upsert(
    table,
    ["name"],
    "name",
    changes=lambda new: {"at": new.at},
    only_if=lambda _: table.c.at <= bindparam("past", type_=table.c.at.type),
)


def fact(tx: Connection, name: str) -> tuple[str, datetime] | None:
    """Return a remembered value and since when, or None."""
    found = _FACT.first(tx, {"name": name})
    return None if found is None else (found.value, found.at)


def set_fact(tx: Connection, name: str, value: str, at: datetime) -> None:
    """Remember a value, in the place of the one before."""
    _SET.soon(tx, name, {"name": name, "value": value, "at": at})


def first_time(tx: Connection, name: str, at: datetime, again_after: timedelta) -> bool:
    """Claim an occasion: True the first time, and again once `again_after` has passed since the last True."""
    return _FIRST.run(tx, {"name": name, "value": "", "at": at, "past": at - again_after}) is not None
