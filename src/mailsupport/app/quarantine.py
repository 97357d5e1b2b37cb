"""What may be done with a mail that could not be read, or was ignored? Read it again, give it a ticket, say that it is nothing.

Comes in: the number of a ledger row. Goes out: rows, in one transaction, and what became of it. Rules for editing here: a mail
that can be read now is decided like any other, by `app.intake`, and its stub ticket ends; where people work on that ticket
already it is theirs, and nothing changes. An ignored mail gets a ticket because a person wants one, and keeps its kind: no robot
answers it (P9). Bytes are never dropped here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from mailsupport.app import act, intake
from mailsupport.app.crashpoints import reach
from mailsupport.app.gathering import Origin, gather
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding.following import decide
from mailsupport.core.effects import AllClear, CancelClocks, ChangeChain, ChangeTicket, Effect
from mailsupport.core.guard import ChainState
from mailsupport.core.model import Mail, State
from mailsupport.core.reaching import escalation
from mailsupport.errors import MailsupportError, UnreadableMail
from mailsupport.mail.worker import Unread
from mailsupport.ports import Fetched
from mailsupport.store import chains, facts, mailboxes, mails, tickets
from mailsupport.store.rows import LedgerRow, MailRow

ANY_AGE = timedelta(days=36_500)
"""The date of a stored mail was judged when it came in."""

NOT_GIVEN = "the server lists it and does not give it out"
"""The reason of a mail that stands on the server and not here: what is kept of it is its beginning, or its place alone."""

_Way = Callable[[Service, Tx, LedgerRow, MailRow, bytes, Mail], "Settled"]
_LIST = "mailsupport quarantine list shows those there are"


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the mail: the ledger's state and reason, and the ticket it is on."""

    state: str
    reason: str
    ticket: int | None


def retry(service: Service, number: int) -> Settled:
    """Read a quarantined mail again, or give an ignored one a ticket.

    Raises UnreadableMail when it still cannot be read, MailsupportError when there is nothing to be done.
    """
    with service.store.read() as tx:
        row, stored = _kept(tx, number)
        raw = mails.raw_of(tx, stored.id)
    if row.reason == NOT_GIVEN:
        raise _asked_for(service, row)
    if raw is None:
        raise MailsupportError(f"the bytes of mail {stored.id} are gone", "keep_raw was over; the ticket is what is left")
    reading = service.reader.read_many([raw])[0]
    if isinstance(reading, Unread):
        cure = f"look at it: mailsupport quarantine show {number} --raw"
        raise UnreadableMail(f"it still cannot be read: {reading.reason}", cure)
    do: _Way = _ticket_for if row.state == "ignored" else _read_again
    with service.store.write() as tx:
        row, stored = _kept(tx, number)
        return do(service, tx, row, stored, raw, reading)


def discard(service: Service, number: int, reason: str) -> Settled:
    """Say that a quarantined mail is nothing; its ticket ends, its bytes stay. Raises MailsupportError."""
    with service.store.write() as tx:
        row, stored = _kept(tx, number)
        if row.state != "quarantined":
            raise MailsupportError(f"mail {number} is not in quarantine: {row.reason}", _LIST)
        _end_stub(service, tx, row, stored, f"discarded: {reason}")
        mailboxes.mark(tx, number, "ignored", f"discarded: {reason}")
        reach("quarantine.before_commit")
    return Settled("ignored", reason, stored.ticket)


def given_out(service: Service, tx: Tx, row: LedgerRow, origin: Origin, fetched: Fetched, reading: Mail | Unread) -> Settled:
    """Decide about a mail that the server gave out after all; the ticket that stood for it ends, unless people work on it."""
    stored = mails.mail_row(tx, row.mail) if row.mail is not None else None
    taken = intake.take(service, tx, origin, fetched, reading, service.now())
    now_is = mails.mail_row(tx, taken.mail) if taken.mail is not None else None
    ticket = now_is.ticket if now_is is not None else None
    if stored is not None and stored.ticket != ticket and not _worked_on(tx, stored):
        _end_stub(service, tx, row, stored, f"it came after all: see ticket {ticket}" if ticket else "it came after all")
    mailboxes.mark(tx, row.id, taken.state, taken.reason, taken.mail)
    return Settled(taken.state, taken.reason, ticket)


def asked(row: LedgerRow) -> str:
    """Return the name of the fact that tells when the server was last asked for a mail that it did not give out."""
    return f"asked:{row.id}"


