"""Makes the bytes of a mail: the last place where anything is decided about it; every attempt sends these very bytes.

In: `Outgoing`. Out: bytes with CRLF line ends, all ASCII, no line above 998. The headers are those named here and none else.

For editing here:
- `build` never raises. What cannot be written as it is, is written as plain ASCII; a mail that says less is better than
  silence (P6).
- Headers are made by `mail.headerlines` and passed through EmailMessage unparsed: parsing our own headers again took most
  of the time of intake, and its folding breaks long References (cpython #79986).
- The same `Outgoing` gives the same bytes: nothing here is random, nothing asks for the time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from mailsupport.core.clean import clean_line, clean_text
from mailsupport.core.model import Address
from mailsupport.mail import headerlines as lines

MAILTO_LIMIT = 1600
"""Characters that every mail program takes of a link."""
_QP_FROM = 990
_BOUNDARY = "=_{part}_{digest}"
_EXTRA_NAME = re.compile(r"X-[A-Za-z0-9-]{1,70}")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class OutgoingAttachment:
    """A file that travels along; with `inline_id` it is an image that the HTML shows by `cid:`."""

    name: str
    type: str
    data: bytes
    inline_id: str = ""


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
    "relay": AutoHeaders(),
    "notification": AutoHeaders("auto-generated", _QUIET),
    "alert": AutoHeaders("auto-generated", importance_high=True),
    "all_clear": AutoHeaders("auto-generated", _QUIET),
    "held": AutoHeaders("auto-replied", _QUIET),
    "confirm": AutoHeaders("auto-replied", _QUIET),
    "undelivered": AutoHeaders("auto-generated", _QUIET),
    "done": AutoHeaders("auto-replied", _QUIET),
    "operator": AutoHeaders("auto-generated", _QUIET),
    "report": AutoHeaders("auto-generated", _QUIET),
}
"""By kind. Never "All": it would stop bounces. An alert suppresses nothing: an absent contact must move the chain. A relay is a
person's mail and says nothing: help desks drop what calls itself automatic."""


def headers_for(kind: str) -> AutoHeaders:
    """Return what a kind of mail says about being automatic; a kind not in the table is automatic and quiet."""
    return HEADERS.get(kind, HEADERS["report"])


class _Ready(EmailPolicy):
    """EmailPolicy for headers that are finished: they are neither parsed nor folded again."""

    def header_max_count(self, name: str) -> None:
        """Set no limit: `_headers` names each header once."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Keep the value."""
        return name, value

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        """Return the value."""
        return value

    def fold(self, name: str, value: Any) -> str:
        """Return the finished line or lines."""
        return f"{name}: {value}\r\n"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the finished line or lines as bytes."""
        return f"{name}: {value}\r\n".encode("ascii")


_POLICY = _Ready(linesep="\r\n", max_line_length=lines.LINE_LIMIT, cte_type="7bit")


def build(outgoing: Outgoing) -> bytes:
    """Return the mail's bytes; on strings that cannot be written, the same mail reduced to plain ASCII. Never raises."""
    for attempt in (_whole, _reduced):
        try:
            return attempt(outgoing)
        except Exception:  # whatever a value holds, the next form says less and needs less
            continue
    return _last(outgoing)


def _whole(outgoing: Outgoing) -> bytes:
    message = _body(outgoing)
    of_body = message.items()
    for name, _ in of_body:
        del message[name]
    for name, value in (*_headers(outgoing), ("MIME-Version", "1.0"), *of_body):
        if value:
            message[name] = value
    return message.as_bytes()


def _headers(mail: Outgoing) -> Iterator[tuple[str, str]]:
    """Every header but those of MIME, in the order in which people read them; "" is left out."""
    yield "From", lines.one_address(mail.from_name, mail.from_address)
    yield "To", lines.address_value(mail.to) or "undisclosed-recipients:;"
    yield "Cc", lines.address_value(mail.cc)
    yield "Reply-To", lines.one_address(mail.from_name, mail.reply_to) if mail.reply_to else ""
    yield "Subject", lines.text_value(mail.subject)
    yield "Date", format_datetime(mail.date)
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


