"""What does this mail say? Turns the bytes of one mail into a `core.model.Mail`.

In: raw bytes, as a server or a file gave them, anything in them. Out: a `Mail`, every string in it clean. Never raises on
content, except UnreadableMail for shapes over the caps of `mail.fields` and `mail.parts` (the mail then gets a stub ticket).

For editing here: this page only puts together what the modules beside it read: fields and parts (where), charsets, headers
and transfer (which characters), body (which words), sender, authentication and bounce (which claims). The size of a mail is
the caller's business.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mailsupport.core.model import Attachment, Bounce, Mail
from mailsupport.core.reading.clean import LINE_LIMIT, clean_line
from mailsupport.core.reading.quoting import new_words
from mailsupport.core.reading.references import message_id, message_ids
from mailsupport.errors import UnreadableMail
from mailsupport.mail import opinions
from mailsupport.mail.authentication import read_hops, read_results
from mailsupport.mail.body import UUENCODED, read_body
from mailsupport.mail.bounce import own_id, read_bounce
from mailsupport.mail.fields import FIELD_LIMIT, Field
from mailsupport.mail.headers import decode_words, decoded_text, text_of
from mailsupport.mail.parts import Part, walk
from mailsupport.mail.sender import all_recipients, doubt_of, read_addresses
from mailsupport.mail.transfer import as_base64, stands_as_base64, uuencoded_files

HEADER_LIMIT = 4_000
"""Characters kept of a field in `Mail.headers`."""

_PIECE = 1024 * 1024
"""Bytes that are hashed at once."""

_MARKER = re.compile(r"\[ref:([a-z0-9.]{10,80})\]")
_ANGLED = re.compile(r"<([^<>]*)>")


def read(raw: bytes) -> Mail:
    """Return the mail that these bytes are. Raises UnreadableMail when its shape is over a cap."""
    size = len(raw)
    raw = _with_line_ends(raw)
    parts = walk(raw)
    top = parts[0]
    fields = top.block.fields
    charset = next((p.parameters["charset"] for p in parts[:5] if p.parameters.get("charset")), "")
    texts = [(field.name, text_of(field.value, charset)) for field in fields]
    body = read_body(raw, parts)
    from_fields = [field.value for field in fields if field.name == "from"]
    subject = clean_line(decoded_text(top.block.get("subject"), charset), LINE_LIMIT)
    return Mail(
        message_id=_clean_id(message_id(decoded_text(top.block.get("message-id")))),
        in_reply_to=_ids(fields, "in-reply-to"),
        references=_ids(fields, "references"),
        subject=subject,
        from_=read_addresses(from_fields, charset),
        from_doubt=doubt_of(from_fields, charset),
        reply_to=read_addresses(_values(fields, "reply-to"), charset),
        to=read_addresses(_values(fields, "to"), charset),
        cc=read_addresses(_values(fields, "cc"), charset),
        recipients=all_recipients(fields, charset),
        return_path=_return_path(fields),
        date=opinions.date(text_of(top.block.get("date"))),
        text=body.text,
        new_text=new_words(body.text, body.html),
        html=body.html,
        attachments=tuple(body.attachments),
        headers=_clean_headers(texts),
        authentication=read_results(texts),
        hops=read_hops(texts),
        bounce=_bounce(raw, parts, subject, body.text),
        content_type=clean_line(top.type, 100),
        markers=_markers(body.text, body.html),
        content_hash=content_hash(raw, top),
        size=size,
        problems=(*_cut_fields(parts), *body.problems),
    )


def _bounce(raw: bytes, parts: Sequence[Part], subject: str, text: str) -> Bounce | None:
    found = read_bounce(raw, parts, subject, text)
    return found and replace(found, original_own_id=found.original_own_id or own_id(raw, parts))


def attachment_bytes(raw: bytes, attachment: Attachment) -> bytes:
    """Return the decoded content of an attachment that `read` found in the same bytes. Raises UnreadableMail if it is absent."""
    raw = _with_line_ends(raw)
    return _content(raw, walk(raw), attachment)


def attachments_as_base64(raw: bytes, attachments: Sequence[Attachment]) -> list[bytes]:
    """Return the base64 lines of attachments that `read` found in the same bytes, those of the mail itself where they are sound.

    Raises UnreadableMail if one is absent.
    """
    raw = _with_line_ends(raw)
    parts = walk(raw)
    return [_as_it_stands(raw, parts, one) or as_base64(_content(raw, parts, one)) for one in attachments]


def _as_it_stands(raw: bytes, parts: Sequence[Part], attachment: Attachment) -> bytes:
    """Return the code of a part, or "" when it is no base64 of the kind that we write ourselves."""
    part = parts[attachment.part] if attachment.part < len(parts) else None
    if part is None or part.encoding != "base64":
        return b""
    code = part.encoded(raw).rstrip() + b"\r\n"
    return code if stands_as_base64(code) else b""


def _content(raw: bytes, parts: Sequence[Part], attachment: Attachment) -> bytes:
    count, number = divmod(attachment.part, UUENCODED)
    if number < len(parts):
        content = parts[number].content(raw)
        files = uuencoded_files(content) if count else []
        if not count:
            return content
        if count <= len(files):
            return files[count - 1][1]
    raise UnreadableMail(f"part {attachment.part} is not in this mail", "the bytes are those of another mail")


def content_hash(raw: bytes, top: Part) -> str:
    """Return the SHA-256 of From, Date, Subject and everything below the header, line ends made alike: one mail, one hash."""
    digest = hashlib.sha256()
    for name in ("from", "date", "subject"):
        digest.update(top.block.get(name) + b"\n")
    for piece in _pieces(raw, top.block.body):
        digest.update(piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in piece else piece)
    return digest.hexdigest()


def _pieces(raw: bytes, at: int) -> Iterator[bytes]:
    """Yield the bytes from there on piece by piece, no CR parted from its LF: a large mail is not copied whole."""
    while at < len(raw):
        end = at + _PIECE
        while end < len(raw) and raw[end - 1] == 0x0D:
            end += 1
        yield raw[at:end]
        at = end


def _with_line_ends(raw: bytes) -> bytes:
    """Files of old systems end lines with CR alone; everything below reads LF and CR LF."""
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _values(fields: Sequence[Field], name: str) -> list[bytes]:
    return [field.value for field in fields if field.name == name]


def _ids(fields: Sequence[Field], name: str) -> tuple[str, ...]:
    """Return the ids of a field; some senders encode it (`=?utf-8?q?=3C…`), which hides them."""
    text = " ".join(decoded_text(value) for value in _values(fields, name))
    return tuple(dict.fromkeys(id_ for id_ in map(_clean_id, message_ids(text)) if id_))


def _clean_id(id_: str) -> str:
    return clean_line(id_).replace(" ", "")


def _return_path(fields: Sequence[Field]) -> str | None:
    """Return the envelope sender that the last server wrote: "" is the null sender (RFC 5321 §4.5.5)."""
    for value in _values(fields, "return-path"):
        found = _ANGLED.search(text_of(value))
        if found or value.strip():
            return clean_line(found[1] if found else text_of(value), 320).replace(" ", "")
    return None


def _clean_headers(texts: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    collected: dict[str, list[str]] = {}
    for name, text in texts:
        collected.setdefault(name, []).append(clean_line(decode_words(text), HEADER_LIMIT))
    return {name: tuple(values) for name, values in collected.items()}


def _markers(text: str, html: str) -> tuple[str, ...]:
    if "[ref:" not in text and "[ref:" not in html:
        return ()
    return tuple(dict.fromkeys((*_MARKER.findall(text), *_MARKER.findall(html))))


def _cut_fields(parts: Sequence[Part]) -> list[str]:
    cut = any(part.block.cut for part in parts)
    return [f"a header field was cut to {FIELD_LIMIT} bytes"] if cut else []
