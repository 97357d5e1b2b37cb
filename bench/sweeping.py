"""Judging deadlines: what none due costs with a million open tickets, and how many steps a second fire when many are due."""

from __future__ import annotations

import time
from datetime import timedelta

from bench.intake import store_tickets
from bench.place import assembly
from bench.table import Row
from mailsupport.app.service import Service
from mailsupport.app.sweep import sweep

FEW, MANY = 1_000, 1_000_000
DUE = 1_000


def measure(_count: int) -> list[Row]:
    """Measure both on SQLite."""
    few, many = _none_due(FEW), _none_due(MANY)
    ratio = many / few
    idle = Row(
        f"sweep, none due, {MANY:,} open", f"{many * 1000:.2f} ms", f"{few * 1000:.2f} ms at {FEW:,}", ratio, "≤ 2", ratio <= 2
    )
    rate = _many_due()
    return [
        idle,
        Row(f"sweep, {DUE:,} steps due, a mail each", f"{rate:.0f} steps/s", "300 steps/s", rate / 300, "≥ 1", rate >= 300),
    ]


def _none_due(count: int) -> float:
    with assembly() as made:
        store_tickets(made.service, count, made.service.now() + timedelta(days=2))
        return min(_timed(made.service) for _ in range(20))


def _timed(service: Service) -> float:
    begun = time.perf_counter()
    sweep(service)
    return time.perf_counter() - begun


def _many_due() -> float:
    with assembly() as made:
        store_tickets(made.service, DUE, made.service.now() - timedelta(minutes=1))
        begun = time.perf_counter()
        swept = sweep(made.service)
        spent = time.perf_counter() - begun
        if swept.fired != DUE:
            raise SystemExit(f"{swept.fired} of {DUE} steps fired: the measurement is void")
        return swept.fired / spent
