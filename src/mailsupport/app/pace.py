"""How fast may mails go to the relay? Keeps to the rates of the settings, in all and for each domain of recipients (G8).

In: a mail's kind and its recipients' domains, the present instant. Out: None when it may go now (then it is counted), else when
to ask again. Rules for editing here: never more than the rate in any span of its length; who waits is written into the outbox, so
that nobody looks in vain; urgent mails wait for the next free place only, all others one behind the other, so that thousands of
receipts are not looked at again for each one that goes. What was counted is forgotten when the program ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailsupport.core.reaching.retry import URGENT
from mailsupport.settings.rates import Rate
from mailsupport.store import Tx, outbox, pacing

DOMAINS = 10_000
"""Domains that are remembered at most; beyond, those of which nothing went lately are forgotten."""

AT_ONCE = 100
"""Mails that are put off in one transaction at most: others wait for it."""

ALL = ""
"""The name under which every mail is counted."""


@dataclass(slots=True)
class _Lane:
    """What went to one domain, or to all, at a rate; `last` is the last place given to somebody who waits."""

    rate: Rate
    sent: deque[datetime] = field(default_factory=deque)
    last: datetime | None = None

    def free_at(self, now: datetime) -> datetime:
        """Return when one more may go."""
        span = timedelta(seconds=self.rate.seconds)
        while self.sent and self.sent[0] + span <= now:
            self.sent.popleft()
        return now if len(self.sent) < self.rate.count else self.sent[-self.rate.count] + span

    def place(self, free: datetime) -> datetime:
        """Return a place of one's own for somebody who waits, behind all others."""
        step = timedelta(seconds=self.rate.seconds / self.rate.count)
        self.last = free if self.last is None else max(free, self.last + step)
        return self.last


class Pace:
    """The rates, and what went out lately."""

    def __init__(self, overall: Rate | None = None, domain: Rate | None = None) -> None:
        self._overall, self._domain = overall, domain
        self._lanes: dict[str, _Lane] = {}

    def at(self, overall: Rate | None, domain: Rate | None) -> Pace:
        """Return the pace of new settings; where the rates are the same, what went out lately still counts."""
        return self if (overall, domain) == (self._overall, self._domain) else Pace(overall, domain)

    @property
    def limited(self) -> bool:
        """Whether there is any rate to keep to."""
        return self._overall is not None or self._domain is not None

    @property
    def by_domain(self) -> bool:
        """Whether the domains of recipients matter."""
        return self._domain is not None

    def wait(self, kind: str, domains: Collection[str], now: datetime) -> datetime | None:
        """Return when to ask again for a mail, None when it may go now; only then it is counted."""
        lanes = [self._lane(name, rate) for name, rate in self._limits(domains)]
        full = [(lane, free) for lane in lanes if (free := lane.free_at(now)) > now]
        if not full:
            for lane in lanes:
                lane.sent.append(now)
            return None
        return max(free if kind in URGENT else lane.place(free) for lane, free in full)

    def _limits(self, domains: Collection[str]) -> list[tuple[str, Rate]]:
        overall = [(ALL, self._overall)] if self._overall is not None else []
        return overall + ([(name, self._domain) for name in domains] if self._domain is not None else [])

    def _lane(self, name: str, rate: Rate) -> _Lane:
        if name not in self._lanes and len(self._lanes) >= DOMAINS:
            self._lanes = {one: lane for one, lane in self._lanes.items() if lane.sent}
        return self._lanes.setdefault(name, _Lane(rate))


def keep(pace: Pace, tx: Tx, now: datetime, free: int, route: str | None = None) -> int:
    """Put off what would go out faster than the rates allow; return how many of the first in turn may be claimed."""
    if not pace.limited:
        return free
    may_go: set[int] = set()
    for _ in range(AT_ONCE):
        asked = next((row for row in outbox.ready(tx, now, free, route) if row.id not in may_go), None)
        if asked is None:
            break
        until = pace.wait(asked.kind, pacing.domains_of(tx, asked.id) if pace.by_domain else (), now)
        if until is None:
            may_go.add(asked.id)
        else:
            pacing.postpone(tx, asked.id, until)
    return len(may_go)
