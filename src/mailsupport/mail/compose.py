"""Makes the bytes of a mail: the last place where anything is decided about it; every attempt sends these very bytes.

In: `Outgoing`. Out: bytes with CRLF line ends, all ASCII, no line above 998. The headers are those named here and none else.

For editing here:
- `build` never raises. What cannot be written as it is, is written as plain ASCII; a mail that says less is better than
  silence (P6).
- Headers are made by `mail.headerlines`, what is below them by `mail.bodyparts`, and neither is parsed again: EmailMessage
  took most of the time of intake, and its folding breaks long References (cpython #79986).
- The same `Outgoing` gives the same bytes: nothing here is random, nothing asks for the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote

from mailsupport.core.model import Address
from mailsupport.core.reading.clean import clean_line, clean_text
from mailsupport.mail import headerlines as lines
from mailsupport.mail.bodyparts import OutgoingAttachment, body_of, written

MAILTO_LIMIT = 1600
"""Characters that every mail program takes of a link."""
_RESERVED = re.compile(r"[^A-Za-z0-9_.~-]")
_CODES = {chr(code): f"%{code:02X}" for code in range(128)}
_EXTRA_NAME = re.compile(r"X-[A-Za-z0-9-]{1,70}")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail to be sent. Message ids are without angle brackets; `suppress` is X-Auto-Response-Suppress.

    Of `extra_headers` only names that begin with X- are written. `date` is aware.
    """

    kind: str
    message_id: str
    date: datetime
    from_name: str
    from_address: str
    to: tuple[Address, ...]
    subject: str
    text: str
    html: str | None = None
    cc: tuple[Address, ...] = ()
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    auto_submitted: str = ""
    suppress: str = ""
    importance_high: bool = False
    extra_headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    thread_index: str = ""
    thread_topic: str = ""
    attachments: tuple[OutgoingAttachment, ...] = ()


@dataclass(frozen=True, slots=True)
class AutoHeaders:
    """What a kind of mail says about being automatic: RFC 3834 §5, MS-OXCMAIL §2.1.3.2.20, and Importance."""

    auto_submitted: str = ""
    suppress: str = ""
    importance_high: bool = False


_QUIET = "OOF, AutoReply"
HEADERS: Mapping[str, AutoHeaders] = {
    "receipt": AutoHeaders("auto-replied", "OOF, AutoReply, DR, RN, NRN"),
    "escalated": AutoHeaders("auto-replied", "OOF, AutoReply, DR, RN, NRN"),
    "relay": AutoHeaders(),
    "notification": AutoHeaders("auto-generated", _QUIET),
    "alert": AutoHeaders("auto-generated", importance_high=True),
    "all_clear": AutoHeaders("auto-generated", _QUIET),
    "digest": AutoHeaders("auto-generated", importance_high=True),
    "all_clears": AutoHeaders("auto-generated", _QUIET),
    "held": AutoHeaders("auto-replied", _QUIET),
    "confirm": AutoHeaders("auto-replied", _QUIET),
    "undelivered": AutoHeaders("auto-generated", _QUIET),
    "done": AutoHeaders("auto-replied", _QUIET),
    "page": AutoHeaders("auto-replied", _QUIET),
    "noticed": AutoHeaders("auto-generated", _QUIET),
    "operator": AutoHeaders("auto-generated", _QUIET),
    "ignored": AutoHeaders("auto-generated", _QUIET),
    "gaps": AutoHeaders("auto-generated", _QUIET),
    "report": AutoHeaders("auto-generated", _QUIET),
}
"""By kind. Never "All": it would stop bounces. An alert suppresses nothing: an absent contact must move the chain. A relay is a
person's mail and says nothing: help desks drop what calls itself automatic."""


def headers_for(kind: str) -> AutoHeaders:
    """Return what a kind of mail says about being automatic; a kind not in the table is automatic and quiet."""
    return HEADERS.get(kind, HEADERS["report"])


def build(outgoing: Outgoing) -> bytes:
    """Return the mail's bytes; on strings that cannot be written, the same mail reduced to plain ASCII. Never raises."""
    for attempt in (_whole, _reduced):
        try:
            return attempt(outgoing)
        except Exception:  # whatever a value holds, the next form says less and needs less
            continue
    return _last(outgoing)


def _whole(mail: Outgoing) -> bytes:
    body = body_of(mail.text, mail.html, mail.attachments, mail.message_id)
    return written((*_headers(mail), ("MIME-Version", "1.0"), *body.fields), body.body)


