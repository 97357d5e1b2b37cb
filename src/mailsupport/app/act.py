"""Where a decision becomes rows, and the only place where one does.

Comes in: an open transaction, a scene (whose ticket, which mail, what time), and effects out of `core`. Goes out: rows; mails
go to the outbox through `app.letters.post`, never to a server. Rules for editing here: one small function an effect, nothing is
decided, every change of a ticket leaves a line in its history, and everything happens in the transaction that was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mailsupport.app import agreements, assigning, clockwork, orders, presence
from mailsupport.app.crashpoints import reach
from mailsupport.app.letters import assurance, noticed, post, to_author, to_contacts, to_customer, to_staff
from mailsupport.app.scene import Scene
from mailsupport.core.effects import (
    AllClear,
    Attach,
    CancelClocks,
    ChangeChain,
    ChangeTicket,
    Decision,
    Effect,
    Hold,
    Join,
    Log,
    Notify,
    OpenChain,
    OpenTicket,
    Relay,
    SendReceipt,
    SettleHold,
    StartClock,
    StopClock,
    TellOperator,
)
from mailsupport.core.guard import ChainState
from mailsupport.core.handling import Count, HandOut, InName, Leave, Link, Merge, Retract, Split
from mailsupport.core.learned import LearnId, MarkAway, MarkBounced, NoteStorm
from mailsupport.core.model import Mail, State, Verdict
from mailsupport.core.orders import (
    Assign,
    AssureCustomer,
    ChangeChains,
    Confirm,
    EndAbsence,
    Excuse,
    GiveOut,
    GoOn,
    HoldClocks,
    NoteAbsence,
    PassOn,
    ReleaseClocks,
    RevokeClock,
    SetContract,
    SetDue,
    SetPriority,
    TakeByAnswer,
    Tell,
    TellNoticed,
    Wait,
)
from mailsupport.core.reaching import escalation
from mailsupport.core.reading.commands import read_request
from mailsupport.store import chains, facts, history, mails, outbox, tickets
from mailsupport.store.rows import ALERT, IN, INTERNAL, OUT, PUBLIC, NewMail, NewTicket


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail about to be stored: what was read, its bytes, and why it is what it is."""

    mail: Mail
    raw: bytes
    size: int
    received_at: datetime
    verdict: Verdict
    matched: str
    from_sent: bool = False


def carry_out(scene: Scene, decision: Decision, incoming: Incoming) -> None:
    """Turn a decision about a mail into rows; afterwards the scene names ticket and mail."""
    scene.ticket = decision.ticket
    rest = list(decision.effects)
    if rest and isinstance(rest[0], OpenTicket):
        _open_ticket(scene, rest.pop(0))
        reach("act.ticket")
    attached = next((effect for effect in rest if isinstance(effect, Attach)), None)
    scene.mail = _store(scene, incoming, attached, decision.reason)
    if attached is not None and attached.person:
        scene.actor = attached.person
    perform(scene, [effect for effect in rest if not isinstance(effect, Attach)])


def carry_out_stored(scene: Scene, decision: Decision, stored: int) -> None:
    """Turn a decision about a mail that is stored already into rows; the mail goes on the ticket."""
    scene.ticket, scene.mail = decision.ticket, stored
    rest = list(decision.effects)
    if rest and isinstance(rest[0], OpenTicket):
        _open_ticket(scene, rest.pop(0))
    attached = next((effect for effect in rest if isinstance(effect, Attach)), None)
    mails.attach(scene.tx, stored, scene.number, decision.reason)
    if attached is not None and attached.public:
        mails.publish(scene.tx, stored, attached.person)
    perform(scene, [effect for effect in rest if not isinstance(effect, Attach)])


def perform(scene: Scene, effects: Iterable[Effect]) -> None:
    """Turn effects into rows, in their order."""
    for effect in effects:
        _PERFORM[type(effect)](scene, effect)


