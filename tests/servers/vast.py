"""An IMAP server with a mailbox of any size that costs nothing: its mails are arithmetic.

    with vast(count=130_000, step=3) as server:
        ImapSource(server.account(), now)

UIDs are `step` apart. `longest` is the longest line that was ever sent, `commands` what was asked.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from mailsupport.net.imaplogin import ImapAccount

_SEARCH = re.compile(rb"UID SEARCH UID (\d+):(\d+)")
_FETCH = re.compile(rb"UID FETCH ([\d,:]+) \((.*)\)")


class Vast:
    """The server: one connection at a time."""

    def __init__(self, count: int, step: int) -> None:
        self.count, self.step = count, step
        self.longest = 0
        self.commands: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))

    def account(self, **other: Any) -> ImapAccount:
        """The account a client uses to come here."""
        port = self.listener.getsockname()[1]
        return ImapAccount("127.0.0.1", "anna", lambda: "hush", port=port, security="none", **other)

    def serve(self) -> None:
        """Answer until the listener is closed."""
        with suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                with sock, sock.makefile("rb") as lines, suppress(OSError):
                    self._say(sock, b"* OK here\r\n")
                    for line in lines:
                        self._answer(sock, line.strip())

    def _answer(self, sock: socket.socket, line: bytes) -> None:
        tag, _, words = line.partition(b" ")
        self.commands.append(words)
        self._say(sock, b"".join(self._told(words)) + tag + b" OK done\r\n")

    def _told(self, words: bytes) -> Iterator[bytes]:
        if words == b"CAPABILITY":
            yield b"* CAPABILITY IMAP4rev1\r\n"
        elif words.startswith((b"EXAMINE", b"SELECT")):
            last = self.count * self.step
            yield b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT %d] x\r\n" % (self.count, last + 1)
        elif found := _SEARCH.match(words):
            first, last = int(found.group(1)), min(int(found.group(2)), self.count * self.step)
            begin = -(-first // self.step) * self.step
            yield b"* SEARCH" + b"".join(b" %d" % uid for uid in range(begin, last + 1, self.step)) + b"\r\n"
        elif found := _FETCH.match(words):
            yield from (self._item(int(uid)) for uid in _uids(found.group(1)))

    def _item(self, uid: int) -> bytes:
        date = b"%02d-Nov-2026 10:00:00 +0000" % (uid % 28 + 1)
        return b'* %d FETCH (UID %d RFC822.SIZE 2000 INTERNALDATE "%s")\r\n' % (uid // self.step, uid, date)

    def _say(self, sock: socket.socket, data: bytes) -> None:
        self.longest = max([self.longest, *map(len, data.split(b"\r\n"))])
        sock.sendall(data)


def _uids(listed: bytes) -> Iterator[int]:
    for some in listed.split(b","):
        first, _, last = some.partition(b":")
        yield from range(int(first), int(last or first) + 1)


@contextmanager
def vast(count: int, step: int = 1) -> Iterator[Vast]:
    """Run such a server until the block is left."""
    server = Vast(count, step)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        thread.join(5)
