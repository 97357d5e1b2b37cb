"""One pass over one folder: what is new on the server comes into the ledger, window by window.

    open -> listing (sizes first) -> a window is registered, fetched, read by the worker, decided, committed -> settled on
    the server

Comes in: a mail source and what is watched there. Goes out: rows, and a folder whose cursor has moved and whose
`read_until` says how far an answer cannot have been overlooked (P5). Rules for editing here: an attempt is committed before
a byte is fetched; a window that failed twice is taken one mail at a time; a mail that killed us three times more is
quarantined unread, one that the server does not give out is set aside (`app.withheld`); nothing on the server changes before
its row is committed (P1); every transaction is `Service.writing`, so that a daemon whose mailbox was taken over stores nothing
of it. While one window is decided, the worker reads the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from mailsupport.app import agreements, intake, withheld
from mailsupport.app.crashpoints import reach
from mailsupport.app.quarantine import NOT_GIVEN
from mailsupport.app.scene import Tx
from mailsupport.app.service import Service
from mailsupport.app.watched import Watched, entry
from mailsupport.core.model import Mail
from mailsupport.errors import Conflict, Crossed, DiskFull, ServerUnavailable
from mailsupport.mail.worker import Reading, Unread
from mailsupport.ports import Fetched, FolderState, Listed, MailSource
from mailsupport.store import facts, free_bytes, mailboxes, told
from mailsupport.store.packing import have_packed
from mailsupport.store.rows import FolderRow, LedgerRow

WHOLE_ATTEMPTS = 2
"""After so many failures a window is taken one mail at a time."""

SINGLE_ATTEMPTS = 3
"""After so many more, the first mail of it is quarantined without being read."""

CROSSINGS = 3
"""How often a window is decided when another mailbox takes the same mail in, or the same ticket up, at that moment."""

LISTING = 500
"""Mails listed at once; their sizes decide the windows."""

REUSED = "reused"
"""The fact that names a folder's UIDVALIDITY, as we count it, under which UIDs were found to be other mails'."""

_GONE = intake.Taken("gone", "it vanished from the server before it could be fetched", None)
_ALONE = intake.Taken("ignored", "it lay in the folder before the first run", None)


@dataclass(frozen=True, slots=True)
class _Window:
    """Mails under way together: what was listed, what was fetched, and the worker's handle for reading them; else why not."""

    listed: Sequence[Listed]
    fetched: dict[int, Fetched]
    reading: Reading | None
    unread: str = f"reading it ended the program {WHOLE_ATTEMPTS + SINGLE_ATTEMPTS} times"


def take_in(service: Service, source: MailSource, watched: Watched) -> int:
    """Read what is new in a folder; return how many mails came. Raises ServerUnavailable, DiskFull, LeaseLost, StorageError."""
    begun = service.now()
    _need_room(service)
    state = source.open(watched.folder)
    row = _started(service, source, watched, state, begun)
    _settle(service, source, watched)
    taken = 0
    while listed := source.listing(row.cursor, LISTING):
        reach("intake.listed")
        taken += _take_listing(service, source, watched, row, listed)
        with service.store.read() as tx:
            row = mailboxes.folder(tx, watched.mailbox, watched.folder) or row
    with service.writing(watched.mailbox) as tx:
        mailboxes.note_pass(tx, watched.mailbox, watched.folder, begun)
    reach("intake.pass_noted")
    return taken + withheld.ask_again(service, source, watched)


def take_missing(service: Service, source: MailSource, watched: Watched, row: FolderRow, listed: Sequence[Listed]) -> int:
    """Take in mails that lie below the cursor without a row; return how many came. The cursor stays. Raises as `take_in` does.

    `row` is the folder as it was when the mails were listed: when its UIDs became void meanwhile, nothing is done.
    """
    _need_room(service)
    taken = 0
    for some in _windows(service, watched, listed) if listed else ():
        window = _fetch(service, source, watched, some)
        readings = dict(zip(window.fetched, _readings(service, window), strict=True))
        with service.writing(watched.mailbox) as tx:
            now = mailboxes.folder(tx, watched.mailbox, watched.folder)
            if now is None or now.uidvalidity != row.uidvalidity:
                return taken
            mailboxes.enter_all(tx, _decided(service, tx, watched, row, window, readings))
            reach("reconcile.before_commit")
        taken += len(window.fetched)
    return taken


def _need_room(service: Service) -> None:
    path = service.store.path
    if path is not None and (free := free_bytes(path)) < service.limits.min_free:
        raise DiskFull(
            f"only {free // 1_000_000} MB are free where the database is", "make room; mails wait on the server meanwhile"
        )


# --- where to begin ---------------------------------------------------------------------------------------------------


