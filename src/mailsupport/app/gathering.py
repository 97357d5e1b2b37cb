"""Everything that is known of a mail before it is decided what follows: the questions that intake asks of the rows.

Comes in: a mail, where it was found, and the open transaction. Goes out: an `Arrival`. Nothing is written here, and nothing
decided: each answer is `core`'s, or a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailsupport.app import assigning, knowing
from mailsupport.app.agreements import contract_of
from mailsupport.app.holding import held_by, notice
from mailsupport.app.letters.digested import mail_of, with_digest
from mailsupport.app.onbehalf import with_behalf
from mailsupport.app.scene import Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding.arrival import Arrival, Bounced
from mailsupport.core.deciding.storms import WINDOW, Storm, storm_of
from mailsupport.core.guard import Chain
from mailsupport.core.judging.classify import classify
from mailsupport.core.judging.matching import Clues, after_merges, clues, match
from mailsupport.core.judging.receipts import ReceiptCounts
from mailsupport.core.judging.routing import Route, route, staff_of
from mailsupport.core.judging.senders import through_form
from mailsupport.core.judging.standing import standing
from mailsupport.core.judging.tokens import Token, looks_like_token, read, token_in_address
from mailsupport.core.model import PEOPLE, Kind, Mail, State, Ticket
from mailsupport.mail.relayed import as_seen
from mailsupport.store import chains, clocks, mails, outbox, tickets


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a mail was found: which mailbox, whether in its Sent folder, and how old a date of the server is believed."""

    mailbox: str
    from_sent: bool
    oldest_clock: timedelta


def gather(
    service: Service, tx: Tx, origin: Origin, mail: Mail, received_at: datetime, now: datetime, raw: bytes = b""
) -> Arrival:
    """Return what the mail is, which ticket it belongs to, whose contract counts, and what its author may do."""
    desk = service.desk
    mail = through_form(mail, desk)
    found = clues(mail, service.keys, desk.own_addresses)
    known = mails.known(tx, mail.message_id, mail.ancestors, found.numbers)
    verdict = classify(mail, desk, found.own)
    bounced = _bounced(tx, mail, found) if verdict.kind is Kind.BOUNCE else None
    joined = match(mail, found, known, desk, now, origin.from_sent)
    number = bounced.ticket if bounced is not None else joined.ticket
    number = after_merges(number, known.merged) if number is not None else None
    ticket = tickets.kept(tx, number, known.tickets.get(number)) if number is not None else None
    arrival = Arrival(
        mail=mail,
        verdict=verdict,
        route=_route(service, tx, route(mail, origin.mailbox, desk, received_at), ticket),
        match=joined,
        standing=standing(mail, joined.token, desk),
        mailbox=desk.mailboxes[origin.mailbox],
        received_at=received_at,
        now=now,
        from_sent=origin.from_sent,
        ticket=ticket,
        bounced=bounced,
        copy_of=found.own_ticket,
    )
    if arrival.standing.power:
        arrival = replace(arrival, mail=as_seen(mail))
    if arrival.standing.person is not None:
        arrival = replace(arrival, addressed=_addressed(found, known.merged), expired=_expired(service, mail))
    if ticket is not None:
        arrival = with_digest(service, tx, _on_ticket(service, tx, arrival, ticket))
        return replace(arrival, known=knowing.known(service, tx, arrival)) if arrival.standing.power else arrival
    if arrival.standing.power:
        arrival = replace(arrival, held=held_by(service, tx, arrival))
        arrival = replace(arrival, known=knowing.known(service, tx, arrival))
    arrival = with_digest(service, tx, arrival)
    if arrival.digest is not None:
        return arrival
    if arrival.standing.person is not None and verdict.kind in PEOPLE:
        arrival = with_behalf(service, tx, arrival, raw)
    storm = _storm(service, tx, arrival)
    return replace(arrival, storm=storm) if storm is not None else _for_receipt(tx, arrival)


