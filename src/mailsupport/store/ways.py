"""Which relay does an outgoing mail take, and when; is a copy of it still to be put into the Sent folder?

A copy is due when a relay took the mail, begun before the mailbox's server is asked for it, and forgotten once it lies there:
what was begun and never ended is looked for before it is put there again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, text, update

from mailsupport.store.rows import ANSWER
from mailsupport.store.schema import UNSAVED, outbox

DUE, BEGUN, SAVED = "due", "begun", ""

_CHANGE = update(outbox).where(outbox.c.id == bindparam("mail"))
_OF_MAILBOX = (text(UNSAVED), outbox.c.mailbox == bindparam("of"))
_UNSAVED = (
    select(outbox.c.id, func.length(outbox.c.data).label("size"))
    .where(*_OF_MAILBOX)
    .order_by(outbox.c.id)
    .limit(bindparam("limit"))
)
_COPIES = (
    select(outbox.c.id, outbox.c.message_id, outbox.c.copy, outbox.c.data)
    .where(*_OF_MAILBOX, outbox.c.id <= bindparam("last"))
    .order_by(outbox.c.id)
)

MOST_BYTES = 8 * 1024 * 1024
"""Bytes of copies that are in memory at once; a larger mail is there alone."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A mail of ours that is to lie in the Sent folder; `begun` tells that it may lie there already."""

    outbox: int
    message_id: str
    begun: bool
    data: bytes


def answer_tried_at(tx: Connection, ticket: int) -> datetime | None:
    """Return when the next unfinished answer of a ticket is tried again, or None."""
    mine = select(func.min(outbox.c.next_at)).where(outbox.c.ticket == ticket, outbox.c.kind == ANSWER)
    found: datetime | None = tx.execute(mine.where(outbox.c.next_at.is_not(None))).scalar()
    return found


def take_route(tx: Connection, id: int, route: str) -> None:
    """Note by which relay a mail goes next."""
    tx.execute(_CHANGE.values(route=route), {"mail": id})


def routes(tx: Connection, ids: Collection[int]) -> dict[int, str]:
    """Return those of the mails that go or went by another relay than the first, and by which."""
    asked = select(outbox.c.id, outbox.c.route).where(outbox.c.id.in_(list(ids)), outbox.c.route != "")
    return {row.id: row.route for row in tx.execute(asked)} if ids else {}


def want_copy(tx: Connection, id: int, how: str) -> None:
    """Note how far the copy of a mail is: DUE, BEGUN or SAVED."""
    tx.execute(_CHANGE.values(copy=how), {"mail": id})


def copies_due(tx: Connection, mailbox: str, limit: int) -> list[Copy]:
    """Return the oldest mails of a mailbox whose copy is to be put into its Sent folder: as many as MOST_BYTES allow, or one."""
    last = total = 0
    for row in tx.execute(_UNSAVED, {"of": mailbox, "limit": limit}):
        total += row.size
        if last and total > MOST_BYTES:
            break
        last = row.id
    found = tx.execute(_COPIES, {"of": mailbox, "last": last}) if last else ()
    return [Copy(row.id, row.message_id, row.copy == BEGUN, row.data) for row in found]
