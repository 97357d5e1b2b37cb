"""M1, H7: The button of the receipt is the customer's word, ready to be sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stories.customers import OUTLOOK, PHONE, THUNDERBIRD, button, presses
from stories.world import SETTINGS, Sent, World

ERIKA, STRANGER, ANNA, BEN = "erika@globex.example", "mallory@evil.example", "anna@acme.example", "ben@acme.example"
GERMAN = SETTINGS.replace('match = ["@globex.example"]', 'match = ["@globex.example"]\nlanguage = "de"')


def receipt_of(desk: World) -> Sent:
    """Erika writes, and gets her receipt."""
    desk.writes(ERIKA, "It prints blank pages.", name="Erika Muster")
    desk.works()
    receipt = desk.expect_mail(ERIKA)
    desk.nothing_new()
    return receipt


@pytest.mark.parametrize("signature", ["", OUTLOOK, PHONE, THUNDERBIRD])
@pytest.mark.parametrize(("settings", "label"), [(SETTINGS, "It is urgent"), (GERMAN, "Es ist dringend")])
def test_the_button_starts_the_chain(desk_with: Callable[[str], World], settings: str, label: str, signature: str) -> None:
    """H7: Sent as it opens, under whatever signature: the first step is told now, and the customer hears that somebody is."""
    desk = desk_with(settings)
    presses(desk, ERIKA, receipt_of(desk), label, signature=signature)
    desk.works()

    assert [m.recipients for m in desk.mails(kind="escalated")] == [(BEN,)]
    told = desk.expect_mail(ERIKA)
    assert "ben@" not in told.text and "Ben Ito" not in told.text
    assert desk.leaks() == []


def test_the_button_works_where_plus_addresses_do_not_arrive(desk_with: Callable[[str], World]) -> None:
    """Then the ready mail goes to the mailbox itself, and its subject names the request with the number that checks itself."""
    desk = desk_with(SETTINGS.replace('plus_address = "on"', 'plus_address = "off"'))
    receipt = receipt_of(desk)
    address, subject, body = button(receipt, "It is urgent")
    assert (address, body) == ("support@acme.example", "urgent") and subject.startswith("Re: Printer on floor 3 [#1-")
    presses(desk, ERIKA, receipt, "It is urgent")
    desk.works()

    assert [m.recipients for m in desk.mails(kind="escalated")] == [(BEN,)]


def test_the_reason_below_the_word_reaches_whoever_is_told(desk: World) -> None:
    """H7: What the customer adds before sending stands in the alert."""
    presses(desk, ERIKA, receipt_of(desk), "It is urgent", more="We have visitors at noon.")
    desk.works()

    assert "We have visitors at noon." in desk.expect_mail(BEN, "escalated").text


def test_the_button_gives_a_stranger_nothing(desk: World) -> None:
    """P8: Whoever was forwarded the receipt alerts nobody, and hears nothing."""
    presses(desk, STRANGER, receipt_of(desk), "It is urgent")
    desk.works()

    assert desk.mails(kind="escalated") == []
    desk.expect_no_mail(STRANGER)


@pytest.mark.parametrize(
    "command", ["/close done", "/assign jo", "/priority low", "/spam", "/note for your eyes only", "/deescalate x"]
)
def test_a_customers_token_commands_nothing(desk: World, command: str) -> None:
    """P8: The address behind the button takes words to the ticket; a command is words like any other."""
    presses(desk, ERIKA, receipt_of(desk), "It is urgent", text=command)
    desk.works()

    assert f"> {command}" in desk.expect_mail(ANNA, "customer_reply").text
    desk.expect_no_mail(ERIKA)


def test_somebody_unknown_has_no_button(desk: World) -> None:
    """M1: Nobody sends anything to anybody's chain on a From line."""
    desk.writes(STRANGER, "Hello?")
    desk.works()

    receipt = desk.expect_mail(STRANGER)
    assert "urgent" not in receipt.text and receipt.html == ""


def test_the_text_says_it_as_a_sentence(desk: World) -> None:
    """M1: A program that shows text alone loses nothing."""
    assert "Reply with the word “urgent” alone on the first line" in receipt_of(desk).text
