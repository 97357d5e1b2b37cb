"""How many in how long: reads "60/m" and "1000/h".

In: the text of a setting. Out: a `Rate`, None where there is no limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainValidator

from mailsupport.settings.fields import Kind
from mailsupport.settings.problems import Wrong

_RATE = re.compile(r"([1-9][0-9]{0,5})/(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any `seconds`."""

    count: int
    seconds: int


def rate(value: object) -> Rate | None:
    """Return the rate in a text such as "60/m"; raises Wrong."""
    if value is None:
        return None
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Wrong("is no rate", 'write "60/m" or "1000/h": how many in a second (s), minute, hour or day')
    return Rate(int(match[1]), _SECONDS[match[2]])


OptionalRate = Annotated[Rate | None, PlainValidator(rate), Kind('"60/m": how many in a second (s), minute, hour or day')]
