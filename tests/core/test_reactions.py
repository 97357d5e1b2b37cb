"""Nothing but the press of a button: what mail programs send when somebody touches a sign, or calls a mail back."""

from __future__ import annotations

import pytest
from mail_values import a_mail

from mailsupport.core.model import Attachment
from mailsupport.core.reading.reactions import REACTION_PART, is_reaction, is_recall

PRESSED = (
    "\U0001f44d\n\nAnna Berg reacted via Gmail\n<https://www.google.com/gmail/about/?utm_source=gmail-in-product#app>",
    "\U0001f496\n\nRR reacted via Gmail",
    "Anna Berg reacted to your message:",
    "\U0001f44d Anna Berg reacted to your message:",
    "Anna Berg hat auf Ihre Nachricht reagiert:",
    "\U0001f389\nAnna Berg hat über Gmail reagiert",
    "Anna Berg a réagi à votre message :",
)
SAID = (
    "\U0001f44d",
    "Thank you!",
    "The printer reacted to your message on the panel, and then stopped.",
    "Anna Berg reacted to your message:\n\nPlease send the invoice.\nIt is urgent.\nRegards\nErika",
    "He reacted to your message by switching it off.",
    "Niemand hat auf Ihre Nachricht reagiert.\nBitte rufen Sie uns an.",
    "Our technician reacted to your message.\nThe printer still prints blank pages.",
    "We would like to recall the message of the manual: never open the tray.",
    "",
)


@pytest.mark.parametrize("text", PRESSED)
def test_a_sign_that_was_pressed_is_no_word(text: str) -> None:
    """Outlook marks nothing in such a mail: its one sentence says what it is."""
    assert is_reaction(a_mail(new_text=text))


@pytest.mark.parametrize("text", SAID)
def test_what_somebody_wrote_is_no_sign(text: str) -> None:
    """Neither a sign that somebody typed, nor such words within others."""
    mail = a_mail(new_text=text)

    assert not is_reaction(mail)
    assert not is_recall(mail)


def test_gmail_marks_its_signs_by_a_part() -> None:
    """Whatever the words beside it say, in whatever language."""
    assert is_reaction(a_mail(new_text="\U0001f44d 님이 반응함", attachments=(Attachment("", REACTION_PART, 30, 2),)))


@pytest.mark.parametrize(
    "text",
    [
        'Anna Berg would like to recall the message, "Re: Printer on floor 3".',
        "Anna Berg möchte die Nachricht „Re: Drucker“ zurückrufen.",
    ],
)
def test_outlook_asks_for_a_mail_back(text: str) -> None:
    """Outside of its author's house, the recall is nothing but this sentence."""
    assert is_recall(a_mail(new_text=text))
