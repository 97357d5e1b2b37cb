"""Holds: staff mails that were neither sent nor obeyed, and whose author was asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, text, update

from mailsupport.store.columns import in_order_of
from mailsupport.store.hot import Hot
from mailsupport.store.memory import UNDECIDED
from mailsupport.store.rows import HoldRow
from mailsupport.store.schema import hold as table

_HOLD = Hot(insert(table))
_OPEN = select(*in_order_of(HoldRow, table)).where(table.c.id == bindparam("hold"), table.c.state == "open")
_SETTLE = update(table).where(table.c.id == bindparam("hold"), table.c.state == "open").values(state=bindparam("to"))


_DUE = (
    select(*in_order_of(HoldRow, table))
    .where(text(UNDECIDED), table.c.until <= bindparam("now", type_=table.c.until.type))
    .order_by(table.c.until)
    .limit(100)
)
_NEXT = select(table.c.until).where(text(UNDECIDED)).order_by(table.c.until).limit(1)
_NOTED = update(table).where(table.c.id == bindparam("hold"), text(UNDECIDED)).values(until=None)
_NAMED = re.compile(r"(\d{1,12})(?:r(\d{1,3}))?")
_BEFORE = "+"
"""Stands before a reason about which the author of the mail was asked in an earlier hold."""


def purpose(does: str, intent: str, choices: Sequence[str], stands_by: Sequence[str] = ()) -> str:
    """Return what a hold remembers of its question: what any reply does, where the mail was sent, what may be chosen.

    `stands_by`: the reasons about which its author was asked before, and stood by the mail.
    """
    return " ".join((does or "-", intent or "-", *choices, *(f"{_BEFORE}{reason}" for reason in stands_by)))


def asked(row: HoldRow) -> tuple[str, str, tuple[str, ...]]:
    """Return what a hold remembers of its question: the other way round."""
    does, _, rest = row.purpose.partition(" ")
    intent, *choices = rest.split(" ")
    return does.strip("-"), intent.strip("-"), tuple(one for one in choices if not one.startswith(_BEFORE))


def asked_about(row: HoldRow) -> tuple[str, ...]:
    """Return every reason for which the mail has been held, this one last."""
    before = (one[len(_BEFORE) :] for one in row.purpose.split(" ") if one.startswith(_BEFORE))
    return (*before, row.reason)


def asked_before(row: HoldRow) -> int:
    """Return how many questions about the mail came before this one."""
    return len(asked_about(row)) - 1


def hold(
    tx: Connection,
    *,
    mail: int,
    ticket: int | None,
    person: str,
    purpose: str,
    reason: str,
    at: datetime,
    until: datetime | None = None,
) -> int:
    """Hold a mail; return the hold's id. Raises Conflict when it is held already."""
    row = {"mail": mail, "ticket": ticket, "person": person, "purpose": purpose, "reason": reason}
    return _HOLD.insert(tx, {**row, "state": "open", "at": at, "until": until})


def ask_again(tx: Connection, mail: int, purpose: str, reason: str | None, until: datetime | None) -> int:
    """Ask something else about a mail that is held, or the same once more (None); return the hold's id.

    Raises LookupError when it is not held any more.
    """
    changed = {"purpose": purpose} | ({"reason": reason, "until": until} if reason is not None else {})
    done = tx.execute(update(table).where(table.c.mail == mail, table.c.state == "open").values(changed).returning(table.c.id))
    found = done.scalar()
    if found is None:
        raise LookupError(f"mail {mail} is not held")
    return int(found)


def named(row: int, stands_by: Sequence[str]) -> str:
    """Return how a token names one question about a held mail: the buttons of an earlier question about it ask no more."""
    return f"{row}r{len(stands_by)}" if stands_by else str(row)


def named_in(nonce: str) -> tuple[int, int] | None:
    """Return hold and question that a token names, or None."""
    found = _NAMED.fullmatch(nonce)
    return (int(found[1]), int(found[2] or 0)) if found else None


def open_hold(tx: Connection, id: int) -> HoldRow | None:
    """Return a hold that is still open, or None."""
    found = tx.execute(_OPEN, {"hold": id}).first()
    return None if found is None else HoldRow(*found)


def next_until(tx: Connection) -> datetime | None:
    """Return when the next held answer becomes a note unless its author decides, or None."""
    found: datetime | None = tx.execute(_NEXT).scalar()
    return found


def undecided(tx: Connection, now: datetime) -> list[HoldRow]:
    """Return held answers whose time to decide is over, the oldest first, not all at once."""
    return [HoldRow(*row) for row in tx.execute(_DUE, {"now": now})]


def noted(tx: Connection, id: int) -> bool:
    """Claim that a held answer becomes a note; its author may still decide. False when somebody was faster, or it was decided."""
    return tx.execute(_NOTED, {"hold": id}).rowcount == 1


def settle_hold(tx: Connection, id: int, state: str) -> bool:
    """Settle an open hold as confirmed or dropped; False when it was settled before."""
    return tx.execute(_SETTLE, {"hold": id, "to": state}).rowcount == 1
