"""Who is there: away and back. They speak of their author, and need no ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from types import MappingProxyType

from mailsupport.core.deciding.verbs.asked import Asked, Done, Refused, Verb
from mailsupport.core.deciding.verbs.asking import END_OF_DAY, called, doubtful, reading, zone_of
from mailsupport.core.desk import Absence, Desk, Person
from mailsupport.core.orders import EndAbsence, NoteAbsence
from mailsupport.core.reaching.absences import acting_for, away_until, merged
from mailsupport.core.reading import when
from mailsupport.core.said import Said, said

DEPUTY_WORDS = frozenset(
    {"deputy", "deputy:", "vertretung", "vertretung:", "stellvertreter", "stellvertretung", "durch", "durch:"}
)
"""Words between the time and the deputy's name."""

FROM_WORDS = frozenset({"from", "von", "vom", "ab"})

LONGEST = timedelta(days=366)
"""Nobody is away for longer by a mail: that is a change of the settings."""


@dataclass(frozen=True, slots=True)
class _Span:
    """From when until when somebody is away, and who is named behind it."""

    start: datetime
    end: datetime
    deputy: str


def away(asked: Asked) -> Done | Refused:
    """From now (or then) on alerts go to the deputy, or where there is none to the next step."""
    span = _span(asked)
    if isinstance(span, Refused):
        return span
    deputy = _deputy(span.deputy, asked.person, asked.desk)
    if isinstance(deputy, Refused):
        return deputy
    absence = Absence(asked.person.key, span.start, span.end, deputy.key if deputy else "")
    return Done((NoteAbsence(absence, "command"),), _told(absence, asked.desk))


def back(asked: Asked) -> Done | Refused:
    """Whatever was told of the author's absence by mail ends now; what the settings say of it stays."""
    return Done((EndAbsence(asked.person.key, asked.arrival.now),), said("back"))


def _span(asked: Asked) -> _Span | Refused:
    first, _, rest = asked.value.partition(" ")
    start, text = asked.arrival.now, asked.value
    if first.lower() in FROM_WORDS:
        begins = reading(asked, rest, time())
        if begins.doubt is not None or begins.at is None:
            return doubtful(begins.doubt or said("away_needs_time"))
        start, text = begins.at, begins.rest
    ends = reading(asked, text, END_OF_DAY)
    if ends.doubt is not None:
        return doubtful(ends.doubt)
    if ends.at is None:
        return Refused(said("away_needs_time"), said("write_a_time"))
    # A day is away until its end: "until Friday" is back on Saturday, as an absence of the settings is.
    last = ends.at if ends.day is None else when.starts(ends.day + timedelta(days=1), zone_of(asked.person, asked.desk))
    if last <= start or last - asked.arrival.now > LONGEST:
        return Refused(said("away_too_long" if last > start else "away_ends_first"), said("write_a_time"))
    return _Span(start, last, ends.rest)


def _deputy(text: str, person: Person, desk: Desk) -> Person | Refused | None:
    words = text.split()
    while words and words[0].lower() in DEPUTY_WORDS:
        del words[0]
    name = " ".join(words).strip("<>.,;").lower()
    if not name:
        return None
    people = [p for p in desk.people.values() if p.addresses]
    found = called(name, people)
    if len(found) == 1:
        return found[0] if found[0].key != person.key else Refused(said("deputy_is_you"))
    if found:
        return Refused(said("several_people", word=name, names=", ".join(p.name or p.key for p in found)))
    near = get_close_matches(name, [p.key for p in people], n=1)
    return Refused(said("nobody_called", word=name), said("did_you_mean", meant=near[0]) if near else None)


def _told(absence: Absence, desk: Desk) -> Said:
    """What its author hears: until when, and who is told meanwhile."""
    acting = acting_for(absence.person, merged(desk, (absence,)), absence.start)
    until = away_until((absence,), absence.start)
    if not acting.key:
        return said("away_alone", until=until)
    deputy = desk.people.get(acting.key)
    return said("away_deputy", until=until, name=deputy.name or deputy.key if deputy else acting.key)


VERBS: Mapping[str, Verb] = MappingProxyType({"away": away, "back": back})
