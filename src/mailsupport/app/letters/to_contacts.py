"""What contacts get: the alert of a step, and the all-clear when it is over. Internal, and complete without a tool.

Comes in: a scene, a chain that has just fired a step, and who is to be told. Goes out: one letter a person, each noted in
`told`, so that nobody hears of the same step twice (P4). Whoever was mailed a moment ago is only noted: `app.digests` makes one
mail of what waits. The customer is never in copy; any reply by a person acknowledges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from mailsupport.app.assigning import likeliest
from mailsupport.app.letters.facts import happened, language_of, name_of, ticket_facts, unanswered, with_missed, zone_of
from mailsupport.app.letters.post import Letter, action, answer_action, inner_headers, own_address, send
from mailsupport.app.presence import present
from mailsupport.app.scene import Scene
from mailsupport.app.turns import wait_until
from mailsupport.core.deciding.answers import words_of
from mailsupport.core.desk import Contract, Person
from mailsupport.core.effects import AllClear
from mailsupport.core.guard import Chain
from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Audience, Purpose
from mailsupport.core.model import Address, State, Ticket
from mailsupport.core.reaching import escalation, timetable
from mailsupport.core.reaching.absences import StandIn
from mailsupport.core.reaching.timetable import EntryKind
from mailsupport.core.reading.commands import read_request
from mailsupport.mail.contexts import Action, AlertContext, AllClearContext, AwayOf, ToldOf, Upcoming
from mailsupport.mail.facts import AssignTo
from mailsupport.store import chains, history, mails
from mailsupport.store.chains import CANCELLED
from mailsupport.store.rows import ALERT, ALL_CLEAR, NOT_READ, LogRow, ToldRow

SHOWN = 5
"""Steps to come that an alert names."""

WORDS = 4000
"""Characters of the customer's unanswered words that an alert carries."""

ASSIGNABLE = 2
"""Colleagues whom an alert offers to give the ticket to."""

CHANGES = 20
"""Changes of a ticket looked at to say whether it waits for us again since its chain ended."""

REACTIONS = 50
"""Acknowledgements looked at to say who has reacted."""

_REACTIONS = {"acknowledged": "acknowledged", "not_theirs": "passed"}
"""What the log calls a reaction, and what an alert calls it."""

LATE_BECAUSE, UNREAD = "; late: ", f"; {NOT_READ}: "
"""What stands in the reason of a firing before why it is late, and before what was not read."""

TOLD = frozenset({"accepted", "unknown", "auto_replied"})
"""Outcomes of an alert after which its reader may know of the matter, and is owed the all-clear."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A step that fired: its row, the chain after it, and what the alert must admit (what was not read, why it is late)."""

    firing: int
    chain: Chain
    contract: Contract
    unread: tuple[str, ...] = ()
    late_because: str = ""


def reason_of(reason: str, unread: tuple[str, ...], late_because: str) -> str:
    """Return the reason of a firing with what its alert must admit, so that an alert sent later can be made of its row."""
    late = f"{LATE_BECAUSE}{late_because}" if late_because else ""
    return f"{reason}{late}{UNREAD}{', '.join(unread)}" if unread else f"{reason}{late}"


def admitted(reason: str) -> tuple[tuple[str, ...], str]:
    """Return what was not read, and why the alert is late, out of the reason of a firing."""
    rest, _, unread = reason.partition(UNREAD)
    return tuple(filter(None, unread.split(", "))), rest.partition(LATE_BECAUSE)[2]


def alert(scene: Scene, alarm: Alarm, person: Person, acting: Sequence[StandIn] = ()) -> datetime | None:
    """Tell one contact of a step, once; return until when that waits for a digest, None when the mail goes now.

    `acting` says for whom they stand in.
    """
    until = wait_until(scene, ALERT, person.address)
    row = write_alert(scene, alarm, person, acting) if until is None else None
    chains.tell(scene.tx, alarm.firing, ALERT, person.key, person.address, row, scene.now)
    step = {"step": alarm.chain.step, "round": alarm.chain.round}
    if until is None:
        scene.log("alerted", person.key, step)
    else:
        scene.log("alert_waits", person.key, {**step, "until": until})
    return until


def write_alert(scene: Scene, alarm: Alarm, person: Person, acting: Sequence[StandIn] = ()) -> int:
    """Put the alert of a step for one person into the outbox; return its row."""
    ticket = scene.subject()
    token = tokens.issue(scene.service.keys, Purpose.ALERT, ticket.number, person.key, str(alarm.firing))
    context = _alert(scene, alarm, ticket, person, token, acting)
    return send(scene, _letter(scene, ticket, person, token, ALERT, context, alarm.chain.step))


