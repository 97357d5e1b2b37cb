"""How is a mail read so that it can hurt nobody? In a process of its own, with limits on memory and time.

In: raw mails, in batches, from any thread. Out: for each a `Mail`, or an `Unread` that says why not. A mail that hangs or
kills the process costs only itself: the process is started anew and the rest is read. While the process reads one batch,
the caller may decide on another (`submit`, `collect`).

For editing here: the process gets bytes and returns values, never a socket, a file or a setting; it imports `mail.parse` and
nothing that speaks to a database or renders. One thread of ours, the keeper, speaks to it, so no lock is held while a mail is
read. Both ends of the pipe close with their process: neither outlives the other.
"""

from __future__ import annotations

import logging
import multiprocessing
import queue
import resource
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from mailsupport.core.model import Mail
from mailsupport.errors import TryAgain, UnreadableMail
from mailsupport.mail.allocation import give_back_large_blocks
from mailsupport.mail.packed import packed

MEMORY_LIMIT = 512 * 1024 * 1024
"""Bytes of address space the process may take above what it has when it is ready."""
SECONDS_A_MAIL = 20.0
_SECONDS_TO_START = 60.0
_PACKED_HERE = 4 * 1024 * 1024
"""A larger mail is packed where it is stored: it would stand in memory four times on its way back."""
_CHUNK_MAILS = 32
_CHUNK_BYTES = 4 * 1024 * 1024
_STARTS = 3
"""How often in a row starting the process is tried before the caller is told to try again later."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail that could not be read, and why.

    `fatal`: reading it broke something (time, memory, the process), which another try may survive; otherwise its shape is over
    a cap, and no try will change that.
    """

    reason: str
    fatal: bool


def read_here(raw: bytes) -> Mail | Unread:
    """Read one mail in this process, without limits on memory and time."""
    from mailsupport.mail.parse import read  # here, because the caller's process seldom needs it and would start later

    try:
        return read(raw)
    except UnreadableMail as error:
        return Unread(error.message, fatal=False)
    except MemoryError:
        return Unread(f"reading it takes more than {MEMORY_LIMIT >> 20} MB of memory", fatal=True)
    except Exception as error:  # a mistake of ours on bytes nobody foresaw: the mail is kept and gets a ticket (P1)
        return Unread(f"reading it failed: {type(error).__name__}: {error}"[:300], fatal=True)


# --- in the caller's process ---------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Reading:
    """A batch under way; only `Reader.collect` looks into it.

    Afterwards `packed` holds each mail as `mail.packed` made it, "" where reading it broke something.
    """

    raws: list[bytes]
    results: list[Mail | Unread] = field(default_factory=list)
    packed: list[bytes] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    refused: str = ""


class Reader:
    """Reads mails in a process of its own, started at the first batch. All methods may be called from any thread."""

    def __init__(self, seconds_a_mail: float = SECONDS_A_MAIL) -> None:
        self._seconds = seconds_a_mail
        self._jobs: queue.SimpleQueue[Reading | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._keeper: threading.Thread | None = None
        self._closed = False
        give_back_large_blocks()

    def submit(self, raws: Sequence[bytes]) -> Reading:
        """Hand over a batch and return at once. Raises TryAgain when the reader is closed."""
        reading = Reading(list(raws))
        with self._lock:
            if self._closed:
                raise TryAgain("the reader is closed", "the program is ending")
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name="mail-reader", daemon=True)
                self._keeper.start()
            self._jobs.put(reading)
        return reading

    def collect(self, reading: Reading) -> list[Mail | Unread]:
        """Wait for a batch and return one result a mail, in order. Raises TryAgain when the process cannot be started."""
        reading.done.wait()
        if reading.refused:
            raise TryAgain(reading.refused, "see that there is memory and a free process")
        return reading.results

    def read_many(self, raws: Sequence[bytes]) -> list[Mail | Unread]:
        """Read a batch and wait for it."""
        return self.collect(self.submit(raws))

    def close(self) -> None:
        """End the process; batches not begun are refused. Never raises."""
        with self._lock:
            self._closed = True
            keeper = self._keeper
        if keeper is not None:
            self._jobs.put(None)
            keeper.join(self._seconds + _SECONDS_TO_START)

    def _keep(self) -> None:
        """The keeper: one batch after the other, until close()."""
        child = _Child(self._seconds)
        while (reading := self._jobs.get()) is not None:
            if self._closed:
                reading.refused = "the reader is closed"
            else:
                _read_batch(child, reading)
            reading.done.set()
            del reading  # its mails would stay in memory until there are others
        child.stop()


