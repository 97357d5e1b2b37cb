"""Judging deadlines: what none due costs with a million open tickets, and how many steps a second fire when many are due.

A mail each: every ticket has a contact of its own. Digests: ten contacts, whose first alert goes at once and whose digest is made
two minutes later; both sweeps count. PostgreSQL is the one of the tests, which syncs nothing to disk.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from bench.intake import store_tickets
from bench.place import assembly, managers
from bench.table import Row
from mailsupport.app.service import Service
from mailsupport.app.sweep import sweep
from mailsupport.core.reaching.digests import BUNDLE
from mailsupport.daemon.assembly import Assembly
from servers.postgres import server

FEW, MANY = 1_000, 1_000_000
DUE = 1_000
CONTACTS = 10
SINGLY, TOGETHER = 300, 1_000


def measure(_count: int) -> list[Row]:
    """Measure each on SQLite and on PostgreSQL; the millions come last, for disk and server are busy with them for minutes."""
    databases = list(_databases())
    due = {database: _due(database, storage) for database, storage in databases}
    return [row for database, storage in databases for row in (_idle(database, storage), *due[database])]


def _databases() -> Iterator[tuple[str, list[str]]]:
    yield "SQLite", [""] * 4
    running = server()
    # The settings refuse a password in an address, and take the empty one for one.
    yield "PostgreSQL", [f'url = "{running.create().replace(":@", "@")}"' for _ in range(4)]


def _due(database: str, storage: list[str]) -> list[Row]:
    single, together = _many_due(DUE, storage[2]), _many_due(CONTACTS, storage[3])
    work = f"sweep, {DUE:,} steps due, {{}} ({database})"
    return [
        _rate(work.format("a mail each"), single, SINGLY),
        _rate(work.format(f"digests for {CONTACTS} contacts"), together, TOGETHER),
    ]


def _idle(database: str, storage: list[str]) -> Row:
    few, many = _none_due(FEW, storage[0]), _none_due(MANY, storage[1])
    work = f"sweep, none due, {MANY:,} open ({database})"
    return Row(work, f"{many * 1000:.2f} ms", f"{few * 1000:.2f} ms at {FEW:,}", many / few, "≤ 2", many <= 2 * few)


def _rate(work: str, rate: float, target: int) -> Row:
    return Row(work, f"{rate:.0f} steps/s", f"{target} steps/s", rate / target, "≥ 1", rate >= target)


def _none_due(count: int, storage: str) -> float:
    with assembly(storage=storage) as made:
        store_tickets(made.service, count, made.service.now() + timedelta(days=2))
        return min(_timed(made.service) for _ in range(20))


def _timed(service: Service) -> float:
    begun = time.perf_counter()
    sweep(service)
    return time.perf_counter() - begun


def _many_due(contacts: int, storage: str) -> float:
    with _desk(contacts, storage) as made:
        now = made.service.now()
        at = replace(made.service, now=lambda: now)
        later = replace(made.service, now=lambda: now + BUNDLE)
        begun = time.perf_counter()
        swept, mailed = sweep(at), sweep(later).mailed
        spent = time.perf_counter() - begun
        if swept.fired != DUE or mailed != (contacts if contacts < DUE else 0):
            raise SystemExit(f"{swept.fired} of {DUE} steps fired, {mailed} digests: the measurement is void")
        return swept.fired / spent


@contextmanager
def _desk(contacts: int, storage: str) -> Iterator[Assembly]:
    """A desk with many deadlines that passed a minute ago, of so many customers."""
    with assembly(storage=storage, chain='"project_manager"', more=managers(contacts)) as made:
        store_tickets(made.service, DUE, made.service.now() - timedelta(minutes=1), contacts)
        with made.service.store.write() as tx:
            tx.exec_driver_sql("ANALYZE")
        yield made
