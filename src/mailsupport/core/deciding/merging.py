"""Two tickets are one matter: what becomes of each? One goes on as the target, the other ends as the source.

In: both sides as they stand, the target's contract, who asks. Out: the effects on each side, or why not. The rules: no promise is
lost, no deadline moves later, nobody is alarmed twice. The earliest unmet deadline goes on at the target; a chain under way goes
on there from the farthest step; whoever is on the source is on the target; the source is closed and points to it.

For editing here: both sides are decided from what they were before. A lapse is never undone, on either side. What reached the
customer before the merge met its own ticket's promise alone, so the merged clock counts from after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from mailsupport.core.deciding import lifecycle
from mailsupport.core.desk import Contract
from mailsupport.core.effects import CancelClocks, ChangeChain, ChangeTicket, Effect, Join, Log, StartClock
from mailsupport.core.guard import Cause, Chain, ChainState, Clock, ClockKind, ClockState
from mailsupport.core.model import Participant, Role, State, Ticket
from mailsupport.core.reaching import escalation
from mailsupport.core.timing.promises import RESPONSES, UNMET

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Side:
    """A ticket with its clocks and its chain."""

    ticket: Ticket
    clocks: tuple[Clock, ...]
    chain: Chain | None

    def unmet(self, kinds: Collection[ClockKind]) -> Clock | None:
        """Return the unmet clock of these kinds that is due first, or None."""
        found = [clock for clock in self.clocks if clock.kind in kinds and clock.state in UNMET]
        return min(found, key=lambda clock: (clock.due_at, clock.id), default=None)


@dataclass(frozen=True, slots=True)
class Merging:
    """What a merge does to each side."""

    source: tuple[Effect, ...]
    target: tuple[Effect, ...]


def refusal(source: Ticket, target: Ticket) -> str:
    """Return why these tickets cannot be merged, or ""; `target` is where merges of the one that was named end."""
    if source.number == target.number:
        return f"ticket {source.number} would be merged into itself"
    if source.merged_into is not None:
        return f"ticket {source.number} was merged into {source.merged_into} before"
    if source.customer and target.customer and source.customer != target.customer:
        return f"they belong to two customers, {source.customer} and {target.customer}, and answers would go to both"
    return ""


def merge(source: Side, target: Side, contract: Contract, actor: str) -> Merging:
    """Return the effects of merging `source` into `target`, whose contract is given; ask `refusal` before."""
    reason = f"merged into ticket {target.ticket.number}"
    ended: list[Effect] = [CancelClocks(reason)]
    if source.chain is not None and source.chain.state is not ChainState.RESOLVED:
        ended.append(ChangeChain(escalation.resolve(source.chain, reason).chain, "merged", actor, reason))
    ended.append(ChangeTicket(reason, state=State.CLOSED, merged_into=target.ticket.number))
    going_on: list[Effect] = [Log("merged", actor, {"from": source.ticket.number})]
    going_on += [Join(person) for person in _people(source.ticket, target.ticket)]
    going_on += _clocks(source, target)
    going_on += _chain(source, target, contract, actor)
    going_on += _state(source, target)
    return Merging(tuple(ended), tuple(going_on))


def _people(source: Ticket, target: Ticket) -> list[Participant]:
    """The source's people, the requester of it in copy: the target's own stays who it is (C5)."""
    there = {person.email for person in target.participants}
    coming = [person for person in source.participants if person.email not in there]
    return [replace(person, role=Role.CC) if person.role is Role.REQUESTER else person for person in coming]


def _state(source: Side, target: Side) -> list[Effect]:
    if source.ticket.state not in (State.NEW, State.OPEN):
        return []
    state = lifecycle.follow(target.ticket.state, lifecycle.Event.CUSTOMER_WROTE)
    if state is target.ticket.state:
        return []
    return [ChangeTicket(f"ticket {source.ticket.number}, which waits for an answer, was merged into it", state=state)]


def _clocks(source: Side, target: Side) -> list[Effect]:
    """For answers and for the resolution, the earliest unmet deadline of both goes on at the target."""
    return [*_earliest(source, target, RESPONSES), *_earliest(source, target, (ClockKind.RESOLUTION,))]


def _earliest(source: Side, target: Side, kinds: Collection[ClockKind]) -> list[Effect]:
    theirs, ours = source.unmet(kinds), target.unmet(kinds)
    if theirs is None or (ours is not None and ours.state is ClockState.LAPSED):
        return []
    began = theirs.started_at if ours is None else min(theirs.started_at, ours.started_at)
    due = theirs.due_at if ours is None else min(theirs.due_at, ours.due_at)
    start = max([began, *(clock.stopped_at + _MOMENT for clock in _met(target.clocks, kinds) if clock.stopped_at is not None)])
    if ours is not None and (start, due) == (ours.started_at, ours.due_at):
        return []
    why = f"the earliest promise of tickets {source.ticket.number} and {target.ticket.number}, merged"
    begin = StartClock(_kind(ours, target, kinds), start, max(start, due), f"{why}; {theirs.reason}")
    return [begin] if ours is None else [CancelClocks(why, ours.kind), begin]


def _kind(ours: Clock | None, target: Side, kinds: Collection[ClockKind]) -> ClockKind:
    """Which promise goes on: the one that runs; else the first answer, unless the target has had one."""
    if ours is not None:
        return ours.kind
    if kinds is not RESPONSES:
        return ClockKind.RESOLUTION
    return ClockKind.NEXT_RESPONSE if list(_met(target.clocks, kinds)) else ClockKind.FIRST_RESPONSE


def _met(clocks: Iterable[Clock], kinds: Collection[ClockKind]) -> Iterable[Clock]:
    return (clock for clock in clocks if clock.kind in kinds and clock.state in (ClockState.MET, ClockState.MET_LATE))


def _chain(source: Side, target: Side, contract: Contract, actor: str) -> list[Effect]:
    """A chain under way goes on at the target, from the farthest step of both: contacts are told once."""
    theirs, ours = _under_way(source.chain), _under_way(target.chain)
    if theirs is None:
        return []
    lead = theirs if ours is None else min((ours, theirs), key=lambda chain: _FIRST.index(chain.state))
    far = max(filter(None, (ours, theirs)), key=lambda chain: (chain.round, chain.step))
    cause, cycle = (ours.cause, ours.cycle) if ours is not None else _cause(theirs, source, target)
    merged = replace(
        lead,
        ticket=target.ticket.number,
        cause=cause,
        cycle=cycle,
        step=min(far.step, len(contract.steps) - 1),
        round=min(far.round, contract.rounds - 1),
        opened_at=min(chain.opened_at for chain in (ours, theirs) if chain is not None),
        told=(),
    )
    reason = f"the chain of ticket {source.ticket.number}, merged into this one, goes on here from step {merged.step + 1}"
    return [ChangeChain(merged, "merged", actor, reason)]


_FIRST = (ChainState.ACTIVE, ChainState.ACKNOWLEDGED, ChainState.EXHAUSTED)
"""Of two chains the one that does more leads."""


def _under_way(chain: Chain | None) -> Chain | None:
    return chain if chain is not None and chain.state is not ChainState.RESOLVED else None


def _cause(theirs: Chain, source: Side, target: Side) -> tuple[Cause, int]:
    """The cause in the target's own counting: that of the clock which goes on there."""
    if theirs.cause.value not in {kind.value for kind in ClockKind}:
        return theirs.cause, 0
    begun = [effect for effect in _clocks(source, target) if isinstance(effect, StartClock)]
    kind = begun[0].kind if begun else ClockKind(theirs.cause.value)
    cycles = [clock.cycle for clock in target.clocks if clock.kind is kind]
    return Cause(kind.value), max(cycles, default=-1) + (1 if begun else 0)
