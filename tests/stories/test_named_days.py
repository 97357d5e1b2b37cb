"""A day that one of us named, and an outage that the operator names: what moves a deadline then, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mailsupport.app import merging, standstill
from mailsupport.app.looking.explain import explain_ticket
from mailsupport.cli.explained import explained_lines
from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.errors import MailsupportError
from mailsupport.store import clocks
from stories.world import SETTINGS, World

ERIKA, ANNA = "erika@globex.example", "anna@acme.example"
PROMISED = 'first_response = "4h"'
SOLVED = SETTINGS.replace(PROMISED, f'{PROMISED}\nresolution = "8h"')


def resolution(desk: World, number: int = 1) -> Clock:
    """The newest cycle of a ticket's resolution."""
    with desk.assembly.service.store.read() as tx:
        return [one for one in clocks.clocks_of(tx, number) if one.kind is ClockKind.RESOLUTION][-1]


def explained(desk: World) -> str:
    """What `explain ticket 1` prints."""
    with desk.assembly.service.store.read() as tx:
        found = explain_ticket(tx, 1, desk.assembly.service.desk)
    assert found is not None
    return "\n".join(explained_lines(found, "UTC"))


def asked_and_named(desk: World, day: str) -> datetime:
    """Erika asks, Anna answers that it is solved by that day; when the clock is due since."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.mails(ANNA)[0], f"/due resolution {day} the part comes then\nIt is solved by then.")
    desk.works()
    return resolution(desk).due_at


def test_waiting_does_not_move_a_day_that_was_named(desk_with: Callable[[str], World]) -> None:
    """A day of waiting for the customer later it is due as was said; whoever named it was told so, and `explain` says it."""
    desk = desk_with(SOLVED)
    due = asked_and_named(desk, "Friday 16:00")
    assert "waiting does not move that day" in desk.expect_mail(ANNA).text
    desk.replies(ANNA, desk.mails(ANNA)[0], "/pause\nWhich paper do you use?")
    desk.works()
    desk.passes("24h")
    desk.replies(ERIKA, desk.mails(ERIKA)[-1], "Plain paper.")
    desk.works()

    assert (resolution(desk).state, resolution(desk).due_at) == (ClockState.RUNNING, due)
    assert "waiting does not move a day that was named" in explained(desk)


def test_a_named_day_that_passed_while_we_waited_is_no_lapse(desk_with: Callable[[str], World]) -> None:
    """Half an hour from the customer's mail, nobody alerted before; another priority later keeps it."""
    desk = desk_with(SOLVED)
    asked_and_named(desk, "tomorrow 16:00")
    desk.replies(ANNA, desk.mails(ANNA)[0], "/pause\nWhich paper do you use?")
    desk.works()
    desk.passes("72h")
    desk.replies(ERIKA, desk.mails(ERIKA)[-1], "Plain paper.")
    desk.works()
    assert resolution(desk).due_at == desk.clock.at + timedelta(minutes=30)
    assert not desk.mails(kind="escalated")

    desk.replies(ANNA, desk.mails(ANNA)[-1], "/priority high")
    desk.works()
    assert resolution(desk).due_at == desk.clock.at + timedelta(minutes=30)


def test_an_outage_holds_the_resolution_and_nobody_is_alerted_meanwhile(desk_with: Callable[[str], World]) -> None:
    """§3.5: five hours of it; a customer who writes does not end it, and the alert comes five hours later than promised."""
    desk = desk_with(SOLVED)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.mails(ANNA)[0], "We see to it.")
    desk.works()
    promised = resolution(desk).due_at
    standstill.hold(desk.assembly.service, 1, desk.clock.at + timedelta(hours=5), "kim", "power cut")
    desk.replies(ERIKA, desk.mails(ERIKA)[-1], "Thank you, and please hurry, will you?")
    desk.replies(ANNA, desk.mails(ANNA)[0], "We do.")
    desk.passes("10h")
    assert (resolution(desk).due_at, desk.mails(kind="escalated")) == (promised + timedelta(hours=5), [])

    desk.passes("4h")
    assert resolution(desk).lapsed_at == promised + timedelta(hours=5)
    assert desk.mails(kind="escalated")


def test_a_hold_says_why_a_deadline_stays(desk_with: Callable[[str], World]) -> None:
    """Nothing counts at night: a hold that ends before the office opens moves nothing, and nobody named that day."""
    office = '[calendar.office]\ntimezone = "UTC"\nopen = { mon = "08:00-17:00", tue = "08:00-17:00" }\n'
    desk = desk_with(SOLVED.replace('calendar = "24x7"', 'calendar = "office"').replace('"8h"', '"12h"') + office)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.mails(ANNA)[0], "We see to it.")
    desk.passes("12h")
    found = standstill.hold(desk.assembly.service, 1, desk.clock.at + timedelta(hours=5), "kim", "power cut")

    assert found.moved == ()
    assert [(one.kind, one.reason) for one in found.stays] == [
        ("resolution", "stays: no time that counts for it lies in the hold")
    ]


def test_a_hold_says_that_a_day_was_named(desk_with: Callable[[str], World]) -> None:
    """What somebody of ours named stays, and that is the reason."""
    desk = desk_with(SOLVED)
    asked_and_named(desk, "tomorrow 16:00")
    found = standstill.hold(desk.assembly.service, 1, desk.clock.at + timedelta(hours=5), "kim", "power cut")

    assert ("resolution", "was named, and stays") in [(one.kind, one.reason) for one in found.stays]


def test_a_hold_goes_along_when_tickets_are_merged(desk_with: Callable[[str], World]) -> None:
    """What stood still there stands still here, to its end."""
    desk = desk_with(SOLVED)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    standstill.hold(desk.assembly.service, 1, desk.clock.at + timedelta(hours=5), "kim", "power cut")
    held = resolution(desk).due_at
    desk.passes("1h")
    desk.writes(ERIKA, "The one on floor 3.", "Printer again")
    desk.works()
    merging.merge(desk.assembly.service, 1, 2)
    desk.replies(ANNA, desk.mails(ANNA)[-1], "/priority high")
    desk.works()

    assert resolution(desk, 2).due_at <= held
    with desk.assembly.service.store.read() as tx:
        found = explain_ticket(tx, 2, desk.assembly.service.desk)
    assert found is not None
    assert [(one.waiting_for, one.end) for one in found.waited] == [("hold", desk.clock.at + timedelta(hours=4))]


def test_an_answer_alone_is_not_held(desk: World) -> None:
    """Decision 15: whoever asks for it is told what there is instead."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()

    with pytest.raises(MailsupportError, match="/excuse"):
        standstill.hold(desk.assembly.service, 1, desk.clock.at + timedelta(hours=5), "kim", "power cut")
