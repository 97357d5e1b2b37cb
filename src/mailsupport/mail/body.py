"""What does the mail say, and what is attached? Chooses among the parts: readable text, HTML, attachments.

In: the raw mail and its parts. Out: a `Body`. Of alternatives (RFC 2046 §5.1.4) the plain one is the text unless it is
empty; the HTML one is kept beside it. An attached message is an attachment and never becomes part of the text.

For editing here: a kind of part is a row of the tables below. Every part ends in exactly one place: text, attachment, or
another form of a text already taken; nothing a sender attached is dropped silently.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mailsupport.core.model import Attachment
from mailsupport.core.reading.clean import clean_file_name, clean_line, clean_text
from mailsupport.mail.charsets import declared_in_html, decode
from mailsupport.mail.fields import read_block, start_of_headers
from mailsupport.mail.flowed import unflow
from mailsupport.mail.headers import decoded_text
from mailsupport.mail.htmltext import html_to_text
from mailsupport.mail.parts import Part
from mailsupport.mail.transfer import uuencoded_files

HTML_LIMIT = 512 * 1024
TEXT_LIMIT = 2 * 1024 * 1024
"""Characters of readable text kept; a longer one is cut and noted, its raw bytes stay."""
UUENCODED = 10_000
"""Attachment numbers: the n-th file uuencoded in the text of part p is UUENCODED * n + p."""

_READABLE = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"})
_OTHER_FORMS = frozenset({"text/x-amp-html", "text/watch-html"})
"""The same words for another device: neither text nor attachment."""
_NAMES = {
    "application/ms-tnef": "winmail.dat",
    "application/vnd.ms-tnef": "winmail.dat",
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "version.txt",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pdf": "document.pdf",
    "application/ics": "invite.ics",
    "text/calendar": "invite.ics",
    "text/x-vcard": "contact.vcf",
    "text/vcard": "contact.vcf",
    "text/csv": "table.csv",
    "text/rfc822-headers": "headers.txt",
    "message/delivery-status": "delivery-status.txt",
    "message/global-delivery-status": "delivery-status.txt",
    "message/disposition-notification": "disposition-notification.txt",
    "message/feedback-report": "feedback-report.txt",
    "image/jpeg": "image.jpg",
    "image/png": "image.png",
    "image/gif": "image.gif",
    "image/svg+xml": "image.svg",
    "image/heic": "image.heic",
}
"""What a part without a file name is called."""
MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})


@dataclass(slots=True)
class Body:
    """What a mail says and carries; all strings are clean. `problems` names what was cut."""

    text: str = ""
    html: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Piece:
    """One readable part: its text, and its HTML when it was HTML."""

    part: Part
    text: str
    html: str = ""


def read_body(raw: bytes, parts: tuple[Part, ...]) -> Body:
    """Return the body of a mail."""
    body = Body()
    readable = [part for part in parts if _is_readable(part, parts)]
    named_only = next((part for part in parts if not readable and _may_be_read(part)), None)
    if named_only is not None:
        readable = [named_only]
    chosen = _chosen(raw, readable, parts)
    pieces = [_read(raw, part, body, wanted=part.number in chosen) for part in readable]
    body.html = clean_text("\n".join(piece.html for piece in pieces if piece.html))
    words = [piece.text.strip("\n") for piece in pieces if piece.part.number in chosen]
    body.text = _text_of_pieces(words, body)
    body.attachments[:0] = _attached(raw, parts, {part.number for part in readable})
    _note_encryption(raw, parts, body)
    return body


def _is_readable(part: Part, parts: tuple[Part, ...]) -> bool:
    """Whether a part is text to be read: no attachment, and no file but the first and only text."""
    if part.multipart or part.type not in _READABLE:
        return part.type.startswith("multipart/") and not part.multipart
    if part.disposition == "attachment":
        return part.number == 0 and not part.file_name
    return not part.file_name


def _may_be_read(part: Part) -> bool:
    """A named text is the body when there is no other (some programs name every part)."""
    return not part.multipart and part.type in _READABLE and part.disposition != "attachment"


def _chosen(raw: bytes, readable: list[Part], parts: tuple[Part, ...]) -> set[int]:
    """Return the numbers of the readable parts whose words are the text: one branch of each alternative."""
    chosen = {part.number for part in readable}
    lines = {part.number: _ancestors(part, parts) for part in readable}
    alternatives = [p for p in parts if p.type == "multipart/alternative" and p.multipart]
    for alternative in reversed(alternatives):  # the inner ones first
        branches: dict[int, list[Part]] = {}
        for part in readable:
            line = lines[part.number]
            if part.number in chosen and alternative.number in line:
                branches.setdefault(line[line.index(alternative.number) - 1], []).append(part)
        if len(branches) < 2:
            continue
        best = _best_branch(raw, branches)
        chosen -= {part.number for branch, members in branches.items() if branch != best for part in members}
    return chosen


def _ancestors(part: Part, parts: tuple[Part, ...]) -> list[int]:
    """Return the numbers from the part itself up to the whole mail."""
    line = [part.number]
    while parts[line[-1]].parent >= 0:
        line.append(parts[line[-1]].parent)
    return line


def _best_branch(raw: bytes, branches: dict[int, list[Part]]) -> int:
    """The first branch with plain words, else the first one with any."""

    def rank(branch: int) -> tuple[bool, bool]:
        members = [part for part in branches[branch] if part.content(raw).strip(b" \t\r\n\xa0\xc2")]
        return (not members, all(part.type == "text/html" for part in members))

    return min(branches, key=rank)


def _read(raw: bytes, part: Part, body: Body, wanted: bool) -> _Piece:
    """Decode one readable part; HTML is made text only where its words are wanted."""
    data = part.content(raw)
    if part.type == "text/html":
        if len(data) > HTML_LIMIT:
            body.problems.append(f"HTML of {len(data)} bytes was cut to {HTML_LIMIT}")
        html = decode(data[:HTML_LIMIT], part.parameters.get("charset", "") or declared_in_html(data))
        return _Piece(part, html_to_text(html) if wanted else "", html)
    if b"begin " in data:
        data = _without_uuencoded(data, part, body)
    text = decode(data, part.parameters.get("charset", "")).replace("\r\n", "\n").replace("\r", "\n")
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, part.parameters.get("delsp", "").lower() == "yes")
    if part.type in ("text/enriched", "text/richtext"):
        text = html_to_text(text.replace("<<", "&lt;").replace("<nl>", "<br>").replace("\n", "<br>"))
    return _Piece(part, text)


def _without_uuencoded(data: bytes, part: Part, body: Body) -> bytes:
    """Move files that are uuencoded in a text to the attachments."""
    kept, position = [], 0
    for count, (name, content, start, end) in enumerate(uuencoded_files(data), 1):
        shown = clean_file_name(decode(name.encode("utf-8", "surrogateescape"))) or "file.bin"
        body.attachments.append(Attachment(shown, "application/octet-stream", len(content), UUENCODED * count + part.number))
        kept.append(data[position:start])
        position = end
    return b"".join([*kept, data[position:]])


def _text_of_pieces(words: list[str], body: Body) -> str:
    text = clean_text("\n".join(piece for piece in words if piece.strip()))
    if len(text) > TEXT_LIMIT:
        body.problems.append(f"text of {len(text)} characters was cut to {TEXT_LIMIT}")
        text = text[:TEXT_LIMIT]
    return text


def _attached(raw: bytes, parts: tuple[Part, ...], read: set[int]) -> list[Attachment]:
    """Return every part that is neither text nor another form of it."""
    found = []
    for part in parts:
        if part.multipart or part.number in read or part.type in _OTHER_FORMS or _is_nothing(raw, part):
            continue
        content = part.content(raw)
        inline = clean_line(part.content_id, 250) if part.disposition != "attachment" or part.content_id else ""
        found.append(Attachment(_name(part, content), clean_line(part.type, 100), len(content), part.number, inline))
    return found


def _is_nothing(raw: bytes, part: Part) -> bool:
    """An empty part without a name: a boundary too many, or an empty text beside a file."""
    return not part.file_name and part.type.startswith(("text/", "multipart/")) and not part.encoded(raw).strip()


def _name(part: Part, content: bytes) -> str:
    """Return what the attachment is called: its file name, an attached message's subject, else one by its type."""
    name = clean_file_name(part.file_name)
    if name:
        return name
    if part.type in MESSAGES:
        subject = read_block(content, start_of_headers(content)).get("subject") if content else b""
        return clean_file_name(f"{clean_line(decoded_text(subject), 100) or 'message'}.eml".replace("/", "_").replace("\\", "_"))
    description = clean_file_name(decoded_text(part.block.get("content-description")))
    if "." in description[1:-1]:
        return description
    return _NAMES.get(part.type) or f"attachment-{part.number}.{'txt' if part.type.startswith('text/') else 'bin'}"


def _note_encryption(raw: bytes, parts: tuple[Part, ...], body: Body) -> None:
    """Say in the text that the words cannot be read here, and why."""
    note = ""
    for part in parts:
        if part.type == "multipart/encrypted":
            note = "[encrypted mail: PGP]"
        elif part.type in _SMIME and part.parameters.get("smime-type", "").lower() != "signed-data":
            note = "[encrypted mail: S/MIME]"
        elif part.type in _SMIME:
            note = "[signed mail: S/MIME, its words are inside the attachment]"
    if not note and body.text.lstrip().startswith("-----BEGIN PGP MESSAGE-----"):
        note = "[encrypted mail: PGP]"
    if note:
        body.text = f"{note}\n\n{body.text}".strip()
