"""What an alert offers: colleagues who are likely to see to it, and how often this customer was let down (M10)."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailsupport.store.schema import ticket
from stories.test_chain_verbs_by_mail import presses
from stories.test_commands_by_mail import ANNA, BEN, ERIKA, JO, rows
from stories.world import SETTINGS, Sent, World

ANSWERED_AGAIN = SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\nnext_response = "4h"')


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


def answered_and_asked_again(desk: World, *words: str) -> None:
    """Jo replies to the notification of Erika's request; she writes again."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    notice = desk.expect_mail(JO)
    for said in words:
        desk.replies(JO, notice, said)
        desk.works()
    desk.writes(ERIKA, "It does not help.", reply_to=desk.mails(ERIKA)[-1])
    desk.works()


def assigned_in(mail: Sent) -> list[str]:
    """To whom an alert offers to give the ticket."""
    return re.findall(r"/assign (\w+)", mail.text)


def test_whoever_answered_last_comes_first(desk_with: Callable[[str], World]) -> None:
    """Jo knows the matter, and has another ticket all the same."""
    desk = desk_with(ANSWERED_AGAIN)
    answered_and_asked_again(desk, "Try the belt.")
    desk.passes("1h")
    desk.writes("max@globex.example", "The toner is empty.", "Toner")
    desk.works()
    desk.replies(JO, desk.expect_mail(JO, "new"), "/take")
    desk.passes("3h1m")

    assert [assigned_in(mail) for mail in desk.mails(BEN, "escalated")] == [["jo", "anna"]]


def test_whoever_has_it_and_answered_last_is_not_the_only_one(desk_with: Callable[[str], World]) -> None:
    """Jo took it and answered: he is named once, and Anna beside him."""
    desk = desk_with(ANSWERED_AGAIN)
    answered_and_asked_again(desk, "/take", "Try the belt.")
    desk.passes("4h1m")

    assert [assigned_in(mail) for mail in desk.mails(BEN, "escalated")] == [["jo", "anna"]]


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
