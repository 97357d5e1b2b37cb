"""What the use cases need from the outside world, where two real implementations exist.

A mail source is an IMAP account or a folder of files; a sink is an SMTP relay or a folder; time is the real clock or the
demo's. The database is not behind a port: SQLite in memory is its own fake.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Now(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


# --- mail coming in -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder as the server shows it on opening (RFC 3501 §7.3.1, §2.3.1.1)."""

    name: str
    uidvalidity: int
    uidnext: int
    count: int
    guessed: bool = False
    """The server told no UIDNEXT: it is taken from the highest UID there now, and may have been higher before."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail the server shows, before a byte of it is fetched: its size in bytes and INTERNALDATE (UTC)."""

    uid: int
    size: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a mail; `whole` is False when only header and first text part were fetched."""

    uid: int
    raw: bytes
    size: int
    received_at: datetime
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Settling:
    """What happens on the server to a mail that was taken in: nothing, a keyword, or a move."""

    keyword: str = ""
    move_to: str = ""


class MailSource(Protocol):
    """One account, read by one thread. Every method raises ServerUnavailable when the server fails."""

    problems: list[str]
    """What the server does not let us do though the settings ask for it; whoever tells the operator empties it."""

    def open(self, folder: str) -> FolderState:
        """Open a folder for reading and return its state now. Raises FolderUnavailable when only that one cannot be read."""
        ...

    def sent_folder(self) -> str:
        """Return the name of the Sent folder, or "" when the account has none."""
        ...

    def listing(self, after_uid: int, limit: int) -> list[Listed]:
        """Return at most `limit` mails of the open folder with a UID above `after_uid`, ascending."""
        ...

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """Return the whole mails; one that vanished meanwhile is absent from the answer."""
        ...

    def fetch_start(self, uid: int) -> Fetched | None:
        """Return header and first text part of a mail that is over the size cap; None when it vanished."""
        ...

    def settle(self, uids: Sequence[int], settling: Settling) -> list[int]:
        """Flag or move mails of the open folder; returns the UIDs that are settled (also those already gone)."""
        ...

    def save(self, folder: str, raw: bytes, message_id: str, maybe_there: bool) -> str:
        """Put a mail of ours into a folder, as read; returns why it could not, or "".

        With `maybe_there` the folder is searched for its Message-ID first: an earlier attempt may have put it there.
        """
        ...

    def wait(self, seconds: float) -> bool:
        """Wait for something to arrive in the open folder, at most `seconds`; True when something may have.

        Returns early, with False, after `interrupt`.
        """
        ...

    def interrupt(self) -> None:
        """Make a `wait` under way return soon; the only method another thread may call."""
        ...

    def close(self) -> None:
        """Leave the account; never raises."""
        ...


# --- mail going out -------------------------------------------------------------------------------------------------


class Phase(StrEnum):
    """How far a handover came: whether the relay may have taken the mail."""

    BEFORE = "before"
    """The relay cannot have taken it: we never sent the final dot."""
    AFTER = "after"
    """The final dot was sent and no answer came: it may have been taken."""
    DONE = "done"
    """The relay answered."""


class Outcome(StrEnum):
    """What became of one recipient."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RecipientResult:
    """One recipient's result: the SMTP code (0 when none came) and the server's words."""

    address: str
    outcome: Outcome
    code: int
    reply: str


@dataclass(frozen=True, slots=True)
class Handover:
    """The result of one attempt. `stage` names where a failure came from: connect, login, mail, rcpt, data, dot."""

    phase: Phase
    stage: str
    recipients: tuple[RecipientResult, ...]
    null_sender_refused: bool = False


class MailSink(Protocol):
    """Hands mails to a relay; several calls may be under way at once."""

    async def send(self, sender: str, recipients: Sequence[str], raw: bytes) -> Handover:
        """Try once; never raises for what a server does. `sender` "" is the null envelope sender."""
        ...

    async def close(self) -> None:
        """Close every connection; never raises."""
        ...
