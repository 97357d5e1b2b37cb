"""Staff work by mail alone: answers, notes, mails in doubt that are held, and nobody obeyed on a From line (P7, P8)."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from mailsupport.store.schema import clock, hold, mail, ticket
from stories.world import SETTINGS, Sent, World

ERIKA, ANNA, JO, BEN, OPS = "erika@globex.example", "anna@acme.example", "jo@acme.example", "ben@acme.example", "ops@acme.example"


def asked(desk: World, words: str = "It prints blank pages.", who: str = ERIKA) -> Sent:
    """A customer asks; returns Anna's notification an hour later."""
    desk.writes(who, words)
    desk.passes("1h")
    notice = desk.expect_mail(ANNA)
    desk.nothing_new()
    return notice


def clocks(desk: World) -> list[str]:
    """The states of all clocks, oldest first."""
    with desk.assembly.service.store.read() as tx:
        promised = clock.c.kind != "escalation_close"
        return list(tx.execute(select(clock.c.state).where(promised).order_by(clock.c.id)).scalars())


def holds(desk: World) -> list[str]:
    """Why mails are held."""
    with desk.assembly.service.store.read() as tx:
        return list(tx.execute(select(hold.c.reason).where(hold.c.state == "open")).scalars())


def tickets(desk: World) -> int:
    """How many tickets there are."""
    with desk.assembly.service.store.read() as tx:
        return len(tx.execute(select(ticket.c.number)).all())


# --- three ways of an answer -----------------------------------------------------------------------------------------------


def test_a_reply_to_the_notification_is_relayed(desk: World) -> None:
    """Under the support address, with the answer and the customer's own words, and nothing of the notice."""
    desk.replies(ANNA, asked(desk), "Please check the transfer belt.")
    desk.works()

    answer = desk.expect_mail(ERIKA)
    assert "Please check the transfer belt." in answer.text
    assert "REPLY" not in answer.text and "answer by" not in answer.text.lower()
    assert clocks(desk) == ["met"]


def test_an_answer_from_the_shared_mailbox_counts(desk_with: Callable[[str], World]) -> None:
    """Found in the Sent folder: nothing is relayed, the clock is met, no alert comes."""
    desk = desk_with(SETTINGS.replace('sent = "off"', 'sent = "Sent"'))
    (desk.folder / "inbox" / "Sent").mkdir()
    first = desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("1h")
    desk.nothing_new()
    parents = {"In-Reply-To": first, "References": first}
    desk.writes("support@acme.example", "Check the belt.", "Re: Printer", to=ERIKA, folder="inbox/Sent", headers=parents)
    desk.passes("5h")

    assert clocks(desk) == ["met"]
    desk.expect_no_mail()


def test_a_sent_answer_that_is_read_before_its_question_waits_for_it(desk_with: Callable[[str], World]) -> None:
    """The Sent folder is read first: the answer opens no ticket, and counts when the question has come."""
    desk = desk_with(SETTINGS.replace('sent = "off"', 'sent = "Sent"'))
    (desk.folder / "inbox" / "Sent").mkdir()
    first = desk.writes(ERIKA, "It prints blank pages.")
    parents = {"In-Reply-To": first, "References": first}
    desk.writes("support@acme.example", "Check the belt.", "Re: Printer", to=ERIKA, folder="inbox/Sent", headers=parents)
    desk.passes("5h")

    assert (tickets(desk), clocks(desk)) == (1, ["met"])
    assert not desk.mails(kind="escalated")


def test_a_direct_answer_with_us_in_copy_asks_for_confirmation(desk: World) -> None:
    """Its From line proves nothing: the alert waits 15 minutes and Anna is asked; nothing stops the clock."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("3h50m")
    desk.nothing_new()
    _answers_directly(desk)
    desk.passes("14m")

    desk.expect_mail(ANNA, "held")
    assert not desk.mails(kind="escalated")
    desk.passes("2m")
    assert desk.mails(BEN, "escalated")
    assert clocks(desk) == ["lapsed"]


def test_a_direct_answer_counts_at_its_own_time_when_it_is_confirmed(desk: World) -> None:
    """Confirmed after the deadline, it was in time all the same."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("3h50m")
    _answers_directly(desk)
    desk.passes("12m")
    desk.replies(ANNA, desk.expect_mail(ANNA, "held"), "Yes, that was me.")
    desk.passes("2h")

    assert clocks(desk) == ["met"]
    assert not desk.mails(kind="escalated")


