"""What time is it? The only real clock of the program; everything else is told."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present instant (UTC)."""
    return datetime.now(UTC)
