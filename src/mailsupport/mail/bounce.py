"""Does this mail say that another could not be delivered, to whom, and which one? Delivery reports in every form.

In: the raw mail, its parts, its subject and text. Out: a `Bounce`, or None when there is no failure or delay in it.

RFC 3464 reports are read from their fields; what other mail systems write in prose is `mail.bounceprose`. A report that all
went well (delivered, relayed, expanded) is no bounce. A person who quotes or forwards a report is no mail system: prose
counts only from a mail system, and fields only in a report (RFC 6522) or from a mail system.

For editing here: an address is taken from the report only, never from the returned mail below it, unless nothing else names
one; a wrong recipient would mark somebody's working address as dead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mailsupport.core.model import Bounce, BouncedRecipient
from mailsupport.core.reading.clean import clean_line
from mailsupport.core.reading.references import message_id, message_ids
from mailsupport.errors import UnreadableMail
from mailsupport.mail import bouncejson
from mailsupport.mail.body import MESSAGES
from mailsupport.mail.bounceprose import WEAK, Report, mailbox_in, read_prose
from mailsupport.mail.fields import Field, read_block, start_of_headers
from mailsupport.mail.headers import decoded_text, text_of
from mailsupport.mail.parts import Part, walk

_STATUS_TYPES = re.compile(r"message/(?:[\w-]*-)?delivery-status$")
_GROUP_END = re.compile(r"\n[ \t]*\n")
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,40})[ \t]*:[ \t]*(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_RETURNED_ID = re.compile(r"^[> \t]*(?:x-original-)?message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_GOOD_NEWS = frozenset({"delivered", "relayed", "expanded"})
_ACTIONS = {"f": "failed", "u": "failed", "delay": "delayed", "deliver": "delivered", "relay": "relayed", "expand": "expanded"}
_ACTION_OF_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}
_SCAN_LIMIT = 256 * 1024
RECIPIENT_LIMIT = 500
"""Recipients kept of one report."""
WRAPPINGS, ATTACHED_LIMIT = 3, 10
"""How many mails deep, and in how many of each, a report is looked for."""
RFC3464 = "rfc3464"
"""The form with fields, which can be believed wherever it is found."""
_MAY_REPORT = re.compile(rb"delivery-status", re.IGNORECASE)


def read_bounce(raw: bytes, parts: Sequence[Part], subject: str, text: str) -> Bounce | None:
    """Return what the mail reports as failed or delayed, itself or in a mail that is attached; None when no such thing."""
    report = Report(parts[0].block, subject, text[:_SCAN_LIMIT])
    found = _read(raw, parts, report)
    if found is not None or not report.is_automatic or _has_status(parts):
        return found
    return _wrapped(raw, parts, 1)


def _has_status(parts: Sequence[Part]) -> bool:
    return any(_STATUS_TYPES.match(part.type) for part in parts)


def _wrapped(raw: bytes, parts: Sequence[Part], depth: int) -> Bounce | None:
    """Read a report that a gateway attached to a mail of its own; whatever a person attached stays a person's (D6)."""
    attached = [part for part in parts if part.type in MESSAGES][:ATTACHED_LIMIT]
    for content in (part.content(raw) for part in attached if depth <= WRAPPINGS):
        if not _MAY_REPORT.search(content):
            continue
        try:
            inner = walk(content)
        except UnreadableMail:
            continue
        report = Report(inner[0].block, "", "")
        if report.field("x-mailsupport-id"):
            continue  # a mail of ours that came back: what it carries was sent to us by somebody else
        found = _read(content, inner, report) if inner[0].type == "multipart/report" else None
        if found is not None and found.evidence == RFC3464:
            return replace(found, original_own_id=own_id(content, inner))
        if report.is_automatic and (deeper := _wrapped(content, inner, depth + 1)) is not None:
            return deeper
    return None


def _read(raw: bytes, parts: Sequence[Part], report: Report) -> Bounce | None:
    if bouncejson.SENDER in report.field("from").lower():
        told = bouncejson.read_notification(report.text)
        if told is None:
            return None
        return Bounce(told.recipients[:RECIPIENT_LIMIT], told.original_id, "Amazon SES", told.own_id, told.provider_id)
    from_system = report.may_be_one or parts[0].type == "multipart/report"
    if not from_system and not (report.is_automatic and _has_status(parts)):
        return None
    groups = list(_status_groups(raw, parts, report))
    recipients = _recipients(groups)
    if recipients:
        bad = tuple(r for r in recipients if r.action not in _GOOD_NEWS)
        if not report.may_be_one and all(r.status.startswith("4.7.") for r in bad):
            return None  # a challenge ("prove that you are a person") dressed as a report
        return Bounce(bad, _original_id(raw, parts, report, groups), RFC3464) if bad else None
    prose = read_prose(report, (_returned_header(raw, part) for part in parts))
    if prose is None:
        return None
    named = prose.recipients
    if prose.evidence in WEAK:
        named = _recipients(_inner_groups(raw, parts)) or named
    return Bounce(named[:RECIPIENT_LIMIT], _original_id(raw, parts, report, groups), prose.evidence)


