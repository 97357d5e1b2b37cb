"""What becomes of the commands of one mail? Every verb through one table; all of them, or none.

In: the mail, its ticket, its author and what it asks for (`core.reading.commands`). Out: `Obeyed` with the effects in the order
in which they are to become rows, or `Refused`: then nothing of the mail may be sent or changed. Who may be obeyed at all was
decided before (`core.judging.standing`); here stands what goes together, and what a reply to an alert may not do.

For editing here: a verb is a function in `core.deciding.verbs`, named in the `VERBS` of its module; its words stand in
`core.reading.commands`. A verb sees the ticket as it was when the mail came, not as another verb of the same mail leaves it:
what cannot stand beside each other belongs into `NEVER_TOGETHER`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.deciding.verbs import behalf, chain, ownership, people, records, tickets, time
from mailsupport.core.deciding.verbs.asked import Asked, Refused, Verb
from mailsupport.core.desk import Desk, Person
from mailsupport.core.effects import Effect
from mailsupport.core.judging.tokens import Purpose
from mailsupport.core.model import Ticket
from mailsupport.core.reading.commands import Request
from mailsupport.core.said import Said, said

TABLE: Mapping[str, Verb] = MappingProxyType(
    {**ownership.VERBS, **time.VERBS, **chain.VERBS, **people.VERBS, **records.VERBS, **tickets.VERBS, **behalf.VERBS}
)
"""Every verb and what it does."""

NEVER_TOGETHER: tuple[frozenset[str], ...] = (
    frozenset({"take", "drop", "assign"}),
    frozenset({"close", "pause", "reopen", "spam", "merge", "drop"}),
    frozenset({"close", "note"}),
    frozenset({"close", "called"}),
    *(frozenset({"escalate", ending}) for ending in ("close", "spam", "merge")),
    frozenset({"note", "public", "spam"}),
    frozenset({"public", "called"}),
    frozenset({"pause", "resume"}),
    frozenset({"ack", "snooze", "notme", "escalate", "deescalate"}),
    frozenset({"away", "back"}),
    frozenset({"resend", "spam"}),
)
"""Of each of these a mail may hold one: two would contradict each other, or speak of two tickets."""

ALONE = frozenset({"undo", "help", "for"})
"""Verbs beside which no other may stand."""

TO_THE_CUSTOMER = ("close", "public", "resend", "for")
"""Verbs by which the customer gets a mail: never in a reply to an alert, whose first line says that it stays inside."""

INTERNAL = ("note", "called", "spam", "undo", "help")
"""Verbs that keep the text of their mail inside."""

OF_NO_TICKET = frozenset({"next", "mine", "status", "away", "back", "help", "for"})
"""Verbs that need no ticket: they work in a mail to a person's own address too."""


@dataclass(frozen=True, slots=True)
class Obeyed:
    """Everything that the commands of a mail do, and what their author is told, line by line."""

    effects: tuple[Effect, ...] = ()
    said: tuple[Said, ...] = ()


def obey(arrival: Arrival, ticket: Ticket, person: Person, request: Request, desk: Desk) -> Obeyed | Refused:
    """Return what the commands do, or why nothing of the mail is done."""
    if doubt := _together(request) or _in_an_alert(arrival, request):
        return doubt
    effects: list[Effect] = []
    told: list[Said] = []
    for command in request.commands:
        verb = TABLE.get(command.verb)
        if verb is None:
            return Refused(said("no_such_command", verb=command.verb))
        answer = verb(Asked(command.verb, command.value, request, arrival, ticket, person, desk))
        if isinstance(answer, Refused):
            return answer
        effects += answer.effects
        told += [answer.said] if answer.said is not None else []
    return Obeyed(tuple(effects), tuple(told))


def stays_inside(request: Request) -> bool:
    """Whether the commands keep the mail's text from the customer; a lesson without words on its line is the text itself."""
    return request.has(*INTERNAL) or (request.has("lesson") and not request.value("lesson"))


def _together(request: Request) -> Refused | None:
    verbs = [command.verb for command in request.commands]
    doubled = next((verb for verb in verbs if verbs.count(verb) > 1 and verb not in ("cc", "spent", "cost", "link")), "")
    if doubled:
        return Refused(said("twice", verb=doubled))
    for others in NEVER_TOGETHER:
        clash = [verb for verb in verbs if verb in others]
        if len(clash) > 1:
            return Refused(said("contradiction", one=clash[0], other=clash[1]))
    single = next((verb for verb in verbs if verb in ALONE), "")
    return Refused(said("stands_alone", verb=single)) if single and len(verbs) > 1 else None


def _in_an_alert(arrival: Arrival, request: Request) -> Refused | None:
    if not arrival.came_by(Purpose.ALERT):
        return None
    public = next((command.verb for command in request.commands if command.verb in TO_THE_CUSTOMER), "")
    return Refused(said("not_in_an_alert", verb=public), said("reply_without", verb=public)) if public else None
