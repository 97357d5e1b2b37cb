"""Mails of the outbox that must wait, though their turn has come: the relay takes only so many."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from mailsupport.store.behind import catch_up_all
from mailsupport.store.outbox import CLAIMABLE, TO_SERVE
from mailsupport.store.schema import outbox, recipient

_POSTPONE = (
    update(outbox)
    .where(outbox.c.id == bindparam("mail"), outbox.c.state.in_(CLAIMABLE), outbox.c.next_at.is_not(None))
    .values(next_at=bindparam("until"))
)
_TO_SERVE = select(recipient.c.email).where(recipient.c.outbox == bindparam("mail"), recipient.c.state.in_(TO_SERVE))


def postpone(tx: Connection, mail: int, until: datetime) -> None:
    """Have a mail claimed at that instant; no attempt is counted."""
    tx.execute(_POSTPONE, {"mail": mail, "until": until})


def domains_of(tx: Connection, mail: int) -> set[str]:
    """Return the domains of the recipients that are still to be served, in lower case."""
    catch_up_all(tx)
    return {email.rpartition("@")[2].lower() for email in tx.execute(_TO_SERVE, {"mail": mail}).scalars()}
