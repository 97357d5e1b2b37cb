"""How does mail-parser read this? The one module that speaks to mail-parser, typed: its strict addresses and its dates.

In: the unfolded text of a field. Out: values. Our own readers decide what is shown; where mail-parser reads a From field
otherwise, or has doubts, nobody is believed by it (two parsers that disagree are how a sender poses as another).
"""

from __future__ import annotations

from datetime import datetime

from mailparser.dates import parse_mail_date
from mailparser.utils import get_addresses

_FIELD_LIMIT = 2_000
"""Longer From fields are in doubt anyway; mail-parser is not asked about them."""


def addresses(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses mail-parser reads in a field, and its doubts about them."""
    if len(text) > _FIELD_LIMIT:
        return (), ("the field is too long",)
    defects: list[dict[str, object]] = []
    try:
        found = get_addresses(text, defects=defects)
    except (ValueError, IndexError, RecursionError) as error:  # hostile fields reach the standard library's parser below it
        return (), (type(error).__name__,)
    return tuple(email for _, email in found if email), tuple(str(defect["reason"]) for defect in defects)


def date(text: str) -> datetime | None:
    """Return the instant (UTC) of a Date field (RFC 5322 §3.3, §4.3); None when it names none."""
    try:
        value: datetime | None = parse_mail_date(text).value
    except (ValueError, OverflowError):
        return None
    return value
