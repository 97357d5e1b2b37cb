"""What follows from a mail of our own people: an answer, a note, an acknowledgement, or a mail that must be held.

Comes in: an `Arrival` whose author is staff or a contact, or a mail out of a watched Sent folder. Goes out: a `Decision`. Rules
for editing here: nobody is obeyed without standing (P8); what is in doubt is held and its author asked, never sent (P7); an
answer counts at its own time; whoever is the requester of a ticket is its customer, also when we pay them.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from mailsupport.core import customer_mail, escalation, lifecycle
from mailsupport.core.arrival import Arrival, customer_side, requesters_in
from mailsupport.core.commands import Request, read_request
from mailsupport.core.desk import Desk, Person
from mailsupport.core.disclosure import disclosed
from mailsupport.core.effects import (
    AllClear,
    Attach,
    CancelClocks,
    ChangeChain,
    ChangeTicket,
    Decision,
    Effect,
    Hold,
    Log,
    Notify,
    Relay,
    SettleHold,
    StopClock,
)
from mailsupport.core.guard import ClockKind
from mailsupport.core.model import State, Ticket
from mailsupport.core.quoting import split
from mailsupport.core.standing import PASS, aligned
from mailsupport.core.tokens import Purpose
from mailsupport.core.typed import typed_inside

ANSWER_GRACE = timedelta(minutes=15)
"""How long an answer under way, or waiting to be confirmed, keeps alerts back (DESIGN §5 Clocks)."""

_OURS = re.compile(r"\[ref:[a-z0-9.]+\]|\bms\.[a-z]\d+\.[a-z2-7]{8}\.")


def follow(arrival: Arrival, desk: Desk) -> Decision:
    """Return what follows from a mail whose author is staff or a contact."""
    ticket, person = arrival.ticket, arrival.standing.person
    if arrival.held is not None and person is not None and arrival.standing.power:
        return _confirmed(arrival, person)
    if ticket is None or person is None or arrival.mail.sender.key == ticket.requester.key:
        return customer_mail.follow(arrival, desk)
    if requesters_in(ticket, arrival.mail) and not _waits_for_relay(arrival, ticket):
        return _direct_answer(arrival, ticket, person, desk)
    if not arrival.standing.power:
        return _held(arrival, ticket, person, "", arrival.standing.reason, "Answer from the address that our mail was sent to.")
    if arrival.match.token is not None and arrival.match.token.purpose is Purpose.ALERT:
        return _to_an_alert(arrival, ticket, person, desk)
    if arrival.match.token is not None and arrival.match.token.purpose in (Purpose.NOTE, Purpose.CONFIRM):  # a hold that is over
        return _note(arrival, ticket, person)
    return _answer(arrival, ticket, person, desk)


def follow_sent(arrival: Arrival) -> Decision:
    """Return what follows from a mail found in the Sent folder: trusted by its place (DESIGN §5 Staff by mail)."""
    ticket, mail = arrival.ticket, arrival.mail
    if ticket is None:
        if not mail.ancestors:
            return Decision("ignored", "a sent mail that belongs to no ticket")
        effects: tuple[Effect, ...] = (Attach(public=False, waiting=True),)
        return Decision("waiting", "a sent mail whose parent has not been read yet", None, effects)
    if not requesters_in(ticket, mail):
        return Decision("ticketed", "sent, but not to the customer", ticket.number, (Attach(public=False),))
    person = arrival.standing.person
    who = person.key if person else mail.sender.key
    return Decision("ticketed", "answered from the shared mailbox", ticket.number, answered(arrival, ticket, who))


def answered(arrival: Arrival, ticket: Ticket, who: str) -> tuple[Effect, ...]:
    """Return the effects of an answer that has reached the customer's side at `arrival.received_at`."""
    at = arrival.received_at
    if _asked_after(arrival, at):
        said = Log("answered_before", who, {"reason": "the customer has written again since, and waits"})
        return Attach(public=True, person=who, flags=("direct",)), said
    effects: list[Effect] = [
        Attach(public=True, person=who, flags=("direct",)),
        ChangeTicket(
            "answered",
            state=lifecycle.follow(ticket.state, lifecycle.Event.STAFF_ANSWERED),
            revision=ticket.revision + 1,
            release_alerts=True,
        ),
        *(StopClock(kind, at, f"answered by {who}") for kind in RESPONSES if arrival.unmet(kind)),
    ]
    return (*effects, *chain_over(arrival, f"answered by {who}", who))


