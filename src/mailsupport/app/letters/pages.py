"""What the pages show that people ask for by mail: the open tickets that they may answer, their own, and every command."""

from __future__ import annotations

from mailsupport.app.letters.facts import name_of
from mailsupport.app.scene import Scene
from mailsupport.core.deciding.assignment import may_answer
from mailsupport.core.deciding.obeying import TABLE
from mailsupport.core.desk import Desk, Person
from mailsupport.core.judging import tokens
from mailsupport.core.reading.commands import VERBS
from mailsupport.mail.facts import CommandHelp, TicketLine
from mailsupport.store import tickets
from mailsupport.store.tickets import Waiting

LISTED = 50
"""Tickets that one mail lists; how many more there are stands below."""

LOOKED_AT = 500
"""Tickets that are looked at for one page."""


def board(scene: Scene, person: Person, *, mine: bool) -> tuple[tuple[TicketLine, ...], int]:
    """Return the open tickets that somebody may answer, or has taken: the most urgent first, and how many are left out."""
    found = tickets.open_by_due(scene.tx, LOOKED_AT, assignee=person.key if mine else None)
    desk = scene.service.desk
    shown = [one for one in found if mine or may_answer(person.key, one.ticket.contract, one.ticket.mailbox, desk)]
    return tuple(_line(scene, one) for one in shown[:LISTED]), max(0, len(shown) - LISTED)


def card(desk: Desk) -> tuple[CommandHelp, ...]:
    """Return every command that works, with its other words in all languages."""
    further: dict[str, list[str]] = {}
    for word, verb in desk.command_words.items():
        further.setdefault(verb, []).append(word)
    return tuple(CommandHelp(verb, (*words, *sorted(further.get(verb, ())))) for verb, words in VERBS.items() if verb in TABLE)


def _line(scene: Scene, one: Waiting) -> TicketLine:
    ticket, customer = one.ticket, scene.customer_of(one.ticket)
    return TicketLine(
        tag=tokens.number_tag(scene.service.keys, ticket.number),
        subject=ticket.subject,
        whose=(customer.name if customer else "") or ticket.requester.name or ticket.requester.email,
        state=ticket.state,
        priority=ticket.priority,
        due_at=one.due_at,
        overdue=one.due_at is not None and one.due_at < scene.now,
        assignee=name_of(scene, ticket.assignee) if ticket.assignee else "",
    )
