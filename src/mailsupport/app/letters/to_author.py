"""What the author of a mail to us gets back: that it is held, what it did, the page that it asked for.

Comes in: a scene and an effect. Goes out: one letter to the address that we know of the person, never to the one it came from. A
reply to these mails stays inside: their token is none for answers.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mailsupport.app.letters.facts import happened, language_of, name_of, ticket_facts, zone_of
from mailsupport.app.letters.pages import GROUPS, board, card
from mailsupport.app.letters.post import Letter, action, inner_headers, personal_token, send, tell_operator
from mailsupport.app.scene import Scene
from mailsupport.core.deciding.answers import ANSWER_GRACE
from mailsupport.core.deciding.confirming import NO_CHOICE
from mailsupport.core.deciding.own_address import UNPROVEN
from mailsupport.core.desk import Person
from mailsupport.core.effects import Hold, TellOperator
from mailsupport.core.guard import ClockState
from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Audience, Purpose
from mailsupport.core.model import Address
from mailsupport.core.orders import Confirm, Tell
from mailsupport.core.reaching.digests import HOUR, recent
from mailsupport.core.reading.commands import read_request
from mailsupport.core.said import Said, said
from mailsupport.mail.contexts import ConfirmContext, Context, DoneContext, HeldContext, PageContext, TicketFacts
from mailsupport.store import digests, facts, holds, mails

ASKED_AGAIN = timedelta(minutes=10)
"""Whoever is named as the author of mails that nothing proves is asked about one of them in this time: they may be forged."""

SHOWN = 60
"""Lines of a history that its page shows."""

PAGES, PAGES_AN_HOUR = "pages", 30
"""So many pages somebody gets within an hour who asks for them: more, and a program asks. Nothing else is kept from them."""


def hold(scene: Scene, effect: Hold) -> None:
    """Keep a staff mail back and ask its author, at the address we know."""
    person = effect.person
    if effect.purpose == UNPROVEN and not facts.first_time(scene.tx, f"asked:{person.key}", scene.now, ASKED_AGAIN):
        scene.log("not_asked", person.key, {"reason": "they were asked about another such mail a moment ago"})
        return
    if effect.at_most and _asked_too_often(scene, effect):
        return
    until = scene.now + ANSWER_GRACE if effect.purpose == "answered" else effect.until
    row = _kept(scene, effect, until)
    nonce = holds.named(row, effect.stands_by)
    token = tokens.issue(scene.service.keys, Purpose.CONFIRM, scene.ticket or 0, person.key, nonce)
    context: Context
    if effect.purpose == "answered":
        context = ConfirmContext(
            ticket=ticket_facts(scene, scene.subject()),
            person=person.name,
            zone=zone_of(scene, person),
            seen_at=scene.now,
            words=_words(scene, effect),
            to=tuple(a.email for a in scene.reading.to) if scene.reading else (),
            until=until,
        )
    else:
        context = _held(scene, effect, token, row)
    send(scene, _letter(scene, person, token, "held", context))
    scene.log("held", person.key, {"reason": effect.reason.code, "hold": row})


def confirm(scene: Scene, effect: Confirm) -> None:
    """Tell the author of a mail shortly what it did, with the next deadline."""
    send(scene, _letter(scene, effect.person, *_done(scene, effect.person, effect.done)))


def undone(scene: Scene, person: Person, in_time: bool, text: str) -> None:
    """Tell somebody whether their answer was taken back, and give them its text."""
    statement = said("undone") if in_time else said("undo_too_late")
    send(scene, _letter(scene, person, *_done(scene, person, (statement,), text if in_time else "")))


def tell(scene: Scene, effect: Tell) -> None:
    """Send the page that somebody asked for; the last of an hour says so, and what is asked for beyond it goes unanswered."""
    person, about = effect.person, str(effect.values.get("verb", ""))
    before = recent(digests.mailed(scene.tx, PAGES, person.key), scene.now)
    if len(before) >= PAGES_AN_HOUR:
        scene.log("not_told", person.key, {"page": effect.page, "most": PAGES_AN_HOUR})
        return
    digests.note_mailed(scene.tx, PAGES, person.key, (*before, scene.now), scene.now)
    token = _token(scene, person)
    shown, more = board(scene, person, mine=effect.page == "mine") if effect.page in ("status", "mine") else ((), 0)
    context = PageContext(
        page=effect.page,
        person=person.name,
        zone=zone_of(scene, person),
        now=scene.now,
        marker=token,
        ticket=_facts(scene) if effect.page == "history" else None,
        history=happened(scene, limit=SHOWN) if effect.page == "history" else (),
        tickets=shown,
        more=more,
        commands=card(about) if effect.page == "help" else (),
        groups=GROUPS if effect.page == "help" and not about else (),
        again_at=(*before, scene.now)[0] + HOUR if len(before) + 1 == PAGES_AN_HOUR else None,
    )
    send(scene, _letter(scene, person, token, "page", context))


def _held(scene: Scene, effect: Hold, token: str, row: int) -> HeldContext:
    words, person = _words(scene, effect), effect.person
    before = holds.open_hold(scene.tx, row) if effect.reason.code == NO_CHOICE else None
    overtaken = (before.reason if before is not None else effect.reason.code) == "answered_since"
    request = read_request(words, scene.service.desk.command_words)
    choices = {name: action(scene, token, f"/{name}") for name in effect.choices}
    theirs = mails.newest_public(scene.tx, scene.number) if overtaken else None
    return HeldContext(
        why=effect.reason,
        person=person.name,
        zone=zone_of(scene, person),
        words=words,
        marker=token,
        ticket=_facts(scene),
        advice=effect.advice,
        suggestion=f"/{effect.nearest}" if effect.nearest else "",
        corrected=request.corrected if "run" in choices else "",
        overtaken=overtaken,
        theirs=theirs.new_text if theirs is not None and theirs.person else "",
        theirs_by=name_of(scene, theirs.person) if theirs is not None else "",
        run=choices.get("run"),
        send=choices.get("send"),
        note=choices.get("note"),
        discard=choices.get("discard"),
        until=before.until if before is not None else effect.until,
    )


def _done(scene: Scene, person: Person, done: tuple[Said, ...], words: str = "") -> tuple[str, str, DoneContext]:
    token, window = _token(scene, person), scene.service.desk.undo_window
    due = _next_due(scene)
    waits = any(one.code == "sent_held" for one in done)
    context = DoneContext(
        person=person.name,
        zone=zone_of(scene, person),
        done=done,
        marker=token,
        ticket=_facts(scene),
        answer_by=due,
        overdue=due is not None and due < scene.now,
        undo=action(scene, token, "/undo") if waits else None,
        undo_until=scene.now + timedelta(seconds=window) if waits else None,
        words=words,
    )
    return token, "done", context


def _asked_too_often(scene: Scene, effect: Hold) -> bool:
    """Whether somebody was asked so many times within the hour that further mails are only kept, and the operator told."""
    person, key = effect.person, f"asked:{effect.at_most}"
    before = recent(digests.mailed(scene.tx, key, effect.person.key), scene.now)
    if len(before) < effect.at_most:
        digests.note_mailed(scene.tx, key, person.key, (*before, scene.now), scene.now)
        return False
    scene.log("not_asked", person.key, {"reason": f"they were asked {effect.at_most} times within an hour"})
    what = f"very many mails of {person.name or person.key}, or in their name, are held"
    why = f"{person.address} was asked about {effect.at_most} within an hour, and is not asked about further ones"
    cure = "see `mailsupport ticket list`; a program that answers our mails, or a forger, is to be stopped where it writes"
    tell_operator(scene, TellOperator(f"held:{person.key}", what, why, cure))
    return True


def _kept(scene: Scene, effect: Hold, until: datetime | None) -> int:
    """The hold's row: a new one, or that of the mail that is held already."""
    purpose = holds.purpose(effect.purpose, effect.intent, effect.choices, effect.stands_by)
    if effect.stored is not None:
        reason = effect.reason.code if effect.reason.code != NO_CHOICE else None
        return holds.ask_again(scene.tx, effect.stored, purpose, reason, until)
    return holds.hold(
        scene.tx,
        mail=scene.held,
        ticket=scene.ticket,
        person=effect.person.key,
        purpose=purpose,
        reason=effect.reason.code,
        at=scene.now,
        until=until,
    )


