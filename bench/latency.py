"""How long after a mail came is its receipt handed to the relay? Beside the time the server takes to tell a waiting client."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from pathlib import Path

from bench.place import assembly, imap
from bench.table import Row
from mailsupport.daemon.life import Daemon
from servers import dovecot
from servers import smtp as relay_server

TIMES = 15


def measure(_count: int) -> list[Row]:
    """Compare the medians."""
    with dovecot.running() as server, relay_server.recording() as relay:
        notice = statistics.median(_notice(server) for _ in range(TIMES))
        ours = _receipts(server, relay)
    more = (ours - notice) * 1000
    limit = f"{notice * 1000:.0f} ms the server's own notice"
    return [
        Row("mail arrives (IDLE) to receipt at the relay", f"{ours * 1000:.0f} ms", limit, more / 50, "+ 50 ms ≤ 1", more <= 50)
    ]


def _notice(server: dovecot.Dovecot) -> float:
    """How long a plain client in IDLE waits for the server's word."""
    with server.client("notice") as client:
        client.select_folder("INBOX", readonly=True)
        client.idle()
        begun = time.perf_counter()
        threading.Thread(target=server.deliver, args=("notice", _mail(0)), daemon=True).start()
        client.idle_check(timeout=5)
        spent = time.perf_counter() - begun
        client.idle_done()
        return spent


def _receipts(server: dovecot.Dovecot, relay: relay_server.Relay) -> float:
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "password"
        secret.write_text(dovecot.PASSWORD)
        secret.chmod(0o600)
        smtp = f'host = "127.0.0.1"\nport = {relay.port}\nsecurity = "none"'
        with assembly(mailbox=imap(server.host, server.port, "latency", secret), smtp=smtp) as made:
            daemon = Daemon(None, made)
            thread = threading.Thread(target=daemon.run)
            thread.start()
            try:
                _one(server, relay, 1000)
                return statistics.median(_one(server, relay, n) for n in range(TIMES))
            finally:
                daemon.stop()
                thread.join(30)


def _one(server: dovecot.Dovecot, relay: relay_server.Relay, number: int) -> float:
    time.sleep(0.3)  # lets the daemon go back into IDLE: what is measured is waiting, not the end of a pass
    begun = time.perf_counter()
    server.deliver("latency", _mail(number))
    with relay.changed:
        relay.changed.wait_for(lambda: any(f"person{number}@" in str(m.recipients) for m in relay.mails), timeout=10)
    return time.perf_counter() - begun


def _mail(number: int) -> bytes:
    return (
        f"From: person{number}@host{number}.example\r\nTo: support@acme.example\r\nSubject: Hello\r\n"
        f"Message-ID: <{number}.{time.monotonic_ns()}@host.example>\r\n\r\nIt does not print.\r\n"
    ).encode()
