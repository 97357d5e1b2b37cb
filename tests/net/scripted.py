"""An IMAP server that follows a script: push a line, expect a line. For the dialogues no good server would hold.

    def rude(server: Scripted) -> None:
        server.logged_in("IDLE")
        server.answer("EXAMINE", "* 1 EXISTS", "* OK [UIDVALIDITY 7]", "* OK [UIDNEXT 2]")
        server.expect("IDLE")
        server.send("+ idling", "* BYE restarting")

    with talking(rude) as server:
        source = ImapSource(server.account(), now)

When the block is left, whatever failed in the script fails the test.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from mailsupport.net.imaplogin import ImapAccount

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def noon() -> datetime:
    """The present of these tests."""
    return NOON


class Scripted:
    """One connection's server side; `lines` is everything the client sent."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self._sock: socket.socket | None = None
        self._unread = b""
        self._tag = ""
        self.lines: list[str] = []
        self.left = threading.Event()
        """Set when the test has left the block."""
        self.failure: BaseException | None = None

    def account(self, **other: Any) -> ImapAccount:
        """The account a client uses to come here, with short time-outs."""
        given = {"port": self._listener.getsockname()[1], "security": "none", "connect_timeout": 5.0, "read_timeout": 5.0}
        return ImapAccount("127.0.0.1", "anna", lambda: "hush hush", **(given | other))

    def run(self, script: Callable[[Scripted], None]) -> None:
        try:
            self._sock, _ = self._listener.accept()
            self._sock.settimeout(10)
            script(self)
        except OSError:
            pass  # the client left in the middle: what it did is judged by the test
        except BaseException as failure:
            self.failure = failure
        finally:
            self.hang_up()

    def hang_up(self) -> None:
        if self._sock is not None:
            self._sock.close()

    def send(self, *lines: str | bytes) -> None:
        """Push lines; bytes go out as they are, without a line end."""
        assert self._sock is not None
        self._sock.sendall(b"".join(line if isinstance(line, bytes) else line.encode() + b"\r\n" for line in lines))

    def expect(self, words: str) -> str:
        """Read a line, which must hold those words; returns it."""
        assert self._sock is not None
        while b"\r\n" not in self._unread:
            data = self._sock.recv(65536)
            if not data:
                raise OSError("the client closed")
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\r\n")
        text = line.decode("utf-8", "replace")
        self.lines.append(text)
        assert words in text, f"{words!r} was expected, {text!r} came"
        self._tag = text.split(" ", 1)[0]
        return text

    def answer(self, words: str, *lines: str | bytes, status: str = "OK done") -> str:
        """Expect a command, push untagged lines, then its tagged end."""
        line = self.expect(words)
        self.send(*lines, f"{self._tag} {status}")
        return line

    def greeted(self, capabilities: str = "") -> None:
        """Greet, and tell the capabilities before the login."""
        self.send("* OK here")
        self.answer("CAPABILITY", f"* CAPABILITY IMAP4rev1 {capabilities}".strip())

    def logged_in(self, capabilities: str = "") -> None:
        """Greet and take any login; then offer those capabilities."""
        self.greeted()
        self.answer("LOGIN")
        self.answer("CAPABILITY", f"* CAPABILITY IMAP4rev1 {capabilities}".strip())

    def opened(self, count: int, uidnext: int, uidvalidity: int = 7, how: str = "EXAMINE") -> None:
        """Answer the opening of a folder."""
        self.answer(
            how, f"* {count} EXISTS", "* 0 RECENT", "* FLAGS (\\Seen \\Deleted)",
            f"* OK [UIDVALIDITY {uidvalidity}] x", f"* OK [UIDNEXT {uidnext}] x",
        )  # fmt: skip

    def until_closed(self) -> None:
        """Read on, whatever comes, until the client closes; answer its LOGOUT."""
        while "LOGOUT" not in self.expect(""):
            pass
        self.send("* BYE bye", f"{self._tag} OK done")


@contextmanager
def talking(script: Callable[[Scripted], None]) -> Iterator[Scripted]:
    """Run a script in a thread until the block is left."""
    server = Scripted()
    thread = threading.Thread(target=server.run, args=(script,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.left.set()
        thread.join(15)
        server._listener.close()
    assert not thread.is_alive(), "the script never ended"
    if server.failure is not None:
        raise server.failure
