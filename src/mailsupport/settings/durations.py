"""How long, how many business days, how many bytes: reads "90s", "1h30m", "2d", "3bd end" and "25MB".

In: the text of a setting. Out: seconds, `core.desk.Target`, bytes. "2d" is 48 hours of whatever time counts; a business day
is an open day of a calendar. Rule for editing here: everything refused is refused with a `Wrong` that names a cure.
"""

from __future__ import annotations

import re

from mailsupport.core.desk import Target
from mailsupport.settings.problems import Wrong

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")
_BUSINESS_DAYS = re.compile(r"([0-9]{1,4})bd( end)?")
_SIZE = re.compile(r"([0-9]{1,9})(B|KB|MB|GB)")
_FACTORS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}

LONGEST = 3650 * 86400
"""Ten years, in seconds: what is longer is a slip of the pen, and would leave the range of dates."""
MOST_BUSINESS_DAYS = 1000
UNDO_LIMIT = 600
PATIENCE = (60, 24 * 3600)
"""Seconds."""

_FORMS = 'write for example "90s", "15m", "8h", "1h30m" or "2d"'


def duration(value: object) -> int:
    """Return the seconds in a text such as "90s", "15m", "8h", "2d" (48 hours) or "1h30m"; raises ValueError."""
    text = _text(value, "m")
    match = _DURATION.fullmatch(text)
    if not match or not text:
        raise Wrong(f'"{text[:40]}" is no duration', _FORMS)
    seconds = sum(int(count or 0) * unit for count, unit in zip(match.groups(), _UNITS.values(), strict=True))
    if seconds > LONGEST:
        raise Wrong(f'"{text}" is longer than ten years', "write a shorter duration")
    return seconds


def undo_window(value: object) -> int:
    """Return the seconds that an answer may wait; raises ValueError above ten minutes: alerts are kept back for fifteen."""
    seconds = duration(value)
    if seconds > UNDO_LIMIT:
        raise Wrong("is longer than ten minutes", 'write "10m" or less: nobody is alerted while an answer waits')
    return seconds


def patience(value: object) -> int:
    """Return the seconds that one is asked before the next is; raises ValueError below a minute and above a day."""
    seconds = duration(value)
    if not PATIENCE[0] <= seconds <= PATIENCE[1]:
        raise Wrong("is not between a minute and a day", 'write "10m", or up to "24h": meanwhile nobody else is asked')
    return seconds


def positive(value: object) -> int:
    """Return the seconds of a duration that must not be zero; raises ValueError."""
    seconds = duration(value)
    if not seconds:
        raise Wrong("must be longer than nothing", _FORMS)
    return seconds


def target(value: object) -> Target:
    """Return what a promise gives: open seconds, or business days for "3bd" and "3bd end"; raises ValueError."""
    text = _text(value, "h")
    match = _BUSINESS_DAYS.fullmatch(text)
    if not match:
        if "bd" in text:
            raise Wrong(f'"{text[:40]}" is no number of business days', 'write "3bd" or "3bd end"')
        return Target(seconds=positive(text), text=text)
    days = int(match[1])
    if not 1 <= days <= MOST_BUSINESS_DAYS:
        raise Wrong(f'"{text}" is out of range', f"between 1 and {MOST_BUSINESS_DAYS} business days can be promised")
    return Target(days=days, end_of_day=bool(match[2]), text=text)


def speaks_of_days(promise: Target) -> bool:
    """Tell whether a target was written in days of 24 hours, which a calendar with closed hours makes ambiguous."""
    return not promise.days and "d" in promise.text


def size(value: object) -> int:
    """Return the bytes in a text such as "25MB" (1 KB is 1024 bytes); raises ValueError."""
    text = _text(value, "MB")
    match = _SIZE.fullmatch(text)
    if not match or not int(match[1]):
        raise Wrong(f'"{text[:40]}" is no size', 'write for example "500KB", "25MB" or "2GB"')
    return int(match[1]) * _FACTORS[match[2]]


def _text(value: object, unit: str) -> str:
    """Return the text of a setting, refusing a number without a unit."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Wrong("must be text", _FORMS if unit != "MB" else 'write for example "25MB"')
    if not isinstance(value, str) or re.fullmatch(r"[0-9]+", value):
        number = str(value)[:20]
        raise Wrong(f"the number {number} has no unit", f'say which one, for example "{number}{unit}"')
    return value
