"""What comes in: every mail has its row, its ticket and its time, whatever stands in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailsupport.store import mailboxes
from mailsupport.store.schema import clock, ledger, mail, raw, ticket
from stories.world import MONDAY, SETTINGS, World, rows

ERIKA, ANNA, BEN, OPS = "erika@globex.example", "anna@acme.example", "ben@acme.example", "ops@acme.example"
CORPUS = Path(__file__).parents[1] / "corpus" / "reading"


def takes_in(desk: World) -> None:
    """The program reads its mailboxes, and sends nothing."""
    for box in desk.assembly.boxes:
        source = box.source()
        box.read(desk.assembly.service, source)
        source.close()


# --- one mail, one row, its own time ------------------------------------------------------------------------------------


def test_a_mail_without_an_id_is_known_again(desk: World) -> None:
    """A6: its id is made of its content, so the same bytes are the same mail."""
    bytes_ = b"From: erika@globex.example\r\nTo: support@acme.example\r\nSubject: Printer\r\n\r\nIt prints blank pages.\r\n"
    desk.arrives(bytes_)
    desk.arrives(bytes_)
    desk.works()

    assert len(rows(desk, ticket.c.number)) == 1
    [(made,)] = rows(desk, mail.c.message_id)
    assert str(made).endswith("@no-message-id.invalid")


@pytest.mark.parametrize("date", ["Mon, 01 Jan 2035 10:00:00 +0000", "Fri, 01 Jan 1999 10:00:00 +0000", "yesterday"])
def test_the_clock_starts_when_the_server_had_the_mail(desk: World, date: str) -> None:
    """A7: whatever the sender's own clock says."""
    desk.arrives(f"From: {ERIKA}\r\nTo: support@acme.example\r\nDate: {date}\r\n\r\nIt prints.\r\n".encode())
    desk.clock.at += timedelta(hours=2)
    desk.works()

    assert rows(desk, clock.c.started_at) == [(MONDAY,)]


def test_after_weeks_of_silence_the_oldest_mail_comes_first(desk: World) -> None:
    """A7: everything is taken in, in its order, and counts from its own time."""
    days = [MONDAY - timedelta(days=ago) for ago in (28, 14, 1)]
    for day in days:
        desk.clock.at = day
        desk.writes(ERIKA, "It prints blank pages.")
    desk.clock.at = MONDAY
    desk.works()

    assert rows(desk, clock.c.kind, clock.c.started_at)[:3] == [("first_response", day) for day in days]


def test_of_five_hundred_mails_none_is_skipped(desk: World) -> None:
    """A11: one of them cannot be read; 499 are tickets, and that one has a stub with its clock."""
    for number in range(500):
        if number == 250:
            desk.arrives(b"From: odd@globex.example\r\nX-Long: " + b"a" * 300_000 + b"\r\n\r\nhello\r\n")
        else:
            desk.writes(f"someone{number}@globex.example", "It prints blank pages.")
    takes_in(desk)

    states = [state for (state,) in rows(desk, ledger.c.state)]
    assert (states.count("ticketed"), states.count("quarantined")) == (499, 1)
    assert len(rows(desk, clock.c.id)) == 500


def test_bytes_are_kept_before_they_are_understood(desk: World) -> None:
    """A3: exactly as they came, in the transaction of their ledger row, also of a mail that opens nothing."""
    desk.writes("news@shop.example", "Offers.", headers={"List-Id": "<offers.shop.example>"})
    [file] = (desk.folder / "inbox").glob("*.eml")
    takes_in(desk)

    with desk.assembly.service.store.read() as tx:
        from mailsupport.store import mails

        assert mails.raw_of(tx, 1) == file.read_bytes()
    assert rows(desk, raw.c.mail) == [(1,)]


def test_a_mail_that_kills_the_reader_again_and_again_is_parked(desk: World) -> None:
    """B1: after the last attempt it is quarantined unread, with a ticket and a clock; the operator hears once, others flow."""
    desk.works()
    desk.writes(ERIKA, "A mail that ends the program.")
    [file] = (desk.folder / "inbox").glob("*.eml")
    with desk.assembly.service.store.write() as tx:
        [row] = mailboxes.folders(tx)
        for _ in range(5):
            mailboxes.begin_window(tx, row.mailbox, row.name, int(file.stem))
    desk.works()
    desk.writes(ERIKA, "The next one.", "Next")
    desk.works()

    assert rows(desk, ledger.c.state) == [("quarantined",), ("ticketed",)]
    assert rows(desk, clock.c.state) == [("running",), ("running",)]
    assert len(desk.mails(OPS)) == 1


@pytest.mark.parametrize("name", ["pgp-encrypted", "smime-encrypted"])
def test_an_encrypted_mail_has_a_ticket_and_says_what_it_is(desk: World, name: str) -> None:
    """F4: never lost; staff see that it is encrypted, and get it as it came."""
    desk.arrives((CORPUS / f"{name}.eml").read_bytes())
    desk.works()

    assert rows(desk, clock.c.state) == [("running",)]
    assert "[encrypted mail" in desk.expect_mail(ANNA).text