def _answers_directly(desk: World) -> None:
    with desk.assembly.service.store.read() as tx:
        first = tx.execute(select(mail.c.message_id)).scalars().first()
    parents = {"In-Reply-To": f"<{first}>", "References": f"<{first}>"}
    desk.writes(ANNA, "Check the belt.", "Re: Printer on floor 3", to=ERIKA, cc="support@acme.example", headers=parents)


# --- notes and mails in doubt ---------------------------------------------------------------------------------------------


def test_a_note_stays_in_the_house(desk: World) -> None:
    """Colleagues get it, the customer never does, the clock goes on."""
    desk.replies(ANNA, asked(desk), "/note\nThe canary sings: they have not paid.")
    desk.works()

    assert "canary" in desk.expect_mail(JO).text
    desk.expect_no_mail(ERIKA)
    assert clocks(desk) == ["running"]


def test_a_mistyped_command_sends_nothing_and_names_the_nearest(desk: World) -> None:
    """The whole mail is held, its words go back to their author."""
    desk.replies(ANNA, asked(desk), "/clsoe\nThe canary is repaired.")
    desk.works()

    held = desk.expect_mail(ANNA, "held")
    assert "/close" in held.text and "The canary is repaired." in held.text
    desk.expect_no_mail(ERIKA)


def test_a_command_below_other_text_holds_the_mail(desk: World) -> None:
    """It belongs to the top; sent as text it would tell the customer of it."""
    desk.replies(ANNA, asked(desk), "This is canary business.\n/note\nTell nobody.")
    desk.works()

    desk.expect_mail(ANNA, "held")
    desk.expect_no_mail(ERIKA)


def test_a_reply_without_words_is_held(desk: World) -> None:
    """Only the quoted notice: sent by mistake."""
    desk.replies(ANNA, asked(desk), "")
    desk.works()

    desk.expect_mail(ANNA, "held")
    desk.expect_no_mail(ERIKA)


def test_an_answer_with_a_token_in_it_is_held(desk: World) -> None:
    """Pasted from our mail, it would give the customer the power of staff."""
    notice = asked(desk)
    desk.replies(ANNA, notice, f"As said in {notice.message['Message-ID']}, check the canary.")
    desk.works()

    desk.expect_mail(ANNA, "held")
    desk.expect_no_mail(ERIKA)


def test_a_stale_answer_is_held_until_its_author_confirms(desk: World) -> None:
    """Jo has answered since Anna's copy was written: Anna is asked, and her reply releases the mail."""
    notice = asked(desk)
    desk.replies(JO, desk.mails(JO)[0], "Check the belt.")
    desk.works()
    desk.nothing_new()
    desk.replies(ANNA, notice, "Check the toner.")
    desk.works()

    held = desk.expect_mail(ANNA, "held")
    desk.expect_no_mail(ERIKA)
    desk.replies(ANNA, held, "Send it as well, please.")
    desk.works()
    answer = desk.expect_mail(ERIKA)
    assert "Check the toner." in answer.text and "Send it as well" not in answer.text


def test_a_held_mail_is_released_once(desk: World) -> None:
    """A second confirmation sends nothing."""
    notice = asked(desk)
    desk.replies(JO, desk.mails(JO)[0], "Check the belt.")
    desk.works()
    desk.replies(ANNA, notice, "Check the toner.")
    desk.works()
    held = desk.expect_mail(ANNA, "held")
    desk.replies(ANNA, held, "Yes.")
    desk.works()
    desk.nothing_new()
    desk.replies(ANNA, held, "Yes, yes.")
    desk.works()

    assert not [m for m in desk.mails(ERIKA)[-1:] if "Yes" in m.text]
    assert len([m for m in desk.mails(ERIKA) if "Check the toner." in m.text]) == 1


