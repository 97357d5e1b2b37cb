"""Agreements: what each contract said when the first ticket got it, by the digest of its content. Written once, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from mailsupport.store.hot import Hot
from mailsupport.store.inserts import Upsert
from mailsupport.store.schema import agreement as table

_KEEP = Upsert(table, ["version"], "version")
_CONTENT = select(table.c.content).where(table.c.version == bindparam("of"))
_KEPT = Hot(select(table.c.version).where(table.c.version == bindparam("of", type_=table.c.version.type)))
_VERSIONS = select(table.c.version)


def keep(tx: Connection, version: str, name: str, content: Mapping[str, Any], at: datetime) -> bool:
    """Keep what a contract says; False when that version is kept already."""
    row = {"version": version, "name": name, "content": dict(content), "kept_at": at}
    return _KEEP.run(tx, row) is not None


def is_kept(tx: Connection, version: str) -> bool:
    """Tell whether a version of a contract is kept."""
    return _KEPT.value(tx, {"of": version}) is not None


def content_of(tx: Connection, version: str) -> Mapping[str, Any] | None:
    """Return what a version of a contract says, or None when nobody kept it."""
    found: Mapping[str, Any] | None = tx.execute(_CONTENT, {"of": version}).scalar()
    return found


def versions(tx: Connection) -> frozenset[str]:
    """Return the versions that are kept."""
    return frozenset(tx.execute(_VERSIONS).scalars())
