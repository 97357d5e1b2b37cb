"""What follows from a mail of our own people: an answer, a note, an acknowledgement, commands, or a mail that must be held.

Comes in: an `Arrival` whose author is staff or a contact, or a mail out of a watched Sent folder. Goes out: a `Decision`. Rules
for editing here: nobody is obeyed without standing (P8); what is in doubt is held and its author asked, never sent (P7); an
answer counts at its own time; whoever is the requester of a ticket is its customer, also when we pay them. What commands and text
do stands in `core.deciding.wanted`, what the author of a held mail chose in `core.deciding.confirming`.
"""

from __future__ import annotations

from mailsupport.core.deciding import behalf, customer_mail
from mailsupport.core.deciding.answers import ANSWER_GRACE, answered, source_of
from mailsupport.core.deciding.arrival import Arrival, requesters_in
from mailsupport.core.deciding.confirming import ACK, ANSWERED, confirmed
from mailsupport.core.deciding.disclosure import SEND
from mailsupport.core.deciding.wanted import DISCARD, NOTE, Asking, Intent, wanted
from mailsupport.core.desk import Desk, Person
from mailsupport.core.effects import Attach, ChangeTicket, Decision, Effect, Hold
from mailsupport.core.judging.standing import PASS, aligned
from mailsupport.core.judging.tokens import Purpose
from mailsupport.core.model import Ticket
from mailsupport.core.reaching import escalation
from mailsupport.core.reading.alertwords import as_command
from mailsupport.core.reading.commands import read_request
from mailsupport.core.reading.reactions import is_reaction, is_recall
from mailsupport.core.said import said


def follow(arrival: Arrival, desk: Desk) -> Decision:
    """Return what follows from a mail whose author is staff or a contact."""
    ticket, person = arrival.ticket, arrival.standing.person
    if arrival.held is not None and ticket is not None and person is not None and arrival.standing.power:
        return confirmed(arrival, arrival.held, ticket, person, desk)
    if ticket is None and person is not None and arrival.expired:
        return _held(None, Hold(person, "", said("expired"), said("reply_to_newer")))
    if ticket is None or person is None or arrival.mail.sender.key == ticket.requester.key:
        return customer_mail.follow(arrival, desk)
    if requesters_in(ticket, arrival.mail) and not _waits_for_relay(arrival, ticket):
        return _direct_answer(arrival, ticket, person, desk)
    if not arrival.standing.power:
        doubt = said("expired") if arrival.expired else arrival.standing.doubt or said("no_token")
        return _held(ticket, Hold(person, "", doubt, said("reply_to_newer" if arrival.expired else "answer_from_there")))
    return _with_power(arrival, ticket, person, desk)


def follow_sent(arrival: Arrival, desk: Desk) -> Decision:
    """Return what follows from a mail found in the Sent folder: trusted by its place (DESIGN §5 Staff by mail)."""
    ticket, mail = arrival.ticket, arrival.mail
    if ticket is None:
        if not mail.ancestors:
            return behalf.begun_from_sent(arrival, desk) or Decision("ignored", "a sent mail that belongs to no ticket")
        effects: tuple[Effect, ...] = (Attach(public=False, waiting=True),)
        return Decision("waiting", "a sent mail whose parent has not been read yet", None, effects)
    if not requesters_in(ticket, mail):
        return Decision("ticketed", "sent, but not to the customer", ticket.number, (Attach(public=False),))
    if _is_pressed(arrival):
        return _no_answer(ticket)
    person = arrival.standing.person
    who = person.key if person else mail.sender.key
    return Decision("ticketed", "answered from the shared mailbox", ticket.number, answered(arrival, ticket, who))


