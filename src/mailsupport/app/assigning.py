"""How a ticket finds somebody who answers it: given or offered by turns, taken, passed on; and what an answer passed over.

Comes in: a scene and an effect, as in `app.act`, whose table names these functions; `move_on` is a part of the sweep. Goes out:
rows of offers, and the effects that follow. Who is chosen stands in `core.deciding.assignment`. Rules for editing here: an
offer ends by compare-and-set before anything follows from its end, so that two sweeps, or a sweep and a reply, never both act;
whatever else became of the ticket meanwhile (closed, merged, answered, assigned) is looked at then, and needs to say nothing
here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog

from mailsupport.app.presence import desk_now, present
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding import assignment
from mailsupport.core.deciding.assignment import Choice, Colleague
from mailsupport.core.desk import Contract, Person, Policy
from mailsupport.core.effects import Effect, Notify
from mailsupport.core.judging.routing import staff_of
from mailsupport.core.model import State, Ticket
from mailsupport.core.orders import Assign, GiveOut, PassOn, TakeByAnswer
from mailsupport.core.reaching import warning
from mailsupport.core.reaching.absences import acting_for
from mailsupport.errors import Crossed, MailsupportError
from mailsupport.store import leases, mails, offers, tickets
from mailsupport.store.offers import DROPPED, EXPIRED, GIVEN, OVER, PASSED, TAKEN, OfferRow

Closed = Callable[[str, datetime], bool]
"""Whether an answer may still lie unread in a mailbox before an instant."""

LOOKED_BACK = timedelta(days=30)
"""What was due longer ago than this is no ticket that an answer passes over: somebody has given it up."""

MOST_LEFT = 50
"""Tickets of somebody who goes away that others hear of at once; of the rest, when the next thing happens."""

_log = structlog.get_logger("assigning")


# --- whose turn it is ---


def give_out(scene: Scene, effect: GiveOut) -> None:
    """Let one of these people have the ticket, or be asked; where nobody is free, all of them hear of it."""
    before = offers.of_ticket(scene.tx, scene.number)
    number = max((row.round for row in before), default=-1) + 1
    if effect.dropped_by:
        offers.make(scene.tx, scene.number, number, effect.dropped_by, scene.now, scene.now, DROPPED)
    _to_the_next(scene, effect.people, number, "nobody_free" if effect.event == "new" else effect.event)


def _to_the_next(scene: Scene, people: tuple[Person, ...], number: int, event: str) -> None:
    leases.one_at_a_time(scene.tx, "assignment")  # what is chosen elsewhere at this moment counts as a turn, too
    choice = following(scene, people, number)
    person, policy = choice.person, scene.service.desk.assignment.policy
    if person is None:
        scene.log("given_to_all", "mailsupport", {"reason": choice.reason})
        _perform(scene, Notify(event, people))
    elif policy is Policy.OFFER:
        _offer(scene, person, number, choice)
    elif offers.make(scene.tx, scene.number, number, person.key, scene.now, scene.now, GIVEN):
        _perform(scene, Assign(person, choice.reason), Notify("assigned", (person,)))


def _offer(scene: Scene, person: Person, number: int, choice: Choice) -> None:
    seconds = scene.service.desk.assignment.offer_for
    until = assignment.offered_until(scene.contract.calendar, scene.now, seconds)
    if offers.make(scene.tx, scene.number, number, person.key, scene.now, until):
        scene.log("offered", person.key, {"until": until, "reason": choice.reason})
        _perform(scene, Notify("offered", (person,)))


def following(scene: Scene, people: Iterable[Person], number: int) -> Choice:
    """Return who is next in that round, as things stand."""
    desk = present(scene)
    asked = {row.person for row in offers.of_ticket(scene.tx, scene.number) if row.round == number}
    known = [_colleague(scene, person, person.key in asked, assignment.is_away(person, desk, scene.now)) for person in people]
    return assignment.choose(desk.assignment, known)


def offered(scene: Scene, person: Person) -> tuple[datetime | None, str]:
    """Return until when the ticket is offered to somebody, and the name of who is next as things stand, "" for everybody."""
    found = offers.open_of(scene.tx, scene.number)
    if found is None or found.person != person.key:
        return None, ""
    then = following(scene, _staff(scene), found.round).person
    return found.until, (then.name or then.key) if then is not None else ""


def likeliest(scene: Scene, but: str, most: int) -> tuple[Person, ...]:
    """Return who is likeliest to see to the ticket: whoever has it, who answered last, and who has the fewest; nobody away.

    `but` is the key of whoever asks.
    """
    desk, ticket = present(scene), scene.subject()
    there = [one for one in _staff(scene) if one.key != but and not assignment.is_away(one, desk, scene.now)]
    answer = mails.answered(scene.tx, ticket.number) if ticket.state is not State.NEW else None
    named = dict.fromkeys((ticket.assignee, answer.person if answer is not None else ""))
    first = [one for key in named for one in there if one.key == key]
    rest = sorted(there, key=lambda one: offers.turns(scene.tx, one.key).load) if len(first) < most else []
    return tuple({one.key: one for one in (*first, *rest)}.values())[:most]


def _colleague(scene: Scene, person: Person, asked: bool, away: bool) -> Colleague:
    if asked or away:
        return Colleague(person, away=away, asked=asked)
    turns = offers.turns(scene.tx, person.key)
    return Colleague(person, load=turns.load, turn=turns.last)


def _staff(scene: Scene) -> tuple[Person, ...]:
    return staff_of(scene.contract, scene.subject().mailbox, scene.service.desk)


def readers(service: Service, tx: Tx, ticket: Ticket, contract: Contract, now: datetime) -> tuple[Person, ...]:
    """Return who hears of what happens on a ticket: whoever has it or stands in for them, or is asked to take it; else all."""
    desk = service.desk
    if ticket.assignee:
        return warning.readers(ticket, contract, desk_now(tx, desk, now), now)
    offer = offers.open_of(tx, ticket.number) if desk.assignment.policy is Policy.OFFER else None
    asked = desk.people.get(offer.person) if offer is not None else None
    return (asked,) if asked is not None else staff_of(contract, ticket.mailbox, desk)


# --- what becomes of an offer ---


def settle(scene: Scene, taken_by: str) -> None:
    """End the ticket's open offer: somebody has it now, or it needs nobody any more ("")."""
    found = offers.open_of(scene.tx, scene.number)
    if found is not None:
        offers.end(scene.tx, found.id, TAKEN if found.person == taken_by else OVER, scene.now)


