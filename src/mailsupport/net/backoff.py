"""How long to rest after a failure? Arithmetic only; randomness is an argument.

A rest doubles from `first` to `ceiling` seconds. Jitter only lengthens it: a login must never come earlier than planned,
or a day sees more of them than the server tolerates.
"""

from __future__ import annotations

from dataclasses import dataclass

_JITTER_SHARE = 0.25
"""A rest is lengthened by at most this share of itself, so that many clients do not come back together."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Rests between tries, in seconds."""

    first: float
    ceiling: float

    def rest(self, failures: int, jitter: float = 0.0) -> float:
        """Return the seconds to rest after that many failures in a row (1 or more); `jitter` is in [0, 1)."""
        # The exponent is bounded: 2**failures of a server that is down for a month is no float any more.
        doubled = self.first * 2.0 ** min(max(failures, 1) - 1, 40)
        return float(min(doubled, self.ceiling) * (1 + _JITTER_SHARE * jitter))


CONNECTION = Backoff(first=1, ceiling=300)
"""After a connection that failed or broke."""

LOGIN = Backoff(first=60, ceiling=3600)
"""After a refused login: 29 logins in the first day, so that no account is locked by us."""