def _asked_after(arrival: Arrival, at: datetime) -> bool:
    """Whether what the customer waits for was asked after that instant: an earlier answer cannot have answered it."""
    waiting = arrival.unmet(ClockKind.NEXT_RESPONSE)
    return waiting is not None and waiting.started_at > at


RESPONSES = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
"""The clocks that a public answer stops."""


def chain_over(arrival: Arrival, reason: str, who: str) -> tuple[Effect, ...]:
    """Return the end of the chain, when one is under way: resolved, and an all-clear to whoever was alerted."""
    chain = arrival.chain
    if chain is None or chain.cause not in escalation.ENDED_BY_ANSWER:
        return ()
    over = escalation.resolve(chain, reason)
    return (
        (ChangeChain(over.chain, "resolved", who, over.reason), AllClear(reason, who, arrival.received_at))
        if over.changed
        else ()
    )


def _waits_for_relay(arrival: Arrival, ticket: Ticket) -> bool:
    """Whether it answers our notification with only others of the customer's side in copy: the requester waits for us."""
    token, there = arrival.match.token, {a.key for a in (*arrival.mail.to, *arrival.mail.cc)}
    by_token = arrival.standing.power and token is not None and token.purpose is Purpose.REPLY
    return by_token and ticket.requester.key != "" and ticket.requester.key not in there


def _direct_answer(arrival: Arrival, ticket: Ticket, person: Person, desk: Desk) -> Decision:
    """The customer has it already; on a From line alone it silences nothing (P8)."""
    trusted = arrival.standing.power or aligned(arrival.mail, desk) == PASS or desk.cc_answers == "trust"
    if trusted:
        return Decision("ticketed", "answered directly, with us in copy", ticket.number, answered(arrival, ticket, person.key))
    if desk.cc_answers == "off":
        return Decision("ticketed", "answers in copy are not counted here", ticket.number, (Attach(public=False),))
    # Only the first keeps alerts back until somebody answers, else a forger could silence them with one mail after another.
    until = arrival.now + ANSWER_GRACE if ticket.hold_alerts_until is None else None
    pause = ChangeTicket("an answer in copy waits to be confirmed", hold_alerts_until=until)
    hold = Hold(
        person,
        "answered",
        "your mail to the customer reached us in copy, and its sender line alone proves nothing",
        "Reply to this mail, and the answer counts from the time you sent it.",
    )
    return Decision("ticketed", "an answer in copy waits to be confirmed", ticket.number, (Attach(public=False), pause, hold))


def _held(arrival: Arrival, ticket: Ticket, person: Person, purpose: str, reason: str, advice: str) -> Decision:
    effects = (Attach(public=False, person="", flags=("held",)), Hold(person, purpose, reason, advice))
    return Decision("ticketed", f"held: {reason}", ticket.number, effects)


def _note(arrival: Arrival, ticket: Ticket, person: Person) -> Decision:
    others = tuple(p for p in arrival.route.staff if p.key != person.key)
    effects = (Attach(public=False, person=person.key), Notify("note", others))
    return Decision("ticketed", f"a note of {person.name}", ticket.number, effects)


def _answer(arrival: Arrival, ticket: Ticket, person: Person, desk: Desk) -> Decision:
    request = read_request(arrival.mail.new_text)
    if doubt := _doubt(arrival, ticket, person, request, desk):
        return _held(arrival, ticket, person, *doubt)
    if request.has("note"):
        return _note(arrival, ticket, person)
    if request.has("ack") and not request.text:
        return _to_chain(arrival, ticket, person, plain=False)
    if not ticket.requester.email:
        return _closed(arrival, ticket, person, _words(request))
    parts = tuple(a.part for a in arrival.mail.attachments)
    effects = (Attach(public=True, person=person.key), *_sent(arrival, ticket, person, request, parts))
    return Decision("ticketed", f"an answer of {person.name}", ticket.number, effects)


