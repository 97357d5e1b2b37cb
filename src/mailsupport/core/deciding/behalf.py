"""What follows from a mail of one of us that opens a ticket for somebody else: a forward, a request taken down, a first word.

Comes in: an `Arrival` without a ticket whose author is one of us. Goes out: a `Decision`, or None where the mail is another. A
forward and `/for` open the ticket in the customer's name, marked as vouched for by nobody; its clock starts when the forward came
in (E10). A mail to a customer with us in copy, or found in the Sent folder, opens one whose first answer has been given.

For editing here: on a From line alone nobody opens anything in a third person's name (P8): such a mail is held, and its author's
reply opens the ticket as of the mail's own time. Who is one of us is never made a customer by a forward.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailsupport.core.deciding import customer_mail, lifecycle
from mailsupport.core.deciding.arrival import MAX_COPIES, Arrival, people_in_copy
from mailsupport.core.desk import Desk, Person
from mailsupport.core.effects import (
    Attach,
    ChangeTicket,
    Decision,
    Effect,
    Hold,
    Join,
    Log,
    Notify,
    OpenTicket,
    SettleHold,
    StopClock,
)
from mailsupport.core.guard import ClockKind
from mailsupport.core.handling import InName
from mailsupport.core.judging.routing import route
from mailsupport.core.judging.standing import PASS, Standing, aligned
from mailsupport.core.model import Address, Kind, Mail, Participant, Role, State, Verdict
from mailsupport.core.orders import Confirm
from mailsupport.core.reading.forwarded import Behalf
from mailsupport.core.said import Said, said

BEHALF, BEGUN = "behalf", "begun"
"""Purposes of holds: their confirmation opens the ticket in the customer's name, or the conversation that was begun."""

DICTATED, FORWARDED = "dictated", "forwarded"
"""Codes of flags, each with the name of whoever spoke for the customer."""

COMMENT_SHOWN = 400


def decide(arrival: Arrival, desk: Desk) -> Decision | None:
    """Return what follows from a mail of one of us that speaks for a customer, or to one, without a ticket; else None."""
    person, held = arrival.standing.person, arrival.held
    if arrival.ticket is not None or person is None or person.key not in desk.staff_keys | desk.contact_keys:
        return None
    if held is not None and held.purpose in (BEHALF, BEGUN) and arrival.standing.power:
        return _confirmed(arrival, person, desk)
    if arrival.behalf is not None:
        return _in_their_name(arrival, arrival.behalf, person, desk)
    theirs = others_addressed(arrival.mail, desk)
    if arrival.match.token is None and theirs and _to_us(arrival.mail, desk):
        return _begun_in_copy(arrival, theirs, person, desk)
    return None


def begun_from_sent(arrival: Arrival, desk: Desk) -> Decision | None:
    """Return what follows from a mail in the Sent folder that answers nothing; None when it is to nobody, or to many."""
    theirs = others_addressed(arrival.mail, desk)
    if not theirs or len(theirs) > MAX_COPIES:
        return None
    person = arrival.standing.person
    who = person.key if person else arrival.mail.sender.key
    effects = _begun(arrival, arrival.mail, theirs, who, arrival.received_at, desk)
    first, *rest = effects
    return Decision("ticketed", "begun from the shared mailbox", None, (first, Attach(True, who, flags=("direct",)), *rest))


def others_addressed(mail: Mail, desk: Desk) -> tuple[Participant, ...]:
    """Return who is addressed and is not one of us, those in To first."""
    return people_in_copy(mail, desk)


def _to_us(mail: Mail, desk: Desk) -> bool:
    return any(address.key in desk.own_addresses for address in (*mail.to, *mail.cc))


# --- in a customer's name ---


def _in_their_name(arrival: Arrival, behalf: Behalf, person: Person, desk: Desk) -> Decision:
    customer = behalf.customer
    if not customer.email:
        return _held(person, "", said("forward_names_nobody"), said("write_for"))
    if customer.key in desk.own_addresses or customer.key in desk.by_address:
        return _held(person, "", said("forward_names_us", address=customer.email), said("write_for"))
    if not behalf.text.strip() and not arrival.mail.attachments:
        return _held(person, "", said("for_needs_words"), said("write_for"))
    if not _proven(arrival):
        return _held(person, BEHALF, arrival.standing.doubt or said("no_token"), said("any_reply_opens", address=customer.email))
    opened, rest = opened_for(arrival, behalf, person, arrival.received_at, desk)
    return Decision("ticketed", _why(behalf, person), None, (opened, Attach(public=True, flags=flags(behalf, person)), *rest))


def _proven(arrival: Arrival) -> bool:
    """Whether it came to the author's own address with power, or the trusted server vouches for it."""
    return arrival.standing.power or arrival.standing.authenticated


def _why(behalf: Behalf, person: Person) -> str:
    done = "written down" if behalf.kind == "dictated" else "forwarded"
    return f"{done} by {person.name or person.key}"


def flags(behalf: Behalf, person: Person) -> tuple[str, ...]:
    """Return what whoever answers must know of such a request: codes that bring a name or a date, and what its author added."""
    marks = [f"{DICTATED if behalf.kind == 'dictated' else FORWARDED}:{person.name or person.key}"]
    if behalf.sent:
        marks.append(f"original_of:{behalf.sent.strip()[:80]}")
    if behalf.comment:
        marks.append(f"{person.name or person.key}: {' '.join(behalf.comment.split())[:COMMENT_SHOWN]}")
    return tuple(marks)