def pass_on(scene: Scene, effect: PassOn) -> None:
    """Ask the next one at once, where the ticket is still offered to that person."""
    found = offers.open_of(scene.tx, scene.number)
    if found is None or found.person != effect.person.key or not offers.end(scene.tx, found.id, PASSED, scene.now):
        return
    scene.log("passed_on", effect.person.key, {"reason": effect.reason})
    _after(scene, found)


def _after(scene: Scene, ended: OfferRow) -> None:
    """Ask the next one of a round, unless the ticket needs nobody any more; once all were asked, they hear of it together."""
    if assignment.is_wanted(scene.subject()):
        _to_the_next(scene, _staff(scene), ended.round, "unclaimed")


def next_until(tx: Tx) -> datetime | None:
    """Return when an offer ends by itself next, or None."""
    return offers.next_until(tx)


def move_on(service: Service, now: datetime, closed: Closed) -> tuple[int, set[str]]:
    """End the offers whose time is over, each in a transaction; return how many, and the mailboxes to be read before others."""
    with service.store.read() as tx:
        due = offers.due(tx, now)
    ended, unread = 0, set[str]()
    for row in due:
        try:
            with service.store.write() as tx:
                ended += _expire(service, tx, row, now, closed, unread)
        except Exception as error:  # P12: whatever one ticket makes us stumble over, the others find somebody.
            if not isinstance(error, Crossed):
                known = isinstance(error, MailsupportError)
                _log.error("offer_not_ended", ticket=row.ticket, error=str(error), exc_info=not known)
    return ended, unread


def _expire(service: Service, tx: Tx, row: OfferRow, now: datetime, closed: Closed, unread: set[str]) -> bool:
    if not leases.one_at_a_time(tx, "sweep", wait=False) or not tickets.hold(tx, [row.ticket], wait=False):
        return False  # another daemon judges, or a mail about it comes in: the next sweep looks again
    ticket = tickets.ticket(tx, row.ticket)
    scene = Scene(service, tx, now, ticket.mailbox if ticket is not None else "", ticket=row.ticket)
    if ticket is not None and closed(ticket.mailbox, row.until):
        unread.add(ticket.mailbox)
        return False
    wanted = ticket is not None and assignment.is_wanted(ticket)
    if not offers.end(tx, row.id, EXPIRED if wanted else OVER, now):
        return False
    if wanted:
        scene.log("offer_expired", row.person, {"until": row.until})
        _after(scene, row)
    return True


# --- who has it ---


def take_by_answer(scene: Scene, effect: TakeByAnswer) -> None:
    """Let whoever answers have the ticket, where tickets are handed out; and count what their answer passed over."""
    desk, ticket = scene.service.desk, scene.subject()
    person = desk.people.get(effect.who)
    if person is None:
        return
    if effect.due_at is not None:
        _count_passed_over(scene, person, effect.due_at)
    if desk.assignment.policy is Policy.MANUAL or ticket.assignee:
        return
    if assignment.may_answer(person.key, ticket.contract, ticket.mailbox, desk):
        _perform(scene, Assign(person, f"answered by {person.key}"))
    else:
        settle(scene, "")


def _count_passed_over(scene: Scene, person: Person, due_at: datetime) -> None:
    waiting = offers.overdue(scene.tx, person.key, scene.number, due_at, scene.now - LOOKED_BACK)
    count = assignment.passed_over(person.key, waiting, scene.service.desk)
    if count:
        scene.log("out_of_order", person.key, {"passed_over": count, "due": due_at})


# --- whoever goes away ---


def leave_behind(scene: Scene, person: Person) -> None:
    """Let what somebody has who is away now go to whoever stands in, or be given out anew; what is offered to them goes on."""
    for row in offers.open_to(scene.tx, person.key):
        if offers.end(scene.tx, row.id, OVER, scene.now):
            _after(_scene(scene, row.ticket), row)
    desk = present(scene)
    deputy = desk.people.get(acting_for(person.key, desk, scene.now).key)
    for number in offers.held(scene.tx, person.key, MOST_LEFT):
        other = _scene(scene, number)
        if deputy is not None:
            _perform(other, Notify("stand_in", (deputy,)))
            continue
        others = tuple(one for one in _staff(other) if one.key != person.key)
        if not others:
            continue
        _perform(other, Assign(None, f"{person.key} is away"), assignment.given_out(others, "left_behind", desk))


def _scene(scene: Scene, number: int) -> Scene:
    found = tickets.kept(scene.tx, number)
    mailbox = found.mailbox if found is not None else scene.mailbox
    other = Scene(scene.service, scene.tx, scene.now, mailbox, ticket=number, actor=scene.actor, shared=scene.shared)
    if found is not None:
        other.know(found)
    return other


def _perform(scene: Scene, *effects: Effect) -> None:
    from mailsupport.app import act  # act's table names this module

    act.perform(scene, effects)
