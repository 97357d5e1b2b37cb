"""Everything that runs, made out of the settings: the service, the boxes to watch, the sink. Nothing is started here."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from mailsupport.app import selftest
from mailsupport.app.deliver import Relays
from mailsupport.app.pace import Pace
from mailsupport.app.reconcile import reconcile
from mailsupport.app.service import Limits, Service
from mailsupport.app.tenure import Tenure
from mailsupport.app.watched import Watched
from mailsupport.core.desk import Desk
from mailsupport.daemon import adapters, reading
from mailsupport.daemon.clock import utc_now
from mailsupport.mail.commandwords import command_words, customer_words
from mailsupport.mail.render import Templates
from mailsupport.mail.sayings import read_sayings
from mailsupport.mail.worker import Reader
from mailsupport.net.pieces import Pieces
from mailsupport.ports import MailSink, MailSource, Now
from mailsupport.settings import Settings, desk
from mailsupport.settings.accounts import MailboxSettings
from mailsupport.settings.initial import new_key, read_keys
from mailsupport.store import Store, open_store
from mailsupport.store.alone import Alone, hold_alone


@dataclass(frozen=True, slots=True)
class Box:
    """One mailbox: where it is read from, and its folders."""

    settings: MailboxSettings
    now: Now
    pieces: Pieces = field(default_factory=Pieces)

    def source(self) -> MailSource:
        """Return a fresh source."""
        return adapters.source(self.settings, self.now, self.pieces)

    def read(self, service: Service, source: MailSource) -> int:
        """Read what is new, the Sent folder first, so that the inbox is open when waiting begins; return how many mails came."""
        return reading.read(service, source, self.folders(source))

    def compare(self, service: Service, names: Collection[str]) -> None:
        """Compare those folders with the ledger, through a connection of its own. Raises ServerUnavailable."""
        source = self.source()
        try:
            for folder in reversed(self.folders(source)):
                if folder.folder in names:
                    reconcile(service, source, folder)
        finally:
            source.close()

    def folders(self, source: MailSource) -> list[Watched]:
        """Return the folders to read, in their order."""
        sent = {"off": "", "auto": ""}.get(self.settings.sent, self.settings.sent)
        if self.settings.sent == "auto":
            sent = source.sent_folder()
        inbox = adapters.watched(self.settings, self.settings.folder, "inbox")
        return [adapters.watched(self.settings, sent, "sent"), inbox] if sent and sent != self.settings.folder else [inbox]


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of a running program."""

    settings: Settings
    service: Service
    boxes: tuple[Box, ...]
    relays: Relays
    alone: Alone

    def close(self) -> None:
        """Let go of worker, lock and database."""
        self.service.reader.close()
        self.alone.release()
        self.service.store.close()


def holder() -> str:
    """Return who we are, in words for a lock."""
    return f"mailsupport on {socket.gethostname()}, process {os.getpid()}"


def tenure() -> Tenure:
    """Return who we are for other daemons: a name of our own, for hosts and process numbers come again."""
    host, pid = socket.gethostname(), os.getpid()
    return Tenure(f"{host}/{pid}/{secrets.token_hex(4)}", host, pid, _place(), _ended)


def _place() -> str:
    """Return what tells this running system, and its view of processes, from every other; "" where the system does not say."""
    try:
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _ended(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def assemble(
    settings: Settings, now: Now = utc_now, *, store: Store | None = None, sink: Callable[[], MailSink] | None = None
) -> Assembly:
    """Open the database for us alone and make the parts. Raises TryAgain, StorageError, SettingsError."""
    password = settings.storage.password
    store = store or open_store(settings.storage.url, password.reveal() if password else "")
    alone = hold_alone(store, holder())
    try:
        store.migrate()
        service = Service(
            store=store,
            desk=_desk(settings),
            keys=keys_of(settings.storage.key_file),
            templates=Templates(settings.templates.dir),
            reader=Reader(),
            now=now,
            name=settings.name or settings.mailbox[0].address.rpartition("@")[2],
            limits=Limits(min_free=settings.storage.min_free),
            tenure=tenure(),
            pace=Pace(settings.smtp.rate, settings.smtp.domain_rate),
            second_after=_second_after(settings),
        )
        selftest.recall(service)
    except BaseException:
        alone.release()
        raise
    boxes = tuple(Box(mailbox, now) for mailbox in settings.mailbox)
    return Assembly(settings, service, boxes, adapters.relays(settings.smtp, sink() if sink else None), alone)


def reassemble(before: Assembly, settings: Settings) -> Assembly:
    """Return the parts under new settings; database, worker and lock stay the same."""
    service = replace(
        before.service,
        desk=_desk(settings),
        keys=keys_of(settings.storage.key_file),
        templates=Templates(settings.templates.dir),
        name=settings.name or settings.mailbox[0].address.rpartition("@")[2],
        limits=Limits(min_free=settings.storage.min_free),
        pace=before.service.pace.at(settings.smtp.rate, settings.smtp.domain_rate),
        second_after=_second_after(settings),
    )
    boxes = tuple(Box(mailbox, before.service.now) for mailbox in settings.mailbox)
    return replace(before, settings=settings, service=service, boxes=boxes, relays=adapters.relays(settings.smtp))


def _second_after(settings: Settings) -> timedelta | None:
    second = settings.smtp.fallback
    return timedelta(seconds=second.after) if second is not None else None


def _desk(settings: Settings) -> Desk:
    """The desk of the settings, with the words that every language folder brings for commands and for customers."""
    site = settings.templates.dir
    sayings = read_sayings(site)
    urgent = customer_words(site) | {" ".join(phrase) for phrase in sayings.of("urgent")}
    return replace(desk(settings), command_words=command_words(site), customer_words=urgent, sayings=sayings)


def keys_of(path: Path) -> tuple[bytes, ...]:
    """Return the keys that sign our tokens; the first run makes the file, readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new_key() + "\n")
    return read_keys(path)
