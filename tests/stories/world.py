"""A desk with people around it: customers who write, staff and contacts who reply, a clock that only the story moves.

Everything is the real program (settings file, folder mailbox, worker process, database, templates) but for three ends:
mails arrive as files, leave into a list, and time passes when the story says so. `passes` stops at every instant at which
the program itself would wake, as the daemon does.
"""

from __future__ import annotations

import asyncio
import atexit
import email
import email.policy
import itertools
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache, cached_property
from pathlib import Path

from sqlalchemy import select
from structlog.testing import capture_logs

from mailsupport.app import deliver, sweep
from mailsupport.daemon.assembly import Assembly, assemble
from mailsupport.mail.render import Templates
from mailsupport.mail.worker import Reader
from mailsupport.ports import Handover, Outcome, Phase, RecipientResult
from mailsupport.settings import load
from mailsupport.settings.durations import duration
from mailsupport.store import Store, open_store, outbox

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

SETTINGS = """
operator = "ops@acme.example"
name = "Acme Support"
ack_guard = "10s"
[smtp]
folder = "unused"
[[mailbox]]
address = "support@acme.example"
path = "inbox"
first_run = "all"
sent = "off"
plus_address = "on"
staff = ["anna", "jo"]
[people.anna]
name = "Anna Berg"
email = ["anna@acme.example"]
[people.jo]
name = "Jo Lind"
email = ["jo@acme.example"]
[people.ben]
name = "Ben Ito"
email = ["ben@acme.example"]
[people.cleo]
name = "Cleo Roy"
email = ["cleo@acme.example"]
[people.dov]
name = "Dov Hart"
email = ["dov@acme.example"]
[customer.globex]
name = "Globex GmbH"
match = ["@globex.example"]
project_manager = "ben"
account_manager = "cleo"
commercial_director = "dov"
[contract.standard]
calendar = "24x7"
first_response = "4h"
chain = ["project_manager", "account_manager", "commercial_director"]
wait = ["0m", "30m", "30m"]
[people.fallback]
name = "Fallback"
email = ["fallback@acme.example"]
roles = ["project_manager", "account_manager", "commercial_director"]
"""


_LOOP = asyncio.Runner()
"""One loop for every story: making one takes longer than most of what runs in it."""

HOUSE = "@acme.example"
SECRETS = (
    *("anna@", "jo@", "ben@", "cleo@", "dov@", "fallback@", "ops@"),
    *("canary", "[ref:", *(f"support+{purpose}" for purpose in "tnapkd"), *(f"<ms.{purpose}" for purpose in "tnapkd")),
    *(f"x-mailsupport-{field}:" for field in ("ticket", "event", "priority", "customer", "due")),
    *("your reply to this mail", "ihre antwort auf diese mail", "in their own words", "mit eigenen worten"),
    *("<!--", "<script", "javascript:", "display:none", "display: none", 'src="http', "onclick", "url("),
)
"""What no mail to a customer may hold: an address or token of ours, our notice, what is hidden, loads or acts. Stories that
write a note, or hide something, put the word canary into it."""


HELD = timedelta(seconds=5)
"""The program looks again after a while at what is due and held back; here, after this long."""

LOOKS = 100
"""So often it may look at what was due at one instant; waiting for mail to be read, five minutes, takes sixty."""


