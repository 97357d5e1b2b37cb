"""When is warned, what pauses a promise, how long may an escalation last: reads warn_at, pause_for and escalation_close.

In: what TOML holds. Out: `core.desk.Threshold`s, whom waiting for pauses, seconds. Rule for editing here: as in `fields`;
everything refused is refused with a `Wrong` that names a cure.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated

from pydantic import PlainValidator

from mailsupport.core.desk import Threshold
from mailsupport.settings import durations
from mailsupport.settings.fields import Kind
from mailsupport.settings.problems import Wrong

WAITED_FOR = ("customer", "vendor")
"""Whom a ticket may wait for."""

_PERCENT = re.compile(r"([0-9]{1,3})%")
_FORMS = 'write for example ["50%", "80%", "-30m"]'


def _thresholds(value: object) -> tuple[Threshold, ...]:
    """Return thresholds that ascend: percentages first, then what is left, each nearer to the deadline than the one before."""
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list | tuple):
        raise Wrong("must be a list", _FORMS)
    found = tuple(one if isinstance(one, Threshold) else _threshold(one) for one in words)
    for one, following in pairwise(found):
        if _nearness(one) >= _nearness(following):
            raise Wrong(f'"{following.text}" does not come after "{one.text}"', f"let them ascend; {_FORMS}")
    return found


def _threshold(value: object) -> Threshold:
    if not isinstance(value, str):
        raise Wrong("must be text", _FORMS)
    if percent := _PERCENT.fullmatch(value):
        if not 1 <= int(percent[1]) <= 99:
            raise Wrong(f'"{value}" is no part of the time', 'between "1%" and "99%"')
        return Threshold(percent=int(percent[1]), text=value)
    if not value.startswith("-"):
        raise Wrong(f'"{value[:40]}" is no threshold', f'a percentage, or with "-" what is left of the time; {_FORMS}')
    return Threshold(before=durations.positive(value[1:]), text=value)


def _nearness(threshold: Threshold) -> tuple[bool, int]:
    return not threshold.percent, threshold.percent or -threshold.before


def _pause_for(value: object) -> tuple[str, ...]:
    """Return whom waiting for pauses the resolution; "never" is nobody."""
    words = () if value == "never" else (value,) if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or any(word not in WAITED_FOR for word in words):
        raise Wrong("says not whom waiting for pauses", 'write "never", ["customer"] or ["customer", "vendor"]')
    return tuple(dict.fromkeys(words))


def _escalation_close(value: object) -> int:
    """Return seconds, 0 for "never"."""
    return 0 if value == "never" else durations.positive(value)


Thresholds = Annotated[tuple[Threshold, ...], PlainValidator(_thresholds), Kind("list of percentages and times before")]
PauseFor = Annotated[tuple[str, ...], PlainValidator(_pause_for), Kind('"never", or list of "customer" and "vendor"')]
EscalationClose = Annotated[int, PlainValidator(_escalation_close), Kind('duration around the clock, or "never"')]
