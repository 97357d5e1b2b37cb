"""Who sent this mail, by its own word, and may that word be believed by its form?

In: the From fields and the fields that name recipients. Out: addresses with decoded, clean names; a doubt in words.

For editing here: a doubt costs a staff member one confirmation; a missing doubt lets a stranger give orders. Names are never
looked at for identity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailsupport.core.model import Address
from mailsupport.core.reading.addresses import parse_addresses, strict_mailbox
from mailsupport.core.reading.clean import NAME_LIMIT, clean_line
from mailsupport.mail import opinions
from mailsupport.mail.fields import FIELD_LIMIT, Field
from mailsupport.mail.headers import decode_words, text_of

_RECIPIENT_FIELDS = frozenset(
    {
        "to",
        "cc",
        "bcc",
        "delivered-to",
        "x-original-to",
        "envelope-to",
        "x-envelope-to",
        "apparently-to",
        "x-delivered-to",
        "x-rcpt-to",
        "resent-to",
        "resent-cc",
    }
)
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_RECEIVED_FOR = re.compile(r"\sfor\s+<([^<>\s@]{1,128}@[^<>\s@]{1,255})>")


def read_addresses(values: Iterable[bytes], charset: str) -> tuple[Address, ...]:
    """Return the mailboxes of all fields of one kind, names decoded and clean."""
    return tuple(address for value in values for address in _read_field(value, charset))


def _read_field(value: bytes, charset: str) -> list[Address]:
    text = text_of(value, charset)
    found = parse_addresses(text)
    if "=?" in text and not any("@" in address.email and "=?" not in address.email for address in found):
        found = parse_addresses(decode_words(text)) or found  # the whole field was encoded, against RFC 2047 §5
    return [Address(clean_line(decode_words(a.name), NAME_LIMIT), clean_line(a.email).replace(" ", "")) for a in found]


def doubt_of(values: list[bytes], charset: str) -> str:
    """Return why From cannot be believed by its form alone; "" when it is one field with one mailbox all parsers read alike."""
    if len(values) != 1:
        return "several From fields" if values else "no From field"
    if _CONTROL.search(values[0]):
        return "control characters in From"
    if len(values[0]) >= FIELD_LIMIT:
        return "an overlong From field"
    text = text_of(values[0], charset)
    mailbox = strict_mailbox(text)
    if mailbox is None:
        return "From is not one mailbox in modern form (RFC 5322 §3.4)"
    others, doubts = opinions.addresses(text)
    if doubts:
        return f"mail-parser doubts From: {clean_line(doubts[0], 100)}"
    if others != (mailbox.email,) or tuple(a.email for a in parse_addresses(text)) != others:
        return "parsers read From differently"
    return ""


def all_recipients(fields: Iterable[Field], charset: str) -> tuple[str, ...]:
    """Return every address the mail was sent or delivered to, lower case, each once: from its fields and its Received lines."""
    found: list[str] = []
    for field in fields:
        if field.name in _RECIPIENT_FIELDS:
            found += [address.key for address in _read_field(field.value, charset)]
        elif field.name == "received":
            found += [match.lower() for match in _RECEIVED_FOR.findall(field.value.decode("ascii", "replace"))]
    return tuple(dict.fromkeys(email for email in found if email))
