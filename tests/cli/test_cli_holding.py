"""`clock hold|release`: an outage by name and with a reason; what can be paused stands still, an answer that is owed does not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from desks import SETTINGS, Office

from mailsupport.cli.given import now
from mailsupport.core.guard import ClockKind
from mailsupport.core.timing.agreements import content
from mailsupport.settings import desk
from mailsupport.settings.load import load
from mailsupport.store import agreements, clocks, history
from store.stored import NOON, a_ticket

HOURS = timedelta(hours=1)
GUARDED = SETTINGS.replace('"office"', '"24x7"').replace(
    'first_response = "4h"', 'first_response = "4h"\nresolution = "8h"\npause_for = "never"'
)
REASON = ("--reason", "power cut", "--by", "kim")


@pytest.fixture
def asked(office: Office) -> Office:
    """A ticket of an hour ago, with a first response due in three hours and a resolution in seven."""
    office.write(GUARDED)
    standard = desk(load(office.settings, secrets=False)).contracts["standard"]
    start = now() - HOURS
    with office.database() as tx:
        number = a_ticket(tx, contract_version=standard.version, received_at=start)
        agreements.keep(tx, standard.version, standard.name, content(standard), NOON)
        clocks.start_clock(tx, number, ClockKind.FIRST_RESPONSE, 0, start, start + 4 * HOURS, "4h")
        clocks.start_clock(tx, number, ClockKind.RESOLUTION, 0, start, start + 8 * HOURS, "8h")
    return office


def due(office: Office) -> dict[str, int]:
    """In how many hours after its start each clock is due."""
    with office.database() as tx:
        return {one.kind.value: round((one.due_at - one.started_at) / HOURS) for one in clocks.clocks_of(tx, 1)}


def until(hours: int) -> tuple[str, str]:
    """That option, so many hours from now."""
    return "--until", (now() + hours * HOURS).isoformat()


def test_a_hold_moves_the_resolution_and_not_the_answer(asked: Office) -> None:
    """§3.3, §3.5: three hours, also where the contract lets nobody pause it; the answer is due as it was, and that is said."""
    said = asked.does("clock", "hold", "1", *until(3), *REASON)

    assert (0, {"first_response": 4, "resolution": 11}) == (said.code, due(asked))
    assert "(kim: power cut)" in said.lines[0]
    assert [line.split(":")[0] for line in said.lines[1:]] == ["resolution", "first_response"]
    assert said.lines[2].endswith("is never put off")


def test_a_hold_stands_in_the_history_and_in_explain(asked: Office) -> None:
    """From when to when, by whom and why."""
    asked.does("clock", "hold", "1", *until(3), *REASON)
    said = asked.does("explain", "ticket", "1")

    assert any(line.startswith("clocks were held from ") and line.endswith(": kim: power cut") for line in said.lines)
    assert [line for line in said.lines if line.startswith("not counted (") and line.endswith("with it):")]
    with asked.database() as tx:
        assert [line.actor for line in history.history(tx, 1) if line.event == "clock_held"] == ["kim"]


def test_a_hold_that_is_released_counts_up_to_then(asked: Office) -> None:
    """It lasted but a moment."""
    asked.does("clock", "hold", "1", *until(3), *REASON)
    said = asked.does("clock", "release", "1", "--reason", "power is back", "--by", "kim")

    assert (0, {"first_response": 4, "resolution": 8}) == (said.code, due(asked))
    assert said.lines[0] == "ticket 1: its clocks are held no longer (kim: power is back)"


PAST: datetime = now() - HOURS


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("hold", "1", "--until", PAST.isoformat(), *REASON), "ends in the future"),
        (("hold", "1", *until(24 * 400), *REASON), "within a year"),
        (("hold", "1", *until(3), "--reason", " "), "needs a reason"),
        (("hold", "7", *until(3), *REASON), "there is no ticket 7"),
        (("release", "1", *REASON), "are not held"),
    ],
)
def test_what_cannot_be_held_is_refused_with_its_cure(asked: Office, words: tuple[str, ...], why: str) -> None:
    """Exit code 1, and nothing changes."""
    said = asked.does("clock", *words)

    assert (1, True, {"first_response": 4, "resolution": 8}) == (said.code, why in said.err, due(asked))


def test_an_answer_alone_cannot_be_held(asked: Office) -> None:
    """Decision 15: it never pauses; the refusal names what there is for it."""
    with asked.database() as tx:
        for one in clocks.clocks_of(tx, 1):
            if one.kind is ClockKind.RESOLUTION:
                clocks.stop_clock(tx, one.id, NOON, one.state.CANCELLED, "not promised")
    said = asked.does("clock", "hold", "1", *until(3), *REASON)

    assert (1, True) == (said.code, "/excuse" in said.err)
