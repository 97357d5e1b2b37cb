"""Hands mails to an SMTP relay: implements `ports.MailSink` over a few connections that are used again.

A connection that had rested and turns out dead before it took MAIL is replaced by a fresh one, once, within the attempt.
After a refused login no other is tried for a while: two hundred waiting mails must not be two hundred wrong passwords.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException

from mailsupport.errors import LoginRefused
from mailsupport.net.backoff import Backoff
from mailsupport.net.pool import IdlePool
from mailsupport.net.smtpdialogue import Dialogue, Stale, deferred
from mailsupport.net.smtplogin import NoConnection, SmtpRelay, dial
from mailsupport.ports import Handover

LOGIN_REST = Backoff(first=60, ceiling=600)
"""Seconds without a login after a refused one; at most ten minutes, for alerts wait behind it."""


class SmtpSink:
    """A relay. `send` may be called many times at once; at most `relay.connections` mails are under way then."""

    def __init__(self, relay: SmtpRelay, login_rest: Backoff = LOGIN_REST) -> None:
        self._relay, self._login_rest = relay, login_rest
        self._pool: IdlePool[SMTP] = IdlePool(relay.connections, relay.idle_close, lambda c: c.is_connected, _farewell)
        self._dialling = asyncio.Lock()
        self._failures, self._refusals = 0, 0
        self._failure: NoConnection | None = None
        self._no_login_before = 0.0

    async def send(self, sender: str, recipients: Sequence[str], raw: bytes) -> Handover:
        """Try once and tell how far it came; never raises for what a relay does. Cancelling closes the connection."""
        async with self._pool.slots:
            if (rested := self._pool.take()) is not None:
                try:
                    return await self._over(rested, sender, recipients, raw, reused=True)
                except Stale:
                    rested.close()
            try:
                fresh = await self._dial()
            except NoConnection as no:
                return deferred(no.stage, recipients, no.code, str(no.error))
            return await self._over(fresh, sender, recipients, raw, reused=False)

    async def close(self) -> None:
        """Close every connection at rest, and each other when its mail is done; never raises."""
        await self._pool.close()

    async def _over(self, connection: SMTP, sender: str, recipients: Sequence[str], raw: bytes, *, reused: bool) -> Handover:
        dialogue = Dialogue(connection, self._relay.data_timeout, sender, recipients, raw)
        try:
            handover = await dialogue.hand_over(reused=reused)
        except BaseException:
            # Half a dialogue leaves a connection on which answers belong to the wrong questions.
            connection.close()
            raise
        self._pool.put(connection)
        return handover

    async def _dial(self) -> SMTP:
        before = self._failures
        async with self._dialling:
            # Whoever waited here while another's try failed shares its failure: many mails are not many wrong passwords.
            resting = asyncio.get_running_loop().time() < self._no_login_before
            if self._failure and (resting or self._failures > before):
                raise NoConnection(self._failure.stage, self._failure.code, self._failure.error)
            try:
                connection = await dial(self._relay)
            except NoConnection as no:
                self._note(no)
                raise
            self._refusals = 0
            return connection

    def _note(self, failure: NoConnection) -> None:
        self._failures, self._failure = self._failures + 1, failure
        if isinstance(failure.error, LoginRefused):
            self._refusals += 1
            self._no_login_before = asyncio.get_running_loop().time() + self._login_rest.rest(self._refusals)


async def probe(relay: SmtpRelay) -> list[str]:
    """Try a relay for `check`: connect, TLS, login; returns facts, raises ServerUnavailable when it cannot be used."""
    try:
        connection = await dial(relay)
    except NoConnection as no:
        raise no.error from None
    offers = connection.esmtp_extensions
    secure = connection.get_transport_info("sslcontext") is not None
    await _farewell(connection)
    return [
        f"connected: {relay}, {'TLS' if secure else 'clear text on this machine'}",
        f"login accepted: {relay.user}" if relay.user else "no login (no user in the settings)",
        f"largest mail: {offers.get('size') or 'not told'}",
    ]


async def _farewell(connection: SMTP) -> None:
    # RFC 5321 §4.1.1.10: QUIT before closing; a relay that does not answer it has had its chance.
    try:
        await connection.quit(timeout=2)
    except (SMTPException, OSError):
        pass
    finally:
        connection.close()
