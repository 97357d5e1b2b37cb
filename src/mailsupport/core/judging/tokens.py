"""What have we signed? Tokens in addresses, message ids, thread roots and subject numbers, made and read back.

In: keys (the first signs, all verify), a ticket, a purpose, a person, a nonce. Out: text that fits into a local part, and what
such text means when it comes back. A text that was not signed by one of the keys means nothing: None, never an error.

For editing here: a token is `{purpose}{ticket}.{person}.{nonce}.{mac}`, all lower case, since local parts are folded on the way;
the MAC is HMAC-SHA256 cut to 80 bits (RFC 2104 §5) over everything before it. Every kind of text signs under its own name, so
that none passes for another. Compare only with `compare_digest`. Older forms are never accepted.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from itertools import product
from typing import Any

Keys = tuple[bytes, ...]
"""Secrets, newest first: the first signs, all verify."""

LOCAL_PART_LIMIT = 64
"""RFC 5321 §4.5.3.1.1."""
NONCE = re.compile(r"[a-z0-9]{1,16}")
_MAC_BYTES, _TAG_BYTES, _BLOCK = 10, 5, 64
_PAIRS = ["".join(pair) for pair in product("abcdefghijklmnopqrstuvwxyz234567", repeat=2)]
_TOKEN = re.compile(r"([tnacpkd])(0|[1-9]\d{0,11})\.([a-z2-7]{8})\.([a-z0-9]{1,16})\.([a-z2-7]{16})")
_MESSAGE_ID = re.compile(r"ms\.([tnacpkd]\d{1,12}\.[a-z2-7]{8}\.[a-z0-9]{1,16}\.[a-z2-7]{16})\.[a-z0-9-]{1,40}@[^@\s]+")
_ROOT = re.compile(r"t\.([1-9]\d{0,11})\.([csa])\.([a-z2-7]{16})@[^@\s]+")
_NUMBER = re.compile(r"#([1-9]\d{0,11})-([a-z2-7]{2})(?![a-z0-9])")


class Purpose(StrEnum):
    """What a token is for."""

    REPLY = "t"
    """Staff: an answer to the customer."""
    NOTE = "n"
    """Staff: a note that never leaves."""
    ALERT = "a"
    """A contact: an answer to an alert."""
    CUSTOMER = "c"
    """The customer: joins the ticket, gives no power."""
    PERSON = "p"
    """The own address of one of us, of no ticket (0)."""
    CONFIRM = "k"
    """One of us: a word that releases what was held."""
    DIGEST = "d"
    """A contact: an answer to a mail about several tickets (0); the nonce is its number."""


class Audience(StrEnum):
    """Whom a thread root is shown to."""

    CUSTOMER = "c"
    STAFF = "s"
    CONTACT = "a"


@dataclass(frozen=True, slots=True)
class Token:
    """A token whose MAC was right; `person_tag` stands for the person's key."""

    purpose: Purpose
    ticket: int
    person_tag: str
    nonce: str
    text: str


def issue(keys: Keys, purpose: Purpose, ticket: int, person: str, nonce: str) -> str:
    """Return a new token's text. Raises ValueError for a nonce that is not 1 to 16 of `a-z0-9`, or a negative ticket."""
    if not NONCE.fullmatch(nonce) or ticket < 0:
        raise ValueError(f"no token for ticket {ticket} with nonce {nonce!r}")
    body = f"{purpose.value}{ticket}.{_tag(person)}.{nonce}"
    return f"{body}.{_mac(keys[0], 'token', body)}"


def read(keys: Keys, text: str) -> Token | None:
    """Return what a token says, None when it was not signed by one of the keys; case does not matter."""
    found = _TOKEN.fullmatch(text.lower()) if text.isascii() else None
    if found is None:
        return None
    body, mac = found[0].rsplit(".", 1)
    if not _signed(keys, "token", body, mac):
        return None
    return Token(Purpose(found[1]), int(found[2]), found[3], found[4], found[0])


def looks_like_token(text: str) -> bool:
    """Whether a text has the form of a token, whoever signed it."""
    return text.isascii() and _TOKEN.fullmatch(text.lower()) is not None


def belongs_to(token: Token, person: str) -> bool:
    """Whether the token was issued to the person with that key."""
    return hmac.compare_digest(token.person_tag, _tag(person))