def _open_ticket(scene: Scene, effect: Any) -> None:
    new = NewTicket(
        subject=effect.subject,
        state=State.NEW,
        priority=effect.priority,
        mailbox=effect.mailbox,
        contract=effect.contract,
        contract_version=effect.contract_version,
        customer=effect.customer,
        language=effect.language,
        requester=effect.requester,
        received_at=effect.received_at,
        opened_at=scene.now,
        first_message_id=effect.first_message_id,
        last_customer_message_id=effect.first_message_id,
        thread_index=effect.thread_index,
        related=effect.related,
        reason=effect.reason,
    )
    scene.ticket = tickets.open_ticket(scene.tx, new)
    scene.know(tickets.opened(new, scene.ticket), clocks=())
    agreements.keep(scene.service, scene.tx, scene.contract, scene.now)
    scene.log("received", effect.requester.email, {"contract": effect.contract, "reason": effect.reason}, at=effect.received_at)


def _store(scene: Scene, incoming: Incoming, attached: Attach | None, reason: str) -> int:
    mail = incoming.mail
    new = NewMail(
        message_id=mail.message_id,
        content_hash=mail.content_hash,
        direction=OUT if incoming.from_sent else IN,
        ticket=scene.ticket if attached is None or not attached.waiting else None,
        kind=incoming.verdict.kind,
        visibility=PUBLIC if attached is not None and attached.public else INTERNAL,
        author=mail.sender,
        person=attached.person if attached is not None else "",
        subject=mail.subject,
        text=mail.text,
        new_text=mail.new_text,
        attachments=mail.attachments,
        received_at=incoming.received_at,
        stored_at=scene.now,
        size=incoming.size,
        waiting=attached is not None and attached.waiting,
        verdict=incoming.verdict.reason,
        matched=incoming.matched or reason,
        flags=attached.flags if attached is not None else (),
    )
    number = mails.store_mail(scene.tx, new, incoming.raw, mail.ancestors)
    scene.know(mail=mails.stored(new, number))
    if scene.ticket is not None:
        told = {"mail": number, "why": reason, "kind": str(incoming.verdict.kind), "public": new.visibility == PUBLIC}
        event = "noted" if _is_note(scene, new) else "mail"
        scene.log(event, new.person or mail.sender.email, told, at=incoming.received_at)
    return number


def _is_note(scene: Scene, mail: NewMail) -> bool:
    """Whether one of us said something that stays here: a mail with nothing but commands is told by what they did."""
    if not mail.person or mail.visibility != INTERNAL:
        return False
    request = read_request(mail.new_text, scene.service.desk.command_words)
    return bool(request.text or request.has("note")) or not request.commands


def _join(scene: Scene, effect: Join) -> None:
    ticket, person = scene.subject(), effect.participant
    if person.email in {there.email for there in ticket.participants}:
        return
    if tickets.add_participant(scene.tx, ticket.number, person):
        scene.know(replace(ticket, participants=(*ticket.participants, person)))
        scene.log("joined", effect.participant.email, {"role": str(effect.participant.role)})


def _change_ticket(scene: Scene, effect: ChangeTicket) -> None:
    columns: dict[str, Any] = {}
    before = scene.subject().state
    if effect.state is not None:
        columns |= {"state": effect.state, "closed_at": scene.now if effect.state is State.CLOSED else None}
    if effect.revision is not None:
        columns["revision"] = effect.revision
    if effect.last_customer_message_id:
        columns["last_customer_message_id"] = effect.last_customer_message_id
    if effect.hold_alerts_until is not None or effect.release_alerts:
        columns["hold_alerts_until"] = None if effect.release_alerts else effect.hold_alerts_until
    if effect.merged_into is not None:
        columns["merged_into"] = effect.merged_into
    if columns:
        scene.change(**columns)
    scene.log("changed", scene.actor, {"reason": effect.reason, **({"state": str(effect.state)} if effect.state else {})})
    clockwork.turned(scene, before)


def _open_chain(scene: Scene, effect: OpenChain) -> None:
    """One chain a ticket: while one is under way, a further cause joins it."""
    existing = scene.chain()
    if existing is None or existing.state is ChainState.RESOLVED:
        event = "chain_opened"
        chain = escalation.open_chain(scene.number, effect.cause, effect.cycle, effect.at, scene.contract)
    else:
        event = "cause_joined"
        chain = escalation.join(existing, effect.cause, scene.now).chain
    renamed = existing is None or event == "chain_opened" or chain.cause != existing.cause
    if renamed and effect.cause in escalation.WITHOUT_CLOCK:
        # What no clock counts has no cycle of its own: without another number its steps would pass for fired already (P4).
        chain = replace(chain, cycle=chains.next_cycle(scene.tx, scene.number, chain.cause))
    elif renamed:
        chain = replace(chain, cycle=effect.cycle)  # that of the clock which is the cause now, for the same reason
    chains.save_chain(scene.tx, chain)
    if existing is None:
        scene.know_chain(chain)  # nobody has been told yet
    else:
        scene.forget_chain()
    scene.log(event, effect.by or "mailsupport", {"cause": str(effect.cause), "reason": effect.reason}, at=effect.at)
    if effect.by:
        scene.log("escalated", effect.by, {"reason": effect.reason, "cause": str(effect.cause)})
    if event == "chain_opened":
        clockwork.chain_moved(scene, chain)


