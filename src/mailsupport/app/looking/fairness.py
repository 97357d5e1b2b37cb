"""How fairly is the work shared? Turns, answers, and answers out of the order of deadlines, counted for each person.

In: an open transaction. Out: frozen values whose fields are the keys of the JSON that `--json` prints: a name here is a promise.
Nothing is judged: whoever answers the nice tickets first is seen in the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailsupport.core.desk import Desk
from mailsupport.store import Tx, history, offers
from mailsupport.store.offers import EXPIRED, GIVEN, OPEN, OVER, PASSED, TAKEN
from mailsupport.store.rows import LogRow


@dataclass(frozen=True, slots=True)
class Share:
    """What one person did. `offered` holds every offer, however it ended; `passed_over` the tickets that were due before."""

    person: str
    name: str
    given: int
    offered: int
    taken: int
    passed: int
    expired: int
    dropped: int
    answers: int
    out_of_order: int
    passed_over: int


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A ticket that waits for us, that nobody has taken, and since when (UTC)."""

    ticket: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Fairness:
    """What everybody did since an instant (UTC), those who answer first, and the ticket that nobody has taken for longest."""

    since: datetime
    people: tuple[Share, ...]
    oldest_unclaimed: Unclaimed | None


def fairness(tx: Tx, desk: Desk, since: datetime) -> Fairness:
    """Return what each of those who answer did since then, and everybody else who did anything."""
    ends, answers = offers.outcomes(tx, since), offers.answers(tx, since)
    lines = history.turns_since(tx, since)
    seen = {person for person, _ in ends} | answers.keys() | {row.actor for row in lines}
    keys = [*sorted(desk.staff_keys), *sorted(seen - desk.staff_keys)]
    shares = tuple(_share(key, desk, ends, answers, [row for row in lines if row.actor == key]) for key in keys)
    oldest = offers.oldest_unclaimed(tx)
    return Fairness(since, shares, Unclaimed(*oldest) if oldest is not None else None)


def _share(key: str, desk: Desk, ends: dict[tuple[str, str], int], answers: dict[str, int], lines: Sequence[LogRow]) -> Share:
    person = desk.people.get(key)
    before = [int(row.data.get("passed_over", 0)) for row in lines if row.event == "out_of_order"]
    return Share(
        person=key,
        name=(person.name or person.address) if person is not None else key,
        given=ends.get((key, GIVEN), 0),
        offered=sum(ends.get((key, end), 0) for end in (OPEN, TAKEN, PASSED, EXPIRED, OVER)),
        taken=ends.get((key, TAKEN), 0),
        passed=ends.get((key, PASSED), 0),
        expired=ends.get((key, EXPIRED), 0),
        dropped=len(lines) - len(before),
        answers=answers.get(key, 0),
        out_of_order=len(before),
        passed_over=sum(before),
    )
