"""A desk in the middle of its day, and what must be true of it however often the program dies.

`prepare` makes the desk, on SQLite or PostgreSQL: tickets are open, alerted and answered, and then a batch of mails waits that
has every kind of consequence: new tickets (some long overdue), a customer's reply, an answer by token, a mistyped command, a
bounced alert, a bounced answer, an absence notice, a copy of a mail, a stranger's mail, one that cannot be read, a robot's storm,
our own test mail, an answer in Sent that waits for its parent; a second mailbox that was never read; a mail that lost its row, a
folder that the settings name no more. `broken_promises` audits a desk after its restarts against one that never died.
"""

from __future__ import annotations

import email
import json
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from sqlalchemy import Column, Connection, Select, delete, select

from mailsupport.app import selftest
from mailsupport.mail.worker import Reader
from mailsupport.store import Store, mailboxes, open_store, review
from mailsupport.store.rows import FolderRow
from mailsupport.store.schema import chain, clock, hold, ledger, mail, outbox, receipt, recipient, told
from mailsupport.store.schema import ticket as tickets
from servers.postgres import server
from stories.world import SETTINGS, World

CONNECTIONS = 2
BEFORE = "sent-before.json"
"""The Message-IDs of what left while the desk was prepared."""
WAITING = (
    SETTINGS.replace('folder = "unused"', f'folder = "outgoing"\nconnections = {CONNECTIONS}')
    .replace('sent = "off"', 'sent = "Sent"\nafter = "move:Done"')
    .replace("[people.anna]", "{billing}[people.anna]", 1)
    + "[senders]\nstorm = 3\n"
)
BILLING = """[[mailbox]]
name = "billing"
address = "billing@acme.example"
path = "billing"
first_run = "all"
sent = "off"
plus_address = "auto"
staff = ["anna"]
"""
"""A mailbox that the settings name from the batch on."""
ERIKA, HANK, ZED = "erika@globex.example", "hank@hooli.example", "zed@zorg.example"
ANNA, JO, BEN, CLEO = "anna@acme.example", "jo@acme.example", "ben@acme.example", "cleo@acme.example"


@dataclass(frozen=True)
class Desk:
    """A prepared desk: its folder, the time it is there, and its database on PostgreSQL ("" is a file in the folder)."""

    folder: Path
    at: datetime
    url: str = ""

    def copy(self, to: Path) -> Desk:
        """Return the same desk elsewhere, its files as old as they were."""
        shutil.copytree(self.folder, to)
        if not self.url:
            return Desk(to, self.at)
        url = server().create(self.url)
        settings = to / "mailsupport.toml"
        settings.write_text(settings.read_text().replace(_named(self.url), _named(url)))
        return Desk(to, self.at, url)

    def remove(self) -> None:
        """Remove it: there are hundreds."""
        shutil.rmtree(self.folder)
        if self.url:
            server().drop(self.url)

    def store(self) -> Store:
        """Return its database."""
        return open_store(self.url or f"sqlite:///{self.folder / 'mailsupport.db'}")

    def mails(self) -> int:
        """Return how many mails the program has seen in its folders."""
        lists = [self.folder / place / ".mailsupport-uids" for place in ("inbox", "inbox/Sent", "billing")]
        return sum(len(list_.read_text().splitlines()) - 1 for list_ in lists if list_.exists())


def _named(url: str) -> str:
    """Return the URL as settings may name it: without the empty password."""
    return url.replace(":@", "@")


def prepare(folder: Path, reader: Reader, url: str = "") -> Desk:
    """Make the desk, and put the batch into its mailboxes."""
    storage = f'[storage]\nurl = "{_named(url)}"\n' if url else ""
    (folder / "inbox" / "Sent").mkdir(parents=True)
    (folder / "billing").mkdir()
    world = World(folder, reader, WAITING.format(billing="") + storage)
    world.arrives(_unreadable("early"))
    world.writes(ERIKA, "It prints blank pages.", "Printer")
    world.writes(HANK, "The scanner hums.", "Scanner")
    world.writes(ZED, "The fax sings.", "Fax")
    world.works()
    world.passes("1h")
    fax = next(m for m in world.mails(ANNA, "new") if "Fax" in m.subject)
    world.replies(ANNA, fax, "Unplug the fax, please.")
    world.passes("3h5m")
    _batch(world)
    (folder / BEFORE).write_text(json.dumps([m.message["Message-ID"] for m in world.sink.sent]))
    world.assembly.alone.release()
    world.assembly.service.store.close()
    (folder / "mailsupport.toml").write_text(WAITING.format(billing=BILLING) + storage)
    return Desk(folder, world.clock.at, url)