# --- the body ---


def _body(mail: Outgoing) -> EmailMessage:
    """Return text; alternative(text, HTML); HTML with its images as related; all of it mixed with the files."""
    digest = hashlib.sha256(mail.message_id.encode("utf-8", "replace")).hexdigest()[:24]
    inline = [one for one in mail.attachments if one.inline_id and mail.html]
    files = [one for one in mail.attachments if not (one.inline_id and mail.html)]
    body = _text_part(mail.text, "plain", digest)
    if mail.html:
        rich = _text_part(mail.html, "html", digest)
        if inline:
            rich = _container("related", digest, [rich, *(_file_part(one, True) for one in inline)])
        body = _container("alternative", digest, [body, rich])
    return _container("mixed", digest, [body, *(_file_part(one, False) for one in files)]) if files else body


def _container(subtype: str, digest: str, parts: Sequence[EmailMessage]) -> EmailMessage:
    message = EmailMessage(_POLICY)
    message["Content-Type"] = f'multipart/{subtype}; boundary="{_BOUNDARY.format(part=subtype[0], digest=digest)}"'
    message.set_payload(list(parts))
    return message


def _text_part(text: str, subtype: str, digest: str) -> EmailMessage:
    """Return a text part: as it is when it is ASCII with short lines, else quoted-printable, or base64 for other scripts.

    HTML needs neither: what is no ASCII becomes a character reference.
    """
    clean = clean_text(text).rstrip("\n") + "\n"
    if subtype == "html":
        clean = clean.encode("ascii", "xmlcharrefreplace").decode("ascii")
    message = EmailMessage(_POLICY)
    if clean.isascii() and digest not in clean and "\nFrom " not in clean and max(map(len, clean.split("\n"))) <= _QP_FROM:
        message["Content-Type"] = f"text/{subtype}; charset=us-ascii"
        message["Content-Transfer-Encoding"] = "7bit"
        message.set_payload(clean)
        return message
    data = clean.replace("\n", "\r\n").encode("utf-8", "replace")
    message["Content-Type"] = f"text/{subtype}; charset=utf-8"
    foreign = len(data) - len(clean) > len(clean) // 2
    message["Content-Transfer-Encoding"] = "base64" if foreign else "quoted-printable"
    message.set_payload(_base64(data) if foreign else _quoted_printable(data))
    return message


def _quoted_printable(data: bytes) -> str:
    """Return the data line by line in RFC 2045 §6.7 form, with `From ` and lone dots guarded against old relays."""
    coded = binascii.b2a_qp(data, istext=True).decode("ascii")
    return re.sub(r"^From ", "=46rom ", coded, flags=re.MULTILINE)


def _base64(data: bytes) -> str:
    return base64.encodebytes(data).decode("ascii")


def _file_part(file: OutgoingAttachment, inline: bool) -> EmailMessage:
    message = EmailMessage(_POLICY)
    message["Content-Type"] = lines.type_value(file.type)
    message["Content-Transfer-Encoding"] = "base64"
    message["Content-Disposition"] = lines.disposition_value(file.name, inline)
    if inline and (content_id := lines.id_value(file.inline_id)):
        message["Content-ID"] = content_id
    message.set_payload(_base64(file.data))
    return message


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


def _date(value: object) -> datetime:
    """Return the instant; the epoch, plainly wrong, for what is none."""
    return value if isinstance(value, datetime) else datetime.fromtimestamp(0, UTC)


def mailto(address: str, subject: str, body: str) -> str:
    """Return a link that opens a ready mail (RFC 6068 §2); the body is cut so that the link stays within 1,600 characters."""
    head = f"mailto:{quote(clean_line(address, 320), safe='@+')}?subject={quote(clean_line(subject, 100), safe='')}&body="
    room = MAILTO_LIMIT - len(head)
    coded: list[str] = []
    for character in clean_text(body):
        piece = "%0D%0A" if character == "\n" else quote(character, safe="")
        room -= len(piece)
        if room < 0:
            break
        coded.append(piece)
    return head + "".join(coded)
