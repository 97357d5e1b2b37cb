"""Watched folders and the ledger: how far each was read, and what became of every UID (P1).

The cursor moves only with the ledger rows it passes, in one transaction. An attempt is counted before a window is read, and
counted anew once the cursor has moved, so that only what kills the reader again and again grows.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, select, text, update

from mailsupport.store.columns import in_order_of
from mailsupport.store.hot import Hot
from mailsupport.store.rows import FolderRow, LedgerRow
from mailsupport.store.schema import QUARANTINED, UNSETTLED, ledger
from mailsupport.store.schema import folder as folders_

_FOLDERS = select(*in_order_of(FolderRow, folders_))
_FOLDER = _FOLDERS.where(folders_.c.mailbox == bindparam("of"), folders_.c.name == bindparam("called"))
_START = insert(folders_)
_CHANGE = update(folders_).where(folders_.c.mailbox == bindparam("of"), folders_.c.name == bindparam("called"))
_BEGIN = _CHANGE.values(
    attempts=folders_.c.attempts + 1,
    attempt_to=case((folders_.c.attempt_to > bindparam("upto"), folders_.c.attempt_to), else_=bindparam("upto")),
).returning(folders_.c.attempts)
_ADVANCE = _CHANGE.values(cursor=bindparam("to"), attempts=0)
_NOTE_PASS = _CHANGE.values(read_until=bindparam("until"))
_NOTE_TROUBLE = _CHANGE.values(
    unreadable_since=func.coalesce(folders_.c.unreadable_since, bindparam("since", type_=folders_.c.unreadable_since.type)),
    trouble=bindparam("words"),
)
_CLEAR_TROUBLE = _CHANGE.values(unreadable_since=None, trouble="")
_RENUMBER = _CHANGE.values(uidvalidity=bindparam("to"), cursor=0, attempt_to=0, attempts=0)

_LEDGER = select(*in_order_of(LedgerRow, ledger))
_ENTER = Hot(insert(ledger))
_ENTERED = select(ledger.c.uid).where(
    ledger.c.mailbox == bindparam("of"),
    ledger.c.folder == bindparam("called"),
    ledger.c.uidvalidity == bindparam("validity"),
    ledger.c.uid.in_(bindparam("uids", expanding=True)),
)
_SHOWN = select(ledger.c.uid, ledger.c.size, ledger.c.received_at).where(
    ledger.c.mailbox == bindparam("of"),
    ledger.c.folder == bindparam("called"),
    ledger.c.uidvalidity == bindparam("validity"),
    ledger.c.uid.between(bindparam("first"), bindparam("last")),
)
_FIRST_ENTERED = select(func.min(ledger.c.uid)).where(
    ledger.c.mailbox == bindparam("of"), ledger.c.folder == bindparam("called"), ledger.c.uidvalidity == bindparam("validity")
)
_TO_SETTLE = (
    _LEDGER.where(ledger.c.mailbox == bindparam("of"), ledger.c.folder == bindparam("called"), text(UNSETTLED))
    .order_by(ledger.c.id)
    .limit(bindparam("limit"))
)
_SETTLED = update(ledger).where(ledger.c.id.in_(bindparam("ids", expanding=True))).values(settling="")
_QUARANTINED = _LEDGER.where(text(QUARANTINED)).order_by(ledger.c.id)


# --- folders ------------------------------------------------------------------------------------------------------------


def folder(tx: Connection, mailbox: str, name: str) -> FolderRow | None:
    """Return how far a folder was read; None when it was never started."""
    found = tx.execute(_FOLDER, {"of": mailbox, "called": name}).first()
    return None if found is None else FolderRow(*found)


def folders(tx: Connection) -> list[FolderRow]:
    """Return every folder that was ever started."""
    return [FolderRow(*row) for row in tx.execute(_FOLDERS.order_by(folders_.c.mailbox, folders_.c.role, folders_.c.name))]


def start_folder(tx: Connection, row: FolderRow) -> None:
    """Start a folder where `row` says. Raises Conflict when it was started before."""
    tx.execute(_START, {column.name: getattr(row, column.name) for column in folders_.columns})


def begin_window(tx: Connection, mailbox: str, name: str, upto: int) -> int:
    """Count an attempt to read a window up to that UID, to be committed before a byte is fetched; return its number.

    The first attempt since the cursor moved is 1, whatever its `upto`. `attempt_to` keeps the highest UID tried: after a
    death, a caller that goes on in smaller windows sees by `attempt_to` above the cursor that it is still among those UIDs.
    """
    return int(tx.execute(_BEGIN, {"of": mailbox, "called": name, "upto": upto}).scalar_one())


def advance(tx: Connection, mailbox: str, name: str, cursor: int) -> None:
    """Move the cursor: everything up to it is in the ledger; attempts begin anew."""
    tx.execute(_ADVANCE, {"of": mailbox, "called": name, "to": cursor})


def note_pass(tx: Connection, mailbox: str, name: str, read_until: datetime) -> None:
    """Note that everything which had arrived by that instant is taken in."""
    tx.execute(_NOTE_PASS, {"of": mailbox, "called": name, "until": read_until})


def note_trouble(tx: Connection, mailbox: str, name: str, since: datetime, words: str) -> None:
    """Note that a folder cannot be read; of several times in a row, the first instant stays."""
    tx.execute(_NOTE_TROUBLE, {"of": mailbox, "called": name, "since": since, "words": words})


def clear_trouble(tx: Connection, mailbox: str, name: str) -> None:
    """Note that a folder can be read again."""
    tx.execute(_CLEAR_TROUBLE, {"of": mailbox, "called": name})


def renumber(tx: Connection, mailbox: str, name: str, uidvalidity: int) -> None:
    """Begin a folder again whose UIDs are void (RFC 3501 §2.3.1.1); the ledger keeps what it had under the old ones."""
    tx.execute(_RENUMBER, {"of": mailbox, "called": name, "to": uidvalidity})


# --- ledger -------------------------------------------------------------------------------------------------------------


def enter_all(tx: Connection, rows: Collection[LedgerRow]) -> None:
    """Enter what became of a window's UIDs. Raises Conflict when one of them was entered before (P2)."""
    if rows:
        _ENTER.many(tx, [_values(row) for row in rows])


