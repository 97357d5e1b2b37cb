"""What lies between: confirmed late, refused by some, copied to ourselves, silenced by a sender line (P6, P7, P8)."""

from __future__ import annotations

from collections.abc import Callable

from mailsupport.ports import Outcome
from stories.world import SETTINGS, Sent, World

ERIKA, ANNA, JO, BEN, CLEO = (
    "erika@globex.example",
    "anna@acme.example",
    "jo@acme.example",
    "ben@acme.example",
    "cleo@acme.example",
)
COLLEAGUE = "kai@globex.example"
AGAIN = SETTINGS.replace('wait = ["0m"', 'next_response = "2h"\nwait = ["0m"')


def asked(desk: World, cc: str = "") -> tuple[str, Sent, Sent]:
    """A customer asks; returns its Message-ID, and what Anna and Jo were sent."""
    first = desk.writes(ERIKA, "It prints blank pages.", cc=cc)
    desk.works()
    return first, desk.expect_mail(ANNA), desk.expect_mail(JO)


def test_a_confirmed_answer_goes_out_as_it_would_have_gone(desk: World) -> None:
    """Held because a colleague was faster: its commands are obeyed and not sent, and its files go with it."""
    _, to_anna, to_jo = asked(desk)
    desk.replies(ANNA, to_anna, "Please check the belt.")
    desk.works()
    desk.replies(JO, to_jo, "/close The toner was replaced.\nRegards, Jo", attachments=[("fix.pdf", b"pages")])
    desk.works()
    desk.nothing_new()

    desk.replies(JO, desk.mails(JO, "held")[-1], "yes")
    desk.works()

    answer = desk.expect_mail(ERIKA)
    assert "The toner was replaced." in answer.text and "/close" not in answer.text
    assert [part.get_filename() for part in answer.message.iter_attachments()] == ["fix.pdf"]


def test_an_old_answer_confirmed_does_not_answer_a_new_question(desk_with: Callable[[str], World]) -> None:
    """The customer has written again since: the clock of that question runs on, and its chain with it."""
    desk = desk_with(AGAIN)
    first, to_anna, _ = asked(desk)
    desk.passes("5m")
    desk.writes(JO, "Try the belt.", to=ERIKA, cc="support@acme.example", headers={"In-Reply-To": first})
    desk.works()
    desk.replies(ANNA, to_anna, "Please check the belt.")
    desk.passes("10m")
    desk.writes(ERIKA, "And the toner?", headers={"In-Reply-To": first})
    desk.passes("10m")
    desk.replies(JO, desk.mails(JO, "held")[-1], "yes")

    desk.passes("2h")
    assert desk.mails(BEN, "escalated")


def test_a_forger_keeps_alerts_back_once(desk: World) -> None:
    """Mail after mail that claims to be an answer of Anna's does not put off the alert for ever (P8)."""
    first, _, _ = asked(desk)
    desk.passes("3h55m")
    for _ in range(4):
        desk.writes(ANNA, "All done.", to=ERIKA, cc="support@acme.example", headers={"In-Reply-To": first})
        desk.passes("10m")
    assert desk.mails(BEN, "escalated")


def test_staff_hear_of_a_requester_whom_the_relay_refused(desk: World) -> None:
    """Somebody in copy got the answer, the one who asked did not: that is no silence (P6)."""
    _, to_anna, _ = asked(desk, cc=COLLEAGUE)
    desk.sink.answers[ERIKA] = (Outcome.REFUSED, 550, "no such user")
    desk.replies(ANNA, to_anna, "Please check the belt.")
    desk.works()
    assert desk.mails(ANNA, "undelivered") and desk.mails(JO, "undelivered")


def test_an_all_clear_goes_to_those_of_this_chain(desk_with: Callable[[str], World]) -> None:
    """Who was alerted by an earlier chain, and heard that it was over, has nothing to be told."""
    desk = desk_with(AGAIN)
    first, to_anna, _ = asked(desk)
    desk.passes("5h")
    desk.replies(ANNA, to_anna, "Please check the belt.")
    desk.passes("1h")
    assert len(desk.mails(BEN, "answered")) == len(desk.mails(CLEO, "answered")) == 1
    desk.writes(ERIKA, "Still blank.", headers={"In-Reply-To": first})
    desk.works()
    again = desk.expect_mail(ANNA)
    desk.passes("2h")
    desk.replies(ANNA, again, "Please check the toner.")
    desk.works()
    assert (len(desk.mails(BEN, "answered")), len(desk.mails(CLEO, "answered"))) == (2, 1)


def test_neither_we_nor_staff_behind_a_plus_are_in_copy(desk: World) -> None:
    """A customer answers to our token address, with Anna's folder address in copy: the next answer goes to neither (P7)."""
    _, to_anna, _ = asked(desk)
    desk.replies(ANNA, to_anna, "Please check the belt.")
    desk.works()
    desk.replies(ERIKA, desk.expect_mail(ERIKA), "And now?", cc=f"anna+desk@acme.example, {COLLEAGUE}")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), "Now the toner.")
    desk.works()
    assert set(desk.expect_mail(ERIKA).recipients) == {ERIKA, COLLEAGUE}


def test_a_reply_with_a_colleague_in_copy_still_reaches_the_requester(desk: World) -> None:
    """Anna answers the notification and adds the customer's colleague: it is relayed, not taken for sent."""
    _, to_anna, _ = asked(desk, cc=COLLEAGUE)
    desk.nothing_new()
    desk.replies(ANNA, to_anna, "Please check the belt.", cc=COLLEAGUE)
    desk.works()
    assert "Please check the belt." in desk.expect_mail(ERIKA).text


def test_a_confirmed_answer_makes_older_copies_stale(desk: World) -> None:
    """Anna's answer in copy counts once she confirms it; Jo, who replies to a copy written before, is asked first."""
    first, _, to_jo = asked(desk)
    desk.writes(ANNA, "Try the belt.", to=ERIKA, cc="support@acme.example", headers={"In-Reply-To": first})
    desk.works()
    desk.replies(ANNA, desk.mails(ANNA, "held")[-1], "yes")
    desk.works()
    desk.nothing_new()

    desk.replies(JO, to_jo, "Try the toner.")
    desk.works()

    assert "has answered since" in desk.expect_mail(JO, "held").text
    assert not desk.mails(ERIKA, "new") and "toner" not in "".join(m.text for m in desk.mails(ERIKA))


def test_a_confirmed_answer_is_quoted_when_it_bounces(desk: World) -> None:
    """What staff are shown is the answer that did not arrive, not the one before it."""
    _, to_anna, to_jo = asked(desk)
    desk.replies(ANNA, to_anna, "Please check the belt.")
    desk.passes("1m")
    desk.replies(JO, to_jo, "The toner was replaced.")
    desk.passes("1m")
    desk.nothing_new()
    desk.replies(JO, desk.mails(JO, "held")[-1], "yes")
    desk.works()
    desk.bounces(desk.expect_mail(ERIKA))
    desk.works()

    assert "> The toner was replaced." in desk.expect_mail(JO, "undelivered").text