def _storm(service: Service, tx: Tx, arrival: Arrival) -> Storm | None:
    """The storm that a mail without a ticket belongs to; its ticket must still be unanswered."""
    sender, limit = arrival.mail.sender.key, service.desk.storm
    opens = arrival.verdict.kind in PEOPLE or arrival.route.opens_for_robots
    if arrival.from_sent or not opens or not sender or limit <= 0:
        return None
    name = f"storm:{arrival.mailbox.name}:{sender}"
    counted = tickets.counted(tx, name, sender, arrival.mailbox.name, arrival.received_at - WINDOW)
    storm = storm_of(name, counted, limit, arrival.received_at)
    ticket = tickets.kept(tx, storm.ticket) if storm is not None else None
    return storm if ticket is not None and ticket.state is State.NEW else None


def _route(service: Service, tx: Tx, fresh: Route, ticket: Ticket | None) -> Route:
    """A ticket keeps the contract it was opened under, whatever the settings would say of this mail today."""
    desk = service.desk
    if ticket is None:
        return fresh
    contract = contract_of(service, tx, ticket)
    customer = desk.customers.get(ticket.customer)
    people = staff_of(contract, ticket.mailbox, desk)
    return replace(fresh, contract=contract, customer=customer, priority=ticket.priority, staff=people)


def _for_receipt(tx: Tx, arrival: Arrival) -> Arrival:
    sender = arrival.mail.sender.key
    if not sender or not arrival.verdict.answerable:
        return arrival
    counts = ReceiptCounts(*tickets.receipt_counts(tx, sender, arrival.now))
    known = arrival.route.customer is not None
    return replace(arrival, counts=counts, answered_before=not known and tickets.answered_before(tx, sender))


def _on_ticket(service: Service, tx: Tx, arrival: Arrival, ticket: Ticket) -> Arrival:
    chain = chains.chain(tx, ticket.number)
    limit, person = service.desk.storm, arrival.standing.person
    asks_who = person is not None or ticket.state is State.CLOSED  # whose answer may be stale, or whom thanks are for
    last = mails.newest_public(tx, ticket.number) if asks_who else None
    return replace(
        arrival,
        chain=chain,
        clocks=tuple(clocks.clocks_of(tx, ticket.number)),
        last_answer_by=last.person if last else "",
        alert_sent_at=_told_at(arrival, chain) if chain is not None else None,
        held=held_by(service, tx, arrival),
        readers=assigning.readers(service, tx, ticket, arrival.route.contract, arrival.now) if person is None else (),
        notice=notice(tx, arrival.mail) if arrival.standing.power else "",
        flooded=limit > 0 and person is None and mails.flooded(tx, ticket.number, arrival.received_at - WINDOW, limit),
    )


def _addressed(found: Clues, merged: Mapping[int, int]) -> tuple[Token, ...]:
    """Our tokens among the recipients, each for the ticket where merges end."""
    tokens = (clue.token for clue in found.addressed)
    return tuple(replace(one, ticket=after_merges(one.ticket, merged)) for one in tokens if one is not None)


def _expired(service: Service, mail: Mail) -> bool:
    """Whether it was sent to an address of ours that looks like one with a token, and is none (any more)."""
    texts = (token_in_address(address, service.desk.own_addresses) for address in mail.recipients)
    return any(text and looks_like_token(text) and read(service.keys, text) is None for text in texts)


def _told_at(arrival: Arrival, chain: Chain) -> datetime | None:
    """When the author was last alerted."""
    person = arrival.standing.person
    return max((t.at for t in chain.told if person is not None and t.person == person.key), default=None)


def _bounced(tx: Tx, mail: Mail, found: Clues) -> Bounced | None:
    """The mail of ours that the report names: by its id, by the one in our own field, or by the token it was sent back to."""
    named = (mail.bounce.original_own_id, mail.bounce.original_message_id) if mail.bounce is not None else ()
    row = next(filter(None, (outbox.by_message_id(tx, id_) for id_ in named if id_)), None)
    if row is None:
        returned = (outbox.by_token(tx, clue.ticket, clue.token.text) for clue in found.addressed if clue.token and clue.ticket)
        several = (mail_of(tx, clue.token) for clue in found.addressed)
        row = next(filter(None, returned), None) or next((outbox.outgoing(tx, one) for one in several if one), None)
    if row is None:
        return None
    recipients = tuple(r.email for r in outbox.recipients_of(tx, row.id))
    since = row.ticket is not None and outbox.answered_after(tx, row.ticket, row.id)
    return Bounced(row.id, row.kind, row.ticket, recipients, row.created_at, row.finished_at, since)
