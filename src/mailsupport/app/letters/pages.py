"""What the pages show that people ask for by mail: the open tickets that they may answer, their own, and the commands."""

from __future__ import annotations

from datetime import datetime

from mailsupport.app.letters.facts import name_of
from mailsupport.app.scene import Scene
from mailsupport.core.deciding.assignment import may_answer
from mailsupport.core.deciding.obeying import TABLE
from mailsupport.core.desk import Person
from mailsupport.core.judging import tokens
from mailsupport.core.model import Ticket
from mailsupport.core.reading.commands import VERBS
from mailsupport.mail.facts import CommandGroup, CommandHelp, TicketLine
from mailsupport.store import tickets

LISTED = 50
"""Tickets that one mail lists; how many more there are stands below."""

LOOKED_AT = 500
"""Tickets that are looked at for one page."""


GROUPS = (
    CommandGroup("answer", ("close", "note", "pause"), ("public", "reopen", "resume", "resend", "undo")),
    CommandGroup("own", ("take", "assign", "drop"), ("next",)),
    CommandGroup("alert", ("ack", "notme"), ("snooze", "escalate", "deescalate", "excuse")),
    CommandGroup("plan", ("priority",), ("due", "tier")),
    CommandGroup("ticket", ("cc",), ("for", "merge", "split", "link", "spam")),
    CommandGroup("record", ("spent",), ("cost", "called", "lesson")),
    CommandGroup("look", ("mine", "away"), ("status", "history", "back")),
)
"""The commands by what one wants to do, what is done most first. Help itself stands in the page's first lines."""


def board(scene: Scene, person: Person, *, mine: bool) -> tuple[tuple[TicketLine, ...], int]:
    """Return the open tickets that somebody may answer, or has taken: the most urgent first, and how many are left out."""
    found = tickets.open_by_due(scene.tx, LOOKED_AT, assignee=person.key if mine else None)
    desk = scene.service.desk
    shown = [one for one in found if mine or may_answer(person.key, one.ticket.contract, one.ticket.mailbox, desk)]
    lines = (line(scene, one.ticket, one.due_at) for one in shown[:LISTED])
    return tuple(lines), max(0, len(shown) - LISTED)


def card(verb: str = "") -> tuple[CommandHelp, ...]:
    """Return every command that works, or the one that is asked about."""
    return tuple(CommandHelp(one, words) for one, words in VERBS.items() if one in TABLE and verb in ("", one))


def line(scene: Scene, ticket: Ticket, due_at: datetime | None) -> TicketLine:
    """Return a ticket as a line of a list, with the deadline of the answer that is owed (UTC), or None."""
    customer = scene.customer_of(ticket)
    return TicketLine(
        tag=tokens.number_tag(scene.service.keys, ticket.number),
        subject=ticket.subject,
        whose=(customer.name if customer else "") or ticket.requester.name or ticket.requester.email,
        state=ticket.state,
        priority=ticket.priority,
        due_at=due_at,
        overdue=due_at is not None and due_at < scene.now,
        assignee=name_of(scene, ticket.assignee) if ticket.assignee else "",
    )
