"""What becomes of a mail that the server lists and does not give out, or breaks off at each time?

It must hold up no other (P12) and not be forgotten (P1). Each failure of a transfer is counted where the cursor stands; a mail
that failed three times when it was asked for alone is set aside: what can be had of it (its beginning, or nothing but its
place) is quarantined, with a ticket and a clock, and the cursor moves on. Once an hour the server is asked for it again; when it
is given, it is decided like any other, at its own time, and the ticket that stood for it ends. Where asking cost the connection,
and with it the pass of every folder behind, nothing more is asked for in that folder for a while: then it is another mail's turn.

Rules for editing here: a failure is no death: what kills the reader is counted by `app.passes`. A large mail of which each
connection brings a piece has not failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter

import structlog

from mailsupport.app import quarantine
from mailsupport.app.scene import Tx
from mailsupport.app.service import Service
from mailsupport.app.watched import Watched
from mailsupport.errors import ServerUnavailable, TransferUnderway
from mailsupport.ports import Fetched, Listed, MailSource
from mailsupport.store import facts, mailboxes
from mailsupport.store.rows import FolderRow, LedgerRow

TRIES = 3
"""So often a mail is asked for alone before it is set aside."""

ASK_AGAIN = timedelta(hours=1)
"""So long after it was asked for in vain a mail is asked for again."""

PAUSE = timedelta(hours=1)
"""So long nothing is asked for in a folder where asking broke off, but what the operator wants."""

AT_ONCE = 10
"""Mails set aside that are asked for in one pass; the others' turn comes in the next."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a mail counts as asked for that never was; what the operator wants is older (`quarantine.ANY_AGE`)."""

GONE = "the server never gave it out, and shows it no more"

_log = structlog.get_logger("withheld")


@dataclass(frozen=True, slots=True)
class Failures:
    """Transfers that failed where the cursor stands: in all, and of the next mail alone."""

    in_all: int = 0
    alone: int = 0


@dataclass(frozen=True, slots=True)
class Remains:
    """What could be had of a mail that is not given out; None when it has vanished. `lost`: asking cost the connection."""

    fetched: Fetched | None
    lost: ServerUnavailable | None


def failures(tx: Tx, watched: Watched, row: FolderRow) -> Failures:
    """Return what failed since the cursor moved."""
    found = facts.fact(tx, f"failed:{watched.place}")
    where, _, counted = found[0].partition("=") if found is not None else ("", "", "")
    if where != _where(row):
        return Failures()
    in_all, _, alone = counted.partition(",")
    return Failures(int(in_all), int(alone))


def failed(service: Service, watched: Watched, row: FolderRow, alone: bool, error: ServerUnavailable) -> None:
    """Count a transfer that failed; `alone` when it was one mail's."""
    with service.writing(watched.mailbox) as tx:
        before = failures(tx, watched, row)
        of_one = before.alone + (alone and not isinstance(error, TransferUnderway))
        facts.set_fact(tx, f"failed:{watched.place}", f"{_where(row)}={before.in_all + 1},{of_one}", service.now())


def remains(source: MailSource, watched: Watched, listed: Listed) -> Remains:
    """Ask for the beginning of a mail that is not given out; without one, its place on the server stands for it."""
    try:
        start = source.fetch_start(listed.uid)
        there = start is not None or any(one.uid == listed.uid for one in source.listing(listed.uid - 1, 1))
    except ServerUnavailable as error:
        return Remains(_placeholder(watched, listed), error)
    return Remains(start or (_placeholder(watched, listed) if there else None), None)


def ask_again(service: Service, source: MailSource, watched: Watched) -> int:
    """Ask once an hour for what was set aside; return how many mails came after all. Raises LeaseLost, StorageError."""
    now = service.now()
    with service.store.read() as tx:
        due = _due(tx, watched, now)
    came = 0
    for one in due:
        with service.writing(watched.mailbox) as tx:
            ours = facts.first_time(tx, quarantine.asked(one), now, ASK_AGAIN)
        try:
            came += _ask(service, source, watched, one) if ours else 0
        except ServerUnavailable as error:
            _log.info("still_withheld", mailbox=one.mailbox, folder=one.folder, uid=one.uid, error=str(error))
            with service.writing(watched.mailbox) as tx:
                facts.set_fact(tx, _broke_off(watched), "", now)
            return came  # the connection may be gone
    return came


def _due(tx: Tx, watched: Watched, now: datetime) -> list[LedgerRow]:
    """What is to be asked for now: first what the operator wants, then what was never asked for, then what waits longest."""
    row = mailboxes.folder(tx, watched.mailbox, watched.folder)
    if row is None:
        return []
    broke_off = facts.fact(tx, _broke_off(watched))
    pausing = broke_off is not None and broke_off[1] > now - PAUSE
    found: list[tuple[datetime, int, LedgerRow]] = []
    for one in mailboxes.quarantined(tx):
        if _waits(one, row):
            asked = facts.fact(tx, quarantine.asked(one))
            at = asked[1] if asked is not None else _NEVER
            if at <= now - (quarantine.ANY_AGE if pausing else ASK_AGAIN):
                found.append((at, one.id, one))
    return [one for _, _, one in sorted(found, key=itemgetter(0, 1))[:AT_ONCE]]


def _broke_off(watched: Watched) -> str:
    return f"asking_broke_off:{watched.place}"


def _ask(service: Service, source: MailSource, watched: Watched, row: LedgerRow) -> int:
    found = [source.fetch_start(row.uid)] if row.size > watched.max_size else source.fetch([row.uid])
    fetched = next(iter(found), None)
    if fetched is None:
        with service.writing(watched.mailbox) as tx:
            mailboxes.mark(tx, row.id, row.state, GONE)
        return 0
    reading = service.reader.read_many([fetched.raw])[0]
    with service.writing(watched.mailbox) as tx:
        quarantine.given_out(service, tx, row, watched.origin, fetched, reading)
    return 1


def _waits(one: LedgerRow, row: FolderRow) -> bool:
    here = (one.mailbox, one.folder, one.uidvalidity) == (row.mailbox, row.name, row.uidvalidity)
    return here and one.reason == quarantine.NOT_GIVEN


def _placeholder(watched: Watched, listed: Listed) -> Fetched:
    """Nothing of the mail, under a name that no other has: its place."""
    place = watched.place.encode("unicode_escape").decode("ascii")
    raw = f"X-Mailsupport-Withheld: {place} UID {listed.uid}, {listed.received_at}\r\n\r\n".encode("ascii")
    return Fetched(listed.uid, raw, listed.size, listed.received_at, whole=False)


def _where(row: FolderRow) -> str:
    return f"{row.uidvalidity}:{row.cursor}"