# --- who is who -------------------------------------------------------------------------------------------------------------


def test_staff_who_ask_are_customers_on_their_ticket(desk: World) -> None:
    """Jo has a problem of his own: he gets a receipt, a reply of his is the customer's, and Anna's answer goes to him."""
    desk.writes(JO, "My own screen is dark.", "Screen")
    desk.works()
    receipt, notice = desk.expect_mail(JO, ""), desk.expect_mail(ANNA)
    desk.nothing_new()
    desk.replies(JO, next(m for m in desk.mails(JO) if m.sender == ""), "It is still dark.")
    desk.works()
    assert clocks(desk) == ["running"] and receipt
    desk.replies(ANNA, notice, "Plug it in.")
    desk.works()

    assert any("Plug it in." in m.text for m in desk.mails(JO))
    assert clocks(desk) == ["met"]


def test_a_forged_sender_without_a_token_is_not_obeyed(desk: World) -> None:
    """A stranger writes as Anna to the ticket's conversation: nothing goes to the customer, Anna is asked."""
    asked(desk)
    receipt = desk.mails(ERIKA)[0]
    plain = {"In-Reply-To": "<story-1@globex.example>", "References": "<story-1@globex.example>"}
    desk.writes(ANNA, "Send the money to canary.", "Re: Printer on floor 3", headers=plain)
    desk.works()

    desk.expect_no_mail(ERIKA)
    assert clocks(desk) == ["running"] and receipt
    assert holds(desk)


def test_a_token_of_anna_gives_jo_nothing(desk: World) -> None:
    """The token is bound to a person: a mail from another address is held, and its author asked."""
    desk.replies(JO, asked(desk), "Check the belt.")
    desk.works()

    desk.expect_no_mail(ERIKA)
    assert holds(desk)


def test_a_token_of_anna_gives_a_stranger_nothing(desk: World) -> None:
    """Somebody got hold of the notification: no words of theirs go to the customer as an answer."""
    desk.replies("eve@evil.example", asked(desk), "Pay the canary.")
    desk.works()

    desk.expect_no_mail(ERIKA)
    assert clocks(desk) == ["running"]


def test_a_stranger_with_the_customers_token_joins_without_history(desk: World) -> None:
    """C4: A colleague of the customer got the receipt forwarded: the mail joins the ticket, nothing is sent to the newcomer."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("1h")
    receipt = desk.expect_mail(ERIKA)
    desk.nothing_new()
    desk.replies("newcomer@elsewhere.example", receipt, "I have the same.")
    desk.works()

    assert tickets(desk) == 1
    desk.expect_no_mail("newcomer@elsewhere.example")
    assert "I have the same." in desk.expect_mail(ANNA).text
    desk.replies(ANNA, desk.mails(ANNA)[0], "Check the belt.")
    desk.works()
    desk.expect_no_mail("newcomer@elsewhere.example")


def test_a_stranger_without_a_token_gets_a_ticket_of_their_own(desk: World) -> None:
    """C3: Naming a conversation is not enough to enter it."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    plain = {"In-Reply-To": "<story-1@globex.example>", "References": "<story-1@globex.example>"}
    desk.writes("newcomer@elsewhere.example", "Me too.", "Re: Printer on floor 3", headers=plain)
    desk.works()

    assert tickets(desk) == 2


# --- answers that do not arrive ---------------------------------------------------------------------------------------------


def test_a_bounced_answer_was_none(desk: World) -> None:
    """D6: The clock runs again with its old deadline, staff are told, and the chain is alerted when it passes."""
    desk.replies(ANNA, asked(desk), "Please check the transfer belt.")
    desk.works()
    answer = desk.expect_mail(ERIKA)
    desk.nothing_new()
    desk.bounces(answer)
    desk.works()

    assert desk.expect_mail(ANNA, "undelivered")
    assert clocks(desk) == ["cancelled", "running"]
    desk.passes("4h")
    assert desk.mails(BEN, "escalated")


