"""The outbox: every mail we send, from the transaction that caused it to the relay's last word (P3).

A row's life: queued -> sending (claimed, attempt counted, lease running) -> done | failed | unknown | cancelled, or queued again.
A row with `next_at` is unfinished. While it is `sending`, `next_at` is the end of its lease and `holder` the daemon that claimed
it: `orphans` hands what a dead daemon held, `recover` what outlasted its lease, to a caller who decides. Bytes never change after
`put`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, insert, or_, select, update

from mailsupport.ports import RecipientResult
from mailsupport.store.behind import catch_up, later, numbered
from mailsupport.store.columns import in_order_of
from mailsupport.store.hot import Hot
from mailsupport.store.rows import ANSWER, Claimed, NewOutgoing, OutboxRow, RecipientRow
from mailsupport.store.schema import daemon, recipient
from mailsupport.store.schema import outbox as table

CLAIMABLE = ("queued", "unknown")
TO_SERVE = ("queued", "deferred", "unknown")
RETRYABLE = ("queued", "failed", "unknown", "cancelled")

_GIVEN = [table.c[field.name] for field in fields(NewOutgoing) if field.name in table.c]
_PUT = Hot(insert(table))
_PUT_RECIPIENTS = Hot(insert(recipient))
_ROWS = select(*in_order_of(OutboxRow, table))
_ROW = _ROWS.where(table.c.id == bindparam("mail"))
_UNFINISHED = table.c.next_at.is_not(None)
_IN_TURN = (table.c.rank, table.c.next_at, table.c.id)
_NOW = bindparam("now", type_=table.c.next_at.type)


def _ready(statement: Select[Any]) -> tuple[Hot, Hot]:
    """Limit a query to what may be claimed, in its turn: of every route, and of one."""
    due = statement.where(or_(*(table.c.state == state for state in CLAIMABLE)), table.c.next_at <= _NOW)
    in_turn = due.order_by(*_IN_TURN).limit(bindparam("limit"))
    return Hot(in_turn), Hot(in_turn.where(table.c.route == bindparam("way")))


_READY, _READY_BY = _ready(_ROWS)
# SQLite leaves FOR UPDATE out: its writer is alone anyway.
_TO_CLAIM, _TO_CLAIM_BY = _ready(select(table).with_for_update(skip_locked=True))
_CLAIM = Hot(
    update(table)
    .where(table.c.id == bindparam("mail"))
    .values(state="sending", attempts=table.c.attempts + 1, lease_until=bindparam("until"), next_at=bindparam("until"))
    .values(holder=bindparam("by"))
)
_TO_SERVE = Hot(
    select(recipient.c.email)
    .where(recipient.c.outbox == bindparam("mail"), or_(*(recipient.c.state == state for state in TO_SERVE)))
    .order_by(recipient.c.email)
)
_RECORD = Hot(
    update(table)
    .where(table.c.id == bindparam("mail"))
    .values(state=bindparam("to"), next_at=bindparam("next"), lease_until=None)
    .values(finished_at=bindparam("finished"), error=bindparam("words"))
)
_RECORD_RECIPIENT = Hot(
    update(recipient)
    .where(recipient.c.outbox == bindparam("mail"), recipient.c.email == bindparam("whose"))
    .where(recipient.c.state != "accepted", recipient.c.state != "bounced")
    .values(state=bindparam("to"), code=bindparam("number"), reply=bindparam("words"), at=bindparam("since"))
)
_BOUNCED = (
    update(recipient)
    .where(recipient.c.outbox == bindparam("mail"), recipient.c.email == bindparam("whose"), recipient.c.state != "bounced")
    .values(state="bounced", reply=bindparam("words"), at=bindparam("since"))
)
_CANCEL = (
    update(table)
    .where(table.c.id == bindparam("mail"), table.c.state.in_(CLAIMABLE), _UNFINISHED)
    .values(state="cancelled", next_at=None, lease_until=None, finished_at=bindparam("since"), error=bindparam("words"))
)
_RETRY = (
    update(table)
    .where(table.c.id == bindparam("mail"), table.c.state.in_(RETRYABLE))
    .values(state="queued", next_at=bindparam("since"), lease_until=None, finished_at=None, route="")
)
_RESET = update(recipient).where(recipient.c.outbox == bindparam("mail"))
_CANCEL_RECIPIENTS = _RESET.where(recipient.c.state.in_(TO_SERVE)).values(state="cancelled", at=bindparam("since"))
_RETRY_RECIPIENTS = _RESET.where(recipient.c.state.not_in(["accepted", "bounced"])).values(state="queued")
_EXPIRED = Hot(
    _ROWS.where(table.c.state == "sending", table.c.next_at <= _NOW).order_by(*_IN_TURN).with_for_update(skip_locked=True)
)
_LIVING = select(daemon.c.id).where(daemon.c.until > bindparam("present", type_=daemon.c.until.type))
_ORPHANS = (
    _ROWS.where(table.c.state == "sending", _UNFINISHED, table.c.holder.not_in(_LIVING))
    .order_by(*_IN_TURN)
    .with_for_update(skip_locked=True)
)
_STILL_HELD = (
    select(table.c.id, table.c.attempts)
    .where(table.c.id.in_(bindparam("ids", expanding=True)), table.c.state == "sending", table.c.holder == bindparam("by"))
    .with_for_update()
)
_NEXT_READY = select(func.min(table.c.next_at)).where(_UNFINISHED)
_PENDING = _ROWS.where(_UNFINISHED).order_by(*_IN_TURN)
_COUNTS = select(table.c.state, func.count()).group_by(table.c.state)
_QUEUED_ANSWER = select(func.min(table.c.created_at)).where(
    table.c.ticket == bindparam("of"), table.c.kind == ANSWER, _UNFINISHED
)
_ANSWERS_WAITING = _ROWS.where(
    table.c.ticket == bindparam("of"), table.c.kind == ANSWER, table.c.state == "queued", table.c.attempts == 0
).order_by(table.c.id.desc())
_ANSWERED_AFTER = select(
    exists()
    .where(table.c.ticket == bindparam("of"), table.c.id > bindparam("mail"), table.c.kind == ANSWER)
    .where(recipient.c.outbox == table.c.id, recipient.c.state == "accepted")
)
_BY_TOKEN = (
    _ROWS.where(table.c.ticket == bindparam("of"), table.c.message_id.like(bindparam("like")))
    .order_by(table.c.id.desc())
    .limit(1)
)
_RECIPIENTS = select(*in_order_of(RecipientRow, recipient)).where(recipient.c.outbox == bindparam("mail"))


# --- in and out -----------------------------------------------------------------------------------------------------------


def put(tx: Connection, new: NewOutgoing, recipients: Sequence[str]) -> int:
    """Put a mail into the outbox, due at `not_before` or at once; return its id. Raises Conflict for a Message-ID used before."""
    values = {column.name: getattr(new, column.name) for column in _GIVEN}
    row = {**values, "state": "queued", "next_at": new.not_before or new.created_at}
    number = numbered(tx, _PUT, table, row)
    unique = dict.fromkeys(recipients)
    later(tx, _PUT_RECIPIENTS, [{"outbox": number, "email": email, "state": "queued"} for email in unique])
    return number


def ready(tx: Connection, now: datetime, limit: int, route: str | None = None) -> list[OutboxRow]:
    """Return what `claim` would take now: the moment to cancel what has lost its reason."""
    return [OutboxRow(*row) for row in _asked(tx, _READY, _READY_BY, now, limit, route)]


def claim(
    tx: Connection,
    now: datetime,
    limit: int,
    lease_seconds: int,
    holder: str = "",
    since: datetime | None = None,
    route: str | None = None,
) -> list[Claimed]:
    """Take mails whose turn it is, lowest rank first, for `lease_seconds`; the attempt is counted here, before anybody dials.

    Of several daemons on a PostgreSQL each gets others, and signs as `holder`; the lease runs from `since`, which is the
    database's clock there. `route` limits it to the mails of one relay.
    """
    found = _asked(tx, _TO_CLAIM, _TO_CLAIM_BY, now, limit, route)
    if not found:
        return []
    until = (since or now) + timedelta(seconds=lease_seconds)
    _CLAIM.many(tx, [{"mail": row.id, "until": until, "by": holder} for row in found])
    return [_claimed(row, until, to_serve(tx, row.id)) for row in found]


def record(
    tx: Connection,
    id: int,
    results: Sequence[RecipientResult],
    now: datetime,
    *,
    next_at: datetime | None,
    state: str,
    error: str,
) -> None:
    """Write down the result of an attempt: the row's new state, and what became of each recipient.

    With `next_at` the row is claimed again then (state queued or unknown); without, it is finished. A recipient once
    accepted stays accepted, whatever a later attempt says.
    """
    finished = None if next_at is not None else now
    _RECORD.change(tx, {"mail": id, "to": state, "next": next_at, "finished": finished, "words": error})
    if results:
        catch_up(tx, _PUT_RECIPIENTS)
        _RECORD_RECIPIENT.many(tx, [_result(id, result, now) for result in results])


def recover(tx: Connection, now: datetime) -> list[OutboxRow]:
    """Return the mails whose lease ran out while being sent: each may have gone out. The caller records what follows."""
    return [OutboxRow(*row) for row in _EXPIRED.rows(tx, {"now": now})]


def orphans(tx: Connection, present: datetime) -> list[OutboxRow]:
    """Return the mails that were being sent by a daemon that is not alive, lease or no: each may have gone out."""
    return [OutboxRow(*row) for row in tx.execute(_ORPHANS, {"present": present})]


def still_held(tx: Connection, mails: Collection[Claimed], holder: str) -> set[int]:
    """Return those of the claimed mails whose claim nobody took over; they stay so until this transaction ends."""
    attempts = {mail.id: mail.attempts for mail in mails}
    found = tx.execute(_STILL_HELD, {"ids": list(attempts), "by": holder}) if attempts else ()
    return {row.id for row in found if row.attempts == attempts[row.id]}


def cancel(tx: Connection, id: int, reason: str, now: datetime) -> bool:
    """Take back a mail that has lost its reason; False when it is being sent or finished."""
    if tx.execute(_CANCEL, {"mail": id, "since": now, "words": reason}).rowcount != 1:
        return False
    catch_up(tx, _PUT_RECIPIENTS)
    tx.execute(_CANCEL_RECIPIENTS, {"mail": id, "since": now})
    return True


def retry(tx: Connection, id: int, now: datetime) -> bool:
    """Queue a mail again for whoever has not accepted it, at a person's wish; False when it is being sent or done."""
    if tx.execute(_RETRY, {"mail": id, "since": now}).rowcount != 1:
        return False
    catch_up(tx, _PUT_RECIPIENTS)
    tx.execute(_RETRY_RECIPIENTS, {"mail": id})
    return True


