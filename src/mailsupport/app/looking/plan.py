"""Who would hear when? The timetable of a chain with names and addresses, for `chain simulate`, `check` and `explain`.

In: a word that names a customer or a contract, the desk, an instant. Out: whose chain it is, and its plan. The plan itself is
made by `core.reaching.timetable`; here it gets the people's names. Steps and rounds are counted from 1, as people do; 0 is the
lapse.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from mailsupport.core.desk import Contract, Customer, Desk
from mailsupport.core.guard import Chain, ClockKind
from mailsupport.core.judging.routing import customer_of, holds
from mailsupport.core.model import Priority
from mailsupport.core.reaching import timetable
from mailsupport.core.reaching.timetable import Entry, EntryKind
from mailsupport.core.timing.clock import due_at, target_of
from mailsupport.errors import MailsupportError


@dataclass(frozen=True, slots=True)
class Whose:
    """The contract that a word stands for, its customer if there is one, and why these.

    `ended` is the contract that would be theirs, if it held then; `contract` is what counts instead.
    """

    contract: Contract
    customer: Customer | None
    reason: str
    ended: Contract | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets a mail."""

    person: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a plan; `kind` is lapse, alert or exhausted."""

    at: datetime
    kind: str
    step: int
    round: int
    to: tuple[Reader, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to a mail that is never answered; `due` is None when the priority has no promise.

    `ended` names the contract that would count, if it held then.
    """

    customer: str
    contract: str
    calendar: str
    timezone: str
    received: datetime
    priority: str
    promised: str
    due: datetime | None
    reason: str
    entries: tuple[Planned, ...]
    ended: str = ""


def whose(word: str, desk: Desk) -> Whose:
    """Return whose chain a word names: a customer by key or name, a contract, or an address. Raises MailsupportError."""
    for key, customer in desk.customers.items():
        if word.lower() in (key.lower(), customer.name.lower()):
            return Whose(desk.contracts[customer.contract], customer, f"contract of {customer.name}")
    if word in desk.contracts:
        return Whose(desk.contracts[word], None, "the contract itself")
    if "@" in word:
        found, why = customer_of(word, desk)
        return Whose(desk.contracts[found.contract if found else desk.default_contract], found, why)
    known = [*desk.customers, *desk.contracts]
    near = difflib.get_close_matches(word, known, n=1)
    cure = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}; or give an address"
    raise MailsupportError(f"there is no customer or contract {word!r}", cure)


def counting(named: Whose, desk: Desk, at: datetime) -> Whose:
    """Return under which contract a request comes that arrives then; one that does not hold gives way to the next in order.

    A contract that was named itself stays, and says so: what was open goes on under it.
    """
    contract = named.contract
    if holds(contract, at) or contract.name == desk.default_contract:
        return named
    if named.customer is None:
        return replace(named, ended=contract)
    boxes = {box.contract or desk.default_contract for box in desk.mailboxes.values()}
    nearest = desk.contracts.get(boxes.pop()) if len(boxes) == 1 else None
    instead = nearest if nearest is not None and holds(nearest, at) else desk.contracts[desk.default_contract]
    return replace(named, contract=instead, ended=contract)


def plan(named: Whose, desk: Desk, received: datetime, priority: Priority) -> Plan:
    """Return what happens to a mail received then, if nobody ever answers. Raises BeyondHorizon."""
    contract = named.contract
    promise = target_of(contract, ClockKind.FIRST_RESPONSE, priority)
    return Plan(
        customer=named.customer.name if named.customer else "",
        contract=contract.name,
        calendar=contract.calendar.name,
        timezone=contract.calendar.timezone,
        received=received,
        priority=priority,
        promised=promise.text if promise else "",
        due=due_at(contract, ClockKind.FIRST_RESPONSE, priority, received),
        reason=named.reason,
        entries=_planned(timetable.timetable(contract, named.customer, desk, received, priority), desk),
        ended=named.ended.name if named.ended else "",
    )


def upcoming(chain: Chain, contract: Contract, customer: Customer | None, desk: Desk) -> tuple[Planned, ...]:
    """Return what is still to come of a chain as it stands."""
    return _planned(tuple(timetable.remaining(chain, contract, customer, desk)), desk)


def _planned(entries: Iterable[Entry], desk: Desk) -> tuple[Planned, ...]:
    return tuple(
        Planned(
            at=entry.at,
            kind=entry.kind,
            step=entry.step + 1 if entry.kind is EntryKind.ALERT else 0,
            round=entry.round + 1,
            to=tuple(reader(name, desk) for name in entry.names),
            reason=entry.reason,
        )
        for entry in entries
    )


def reader(key: str, desk: Desk) -> Reader:
    """Return who a person's key stands for; a bare address is its own."""
    person = desk.people.get(key) or desk.person_at(key)
    return Reader(key, person.name, person.address) if person else Reader(key, "", key)
