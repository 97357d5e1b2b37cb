"""Who is believed, who is ignored, and what a flood of mail cannot bury."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from mailsupport.app import quarantine
from mailsupport.app.looking import ignored
from mailsupport.store.schema import clock, ledger, mail, participant, ticket
from stories.world import SETTINGS, World, rows

ERIKA, ANNA, BEN, OPS = "erika@globex.example", "anna@acme.example", "ben@acme.example", "ops@acme.example"
SENDERS = """
[senders]
block = ["@spam.example"]
allow = ["shop@site.example"]
reply_to = ["forms@site.example"]
"""
TRUSTING = SETTINGS.replace('ack_guard = "10s"', 'ack_guard = "10s"\ntrusted_authserv_ids = ["mx.acme.example"]')
FAILED = {"Authentication-Results": "mx.acme.example; dmarc=fail header.from=globex.example"}
STAFF_PASS = "mx.acme.example; dmarc=pass header.from=acme.example"
PASSED = {"Authentication-Results": "mx.acme.example; dmarc=pass header.from=globex.example"}


def close(desk: World) -> None:
    """Anna answers and closes the ticket."""
    desk.replies(ANNA, desk.mails(ANNA)[0], "/close The belt is new.", headers={"Authentication-Results": STAFF_PASS})
    desk.works()


# --- lists --------------------------------------------------------------------------------------------------------------


def test_blocked_mail_is_kept_and_nothing_follows(desk_with: Callable[[str], World]) -> None:
    """F2: stored with its reason, no ticket, no receipt, no notification."""
    desk = desk_with(SETTINGS + SENDERS)
    desk.writes("pills@spam.example", "Buy!")
    desk.works()

    desk.expect_no_mail()
    assert rows(desk, ledger.c.state, ledger.c.reason) == [("ignored", "@spam.example is blocked")]
    assert rows(desk, ticket.c.number) == []


def test_an_allowed_shop_is_a_person_whatever_its_robots_write_above(desk_with: Callable[[str], World]) -> None:
    """F2: its mail opens a ticket although it carries the signs of a bulk mailer."""
    desk = desk_with(SETTINGS + SENDERS)
    for sender in ("shop@site.example", "other@site.example"):
        desk.writes(sender, "A customer asks.", headers={"Precedence": "bulk", "Auto-Submitted": "auto-generated"})
    desk.works()

    assert rows(desk, ticket.c.requester_email) == [("shop@site.example",)]


def test_a_form_opens_the_ticket_of_whoever_filled_it_in(desk_with: Callable[[str], World]) -> None:
    """F3: Reply-To is the requester of a listed form alone; the answer goes there, a receipt does not."""
    desk = desk_with(SETTINGS + SENDERS)
    desk.writes("forms@site.example", "My printer burns.", headers={"Reply-To": "Erika <erika@globex.example>"})
    desk.works()

    assert rows(desk, ticket.c.requester_email, ticket.c.customer) == [(ERIKA, "globex")]
    desk.expect_no_mail(ERIKA)
    desk.replies(ANNA, desk.expect_mail(ANNA), "Pull the plug.")
    desk.works()
    assert "Pull the plug." in desk.expect_mail(ERIKA).text


# --- what a trusted server found forged -----------------------------------------------------------------------------------


def test_a_forged_mail_has_a_ticket_a_flag_and_no_receipt_with_words(desk_with: Callable[[str], World]) -> None:
    """F1: nothing of it goes to the one whose name was used but a number and a time."""
    desk = desk_with(TRUSTING)
    desk.writes(ERIKA, "Transfer the money.", "Urgent transfer", headers=FAILED, cc="accomplice@evil.example")
    desk.works()

    assert rows(desk, ticket.c.number) == [(1,)]
    assert "transfer" not in (desk.expect_mail(ERIKA).subject + desk.expect_mail(ERIKA).text).lower()
    assert "does not come from globex.example" in desk.expect_mail(ANNA).text
    assert rows(desk, participant.c.email) == [(ERIKA,)]


def test_a_forged_mail_reopens_no_closed_ticket(desk_with: Callable[[str], World]) -> None:
    """F1: it opens a new one, linked for staff, even with a token that somebody forwarded."""
    desk = desk_with(TRUSTING)
    desk.writes(ERIKA, "It prints blank pages.", headers=PASSED)
    desk.works()
    receipt = desk.expect_mail(ERIKA)
    close(desk)
    desk.replies(ERIKA, receipt, "Again!", headers=FAILED)
    desk.works()

    assert rows(desk, ticket.c.number, ticket.c.state, ticket.c.related) == [(1, "closed", None), (2, "new", 1)]


def test_a_real_mail_reopens_it(desk_with: Callable[[str], World]) -> None:
    """F1: whose domain passed is believed."""
    desk = desk_with(TRUSTING)
    desk.writes(ERIKA, "It prints blank pages.", headers=PASSED)
    desk.works()
    close(desk)
    desk.replies(ERIKA, desk.expect_mail(ERIKA), "Again!", headers=PASSED)
    desk.works()

    assert rows(desk, ticket.c.number, ticket.c.state) == [(1, "open")]


def test_a_forged_mail_adds_nobody_to_a_ticket(desk_with: Callable[[str], World]) -> None:
    """F1, attacks 2 and 4: whoever it has in copy gets no answer and no history."""
    desk = desk_with(TRUSTING)
    desk.writes(ERIKA, "It prints blank pages.", headers=PASSED)
    desk.works()
    desk.replies(ERIKA, desk.expect_mail(ERIKA), "Please copy my colleague.", headers=FAILED, cc="accomplice@evil.example")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), "Here is all we know.", headers={"Authentication-Results": STAFF_PASS})
    desk.works()

    assert rows(desk, participant.c.email) == [(ERIKA,)]
    assert desk.mails("accomplice@evil.example") == []
    assert "Here is all we know." in desk.expect_mail(ERIKA).text


def test_a_forged_number_joins_nothing(desk_with: Callable[[str], World]) -> None:
    """F1, attack 5: the right number under a forged name is a new ticket, and no word of the old one leaves."""
    desk = desk_with(TRUSTING)
    desk.writes(ERIKA, "It prints blank pages.", headers=PASSED)
    desk.works()
    tag = re.findall(r"#\d+-\w\w", desk.expect_mail(ERIKA).text)[0]
    desk.nothing_new()
    desk.writes(ERIKA, "What did they say?", f"Re: [{tag}]", headers=FAILED)
    desk.works()

    assert rows(desk, ticket.c.number, ticket.c.related) == [(1, None), (2, 1)]
    desk.expect_no_mail(ERIKA)


# --- storms ---------------------------------------------------------------------------------------------------------------


def test_a_storm_of_one_sender_becomes_one_ticket(desk: World) -> None:
    """D5: after twenty tickets the rest go onto the first, without a clock or a notification each; the operator hears once."""
    for number in range(60):
        desk.writes("monitor@globex.example", f"Disk {number} is full.", f"Alarm {number}")
    desk.works()

    assert len(rows(desk, ticket.c.number)) == 20
    assert len(rows(desk, clock.c.id)) == 20
    assert [row for row in rows(desk, mail.c.ticket) if row == (1,)] == [(1,)] * 41
    assert len(desk.mails(ANNA, "new")) == 20
    [told] = [m for m in desk.mails(OPS) if "storm" in m.text]
    assert "ticket 1" in told.text


def test_a_storm_goes_on_as_long_as_mails_come_and_its_clock_stays(desk: World) -> None:
    """D5: an hour of alarms every minute is one storm; the first ticket's deadline is the first mail's."""
    for _ in range(3):
        for number in range(25):
            desk.writes("monitor@globex.example", f"Disk {number} is full.", f"Alarm {number}")
        desk.passes("9m")

    assert len(rows(desk, ticket.c.number)) == 20
    desk.passes("4h")
    assert desk.mails(BEN, "escalated")


def test_an_answered_storm_hides_nothing(desk: World) -> None:
    """D5: once somebody has answered the storm's ticket, the next mail opens one with a clock of its own."""
    for number in range(30):
        desk.writes("monitor@globex.example", f"Disk {number} is full.", f"Alarm {number}")
    desk.works()
    first = next(m for m in desk.mails(ANNA, "new") if m.message["X-Mailsupport-Ticket"] == "1")
    desk.replies(ANNA, first, "We are on it.")
    desk.works()
    desk.writes("monitor@globex.example", "And the building burns.", "Fire")
    desk.works()

    assert len(rows(desk, ticket.c.number)) == 21


