"""The buttons of our mails: a ready mail that does what it says when it is sent."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from stories.world import Sent, World

ERIKA, ANNA = "erika@globex.example", "anna@acme.example"


def ready_mail(mail: Sent, verb: str) -> tuple[str, str]:
    """Return address and body of the ready mail behind a button."""
    links = [urlsplit(link.replace("&amp;", "&")) for link in re.findall(r'href="(mailto:[^"]+)"', mail.html)]
    link = next(one for one in links if parse_qs(one.query)["body"][0].startswith(verb))
    return unquote(link.path), parse_qs(link.query)["body"][0]


def test_the_note_button_keeps_words_inside(desk: World) -> None:
    """The ready mail carries the token in its address; what is written behind /note reaches colleagues, never the customer."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    address, body = ready_mail(desk.expect_mail(ANNA), "/note")
    desk.nothing_new()
    desk.writes(ANNA, f"{body}\nThe belt is worn, I order one.", "note: Printer", to=address)
    desk.works()

    desk.expect_no_mail(ERIKA)
    assert "The belt is worn" in desk.expect_mail("jo@acme.example").text


def test_the_close_button_sends_the_resolution_and_closes(desk: World) -> None:
    """What is written behind /close is the answer that the customer gets."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    address, body = ready_mail(desk.expect_mail(ANNA), "/close")
    desk.writes(ANNA, f"{body}The belt is replaced.", "close: Printer", to=address)
    desk.works()

    assert "The belt is replaced." in desk.expect_mail(ERIKA).text
    desk.passes("12h")
    assert not desk.mails(kind="escalated")