def _sent(
    arrival: Arrival, ticket: Ticket, person: Person, request: Request, parts: tuple[int, ...], stored: int | None = None
) -> tuple[Effect, ...]:
    """Return an answer on its way, out of the mail at hand or of a stored one that was held, and the closing it asks for."""
    grace = arrival.now + ANSWER_GRACE
    effects: tuple[Effect, ...] = (
        ChangeTicket("an answer is being sent", revision=ticket.revision + 1, hold_alerts_until=grace),
        Relay(person, _words(request), (ticket.requester,), customer_side(ticket), parts, stored),
    )
    closed = ChangeTicket("closed with the answer", state=lifecycle.follow(State.ANSWERED, lifecycle.Event.CLOSED))
    return (*effects, closed) if request.has("close") else effects


def _closed(arrival: Arrival, ticket: Ticket, person: Person, words: str) -> Decision:
    """A ticket whose customer nobody knows ends with a note: there is nobody to be answered."""
    reason = f"closed by {person.key}: {words[:80]}"
    effects: list[Effect] = [
        Attach(public=False, person=person.key),
        ChangeTicket(reason, state=lifecycle.follow(ticket.state, lifecycle.Event.CLOSED)),
        CancelClocks(reason),
    ]
    over = escalation.resolve(arrival.chain, reason) if arrival.chain is not None else None
    if over is not None and over.changed:
        effects += [ChangeChain(over.chain, "resolved", person.key, over.reason), AllClear(reason, "", arrival.now)]
    return Decision("ticketed", reason, ticket.number, tuple(effects))


def _words(request: Request) -> str:
    """The text that goes out: what stands behind /close is the resolution, and its first line."""
    closing = next((c.value for c in request.commands if c.verb == "close"), "")
    return "\n\n".join(filter(None, (closing, request.text)))


def _doubt(arrival: Arrival, ticket: Ticket, person: Person, request: Request, desk: Desk) -> tuple[str, str, str] | None:
    """Return (what a confirmation does, why it is held, what to do), or None when the answer may go out."""
    if request.problem:
        meant = f" Did you mean /{request.nearest}?" if request.nearest else ""
        return "", request.problem.code, f"Nothing was sent and nothing was changed.{meant} Send it again without that line."
    if request.has("note") or (request.has("ack") and not request.text):
        return None
    words = _words(request)
    if not words and request.has("close"):
        return "", "closing needs the resolution in words", "Write what was done behind /close, or below it."
    if not words and not arrival.mail.attachments:
        return "", "there are no words of yours in it", "Write your answer above the quoted mail, and send it again."
    if _OURS.search(words):
        return "", "it contains parts of our internal notice", "Write above the quoted notice, not inside it."
    if typed := typed_inside(split(arrival.mail.text, arrival.mail.html).quoted, arrival.notice):
        reason = f"“{typed[:80]}” stands inside our notice, and everything there is cut off"
        return "", reason, "Write your whole answer above the quoted notice, and send it again."
    if not ticket.requester.email and not request.has("close"):
        advice = f"Look at it with `mailsupport ticket show {ticket.number}`; /close and what was done closes it."
        return "", "the mail names no sender, so nobody can be answered", advice
    if told := disclosed(arrival.mail, words, ticket, desk):
        return told.purpose, told.reason.code, told.advice.code
    return _stale(arrival, ticket, person)


def _stale(arrival: Arrival, ticket: Ticket, person: Person) -> tuple[str, str, str] | None:
    token = arrival.match.token
    seen = int(token.nonce) if token is not None and token.nonce.isdigit() else ticket.revision
    if seen >= ticket.revision or arrival.last_answer_by in ("", person.key):
        return None
    reason = f"{arrival.last_answer_by} has answered since the copy that you replied to was written"
    return "send", reason, "Reply to this mail to send yours as well; otherwise it stays a note."