def change_sender(tx: Connection, id: int, sender: str) -> None:
    """Give a mail another envelope sender, for a relay that takes no null one; its bytes stay as they are."""
    tx.execute(update(table).where(table.c.id == id), {"sender": sender})


def bounced(tx: Connection, id: int, email: str, words: str, at: datetime) -> bool:
    """Note that a mail came back from one of its recipients; False when it has none of that address, or it is known."""
    catch_up(tx, _PUT_RECIPIENTS)
    return tx.execute(_BOUNCED, {"mail": id, "whose": email, "words": words, "since": at}).rowcount == 1


# --- asking ---------------------------------------------------------------------------------------------------------------


def outgoing(tx: Connection, id: int) -> OutboxRow | None:
    """Return an outgoing mail, or None."""
    found = tx.execute(_ROW, {"mail": id}).first()
    return None if found is None else OutboxRow(*found)


def to_serve(tx: Connection, id: int) -> tuple[str, ...]:
    """Return the recipients of an outgoing mail that are still to be served."""
    catch_up(tx, _PUT_RECIPIENTS)
    return tuple(row.email for row in _TO_SERVE.rows(tx, {"mail": id}))


def by_message_id(tx: Connection, message_id: str) -> OutboxRow | None:
    """Return the outgoing mail of that Message-ID, or None."""
    found = tx.execute(_ROWS.where(table.c.message_id == message_id)).first()
    return None if found is None else OutboxRow(*found)