def _words(scene: Scene, effect: Hold) -> str:
    """The words of the mail that is held."""
    kept = mails.mail_row(scene.tx, effect.stored) if effect.stored is not None else None
    if kept is not None:
        return kept.new_text
    return scene.reading.new_text if scene.reading else ""


def _facts(scene: Scene) -> TicketFacts | None:
    return ticket_facts(scene, scene.subject()) if scene.ticket is not None else None


def _token(scene: Scene, person: Person) -> str:
    """What gives a reply its power: for notes on the ticket, or for what is about none."""
    if scene.ticket is None:
        return personal_token(scene, person.key)
    return tokens.issue(scene.service.keys, Purpose.NOTE, scene.ticket, person.key, str(scene.subject().revision))


def _next_due(scene: Scene) -> datetime | None:
    if scene.ticket is None:
        return None
    running = (ClockState.RUNNING, ClockState.LAPSED)
    return min((clock.due_at for clock in scene.clocks() if clock.state in running), default=None)


def _letter(scene: Scene, person: Person, token: str, kind: str, context: Context) -> Letter:
    ticket = scene.subject() if scene.ticket is not None else None
    facts = {"Ticket": str(ticket.number), "Priority": str(ticket.priority), "Customer": ticket.customer} if ticket else {}
    return Letter(
        kind=kind,
        context=context,
        to=(Address(person.name, person.address),),
        language=language_of(scene, person),
        token=token,
        audience=Audience.STAFF if ticket is not None else None,
        in_reply_to=scene.reading.message_id if scene.reading else "",
        references=(ticket.first_message_id,) if ticket is not None else (),
        headers=inner_headers({**facts, "Event": kind}),
    )