def _status_groups(raw: bytes, parts: Sequence[Part], report: Report) -> Iterator[dict[str, str]]:
    """Yield the field groups of every delivery status: the mail's first, then one a recipient (RFC 3464 §2.1)."""
    texts = [_decoded(raw, part) for part in parts if _STATUS_TYPES.match(part.type)]
    if not texts and "-recipient:" in report.text.lower():
        texts = [report.text]  # the status part lost its type or its delimiters
    for text in texts:
        for group in _GROUP_END.split(text.replace("\r\n", "\n").replace("\r", "\n")):
            yield from _split_group(group)


def _inner_groups(raw: bytes, parts: Sequence[Part]) -> Iterator[dict[str, str]]:
    """Yield the field groups of a report that a gateway wrapped into another, as a returned mail."""
    for part in parts:
        text = _decoded(raw, part) if part.type in MESSAGES else ""
        if "final-recipient:" in text.lower():
            for group in _GROUP_END.split(text.replace("\r\n", "\n").replace("\r", "\n")):
                yield from _split_group(group)


def _split_group(group: str) -> Iterator[dict[str, str]]:
    """Yield the fields of a group; a second recipient in it begins a group that lost its empty line."""
    fields: dict[str, str] = {}
    for written, value in _FIELD.findall(group):
        name = written.lower()
        if name in fields and name.endswith("-recipient"):
            yield fields
            fields = {}
        fields.setdefault(name, " ".join(value.split()))
    if fields:
        yield fields


def _decoded(raw: bytes, part: Part) -> str:
    return text_of(part.content(raw)[:_SCAN_LIMIT], part.parameters.get("charset", ""))


def _recipients(groups: Iterable[dict[str, str]]) -> tuple[BouncedRecipient, ...]:
    """Return each recipient once, with the last thing said of it."""
    found: dict[str, BouncedRecipient] = {}
    for group in groups:
        final, original = _address(group, "final-recipient"), _address(group, "original-recipient")
        address = original if original and "." not in final.rpartition("@")[2] else final  # an internal name says nothing
        if address and len(found) < RECIPIENT_LIMIT:
            status = _status(group)
            action = _action(group.get("action", ""), status)
            found[address] = BouncedRecipient(address, status, action, original if original != address else "")
    return tuple(found.values())


def _address(group: dict[str, str], name: str) -> str:
    """Return the address in `rfc822; address`, also where its type is missing."""
    value = group.get(name, "")
    return mailbox_in(value.partition(";")[2] or value)


def _status(group: dict[str, str]) -> str:
    """Return the status code; where Status is missing or says nothing, the one in the diagnostic text."""
    stated = _STATUS.search(group.get("status", ""))
    told = _STATUS.search(group.get("diagnostic-code", ""))
    if stated and not (stated[1].endswith(".0.0") and told and told[1][0] == stated[1][0]):
        return stated[1]
    return told[1] if told else ""


def _action(said: str, status: str) -> str:
    word = said.strip().lower()
    for start, action in _ACTIONS.items():
        if word.startswith(start):
            return action
    return _ACTION_OF_CLASS.get(status[:1], "failed")


def _returned_header(raw: bytes, part: Part) -> tuple[Field, ...]:
    """Return the header fields of a returned mail, () when this part is none."""
    if part.type not in MESSAGES and part.type not in ("text/rfc822-headers", "message/rfc822-headers"):
        return ()
    content = part.content(raw)[:_SCAN_LIMIT]
    return read_block(content, start_of_headers(content), lenient=True).fields


def own_id(raw: bytes, parts: Sequence[Part]) -> str:
    """Return the id in our own field of the returned mail: providers replace the Message-ID, and leave what they do not know."""
    fields = (field for part in parts[1:] for field in _returned_header(raw, part))
    return next((clean_line(message_id(decoded_text(field.value))) for field in fields if field.name == "x-mailsupport-id"), "")


def _original_id(raw: bytes, parts: Sequence[Part], report: Report, groups: Sequence[dict[str, str]]) -> str:
    """Return the Message-ID of the mail that bounced: from the returned mail, else from what the report says of it."""
    for part in parts[1:]:
        for field in _returned_header(raw, part):
            if field.name == "message-id":
                return clean_line(message_id(decoded_text(field.value)))
    stated = next((group["x-original-message-id"] for group in groups if "x-original-message-id" in group), "")
    returned = _RETURNED_ID.search(report.text)
    said = (message_id(stated), message_id(returned[1]) if returned else "")
    replied = (*message_ids(report.field("in-reply-to")), *reversed(message_ids(report.field("references"))))
    return next((clean_line(id_) for id_ in (*said, *replied) if id_), "")
