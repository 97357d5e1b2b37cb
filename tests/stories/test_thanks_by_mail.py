"""H8: Thanks alone open nothing and start no clock; whatever is more than thanks does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailsupport.store import history
from mailsupport.store.schema import clock, mail, ticket
from stories.world import SETTINGS, Sent, World, rows

ERIKA, STRANGER, ANNA = "erika@globex.example", "mallory@evil.example", "anna@acme.example"
NEXT = SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\nnext_response = "2h"')


def answered(desk: World, words: str) -> Sent:
    """Erika asked, Anna answered: what Erika got."""
    desk.writes(ERIKA, "It prints blank pages.", name="Erika Muster")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), words)
    desk.works()
    answer = desk.expect_mail(ERIKA)
    desk.nothing_new()
    return answer


def state(desk: World) -> str:
    """The state of the first ticket."""
    return str(rows(desk, ticket.c.state)[0][0])


def running(desk: World) -> int:
    """How many clocks run."""
    return sum(one == "running" for (one,) in rows(desk, clock.c.state))


@pytest.mark.parametrize(
    "words", ["Thanks!", "Vielen Dank für die schnelle Hilfe!", "Hi Anna,\n\nthank you!\n\nBest regards\nErika"]
)
def test_thanks_open_nothing(desk: World, words: str) -> None:
    """H8: A closed ticket stays closed; the mail is kept and noted, whoever closed it reads it, and nobody else is disturbed."""
    desk.replies(ERIKA, answered(desk, "/close The belt was replaced."), words)
    desk.passes("12h")

    assert (state(desk), running(desk)) == ("closed", 0)
    assert [m.recipients for m in desk.mails(kind="thanked")] == [(ANNA,)]
    assert "The customer says thanks: no answer is expected" in desk.expect_mail(ANNA, "thanked").text
    desk.expect_no_mail(ERIKA)
    desk.expect_no_mail("jo@acme.example")
    assert not desk.mails(kind="reopened")
    with desk.assembly.service.store.read() as tx:
        assert "thanked" in [line.event for line in history.history(tx, 1)]
    assert len(rows(desk, mail.c.id)) == 3


@pytest.mark.parametrize(
    "words", ["Thanks, but it still fails", "Danke, und wann kommt der Techniker?", "Thanks in advance", "Danke im Voraus"]
)
def test_more_than_thanks_is_a_request(desk: World, words: str) -> None:
    """H8: It is open again, and a clock runs."""
    desk.replies(ERIKA, answered(desk, "/close The belt was replaced."), words)
    desk.works()

    assert (state(desk), running(desk)) == ("open", 1)
    assert desk.expect_mail(ANNA, "reopened")


def test_thanks_with_a_file_are_a_request(desk: World) -> None:
    """Nobody here looks into it: a person does."""
    desk.replies(ERIKA, answered(desk, "/close Done."), "Thanks!", attachments=[("scan.pdf", b"%PDF")])
    desk.works()

    assert state(desk) == "open"


def test_thanks_under_another_subject_are_a_request(desk: World) -> None:
    """The subject may be all that they wanted to say."""
    answer = answered(desk, "/close Done.")
    desk.writes(ERIKA, "Thanks!", "Scanner broken", to=str(answer.message["Reply-To"]), reply_to=answer)
    desk.works()

    assert state(desk) == "open"


def test_thanks_for_an_answer_start_no_clock(desk_with: Callable[[str], World]) -> None:
    """H8: Nothing is owed on the open ticket; staff hear at once, for it may be a yes, and that no answer is expected."""
    desk = desk_with(NEXT)
    desk.replies(ERIKA, answered(desk, "Please restart it."), "Great, thanks!")
    desk.works()

    assert (state(desk), running(desk)) == ("answered", 0)
    assert "The customer says thanks: no answer is expected" in desk.expect_mail(ANNA, "thanked").text
    desk.passes("12h")
    assert not desk.mails(kind="escalated")


def test_yes_and_thanks_may_answer_our_question(desk_with: Callable[[str], World]) -> None:
    """H8: On an open ticket that is a reply like any other."""
    desk = desk_with(NEXT)
    desk.replies(ERIKA, answered(desk, "Shall I order a new one?"), "Yes, thanks!")
    desk.works()

    assert (state(desk), running(desk)) == ("open", 1)


def test_thanks_before_any_answer_stop_nothing(desk: World) -> None:
    """Thanks for the receipt: the first answer is still owed."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ERIKA, desk.expect_mail(ERIKA), "Thanks!")
    desk.passes("4h1m")

    assert desk.mails(kind="escalated")


def test_thanks_while_we_wait_for_the_customer_go_on(desk: World) -> None:
    """A ticket that waits for them waits no longer: whoever asked decides whether that was an answer."""
    desk.replies(ERIKA, answered(desk, "/pause 2d\nWhich printer is it?"), "Thanks!")
    desk.works()

    assert rows(desk, ticket.c.waiting_for) == [("",)]
    assert desk.expect_mail(ANNA, "customer_reply")


def test_a_strangers_thanks_are_looked_at(desk: World) -> None:
    """P8: Somebody new is shown to staff, whatever they say."""
    desk.replies(STRANGER, answered(desk, "/close Done."), "Thanks!")
    desk.works()

    assert desk.expect_mail(ANNA, "stranger")
