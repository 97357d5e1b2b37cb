"""Clocks run, lapse and stop by compare-and-set, and the sweep finds the next one by its due instant."""

from __future__ import annotations

import pytest
from stored import NOON, a_ticket, after

from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.errors import Conflict
from mailsupport.store import Tx, clocks, savepoint

FIRST = ClockKind.FIRST_RESPONSE


def a_clock(tx: Tx, ticket: int = 0, hours: float = 1, cycle: int = 0, kind: ClockKind = FIRST) -> int:
    """A running clock of a ticket, due some hours after noon."""
    return clocks.start_clock(tx, ticket or a_ticket(tx), kind, cycle, NOON, after(hours=hours), f"{hours} h")


def test_a_clock_is_known_as_it_was_started(tx: Tx) -> None:
    """Running, with its arithmetic."""
    ticket = a_ticket(tx)
    a_clock(tx, ticket)

    (found,) = clocks.clocks_of(tx, ticket)

    assert (FIRST, 0, NOON, after(hours=1)) == (found.kind, found.cycle, found.started_at, found.due_at)
    assert (found.state, found.reason) == (ClockState.RUNNING, "1 h")


def test_a_cycle_starts_once(tx: Tx) -> None:
    """Two daemons cannot start the same cycle."""
    ticket = a_ticket(tx)
    a_clock(tx, ticket)

    with pytest.raises(Conflict), savepoint(tx):
        a_clock(tx, ticket)


def test_a_lapse_is_at_the_due_instant(tx: Tx) -> None:
    """However late it was noticed, a clock lapsed when it was due, and only once."""
    ticket = a_ticket(tx)
    number = a_clock(tx, ticket)

    assert [clocks.lapse(tx, [number], after(hours=9)) for _ in range(2)] == [{number}, set()]
    (found,) = clocks.clocks_of(tx, ticket)
    assert (ClockState.LAPSED, after(hours=1), None) == (found.state, found.lapsed_at, found.stopped_at)


def test_what_is_met_late_has_lapsed(tx: Tx) -> None:
    """An answer after the deadline leaves the lapse on record, though no sweep came in between."""
    ticket = a_ticket(tx)
    number = a_clock(tx, ticket)

    clocks.stop_clock(tx, number, after(hours=2), ClockState.MET_LATE, "late")

    (found,) = clocks.clocks_of(tx, ticket)
    assert (found.lapsed_at, found.stopped_at) == (after(hours=1), after(hours=2))


def test_a_stopped_clock_stops_once_and_cannot_lapse(tx: Tx) -> None:
    """Whoever comes second is told so."""
    number = a_clock(tx)

    assert clocks.stop_clock(tx, number, NOON, ClockState.MET, "answered") is True
    assert clocks.stop_clock(tx, number, NOON, ClockState.CANCELLED, "closed") is False
    assert clocks.lapse(tx, [number], after(hours=2)) == set()


def test_met_late_keeps_the_lapse_and_both_reasons(tx: Tx) -> None:
    """A lapse is never undone: the late answer stands beside it."""
    ticket = a_ticket(tx)
    number = a_clock(tx, ticket)
    clocks.lapse(tx, [number], after(hours=1))
    clocks.stop_clock(tx, number, after(hours=2), ClockState.MET_LATE, "answered by anna")

    (found,) = clocks.clocks_of(tx, ticket)
    assert (ClockState.MET_LATE, after(hours=1), after(hours=2)) == (found.state, found.lapsed_at, found.stopped_at)
    assert found.reason == "1 h; answered by anna"


def test_a_lapsed_clock_runs_no_longer(tx: Tx) -> None:
    """Only a running cycle is running."""
    ticket = a_ticket(tx)
    number = a_clock(tx, ticket)
    running = clocks.running(tx, ticket, FIRST)
    assert running is not None
    assert number == running.id

    clocks.lapse(tx, [number], after(hours=1))

    assert clocks.running(tx, ticket, FIRST) is None


def test_due_is_what_runs_and_has_come(tx: Tx) -> None:
    """Due to the instant, the longest overdue first, and no more than asked for."""
    third, first, second, _ = (a_clock(tx, hours=hours) for hours in (3, 1, 2, 4))
    clocks.stop_clock(tx, a_clock(tx), NOON, ClockState.MET, "answered")

    assert [first, second, third] == [clock.id for clock in clocks.due(tx, after(hours=3), 10)]
    assert [first] == [clock.id for clock in clocks.due(tx, after(hours=3), 1)]