# --- robots ---------------------------------------------------------------------------------------------------------------


def test_a_robots_answer_changes_nothing_on_its_ticket(desk: World) -> None:
    """D2: kept there, it stops no clock, opens no closed ticket, and nobody is told or answered."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.nothing_new()
    desk.is_away(ERIKA, desk.mails(ERIKA)[0])
    desk.works()
    assert rows(desk, ticket.c.state) == [("new",)] and rows(desk, clock.c.state) == [("running",)]
    desk.expect_no_mail()
    desk.replies(ANNA, desk.mails(ANNA)[0], "/close The belt is new.")
    desk.works()
    desk.nothing_new()
    desk.is_away(ERIKA, desk.mails(ERIKA)[0])
    desk.works()

    desk.expect_no_mail()
    assert rows(desk, ticket.c.state) == [("closed",)]
    assert rows(desk, mail.c.ticket) == [(1,)] * 4


def test_two_desks_wired_to_each_other_fall_silent(desk_with: Callable[[str], World]) -> None:
    """D4: one receipt, and the other desk knows it for a robot's."""
    ours, theirs = desk_with(SETTINGS), desk_with(SETTINGS.replace("acme.example", "initech.example"))
    ours.writes("support@initech.example", "It prints blank pages.")
    for _ in range(5):
        for desk, other in ((ours, theirs), (theirs, ours)):
            seen = len(desk.sink.sent)
            desk.passes("1m")
            for sent in desk.sink.sent[seen:]:
                if any(address.startswith("support@") for address in sent.recipients):
                    other.arrives(sent.raw)

    assert len(ours.mails("support@initech.example")) == 1
    assert theirs.sink.sent == []


def test_a_report_without_any_id_of_ours_is_known_by_where_it_came_back_to(desk: World) -> None:
    """D6: the token in the envelope sender names mail and recipient: the answer counts no more, staff are told."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please check the transfer belt.")
    desk.works()
    sent = desk.expect_mail(ERIKA)
    desk.bounces(replace(sent, raw=b"Subject: Re: Printer\r\n\r\n"))
    desk.works()

    assert rows(desk, clock.c.state) == [("cancelled",), ("running",)]
    assert desk.expect_mail(ANNA, "undelivered")


def test_a_code_sent_to_us_never_leaves_the_house(desk: World) -> None:
    """D2, attack 1: somebody registers elsewhere with our address; what is sent to it reaches staff alone."""
    desk.writes("no-reply@service.example", "Your code is 123456.", "123456 is your code", cc="eve@evil.example")
    desk.writes("eve@evil.example", "What did they send?", "Re: 123456 is your code")
    desk.passes("1h")

    outside = [m for m in desk.sink.sent if any(not address.endswith("@acme.example") for address in m.recipients)]
    assert [m for m in outside if b"123456" in m.raw] == []


def test_a_bounce_opens_no_ticket(desk: World) -> None:
    """D7: of an alert it belongs to the alert's ticket; of a mail that is not ours, to nothing."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    desk.bounces(desk.expect_mail(BEN, "escalated"))
    report = next(file for file in (desk.folder / "inbox").glob("*.eml") if b"MAILER-DAEMON" in file.read_bytes()).read_bytes()
    desk.arrives(report.replace(b"Message-ID: <ms.", b"Message-ID: <no.").replace(b"X-Mailsupport-Id: <ms.", b"X-Other: <no."))
    desk.works()

    assert rows(desk, ticket.c.number) == [(1,)]


# --- several mailboxes -----------------------------------------------------------------------------------------------------


def test_a_reply_to_another_of_our_addresses_joins_its_ticket(desk_with: Callable[[str], World]) -> None:
    """C10: a ticket is found by what the mail names, not by the mailbox it comes to."""
    box = '[[mailbox]]\naddress = "sales@acme.example"\npath = "sales"\nfirst_run = "all"\nsent = "off"\nstaff = ["anna"]\n'
    desk = desk_with(SETTINGS.replace("[people.anna]", f"{box}[people.anna]"))
    (desk.folder / "sales").mkdir(exist_ok=True)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    receipt = desk.expect_mail(ERIKA)
    desk.writes(ERIKA, "And now it burns.", to="sales@acme.example", folder="sales", reply_to=receipt)
    desk.works()

    assert rows(desk, mail.c.ticket) == [(1,), (1,)]


def test_mails_that_were_seen_are_taken_in_like_others(desk: World) -> None:
    """A1: what people marked as read is no sign that it was taken in; a maildir says it in the name."""
    desk.writes(ERIKA, "It prints blank pages.")
    [file] = (desk.folder / "inbox").glob("*.eml")
    for name in ("cur", "new", "tmp"):
        (desk.folder / "inbox" / name).mkdir()
    file.rename(desk.folder / "inbox" / "cur" / "1.mail:2,S")
    desk.works()

    assert rows(desk, ticket.c.number) == [(1,)]