def opened_for(
    arrival: Arrival, behalf: Behalf, person: Person, at: datetime, desk: Desk, stored: int | None = None
) -> tuple[OpenTicket, tuple[Effect, ...]]:
    """Return the ticket in the customer's name, and what follows: their words, the clock from `at` on, who hears of it."""
    named = _named(arrival, behalf, at, desk)
    decision = customer_mail.follow(named, desk)
    opened = next(effect for effect in decision.effects if isinstance(effect, OpenTicket))
    opened = replace(opened, first_message_id=behalf.message_id, thread_index=behalf.thread_index)
    rest = tuple(effect for effect in decision.effects if not isinstance(effect, OpenTicket | Attach))
    kind = named.verdict.kind
    ids = (behalf.message_id,) if behalf.message_id else ()
    words = InName(behalf.customer, kind, behalf.text, ids, stored, flags=flags(behalf, person) if stored is not None else ())
    said_above = Log("forwarded", person.key, {"reason": _why(behalf, person), "sent": behalf.sent, "comment": behalf.comment})
    return opened, (words, said_above, *rest)


def _named(arrival: Arrival, behalf: Behalf, at: datetime, desk: Desk) -> Arrival:
    """The arrival as if the customer had written; nobody who was in copy is written to, and no header of ours counts."""
    mail = replace(
        arrival.mail,
        from_=(behalf.customer,),
        subject=behalf.subject or arrival.mail.subject,
        text=behalf.text,
        new_text=behalf.text,
        to=(),
        cc=(),
        reply_to=(),
        headers={},
        authentication=(),
        via=arrival.mail.sender.key,
    )
    path = route(mail, arrival.mailbox.name, desk, at)
    kind = Kind.CUSTOMER if path.customer is not None else Kind.UNKNOWN
    verdict = Verdict(kind, "one of us speaks for them", answerable=desk.forward_receipts)
    unproven = Standing(None, False, "in a customer's name")
    return replace(arrival, mail=mail, verdict=verdict, route=path, standing=unproven, received_at=at, storm=None, held=None)


# --- a conversation that one of us begins ---


def _begun_in_copy(arrival: Arrival, theirs: tuple[Participant, ...], person: Person, desk: Desk) -> Decision:
    if desk.cc_answers == "off":
        return Decision("ignored", "a mail of ours to somebody else, and answers in copy are not counted here")
    if not arrival.standing.power and aligned(arrival.mail, desk) != PASS and desk.cc_answers != "trust":
        return _held(person, BEGUN, said("in_copy"), said("any_reply_counts"))
    first, *rest = _begun(arrival, arrival.mail, theirs, person.key, arrival.received_at, desk)
    attach = Attach(public=True, person=person.key, flags=("direct",))
    return Decision("ticketed", f"begun by {person.name or person.key}", None, (first, attach, *rest))


def _begun(
    arrival: Arrival, mail: Mail, theirs: tuple[Participant, ...], who: str, at: datetime, desk: Desk
) -> tuple[Effect, ...]:
    """A ticket whose first answer was given at once: the customer has it already."""
    first, *copies = theirs
    named = replace(mail, from_=(Address(first.name, first.email),), headers={}, authentication=())
    path = route(named, arrival.mailbox.name, desk, at)
    begun = replace(arrival, mail=named, route=path, received_at=at)
    opened = replace(customer_mail.opening(begun), reason=path.reason, thread_index=mail.header("thread-index"))
    clock = customer_mail.first_response(begun, path.contract)
    return (
        opened,
        Join(replace(first, role=Role.REQUESTER)),
        *(Join(copy) for copy in copies),
        clock,
        StopClock(ClockKind.FIRST_RESPONSE, at, f"begun by {who}"),
        ChangeTicket("begun by us", state=lifecycle.follow(State.NEW, lifecycle.Event.STAFF_ANSWERED), revision=1),
    )


# --- held, and confirmed ---


def _held(person: Person, purpose: str, reason: Said, advice: Said) -> Decision:
    return Decision("ignored", f"held: {reason.code}", None, (Hold(person, purpose, reason, advice),))


def _confirmed(arrival: Arrival, person: Person, desk: Desk) -> Decision:
    """The author stands by a held mail: the ticket is opened as of that mail's own time."""
    held = arrival.held
    assert held is not None  # `decide` looked
    settled = SettleHold(held.id, arrival.now)
    note = Attach(public=False, person=person.key)
    if held.purpose == BEHALF and arrival.behalf is not None:
        opened, rest = opened_for(arrival, arrival.behalf, person, held.received_at, desk, held.mail)
        told = () if any(person.key == one.key for one in _notified(rest)) else (Confirm(person, (said("opened_for_them"),)),)
        return Decision("ticketed", f"{person.name} confirmed a held mail", None, (opened, note, settled, *rest, *told))
    if held.reading is not None and (theirs := others_addressed(held.reading, desk)):
        first, *rest_begun = _begun(arrival, held.reading, theirs, person.key, held.received_at, desk)
        counts = InName(held.reading.sender, Kind.STAFF, held.reading.new_text, (), held.mail, person.key)
        confirm = Confirm(person, (said("begun_counts"),))
        return Decision(
            "ticketed", f"{person.name} confirmed a held mail", None, (first, note, settled, counts, *rest_begun, confirm)
        )
    return Decision("ignored", "a confirmation of nothing that is held")


def _notified(effects: tuple[Effect, ...]) -> tuple[Person, ...]:
    return next((effect.people for effect in effects if isinstance(effect, Notify)), ())
