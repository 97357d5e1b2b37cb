"""Mails: one row each, their bytes, and the ids they name.

A mail is stored once, and found again by its Message-ID, its hash, or an id it named. `known` is what matching asks for each mail
taken in: three queries, each bounded. There the ids go in as one JSON value and each is looked up by index, newest first, so that
a thread of ten thousand mails costs what a thread of one does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Text, bindparam, delete, exists, func, insert, or_, select, text, true, update

from mailsupport.core.judging.matching import Known
from mailsupport.core.model import Address, Attachment, Kind, Ticket
from mailsupport.store import ahead, facts, tickets
from mailsupport.store.answers import IS_ANSWER, IS_FROM_CUSTOMER
from mailsupport.store.behind import catch_up, later
from mailsupport.store.columns import as_json, key
from mailsupport.store.hot import Hot
from mailsupport.store.inserts import Upsert
from mailsupport.store.packing import pack, unpacked
from mailsupport.store.rows import INTERNAL, PUBLIC, MailRow, NewMail, Seen
from mailsupport.store.schema import alias, mail, raw, reference

MAX_NAMES = 200
"""Ids remembered or asked for of one mail, nearest first: an honest thread names fewer, a hostile one thousands."""

RAW_DROPPED = "raw_dropped_before"
"""The fact that says up to which instant the bytes of stored mails may be gone."""

_GIVEN = [field.name for field in fields(NewMail)]
_STORE = Hot(insert(mail))
_STORE_RAW = Hot(insert(raw))
_STORE_NAMES = Hot(insert(reference))
_ITS_ID = bindparam("message_id", type_=mail.c.message_id.type)
_SEEN = Hot(
    select(
        select(mail.c.id).where(mail.c.message_id == _ITS_ID, mail.c.content_hash == bindparam("content_hash")).scalar_subquery(),
        exists().where(mail.c.message_id == _ITS_ID),
        exists().where(reference.c.message_id == _ITS_ID),
    )
)
_ATTACH = (
    update(mail).where(mail.c.id == bindparam("mail")).values(ticket=bindparam("to"), matched=bindparam("why"), waiting=False)
)
_PUBLISH = update(mail).where(mail.c.id == bindparam("mail")).values(visibility=PUBLIC, person=bindparam("who"))
_KEEP_INSIDE = update(mail).where(mail.c.id == bindparam("mail")).values(visibility=INTERNAL, person=bindparam("who"))
_WAITING_FOR = (
    select(mail.c.id)
    .join(reference, reference.c.mail == mail.c.id)
    .where(reference.c.message_id == bindparam("message_id"), mail.c.waiting == true())
    .order_by(mail.c.received_at, mail.c.id)
)
_RAW_OF = select(raw.c.data).where(raw.c.mail == bindparam("mail"))
_ROW = select(mail)
_OF_TICKET = _ROW.where(mail.c.ticket == bindparam("of"))
_NEWEST = _OF_TICKET.order_by(mail.c.received_at.desc(), mail.c.id.desc())
_NEWEST_PUBLIC = Hot(_NEWEST.where(mail.c.visibility == PUBLIC).limit(bindparam("limit")))
_NEWEST_ANSWER = _NEWEST.where(IS_ANSWER).limit(1)
_FROM_CUSTOMER = _NEWEST.where(IS_FROM_CUSTOMER).limit(bindparam("limit"))
_ANSWERED_AT = (
    select(func.max(mail.c.received_at))
    .where(mail.c.ticket == bindparam("of"), IS_ANSWER, mail.c.id != bindparam("but"))
    .correlate(None)
    .scalar_subquery()
)
_UNANSWERED = Hot(
    _OF_TICKET.where(IS_FROM_CUSTOMER, or_(_ANSWERED_AT.is_(None), mail.c.received_at > _ANSWERED_AT))
    .order_by(mail.c.received_at, mail.c.id)
    .limit(bindparam("limit"))
)

_NEWEST_OF = Hot(
    select(mail.c.received_at).where(mail.c.ticket == bindparam("of")).order_by(mail.c.id.desc()).limit(bindparam("limit"))
)
_LEARN = Upsert(
    alias,
    ["message_id"],
    "ticket",
    changes=lambda new: {"ticket": new.ticket, "split": new.split},
    only_if=lambda new: new.split | ~alias.c.split,  # what staff split off stays so, whatever a report from outside names
)

_LOOK_UP = """
SELECT {value} AS message_id,
  (SELECT m.ticket FROM mail m WHERE m.message_id = {value} AND m.ticket IS NOT NULL ORDER BY m.id DESC LIMIT 1) AS stored,
  (SELECT m.ticket FROM reference r JOIN mail m ON m.id = r.mail
    WHERE r.message_id = {value} AND m.ticket IS NOT NULL ORDER BY r.mail DESC LIMIT 1) AS named,
  (SELECT a.ticket FROM alias a WHERE a.message_id = {value} AND NOT a.split) AS learned,
  (SELECT a.ticket FROM alias a WHERE a.message_id = {value} AND a.split) AS split
