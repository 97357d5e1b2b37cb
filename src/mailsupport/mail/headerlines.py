"""How a value is written into a header so that every program reads the same value back (RFC 5322 §3, RFC 2047, RFC 2231).

In: strings of any content. Out: the ASCII value of one header, folded where it must be, without its name.

For editing here: nothing raises. No value carries a bare CR or LF: a fold is CRLF and one space, and only this file makes one.
A Message-ID is never encoded and never broken: Outlook loses the thread (cpython #100991).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from email.headerregistry import Address as HeaderAddress
from functools import lru_cache
from urllib.parse import quote

from mailsupport.core.model import Address
from mailsupport.core.reading.clean import clean_file_name, clean_line

LINE_LIMIT = 998
"""RFC 5322 §2.1.1: no line is longer."""
REFERENCES_LIMIT = 2000
"""Characters of References: some relays refuse large header blocks."""
ID_LIMIT = 900

_FOLD = "\r\n "
_ENCODED_BYTES = 36
"""Bytes a coded word: with its frame and the longest name of ours the line stays below 76 characters (RFC 2047 §2)."""
_NOT_IN_ID = re.compile(r"[^\x21-\x3b\x3d\x3f-\x7e]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[\x21-\x5a\x5e-\x7e]+\]")
_MIME_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100}")


def text_value(text: str, limit: int = 900) -> str:
    """Return unstructured text: as it is when every reader would see it so, else as coded words."""
    clean = clean_line(text, limit)
    return clean if clean.isascii() and "=?" not in clean else _coded(clean)


def _coded(text: str) -> str:
    """Write text as coded words (RFC 2047 §4.1), never parting a character between two (§5)."""
    return _FOLD.join(f"=?utf-8?b?{base64.b64encode(piece).decode('ascii')}?=" for piece in _pieces(text))


def _pieces(text: str) -> Iterator[bytes]:
    piece = b""
    for character in text:
        coded = character.encode("utf-8", "replace")
        if len(piece) + len(coded) > _ENCODED_BYTES:
            yield piece
            piece = b""
        piece += coded
    yield piece


def address_value(addresses: Iterable[Address]) -> str:
    """Return an address list; what cannot be an address stands there as the name of an empty group, and gets no mail."""
    return _folded([one_address(address.name, address.email) for address in addresses], ",")


@lru_cache(maxsize=4096)
def one_address(name: str, email: str) -> str:
    """Return one mailbox: display name quoted or coded as it needs, address as it is."""
    spec = _spec(email)
    clean = clean_line(name, 120)
    if not spec:
        return f"{text_phrase(f'{clean} {clean_line(email, 120)}'.strip() or 'nobody')}:;"
    return f"{text_phrase(clean)} <{spec}>" if clean else spec


def text_phrase(text: str) -> str:
    """Return a display name (RFC 5322 §3.2.5): atoms, a quoted string, or coded words."""
    if not text.isascii() or "=?" in text:
        return _coded(text)
    return str(HeaderAddress(display_name=text, username="x", domain="x")).removesuffix(" <x@x>")


def _spec(email: str) -> str:
    """Return the address when it can stand in a header: an ASCII local part, and a domain in ASCII or turned into it; else ""."""
    local, at, domain = email.strip().rpartition("@")
    if not at or not _ATOMS.fullmatch(local) or len(email) > 320:
        return _quoted_spec(local, domain) if at and len(email) <= 320 else ""
    return f"{local}@{ascii_domain}" if (ascii_domain := _ascii_domain(domain)) else ""


def _quoted_spec(local: str, domain: str) -> str:
    """Keep a local part that is already a quoted string of printable characters (RFC 5321 §4.1.2)."""
    quoted = re.fullmatch(r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"', local)
    ascii_domain = _ascii_domain(domain)
    return f"{local}@{ascii_domain}" if quoted and ascii_domain else ""


def _ascii_domain(domain: str) -> str:
    if _DOMAIN.fullmatch(domain):
        return domain
    try:
        coded = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return coded if _DOMAIN.fullmatch(coded) else ""


def _folded(pieces: list[str], joint: str) -> str:
    """Join pieces with a joint and a space, on a new line where the line would grow too long."""
    out = ""
    length = 0
    for piece in pieces:
        if out:
            fold = length + len(piece) > LINE_LIMIT - 120
            out += joint + (_FOLD if fold else " ")
            length = 1 if fold else length + 2
        out += piece
        length += len(piece)
    return out


def id_value(message_id: str) -> str:
    """Return a Message-ID in its angle brackets; "" for what can be none."""
    bare = message_id.strip().strip("<>")
    return f"<{bare}>" if bare and len(bare) <= ID_LIMIT and not _NOT_IN_ID.search(bare) else ""


def references_value(message_ids: Iterable[str]) -> str:
    """Return References: the root, and as many of the newest as 2,000 characters hold."""
    ids = [id_ for id_ in dict.fromkeys(id_value(one) for one in message_ids) if id_]
    if not ids:
        return ""
    left = REFERENCES_LIMIT - len(ids[0])
    kept: list[str] = []
    for id_ in reversed(ids[1:]):
        left -= len(id_) + 1
        if left < 0:
            break
        kept.append(id_)
    return _folded([ids[0], *reversed(kept)], "")


def disposition_value(name: str, inline: bool) -> str:
    """Return Content-Disposition with the file name (RFC 2183), in RFC 2231 form where it is no plain ASCII."""
    kind = "inline" if inline else "attachment"
    clean = clean_file_name(name)
    if not clean:
        return kind
    if clean.isascii() and not set(clean) & set('"\\%'):
        return f'{kind}; filename="{clean}"'
    while len(coded := quote(clean, safe="", errors="replace")) > 600:
        clean = clean[1:]
    return f"{kind}; filename*=utf-8''{coded}"


def type_value(mime_type: str) -> str:
    """Return a MIME type that a base64 part may bear; containers and what is none become a bare file (RFC 2046 §5)."""
    lower = mime_type.strip().lower()
    fits = _MIME_TYPE.fullmatch(lower) and not lower.startswith(("multipart/", "message/"))
    return lower if fits else "application/octet-stream"
