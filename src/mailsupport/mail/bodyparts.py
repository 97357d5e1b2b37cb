"""What stands below the headers of a mail of ours: its text, its HTML, its images and its files, as MIME parts (RFC 2046).

In: words and files. Out: a `Part`, whose bytes have CRLF line ends, are ASCII, and have no line above 998.

For editing here:
- The standard library's generator writes any mail there is, line by line; ours have one of four shapes, and writing those
  whole takes a tenth of its time. The tests read them back with the standard library.
- The same input gives the same bytes: boundaries come from the Message-ID.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailsupport.core.reading.clean import clean_text
from mailsupport.mail import headerlines as lines
from mailsupport.mail.transfer import as_base64

_QP_FROM = 990
_LONE_FROM = re.compile(rb"^From ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class OutgoingAttachment:
    """A file that travels along; with `inline_id` it is an image that the HTML shows by `cid:`.

    `coded`: its base64 lines, where they are at hand already; then `data` is not asked for.
    """

    name: str
    type: str
    data: bytes
    inline_id: str = ""
    coded: bytes = b""


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its MIME fields, and its body, which ends with a line end."""

    fields: tuple[tuple[str, str], ...]
    body: bytes


def body_of(text: str, html: str | None, attachments: Sequence[OutgoingAttachment], message_id: str) -> Part:
    """Return text; alternative(text, HTML); HTML with its images as related; all of it mixed with the files."""
    digest = hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()[:24]
    inline = [one for one in attachments if one.inline_id and html]
    files = [one for one in attachments if not (one.inline_id and html)]
    body = _text_part(text, "plain", digest)
    if html:
        rich = _text_part(html, "html", digest)
        if inline:
            rich = _container("related", digest, [rich, *(_file_part(one, True) for one in inline)])
        body = _container("alternative", digest, [body, rich])
    return _container("mixed", digest, [body, *(_file_part(one, False) for one in files)]) if files else body


def written(fields: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """Return header fields and body as bytes; a field without a value is left out."""
    head = "".join(f"{name}: {value}\r\n" for name, value in fields if value)
    return b"%b\r\n%b" % (head.encode("ascii"), body)


def _container(subtype: str, digest: str, parts: Sequence[Part]) -> Part:
    boundary = f"=_{subtype[0]}_{digest}"
    delimiter = f"--{boundary}".encode("ascii")
    pieces: list[bytes] = []
    for part in parts:
        pieces += (delimiter, b"\r\n", written(part.fields, part.body), b"\r\n")
    return Part((("Content-Type", f'multipart/{subtype}; boundary="{boundary}"'),), b"".join((*pieces, delimiter, b"--\r\n")))


def _text_part(text: str, subtype: str, digest: str) -> Part:
    """Return a text part: as it is when it is ASCII with short lines, else quoted-printable, or base64 for other scripts.

    HTML needs neither: what is no ASCII becomes a character reference.
    """
    clean = clean_text(text).rstrip("\n") + "\n"
    if subtype == "html" and not clean.isascii():
        clean = clean.encode("ascii", "xmlcharrefreplace").decode("ascii")
    coded = clean.encode("utf-8", "replace")
    data = coded.replace(b"\n", b"\r\n")
    if _stands_as_it_is(coded, digest):
        return _coded_part(f"text/{subtype}; charset=us-ascii", "7bit", data)
    if len(data) - len(clean) > len(clean) // 2:  # another script
        return _coded_part(f"text/{subtype}; charset=utf-8", "base64", as_base64(data))
    return _coded_part(f"text/{subtype}; charset=utf-8", "quoted-printable", _quoted_printable(data))


def _stands_as_it_is(text: bytes, digest: str) -> bool:
    """Whether every relay leaves these lines alone, and none of them looks like one of our boundaries."""
    if not text.isascii() or digest.encode("ascii") in text or b"\nFrom " in text:
        return False
    return max(map(len, text.split(b"\n"))) <= _QP_FROM


def _coded_part(content_type: str, encoding: str, body: bytes) -> Part:
    return Part((("Content-Type", content_type), ("Content-Transfer-Encoding", encoding)), body)


def _quoted_printable(data: bytes) -> bytes:
    """Return the data line by line in RFC 2045 §6.7 form, with `From ` guarded against old relays."""
    coded = binascii.b2a_qp(data, istext=True)
    return _LONE_FROM.sub(b"=46rom ", coded) if b"From " in coded else coded


def _file_part(file: OutgoingAttachment, inline: bool) -> Part:
    fields = (
        ("Content-Type", lines.type_value(file.type)),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", lines.disposition_value(file.name, inline)),
        ("Content-ID", lines.id_value(file.inline_id) if inline else ""),
    )
    return Part(fields, file.coded or as_base64(file.data))
