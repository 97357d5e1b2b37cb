"""What customers get: the receipt, and a person's answer. Nothing of ours shows in them (P7).

Comes in: a scene and an effect. Goes out: a letter through `app.letters.post`. Both stay in the customer's own conversation:
their subject, their Message-IDs, their Thread-Index.
"""

from __future__ import annotations

from mailsupport.app.letters.facts import asked, written_down_by, zone_of
from mailsupport.app.letters.post import Letter, reply_to, send
from mailsupport.app.letters.relaying import carried_with
from mailsupport.app.scene import Scene
from mailsupport.core.effects import Relay, SendReceipt
from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Audience, Purpose
from mailsupport.core.model import Address, Ticket
from mailsupport.core.reading.clean import clean_line
from mailsupport.core.reading.ratings import GOOD, NOT_GOOD
from mailsupport.core.reading.resolution import Resolution, resolution
from mailsupport.mail import threading
from mailsupport.mail.bodyparts import OutgoingAttachment
from mailsupport.mail.compose import mailto
from mailsupport.mail.contexts import Action, Context, Fact, ReceiptContext, RelayContext
from mailsupport.store import tickets

SUBJECT_SHOWN = 60
"""Characters of a ticket's subject in a ready mail, whose own subject is cut at 100: the number behind it must not be."""


def receipt(scene: Scene, effect: SendReceipt) -> None:
    """Confirm a new ticket to whoever opened it, once."""
    ticket, box = scene.subject(), scene.box
    if not tickets.note_receipt(scene.tx, ticket.number, effect.to.key, effect.known, scene.now):
        return
    may_escalate = effect.known and scene.contract.customer_escalation and bool(scene.contract.steps)
    context = ReceiptContext(
        known=effect.known,
        tag=tokens.number_tag(scene.service.keys, ticket.number),
        desk=scene.service.name,
        contact=box.address,
        zone=zone_of(scene, None),
        answer_by=effect.answer_by,
        name=effect.to.name,
        subject=ticket.subject,
        may_escalate=may_escalate,
        urgent=_ready(scene, effect.to, "urgent") if may_escalate else None,
    )
    send(scene, letter(scene, ticket, "receipt", context, (effect.to,)))
    scene.log("receipt", effect.to.email, {"known": effect.known})


def relay(scene: Scene, effect: Relay) -> None:
    """Send a staff answer to the customer's side, under the support address."""
    ticket = scene.subject()
    question = asked(scene)
    signature = {"service": scene.service.name, "staff": effect.person.name}.get(scene.service.desk.signature, "")
    answer = carried_with(scene, effect)
    parts = resolution(answer.text, scene.service.desk.sayings) if effect.closing and not answer.html else Resolution("")
    asks = effect.closing and scene.service.desk.ratings
    context = RelayContext(
        subject=ticket.subject,
        answer=answer.text,
        answer_html=answer.html,
        tag=tokens.number_tag(scene.service.keys, ticket.number),
        zone=zone_of(scene, None),
        signature=signature,
        quoted=question.new_text if question else "",
        quoted_by=question.author.name or question.author.email if question else "",
        quoted_at=question.received_at if question else None,
        quoted_from_us=bool(written_down_by(question)),
        closing=effect.closing,
        above=parts.above if parts.rows else "",
        rows=tuple(Fact(code, said) for code, said in parts.rows),
        below=parts.below,
        good=_ready(scene, effect.to[0], GOOD, in_subject=True) if asks else None,
        not_good=_ready(scene, effect.to[0], NOT_GOOD, in_subject=True) if asks else None,
    )
    send(scene, letter(scene, ticket, "answer", context, effect.to, effect.cc, answer.files))
    scene.log("answer_queued", effect.person.key, {"to": [a.email for a in effect.to]})


def _ready(scene: Scene, to: Address, meaning: str, *, in_subject: bool = False) -> Action:
    """Return a ready mail in which the customer says one word of theirs; it goes where a reply to our mail goes.

    `in_subject`: the word stands before the subject too, where it outlives whatever becomes of the text.
    """
    ticket, sayings = scene.subject(), scene.service.desk.sayings
    word = sayings.written(meaning, ticket.language)
    address = reply_to(scene, _token(scene, ticket, to))
    subject = f"{word if in_subject else 'Re'}: {clean_line(ticket.subject, SUBJECT_SHOWN)}"
    if not address:  # a mail written anew to the mailbox itself names its ticket by the number alone (step 6 of matching)
        subject = f"{subject} [{tokens.number_tag(scene.service.keys, ticket.number)}]"
    return Action(mailto(address or scene.box.address, subject, word), word)


def _token(scene: Scene, ticket: Ticket, to: Address) -> str:
    return tokens.issue(scene.service.keys, Purpose.CUSTOMER, ticket.number, to.key, str(ticket.revision))


def letter(
    scene: Scene,
    ticket: Ticket,
    kind: str,
    context: Context,
    to: tuple[Address, ...],
    cc: tuple[Address, ...] = (),
    attachments: tuple[OutgoingAttachment, ...] = (),
) -> Letter:
    """Return a letter in the customer's own conversation; `kind` is the outbox's word for it."""
    return Letter(
        kind=kind,
        context=context,
        to=to,
        cc=cc,
        language=ticket.language,
        token=_token(scene, ticket, to[0]),
        audience=Audience.CUSTOMER,
        in_reply_to=ticket.last_customer_message_id or ticket.first_message_id,
        references=(ticket.first_message_id,),
        thread_index=threading.child(ticket.thread_index, scene.now) if ticket.thread_index else "",
        thread_topic=threading.thread_topic(ticket.subject) if ticket.thread_index else "",
        attachments=attachments,
        wait=scene.service.desk.undo_window if kind == "answer" else 0,
    )
