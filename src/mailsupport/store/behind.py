"""Rows written at the end: those that nobody looks up while their transaction lasts are collected, and written many at once.

A statement of its own for each log line was a tenth of the time of intake. In: an INSERT and its rows, by `later`. They are
written before the transaction commits, or by `catch_up` before something of that table is read or changed: every function
that does so says it first. A savepoint that fails takes back the rows that came since (`mark`, `back_to`).

A transaction that decides about many tickets (`gather`) collects more: what goes in by `put` and `numbered`, which is written at
once everywhere else. Nobody has to say anything first: whatever reads or writes a table of which rows wait, or writes rows that
may point to one of them, and all that is executed by SQLAlchemy, has them written before it runs.

For editing here: only rows which point to rows written at once, or to such as wait here, for a table is written after those it
points to. By `later` only rows that no constraint can refuse; what refuses one of `put` fails the whole transaction, whoever
swallows the error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import BigInteger, Connection, Table, event, text

from mailsupport.store.hot import BEFORE, Hot
from mailsupport.store.schema import metadata

Rows = list[dict[str, Any]]
Waiting = dict[Hot, Rows]
Gathered = dict[Hot, dict[Any, dict[str, Any]]]
Mark = dict[Hot, tuple[Rows, int]]

_KEY, _GATHERED, _NUMBERS = "mailsupport.waiting", "mailsupport.gathered", "mailsupport.numbers"
_ORDER = {table: place for place, table in enumerate(metadata.sorted_tables)}
"""Each table after those that it points to."""

AT_ONCE = 50
"""Numbers taken from a sequence in one question; those that are not needed are never used."""

_NEXT = Hot(
    text("SELECT nextval(pg_get_serial_sequence(:of, :column)) AS number FROM generate_series(1, :many)").columns(
        number=BigInteger
    )
)


def begin(tx: Connection) -> None:
    """Begin with no rows waiting; what a transaction that failed left behind is forgotten."""
    tx.info[_KEY] = {}
    for key in (_GATHERED, _NUMBERS, BEFORE):
        tx.info.pop(key, None)


# --- rows that no constraint can refuse ---------------------------------------------------------------------------------


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
    _write_gathered(tx)
    for statement in tuple(_waiting(tx)):
        catch_up(tx, statement)


def mark(tx: Connection) -> Mark:
    """Return what waits now; a savepoint begins with it."""
    _write_gathered(tx)
    return {statement: (rows, len(rows)) for statement, rows in _waiting(tx).items()}


def back_to(tx: Connection, marked: Mark) -> None:
    """Wait again with what waited at the mark: rows written since were undone with the savepoint, earlier ones among them."""
    tx.info[_KEY] = {statement: rows[:count] for statement, (rows, count) in marked.items()}
    tx.info.get(_GATHERED, {}).clear()


def _waiting(tx: Connection) -> Waiting:
    waiting: Waiting = tx.info[_KEY]
    return waiting


# --- what a transaction gathers -----------------------------------------------------------------------------------------


def gather(tx: Connection) -> None:
    """Have rows of every kind wait until this transaction ends, or somebody looks at their table."""
    gathered: Gathered = tx.info.setdefault(_GATHERED, {})

    def before(tables: frozenset[Table]) -> None:
        if any(not statement.tables.isdisjoint(tables) for statement in gathered):
            _write_gathered(tx)

    tx.info[BEFORE] = before
    event.listen(tx, "before_cursor_execute", lambda *_: _write_gathered(tx))


def put(tx: Connection, statement: Hot, key: Any, values: dict[str, Any], *, first_stays: bool = False) -> None:
    """Write a row; where the transaction gathers, later, and of those with the same key only the last, or only the first."""
    gathered: Gathered | None = tx.info.get(_GATHERED)
    if gathered is None:
        statement.change(tx, values)
    elif not (first_stays and key in gathered.get(statement, {})):
        gathered.setdefault(statement, {})[key] = values


def numbered(tx: Connection, statement: Hot, table: Table, values: Mapping[str, Any]) -> int:
    """Insert a row and return its number; where the transaction gathers, and asking for one is a round trip, later.

    Raises Conflict, then too.
    """
    if _GATHERED not in tx.info or tx.dialect.name != "postgresql":
        return statement.insert(tx, values)
    (column,) = table.primary_key
    numbers = tx.info.setdefault(_NUMBERS, {}).setdefault(table, [])
    if not numbers:
        asked = {"of": table.name, "column": column.name, "many": AT_ONCE}
        numbers += [row.number for row in reversed(_NEXT.rows(tx, asked))]
    number: int = numbers.pop()
    put(tx, statement, number, {**values, column.name: number})
    return number


def _write_gathered(tx: Connection) -> None:
    gathered: Gathered = tx.info.get(_GATHERED, {})
    if gathered:
        waiting = dict(sorted(gathered.items(), key=lambda one: max(_ORDER[table] for table in one[0].tables)))
        gathered.clear()
        try:
            for statement, rows in waiting.items():
                statement.many(tx, list(rows.values()))
        except BaseException:
            gathered.update(waiting)  # SQLite would commit without them, where somebody swallows the error: they fail again there
            raise
