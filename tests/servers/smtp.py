"""A relay in a thread that records what it is handed, speaks SMTP strictly, and misbehaves on request.

    with recording() as relay:
        relay.on("rcpt", "550 5.1.1 no such user", address="ben@example.com")
        relay.on("dot", TAKE_AND_CLOSE, times=1)
        ... SmtpRelay(relay.host, relay.port, security="none") ...
        relay.wait_for(2)[1].recipients

A stage is connect, ehlo, auth, mail, rcpt, data, dot, rset. What happens there instead of success: a reply ("451 later"), CLOSE
(end of file), RESET, HANG (no answer), TAKE_AND_CLOSE and TAKE_AND_HANG (at dot: the mail is taken, the answer never comes).
"""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CLOSE, RESET, HANG = "close", "reset", "hang"
TAKE_AND_CLOSE, TAKE_AND_HANG = "take and close", "take and hang"


@dataclass(frozen=True)
class Received:
    """A mail the relay took: its envelope and its bytes, dots undone."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    options: tuple[str, ...] = ()


@dataclass
class Fault:
    """What happens at a stage, for how many times (-1: always), for which address ("" any)."""

    stage: str
    does: str
    address: str = ""
    times: int = -1


@dataclass
class Relay:
    """A running relay. `commands` holds every line it got, `connections` how many there were."""

    host: str = "127.0.0.1"
    port: int = 0
    extensions: list[str] = field(default_factory=lambda: ["8BITMIME", "SIZE 52428800", "AUTH PLAIN LOGIN"])
    mails: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    at_once: int = 0
    faults: list[Fault] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    tls: ssl.SSLContext | None = None
    user: str = "support@example.com"
    password: str = "a secret of the tests"

    def on(self, stage: str, does: str, address: str = "", times: int = -1) -> None:
        """Misbehave from now on at that stage."""
        with self.changed:
            self.faults.append(Fault(stage, does, address, times))

    def behave(self) -> None:
        """Do everything right again."""
        with self.changed:
            self.faults.clear()

    def wait_for(self, count: int, timeout: float = 10) -> list[Received]:
        """Wait until so many mails were taken, and return all; raises AssertionError when they do not come."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.mails) >= count, timeout), f"{len(self.mails)} of {count} mails came"
            return list(self.mails)

    def wait_for_command(self, start: str, timeout: float = 10) -> None:
        """Wait until a line beginning like that came in."""
        with self.changed:
            assert self.changed.wait_for(lambda: any(line.startswith(start) for line in self.commands), timeout), self.commands

    def fault(self, stage: str, address: str = "") -> str:
        """Return what is to happen at that stage, "" for nothing special, and count it."""
        with self.changed:
            for fault in self.faults:
                if fault.stage == stage and fault.times and fault.address in ("", address):
                    fault.times -= 1
                    return fault.does
        return ""

    def note_command(self, line: str) -> None:
        """Write down a line that came in."""
        with self.changed:
            self.commands.append(line)
            self.changed.notify_all()

    def take(self, mail: Received) -> None:
        """Write down a mail."""
        with self.changed:
            self.mails.append(mail)
            self.changed.notify_all()


class _Broken(Exception):
    """This connection is over."""


