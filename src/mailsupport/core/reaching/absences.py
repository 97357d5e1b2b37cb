"""Who acts for somebody who is away? The deputy, the deputy's deputy, and so on, for as long as each is away.

In: a person's key, an instant (UTC), the desk. Out: a `StandIn`, with the way to it in words. An absence has an end: from that
instant on the person is asked again. The settings refuse circles; what is found here all the same ends with nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailsupport.core.desk import Absence, Desk
from mailsupport.core.timing.worktime import spoken

Absences = Mapping[str, Sequence[Absence]]
"""The absences of each person, by key."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who acts for somebody: `key` is the person's own while they are there, "" when there is nobody.

    `until` is when the person themselves is back, None while they are not away; `way` holds everybody asked, in order.
    """

    key: str
    until: datetime | None = None
    way: tuple[str, ...] = ()
    reason: str = ""


def merged(desk: Desk, told: Iterable[Absence]) -> Desk:
    """Return the desk with further absences, told by mail; the deputy that they name counts before that of the settings."""
    further = tuple(told)
    if not further:
        return desk
    found = {person: tuple(ones) for person, ones in desk.absences.items()}
    for one in reversed(further):
        found[one.person] = (one, *found.get(one.person, ()))
    return replace(desk, absences=found)


def away_until(absences: Sequence[Absence], at: datetime) -> datetime | None:
    """Return when somebody who is away then is back, absences that follow on each other taken as one; None when not away."""
    end = at
    while ends := [one.end for one in absences if one.start <= end < one.end]:
        end = max(ends)
    return end if end > at else None


def acting_for(person: str, desk: Desk, at: datetime) -> StandIn:
    """Return who acts for that person then."""
    return follow(person, at, desk.absences, lambda key: desk.people[key].deputy if key in desk.people else "")


def follow(person: str, at: datetime, absences: Absences, own: Callable[[str], str]) -> StandIn:
    """Return who acts for a person; `own` gives the deputy whom somebody has for every absence, or ""."""
    key, way, said = person, [person], ""
    back = away_until(absences.get(person, ()), at)
    while (until := away_until(absences.get(key, ()), at)) is not None:
        said += f"{', who is' if said else f'{key} is'} away until {spoken(until)}"
        key = _deputy(absences[key], at) or own(key)
        if not key:
            return StandIn("", back, tuple(way), f"{said}, without a deputy")
        if key in way:
            return StandIn("", back, (*way, key), f"{said}; the deputies go round in a circle: {' → '.join((*way, key))}")
        way.append(key)
        said += f"; {key} stands in"
    return StandIn(key, back, tuple(way), said)


def _deputy(absences: Sequence[Absence], at: datetime) -> str:
    """The deputy named for the absence itself; of several that overlap, the first that names one."""
    return next((one.deputy for one in absences if one.deputy and one.start <= at < one.end), "")
