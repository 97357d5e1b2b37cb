"""What every use case is given: the database, the desk, the keys, the templates, the reader, the time, and what was learned.

One value, made by the daemon (or the demo, or a test) and passed on; a reload of the settings makes a new one. Nothing here
decides anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailsupport.app.pace import Pace
from mailsupport.app.tenure import Tenure
from mailsupport.core.desk import Contract, Desk
from mailsupport.core.judging.tokens import Keys
from mailsupport.core.model import Mail
from mailsupport.mail.render import Templates
from mailsupport.mail.worker import Reader
from mailsupport.ports import Now
from mailsupport.store import Store, Tx

ASK_AGAIN = timedelta(minutes=1)
ASKED_LIMIT = 1000


@dataclass(slots=True)
class Learned:
    """What only the world can tell, remembered as facts in the database and loaded at the start.

    `plus` are the mailboxes whose plus-addresses were seen to arrive, `tested` those asked since the start or yesterday;
    `no_null_sender` is whether the relay refuses MAIL FROM:<>. `asked` are the operator's troubles that the database was
    lately asked about, and knew.
    """

    plus: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)
    no_null_sender: bool = False
    relay: str | None = None
    """What the relay says instead of taking mails; "" when it takes them, None when we have not tried."""
    second: str | None = None
    """The same for the second relay."""
    waiting: dict[str, datetime] = field(default_factory=dict)
    """Since when deadlines wait for a mailbox to be read."""
    asked: dict[str, datetime] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    """Versions of contracts that the database keeps for good."""
    agreed: dict[str, Contract] = field(default_factory=dict)
    """What was agreed in versions that are no longer those of the settings."""

    def just_asked(self, key: str, now: datetime) -> bool:
        """Whether the operator was found to know of that trouble within the last minute: a flood asks the database once."""
        if len(self.asked) > ASKED_LIMIT:
            self.asked.clear()
        return key in self.asked and timedelta(0) <= now - self.asked[key] < ASK_AGAIN


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one pass. A window ends at whichever bound comes first."""

    window_mails: int = 50
    window_bytes: int = 8 * 1024 * 1024
    min_free: int = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Service:
    """The tools of every use case."""

    store: Store
    desk: Desk
    keys: Keys
    templates: Templates
    reader: Reader
    now: Now
    name: str
    learned: Learned = field(default_factory=Learned)
    limits: Limits = field(default_factory=Limits)
    tenure: Tenure = field(default_factory=Tenure)
    pace: Pace = field(default_factory=Pace)
    second_after: timedelta | None = None
    """How long the first relay has before an alert goes by the second; None when there is no second."""

    def reading(self, raw: bytes | None) -> Mail | None:
        """Return the mail in these bytes, read by the worker; None when the bytes are gone, or cannot be read."""
        found = self.reader.read_many([raw])[0] if raw is not None else None
        return found if isinstance(found, Mail) else None

    @contextmanager
    def writing(self, mailbox: str) -> Iterator[Tx]:
        """Open a transaction of whoever reads that mailbox. Raises LeaseLost when that is another daemon now, StorageError."""
        with self.store.write() as tx:
            self.tenure.check(tx, mailbox, self.now())
            yield tx
