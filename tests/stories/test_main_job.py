"""From a customer's mail to the commercial director's inbox, and back."""

from __future__ import annotations

from stories.world import World

ERIKA = "erika@globex.example"


def test_a_customer_gets_a_receipt_with_the_promised_time(desk: World) -> None:
    """The receipt goes to the sender and says until when somebody answers."""
    desk.writes(ERIKA, "It prints blank pages.", name="Erika Muster")
    desk.works()

    receipt = desk.expect_mail(ERIKA)
    assert "13:00" in receipt.text
    assert receipt.message["Auto-Submitted"] == "auto-replied"
    assert receipt.sender == ""


def test_staff_are_notified_with_the_customers_words(desk: World) -> None:
    """Each of the staff gets a mail of their own."""
    desk.writes(ERIKA, "It prints blank pages.", name="Erika Muster")
    desk.works()

    for who in ("anna@acme.example", "jo@acme.example"):
        assert "It prints blank pages." in desk.expect_mail(who).text


def test_nobody_answers_and_the_chain_is_alerted_in_turn(desk: World) -> None:
    """Project manager at the deadline, account manager and commercial director half an hour after each other."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("3h59m")
    assert not desk.mails(kind="escalated")

    desk.passes("1m")
    alert = desk.expect_mail("ben@acme.example", "escalated")
    assert "Cleo Roy" in alert.text
    desk.passes("30m")
    desk.expect_mail("cleo@acme.example", "escalated")
    desk.passes("30m")
    desk.expect_mail("dov@acme.example", "escalated")

    assert [m.recipients[0] for m in desk.mails(kind="escalated")] == [
        "ben@acme.example",
        "cleo@acme.example",
        "dov@acme.example",
    ]


def test_an_exhausted_chain_tells_the_operator(desk: World) -> None:
    """When everybody was told and nobody acted, the operator hears it."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("8h")

    assert "nobody has answered" in desk.expect_mail("ops@acme.example").text


def test_an_answer_by_reply_goes_to_the_customer_and_stops_the_clock(desk: World) -> None:
    """The answer leaves under the support address, without the notice, and nobody is alerted."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("1h")
    notice = desk.expect_mail("anna@acme.example")
    desk.replies("anna@acme.example", notice, "Please check the transfer belt.")
    desk.works()

    answer = desk.expect_mail(ERIKA)
    assert "Please check the transfer belt." in answer.text
    assert answer.message["From"].addresses[0].addr_spec == "support@acme.example"
    assert b"anna@acme.example" not in answer.raw
    desk.passes("12h")
    assert not desk.mails(kind="escalated")


def test_a_reply_to_an_alert_acknowledges_and_never_reaches_the_customer(desk: World) -> None:
    """It freezes the chain for one wait, then the next contact is told."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    alert = desk.expect_mail("ben@acme.example", "escalated")
    desk.passes("5m")
    desk.nothing_new()
    desk.replies("ben@acme.example", alert, "I will look into it, keep calm.")
    desk.passes("28m")

    desk.expect_no_mail(ERIKA)
    desk.expect_no_mail("cleo@acme.example")
    desk.passes("10m")
    desk.expect_mail("cleo@acme.example", "escalated")


def test_everyone_alerted_gets_the_all_clear_after_the_answer(desk: World) -> None:
    """Whoever was told hears that it is over; nobody else does."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h35m")
    notice = desk.expect_mail("anna@acme.example")
    desk.nothing_new()
    desk.replies("anna@acme.example", notice, "Please check the transfer belt.")
    desk.passes("2h")

    desk.expect_mail("ben@acme.example", "answered")
    desk.expect_mail("cleo@acme.example", "answered")
    desk.expect_no_mail("dov@acme.example")


def test_a_reply_waiting_in_the_mailbox_prevents_the_alert(desk: World) -> None:
    """An answer that came in before the deadline stops the alert, though it is read after it (P5)."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    notice = desk.expect_mail("anna@acme.example")
    desk.clock.at = desk.clock.at.replace(hour=12, minute=50)
    desk.replies("anna@acme.example", notice, "Please check the transfer belt.")
    desk.clock.at = desk.clock.at.replace(hour=13, minute=10)
    desk.works()

    assert not desk.mails(kind="escalated")


def test_an_automatic_reply_gets_no_receipt_and_opens_no_ticket(desk: World) -> None:
    """D2: Robots are not answered."""
    desk.writes(ERIKA, "I am away until Monday.", "Out of office", headers={"Auto-Submitted": "auto-replied"})
    desk.works()

    desk.expect_no_mail()


def test_the_customer_writes_again_on_the_same_ticket(desk: World) -> None:
    """A reply to the receipt joins the ticket; staff hear of it; there is no second receipt."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    receipt = desk.expect_mail(ERIKA)
    desk.nothing_new()
    desk.replies(ERIKA, receipt, "And now it smells.")
    desk.works()

    desk.expect_no_mail(ERIKA)
    assert "And now it smells." in desk.expect_mail("anna@acme.example").text


def test_alerts_of_one_ticket_are_one_conversation_in_outlook(desk: World) -> None:
    """Alert and all-clear share the beginning of their Thread-Index and their Thread-Topic (MS-OXOMSG 2.2.1.3)."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    notice = desk.expect_mail("anna@acme.example", "new")
    desk.replies("anna@acme.example", notice, "Please check the transfer belt.")
    desk.passes("1h")
    alert, over = desk.mails("ben@acme.example", "escalated")[0], desk.mails("ben@acme.example", "answered")[0]

    assert str(alert.message["Thread-Topic"]) == str(over.message["Thread-Topic"])
    assert str(alert.message["Thread-Index"])[:28] == str(over.message["Thread-Index"])[:28] != ""