def _started(service: Service, source: MailSource, watched: Watched, state: FolderState, now: datetime) -> FolderRow:
    with service.store.read() as tx:
        row = mailboxes.folder(tx, watched.mailbox, watched.folder)
        distrusted = facts.fact(tx, f"{REUSED}:{watched.mailbox}/{watched.folder}")
    if row is None:
        return _start(service, source, watched, state)
    was_reused = distrusted is not None and distrusted[0] == str(row.uidvalidity)
    went_back = state.uidnext <= row.cursor and not state.guessed
    if not row.has(state.uidvalidity) or went_back or was_reused:
        return _renumbered(service, watched, row, state, now)
    return row


def _start(service: Service, source: MailSource, watched: Watched, state: FolderState) -> FolderRow:
    """First run: decide which mails are left alone (DESIGN §4)."""
    cursor = _first_cursor(source, watched.first_run, state)
    left = state.count if watched.first_run == "new" else 0
    row = FolderRow(watched.mailbox, watched.folder, watched.role, state.uidvalidity, cursor, left_alone=left)
    with service.writing(watched.mailbox) as tx:
        mailboxes.start_folder(tx, row)
        if watched.first_run == "new":
            facts.set_fact(tx, f"started:{watched.mailbox}/{watched.folder}", str(cursor), service.now())
    reach("intake.started")
    return row


def _first_cursor(source: MailSource, first_run: str | date, state: FolderState) -> int:
    if first_run == "all":
        return 0
    if not isinstance(first_run, date):
        return state.uidnext - 1
    since, cursor = datetime.combine(first_run, time(), UTC), 0
    while page := source.listing(cursor, LISTING):
        for one in page:
            if one.received_at >= since:
                return cursor
            cursor = one.uid
    return cursor


def _renumbered(service: Service, watched: Watched, row: FolderRow, state: FolderState, now: datetime) -> FolderRow:
    """The UIDs are void: everything is read again, and what was here before is recognised by id and content (A4).

    A server that went back with its UIDs without a new UIDVALIDITY gets one of ours above its 32 bits. What a first run left
    alone stays so: it is told by its date.
    """
    turn = (row.uidvalidity >> 32) + (1 if row.has(state.uidvalidity) else 0)
    with service.writing(watched.mailbox) as tx:
        mailboxes.renumber(tx, watched.mailbox, watched.folder, (turn << 32) | state.uidvalidity)
        facts.set_fact(tx, f"renumbered:{watched.mailbox}/{watched.folder}", str(state.uidnext), now)
        renumbered = mailboxes.folder(tx, watched.mailbox, watched.folder)
    return renumbered or row


# --- windows ----------------------------------------------------------------------------------------------------------


def _take_listing(service: Service, source: MailSource, watched: Watched, row: FolderRow, listed: Sequence[Listed]) -> int:
    with service.store.read() as tx:
        failed = withheld.failures(tx, watched, row)
    in_doubt = row.attempts >= WHOLE_ATTEMPTS or failed.alone > 0
    careful = in_doubt or (row.attempts == 0 and row.attempt_to > row.cursor)
    if careful:
        listed = listed[:1]
    windows = [list(listed)] if careful else list(_windows(service, watched, listed))
    with service.writing(watched.mailbox) as tx:
        attempts = mailboxes.begin_window(tx, watched.mailbox, watched.folder, windows[0][-1].uid)
    reach("intake.begun")
    if failed.alone >= withheld.TRIES:
        return _set_aside(service, source, watched, row, windows[0][0])
    killed = attempts - failed.in_all > WHOLE_ATTEMPTS + SINGLE_ATTEMPTS
    try:
        waiting = _fetch(service, source, watched, windows[0], read=not killed)
    except ServerUnavailable as error:
        withheld.failed(service, watched, row, len(windows[0]) == 1, error)
        raise
    return _take_windows(service, source, watched, row, waiting, [] if killed else windows[1:])


def _take_windows(
    service: Service, source: MailSource, watched: Watched, row: FolderRow, waiting: _Window, others: Sequence[Sequence[Listed]]
) -> int:
    """Commit the window that is here, while the next is fetched, and so on; one that does not come costs none before it.

    Behind a mail that is larger than a window may be nothing is fetched: two of them stand in memory four times.
    """
    taken = 0
    for following in others:
        if sum(len(one.raw) for one in waiting.fetched.values()) > service.limits.window_bytes:
            break  # what is left is listed again
        try:
            coming = _fetch(service, source, watched, following)
        except ServerUnavailable:
            _commit(service, source, watched, row, waiting, None)
            raise
        taken += _commit(service, source, watched, row, waiting, following)
        waiting = coming
    return taken + _commit(service, source, watched, row, waiting, None)


def _set_aside(service: Service, source: MailSource, watched: Watched, row: FolderRow, listed: Listed) -> int:
    """Quarantine a mail that the server does not give out, with what can be had of it, so that the others flow."""
    left = withheld.remains(source, watched, listed)
    fetched = {listed.uid: left.fetched} if left.fetched is not None else {}
    taken = _commit(service, source, watched, row, _Window([listed], fetched, None, NOT_GIVEN), None)
    if left.lost is not None:
        raise left.lost
    return taken


