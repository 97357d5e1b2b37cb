"""Which mailboxes are ours to read? What one daemon holds of a database that others may share (DESIGN §5 Storage, A12).

    begin -> take (a lease a mailbox) -> check, in the transaction of each window -> beat, every few seconds -> end

On PostgreSQL a lease with a fence keeps daemons apart: `check` renews it inside the transaction that it allows, so that a
daemon which slept past its lease stores nothing under it. On SQLite the lock beside the file has made sure that we are alone:
there every mailbox is ours, nothing is asked, and the heartbeat only says that somebody is at home. Rules for editing here:
times are `daemons.present`; nothing sleeps or waits here; threads share one tenure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from mailsupport.app.crashpoints import reach
from mailsupport.errors import LeaseLost, Problem, SettingsError
from mailsupport.store import Store, Tx, daemons, leases, mailboxes
from mailsupport.store.daemons import DaemonRow

LEASE_SECONDS = 30.0
"""After so long without a word a daemon counts as dead: its mailboxes and its mails under way are another's."""

ALONE_SECONDS = 90.0
"""The same where nobody waits for it: a heartbeat is a write, and a disk may sleep."""

BEATS = 3
"""Heartbeats in the time of a lease: two may be lost."""

_LEASE = "mailbox:"

REMEMBERED = timedelta(days=7)
"""How long one that never took its leave is shown."""


