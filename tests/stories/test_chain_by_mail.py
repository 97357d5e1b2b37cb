"""The chain as its people see it: who is alerted when, what a reply does, what happens when somebody is not reached."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from mailsupport.app.sweep import sweep
from mailsupport.ports import Outcome
from mailsupport.store import outbox
from stories.world import MONDAY, SETTINGS, World

ERIKA, ANNA, BEN, CLEO, DOV = (
    "erika@globex.example",
    "anna@acme.example",
    "ben@acme.example",
    "cleo@acme.example",
    "dov@acme.example",
)
OPS = "ops@acme.example"


def alerted(desk: World) -> list[str]:
    """Who was alerted, in order."""
    return [m.recipients[0].partition("@")[0] for m in desk.mails(kind="escalated")]


def test_a_bounced_alert_moves_the_chain_on(desk: World) -> None:
    """H5: D6: The next contact hears of it now, and the operator of the address."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    desk.bounces(desk.expect_mail(BEN, "escalated"))
    desk.works()

    assert alerted(desk) == ["ben", "cleo"]
    assert BEN in desk.expect_mail(OPS).text


def test_a_refused_alert_moves_the_chain_on(desk: World) -> None:
    """H5: A 5xx to RCPT."""
    desk.sink.answers[BEN] = (Outcome.REFUSED, 550, "no such user")
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h1m")

    assert alerted(desk) == ["cleo"]
    assert BEN in desk.expect_mail(OPS).text


def test_a_deferred_alert_is_not_waited_for_longer_than_its_wait(desk: World) -> None:
    """The relay says later and later: the next contact is alerted all the same."""
    desk.sink.answers[BEN] = (Outcome.DEFERRED, 451, "later")
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h31m")

    assert alerted(desk) == ["cleo"]


def test_an_absent_contact_is_given_a_quarter_of_an_hour(desk: World) -> None:
    """D8: An absence notice is no acknowledgement: the next contact is alerted 15 minutes later."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    desk.is_away(BEN, desk.expect_mail(BEN, "escalated"))
    desk.passes("14m")
    assert alerted(desk) == ["ben"]
    desk.passes("2m")

    assert alerted(desk) == ["ben", "cleo"]


def test_a_reply_that_comes_too_fast_is_asked_not_believed(desk: World) -> None:
    """Within ack_guard it may be a machine's; confirmed, it counts."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    alert = desk.expect_mail(BEN, "escalated")
    desk.clock.at += timedelta(seconds=3)
    desk.replies(BEN, alert, "ok")
    desk.works()
    asked = desk.expect_mail(BEN, "held")
    desk.passes("1m")
    desk.replies(BEN, asked, "It is me.")
    desk.passes("29m")
    assert alerted(desk) == ["ben"]
    desk.passes("5m")

    assert alerted(desk) == ["ben", "cleo"]


def test_too_fast_and_not_confirmed_the_chain_goes_on(desk: World) -> None:
    """Silence after the question is no acknowledgement."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    desk.replies(BEN, desk.expect_mail(BEN, "escalated"), "ok")
    desk.passes("31m")

    assert alerted(desk) == ["ben", "cleo"]


def test_an_acknowledgement_by_word_holds_as_long_as_the_contract_says(desk: World) -> None:
    """/ack freezes for ack_stops (two hours), then the next contact hears of it."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h5m")
    desk.replies(BEN, desk.expect_mail(BEN, "escalated"), "/ack")
    desk.passes("1h59m")
    assert alerted(desk) == ["ben"]
    desk.passes("2m")

    assert alerted(desk) == ["ben", "cleo"]


def test_staff_hear_of_an_acknowledgement(desk: World) -> None:
    """Who took notice."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h5m")
    desk.replies(BEN, desk.expect_mail(BEN, "escalated"), "I am on it, canary.")
    desk.works()

    assert "Ben Ito" in desk.expect_mail(ANNA, "acknowledged").text


def test_after_the_last_step_the_operator_is_told_once(desk: World) -> None:
    """Silence never ends in silence."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("20h")

    assert alerted(desk) == ["ben", "cleo", "dov"]
    assert len([m for m in desk.mails(OPS) if "nobody has answered" in m.text]) == 1


