"""Leases: which of several daemons may do a thing, for how long, and the fence that betrays one who slept past its lease.

Instants are those of `daemons.present`. A holder renews inside the transaction that the lease allows: the row stays locked until
that ends, so that nobody takes the lease between the check and the commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2s

from sqlalchemy import BigInteger, Connection, bindparam, func, select, update

from mailsupport.store.hot import Hot
from mailsupport.store.inserts import Upsert
from mailsupport.store.schema import lease as table

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""When a lease ended that was given back."""

_TAKE = Upsert(
    table,
    ["name"],
    "fence",
    changes=lambda new: {"holder": new.holder, "until": new.until, "fence": table.c.fence + 1},
    only_if=lambda new: (table.c.until <= bindparam("now", type_=table.c.until.type)) | (table.c.holder == new.holder),
)
_UNTIL = (
    update(table)
    .where(table.c.name == bindparam("called"), table.c.holder == bindparam("by"), table.c.fence == bindparam("number"))
    .values(until=bindparam("to"))
)
_ALONE = Hot(select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger))))
_ALONE_NOW = Hot(select(func.pg_try_advisory_xact_lock(bindparam("key", type_=BigInteger))))
_HELD = select(table.c.holder, table.c.until).where(table.c.name == bindparam("called"))
# What is locked is being used by a transaction of the holder's own, or taken by somebody: neither is waited for.
_STILL = (table.c.holder == bindparam("by")) & (table.c.until > LONG_AGO)
_RENEW = (
    update(table)
    .where(table.c.name.in_(select(table.c.name).where(_STILL).with_for_update(skip_locked=True)))
    .values(until=bindparam("to"))
)
_FENCES = select(table.c.name, table.c.fence).where(_STILL)


def take_lease(tx: Connection, name: str, holder: str, now: datetime, seconds: float) -> int | None:
    """Take a lease that is free, run out, or ours; return its fence, or None while another holds it."""
    held = tx.execute(_HELD, {"called": name}).first()
    if held is not None and held.holder != holder and held.until > now:
        return None  # asked first without waiting: its holder has the row locked while it writes
    row = {"name": name, "holder": holder, "fence": 1, "until": now + timedelta(seconds=seconds), "now": now}
    fence: int | None = _TAKE.run(tx, row)
    return fence


def renew_lease(tx: Connection, name: str, holder: str, fence: int, now: datetime, seconds: float) -> bool:
    """Hold a lease for `seconds` from now; False when somebody took it meanwhile."""
    asked = {"called": name, "by": holder, "number": fence, "to": now + timedelta(seconds=seconds)}
    return tx.execute(_UNTIL, asked).rowcount == 1


def renew_all(tx: Connection, holder: str, now: datetime, seconds: float) -> dict[str, int]:
    """Hold every lease of a holder for `seconds` from now; return name and fence of each that is still its own."""
    tx.execute(_RENEW, {"by": holder, "to": now + timedelta(seconds=seconds)})
    return {row.name: row.fence for row in tx.execute(_FENCES, {"by": holder})}


def one_at_a_time(tx: Connection, what: str, wait: bool = True) -> bool:
    """Let one transaction at a time do a thing, until it ends; without `wait`, False while another does it.

    On SQLite a writer is alone, and nothing is asked.
    """
    if tx.dialect.name != "postgresql":
        return True
    if wait:
        _ALONE.rows(tx, _key(what))
        return True
    return bool(_ALONE_NOW.value(tx, _key(what)))


def each_at_a_time(tx: Connection, things: Iterable[str]) -> None:
    """Let one transaction at a time do each of these things, until it ends; they are waited for in an order of their own."""
    if tx.dialect.name == "postgresql":
        _ALONE.each(tx, sorted(map(_key, set(things)), key=lambda asked: asked["key"]))


def _key(what: str) -> dict[str, int]:
    return {"key": int.from_bytes(blake2s(what.encode(), digest_size=8).digest(), "big", signed=True)}


def drop_lease(tx: Connection, name: str, holder: str, fence: int) -> None:
    """Give a lease back, so that another need not wait for its end; the fence goes on counting."""
    tx.execute(_UNTIL, {"called": name, "by": holder, "number": fence, "to": LONG_AGO})


def drop_all(tx: Connection, holder: str) -> None:
    """Free every lease of a holder that is dead."""
    tx.execute(update(table).where(table.c.holder == holder, table.c.until > LONG_AGO).values(until=LONG_AGO))


def held_by(tx: Connection, holder: str) -> list[str]:
    """Return the names of what somebody holds."""
    return sorted(tx.execute(select(table.c.name).where(_STILL), {"by": holder}).scalars())


def holder_of(tx: Connection, name: str) -> str:
    """Return who took a lease last, or ""."""
    held = tx.execute(_HELD, {"called": name}).first()
    return "" if held is None else str(held.holder)