def all_clear(scene: Scene, effect: AllClear) -> None:
    """Tell everybody whose alert may have arrived that it is over, once for the last step they heard of."""
    ticket = scene.subject()
    ended = {"reason": effect.reason, "by": effect.answered_by, "at": effect.at, "how": _code(effect)}
    scene.log(ALL_CLEAR, effect.answered_by or "mailsupport", ended)
    rows, chain = chains.told_of(scene.tx, ticket.number), chains.chain(scene.tx, ticket.number)
    cleared = {t.email: t.id for t in rows if t.kind == ALL_CLEAR and chain is not None and t.at < chain.opened_at}
    told = [t for t in rows if t.kind == ALERT and t.outcome in TOLD and t.id > cleared.get(t.email, 0)]
    for last in {t.email: t for t in told}.values():
        _clear(scene, effect, last)


def clear_late(scene: Scene, firing: int) -> None:
    """Give the all-clear to whoever was alerted at that firing when all was over: the alert crossed the answer."""
    effect = how_it_ended(scene)
    rows = [t for t in chains.told_of(scene.tx, scene.number) if t.firing == firing]
    cleared = {t.email for t in rows if t.kind == ALL_CLEAR}
    for late in rows:
        if effect is not None and late.kind == ALERT and late.outcome in TOLD and late.email not in cleared:
            _clear(scene, effect, late)


def how_it_ended(scene: Scene) -> AllClear | None:
    """Return the all-clear that the ticket's chain last ended with, or None when it never did."""
    for line in history.newest(scene.tx, scene.number, {ALL_CLEAR}, 1):
        data = line.data
        return AllClear(data["reason"], data["by"], datetime.fromisoformat(data["at"]), how=data["how"])
    return None


def waits_again(scene: Scene) -> bool:
    """Whether the ticket has come to wait for an answer since its chain ended: the customer wrote, or somebody reopened it.

    The log tells what came after the end; the times do not: what the customer wrote while the answer was on its way is older.
    """
    if scene.subject().state not in (State.NEW, State.OPEN):
        return False
    for line in history.newest(scene.tx, scene.number, {ALL_CLEAR, "changed"}, CHANGES):
        if line.event == ALL_CLEAR or "state" in line.data:
            return line.event != ALL_CLEAR
    return False


def person_of(scene: Scene, key: str, email: str) -> Person:
    """Return one of ours, also one whom the settings have forgotten since they were told."""
    return scene.service.desk.people.get(key) or Person(key, key, (email,))


def write_all_clear(scene: Scene, effect: AllClear, person: Person, firing: int, step: int) -> int:
    """Put the all-clear for one person into the outbox; return its row."""
    ticket = scene.subject()
    answer = mails.newest_public(scene.tx, ticket.number)
    token = tokens.issue(scene.service.keys, Purpose.ALERT, ticket.number, person.key, str(firing))
    context = AllClearContext(
        reason=_code(effect),
        ticket=ticket_facts(scene, ticket),
        person=person.name or person.address,
        at=effect.at,
        zone=zone_of(scene, person),
        marker=token,
        desk=scene.service.name,
        by=name_of(scene, effect.answered_by),
        seconds_late=_late(scene, effect.at),
        words=_answered_with(scene, answer.new_text) if answer and answer.person else "",
        told=_told_of(scene, told_before=None),
        detail="" if _code(effect) in ("answered", "closed") else effect.reason,
        again=waits_again(scene),
        own_address=own_address(scene, person.key),
    )
    return send(scene, _letter(scene, ticket, person, token, ALL_CLEAR, context, step))


def _answered_with(scene: Scene, new_text: str) -> str:
    """Return what the customer got of a mail of ours: its words without the commands above them."""
    return words_of(read_request(new_text, scene.service.desk.command_words)) or new_text


def _clear(scene: Scene, effect: AllClear, last: ToldRow) -> None:
    person = person_of(scene, last.person, last.email)
    waits = wait_until(scene, ALL_CLEAR, last.email) is not None
    row = None if waits else write_all_clear(scene, effect, person, last.firing, last.step)
    chains.tell_again(scene.tx, last.firing, ALL_CLEAR, person.key, last.email, row, scene.now)


def _code(effect: AllClear) -> str:
    return effect.how or ("answered" if effect.answered_by else "closed")


