"""`mailsupport quarantine list|show|retry|discard`: mails that could not be read, and what to do with them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailsupport.cli.given import Given, Json, given, now, opened_store
from mailsupport.errors import EXIT_OK, MailsupportError

if TYPE_CHECKING:
    from mailsupport.app.service import Service
    from mailsupport.store.rows import LedgerRow, MailRow

Number = Annotated[int, typer.Argument(metavar="N", help="The mail's number, as `quarantine list` shows it.")]


def list_quarantine(context: typer.Context, as_json: Json = False) -> int:
    """List the mails in quarantine, the oldest first; each has a ticket and a running clock."""
    from mailsupport.cli.screen import show_json, table
    from mailsupport.cli.times import shown
    from mailsupport.store import mailboxes, mails

    with given(context).reading() as tx:
        rows = [(row, mails.mail_row(tx, row.mail) if row.mail is not None else None) for row in mailboxes.quarantined(tx)]
    if as_json:
        show_json([_entry(row, mail) for row, mail in rows])
        return EXIT_OK
    zone = given(context).settings().timezone
    lines = [
        (row.id, mail.ticket if mail else None, shown(row.received_at, zone), row.mailbox, row.folder, row.size, row.reason)
        for row, mail in rows
    ]
    table(("no.", "ticket", "received", "mailbox", "folder", "bytes", "reason"), lines, nothing="the quarantine is empty")
    return EXIT_OK


def show_quarantined(
    context: typer.Context,
    number: Number,
    raw: Annotated[bool, typer.Option("--raw", help="The bytes as they came, and nothing else.")] = False,
    as_json: Json = False,
) -> int:
    """Show a mail of the quarantine: where it came from, why it is there, its header."""
    from mailsupport.cli.screen import say, show_json
    from mailsupport.store import mailboxes, mails

    with given(context).reading() as tx:
        row = mailboxes.ledger_row(tx, number)
        if row is None or row.mail is None:
            raise MailsupportError(
                f"there is no mail {number} in quarantine", "mailsupport quarantine list shows those there are"
            )
        mail, data = mails.mail_row(tx, row.mail), mails.raw_of(tx, row.mail)
    if raw:
        sys.stdout.flush()
        sys.stdout.buffer.write(data or b"")
    elif as_json:
        show_json({**_entry(row, mail), "header": _header(data)})
    else:
        where = f"UID {row.uid} of folder {row.folder}, mailbox {row.mailbox}"
        say(f"mail {row.id}: {row.state}, {row.reason}", f"{where}, {row.size} bytes", "", *_header(data))
    return EXIT_OK


def retry_quarantined(context: typer.Context, number: Number) -> int:
    """Read a mail again; an ignored one gets a ticket."""
    from mailsupport.app.quarantine import retry
    from mailsupport.cli.screen import say

    with service_of(given(context)) as service:
        found = retry(service, number)
    say(f"mail {number}: {found.state}" + (f", ticket {found.ticket}" if found.ticket else ""), found.reason)
    return EXIT_OK


def discard_quarantined(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(metavar="WORDS", help="Why it is nothing; kept with the mail.")] = "not needed",
) -> int:
    """Say that a mail is nothing: its ticket is closed, its bytes are kept."""
    from mailsupport.app.quarantine import discard
    from mailsupport.cli.screen import say

    with service_of(given(context)) as service:
        found = discard(service, number, reason)
    say(f"mail {number} is discarded" + (f", ticket {found.ticket} closed" if found.ticket else ""))
    return EXIT_OK


def _entry(row: LedgerRow, mail: MailRow | None) -> dict[str, Any]:
    from mailsupport.cli.screen import plain

    shown = ("id", "state", "reason", "mailbox", "folder", "uidvalidity", "uid", "received_at", "size")
    return {**{name: plain(getattr(row, name)) for name in shown}, "mail": row.mail, "ticket": mail.ticket if mail else None}


def _header(data: bytes | None) -> list[str]:
    """Return the lines of the header, with whatever could move a terminal's cursor shown as a dot."""
    head = (data or b"").replace(b"\r\n", b"\n").partition(b"\n\n")[0][:16_384]
    text = head.decode("utf-8", "replace")
    return ["".join(c if c.isprintable() or c == "\t" else "·" for c in line) for line in text.split("\n")][:200]


@contextmanager
def service_of(where: Given) -> Iterator[Service]:
    """The tools to decide about a mail, beside a daemon that may be running; nothing is sent from here."""
    from mailsupport.app.selftest import recall
    from mailsupport.app.service import Service
    from mailsupport.mail.render import Templates
    from mailsupport.mail.worker import Reader
    from mailsupport.settings import desk
    from mailsupport.settings.initial import read_keys

    settings = where.settings()
    store, reader = opened_store(settings), Reader()
    try:
        service = Service(
            store=store,
            desk=desk(settings),
            keys=read_keys(settings.storage.key_file),
            templates=Templates(settings.templates.dir),
            reader=reader,
            now=now,
            name=settings.name,
        )
        recall(service)
        yield service
    finally:
        reader.close()
        store.close()
