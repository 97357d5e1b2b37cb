"""A man in the middle of an IMAP connection: knows which stage of the dialogue passes by, and does something to it once.

    with between(dovecot.port) as proxy:
        proxy.plan(Stage.LITERAL, FAULTS["reset"])
        ... a client of proxy.port ...
        proxy.calm.wait(5)                   # the fault is over: from here on the proxy only passes on

Towards the client it speaks clear text, TLS or STARTTLS (`Privacy`), towards the server always clear text. A `Personality`
takes abilities away from a server: their names from its capabilities, and their commands from its ears. `commands` are all
lines that clients sent; `exposed` are the bytes they sent before TLS.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from servers.stages import COMMANDS, Stage

_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")
_PATIENCE = 20.0


@dataclass(frozen=True)
class Privacy:
    """How the client is spoken to: "none", "tls" or "starttls", and the folder that holds cert.pem and key.pem."""

    kind: str = "none"
    folder: Path = Path()

    def wrapped(self, sock: socket.socket) -> ssl.SSLSocket:
        """Return the socket after the handshake."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
        return context.wrap_socket(sock, server_side=True)


@dataclass(frozen=True)
class Personality:
    """What a server cannot do: some of MOVE, UIDPLUS, IDLE, KEYWORDS, UIDNEXT; `uidvalidity` is the only one it ever tells."""

    lacks: frozenset[str] = frozenset()
    uidvalidity: int = 0

    def __str__(self) -> str:
        return "without " + " ".join(sorted(self.lacks)) if self.lacks else "complete"

    def heard(self, line: bytes) -> bool:
        """Whether such a server knows the command."""
        commands = {"MOVE": b" UID MOVE ", "UIDPLUS": b" UID EXPUNGE ", "IDLE": b" IDLE"}
        return not any(words in line.upper() for name, words in commands.items() if name in self.lacks)

    def told(self, line: bytes) -> bytes:
        """Return a line of the server as such a server would say it."""
        if b"CAPABILITY" in line:
            for name in self.lacks:
                line = re.sub(rb" %s(?=[ \]\r])" % name.encode(), b"", line)
        if "KEYWORDS" in self.lacks and b"[PERMANENTFLAGS" in line:
            line = re.sub(rb"PERMANENTFLAGS \([^)]*\)", rb"PERMANENTFLAGS (\\Deleted \\Seen)", line)
        if "UIDNEXT" in self.lacks:
            line = re.sub(rb"\[UIDNEXT \d+\]", b"", line)
        if self.uidvalidity:
            line = re.sub(rb"UIDVALIDITY \d+", b"UIDVALIDITY %d" % self.uidvalidity, line)
        return line


CLEAR, COMPLETE = Privacy(), Personality()


