"""How commands of staff mails become rows: who answers a ticket, what is taken back, kept, merged, split off, handed out.

One small function an effect, under the rules of `app.act`, whose table names them. What touches another ticket plays in a scene
of its own, in the same transaction.
"""

from __future__ import annotations

from dataclasses import replace

from mailsupport.app import assigning
from mailsupport.app.letters import to_author
from mailsupport.app.letters.post import tell_operator
from mailsupport.app.scene import Scene
from mailsupport.core.deciding import lifecycle
from mailsupport.core.deciding.lifecycle import Event
from mailsupport.core.effects import ChangeTicket, Effect, Notify, SettleHold, TellOperator
from mailsupport.core.handling import Count, HandOut, InName, Leave, Link, Merge, Retract, Split
from mailsupport.core.model import State
from mailsupport.core.orders import Assign
from mailsupport.core.reading.quoting import new_words
from mailsupport.errors import Crossed, MailsupportError
from mailsupport.store import holds, mails, names, outbox, tickets


def assign(scene: Scene, effect: Assign) -> None:
    """Somebody answers the ticket from now on, or nobody in particular."""
    ticket, key = scene.subject(), effect.person.key if effect.person is not None else ""
    if key:
        assigning.settle(scene, key)
    if key and key == ticket.assignee:
        return
    scene.change(assignee=key)
    scene.log("assigned", key or "nobody", {"reason": effect.reason, "before": ticket.assignee})


def settle_hold(scene: Scene, effect: SettleHold) -> None:
    """What was asked is decided; a second reply to the question decides nothing."""
    holds.settle_hold(scene.tx, effect.hold, effect.state)
    event = {"dropped": "dropped_hold"}.get(effect.state, effect.state)
    scene.log(event, scene.actor, {"hold": effect.hold})


def count(scene: Scene, effect: Count) -> None:
    """A held mail counts from now on; it is the mail at hand for what follows: a colleague's copy is stale against it."""
    if effect.public:
        mails.publish(scene.tx, effect.mail, effect.person)
    else:
        mails.keep_inside(scene.tx, effect.mail, effect.person)
    scene.mail, scene.reading, scene.raw = effect.mail, None, b""


def in_name(scene: Scene, effect: InName) -> None:
    """A mail of one of us holds somebody else's words, or was held and is theirs after all; what follows speaks of it."""
    number = effect.mail if effect.mail is not None else scene.held
    if effect.mail is not None:
        mails.attach(scene.tx, number, scene.number, "its author confirmed it")
        scene.mail, scene.reading, scene.raw = number, None, b""
    names.speak(scene.tx, number, effect.author, effect.kind, effect.text, new_words(effect.text), effect.person)
    if effect.flags:
        names.mark(scene.tx, number, effect.flags)
    for message_id in effect.ids:
        mails.learn(scene.tx, message_id, scene.number, split=False)
    scene.know(mail=mails.mail_row(scene.tx, number))


def retract(scene: Scene, effect: Retract) -> None:
    """An answer that waits is not sent: it stays as a note, and the ticket is as if it had not been written."""
    in_time = outbox.cancel(scene.tx, effect.outbox, f"taken back by {effect.person.key}", scene.now)
    if in_time:
        mails.keep_inside(scene.tx, effect.mail, effect.person.key)
        ticket = scene.subject()
        answered = mails.answered(scene.tx, ticket.number)
        before = State.ANSWERED if answered else State.NEW
        if ticket.state is State.CLOSED:
            before = lifecycle.follow(State.CLOSED, Event.REOPENED) if answered else State.NEW
        _perform(scene, ChangeTicket("the answer was taken back", state=before, release_alerts=True))
        scene.log("retracted", effect.person.key, {"mail": effect.mail})
    to_author.undone(scene, effect.person, in_time, effect.text)


def merge(scene: Scene, effect: Merge) -> None:
    """The ticket goes on as another one."""
    from mailsupport.app import merging  # act's table names this module, and merging performs through act

    merging.merge_in(scene.service, scene.tx, scene.number, effect.target, effect.by)
    scene.forget_clocks()


def split(scene: Scene, effect: Split) -> None:
    """A customer's mail becomes a ticket of its own; its staff are notified of it."""
    from mailsupport.app import merging  # as above

    try:
        merging.split_in(scene.service, scene.tx, effect.mail, effect.by)
    except MailsupportError as problem:
        what = f"mail {effect.mail} could not be split off ticket {scene.number} for {effect.by}"
        tell_operator(scene, TellOperator(f"split:{effect.mail}", what, problem.message, problem.cure))
    scene.forget_clocks()


def link(scene: Scene, effect: Link) -> None:
    """Both tickets name each other in their histories, and this one the other as related."""
    scene.change(related=effect.ticket)
    scene.log("linked", effect.by, {"to": effect.ticket})
    other = _other(scene, effect.ticket)
    other.log("linked", effect.by, {"to": scene.number})


def leave(scene: Scene, effect: Leave) -> None:
    """Somebody is no longer in copy."""
    ticket = scene.subject()
    tickets.remove_participant(scene.tx, ticket.number, effect.email)
    scene.know(replace(ticket, participants=tuple(p for p in ticket.participants if p.email != effect.email)))
    scene.log("left", effect.email, {})


def hand_out(scene: Scene, effect: HandOut) -> None:
    """Another ticket is given to somebody, with its notification. Raises Crossed when somebody else has just got it."""
    found = tickets.kept(scene.tx, effect.ticket)
    if found is not None and found.assignee not in ("", effect.person.key):
        raise Crossed(f"ticket {effect.ticket} was given to {found.assignee} at the same moment", "the next one is looked for")
    other = _other(scene, effect.ticket)
    _perform(other, Assign(effect.person, f"handed out to {effect.person.key}"), Notify("assigned", (effect.person,)))


def _other(scene: Scene, number: int) -> Scene:
    found = tickets.ticket(scene.tx, number)
    mailbox = found.mailbox if found is not None else scene.mailbox
    return Scene(scene.service, scene.tx, scene.now, mailbox, ticket=number, actor=scene.actor)


def _perform(scene: Scene, *effects: Effect) -> None:
    from mailsupport.app import act  # act's table names this module

    act.perform(scene, effects)