def _read_batch(child: _Child, reading: Reading) -> None:
    """Read every mail of a batch; what breaks the process is marked, and the process is started anew for the rest."""
    while len(reading.results) < len(reading.raws):
        if not child.ready():
            reading.refused = "the process that reads mails cannot be started"
            return
        chunk = _chunk(reading.raws, len(reading.results))
        for result, stream in child.read(chunk):
            reading.results.append(result)
            reading.packed.append(stream)


def _chunk(raws: list[bytes], start: int) -> list[bytes]:
    """Return the next mails to send at once: enough to keep the process busy, few enough to keep memory low."""
    size, end = 0, start
    while end < len(raws) and end - start < _CHUNK_MAILS and (end == start or size + len(raws[end]) <= _CHUNK_BYTES):
        size += len(raws[end])
        end += 1
    return raws[start:end]


class _Child:
    """The process and our end of its pipe."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def ready(self) -> bool:
        """Start the process when there is none; False when that fails."""
        return any(self._pipe is not None or self._start() for _ in range(_STARTS))

    def _start(self) -> bool:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, self._seconds), name="mail-reader", daemon=True)
        self._pipe = ours
        try:
            _start_undisturbed(self._process)
            theirs.close()
            if ours.poll(_SECONDS_TO_START) and ours.recv() == "ready":
                return True
        except (OSError, EOFError, RuntimeError) as error:
            logging.getLogger(__name__).warning("the process that reads mails did not start: %s", error)
        theirs.close()
        self.kill()
        return False

    def read(self, raws: list[bytes]) -> Iterator[tuple[Mail | Unread, bytes]]:
        """Yield result and packed bytes of each mail until one breaks the process; that one is the last and Unread."""
        pipe = self._pipe
        if pipe is None:
            return
        try:
            pipe.send(raws)
            for _ in raws:
                if not pipe.poll(self._seconds):
                    self.kill()
                    yield Unread(f"reading it took longer than {self._seconds:g} seconds", fatal=True), b""
                    return
                yield pipe.recv()
        except (OSError, EOFError):
            self.kill()
            yield Unread("reading it ended the process that reads mails", fatal=True), b""

    def kill(self) -> None:
        """End the process at once."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None and self._process.pid is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._pipe = None

    def stop(self) -> None:
        """Let the process end by itself: its pipe is closed."""
        process, pipe = self._process, self._pipe
        if process is None or pipe is None:
            return
        pipe.close()
        process.join(2)
        self.kill()


def _start_undisturbed(process: BaseProcess) -> None:
    """Start a process that Ctrl-C cannot disturb while it imports: it inherits SIGINT blocked, and ignores it when it serves."""
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- in the process that reads ---------------------------------------------------------------------------------------


def serve(pipe: Connection, seconds: float) -> None:
    """Read what comes through the pipe until it closes; runs in the process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the caller decides when reading ends
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    give_back_large_blocks()
    read_here(b"")  # loads what reading needs, before it is counted
    _limit_memory()
    try:
        pipe.send("ready")
        while True:
            _serve_batch(pipe, seconds)
    except (EOFError, OSError):
        sys.exit(0)


def _serve_batch(pipe: Connection, seconds: float) -> None:
    """Read one batch; nothing of it is left in memory while the next is waited for."""
    for raw in pipe.recv():
        signal.setitimer(signal.ITIMER_REAL, seconds + 5)  # should the caller be gone, nobody else would end a hang
        result = read_here(raw), _packed(raw)
        signal.setitimer(signal.ITIMER_REAL, 0)
        pipe.send(result)


def _packed(raw: bytes) -> bytes:
    try:
        return packed(raw) if len(raw) <= _PACKED_HERE else b""
    except MemoryError:
        return b""  # then whoever stores it packs it


def _limit_memory() -> None:
    """Set the limit above what is taken now; only Linux says how much that is."""
    try:
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_LIMIT, taken + MEMORY_LIMIT))
    except (OSError, ValueError):
        return
