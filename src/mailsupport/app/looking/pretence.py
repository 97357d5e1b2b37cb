"""What would follow if these mails came in one after the other? A desk without a database, for `app.looking.trial`.

In: mails in their order, with what they are. Out: the effects of each in words. The tickets that the mails open are kept here
as values, just so far that the next mail can be matched to them as `core.judging.matching` would; clocks, states and
participants change by the effects alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailsupport.core.deciding import customer_mail
from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.deciding.following import decide
from mailsupport.core.desk import Desk, Mailbox
from mailsupport.core.effects import ChangeTicket, Decision, Effect, Join, OpenTicket, StartClock, StopClock
from mailsupport.core.guard import Clock, ClockState
from mailsupport.core.judging.matching import Clues, Known, Match, clues, match
from mailsupport.core.judging.receipts import ReceiptCounts
from mailsupport.core.judging.routing import Route, route
from mailsupport.core.judging.standing import standing
from mailsupport.core.judging.tokens import token_in_address, token_in_message_id
from mailsupport.core.model import Mail, State, Ticket, Verdict
from mailsupport.core.reading.forwarded import handed_over
from mailsupport.core.reading.references import comparable


@dataclass(slots=True)
class _Opened:
    """A ticket of the pretence: the file that opened it, and what is known of it by now."""

    file: str
    ticket: Ticket
    clocks: list[Clock] = field(default_factory=list)


class Pretence:
    """The desk while files are tried: what earlier files did, later ones find."""

    def __init__(self, desk: Desk, now: datetime, *, has_settings: bool) -> None:
        self._desk, self._now, self._has_settings = desk, now, has_settings
        self._opened: dict[int, _Opened] = {}
        self._by_message_id: dict[str, int] = {}
        self._by_reference: dict[str, int] = {}
        self._seen: dict[tuple[str, str], str] = {}
        self._receipts: dict[str, int] = {}

    def follow(self, file: str, mail: Mail, verdict: Verdict) -> tuple[str, ...]:
        """Return what would follow from a mail, in words, and remember it."""
        first = self._seen.setdefault((mail.message_id, mail.content_hash), file)
        if first != file:
            return (f"keep it once: it is the same mail as {first}",)
        arrival = self._arrival(mail, verdict)
        decision = decide(arrival, self._desk)
        self._remember(file, arrival, decision)
        return tuple(self._words(arrival, decision))

    def follow_unreadable(self, mail: Mail, verdict: Verdict) -> tuple[str, ...]:
        """Return what would follow from a mail that cannot be read."""
        decision = customer_mail.unreadable(self._arrival(mail, verdict), verdict.reason)
        return tuple(self._said(effect) for effect in decision.effects)

    # --- what is known --------------------------------------------------------------------------------------------------

    def _arrival(self, mail: Mail, verdict: Verdict) -> Arrival:
        desk = self._desk
        mailbox = self._mailbox(mail)
        found = clues(mail, (), desk.own_addresses)
        joined = self._match(mail, found)
        opened = self._opened.get(joined.ticket) if joined.ticket is not None else None
        return Arrival(
            mail=mail,
            verdict=verdict,
            route=self._route(mail, mailbox, opened),
            match=joined,
            standing=standing(mail, joined.token, desk),
            mailbox=mailbox,
            received_at=self._now,
            now=self._now,
            ticket=opened.ticket if opened is not None else None,
            clocks=tuple(opened.clocks) if opened is not None else (),
            counts=ReceiptCounts(self._receipts.get(mail.sender.key, 0)),
            behalf=handed_over(mail, desk.command_words) if opened is None and desk.person_at(mail.sender.email) else None,
        )

    def _mailbox(self, mail: Mail) -> Mailbox:
        """The mailbox that the mail names as its recipient, else the first of the settings."""
        boxes = list(self._desk.mailboxes.values())
        return next((box for box in boxes if not {box.address, *box.aliases}.isdisjoint(mail.recipients)), boxes[0])

    def _route(self, mail: Mail, mailbox: Mailbox, opened: _Opened | None) -> Route:
        """A ticket keeps the contract it was opened under."""
        fresh = route(mail, mailbox.name, self._desk, self._now)
        return fresh if opened is None else replace(fresh, contract=self._desk.contracts[opened.ticket.contract])

    def _match(self, mail: Mail, found: Clues) -> Match:
        named = (mail.message_id, *mail.ancestors)
        known = Known(
            by_message_id={id_: self._by_message_id[comparable(id_)] for id_ in named if comparable(id_) in self._by_message_id},
            by_reference={id_: self._by_reference[comparable(id_)] for id_ in named if comparable(id_) in self._by_reference},
            tickets={number: opened.ticket for number, opened in self._opened.items()},
        )
        return match(mail, found, known, self._desk, self._now)

    # --- what is remembered -----------------------------------------------------------------------------------------------

    def _remember(self, file: str, arrival: Arrival, decision: Decision) -> None:
        number = decision.ticket
        for effect in decision.effects:
            if isinstance(effect, OpenTicket):
                number = len(self._opened) + 1
                self._opened[number] = _Opened(file, _ticket(number, effect))
            elif number is not None:
                _change(self._opened[number], effect)
        if number is None:
            return
        mail = arrival.mail
        if mail.message_id:
            self._by_message_id.setdefault(comparable(mail.message_id), number)
        for id_ in mail.ancestors:
            self._by_reference.setdefault(comparable(id_), number)
        if arrival.ticket is None and arrival.verdict.answerable:
            self._receipts[mail.sender.key] = self._receipts.get(mail.sender.key, 0) + 1

    # --- what is said -----------------------------------------------------------------------------------------------------

    def _words(self, arrival: Arrival, decision: Decision) -> Iterator[str]:
        if names_token(arrival.mail, self._desk):
            yield "take its token for none: only the daemon has the key that verifies it"
        if arrival.ticket is not None:
            yield f"join the ticket of {self._opened[arrival.ticket.number].file} ({arrival.match.reason})"
        elif decision.state == "ignored":
            yield f"ignore the mail, and list it to the operator ({decision.reason})"
        elif arrival.match.related is not None:
            other = self._opened[arrival.match.related].file
            yield f"name the ticket of {other} to staff, and not join it ({arrival.match.reason})"
        for effect in decision.effects:
            yield self._said(effect)

    def _said(self, effect: Effect) -> str:
        """Return an effect in words; without settings nothing was promised, and nothing of the kind is said."""
        if not self._has_settings and isinstance(effect, OpenTicket):
            return f"open a ticket for {effect.requester.email or 'nobody known'} (without settings under no contract)"
        if not self._has_settings and isinstance(effect, StartClock):
            return f"start {effect.kind} (the settings say until when)"
        return effect.words


def names_token(mail: Mail, desk: Desk) -> bool:
    """Tell whether there is something in a mail that only the daemon could tell to be a token of ours."""
    return (
        any(token_in_address(address, desk.own_addresses) for address in mail.recipients)
        or any(token_in_message_id(id_) for id_ in (mail.message_id, *mail.ancestors))
        or bool(mail.markers)
    )


def _ticket(number: int, effect: OpenTicket) -> Ticket:
    return Ticket(
        number=number,
        subject=effect.subject,
        state=State.NEW,
        priority=effect.priority,
        mailbox=effect.mailbox,
        contract=effect.contract,
        contract_version=effect.contract_version,
        customer=effect.customer,
        language=effect.language,
        requester=effect.requester,
        participants=(),
        revision=0,
        received_at=effect.received_at,
        first_message_id=effect.first_message_id,
        last_customer_message_id=effect.first_message_id,
    )


def _change(opened: _Opened, effect: Effect) -> None:
    """Do to a ticket what an effect says of it; effects that only send or log change nothing here."""
    ticket = opened.ticket
    if isinstance(effect, Join):
        opened.ticket = replace(ticket, participants=(*ticket.participants, effect.participant))
    elif isinstance(effect, ChangeTicket):
        revision = ticket.revision if effect.revision is None else effect.revision
        opened.ticket = replace(ticket, state=effect.state or ticket.state, revision=revision)
    elif isinstance(effect, StartClock):
        state, number = ClockState.RUNNING, len(opened.clocks) + 1
        opened.clocks.append(Clock(number, ticket.number, effect.kind, number, effect.started_at, effect.due_at, state))
    elif isinstance(effect, StopClock):
        opened.clocks = [
            replace(clock, state=ClockState.MET, stopped_at=effect.at) if clock.kind is effect.kind else clock
            for clock in opened.clocks
        ]
