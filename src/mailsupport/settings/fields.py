"""Which values may a setting have? The types the models are made of; each refuses with words that name a cure.

In: what TOML holds. Out: addresses, zones, paths, seconds, bytes, dates, intervals. Defaults run through the same
validators, so a model's default is written as a person would write it in the file.
Rule for editing here: a type that a person writes carries `Kind`, the words the reference page uses for it.
"""

from __future__ import annotations

import os
import re
import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo

from mailsupport.core.desk import Interval, Target
from mailsupport.core.model import Priority
from mailsupport.settings import durations
from mailsupport.settings.problems import Wrong, nearest
from mailsupport.settings.secrets import CREDENTIALS, Secret, command_words


@dataclass(frozen=True, slots=True)
class Kind:
    """What the reference page says one may write."""

    words: str


# --- words ----------------------------------------------------------------------------------------------------------

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}|\[[0-9a-fA-F:.]+\]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _line(value: str) -> str:
    """Refuse what must never reach a header or a terminal."""
    if not value.isprintable():
        raise Wrong("holds a line break or another control character", "write one plain line")
    return value


def _filled(value: str) -> str:
    if not value.strip():
        raise Wrong("is empty", "write something, or leave the line out")
    return _line(value)


def is_email(value: str) -> bool:
    """Tell whether a text is a plain address such as anna@acme.example (RFC 5321 §4.1.2 without quoting)."""
    return bool(_EMAIL.fullmatch(value)) and ".." not in value


def _email(value: str) -> str:
    if not value.isascii():
        raise Wrong(f'"{value[:80]}" is no plain address', "write the domain in its xn-- form, without other letters")
    if not is_email(value):
        raise Wrong(f'"{value[:80]}" is no address', 'write it as "anna@acme.example", without a name')
    return value


def _match(value: str) -> str:
    """Accept an address or "@domain"."""
    if value.startswith("@") and is_email("x" + value):
        return value
    if not is_email(value):
        raise Wrong(f'"{value[:80]}" is neither an address nor a domain', 'write "erika@globex.example" or "@globex.example"')
    return value


def _person(value: str) -> str:
    """Accept the key of a person, or an address."""
    return _email(value) if "@" in value else _filled(value)


def _host(value: str) -> str:
    if value and (not _HOST.fullmatch(value) or value.count(":") == 1):
        raise Wrong(f'"{value[:80]}" is no host name', 'write it as "imap.acme.example"; the port has its own key')
    return value.strip("[]")


def _language(value: str) -> str:
    if value and not _LANGUAGE.fullmatch(value):
        raise Wrong(f'"{value[:40]}" is no language code', 'write it as "en" or "de"')
    return value


def _zone(value: str) -> str:
    """Accept a name of the IANA time zone database."""
    if not value:
        return value
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = nearest(value, zoneinfo.available_timezones())
        raise Wrong(
            f'"{value[:60]}" is no time zone', f'did you mean "{near}"?' if near else 'for example "Europe/Berlin"'
        ) from error
    return value


def _env(value: str) -> str:
    if value and not _ENV.fullmatch(value):
        raise Wrong("is no name of an environment variable", "letters, digits and underscores, such as SUPPORT_PASSWORD")
    return value


def _unless_empty(value: str) -> str:
    return _email(value) if value else value


def _one_or_many(value: object) -> object:
    """Let a single text stand for a list of one."""
    return [value] if isinstance(value, str) else value


Text = Annotated[str, AfterValidator(_filled), Kind("text")]
Line = Annotated[str, AfterValidator(_line), Kind("text")]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many), Kind("text or list of texts")]
Email = Annotated[str, AfterValidator(_email), Kind("address")]
OptionalEmail = Annotated[str, AfterValidator(_unless_empty), Kind("address")]
Emails = Annotated[tuple[Email, ...], BeforeValidator(_one_or_many), Kind("address or list of addresses")]
Match = Annotated[str, AfterValidator(_match)]
Matches = Annotated[tuple[Match, ...], BeforeValidator(_one_or_many), Kind("addresses and @domains")]
PersonName = Annotated[str, AfterValidator(_person), Kind("person or address")]
People = Annotated[tuple[PersonName, ...], BeforeValidator(_one_or_many), Kind("people or addresses")]
Step = Annotated[tuple[PersonName, ...], BeforeValidator(_one_or_many), Field(min_length=1)]
Steps = Annotated[tuple[Step, ...], Field(min_length=1), Kind("list of roles, people or addresses; an inner list is one step")]
Host = Annotated[str, AfterValidator(_host), Kind("host name")]
Language = Annotated[str, AfterValidator(_language), Kind("language code")]
Languages = Annotated[
    tuple[Annotated[str, AfterValidator(_filled), AfterValidator(_language)], ...],
    Field(min_length=1),
    Kind("list of language codes"),
]
Zone = Annotated[str, AfterValidator(_zone), Kind("IANA time zone")]
GivenZone = Annotated[str, AfterValidator(_filled), AfterValidator(_zone), Kind("IANA time zone")]
EnvName = Annotated[str, AfterValidator(_env), Kind("name of an environment variable")]