def _windows(service: Service, watched: Watched, listed: Sequence[Listed]) -> Iterator[list[Listed]]:
    """Cut a listing into windows bounded by count and bytes; a mail over the size cap counts as its beginning."""
    window: list[Listed] = []
    room = service.limits.window_bytes
    for one in listed:
        size = min(one.size, watched.max_size)
        if window and (len(window) >= service.limits.window_mails or size > room):
            yield window
            window, room = [], service.limits.window_bytes
        window.append(one)
        room -= size
    yield window


def _fetch(service: Service, source: MailSource, watched: Watched, listed: Sequence[Listed], read: bool = True) -> _Window:
    small = [one.uid for one in listed if one.size <= watched.max_size]
    fetched = {one.uid: one for one in (source.fetch(small) if small else [])}
    for one in listed:
        if one.size > watched.max_size and (start := source.fetch_start(one.uid)) is not None:
            fetched[one.uid] = start
    reach("intake.fetched")
    return _Window(listed, fetched, service.reader.submit([f.raw for f in fetched.values()]) if read else None)


def _commit(
    service: Service, source: MailSource, watched: Watched, row: FolderRow, window: _Window, following: Sequence[Listed] | None
) -> int:
    """Decide a window and commit it, together with the registration of the one that follows."""
    readings = dict(zip(window.fetched, _readings(service, window), strict=True))
    reach("intake.read")
    for left in reversed(range(CROSSINGS)):
        try:
            _enter(service, watched, row, window, readings, following)
            break
        except (Conflict, Crossed):
            if not left:
                raise
    reach("intake.committed")
    _settle(service, source, watched)
    return len(window.fetched)


def _enter(
    service: Service,
    watched: Watched,
    row: FolderRow,
    window: _Window,
    readings: Mapping[int, Mail | Unread],
    following: Sequence[Listed] | None,
) -> None:
    with service.writing(watched.mailbox) as tx:
        agreements.recall(service, tx)  # before anything is written here: what is seen now is there for good
        if window.reading is not None:
            have_packed(tx, zip(window.reading.raws, window.reading.packed, strict=False))
        mailboxes.enter_all(tx, _decided(service, tx, watched, row, window, readings))
        mailboxes.advance(tx, watched.mailbox, watched.folder, window.listed[-1].uid)
        if following is not None:
            mailboxes.begin_window(tx, watched.mailbox, watched.folder, following[-1].uid)
        counted = {"mailbox": watched.mailbox, "folder": watched.folder, "mails": len(window.fetched)}
        told.tell(tx, "mails_taken", None, "", counted)
        reach("intake.before_commit")


def _decided(
    service: Service, tx: Tx, watched: Watched, row: FolderRow, window: _Window, readings: Mapping[int, Mail | Unread]
) -> list[LedgerRow]:
    now, alone, entries = service.now(), _left_alone(tx, watched), []
    for one in window.listed:
        taken = _ALONE if alone(one) else _take(service, tx, watched, window, readings, one, now)
        entries.append(entry(watched, row, one, taken, window.fetched.get(one.uid), now))
    return entries


def _readings(service: Service, window: _Window) -> Sequence[Mail | Unread]:
    if window.reading is not None:
        return service.reader.collect(window.reading)
    return [Unread(window.unread, fatal=True) for _ in window.fetched]


def _take(
    service: Service,
    tx: Tx,
    watched: Watched,
    window: _Window,
    readings: Mapping[int, Mail | Unread],
    listed: Listed,
    now: datetime,
) -> intake.Taken:
    fetched, reading = window.fetched.get(listed.uid), readings.get(listed.uid)
    if fetched is None or reading is None:
        return _GONE
    return intake.take(service, tx, watched.origin, fetched, reading, now)


def _left_alone(tx: Tx, watched: Watched) -> Callable[[Listed], bool]:
    """After UIDs became void: which mails are those that the first run had left alone."""
    renumbered = facts.fact(tx, f"renumbered:{watched.mailbox}/{watched.folder}")
    started = facts.fact(tx, f"started:{watched.mailbox}/{watched.folder}") if renumbered is not None else None
    if renumbered is None or started is None:
        return lambda listed: False
    upto, since = int(renumbered[0]), started[1]
    return lambda listed: listed.uid < upto and listed.received_at < since


# --- afterwards, on the server ----------------------------------------------------------------------------------------


def _settle(service: Service, source: MailSource, watched: Watched) -> None:
    """Flag or move what was taken in; what a crash left undone is done at the next pass."""
    if not (watched.settling.keyword or watched.settling.move_to):
        return
    while True:
        with service.store.read() as tx:
            rows = mailboxes.to_settle(tx, watched.mailbox, watched.folder, LISTING)
        done = set(source.settle([r.uid for r in rows], watched.settling)) if rows else set()
        reach("intake.settled")
        if not done:
            return
        with service.writing(watched.mailbox) as tx:
            mailboxes.settled(tx, [r.id for r in rows if r.uid in done])
