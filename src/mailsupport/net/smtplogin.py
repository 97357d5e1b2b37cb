"""How does one get onto an SMTP relay, and what went wrong when one does not? Connecting, TLS, login.

Rules for editing: TLS is required unless the relay is this machine and the settings say "none" (aiosmtplib's own default
takes clear text when STARTTLS is stripped). One login is one try: aiosmtplib's `login` tries each method in turn, which a
server counts as so many wrong passwords. No message may hold the password.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPResponseException

from mailsupport.errors import LoginRefused, ServerUnavailable, UnsafeConnection
from mailsupport.net.replies import said
from mailsupport.net.tls import Security, certificate_trouble, client_context, is_hang_up, refuse_clear_text


@dataclass(frozen=True, slots=True)
class SmtpRelay:
    """Where mail is handed over. No login when `user` is ""; `password` is asked at each login; times in seconds.

    `timeout` is for one answer, `data_timeout` for the answer to the final dot: RFC 5321 §4.5.3.2.6 asks for 10 minutes.
    """

    host: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: Callable[[], str] = field(default=lambda: "", repr=False)
    ca_file: str = ""
    connections: int = 4
    timeout: float = 60.0
    data_timeout: float = 600.0
    idle_close: float = 30.0
    local_hostname: str | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class NoConnection(Exception):
    """Internal to `net`: there is no connection. `stage` is connect or login, `code` the SMTP code or 0."""

    def __init__(self, stage: str, code: int, error: ServerUnavailable) -> None:
        super().__init__(stage)
        self.stage, self.code, self.error = stage, code, error


async def dial(relay: SmtpRelay) -> SMTP:
    """Return a connection that is ready for MAIL; raises NoConnection."""
    try:
        refuse_clear_text(relay.host, relay.security)
        connection = _connection(relay)
    except UnsafeConnection as error:
        raise NoConnection("connect", 0, error) from error
    try:
        await _connect(connection, relay)
        if relay.user:
            await _login(connection, relay)
    except BaseException:
        connection.close()
        raise
    return connection


def _connection(relay: SmtpRelay) -> SMTP:
    return SMTP(
        hostname=relay.host,
        port=relay.port,
        timeout=relay.timeout,
        use_tls=relay.security == "tls",
        start_tls=relay.security == "starttls",
        tls_context=None if relay.security == "none" else client_context(relay.ca_file),
        local_hostname=relay.local_hostname,
    )


async def _connect(connection: SMTP, relay: SmtpRelay) -> None:
    try:
        await connection.connect()
        if connection.is_ehlo_or_helo_needed:
            await connection.ehlo()
    except (SMTPException, OSError, ValueError) as error:
        raise NoConnection("connect", _code(error), _unreachable(relay, error)) from error


async def _login(connection: SMTP, relay: SmtpRelay) -> None:
    user, password = relay.user.encode(), relay.password().encode()
    methods = {"plain": connection.auth_plain, "login": connection.auth_login, "cram-md5": connection.auth_crammd5}
    offered = [method for name, method in methods.items() if name in connection.server_auth_methods]
    try:
        if not offered:
            raise SMTPException("the relay offers no login we know (PLAIN, LOGIN, CRAM-MD5)")
        await offered[0](user, password)
    except (SMTPException, OSError) as error:
        words = said(error.message if isinstance(error, SMTPException) else error)
        raise NoConnection("login", _code(error), _refusal(relay, _code(error), words)) from error


def _refusal(relay: SmtpRelay, code: int, words: str) -> ServerUnavailable:
    if code >= 500:
        return LoginRefused(f"{relay}: the login of {relay.user} was refused: {code} {words}", "check user and password")
    return ServerUnavailable(f"{relay}: no login now: {words}", "nothing, unless it lasts")


def _unreachable(relay: SmtpRelay, error: Exception) -> ServerUnavailable:
    cause: BaseException = error.__cause__ or error
    if isinstance(cause, ssl.SSLError) and not is_hang_up(cause):
        cure = "a private authority is named by ca_file; the host must be the one in the certificate"
        return UnsafeConnection(f"{relay}: {certificate_trouble(cause)}", cure)
    words = said(error.message if isinstance(error, SMTPException) else error)
    if "STARTTLS" in words:
        return UnsafeConnection(f"{relay}: no STARTTLS: {words}", 'use port 465 and security "tls"')
    what, cure = _network(cause) or (words.removeprefix(f"Error connecting to {relay.host} on port {relay.port}: "), _ELSEWHERE)
    return ServerUnavailable(f"{relay}: {what}", cure)


_ELSEWHERE = "check host, port and firewall"
_NUMBER = re.compile(r"\[Errno ([0-9]+)\]")


def _network(cause: BaseException) -> tuple[str, str] | None:
    """Return in plain words what the network said, with the cure; None when it was not the network.

    asyncio writes the address into the words, and of several addresses one sentence without a number of its own.
    """
    if isinstance(cause, ssl.SSLError):
        return "the server closed the connection in TLS", "nothing, unless it lasts"
    if isinstance(cause, socket.gaierror):
        return "no such host", "check host and the name server"
    if isinstance(cause, TimeoutError):
        return "no answer in time", _ELSEWHERE
    number = _NUMBER.search(str(cause)) if isinstance(cause, OSError) else None
    if number is None:
        return None
    if int(number[1]) == errno.ECONNREFUSED:
        return "connection refused", "nothing listens there: check host and port, and whether the relay runs"
    return os.strerror(int(number[1])).lower(), _ELSEWHERE


def _code(error: BaseException) -> int:
    return max(0, error.code) if isinstance(error, SMTPResponseException) else 0
