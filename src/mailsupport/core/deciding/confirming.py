"""The author of a held mail has replied to our question: what becomes of it?

In: the reply, the held mail, its author. Out: a `Decision`. A reply chooses by its first word: run (as corrected), send, note or
discard; a ready mail behind each button says it. Where a hold has a `purpose`, any other words do that, but for an overtaken
answer, which needs a word that says so. Commands in the reply are those of a new mail, which takes the held one's place.

Rules for editing here: the held mail is decided about as it is now, not as it was then, and looked through for everything that
its author was not asked about yet; nothing of the reply itself ever leaves unless it is such a new mail; what cannot be
understood is asked again, and it is the held mail that stays held.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mailsupport.core.deciding.answers import Source, acknowledged, counted, others, source_of
from mailsupport.core.deciding.arrival import Arrival, Held
from mailsupport.core.deciding.disclosure import SEND
from mailsupport.core.deciding.obeying import stays_inside
from mailsupport.core.deciding.wanted import DISCARD, NOTE, OVERTAKEN, RUN, Asking, Intent, wanted
from mailsupport.core.desk import Desk, Person
from mailsupport.core.effects import Attach, Decision, Effect, Hold, Notify, SettleHold
from mailsupport.core.handling import Count
from mailsupport.core.model import Ticket
from mailsupport.core.orders import Confirm
from mailsupport.core.reading.commands import Request, bare_verb, read_request
from mailsupport.core.reading.reactions import is_reaction, is_recall
from mailsupport.core.said import said

NO_CHOICE = "no_choice"
"""Why a mail is asked about once more: the reply chose nothing. What was asked stands, and what happens without a choice."""

ANSWERED, ACK = "answered", "ack"
"""Purposes of holds: their confirmation makes the held mail an answer that was given, or takes notice of an alert."""

_CHOICE = re.compile(r"[/#!@]? ?(run|send|note|discard)[.!]?", re.IGNORECASE)
_SEND_IT = re.compile(r"[/#!@]? ?(?:yes|ja|confirm|send|senden|sende)\b", re.IGNORECASE)
"""How a reply begins that wants an overtaken answer sent, too; “ok” says no more than that its author has read the question."""

_TAKEN_BACK = re.compile(
    r"\b(?:no|not|nothing|never|don['’]?t|but|wait|instead|discard|drop|note"
    r"|nein|nicht|nichts|nie|kein\w*|aber|erst|stattdessen|verwerfen|notiz)\b",
    re.IGNORECASE,
)
"""A word by which such a reply may want something else: then nothing leaves, and its author is asked once more."""

_YES = re.compile(r"[/#!@]? ?confirm\b.*", re.IGNORECASE)


def confirmed(arrival: Arrival, held: Held, ticket: Ticket, person: Person, desk: Desk) -> Decision:
    """Return what follows from a reply to the question about a held mail."""
    if is_reaction(arrival.mail) or is_recall(arrival.mail):
        return _asked_again(held, ticket, person)
    request = read_request(arrival.mail.new_text, desk.command_words)
    choice = _choice(arrival.mail.new_text, held, desk)
    if not choice and request.problem is None and request.commands:
        return _instead(arrival, held, ticket, person, request, desk)
    if choice == DISCARD:
        return _over(arrival, held, person, ticket, (), "dropped", "discarded")
    if choice == NOTE:
        kept: tuple[Effect, ...] = (Count(held.mail, False, person.key), Notify("note", others(arrival, person)))
        react = acknowledged(arrival, person, plain=True) if held.intent == Intent.ALERT else ()
        return _over(arrival, held, person, ticket, (*kept, *react), "confirmed", "noted")
    if choice in (RUN, SEND):
        return _carried_out(arrival, held, ticket, person, choice, desk)
    if held.purpose == ANSWERED:
        reason = f"answered by {person.key}, confirmed"
        answered = counted(arrival, ticket, person.key, held.received_at, reason)
        return _settled(arrival, held, person, ticket, (Count(held.mail, True, person.key), *answered))
    if held.purpose == ACK:
        return _settled(arrival, held, person, ticket, acknowledged(arrival, person, plain=True))
    return _asked_again(held, ticket, person)


def _asked_again(held: Held, ticket: Ticket, person: Person) -> Decision:
    hold = Hold(person, held.purpose, said(NO_CHOICE), None, held.choices, "", held.intent, held.mail, held.stands_by)
    return _again(ticket, hold)


def _choice(text: str, held: Held, desk: Desk) -> str:
    """What the first line says, if it is offered; else what any words mean there, or ""."""
    first = text.strip().partition("\n")[0].strip()
    found = _CHOICE.fullmatch(first)
    word = found[1].lower() if found is not None else bare_verb(first.lstrip("/#!@ "), desk.command_words)
    if word in held.choices:
        return word
    if held.purpose == OVERTAKEN and _SEND_IT.match(first) and not _TAKEN_BACK.search(text):
        return SEND
    if held.purpose in (RUN, SEND) and (_YES.fullmatch(first) or first[:1] not in ("/", "#", "!", "@")):
        return held.purpose
    return ""


def _carried_out(arrival: Arrival, held: Held, ticket: Ticket, person: Person, choice: str, desk: Desk) -> Decision:
    """The held mail is decided about once more; its author has been asked."""
    asking = Asking(
        _as_it_came(arrival, held),
        ticket,
        person,
        _request(held, choice, desk),
        desk,
        Intent(held.intent or Intent.ANSWER),
        Source(held.parts, bool(held.parts), held.mail),
        stands_by=held.stands_by,
    )
    found = wanted(asking)
    if isinstance(found, Hold) and choice == SEND and asking.request.text and not stays_inside(asking.request):
        found = wanted(replace(asking, request=Request((), asking.request.text)))
    if isinstance(found, Hold):
        return _again(ticket, found)
    effects = (Count(held.mail, found.public, person.key), *found.effects)
    return _settled(arrival, held, person, ticket, effects)


def _as_it_came(arrival: Arrival, held: Held) -> Arrival:
    """The arrival with the held mail in the place of the reply: its words, what it answered, the token it came with."""
    match = replace(arrival.match, token=held.token)
    return replace(arrival, mail=held.reading or arrival.mail, notice=held.notice, match=match)


def _again(ticket: Ticket, hold: Hold) -> Decision:
    """The held mail stays held, and its author is asked in a new question; the one before asks no more."""
    return Decision("ticketed", f"held: {hold.reason.code}", ticket.number, (Attach(False, hold.person.key), hold))


def _request(held: Held, choice: str, desk: Desk) -> Request:
    """What the held mail asks for: as it was corrected, or as it is written, where that cannot be read as commands."""
    request = read_request(held.text, desk.command_words)
    if choice == RUN:
        return read_request(request.corrected, desk.command_words) if request.corrected else request
    return request if request.problem is None else Request((), held.text.strip())


def _instead(arrival: Arrival, held: Held, ticket: Ticket, person: Person, request: Request, desk: Desk) -> Decision:
    """The reply is the mail as it should have been: the held one is dropped for it."""
    intent = Intent(held.intent or Intent.ANSWER)
    spoken = replace(arrival, match=replace(arrival.match, token=held.token))
    found = wanted(Asking(spoken, ticket, person, request, desk, intent, source_of(arrival.mail), held.stands_by))
    if isinstance(found, Hold):
        return Decision("ticketed", f"held: {found.reason.code}", ticket.number, (Attach(False, flags=("held",)), found))
    settled = SettleHold(held.id, arrival.now, "dropped")
    return Decision("ticketed", found.reason, ticket.number, (Attach(found.public, person.key), settled, *found.effects))


def _over(
    arrival: Arrival, held: Held, person: Person, ticket: Ticket, effects: tuple[Effect, ...], state: str, code: str
) -> Decision:
    done = (Attach(False, person.key), SettleHold(held.id, arrival.now, state), *effects, Confirm(person, (said(code),)))
    return Decision("ticketed", f"{person.name} decided about a held mail", ticket.number, done)


def _settled(arrival: Arrival, held: Held, person: Person, ticket: Ticket, effects: tuple[Effect, ...]) -> Decision:
    done = (Attach(False, person.key), SettleHold(held.id, arrival.now), *effects)
    return Decision("ticketed", f"{person.name} confirmed a held mail", ticket.number, done)
