"""An answer that the relay takes for some and refuses for others: staff hear of whom it did not reach, and why."""

from __future__ import annotations

from mailsupport.ports import Outcome
from stories.world import World

ERIKA, OTTO, ANNA = "erika@globex.example", "otto@globex.example", "anna@acme.example"


def answered(desk: World, **refused: tuple[Outcome, int, str]) -> str:
    """Erika writes with Otto in copy, Anna answers, the relay says that to some; return what Anna is told."""
    desk.writes(ERIKA, "It prints blank pages.", cc=OTTO)
    desk.works()
    desk.sink.answers.update({f"{name}@globex.example": said for name, said in refused.items()})
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please check the transfer belt.")
    desk.nothing_new()
    desk.works()
    return desk.expect_mail(ANNA, "undelivered").text.replace("\r\n", "\n")


def test_whom_the_relay_refused_is_named_with_its_words(desk: World) -> None:
    """Otto in copy was refused; that the requester has the answer is not put in doubt."""
    said = answered(desk, otto=(Outcome.REFUSED, 550, "5.1.1 no such user"))

    assert said.startswith(f"Your answer did not reach {OTTO}.")
    assert "> 550 5.1.1 no such user" in said
    assert ERIKA not in said


def test_each_refused_recipient_has_its_own_words(desk: World) -> None:
    """Two were refused for two reasons: each is named beside its own."""
    said = answered(desk, erika=(Outcome.REFUSED, 552, "mailbox full"), otto=(Outcome.REFUSED, 550, "no such user"))

    assert f"> {ERIKA}: 552 mailbox full\n> {OTTO}: 550 no such user" in said


def test_a_refusal_beside_a_delay_is_told_at_once(desk: World) -> None:
    """Nobody took the answer yet, and staff need not wait for the last try to hear of the one who never will."""
    said = answered(desk, erika=(Outcome.REFUSED, 550, "no such user"), otto=(Outcome.DEFERRED, 451, "later"))

    assert said.startswith(f"Your answer did not reach {ERIKA}.")
    assert OTTO not in said


def test_staff_hear_within_five_minutes_of_an_answer_that_is_not_taken(desk: World) -> None:
    """G5: The customer's mail system says "later": after three minutes Anna knows, once, that it is tried again and when."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.sink.answers[ERIKA] = (Outcome.DEFERRED, 451, "4.7.1 greylisted")
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please check the transfer belt.")
    desk.nothing_new()
    desk.passes("5m")
    told = desk.expect_mail(ANNA, "undelivered")
    desk.nothing_new()
    desk.passes("3h")

    assert told.subject.startswith("[Not delivered yet]")
    assert f"Your answer has not reached {ERIKA} yet." in told.text
    assert "> 451 4.7.1 greylisted" in told.text
    assert "It is tried again by itself, next on" in told.text
    desk.expect_no_mail(ANNA)


def test_an_answer_that_is_taken_at_the_second_try_is_no_news(desk: World) -> None:
    """G5: Greylisting for a minute alarms nobody."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.sink.answers[ERIKA] = (Outcome.DEFERRED, 451, "4.7.1 greylisted")
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please check the transfer belt.")
    desk.works()
    del desk.sink.answers[ERIKA]
    desk.passes("1h")

    assert not desk.mails(ANNA, "undelivered")
    assert "transfer belt" in desk.mails(ERIKA)[-1].text
