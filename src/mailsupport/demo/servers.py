"""The demo's own mail servers, on loopback and ports that were free: pymap speaks IMAP, aiosmtpd speaks SMTP.

Both run on one loop in one thread. The SMTP server is everybody's: it gives each mail to the mail room, and puts those for
the support address (support+anything included) into the IMAP mailbox. Nothing leaves this machine: every recipient is local.

For editing here: pymap and aiosmtpd look up the machine's own name when none is given, which may take seconds without a name
server; so both get one.
"""

from __future__ import annotations

import asyncio
import threading
from argparse import Namespace
from datetime import UTC, datetime

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from mailsupport.demo.cast import SUPPORT
from mailsupport.demo.mailroom import MailRoom, is_support

HOST = "127.0.0.1"
BY_HAND = "client.example"
"""The name by which the people's mail clients greet the SMTP server."""

SENT = "Sent"
_PATIENCE = 10.0
"""Seconds given to starting, and to stopping."""


class _Named(Config):
    """pymap's settings, with a greeting that asks no name server."""

    @property
    def greeting(self) -> bytes:
        return b"the demo's IMAP server is ready"


class Mailbox:
    """The IMAP account of the support address, in memory."""

    def __init__(self, password: str) -> None:
        self._config = _Named(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=HOST,
            port=0,
            tls_enabled=False,
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
            demo_data=False,
            demo_user=SUPPORT,
            demo_password=password,
        )
        self._login = Login(self._config)

    async def start(self) -> asyncio.Server:
        """Make the account and its Sent folder, and listen."""
        self._config.apply_context()
        user = UserMetadata(self._config, SUPPORT, password=self._config.demo_password)
        await self._login.demo_user_identity.set(user)
        async with self._login.demo_user_identity.new_session() as session:
            await session.create_mailbox(SENT)
        connected = ProxyProtocolReader(self._config.proxy_protocol).get_callback(IMAPServer(self._login, self._config))
        return await asyncio.start_server(connected, HOST, 0)

    async def arrive(self, raw: bytes) -> None:
        """A mail comes into the inbox, now."""
        async with self._login.demo_user_identity.new_session() as session:
            await session.append_messages("INBOX", [AppendMessage(raw, datetime.now(UTC))])


class _Desk:
    """What the SMTP server asks: the mail is kept, and delivered when it is ours."""

    def __init__(self, room: MailRoom, mailbox: Mailbox) -> None:
        self._room, self._mailbox = room, mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            self._room.take(recipient, raw, session.host_name == BY_HAND)
            if is_support(recipient):
                await self._mailbox.arrive(raw)
        return "250 2.0.0 taken"


class Servers:
    """Both servers. `start` returns when they listen; `stop` when their thread has ended."""

    def __init__(self, room: MailRoom, password: str) -> None:
        self._mailbox = Mailbox(password)
        self._desk = _Desk(room, self._mailbox)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo-servers", daemon=True)
        self._servers: list[asyncio.Server] = []
        self.imap_port = self.smtp_port = 0

    def start(self) -> None:
        """Listen on free ports."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(_PATIENCE)

    def stop(self) -> None:
        """Hang up and end."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(_PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._loop.close()

    async def _listen(self) -> None:
        imap = await self._mailbox.start()
        loop = asyncio.get_running_loop()
        smtp = await loop.create_server(lambda: SMTP(self._desk, hostname="smtp.acme.example", loop=loop), HOST, 0)
        self._servers += [imap, smtp]
        self.imap_port, self.smtp_port = (server.sockets[0].getsockname()[1] for server in self._servers)

    async def _hang_up(self) -> None:
        for server in self._servers:
            server.close()
        conversations = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
