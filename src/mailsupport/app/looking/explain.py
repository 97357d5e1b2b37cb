"""Why are a ticket's deadlines and alerts as they are? Every clock with what was counted, every step with who heard and why.

In: an open transaction and the desk of the settings. Out: frozen values whose fields are the keys of the JSON that `--json`
prints. Nothing is decided: what was reckoned then stands in the rows, and is shown beside a count by the contract that the ticket
was opened under (`app.looking.arithmetic`). Steps are counted from 1, as people do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailsupport.app.agreements import counting
from mailsupport.app.letters.history import said
from mailsupport.app.looking.arithmetic import ClockExplained, Waited, explained, waited
from mailsupport.app.looking.plan import Planned, upcoming
from mailsupport.app.looking.report import ChainState, chain_state
from mailsupport.app.presence import desk_now
from mailsupport.core.desk import Contract, Desk
from mailsupport.core.guard import Chain
from mailsupport.core.model import Ticket
from mailsupport.store import Tx, chains, clocks, history, overview, tickets, ways
from mailsupport.store.rows import SKIPPED, FiringRow, ToldRow


@dataclass(frozen=True, slots=True)
class Person:
    """Who was told at a step, and what became of that; `route` names the relay of the mail where it is not the first."""

    kind: str
    person: str
    email: str
    outcome: str
    at: datetime
    route: str = ""


@dataclass(frozen=True, slots=True)
class StepExplained:
    """A step that fired: when, why, who was told, and who was left out and why."""

    step: int
    round: int
    cause: str
    cycle: int
    fired_at: datetime
    reason: str
    told: tuple[Person, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a ticket's deadlines and alerts are as they are; `notes` say what the arithmetic cannot show.

    `upcoming` is what happens next if nobody answers.
    """

    number: int
    subject: str
    contract: str
    version: str
    reason: str
    notes: tuple[str, ...]
    waited: tuple[Waited, ...]
    clocks: tuple[ClockExplained, ...]
    chain: ChainState | None
    steps: tuple[StepExplained, ...]
    upcoming: tuple[Planned, ...]


def explain_ticket(tx: Tx, number: int, desk: Desk) -> Explained | None:
    """Return the arithmetic of every clock and step of a ticket, or None when there is none of that number."""
    ticket = tickets.ticket(tx, number)
    if ticket is None:
        return None
    contract = counting(tx, ticket, desk, {})
    chain = chains.chain(tx, number)
    told, lines = chains.told_of(tx, number), history.history(tx, number)
    skipped = [(line.data.get("firing"), said(line)) for line in lines if line.event == SKIPPED]
    routes = ways.routes(tx, {one.outbox for one in told if one.outbox is not None})
    return Explained(
        number=number,
        subject=ticket.subject,
        contract=ticket.contract,
        version=ticket.contract_version,
        reason=ticket.reason,
        notes=tuple(_notes(ticket, contract, desk)),
        waited=waited(lines, contract),
        clocks=explained(clocks.clocks_of(tx, number), lines, ticket, contract),
        chain=chain_state(chain) if chain else None,
        steps=tuple(_step(row, told, skipped, routes) for row in overview.firings_of(tx, number)),
        upcoming=_upcoming(tx, chain, ticket, contract, desk),
    )


def _upcoming(tx: Tx, chain: Chain | None, ticket: Ticket, contract: Contract, desk: Desk) -> tuple[Planned, ...]:
    if chain is None or chain.next_at is None:
        return ()
    return upcoming(chain, contract, desk.customers.get(ticket.customer), desk_now(tx, desk, chain.next_at))


def _notes(ticket: Ticket, contract: Contract, desk: Desk) -> list[str]:
    today = desk.contracts.get(ticket.contract)
    if contract.version != ticket.contract_version:
        gone = "is gone from the settings" if today is None else "was changed since"
        counts = f"contract {contract.name} counts as it stands today"
        return [f"contract {ticket.contract} {gone}, and nobody kept version {ticket.contract_version}: {counts}"]
    if today is None:
        return [f"contract {ticket.contract} is gone from the settings: this ticket goes on as it was agreed"]
    if today.version != contract.version:
        cure = f"`mailsupport contract apply {ticket.contract}` puts open tickets under today's"
        return [f"contract {ticket.contract} was changed since; this ticket keeps version {contract.version} ({cure})"]
    return []


def _step(
    row: FiringRow, told: Collection[ToldRow], skipped: Collection[tuple[object, str]], routes: Mapping[int, str]
) -> StepExplained:
    return StepExplained(
        step=row.step + 1,
        round=row.round + 1,
        cause=row.cause,
        cycle=row.cycle,
        fired_at=row.fired_at,
        reason=row.reason,
        told=tuple(_person(one, routes) for one in told if one.firing == row.id),
        skipped=tuple(words for firing, words in skipped if firing == row.id),
    )


def _person(told: ToldRow, routes: Mapping[int, str]) -> Person:
    route = routes.get(told.outbox, "") if told.outbox is not None else ""
    return Person(told.kind, told.person, told.email, told.outcome, told.at, route)
