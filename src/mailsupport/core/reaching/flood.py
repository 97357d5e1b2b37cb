"""Do so many deadlines of one contract pass at once that the operator must hear of it? Counted, not guessed.

In: the tally of a contract, and what lapsed just now. Out: the tally as it becomes. More than `FLOOD` lapses in `WINDOW` are a
flood; its end is a `WINDOW` without any. Instants are UTC. Whether the operator has heard is part of the tally, so that a flood
is told once however long it lasts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

FLOOD, WINDOW = 50, timedelta(minutes=10)

NAMED = 5
"""Customers that the operator is told of, those with the most lapses first."""


@dataclass(frozen=True, slots=True)
class Lapse:
    """A deadline that passed: of which ticket and customer, and when it was due."""

    ticket: int
    customer: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lapses were noticed when, the oldest deadline of them, and whose they are; `told`: the operator knows."""

    at: tuple[tuple[datetime, int], ...] = ()
    oldest: Lapse | None = None
    customers: Mapping[str, int] = field(default_factory=dict)
    told: bool = False

    @property
    def is_flood(self) -> bool:
        """Whether the operator must hear of it now."""
        return not self.told and sum(count for _, count in self.at) > FLOOD


def counted(tally: Tally, lapses: Sequence[Lapse], now: datetime) -> Tally:
    """Return the tally with these lapses, noticed now; a new one when the last were noticed longer than `WINDOW` ago."""
    kept = tuple((at, count) for at, count in tally.at if now - WINDOW < at <= now)
    before = tally if kept else Tally()
    known = [before.oldest] if before.oldest is not None else []
    oldest = min((*known, *lapses), key=lambda lapse: (lapse.due_at, lapse.ticket), default=None)
    customers = Counter(before.customers) + Counter(lapse.customer for lapse in lapses)
    return replace(before, at=(*kept, (now, len(lapses))), oldest=oldest, customers=dict(customers))


def top(tally: Tally) -> tuple[tuple[str, int], ...]:
    """Return the customers with the most lapses and how many each has."""
    return tuple(Counter(tally.customers).most_common(NAMED))
