"""The operator reads in their own language and time (P6)."""

from __future__ import annotations

from collections.abc import Callable

from stories.test_commands_by_mail import ANNA, OPS, asked
from stories.world import SETTINGS, World

BERLIN = 'languages = ["de"]\ntimezone = "Europe/Berlin"\n' + SETTINGS


def test_what_is_stuck_is_told_in_their_language(desk_with: Callable[[str], World]) -> None:
    """Our sentences in German, the time in Berlin's, the address as it is."""
    desk = desk_with(BERLIN)
    desk.replies(ANNA, asked(desk, "Buy canary seed!", who="win@shop.example"), "/spam")
    desk.works()
    told = desk.expect_mail(OPS)

    assert "win@shop.example sendet Spam, sagt anna" in told.subject
    assert "11:00 Uhr MEZ" in told.text and "Grund:   Ticket 1" in told.text


def test_a_chain_that_came_to_its_end_is_told_in_their_time(desk_with: Callable[[str], World]) -> None:
    """No time in it is in UTC, whoever wrote the sentence."""
    desk = desk_with(BERLIN)
    asked(desk)
    desk.passes("1d")
    told = [mail for mail in desk.mails(OPS) if "Die ganze Kette wurde alarmiert" in mail.subject]

    assert told
    assert "UTC" not in "".join(mail.text for mail in told)
