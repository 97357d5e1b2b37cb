"""A large mail over a connection that does not last: what has come is kept, and the next connection goes on there."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from mailsupport.errors import ServerUnavailable
from mailsupport.net.imap import ImapSource
from mailsupport.net.imaplogin import ImapAccount
from mailsupport.net.pieces import Pieces
from mailsupport.ports import Fetched
from servers.dovecot import PASSWORD, Dovecot

MEGABYTE = 1024 * 1024
LARGE = b"From: kim@globex.example\r\nSubject: large\r\n\r\n" + b"".join(
    b"%09d all work and no play\r\n" % i for i in range(170_000)
)


def noon() -> datetime:
    return datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Cutter:
    """Passes on, and hangs up when the server has sent so many bytes on a connection."""

    port: int
    cuts_after: int
    to: int
    connections: int = 0

    def serve(self, listener: socket.socket) -> None:
        """Serve one connection after another until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                self.connections += 1
                with client, socket.create_connection(("127.0.0.1", self.to)) as server:
                    back = threading.Thread(target=self._pass_on, args=(client, server, 1 << 40))
                    back.start()
                    self._pass_on(server, client, self.cuts_after)
                    for one in (client, server):
                        with suppress(OSError):
                            one.shutdown(socket.SHUT_RDWR)
                    back.join()

    def _pass_on(self, source: socket.socket, target: socket.socket, at_most: int) -> None:
        with suppress(OSError):
            while at_most > 0 and (data := source.recv(min(65536, at_most))):
                target.sendall(data)
                at_most -= len(data)


@contextmanager
def cutting(dovecot: Dovecot, after: int) -> Iterator[Cutter]:
    """A connection to Dovecot that breaks whenever so many bytes have come."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        cutter = Cutter(listener.getsockname()[1], after, dovecot.port)
        thread = threading.Thread(target=cutter.serve, args=(listener,))
        thread.start()
        try:
            yield cutter
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join(10)


def fetched(account: ImapAccount, pieces: Pieces) -> list[Fetched]:
    """One connection's attempt at the mail."""
    source = ImapSource(account, noon, pieces)
    try:
        source.open("INBOX")
        return source.fetch([one.uid for one in source.listing(0, 10)])
    finally:
        source.close()


def attempts(account: ImapAccount, pieces: Pieces) -> Iterator[list[Fetched] | None]:
    """Connect again and again; None for a connection that broke."""
    while True:
        try:
            yield fetched(account, pieces)
        except ServerUnavailable:
            yield None


def test_a_large_mail_comes_over_connections_that_break(dovecot: Dovecot) -> None:
    """4.5 MB, a cut after each 2 MB: each connection but the first brings it nearer, and the bytes are those of the mail."""
    with dovecot.client("resume@example.com") as client:
        client.append("INBOX", LARGE)
    with cutting(dovecot, 2 * MEGABYTE + 20_000) as cutter:
        account = ImapAccount("127.0.0.1", "resume@example.com", lambda: PASSWORD, port=cutter.port, security="none", idle=False)
        pieces = Pieces()
        tried = [next(told) for told in [attempts(account, pieces)] for _ in range(5)]

    assert [mail.raw == LARGE for came in tried[:4] if came for mail in came] == [True], [bool(came) for came in tried]
    assert tried[:3] == [None, None, None]


def test_a_mail_that_is_gone_leaves_nothing_behind(dovecot: Dovecot) -> None:
    """It was taken away between two connections: no mail, no trouble, and the next large one begins at its beginning."""
    with dovecot.client("resume-gone@example.com") as client:
        client.append("INBOX", LARGE)
        with cutting(dovecot, 2 * MEGABYTE) as cutter:
            told = {"port": cutter.port, "security": "none", "idle": False}
            account = ImapAccount("127.0.0.1", "resume-gone@example.com", lambda: PASSWORD, **told)
            pieces = Pieces()
            with pytest.raises(ServerUnavailable):
                fetched(account, pieces)
            client.select_folder("INBOX")
            client.delete_messages([1])
            client.expunge()
            assert fetched(account, pieces) == []
