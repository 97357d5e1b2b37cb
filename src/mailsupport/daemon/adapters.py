"""Settings into adapters: which source a mailbox is read through, which sink mails leave by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from mailsupport.app.deliver import Relays
from mailsupport.app.watched import Watched
from mailsupport.net.folder import FolderSource
from mailsupport.net.foldersink import FolderSink
from mailsupport.net.imap import ImapSource
from mailsupport.net.imaplogin import ImapAccount
from mailsupport.net.pieces import Pieces
from mailsupport.net.smtp import SmtpSink
from mailsupport.net.smtplogin import SmtpRelay
from mailsupport.ports import MailSink, MailSource, Now, Settling
from mailsupport.settings import Secret
from mailsupport.settings.accounts import MailboxSettings, RelaySettings, SmtpSettings


def imap_account(settings: MailboxSettings) -> ImapAccount:
    """Return how to log in to a mailbox."""
    return ImapAccount(
        host=settings.host,
        user=settings.user,
        password=_revealed(settings.password),
        port=settings.port,
        security=settings.security,
        ca_file=str(settings.ca_file or ""),
        idle=settings.idle,
    )


def smtp_relay(settings: RelaySettings) -> SmtpRelay:
    """Return how to reach a relay."""
    return SmtpRelay(
        host=settings.host,
        port=settings.port,
        security=settings.security,
        user=settings.user,
        password=_revealed(settings.password),
        ca_file=str(settings.ca_file or ""),
        connections=settings.connections,
        timeout=settings.timeout,
        data_timeout=settings.data_timeout,
    )


def source(settings: MailboxSettings, now: Now, pieces: Pieces | None = None) -> MailSource:
    """Return a fresh connection to a mailbox, or its folder of files; `pieces` is what former connections left unfinished."""
    if settings.path is not None:
        return FolderSource(settings.path)
    return ImapSource(imap_account(settings), now, pieces)


def sink(settings: RelaySettings) -> MailSink:
    """Return a relay, or the folder that stands for it."""
    return FolderSink(settings.folder) if settings.folder is not None else SmtpSink(smtp_relay(settings))


def relays(settings: SmtpSettings, first: MailSink | None = None) -> Relays:
    """Return where mails go; `first` takes the place of the first relay."""
    first, second = first or sink(settings), settings.fallback
    if second is None:
        return Relays(first, settings.connections)
    return Relays(first, settings.connections, sink(second), second.connections)


def watched(settings: MailboxSettings, folder: str, role: str) -> Watched:
    """Return how a folder of a mailbox is read; nothing is ever flagged or moved in a Sent folder."""
    return Watched(
        mailbox=settings.name,
        folder=folder,
        role=role,
        settling=settings.settling if role == "inbox" else Settling(),
        first_run=settings.first_run,
        oldest_clock=timedelta(seconds=settings.oldest_clock),
        max_size=settings.max_size,
    )


def _revealed(secret: Secret | None) -> Callable[[], str]:
    """A password is read where it is used, and nowhere else."""
    return secret.reveal if secret is not None else str
