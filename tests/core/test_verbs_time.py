"""pause, resume, priority, due and tier: what each does, and what it refuses."""

from __future__ import annotations

import pytest
from promise_desk import OFFICE, at, contract
from verb_asks import NOON, a_chain, a_clock, a_ticket, ask, done, refusal

from mailsupport.core.deciding.verbs.asked import Done
from mailsupport.core.effects import Log, OpenChain
from mailsupport.core.guard import Cause, ChainState, ClockKind, ClockState
from mailsupport.core.model import Priority, State
from mailsupport.core.orders import GoOn, SetDue, SetPriority, Wait

ANSWER, SOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION
RUNNING = (
    a_clock(ANSWER, at("2026-03-04 14:00"), ClockState.RUNNING),
    a_clock(SOLUTION, at("2026-03-06 12:00"), ClockState.RUNNING),
)

PAUSES = [
    ("", "customer", None),
    ("2d", "customer", "2026-03-06 12:00"),
    ("customer 2d", "customer", "2026-03-06 12:00"),
    ("for customer until Friday", "customer", "2026-03-06 08:00"),
    ("vendor 2d", "vendor", "2026-03-06 12:00"),
    ("for vendor", "vendor", None),
    ("vendor", "vendor", None),
    ("vendor until 9.3. the part is ordered", "vendor", "2026-03-09 08:00"),
    ("until tomorrow 14:30", "customer", "2026-03-05 13:30"),
    ("the customer looks it up", "customer", None),
]


@pytest.mark.parametrize(("value", "whom", "until"), PAUSES)
def test_a_ticket_waits_for_whom_and_until_when_it_is_told(value: str, whom: str, until: str | None) -> None:
    """`/pause` alone waits for the customer until they write; times are Anna's, in Berlin."""
    (wait,) = done(ask("pause", value, text="Which model is it?"))

    assert isinstance(wait, Wait)
    assert (wait.waiting_for, wait.at, wait.until) == (whom, NOON, at(until) if until else None)


def test_waiting_for_the_customer_needs_a_question() -> None:
    """While the customer waits for us, nobody has asked them anything; the text of the mail is the question."""
    assert refusal(ask("pause", "2d", clocks=(a_clock(),))) == "pause_needs_question"
    assert refusal(ask("pause", "2d", clocks=(a_clock(),), text="Which model is it?")) == ""
    assert refusal(ask("pause", "vendor 2d", clocks=(a_clock(),))) == ""
    assert refusal(ask("pause", "2d")) == ""


@pytest.mark.parametrize("value", ["1/2", "2", "vendor 22.2."])
def test_a_doubtful_time_pauses_nothing(value: str) -> None:
    """Two readings, no unit, a date that has passed."""
    assert refusal(ask("pause", value)).startswith("when_")


def test_a_ticket_goes_on() -> None:
    """With a name; one that does not wait stays as it is."""
    (goes_on,) = done(ask("resume", ticket=a_ticket(waiting_for="vendor")))

    assert isinstance(goes_on, GoOn)
    assert goes_on.at == NOON
    assert done(ask("resume")) == ()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("low", Priority.LOW),
        ("High", Priority.HIGH),
        ("critical, the line stands still", Priority.CRITICAL),
        ("hoch", Priority.HIGH),
        ("niedrig", Priority.LOW),
        ("p1", Priority.CRITICAL),
    ],
)
def test_a_priority_is_set(value: str, wanted: Priority) -> None:
    """In English, in German, or as a number."""
    (order,) = done(ask("priority", value))

    assert isinstance(order, SetPriority)
    assert order.priority is wanted


def test_a_priority_that_is_immediate_goes_to_the_chain() -> None:
    """The contract says so; a chain that is under way is not begun again."""
    gold = contract(immediate=frozenset({Priority.CRITICAL}))
    _, opened = done(ask("priority", "critical", gold=gold))

    assert isinstance(opened, OpenChain)
    assert (opened.cause, opened.by) == (Cause.PRIORITY, "anna")
    assert len(done(ask("priority", "critical", gold=gold, chain=a_chain()))) == 1
    assert len(done(ask("priority", "critical", gold=gold, chain=a_chain(ChainState.RESOLVED)))) == 2
    assert len(done(ask("priority", "critical", gold=gold, ticket=a_ticket(state=State.CLOSED)))) == 1


def test_a_priority_nobody_knows_is_refused() -> None:
    """With the ones there are; the one it has already changes nothing."""
    assert refusal(ask("priority", "hihg")) == "no_such_priority"
    assert refusal(ask("priority")) == "no_such_priority"
    assert done(ask("priority", "normal")) == ()


DUES = [
    ("14:30 promised on the phone", ANSWER, "2026-03-04 13:30"),
    ("Thursday 10:00", SOLUTION, "2026-03-05 09:00"),
    ("Monday agreed with Erika", SOLUTION, "2026-03-09 23:00"),
    ("resolution 14:30", SOLUTION, "2026-03-04 13:30"),
]


@pytest.mark.parametrize(("value", "kind", "expected"), DUES)
def test_a_deadline_is_moved(value: str, kind: ClockKind, expected: str) -> None:
    """Earlier: the first deadline that is later than that. Later: the solution's, with a reason."""
    (order,) = done(ask("due", value, clocks=RUNNING))

    assert isinstance(order, SetDue)
    assert (order.kind, order.due_at, order.by) == (kind, at(expected), "anna")


def test_a_day_is_due_at_closing() -> None:
    """In the contract's hours, where it has any that day."""
    (order,) = done(ask("due", "Thursday", clocks=RUNNING, gold=contract(calendar=OFFICE)))

    assert isinstance(order, SetDue)
    assert order.due_at == at("2026-03-05 16:00")


@pytest.mark.parametrize(
    ("value", "clocks", "why"),
    [
        ("response 16:30 sorry", RUNNING, "due_never_later"),
        ("16:30 sorry", RUNNING[:1], "due_never_later"),
        ("Monday", RUNNING, "due_needs_reason"),
        ("", RUNNING, "due_needs_time"),
        ("soon", RUNNING, "due_needs_time"),
        ("14:30", (), "nothing_due"),
        ("14:30", (a_clock(),), "nothing_due"),
        ("1/4", RUNNING, "when_two"),
    ],
)
def test_an_answer_is_never_owed_later(value: str, clocks: tuple[object, ...], why: str) -> None:
    """What the contract promises is not one person's to move; a lapse stays; a later solution needs a reason."""
    assert refusal(ask("due", value, clocks=clocks)) == why  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "tier"), [("L1", "L1"), ("t2 needs the network people", "T2"), ("vcio", "VCIO")])
def test_a_tier_is_recorded(value: str, tier: str) -> None:
    """In the log, and confirmed."""
    answer = ask("tier", value)
    (log,) = done(answer)

    assert isinstance(log, Log)
    assert (log.event, log.actor, log.data["tier"]) == ("tier", "anna", tier)
    assert isinstance(answer, Done)
    assert answer.said is not None


def test_a_tier_nobody_knows_is_refused() -> None:
    """With the ones there are."""
    assert refusal(ask("tier", "L9")) == "no_such_tier"