@dataclass(slots=True)
class Tenure:
    """One daemon. Without `id` it is nobody in particular (a command, a test): everything is allowed and nothing is written."""

    id: str = ""
    host: str = ""
    pid: int = 0
    place: str = ""
    ended: Callable[[int], bool] = lambda _: False
    """Whether a process of our `place` is no more: what it held need not wait for the end of its lease."""
    key: str = ""
    seconds: float = LEASE_SECONDS
    shared: bool = False
    """Whether others may share the database."""
    fences: dict[str, int] = field(default_factory=dict)
    """The fence of each mailbox that is ours."""
    started_at: datetime | None = None
    ahead: float = 0.0
    """Seconds by which our clock was ahead of the database server's at the last heartbeat."""

    def begin(self, store: Store, now: datetime, keys: Sequence[bytes]) -> None:
        """Say that we are here. Raises SettingsError when a living daemon signs with a key that is none of ours."""
        if not self.id:
            return
        prints = [sha256(key).hexdigest()[:16] for key in keys]
        self.key = prints[0] if prints else ""
        self.shared = store.dialect == "postgresql"
        self.seconds = self.seconds if self.shared else ALONE_SECONDS
        with store.write() as tx:
            at = daemons.present(tx, now)
            known = daemons.known(tx)
            # Where we are alone, whoever stands there is dead: we hold the lock.
            daemons.leave(tx, [one.id for one in known if not self.shared or at - one.until > REMEMBERED])
            ended = self._bury(tx, known)
            living = [one for one in known if self.shared and one.until > at and one.id not in ended]
            strange = [one for one in living if one.key not in prints]
            if strange:
                raise SettingsError([_other_key(strange[0])])
            self.started_at = at
            self._say(tx, at)
        reach("tenure.begun")

    def beat(self, store: Store, now: datetime) -> set[str]:
        """Say that we are still here, and hold what is ours; return the mailboxes that another has taken over."""
        if not self.id:
            return set()
        with store.write() as tx:
            at = daemons.present(tx, now)
            self._say(tx, at)
            self._bury(tx, daemons.known(tx))
        if not self.shared:
            return set()
        self.ahead = (now - at).total_seconds()
        mine = dict(self.fences)  # what is taken from here on is not asked for
        with store.write() as tx:
            held = leases.renew_all(tx, self.id, at, self.seconds)
        lost = {name for name, fence in mine.items() if held.get(_lease(name)) != fence == self.fences.get(name)}
        for name in lost:
            self.fences.pop(name, None)
        return lost

    def alive(self, tx: Tx, now: datetime) -> datetime:
        """Say that we are here in the transaction that claims something, for what the dead hold is anybody's.

        Returns the instant by which claims are measured: not ours, for the clock of another machine may be hours off.
        """
        if not self.shared:
            return now
        at = daemons.present(tx, now)
        self._say(tx, at)
        return at

    def take(self, store: Store, mailbox: str, now: datetime) -> bool:
        """Make a mailbox ours if it is nobody's; whether it is ours now.

        What was noted of its trouble is forgotten then: since when it cannot be read counts anew, for nobody has tried
        meanwhile (P5).
        """
        if mailbox in self.fences:
            return True
        with store.write() as tx:
            at = daemons.present(tx, now)
            self._bury(tx, daemons.known(tx) if self.shared else ())
            fence = leases.take_lease(tx, _lease(mailbox), self.id, at, self.seconds) if self.shared else 1
            if fence is None:
                return False
            for row in mailboxes.folders(tx):
                if row.mailbox == mailbox and row.unreadable_since is not None:
                    mailboxes.clear_trouble(tx, row.mailbox, row.name)
        reach("tenure.taken")
        self.fences[mailbox] = fence
        return True

    def check(self, tx: Tx, mailbox: str, now: datetime) -> None:
        """Make sure, until this transaction ends, that a mailbox is ours. Raises LeaseLost."""
        if not self.shared:
            return
        fence = self.fences.get(mailbox)
        at = daemons.present(tx, now)
        if fence is None or not leases.renew_lease(tx, _lease(mailbox), self.id, fence, at, self.seconds):
            self.fences.pop(mailbox, None)
            raise LeaseLost(f"the mailbox {mailbox} is read by another daemon now", "nothing: it goes on there")

    def holds(self, mailbox: str) -> bool:
        """Whether a mailbox was ours when we last heard."""
        return not self.shared or mailbox in self.fences

    def give_up(self, store: Store, mailboxes: Collection[str]) -> None:
        """Let others have these mailboxes at once."""
        mine = {name: fence for name in mailboxes if (fence := self.fences.pop(name, None)) is not None}
        if self.shared and mine:
            with store.write() as tx:
                for name, fence in mine.items():
                    leases.drop_lease(tx, _lease(name), self.id, fence)

    def end(self, store: Store) -> None:
        """Take our leave: what is ours is free."""
        if not self.id:
            return
        self.give_up(store, list(self.fences))
        with store.write() as tx:
            daemons.leave(tx, [self.id])

    def elsewhere(self, store: Store, mailbox: str) -> str:
        """Return where the daemon runs that holds a mailbox, in words."""
        with store.read() as tx:
            holder = leases.holder_of(tx, _lease(mailbox))
            found = next((one for one in daemons.known(tx) if one.id == holder), None)
        return f"{found.host}, process {found.pid}" if found is not None else holder or "nobody"

    def _bury(self, tx: Tx, known: Sequence[DaemonRow]) -> set[str]:
        """Free what those held whose process, beside ours on this machine, has ended without a word; return their names."""
        beside = (one for one in known if self.shared and self.place and one.place == self.place and one.id != self.id)
        ended = {one.id for one in beside if self.ended(one.pid)}
        for name in ended:
            leases.drop_all(tx, name)
        daemons.leave(tx, ended)
        return ended

    def _say(self, tx: Tx, at: datetime) -> None:
        started = self.started_at or at
        daemons.beat(tx, DaemonRow(self.id, self.host, self.pid, self.place, self.key, started, at, at), at, self.seconds)


def read_by(tx: Tx, daemon: str) -> tuple[str, ...]:
    """Return the mailboxes that a daemon reads; none is named where there can be but one daemon."""
    return tuple(name.removeprefix(_LEASE) for name in leases.held_by(tx, daemon) if name.startswith(_LEASE))


def _lease(mailbox: str) -> str:
    return f"{_LEASE}{mailbox}"


def _other_key(other: DaemonRow) -> Problem:
    what = f"it is not the key of the daemon on {other.host}, process {other.pid}, which shares the database"
    return Problem("storage.key_file", what, "give every daemon a copy of the same key file: each reads the other's tokens")
