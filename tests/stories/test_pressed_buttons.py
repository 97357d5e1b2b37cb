"""Somebody presses a sign below a mail of ours, or calls a mail back: nobody has said anything (P7, H2)."""

from __future__ import annotations

from email.message import EmailMessage

from mailsupport.store.schema import chain, clock, mail, ticket
from stories.clients import sends
from stories.world import Sent, World, rows

ANNA, BEN, ERIKA = "anna@acme.example", "ben@acme.example", "erika@globex.example"
THUMB = "\U0001f44d"


def asked(desk: World) -> Sent:
    """A customer asks; returns Anna's notification."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    notice = desk.expect_mail(ANNA, "new")
    desk.nothing_new()
    return notice


def presses(desk: World, who: str, sent: Sent, **more: str) -> None:
    """A thumb in Gmail: a text, the part that marks it, a page."""
    body, name = EmailMessage(), who.partition("@")[0].title()
    quoted = "\n".join(f"> {line}" for line in sent.text.splitlines())
    body.set_content(f"{THUMB}\n\n{name} reacted via Gmail\n\nOn Mon, Nov 23, 2026 Acme Support wrote:\n\n{quoted}\n")
    body.add_alternative(f'{{"emoji":"{THUMB}","version":1}}', subtype="vnd.google.email-reaction+json")
    body.add_alternative(f"<div>{THUMB}</div><div>{name} reacted via Gmail</div>", subtype="html")
    sends(desk, who, sent, body, From=who, **more)
    desk.works()


def test_a_thumb_of_staff_is_no_answer(desk: World) -> None:
    """E1: Anna presses it below her notification: the customer hears nothing, the promise runs, and Anna is told."""
    presses(desk, ANNA, asked(desk))

    desk.expect_no_mail(ERIKA)
    assert "a sign that you pressed" in desk.expect_mail(ANNA, "held").text
    assert ["running"] == [state for (state,) in rows(desk, clock.c.state)]


def test_a_thumb_as_a_choice_sends_nothing(desk: World) -> None:
    """Jo's answer is held, since Anna was first; where any words send it, a sign is none."""
    notice = asked(desk)
    theirs = next(one for one in desk.mails("jo@acme.example", "new"))
    desk.replies(ANNA, notice, "Press the green button.")
    desk.works()
    desk.replies("jo@acme.example", theirs, "Press the red button.")
    desk.works()
    desk.nothing_new()
    presses(desk, "jo@acme.example", desk.mails("jo@acme.example", "held")[-1])

    desk.expect_no_mail(ERIKA)
    desk.expect_mail("jo@acme.example", "held")


def test_a_thumb_to_the_customer_with_us_in_copy_is_no_answer(desk: World) -> None:
    """Gmail sends it to everybody who has the mail: the customer, and us."""
    notice = asked(desk)
    presses(desk, ANNA, notice, To=ERIKA, Cc=str(notice.message["Reply-To"]))

    assert ["running"] == [state for (state,) in rows(desk, clock.c.state)]


def test_a_customers_thumb_is_kept_and_nothing_follows(desk: World) -> None:
    """Pressed below the answer that closed the ticket: it stays closed, and no clock starts (H8)."""
    desk.replies(ANNA, asked(desk), "/close\nThe drum was worn; it is replaced.")
    desk.works()
    desk.nothing_new()
    presses(desk, ERIKA, desk.mails(ERIKA)[-1])

    desk.expect_no_mail()
    assert [("closed",)] == rows(desk, ticket.c.state)
    assert ["met"] == [state for (state,) in rows(desk, clock.c.state)]
    assert [("automatic", 1)] == rows(desk, mail.c.kind, mail.c.ticket)[-1:]


def test_a_thumb_below_an_alert_takes_notice(desk: World) -> None:
    """H6: Any reply by a person acknowledges, also the shortest."""
    asked(desk)
    desk.passes("4h")
    alert = desk.expect_mail(BEN, "escalated")
    desk.passes("5m")
    presses(desk, BEN, alert)

    assert [("acknowledged", "ben")] == rows(desk, chain.c.state, chain.c.acknowledged_by)


def test_a_mail_that_outlook_calls_back_is_no_answer(desk: World) -> None:
    """The wish for a mail back goes to nobody: what has reached the customer cannot be called back."""
    words = 'Anna Berg would like to recall the message, "Re: Printer on floor 3".'
    desk.replies(ANNA, asked(desk), words)
    desk.works()

    desk.expect_no_mail(ERIKA)
    assert "cannot be called back" in desk.expect_mail(ANNA, "held").text
