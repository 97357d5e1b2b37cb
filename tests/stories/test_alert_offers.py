"""What an alert offers: colleagues who are likely to see to it, and how often this customer was let down (M10)."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailsupport.store.schema import ticket
from stories.test_chain_verbs_by_mail import presses
from stories.test_commands_by_mail import ANNA, BEN, ERIKA, JO, rows
from stories.world import SETTINGS, Sent, World


def alert(desk: World, subject: str = "Printer") -> Sent:
    desk.writes(ERIKA, "It prints blank pages.", subject)
    desk.passes("4h5m")
    return [mail for mail in desk.mails(BEN, "escalated") if subject in mail.subject][-1]


def test_it_offers_those_who_have_the_fewest(desk: World) -> None:
    """Jo has none and Anna has one: Jo stands first."""
    desk.writes("max@globex.example", "The toner is empty.", "Toner")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), "/take")
    desk.works()
    offered = re.findall(r"Reply /assign (\S+) to give it to ([\w ]+)\.", alert(desk).text)

    assert offered == [("jo", "Jo Lind"), ("anna", "Anna Berg")]


def test_whoever_answered_last_comes_first(desk_with: Callable[[str], World]) -> None:
    """Jo knows the matter, and has another ticket all the same."""
    desk = desk_with(SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\nnext_response = "4h"'))
    desk.writes("max@globex.example", "The toner is empty.", "Toner")
    desk.works()
    desk.replies(JO, desk.expect_mail(JO), "/take")
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(JO, desk.expect_mail(JO, "new"), "Try the belt.")
    desk.works()
    desk.writes(ERIKA, "It does not help.", reply_to=desk.expect_mail(ERIKA))
    desk.passes("4h1m")

    assert re.findall(r"/assign (\w+)", desk.mails(BEN, "escalated")[-1].text) == ["jo", "anna"]


def test_the_button_gives_it_to_them(desk: World) -> None:
    """Anna has it and hears so; the customer hears nothing of it."""
    notice = alert(desk)
    desk.nothing_new()
    presses(desk, BEN, notice, "Assign to Anna Berg")

    assert ["anna"] == rows(desk, ticket.c.assignee)
    assert "It prints blank pages." in desk.expect_mail(ANNA, "assigned").text
    desk.expect_no_mail(ERIKA)


def test_missed_deadlines_of_a_customer_are_counted(desk: World) -> None:
    """In ninety days, for contacts alone; whom nobody knows has no figure."""
    assert "1 missed deadline in 90 days" in alert(desk).text
    assert "2 missed deadlines in 90 days" in alert(desk, "Toner").text
    desk.writes("somebody@else.example", "Hello?", "Hello")
    desk.passes("4h1m")
    assert "missed deadline" not in desk.mails("fallback@acme.example", "escalated")[-1].text
    desk.passes("91d")
    assert "1 missed deadline in 90 days" in alert(desk, "Belt").text
    assert "missed deadline" not in "".join(mail.text for mail in [*desk.mails(ERIKA), *desk.mails(JO)])


def test_in_german(desk_with: Callable[[str], World]) -> None:
    """The same in the reader's language."""
    found = alert(desk_with(SETTINGS.replace('name = "Ben Ito"', 'name = "Ben Ito"\nlanguage = "de"')))

    assert (
        "1 versäumte Frist in 90 Tagen" in found.text and "Mit /assign anna antworten, um es an Anna Berg zu geben." in found.text
    )
    html = " ".join(found.html.split())
    assert "Geben an Anna Berg" in html and re.search(r"1 vers\S+ Frist in 90 Tagen", html)
