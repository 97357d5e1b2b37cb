"""Two tickets become one: which deadline, which chain, which people go on. Times are hours of one morning."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from mail_values import NOW, a_ticket, an_address
from promise_desk import contract

from mailsupport.core.deciding.merging import Merging, Side, merge, refusal
from mailsupport.core.effects import CancelClocks, ChangeChain, ChangeTicket, Effect, Join, StartClock
from mailsupport.core.guard import Cause, Chain, ChainState, Clock, ClockKind, ClockState
from mailsupport.core.model import Participant, Role, State, Ticket

FIRST, NEXT, RESOLUTION, *_ = ClockKind
RUNNING, PAUSED, MET, MET_LATE, LAPSED, CANCELLED = ClockState


def at(hour: float) -> datetime:
    """That hour of the morning."""
    return NOW + timedelta(hours=hour)


def clock(kind: ClockKind, started: float, due: float, state: ClockState = RUNNING, stopped: float | None = None) -> Clock:
    """A cycle of a clock."""
    return Clock(1, 1, kind, 0, at(started), at(due), state, at(stopped) if stopped is not None else None)


def chain(state: ChainState = ChainState.ACTIVE, step: int = 0, round_: int = 0, cause: Cause = Cause.FIRST_RESPONSE) -> Chain:
    """A chain at a step."""
    return Chain(1, state, cause, 0, step, round_, at(0), at(5))


def side(*clocks: Clock, chain: Chain | None = None, number: int = 1, state: State = State.NEW, **more: object) -> Side:
    """A ticket as it stands."""
    return Side(replace(a_ticket(number, state), **more), clocks, chain)  # type: ignore[arg-type]  # any field of a ticket


def merged(source: Side, target: Side) -> Merging:
    """Ticket 1 goes into ticket 2."""
    return merge(source, replace(target, ticket=replace(target.ticket, number=2)), contract(), "operator")


def of(effects: tuple[Effect, ...], kind: type[Effect]) -> list[Effect]:
    """The effects of one kind."""
    return [effect for effect in effects if isinstance(effect, kind)]


@pytest.mark.parametrize(
    ("source", "target", "goes_on"),
    [
        # neither is answered: the earlier start, the earlier deadline
        ((clock(FIRST, 0, 4),), (clock(FIRST, 1, 5),), (FIRST, 0, 4)),
        ((clock(FIRST, 1, 5),), (clock(FIRST, 0, 4),), None),
        ((clock(FIRST, 1, 2),), (clock(FIRST, 0, 4),), (FIRST, 0, 2)),
        # the source's deadline has passed, unanswered: it has passed at the target, too
        ((clock(FIRST, 0, 1, LAPSED),), (clock(FIRST, 2, 6),), (FIRST, 0, 1)),
        # the target's has: there is nothing to add
        ((clock(FIRST, 0, 1),), (clock(FIRST, 0, 2, LAPSED),), None),
        # the source is answered: the target keeps its own
        ((clock(FIRST, 0, 4, MET, 1),), (clock(FIRST, 1, 5),), None),
        # the target is answered, the source not: its promise goes on there, counted from after that answer
        ((clock(FIRST, 2, 6),), (clock(FIRST, 0, 4, MET, 1),), (NEXT, 2, 6)),
        ((clock(FIRST, 0, 4),), (clock(FIRST, 1, 5, MET, 3),), (NEXT, 3, 4)),
        # both are answered
        ((clock(FIRST, 0, 4, MET, 1),), (clock(FIRST, 1, 5, MET, 2),), None),
        # a later question waits at the source
        ((clock(FIRST, 0, 4, MET, 1), clock(NEXT, 2, 3)), (clock(FIRST, 1, 5),), (FIRST, 1, 3)),
        # the resolution is a promise of its own
        ((clock(RESOLUTION, 0, 20),), (clock(RESOLUTION, 1, 30),), (RESOLUTION, 0, 20)),
        ((clock(RESOLUTION, 0, 20),), (), (RESOLUTION, 0, 20)),
    ],
)
def test_the_earliest_unmet_promise_goes_on(
    source: tuple[Clock, ...], target: tuple[Clock, ...], goes_on: tuple[ClockKind, float, float] | None
) -> None:
    """C7: no promise is lost by a merge, and no deadline moves later."""
    started = of(merged(side(*source), side(*target)).target, StartClock)
    found = [(one.kind, one.started_at.replace(microsecond=0), one.due_at) for one in started if isinstance(one, StartClock)]
    assert found == ([(goes_on[0], at(goes_on[1]), at(goes_on[2]))] if goes_on else [])


def test_the_source_ends_and_points_to_its_target() -> None:
    """C7: its clocks are cancelled, its chain rests, it is closed."""
    found = merged(side(clock(FIRST, 0, 4), chain=chain()), side(clock(FIRST, 1, 5))).source
    [ended] = of(found, ChangeChain)
    assert isinstance(ended, ChangeChain) and ended.chain.state is ChainState.RESOLVED
    assert of(found, CancelClocks) == [CancelClocks("merged into ticket 2")]
    assert of(found, ChangeTicket) == [ChangeTicket("merged into ticket 2", state=State.CLOSED, merged_into=2)]


ACTIVE, ACKNOWLEDGED, RESOLVED, EXHAUSTED = ChainState


@pytest.mark.parametrize(
    ("source", "target", "state", "step"),
    [
        (chain(step=1), None, ACTIVE, 1),
        (chain(step=1), chain(RESOLVED, step=2), ACTIVE, 1),
        (chain(step=1), chain(step=0), ACTIVE, 1),
        (chain(step=0), chain(step=1), ACTIVE, 1),
        (chain(ACKNOWLEDGED, step=2), chain(step=0), ACTIVE, 2),
        (chain(step=0), chain(ACKNOWLEDGED, step=1), ACTIVE, 1),
        (chain(EXHAUSTED, step=2), None, EXHAUSTED, 2),
    ],
)
def test_a_chain_goes_on_from_the_farthest_step(source: Chain | None, target: Chain | None, state: ChainState, step: int) -> None:
    """C7: contacts are told once, nobody is skipped who has not been told on either."""
    [found] = of(merged(side(chain=source), side(chain=target)).target, ChangeChain)
    assert isinstance(found, ChangeChain)
    assert (state, step, 2) == (found.chain.state, found.chain.step, found.chain.ticket)


@pytest.mark.parametrize("ended", [None, chain(RESOLVED, step=1)])
def test_a_chain_that_is_over_moves_nothing(ended: Chain | None) -> None:
    """The target's chain stays where it is."""
    assert of(merged(side(chain=ended), side(chain=chain())).target, ChangeChain) == []