FROM {ids}
"""
_COLUMNS = {"message_id": Text, "stored": BigInteger, "named": BigInteger, "learned": BigInteger, "split": BigInteger}
_LOOK_UPS = {
    name: Hot(text(_LOOK_UP.format(value="ids.value", ids=ids)).columns(**_COLUMNS))
    for name, ids in (
        ("sqlite", "json_each(:ids) AS ids"),
        ("postgresql", "json_array_elements_text(CAST(:ids AS json)) AS ids(value)"),
    )
}

_OLDEST_RAW = select(raw.c.mail).order_by(raw.c.mail).limit(bindparam("limit")).subquery()
_DROP_RAW = delete(raw).where(
    raw.c.mail.in_(
        select(mail.c.id)
        .join(_OLDEST_RAW, _OLDEST_RAW.c.mail == mail.c.id)
        .where(mail.c.stored_at < bindparam("before", type_=mail.c.stored_at.type))
    )
)


def store_mail(tx: Connection, new: NewMail, data: bytes | None, names: Sequence[str]) -> int:
    """Store a mail, its bytes and the ids it names (nearest first); return its row's id. Raises Conflict for a duplicate."""
    have_asked_again(tx)
    number = _STORE.insert(tx, _columns(new))
    if data is not None:
        later(tx, _STORE_RAW, [{"mail": number, "data": pack(tx, data)}])
    if names:
        _STORE_NAMES.many(tx, [{"message_id": name, "mail": number} for name in dict.fromkeys(names[:MAX_NAMES])])
    return number


def stored(new: NewMail, id: int) -> MailRow:
    """Return a mail as it stands in the row just written for it."""
    return MailRow(id=id, **{name: getattr(new, name) for name in _GIVEN})


def seen(tx: Connection, message_id: str, content_hash: str) -> Seen:
    """Return what is stored already of a mail with that id and content (P2)."""
    return Seen(*_SEEN.rows(tx, {"message_id": message_id, "content_hash": content_hash})[0])


def known(tx: Connection, message_id: str, ancestors: Sequence[str], numbers: Collection[int]) -> Known:
    """Return what is known of a mail's relatives: tickets by the ids it names, by who names it, and by number.

    `ancestors` come nearest first; of more than 200 the rest is not asked for, nor of more than 200 `numbers`.
    """
    asked = {key(name): name for name in reversed((message_id, *ancestors[: MAX_NAMES - 1]))}
    stored: dict[str, int] = {}
    named: dict[str, int] = {}
    split: dict[str, int] = {}
    for row in _LOOK_UPS[tx.dialect.name].rows(tx, {"ids": as_json(list(asked))}):
        name = asked[row.message_id]
        if (ticket := row.stored or row.learned) is not None and name in ancestors:
            stored[name] = ticket
        if row.split is not None and name in ancestors:
            split[name] = row.split
        if row.named is not None:
            named[name] = row.named
    wanted = {*stored.values(), *named.values(), *split.values(), *list(numbers)[:MAX_NAMES]}
    found, merged = _with_targets(tx, wanted)
    return Known(by_message_id=stored, by_reference=named, tickets=found, merged=merged, split=split)