def by_token(tx: Connection, ticket: int, token: str) -> OutboxRow | None:
    """Return the newest outgoing mail of a ticket that carries this token in its Message-ID, or None."""
    found = tx.execute(_BY_TOKEN, {"of": ticket, "like": f"ms.{token}.%"}).first()
    return None if found is None else OutboxRow(*found)


def bytes_of(tx: Connection, id: int) -> bytes | None:
    """Return the bytes of an outgoing mail, or None."""
    found: bytes | None = tx.execute(select(table.c.data).where(table.c.id == id)).scalar()
    return found


def recipients_of(tx: Connection, id: int) -> list[RecipientRow]:
    """Return the recipients of an outgoing mail and what became of each."""
    catch_up(tx, _PUT_RECIPIENTS)
    return [RecipientRow(*row) for row in tx.execute(_RECIPIENTS.order_by(recipient.c.email), {"mail": id})]


def next_ready(tx: Connection) -> datetime | None:
    """Return the earliest instant at which something is to be claimed or recovered, or None."""
    found: datetime | None = tx.execute(_NEXT_READY).scalar()
    return found


def pending(tx: Connection, limit: int = 1000) -> list[OutboxRow]:
    """Return what is not finished, in its turn."""
    return [OutboxRow(*row) for row in tx.execute(_PENDING.limit(limit))]