def reply_address(mailbox_address: str, token: str) -> str:
    """Return `local+token@domain`, or the plain address when the local part would be over 64 characters (RFC 5321 §4.5.3.1.1)."""
    local, _, domain = mailbox_address.rpartition("@")
    tagged = f"{local}+{token}"
    return f"{tagged}@{domain}" if len(tagged) <= LOCAL_PART_LIMIT else mailbox_address


def token_in_address(address: str, own_addresses: Collection[str]) -> str | None:
    """Return the text behind the plus of one of our own addresses, unread; None for any other address."""
    local, _, domain = address.lower().rpartition("@")
    for at in (at for at, sign in enumerate(local[:LOCAL_PART_LIMIT]) if sign == "+"):
        if f"{local[:at]}@{domain}" in own_addresses:
            return local[at + 1 :]
    return None


def body_marker(token: str) -> str:
    """Return the marker that carries a token in the body of our mails."""
    return f"[ref:{token}]"


def message_id(keys: Keys, token: str, unique: str, domain: str) -> str:
    """Return a Message-ID (without angle brackets) that carries a token; `unique` is 1 to 40 of `a-z0-9-`.

    Raises ValueError for a token that none of the keys signed.
    """
    if read(keys, token) is None:
        raise ValueError(f"not a token of ours: {token!r}")
    return f"ms.{token}.{unique}@{domain}"


def token_in_message_id(msgid: str) -> str | None:
    """Return the token text in one of our Message-IDs, unread; None when it is none of ours."""
    found = _MESSAGE_ID.fullmatch(msgid.strip("<> ").lower())
    return found[1] if found else None


def thread_root(keys: Keys, ticket: int, audience: Audience, domain: str) -> str:
    """Return the first id in References of all our mails of a ticket to one audience: it matches, and gives no power."""
    return f"t.{ticket}.{audience.value}.{_mac(keys[0], 'root', f'{ticket}.{audience.value}')}@{domain}"


def ticket_in_root(keys: Keys, msgid: str) -> tuple[int, Audience] | None:
    """Return ticket and audience of a thread root, None when it was not signed by one of the keys."""
    found = _ROOT.fullmatch(msgid.strip("<> ").lower())
    if found is None or not _signed(keys, "root", f"{found[1]}.{found[2]}", found[3]):
        return None
    return int(found[1]), Audience(found[2])


def number_tag(keys: Keys, ticket: int) -> str:
    """Return the ticket's number as it stands in subjects: `#4711-k3`, the last two characters check it."""
    return f"#{ticket}-{_mac(keys[0], 'number', str(ticket))[:2]}"


def numbers_in_subject(keys: Keys, subject: str) -> tuple[int, ...]:
    """Return the ticket numbers in a subject whose check characters are right, each once."""
    found = _NUMBER.findall(subject.lower())[:20]
    return tuple(dict.fromkeys(int(n) for n, check in found if any(_check(key, n, check) for key in keys)))


def _check(key: bytes, number: str, check: str) -> bool:
    """Whether these are the check characters of a number."""
    return hmac.compare_digest(_mac(key, "number", number)[:2], check)


@lru_cache(maxsize=4096)
def _tag(person: str) -> str:
    """Return what stands for a person's key in a token."""
    return _base32(sha256(person.lower().encode()).digest()[:_TAG_BYTES])


def _mac(key: bytes, name: str, body: str) -> str:
    """Return 80 bits of HMAC-SHA256 as 16 characters of lower-case base32."""
    inner, outer = (begun.copy() for begun in _keyed(key))
    inner.update(f"mailsupport {name} {body}".encode())
    outer.update(inner.digest())
    return _base32(outer.digest()[:_MAC_BYTES])


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> tuple[Any, Any]:
    """Return HMAC's two hashes with the key already in them (RFC 2104 §4): setting them up takes most of the time."""
    padded = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return sha256(bytes(byte ^ 0x36 for byte in padded)), sha256(bytes(byte ^ 0x5C for byte in padded))


def _base32(data: bytes) -> str:
    """Return bytes, a multiple of five, as lower-case base32 (RFC 4648 §6): a quarter of the time of the library's."""
    number = int.from_bytes(data, "big")
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(8 * len(data) - 10, -1, -10)])


def _signed(keys: Keys, name: str, body: str, mac: str) -> bool:
    """Whether one of the keys made this MAC; all are tried, in constant time."""
    found = [hmac.compare_digest(_mac(key, name, body), mac) for key in keys]
    return any(found)
