"""The plain mail that goes out when a template fails: an alert that cannot be built must not become silence (P6).

In: a kind of mail and its context. Out: `Rendered`, in English, made without any template.

For editing here: no template engine, no filter, no word file; whatever a field holds, a mail comes out. A customer gets only
what the normal mail would have told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime

from mailsupport.core.reading.clean import clean_line, clean_text
from mailsupport.core.said import Said

SUBJECT_LIMIT = 300
TEXT_LIMIT = 200_000
_HIDDEN = frozenset({"person", "zone", "marker", "now", "words", "plain_reply"})

_LEADS = {
    "alert": "Any reply to this mail acknowledges it and stays internal. It never goes to the customer.",
    "all_clear": "Nothing more to do. A reply to this mail stays internal.",
    "digest": "Any reply to this mail acknowledges all of its tickets and stays internal. It never goes to a customer.",
    "all_clears": "Nothing more to do for these. A reply to this mail stays internal.",
    "held": "Your mail was not sent. Nothing was changed.",
    "confirm": "Please confirm that you wrote the answer below.",
    "undelivered": "Your answer did not reach the customer.",
    "done": "Done. A reply to this mail stays internal.",
    "page": "Here is what you asked for. A reply to this mail stays internal.",
}
_STATES = {"alert": "[Overdue] ", "all_clear": "[Answered] ", "held": "[Not sent] ", "undelivered": "[Not delivered] "}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's words: one-line subject, text, and HTML or None."""

    subject: str
    text: str
    html: str | None = None


def plain_fallback(kind: str, context: object) -> Rendered:
    """Return the built-in mail of a kind; never fails, whatever the context holds."""
    try:
        subject, text = _FORMS.get(kind, _internal)(kind, context)
    except Exception:  # the last mail before silence: a context of any shape must still tell somebody
        subject, text = (
            f"mailsupport: {kind}",
            "A mail could not be built. See `mailsupport ticket list` and `mailsupport status`.\n",
        )
    return Rendered(clean_line(subject, SUBJECT_LIMIT) or f"mailsupport: {kind}", clean_text(text)[:TEXT_LIMIT])


def _receipt(kind: str, context: object) -> tuple[str, str]:
    tag, by = _text(context, "tag"), _text(context, "answer_by")
    subject = _text(context, "subject")
    promise = f"A person will answer you by {by}." if by else "A person will answer you."
    body = f"Hello,\n\nwe have your message. {promise}\nYou can reply to this mail to add something. Your reference is {tag}.\n"
    return f"Re: {subject}" if subject else f"We have your message ({tag})", f"{body}\n-- \n{_text(context, 'desk')}\n"


def _escalated(kind: str, context: object) -> tuple[str, str]:
    subject, tag = _text(context, "subject"), _text(context, "tag")
    body = f"Your request was passed on to somebody who can see to it at once. Your reference is {tag}."
    return f"Re: {subject}", f"{body}\n\n-- \n{_text(context, 'desk')}\n"


def _relay(kind: str, context: object) -> tuple[str, str]:
    signature, tag = _text(context, "signature"), _text(context, "tag")
    subject = _text(context, "subject")
    subject = subject if subject.lower().startswith(("re:", "aw:")) else f"Re: {subject}"
    return subject, f"{_text(context, 'answer')}\n\n-- \n{signature}\n{tag}\n"


def _operator(kind: str, context: object) -> tuple[str, str]:
    what = _text(context, "what")
    return f"mailsupport: {what}", "\n".join(
        [what, "", _text(context, "why"), _text(context, "cure"), "", *_lines(context)]
    ) + "\n"


def _internal(kind: str, context: object) -> tuple[str, str]:
    """A mail to staff or a contact: first line and marker as always, then every fact by its name, then the customer's words."""
    ticket = getattr(context, "ticket", None)
    subject = f"{_text(ticket, 'whose')}: {_text(ticket, 'subject')} [{_text(ticket, 'tag')}]"
    lead = _LEADS.get(kind, "") or _notification_lead(context)
    marker = _text(context, "marker")
    lines = [
        f"{lead} [ref:{marker}]" if marker else lead,
        "",
        *_lines(context),
        "",
        _quoted(context),
        "",
        "(built-in form of this mail)",
    ]
    return _STATES.get(kind, "") + subject, "\n".join(lines) + "\n"


def _notification_lead(context: object) -> str:
    public = _text(context, "plain_reply") != "note"
    return (
        f"Your reply to this mail goes to {_text(context, 'reply_goes_to')}."
        if public
        else "Your reply to this mail stays internal."
    )


def _quoted(context: object) -> str:
    words = clean_text(_text(context, "words"))
    return "\n".join(f"> {line}" for line in words.split("\n")) if words else ""


def _lines(value: object) -> Iterator[str]:
    """Every fact as "name: value", those of an inner value indented by its name."""
    if not is_dataclass(value):
        return
    for field in fields(value):
        inner = getattr(value, field.name)
        if field.name in _HIDDEN or inner in ("", (), None):
            continue
        name = field.name.replace("_", " ")
        if isinstance(inner, tuple) and inner and is_dataclass(inner[0]):
            yield from (f"{name}: {'; '.join(_lines(one))}" for one in inner)
        elif is_dataclass(inner):
            yield f"{name}:"
            yield from (f"  {line}" for line in _lines(inner))
        else:
            yield f"{name}: {_plain(inner)}"


def _text(value: object, name: str) -> str:
    return _plain(getattr(value, name, ""))


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if isinstance(value, Said):
        return " ".join([value.code.replace("_", " "), *map(_plain, value.values.values())])
    if isinstance(value, tuple):
        return ", ".join(_plain(one) for one in value)
    return str(value)


def _ignored(kind: str, context: object) -> tuple[str, str]:
    return f"mailsupport: {_text(context, 'total')} mails ignored", "\n".join(_lines(context)) + "\n"


def _gaps(kind: str, context: object) -> tuple[str, str]:
    return f"mailsupport: {_text(context, 'total')} gaps in the chains", "\n".join(_lines(context)) + "\n"


def _several(kind: str, context: object) -> tuple[str, str]:
    """Several tickets in one mail: first line and marker as always, then a line for each."""
    total, desk, marker = _text(context, "total"), _text(context, "desk"), _text(context, "marker")
    lead = f"{_LEADS[kind]} [ref:{marker}]"
    subject = f"[{total} overdue] {desk}" if kind == "digest" else f"[{total} settled] {desk}"
    return subject, "\n".join([lead, "", *_lines(context), "", "(built-in form of this mail)"]) + "\n"


_FORMS = {
    "receipt": _receipt,
    "escalated": _escalated,
    "relay": _relay,
    "operator": _operator,
    "ignored": _ignored,
    "gaps": _gaps,
    "digest": _several,
    "all_clears": _several,
}
