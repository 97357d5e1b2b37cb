"""Which digest of ours does a mail answer or report on? Asked by intake, before it is decided what follows.

Comes in: an `Arrival` and the open transaction. Goes out: the arrival with its `Digest`, read from the rows as they stand; its
tickets are kept from being decided about elsewhere until the transaction ends. Nothing is written here.
"""

from __future__ import annotations

from dataclasses import replace

from mailsupport.app.scene import Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.deciding.digest_reply import ALL
from mailsupport.core.judging.matching import clues
from mailsupport.core.judging.tokens import Purpose, Token
from mailsupport.core.model import Mail
from mailsupport.core.reaching.digests import Digest, Line
from mailsupport.mail.worker import read_here
from mailsupport.store import chains, digests, mails, tickets
from mailsupport.store.chains import CANCELLED


def with_digest(service: Service, tx: Tx, arrival: Arrival) -> Arrival:
    """Return the arrival with the digest that it is about, if there is one."""
    outbox = _mail(service, tx, arrival)
    found = _digest(tx, outbox) if outbox is not None else None
    return replace(arrival, digest=found) if found is not None else arrival


def mail_of(tx: Tx, token: Token | None) -> int | None:
    """Return the outbox row of the digest whose token that is, or None."""
    if token is None or token.purpose is not Purpose.DIGEST or not token.nonce.isdigit():
        return None
    return digests.mail_of(tx, int(token.nonce))


def _mail(service: Service, tx: Tx, arrival: Arrival) -> int | None:
    if arrival.bounced is not None:
        return arrival.bounced.outbox if arrival.bounced.ticket is None else None
    if arrival.held is not None:
        return _mail_of_held(service, tx, arrival.held.mail) if arrival.held.purpose == ALL else None
    return mail_of(tx, arrival.match.token)


def _mail_of_held(service: Service, tx: Tx, number: int) -> int | None:
    """The digest that a held mail answers: the mail that confirms it is about that one, and carries another token."""
    raw = mails.raw_of(tx, number)
    held = read_here(raw) if raw is not None else None
    if not isinstance(held, Mail):
        return None
    found = clues(held, service.keys, service.desk.own_addresses)
    named = (mail_of(tx, clue.token) for clue in (*found.addressed, *found.replied, *found.marked))
    return next(filter(None, named), None)


def _digest(tx: Tx, outbox: int) -> Digest | None:
    rows = [row for row in digests.of_mail(tx, outbox) if row.outcome != CANCELLED]
    numbers = [row.ticket for row in rows]
    tickets.hold(tx, numbers)
    contracts = {number: ticket.contract for number, ticket in tickets.tickets(tx, numbers).items()}
    lines = []
    for row in rows:
        chain = chains.chain(tx, row.ticket)
        if chain is not None:
            lines.append(Line(row.ticket, contracts[row.ticket], row.step, row.round, chain))
    if not lines:
        return None
    first = rows[0]
    return Digest(first.id, outbox, first.person, first.email, max(row.at for row in rows), tuple(lines))
