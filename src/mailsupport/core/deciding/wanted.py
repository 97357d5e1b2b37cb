"""What follows from what one of us wrote: the commands and the text of a mail together, or a doubt that holds all of it.

In: the mail, its ticket, its author (who may be obeyed), what the mail asks for, and where it was sent: to the address for
answers, to that for notes, or in reply to an alert. Out: `Wanted`, or a `Hold`. All or nothing: a doubt about the text holds the
commands too, and a doubt about a command holds the text.

Rules for editing here: what would go to the customer is looked at last, and by every question of `_QUESTIONS`; a question by
which its author stands is not asked again, every other one is, and one that cannot be stood by always is (P7).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from mailsupport.core.deciding.answers import Source, acknowledged, others, sent, words_of
from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.deciding.disclosure import SEND, disclosed
from mailsupport.core.deciding.obeying import Obeyed, obey, stays_inside
from mailsupport.core.deciding.verbs.asked import Refused
from mailsupport.core.desk import Desk, Person
from mailsupport.core.effects import Effect, Hold, Join, Notify
from mailsupport.core.handling import Leave
from mailsupport.core.judging.tokens import Purpose
from mailsupport.core.model import State, Ticket
from mailsupport.core.orders import Confirm
from mailsupport.core.reading.commands import Request, bare_verb
from mailsupport.core.reading.marks import has_ours
from mailsupport.core.reading.quoting import split
from mailsupport.core.reading.reactions import is_reaction, is_recall
from mailsupport.core.reading.signature import signature_start
from mailsupport.core.reading.typed import typed_inside
from mailsupport.core.said import Said, said

_CHAIN_VERBS = ("take", "ack", "snooze", "notme", "escalate", "deescalate")
"""Verbs that say themselves what becomes of the chain; any other reply to an alert takes notice of it."""
_PASSING = ("notme", "escalate", "deescalate")
"""Those of them by which nobody takes notice."""
RUN, NOTE, DISCARD = "run", "note", "discard"
"""What the author of a held mail may choose besides `SEND`: run it as corrected, keep it as a note, throw it away."""
OVERTAKEN = "overtaken"
"""The purpose of a hold about an answer that a colleague's has overtaken: it is sent only by a word that says so."""

UNDECIDED_FOR = timedelta(minutes=15)
"""How long an answer that a colleague's has overtaken waits for a choice; then it is a note that colleagues read."""


class Intent(StrEnum):
    """Where the mail was sent."""

    ANSWER = "answer"
    """To the address for answers: its text goes to the customer."""
    NOTE = "note"
    """To the address for notes: its text stays here."""
    ALERT = "alert"
    """In reply to an alert: it acknowledges, and its text stays here."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One mail, and who asks for what in it. `stands_by`: the reasons about which its author was asked before."""

    arrival: Arrival
    ticket: Ticket
    person: Person
    request: Request
    desk: Desk
    intent: Intent
    source: Source
    stands_by: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The text of the mail, with the resolution that stands behind /close."""
        return words_of(self.request)

    @property
    def public(self) -> bool:
        """Whether the text goes to the customer; a mail with nothing but commands never does (P7)."""
        meant = self.intent is Intent.ANSWER or self.request.has("public", "close")
        sendable = self.words or self._only_files
        return bool(meant and sendable and self.ticket.requester.email and not stays_inside(self.request))

    @property
    def empty(self) -> bool:
        """Whether nothing was written where something was to be."""
        expected = not self.request.commands or self.request.has("public", "note")
        return expected and not (self.words or self.source.files or self.request.value("note"))

    @property
    def _only_files(self) -> bool:
        return self.source.files and not self.request.commands


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done: whether the mail is seen by the customer, and the effects behind its attachment to the ticket."""

    public: bool
    effects: tuple[Effect, ...]
    reason: str


def wanted(asking: Asking) -> Wanted | Hold:
    """Return what follows, or why all of it is held."""
    request, person = asking.request, asking.person
    if request.problem is not None:
        return _hold(asking, request.problem, None, _correcting(asking))
    obeyed = obey(asking.arrival, asking.ticket, person, request, asking.desk)
    if isinstance(obeyed, Refused):
        text = (SEND,) if asking.request.text and asking.intent is Intent.ANSWER and not stays_inside(request) else ()
        return _hold(asking, obeyed.why, obeyed.advice, (*text, NOTE, DISCARD))
    doubt = _doubt(asking)
    if doubt is not None:
        return doubt
    return _done(asking, obeyed)


