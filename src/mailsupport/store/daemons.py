"""Which daemons are there, and when was each last heard of?

A daemon writes its row when it begins and renews it every few seconds; it takes the row away when it ends. One whose `until`
has passed is dead, or slept: what it had claimed is free. Times are the database server's on PostgreSQL (`present`), one clock
for all machines, so that neither a wrong clock nor a jumping one makes a living daemon look dead.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from mailsupport.store.columns import in_order_of
from mailsupport.store.inserts import Upsert
from mailsupport.store.schema import daemon as table


@dataclass(frozen=True, slots=True)
class DaemonRow:
    """A daemon: where it runs, the fingerprint of its key, its last heartbeat, and until when it counts as alive (UTC).

    Two of the same `place`, unless that is empty, may ask the system for each other's process.
    """

    id: str
    host: str
    pid: int
    place: str
    key: str
    started_at: datetime
    beat_at: datetime
    until: datetime


_KNOWN = select(*in_order_of(DaemonRow, table)).order_by(table.c.started_at, table.c.id)
_BEAT = Upsert(table, ["id"], "id", changes=lambda new: {"beat_at": new.beat_at, "until": new.until})
_CLOCK = select(func.clock_timestamp())


def present(tx: Connection, now: datetime) -> datetime:
    """Return the instant that leases are measured by: the server's on PostgreSQL, `now` where we are alone."""
    if tx.dialect.name != "postgresql":
        return now
    told: datetime = tx.execute(_CLOCK).scalar_one()
    return told.astimezone(UTC)


def beat(tx: Connection, row: DaemonRow, at: datetime, seconds: float) -> None:
    """Say that a daemon is alive for `seconds` from `at`; its row is made when it is missing."""
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    _BEAT.run(tx, {**values, "beat_at": at, "until": at + timedelta(seconds=seconds)})


def known(tx: Connection) -> list[DaemonRow]:
    """Return every daemon that did not take its leave, the longest running first."""
    return [DaemonRow(*row) for row in tx.execute(_KNOWN)]


def leave(tx: Connection, ids: Collection[str]) -> None:
    """Take these daemons away: they ended, or died so long ago that nobody asks."""
    if ids:
        tx.execute(delete(table).where(table.c.id.in_(list(ids))))
