"""The plan of a chain before anything happens: four hours to a first response, then steps 10 minutes apart."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from promise_desk import CUSTOMER, OFFICE, berlin, contract, desk

from mailsupport.core.desk import Contract, Hours
from mailsupport.core.guard import Cause, Chain
from mailsupport.core.model import Priority
from mailsupport.core.reaching.escalation import acknowledge, open_chain, resolve
from mailsupport.core.reaching.timetable import Entry, remaining, timetable

Line = tuple[str, str, tuple[str, ...]]


def plan(gold: Contract, received: str, priority: Priority = Priority.NORMAL) -> list[Line]:
    """The timetable as lines of Berlin's wall times."""
    return [line(entry) for entry in timetable(gold, CUSTOMER, desk(gold), berlin(received), priority)]


def line(entry: Entry) -> Line:
    """An entry without its reason."""
    local = entry.at.astimezone(ZoneInfo("Europe/Berlin"))
    return f"{local:%a %H:%M}", entry.kind.value, entry.names


OPS = ("ops@acme.example",)


def test_everybody_in_turn() -> None:
    """Lapse, project manager, account manager of this customer, director, operator."""
    assert plan(contract(), "2026-03-04 10:00") == [
        ("Wed 14:00", "lapse", ()),
        ("Wed 14:00", "alert", ("pat",)),
        ("Wed 14:10", "alert", ("kim",)),
        ("Wed 14:20", "alert", ("dana",)),
        ("Wed 14:30", "exhausted", OPS),
    ]


def test_the_night_interrupts_the_chain_but_not_at_closing() -> None:
    """A lapse at closing alerts at closing; the next step waits for the morning."""
    assert plan(contract(calendar=OFFICE), "2026-03-04 13:00") == [
        ("Wed 17:00", "lapse", ()),
        ("Wed 17:00", "alert", ("pat",)),
        ("Thu 09:00", "alert", ("kim",)),
        ("Thu 09:10", "alert", ("dana",)),
        ("Thu 09:20", "exhausted", OPS),
    ]


def test_hours_always_goes_on_through_the_night() -> None:
    """The clock keeps the office's hours, the chain does not."""
    assert plan(contract(calendar=OFFICE, hours=Hours.ALWAYS), "2026-03-06 13:00")[2:4] == [
        ("Fri 17:10", "alert", ("kim",)),
        ("Fri 17:20", "alert", ("dana",)),
    ]


def test_a_second_round_begins_where_the_contract_says() -> None:
    """From the account manager on, after the director's wait."""
    assert plan(contract(rounds=2, repeat_from=1), "2026-03-04 10:00")[3:] == [
        ("Wed 14:20", "alert", ("dana",)),
        ("Wed 14:30", "alert", ("kim",)),
        ("Wed 14:40", "alert", ("dana",)),
        ("Wed 14:50", "exhausted", OPS),
    ]


def test_a_step_without_anybody_lets_the_next_follow_at_once() -> None:
    """No wait for nobody."""
    gold = contract(targets=(("pat",), ("nobody",), ("dana",)))
    assert plan(gold, "2026-03-04 10:00")[1:4] == [
        ("Wed 14:00", "alert", ("pat",)),
        ("Wed 14:10", "alert", ()),
        ("Wed 14:10", "alert", ("dana",)),
    ]


def test_an_immediate_priority_alerts_when_the_mail_comes() -> None:
    """At night as well; the lapse stands where its time comes."""
    gold = contract(calendar=OFFICE, immediate=frozenset({Priority.CRITICAL}))
    assert plan(gold, "2026-03-04 02:00", Priority.CRITICAL) == [
        ("Wed 02:00", "alert", ("pat",)),
        ("Wed 02:10", "alert", ("kim",)),
        ("Wed 02:20", "alert", ("dana",)),
        ("Wed 02:30", "exhausted", OPS),
        ("Wed 13:00", "lapse", ()),
    ]


def test_nothing_promised_is_nobody_told() -> None:
    """Without a target and without an immediate priority there is no plan."""
    assert plan(replace(contract(), first_response={}), "2026-03-04 10:00") == []


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_every_plan_ends_with_the_operator(rounds: int) -> None:
    """Silence never ends in silence."""
    office = contract((0, 600, 600), calendar=OFFICE, rounds=rounds)
    lines = plan(office, "2026-03-06 16:00")
    assert len(lines) == 1 + 3 * rounds + 1
    assert lines[-1][2] == OPS


def under_way() -> Chain:
    """A chain whose project manager was told at 14:00; the account manager is due at 14:10."""
    chain = open_chain(7, Cause.FIRST_RESPONSE, 0, berlin("2026-03-04 14:00"), contract())
    return replace(chain, step=0, next_at=berlin("2026-03-04 14:10"))


def still_to_come(chain: Chain) -> list[Line]:
    """What remains of a chain, as lines."""
    return [line(entry) for entry in remaining(chain, contract(), CUSTOMER, desk(contract()))]


def test_what_remains_begins_after_the_step_that_fired() -> None:
    """Account manager, director, operator."""
    assert still_to_come(under_way()) == [
        ("Wed 14:10", "alert", ("kim",)),
        ("Wed 14:20", "alert", ("dana",)),
        ("Wed 14:30", "exhausted", OPS),
    ]


def test_what_remains_of_an_acknowledged_chain_begins_when_it_goes_on() -> None:
    """Two hours later."""
    chain = acknowledge(under_way(), "pat", berlin("2026-03-04 14:05"), berlin("2026-03-04 16:05")).chain
    assert still_to_come(chain)[0] == ("Wed 16:05", "alert", ("kim",))


def test_nothing_remains_of_a_resolved_chain() -> None:
    """An answer came."""
    assert still_to_come(resolve(under_way(), "anna answered").chain) == []