def test_rounds_go_through_the_chain_again(desk_with: Callable[[str], World]) -> None:
    """rounds = 2, from the second step on."""
    desk = desk_with(SETTINGS.replace('wait = ["0m', 'rounds = 2\nrepeat_from = 2\nwait = ["0m'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("12h")

    assert alerted(desk) == ["ben", "cleo", "dov", "cleo", "dov"]


def test_a_critical_mail_alerts_at_once(desk_with: Callable[[str], World]) -> None:
    """immediate = ["critical"], set by a rule; the lapse later joins the same chain."""
    rule = '[[rule]]\nsubject = ["outage"]\npriority = "critical"\n'
    desk = desk_with(SETTINGS.replace('wait = ["0m', 'immediate = ["critical"]\nwait = ["0m') + rule)
    desk.writes(ERIKA, "All is dark.", "Outage in hall 2")
    desk.works()

    assert alerted(desk) == ["ben"]
    desk.passes("12h")
    assert alerted(desk) == ["ben", "cleo", "dov"]


OFFICE = '[calendar.office]\ntimezone = "Europe/Berlin"\nopen = { mon = "08:00-16:00", tue = "08:00-16:00" }\n'
"""07:00 to 15:00 UTC in November."""


def test_outside_business_hours_the_alert_waits_for_the_morning(desk_with: Callable[[str], World]) -> None:
    """H4: Due at closing plus an hour of the next day: alerted then, not in the night."""
    desk = desk_with(SETTINGS.replace('calendar = "24x7"', 'calendar = "office"') + OFFICE)
    desk.clock.at = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("19h59m")
    assert alerted(desk) == []
    desk.passes("2m")

    assert alerted(desk) == ["ben"]


def test_a_step_due_in_the_night_waits_for_opening(desk_with: Callable[[str], World]) -> None:
    """H4: The first is alerted at closing, the second when the office opens."""
    desk = desk_with(SETTINGS.replace('calendar = "24x7"', 'calendar = "office"') + OFFICE)
    desk.clock.at = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h1m")
    assert alerted(desk) == ["ben"]
    desk.passes("15h58m")
    assert alerted(desk) == ["ben"]
    desk.passes("2m")

    assert alerted(desk) == ["ben", "cleo"]


GOLD = """
[customer.hooli]
match = ["@hooli.example"]
contract = "gold"
project_manager = "cleo"
[contract.gold]
calendar = "24x7"
first_response = "1h"
chain = ["project_manager", "dov"]
wait = ["0m", "15m"]
"""


def test_each_customer_has_their_own_promise_and_people(desk_with: Callable[[str], World]) -> None:
    """H4, H5: Gold in one hour with Cleo as project manager, standard in four with Ben."""
    desk = desk_with(SETTINGS + GOLD)
    desk.writes(ERIKA, "It prints blank pages.", "Printer")
    desk.writes("hank@hooli.example", "It hums.", "Scanner")
    desk.passes("1h1m")
    assert alerted(desk) == ["cleo"]
    desk.passes("3h")

    assert alerted(desk) == ["cleo", "dov", "ben"]


def test_after_a_long_pause_nobody_is_alerted_before_the_mailbox_was_read(desk: World) -> None:
    """The machine slept over the deadline; the answer came meanwhile. Judging waits for reading (P5)."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.clock.at = MONDAY + timedelta(hours=3)
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please check the transfer belt.")
    desk.clock.at = MONDAY + timedelta(hours=30)
    swept = sweep(desk.assembly.service)

    assert (swept.lapsed, swept.unread) == (0, {"support"})
    desk.passes("1h")
    assert alerted(desk) == []


def test_a_mailbox_that_is_never_read_again_does_not_hold_the_alert_for_ever(desk: World) -> None:
    """A minute after it was first missed, the alert goes out and says what was not read."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.clock.at = MONDAY + timedelta(hours=5)
    assert sweep(desk.assembly.service).fired == 0
    desk.clock.at += timedelta(seconds=61)
    assert sweep(desk.assembly.service).fired == 1

    desk.works()
    assert "support/INBOX" in desk.expect_mail(BEN, "escalated").text
    assert desk.expect_mail(OPS)


def test_an_alert_that_lost_its_reason_is_cancelled(desk: World) -> None:
    """The relay was away; the answer came first: the queued alert is never sent (P3)."""
    desk.sink.answers[BEN] = (Outcome.DEFERRED, 451, "later")
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please check the transfer belt.")
    desk.works()
    desk.sink.answers.clear()
    desk.passes("1h")

    assert alerted(desk) == []
    with desk.assembly.service.store.read() as tx:
        assert [row.state for row in outbox.listing(tx) if row.kind == "alert"] == ["cancelled"]
