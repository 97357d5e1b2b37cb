"""Has mail been read up to a deadline? The gate that keeps one from being judged while its answer may lie unread (P5).

Comes in: the folders that are watched, as the sweep found them. Goes out: whether the gate of a mailbox is closed, and what the
alert must admit that was not read. For editing here: nothing waits for ever; what cannot be read is waited for, and then named.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from mailsupport.store.rows import FolderRow

UNREADABLE_WAIT = timedelta(minutes=5)
"""How long a mailbox that cannot be read keeps its deadlines from being judged."""

PASS_WAIT = timedelta(seconds=60)
"""How long a pass that does not come to an end keeps deadlines from being judged."""

SKEW = timedelta(seconds=5)
"""How far the clock of a daemon that reads may be ahead of one that judges."""


class Gate:
    """Which mailboxes have been read up to which instant (P5).

    `waiting` is since when a mailbox is waited for: from when it was first missed, never from the deadline, for a program that
    starts or wakes hours after a deadline must read first like any other.
    """

    def __init__(self, folders: Sequence[FolderRow], now: datetime, waiting: dict[str, datetime]) -> None:
        self._now, self._waiting = now, waiting
        self._folders: dict[str, list[FolderRow]] = {}
        for row in folders:
            self._folders.setdefault(row.mailbox, []).append(row)
        for mailbox in [name for name, since in waiting.items() if since > now or not self.unread(name, since)]:
            del waiting[mailbox]

    def closed(self, mailbox: str, due: datetime) -> bool:
        """Whether an answer to a mail of that mailbox may still lie unread before that instant."""
        missing = [row for row in self._folders.get(mailbox, ()) if not self._read(row, due)]
        since = self._waiting.setdefault(mailbox, self._now) if missing else self._now
        return any(not self._given_up(row, since) for row in missing)

    def unread(self, mailbox: str, due: datetime) -> tuple[str, ...]:
        """Return the folders that were not read up to that instant, in words for the alert."""
        return tuple(f"{row.mailbox}/{row.name}" for row in self._folders.get(mailbox, ()) if not self._read(row, due))

    def _read(self, row: FolderRow, due: datetime) -> bool:
        # A pass of the future was noted by a clock that has been set back since: it says nothing of what came in our past.
        return row.read_until is not None and due <= row.read_until <= self._now + SKEW

    def _given_up(self, row: FolderRow, since: datetime) -> bool:
        if row.unreadable_since is not None:
            return self._now - min(row.unreadable_since, since) >= UNREADABLE_WAIT
        return self._now - since >= (PASS_WAIT if row.read_until is not None else UNREADABLE_WAIT)
