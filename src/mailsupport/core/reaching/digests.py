"""When does a person's next mail of alerts go, and what is a digest that comes back to us?

In: when mails of one kind (alerts, or all-clears) went to one address, and the present instant. Out: the instant from which the
next may go; whatever comes before it waits, and goes as one mail. All instants are UTC.

The rules (DESIGN §5 Storms): the first goes at once; what follows within two minutes goes in one mail when they are over; never
more than two in five minutes; after so many in an hour one in a quarter of an hour. For editing here: nobody's first mail may
wait for another's, and no rule may put a mail off for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailsupport.core.guard import Chain

BUNDLE = timedelta(minutes=2)
"""What follows a mail within this time is collected."""

FEW, FEW_WITHIN = 2, timedelta(minutes=5)
"""So many mails to one person, and not more, in so much time."""

HOUR = timedelta(hours=1)

PACE = timedelta(minutes=15)
"""The time between two mails to somebody who has had as many in this hour as the settings allow."""

MOST = 500
"""Tickets in one digest: what is above waits for the next, since a mail must stay readable."""


def recent(sent: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
    """Return what counts of the mails sent: those of the last hour, oldest first; a clock set back forgets what is to come."""
    return tuple(sorted(at for at in sent if now - HOUR < at <= now))


def next_mail(sent: Sequence[datetime], now: datetime, most_an_hour: int) -> datetime:
    """Return from when on the next mail may go: `now`, or an instant before or after it that the earlier mails set."""
    before = recent(sent, now)
    if not before:
        return now
    at = before[-1] + BUNDLE
    if len(before) >= FEW:
        at = max(at, before[-FEW] + FEW_WITHIN)
    return max(at, before[-1] + PACE) if len(before) >= most_an_hour else at


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket of a digest that somebody answers, or that came back: the step it told of, and its chain as it stands."""

    ticket: int
    contract: str
    step: int
    round: int
    chain: Chain


@dataclass(frozen=True, slots=True)
class Digest:
    """A mail of ours about several tickets: its number (in its token), the outbox row, whom it went to and when."""

    id: int
    outbox: int
    person: str
    email: str
    sent_at: datetime
    lines: tuple[Line, ...]
