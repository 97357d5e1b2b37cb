"""Until when is somebody away, by the words of an absence notice? Only what is clearly said counts.

In: the notice's subject and text, when it came, the absent person's zone and language. Out: an instant (UTC), or None. A notice
that says nothing of it, or something that can be read in two ways, or a date more than half a year ahead, says nothing.

For editing here: the words are data. `UNTIL` words name the last day away, `BACK` words the day of the return.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from mailsupport.core.reading import when

LOOKED_AT = 4000
"""Characters of a notice that are read: what matters stands at its beginning."""

LONGEST = timedelta(days=183)

UNTIL = (
    "until and including",
    "until",
    "till",
    "through",
    "bis einschließlich",
    "bis einschliesslich",
    "bis zum",
    "bis",
    "jusqu'au",
    "hasta el",
)
BACK = (
    "back in the office on",
    "back at work on",
    "back in the office",
    "back at my desk on",
    "be back on",
    "am back on",
    "back on",
    "back from",
    "return to the office on",
    "return on",
    "returning on",
    "returning",
    "again from",
    "available again on",
    "wieder erreichbar ab dem",
    "wieder erreichbar ab",
    "wieder im büro ab dem",
    "wieder im büro ab",
    "wieder im büro am",
    "wieder da am",
    "bin wieder ab dem",
    "bin ab dem",
    "bin ab",
    "wieder ab dem",
    "wieder ab",
    "ab dem",
    "wieder am",
    "bin am",
    "zurück am",
    "zurück ab dem",
)

_AGAIN = re.compile(r"\b(?:wieder|zurück)\b")
_NEEDS_AGAIN = frozenset({"bin ab dem", "bin ab", "ab dem", "bin am"})
"""Beginnings that tell of a return only where "wieder" or "zurück" stands behind the date."""

_SAID = re.compile(
    r"\b("
    + "|".join(re.escape(words).replace(r"\ ", r"\s+") for words in sorted((*UNTIL, *BACK), key=len, reverse=True))
    + r")\s+",
    re.IGNORECASE,
)


def away_until(subject: str, text: str, now: datetime, zone: str, language: str) -> datetime | None:
    """Return when whoever sent the notice is back (UTC), or None where it does not say so clearly."""
    notice = f"{subject}\n{text[:LOOKED_AT]}"
    found = [_return(notice, said, now, zone, language) for said in _SAID.finditer(notice)]
    clear = [at for at in found if at is not None]
    return max(clear) if clear else None


def _return(notice: str, said: re.Match[str], now: datetime, zone: str, language: str) -> datetime | None:
    words = " ".join(said[1].lower().split())
    line = notice[said.end() : said.end() + 120].partition("\n")[0]
    if words in _NEEDS_AGAIN and not _AGAIN.search(notice[said.end() : said.end() + 120].lower()):
        return None
    found = when.read(re.sub(r"^(?:einschließlich|including|the|le|el)\s+", "", line), now, zone, language, time())
    if found.at is None:
        return None
    at = found.at
    if words in UNTIL and found.day is not None:
        at = when.starts(found.day + timedelta(days=1), zone)
    return at if at - now <= LONGEST else None