def _to_an_alert(arrival: Arrival, ticket: Ticket, person: Person, desk: Desk) -> Decision:
    """Any reply by a person acknowledges, and stays a note."""
    request = read_request(arrival.mail.new_text)
    if request.problem:
        return _held(
            arrival, ticket, person, "", request.problem.code, "Nothing was changed. Reply without that line to acknowledge."
        )
    if request.has("close"):
        reason = "this mail answers an alert, and closing belongs to the answer that the customer gets"
        return _held(arrival, ticket, person, "", reason, "Nothing was changed. Reply without /close to acknowledge.")
    plain = not request.has("ack")
    if plain and _too_fast(arrival, desk):
        reason = "your reply came so fast that it may have been a machine's"
        return _held(arrival, ticket, person, "ack", reason, "Reply to this mail, and it counts as your acknowledgement.")
    return _to_chain(arrival, ticket, person, plain=plain)


def _too_fast(arrival: Arrival, desk: Desk) -> bool:
    chain, sent = arrival.chain, arrival.alert_sent_at
    if chain is None or sent is None:
        return False
    wait = escalation.wait_after(arrival.route.contract, chain.step, chain.round)
    return escalation.ack_is_suspicious(sent, arrival.received_at, desk.ack_guard, wait)


def _to_chain(arrival: Arrival, ticket: Ticket, person: Person, *, plain: bool) -> Decision:
    others = tuple(p for p in arrival.route.staff if p.key != person.key)
    effects: list[Effect] = [Attach(public=False, person=person.key), *acknowledged(arrival, person, plain=plain)]
    effects.append(Notify("acknowledged", others))
    return Decision("ticketed", f"{person.name} acknowledged", ticket.number, tuple(effects))


def acknowledged(arrival: Arrival, person: Person, *, plain: bool) -> tuple[Effect, ...]:
    """Return the chain frozen by that person, or a line in the log when no chain is under way."""
    chain, contract = arrival.chain, arrival.route.contract
    if chain is None:
        return (Log("acknowledged_nothing", person.key, {"reason": "no chain is under way"}),)
    until = escalation.ack_until(contract, chain, arrival.now, plain)
    frozen = escalation.acknowledge(chain, person.key, arrival.now, until)
    if not frozen.changed:
        return (Log("acknowledged_nothing", person.key, {"reason": frozen.reason}),)
    return (ChangeChain(frozen.chain, "acknowledged", person.key, frozen.reason),)


def _confirmed(arrival: Arrival, person: Person) -> Decision:
    """The author of a held mail stands by it; the ticket is that of the held mail."""
    held, ticket = arrival.held, arrival.ticket
    if held is None or ticket is None:
        return Decision("ignored", "a confirmation of nothing that is held")
    done: tuple[Effect, ...] = (Attach(public=False, person=person.key), SettleHold(held.id, arrival.now))
    if held.purpose == "answered" and _asked_after(arrival, held.received_at):
        done += (Log("answered_before", person.key, {"reason": "the customer has written again since, and waits"}),)
    elif held.purpose == "answered":
        at = held.received_at
        done += (
            ChangeTicket(
                "answered",
                state=lifecycle.follow(ticket.state, lifecycle.Event.STAFF_ANSWERED),
                revision=ticket.revision + 1,
                release_alerts=True,
            ),
            *(StopClock(kind, at, f"answered by {person.key}, confirmed") for kind in RESPONSES if arrival.unmet(kind)),
            *chain_over(arrival, f"answered by {person.key}", person.key),
        )
    elif held.purpose == "send":
        done += _sent(arrival, ticket, person, read_request(held.text), held.parts, held.mail)
    elif held.purpose == "ack":
        done += acknowledged(arrival, person, plain=True)
    return Decision("ticketed", f"{person.name} confirmed a held mail", ticket.number, done)
