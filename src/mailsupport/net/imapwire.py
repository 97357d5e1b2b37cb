"""What bytes does an IMAP server get from us, and how many do we take from it? The typed edge of imaplib and imapclient.

`Wire` replaces imaplib's reading: every command has a budget of bytes and of seconds, so that a literal of a gigabyte or an
answer of one byte a minute costs a connection and not the daemon; and what was already read can be seen without touching the
socket, which is the cure for mail that arrives in the same segment as "+ idling". `Client` is imapclient on such a wire.

Rules for editing: nothing out of a mail is ever sent. Every string for the server goes through `plain_argument` first,
for imaplib puts a CR LF on the wire as it is. Private names of imaplib and imapclient are used here and in `idle` alone.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from typing import Literal

from imapclient import IMAPClient, SocketTimeout

from mailsupport.errors import Problem, SettingsError

ORDINARY_ANSWER = 2 * 1024 * 1024
"""Bytes an answer without mail in it may have: the longest is a search over 80,000 UIDs."""

LONGEST_LINE = 1_000_000
"""Bytes in one line, as imaplib has it."""

SLOWEST_RATE = 16 * 1024
"""Bytes a second below which a transfer counts as hung."""

_CHUNK = 64 * 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def plain_argument(text: str, what: str) -> str:
    """Return `text` unchanged; raises SettingsError when it holds a control character (RFC 3501 §9, CHAR in quoted)."""
    if _CONTROL.search(text):
        raise SettingsError([Problem(what, "holds a control character", "write it without line ends, tabs and the like")])
    return text


class Wire(imaplib.IMAP4):
    """imaplib with bounded reading. Raises imaplib.IMAP4.abort when a budget is used up."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, timeout: SocketTimeout, patience: float) -> None:
        self._context, self._timeouts, self._patience = context, timeout, patience
        self._pending = bytearray()
        self.allow(ORDINARY_ANSWER)
        super().__init__(host, port, timeout.connect)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        sock = socket.create_connection((self.host, self.port), timeout)
        # imaplib writes a command in pieces; Nagle's algorithm would hold each back for the answer to the one before.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if self._context is not None:
            sock = _wrapped(sock, self._context, self.host)
        sock.settimeout(self._timeouts.read)
        return sock

    def allow(self, size: int) -> None:
        """Set the budget of the next command: bytes, and the seconds that many bytes may take."""
        self._budget = size
        self._deadline = time.monotonic() + self._patience + max(0, size - ORDINARY_ANSWER) / SLOWEST_RATE

    def read(self, size: int) -> bytes:
        """Read a literal of exactly that many bytes."""
        if size > self._budget:
            raise self.abort(f"the server sends {size} bytes where at most {self._budget} were expected")
        while len(self._pending) < size:
            self._receive()
        return self._take(size)

    def readline(self) -> bytes:
        """Read a line with its end."""
        searched = 0
        while (end := self._pending.find(b"\n", searched)) < 0:
            searched = len(self._pending)
            if searched > LONGEST_LINE:
                raise self.abort(f"the server sends a line of more than {LONGEST_LINE} bytes")
            self._receive()
        return self._take(end + 1)

    def has_unread(self) -> bool:
        """Return whether something is here already that no poll of the socket would show."""
        decrypted = self.sock.pending() if isinstance(self.sock, ssl.SSLSocket) else 0
        return bool(self._pending) or decrypted > 0

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[Literal["OK"], list[None]]:
        """Begin TLS; raises imaplib.IMAP4.error when the server will not, or slips clear text in behind its answer."""
        typ, _ = self._simple_command("STARTTLS")
        if typ != "OK" or ssl_context is None:
            raise self.error("the server refused STARTTLS")
        if self._pending:
            # RFC 3501 §6.2.1: nothing said before TLS may be believed after it.
            raise self.error("clear text followed the answer to STARTTLS")
        self.sock = _wrapped(self.sock, ssl_context, self.host)
        self._get_capabilities()
        return "OK", [None]

    def _receive(self) -> None:
        if time.monotonic() > self._deadline:
            raise self.abort("the server takes too long to answer")
        data = self.sock.recv(_CHUNK)
        if not data:
            raise self.abort("the server closed the connection")
        self._pending += data

    def _take(self, size: int) -> bytes:
        self._budget -= size
        if self._budget < 0:
            raise self.abort("the server sends more than was asked for")
        with memoryview(self._pending) as pending, pending[:size] as front:
            taken = bytes(front)
        del self._pending[:size]
        return taken


def _wrapped(sock: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    try:
        return context.wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


class Client(IMAPClient):  # type: ignore[misc]  # imapclient carries no types, and has no other seam for its connection
    """imapclient on a `Wire`, without its debug log and its guesses at local time."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, timeout: SocketTimeout, patience: float) -> None:
        self._patience = patience
        super().__init__(host, port, ssl=context is not None, ssl_context=context, timeout=timeout)
        # At 5, its default, every response is formatted for a log that nobody reads: seven times the work of a big fetch.
        self._imap.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self) -> Wire:
        return Wire(self.host, self.port, self.ssl_context, self._timeout, self._patience)

    @property
    def wire(self) -> Wire:
        """The connection below."""
        wire: Wire = self._imap
        return wire

    def expect(self, size: int = ORDINARY_ANSWER) -> None:
        """Prepare for the answer to one command: set its budget, forget what the server said unasked before."""
        self.wire.allow(size)
        # An unasked FETCH (flags a person changed) would be taken for a part of the next answer.
        self.wire.untagged_responses.clear()

    def list_raw_folders(self) -> list[tuple[tuple[bytes, ...], bytes | None, bytes | str]]:
        """Return LIST's lines with the names undecoded: one that is no modified UTF-7 must not cost all the others."""
        self.folder_encode = False
        try:
            listed: list[tuple[tuple[bytes, ...], bytes | None, bytes | str]] = self.list_folders()
        finally:
            self.folder_encode = True
        return listed

    def refresh_capabilities(self) -> frozenset[str]:
        """Ask what the server can do now; what it said before the login is not to be believed after it."""
        self.expect()
        self._cached_capabilities = self._do_capabilites()
        return frozenset(name.decode("ascii", "replace") for name in self._cached_capabilities)
