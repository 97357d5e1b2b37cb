"""What `mailsupport audit` asks of the live database: one function a promise, which returns what breaks it, a line each.

An empty answer is a kept promise. Nothing here mends anything, and nothing here may trust what the rest of the program keeps
true, unique keys included. At most `AT_MOST` lines a question; these read whole tables and belong into a read transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, Table, and_, exists, func, or_, select

from mailsupport.core.guard import ChainState, ClockKind, ClockState
from mailsupport.core.model import State
from mailsupport.store import facts, mails
from mailsupport.store.answers import IS_ANSWER
from mailsupport.store.behind import catch_up_all
from mailsupport.store.chains import CANCELLED, WAITING
from mailsupport.store.rows import ANSWER, DIRECT, IN, NOT_READ, RECEIPT, SKIPPED
from mailsupport.store.schema import chain, clock, firing, hold, ledger, log, mail, outbox, raw, receipt, recipient, ticket, told

AT_MOST = 100
ANSWERED = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.PROGRESS_UPDATE)
"""The clocks that an answer meets; a request may be answered and yet not resolved."""
_IN_COPY = ("answered", "begun")
"""What a reply does to holds on mails that their authors sent to the customer themselves (`core.deciding.confirming`,
`core.deciding.behalf`)."""


def no_mail_lost(tx: Connection) -> list[str]:
    """P1: every ledger row but `gone` has its mail, a ticketed one a ticket, and bytes are kept for `keep_raw`."""
    without = select(ledger.c.id, ledger.c.mailbox, ledger.c.uid).where(ledger.c.state != "gone", ledger.c.mail.is_(None))
    homeless = (
        select(ledger.c.id, mail.c.id.label("mail"))
        .join(mail, mail.c.id == ledger.c.mail)
        .where(ledger.c.state == "ticketed", mail.c.ticket.is_(None))
    )
    bare = select(mail.c.id).where(~_has(raw, raw.c.mail == mail.c.id), _has(ledger, ledger.c.mail == mail.c.id))
    dropped = facts.fact(tx, mails.RAW_DROPPED)
    if dropped is not None:
        bare = bare.where(mail.c.stored_at >= datetime.fromisoformat(dropped[0]))
    return [
        *_lines(tx, without, "ledger row {id} ({mailbox}, UID {uid}) has no mail"),
        *_lines(tx, homeless, "ledger row {id} says ticketed, but mail {mail} is on no ticket"),
        *_lines(tx, bare, "mail {id} has lost its bytes"),
    ]


def no_mail_twice(tx: Connection) -> list[str]:
    """P2: no UID is entered twice, no mail is stored twice."""
    uids = _twice(ledger.c.mailbox, ledger.c.folder, ledger.c.uidvalidity, ledger.c.uid)
    contents = _twice(mail.c.message_id, mail.c.content_hash)
    return [
        *_lines(tx, uids, "{mailbox}, folder {folder}, UID {uid} of {uidvalidity} is entered {times} times"),
        *_lines(tx, contents, "the mail {message_id} with hash {content_hash} is stored {times} times"),
    ]


def nothing_beside_the_outbox(tx: Connection) -> list[str]:
    """P3: whoever was told, every receipt, and every answer taken in to be relayed has its row in the outbox."""
    unsent = select(told.c.id, told.c.email).where(
        or_(told.c.outbox.is_not(None), told.c.outcome.not_in([WAITING, CANCELLED])),
        ~_has(recipient, recipient.c.outbox == told.c.outbox, recipient.c.email == told.c.email),
    )
    receipts = select(receipt.c.ticket).where(~_has(outbox, outbox.c.ticket == receipt.c.ticket, outbox.c.kind == RECEIPT))
    return [
        *_lines(tx, unsent, "told row {id} says that {email} was told, and no outgoing mail has that recipient"),
        *_lines(tx, receipts, "ticket {ticket} has a receipt that is not in the outbox"),
        *_unsent_answers(tx),
    ]


def no_step_twice(tx: Connection) -> list[str]:
    """P4: no step fired twice, each told somebody or says why not, and an active chain knows when it goes on."""
    fired = _twice(firing.c.ticket, firing.c.cause, firing.c.cycle, firing.c.round, firing.c.step)
    people = _twice(told.c.firing, told.c.kind, told.c.email)
    stuck = select(chain.c.ticket).where(chain.c.state == ChainState.ACTIVE.value, chain.c.next_at.is_(None))
    return [
        *_lines(tx, fired, "ticket {ticket}: step {step} of {cause} fired {times} times in cycle {cycle}, round {round}"),
        *_lines(tx, people, "firing {firing}: {email} was sent {times} mails of kind {kind}"),
        *_lines(tx, stuck, "ticket {ticket}: its chain is active and has no next step"),
        *_silent_firings(tx),
    ]


def replies_beat_alarms(tx: Connection) -> list[str]:
    """P5: no step fired for a response clock that an answer had met in time, or that was known when it fired.

    A firing whose reason says that something was not read is excused. An answer of the very moment at which it fired came no
    earlier; one written before the customer asked (the clock's start) does not count for that question, and one with which the
    clock began (the time of the next update) does not end it. One that was known when a merge began the clock met its own
    ticket's promise alone (`core.deciding.merging`).
    """
    answered = _answers().subquery()
    late = (
        select(firing.c.ticket, firing.c.step, firing.c.cause, answered.c.mail, answered.c.at)
        .join(clock, and_(clock.c.ticket == firing.c.ticket, clock.c.kind == firing.c.cause, clock.c.cycle == firing.c.cycle))
        .join(answered, answered.c.ticket == firing.c.ticket)
        .where(clock.c.kind.in_([kind.value for kind in ANSWERED]))
        .where(answered.c.written_at >= clock.c.started_at)
        .where(answered.c.at > clock.c.started_at, answered.c.at < firing.c.fired_at)
        .where(or_(answered.c.at <= clock.c.due_at, answered.c.known_at < firing.c.fired_at))
        .where(firing.c.reason.not_like(f"%{NOT_READ}%"))
        .where(~_merged_since(answered.c.known_at))
    )
    return _lines(tx, late, "ticket {ticket}: step {step} of {cause} fired although mail {mail} had answered at {at}")


def clocks_fit(tx: Connection) -> list[str]:
    """Every ticket has a clock, and none runs on a closed ticket."""
    ghosts = (
        select(clock.c.ticket, clock.c.kind)
        .join(ticket, ticket.c.number == clock.c.ticket)
        .where(clock.c.state == ClockState.RUNNING.value, ticket.c.state == State.CLOSED.value)
    )
    unguarded = select(ticket.c.number).where(~_has(clock, clock.c.ticket == ticket.c.number))
    return [
        *_lines(tx, ghosts, "ticket {ticket} is closed, and its {kind} clock runs"),
        *_lines(tx, unguarded, "ticket {number} never had a clock"),
    ]


CHECKS: tuple[tuple[str, Callable[[Connection], list[str]]], ...] = (
    ("P1 no mail is lost", no_mail_lost),
    ("P2 no mail is counted twice", no_mail_twice),
    ("P3 nothing is sent outside the outbox", nothing_beside_the_outbox),
    ("P4 each step fires once", no_step_twice),
    ("P5 a reply beats an alarm", replies_beat_alarms),
    ("every ticket has its clock", clocks_fit),
)
"""What is promised, and the question that checks it."""


def _answers() -> CompoundSelect[Any]:
    """Return when each answer was written, when it reached the customer's side, and when we knew.

    One that we relay counts when the relay accepted it; one that came back from a recipient does not count for that one.
    """
    written = mail.c.received_at.label("written_at")
    relayed = (
        select(outbox.c.ticket, mail.c.id.label("mail"), written, recipient.c.at, recipient.c.at.label("known_at"))
        .join(recipient, recipient.c.outbox == outbox.c.id)
        .join(mail, mail.c.id == outbox.c.cause_mail)
        .where(outbox.c.kind == ANSWER, recipient.c.state == "accepted")
    )
    direct = select(mail.c.ticket, mail.c.id, written, mail.c.received_at.label("at"), mail.c.stored_at.label("known_at"))
    return relayed.union_all(direct.where(IS_ANSWER, ~_is_relayed()))


def _merged_since(known_at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a merge began the clock when the desk knew that already: what it started and when stands in the log alone."""
    began, merged = log.alias(), log.alias()
    return exists().where(
        began.c.ticket == clock.c.ticket,
        began.c.event == "clock_started",
        began.c.data["clock"].as_string() == clock.c.kind,
        began.c.data["cycle"].as_integer() == clock.c.cycle,
        merged.c.ticket == began.c.ticket,
        merged.c.event == "merged",
        merged.c.at == began.c.at,
        merged.c.at >= known_at,
    )


def _is_relayed() -> ColumnElement[bool]:
    return _has(outbox, outbox.c.kind == ANSWER, outbox.c.cause_mail == mail.c.id)


def _went_around_us() -> ColumnElement[bool]:
    """Whether the author of a mail that we had in copy confirmed it: the customer had it from them."""
    asked = or_(*(hold.c.purpose.startswith(f"{does} ") for does in _IN_COPY))
    return _has(hold, hold.c.mail == mail.c.id, hold.c.state == "confirmed", asked)


def _unsent_answers(tx: Connection) -> list[str]:
    relayable = (IS_ANSWER, mail.c.direction == IN, ~_is_relayed(), ~_went_around_us())
    asked = select(mail.c.id, mail.c.ticket, mail.c.flags).where(*relayable)
    return [
        f"ticket {row.ticket}: the answer in mail {row.id} is not in the outbox"
        for row in tx.execute(asked)
        if DIRECT not in row.flags
    ][:AT_MOST]


def _silent_firings(tx: Connection) -> list[str]:
    asked = select(firing.c.id, firing.c.ticket, firing.c.step).where(~_has(told, told.c.firing == firing.c.id))
    catch_up_all(tx)
    silent = tx.execute(asked).all()
    skipped = (
        {row.data.get("firing") for row in tx.execute(select(log.c.data).where(log.c.event == SKIPPED))} if silent else set()
    )
    return [
        f"ticket {row.ticket}: step {row.step} fired, told nobody, and no reason is kept"
        for row in silent
        if row.id not in skipped
    ][:AT_MOST]


def _has(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*conditions).select_from(table)


def _twice(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns, func.count().label("times")).group_by(*columns).having(func.count() > 1)


def _lines(tx: Connection, asked: Select[Any], words: str) -> list[str]:
    catch_up_all(tx)
    return [words.format(**row._mapping) for row in tx.execute(asked.limit(AT_MOST))]
