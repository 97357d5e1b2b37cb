"""What follows from a mail that is no request: thanks (H8), and the answer to “How was it?” under a closing mail.

In: an `Arrival` of a customer's mail on its ticket. Out: effects; `instead` those of a mail that asks nothing of anybody,
`beside` what is noted of one that does. The mail is kept, nothing opens again and no clock starts.

For editing here: in doubt it is a request. A stranger's mail, one with a file, one that could not be read whole, one with
another subject is always one. “Not good” alone is told to staff at once; with words it is a request, for whoever says what was
wrong waits for somebody to see to it.
"""

from __future__ import annotations

from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.desk import Desk
from mailsupport.core.effects import Attach, ChangeTicket, Effect, Log, Notify
from mailsupport.core.guard import ClockKind
from mailsupport.core.model import State, Ticket
from mailsupport.core.reading.ratings import GOOD, Rating, is_praise, rating
from mailsupport.core.reading.thanks import only_thanks
from mailsupport.core.sayings import words_of

KEPT = 2000
"""Characters of a customer's words that stand in the log beside their rating."""


def instead(arrival: Arrival, ticket: Ticket, desk: Desk) -> list[Effect]:
    """Return all that follows from a mail that asks nothing of anybody; nothing for one that does, or may."""
    if arrival.match.is_stranger or arrival.flooded or arrival.mail.attachments or arrival.mail.problems:
        return []
    found = _rating(arrival, ticket, desk)
    if found is not None:
        return _kept(arrival, ticket, desk, found) if _is_all(found, arrival, desk) else []
    if not _may_thank(arrival, ticket) or not _thanks(arrival.mail.new_text, arrival, desk, closed=ticket.state is State.CLOSED):
        return []
    thanked = Log("thanked", arrival.mail.sender.email, {"words": arrival.mail.new_text.strip()[:KEPT]})
    return [*_attached(arrival, "the customer says thanks"), thanked, *_thanked(arrival, ticket, desk)]


def _thanked(arrival: Arrival, ticket: Ticket, desk: Desk) -> list[Effect]:
    """Who hears of thanks: on a closed ticket whoever earned them, and nobody else is disturbed; else as of any reply.

    On an open one it may be the answer to a proposal of ours. A list once a day would tell everybody of what concerns one.
    """
    if ticket.state is not State.CLOSED:
        return [_told("thanked", arrival)]
    answered = desk.people.get(arrival.last_answer_by)
    one = (answered,) if answered is not None else arrival.readers
    return [Notify("thanked", one)] if len(one) == 1 else []


def beside(arrival: Arrival, ticket: Ticket, desk: Desk) -> list[Effect]:
    """Return the rating that a request brings with it: it is noted, whatever else follows."""
    found = None if arrival.match.is_stranger else _rating(arrival, ticket, desk)
    return [] if found is None else [_noted(arrival, found)]


def _kept(arrival: Arrival, ticket: Ticket, desk: Desk, found: Rating) -> list[Effect]:
    quiet = found.code == GOOD and not found.words
    told = [] if quiet else [_told(f"rated_{found.code}", arrival)]
    return [*_attached(arrival, "the customer says how it was"), _noted(arrival, found), *told]


def _rating(arrival: Arrival, ticket: Ticket, desk: Desk) -> Rating | None:
    closed = ticket.state is State.CLOSED
    return rating(arrival.mail.subject, ticket.subject, arrival.mail.new_text, desk.sayings, closed=closed)


def _is_all(found: Rating, arrival: Arrival, desk: Desk) -> bool:
    """Whether the words beside a rating ask nothing: none, thanks, or praise."""
    if not found.words or _thanks(found.words, arrival, desk, closed=True):
        return True
    return found.code == GOOD and is_praise(found.words, desk.sayings)


def _may_thank(arrival: Arrival, ticket: Ticket) -> bool:
    """Whether nobody waits for anything: it is closed, or answered; and the mail goes on with its conversation."""
    owed = any(arrival.unmet(kind) for kind in (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE))
    settled = ticket.state is State.CLOSED or (ticket.state is State.ANSWERED and not owed and not ticket.waiting_for)
    about, subject = words_of(ticket.subject), words_of(arrival.mail.subject)
    return settled and bool(about) and subject[-len(about) :] == about


def _thanks(text: str, arrival: Arrival, desk: Desk, *, closed: bool) -> bool:
    sender = arrival.mail.sender
    ours = (person.name for person in desk.people.values())
    return only_thanks(text, desk.sayings, (sender.name, sender.email.partition("@")[0], *ours), closed=closed)


def _attached(arrival: Arrival, reason: str) -> list[Effect]:
    return [Attach(public=True), ChangeTicket(reason, last_customer_message_id=arrival.mail.message_id)]


def _noted(arrival: Arrival, found: Rating) -> Log:
    return Log(f"rated_{found.code}", arrival.mail.sender.email, {"words": found.words[:KEPT]})


def _told(event: str, arrival: Arrival) -> Notify:
    return Notify(event, arrival.readers or arrival.route.staff)
