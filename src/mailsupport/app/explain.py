"""Why are a ticket's deadlines and alerts as they are? Every clock with what was counted, every step with who heard and why.

In: an open transaction and the desk of the settings, whose calendars the intervals are counted by. Out: frozen values whose
fields are the keys of the JSON that `--json` prints. Nothing is decided: what was reckoned then stands in the rows, and is shown
beside today's count. Steps are counted from 1, as people do.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from mailsupport.app.history import said
from mailsupport.app.intervals import Counted, counted
from mailsupport.app.plan import Planned, upcoming
from mailsupport.app.report import ChainState, chain_state
from mailsupport.core.clock import target_of
from mailsupport.core.desk import Desk
from mailsupport.core.guard import Chain, Clock
from mailsupport.core.model import Ticket
from mailsupport.core.worktime import working_seconds
from mailsupport.store import Tx, chains, clocks, history, overview, tickets
from mailsupport.store.rows import SKIPPED, FiringRow, ToldRow


@dataclass(frozen=True, slots=True)
class ClockExplained:
    """One cycle of a clock: what was counted by its calendar up to its deadline, and up to when it was stopped.

    `promised` is what the contract gives today; `counted` and the sums are of today's calendar, which `calendar` names; they are
    empty when the settings have dropped the contract.
    """

    kind: str
    cycle: int
    state: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    lapsed_at: datetime | None
    reason: str
    calendar: str
    timezone: str
    promised: str
    counted: tuple[Counted, ...]
    seconds_to_due: int
    seconds_to_stop: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """Who was told at a step, and what became of that."""

    kind: str
    person: str
    email: str
    outcome: str
    at: datetime


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
    reason: str
    notes: tuple[str, ...]
    clocks: tuple[ClockExplained, ...]
    chain: ChainState | None
    steps: tuple[StepExplained, ...]
    upcoming: tuple[Planned, ...]


def explain_ticket(tx: Tx, number: int, desk: Desk) -> Explained | None:
    """Return the arithmetic of every clock and step of a ticket, or None when there is none of that number."""
    ticket = tickets.ticket(tx, number)
    if ticket is None:
        return None
    chain = chains.chain(tx, number)
    told, lines = chains.told_of(tx, number), history.history(tx, number)
    skipped = [(line.data.get("firing"), said(line)) for line in lines if line.event == SKIPPED]
    return Explained(
        number=number,
        subject=ticket.subject,
        contract=ticket.contract,
        reason=ticket.reason,
        notes=tuple(_notes(ticket, desk)),
        clocks=tuple(_explained(clock, ticket, desk) for clock in clocks.clocks_of(tx, number)),
        chain=chain_state(chain) if chain else None,
        steps=tuple(_step(row, told, skipped) for row in overview.firings_of(tx, number)),
        upcoming=_upcoming(chain, ticket, desk),
    )


def _upcoming(chain: Chain | None, ticket: Ticket, desk: Desk) -> tuple[Planned, ...]:
    contract = desk.contracts.get(ticket.contract)
    if chain is None or contract is None or chain.next_at is None:
        return ()
    return upcoming(chain, contract, desk.customers.get(ticket.customer), desk)


def _notes(ticket: Ticket, desk: Desk) -> list[str]:
    contract = desk.contracts.get(ticket.contract)
    if contract is None:
        return [f"the settings have no contract {ticket.contract!r} any more: its calendar is not known"]
    if contract.version != ticket.contract_version:
        return [f"contract {ticket.contract} was changed since the ticket was opened: intervals are counted as it stands today"]
    return []


def _explained(clock: Clock, ticket: Ticket, desk: Desk) -> ClockExplained:
    contract = desk.contracts.get(ticket.contract)
    calendar = contract.calendar if contract else None
    target = target_of(contract, clock.kind, ticket.priority) if contract else None
    stopped = clock.stopped_at
    return ClockExplained(
        kind=clock.kind,
        cycle=clock.cycle,
        state=clock.state,
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=stopped,
        lapsed_at=clock.lapsed_at,
        reason=clock.reason,
        calendar=calendar.name if calendar else "",
        timezone=calendar.timezone if calendar else desk.timezone,
        promised=target.text if target else "",
        counted=counted(calendar, clock.started_at, clock.due_at) if calendar else (),
        seconds_to_due=working_seconds(calendar, clock.started_at, clock.due_at) if calendar else 0,
        seconds_to_stop=working_seconds(calendar, clock.started_at, stopped) if calendar and stopped else None,
    )


def _step(row: FiringRow, told: Collection[ToldRow], skipped: Collection[tuple[object, str]]) -> StepExplained:
    return StepExplained(
        step=row.step + 1,
        round=row.round + 1,
        cause=row.cause,
        cycle=row.cycle,
        fired_at=row.fired_at,
        reason=row.reason,
        told=tuple(Person(t.kind, t.person, t.email, t.outcome, t.at) for t in told if t.firing == row.id),
        skipped=tuple(words for firing, words in skipped if firing == row.id),
    )
