"""The plain mail that goes out when a template fails: an alert that cannot be built must not become silence (P6).

In: a kind of mail and its context. Out: `Rendered`, in English, made without any template: a short letter that says who, what, by
when, and what to do.

For editing here: no template engine, no filter, no word file; whatever a field holds, a mail comes out. Each paragraph is made on
its own: one that cannot be is left out. A customer gets only what the normal mail would have told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailsupport.core.reading.clean import clean_line, clean_text
from mailsupport.core.said import Said

SUBJECT_LIMIT = 300
TEXT_LIMIT = 200_000

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
    "noticed": "To answer a customer, reply to the notification of their ticket.",
}
_STATES = {
    "alert": "[Overdue] ",
    "all_clear": "[Answered] ",
    "held": "[Not sent] ",
    "confirm": "[Please confirm] ",
    "undelivered": "[Not delivered] ",
}
_WHAT = {
    "first_response": "has had no answer",
    "next_response": "wrote again and has had no answer",
    "resolution": "waits for a solution",
    "progress_update": "has heard nothing from us for too long",
    "priority": "sent an urgent request",
    "customer": "asks for somebody above",
    "staff": "needs your help: a colleague asks for it",
    "contact": "needs your help: it was passed on to you",
    "appeal": "asks for somebody above",
    "new": "sent a new request",
    "nobody_free": "sent a new request, and nobody is free for it",
    "unclaimed": "waits: nobody has taken the request",
    "unreadable": "sent a mail that could not be read",
    "customer_reply": "wrote again",
    "reopened": "wrote again",
    "assigned": "waits: the request was given to you",
    "offered": "waits: the request is offered to you",
    "answered": "has been answered",
    "closed": "has been answered, and the request is closed",
}
"""What happened to a customer, by the code of a cause, an event or an end."""

_DOES = {
    "acknowledge": "to acknowledge",
    "take_over": "to take it over",
    "take": "to take it",
    "pass_on": "to pass it on",
    "not_me": "if it is not yours",
    "deescalate": "and why, to end the escalation",
    "close": "and what was done, to close it",
    "note": "to keep a note",
    "pause": "to let it wait for the customer",
    "run": "to have it done as it was probably meant",
    "send": "to send it",
    "discard": "to throw it away",
    "undo": "to take the answer back",
}
"""What a reply with that command does."""


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
    said = (("Why", "why"), ("What to do", "cure"), ("Seen", "at"))
    lines = [f"{name}: {text}" for name, field in said if (text := _text(context, field))]
    return f"mailsupport: {what}", "\n".join([what, "", *lines, *_listed(context, "facts")]) + "\n"


def _internal(kind: str, context: object) -> tuple[str, str]:
    """A letter to staff or a contact: first line and marker as always, then what happened, by when, what to do, and the words."""
    return _subject(kind, context), _letter(kind, context, (_happened, _until, _to_do, _about, _lists, _quoted))


def _confirm(kind: str, context: object) -> tuple[str, str]:
    return _subject(kind, context), _letter(kind, context, (_to_confirm, _about, _quoted))


def _undelivered(kind: str, context: object) -> tuple[str, str]:
    return _subject(kind, context), _letter(kind, context, (_not_taken, _until, _about, _quoted))


def _subject(kind: str, context: object) -> str:
    ticket = getattr(context, "ticket", None)
    subject = f"{_text(ticket, 'whose')}: {_text(ticket, 'subject')} [{_text(ticket, 'tag')}]" if ticket else "Your mail"
    return _STATES.get(kind, "") + subject


def _several(kind: str, context: object) -> tuple[str, str]:
    """Several tickets in one mail: a line for each."""
    total, desk = _text(context, "total"), _text(context, "desk")
    subject = f"[{total} overdue] {desk}" if kind == "digest" else f"[{total} settled] {desk}"
    return subject, _letter(kind, context, (_how_many, _to_do, _lists))


def _letter(kind: str, context: object, paragraphs: tuple[Callable[[object], str], ...]) -> str:
    marker, lead = _text(context, "marker"), _LEADS.get(kind, "") or _notification_lead(context)
    made = [f"{lead} [ref:{marker}]" if marker else lead]
    for paragraph in paragraphs:
        with suppress(Exception):  # the other paragraphs must still be told
            made.append(paragraph(context))
    return "\n\n".join(filter(None, [*made, "(This is the plain form of the mail: its template does not work.)"])) + "\n"


def _happened(context: object) -> str:
    """Who it is about and what happened, to the reader by name."""
    code = next(filter(None, (_text(context, name) for name in ("cause", "event", "reason"))), "")
    ticket, person = getattr(context, "ticket", None), _text(context, "person")
    why = next(filter(None, (_text(context, name) for name in ("why", "done", "by"))), "")
    told = _WHAT.get(code) or ("waits: a deadline is near" if code.startswith("warning_") else "")
    what = f"{_text(ticket, 'whose')}{f' {told}' if told else f': {_words(code)}'}" if ticket and code else why
    if what == why == _text(context, "by") and why:
        what = f"{why} took notice of the alerts of these tickets"
    return f"{person}, {what}." if person and what else f"{what}." if what else ""


def _to_confirm(context: object) -> str:
    """How its author says that an answer in copy was theirs, and what waits for it."""
    code, until = _text(context, "code"), _text(context, "until")
    how = f"Reply “confirm {code}” alone on the first line" if code else "Reply with any words"
    waits = f" Alerts wait for you until {until}; then they go on." if until else ""
    if_not = "If you did not, do nothing and tell your operator."
    return f"{how} if you wrote it. Until then it does not count as the answer.{waits} {if_not}"


def _not_taken(context: object) -> str:
    """Whom an answer did not reach, what the server said, and whether it is tried again."""
    again, recipients, reply = _text(context, "next_try"), _text(context, "recipients"), _text(context, "reply")
    lines = (
        f"It was for {recipients}." if recipients else "",
        f"The mail server said: {reply}" if reply else "",
        f"It is tried again by itself, next on {again}." if again else "It is not tried again: reach the customer another way.",
    )
    return "\n".join(filter(None, lines))


def _how_many(context: object) -> str:
    person, total = _text(context, "person"), _text(context, "total")
    return f"{person}, this is about {total} requests." if person else f"This is about {total} requests."


def _until(context: object) -> str:
    """By when something was or is due, and what follows then."""
    named = (
        ("promised_at", "An answer was promised by"),
        ("answer_by", "An answer is due by"),
        ("offered_until", "It is offered to you until"),
        ("undo_until", "The answer can be taken back until"),
        ("until", "Without a word from you it becomes an internal note on"),
        ("at", "That was on"),
    )
    return "\n".join(f"{words} {said}." for field, words in named if (said := _text(context, field)))


def _to_do(context: object) -> str:
    """Each thing that a reply can do."""
    found = ((getattr(getattr(context, name, None), "command", ""), does) for name, does in _DOES.items())
    lines = [f"Reply {_plain(command)} {does}." for command, does in found if command]
    return "\n".join(["What you can do:", *lines]) if lines else ""


def _about(context: object) -> str:
    """The ticket and its customer in two lines."""
    ticket = getattr(context, "ticket", None)
    if not ticket:
        return ""
    facts = (_text(ticket, name) for name in ("customer", "contract", "promise", "value"))
    name, address = _text(ticket, "requester_name"), _text(ticket, "requester_address")
    asked = f"Asked by {name} <{address}>" if name and address else f"Asked by {name or address or 'an unknown sender'}"
    since, priority = _in_zone(getattr(ticket, "received_at", None), context), _text(ticket, "priority")
    return "\n".join(filter(None, (" · ".join(filter(None, facts)), f"{asked} on {since}, priority {priority}.")))


_LISTS = {
    "lines": "The tickets:",
    "tickets": "The tickets:",
    "so_far": "What happened so far:",
    "history": "What happened:",
    "told": "Who was told:",
    "upcoming": "Who is told next:",
    "attachments": "Attachments:",
    "commands": "Commands, at the top of a reply:",
    "facts": "What is known:",
    "groups": "At a glance:",
    "mails": "The mails:",
    "gaps": "The gaps:",
}


def _lists(context: object) -> str:
    return "\n\n".join("\n".join(lines) for name in _LISTS if (lines := list(_listed(context, name))))


def _listed(context: object, name: str) -> Iterator[str]:
    """A heading and a line for each value of a list; nothing where it is empty."""
    values = getattr(context, name, ())
    if isinstance(values, tuple) and values:
        yield _LISTS[name]
        for value in values:
            yield f"  {_line(value, context)}"


def _line(value: object, context: object) -> str:
    """A value of a list in one line: what its fields hold, without their names and without buttons."""
    if not is_dataclass(value):
        return _plain(value)
    held = (getattr(value, field.name) for field in fields(value))
    shown = (
        _in_zone(one, context) if isinstance(one, datetime) else _plain(one)
        for one in held
        if not isinstance(one, bool) and not is_dataclass(one)
    )
    return " · ".join(filter(None, (clean_line(one) for one in shown)))


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


def _in_zone(value: object, context: object) -> str:
    """An instant in the reader's zone; in UTC where there is no such zone."""
    if not isinstance(value, datetime):
        return _plain(value)
    with suppress(Exception):  # whatever stands there, the time is still to be told
        return f"{value.astimezone(ZoneInfo(str(getattr(context, 'zone', '') or 'UTC'))):%a %d %b %Y, %H:%M %Z}"
    return f"{value.astimezone(UTC):%a %d %b %Y, %H:%M} UTC"


