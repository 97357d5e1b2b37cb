"""What follows from a mail of ours that names no ticket: commands such as /away, /mine and /next.

Comes in: an `Arrival` whose author is one of us. Goes out: a `Decision`, or None where the mail is judged like any other.
Everybody of ours has an own address (`support+p…@`, in the foot of each of our mails to them). A mail sent there is obeyed as its
token says; one that came to the mailbox itself needs an aligned pass of the trusted server. Whatever fails is held and its author
asked at the address we know: never lost, never obeyed (P8).

For editing here: only verbs of `OF_NO_TICKET` work; requests in a customer's name were decided about before
(`core.deciding.behalf`). The text below commands is kept, and read by nobody.
"""

from __future__ import annotations

from datetime import UTC, datetime

from mailsupport.core.deciding.arrival import Arrival, Held
from mailsupport.core.deciding.obeying import OF_NO_TICKET, obey
from mailsupport.core.deciding.verbs.asked import Refused
from mailsupport.core.desk import Desk, Person
from mailsupport.core.effects import Decision, Effect, Hold, SettleHold
from mailsupport.core.judging.tokens import Purpose, belongs_to
from mailsupport.core.model import Address, Priority, State, Ticket
from mailsupport.core.orders import Confirm
from mailsupport.core.reading.commands import Request, read_request
from mailsupport.core.said import said

OBEYED = "obeyed"
"""What the ledger says of a mail that was obeyed and belongs to no ticket."""

UNPROVEN = "own"
"""The purpose of a hold whose confirmation obeys the commands of the held mail."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def decide(arrival: Arrival, desk: Desk) -> Decision | None:
    """Return what follows from a mail to somebody's own address, or with commands that need no ticket; else None."""
    person = arrival.standing.person
    if person is None or person.key not in desk.staff_keys | desk.contact_keys:
        return None
    held = arrival.held
    if held is not None and held.purpose == UNPROVEN:
        return _confirmed(arrival, held, person, desk) if arrival.standing.power else None
    request = read_request(arrival.mail.new_text, desk.command_words)
    if _to_own_address(arrival, person):
        return _obeyed(arrival, person, request, desk)
    if _to_a_question(arrival):
        settled = _held(Hold(person, "", said("settled_before"), said("own_commands_are")))
        return settled if held is None and not request.commands else _obeyed(arrival, person, request, desk)
    needs_none = request.problem is None and request.commands and all(c.verb in OF_NO_TICKET for c in request.commands)
    if arrival.ticket is not None or not needs_none or arrival.match.token is not None:
        return None
    if arrival.standing.authenticated:
        return _obeyed(arrival, person, request, desk)
    return _held(Hold(person, UNPROVEN, said("own_not_proven"), said("confirm_it")))


def _to_own_address(arrival: Arrival, person: Person) -> bool:
    """Whether it was sent to the author's own address, and to none that speaks of a ticket."""
    tokens = arrival.addressed
    own = any(one.purpose is Purpose.PERSON and belongs_to(one, person.key) for one in tokens)
    if own:
        return arrival.standing.power and not any(one.ticket for one in tokens)
    return arrival.came_by(Purpose.PERSON) and not tokens and arrival.standing.power and arrival.ticket is None


def _to_a_question(arrival: Arrival) -> bool:
    """Whether it answers our question about a mail of no ticket: it is meant for us, and nobody's request."""
    return arrival.came_by(Purpose.CONFIRM) and arrival.ticket is None and arrival.standing.power


def _obeyed(arrival: Arrival, person: Person, request: Request, desk: Desk) -> Decision:
    if request.problem is not None:
        return _held(Hold(person, "", request.problem, said("own_commands_are"), nearest=request.nearest))
    if not request.commands:
        return _without_command(person)
    other = next((c.verb for c in request.commands if c.verb not in OF_NO_TICKET), "")
    if other:
        return _held(Hold(person, "", said("needs_a_ticket", verb=other), said("reply_to_its_mail")))
    return _done(arrival, person, request, desk)


def _without_command(person: Person) -> Decision:
    return _held(Hold(person, "", said("own_without_command"), said("own_commands_are")))


def _confirmed(arrival: Arrival, held: Held, person: Person, desk: Desk) -> Decision:
    """The author stands by the commands of a mail that nothing proved to be theirs."""
    settled = SettleHold(held.id, arrival.now)
    return _done(arrival, person, read_request(held.text, desk.command_words), desk, (settled,))


def _done(arrival: Arrival, person: Person, request: Request, desk: Desk, first: tuple[Effect, ...] = ()) -> Decision:
    obeyed = obey(arrival, _no_ticket(arrival, desk), person, request, desk)
    if isinstance(obeyed, Refused):
        hold = Hold(person, "", obeyed.why, obeyed.advice)
        return Decision("ignored", f"held: {obeyed.why.code}", None, (*first, hold))
    confirm = (Confirm(person, obeyed.said),) if obeyed.said else ()
    verbs = ", ".join(dict.fromkeys(command.verb for command in request.commands))
    return Decision(OBEYED, f"{person.name or person.key} asked for {verbs}", None, (*first, *obeyed.effects, *confirm))


def _held(hold: Hold) -> Decision:
    return Decision("ignored", f"held: {hold.reason.code}", None, (hold,))


def _no_ticket(arrival: Arrival, desk: Desk) -> Ticket:
    """What verbs are given that look at no ticket."""
    return Ticket(
        number=0,
        subject=arrival.mail.subject,
        state=State.NEW,
        priority=Priority.NORMAL,
        mailbox=arrival.mailbox.name,
        contract=arrival.route.contract.name,
        contract_version=arrival.route.contract.version,
        customer="",
        language=desk.language,
        requester=Address("", ""),
        participants=(),
        revision=0,
        received_at=_BEGINNING,
        first_message_id="",
        last_customer_message_id="",
    )