def test_people_come_along_and_the_requester_stays() -> None:
    """C5, C7: the source's requester is in copy at the target, whoever is there already stays what they are."""
    mine = (Participant("erika@kunde.example", "", Role.REQUESTER), Participant("max@kunde.example", "", Role.CC))
    theirs = (Participant("otto@kunde.example", "", Role.REQUESTER), Participant("max@kunde.example", "", Role.CONTACT))
    found = merged(side(participants=mine), side(requester=an_address("otto@kunde.example"), participants=theirs)).target
    assert of(found, Join) == [Join(Participant("erika@kunde.example", "", Role.CC))]


@pytest.mark.parametrize(
    ("source", "target", "becomes"),
    [
        (State.NEW, State.NEW, None),
        (State.NEW, State.ANSWERED, State.OPEN),
        (State.OPEN, State.CLOSED, State.OPEN),
        (State.ANSWERED, State.CLOSED, None),
        (State.ANSWERED, State.ANSWERED, None),
    ],
)
def test_a_question_that_waits_opens_the_target(source: State, target: State, becomes: State | None) -> None:
    """C7: a merge hides no question in a closed ticket."""
    found = of(merged(side(state=source), side(state=target)).target, ChangeTicket)
    assert [one.state for one in found if isinstance(one, ChangeTicket)] == ([becomes] if becomes else [])


def ticket(number: int, customer: str = "", into: int | None = None) -> Ticket:
    """A ticket by number, customer, and where it was merged."""
    return replace(a_ticket(number, customer=customer), merged_into=into)


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        (ticket(1), ticket(2), ""),
        (ticket(1), ticket(1), "merged into itself"),
        (ticket(1, into=3), ticket(2), "merged into 3 before"),
        (ticket(1, "globex"), ticket(2, "initech"), "two customers"),
        (ticket(1, "globex"), ticket(2, "globex"), ""),
        (ticket(1, "globex"), ticket(2), ""),
    ],
)
def test_what_cannot_be_merged(source: Ticket, target: Ticket, words: str) -> None:
    """C7: no circle, no second merge, and no answer of one customer to another."""
    said = refusal(source, target)
    assert words in said and bool(said) == bool(words)
