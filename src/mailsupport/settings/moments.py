"""From when until when? Reads a date, a local time or an instant, as absences, rotations and overrides are written.

In: what TOML holds, or a text. Out: a `date`, a local `datetime` or one with an offset; `begins` and `ends` make instants (UTC)
of them. A date stands for the whole day: as an end it is the last day, not the first one after. Rule for editing here: as in
`fields`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import PlainValidator

from mailsupport.settings.fields import Kind
from mailsupport.settings.problems import Wrong

FIRST_YEAR, LAST_YEAR = 2000, 8999
"""Years that can be meant, and reckoned with in any zone."""

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?")


def _read(value: object, forms: str) -> date | datetime:
    """Return what is written as TOML's own date or time, or as text."""
    found = value
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            found = date.fromisoformat(value) if len(value) == len("2026-12-21") else datetime.fromisoformat(value)
        except ValueError as error:
            raise Wrong("is no date or time", forms) from error
    if not isinstance(found, date):
        raise Wrong("is no date or time", forms)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Wrong(f"the year {found.year} cannot be meant", f"write a year from {FIRST_YEAR} to {LAST_YEAR}")
    return found.replace(microsecond=0) if isinstance(found, datetime) else found


def _moment(value: object) -> date | datetime:
    return _read(value, 'write "2026-12-21", "2026-12-21T14:00" or "2026-12-21T14:00+01:00"')


def _wall_time(value: object) -> datetime:
    forms = 'write date and local time: "2026-11-02T09:00"'
    found = _read(value, forms)
    if not isinstance(found, datetime):
        raise Wrong("has no time of day", forms)
    if found.tzinfo is not None:
        raise Wrong("has an offset, and hand-offs keep to the local time", f"{forms}; the zone has its own key")
    return found


Moment = Annotated[date | datetime, PlainValidator(_moment), Kind("date, local time, or time with offset")]
WallTime = Annotated[datetime, PlainValidator(_wall_time), Kind("date and local time")]


def begins(moment: date | datetime, zone: str) -> datetime:
    """Return the instant (UTC) of a time, or at which a day begins in that zone."""
    local = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    return (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def ends(moment: date | datetime, zone: str) -> datetime:
    """Return the instant (UTC) of a time, or at which a day is over in that zone."""
    return begins(moment if isinstance(moment, datetime) else moment + timedelta(days=1), zone)