def test_a_mailbox_read_after_weeks_is_no_storm(desk: World) -> None:
    """A7, D5: a month of one customer's mails, read in one go, are as many tickets."""
    for _ in range(30):
        desk.writes(ERIKA, "It prints blank pages.")
        desk.clock.at += timedelta(hours=12)
    desk.works()

    assert len(rows(desk, ticket.c.number)) == 30


def test_a_flood_on_one_ticket_notifies_nobody_of_each(desk: World) -> None:
    """Attack 35: the mails are kept on the ticket, its clock runs, staff get twenty of them."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    receipt = desk.expect_mail(ERIKA)
    for number in range(40):
        desk.replies(ERIKA, receipt, f"And page {number}, too.")
    desk.works()

    assert len(rows(desk, mail.c.id)) == 41
    assert len(desk.mails(ANNA, "customer_reply")) == 20
    assert [m for m in desk.mails(OPS) if "more mails than anybody can read" in m.text]


# --- what was ignored -------------------------------------------------------------------------------------------------------


def test_the_operator_hears_once_a_day_what_was_ignored(desk_with: Callable[[str], World]) -> None:
    """Nothing is ignored in silence; blocked senders are counted, all others listed with their numbers."""
    desk = desk_with(SETTINGS + SENDERS)
    desk.writes("pills@spam.example", "Buy!")
    desk.writes("news@shop.example", "Offers.", "Offers of the week", headers={"List-Id": "<offers.shop.example>"})
    desk.works()
    service = desk.assembly.service
    told = [ignored.tell(service)]
    desk.writes("news@shop.example", "More offers.", "Next week", headers={"List-Id": "<offers.shop.example>"})
    desk.passes("1h")
    told.append(ignored.tell(service))
    desk.passes("23h")
    told.append(ignored.tell(service))
    desk.works()

    assert told == [2, 0, 1]
    first, second = (m.text for m in desk.mails(OPS))
    assert "Offers of the week" in first and "1 × @spam.example is blocked" in first and "Buy!" not in first
    assert "Next week" in second and "Offers of the week" not in second


def test_an_ignored_mail_becomes_a_ticket_by_its_number(desk_with: Callable[[str], World]) -> None:
    """The number in the list is what `quarantine retry` takes; also for a blocked sender."""
    desk = desk_with(SETTINGS + SENDERS)
    desk.writes("pills@spam.example", "I am a customer after all.")
    desk.writes("news@shop.example", "I wrote this by hand.", headers={"List-Id": "<offers.shop.example>"})
    desk.works()
    settled = [quarantine.retry(desk.assembly.service, number) for number in (1, 2)]

    assert [(one.state, one.ticket) for one in settled] == [("ticketed", 1), ("ticketed", 2)]
    assert len(rows(desk, clock.c.id)) == 2


IMITATED = {
    "g1obex.example": ("Erika", "not globex.example", "g1obex.example"),
    "evil.example": ("Anna Berg", "not Anna Berg of ours", "evil.example"),
    "other.example": ("Globex GmbH", "", "max@other.example · priority"),
}
"""A stranger's domain and chosen name; what staff are warned of, and what stands in the place of the customer."""


@pytest.mark.parametrize("domain", IMITATED)
def test_a_stranger_who_looks_like_somebody_is_not_taken_for_them(desk: World, domain: str) -> None:
    """A name proves nothing, a domain may be spelt alike: the address stands where a customer would (attacks 20, 21)."""
    name, warned, shown = IMITATED[domain]
    desk.writes(f"max@{domain}", "Please change our bank account.", name=name)
    desk.works()
    text, page = desk.expect_mail("anna@acme.example", "new").text, desk.expect_mail("anna@acme.example", "new").html

    assert warned in text
    assert warned in page
    assert shown in text
    assert "· Globex GmbH ·" not in text
