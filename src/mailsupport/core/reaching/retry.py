"""When is a mail tried again, and when is it given up? (DESIGN §5 Sending)

Comes in: the kind of mail, how often it was tried, what the relay did. Goes out: what the outbox row becomes, and which relay
is next.

Rules for editing here: an unknown outcome (the final dot was sent, no answer came) sends alerts and answers again with the same
Message-ID, a receipt never; what belongs to an alarm is tried sooner than the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

URGENT = frozenset({"alert", "answer", "operator", "all_clear"})
"""Kinds that are tried again soon."""

ONCE = frozenset({"receipt", "self_test"})
"""Kinds that are not sent again when nobody knows whether they arrived."""

URGENT_MINUTES = (1, 2, 5, 10, 20, 30)
"""Minutes between attempts of an urgent mail; the last one repeats."""

PATIENT_FIRST, PATIENT_MOST = 300, 4000
"""Seconds between attempts of any other mail: the first, doubled until the most."""

FIRST, SECOND = "", "fallback"
"""The relays a mail may take: the one that takes all mails, and the one for what must not wait for it."""

TWO_WAYS = frozenset({"alert", "operator"})
"""Kinds that go by the second relay when the first does not take them."""

LIFETIME = timedelta(days=5)
"""After this time a mail that nobody took is given up (RFC 5321 §4.5.4.1: at least 4-5 days)."""


class End(StrEnum):
    """What an outbox row becomes after an attempt."""

    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Next:
    """The row's new state, when it is claimed again (None: never), and why."""

    state: End
    at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Way:
    """The relay of an attempt, and when it is made; None when there is none to come."""

    route: str
    at: datetime | None


def after_attempt(kind: str, attempts: int, outcomes: Sequence[str], created_at: datetime, now: datetime) -> Next:
    """Return what follows from the outcomes of one attempt's recipients (accepted, deferred, refused, unknown)."""
    if "unknown" in outcomes and kind in ONCE:
        return Next(End.UNKNOWN, None, "it may have arrived; this kind is not sent twice")
    if "deferred" in outcomes or "unknown" in outcomes:
        if now - created_at >= LIFETIME:
            return Next(End.FAILED, None, f"given up after {LIFETIME.days} days")
        return Next(End.QUEUED, now + delay(kind, attempts), "not taken yet" if "deferred" in outcomes else "it may have arrived")
    if "accepted" in outcomes:
        return Next(End.DONE, None, "accepted")
    return Next(End.FAILED, None, "refused for every recipient")


def next_way(following: Next, kind: str, last: str, created_at: datetime, now: datetime, after: timedelta | None) -> Way:
    """Return the relay of the next attempt, and when it is made.

    The first relay has until `after` (None: there is no second); from then on the two take turns, one attempt each, and a
    pause as long as ever follows when neither took the mail.
    """
    if following.at is None or after is None or kind not in TWO_WAYS or last == SECOND:
        return Way(FIRST if following.at is not None else last, following.at)
    turn = max(created_at + after, now)
    return Way(SECOND, turn) if following.at >= turn else Way(FIRST, following.at)


def delay(kind: str, attempts: int) -> timedelta:
    """Return how long to wait after that many attempts."""
    if kind in URGENT:
        return timedelta(minutes=URGENT_MINUTES[min(attempts, len(URGENT_MINUTES)) - 1])
    return timedelta(seconds=min(PATIENT_FIRST * 2 ** min(attempts - 1, 10), PATIENT_MOST))