def _asked_for(service: Service, row: LedgerRow) -> UnreadableMail:
    """Have the server asked at the next pass: we hold nothing that could be read."""
    with service.store.write() as tx:
        facts.set_fact(tx, asked(row), "", service.now() - ANY_AGE)
    what = f"UID {row.uid} of {row.mailbox}/{row.folder} is not here: {row.reason}"
    return UnreadableMail(what, "the daemon asks for it at its next pass; look at it with a mail client meanwhile")


def _kept(tx: Tx, number: int) -> tuple[LedgerRow, MailRow]:
    row = mailboxes.ledger_row(tx, number)
    stored = mails.mail_row(tx, row.mail) if row is not None and row.mail is not None else None
    if row is None or stored is None or row.state not in ("quarantined", "ignored"):
        raise MailsupportError(f"there is no mail {number} in quarantine", _LIST)
    return row, stored


def _read_again(service: Service, tx: Tx, row: LedgerRow, stored: MailRow, raw: bytes, reading: Mail) -> Settled:
    fetched = Fetched(row.uid, raw, row.size, stored.received_at)
    taken = intake.take(service, tx, _origin(tx, row), fetched, reading, service.now())
    if taken.state == "quarantined":
        raise UnreadableMail(f"it still cannot be understood: {taken.reason}", "please report it, with the mail if you may")
    now_is = mails.mail_row(tx, taken.mail) if taken.mail is not None else None
    ticket = now_is.ticket if now_is is not None else None
    _end_stub(service, tx, row, stored, f"it was read after all: see ticket {ticket}" if ticket else "it was read after all")
    mailboxes.mark(tx, row.id, taken.state, taken.reason, taken.mail)
    return Settled(taken.state, taken.reason, ticket)


def _ticket_for(service: Service, tx: Tx, row: LedgerRow, stored: MailRow, raw: bytes, reading: Mail) -> Settled:
    if stored.ticket is not None:
        raise MailsupportError(f"mail {row.id} is on ticket {stored.ticket} already", f"mailsupport ticket show {stored.ticket}")
    now = service.now()
    mail = replace(reading, message_id=stored.message_id)
    arrival = gather(service, tx, _origin(tx, row), mail, stored.received_at, now)
    asked = replace(arrival, route=replace(arrival.route, opens_for_robots=True, ignored=""), storm=None)
    decision = decide(asked, service.desk)
    if decision.state != "ticketed":
        raise MailsupportError(f"it opens no ticket: {decision.reason}", "answer it from your mail client, if it needs an answer")
    scene = Scene(service, tx, now, row.mailbox, reading=mail, raw=raw, actor="operator")
    act.carry_out_stored(scene, decision, stored.id)
    mailboxes.mark(tx, row.id, "ticketed", "the operator asked for a ticket")
    return Settled("ticketed", "the operator asked for a ticket", scene.ticket)


def _origin(tx: Tx, row: LedgerRow) -> Origin:
    folder = mailboxes.folder(tx, row.mailbox, row.folder)
    return Origin(row.mailbox, folder is not None and folder.role == "sent", ANY_AGE)


def _end_stub(service: Service, tx: Tx, row: LedgerRow, stored: MailRow, reason: str) -> None:
    """Close the ticket that stood for the mail; whoever was alerted hears that it is over."""
    ticket = tickets.kept(tx, stored.ticket) if stored.ticket is not None else None
    if ticket is None or ticket.state is State.CLOSED:
        return
    if _worked_on(tx, stored):
        what = f"people work on ticket {ticket.number} of this mail already"
        raise MailsupportError(what, f"close it from there: mailsupport ticket show {ticket.number}")
    scene = Scene(service, tx, service.now(), row.mailbox, ticket=ticket.number, actor="operator")
    effects: list[Effect] = [CancelClocks(reason), ChangeTicket(reason, state=State.CLOSED)]
    chain = chains.chain(tx, ticket.number)
    if chain is not None and chain.state is not ChainState.RESOLVED:
        over = escalation.resolve(chain, reason)
        effects += [ChangeChain(over.chain, "resolved", "operator", reason), AllClear(reason, "", scene.now)]
    act.perform(scene, effects)


def _worked_on(tx: Tx, stored: MailRow) -> bool:
    """Whether people have begun with the ticket that stands for a mail."""
    ticket = tickets.kept(tx, stored.ticket) if stored.ticket is not None else None
    return ticket is not None and (ticket.state is not State.NEW or len(mails.mails_of(tx, ticket.number)) > 1)