def _batch(world: World) -> None:
    own_test = _own_test(world)
    sent = world.sink.sent
    alert = next(m for m in sent if m.event == "escalated" and "Printer" in m.subject)
    scanner = next(m for m in sent if m.recipients == (ANNA,) and m.event == "new" and "Scanner" in m.subject)
    printer = next(m for m in sent if m.recipients == (JO,) and m.event == "new" and "Printer" in m.subject)
    receipt_of_printer = next(m for m in sent if m.recipients == (ERIKA,))
    answer = next(m for m in sent if m.recipients == (ZED,) and "Unplug" in m.text)
    now = world.clock.at
    world.clock.at = now - timedelta(hours=5)
    for number in range(3):
        world.writes(f"late{number}@globex.example", "Nobody saw this for hours.", f"Overdue {number}")
    world.clock.at = now
    world.writes(ERIKA, "The lamp is out, too.", "Lamp")
    world.replies(ERIKA, receipt_of_printer, "And now it smells.")
    world.replies(ANNA, scanner, "Tighten the screw at its back.")
    world.replies(JO, printer, "/clsoe it is done")
    world.bounces(alert)
    world.bounces(answer)
    world.is_away(BEN, next(m for m in sent if m.event == "escalated" and "Scanner" in m.subject))
    world.writes("stranger@nowhere.example", "Who are you?", "Hello")
    copy = sorted((world.folder / "inbox").glob("*.eml"))[1]
    world.arrives(copy.read_bytes())
    world.arrives(copy.read_bytes(), "billing")
    world.arrives(_unreadable("odd"))
    for number in range(5):
        world.writes("monitor@globex.example", f"Disk {number} is full.", f"Disk {number}")
    world.arrives(own_test)
    parent = world.writes("nina@globex.example", "Does it bite?", "Dog")
    _answered_from_the_mailbox(world, parent)
    with world.assembly.service.store.write() as tx:
        # A server that hid a mail for a while, and a folder of former settings.
        tx.execute(delete(ledger).where(ledger.c.state == "quarantined"))
        mailboxes.start_folder(tx, FolderRow("support", "Old", "sent", 1, 0))


def _unreadable(name: str) -> bytes:
    long = b"X-Long: " + b"a" * 70_000 * 4
    return f"From: {name}@globex.example\r\nSubject: {name}\r\n".encode() + long + b"\r\n\r\nhello\r\n"


def _own_test(world: World) -> bytes:
    """The mail by which a mailbox tests its plus-addresses, as it comes home."""
    service = world.assembly.service
    with service.store.write() as tx:
        selftest._send(service, tx, service.desk.mailboxes["support"], service.now())
    world.works()
    return world.sink.sent[-1].raw


