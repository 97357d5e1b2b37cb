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