def listing(tx: Connection, state: str | None = None, limit: int = 200) -> list[OutboxRow]:
    """Return the newest outgoing mails first, of one state or of all."""
    asked = _ROWS if state is None else _ROWS.where(table.c.state == state)
    return [OutboxRow(*row) for row in tx.execute(asked.order_by(table.c.id.desc()).limit(limit))]


def counts(tx: Connection) -> dict[str, int]:
    """Return how many mails are in each state."""
    return {row[0]: row[1] for row in tx.execute(_COUNTS)}


def queued_answer(tx: Connection, ticket: int) -> datetime | None:
    """Return since when the oldest unfinished answer of a ticket waits to go out, or None."""
    found: datetime | None = tx.execute(_QUEUED_ANSWER, {"of": ticket}).scalar()
    return found


def answers_waiting(tx: Connection, ticket: int) -> list[OutboxRow]:
    """Return the answers of a ticket that nobody has tried to send yet, the newest first."""
    return [OutboxRow(*row) for row in tx.execute(_ANSWERS_WAITING, {"of": ticket})]


def answered_after(tx: Connection, ticket: int, id: int) -> bool:
    """Tell whether the relay took an answer of the ticket that was written after that mail, and none of it came back."""
    return bool(tx.execute(_ANSWERED_AFTER, {"of": ticket, "mail": id}).scalar())


def _claimed(row: Row[Any], until: datetime, recipients: tuple[str, ...]) -> Claimed:
    return Claimed(
        id=row.id,
        message_id=row.message_id,
        kind=row.kind,
        rank=row.rank,
        ticket=row.ticket,
        cause_mail=row.cause_mail,
        mailbox=row.mailbox,
        sender=row.sender,
        attempts=row.attempts + 1,
        created_at=row.created_at,
        lease_until=until,
        subject=row.subject,
        data=row.data,
        recipients=recipients,
        route=row.route,
    )


def _asked(tx: Connection, of_all: Hot, of_one: Hot, now: datetime, limit: int, route: str | None) -> list[Any]:
    values = {"now": now, "limit": limit}
    return of_all.rows(tx, values) if route is None else of_one.rows(tx, {**values, "way": route})


def _result(id: int, result: RecipientResult, now: datetime) -> dict[str, Any]:
    return {
        "mail": id,
        "whose": result.address,
        "to": result.outcome.value,
        "number": result.code,
        "words": result.reply,
        "since": now,
    }