def test_due_clocks_come_page_by_page(tx: Tx) -> None:
    """A page goes on behind the last clock of the one before, also among clocks due at the same instant."""
    numbers = [a_clock(tx, hours=hours) for hours in (1, 1, 2)]

    first = clocks.due(tx, after(hours=3), 1)
    rest = clocks.due(tx, after(hours=3), 10, first[-1])

    assert numbers == [clock.id for clock in (*first, *rest)]
    assert clocks.due(tx, after(hours=3), 10, rest[-1]) == []


def test_the_next_due_is_the_earliest_that_runs(tx: Tx) -> None:
    """None when nothing runs."""
    assert clocks.next_due(tx) is None
    a_clock(tx, hours=2)
    clocks.lapse(tx, [a_clock(tx, hours=1)], after(hours=1))

    assert after(hours=2) == clocks.next_due(tx)


def a_warned_clock(tx: Tx, warn_hours: float = 0.5, hours: float = 1) -> Clock:
    """A running clock of a ticket of its own, of which somebody is to be warned."""
    ticket = a_ticket(tx)
    clocks.start_clock(tx, ticket, FIRST, 0, NOON, after(hours=hours), "1h", after(hours=warn_hours))
    return clocks.clocks_of(tx, ticket)[0]


def test_warnings_are_found_in_their_order(tx: Tx) -> None:
    """Page by page."""
    late, early = (a_warned_clock(tx, hours, 2) for hours in (0.7, 0.5))

    assert after(hours=0.5) == clocks.next_warning(tx)
    assert [early.id, late.id] == [one.id for one in clocks.warning(tx, after(hours=1), 9)]
    assert [late.id] == [one.id for one in clocks.warning(tx, after(hours=1), 9, early)]


def test_a_threshold_is_claimed_once(tx: Tx) -> None:
    """Whoever comes second, with what it read before, is told so."""
    one = a_warned_clock(tx)

    assert [clocks.warn(tx, one, 1, after(hours=0.8)) for _ in range(2)] == [True, False]
    assert [(1, after(hours=0.8))] == [(c.warned, c.warn_at) for c in clocks.clocks_of(tx, one.ticket)]


@pytest.mark.parametrize("ends", ["stops", "lapses", "pauses"])
def test_what_runs_no_more_warns_no_more(tx: Tx, ends: str) -> None:
    """Stopped, lapsed or paused."""
    one = a_warned_clock(tx)
    {
        "stops": lambda: clocks.stop_clock(tx, one.id, NOON, ClockState.MET, "answered"),
        "lapses": lambda: clocks.lapse(tx, [one.id], NOON),
        "pauses": lambda: clocks.move(tx, one, ClockState.PAUSED, one.due_at, None, "waits"),
    }[ends]()

    assert clocks.next_warning(tx) is None


def test_a_paused_clock_lapses_at_no_time(tx: Tx) -> None:
    """The sweep does not see it until it goes on."""
    one = a_warned_clock(tx)
    assert clocks.move(tx, one, ClockState.PAUSED, one.due_at, None, "waits") is True

    assert (clocks.next_due(tx), clocks.due(tx, after(hours=9), 9), clocks.lapse(tx, [one.id], after(hours=9))) == (
        None,
        [],
        set(),
    )
    assert clocks.move(tx, one, ClockState.RUNNING, one.due_at, None, "goes on") is False


def test_a_lapse_is_excused_once_and_nothing_else_is(tx: Tx) -> None:
    """By whom and why; one that has not lapsed has nothing to be excused."""
    one = a_warned_clock(tx)
    assert clocks.excuse(tx, one.id, "ben: outage") is False
    clocks.lapse(tx, [one.id], after(hours=1))

    assert [clocks.excuse(tx, one.id, f"{who}: outage") for who in ("ben", "cleo")] == [True, False]
    assert ["ben: outage"] == [c.excused for c in clocks.clocks_of(tx, one.ticket)]


def test_what_was_met_is_revoked_once(tx: Tx) -> None:
    """Only a cycle that was met can turn out not to be."""
    one = a_warned_clock(tx)
    assert clocks.revoke(tx, one.id, "bounced") is False
    clocks.stop_clock(tx, one.id, NOON, ClockState.MET, "answered")

    assert [clocks.revoke(tx, one.id, "bounced") for _ in range(2)] == [True, False]
