"""The operator puts tickets under another contract, or under what a contract says today: every deadline before and after.

Comes in: a ticket's number, the name of a contract. Goes out: rows, in one transaction, and what became of each clock. What
becomes of them is decided by `core.timing.clock`; a trial does the same and takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from mailsupport.app import act
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.desk import Contract
from mailsupport.core.effects import Effect
from mailsupport.core.guard import Clock
from mailsupport.core.orders import SetContract
from mailsupport.errors import MailsupportError
from mailsupport.store import clocks, history, tickets


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one clock; `due_before` is None for one that began, `due` for one that ended."""

    ticket: int
    kind: str
    cycle: int
    due_before: datetime | None
    due: datetime | None
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Applied:
    """The contract that tickets were put under, which they are, and every clock that is another one since."""

    contract: str
    version: str
    tickets: tuple[int, ...]
    moved: tuple[Moved, ...]
    trial: bool = False


class _TakenBackError(Exception):
    """Nothing of a trial stays."""


def assign(service: Service, number: int, name: str, customer: str | None = None, actor: str = "operator") -> Applied:
    """Put a ticket under a contract by hand; with `customer`, it is that customer's from now on. Raises MailsupportError."""
    contract = _contract(service, name)
    if customer is not None and customer not in service.desk.customers:
        raise MailsupportError(f"there is no customer {customer!r}", f"known: {', '.join(service.desk.customers) or 'none'}")
    with service.store.write() as tx:
        if tickets.ticket(tx, number) is None:
            raise MailsupportError(f"there is no ticket {number}", "mailsupport ticket list shows those there are")
        moved = moved_by(service, tx, number, SetContract(contract, f"set by {actor}", customer), actor)
    return Applied(name, contract.version, (number,), tuple(moved))


def apply(service: Service, name: str, *, trial: bool = False, actor: str = "operator") -> Applied:
    """Put every open ticket of a contract under what it says today, all or none. Raises MailsupportError."""
    contract = _contract(service, name)
    order = SetContract(contract, f"today's version of contract {name}, applied by {actor}")
    numbers: list[int] = []
    moved: list[Moved] = []
    with _or_taken_back(), service.store.write() as tx:
        found = tickets.tickets(tx, tickets.open_under(tx, name))
        numbers += [number for number, ticket in found.items() if ticket.contract_version != contract.version]
        for number in numbers:
            moved += moved_by(service, tx, number, order, actor)
        if trial:
            raise _TakenBackError
        said = {"contract": name, "version": contract.version, "tickets": numbers, "clocks": len(moved)}
        history.log(tx, None, service.now(), actor, "contract_applied", said)
    return Applied(name, contract.version, tuple(numbers), tuple(moved), trial)


@contextmanager
def _or_taken_back() -> Iterator[None]:
    try:
        yield
    except _TakenBackError:
        return


def _contract(service: Service, name: str) -> Contract:
    found = service.desk.contracts.get(name)
    if found is None:
        raise MailsupportError(f"there is no contract {name!r}", f"known: {', '.join(service.desk.contracts)}")
    return found


def moved_by(service: Service, tx: Tx, number: int, order: Effect, actor: str) -> list[Moved]:
    """Do that to a ticket in the operator's name, and return every clock that is another one since."""
    scene = Scene(service, tx, service.now(), "", ticket=number, actor=actor)
    scene.mailbox = scene.subject().mailbox
    before = {one.id: one for one in clocks.clocks_of(tx, number)}
    act.perform(scene, [order])
    return [_moved(before.get(one.id), one) for one in clocks.clocks_of(tx, number) if before.get(one.id) != one]


def _moved(before: Clock | None, after: Clock) -> Moved:
    due = after.due_at if after.stopped_at is None else None
    said = after.reason if before is None else after.reason.removeprefix(before.reason).lstrip("; ")
    return Moved(after.ticket, after.kind, after.cycle, before.due_at if before else None, due, after.state, said)
