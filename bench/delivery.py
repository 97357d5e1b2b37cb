"""Handing mails to a relay, beside aiosmtplib alone on as many connections to the same relay."""

from __future__ import annotations

import asyncio
import time
import uuid

from aiosmtplib import SMTP

from bench.place import assembly
from bench.table import Row
from mailsupport.app.deliver import deliver
from mailsupport.daemon.assembly import Assembly
from mailsupport.store import outbox
from mailsupport.store.rows import NewOutgoing
from servers import smtp as relay_server

CONNECTIONS = 4
RAW = b"From: support@acme.example\r\nTo: a@b.example\r\nSubject: bench\r\n\r\n" + b"A line of the mail.\r\n" * 50


def measure(count: int) -> list[Row]:
    """Compare, with the better of three runs each."""
    limits, rates = [], []
    with relay_server.recording() as relay:
        for _ in range(3):
            limits.append(count / asyncio.run(_alone(relay.port, count)))
            rates.append(count / _ours(relay.port, count))
    ratio = max(rates) / max(limits)
    ours, limit = f"{max(rates):.0f} mails/s", f"{max(limits):.0f} mails/s aiosmtplib alone"
    return [Row(f"delivery of {count} mails, {CONNECTIONS} connections", ours, limit, ratio, "≥ 0.7", ratio >= 0.7)]


async def _alone(port: int, count: int) -> float:
    clients = [SMTP(hostname="127.0.0.1", port=port, start_tls=False) for _ in range(CONNECTIONS)]
    for client in clients:
        await client.connect()
    begun = time.perf_counter()

    async def send(client: SMTP, mails: int) -> None:
        for _ in range(mails):
            await client.sendmail("support@acme.example", ["a@b.example"], RAW)

    await asyncio.gather(*(send(client, count // CONNECTIONS) for client in clients))
    spent = time.perf_counter() - begun
    for client in clients:
        await client.quit()
    return spent


def _ours(port: int, count: int) -> float:
    with assembly(smtp=f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"\nconnections = {CONNECTIONS}') as made:
        _fill(made, count)
        begun = time.perf_counter()
        asyncio.run(_send(made))
        return time.perf_counter() - begun


async def _send(made: Assembly) -> None:
    await deliver(made.service, made.relays)
    await made.relays.close()


def _fill(made: Assembly, count: int) -> None:
    now = made.service.now()
    with made.service.store.write() as tx:
        for _ in range(count):
            new = NewOutgoing(
                message_id=f"{uuid.uuid4().hex}@acme.example",
                kind="receipt",
                rank=4,
                mailbox="support",
                sender="",
                subject="bench",
                data=RAW,
                created_at=now,
            )
            outbox.put(tx, new, ["a@b.example"])
