"""What follows from a handover: the row of the outbox, and whatever the ticket learns from it.

An answer that the relay took stops the clock, at that moment; an alert that it took starts the next wait; one that it
refused moves the chain on now. Comes in: a claimed mail and its `Handover`. Goes out: rows, in the transaction that was
given.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta

from mailsupport.app import act
from mailsupport.app.letters.facts import unanswered
from mailsupport.app.letters.to_contacts import clear_late
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding import lifecycle
from mailsupport.core.effects import AllClear, ChangeChain, ChangeTicket, Effect, Notify, StartClock, TellOperator
from mailsupport.core.guard import ChainState, ClockKind
from mailsupport.core.judging.routing import staff_of
from mailsupport.core.model import State, Ticket
from mailsupport.core.reaching import escalation
from mailsupport.core.reaching.escalation import Unreachable
from mailsupport.core.reaching.retry import LIFETIME, End, Next, after_attempt, next_way
from mailsupport.core.timing import clock, promises
from mailsupport.ports import Handover, Outcome, Phase, RecipientResult
from mailsupport.store import chains, digests, facts, outbox, told, ways
from mailsupport.store.digests import DigestRow
from mailsupport.store.rows import ALERT, ALL_CLEAR, ANSWER, Claimed, ToldRow

UNREACHED = ("connect", "login")
"""Stages of a handover at which the relay itself is the trouble, and no mail."""

LATE, LATE_ATTEMPTS = timedelta(minutes=4), 2
"""Staff hear of an answer whose next try is later than this after it was written: within five minutes (G5)."""

_NOT_OF_A_ROW = ("lease_until", "data", "recipients")
_OF_A_ROW = tuple(field.name for field in fields(Claimed) if field.name not in _NOT_OF_A_ROW)

STUCK_ATTEMPTS = 4
"""After so many attempts without success the operator hears of it (about a quarter of an hour for alerts)."""


def record(service: Service, tx: Tx, mail: Claimed, handover: Handover, now: datetime) -> None:
    """Write down one attempt and what follows from it."""
    following, said = write_down(service, tx, mail, handover, now)
    scene = Scene(service, tx, now, mail.mailbox, ticket=mail.ticket, mail=mail.cause_mail, reply=said)
    if mail.kind in (ALERT, ALL_CLEAR):
        _told(scene, mail, handover)
    elif mail.kind == ANSWER and mail.ticket is not None:
        _answer(scene, mail, handover, following)
    _stuck(scene, mail, handover, following)


def write_down(service: Service, tx: Tx, mail: Claimed, handover: Handover, now: datetime) -> tuple[Next, str]:
    """Write down one attempt in the outbox alone; return what becomes of the mail, and what the relay said against it."""
    outcomes = [result.outcome.value for result in handover.recipients]
    following = after_attempt(mail.kind, mail.attempts, outcomes, mail.created_at, now)
    way = next_way(following, mail.kind, mail.route, mail.created_at, now, service.second_after)
    said = "; ".join(dict.fromkeys(result.reply for result in handover.recipients if result.outcome is not Outcome.ACCEPTED))
    error = f"{handover.stage}: {said}" if said else ""
    outbox.record(tx, mail.id, handover.recipients, now, next_at=way.at, state=following.state.value, error=error)
    if way.route != mail.route:
        ways.take_route(tx, mail.id, way.route)
    if mail.kind == ANSWER and following.state is End.DONE and _keeps_copies(service, mail):
        ways.want_copy(tx, mail.id, ways.DUE)
    _say(tx, mail, handover)
    return following, said


def seen_again(service: Service, tx: Tx, message_id: str, now: datetime) -> bool:
    """Settle a mail that may have arrived, when a copy of it comes by: a relay has taken it. Return whether one was settled.

    Where it waits for somebody else too, its next attempt tells.
    """
    row = outbox.by_message_id(tx, message_id)
    if row is None or row.state not in outbox.CLAIMABLE:
        return False
    waiting = [one for one in outbox.recipients_of(tx, row.id) if one.state in outbox.TO_SERVE]
    if not waiting or any(one.state != Outcome.UNKNOWN.value for one in waiting):
        return False
    taken = tuple(RecipientResult(one.email, Outcome.ACCEPTED, one.code, "a copy of it came by") for one in waiting)
    given = {name: getattr(row, name) for name in _OF_A_ROW}
    mail = Claimed(**given, lease_until=now, data=b"", recipients=tuple(one.email for one in waiting))
    record(service, tx, mail, Handover(Phase.DONE, "", taken), now)
    return True


def _keeps_copies(service: Service, mail: Claimed) -> bool:
    box = service.desk.mailboxes.get(mail.mailbox)
    return box is not None and box.save_sent


def _say(tx: Tx, mail: Claimed, handover: Handover) -> None:
    """Tell the log what the relay did with each recipient, one event an outcome."""
    for outcome in dict.fromkeys(result.outcome for result in handover.recipients):
        of_it = [result for result in handover.recipients if result.outcome is outcome]
        data = {"outbox": mail.id, "kind": mail.kind, "attempt": mail.attempts, "to": [result.address for result in of_it]}
        if mail.route:
            data["route"] = mail.route
        if outcome is not Outcome.ACCEPTED:
            data["said"] = f"{handover.stage}: {'; '.join(dict.fromkeys(f'{r.code} {r.reply}' for r in of_it))}"
        told.tell(tx, f"mail_{outcome.value}", mail.ticket, "", data)


def _told(scene: Scene, mail: Claimed, handover: Handover) -> None:
    """Write down who was told; an alert moves the chain of each ticket it tells of: one, or those of a digest."""
    rows = digests.of_mail(scene.tx, mail.id)
    for result in handover.recipients:
        chains.note_outcome(scene.tx, mail.id, result.address, result.outcome.value, scene.now)
        if mail.kind != ALERT:
            continue
        for row in rows:
            if row.email == result.address:
                _alert(_scene_of(scene, row.ticket), row, result, handover)
        if result.outcome is Outcome.REFUSED and rows:
            act.perform(scene, [_suspect(result)])


def _scene_of(scene: Scene, ticket: int) -> Scene:
    """The scene of one ticket of a mail, which a digest has many of."""
    if scene.ticket == ticket:
        return scene
    one = Scene(scene.service, scene.tx, scene.now, scene.mailbox, ticket=ticket, reply=scene.reply)
    one.mailbox = one.subject().mailbox
    return one


def _alert(scene: Scene, row: DigestRow, result: RecipientResult, handover: Handover) -> None:
    chain = chains.chain(scene.tx, scene.number)
    if chain is None:
        return
    if result.outcome is Outcome.ACCEPTED or (result.outcome is Outcome.UNKNOWN and handover.phase is Phase.AFTER):
        # A daemon whose clock is behind cannot have had it accepted before it was fired: no wait becomes shorter by that.
        accepted_at = max(scene.now, row.fired_at)
        change = escalation.after_accept(chain, scene.contract, accepted_at, row.step, row.round)
        if chain.state is ChainState.RESOLVED:
            clear_late(scene, row.firing)
    elif result.outcome is Outcome.REFUSED:
        change = escalation.unreachable(chain, scene.contract, scene.now, Unreachable.REFUSED, row.step, row.round)
    else:
        return
    if change.changed:
        event = "alert_accepted" if result.outcome is not Outcome.REFUSED else "unreachable"
        act.perform(scene, [ChangeChain(change.chain, event, result.address, change.reason)])


def _suspect(result: RecipientResult) -> TellOperator:
    why = f"the relay said {result.code} {result.reply}"[:300]
    cure = "correct the address in the settings; the next contact was told at once"
    return TellOperator(f"suspect:{result.address}", f"an alert to {result.address} was refused", why, cure)


def _late(scene: Scene, mail: Claimed, handover: Handover, following: Next) -> bool:
    """Whether staff are to hear, once, that an answer is not taken: not when nothing at all is, for nothing would reach them."""
    if following.at is None or mail.attempts < LATE_ATTEMPTS or handover.stage in UNREACHED:
        return False
    nobody = all(result.outcome in (Outcome.DEFERRED, Outcome.UNKNOWN) for result in handover.recipients)
    late = following.at > mail.created_at + LATE
    return nobody and late and facts.first_time(scene.tx, f"late:{mail.id}", scene.now, LIFETIME * 2)


def _answer(scene: Scene, mail: Claimed, handover: Handover, following: Next) -> None:
    ticket = scene.subject()
    answer = scene.about()
    scene.actor = answer.person if answer is not None and answer.person else "staff"
    reached = [result.address for result in handover.recipients if result.outcome is Outcome.ACCEPTED]
    if reached:
        act.perform(scene, _answered(scene, ticket))
        scene.log("answered", scene.actor, {"to": reached})
        act.perform(scene, _told_to_the_owner(scene, ticket))
    elif _late(scene, mail, handover, following):
        scene.refused = handover.recipients
        act.perform(scene, [Notify("undelivered", staff_of(scene.contract, ticket.mailbox, scene.service.desk))])
        return
    elif following.state is End.FAILED:
        state = lifecycle.follow(ticket.state, lifecycle.Event.ANSWER_BOUNCED)
        act.perform(scene, [ChangeTicket("the answer was not taken by the relay", state=state, release_alerts=True)])
    lost = (Outcome.REFUSED,) if following.state is not End.FAILED else (Outcome.REFUSED, Outcome.DEFERRED, Outcome.UNKNOWN)
    scene.refused = tuple(result for result in handover.recipients if result.outcome in lost)
    if scene.refused:
        act.perform(scene, [Notify("undelivered", staff_of(scene.contract, ticket.mailbox, scene.service.desk))])


def _told_to_the_owner(scene: Scene, ticket: Ticket) -> list[Effect]:
    """Whoever the ticket was given to hears that a colleague has answered it, unless the all-clear tells them so."""
    owner = scene.service.desk.people.get(ticket.assignee) if ticket.assignee != scene.actor else None
    if owner is None or any(_clears(row, owner.key, scene.now) for row in chains.told_of(scene.tx, ticket.number)):
        return []
    return [Notify("answered", (owner,))]


def _clears(row: ToldRow, person: str, at: datetime) -> bool:
    return (row.kind, row.person, row.at) == (ALL_CLEAR, person, at)


def _answered(scene: Scene, ticket: Ticket) -> list[Effect]:
    """H2: the clock stops when the relay has the answer, not when its author sent it."""
    effects: list[Effect] = []
    state = ticket.state if ticket.state is State.CLOSED else lifecycle.follow(ticket.state, lifecycle.Event.STAFF_ANSWERED)
    effects.append(ChangeTicket("answered", state=state, release_alerts=True))
    known, who, closing = scene.clocks(), f"{scene.actor}, accepted by the relay", ticket.state is State.CLOSED
    effects += promises.answered(known, scene.contract, ticket.priority, scene.now, f"answered by {who}", closing)
    effects += promises.closed(known, scene.now, who) if closing else ()
    chain = chains.chain(scene.tx, scene.number)
    ended = chain is not None and (closing or chain.cause in escalation.ENDED_BY_ANSWER)
    if chain is not None and ended and chain.state is not ChainState.RESOLVED:
        reason = f"answered by {scene.actor}"
        over = escalation.resolve(chain, reason)
        effects += [ChangeChain(over.chain, "resolved", scene.actor, over.reason), AllClear(reason, scene.actor, scene.now)]
    return [*effects, *_asked_meanwhile(scene, ticket)]


def _asked_meanwhile(scene: Scene, ticket: Ticket) -> list[Effect]:
    """What the customer wrote while the answer was on its way is not answered by it: a clock of its own begins."""
    answer = scene.about()
    later = [m for m in unanswered(scene, answer.id) if m.received_at > answer.received_at] if answer is not None else []
    if not later:
        return []
    contract, since = scene.contract, later[0].received_at
    effects: list[Effect] = [ChangeTicket("the customer wrote before the answer went out", state=State.OPEN)]
    due = clock.due_at(contract, ClockKind.NEXT_RESPONSE, ticket.priority, since)
    if due is not None:
        why = f"next_response by contract {contract.name}, from the oldest mail that the answer did not know"
        effects.append(StartClock(ClockKind.NEXT_RESPONSE, since, due, why))
    return effects


def _stuck(scene: Scene, mail: Claimed, handover: Handover, following: Next) -> None:
    if mail.kind == "operator" or (following.state is End.QUEUED and mail.attempts < STUCK_ATTEMPTS):
        return
    if following.state in (End.DONE, End.UNKNOWN):
        return
    if mail.kind == ALERT and all(result.outcome is Outcome.REFUSED for result in handover.recipients):
        return  # the operator has heard of the address, and the chain went on
    why = f"{handover.stage}: {scene.reply}"[:400]
    what = f"a mail ({mail.kind}) is not taken by the relay after {mail.attempts} attempt{'' if mail.attempts == 1 else 's'}"
    cure = "see `mailsupport outbox list`; when the cause is mended, `mailsupport outbox retry`"
    act.perform(scene, [TellOperator(f"stuck:{handover.stage}", what, why, cure)])
