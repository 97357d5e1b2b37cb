"""Who is away, and who is on duty? Judges absences, rotations and overrides, and makes ready what `core` asks.

In: `Parts`, the calendars. Out: `core.desk.Absence`s and `Rotation`s, people as they are written; the report filled. Rule for
editing here: one short function a question, told apart by the key it reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from mailsupport.core.desk import Absence, Calendar, Override, Rotation
from mailsupport.core.reaching.absences import follow
from mailsupport.settings import away_ics, calendars, moments, roles
from mailsupport.settings.models import OverrideSettings, PersonSettings, RotationSettings
from mailsupport.settings.parts import Parts
from mailsupport.settings.problems import KeyPath, Wrong, suggestion


def absences(parts: Parts) -> tuple[Absence, ...]:
    """Return who is away when; reports what cannot be read, and deputies who go round in a circle."""
    found = [*_written(parts), *_from_files(parts)]
    by_person: dict[str, list[Absence]] = {}
    for _, one in found:
        by_person.setdefault(one.person, []).append(one)
    own = {key: _key(person.deputy, parts) for key, person in parts.people.items()}
    for path, one in found:
        way = follow(one.person, one.start, by_person, lambda key: own.get(key, "")).way
        if len(way) > 1 and way[-1] == one.person:
            parts.report.add(path, f"the deputies go round in a circle: {' → '.join(way)}", "name somebody else as deputy")
    return tuple(one for _, one in found)


def rotations(parts: Parts, ready: Mapping[str, Calendar]) -> dict[str, Rotation]:
    """Return every rotation that can be used, with its overrides."""
    _judge_overrides(parts)
    return {name: _rotation(name, one, parts, ready) for name, one in parts.rotation.items() if _usable(name, one, parts)}


# --- absences -------------------------------------------------------------------------------------------------------


def _written(parts: Parts) -> Iterator[tuple[KeyPath, Absence]]:
    for index, one in parts.absence.items():
        person, deputy = _key(one.person, parts), _key(one.deputy, parts)
        zone = _zone_of(person, parts)
        start, end = moments.begins(one.from_, zone), moments.ends(one.to, zone)
        if _in_order(parts, ("absence", index), start, end):
            yield ("absence", index, "deputy"), Absence(person, start, end, deputy)


def _from_files(parts: Parts) -> Iterator[tuple[KeyPath, Absence]]:
    for key, person in parts.people.items():
        if person.absences is None:
            continue
        path = ("people", key, "absences")
        try:
            spans = _spans(person.absences, _zone_of(key, parts))
        except Wrong as wrong:
            parts.report.add_wrong(path, wrong)
            continue
        yield from ((path, Absence(key, start, end)) for start, end in spans)


def _spans(path: Path, zone: str) -> list[away_ics.Span]:
    text = calendars.read_file(path)
    try:
        return away_ics.spans(text, zone)
    except Wrong as wrong:
        raise Wrong(f"{path} {wrong.what}", wrong.cure) from wrong


def _key(word: str, parts: Parts) -> str:
    """The key of a person named by key or address; an address that is nobody's stays one."""
    if "@" not in word:
        return word
    return next((key for key, person in parts.people.items() if word.lower() in map(str.lower, person.email)), word.lower())


def _zone_of(key: str, parts: Parts) -> str:
    person: PersonSettings | None = parts.people.get(key)
    return (person.timezone if person else "") or (parts.general.timezone if parts.general else "UTC")


# --- rotations ------------------------------------------------------------------------------------------------------


def _usable(name: str, rotation: RotationSettings, parts: Parts) -> bool:
    return bool(rotation.people) and (rotation.calendar in ("", *parts.names["calendar"], calendars.BUILT_IN))


def _rotation(name: str, rotation: RotationSettings, parts: Parts, ready: Mapping[str, Calendar]) -> Rotation:
    zone = _rotation_zone(rotation, parts)
    return Rotation(
        name=name,
        timezone=zone,
        turn=rotation.type,
        length=rotation.length,
        start=rotation.start,
        people=rotation.people,
        hours=ready.get(rotation.calendar),
        overrides=tuple(_override(one, zone) for one in parts.override.values() if one.rotation == name),
    )


def _rotation_zone(rotation: RotationSettings, parts: Parts) -> str:
    return rotation.timezone or (parts.general.timezone if parts.general else "UTC")


def _override(one: OverrideSettings, zone: str) -> Override:
    return Override(moments.begins(one.from_, zone), moments.ends(one.to, zone), one.add, one.remove)


def _judge_overrides(parts: Parts) -> None:
    """An override has a time, changes something, and takes out somebody who takes turns."""
    for index, one in parts.override.items():
        path: KeyPath = ("override", index)
        rotation = parts.rotation.get(one.rotation)
        if rotation is None:
            continue
        zone = _rotation_zone(rotation, parts)
        _in_order(parts, path, moments.begins(one.from_, zone), moments.ends(one.to, zone))
        if not (one.add or one.remove):
            parts.report.add(path, "changes nothing", "add somebody with add, or take somebody out with remove")
        turns = {_key(word, parts) for word in rotation.people}
        for number, word in enumerate(one.remove):
            if _key(word, parts) not in turns:
                cure = suggestion(word, rotation.people)
                parts.report.add((*path, "remove", number), f'"{word[:60]}" takes no turns in {one.rotation}', cure)


def _in_order(parts: Parts, path: KeyPath, start: datetime, end: datetime) -> bool:
    if start < end:
        return True
    parts.report.add((*path, "to"), "is not after from", "an absence or override ends after it begins")
    return False


# --- questions across tables ----------------------------------------------------------------------------------------


def rotations_are_people(parts: Parts) -> None:
    """A rotation has people who exist, and a name that is no person's and no role's."""
    known = {*parts.people, *roles.known_roles({}, parts.people)}
    for name, rotation in parts.rotation.items():
        if not rotation.people and not parts.report.spoiled(("rotation", name, "people")):
            parts.report.add(("rotation", name, "people"), "nobody takes turns", 'write people = ["anna", "ben"]')
        if name in known or name in parts.names["people"]:
            parts.report.add(("rotation", name), "is the name of a person or a role", "call the rotation something else")


def absences_matter(parts: Parts) -> None:
    """Somebody who is away by address alone is somebody whom the settings name."""
    named = {word.lower() for word in _named(parts) if "@" in word}
    for index, one in parts.absence.items():
        if "@" in one.person and _key(one.person, parts) not in {*named, *parts.people}:
            parts.report.add(("absence", index, "person"), f"{one.person} is nobody here", suggestion(one.person, named))


def _named(parts: Parts) -> Iterator[str]:
    """Everybody who is named anywhere but in an absence."""
    yield from (word for contract in parts.contract.values() for _, word in roles.words(contract))
    yield from (word for customer in parts.customer.values() for word in customer.roles.values())
    yield from (word for rotation in parts.rotation.values() for word in rotation.people)
    yield from (word for one in parts.override.values() for word in one.add)
    yield from (person.deputy for person in parts.people.values())
    yield from (absence.deputy for absence in parts.absence.values())
