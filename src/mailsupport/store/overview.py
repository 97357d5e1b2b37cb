"""What a person looking at the whole desk asks: how much is open, which steps of a chain fired why, which addresses fail.

Rules: only questions, each one query; what a sweep or a pass asks too stands in the module of its table.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, func, select, text

from mailsupport.core.model import Kind
from mailsupport.store.columns import in_order_of
from mailsupport.store.rows import ALERT, FiringRow, IgnoredRow
from mailsupport.store.schema import NOT_CLOSED, firing, ledger, mail, ticket, told

_OPEN = select(func.count()).select_from(ticket).where(text(NOT_CLOSED))
_FIRINGS = select(*in_order_of(FiringRow, firing)).where(firing.c.ticket == bindparam("of")).order_by(firing.c.id)
_EARLIER = ledger.alias("earlier")
_IGNORED = (
    select(ledger.c.id, ledger.c.received_at, mail.c.author_email, mail.c.subject, ledger.c.reason)
    .join(mail, mail.c.id == ledger.c.mail)
    .where(ledger.c.id > bindparam("after"), ledger.c.state == "ignored", mail.c.kind != Kind.OWN.value)
    .where(~exists().where(_EARLIER.c.mail == ledger.c.mail, _EARLIER.c.id < ledger.c.id))
    .order_by(ledger.c.id)
)
_SETTLED = ("accepted", "refused", "bounced", "auto_replied")
"""Outcomes of an alert that say something of its address."""

_LAST = select(func.max(told.c.id)).where(told.c.kind == ALERT, told.c.outcome.in_(_SETTLED)).group_by(told.c.email)
_FAILED = select(told.c.email, told.c.at).where(told.c.id.in_(_LAST), told.c.outcome.in_(("refused", "bounced")))


def open_tickets(tx: Connection) -> int:
    """Return how many tickets are not closed."""
    return int(tx.execute(_OPEN).scalar_one())


def firings_of(tx: Connection, ticket: int) -> list[FiringRow]:
    """Return every step that fired on a ticket, with the reason why it did then, in order."""
    return [FiringRow(*row) for row in tx.execute(_FIRINGS, {"of": ticket})]


def failed_addresses(tx: Connection) -> dict[str, datetime]:
    """Return each address whose last alert was refused or bounced, and when that was known."""
    return {row.email: row.at for row in tx.execute(_FAILED)}


def ignored_since(tx: Connection, after: int) -> list[IgnoredRow]:
    """Return the mails ignored since that ledger row, each once and in order; our own mails come back are none of them."""
    return [IgnoredRow(*row) for row in tx.execute(_IGNORED, {"after": after})]
