"""Does the ledger have a row for every mail that the server shows? Once a day, folder by folder (P1, A9).

    open -> list from the folder's start up to its cursor, page by page -> compare with the ledger
         -> take in what has no row; read everything again when UIDs were given to other mails -> tell the operator

Comes in: a source of its own, never the one a pass is using, and what is watched there. Goes out: what was compared and found.
Rules for editing here: the cursor is never moved, for the pass of the mailbox's own thread goes on meanwhile; what lies above
the cursor is that pass's business. A UID is another mail's only when size and arrival both differ: a server may estimate one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailsupport.app import act
from mailsupport.app.crashpoints import reach
from mailsupport.app.passes import LISTING, REUSED, take_missing
from mailsupport.app.scene import Scene
from mailsupport.app.service import Service
from mailsupport.app.watched import Watched
from mailsupport.core.effects import TellOperator
from mailsupport.ports import Listed, MailSource
from mailsupport.store import facts, mailboxes
from mailsupport.store.rows import FolderRow

NAMED = 20
"""UIDs named to the operator; of more, the rest is counted."""

AT_ONCE = 5_000
"""Missing mails taken in by one comparison; the rest is found again by the next."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A folder against the ledger: mails looked at, UIDs without a row, UIDs that are other mails' now, mails taken in."""

    looked_at: int = 0
    missing: tuple[int, ...] = ()
    other: tuple[int, ...] = ()
    taken: int = 0


def reconcile(service: Service, source: MailSource, watched: Watched) -> Compared:
    """Compare a folder with the ledger, and mend what differs. Raises ServerUnavailable, DiskFull, StorageError."""
    state = source.open(watched.folder)
    with service.store.read() as tx:
        row = mailboxes.folder(tx, watched.mailbox, watched.folder)
    if row is None or not row.has(state.uidvalidity) or state.uidnext <= row.cursor:
        return Compared()  # never read, or its UIDs are void: the next pass sees to that
    looked_at = 0
    missing: list[Listed] = []
    other: list[int] = []
    for page in _pages(source, _start(service, watched, row), row.cursor):
        lacking, strange = _differing(service, row, page)
        looked_at, missing, other = looked_at + len(page), missing + lacking, other + strange
        if len(missing) >= AT_ONCE:
            break
    found = Compared(looked_at, tuple(one.uid for one in missing), tuple(other))
    return _mended(service, source, watched, row, found, missing)


def _start(service: Service, watched: Watched, row: FolderRow) -> int:
    """The UID up to which the first run left mails alone; after UIDs became void, every one has a row."""
    where = f"{watched.mailbox}/{watched.folder}"
    with service.store.read() as tx:
        started, renumbered = facts.fact(tx, f"started:{where}"), facts.fact(tx, f"renumbered:{where}")
        first = mailboxes.first_entered(tx, row)
    if renumbered is not None or watched.first_run == "all":
        return 0
    if started is not None:
        return int(started[0])
    return row.cursor if first is None else first - 1


def _pages(source: MailSource, after: int, cursor: int) -> Iterator[list[Listed]]:
    while after < cursor and (listed := source.listing(after, LISTING)):
        page = [one for one in listed if one.uid <= cursor]
        if page:
            yield page
        after = listed[-1].uid


def _differing(service: Service, row: FolderRow, page: Sequence[Listed]) -> tuple[list[Listed], list[int]]:
    with service.store.read() as tx:
        known = mailboxes.shown(tx, row, page[0].uid, page[-1].uid)
    missing = [one for one in page if one.uid not in known]
    here = [(one, *known[one.uid]) for one in page if one.uid in known]
    return missing, [one.uid for one, size, came in here if one.size != size and one.received_at != came]


def _mended(
    service: Service, source: MailSource, watched: Watched, row: FolderRow, found: Compared, lacking: Sequence[Listed]
) -> Compared:
    if found.other:
        # The mailbox's own thread may be in the middle of a pass: it begins again by itself at the next.
        with service.store.write() as tx:
            facts.set_fact(tx, f"{REUSED}:{_where(watched)}", str(row.uidvalidity), service.now())
        _tell(service, watched, "reused", _REUSED.format(_named(found.other), _where(watched)), "everything there is read again")
        return found
    if not lacking:
        return found
    # Told first: should taking them in fail, the operator knows all the same.
    _tell(service, watched, "gap", _GAP.format(_named(found.missing), _where(watched)), "they are taken in now")
    reach("reconcile.told")
    return replace(found, taken=take_missing(service, source, watched, row, lacking))


def _tell(service: Service, watched: Watched, key: str, what: str, then: str) -> None:
    effect = TellOperator(f"{key}:{_where(watched)}", what, f"the server was compared with the ledger; {then}", _CURE)
    with service.store.write() as tx:
        act.perform(Scene(service, tx, service.now(), watched.mailbox), [effect])


def _where(watched: Watched) -> str:
    return f"{watched.mailbox}/{watched.folder}"


def _named(uids: Sequence[int]) -> str:
    more = f" and {len(uids) - NAMED} more" if len(uids) > NAMED else ""
    return ", ".join(str(uid) for uid in uids[:NAMED]) + more


_GAP = "mails were overlooked: UID {} of {}"
_REUSED = "the server gave old UIDs to other mails: UID {} of {}"
_CURE = "see `mailsupport ticket list` for late tickets, and tell the maintainers what server this is"
