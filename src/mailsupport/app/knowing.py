"""What commands need to know beyond their ticket: other tickets by number, answers that wait, what nobody answers yet.

Comes in: an `Arrival` that may be obeyed. Goes out: `Known`, read from the rows. Nothing is decided here, and only what the
commands of this mail ask for is read: most mails of staff are answers without any.
"""

from __future__ import annotations

from mailsupport.app.holding import answered
from mailsupport.app.scene import Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding.arrival import Arrival, Known, LastAnswer, Named, Queued, Urgent
from mailsupport.core.deciding.verbs.tickets import numbers_in
from mailsupport.core.judging import tokens
from mailsupport.core.model import Ticket
from mailsupport.core.reading.commands import Command, read_request
from mailsupport.store import chains, mails, offers, outbox, tickets

LOOKED_AT = 200
"""Rows looked at for one question: tickets that nobody answers, mails of one ticket."""


def known(service: Service, tx: Tx, arrival: Arrival) -> Known:
    """Return what the commands of a mail, or of the held mail that it speaks of, need to know."""
    commands = _commands(service, arrival)
    verbs = {command.verb for command in commands}
    ticket = arrival.ticket
    urgent = _urgent(tx, arrival) if "next" in verbs else ()
    if ticket is None:
        return Known(urgent=urgent)
    return Known(
        named={number: one for number in numbers_in(commands) if (one := _named(service, tx, number)) is not None},
        about=_about(tx, arrival, ticket) if "split" in verbs else 0,
        answer_queued="merge" in verbs and outbox.queued_answer(tx, ticket.number) is not None,
        last_answer=_last_answer(tx, ticket) if "resend" in verbs else None,
        queued=_queued(tx, arrival, ticket) if "undo" in verbs else None,
        urgent=urgent,
        offered_to=_offered_to(tx, ticket) if "drop" in verbs else "",
    )


def _commands(service: Service, arrival: Arrival) -> tuple[Command, ...]:
    """The commands of the mail, and of the held mail that it speaks of, as they are and as they were meant."""
    words = service.desk.command_words
    texts = [arrival.mail.new_text, arrival.held.text if arrival.held is not None else ""]
    requests = [read_request(text, words) for text in texts if text]
    requests += [read_request(one.corrected, words) for one in requests if one.corrected]
    return tuple(command for one in requests for command in one.commands)


def _named(service: Service, tx: Tx, number: int) -> Named | None:
    found = end = tickets.ticket(tx, number)
    seen = {number}
    while end is not None and end.merged_into is not None and end.merged_into not in seen:
        seen.add(end.merged_into)
        end = tickets.ticket(tx, end.merged_into)
    if found is None or end is None:
        return None
    tag = tokens.number_tag(service.keys, end.number)
    return Named(end, tag, tokens.number_tag(service.keys, number), chains.chain(tx, end.number))


def _about(tx: Tx, arrival: Arrival, ticket: Ticket) -> int:
    """The customer's mail that our notification carried, else their newest; 0 where they wrote only one."""
    theirs = [one.id for one in mails.from_customer(tx, ticket.number, LOOKED_AT)]
    if len(theirs) < 2:
        return 0
    row = answered(tx, arrival.mail)
    return row.cause_mail if row is not None and row.cause_mail in theirs else theirs[0]


def _last_answer(tx: Tx, ticket: Ticket) -> LastAnswer | None:
    last = mails.answered(tx, ticket.number)
    if last is None:
        return None
    return LastAnswer(last.id, last.person, last.new_text, tuple(a.part for a in last.attachments))


def _queued(tx: Tx, arrival: Arrival, ticket: Ticket) -> Queued | None:
    person = arrival.standing.person
    for row in outbox.answers_waiting(tx, ticket.number):
        mail = mails.mail_row(tx, row.cause_mail) if row.cause_mail is not None else None
        if mail is not None and person is not None and mail.person == person.key:
            return Queued(row.id, mail.id, mail.new_text)
    return None


def _offered_to(tx: Tx, ticket: Ticket) -> str:
    offer = offers.open_of(tx, ticket.number)
    return offer.person if offer is not None else ""


def _urgent(tx: Tx, arrival: Arrival) -> tuple[Urgent, ...]:
    """What nobody has, the most urgent first; what is offered to a colleague is left to them."""
    person = arrival.standing.person
    theirs = {row.ticket for row in offers.all_open(tx) if person is None or row.person != person.key}
    found = tickets.open_by_due(tx, LOOKED_AT, assignee="")
    return tuple(Urgent(one.ticket, one.due_at) for one in found if one.due_at is not None and one.ticket.number not in theirs)
