"""Rows written at the end: those that nobody looks up while their transaction lasts are collected, and written many at once.

A statement of its own for each log line was a tenth of the time of intake. In: an INSERT and its rows, by `later`. They are
written before the transaction commits, or by `catch_up` before something of that table is read or changed: every function
that does so says it first. A savepoint that fails takes back the rows that came since (`mark`, `back_to`).

For editing here: only rows whose number nobody needs, which no constraint can refuse, and which point to rows written at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection

from mailsupport.store.hot import Hot

Rows = list[dict[str, Any]]
Waiting = dict[Hot, Rows]
Mark = dict[Hot, tuple[Rows, int]]

_KEY = "mailsupport.waiting"


def begin(tx: Connection) -> None:
    """Begin with no rows waiting; what a transaction that failed left behind is forgotten."""
    tx.info[_KEY] = {}


def later(tx: Connection, statement: Hot, rows: Iterable[dict[str, Any]]) -> None:
    """Have these rows written before the transaction commits."""
    _waiting(tx).setdefault(statement, []).extend(rows)


def catch_up(tx: Connection, statement: Hot, concerned: Callable[[dict[str, Any]], bool] | None = None) -> None:
    """Write what waits for this statement; with `concerned` only if that says yes to one of the rows."""
    rows = _waiting(tx).get(statement)
    if rows and (concerned is None or any(concerned(row) for row in rows)):
        _waiting(tx)[statement] = []  # another list: a mark may hold the one before
        statement.many(tx, rows)


def catch_up_all(tx: Connection) -> None:
    """Write everything that waits."""
    for statement in tuple(_waiting(tx)):
        catch_up(tx, statement)


def mark(tx: Connection) -> Mark:
    """Return what waits now; a savepoint begins with it."""
    return {statement: (rows, len(rows)) for statement, rows in _waiting(tx).items()}


def back_to(tx: Connection, marked: Mark) -> None:
    """Wait again with what waited at the mark: rows written since were undone with the savepoint, earlier ones among them."""
    tx.info[_KEY] = {statement: rows[:count] for statement, (rows, count) in marked.items()}


def _waiting(tx: Connection) -> Waiting:
    waiting: Waiting = tx.info[_KEY]
    return waiting
