"""Mails of the outbox that must wait, though their turn has come: the relay takes only so many."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from mailsupport.store.outbox import CLAIMABLE, to_serve
from mailsupport.store.schema import outbox

_POSTPONE = (
    update(outbox)
    .where(outbox.c.id == bindparam("mail"), outbox.c.state.in_(CLAIMABLE), outbox.c.next_at.is_not(None))
    .values(next_at=bindparam("until"))
)


def postpone(tx: Connection, mail: int, until: datetime) -> None:
    """Have a mail claimed at that instant; no attempt is counted."""
    tx.execute(_POSTPONE, {"mail": mail, "until": until})


def domains_of(tx: Connection, mail: int) -> set[str]:
    """Return the domains of the recipients that are still to be served, in lower case."""
    return {email.rpartition("@")[2].lower() for email in to_serve(tx, mail)}
