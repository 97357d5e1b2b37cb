"""What staff get: that something happened on a ticket, that an answer was not delivered.

Comes in: a scene and an effect. Goes out: one letter a person, whose token gives that person's answer its power (P8).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailsupport.app import assigning
from mailsupport.app.letters.beside import COMMANDS, OFFERED, buttons, others
from mailsupport.app.letters.facts import asked, happened, language_of, name_of, ticket_facts, written_down_by, zone_of
from mailsupport.app.letters.post import Letter, action, inner_headers, own_address, send
from mailsupport.app.scene import Scene
from mailsupport.core.deciding.arrival import customer_side
from mailsupport.core.desk import Person
from mailsupport.core.effects import Notify
from mailsupport.core.guard import ClockKind
from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Audience, Purpose
from mailsupport.core.model import Address, Attachment, Ticket
from mailsupport.core.reaching.warning import WARNED
from mailsupport.core.reading.commands import read_request
from mailsupport.core.timing.promises import RESPONSES
from mailsupport.errors import UnreadableMail
from mailsupport.mail.bodyparts import OutgoingAttachment
from mailsupport.mail.carried import carried
from mailsupport.mail.contexts import Attached, Context, NotificationContext, UndeliveredContext
from mailsupport.ports import Outcome
from mailsupport.store import mails, ways
from mailsupport.store.rows import MailRow

REMINDERS = {
    **{f"warning_{kind}": kind for kind in WARNED},
    "wait_over": ClockKind.RESOLUTION,
    "escalation_open": ClockKind.ESCALATION_CLOSE,
}
"""Events that no mail brought about, and the deadline that each is about; they show what the customer asked last."""

FOR_CONTACTS = frozenset({"escalation_open"})
"""Events that contacts hear of, who answer nobody."""

INSIDE = FOR_CONTACTS | {"note", "acknowledged", "taken", "undelivered", "answered"}
"""Events that a colleague or a mail server told of: a plain reply speaks to them, and stays a note."""

HANDED_OVER = frozenset({"assigned", "offered", "nobody_free", "unclaimed", "stand_in", "left_behind"})
"""Events by which somebody hears for the first time of a ticket: the customer's files travel with them, too."""

OWNERSHIP = HANDED_OVER | {"dropped"}
"""Events about who answers: what the customer asked last is shown, not the command that may have brought them about."""

ATTACH_LIMIT = 5 * 1024 * 1024
"""Bytes of attachments that travel with a notification; what is above is named, and stays in the ticket."""


def notify(scene: Scene, effect: Notify) -> None:
    """Tell staff what happened on the ticket, each in a mail of their own."""
    if not effect.people:
        return
    ticket = scene.subject()
    about = asked(scene) if effect.event in OWNERSHIP else scene.about() or (asked(scene) if effect.event in REMINDERS else None)
    attachments = _travelling(scene, about, effect.event)
    for person in effect.people:
        token = _token(scene, ticket, person, effect.event)
        context: Context
        if effect.event == "undelivered":
            context = _undelivered(scene, ticket, person)
        else:
            context = _notification(scene, ticket, person, token, effect.event, about, attachments)
        send(scene, _letter(scene, ticket, person, token, context, attachments, effect.event))
    scene.log("notified", ", ".join(p.key for p in effect.people), {"event": effect.event})


def _token(scene: Scene, ticket: Ticket, person: Person, event: str) -> str:
    purpose = Purpose.NOTE if event in INSIDE else Purpose.REPLY
    return tokens.issue(scene.service.keys, purpose, ticket.number, person.key, str(ticket.revision))


def _notification(
    scene: Scene,
    ticket: Ticket,
    person: Person,
    token: str,
    event: str,
    about: MailRow | None,
    attachments: tuple[OutgoingAttachment, ...],
) -> NotificationContext:
    ready = buttons(scene, ticket, person, token) if event not in FOR_CONTACTS else None
    until, then = assigning.offered(scene, person) if event == "offered" else (None, "")
    return NotificationContext(
        event=event,
        ticket=ticket_facts(scene, ticket),
        person=person.name,
        now=scene.now,
        zone=zone_of(scene, person),
        marker=token,
        words=_words(scene, about, event) if about else "",
        author_address=about.author.email if about else "",
        author_name=_author(scene, about) if about else "",
        at=about.received_at if about else None,
        written_down_by=written_down_by(about),
        reply_goes_to=tuple(filter(None, (one.name or one.email for one in (ticket.requester, *customer_side(ticket))))),
        plain_reply="note" if event in INSIDE else "public",
        answer_by=_answer_by(scene, event),
        attachments=tuple(_attached(about, attachments)) if about else (),
        warnings=about.flags if about else (),
        history=happened(scene, limit=6) if event != "new" else (),
        earlier=others(scene, ticket),
        offered_until=until,
        then=then,
        take=ready.take if ready else None,
        pass_on=action(scene, token, "/pass") if until else None,
        note=ready.note if ready else action(scene, token, "/note"),
        close=ready.close if ready else None,
        pause=ready.pause if ready else None,
        raise_priority=ready.raise_priority if ready else None,
        commands=(OFFERED if until else COMMANDS) if ready else ("/note", "/ack"),
        own_address=own_address(scene, person.key),
    )


