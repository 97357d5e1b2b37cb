"""The operator says that two tickets are one, or that one mail is a ticket of its own: the rows of both, in one transaction.

Comes in: numbers. Goes out: rows, and the number of the ticket that goes on. What becomes of clocks, chains and people is
decided by `core.deciding.merging` and `core.deciding.splitting`; mails of a merged ticket stay where they are, and what comes
later goes to its target.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailsupport.app import act, clockwork
from mailsupport.app.agreements import contract_of
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding import merging, splitting
from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.deciding.merging import Side
from mailsupport.core.effects import StartClock
from mailsupport.core.guard import ClockKind
from mailsupport.core.judging.matching import Match
from mailsupport.core.judging.routing import route
from mailsupport.core.judging.standing import Standing
from mailsupport.core.model import PEOPLE, Kind, Mail, State, Ticket, Verdict
from mailsupport.core.orders import GoOn
from mailsupport.errors import MailsupportError
from mailsupport.mail.stub import stub
from mailsupport.store import chains, clocks, mails, outbox, tickets
from mailsupport.store.rows import IN, PUBLIC, MailRow

_LIST = "mailsupport ticket list shows those there are"


def merge(service: Service, source: int, target: int, actor: str = "operator") -> int:
    """Merge one ticket into another, or into where that one went; return the number that goes on. Raises MailsupportError."""
    with service.store.write() as tx:
        return merge_in(service, tx, source, target, actor)


def merge_in(service: Service, tx: Tx, source: int, target: int, actor: str) -> int:
    """Merge one ticket into another within that transaction; return the number that goes on. Raises MailsupportError."""
    one, other = _ticket(tx, source), _end(tx, _ticket(tx, target))
    why_not = merging.refusal(one, other)
    if why_not:
        raise MailsupportError(why_not, _LIST)
    if outbox.queued_answer(tx, source) is not None:
        what = f"an answer of ticket {source} is on its way to the customer"
        raise MailsupportError(what, "merge when it has left: mailsupport outbox list shows it")
    contract = contract_of(service, tx, other)
    ending, going_on = (_scene(service, tx, ticket, actor) for ticket in (one, other))
    _wake(ending, going_on)
    merged = merging.merge(_side(tx, one), _side(tx, other), contract, actor)
    act.perform(ending, merged.source)
    if any(isinstance(effect, StartClock) and effect.kind is ClockKind.RESOLUTION for effect in merged.target):
        clockwork.inherit(going_on, source)
    act.perform(going_on, merged.target)
    tickets.redirect(tx, source, other.number)
    return other.number


def split(service: Service, number: int, actor: str = "operator") -> int:
    """Make a ticket of one mail, with its clock from when the mail was received; return its number. Raises MailsupportError."""
    with service.store.read() as tx:
        raw = mails.raw_of(tx, _mail(tx, number).id)
    found = service.reading(raw)
    with service.store.write() as tx:
        return _split(service, tx, number, found, raw, actor)


def split_in(service: Service, tx: Tx, number: int, actor: str) -> int:
    """Make a ticket of one mail within that transaction; return its number. Raises MailsupportError."""
    raw = mails.raw_of(tx, number)
    return _split(service, tx, number, service.reading(raw), raw, actor)


def _split(service: Service, tx: Tx, number: int, found: Mail | None, raw: bytes | None, actor: str) -> int:
    row = _mail(tx, number)
    left = _ticket(tx, row.ticket or 0)
    others = _others(tx, left, row)
    reading = found or stub(b"")
    mail = replace(reading, message_id=row.message_id, from_=(row.author,), subject=row.subject)
    now = service.now()
    scene = Scene(service, tx, now, left.mailbox, reading=mail, raw=raw or b"", actor=actor)
    act.carry_out_stored(scene, splitting.opened(_arrival(service, left, row, mail), left.number, service.desk), number)
    mails.learn(tx, row.message_id, scene.number, split=True)
    behind = Scene(service, tx, now, left.mailbox, ticket=left.number, actor=actor)
    behind.log("split", actor, {"mail": number, "to": scene.number})
    answered = _answered(tx, left)
    waiting = [other.received_at for other in others if answered is None or other.received_at > answered]
    act.perform(behind, splitting.left_behind(_side(tx, left), row.received_at, waiting, contract_of(service, tx, left), now))
    return scene.number


def _scene(service: Service, tx: Tx, ticket: Ticket, actor: str) -> Scene:
    return Scene(service, tx, service.now(), ticket.mailbox, ticket=ticket.number, actor=actor)


def _wake(ending: Scene, going_on: Scene) -> None:
    """Nobody is waited for on a ticket that ends; nor on the other, when what ends waits for us."""
    if not ending.subject().waiting_for and ending.subject().state in (State.NEW, State.OPEN):
        act.perform(going_on, [GoOn(going_on.now, f"ticket {ending.number}, which waits for us, was merged into it")])
    act.perform(ending, [GoOn(ending.now, f"merged into ticket {going_on.number}")])


def _ticket(tx: Tx, number: int) -> Ticket:
    found = tickets.kept(tx, number)
    if found is None:
        raise MailsupportError(f"there is no ticket {number}", _LIST)
    return found


def _end(tx: Tx, ticket: Ticket) -> Ticket:
    """The ticket where merges of this one end (C7)."""
    seen = {ticket.number}
    while ticket.merged_into is not None and ticket.merged_into not in seen:
        ticket = _ticket(tx, ticket.merged_into)
        seen.add(ticket.number)
    return ticket


def _side(tx: Tx, ticket: Ticket) -> Side:
    return Side(ticket, tuple(clocks.clocks_of(tx, ticket.number)), chains.chain(tx, ticket.number))


def _mail(tx: Tx, number: int) -> MailRow:
    """A mail that may be split off: a person's on the customer's side, on a ticket that has others."""
    row = mails.mail_row(tx, number)
    if row is None or row.ticket is None:
        raise MailsupportError(
            f"there is no mail {number} on any ticket", "mailsupport ticket show N names the mails of a ticket"
        )
    if row.direction != IN or row.person or row.visibility != PUBLIC or row.kind not in PEOPLE:
        raise MailsupportError(f"mail {number} is no customer's", "only what a customer wrote can be a ticket of its own")
    if not _others(tx, _ticket(tx, row.ticket), row):
        raise MailsupportError(f"mail {number} is all that ticket {row.ticket} has", "it is a ticket of its own already")
    return row


def _others(tx: Tx, ticket: Ticket, row: MailRow) -> list[MailRow]:
    """The other mails of the ticket that the customer's side wrote."""
    theirs = (one for one in mails.mails_of(tx, ticket.number) if one.id != row.id and one.direction == IN and not one.person)
    return [one for one in theirs if one.visibility == PUBLIC and (one.kind in PEOPLE or one.kind is Kind.UNREADABLE)]


def _answered(tx: Tx, ticket: Ticket) -> datetime | None:
    """When one of us last answered the ticket, or None."""
    ours = (one for one in mails.mails_of(tx, ticket.number) if one.visibility == PUBLIC and (one.person or one.direction != IN))
    return max((one.received_at for one in ours), default=None)


def _arrival(service: Service, left: Ticket, row: MailRow, mail: Mail) -> Arrival:
    return Arrival(
        mail=mail,
        verdict=Verdict(row.kind, row.verdict, answerable=False),
        route=route(mail, left.mailbox, service.desk, row.received_at),
        match=Match(None, 0, f"split off ticket {left.number}", related=left.number),
        standing=Standing(None, False, "split off by the operator"),
        mailbox=service.desk.mailboxes.get(left.mailbox) or next(iter(service.desk.mailboxes.values())),
        received_at=row.received_at,
        now=service.now(),
    )
