"""Who answers the ticket: take, drop, assign, next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from types import MappingProxyType

from mailsupport.core.deciding.assignment import WAITS_FOR_US, given_out, may_answer
from mailsupport.core.deciding.verbs.asked import Asked, Done, Refused, Verb
from mailsupport.core.deciding.verbs.asking import called
from mailsupport.core.deciding.verbs.chain import noticed
from mailsupport.core.desk import Desk, Person
from mailsupport.core.effects import Effect, Log, Notify
from mailsupport.core.handling import HandOut
from mailsupport.core.orders import Assign, PassOn
from mailsupport.core.reaching.contacts import resolve_target
from mailsupport.core.said import said


def take(asked: Asked) -> Done | Refused:
    """The author answers it from now on; whoever did before hears of it."""
    before = _assignee(asked)
    if asked.ticket.assignee == asked.person.key:
        return Done(noticed(asked), said("taken_already"))
    told = (Notify("taken", (before,)),) if before is not None else ()
    return Done((Assign(asked.person, f"taken by {asked.person.key}"), *noticed(asked), *told), said("taken"))


def drop(asked: Asked) -> Done | Refused:
    """Nobody in particular answers it any more, and the others hear why; what was only offered goes on to the next one."""
    key, offered = asked.person.key, asked.arrival.known.offered_to
    if not asked.value and asked.desk.assignment.decline_needs_reason:
        return Refused(said("drop_needs_reason"), said("write_behind", verb="drop"))
    if asked.ticket.assignee not in ("", key):
        return Refused(said("assigned_to_another", name=_name(asked.ticket.assignee, asked.desk)))
    if not asked.ticket.assignee and offered:
        if offered != key:
            return Refused(said("offered_to_another", name=_name(offered, asked.desk)))
        return Done((PassOn(asked.person, asked.value),), said("passed_on"))
    others = tuple(person for person in asked.arrival.route.staff if person.key != key)
    effects: list[Effect] = [Assign(None, f"dropped by {key}: {asked.value}"), Log("dropped", key, {"reason": asked.value})]
    waits = asked.ticket.state in WAITS_FOR_US
    next_one = given_out(others, "dropped", asked.desk, key) if waits and others else Notify("dropped", others)
    return Done((*effects, next_one), said("dropped" if isinstance(next_one, Notify) else "passed_on"))


def assign(asked: Asked) -> Done | Refused:
    """Somebody else answers it from now on: a person by key, name or address, or whoever has a role."""
    if not asked.value:
        return Refused(said("assign_needs_person"), said("write_behind", verb="assign"))
    found = _named(asked)
    if isinstance(found, Refused):
        return found
    if found.key == asked.person.key:
        return take(replace(asked, verb="take", value=""))
    if found.key == asked.ticket.assignee:
        return Done((), said("assigned_already", name=found.name or found.key))
    order = Assign(found, f"assigned by {asked.person.key}")
    return Done((order, Notify("assigned", (found,))), said("assigned", name=found.name or found.key))


def next_ticket(asked: Asked) -> Done | Refused:
    """The most urgent ticket that nobody answers yet becomes the author's; it comes as a notification of its own."""
    key, urgent = asked.person.key, asked.arrival.known.urgent
    mine = (one for one in urgent if may_answer(key, one.ticket.contract, one.ticket.mailbox, asked.desk))
    found = next(mine, None)
    if found is None:
        return Done((), said("nothing_waits"))
    return Done(
        (HandOut(found.ticket.number, asked.person),), said("handed_out", subject=found.ticket.subject[:80], due=found.due_at)
    )


def _assignee(asked: Asked) -> Person | None:
    return asked.desk.people.get(asked.ticket.assignee)


def _name(key: str, desk: Desk) -> str:
    person = desk.people.get(key)
    return person.name or key if person is not None else key


def _named(asked: Asked) -> Person | Refused:
    """The one person whom a word stands for: only somebody of ours who may answer."""
    word, desk = asked.value.strip().strip("<>@").lower(), asked.desk
    ours = [p for p in desk.people.values() if p.key in desk.staff_keys | desk.contact_keys]
    found = called(word, ours) or _in_role(asked, word, ours)
    if len(found) == 1:
        return found[0]
    if found:
        return Refused(said("several_people", word=asked.value, names=", ".join(p.name or p.key for p in found)))
    near = get_close_matches(word, [p.key for p in ours] + [p.name.lower() for p in ours], n=1)
    meant = next((p for p in ours if near and near[0] in (p.key, p.name.lower())), None)
    return Refused(said("nobody_called", word=asked.value), said("did_you_mean", meant=meant.key) if meant else None)


def _in_role(asked: Asked, word: str, ours: list[Person]) -> list[Person]:
    role = word.replace(" ", "_")
    people, _ = resolve_target(role, asked.arrival.route.customer, asked.desk, asked.arrival.now)
    keys = {person.key for person in people}
    return [person for person in ours if person.key in keys]


VERBS: Mapping[str, Verb] = MappingProxyType({"take": take, "drop": drop, "assign": assign, "next": next_ticket})
