"""What a mail about several tickets says: a line for each, in the order in which they matter.

Comes in: the tickets, each with its scene, and the rows of `told` that the mail is made of. Goes out: the value that the template
is given. Nothing is written and nothing decided. Words of strangers are cut: a digest of hundreds must stay a mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from mailsupport.app.letters.facts import name_of, zone_of
from mailsupport.app.letters.post import action, own_address
from mailsupport.app.letters.to_contacts import admitted, how_it_ended, waits_again
from mailsupport.app.presence import desk_now
from mailsupport.app.scene import Scene
from mailsupport.core.desk import Person
from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Purpose
from mailsupport.core.model import Priority, Ticket
from mailsupport.core.reaching import escalation
from mailsupport.core.reaching.contacts import targets
from mailsupport.mail.alarms import AllClearsContext, DigestContext
from mailsupport.mail.facts import AwayOf, ClearedLine, DigestLine
from mailsupport.store.digests import DigestRow
from mailsupport.store.rows import ALERT

SUBJECT, WHOSE = 70, 40
"""Characters of a subject and of a customer's name in a line."""

LINKED = 100
"""Tickets that can be acknowledged each by a link of its own; the others by their number."""

_URGENCY = {priority: rank for rank, priority in enumerate(Priority)}


def in_order(rows: Iterable[tuple[DigestRow, Ticket]], kind: str) -> list[tuple[DigestRow, Ticket]]:
    """Return alerts by priority, then how far up the chain, then the longest overdue; all-clears as they came."""
    if kind != ALERT:
        return list(rows)
    return sorted(rows, key=lambda one: (-_URGENCY[one[1].priority], -one[0].round, -one[0].step, _since(one[0]), one[0].id))


def alerts(scenes: Sequence[Scene], rows: Sequence[DigestRow], person: Person, token: str) -> DigestContext:
    """Return what a digest of alerts says."""
    first = scenes[0]
    admissions = [admitted(row.reason) for row in rows]
    return DigestContext(
        lines=tuple(_alert(scene, row, person, n < LINKED) for n, (scene, row) in enumerate(zip(scenes, rows, strict=True))),
        person=person.name or person.address,
        now=first.now,
        zone=zone_of(first, person),
        marker=token,
        desk=first.service.name,
        reply_freezes=min(_wait(scene, row) for scene, row in zip(scenes, rows, strict=True)),
        acknowledge_freezes=min(scene.contract.ack_stops for scene in scenes),
        unread=tuple(dict.fromkeys(folder for unread, _ in admissions for folder in unread)),
        late=any(late for _, late in admissions),
        acknowledge=action(first, token, "/ack all", first.service.name),
        stands_in_for=_stands_in_for(scenes, rows, person),
        own_address=own_address(first, person.key),
    )


def all_clears(scenes: Sequence[Scene], rows: Sequence[DigestRow], person: Person, token: str) -> AllClearsContext:
    """Return what the all-clear of several tickets says.

    A ticket that waits for an answer again by now keeps its line, which says so. Left out, its reader would never hear that what
    they were alerted of is over: if the next answer comes in time, no chain opens that could end with another all-clear.
    """
    first = scenes[0]
    return AllClearsContext(
        lines=tuple(_cleared(scene) for scene in scenes),
        person=person.name or person.address,
        zone=zone_of(first, person),
        marker=token,
        desk=first.service.name,
        own_address=own_address(first, person.key),
    )


def _alert(scene: Scene, row: DigestRow, person: Person, linked: bool) -> DigestLine:
    ticket = scene.subject()
    link = None
    if linked:
        token = tokens.issue(scene.service.keys, Purpose.ALERT, ticket.number, person.key, str(row.firing))
        link = action(scene, token, "/ack")
    return DigestLine(
        tag=tokens.number_tag(scene.service.keys, ticket.number),
        number=ticket.number,
        subject=ticket.subject[:SUBJECT],
        whose=_whose(scene, ticket),
        at=_since(row),
        cause=row.cause,
        step=row.step + 1,
        steps=len(scene.contract.steps),
        state=ticket.state,
        priority=ticket.priority,
        acknowledge=link,
    )


def _cleared(scene: Scene) -> ClearedLine:
    ticket, over = scene.subject(), how_it_ended(scene)
    return ClearedLine(
        tag=tokens.number_tag(scene.service.keys, ticket.number),
        subject=ticket.subject[:SUBJECT],
        whose=_whose(scene, ticket),
        reason=over.how if over else "closed",
        at=over.at if over else scene.now,
        by=name_of(scene, over.answered_by)[:WHOSE] if over else "",
        again=waits_again(scene),
    )


def _whose(scene: Scene, ticket: Ticket) -> str:
    customer = scene.customer_of(ticket)
    return (customer.name if customer else ticket.requester.email or ticket.requester.name)[:WHOSE]


def _since(row: DigestRow) -> datetime:
    return row.due_at or row.fired_at


def _wait(scene: Scene, row: DigestRow) -> int:
    return max(escalation.wait_after(scene.contract, row.step, row.round), escalation.LEAST_WAIT)


def _stands_in_for(scenes: Sequence[Scene], rows: Sequence[DigestRow], person: Person) -> tuple[AwayOf, ...]:
    """For whom the reader is told of some of these: asked once for each contract, step and customer."""
    asked = {(s.contract.name, s.subject().customer, r.step, r.round): (s, r) for s, r in zip(scenes, rows, strict=True)}
    away: dict[str, AwayOf] = {}
    for scene, row in asked.values():
        customer = scene.customer_of(scene.subject())
        found = targets(
            scene.contract, row.step, row.round, customer, desk_now(scene.tx, scene.service.desk, row.fired_at), row.fired_at
        )
        for one in found.stands_in.get(person.key, ()):
            if one.until is not None:
                away[one.way[0]] = AwayOf(name_of(scene, one.way[0]), one.until)
    return tuple(away.values())
