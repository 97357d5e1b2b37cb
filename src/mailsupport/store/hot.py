"""The statements that run once or more for each mail: compiled once, then handed to the driver as they are.

SQLAlchemy takes four times as long to execute a small statement as SQLite does. Here it writes the statement, and its types
turn values into what the database holds and back; in between, only the driver is called. In: a Core statement. Out: rows whose
fields have the names of the columns. Errors are ours, as everywhere in `store`.

What is asked or written for many tickets goes by `each` and `many`: one round trip, however many there are.

For editing here: no statement whose text depends on its values (`in_`, even of constants: write `or_`). The same
statement is always given the same names of values.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Insert, Table
from sqlalchemy.sql import visitors

from mailsupport.store.edge import translated

Process = Callable[[Any], Any]

BEFORE = "mailsupport.before"
"""Where a transaction keeps what is to be called with each statement, by its tables, before it runs (`store.behind`)."""


def say(tx: Connection, command: str) -> None:
    """Give the database a command without values. Raises StorageError."""
    try:
        _driver(tx).execute(command)
    except Exception as error:  # the driver's own, whichever driver it is
        raise translated(error) from error


class Hot:
    """One statement, for both databases."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._made: dict[str, _Made] = {}

    def rows(self, tx: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Execute it and return every row. Raises StorageError, Conflict."""
        made = self._for(tx, values)
        return made.read(made.execute(tx, values).fetchall())

    def first(self, tx: Connection, values: Mapping[str, Any]) -> Any | None:
        """Execute it and return the first row, or None. Raises StorageError, Conflict."""
        found = self.rows(tx, values)
        return found[0] if found else None

    def value(self, tx: Connection, values: Mapping[str, Any]) -> Any:
        """Execute it and return the first column of the first row, or None. Raises StorageError, Conflict."""
        found = self.rows(tx, values)
        return found[0][0] if found else None

    def change(self, tx: Connection, values: Mapping[str, Any]) -> int:
        """Execute it and return how many rows it changed. Raises StorageError, Conflict."""
        made = self._for(tx, values)
        return int(made.execute(tx, values).rowcount)

    def insert(self, tx: Connection, values: Mapping[str, Any]) -> int:
        """Insert one row and return the number it got. Raises StorageError, Conflict."""
        made = self._for(tx, values)
        cursor = made.execute(tx, values)
        return int(cursor.fetchone()[0] if made.numbered else cursor.lastrowid)

    def many(self, tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it once for each of the rows, all of which name the same values. Raises StorageError, Conflict."""
        made = self._for(tx, rows[0], many=True)
        made.execute_many(tx, rows)

    def each(self, tx: Connection, rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        """Execute it once for each of the rows of values, and return every row found for each. Raises StorageError, Conflict."""
        if not rows:
            return []
        made = self._for(tx, rows[0])
        if tx.dialect.name != "postgresql":
            return [made.read(made.execute(tx, values).fetchall()) for values in rows]
        return [made.read(found) for found in made.execute_each(tx, rows)]

    @cached_property
    def tables(self) -> frozenset[Table]:
        """The tables it reads or writes, and those that what it writes points to."""
        return frozenset(_tables(self._statement))

    def _for(self, tx: Connection, values: Collection[str], *, many: bool = False) -> _Made:
        before = tx.info.get(BEFORE)
        if before is not None:
            before(self.tables)
        name = f"{tx.dialect.name}*" if many else tx.dialect.name
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = _make(self._statement, tx.dialect, list(values), many)
        return made


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement as one database wants it: its text, how each value goes in, and how a row comes out."""

    text: str
    positional: bool
    constants: Mapping[str, Any]
    into: Sequence[tuple[str, Process | None]]
    row: Callable[[Iterable[Any]], Any]
    out: Sequence[tuple[int, Process]]
    numbered: bool

    def bound(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        if self.constants:
            values = {**self.constants, **values}
        if self.positional:
            return [values[name] if process is None else process(values[name]) for name, process in self.into]
        return {name: values[name] if process is None else process(values[name]) for name, process in self.into}

    def execute(self, tx: Connection, values: Mapping[str, Any]) -> Any:
        """Call the driver."""
        try:
            return _driver(tx).execute(self.text, self.bound(values))
        except Exception as error:  # the driver's, or a value that its column cannot take: a fault of ours in its words
            raise translated(error) from error

    def execute_many(self, tx: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Call the driver for many rows."""
        try:
            _driver(tx).cursor().executemany(self.text, [self.bound(values) for values in rows])
        except Exception as error:  # as above
            raise translated(error) from error

    def execute_each(self, tx: Connection, rows: Iterable[Mapping[str, Any]]) -> list[Sequence[Any]]:
        """Call PostgreSQL's driver for many rows in one round trip; return what each found."""
        try:
            cursor = _driver(tx).cursor()
            cursor.executemany(self.text, [self.bound(values) for values in rows], returning=True)
            return [result.fetchall() for result in cursor.results()]
        except Exception as error:  # as above
            raise translated(error) from error

    def read(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """Return rows with their values as we know them."""
        if not self.out:
            return [self.row(values) for values in found]
        read = []
        for values in found:
            changed = list(values)
            for place, process in self.out:
                changed[place] = process(changed[place])
            read.append(self.row(changed))
        return read


def _tables(statement: Any) -> Iterator[Table]:
    for part in visitors.iterate(statement):
        table = part.table if isinstance(part, Column) else part
        if isinstance(table, Table):
            yield table
    if statement.is_dml:
        yield from (key.column.table for key in statement.table.foreign_keys)


def _driver(tx: Connection) -> Any:
    return tx.connection.driver_connection


def _make(statement: Any, dialect: Dialect, names: list[str], many: bool) -> _Made:
    numbered = dialect.name == "postgresql" and isinstance(statement, Insert) and not (many or list(statement.exported_columns))
    columns = [] if numbered else list(statement.exported_columns)
    if numbered:
        statement = statement.returning(*statement.table.primary_key)
    compiled = statement.compile(dialect=dialect, column_keys=names, for_executemany=many)
    if compiled.post_compile_params:
        raise TypeError(f"its text depends on its values: {statement}")
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    order = compiled.positiontup if compiled.positional else list(binds)
    out = [_type(column, dialect).result_processor(dialect, None) for column in columns]
    return _Made(
        text=str(compiled),
        positional=compiled.positional,
        constants={name: value for name, value in compiled.params.items() if name not in names},
        into=[(name, _type(binds[name], dialect).bind_processor(dialect)) for name in order],
        row=_maker([getattr(column, "name", None) or "_" for column in columns]),
        out=[(place, process) for place, process in enumerate(out) if process is not None],
        numbered=numbered,
    )


def _maker(names: list[str]) -> Callable[[Iterable[Any]], Any]:
    make: Any = namedtuple  # its type wants the names written out
    maker: Callable[[Iterable[Any]], Any] = make("Row", names, rename=True)._make
    return maker


def _type(element: Any, dialect: Dialect) -> Any:
    return element.type.dialect_impl(dialect)