# --- numbers --------------------------------------------------------------------------------------------------------


def _keep(value: object) -> int | None:
    return None if value == "forever" else durations.positive(value)


def _target(value: object) -> Target:
    return value if isinstance(value, Target) else durations.target(value)


def _by_priority(value: object) -> object:
    """Let a single duration stand for the promise at every priority."""
    return value if isinstance(value, dict) else {Priority.NORMAL: durations.target(value)}


def _some_promise(value: object) -> object:
    if value == {}:
        raise Wrong("promises nothing", 'write "4h" or { normal = "4h", critical = "1h" }')
    return value


def _all_priorities(value: dict[Priority, Target]) -> dict[Priority, Target]:
    """Fill the priorities that are not written with `normal`, or with the only one given."""
    if not value:
        return {}
    usual = value.get(Priority.NORMAL) or (next(iter(value.values())) if len(value) == 1 else None)
    if usual is None:
        raise Wrong("names several priorities, but not the normal one", 'add normal = "…"')
    return {priority: value.get(priority, usual) for priority in Priority}


Seconds = Annotated[int, PlainValidator(durations.positive), Kind("duration")]
Patience = Annotated[int, PlainValidator(durations.patience), Kind("duration")]
UndoWindow = Annotated[int, PlainValidator(durations.undo_window), Kind("duration")]
Wait = Annotated[int, PlainValidator(durations.duration), Kind("duration")]
Waits = Annotated[tuple[Wait, ...], Field(min_length=1), Kind("list of durations")]
KeepFor = Annotated[int | None, PlainValidator(_keep), Kind('"forever" or duration')]
Bytes = Annotated[int, PlainValidator(durations.size), Kind("size")]
Promise = Annotated[Target, PlainValidator(_target)]
_Promises = Annotated[dict[Priority, Promise], BeforeValidator(_by_priority), AfterValidator(_all_priorities)]
Targets = Annotated[_Promises, BeforeValidator(_some_promise), Kind("duration, or table { low, normal, high, critical }")]
OptionalTargets = Annotated[_Promises, Kind("duration, or table { low, normal, high, critical }")]


# --- files ----------------------------------------------------------------------------------------------------------


def _path(value: object, info: ValidationInfo) -> Path:
    """Return a path, relative ones taken from the folder of the settings file."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise Wrong("must be a path", 'write it in quotes; it counts from the folder of the settings file: "secrets/imap"')
    folder = (info.context or {}).get("folder", Path())
    if value.startswith(CREDENTIALS):
        value = os.environ.get("CREDENTIALS_DIRECTORY", CREDENTIALS) + value.removeprefix(CREDENTIALS)
    return Path(folder, Path(value).expanduser())


def _optional_path(value: object, info: ValidationInfo) -> Path | None:
    return None if value is None else _path(value, info)


def _database(value: str, info: ValidationInfo) -> str:
    """Return a database URL; a relative SQLite file is taken from the folder of the settings file."""
    name = value.removeprefix("sqlite:///")
    if name != value:
        return value if name in ("", ":memory:") else f"sqlite:///{_path(name, info)}"
    if not re.match(r"postgresql(\+psycopg)?://", value):
        raise Wrong("is neither SQLite nor PostgreSQL", 'write "sqlite:///mailsupport.db" or "postgresql://user@host/name"')
    try:
        password = urlsplit(value).password
    except ValueError as error:
        raise Wrong("is no URL", 'write "postgresql://user@host/name"') from error
    if password is not None:
        raise Wrong("holds a password", "take it out and use password_file, password_env or password_command")
    return value


def _no_password(value: object) -> Secret | None:
    """Accept what `load` puts here; a person must not."""
    if value is None or isinstance(value, Secret):
        return value
    raise Wrong("a password does not belong into this file", "use password_file, password_env or password_command, and change it")


SettingsPath = Annotated[Path, PlainValidator(_path), Kind("path")]
OptionalPath = Annotated[Path | None, PlainValidator(_optional_path), Kind("path")]
DatabaseUrl = Annotated[str, AfterValidator(_database), Kind("database URL")]
Command = Annotated[tuple[str, ...], PlainValidator(command_words), Kind("list of words, or one text")]
NoPassword = Annotated[Secret | None, PlainValidator(_no_password)]


# --- days and hours -------------------------------------------------------------------------------------------------

_INTERVAL = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_YEARLY = re.compile(r"([0-9]{2})-([0-9]{2})")
_DAY = 24 * 60

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Monday first, as `datetime.weekday` counts."""


