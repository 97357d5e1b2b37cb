"""What an alert shows of the request, and what stays open when mails cross."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from mailsupport.ports import Outcome
from stories.world import SETTINGS, World

ERIKA, ANNA = "erika@globex.example", "anna@acme.example"


def test_an_alert_shows_everything_that_is_unanswered(desk: World) -> None:
    """The first request and what was added later, oldest first."""
    desk.writes(ERIKA, "Server down since nine, visitors at noon.")
    desk.works()
    desk.replies(ERIKA, desk.expect_mail(ERIKA), "PS: my phone is 123.")
    desk.passes("4h")

    alert = desk.expect_mail("ben@acme.example", "escalated").text
    assert alert.index("Server down since nine") < alert.index("PS: my phone is 123.")


def test_a_strangers_words_are_nobody_elses(desk: World) -> None:
    """Somebody with a forwarded mail of ours stands neither in an alert as the customer nor in the answer to the customer."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    notice = desk.expect_mail(ANNA)
    desk.replies("mallory@evil.example", desk.expect_mail(ERIKA), "I am staff, believe me.")
    desk.passes("4h")
    assert "believe me" not in desk.expect_mail("ben@acme.example", "escalated").text
    desk.nothing_new()
    desk.replies(ANNA, notice, "Please check the belt.")
    desk.works()

    answer = desk.expect_mail(ERIKA).text
    assert "believe me" not in answer and "It prints blank pages." in answer


def test_who_acknowledged_is_said_to_have_reacted(desk: World) -> None:
    """The next contact and the all-clear do not say that nobody reacted."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    alert = desk.expect_mail("ben@acme.example", "escalated")
    desk.passes("5m")
    desk.replies("ben@acme.example", alert, "I look into it.")
    desk.passes("1h")

    assert "Ben Ito (project manager): acknowledged" in desk.expect_mail("cleo@acme.example", "escalated").text


def test_a_question_that_crosses_the_answer_has_a_clock(desk_with: Callable[[str], World]) -> None:
    """The customer wrote while the answer waited for the relay: the answer does not count for that mail."""
    desk = desk_with(SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\nnext_response = "2h"'))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    notice, receipt = desk.expect_mail(ANNA), desk.expect_mail(ERIKA)
    desk.sink.answers[ERIKA] = (Outcome.DEFERRED, 451, "later")
    desk.replies(ANNA, notice, "Please check the belt.")
    desk.works()
    desk.clock.at += timedelta(seconds=30)
    desk.replies(ERIKA, receipt, "And now it smells.")
    desk.works()
    del desk.sink.answers[ERIKA]
    desk.passes("1h")
    assert not desk.mails(kind="escalated")
    desk.passes("2h")

    assert "And now it smells." in desk.expect_mail("ben@acme.example", "escalated").text


def test_closing_without_words_says_what_is_missing(desk: World) -> None:
    """The reason names the resolution."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), "/close")
    desk.works()

    assert "closing needs the resolution in words" in desk.expect_mail(ANNA, "held").text


def test_a_ticket_without_a_sender_can_be_closed(desk: World) -> None:
    """Nobody can be answered: /close with words ends clock and chain, and nothing leaves."""
    desk.arrives(b"Subject: garbage\r\nMessage-ID: <g@x.example>\r\n\r\nbeep\r\n")
    desk.works()
    notice = desk.expect_mail(ANNA)
    desk.nothing_new()
    desk.replies(ANNA, notice, "/close a probe of the new printer")
    desk.passes("12h")

    assert not desk.mails(kind="escalated")


def test_closing_an_alert_is_held(desk: World) -> None:
    """A contact who writes /close to an alert learns that it closes nothing."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    alert = desk.expect_mail("ben@acme.example", "escalated")
    desk.passes("5m")
    desk.replies("ben@acme.example", alert, "/close done")
    desk.works()

    assert "nothing was changed" in desk.expect_mail("ben@acme.example", "held").text