@dataclass
class StoryClock:
    """The time of the story; it stands still until somebody moves it."""

    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Sent:
    """A mail that left: its envelope and what a person would see."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """What it is when it is read; most mails of a long story never are."""
        message = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        return part.get_content() if part is not None else ""

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        return part.get_content() if part is not None else ""

    @property
    def everything(self) -> str:
        """All that a curious reader can find in it, lower case: bytes, decoded headers, names and contents of parts."""
        found = [self.raw.decode("ascii", "replace"), *(f"{name}: {value}" for name, value in self.message.items())]
        for part in self.message.walk():
            found += [str(part.get_filename()), str(part.get_boundary()), str(part["Content-ID"])]
            if not part.is_multipart():
                data = part.get_payload(decode=True)
                found.append(data.decode("utf-8", "replace") if isinstance(data, bytes) else "")
        return "\n".join(found).lower()

    def header(self, name: str) -> str:
        """A plain header field of ours, without reading the mail; "" where it has none."""
        found = re.search(rf"^{name}: (.*?)\r?$", self.raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace"), re.MULTILINE)
        return found[1] if found else ""

    @property
    def event(self) -> str:
        return self.header("X-Mailsupport-Event")


@dataclass
class RecordingSink:
    """A relay in memory: accepts, unless the story told it what to say to somebody."""

    sent: list[Sent] = field(default_factory=list)
    answers: dict[str, tuple[Outcome, int, str]] = field(default_factory=dict)

    async def send(self, sender: str, recipients: Sequence[str], raw: bytes) -> Handover:
        results = tuple(self._result(address) for address in recipients)
        if any(result.outcome is Outcome.ACCEPTED for result in results):
            self.sent.append(Sent(sender, tuple(recipients), raw))
        return Handover(Phase.DONE, "rcpt", results)

    async def close(self) -> None:
        """Nothing is open."""

    def _result(self, address: str) -> RecipientResult:
        outcome, code, reply = self.answers.get(address, (Outcome.ACCEPTED, 250, "ok"))
        return RecipientResult(address, outcome, code, reply)


@cache
def _migrated() -> Path:
    """An empty database with its tables: making them takes longer than most stories."""
    path = Path(tempfile.mkdtemp()) / "mailsupport.db"
    atexit.register(shutil.rmtree, path.parent)
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    with store.read() as tx:
        tx.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return path


_TEMPLATES = Templates()
"""The shipped templates, compiled once for every story."""


class World:
    """The desk and its time. `store` and `reader` may be shared between stories."""

    def __init__(self, folder: Path, reader: Reader, settings: str = SETTINGS, store: Store | None = None) -> None:
        self.folder, self.clock, self.sink, self.second = folder, StoryClock(), RecordingSink(), RecordingSink()
        self.looks = LOOKS
        self._numbers = itertools.count(1)
        self._read = 0
        for name in re.findall(r'^(?:path|dir) = "(.+)"$', settings, re.MULTILINE):
            (folder / name).mkdir(parents=True, exist_ok=True)
        path = folder / "mailsupport.toml"
        path.write_text(settings)
        path.chmod(0o644)
        if store is None and "[storage]" not in settings:
            shutil.copy(_migrated(), folder / "mailsupport.db")
        self._reader = reader
        self.assembly: Assembly = self._assemble(store)

    def _assemble(self, store: Store | None) -> Assembly:
        made = assemble(load(self.folder / "mailsupport.toml"), self.clock, store=store, sink=lambda: self.sink)
        made.service.reader.close()
        object.__setattr__(made.service, "reader", self._reader)
        if made.settings.templates.dir is None:
            object.__setattr__(made.service, "templates", _TEMPLATES)
        return made

    # --- people ---------------------------------------------------------------------------------------------------------

    def writes(
        self,
        sender: str,
        text: str,
        subject: str = "Printer on floor 3",
        *,
        to: str = "support@acme.example",
        name: str = "",
        reply_to: Sent | None = None,
        folder: str = "inbox",
        headers: dict[str, str] | None = None,
        cc: str = "",
        attachments: Sequence[tuple[str, bytes]] = (),
    ) -> str:
        """Somebody writes a mail, which arrives now; returns its Message-ID."""
        message = EmailMessage()
        local, _, domain = sender.partition("@")
        message["From"] = Address(name, local, domain)
        message["To"] = to
        if cc:
            message["Cc"] = cc
        message["Subject"] = subject
        message["Date"] = format_datetime(self.clock.at)
        message_id = f"<story-{next(self._numbers)}@{domain}>"
        message["Message-ID"] = message_id
        if reply_to is not None:
            original = str(reply_to.message["Message-ID"])
            message["In-Reply-To"] = original
            message["References"] = f"{reply_to.message.get('References', '')} {original}".strip()
        for header, value in (headers or {}).items():
            message[header] = value
        message.set_content(text)
        for filename, data in attachments:
            message.add_attachment(data, maintype="application", subtype="octet-stream", filename=filename)
        self.arrives(message.as_bytes(), folder)
        return message_id

    def replies(self, person: str, mail: Sent, text: str, **more: object) -> str:
        """Somebody answers a mail of ours as a client would: above the quoted original."""
        quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
        body = f"{text}\n\nOn Mon, 23 Nov 2026 at 10:00, {mail.message['From']} wrote:\n{quoted}\n"
        to = str(mail.message["Reply-To"] or mail.message["From"])
        subject = mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}"
        return self.writes(person, body, subject, to=to, reply_to=mail, **more)  # type: ignore[arg-type]

    def bounces(self, mail: Sent, status: str = "5.1.1", whose: str = "") -> None:
        """A mail system reports that a mail of ours could not be delivered (RFC 3464)."""
        address = whose or mail.recipients[0]
        action = "delayed" if status.startswith("4") else "failed"
        report = EmailMessage()
        report["From"] = "MAILER-DAEMON@mx.example"
        report["To"] = mail.sender
        report["Return-Path"] = "<>"
        report["Subject"] = "Undelivered Mail Returned to Sender"
        report["Auto-Submitted"] = "auto-replied"
        report["Message-ID"] = f"<bounce-{next(self._numbers)}@mx.example>"
        report.set_content(f"<{address}>: that did not work ({status})")
        report.make_mixed()
        report.add_attachment(_returned(mail.raw), subtype="rfc822-headers", cte="8bit")
        fields = (f"Final-Recipient: rfc822; {address}", f"Action: {action}", f"Status: {status}", "")
        report.add_attachment(
            "\r\n".join(("Reporting-MTA: dns; mx.example", "", *fields)), subtype="x-delivery-status", cte="8bit"
        )
        raw = report.as_bytes().replace(b"multipart/mixed", b'multipart/report; report-type="delivery-status"')
        raw = raw.replace(b"text/x-delivery-status", b"message/delivery-status")
        self.arrives(raw)

    def is_away(self, person: str, mail: Sent) -> None:
        """A machine answers a mail of ours: its reader is out of office (RFC 3834)."""
        more = {"Auto-Submitted": "auto-replied"}
        subject, to = f"Out of office: {mail.subject}", mail.sender or str(mail.message["Reply-To"])
        self.writes(person, "I am back on Monday.", subject, to=to, reply_to=mail, headers=more)

    def arrives(self, raw: bytes, folder: str = "inbox") -> None:
        """Bytes arrive in a folder now."""
        place = self.folder / folder
        place.mkdir(exist_ok=True)
        file = place / f"{next(self._numbers):06d}.eml"
        file.write_bytes(raw)
        os.utime(file, (self.clock.at.timestamp(), self.clock.at.timestamp()))

    # --- time -----------------------------------------------------------------------------------------------------------

    def works(self) -> None:
        """The program does what is to be done at this instant."""
        service = self.assembly.service
        for _ in range(50):
            self.reads()
            swept = sweep.sweep(service)
            tried = _LOOP.run(deliver.deliver(service, self._relays()))
            if not (swept.fired or swept.lapsed or tried):
                return
        raise AssertionError("the program does not come to rest")

    def reads(self) -> None:
        """The program looks into its mailboxes."""
        for box in self.assembly.boxes:
            source = box.source()
            box.read(self.assembly.service, source)
            source.close()

    def passes(self, span: str) -> None:
        """Time passes; the program wakes whenever it would. What is never done with fails the story after so many `looks`."""
        end = self.clock.at + timedelta(seconds=duration(span))
        self.works()
        due, looks = None, 0
        while self.clock.at < end and (wake := self._next_wake()) is not None and wake <= end:
            due, looks = wake, looks + 1 if wake == due else 1
            if looks > self.looks:
                raise AssertionError(f"what is due at {due:%d %b %H:%M:%S} is never done with; {self._last_error()}")
            self.clock.at = wake if wake > self.clock.at else min(self.clock.at + HELD, end)
            self.works()
        self.clock.at = end
        self.works()

    def _last_error(self) -> str:
        """What the program says of it when it looks once more."""
        with capture_logs() as said:
            self.works()
        errors = [one for one in said if one["log_level"] in ("error", "critical")]
        return f"the last error is {errors[-1]}" if errors else "no error is told"

    def _relays(self) -> deliver.Relays:
        """One mail at a time, so that a story reads the same each time."""
        second = self.second if self.assembly.settings.smtp.fallback else None
        return deliver.Relays(self.sink, 1, second, 1)

    def _next_wake(self) -> datetime | None:
        service = self.assembly.service
        with service.store.read() as tx:
            ready = outbox.next_ready(tx)
        return min(filter(None, (sweep.next_due(service), ready)), default=None)

    # --- what left ------------------------------------------------------------------------------------------------------

    def mails(self, to: str = "", kind: str = "") -> list[Sent]:
        """Every mail so far to an address, or with an event."""
        return [m for m in self.sink.sent if (not to or to in m.recipients) and (not kind or m.event == kind)]

    def expect_mail(self, to: str, event: str = "") -> Sent:
        """The newest mail to somebody that the story has not looked at yet."""
        found = [m for m in self.sink.sent[self._read :] if to in m.recipients and (not event or m.event == event)]
        assert found, f"no new mail to {to}; new are {[(m.recipients, m.subject) for m in self.sink.sent[self._read :]]}"
        return found[-1]

    def leaks(self) -> list[str]:
        """What of ours shows in mails that left the house (P7): an address of staff, a note, an internal token or marker."""
        return [
            f"{secret!r} in the mail “{mail.subject}” to {mail.recipients}"
            for mail in self.sink.sent
            if any(not address.endswith(HOUSE) for address in mail.recipients)
            for everything in [mail.everything]
            for secret in SECRETS
            if _shows(secret, everything)
        ]

    def nothing_new(self) -> None:
        """From here on, only later mails are new."""
        self._read = len(self.sink.sent)

    def expect_no_mail(self, to: str = "") -> None:
        """Nobody (or not that one) was written to since the story last looked."""
        found = [(m.recipients, m.subject) for m in self.sink.sent[self._read :] if not to or to in m.recipients]
        assert not found, found


def rows(desk: World, *columns: object) -> list[tuple[object, ...]]:
    """What the database says, in the order of its rows."""
    first = next(iter(columns[0].table.primary_key))  # type: ignore[attr-defined]  # any column has a table
    with desk.assembly.service.store.read() as tx:
        return [tuple(row) for row in tx.execute(select(*columns).order_by(first))]  # type: ignore[call-overload]  # any columns


def _shows(secret: str, text: str) -> bool:
    """Whether a secret stands in a text by itself: a customer's token may end in the letters of a name."""
    return re.search(rf"(?<![a-z0-9.+_-]){re.escape(secret)}", text) is not None


def _returned(raw: bytes) -> str:
    """The header of a mail as a report returns it."""
    return raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace") + "\r\n"
