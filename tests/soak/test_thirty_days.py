"""A month at the desk: every deadline is judged exactly once and in time, whatever people, relays and power cuts do.

One seed of 300 tickets in `make test`, 100 of 5,000 with SOAK=1. MONTH_SEED=N lives one month again, MONTH_TICKETS=N makes it
smaller.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Row, func, select

from mailsupport.app.looking.audit import audit
from mailsupport.core.guard import ClockKind
from mailsupport.core.model import Priority
from mailsupport.core.timing import clock as rules
from mailsupport.mail.worker import Reader
from mailsupport.store.schema import clock, firing, ledger, log, ticket
from soak.month import DARK, TICK, Month, Story

SOAK = os.environ.get("SOAK") == "1"
SEED = int(os.environ.get("MONTH_SEED", "20261012"))
SEEDS = range(SEED, SEED + 100) if SOAK and "MONTH_SEED" not in os.environ else (SEED,)
TICKETS = int(os.environ.get("MONTH_TICKETS", "5000" if SOAK else "300"))
UNDER_WAY = timedelta(minutes=15)
"""How long an answer that is being sent keeps a deadline from being judged (DESIGN §5 Clocks)."""


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed {seed}")
def month(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> Iterator[Month]:
    """A month that was lived to its end."""
    lived = Month(tmp_path_factory.mktemp("month"), reader, request.param, TICKETS)
    lived.lived()
    yield lived
    lived.assembly.alone.release()
    lived.assembly.service.store.close()


@pytest.fixture(scope="module")
def first_clocks(month: Month) -> dict[str, Row[tuple[object, ...]]]:
    """The first cycle of each request's first_response, by the request's subject."""
    asked = (
        select(ticket.c.subject, ticket.c.number, clock.c.due_at, clock.c.state, clock.c.lapsed_at, clock.c.detected_at)
        .join(clock, clock.c.ticket == ticket.c.number)
        .where(clock.c.kind == ClockKind.FIRST_RESPONSE, clock.c.cycle == 0)
    )
    with month.assembly.service.store.read() as tx:
        return {row.subject: row for row in tx.execute(asked)}


def too_late(month: Month, story: Story, due: datetime) -> bool:
    """Whether the deadline passed in that month before any answer to that request was taken by the relay."""
    return due < month.clock.at - UNDER_WAY and not any(at <= due for at in story.answers)


def test_every_mail_that_arrived_has_its_row(month: Month) -> None:
    """P1, P2: as many rows in the ledger as mails came, and a ticket a request, through every death of the program."""
    with month.assembly.service.store.read() as tx:
        entered = tx.execute(select(func.count()).select_from(ledger)).scalar_one()
        subjects = Counter(tx.execute(select(ticket.c.subject)).scalars())
    assert month.deaths > TICKETS // 100, "the program did not die often enough for this to mean anything"
    assert entered == month.arrived
    assert subjects == Counter(list(month.stories))


def test_deadlines_are_what_the_contract_promised(month: Month, first_clocks: dict[str, Row[tuple[object, ...]]]) -> None:
    """A deadline counts from the moment at which the mail reached the mailbox, also in the three dark days."""
    desk = month.assembly.service.desk
    for story in month.stories.values():
        contract = desk.contracts[desk.customers[story.house].contract]
        promised = rules.due_at(contract, ClockKind.FIRST_RESPONSE, Priority.NORMAL, story.received_at)
        assert promised is not None
        assert abs(first_clocks[story.subject].due_at - promised) < timedelta(seconds=1), story


def test_a_deadline_lapses_exactly_when_no_answer_came_in_time(
    month: Month, first_clocks: dict[str, Row[tuple[object, ...]]]
) -> None:
    """P4, H2: lapsed at the deadline where the relay had taken no answer by then, and nowhere else."""
    for story in month.stories.values():
        found = first_clocks[story.subject]
        expected = found.due_at if too_late(month, story, found.due_at) else None
        if found.due_at < month.clock.at - UNDER_WAY:
            assert found.lapsed_at == expected, (story, found)


def test_a_deadline_is_judged_once(month: Month) -> None:
    """P4: one line in the history for each cycle of each clock that lapsed, and none for another."""
    with month.assembly.service.store.read() as tx:
        lapses = Counter(
            (row.ticket, row.data["clock"], row.data["cycle"])
            for row in tx.execute(select(log.c.ticket, log.c.data).where(log.c.event == "lapsed"))
        )
        lapsed = Counter(
            (row.ticket, row.kind, row.cycle)
            for row in tx.execute(select(clock.c.ticket, clock.c.kind, clock.c.cycle).where(clock.c.lapsed_at.is_not(None)))
        )
    assert lapses, "nothing lapsed"
    late_answers = {key for key in lapsed if key not in lapses}
    assert lapses == Counter(dict.fromkeys(lapses, 1))
    assert set(lapses) <= set(lapsed)
    assert all(_met_late(month, key) for key in late_answers)


def _met_late(month: Month, key: tuple[int, str, int]) -> bool:
    """A lapse without a line of its own is one that an answer brought to light before the sweep came."""
    number, kind, cycle = key
    wanted = (clock.c.ticket == number, clock.c.kind == kind, clock.c.cycle == cycle)
    with month.assembly.service.store.read() as tx:
        found = tx.execute(select(clock.c.due_at, clock.c.stopped_at, clock.c.detected_at).where(*wanted)).one()
    return found.detected_at is None and found.stopped_at is not None and found.stopped_at > found.due_at


def test_a_lapse_is_noticed_within_one_look_while_the_program_runs(month: Month) -> None:
    """Lateness is one pass; what fell into the dark days is noticed at their end; an answer under way may hold it a while."""
    noticed = select(clock.c.due_at, clock.c.detected_at).where(clock.c.detected_at.is_not(None))
    with month.assembly.service.store.read() as tx:
        for due, detected in tx.execute(noticed):
            seen_from = DARK[1] if DARK[0] - TICK <= due < DARK[1] else due
            assert detected - seen_from <= TICK + UNDER_WAY, (due, detected)


def test_steps_of_a_chain_fire_in_their_order(month: Month) -> None:
    """P4: each step follows the one before it, or begins again with a chain of its own; none is left out, none comes twice."""
    fired = defaultdict(list)
    with month.assembly.service.store.read() as tx:
        for row in tx.execute(select(firing).order_by(firing.c.ticket, firing.c.id)):
            fired[row.ticket].append((row.round, row.step))
        contracts = {row.number: row.contract for row in tx.execute(select(ticket.c.number, ticket.c.contract))}
    assert fired, "no step fired"
    for number, steps in fired.items():
        length = len(month.assembly.service.desk.contracts[contracts[number]].steps)
        for before, after in pairwise(steps):
            following = (before[0], before[1] + 1) if before[1] + 1 < length else (before[0] + 1, 0)
            assert after in (following, (0, 0)), (number, steps)


def test_after_the_dark_no_ticket_moves_more_than_one_step(month: Month) -> None:
    """After an outage each ticket moves at most one step in the first look (DESIGN §5 Chain)."""
    first_look = select(firing.c.ticket).where(firing.c.fired_at >= DARK[1], firing.c.fired_at < DARK[1] + TICK)
    with month.assembly.service.store.read() as tx:
        moved = Counter(tx.execute(first_look).scalars())
    assert moved and max(moved.values()) == 1


def test_nobody_hears_twice_but_for_a_death_in_the_act(month: Month) -> None:
    """A mail arrives twice only when the program died between the relay's answer and writing it down; with the same id."""
    sent = Counter((str(mail.message["Message-ID"]), mail.recipients) for mail in month.sink.sent)
    assert sum(times - 1 for times in sent.values()) <= month.deaths


def test_the_audit_finds_nothing(month: Month) -> None:
    """P1 to P6 as `mailsupport audit` asks for them, and nothing that waits unseen."""
    found = audit(month.assembly.service.store, month.clock.at)
    assert {one.promise: one.findings for one in found if one.findings} == {}


def test_nothing_internal_left(month: Month) -> None:
    """P7 over a whole month of mails to customers."""
    assert month.leaks() == []
