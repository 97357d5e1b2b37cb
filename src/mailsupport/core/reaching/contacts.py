"""Who is told at a step of a chain? Roles, rotations, people and addresses become people, when the step fires and not before.

In: a contract's step, the customer, the desk, the instant, and who was told already. Out: people to mail, for whom they stand
in, and what was left out and why. A role is the person (or rotation) whom the customer has for it, else everybody who has that
role; a rotation is whoever is on duty; whoever is away is their deputy (`core.reaching.absences`). Whoever was told at a lower
step of the same round is left out unless nobody else remains. Nobody at all is a possible answer: then the caller fires the
next step at once and tells the operator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailsupport.core.desk import Contract, Customer, Desk, Person, Rotation
from mailsupport.core.guard import Told
from mailsupport.core.reaching.absences import StandIn, acting_for
from mailsupport.core.reaching.rotation import nobody_because, on_duty


@dataclass(frozen=True, slots=True)
class Targets:
    """Whom a step tells; `skipped` holds what was left out (a target or a person's key) and why.

    `stands_in` says of a deputy, by key, for whom they act.
    """

    people: tuple[Person, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    stands_in: Mapping[str, tuple[StandIn, ...]] = field(default_factory=dict)

    @property
    def reasons(self) -> tuple[tuple[str, str], ...]:
        """Who does not get the alert and why: those left out, and those who have somebody to stand in."""
        away = ((acting.way[0], acting.reason) for ones in self.stands_in.values() for acting in ones)
        return (*self.skipped, *away)


def targets(
    contract: Contract,
    step: int,
    round_: int,
    customer: Customer | None,
    desk: Desk,
    at: datetime,
    told: Sequence[Told] = (),
) -> Targets:
    """Return whom that step (counted from 0) of that round tells at that instant, each person once."""
    named: dict[str, Person] = {}
    skipped: list[tuple[str, str]] = []
    for target in contract.steps[step].targets:
        people, why = resolve_target(target, customer, desk, at)
        named.update((person.key, person) for person in people if person.key not in named)
        skipped += [(target, why)] if why else []
    found, stands_in, nobody = _present(named.values(), desk, at)
    skipped += nobody
    before = {t.person for t in told if t.round == round_ and t.step < step}
    again = [key for key in found if key in before]
    if len(again) < len(found):
        skipped += [(key, "was told at an earlier step of this round") for key in again]
        found = {key: person for key, person in found.items() if key not in before}
    return Targets(tuple(found.values()), tuple(skipped), {key: tuple(stands_in[key]) for key in found if key in stands_in})


def resolve_target(target: str, customer: Customer | None, desk: Desk, at: datetime) -> tuple[tuple[Person, ...], str]:
    """Return whom a role, rotation, key or address stands for then, away or not, and what is wrong with it ("" is nothing)."""
    named = customer.people.get(target) if customer else None
    if named is not None:
        found = _named(named, desk, at)
        if found is not None:
            return found
        others = _with_role(target, desk)
        return others, f"{named}, named for {customer.name if customer else ''}, is not among the people of the settings"
    found = _named(target, desk, at)
    if found is not None:
        return found
    people = _with_role(target, desk)
    return people, "" if people else "nobody has that role, and no person has that name"


def _present(
    people: Iterable[Person], desk: Desk, at: datetime
) -> tuple[dict[str, Person], dict[str, list[StandIn]], list[tuple[str, str]]]:
    """Put deputies in the place of whoever is away: who is left, for whom they stand in, and who has nobody."""
    found: dict[str, Person] = {}
    stands_in: dict[str, list[StandIn]] = {}
    nobody: list[tuple[str, str]] = []
    for person in people:
        acting = acting_for(person.key, desk, at)
        who = person if acting.key == person.key else _person(acting.key, desk)
        if who is None:
            nobody.append((person.key, acting.reason))
            continue
        found.setdefault(who.key, who)
        if acting.until is not None:
            stands_in.setdefault(who.key, []).append(acting)
    return found, stands_in, nobody


def _named(word: str, desk: Desk, at: datetime) -> tuple[tuple[Person, ...], str] | None:
    """The person of that name or address, or whoever is on duty in the rotation of that name; None when there is neither."""
    person = _person(word, desk)
    if person is not None:
        return (person,), ""
    rotation = desk.rotations.get(word)
    return None if rotation is None else _on_duty(rotation, desk, at)


def _on_duty(rotation: Rotation, desk: Desk, at: datetime) -> tuple[tuple[Person, ...], str]:
    people = tuple(person for key in on_duty(rotation, at) if (person := _person(key, desk)) is not None)
    return people, "" if people else nobody_because(rotation, at)


def _person(target: str, desk: Desk) -> Person | None:
    """A person by key, or by address, who may be nobody the settings know more of."""
    person = desk.people.get(target)
    if person is None and "@" in target:
        return desk.person_at(target) or Person(key=target.lower(), name="", addresses=(target.lower(),))
    return person if person is not None and person.addresses else None


def _with_role(role: str, desk: Desk) -> tuple[Person, ...]:
    return tuple(person for person in desk.people.values() if role in person.roles and person.addresses)