def _done(asking: Asking, obeyed: Obeyed) -> Wanted:
    arrival, person, request = asking.arrival, asking.person, asking.request
    effects: list[Effect] = []
    told = list(obeyed.said)
    if asking.public:
        effects += sent(arrival, _with_copies(asking.ticket, obeyed), person, asking.words, asking.source, request.has("close"))
        told.insert(0, _said_sent(asking))
    effects += obeyed.effects
    if asking.intent is Intent.ALERT and not request.has(*_CHAIN_VERBS):
        effects += acknowledged(arrival, person, plain=True)
    event = _told_to_others(asking)
    if event and not any(isinstance(effect, Notify) and effect.event == event for effect in effects):
        effects.append(Notify(event, others(arrival, person)))
    if event == "note" and not request.has("called"):
        told.append(said("noted"))
    if told and (request.commands or (asking.public and asking.desk.undo_window)):
        effects.append(Confirm(person, tuple(told)))
    return Wanted(asking.public, tuple(effects), _reason(asking))


def _with_copies(ticket: Ticket, obeyed: Obeyed) -> Ticket:
    """The ticket with whom /cc of the same mail brings into copy, or takes out of it."""
    coming = tuple(effect.participant for effect in obeyed.effects if isinstance(effect, Join))
    going = {effect.email for effect in obeyed.effects if isinstance(effect, Leave)}
    staying = tuple(one for one in ticket.participants if one.email not in going)
    return replace(ticket, participants=(*staying, *coming)) if coming or going else ticket


def _told_to_others(asking: Asking) -> str:
    """What the other staff hear of a mail that stays inside, "" when nothing: commands alone tell of themselves."""
    request = asking.request
    if asking.intent is Intent.ALERT and request.has("take"):
        return "taken"
    if (asking.intent is Intent.ALERT and not request.has(*_PASSING)) or request.has("ack"):
        return "acknowledged"
    inside = not asking.public and not request.has("spam")
    return "note" if inside and (request.text or request.has("note") or not request.commands) else ""


def _said_sent(asking: Asking) -> Said:
    to = asking.ticket.requester.name or asking.ticket.requester.email
    window = asking.desk.undo_window
    return said("sent_held", to=to, window=timedelta(seconds=window)) if window else said("sent", to=to)


def _reason(asking: Asking) -> str:
    name, verbs = asking.person.name or asking.person.key, [command.verb for command in asking.request.commands]
    if asking.intent is Intent.ALERT:
        return f"{name} acknowledged"
    kind = "an answer" if asking.public else "a note"
    return f"{kind} of {name}" if not verbs else f"{name} asked for {', '.join(dict.fromkeys(verbs))}"


def _doubt(asking: Asking) -> Hold | None:
    """What is doubtful about the text."""
    if asking.empty:
        return _hold(asking, said("no_words"), said("write_above"), ()) if asking.intent is not Intent.ALERT else None
    if _is_for_nobody(asking):
        return _hold(
            asking,
            said("no_requester", number=asking.ticket.number),
            said("close_instead", number=asking.ticket.number),
            (NOTE, DISCARD),
        )
    if not asking.public:
        return None
    for question in _QUESTIONS:
        hold = question(asking)
        if hold is not None and (SEND not in hold.choices or hold.reason.code not in asking.stands_by):
            return hold
    return None


def _is_for_nobody(asking: Asking) -> bool:
    """Whether it is an answer, and nobody knows to whom: the ticket's mail named no sender."""
    meant = asking.intent is Intent.ANSWER and asking.words and not asking.request.has("close")
    return bool(meant) and not asking.ticket.requester.email and not stays_inside(asking.request)


def _is_pressed(asking: Asking) -> Hold | None:
    """Its author pressed a button, and no word of it was meant for the customer."""
    mail = asking.arrival.mail
    code = "reaction" if is_reaction(mail) else "recall" if is_recall(mail) else ""
    return _hold(asking, said(code), said("write_instead"), (NOTE, DISCARD)) if code else None


def _is_internal(asking: Asking) -> Hold | None:
    """Something of ours stands in it: a marker, an address or a Message-ID, each of which gives power."""
    return _hold(asking, said("ours_inside"), said("write_above"), (NOTE, DISCARD)) if has_ours(asking.words) else None


