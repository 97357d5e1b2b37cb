"""From mailbox to committed ticket with its receipt in the outbox, beside the serial limit: fetch, parse, one commit a mail."""

from __future__ import annotations

import email
import sqlite3
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bench.mails import mails
from bench.place import assembly, imap
from bench.table import Row
from mailsupport.app.service import Service
from mailsupport.core.guard import ClockKind
from mailsupport.core.model import Address, Kind, Priority, State
from mailsupport.store import Tx, clocks, schema, tickets
from mailsupport.store import mails as mail_rows
from mailsupport.store.rows import NewMail, NewTicket
from servers import dovecot

BATCH = 50


def measure(count: int) -> list[Row]:
    """Compare our intake with the serial limit, on the same server and the same mails; the better of two runs each."""
    with dovecot.running() as server:
        _fill(server, "bench", count)
        limits, rates = [], []
        for _ in range(2):
            limits.append(count / _serial(server, "bench"))
            rates.append(count / _ours(server, "bench"))
    ratio = max(rates) / max(limits)
    ours, limit = f"{max(rates):.0f} mails/s", f"{max(limits):.0f} mails/s serial"
    return [Row(f"intake of {count} mails, SQLite FULL", ours, limit, ratio, "≥ 0.5", ratio >= 0.5)]


def measure_growth(count: int) -> list[Row]:
    """Compare the rate with 1,000 and with 100,000 tickets already stored."""
    count = min(count, 1000)
    rates = {}
    with dovecot.running() as server:
        _fill(server, "bench", count)
        for stored in (1_000, 100_000):
            rates[stored] = count / min(_ours(server, "bench", stored) for _ in range(2))
    ratio = rates[100_000] / rates[1_000]
    ours, limit = f"{rates[100_000]:.0f} mails/s", f"{rates[1_000]:.0f} mails/s at 1,000"
    return [Row("intake at 100,000 tickets", ours, limit, ratio, "≥ 0.9", ratio >= 0.9)]


def _fill(server: dovecot.Dovecot, user: str, count: int) -> None:
    with server.client(user) as client:
        for raw in mails(count):
            client.append("INBOX", raw)


def _serial(server: dovecot.Dovecot, user: str) -> float:
    """The limit: one thread fetches in batches, parses with the standard library, and commits each mail by itself."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "limit.db", isolation_level=None)
        database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE mail (subject TEXT, raw BLOB)")
        begun = time.perf_counter()
        with server.client(user) as client:
            client._imap.debug = 0
            client.select_folder("INBOX", readonly=True)
            uids = client.search("ALL")
            for at in range(0, len(uids), BATCH):
                for data in client.fetch(uids[at : at + BATCH], ["BODY.PEEK[]"]).values():
                    _store_plainly(database, data[b"BODY[]"])
        spent = time.perf_counter() - begun
        database.close()
        return spent


def _store_plainly(database: sqlite3.Connection, raw: bytes) -> None:
    message = email.message_from_bytes(raw)
    for part in message.walk():
        if not part.is_multipart():
            part.get_payload(decode=True)
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO mail VALUES (?, ?)", (str(message["Subject"]), raw))
    database.execute("COMMIT")


def _ours(server: dovecot.Dovecot, user: str, stored: int = 0) -> float:
    with tempfile.NamedTemporaryFile("w", prefix="password-", delete=False) as secret:
        secret.write(dovecot.PASSWORD)
    path = Path(secret.name)
    path.chmod(0o600)
    try:
        with assembly(mailbox=imap(server.host, server.port, user, path)) as made:
            store_tickets(made.service, stored)
            made.service.reader.read_many([b"From: a@b.example\r\n\r\nwarm\r\n"])
            source = made.boxes[0].source()
            begun = time.perf_counter()
            made.boxes[0].read(made.service, source)
            spent = time.perf_counter() - begun
            source.close()
            return spent
    finally:
        path.unlink()


def store_tickets(service: Service, count: int, due: datetime | None = None, customers: int = 0) -> None:
    """Put so many open tickets into the database, each with a mail and a running clock: one by the store, the others copied.

    They are of so many customers in turn (c0, c1 …), of none when there are none.
    """
    if not count:
        return
    now = service.now()
    with service.store.write() as tx:
        _store_ticket(tx, now, due or now + timedelta(hours=4), service.desk.contracts["standard"].version)
    with service.store.write() as tx:
        for table, own in _OWN.items():
            names = [column.name for column in schema.metadata.tables[table].columns]
            values = ", ".join(own.get(name, f"one.{name}") for name in names)
            numbers = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
            copy = (
                f'INSERT INTO "{table}" ({", ".join(names)}) {numbers} SELECT {values} FROM n, "{table}" one WHERE n.i <= :count'
            )
            tx.execute(text(copy), {"count": count})
        if tx.dialect.name == "postgresql":
            tx.execute(text("SELECT setval(oid::regclass, :count) FROM pg_class WHERE relkind = 'S'"), {"count": count})
        if customers:
            tx.execute(text("UPDATE ticket SET customer = 'c' || (number % :customers)"), {"customers": customers})


_ADDRESS = "'old' || n.i || '@old.example'"
_OWN = {
    "ticket": {"number": "n.i", "requester_email": _ADDRESS, "requester_key": _ADDRESS},
    "participant": {"ticket": "n.i", "email": _ADDRESS},
    "mail": {"id": "n.i", "ticket": "n.i", "message_id": f"'of-' || {_ADDRESS}", "content_hash": "'of-' || n.i"},
    "reference": {"mail": "n.i", "message_id": f"'before-' || {_ADDRESS}"},
    "clock": {"id": "n.i", "ticket": "n.i"},
}
"""What differs from ticket to ticket, in SQL."""


def _store_ticket(tx: Tx, now: datetime, due: datetime, version: str) -> None:
    requester = Address("Person", "old1@old.example")
    new = NewTicket(
        subject="An earlier request",
        state=State.NEW,
        priority=Priority.NORMAL,
        mailbox="support",
        contract="standard",
        contract_version=version,
        customer="",
        language="en",
        requester=requester,
        received_at=now,
        opened_at=now,
        first_message_id="old-1@old.example",
    )
    ticket = tickets.open_ticket(tx, new)
    first = NewMail(
        message_id="old-1@old.example",
        content_hash=f"{1:064x}",
        direction="in",
        ticket=ticket,
        kind=Kind.UNKNOWN,
        visibility="public",
        author=requester,
        subject="An earlier request",
        received_at=now,
        stored_at=now,
        size=500,
        new_text="It does not print.",
    )
    mail_rows.store_mail(tx, first, None, ["older-1@old.example"])
    clocks.start_clock(tx, ticket, ClockKind.FIRST_RESPONSE, 0, now, due, "bench")