def _text(value: object, name: str) -> str:
    return _in_zone(getattr(value, name, ""), value)


def _words(code: str) -> str:
    return code.replace("_", " ")


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _in_zone(value, None)
    if isinstance(value, Said):
        return " ".join([_words(value.code), *map(_plain, value.values.values())])
    if isinstance(value, tuple):
        return ", ".join(_plain(one) for one in value)
    return str(value)


def _ignored(kind: str, context: object) -> tuple[str, str]:
    what = f"{_text(context, 'total')} mails were ignored since {_text(context, 'since')}; nothing followed from them."
    cure = "If one of them needs an answer, `mailsupport quarantine retry NUMBER` makes it a ticket."
    return f"mailsupport: {_text(context, 'total')} mails ignored", f"{what}\n\n{_lists(context)}\n\n{cure}\n"


def _gaps(kind: str, context: object) -> tuple[str, str]:
    what = f"In the coming {_text(context, 'days')} days there are times in which alerts reach nobody, or fewer than they should."
    cure = "`mailsupport chain gaps` lists them all; absences and rotations stand in the settings."
    return f"mailsupport: {_text(context, 'total')} gaps in the chains", f"{what}\n\n{_lists(context)}\n\n{cure}\n"


_FORMS = {
    "receipt": _receipt,
    "escalated": _escalated,
    "relay": _relay,
    "confirm": _confirm,
    "undelivered": _undelivered,
    "operator": _operator,
    "ignored": _ignored,
    "gaps": _gaps,
    "digest": _several,
    "all_clears": _several,
}
