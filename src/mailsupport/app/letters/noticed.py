"""What staff hear when a contact took notice of many alerts at once: who, of which of their tickets, and who waits still.

Comes in: a scene and the effect. Goes out: one letter a person, never one a ticket, and a line in each ticket's history. It is
about no ticket, so a plain reply to it answers nobody: answers belong into replies to the notifications.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailsupport.app.agreements import contract_of
from mailsupport.app.letters.facts import language_of, zone_of
from mailsupport.app.letters.pages import line
from mailsupport.app.letters.post import Letter, inner_headers, own_address, personal_token, send
from mailsupport.app.scene import Scene
from mailsupport.core.desk import Person
from mailsupport.core.guard import Clock
from mailsupport.core.judging.routing import staff_of
from mailsupport.core.model import Address, Ticket
from mailsupport.core.orders import TellNoticed
from mailsupport.core.reading.commands import read_request
from mailsupport.core.timing.promises import RESPONSES
from mailsupport.mail.contexts import NoticedContext
from mailsupport.mail.facts import TicketLine
from mailsupport.store import clocks, history, tickets

LISTED = 50
"""Tickets that one mail lists; how many more there are stands below."""


def tell(scene: Scene, effect: TellNoticed) -> None:
    """Tell everybody who answers one of these tickets, but whoever took notice, once of all of theirs."""
    service, found = scene.service, tickets.tickets(scene.tx, effect.tickets)
    theirs: dict[str, list[Ticket]] = {}
    people: dict[str, Person] = {}
    for ticket in (found[number] for number in effect.tickets if number in found):
        answering = staff_of(contract_of(service, scene.tx, ticket), ticket.mailbox, service.desk)
        staff = [one for one in answering if one.key != effect.by.key]
        for person in staff:
            people[person.key] = person
            theirs.setdefault(person.key, []).append(ticket)
        if staff:
            data = {"event": "acknowledged"}
            history.log(scene.tx, ticket.number, scene.now, ", ".join(one.key for one in staff), "notified", data)
    for key, mine in theirs.items():
        _send(scene, people[key], mine, effect.by)


def _send(scene: Scene, person: Person, mine: list[Ticket], by: Person) -> None:
    token = personal_token(scene, person.key)
    words = scene.reading.new_text if scene.reading is not None else ""
    context = NoticedContext(
        by=by.name or by.key,
        tickets=_lines(scene, mine[:LISTED]),
        person=person.name,
        now=scene.now,
        zone=zone_of(scene, person),
        marker=token,
        words=read_request(words, scene.service.desk.command_words).text,
        more=max(0, len(mine) - LISTED),
        own_address=own_address(scene, person.key),
    )
    letter = Letter(
        kind="notification",
        context=context,
        to=(Address(person.name, person.address),),
        language=language_of(scene, person),
        token=token,
        headers=inner_headers({"Event": "acknowledged", "Tickets": str(len(mine))}),
    )
    send(Scene(scene.service, scene.tx, scene.now, scene.mailbox, mail=scene.mail), letter)


def _lines(scene: Scene, mine: list[Ticket]) -> tuple[TicketLine, ...]:
    known = clocks.clocks_of_all(scene.tx, [ticket.number for ticket in mine])
    return tuple(line(scene, ticket, _due(known.get(ticket.number, ()))) for ticket in mine)


def _due(known: Iterable[Clock]) -> datetime | None:
    return min((one.due_at for one in known if one.kind in RESPONSES and one.stopped_at is None), default=None)
