"""Column types that mean the same on SQLite and on PostgreSQL, and refuse nothing that a stranger may write.

`Instant` holds UTC; `Words` and `Key` hold text out of mails and servers. What a database cannot hold (NUL, half of a
surrogate pair) is replaced rather than refused, so that no mail can make its own row impossible (P12). A column that an index
covers is a `Key`: PostgreSQL refuses index entries above 2,704 bytes, and a Message-ID may be as long as its sender likes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Integer, String, Table, Text, text
from sqlalchemy.types import DateTime, TypeDecorator

Id = BigInteger().with_variant(Integer, "sqlite")
"""A row's number: SQLite counts by itself only in a column called INTEGER."""

MAX_KEY = 1000
"""Bytes of an indexed text; two of them fit into one index entry of PostgreSQL."""


def partial(condition: str) -> dict[str, Any]:
    """Return the options that keep an index to the rows where `condition` holds."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def in_order_of(row: type[Any], table: Table) -> list[Column[Any]]:
    """Return the columns of a table as the fields of that dataclass stand, so that a row is made by `row(*found)`."""
    return [table.c[field.name] for field in fields(row)]


def storable(value: str) -> str:
    """Return the text with what no database can hold replaced by a question mark."""
    if value.isascii():
        return value.replace("\x00", "?")
    return value.replace("\x00", "?").encode("utf-8", "replace").decode("utf-8")


def key(value: str) -> str:
    """Return the text as it stands in an index: itself, or a beginning and a digest when it is too long."""
    value = storable(value)
    if len(value) <= MAX_KEY and value.isascii():
        return value
    raw = value.encode()
    if len(raw) <= MAX_KEY:
        return value
    return f"{raw[:100].decode('utf-8', 'ignore')}…{hashlib.sha256(raw).hexdigest()}"


def as_json(value: object) -> str:
    """Write a value for a JSON column: ASCII only, instants in RFC 3339, sets in order."""
    return _WRITER.encode(value)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Collection):
        return sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
    raise TypeError(f"{type(value).__name__} cannot stand in a log entry")


_WRITER = json.JSONEncoder(default=_plain)

# Each type below gives its function itself, where SQLAlchemy would wrap `process_bind_param`: fifty values a mail go through one.


class Words(TypeDecorator[str]):
    """Text that somebody else wrote, made storable."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        """Make the text storable."""
        return lambda value: None if value is None else storable(value)


class Key(TypeDecorator[str]):
    """Text that somebody else wrote and an index holds: storable and bounded, alike when written and when asked for."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        """Make the text fit for an index."""
        return lambda value: None if value is None else key(value)


def _in_utc(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError("an instant without a zone cannot be stored")
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    value = _in_utc(value)
    return None if value is None else f"{value.isoformat(timespec='microseconds').removesuffix('+00:00')}Z"


class Instant(TypeDecorator[datetime]):
    """A UTC instant: timestamptz on PostgreSQL, sortable text of fixed width on SQLite."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose the column type of the database at hand."""
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else String(27))

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Turn an aware instant into what the database holds; a naive one is a programming error."""
        return _in_utc if dialect.name == "postgresql" else _as_text

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Turn what the database holds into an aware UTC instant."""
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromisoformat(value)
