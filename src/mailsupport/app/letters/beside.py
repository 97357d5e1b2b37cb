"""What stands in a notification beside the customer's words: other requests, ready mails to act with, the reader's own address.

Comes in: a scene and the reader. Goes out: values for `NotificationContext`. A ready mail does as it says when it is sent as it
is; where a verb needs words of its author, there is room for them at its end. Rule for editing here: nothing is decided; a verb
named here is obeyed in `core.deciding.verbs`.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailsupport.app.letters.post import action
from mailsupport.app.scene import Scene
from mailsupport.core.desk import Person
from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Purpose
from mailsupport.core.model import Priority, Ticket
from mailsupport.mail.contexts import Action, Earlier
from mailsupport.store import related

OTHERS_SHOWN = 4
COMMANDS = ("/take", "/note", "/close what was done", "/pause 2d", "/priority high", "/help")
OFFERED = ("/take", "/pass why", *COMMANDS[1:])


@dataclass(frozen=True, slots=True)
class Buttons:
    """The ready mails of one reader; None where the verb would do nothing."""

    take: Action | None
    note: Action
    close: Action
    pause: Action
    raise_priority: Action | None


def others(scene: Scene, ticket: Ticket) -> tuple[Earlier, ...]:
    """Return the newest open tickets of the same customer."""
    keys = scene.service.keys
    rows = related.open_tickets(scene.tx, ticket.customer, ticket.number, OTHERS_SHOWN)
    return tuple(Earlier(tokens.number_tag(keys, r.number), r.subject, r.state, r.received_at) for r in rows)


def buttons(scene: Scene, ticket: Ticket, person: Person, token: str) -> Buttons:
    """Return what the reader can do with one ready mail; a note goes to an address of its own, which is never public."""
    note = tokens.issue(scene.service.keys, Purpose.NOTE, ticket.number, person.key, str(ticket.revision))
    urgent = ticket.priority in (Priority.HIGH, Priority.CRITICAL)
    return Buttons(
        take=None if ticket.assignee == person.key else action(scene, token, "/take"),
        note=action(scene, note, "/note"),
        close=action(scene, token, "/close"),
        pause=action(scene, token, "/pause 2d\n\n"),
        raise_priority=None if urgent else action(scene, token, "/priority high"),
    )
