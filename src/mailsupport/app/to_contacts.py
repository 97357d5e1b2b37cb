"""What contacts get: the alert of a step, and the all-clear when it is over. Internal, and complete without a tool.

Comes in: a scene, a chain that has just fired a step, and who is to be told. Goes out: one letter a person, each noted in
`told`, so that nobody hears of the same step twice (P4). The customer is never in copy; any reply by a person acknowledges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from mailsupport.app.facts import happened, name_of, ticket_facts, unanswered, zone_of
from mailsupport.app.post import Letter, action, send
from mailsupport.app.scene import Scene
from mailsupport.core import escalation, timetable, tokens
from mailsupport.core.absences import StandIn
from mailsupport.core.desk import Contract, Person
from mailsupport.core.effects import AllClear
from mailsupport.core.guard import Chain
from mailsupport.core.model import Address, Ticket
from mailsupport.core.timetable import EntryKind
from mailsupport.core.tokens import Audience, Purpose
from mailsupport.mail.contexts import AlertContext, AllClearContext, AwayOf, ToldOf, Upcoming
from mailsupport.store import chains, history, mails

SHOWN = 5
"""Steps to come that an alert names."""

WORDS = 4000
"""Characters of the customer's unanswered words that an alert carries."""

REACTIONS = 50
"""Acknowledgements looked at to say who has reacted."""

TOLD = frozenset({"accepted", "unknown"})
"""Outcomes of an alert after which its reader may know of the matter, and is owed the all-clear."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A step that fired: its row, the chain after it, and what the alert must admit (what was not read, why it is late)."""

    firing: int
    chain: Chain
    contract: Contract
    unread: tuple[str, ...] = ()
    late_because: str = ""


def alert(scene: Scene, alarm: Alarm, person: Person, acting: Sequence[StandIn] = ()) -> None:
    """Send one contact the alert of a step, once; `acting` says for whom they stand in."""
    ticket = scene.subject()
    token = tokens.issue(scene.service.keys, Purpose.ALERT, ticket.number, person.key, str(alarm.firing))
    context = _alert(scene, alarm, ticket, person, token, acting)
    row = send(scene, _letter(scene, ticket, person, token, "alert", context, alarm.chain.step))
    chains.tell(scene.tx, alarm.firing, "alert", person.key, person.address, row, scene.now)
    scene.log("alerted", person.key, {"step": alarm.chain.step, "round": alarm.chain.round})


def all_clear(scene: Scene, effect: AllClear) -> None:
    """Tell everybody whose alert may have arrived that it is over, once for the last step they heard of."""
    ticket = scene.subject()
    rows, chain = chains.told_of(scene.tx, ticket.number), chains.chain(scene.tx, ticket.number)
    cleared = {t.email: t.id for t in rows if t.kind == "all_clear" and chain is not None and t.at < chain.opened_at}
    told = [t for t in rows if t.kind == "alert" and t.outcome in TOLD and t.id > cleared.get(t.email, 0)]
    answer = mails.newest_public(scene.tx, ticket.number)
    for last in {t.email: t for t in told}.values():
        person = scene.service.desk.people.get(last.person) or Person(last.person, last.person, (last.email,))
        token = tokens.issue(scene.service.keys, Purpose.ALERT, ticket.number, person.key, str(last.firing))
        context = AllClearContext(
            reason="answered" if effect.answered_by else "closed",
            ticket=ticket_facts(scene, ticket),
            person=person.name or person.address,
            at=effect.at,
            zone=zone_of(scene, person),
            marker=token,
            desk=scene.service.name,
            by=name_of(scene, effect.answered_by),
            seconds_late=_late(scene, effect.at),
            words=answer.new_text if answer and answer.person else "",
            told=_told_of(scene, told_before=None),
        )
        row = send(scene, _letter(scene, ticket, person, token, "all_clear", context, last.step))
        chains.tell(scene.tx, last.firing, "all_clear", person.key, last.email, row, scene.now)


def _alert(scene: Scene, alarm: Alarm, ticket: Ticket, person: Person, token: str, acting: Sequence[StandIn]) -> AlertContext:
    chain, contract = alarm.chain, alarm.contract
    requests = unanswered(scene)
    step = contract.steps[chain.step]
    return AlertContext(
        cause=chain.cause,
        ticket=ticket_facts(scene, ticket),
        person=person.name or person.address,
        now=scene.now,
        zone=zone_of(scene, person),
        marker=token,
        desk=scene.service.name,
        step=chain.step + 1,
        steps=len(contract.steps),
        role=next((target for target in step.targets if "@" not in target and target not in scene.service.desk.people), ""),
        round=chain.round + 1,
        rounds=contract.rounds,
        promised_at=_promised(scene, chain),
        words="\n\n".join(mail.new_text for mail in requests)[:WORDS],
        words_at=requests[0].received_at if requests else None,
        so_far=happened(scene),
        told=_told_of(scene, told_before=alarm.firing),
        upcoming=_upcoming(scene, alarm, ticket),
        reply_freezes=int((escalation.ack_until(contract, chain, scene.now, plain=True) - scene.now).total_seconds()),
        acknowledge_freezes=contract.ack_stops,
        unread=alarm.unread,
        late_because=alarm.late_because,
        acknowledge=action(scene, token, "/ack"),
        stands_in_for=tuple(AwayOf(name_of(scene, one.way[0]), one.until) for one in acting if one.until),
    )


def _told_of(scene: Scene, told_before: int | None) -> tuple[ToldOf, ...]:
    rows = [t for t in chains.told_of(scene.tx, scene.number) if t.kind == "alert" and t.firing != told_before]
    reacted = {line.actor for line in history.newest(scene.tx, scene.number, {"acknowledged"}, REACTIONS)}
    return tuple(ToldOf(name_of(scene, t.person), t.at, "acknowledged" if t.person in reacted else t.outcome) for t in rows)


def _upcoming(scene: Scene, alarm: Alarm, ticket: Ticket) -> tuple[Upcoming, ...]:
    chain = alarm.chain
    accepted = escalation.after_accept(chain, alarm.contract, scene.now, chain.step, chain.round).chain
    rest = timetable.remaining(accepted, alarm.contract, scene.customer_of(ticket), scene.service.desk)
    alerts = islice((entry for entry in rest if entry.kind is EntryKind.ALERT), SHOWN)
    return tuple(Upcoming(", ".join(name_of(scene, key) for key in entry.names), entry.at) for entry in alerts)


def _promised(scene: Scene, chain: Chain) -> datetime | None:
    mine = [c for c in scene.clocks() if c.kind.value == chain.cause.value and c.cycle == chain.cycle]
    return mine[0].due_at if mine else None


def _late(scene: Scene, at: datetime) -> int:
    lapsed = [c.due_at for c in scene.clocks() if c.lapsed_at is not None]
    return max(0, int((at - max(lapsed)).total_seconds())) if lapsed else 0


def _letter(
    scene: Scene, ticket: Ticket, person: Person, token: str, kind: str, context: AlertContext | AllClearContext, step: int
) -> Letter:
    return Letter(
        kind=kind,
        context=context,
        to=(Address(person.name, person.address),),
        language=person.language or scene.service.desk.language,
        token=token,
        audience=Audience.CONTACT,
        from_name=f"{scene.service.name} escalation",
        headers={
            "X-Mailsupport-Ticket": str(ticket.number),
            "X-Mailsupport-Event": "escalated" if kind == "alert" else "answered",
            "X-Mailsupport-Priority": str(ticket.priority),
            "X-Mailsupport-Level": f"{step + 1}/{len(scene.contract.steps)}",
        },
    )