def _is_typed_inside(asking: Asking) -> Hold | None:
    """Words typed between the lines of our notice would be cut off."""
    mail = asking.arrival.mail
    typed = typed_inside(split(mail.text, mail.html).quoted, asking.arrival.notice)
    return _hold(asking, said("typed_inside", line=typed[:80]), said("write_above"), (NOTE, DISCARD)) if typed else None


def _discloses(asking: Asking) -> Hold | None:
    """An address of one of us stands in it, or a file that tells more than its author may know."""
    doubt = disclosed(asking.arrival.mail, asking.words, asking.ticket, asking.desk, asking.stands_by)
    if doubt is None:
        return None
    choices = (SEND, NOTE, DISCARD) if doubt.purpose == SEND else (NOTE, DISCARD)
    return replace(_hold(asking, doubt.reason, doubt.advice, choices), purpose=doubt.purpose)


def _is_signature(asking: Asking) -> Hold | None:
    """Nothing but a signature: the reply went off too early."""
    lines = [line for line in asking.request.text.split("\n") if line.strip()]
    if not lines or asking.request.value("close"):
        return None
    first = lines[0].strip(" ,.-").casefold()
    named = first in (asking.person.name.casefold(), asking.person.name.split(" ")[0].casefold()) and len(lines) <= _NAME_LINES
    only = signature_start(lines, 0, len(lines)) == 0 or named
    return _hold(asking, said("only_signature"), said("write_above"), (SEND, NOTE, DISCARD)) if only else None


_NAME_LINES = 6
"""A mail that begins with its author's name and has more lines than this may be something else than a signature."""


def _is_bare_verb(asking: Asking) -> Hold | None:
    """One word, and it is a command without its sign."""
    verb = "" if asking.request.commands else bare_verb(asking.request.text, asking.desk.command_words)
    if not verb:
        return None
    hold = _hold(asking, said("bare_command", word=asking.request.text.strip()[:40]), None, (SEND, NOTE, DISCARD))
    return replace(hold, nearest=verb)


def _is_merged(asking: Asking) -> Hold | None:
    """It answers a mail about a ticket that was merged since: the answer would go to somebody else than its author thinks."""
    token, ticket = asking.arrival.match.token, asking.ticket
    if token is None or token.ticket in (0, ticket.number):
        return None
    why = said("merged_since", number=token.ticket, into=ticket.number, to=ticket.requester.name or ticket.requester.email)
    return _hold(asking, why, None, (SEND, NOTE, DISCARD))


def _is_closed(asking: Asking) -> Hold | None:
    """It answers a ticket that is closed."""
    if asking.ticket.state is not State.CLOSED or asking.request.has("reopen"):
        return None
    return _hold(asking, said("closed_since"), said("reopen_first"), (SEND, NOTE, DISCARD))


def _is_stale(asking: Asking) -> Hold | None:
    """A colleague has answered since the copy that it replies to was written (E11)."""
    arrival, token = asking.arrival, asking.arrival.match.token
    theirs = token is not None and token.purpose in (Purpose.REPLY, Purpose.NOTE) and token.nonce.isdigit()
    seen = int(token.nonce) if token is not None and theirs else asking.ticket.revision
    if seen >= asking.ticket.revision or arrival.last_answer_by in ("", asking.person.key):
        return None
    who = asking.desk.people.get(arrival.last_answer_by)
    why = said("answered_since", name=who.name if who else arrival.last_answer_by)
    hold = _hold(asking, why, None, (SEND, NOTE, DISCARD))
    return replace(hold, purpose=OVERTAKEN, until=arrival.now + UNDECIDED_FOR)


_QUESTIONS: tuple[Callable[[Asking], Hold | None], ...] = (
    _is_pressed,
    _is_internal,
    _is_typed_inside,
    _discloses,
    _is_signature,
    _is_bare_verb,
    _is_merged,
    _is_closed,
    _is_stale,
)
"""What may be wrong with a text on its way to the customer, in this order."""


def _correcting(asking: Asking) -> tuple[str, ...]:
    """What may become of a mail whose commands cannot be read."""
    corrected = (RUN,) if asking.request.corrected else ()
    sendable = asking.intent is Intent.ANSWER and not asking.request.inside
    return (*corrected, SEND, NOTE, DISCARD) if sendable else (*corrected, NOTE, DISCARD)


def _hold(asking: Asking, why: Said, advice: Said | None, choices: tuple[str, ...]) -> Hold:
    return Hold(
        asking.person,
        "",
        why,
        advice,
        choices,
        asking.request.nearest,
        asking.intent.value,
        asking.source.stored,
        asking.stands_by,
    )