def _interval(value: object) -> Interval:
    """Return minutes from midnight; an end at or before the start lies on the next day."""
    match = _INTERVAL.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise Wrong("is no span of hours", 'write it as "08:00-17:00"')
    hour, minute, to_hour, to_minute = map(int, match.groups())
    start, end = hour * 60 + minute, to_hour * 60 + to_minute
    if minute > 59 or to_minute > 59 or start >= _DAY or end > _DAY:
        raise Wrong(f'"{value}" is no time of day', "from 00:00 to 24:00")
    if start == end:
        raise Wrong(f'"{value}" is empty', 'for the whole day write "00:00-24:00"')
    return start, end if end > start else end + _DAY


def _date(value: object) -> date:
    """Return a date written as TOML's own or as text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Wrong("is no date", 'write it as "2026-12-24"')


def _closed_day(value: object) -> date | tuple[int, int]:
    """Return a date, or month and day for what happens every year ("02-29" is allowed)."""
    match = _YEARLY.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return _date(value)
    leap = _date(f"2000-{match[0]}")
    return leap.month, leap.day


def _first_run(value: object) -> str | date:
    """Accept new, all, or the day from which mail is taken in."""
    if isinstance(value, str) and value in ("new", "all"):
        return value
    try:
        return _date(value.removeprefix("since:") if isinstance(value, str) else value)
    except Wrong as wrong:
        raise Wrong("says no first run", 'write "new", "all" or "since:2026-11-01"') from wrong


def _week(value: object) -> object:
    """Let "24x7" stand for seven whole days."""
    if value == "24x7":
        return dict.fromkeys(WEEKDAYS, "00:00-24:00")
    if not isinstance(value, dict):
        raise Wrong("says no hours", 'write "24x7" or { mon = "08:00-17:00", tue = ["08:00-12:00", "13:00-17:00"] }')
    return value


Span = Annotated[tuple[int, int], PlainValidator(_interval)]
Spans = Annotated[tuple[Span, ...], BeforeValidator(_one_or_many), Field(min_length=1)]
Day = Annotated[date, PlainValidator(_date)]
OptionalDay = Annotated[Annotated[date, PlainValidator(_date)] | None, Kind("date")]
Week = Annotated[
    dict[Weekday, Spans],
    BeforeValidator(_week),
    Kind('"24x7", or table of weekdays with "08:00-17:00" or a list of such'),
]
OpenDays = Annotated[dict[Day, Spans], Kind('table of dates with "09:00-13:00" or a list of such')]
ClosedDays = Annotated[
    tuple[Annotated[date | tuple[int, int], PlainValidator(_closed_day)], ...], Kind('list of dates, "12-24" for every year')
]
FirstRun = Annotated[str | date, PlainValidator(_first_run), Kind('"new", "all" or "since:" and a date')]


# --- what happens to a mail on the server ----------------------------------------------------------------------------

_KEYWORD = re.compile(r"[A-Za-z0-9$_.-]{1,64}")


def _after(value: str) -> str:
    """Accept leave, keyword, keyword:NAME or move:FOLDER; a keyword is an atom (RFC 3501 §9)."""
    verb, _, name = value.partition(":")
    if value in ("leave", "keyword") or (verb == "keyword" and _KEYWORD.fullmatch(name)):
        return value
    if verb == "move" and name.strip() and name.isprintable():
        return value
    raise Wrong("is nothing that can be done", 'write "leave", "keyword", "keyword:Taken" or "move:Archive"')


After = Annotated[str, AfterValidator(_after), Kind('"leave", "keyword", "keyword:NAME" or "move:FOLDER"')]
