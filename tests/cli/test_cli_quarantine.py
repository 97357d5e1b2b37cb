"""`quarantine list|show|retry|discard`: a mail that could not be read is not lost, and not forgotten."""

from __future__ import annotations

import hashlib

import pytest
from desks import Office, as_process

from mailsupport.core.guard import ClockKind
from mailsupport.core.model import Address, Kind
from mailsupport.store import Tx, clocks, mailboxes, mails, tickets
from mailsupport.store.rows import FolderRow
from store.stored import NOON, a_folder, a_mail, a_ticket, an_answer, an_entry, enter

MAIL = (
    b"From: Erika <erika@globex.example>\r\nTo: support@acme.example\r\nSubject: Help \x1b[2J\r\n"
    b"Message-ID: <1@globex.example>\r\nDate: Mon, 02 Mar 2026 12:00:00 +0000\r\n\r\nThe printer burns.\r\n"
)
NOTICE = MAIL.replace(b"Subject:", b"Auto-Submitted: auto-generated\r\nSubject:").replace(b"erika@globex", b"robot@globex")


def a_quarantined(tx: Tx, data: bytes = MAIL) -> int:
    """A mail that could not be read, with its stub ticket and clock; the ledger row's number is 1."""
    ticket = a_ticket(tx, subject="Unreadable mail", requester=Address("", ""))
    clocks.start_clock(tx, ticket, ClockKind.FIRST_RESPONSE, 0, NOON, NOON, "4h")
    mail = a_mail(tx, "x@unreadable.invalid", data=data, ticket=ticket, kind=Kind.UNREADABLE)
    return enter(tx, an_entry(1, mail, state="quarantined", reason="it would not end"))


@pytest.fixture
def stuck(office: Office) -> Office:
    """A desk with one mail in quarantine, which can be read by now."""
    with office.database() as tx:
        mailboxes.start_folder(tx, _inbox())
        a_quarantined(tx)
    return office


def _inbox() -> FolderRow:
    return a_folder(cursor=1)


def test_list_names_reason_and_ticket(stuck: Office) -> None:
    """What it is, why it is there, whose ticket stands for it."""
    (found,) = stuck.does("quarantine", "list", "--json").json

    assert (1, 1, "it would not end") == (found["id"], found["ticket"], found["reason"])


def test_show_prints_the_header_harmlessly(stuck: Office) -> None:
    """A terminal's escape sequence in a header moves no cursor."""
    said = stuck.does("quarantine", "show", "1")

    assert "Subject: Help ·[2J" in said.lines
    assert "\x1b" not in said.out


def test_show_raw_gives_the_bytes(stuck: Office) -> None:
    """Byte for byte, and nothing else."""
    done = as_process("--config", str(stuck.settings), "quarantine", "show", "1", "--raw")

    assert MAIL == done.stdout


def test_retry_makes_a_ticket_of_a_mail_that_can_be_read_now(stuck: Office) -> None:
    """B1: It is decided like any other mail, at the time it came."""
    said = stuck.does("quarantine", "retry", "1")

    assert (0, "mail 1: ticketed, ticket 2") == (said.code, said.lines[0])
    ticket = stuck.does("ticket", "show", "2", "--json").json
    assert ("erika@globex.example", "globex", "2026-03-02T12:00:00Z") == (
        ticket["requester"],
        ticket["customer"],
        ticket["received_at"],
    )


def test_retry_ends_the_stub(stuck: Office) -> None:
    """The stub is closed, its clock cancelled, and the audit has nothing to say."""
    stuck.does("quarantine", "retry", "1")

    stub = stuck.does("ticket", "show", "1", "--json").json
    assert ("closed", ["cancelled"]) == (stub["state"], [clock["state"] for clock in stub["clocks"]])
    assert [] == stuck.does("quarantine", "list", "--json").json
    broken = [one["promise"] for one in stuck.does("audit", "--json").json if one["findings"]]
    assert ["P6 nothing waits unseen"] == broken  # its deadline is of months ago, and no daemon runs here


def test_retry_leaves_a_ticket_that_people_work_on(stuck: Office) -> None:
    """Somebody answered the stub: it is theirs, and nothing changes."""
    with stuck.database() as tx:
        an_answer(tx, 1)

    said = stuck.does("quarantine", "retry", "1")

    assert (1, True) == (said.code, "people work on ticket 1" in said.err)
    assert [1] == [one["number"] for one in stuck.does("ticket", "list", "--json").json]


def test_retry_gives_an_ignored_mail_a_ticket(office: Office) -> None:
    """The operator wants one: it is opened, and the robot that wrote it still gets no receipt (P9)."""
    with office.database() as tx:
        mailboxes.start_folder(tx, _inbox())
        hash_ = hashlib.sha256(NOTICE).hexdigest()
        mail = a_mail(tx, "1@globex.example", data=NOTICE, kind=Kind.AUTOMATIC, content_hash=hash_)
        enter(tx, an_entry(1, mail, state="ignored", reason="a robot's"))

    said = office.does("quarantine", "retry", "1")

    assert (0, "mail 1: ticketed, ticket 1") == (said.code, said.lines[0])
    assert [] == [one for one in office.does("outbox", "list", "--json").json if one["kind"] == "receipt"]
    with office.database() as tx:
        assert [mail] == [row.id for row in mails.mails_of(tx, 1)]


def test_discard_closes_the_ticket_and_keeps_the_bytes(stuck: Office) -> None:
    """Nothing is owed any more; the mail is still there to be looked at."""
    said = stuck.does("quarantine", "discard", "1", "--reason", "spam")

    assert (0, ["mail 1 is discarded, ticket 1 closed"]) == (said.code, said.lines)
    with stuck.database() as tx:
        ticket, row = tickets.ticket(tx, 1), mailboxes.ledger_row(tx, 1)
        assert ticket is not None and row is not None
        assert ("closed", "ignored", "discarded: spam") == (ticket.state, row.state, row.reason)
        assert MAIL == mails.raw_of(tx, 1)


@pytest.mark.parametrize("verb", ["show", "retry", "discard"])
def test_unknown_mail_fails(stuck: Office, verb: str) -> None:
    """Exit code 1, with the verb that lists those there are."""
    said = stuck.does("quarantine", verb, "99")

    assert (1, True) == (said.code, "mailsupport quarantine list" in said.err)