def _change_chain(scene: Scene, effect: ChangeChain) -> None:
    chains.save_chain(scene.tx, effect.chain)
    scene.forget_chain()
    scene.log(effect.event, effect.actor, {"reason": effect.reason, "step": effect.chain.step})
    if effect.chain.state is ChainState.RESOLVED or effect.event in BEGUN_AGAIN:
        clockwork.chain_moved(scene, effect.chain)


BEGUN_AGAIN = frozenset({"reopened", "merged"})
"""What happens to a chain that was over, or came from another ticket."""


def _change_chains(scene: Scene, effect: ChangeChains) -> None:
    for chain, reason in effect.changes:
        chains.save_chain(scene.tx, chain)
        said = {"reason": reason, "step": chain.step, "mail": scene.mail}
        history.log(scene.tx, chain.ticket, scene.now, effect.actor, effect.event, said)


def _mark_bounced(scene: Scene, effect: MarkBounced) -> None:
    for address in effect.addresses:
        outbox.bounced(scene.tx, effect.outbox, address, effect.said, scene.now)
        chains.note_outcome(scene.tx, effect.outbox, address, "bounced", scene.now)


def _mark_away(scene: Scene, effect: MarkAway) -> None:
    alerts = [t for t in chains.told_of(scene.tx, scene.number) if t.kind == ALERT and t.email == effect.email]
    if alerts and alerts[-1].outbox is not None:
        chains.note_outcome(scene.tx, alerts[-1].outbox, effect.email, "auto_replied", scene.now)


def _note_storm(scene: Scene, effect: NoteStorm) -> None:
    facts.set_fact(scene.tx, effect.name, str(effect.ticket), effect.at)


def _learn_id(scene: Scene, effect: LearnId) -> None:
    mails.learn(scene.tx, effect.message_id, effect.ticket, split=False)


def _log(scene: Scene, effect: Log) -> None:
    scene.log(effect.event, effect.actor, dict(effect.data))


_PERFORM: dict[type[Effect], Callable[[Scene, Any], None]] = {
    Join: _join,
    ChangeTicket: _change_ticket,
    StartClock: clockwork.start,
    StopClock: clockwork.stop,
    CancelClocks: clockwork.cancel,
    RevokeClock: clockwork.revoke,
    Excuse: clockwork.excuse,
    Wait: clockwork.wait,
    GoOn: clockwork.go_on,
    SetPriority: clockwork.set_priority,
    SetContract: clockwork.set_contract,
    SetDue: clockwork.set_due,
    HoldClocks: clockwork.hold,
    ReleaseClocks: clockwork.hold,
    OpenChain: _open_chain,
    ChangeChain: _change_chain,
    ChangeChains: _change_chains,
    TellNoticed: noticed.tell,
    SendReceipt: to_customer.receipt,
    Notify: to_staff.notify,
    Relay: to_customer.relay,
    Hold: to_author.hold,
    Confirm: to_author.confirm,
    Tell: to_author.tell,
    AllClear: to_contacts.all_clear,
    TellOperator: post.tell_operator,
    SettleHold: orders.settle_hold,
    Assign: orders.assign,
    GiveOut: assigning.give_out,
    PassOn: assigning.pass_on,
    TakeByAnswer: assigning.take_by_answer,
    Count: orders.count,
    Retract: orders.retract,
    Merge: orders.merge,
    Split: orders.split,
    Link: orders.link,
    Leave: orders.leave,
    HandOut: orders.hand_out,
    InName: orders.in_name,
    MarkBounced: _mark_bounced,
    MarkAway: _mark_away,
    NoteStorm: _note_storm,
    LearnId: _learn_id,
    NoteAbsence: presence.note,
    EndAbsence: presence.end,
    AssureCustomer: assurance.assure,
    Log: _log,
}
