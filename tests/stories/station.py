"""A support desk on real servers: accounts on a Dovecot, a recording relay, and the program started as a person starts it.

Everything is outside this process: settings are a file, the program is `python -m mailsupport`, mails are APPENDed by an IMAP
client and read from the relay. The database is only looked at.
"""

from __future__ import annotations

import email
import email.policy
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path

from sqlalchemy import Select

from mailsupport.store import open_store, review
from servers.dovecot import PASSWORD, Dovecot
from servers.smtp import Received, Relay

ANNA, PM, AM, OPS = "anna@acme.example", "pm@acme.example", "am@acme.example", "ops@acme.example"

SETTINGS = """
operator = "ops@acme.example"
cc_answers = "{cc_answers}"
{top}
[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
[[mailbox]]
name = "support"
address = "{support}"
host = "127.0.0.1"
port = {imap_port}
security = "none"
password_env = "SUPPORT_PASSWORD"
first_run = "all"
staff = {staff}
{support_more}
[[mailbox]]
name = "billing"
address = "{billing}"
host = "localhost"
port = {tls_port}
ca_file = "{ca_file}"
password_env = "SUPPORT_PASSWORD"
first_run = "all"
staff = ["anna@acme.example"]
[customer.known]
match = ["@globex.example", "@hooli.example", "@zorg.example", "@lost.example"]
[contract.standard]
calendar = "24x7"
first_response = "4h"
chain = {chain}
wait = {wait}
"""

_numbers = itertools.count(1)


def now() -> datetime:
    """Return the present."""
    return datetime.now(UTC)


def until(true: Callable[[], object], seconds: float, what: str) -> None:
    """Wait until something is true; the poll is the only way to see another process's file."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"after {seconds} s still not: {what}"
        time.sleep(0.02)


def letter(sender: str, to: str, subject: str, text: str, **headers: str) -> bytes:
    """Return a mail as a client writes it; further fields by name, with _ for -."""
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = (
        headers.pop("Message_ID", "") or f"<letter-{os.getpid()}-{next(_numbers)}@{parseaddr(sender)[1].partition('@')[2]}>"
    )
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def id_of(raw: bytes) -> str:
    """Return a mail's Message-ID."""
    return str(email.message_from_bytes(raw)["Message-ID"])


def reply(person: str, mail: Received, text: str) -> bytes:
    """Return a person's answer to a mail of ours, above its quoted text."""
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    quoted = "\n".join(f"> {line}" for line in (body.get_content() if body else "").splitlines())
    text = f"{text}\n\nOn Monday, {message['From']} wrote:\n{quoted}\n"
    ids = f"{message.get('References', '')} {message['Message-ID']}".strip()
    to = str(message["Reply-To"] or message["From"])
    return letter(person, to, f"Re: {message['Subject']}", text, In_Reply_To=str(message["Message-ID"]), References=ids)


