"""Can the servers be used? What `mailsupport check` asks of each mailbox and of each relay.

In: settings with their passwords. Out: findings. A mailbox is opened for reading only, and nothing in it changes; at the relay we
log in and go.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from mailsupport.cli.findings import FAILED, OK, WARNING, Finding, failed
from mailsupport.cli.given import now
from mailsupport.daemon import adapters
from mailsupport.errors import EXIT_UNAVAILABLE, MailsupportError, ServerUnavailable
from mailsupport.net.imap import ImapSource
from mailsupport.net.smtp import probe
from mailsupport.ports import MailSource
from mailsupport.settings import Settings
from mailsupport.settings.accounts import MailboxSettings, RelaySettings


def server_findings(settings: Settings) -> Iterator[Finding]:
    """Yield how each mailbox and each relay stands."""
    for mailbox in settings.mailbox:
        yield from _mailbox(mailbox)
    yield from _relay("relay", settings.smtp)
    if settings.smtp.fallback is not None:
        yield from _relay("second relay", settings.smtp.fallback)


def _mailbox(settings: MailboxSettings) -> Iterator[Finding]:
    area, source = f"mailbox {settings.name}", adapters.source(settings, now)
    try:
        if isinstance(source, ImapSource):
            yield from _account(area, source, settings)
        yield from _folders(area, source, settings)
    except MailsupportError as error:
        yield failed(area, error)
    finally:
        source.close()


def _account(area: str, source: ImapSource, settings: MailboxSettings) -> Iterator[Finding]:
    offers = source.capabilities()
    known = [name for name in ("IDLE", "MOVE", "UIDPLUS") if name in offers]
    yield Finding(
        area, OK, f"login accepted: {settings.user} at {settings.host}:{settings.port}; offers {', '.join(known) or 'none'}"
    )
    if settings.idle and "IDLE" not in offers:
        yield Finding(area, OK, f"the server offers no IDLE: the mailbox is read every {settings.poll_every} seconds")
    target = settings.settling.move_to
    if target and not {"MOVE", "UIDPLUS"} & offers:
        what = "the server offers neither MOVE nor UIDPLUS, so mails cannot be moved safely"
        yield Finding(area, FAILED, what, 'set after = "leave" or "keyword"', EXIT_UNAVAILABLE)
    if target and target not in {folder.name for folder in source.folders()}:
        yield Finding(
            area, WARNING, f"there is no folder {target!r} to move mails to", "it is made with the first mail; check the name"
        )


def _folders(area: str, source: MailSource, settings: MailboxSettings) -> Iterator[Finding]:
    sent = source.sent_folder() if settings.sent == "auto" else "" if settings.sent == "off" else settings.sent
    for folder in filter(None, (settings.folder, sent)):
        try:
            yield Finding(area, OK, f"folder {folder}: {source.open(folder).count} mails")
        except ServerUnavailable as error:
            yield failed(area, error)
    if settings.sent == "auto" and not sent:
        yield Finding(area, OK, "there is no Sent folder yet; it is looked for at every pass")
    if settings.sent == "off":
        what = "the Sent folder is not read: an answer sent straight from the mailbox stops no alert"
        yield Finding(area, WARNING, what, 'set sent = "auto", if staff ever answer from there')


def _relay(area: str, settings: RelaySettings) -> Iterator[Finding]:
    if settings.folder is not None:
        yield _folder_sink(area, settings.folder)
        return
    try:
        facts = asyncio.run(probe(adapters.smtp_relay(settings)))
    except MailsupportError as error:
        yield failed(area, error)
        return
    yield from (Finding(area, OK, fact) for fact in facts)


def _folder_sink(area: str, folder: Path) -> Finding:
    place = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not (place.is_dir() and os.access(place, os.W_OK)):
        return Finding(area, FAILED, f"{folder} cannot be written", "let the user that runs mailsupport write there")
    return Finding(area, OK, f"nothing is sent: mails are written into {folder}")
