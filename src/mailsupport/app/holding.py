"""Which held mail does a reply speak of, and which mail of ours did a mail answer? Asked by intake, before anything is decided.

Comes in: an `Arrival` and the open transaction. Goes out: a `Held`, with the mail as it came: read again, with the token that it
carried and the words of ours that it answered, so that it can be looked through as closely as the first time. Nothing is written
here, and nothing decided (`core.deciding.confirming`).
"""

from __future__ import annotations

from dataclasses import replace

from mailsupport.app.scene import Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding.arrival import Arrival, Held
from mailsupport.core.judging.matching import Known, clues, match
from mailsupport.core.judging.tokens import Purpose, Token, belongs_to
from mailsupport.core.model import Mail
from mailsupport.mail.htmltext import html_to_text
from mailsupport.mail.relayed import as_seen
from mailsupport.mail.worker import read_here
from mailsupport.store import holds, mails, outbox
from mailsupport.store.rows import OutboxRow

ANCESTORS = 5
"""How many of the ids that an answer names are looked up, nearest first, to find the mail of ours that it quotes."""


def held_by(service: Service, tx: Tx, arrival: Arrival) -> Held | None:
    """Return the held mail that this one confirms: its number is in the token that only its author was given."""
    token = arrival.match.token
    named = holds.named_in(token.nonce) if token is not None and token.purpose is Purpose.CONFIRM else None
    row = holds.open_hold(tx, named[0]) if named is not None else None
    kept = mails.mail_row(tx, row.mail) if row is not None else None
    if row is None or kept is None or named is None or token is None or holds.asked_before(row) != named[1]:
        return None
    if not belongs_to(token, row.person):
        return None
    purpose, intent, choices = holds.asked(row)
    held = Held(
        id=row.id,
        purpose=purpose,
        person=row.person,
        mail=row.mail,
        text=kept.new_text,
        received_at=kept.received_at,
        parts=tuple(a.part for a in kept.attachments),
        choices=choices,
        intent=intent,
        stands_by=holds.asked_about(row),
    )
    return _as_it_came(service, tx, held, arrival) if choices and arrival.ticket is not None else held


def answered(tx: Tx, mail: Mail) -> OutboxRow | None:
    """Return the mail of ours that a mail answers, or None; of several the nearest."""
    return next(filter(None, (outbox.by_message_id(tx, id_) for id_ in mail.ancestors[:ANCESTORS])), None)


def notice(tx: Tx, mail: Mail) -> str:
    """Return every word of our notice that a staff mail answers, as its text and as its HTML show it."""
    row = answered(tx, mail)
    raw = outbox.bytes_of(tx, row.id) if row is not None else None
    ours = read_here(raw) if raw is not None else None
    return f"{ours.text}\n{html_to_text(ours.html)}" if isinstance(ours, Mail) else ""


def _as_it_came(service: Service, tx: Tx, held: Held, arrival: Arrival) -> Held:
    raw = mails.raw_of(tx, held.mail)
    read = read_here(raw) if raw is not None else None
    if not isinstance(read, Mail):
        return held
    mail = as_seen(read)
    return replace(held, reading=mail, token=_token(service, mail, arrival), notice=notice(tx, mail))


def _token(service: Service, mail: Mail, arrival: Arrival) -> Token | None:
    """The token that gave the held mail its power, as it was found when it came in."""
    desk, ticket = service.desk, arrival.ticket
    found = clues(mail, service.keys, desk.own_addresses)
    tickets = dict.fromkeys(found.numbers, ticket) if ticket is not None else {}
    return match(mail, found, Known(tickets=tickets), desk, arrival.now).token
