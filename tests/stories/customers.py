"""A customer who presses a button of a mail of ours: the mail as their program sends it, a new one without any reference."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

from stories.world import Sent, World

OUTLOOK = "\r\n\r\nMit freundlichen Grüßen\r\n\r\nErika Muster\r\nGlobex GmbH\r\nTel. +49 30 1234567\r\n"
PHONE = "\n\nSent from my iPhone"
THUNDERBIRD = "\n\n-- \nErika Muster\nGlobex GmbH, Hauptstraße 1\n"


def button(mail: Sent, label: str) -> tuple[str, str, str]:
    """Return address, subject and text of the ready mail behind a button."""
    found = re.search(rf'href="(mailto:[^"]+)"[^>]*>{label}<', mail.html)
    assert found, re.findall(r'href="mailto:[^"]+"[^>]*>([^<]+)', mail.html)
    link = urlsplit(unescape(found[1]))
    asked = parse_qs(link.query)
    return unquote(link.path), asked["subject"][0], asked["body"][0]


def presses(
    desk: World, person: str, mail: Sent, label: str, *, signature: str = "", more: str = "", text: str | None = None
) -> None:
    """Somebody presses a button and sends what opens, with words added below, or `text` instead of what stands there."""
    address, subject, body = button(mail, label)
    words = f"{body}\n\n{more}" if more else body
    desk.writes(person, (words if text is None else text) + signature, subject, to=address, name="Erika Muster")