def _alert(scene: Scene, alarm: Alarm, ticket: Ticket, person: Person, token: str, acting: Sequence[StandIn]) -> AlertContext:
    chain, contract = alarm.chain, alarm.contract
    requests = unanswered(scene)
    asked = _asked_for(scene, chain)
    return AlertContext(
        cause=chain.cause,
        ticket=with_missed(scene, ticket_facts(scene, ticket), ticket),
        person=person.name or person.address,
        now=scene.now,
        zone=zone_of(scene, person),
        marker=token,
        desk=scene.service.name,
        step=chain.step + 1,
        steps=len(contract.steps),
        role=_role(scene, contract, chain.step),
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
        take_over=action(scene, token, "/take"),
        acknowledge=action(scene, token, "/ack"),
        not_me=action(scene, token, "/notme"),
        deescalate=None if chain.cause in escalation.ENDED_BY_ANSWER else action(scene, token, "/deescalate"),
        assign=_assign(scene, person, token),
        answer=_answer(scene, ticket, person),
        by=name_of(scene, asked.actor) if asked else "",
        detail=str(asked.data.get("reason", "")) if asked else "",
        own_address=own_address(scene, person.key),
        stands_in_for=tuple(AwayOf(name_of(scene, one.way[0]), one.until) for one in acting if one.until),
    )


def _assign(scene: Scene, person: Person, token: str) -> tuple[AssignTo, ...]:
    found = likeliest(scene, person.key, ASSIGNABLE)
    return tuple(AssignTo(one.name or one.key, action(scene, token, f"/assign {one.key}")) for one in found)


def _told_of(scene: Scene, told_before: int | None) -> tuple[ToldOf, ...]:
    alerts = (t for t in chains.told_of(scene.tx, scene.number) if t.kind == ALERT and t.firing != told_before)
    rows = [t for t in alerts if t.outcome != CANCELLED]
    lines = history.newest(scene.tx, scene.number, set(_REACTIONS), REACTIONS) if rows else []
    reacted = {line.actor: _REACTIONS[line.event] for line in reversed(lines)}
    return tuple(
        ToldOf(name_of(scene, t.person), t.at, reacted.get(t.person, t.outcome), _role(scene, scene.contract, t.step))
        for t in rows
    )


def _role(scene: Scene, contract: Contract, step: int) -> str:
    """In which role a step tells people; "" where it names them."""
    named = contract.steps[step].targets if step < len(contract.steps) else ()
    return next((target for target in named if "@" not in target and target not in scene.service.desk.people), "")


def _asked_for(scene: Scene, chain: Chain) -> LogRow | None:
    """Who asked for the escalation, and why; None where a clock did."""
    lines = history.newest(scene.tx, scene.number, {"escalated"}, 1) if chain.cause in escalation.WITHOUT_CLOCK else []
    return lines[0] if lines else None


def _answer(scene: Scene, ticket: Ticket, person: Person) -> Action | None:
    """Whoever is alerted may answer the customer, as those who answer do."""
    if not ticket.requester.email:
        return None
    token = tokens.issue(scene.service.keys, Purpose.REPLY, ticket.number, person.key, str(ticket.revision))
    return answer_action(scene, token)


def _upcoming(scene: Scene, alarm: Alarm, ticket: Ticket) -> tuple[Upcoming, ...]:
    chain = alarm.chain
    accepted = escalation.after_accept(chain, alarm.contract, scene.now, chain.step, chain.round).chain
    desk = present(scene)
    rest = timetable.remaining(accepted, alarm.contract, scene.customer_of(ticket), desk)
    alerts = islice((entry for entry in rest if entry.kind is EntryKind.ALERT), SHOWN)
    return tuple(
        Upcoming(", ".join(name_of(scene, key) for key in entry.names), entry.at, _role(scene, alarm.contract, entry.step))
        for entry in alerts
    )


def _promised(scene: Scene, chain: Chain) -> datetime | None:
    mine = [c for c in scene.clocks() if c.kind.value == chain.cause.value and c.cycle == chain.cycle]
    return mine[0].due_at if mine else None


def _late(scene: Scene, at: datetime) -> int:
    lapsed = [c.due_at for c in scene.clocks() if c.lapsed_at is not None]
    return max(0, int((at - max(lapsed)).total_seconds())) if lapsed else 0


def _letter(
    scene: Scene, ticket: Ticket, person: Person, token: str, kind: str, context: AlertContext | AllClearContext, step: int
) -> Letter:
    facts = {
        "Ticket": str(ticket.number),
        "Event": "escalated" if kind == ALERT else "answered",
        "Priority": str(ticket.priority),
        "Level": f"{step + 1}/{len(scene.contract.steps)}",
    }
    return Letter(
        kind=kind,
        context=context,
        to=(Address(person.name, person.address),),
        language=language_of(scene, person),
        token=token,
        audience=Audience.CONTACT,
        from_name=f"{scene.service.name} escalation",
        headers=inner_headers(facts),
    )
