"""A mail that one of us forwards names its customer: in eight languages, as every program writes it (E10)."""

from __future__ import annotations

import pytest
from mail_values import a_mail

from mailsupport.core.model import Mail
from mailsupport.core.reading.forwarded import Behalf, dictated, forwarded, is_forward

OUTLOOK = {
    "en": ("From:", "Sent:", "To:", "Subject:"),
    "de": ("Von:", "Gesendet:", "An:", "Betreff:"),
    "fr": ("De :", "Envoyé :", "À :", "Objet :"),
    "es": ("De:", "Enviado el:", "Para:", "Asunto:"),
    "it": ("Da:", "Inviato:", "A:", "Oggetto:"),
    "nl": ("Van:", "Verzonden:", "Aan:", "Onderwerp:"),
    "pt": ("De:", "Enviada em:", "Para:", "Assunto:"),
    "pl": ("Od:", "Wysłano:", "Do:", "Temat:"),
}
ANNOUNCED = {
    "en": "---------- Forwarded message ---------",
    "de": "---------- Weitergeleitete Nachricht ---------",
    "fr": "---------- Message transféré ---------",
    "es": "---------- Mensaje reenviado ---------",
    "it": "---------- Messaggio inoltrato ---------",
    "nl": "---------- Doorgestuurd bericht ---------",
    "pt": "---------- Mensagem encaminhada ---------",
    "pl": "---------- Przekazana wiadomość ---------",
}
BODY = "It prints blank pages.\n\nCan you come?"


def block(language: str) -> str:
    """A header block as Outlook writes it."""
    values = ("Erika Muster <erika@globex.example>", "23.11.2026 10:00", "Anna Berg <anna@acme.example>", "Printer on floor 3")
    return "\n".join(f"{label} {value}" for label, value in zip(OUTLOOK[language], values, strict=True))


def read(text: str, subject: str = "Fwd: Printer on floor 3") -> Behalf | None:
    """What a mail with that text forwards."""
    return forwarded(a_forward(text, subject))


def a_forward(text: str, subject: str = "Fwd: Printer on floor 3") -> Mail:
    """A mail of Anna's with that text."""
    return a_mail("anna@acme.example", text=text, subject=subject)


@pytest.mark.parametrize("language", OUTLOOK)
def test_a_block_without_announcement_is_read(language: str) -> None:
    """Outlook: who wrote, about what, when, and every word of it."""
    found = read(f"Please take this.\n\n{block(language)}\n\n{BODY}")

    assert found is not None
    assert (found.customer.name, found.customer.email) == ("Erika Muster", "erika@globex.example")
    assert (found.subject, found.sent, found.text) == ("Printer on floor 3", "23.11.2026 10:00", BODY)
    assert found.comment == "Please take this."


@pytest.mark.parametrize("language", ANNOUNCED)
def test_an_announced_block_is_read(language: str) -> None:
    """Gmail: the line above the block is no word of the sender's."""
    found = read(f"Please take this.\n\n{ANNOUNCED[language]}\n{block(language)}\n\n\n{BODY}\n")

    assert found is not None and (found.text, found.comment) == (BODY, "Please take this.")


@pytest.mark.parametrize("language", OUTLOOK)
def test_a_block_with_quote_marks_is_read(language: str) -> None:
    """Apple Mail as text: the marks are its own, those of deeper quotes stay."""
    inner = f"Begin forwarded message:\n\n{block(language)}\n\n{BODY}\n> older words"
    found = read("\n".join(f"> {line}" for line in inner.split("\n")))

    assert found is not None and found.text == f"{BODY}\n> older words"


BLOCKS = {
    "Thunderbird": "-------- Forwarded Message --------\nSubject: \tPrinter\nDate: \tMonday\nFrom: \tE <e@x.example>\nTo: \ta",
    "bold labels": "*From:* E <e@x.example>\n*Sent:* Monday\n*To:* Anna\n*Subject:* Printer",
    "an address in brackets": "From: E [mailto:e@x.example]\nSent: Monday\nTo: Anna\nSubject: Printer",
    "a name in quotes": 'From: "E" <e@x.example>\nDate: Monday\nTo: Anna\nSubject: Printer',
    "a wrapped field": "From: E\n <e@x.example>\nDate: Monday\nTo: Anna Berg,\n Jo Lind\nSubject: Printer",
}


@pytest.mark.parametrize("name", BLOCKS)
def test_other_forms_of_the_block(name: str) -> None:
    """What programs do to labels and addresses."""
    found = read(f"{BLOCKS[name]}\n\n{BODY}")

    assert found is not None
    assert (found.customer.name, found.customer.email, found.subject) == ("E", "e@x.example", "Printer")


def test_a_block_without_an_address_names_nobody() -> None:
    """Exchange writes names alone; its sender is asked, nothing is guessed."""
    found = read("Von: Muster, Erika\nGesendet: Montag\nAn: Anna\nBetreff: Drucker\n\nEs druckt leer.")

    assert found is not None and found.customer.email == ""


def test_the_first_block_counts() -> None:
    """What the customer quoted in turn belongs to their words."""
    found = read(f"{block('en')}\n\n{BODY}\n\n{block('de').replace('erika', 'other')}\n\nolder")

    assert found is not None and found.customer.email == "erika@globex.example" and "other@globex.example" in found.text


@pytest.mark.parametrize("subject", ["Fwd: Printer", "FW: Printer", "WG: Printer", "TR: Printer", "RV: Printer", "Doorst: x"])
def test_a_subject_says_that_it_is_forwarded(subject: str) -> None:
    """In each language's prefix; a reply says another thing."""
    assert is_forward(a_forward("words", subject))


@pytest.mark.parametrize("subject", ["Re: Printer", "I: think so", "Printer"])
def test_another_subject_says_nothing(subject: str) -> None:
    """A letter alone may be anybody's word."""
    assert not is_forward(a_forward("words", subject))


def test_a_question_of_our_own_forwards_nothing() -> None:
    """No block, no customer."""
    assert read("My own screen is dark.", "Screen") is None


def test_a_request_by_telephone_names_its_customer() -> None:
    """What one of us took down: the address behind the command, the rest as it stands."""
    found = dictated(a_forward(""), "Erika Muster <erika@globex.example>", BODY)

    assert (found.customer.name, found.customer.email, found.text) == ("Erika Muster", "erika@globex.example", BODY)


def test_a_mail_of_many_lines_is_read_quickly() -> None:
    """Lines that look like fields cost no more than their length."""
    assert read("\n".join(["From: nobody"] * 200_000)) is None