def _with_targets(tx: Connection, wanted: Collection[int]) -> tuple[dict[int, Ticket], dict[int, int]]:
    """Return tickets with those that they were merged into, and which went where; chains of merges are followed (C7)."""
    found = tickets.tickets(tx, wanted)
    merged = {number: one.merged_into for number, one in found.items() if one.merged_into is not None}
    while missing := set(merged.values()) - found.keys():
        further = tickets.tickets(tx, missing)
        if not further:
            break
        found |= further
        merged |= {number: one.merged_into for number, one in further.items() if one.merged_into is not None}
    return found, merged


def learn(tx: Connection, message_id: str, ticket: int, *, split: bool) -> None:
    """Let an id stand for a ticket: a provider's id of a mail of ours, or a mail that was split off to it."""
    _LEARN.run(tx, {"message_id": message_id, "ticket": ticket, "split": split})


def flooded(tx: Connection, ticket: int, since: datetime, limit: int) -> bool:
    """Tell whether a ticket got more than `limit` mails since then."""
    found = _NEWEST_OF.rows(tx, {"of": ticket, "limit": limit + 1})
    return len(found) > limit and found[-1].received_at > since


def attach(tx: Connection, mail: int, ticket: int, matched: str) -> None:
    """Put a stored mail on a ticket, with the reason; it waits no longer."""
    have_asked_again(tx)
    tx.execute(_ATTACH, {"mail": mail, "to": ticket, "why": matched})


def publish(tx: Connection, mail: int, person: str) -> None:
    """Let the customer see a mail that was held, as an answer of that person."""
    have_asked_again(tx)
    tx.execute(_PUBLISH, {"mail": mail, "who": person})


def keep_inside(tx: Connection, mail: int, person: str) -> None:
    """Let a mail stay with us, as a note of that person: one that was held, or an answer that was taken back."""
    have_asked_again(tx)
    tx.execute(_KEEP_INSIDE, {"mail": mail, "who": person})


def answered(tx: Connection, ticket: int) -> MailRow | None:
    """Return the newest answer of ours that the customer had, or None."""
    return _one(tx.execute(_NEWEST_ANSWER, {"of": ticket}).first())


def waiting_for(tx: Connection, message_id: str) -> list[int]:
    """Return the waiting Sent mails that name this id, oldest first."""
    return list(tx.execute(_WAITING_FOR, {"message_id": message_id}).scalars())


def mail_row(tx: Connection, id: int) -> MailRow | None:
    """Return a stored mail, or None."""
    return _one(tx.execute(_ROW.where(mail.c.id == id)).first())


def raw_of(tx: Connection, id: int) -> bytes | None:
    """Return the bytes of a mail as fetched; None when they were never stored or are past `keep_raw`."""
    catch_up(tx, _STORE_RAW)
    data = tx.execute(_RAW_OF, {"mail": id}).scalar()
    return None if data is None else unpacked(data)


def mails_of(tx: Connection, ticket: int) -> list[MailRow]:
    """Return the mails of a ticket in the order in which they arrived."""
    found = tx.execute(_OF_TICKET.order_by(mail.c.received_at, mail.c.id), {"of": ticket})
    return [_mail(row) for row in found]


def newest_public(tx: Connection, ticket: int) -> MailRow | None:
    """Return the newest mail of a ticket that the customer sees or wrote, or None."""
    known = ahead.known(tx, ahead.PUBLIC, ticket)
    return _one(known[0] if known is not None else _NEWEST_PUBLIC.first(tx, {"of": ticket, "limit": 1}))


