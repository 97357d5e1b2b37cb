"""What is watched in a mailbox, and what the ledger says of a mail there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailsupport.app.gathering import Origin
from mailsupport.app.intake import Taken
from mailsupport.ports import Fetched, Listed, Settling
from mailsupport.store.rows import FolderRow, LedgerRow


@dataclass(frozen=True, slots=True)
class Watched:
    """A folder to be read: where it is, what it is, and what happens to its mails. `first_run`: "new", "all" or a date."""

    mailbox: str
    folder: str
    role: str
    settling: Settling
    first_run: str | date = "new"
    oldest_clock: timedelta = timedelta(days=30)
    max_size: int = 25 * 1024 * 1024

    @property
    def origin(self) -> Origin:
        """Where intake is told that a mail comes from."""
        return Origin(self.mailbox, self.role == "sent", self.oldest_clock)

    @property
    def place(self) -> str:
        """The folder's name among those of all mailboxes."""
        return f"{self.mailbox}/{self.folder}"


def entry(watched: Watched, row: FolderRow, listed: Listed, taken: Taken, fetched: Fetched | None, now: datetime) -> LedgerRow:
    """Return the ledger row of a mail; `fetched` is what came of it."""
    return LedgerRow(
        mailbox=watched.mailbox,
        folder=watched.folder,
        uidvalidity=row.uidvalidity,
        uid=listed.uid,
        state=taken.state,
        reason=taken.reason,
        mail=taken.mail,
        received_at=listed.received_at,
        taken_at=now,
        size=listed.size,
        settling=_settling(watched, taken, fetched),
    )


def _settling(watched: Watched, taken: Taken, fetched: Fetched | None) -> str:
    """What is still to be done on the server: nothing with a mail that is not here whole, or that nobody could read."""
    if taken.mail is None or fetched is None or not fetched.whole or taken.state == "quarantined":
        return ""
    return "move" if watched.settling.move_to else "keyword" if watched.settling.keyword else ""