class _Session:
    """One connection to the relay."""

    def __init__(self, relay: Relay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.relay, self.reader, self.writer = relay, reader, writer
        self.sender: str | None = None
        self.options: tuple[str, ...] = ()
        self.recipients: list[str] = []

    async def serve(self) -> None:
        with self.relay.changed:
            self.relay.connections += 1
            self.relay.at_once += 1
        try:
            await self.answer("connect", "220 relay.example ESMTP")
            while line := await self.reader.readline():
                await self.obey(line)
        except (_Broken, OSError, asyncio.CancelledError):
            pass
        finally:
            with self.relay.changed:
                self.relay.at_once -= 1
            self.writer.close()

    async def obey(self, line: bytes) -> None:
        assert line.endswith(b"\r\n") and line.count(b"\r") == 1, f"a bare line end: {line!r}"
        text = line.decode("utf-8").rstrip("\r\n")
        verb = text.split(" ", 1)[0].upper()
        self.relay.note_command(text)
        await getattr(self, f"do_{verb.lower()}", self.do_unknown)(text)

    async def do_unknown(self, text: str) -> None:
        await self.say("500 what?")

    async def do_ehlo(self, text: str) -> None:
        encrypted = self.writer.get_extra_info("sslcontext") is not None
        offered = self.relay.extensions + (["STARTTLS"] if self.relay.tls and not encrypted else [])
        lines = ["relay.example", *offered]
        await self.answer("ehlo", "\r\n".join(f"250{'-' if line is not lines[-1] else ' '}{line}" for line in lines))

    async def do_starttls(self, text: str) -> None:
        assert self.relay.tls is not None
        await self.answer("starttls", "220 go on")
        await self.writer.start_tls(self.relay.tls)

    async def do_auth(self, text: str) -> None:
        secret = base64.b64decode(text.rsplit(" ", 1)[1]).decode()
        good = secret == f"\0{self.relay.user}\0{self.relay.password}"
        await self.answer("auth", "235 welcome" if good else "535 5.7.8 wrong user or password")

    async def do_mail(self, text: str) -> None:
        path, *options = text.split(":", 1)[1].split(" ")
        self.sender, self.options, self.recipients = path[1:-1], tuple(options), []
        await self.answer("mail", "250 ok", self.sender)

    async def do_rcpt(self, text: str) -> None:
        address = text.split(":", 1)[1].split(" ")[0][1:-1]
        if await self.answer("rcpt", "250 ok", address):
            self.recipients.append(address)

    async def do_data(self, text: str) -> None:
        if not self.recipients:
            await self.say("503 no recipients")
            return
        if not await self.answer("data", "354 go on"):
            return
        raw = await self.read_body()
        does = self.relay.fault("dot")
        if does in ("", TAKE_AND_CLOSE, TAKE_AND_HANG) or does.startswith("250"):
            self.relay.take(Received(self.sender or "", tuple(self.recipients), raw, self.options))
        await self.do(does.removeprefix("take and ") or "250 taken")

    async def do_rset(self, text: str) -> None:
        self.sender, self.recipients = None, []
        await self.answer("rset", "250 ok")

    async def do_noop(self, text: str) -> None:
        await self.say("250 ok")

    async def do_quit(self, text: str) -> None:
        await self.say("221 bye")
        raise _Broken

    async def read_body(self) -> bytes:
        lines: list[bytes] = []
        mid = self.relay.fault("body")
        while (line := await self.reader.readline()) != b".\r\n":
            if mid:
                await self.do(mid)
                mid = ""
            if not line:
                raise _Broken
            assert line.endswith(b"\r\n") and line.count(b"\r") == 1, f"a bare line end: {line[-20:]!r}"
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    async def answer(self, stage: str, success: str, address: str = "") -> bool:
        """Do what was asked for at that stage, else succeed; returns whether it succeeded."""
        does = self.relay.fault(stage, address)
        await self.do(does or success)
        return not does

    async def do(self, what: str) -> None:
        if what == HANG:
            await asyncio.Event().wait()  # reads nothing more, until the relay is stopped
        if what == RESET:
            sock = self.writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
            raise _Broken
        if what == CLOSE:
            raise _Broken
        await self.say(what)
        if what.startswith("421"):
            raise _Broken

    async def say(self, reply: str) -> None:
        self.writer.write(reply.encode() + b"\r\n")
        await self.writer.drain()


@contextmanager
def recording(tls: tuple[Path, Path] | None = None, implicit: bool = False) -> Iterator[Relay]:
    """Run a relay until the block is left; `tls` is certificate and key, for STARTTLS or from the first byte (`implicit`)."""
    relay = Relay()
    if tls:
        relay.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        relay.tls.load_cert_chain(*tls)
    loop = asyncio.new_event_loop()
    first_byte = relay.tls if implicit else None
    starting = asyncio.start_server(lambda r, w: _Session(relay, r, w).serve(), relay.host, 0, limit=2**20, ssl=first_byte)
    server = loop.run_until_complete(starting)
    relay.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    sessions = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for session in sessions:
        session.cancel()
    await asyncio.gather(*sessions, return_exceptions=True)
