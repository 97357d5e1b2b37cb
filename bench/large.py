"""How much memory ten mails of the largest size take: the program and the process that reads for it, together, at their peak."""

from __future__ import annotations

import base64
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.place import assembly, imap
from bench.table import Row
from servers import dovecot

MAILS = 10
FILE_BYTES = 18_300_000
"""As base64 with its line ends a mail of just below 25 MB, the most that is read whole."""
LIMIT = 300
EVERY = 0.01
"""Seconds between two looks at what both processes take."""


def measure(_count: int) -> list[Row]:
    """Take them in over IMAP in a process of its own."""
    with dovecot.running() as server:
        dice = random.Random(1)
        with server.client("large") as client:
            for number in range(MAILS):
                client.append("INBOX", _mail(dice, number))
        code = f"from bench.large import take_in; take_in({server.host!r}, {server.port})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_with_tests())
    peak = float(done.stdout.split()[-1])
    return [Row(f"memory with {MAILS} mails of 25 MB", f"{peak:.0f} MB", f"{LIMIT} MB", peak / LIMIT, "≤ 1", peak <= LIMIT)]


def _with_tests() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def _mail(dice: random.Random, number: int) -> bytes:
    code = base64.encodebytes(dice.randbytes(FILE_BYTES)).replace(b"\n", b"\r\n")
    head = (
        f"From: Person {number} <person{number}@host.example>\r\nTo: support@acme.example\r\nSubject: A large file\r\n"
        f"Message-ID: <large{number}@host.example>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt is in the file.\r\n'
        '--b\r\nContent-Type: application/octet-stream; name="log.bin"\r\nContent-Transfer-Encoding: base64\r\n'
        'Content-Disposition: attachment; filename="log.bin"\r\n\r\n'
    )
    return b"%b%b--b--\r\n" % (head.encode("ascii"), code)


def take_in(host: str, port: int) -> None:
    """Take the mails in and print the peak in MB."""
    with tempfile.NamedTemporaryFile("w", prefix="password-") as secret:
        secret.write(dovecot.PASSWORD)
        secret.flush()
        with assembly(mailbox=imap(host, port, "large", Path(secret.name))) as made, _watched() as seen:
            source = made.boxes[0].source()
            taken = made.boxes[0].read(made.service, source)
            source.close()
    if taken != MAILS:
        raise SystemExit(f"{taken} of {MAILS} mails were taken in")
    print(max(seen) / 1024)


@contextmanager
def _watched() -> Iterator[list[int]]:
    """Look at the memory of this process and its children until the block ends; in KB."""
    seen, ended = [_taken()], threading.Event()

    def look() -> None:
        while not ended.wait(EVERY):
            seen.append(_taken())

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield seen
    finally:
        ended.set()
        looking.join()


def _taken() -> int:
    return sum(map(_resident, (os.getpid(), *(child.pid for child in multiprocessing.active_children()))))


def _resident(process: int | None) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0  # it has just ended
    return int(status.partition("VmRSS:")[2].split()[0]) if "VmRSS:" in status else 0