def _words(scene: Scene, about: MailRow, event: str) -> str:
    """Return what is new in a mail; all of it where it opened the ticket, and of our own the text without the commands."""
    if event in ("acknowledged", "taken") or about.person:
        request = read_request(about.new_text, scene.service.desk.command_words)
        text = "\n\n".join(filter(None, (request.value("note"), request.text)))
        return text if text or event in ("acknowledged", "taken") else about.new_text
    opened = event in HANDED_OVER and about.message_id == scene.subject().first_message_id
    return about.text if opened or event == "new" else about.new_text


def _author(scene: Scene, about: MailRow) -> str:
    """Return who wrote: one of us as we call them, anybody else as their mail does."""
    return name_of(scene, about.person) if about.person else about.author.name


def _attached(about: MailRow, travelling: tuple[OutgoingAttachment, ...]) -> list[Attached]:
    names = {a.name for a in travelling}
    return [Attached(a.name, a.size, included=a.name in names) for a in about.attachments]


def _undelivered(scene: Scene, ticket: Ticket, person: Person) -> UndeliveredContext:
    answer = mails.newest_public(scene.tx, ticket.number)
    recipients, reply = _lost(scene, ticket)
    return UndeliveredContext(
        ticket=ticket_facts(scene, ticket),
        person=person.name,
        zone=zone_of(scene, person),
        at=scene.now,
        recipients=recipients,
        reply=reply,
        words=answer.new_text if answer else "",
        answer_by=_answer_by(scene),
        next_try=ways.answer_tried_at(scene.tx, ticket.number) if _not_yet(scene) else None,
    )


def _not_yet(scene: Scene) -> bool:
    """Whether the relay refused nobody so far: the answer is tried again."""
    return bool(scene.refused) and not any(one.outcome is Outcome.REFUSED for one in scene.refused)


def _lost(scene: Scene, ticket: Ticket) -> tuple[tuple[str, ...], str]:
    """Return whom an answer did not reach, by the relay's results or by a bounce, and the words it was refused with."""
    if scene.refused:
        said = {one.address: f"{one.code} {one.reply}" if one.code > 0 else one.reply for one in scene.refused}
        alike = len(set(said.values())) == 1
        return tuple(said), next(iter(said.values())) if alike else "\n".join(f"{to}: {words}" for to, words in said.items())
    bounce = scene.reading.bounce if scene.reading else None
    words = scene.reading.text[:500] if scene.reading else ""
    return tuple(r.address for r in bounce.recipients) if bounce else (ticket.requester.email,), scene.reply or words


def _travelling(scene: Scene, about: MailRow | None, event: str) -> tuple[OutgoingAttachment, ...]:
    """The customer's attachments up to the limit, in their order; a larger one is named only."""
    if event in {"taken", "dropped", "undelivered", "acknowledged"}:
        return ()
    if scene.reading is not None and not (event in HANDED_OVER and about is not None and about.id != scene.mail):
        return carried(scene.raw, _within_limit(scene.reading.attachments))
    at_hand = about is not None and (event in HANDED_OVER or about.id == scene.mail)
    return _kept(scene, about) if about is not None and at_hand else ()


def _kept(scene: Scene, about: MailRow) -> tuple[OutgoingAttachment, ...]:
    """The attachments of a mail that is not at hand: out of the bytes that were kept of it, while they are."""
    chosen = _within_limit(about.attachments)
    raw = mails.raw_of(scene.tx, about.id) if chosen else None
    try:
        return carried(raw, chosen) if raw is not None else ()
    except UnreadableMail:
        return ()


def _within_limit(attachments: Iterable[Attachment]) -> list[Attachment]:
    room, chosen = ATTACH_LIMIT, []
    for attachment in attachments:
        if attachment.size <= room:
            room -= attachment.size
            chosen.append(attachment)
    return chosen


def _letter(
    scene: Scene,
    ticket: Ticket,
    person: Person,
    token: str,
    context: Context,
    attachments: tuple[OutgoingAttachment, ...],
    event: str,
) -> Letter:
    due = _answer_by(scene, event)
    facts = {
        "Ticket": str(ticket.number),
        "Event": event,
        "Priority": str(ticket.priority),
        "Customer": ticket.customer,
        "Due": due.isoformat() if due else "",
    }
    return Letter(
        kind="notification",
        context=context,
        to=(Address(person.name, person.address),),
        language=language_of(scene, person),
        token=token,
        audience=Audience.STAFF,
        references=(ticket.first_message_id,),
        from_name=f"{ticket.requester.name} via {scene.service.name}" if ticket.requester.name else "",
        attachments=attachments,
        headers=inner_headers(facts),
    )


def _answer_by(scene: Scene, event: str = "") -> datetime | None:
    """The deadline that the mail is about: the one that is warned of, else the first by which an answer is owed."""
    kinds = (REMINDERS[event],) if event in REMINDERS else RESPONSES
    return min((c.due_at for c in scene.clocks() if c.kind in kinds and c.stopped_at is None), default=None)