def _with_power(arrival: Arrival, ticket: Ticket, person: Person, desk: Desk) -> Decision:
    """The mail is obeyed, unless something about it is doubtful."""
    doubt = _where_sent(arrival)
    if doubt is not None:
        return _held(ticket, doubt)
    token = arrival.match.token
    intent = _INTENTS.get(token.purpose, Intent.ANSWER) if token is not None else Intent.ANSWER
    text = as_command(arrival.mail.new_text) if intent is Intent.ALERT else arrival.mail.new_text
    request = read_request(text, desk.command_words)
    if intent is Intent.ALERT and not request.commands and request.problem is None and _too_fast(arrival, desk):
        return _held(ticket, Hold(person, ACK, said("too_fast"), said("any_reply_acknowledges"), intent=intent.value))
    found = wanted(Asking(arrival, ticket, person, request, desk, intent, source_of(arrival.mail)))
    if isinstance(found, Hold):
        return _held(ticket, found)
    return Decision("ticketed", found.reason, ticket.number, (Attach(public=found.public, person=person.key), *found.effects))


_INTENTS = {Purpose.NOTE: Intent.NOTE, Purpose.ALERT: Intent.ALERT}


def _where_sent(arrival: Arrival) -> Hold | None:
    """What is doubtful about the addresses: two tickets, two purposes (E4), or a question that was settled before."""
    person = arrival.standing.person
    assert person is not None  # nothing has power without a person
    numbers = sorted({one.ticket for one in arrival.addressed if one.ticket})
    if len(numbers) > 1:
        return Hold(person, "", said("two_tickets", numbers=", ".join(f"#{number}" for number in numbers)), said("one_ticket"))
    if {Purpose.REPLY, Purpose.NOTE} <= {one.purpose for one in arrival.addressed}:
        return Hold(person, "", said("two_purposes"), None, (SEND, NOTE, DISCARD))
    if arrival.came_by(Purpose.CONFIRM):
        return Hold(person, "", said("settled_before"), said("reply_to_notification"))
    return None


def _waits_for_relay(arrival: Arrival, ticket: Ticket) -> bool:
    """Whether it answers our notification with only others of the customer's side in copy: the requester waits for us."""
    there = {a.key for a in (*arrival.mail.to, *arrival.mail.cc)}
    by_token = arrival.standing.power and arrival.came_by(Purpose.REPLY)
    return by_token and ticket.requester.key != "" and ticket.requester.key not in there


def _direct_answer(arrival: Arrival, ticket: Ticket, person: Person, desk: Desk) -> Decision:
    """The customer has it already; on a From line alone it silences nothing (P8)."""
    if _is_pressed(arrival):
        return _no_answer(ticket)
    trusted = arrival.standing.power or aligned(arrival.mail, desk) == PASS or desk.cc_answers == "trust"
    if trusted:
        return Decision("ticketed", "answered directly, with us in copy", ticket.number, answered(arrival, ticket, person.key))
    if desk.cc_answers == "off":
        return Decision("ticketed", "answers in copy are not counted here", ticket.number, (Attach(public=False),))
    # Only the first keeps alerts back until somebody answers, else a forger could silence them with one mail after another.
    until = arrival.now + ANSWER_GRACE if ticket.hold_alerts_until is None else None
    pause = ChangeTicket("an answer in copy waits to be confirmed", hold_alerts_until=until)
    hold = Hold(person, ANSWERED, said("in_copy"), said("any_reply_counts"))
    return Decision("ticketed", "an answer in copy waits to be confirmed", ticket.number, (Attach(public=False), pause, hold))


def _is_pressed(arrival: Arrival) -> bool:
    """Whether its author pressed a button, and said nothing to the customer."""
    return is_reaction(arrival.mail) or is_recall(arrival.mail)


def _no_answer(ticket: Ticket) -> Decision:
    return Decision("ticketed", "a button was pressed: no answer", ticket.number, (Attach(public=False),))


def _held(ticket: Ticket | None, hold: Hold) -> Decision:
    """The mail is kept, and nothing follows from it but a question to its author."""
    reason = f"held: {hold.reason.code}"
    if ticket is None:
        return Decision("ignored", reason, None, (hold,))
    return Decision("ticketed", reason, ticket.number, (Attach(public=False, person="", flags=("held",)), hold))


def _too_fast(arrival: Arrival, desk: Desk) -> bool:
    chain, sent = arrival.chain, arrival.alert_sent_at
    if chain is None or sent is None:
        return False
    wait = escalation.wait_after(arrival.route.contract, chain.step, chain.round)
    return escalation.ack_is_suspicious(sent, arrival.received_at, desk.ack_guard, wait)