def test_a_bounce_revokes_only_what_that_answer_met(desk: World) -> None:
    """D6: the first answer arrived and met the promise; that a second one came back takes nothing from it."""
    desk.replies(ANNA, asked(desk), "We look at it.")
    desk.passes("1h")
    desk.replies(ERIKA, next(m for m in desk.mails(ERIKA) if "We look" in m.text), "And now?")
    desk.passes("1h")
    desk.replies(ANNA, desk.expect_mail(ANNA, "customer_reply"), "Now it works.")
    desk.works()

    desk.bounces(next(m for m in desk.mails(ERIKA) if "Now it works" in m.text))
    desk.passes("1d")

    assert clocks(desk) == ["met"]
    assert desk.mails(kind="escalated") == []


def test_a_bounce_of_an_older_answer_changes_nothing(desk: World) -> None:
    """D6: a later answer has reached the customer; only staff hear of the one that came back."""
    notice = asked(desk)
    desk.replies(ANNA, notice, "We look at it.")
    desk.passes("1h")
    desk.replies(ANNA, notice, "It is mended.")
    desk.passes("1h")

    desk.bounces(next(m for m in desk.mails(ERIKA) if "We look" in m.text))
    desk.passes("1d")

    assert clocks(desk) == ["met"]
    assert desk.mails(ANNA, "undelivered")
    assert desk.mails(kind="escalated") == []


def test_a_late_bounce_tells_who_got_the_all_clear(desk: World) -> None:
    """The chain goes on after the last step fired, half an hour of working time after the bounce."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h5m")
    desk.replies(ANNA, desk.mails(ANNA)[0], "Please check the transfer belt.")
    desk.passes("5m")
    desk.expect_mail(BEN, "answered")
    desk.nothing_new()
    desk.bounces(next(m for m in desk.mails(ERIKA) if "transfer belt" in m.text))
    desk.passes("1h")

    desk.expect_mail(BEN)
    desk.expect_mail("cleo@acme.example", "escalated")
    assert len(desk.mails(BEN, "escalated")) == 1


def test_a_delayed_answer_still_counts(desk: World) -> None:
    """A report of delay is no bounce."""
    desk.replies(ANNA, asked(desk), "Please check the transfer belt.")
    desk.works()
    desk.bounces(desk.expect_mail(ERIKA), "4.4.7")
    desk.works()

    assert clocks(desk) == ["met"]


def test_an_answer_that_the_relay_refuses_stops_no_clock(desk: World) -> None:
    """Staff are told, and the alert comes at its time."""
    from mailsupport.ports import Outcome

    notice = asked(desk)
    desk.sink.answers[ERIKA] = (Outcome.REFUSED, 550, "no such user")
    desk.replies(ANNA, notice, "Please check the transfer belt.")
    desk.works()

    assert desk.expect_mail(ANNA, "undelivered")
    assert clocks(desk) == ["running"]
    desk.passes("4h")
    assert desk.mails(BEN, "escalated")


def test_an_answer_typed_inside_the_notice_is_held(desk: World) -> None:
    """What stands inside our notice would be cut off; its author is asked instead, and nothing leaves."""
    desk.writes("erika@globex.example", "Which toner does it need?\nAnd when can you come?")
    desk.works()
    notice = desk.expect_mail("anna@acme.example")
    desk.nothing_new()
    inside = notice.text.replace("> Which toner does it need?", "> Which toner does it need?\nThe black one, TN-2420.")
    desk.writes(
        "anna@acme.example",
        f"See below.\n\nOn Monday Acme Support wrote:\n{inside}",
        to=str(notice.message["Reply-To"]),
        reply_to=notice,
    )
    desk.works()

    desk.expect_no_mail("erika@globex.example")
    assert "The black one, TN-2420." in desk.expect_mail("anna@acme.example", "held").text
