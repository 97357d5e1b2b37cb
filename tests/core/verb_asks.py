"""A command and the world it is given in, for tables of verbs: Pat is alerted at ten, Anna answers, Erika asked at nine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mail_values import a_mail
from promise_desk import ALEX, CUSTOMER, PAT, PEOPLE, at, contract, desk

from mailsupport.core.deciding.arrival import Arrival, Known
from mailsupport.core.deciding.obeying import TABLE
from mailsupport.core.deciding.verbs.asked import Asked, Done, Refused
from mailsupport.core.desk import Contract, Desk, Mailbox, Person
from mailsupport.core.guard import Cause, Chain, ChainState, Clock, ClockKind, ClockState, Told
from mailsupport.core.judging.matching import Match
from mailsupport.core.judging.routing import Route
from mailsupport.core.judging.standing import Standing
from mailsupport.core.judging.tokens import Purpose, Token
from mailsupport.core.model import Address, Kind, Priority, State, Ticket, Verdict
from mailsupport.core.reaching.escalation import open_chain
from mailsupport.core.reading.commands import Command, Request

NOON = at("2026-03-04 12:00")
"""A Wednesday; the mail with the command arrives."""

ANNA = Person("anna", "Anna Berg", ("anna@acme.example",), ("agent",), timezone="Europe/Berlin")
GOLD = replace(contract(), staff=("anna",))
PROMISED = at("2026-03-04 10:00")


def a_desk(gold: Contract = GOLD) -> Desk:
    """The desk of the promises, with Anna."""
    there = desk(gold)
    return replace(
        there,
        people={**PEOPLE, "anna": ANNA},
        staff_keys=frozenset({"anna"}),
        by_address={**there.by_address, "anna@acme.example": ANNA},
        own_addresses=frozenset({"support@acme.example"}),
    )


def a_clock(kind: ClockKind = ClockKind.FIRST_RESPONSE, due: datetime = PROMISED, state: ClockState = ClockState.LAPSED) -> Clock:
    """A clock of the ticket; lapsed unless told otherwise."""
    lapsed = due if state in (ClockState.LAPSED, ClockState.MET_LATE) else None
    return Clock(1, 7, kind, 0, at("2026-03-04 09:00"), due, state, lapsed_at=lapsed)


def a_chain(state: ChainState = ChainState.ACTIVE, step: int = 0, told: tuple[Person, ...] = (PAT,), by: str = "") -> Chain:
    """The chain of the lapse; each of `told` was alerted at a step of their own, from the first on."""
    rows = tuple(Told(p.key, p.address, number, 0, PROMISED, "accepted") for number, p in enumerate(told))
    chain = replace(open_chain(7, Cause.FIRST_RESPONSE, 0, PROMISED, GOLD), state=state, step=step, told=rows)
    if state is ChainState.ACKNOWLEDGED:
        return replace(chain, acknowledged_by=by, acknowledged_until=NOON + timedelta(minutes=30))
    return chain


def a_ticket(**changes: Any) -> Ticket:
    """Erika's ticket, unanswered."""
    made = Ticket(
        number=7,
        subject="Printer",
        state=State.NEW,
        priority=Priority.NORMAL,
        mailbox="support",
        contract="gold",
        contract_version="1",
        customer="globex",
        language="en",
        requester=Address("Erika", "erika@globex.example"),
        participants=(),
        revision=0,
        received_at=at("2026-03-04 09:00"),
        first_message_id="a@globex.example",
        last_customer_message_id="a@globex.example",
    )
    return replace(made, **changes)


def ask(
    verb: str,
    value: str = "",
    *,
    by: Person = ANNA,
    text: str = "",
    chain: Chain | None = None,
    clocks: tuple[Clock, ...] = (),
    ticket: Ticket | None = None,
    purpose: Purpose = Purpose.REPLY,
    gold: Contract = GOLD,
    known: Known | None = None,
    undo_window: int = 0,
) -> Done | Refused:
    """What a verb answers."""
    there = replace(a_desk(gold), undo_window=undo_window)
    token = Token(purpose, 7, "", "0", "")
    arrival = Arrival(
        mail=a_mail(by.address),
        verdict=Verdict(Kind.STAFF, "", answerable=True),
        route=Route(gold, CUSTOMER, Priority.NORMAL, "en", (ANNA,), False, ""),
        match=Match(7, 1, "", token),
        standing=Standing(by, True, ""),
        mailbox=Mailbox("support", "support@acme.example", "Acme Support"),
        received_at=NOON,
        now=NOON,
        ticket=ticket or a_ticket(),
        chain=chain,
        clocks=clocks,
        known=known or Known(),
    )
    request = Request((Command(verb, value),), text)
    return TABLE[verb](Asked(verb, value, request, arrival, ticket or a_ticket(), by, there))


def refusal(answer: Done | Refused) -> str:
    """Why a command was refused; "" when it was not."""
    return answer.why.code if isinstance(answer, Refused) else ""


def done(answer: Done | Refused) -> tuple[Any, ...]:
    """What a command that was obeyed does."""
    assert isinstance(answer, Done), answer
    return answer.effects


__all__ = ["ALEX", "ANNA", "NOON", "PAT", "a_chain", "a_clock", "a_ticket", "ask", "done", "refusal"]