class Running:
    """A daemon that was started."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self.log = process, log

    def ends(self, sent: signal.Signals, seconds: float = 15) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(sent)
        return self.process.wait(seconds)

    def sends(self, sent: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(sent)


class Station:
    """The desk: its folder, its accounts, its servers."""

    def __init__(self, folder: Path, dovecot: Dovecot, relay: Relay, **settings: str) -> None:
        self.folder, self.dovecot, self.relay = folder, dovecot, relay
        mark = f"{os.getpid()}-{next(_numbers)}"
        self.support, self.billing = f"support-{mark}@acme.example", f"billing-{mark}@acme.example"
        self.path = folder / "mailsupport.toml"
        self.database = f"sqlite:///{folder / 'mailsupport.db'}"
        self.more = settings
        self.write_settings()

    def use_database(self, url: str) -> None:
        """Keep everything in that database from now on; the URL's empty password is left out."""
        self.database = url.replace(":@", "@")
        self.write_settings(top=f'[storage]\nurl = "{self.database}"')

    def write_settings(self, **changes: str) -> None:
        """Write the settings file; a change stays."""
        self.more |= changes
        default = {
            "top": "",
            "cc_answers": "trust",
            "support_more": "",
            "staff": f'["{ANNA}"]',
            "chain": f'["{PM}", "{AM}"]',
            "wait": '["0m", "1h"]',
            "smtp_port": str(self.relay.port),
        }
        ports = {"imap_port": self.dovecot.port, "tls_port": self.dovecot.tls_port, "ca_file": self.dovecot.ca_file}
        self.path.write_text(SETTINGS.format(support=self.support, billing=self.billing, **ports, **{**default, **self.more}))
        self.path.chmod(0o600)

    # --- mail ---------------------------------------------------------------------------------------------------------------

    def arrives(self, raw: bytes, ago: timedelta = timedelta(), folder: str = "INBOX", account: str = "") -> bytes:
        """APPEND a mail with an INTERNALDATE so long ago; returns it."""
        with self.dovecot.client(account or self.support) as client:
            if folder != "INBOX" and not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, raw, msg_time=now() - ago)
        return raw

    def lies_in(self, folder: str) -> list[bytes]:
        """Return the Message-IDs in a folder of the support account."""
        with self.dovecot.client(self.support) as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            fetched = client.fetch(client.search(), ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]", "FLAGS"])
        return [next(v for k, v in item.items() if k.startswith(b"BODY")).strip() for item in fetched.values()]

    def mails(self, to: str, about: str = "") -> list[Received]:
        """Return what the relay took for somebody, with some words in it."""
        with self.relay.changed:
            return [m for m in self.relay.mails if to in m.recipients and about.encode() in m.raw]

    def await_mail(self, to: str, about: str, seconds: float = 15) -> Received:
        """Wait until the relay has taken a mail for somebody about something."""
        with self.relay.changed:
            came = self.relay.changed.wait_for(lambda: self.mails(to, about), seconds)
            had = [(m.recipients, m.raw[:400]) for m in self.relay.mails] if not came else []
        assert came, f"no mail about {about!r} for {to}, only {had}"
        return self.mails(to, about)[-1]

    # --- the program --------------------------------------------------------------------------------------------------------

    def command(self, *verbs: str, crash_at: str = "") -> subprocess.CompletedProcess[str]:
        """Run the program to its end."""
        return subprocess.run(self._line(*verbs), env=_environment(crash_at), capture_output=True, text=True, timeout=60)

    def once(self, expected: int = 0) -> str:
        """`run --once`; returns what it said."""
        done = self.command("run", "--once")
        assert done.returncode == expected, f"exit code {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    @contextmanager
    def daemon(self, crash_at: str = "") -> Iterator[Running]:
        """`run`, until the block is left; killed then, if it still runs."""
        log = self.folder / "daemon.log"
        with log.open("ab") as out:
            process = subprocess.Popen(self._line("run"), env=_environment(crash_at), stdout=out, stderr=out)
        try:
            yield Running(process, log)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait(20)

    def _line(self, *verbs: str) -> list[str]:
        return [sys.executable, "-m", "mailsupport", "--config", str(self.path), *verbs]

    # --- the database -------------------------------------------------------------------------------------------------------

    def rows(self, asked: Select[tuple[object, ...]]) -> list[tuple[object, ...]]:
        """Return what the database says."""
        store = open_store(self.database)
        try:
            with store.read() as tx:
                return [tuple(row) for row in tx.execute(asked)]
        finally:
            store.close()

    def audit(self) -> list[str]:
        """Return the promises that are broken in the database."""
        store = open_store(self.database)
        try:
            with store.read() as tx:
                return [line for _, check in review.CHECKS for line in check(tx)]
        finally:
            store.close()


def _environment(crash_at: str) -> dict[str, str]:
    return {**os.environ, "SUPPORT_PASSWORD": PASSWORD, "MAILSUPPORT_CRASH_AT": crash_at}