def from_customer(tx: Connection, ticket: int, limit: int) -> list[MailRow]:
    """Return the newest mails of a ticket that somebody who is not one of us wrote, the newest first."""
    return [_mail(row) for row in tx.execute(_FROM_CUSTOMER, {"of": ticket, "limit": limit})]


def unanswered(tx: Connection, ticket: int, but: int, limit: int) -> list[MailRow]:
    """Return what they wrote after the last answer, oldest first; the answer with the id `but` does not count as one."""
    known = ahead.known(tx, ahead.UNANSWERED, ticket)
    if known is not None and (but, limit) == (0, known[0]):
        return list(known[1])
    return [_mail(row) for row in _UNANSWERED.rows(tx, {"of": ticket, "but": but, "limit": limit})]


def have_asked_again(tx: Connection) -> None:
    """Forget what was read ahead of mails: whoever changes one says so."""
    for question in (ahead.UNANSWERED, ahead.PUBLIC):
        ahead.forget(tx, question)


def read_ahead(tx: Connection, tickets: Sequence[int], limit: int) -> None:
    """Ask for what is unanswered on these tickets, and was said last, so that `unanswered` and `newest_public` know it."""
    found = _UNANSWERED.each(tx, [{"of": ticket, "but": 0, "limit": limit} for ticket in tickets])
    answers = {ticket: (limit, [_mail(row) for row in rows]) for ticket, rows in zip(tickets, found, strict=True)}
    ahead.learn(tx, ahead.UNANSWERED, answers)
    newest = _NEWEST_PUBLIC.each(tx, [{"of": ticket, "limit": 1} for ticket in tickets])
    ahead.learn(tx, ahead.PUBLIC, {ticket: rows or [None] for ticket, rows in zip(tickets, newest, strict=True)})


def drop_raw_before(tx: Connection, instant: datetime, limit: int = 1000) -> int:
    """Drop the bytes of mails stored before that instant, the oldest `limit` at most; return how many (0 when done).

    Rows are looked at in the order of their ids, which is that of storing: one call costs `limit` rows, never the whole table.
    """
    catch_up(tx, _STORE_RAW)
    facts.set_fact(tx, RAW_DROPPED, instant.isoformat(), instant)
    return tx.execute(_DROP_RAW, {"before": instant, "limit": limit}).rowcount


def _columns(new: NewMail) -> dict[str, Any]:
    return {
        "message_id": new.message_id,
        "content_hash": new.content_hash,
        "direction": new.direction,
        "ticket": new.ticket,
        "kind": new.kind,
        "visibility": new.visibility,
        "author_email": new.author.email,
        "author_name": new.author.name,
        "person": new.person,
        "subject": new.subject,
        "text": new.text,
        "new_text": new.new_text,
        "attachments": [[a.name, a.type, a.size, a.part, a.inline_id] for a in new.attachments],
        "received_at": new.received_at,
        "stored_at": new.stored_at,
        "size": new.size,
        "waiting": new.waiting,
        "verdict": new.verdict,
        "matched": new.matched,
        "flags": list(new.flags),
    }


def _one(row: Row[Any] | None) -> MailRow | None:
    return None if row is None else _mail(row)


def _mail(row: Row[Any]) -> MailRow:
    return MailRow(
        id=row.id,
        message_id=row.message_id,
        content_hash=row.content_hash,
        direction=row.direction,
        ticket=row.ticket,
        kind=Kind(row.kind),
        visibility=row.visibility,
        author=Address(row.author_name, row.author_email),
        person=row.person,
        subject=row.subject,
        text=row.text,
        new_text=row.new_text,
        attachments=tuple(Attachment(*fields) for fields in row.attachments),
        received_at=row.received_at,
        stored_at=row.stored_at,
        size=row.size,
        waiting=row.waiting,
        verdict=row.verdict,
        matched=row.matched,
        flags=tuple(row.flags),
    )
