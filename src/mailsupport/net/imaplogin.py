"""How does one get into an IMAP account, and what went wrong when one does not? Connecting, TLS, login, the words of failures.

`translated` is the only place where an exception of imapclient, imaplib, ssl or the socket becomes one of ours.

Rules for editing: no message may hold the password. What the server says is quoted, cleaned and cut. Before TLS stands no
byte of user or password leaves, and a server that logs us in by itself (PREAUTH) is refused: TLS cannot begin there any more.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from imapclient import SocketTimeout
from imapclient.exceptions import CapabilityError, LoginError

from mailsupport.errors import LoginRefused, MailsupportError, ServerUnavailable, UnsafeConnection
from mailsupport.net.imapwire import Client, plain_argument
from mailsupport.net.replies import said
from mailsupport.net.tls import Security, certificate_trouble, client_context, is_hang_up, refuse_clear_text

_PASSING = re.compile(
    r"\[(unavailable|inuse|limit|serverbug|throttled|overquota)\]|temporar|try again|too many|internal error|overload", re.I
)
"""RFC 5530 §3 codes, and words, of a refusal that says nothing about the password."""


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """Where mail is read. `password` is asked at each login, so that the secret is held by its owner alone; times in seconds."""

    host: str
    user: str
    password: Callable[[], str] = field(repr=False)
    port: int = 993
    security: Security = "tls"
    ca_file: str = ""
    idle: bool = True
    idle_cap: float = 120.0
    connect_timeout: float = 15.0
    read_timeout: float = 60.0
    patience: float = 120.0
    """For one whole answer without mail in it; each 16 KB announced add a second."""

    def __str__(self) -> str:
        return f"{self.user} at {self.host}:{self.port}"


@contextmanager
def translated(account: ImapAccount) -> Iterator[None]:
    """Let only our own errors out: ServerUnavailable, LoginRefused or UnsafeConnection, with host, account and cure."""
    try:
        yield
    except MailsupportError:
        raise
    except ssl.SSLError as error:
        if is_hang_up(error):
            raise ServerUnavailable(f"{account}: the server closed the connection in TLS", "nothing, unless it lasts") from error
        cure = "a private authority is named by ca_file; the host must be the one in the certificate"
        raise UnsafeConnection(f"{account}: {certificate_trouble(error)}", cure) from error
    except socket.gaierror as error:
        raise ServerUnavailable(f"{account}: no such host: {error.strerror}", "check host and the name server") from error
    except TimeoutError as error:
        raise ServerUnavailable(f"{account}: no answer in time", "check host, port and firewall") from error
    except OSError as error:
        raise ServerUnavailable(f"{account}: {error.strerror or error}", "check host and port") from error
    except imaplib.IMAP4.error as error:
        raise ServerUnavailable(f"{account}: {said(_reply(error))}", "nothing, unless it lasts") from error
    except Exception as error:
        # imapclient's parsers raise whatever a broken answer leads them to: ValueError, TypeError, KeyError, RecursionError …
        raise ServerUnavailable(f"{account}: an answer that is no IMAP: {said(error)}", "is this an IMAP server?") from error


def connect(account: ImapAccount) -> Client:
    """Return a client that is logged in; raises ServerUnavailable, LoginRefused, UnsafeConnection or SettingsError."""
    refuse_clear_text(account.host, account.security)
    plain_argument(account.host, "host")
    context = None if account.security == "none" else client_context(account.ca_file)
    with translated(account):
        client = _dial(account, context)
        try:
            _secure(client, account, context)
            _login(client, account)
            client.refresh_capabilities()
        except BaseException:
            hang_up(client)
            raise
    return client


def hang_up(client: Client) -> None:
    """Close the connection without a word; never raises."""
    try:
        client.shutdown()
    except (OSError, imaplib.IMAP4.error, ValueError):
        pass


def _reply(error: BaseException) -> object:
    # imaplib raises with the bytes of a reply, whose str() would show as b'…'.
    return error.args[0] if error.args else error


def _dial(account: ImapAccount, context: ssl.SSLContext | None) -> Client:
    timeout = SocketTimeout(account.connect_timeout, account.read_timeout)
    direct = context if account.security == "tls" else None
    return Client(account.host, account.port, direct, timeout, account.patience)


def _secure(client: Client, account: ImapAccount, context: ssl.SSLContext | None) -> None:
    if client.wire.state != "NONAUTH":
        raise UnsafeConnection(f"{account}: the server skips login and TLS (PREAUTH)", "ask who answers on this port")
    if account.security != "starttls":
        return
    try:
        client.starttls(context)
    except CapabilityError as error:
        raise UnsafeConnection(f"{account}: the server offers no STARTTLS", 'use port 993 and security "tls"') from error
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise UnsafeConnection(f"{account}: no STARTTLS: {said(error)}", 'use port 993 and security "tls"') from error


def _login(client: Client, account: ImapAccount) -> None:
    user, password = plain_argument(account.user, "user"), plain_argument(account.password(), "password")
    client.expect()
    try:
        if _needs_plain(client, user + password):
            client.plain_login(user, password)
        else:
            # imaplib quotes the password and not the user, who may be called "EXAMPLE\anna".
            client.login(_quoted(user), password)
    except LoginError as error:
        raise _refusal(account, error, password) from None


def _needs_plain(client: Client, credentials: str) -> bool:
    # LOGIN takes ASCII only (RFC 3501 §6.2.3), AUTHENTICATE PLAIN takes UTF-8 (RFC 4616 §2).
    return not credentials.isascii() or bool(client.has_capability("LOGINDISABLED"))


def _quoted(user: str) -> str:
    return '"' + user.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _refusal(account: ImapAccount, error: LoginError, password: str) -> ServerUnavailable:
    # imapclient calls everything that goes wrong in a login a LoginError, a lost connection too.
    cause = error.__context__
    # A server may repeat what it was told.
    words = said(_reply(cause or error)).replace(password or "\0", "***")
    if isinstance(cause, imaplib.IMAP4.abort):
        return ServerUnavailable(f"{account}: the connection broke at the login: {words}", "nothing, unless it lasts")
    if _PASSING.search(words):
        return ServerUnavailable(f"{account}: no login now: {words}", "nothing, unless it lasts")
    return LoginRefused(f"{account}: the login was refused: {words}", "check user and password; it is tried again, seldom")
