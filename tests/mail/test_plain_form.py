"""What the built-in mail says where the template of a question or of a warning fails."""

from __future__ import annotations

from dataclasses import replace

from mailsupport.mail.contexts import ConfirmContext, PageContext, UndeliveredContext
from mailsupport.mail.fallback import plain_fallback
from mailsupport.mail.samples import samples


def test_the_plain_question_says_how_to_say_yes() -> None:
    """A question whose answer stands in no words would be silence: the alerts wait for it, and then go on."""
    asked = samples()["staff/confirm"][0]
    assert isinstance(asked, ConfirmContext)
    text = plain_fallback("confirm", asked).text

    assert f"Reply “confirm {asked.code}” alone on the first line" in text
    assert "Alerts wait for you until Mon 23 Nov 2026, 11:05 CET" in text
    assert "internal note" not in text
    assert "Reply with any words" in plain_fallback("confirm", replace(asked, code="")).text


def test_the_plain_warning_of_an_answer_says_who_missed_it_and_what_follows() -> None:
    """Whom, in the server's words, and whether it is tried again."""
    lost, late = samples()["staff/undelivered"]
    assert isinstance(lost, UndeliveredContext)
    text = plain_fallback("undelivered", lost).text

    assert "It was for erika.muster@globex.example.\nThe mail server said: 550 5.1.1" in text
    assert "It is not tried again" in text
    assert "It is tried again by itself, next on Mon 23 Nov 2026, 10:00 UTC." in plain_fallback("undelivered", late).text


def test_the_plain_page_of_commands_does_not_count_mails() -> None:
    """Groups of commands are no groups of ignored mails."""
    page = next(one for one in samples()["staff/page"] if isinstance(one, PageContext) and one.groups)

    assert "How many" not in plain_fallback("page", page).text