def _answered_from_the_mailbox(world: World, parent: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "support@acme.example", "nina@globex.example", "Re: Dog"
    message["Message-ID"], message["In-Reply-To"] = "<from-the-mailbox@acme.example>", parent
    message["Date"] = format_datetime(world.clock.at)
    message.set_content("Only on Mondays.")
    world.arrives(message.as_bytes(), "inbox/Sent")


# --- what must be true afterwards -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Picture:
    """A desk after its work, without what may differ from run to run: numbers of rows, instants, Message-IDs."""

    lines: Counter[str]


def picture(desk: Desk) -> Picture:
    """Return what came of the desk's work."""
    store = desk.store()
    with store.read() as tx:
        ranks = {column: _ranks(tx, column) for column in (tickets.c.number, mail.c.id)}
        lines = Counter(line for asked in _ASKED for line in _told(tx, asked, ranks))
    store.close()
    return Picture(lines)


def broken_promises(desk: Desk, expected: Picture, deaths: int) -> list[str]:
    """Return what is wrong after `deaths` crashes: nothing lost, nothing twice, nothing beside the outbox."""
    found = picture(desk)
    wrong = [f"missing: {line}" for line in (expected.lines - found.lines)] + [
        f"too much: {line}" for line in (found.lines - expected.lines)
    ]
    store = desk.store()
    with store.read() as tx:
        for name, check in review.CHECKS:
            wrong += [f"{name}: {line}" for line in check(tx)]
        wrong += _lost(tx, desk)
        wrong += _sent_wrongly(tx, desk, deaths)
    store.close()
    return wrong


_KEYED = re.compile(r"(?<=\+p)[^@']+(?=@)|(?<=#\d)-\w\w")
"""What differs from key to key: addresses of our own tests, check characters of a number."""

_ASKED: tuple[Select[tuple[object, ...]], ...] = (
    select(tickets.c.subject, tickets.c.state, tickets.c.requester_email, tickets.c.revision),
    select(mail.c.subject, mail.c.author_email, mail.c.kind, mail.c.visibility, mail.c.ticket),
    select(clock.c.ticket, clock.c.kind, clock.c.cycle, clock.c.state),
    select(chain.c.ticket, chain.c.state, chain.c.step, chain.c.round, chain.c.cycle),
    select(outbox.c.kind, outbox.c.ticket, recipient.c.email, outbox.c.cause_mail).join_from(outbox, recipient),
    select(told.c.kind, told.c.email, told.c.outcome, outbox.c.ticket).join_from(told, outbox),
    select(receipt.c.email, receipt.c.ticket),
    select(hold.c.person, hold.c.purpose, hold.c.state),
    select(ledger.c.uid, ledger.c.state, ledger.c.mail, ledger.c.settling),
)


def _ranks(tx: Connection, column: Column[int]) -> dict[object, object]:
    """Number rows without gaps: on PostgreSQL what was rolled back has used its number up."""
    return {number: rank for rank, number in enumerate(tx.execute(select(column).order_by(column)).scalars(), 1)}


def _told(tx: Connection, asked: Select[tuple[object, ...]], ranks: dict[Column[int], dict[object, object]]) -> list[str]:
    columns = list(asked.selected_columns)
    table = columns[0].table.name  # type: ignore[attr-defined]  # every first column is one of a table
    named = [next((ranks[key.column] for key in column.foreign_keys if key.column in ranks), {}) for column in columns]
    lines = (f"{table} {tuple(n.get(v, v) for n, v in zip(named, row, strict=True))}" for row in tx.execute(asked))
    return [_KEYED.sub("", line) for line in lines]


def _lost(tx: Connection, desk: Desk) -> list[str]:
    """P1: every file that lay in the mailbox has a row, and lies in the folder of what is done."""
    names = [line for line in (desk.folder / "inbox" / ".mailsupport-uids").read_text().splitlines()[1:] if line]
    entered = set(tx.execute(select(ledger.c.uid).where(ledger.c.mailbox == "support", ledger.c.folder != "Sent")).scalars())
    missing = [f"{name} has no row" for uid, name in enumerate(names, 1) if uid not in entered]
    unfinished = tx.execute(select(outbox.c.kind, outbox.c.state).where(outbox.c.state.in_(["queued", "sending"])))
    return missing + [f"a mail ({row.kind}) is still {row.state}" for row in unfinished]


def _sent_wrongly(tx: Connection, desk: Desk, deaths: int) -> list[str]:
    """P3: what left is in the outbox byte for byte; a crash repeats at most what was in flight, and never a receipt."""
    rows = {row.message_id: row for row in tx.execute(select(outbox.c.message_id, outbox.c.kind, outbox.c.data, outbox.c.state))}
    sent = [_sent(file) for file in sorted((desk.folder / "outgoing").glob("*.eml"))]
    times = Counter(message_id for message_id, _ in sent)
    wrong = [f"{message_id} was sent and is not in the outbox" for message_id in times if message_id not in rows]
    wrong += [f"{m} was changed on its way" for m, raw in sent if m in rows and rows[m].data != raw]
    wrong += [
        f"the receipt {m} was sent {n} times" for m, n in times.items() if n > 1 and m in rows and rows[m].kind == "receipt"
    ]
    again = sum(n - 1 for n in times.values())
    if again > deaths * CONNECTIONS:
        wrong.append(f"{again} mails were sent again after {deaths} crashes with {CONNECTIONS} connections")
    before = {i.strip("<> ") for i in json.loads((desk.folder / BEFORE).read_text())}
    gone = {m for m, row in rows.items() if row.state == "done"} - times.keys() - before
    wrong += [f"{m} ({rows[m].kind}) is done and never left" for m in sorted(gone)]
    return wrong


def _sent(file: Path) -> tuple[str, bytes]:
    raw = file.read_bytes()
    return str(email.message_from_bytes(raw)["Message-ID"]).strip("<> "), raw


def again_at(desk: Desk, minutes: int) -> str:
    """Return the time of the run that many minutes later."""
    return (desk.at + timedelta(minutes=minutes)).isoformat()
