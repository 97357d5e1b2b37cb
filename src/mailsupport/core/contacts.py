"""Who is told at a step of a chain? Roles, people and addresses become people, when the step fires and not before.

In: a contract's step, the customer, the desk, and who was told already. Out: people to mail, and what was left out and why.
A role is the person whom the customer has for it, else everybody who has that role. Whoever was told at a lower step of the same
round is left out unless nobody else remains. Nobody at all is a possible answer: then the caller fires the next step at once and
tells the operator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsupport.core.desk import Contract, Customer, Desk, Person
from mailsupport.core.model import Told


@dataclass(frozen=True, slots=True)
class Targets:
    """Whom a step tells; `skipped` holds what was left out (a target or a person's key) and why."""

    people: tuple[Person, ...]
    skipped: tuple[tuple[str, str], ...] = ()


def targets(
    contract: Contract, step: int, round_: int, customer: Customer | None, desk: Desk, told: Sequence[Told] = ()
) -> Targets:
    """Return whom that step (counted from 0) of that round tells, each person once."""
    found: dict[str, Person] = {}
    skipped: list[tuple[str, str]] = []
    for target in contract.steps[step].targets:
        people, why = resolve_target(target, customer, desk)
        found.update((person.key, person) for person in people if person.key not in found)
        skipped += [(target, why)] if why else []
    before = {t.person for t in told if t.round == round_ and t.step < step}
    again = [key for key in found if key in before]
    if len(again) < len(found):
        skipped += [(key, "was told at an earlier step of this round") for key in again]
        found = {key: person for key, person in found.items() if key not in before}
    return Targets(tuple(found.values()), tuple(skipped))


def resolve_target(target: str, customer: Customer | None, desk: Desk) -> tuple[tuple[Person, ...], str]:
    """Return the people a role, person's key or address stands for, and what is wrong with it ("" when nothing is)."""
    named = customer.people.get(target) if customer else None
    if named is not None:
        person = _person(named, desk)
        if person is not None:
            return (person,), ""
        others = _with_role(target, desk)
        return others, f"{named}, named for {customer.name if customer else ''}, is not among the people of the settings"
    person = _person(target, desk)
    if person is not None:
        return (person,), ""
    people = _with_role(target, desk)
    return people, "" if people else "nobody has that role, and no person has that name"


def _person(target: str, desk: Desk) -> Person | None:
    """A person by key, or by address, who may be nobody the settings know more of."""
    person = desk.people.get(target)
    if person is None and "@" in target:
        return desk.person_at(target) or Person(key=target.lower(), name="", addresses=(target.lower(),))
    return person if person is not None and person.addresses else None


def _with_role(role: str, desk: Desk) -> tuple[Person, ...]:
    return tuple(person for person in desk.people.values() if role in person.roles and person.addresses)
