"""Compressing the bytes of mails while their transaction goes on: it takes as long as deciding about a mail, and zlib needs no
lock of Python's meanwhile.

In: bytes. Out: a future of them, for a column of type `Packed`. The thread begins with the first mail of a transaction and ends
with the transaction: nothing waits between them, and a process that forks takes no thread along.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import Connection

_KEY = "mailsupport.packing"
_QUICKLY = 1
"""The level: higher ones save a few per cent and take three times as long."""


@contextmanager
def packing(tx: Connection) -> Iterator[None]:
    """Let `pack` work inside this block."""
    threads: list[ThreadPoolExecutor] = []
    tx.info[_KEY] = threads
    try:
        yield
    finally:
        for thread in threads:
            thread.shutdown(cancel_futures=True)


def pack(tx: Connection, data: bytes) -> Future[bytes]:
    """Begin to compress."""
    threads: list[ThreadPoolExecutor] = tx.info[_KEY]
    if not threads:
        threads.append(ThreadPoolExecutor(1, "packing"))
    return threads[0].submit(zlib.compress, data, _QUICKLY)


def unpacked(data: bytes) -> bytes:
    """Return what was compressed."""
    return zlib.decompress(data)
