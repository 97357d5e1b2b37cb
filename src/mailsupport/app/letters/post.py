"""Into the outbox: how a letter gets its words, its bytes and its row, in the transaction that caused it (P3).

Comes in: a scene and a `Letter`. Goes out: an outbox row whose bytes, Message-ID and Date never change again. Who is written
to, and what a letter says, is decided by its author: `app.letters.to_customer`, `app.letters.to_staff`,
`app.letters.to_contacts`. Rules for editing here: a template that fails sends the built-in plain mail and tells the operator
(P6); nothing here talks to a server.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from mailsupport.app.crashpoints import reach
from mailsupport.app.scene import Scene
from mailsupport.core.effects import TellOperator
from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Audience, Purpose
from mailsupport.core.model import Address
from mailsupport.core.timing.worktime import local
from mailsupport.errors import TemplateProblem
from mailsupport.mail import threading
from mailsupport.mail.bodyparts import OutgoingAttachment
from mailsupport.mail.compose import Outgoing, build, headers_for, mailto
from mailsupport.mail.contexts import Action, Context, OperatorContext, kind_of, template_of
from mailsupport.mail.render import Rendered, plain_fallback
from mailsupport.store import facts, outbox
from mailsupport.store.rows import NewOutgoing

RANKS = {
    "alert": 0,
    "answer": 1,
    "all_clear": 2,
    "held": 2,
    "done": 2,
    "page": 2,
    "operator": 2,
    "notification": 3,
    "receipt": 4,
    "self_test": 4,
}
"""What is sent first when much is waiting (DESIGN §5 Sending)."""

OPERATOR_AGAIN = timedelta(days=1)
"""The operator hears of the same trouble once in this time."""

NEVER_AGAIN = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to be sent: to whom, in which words, and what ties it to its conversation.

    `token` gives whoever answers it their power, and comes home with bounces. `kind` is the outbox's word for it.
    """

    kind: str
    context: Context
    to: tuple[Address, ...]
    language: str
    token: str
    audience: Audience | None = None
    cc: tuple[Address, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    from_name: str = ""
    attachments: tuple[OutgoingAttachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    thread_index: str = ""
    thread_topic: str = ""
    wait: int = 0
    """Seconds that it waits before it may be sent, so that it can be taken back."""


def send(scene: Scene, letter: Letter) -> int:
    """Put a letter into the outbox; return its row's number."""
    service, box = scene.service, scene.box
    rendered = _worded(scene, letter)
    domain = box.address.rpartition("@")[2]
    message_id = tokens.message_id(service.keys, letter.token, secrets.token_hex(6), domain)
    root = ""
    if scene.ticket is not None and letter.audience is not None:
        root = tokens.thread_root(service.keys, scene.ticket, letter.audience, domain)
    index, topic = _conversation(scene, letter, root, rendered.subject)
    automatic = headers_for(kind_of(letter.context))
    outgoing = Outgoing(
        kind=kind_of(letter.context),
        message_id=message_id,
        date=scene.now,
        from_name=letter.from_name or box.display_name or service.name,
        from_address=box.address,
        to=letter.to,
        cc=letter.cc,
        reply_to=reply_to(scene, letter.token),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        in_reply_to=letter.in_reply_to,
        references=tuple(dict.fromkeys(filter(None, (root, *letter.references, letter.in_reply_to)))),
        attachments=letter.attachments,
        extra_headers=letter.headers,
        thread_index=index,
        thread_topic=topic,
        auto_submitted=automatic.auto_submitted,
        suppress=automatic.suppress,
        importance_high=automatic.importance_high,
    )
    new = NewOutgoing(
        message_id=message_id,
        kind=letter.kind,
        rank=RANKS[letter.kind],
        ticket=scene.ticket,
        cause_mail=scene.mail,
        mailbox=box.name,
        sender=_envelope_sender(scene, letter),
        subject=rendered.subject,
        data=build(outgoing),
        created_at=scene.now,
        not_before=scene.now + timedelta(seconds=letter.wait) if letter.wait else None,
    )
    row = outbox.put(scene.tx, new, [a.email for a in (*letter.to, *letter.cc)])
    reach("act.outbox")
    return row


def _conversation(scene: Scene, letter: Letter, root: str, subject: str) -> tuple[str, str]:
    """Return what Outlook groups by: the customer's own index goes on, our people have one a ticket and audience."""
    if letter.audience in (None, Audience.CUSTOMER):
        return letter.thread_index, letter.thread_topic
    named = hashlib.sha256(root.encode()).digest()[:16]
    begun = threading.thread_index(named, scene.subject().received_at)
    return threading.child(begun, scene.now), threading.thread_topic(subject, ours=True)


def reply_to(scene: Scene, token: str) -> str:
    """Return the plus-address for replies, or "" while nobody has seen one arrive (then From is where replies go)."""
    box = scene.box
    usable = box.plus_address == "on" or (box.plus_address == "auto" and box.name in scene.service.learned.plus)
    return tokens.reply_address(box.address, token) if usable else ""


def own_address(scene: Scene, person: str) -> str:
    """Return somebody's own address, for what names no ticket; "" while plus-addresses are not known to arrive."""
    address = reply_to(scene, personal_token(scene, person))
    return address if address != scene.box.address else ""


def personal_token(scene: Scene, person: str) -> str:
    """Return the token of what somebody is written about no ticket."""
    return tokens.issue(scene.service.keys, Purpose.PERSON, 0, person, "0")


def inner_headers(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the fields by which our own people's programs sort our mails; what is empty has none. Customers get none (P7)."""
    return {f"X-Mailsupport-{name}": value for name, value in facts.items() if value}


def answer_action(scene: Scene, token: str) -> Action:
    """Return a ready mail whose text the customer gets, its address for a command; `token` is one for answers."""
    address = reply_to(scene, token)
    body = "" if address else f"\n\n{tokens.body_marker(token)}"
    return Action(mailto(address or scene.box.address, scene.subject().subject, body), address)


def action(scene: Scene, token: str, command: str, about: str = "") -> Action:
    """Return a ready mail: to the plus-address, or with the token in its body where plus-addresses are not known to work.

    `about` is what stands in its subject where that is not the ticket's.
    """
    address = reply_to(scene, token)
    body = f"{command} " if address else f"{command} \n\n{tokens.body_marker(token)}"
    subject = f"{' '.join(command.strip('/').split())}: {about or scene.subject().subject}"
    return Action(mailto(address or scene.box.address, subject, body), command)


def _envelope_sender(scene: Scene, letter: Letter) -> str:
    """A receipt has none, so that nothing can bounce into a loop; everything else brings its bounces home (RFC 3834 §3.3)."""
    if letter.kind in ("receipt", "self_test") and not scene.service.learned.no_null_sender:
        return ""
    return reply_to(scene, letter.token) or scene.box.address


def _worded(scene: Scene, letter: Letter) -> Rendered:
    name = template_of(letter.context)
    try:
        return scene.service.templates.render(name, letter.language, letter.context)
    except TemplateProblem as problem:
        if letter.kind != "operator":
            cure = f"{problem.cure or 'mend the template'}; until then the built-in plain mail goes out"
            tell_operator(scene, TellOperator(f"template:{name}", f"the template {name} does not work", problem.message, cure))
        return plain_fallback(kind_of(letter.context), letter.context)


def tell_operator(scene: Scene, effect: TellOperator) -> None:
    """Tell the operator of something stuck; the same key once a day, or once for all."""
    service = scene.service
    if service.learned.just_asked(effect.key, scene.now):
        return
    if not facts.first_time(scene.tx, f"told:{effect.key}", scene.now, NEVER_AGAIN if effect.once else OPERATOR_AGAIN):
        service.learned.asked[effect.key] = scene.now
        return
    zone = service.desk.timezone
    what, why, cure = (local(words, zone) for words in (effect.what, effect.why, effect.cure))
    context = OperatorContext(what, why, cure, scene.now, zone)
    send_to_operator(scene, context, effect.what)


def send_to_operator(scene: Scene, context: Context, what: str) -> None:
    """Put a mail to the operator into the outbox, and `what` it tells into the log."""
    desk = scene.service.desk
    token = personal_token(scene, desk.operator)
    send(scene, Letter("operator", context, (Address("", desk.operator),), desk.language, token))
    scene.log("operator_told", "mailsupport", {"what": what})
