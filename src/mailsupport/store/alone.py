"""One daemon a SQLite file: a lock beside it that the kernel lets go when its holder dies, and whose text says who that is."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

from mailsupport.errors import StorageError, TryAgain
from mailsupport.store.engine import Store


class Alone:
    """A lock that is held; `release` lets it go and may be called twice."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the next one in."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def hold_alone(store: Store, who: str) -> Alone:
    """Hold the database for this process as `who`; raises TryAgain naming the process that holds it, StorageError.

    On PostgreSQL and in memory there is nothing to hold: leases keep daemons apart there.
    """
    if store.path is None:
        return Alone(None)
    lock = store.path.with_name(f"{store.path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"{lock} cannot be written: {error.strerror}", "check owner and mode of its folder") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise TryAgain(f"the database is in use by {_holder(lock)}", "stop that one first") from error
    _sign(descriptor, who)
    return Alone(descriptor)


def _sign(descriptor: int, who: str) -> None:
    """Write who holds the lock; since when is the instant the file system gives to our first write."""
    text = f"{who}, host {os.uname().nodename}, pid {os.getpid()}"
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
    since = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
    os.pwrite(descriptor, f"{text}, since {since:%Y-%m-%d %H:%M:%S} UTC\n".encode(), 0)


def _holder(lock: Path) -> str:
    return lock.read_text(errors="replace").strip()[:300] or "another process"
