"""What several verbs ask alike: until when, in whose zone and language; whom a word names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from mailsupport.core.deciding.verbs.asked import Asked, Refused
from mailsupport.core.desk import Desk, Person
from mailsupport.core.reading import when
from mailsupport.core.reading.when import Reading
from mailsupport.core.said import Said, said

END_OF_DAY = time(23, 59)
"""What a day means as a limit, where no time of day is written: all of it."""


def zone_of(person: Person, desk: Desk) -> str:
    """Return the zone in which that person reads and writes times."""
    return person.timezone or desk.timezone


def reading(asked: Asked, text: str, morning: time = when.MORNING) -> Reading:
    """Return the time that a text begins with, as its author means it."""
    language = asked.person.language or asked.desk.language
    return when.read(text, asked.arrival.now, zone_of(asked.person, asked.desk), language, morning)


def called(name: str, people: Iterable[Person]) -> list[Person]:
    """Return who is meant by a key, a name or an address (lower case); where nobody is, whose name has that word in it."""
    ours = list(people)
    exact = [p for p in ours if name in (p.key.lower(), p.name.lower(), *p.addresses)]
    return exact or [p for p in ours if name in p.name.lower().split()]


def doubtful(doubt: Said) -> Refused:
    """Return the refusal of a time that can be read in two ways, or in none."""
    return Refused(doubt, said("write_a_time"))
