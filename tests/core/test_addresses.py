"""Address fields as people and programs write them (RFC 5322 §3.4, §4.4), and those that nobody may be believed by."""

from __future__ import annotations

import pytest

from mailsupport.core.reading.addresses import LIMIT, parse_addresses, strict_mailbox

READ = {
    "a@b.example": [("", "a@b.example")],
    "Max <a@b.example>": [("Max", "a@b.example")],
    '"Doe, John" <j@b.example>, x@b.example': [("Doe, John", "j@b.example"), ("", "x@b.example")],
    "Doe, John <j@b.example>": [("Doe, John", "j@b.example")],
    "a, b@c.example": [("", "b@c.example")],
    '"x" y <a@b.example>': [("x y", "a@b.example")],
    r'"a \"quoted\" name" <a@b.example>': [('a "quoted" name', "a@b.example")],
    "'Max' <a@b.example>": [("Max", "a@b.example")],
    "Team: a@x.example, Bob <b@x.example>;": [("", "a@x.example"), ("Bob", "b@x.example")],
    "undisclosed-recipients:;": [],
    "a@b.example (Max (the) man)": [("Max (the) man", "a@b.example")],
    "<@x,@y:z@w.example>": [("", "z@w.example")],
    "a@b.example; c@d.example": [("", "a@b.example"), ("", "c@d.example")],
    "Max a@b.example": [("Max", "a@b.example")],
    "joe @ b . example": [("", "joe@b.example")],
    "Max <a@b.example": [("Max", "a@b.example")],
    "<<a@b.example>>": [("", "a@b.example")],
    '"never closed <a@b.example>, c@d.example': [("never closed", "a@b.example"), ("", "c@d.example")],
    "staff@acme.example <evil@x.example>": [("staff@acme.example", "evil@x.example")],
    "mailto:a@b.example": [("", "a@b.example")],
    "MAILER-DAEMON (Mail System)": [("Mail System", "MAILER-DAEMON")],
    "Foo <>": [("Foo", "")],
    "<>": [],
    "": [],
}


@pytest.mark.parametrize("text", READ)
def test_an_address_field_names_these_mailboxes(text: str) -> None:
    """Groups are flattened, comments are names of last resort, and no word of the field is lost (B3)."""
    assert READ[text] == [(address.name, address.email) for address in parse_addresses(text)]


@pytest.mark.parametrize(
    "text", ["a@b.example", "Max <a@b.example>", '"Doe, John" <a@b.example>', "Max M. <a@b.example>", "Jürgen <a@b.example>"]
)
def test_one_mailbox_in_modern_form_is_beyond_doubt(text: str) -> None:
    """What every mail program writes."""
    mailbox = strict_mailbox(text)

    assert mailbox is not None
    assert mailbox.email == "a@b.example"


@pytest.mark.parametrize(
    "text",
    [
        "staff@acme.example <evil@x.example>",
        "<staff@acme.example> <evil@x.example>",
        "staff@acme.example, evil@x.example",
        "staff@acme.example (comment)",
        "evil@x.example (<staff@acme.example>)",
        "Team: staff@acme.example;",
        "<@x.example:staff@acme.example>",
        "Max <staff@acme.example",
        "Max <staff@acme.example>>",
        "staff@acme.example\x00@x.example",
        '"staff@acme.example',
        "=?utf-8?q?staff=40acme.example?=",
        "=?utf-8?q?staff?=@acme.example",
        "staff@äcme.example",
        "staff @acme.example",
        "Max <sta ff@acme.example>",
        "",
    ],
)
def test_any_other_form_is_in_doubt(text: str) -> None:
    """Parsers disagree about these, or will some day: nobody is believed by them (attack 8)."""
    assert strict_mailbox(text) is None


def test_at_most_two_thousand_addresses_are_read() -> None:
    """A list of addresses is no way to take memory."""
    assert len(parse_addresses("a@b.example," * (LIMIT + 500))) == LIMIT