class Link:
    """One connection under way: what a fault may do to it."""

    def __init__(self, proxy: Proxy, client: socket.socket) -> None:
        self.proxy, self.client = proxy, client
        self.server: socket.socket | None = None
        self.stage = Stage.GREETING
        self.tag = b""
        self.deaf = False
        """Nothing passes any more, and nobody is told."""
        self.swallowing = False
        """The rest of the answer under way is kept back, up to its tagged line."""
        self.struck = self.closed = False
        self._heard = self._said = b""
        self._literal = 0

    # --- what a fault may do --------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Say something to the client, whatever it thinks of it."""
        self.client.sendall(data)

    def close(self) -> None:
        """End the connection in good form (FIN)."""
        self.closed = True
        with suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)
        self.client.close()

    def reset(self) -> None:
        """Break the connection (RST)."""
        self.closed = True
        with suppress(OSError):
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.close()

    def send_raw(self, data: bytes) -> None:
        """Put bytes on the wire beside TLS."""
        with socket.socket(fileno=socket.dup(self.client.fileno())) as bare:
            bare.sendall(data)

    # --- its life -------------------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """Pass on until either side ends."""
        try:
            self._begin()
            while not self.closed:
                self._pass_on()
        except (OSError, ValueError):
            pass  # one of the two left: that is what faults do
        finally:
            self.client.close()
            if self.server is not None:
                self.server.close()
            if self.struck:
                self.proxy.calmed()

    def _begin(self) -> None:
        if self.proxy.strikes(Stage.CONNECT):
            self._strike(b"")
        if self.closed or self.deaf:
            return
        if self.proxy.privacy.kind == "tls":
            self.client = self.proxy.privacy.wrapped(self.client)
        self.server = socket.create_connection(("127.0.0.1", self.proxy.server_port), _PATIENCE)

    def _pass_on(self) -> None:
        ready: list[socket.socket] = [self.client]
        if not (isinstance(self.client, ssl.SSLSocket) and self.client.pending()):
            ready, _, _ = select.select([s for s in (self.client, self.server) if s is not None], [], [], _PATIENCE)
        if self.client in ready or not ready:
            self._from_client(self.client.recv(65536) if ready else b"")
        if self.server is not None and self.server in ready and not self.closed:
            self._from_server(self.server.recv(65536))

    def _from_client(self, data: bytes) -> None:
        if not data:
            self.closed = True
        if self.deaf:
            return
        self._heard += data
        while b"\r\n" in self._heard:
            line, _, self._heard = self._heard.partition(b"\r\n")
            self._command(line)

    def _command(self, line: bytes) -> None:
        self.proxy.note(line, private=self.proxy.privacy.kind != "none" and isinstance(self.client, ssl.SSLSocket))
        tag, _, words = line.partition(b" ")
        if words.upper() == b"STARTTLS":
            self.send(tag + b" OK begin\r\n")
            self.client = self.proxy.privacy.wrapped(self.client)
            return
        if not self.proxy.personality.heard(line):
            self.send(tag + b" BAD unknown command\r\n")
            return
        if words:
            self.tag = tag
            self.stage = next((stage for stage, known in COMMANDS if known.match(words.upper())), self.stage)
        assert self.server is not None
        self.server.sendall(line + b"\r\n")

    def _from_server(self, data: bytes) -> None:
        if not data:
            self.close()
        self._said += data
        while not self.closed and (piece := self._piece()):
            self._tell(piece)

    def _piece(self) -> bytes:
        """The next whole line or whole literal of the server."""
        if self._literal:
            if len(self._said) < self._literal:
                return b""
            piece, self._said, self._literal = self._said[: self._literal], self._said[self._literal :], 0
            self.stage = Stage.LITERAL if self.stage is Stage.FETCH else self.stage
            return piece
        line, end, rest = self._said.partition(b"\r\n")
        if not end:
            return b""
        self._said = rest
        if found := _LITERAL.search(line + end):
            self._literal = int(found.group(1))
        return self.proxy.personality.told(line + end)

    def _tell(self, piece: bytes) -> None:
        if self.deaf:
            return
        if self.swallowing:
            self.swallowing = not piece.startswith(self.tag + b" ")
            return
        if b"STARTTLS" not in piece and self.proxy.privacy.kind == "starttls" and not isinstance(self.client, ssl.SSLSocket):
            piece = piece.replace(b"IMAP4rev1", b"IMAP4rev1 STARTTLS")
        if self.proxy.strikes(self.stage):
            half = len(piece) // 2 if self.stage is Stage.LITERAL else 0
            if half:
                self.send(piece[:half])
            self._strike(piece[half:])
        else:
            self.send(piece)
        following = {Stage.LITERAL: Stage.FETCHED, Stage.IDLE: Stage.IDLING}
        self.stage = following.get(self.stage, self.stage)

    def _strike(self, rest: bytes) -> None:
        self.struck = True
        self.proxy.struck.set()
        assert self.proxy.fault is not None
        self.proxy.fault(self, rest)
        if not (self.closed or self.deaf):
            self.proxy.calmed()


Fault = Callable[[Link, bytes], None]
"""Does something to a link where `rest`, what the server just said, was to be passed on."""


@dataclass
class Proxy:
    """The listener, its plan, and what it saw."""

    server_port: int
    privacy: Privacy
    personality: Personality
    listener: socket.socket
    port: int
    fault: Fault | None = None
    stage: Stage | None = None
    struck: threading.Event = field(default_factory=threading.Event)
    calm: threading.Event = field(default_factory=threading.Event)
    calm_times: list[float] = field(default_factory=list)
    """time.monotonic() when the fault was over: its bytes were said, or its connection had ended."""
    commands: list[bytes] = field(default_factory=list)
    exposed: bytes = b""
    refuse_until: float = 0.0
    links: list[threading.Thread] = field(default_factory=list)
    ended: bool = False

    def plan(self, stage: Stage, fault: Fault) -> None:
        """Have that happen once, the next time that stage passes by."""
        self.fault, self.stage = fault, stage

    def strikes(self, stage: Stage) -> bool:
        """Whether the planned fault happens now; it will not happen again."""
        if stage is not self.stage:
            return False
        self.stage = None
        return True

    def calmed(self) -> None:
        """Note that the fault is over."""
        self.calm_times.append(max(time.monotonic(), self.refuse_until))
        self.calm.set()

    def note(self, line: bytes, private: bool) -> None:
        """Keep what a client sent."""
        self.commands.append(line)
        if not private:
            self.exposed += line + b"\r\n"

    def accept(self) -> None:
        """Take connections until the listener is closed."""
        while not self.ended:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.settimeout(_PATIENCE)
            link = Link(self, client)
            if time.monotonic() < self.refuse_until:
                link.reset()
                continue
            thread = threading.Thread(target=link.serve, daemon=True)
            self.links.append(thread)
            thread.start()


@contextmanager
def between(server_port: int, privacy: Privacy = CLEAR, personality: Personality = COMPLETE) -> Iterator[Proxy]:
    """Stand before the server at that port of this machine until the block is left."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(server_port, privacy, personality, listener, int(listener.getsockname()[1]))
        thread = threading.Thread(target=proxy.accept, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.ended = True
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)