def entered(tx: Connection, mailbox: str, folder: str, uidvalidity: int, uids: Collection[int]) -> set[int]:
    """Return those of the UIDs that are in the ledger."""
    asked = {"of": mailbox, "called": folder, "validity": uidvalidity, "uids": list(uids)}
    return set(tx.execute(_ENTERED, asked).scalars()) if uids else set()


def shown(tx: Connection, row: FolderRow, first: int, last: int) -> dict[int, tuple[int, datetime]]:
    """Return what the server showed of the UIDs from `first` to `last` when they were entered: size and arrival."""
    asked = {"of": row.mailbox, "called": row.name, "validity": row.uidvalidity, "first": first, "last": last}
    return {uid: (size, received_at) for uid, size, received_at in tx.execute(_SHOWN, asked)}


def first_entered(tx: Connection, row: FolderRow) -> int | None:
    """Return the lowest UID of a folder that is in the ledger under its present UIDVALIDITY, or None."""
    lowest: int | None = tx.execute(_FIRST_ENTERED, {"of": row.mailbox, "called": row.name, "validity": row.uidvalidity}).scalar()
    return lowest


def to_settle(tx: Connection, mailbox: str, folder: str, limit: int) -> list[LedgerRow]:
    """Return the oldest rows of a folder whose mail is still to be flagged or moved on the server."""
    return [LedgerRow(*row) for row in tx.execute(_TO_SETTLE, {"of": mailbox, "called": folder, "limit": limit})]


def settled(tx: Connection, ids: Collection[int]) -> None:
    """Note that the mails of these rows are flagged or moved."""
    if ids:
        tx.execute(_SETTLED, {"ids": list(ids)})


def quarantined(tx: Connection) -> list[LedgerRow]:
    """Return every row in quarantine, oldest first."""
    return [LedgerRow(*row) for row in tx.execute(_QUARANTINED)]


def ledger_row(tx: Connection, id: int) -> LedgerRow | None:
    """Return a ledger row, or None."""
    found = tx.execute(_LEDGER.where(ledger.c.id == id)).first()
    return None if found is None else LedgerRow(*found)


def mark(tx: Connection, id: int, state: str, reason: str, mail: int | None = None) -> None:
    """Change what became of a UID, with the reason; without `mail`, its mail stays the one it was."""
    changes: dict[str, Any] = {"state": state, "reason": reason}
    if mail is not None:
        changes["mail"] = mail
    tx.execute(update(ledger).where(ledger.c.id == id), changes)


def _values(row: LedgerRow) -> dict[str, Any]:
    return {
        "mailbox": row.mailbox,
        "folder": row.folder,
        "uidvalidity": row.uidvalidity,
        "uid": row.uid,
        "state": row.state,
        "reason": row.reason,
        "mail": row.mail,
        "received_at": row.received_at,
        "taken_at": row.taken_at,
        "size": row.size,
        "settling": row.settling,
    }
