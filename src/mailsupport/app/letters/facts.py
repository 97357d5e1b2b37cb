"""What a letter says about a ticket: its facts and its history, taken from the rows in the words that templates know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mailsupport.app.scene import Scene
from mailsupport.core.deciding.behalf import DICTATED
from mailsupport.core.desk import Person
from mailsupport.core.guard import ClockKind
from mailsupport.core.judging import tokens
from mailsupport.core.model import State, Ticket
from mailsupport.core.timing.clock import target_of
from mailsupport.mail.contexts import Happened, TicketFacts
from mailsupport.store import clocks, history, mails
from mailsupport.store.rows import LogRow, MailRow

TOLD_EVENTS = frozenset(
    {"received", "receipt", "notified", "warned", "alerted", "acknowledged", "answered", "noted", "bounced", "lapsed"}
    | {"escalated", "deescalated", "not_theirs", "offered", "offer_expired", "passed_on", "dropped"}
    | {"assigned", "priority", "waiting", "went_on", "called", "excused", "changed"}
    | {"thanked", "rated_good", "rated_not_good"}
)
"""The log events that a person reading an alert wants to know of; that it was closed stands in a change."""

_OURSELVES = "mailsupport"
_LINES_FOR_ONE = 3
"""Lines of the log that are looked at for one that is told: most changes are told by what caused them."""

LOOKED_AT = 50
"""Mails of the customer that are looked at for one letter: a storm may have put thousands on a ticket."""


def ticket_facts(scene: Scene, ticket: Ticket) -> TicketFacts:
    """Return the ticket as staff and contacts see it."""
    desk, contract, customer = scene.service.desk, scene.contract, scene.customer_of(ticket)
    target = target_of(contract, ClockKind.FIRST_RESPONSE, ticket.priority)
    return TicketFacts(
        tag=tokens.number_tag(scene.service.keys, ticket.number),
        subject=ticket.subject,
        requester_address=ticket.requester.email,
        requester_name=ticket.requester.name,
        received_at=ticket.received_at,
        customer=customer.name if customer else "",
        contract=ticket.contract if len(desk.contracts) > 1 else "",
        promise=f"{target.text}, {contract.calendar.name}" if target else "",
        value=customer.value if customer else "",
        priority=ticket.priority,
    )


MISSED_WITHIN = timedelta(days=90)
"""How far back the deadlines are counted that a customer saw pass."""


def with_missed(scene: Scene, facts: TicketFacts, ticket: Ticket) -> TicketFacts:
    """Return the facts with how many deadlines the customer saw pass; where nobody knows the customer, as they are."""
    if not ticket.customer:
        return facts
    return replace(facts, missed=clocks.missed(scene.tx, ticket.customer, scene.now - MISSED_WITHIN))


def happened(scene: Scene, limit: int = 12) -> tuple[Happened, ...]:
    """Return the newest lines of the ticket's history that matter to a person, oldest first."""
    told: list[Happened] = []
    for line in history.newest(scene.tx, scene.number, TOLD_EVENTS, limit * _LINES_FOR_ONE):
        event = _told_as(line)
        if event and not (told and event == told[-1].event == "closed"):  # by /close, and by the answer that closes
            told.append(Happened(line.at, event, "" if line.actor == _OURSELVES else name_of(scene, line.actor)))
    return tuple(reversed(told[:limit]))


def _told_as(line: LogRow) -> str:
    """The code under which a line of the log has its words; "" for one that says nothing to a person."""
    if line.event == "changed":
        return "closed" if line.data.get("state") == State.CLOSED else ""
    if line.event == "priority":
        return f"priority_{line.data.get('to', '')}"
    return "" if (line.event, line.actor) == ("assigned", "nobody") else line.event


def name_of(scene: Scene, key: str) -> str:
    """Return the person's name for a key out of the log; what is no key is returned as it is."""
    names = [scene.service.desk.people[k].name if k in scene.service.desk.people else k for k in key.split(", ")]
    return ", ".join(names)


def zone_of(scene: Scene, person: Person | None) -> str:
    """Return the zone to show times in: the person's own, else the desk's."""
    return (person.timezone if person else "") or scene.service.desk.timezone


def language_of(scene: Scene, person: Person) -> str:
    """Return the language to write in: the person's own, else the desk's."""
    return person.language or scene.service.desk.language


def unanswered(scene: Scene, but: int = 0) -> tuple[MailRow, ...]:
    """Return the customer's mails since the last answer, oldest first; never a stranger's, who only holds a token of ours.

    The answer `but` does not count as one: it may have been on its way while the customer wrote.
    """
    return tuple(mail for mail in mails.unanswered(scene.tx, scene.number, but, LOOKED_AT) if "stranger" not in mail.flags)


def asked(scene: Scene) -> MailRow | None:
    """Return the customer's newest mail, answered or not."""
    return next((m for m in mails.from_customer(scene.tx, scene.number, LOOKED_AT) if "stranger" not in m.flags), None)


def written_down_by(mail: MailRow | None) -> str:
    """Return who of us wrote a customer's words down for them, by telephone or on paper; "" where they wrote themselves."""
    codes = (flag.partition(":") for flag in (mail.flags if mail is not None else ()))
    return next((who for code, _, who in codes if code == DICTATED), "")
