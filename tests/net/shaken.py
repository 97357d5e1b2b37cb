"""A mailbox thread at its real work, between a Dovecot that loses nothing and a proxy that may do anything to a connection.

    with Bench(service, template) as bench:
        told = shaken(bench, Stage.LITERAL, "reset", number)

A scenario has an account, a database and a proxy of its own. Three mails lie in the account; the thread (`net.watch`) reads
them with the daemon's own pass (`Box.read`), moves them to "Done", and waits. At one stage one fault happens. What is told
afterwards is what the database and the mailbox hold, and how many passes it took.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from mailsupport.app.service import Learned, Service
from mailsupport.daemon.assembly import Box, assemble
from mailsupport.errors import ServerUnavailable
from mailsupport.mail.worker import Reader
from mailsupport.net.backoff import Backoff
from mailsupport.net.imap import ImapSource
from mailsupport.net.imaplogin import ImapAccount
from mailsupport.net.watch import Watch
from mailsupport.ports import MailSource
from mailsupport.settings import load
from mailsupport.store import mailboxes, mails, open_store
from mailsupport.store.rows import FolderRow
from mailsupport.store.schema import ledger, outbox, ticket
from servers.dovecot import Dovecot
from servers.proxy import COMPLETE, Personality, Privacy, Proxy, between
from stories.world import RecordingSink

POLL = 0.5
RESTS = Backoff(first=0.02, ceiling=0.1)
READ_TIME, PATIENCE = 1.0, 1.4
AT_MOST = 30.0
"""Seconds after which a scenario has failed."""

SETTINGS = """
operator = "ops@acme.example"
[smtp]
folder = "unused"
[[mailbox]]
address = "support@acme.example"
host = "127.0.0.1"
security = "none"
password_command = ["echo", "unused"]
first_run = "all"
after = "{after}"
sent = "{sent}"
staff = ["anna@acme.example"]
[contract.standard]
calendar = "24x7"
first_response = "4h"
chain = ["pm@acme.example"]
"""


def noon() -> datetime:
    return datetime(2026, 11, 20, 12, tzinfo=UTC)


def letter(number: int, size: int = 0) -> bytes:
    """A customer's mail; `size` more bytes of text."""
    head = f"From: Kim <kim{number}@globex.example>\r\nTo: support@acme.example\r\nSubject: Trouble {number}\r\n"
    return (
        head + f"Message-ID: <{number}@globex.example>\r\n\r\nIt is broken.\r\n" + "It really is.\r\n" * (size // 15)
    ).encode()


@dataclass(frozen=True)
class Bench:
    """What scenarios share: the server, a service with warm templates, and an empty database to copy."""

    dovecot: Dovecot
    service: Service
    box: Box
    empty: Path
    folder: Path

    def service_for(self, name: str) -> Service:
        """Return a service with a database of its own."""
        path = self.folder / f"{name}.db"
        shutil.copy(self.empty, path)
        limits = replace(self.service.limits, min_free=0)
        return replace(self.service, store=open_store(f"sqlite:///{path}"), learned=Learned(), limits=limits)

    def with_settings(self, **other: str) -> Box:
        """Return the box with other settings for its mailbox."""
        return replace(self.box, settings=self.box.settings.model_copy(update=other))


@contextmanager
def bench(dovecot: Dovecot, reader: Reader, folder: Path) -> Iterator[Bench]:
    """Prepare what scenarios share."""
    path = folder / "mailsupport.toml"
    path.write_text(SETTINGS.format(after="move:Done", sent="off"))
    path.chmod(0o644)
    made = assemble(load(path), noon, store=open_store(f"sqlite:///{folder / 'shared.db'}"), sink=RecordingSink)
    made.service.reader.close()
    made.service.store.close()
    made.alone.release()
    yield Bench(dovecot, replace(made.service, reader=reader), made.boxes[0], folder / "shared.db", folder)


@dataclass
class Desk:
    """A scenario under way: a watch, what it met, and how far it is."""

    service: Service
    box: Box
    account: ImapAccount
    expected: int
    troubles: list[ServerUnavailable] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    passes: list[tuple[float, float]] = field(default_factory=list)
    """When each complete pass began and ended."""
    passed: threading.Event = field(default_factory=threading.Event)
    complete: threading.Event = field(default_factory=threading.Event)
    settles: bool = True
    """Whether a mail has to be flagged or moved to be complete."""

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Run the mailbox thread."""
        watch = Watch(
            self._source, self._pass, POLL, lambda error, _: self.troubles.append(error), lambda: None, lambda: 0.0,
            threading.Event(), self.errors.append, RESTS, RESTS,
        )  # fmt: skip
        thread = threading.Thread(target=watch.run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            watch.end()
            thread.join(20)
            assert not thread.is_alive(), "the mailbox thread did not end"

    def _source(self) -> MailSource:
        return ImapSource(self.account, noon)

    def _pass(self, source: MailSource) -> None:
        begun = time.monotonic()
        self.box.read(self.service, source)
        self.passes.append((begun, time.monotonic()))
        with self.service.store.read() as tx:
            rows = tx.execute(select(func.count(), func.count(func.nullif(ledger.c.settling, "")))).one()
        if rows[0] >= self.expected and not (rows[1] and self.settles):
            self.complete.set()
        self.passed.set()

    def tickets(self) -> int:
        """How many tickets there are."""
        with self.service.store.read() as tx:
            return int(tx.execute(select(func.count()).select_from(ticket)).scalar_one())

    def folder(self, name: str) -> FolderRow:
        """How far a folder was read."""
        with self.service.store.read() as tx:
            row = mailboxes.folder(tx, self.box.settings.name, name)
        assert row is not None
        return row

    def later(self, hours: int) -> Service:
        """The service, that much later."""
        return replace(self.service, now=lambda: noon() + timedelta(hours=hours))

    def operator_was_told(self) -> list[bytes]:
        """The mails to the operator that wait in the outbox."""
        with self.service.store.read() as tx:
            return list(tx.execute(select(outbox.c.data).where(outbox.c.kind == "operator")).scalars())

    def bodies(self) -> list[bytes]:
        """The bytes of every mail in the ledger, in the order of the UIDs."""
        with self.service.store.read() as tx:
            return [
                mails.raw_of(tx, number) or b"" for number in tx.execute(select(ledger.c.mail).order_by(ledger.c.uid)).scalars()
            ]

    def entries(self) -> list[str]:
        """What the ledger says of each UID."""
        with self.service.store.read() as tx:
            return list(tx.execute(select(ledger.c.state).order_by(ledger.c.uid)).scalars())


@contextmanager
def desk(
    at: Bench, name: str, letters: int, privacy: str = "none", personality: Personality = COMPLETE, box: Box | None = None
) -> Iterator[tuple[Desk, Proxy]]:
    """A desk behind a proxy, and the proxy."""
    service = at.service_for(name)
    with between(at.dovecot.port, Privacy(privacy, at.dovecot.base), personality) as proxy:
        account = ImapAccount(
            "localhost", f"{name}@example.com", lambda: at.dovecot.password, proxy.port, privacy,  # type: ignore[arg-type]  # one of the three words
            at.dovecot.ca_file, connect_timeout=READ_TIME, read_timeout=READ_TIME, patience=PATIENCE,
        )  # fmt: skip
        yield Desk(service, box or at.box, account, letters), proxy
    service.store.close()


def put(at: Bench, name: str, letters: list[bytes]) -> None:
    """Put mails into the account of a scenario."""
    with at.dovecot.client(f"{name}@example.com") as client:
        for raw in letters:
            client.append("INBOX", raw)


def waited_for(condition: Callable[[float], bool], what: str) -> None:
    """Wait for an event; fail with its name when it does not come."""
    assert condition(AT_MOST), f"{what} did not come in {AT_MOST:.0f} s"