def _headers(mail: Outgoing) -> Iterator[tuple[str, str]]:
    """Every header but those of MIME, in the order in which people read them; "" is left out."""
    yield "From", lines.one_address(mail.from_name, mail.from_address)
    yield "To", lines.address_value(mail.to) or "undisclosed-recipients:;"
    yield "Cc", lines.address_value(mail.cc)
    yield "Reply-To", lines.one_address(mail.from_name, mail.reply_to) if mail.reply_to else ""
    yield "Subject", lines.text_value(mail.subject)
    yield "Date", _dated(mail.date, mail.date.utcoffset())
    yield "Message-ID", lines.id_value(mail.message_id)
    yield "X-Mailsupport-Id", lines.id_value(mail.message_id)  # some providers give a mail another Message-ID
    yield "In-Reply-To", lines.id_value(mail.in_reply_to)
    yield "References", lines.references_value(mail.references)
    yield "Thread-Topic", lines.text_value(mail.thread_topic)
    yield "Thread-Index", "".join(mail.thread_index.split()) if mail.thread_index.isascii() else ""
    yield "Auto-Submitted", clean_line(mail.auto_submitted)
    yield "X-Auto-Response-Suppress", clean_line(mail.suppress)
    yield "Importance", "high" if mail.importance_high else ""
    for name, value in mail.extra_headers.items():
        if _EXTRA_NAME.fullmatch(name) and name.lower() != "x-auto-response-suppress":
            yield name, lines.text_value(value)


# --- when that failed ---


def _reduced(mail: Outgoing) -> bytes:
    """Build the mail once more with every string as plain ASCII, without HTML and files."""
    return _whole(
        replace(
            mail,
            message_id=_ascii(mail.message_id),
            date=_date(mail.date),
            from_name=_ascii(mail.from_name),
            to=tuple(Address(_ascii(one.name), _ascii(one.email)) for one in mail.to),
            cc=(),
            subject=_ascii(mail.subject),
            text=_ascii(mail.text),
            html=None,
            reply_to=_ascii(mail.reply_to),
            in_reply_to="",
            references=(),
            extra_headers=_NOTHING,
            thread_index="",
            thread_topic="",
            attachments=(),
        )
    )


def _last(mail: Outgoing) -> bytes:
    """Write the bare minimum by hand."""
    fields = {
        "From": _ascii(mail.from_address),
        "To": "undisclosed-recipients:;",
        "Subject": _ascii(mail.subject),
        "Date": format_datetime(_date(mail.date)),
        "Message-ID": lines.id_value(_ascii(mail.message_id)),
        "Auto-Submitted": _ascii(mail.auto_submitted),
    }
    head = "".join(f"{name}: {clean_line(value, 900)}\r\n" for name, value in fields.items() if value)
    body = "".join(f"{line[:900]}\r\n" for line in _ascii(mail.text).split("\n"))
    return f"{head}\r\n{body}".encode("ascii", "replace")


def _ascii(value: object) -> str:
    """Return any value as printable ASCII with line ends."""
    return clean_text(str(value or "")).encode("ascii", "replace").decode("ascii")


@lru_cache(maxsize=16)
def _dated(at: datetime, offset: timedelta | None) -> str:
    """Return an instant as a header says it (RFC 5322 §3.3); all letters of a transaction have the same.

    The same instant in two zones is one key, and two texts: so its offset is a part of the key.
    """
    return format_datetime(at)


def _date(value: object) -> datetime:
    """Return the instant; the epoch, plainly wrong, for what is none."""
    return value if isinstance(value, datetime) else datetime.fromtimestamp(0, UTC)


def _coded(text: str) -> str:
    """Percent-encode all but the unreserved (RFC 3986 §2.1), as `quote` does character by character: a letter has five links."""
    return _RESERVED.sub(lambda found: _CODES[found[0]], text) if text.isascii() else quote(text, safe="")


def mailto(address: str, subject: str, body: str) -> str:
    """Return a link that opens a ready mail (RFC 6068 §2); the body is cut so that the link stays within 1,600 characters."""
    to = _coded(clean_line(address, 320)).replace("%40", "@").replace("%2B", "+")
    head = f"mailto:{to}?subject={_coded(clean_line(subject, 100))}&body="
    room = MAILTO_LIMIT - len(head)
    text = clean_text(body)
    whole = _coded(text).replace("%0A", "%0D%0A")
    if len(whole) <= room:
        return head + whole
    coded: list[str] = []
    for character in text:
        piece = "%0D%0A" if character == "\n" else quote(character, safe="")
        room -= len(piece)
        if room < 0:
            break
        coded.append(piece)
    return head + "".join(coded)
