"""Writing a new row only where none stands yet, or in its place.

INSERT … ON CONFLICT is spelled apart for each database by SQLAlchemy; an `Upsert` is written once and kept for both. Make one at
module level, so that it is compiled once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from mailsupport.store.behind import put
from mailsupport.store.hot import Hot

Changes = Callable[[Any], dict[str, Any]]
"""From the row that could not be inserted to the columns that change in the one that is there."""


class Upsert:
    """One statement in both dialects. Without `changes`, a row that is there already stays as it is."""

    def __init__(
        self,
        table: Table,
        unique: list[str],
        returning: str,
        *,
        changes: Changes | None = None,
        only_if: Callable[[Any], ColumnElement[bool]] | None = None,
    ) -> None:
        self._first_stays = changes is None
        self._made: dict[str, Hot] = {}
        self._silent: dict[str, Hot] = {}
        for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
            statement: Any = insert(table)
            if changes is None:
                statement = statement.on_conflict_do_nothing(index_elements=unique)
            else:
                where = only_if(statement.excluded) if only_if else None
                statement = statement.on_conflict_do_update(index_elements=unique, set_=changes(statement.excluded), where=where)
            self._made[name] = Hot(statement.returning(table.c[returning]))
            self._silent[name] = Hot(statement)

    def run(self, tx: Connection, values: dict[str, Any]) -> Any:
        """Execute it; return the named column of the row written, None when nothing was."""
        return self._made[tx.dialect.name].value(tx, values)

    def each(self, tx: Connection, rows: Sequence[dict[str, Any]]) -> list[Any]:
        """Execute it for each of the rows, in one round trip; return the named column of each, None where nothing was written."""
        return [found[0][0] if found else None for found in self._made[tx.dialect.name].each(tx, rows)]

    def soon(self, tx: Connection, key: Any, values: dict[str, Any]) -> None:
        """Execute it, where the transaction gathers with others (`store.behind`): what each row of a key would do comes of it."""
        put(tx, self._silent[tx.dialect.name], key, values, first_stays=self._first_stays)
