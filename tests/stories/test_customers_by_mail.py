"""What customers, strangers and broken mails meet with: receipts and their limits, copies, unreadable and huge mails."""

from __future__ import annotations

from collections.abc import Callable

from mailsupport.store.schema import clock, ledger, log, mail, raw, ticket
from stories.world import SETTINGS, World, rows

ERIKA, ANNA, BEN, OPS = "erika@globex.example", "anna@acme.example", "ben@acme.example", "ops@acme.example"


def test_a_stranger_gets_one_receipt_a_day_without_their_words(desk: World) -> None:
    """Nobody can send words to a victim through us, nor many mails."""
    for number in range(3):
        desk.writes("stranger@nowhere.example", "Buy my pills!", f"Pills {number}")
    desk.passes("1h")

    [receipt] = desk.mails("stranger@nowhere.example")
    assert "ills" not in receipt.text and "ills" not in receipt.subject
    assert len(rows(desk, ticket.c.number)) == 3
    desk.passes("24h")
    desk.writes("stranger@nowhere.example", "Hello again.", "Again")
    desk.works()
    assert len(desk.mails("stranger@nowhere.example")) == 2


def test_strangers_get_sixty_receipts_an_hour_and_the_operator_hears_of_the_rest(desk: World) -> None:
    """Every one of them has a ticket."""
    for number in range(65):
        desk.writes(f"stranger{number}@nowhere.example", "Hello.", f"Hello {number}")
    desk.works()

    assert len([m for m in desk.sink.sent if m.recipients[0].startswith("stranger")]) == 60
    assert len(rows(desk, ticket.c.number)) == 65
    assert "receipts" in desk.expect_mail(OPS).text


def test_a_known_customer_may_open_several_tickets_a_day(desk: World) -> None:
    """Each has its receipt."""
    for number in range(3):
        desk.writes(ERIKA, "It prints blank pages.", f"Printer {number}")
    desk.works()

    assert len(desk.mails(ERIKA)) == 3


TWO = (
    SETTINGS
    + """
[[mailbox]]
address = "billing@acme.example"
path = "billing"
first_run = "all"
sent = "off"
plus_address = "on"
staff = ["anna"]
"""
)


def test_the_same_mail_in_two_mailboxes_is_one_ticket(desk_with: Callable[[str], World]) -> None:
    """A5: Sent to both addresses: one ticket, one receipt, two rows in the ledger, and the second delivery is on record."""
    desk = desk_with(TWO)
    desk.writes(ERIKA, "It prints blank pages.", to="support@acme.example, billing@acme.example")
    [file] = (desk.folder / "inbox").glob("*.eml")
    desk.arrives(b"Delivered-To: billing@acme.example\r\n" + file.read_bytes(), "billing")
    desk.works()

    assert len(rows(desk, ticket.c.number)) == 1
    assert len(desk.mails(ERIKA)) == 1
    assert len(rows(desk, ledger.c.id)) == 2
    assert ("also_received",) in rows(desk, log.c.event)


def test_the_same_message_id_with_other_words_is_another_mail(desk: World) -> None:
    """A5: Nobody suppresses a customer's mail by guessing its id; the second is flagged (attack 34)."""
    desk.writes(ERIKA, "It prints blank pages.", "Printer")
    [file] = (desk.folder / "inbox").glob("*.eml")
    desk.arrives(file.read_bytes().replace(b"blank pages", b"black pages"))
    desk.works()

    assert len(rows(desk, mail.c.id)) == 2
    assert any("same Message-ID" in str(flags) for (flags,) in rows(desk, mail.c.flags))


def test_a_mail_that_cannot_be_read_has_a_ticket_a_clock_and_its_bytes(desk: World) -> None:
    """B2: Quarantined, staff and operator told, and escalated when nobody looks."""
    odd = b"From: odd@globex.example\r\nSubject: too much\r\nX-Long: " + b"a" * 300_000 + b"\r\n\r\nhello\r\n"
    desk.arrives(odd)
    desk.works()

    assert rows(desk, ledger.c.state) == [("quarantined",)]
    assert rows(desk, clock.c.state) == [("running",)]
    assert len(rows(desk, raw.c.mail)) == 1
    assert desk.expect_mail(ANNA) and desk.expect_mail(OPS)
    desk.passes("5h")
    assert desk.mails(kind="escalated")


def test_of_a_mail_over_the_size_cap_header_and_first_words_are_kept(desk_with: Callable[[str], World]) -> None:
    """B4: It opens its ticket, is not moved, and staff see that it is not whole."""
    settings = SETTINGS.replace('sent = "off"', 'sent = "off"\nmax_size = "100KB"\nafter = "move:Done"')
    desk = desk_with(settings)
    desk.writes(ERIKA, "It prints blank pages.", attachments=[("big.bin", b"\x00" * 300_000)])
    desk.writes(ERIKA, "A small one.", "Small")
    desk.works()

    assert len(rows(desk, ticket.c.number)) == 2
    assert "It prints blank pages." in next(m for m in desk.mails(ANNA) if "floor 3" in m.subject).text
    assert len(list((desk.folder / "inbox").glob("*.eml"))) == 1
    assert any("only the beginning was read" in str(flags) for (flags,) in rows(desk, mail.c.flags))


def test_a_loop_between_two_robots_ends_at_the_first_mail(desk: World) -> None:
    """D4: A robot answers our receipt with a person's header: it joins the ticket, and gets no second receipt."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    for _ in range(3):
        desk.replies(ERIKA, desk.mails(ERIKA)[0], "We have received your mail.")
        desk.works()

    assert len(desk.mails(ERIKA)) == 1


def test_our_own_receipt_coming_back_is_no_mail(desk: World) -> None:
    """D3: Forwarded to our own mailbox by a group: known by its signed id."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.arrives(desk.mails(ERIKA)[0].raw)
    desk.works()

    assert len(rows(desk, ticket.c.number)) == 1
    assert {state for (state,) in rows(desk, ledger.c.state)} == {"ticketed", "ignored"}


def test_a_hidden_line_end_in_a_subject_cannot_stop_the_alert(desk: World) -> None:
    """The subject is cleaned at intake; the alert is built and sent."""
    desk.arrives(
        b"From: erika@globex.example\r\nTo: support@acme.example\r\nMessage-ID: <crlf@globex.example>\r\n"
        b"Subject: =?utf-8?q?Printer=0D=0ABcc:_eve@evil.example?=\r\n\r\nIt prints.\r\n"
    )
    desk.passes("5h")

    assert desk.mails(BEN, "escalated")
    assert not desk.mails("eve@evil.example")


def test_the_operator_is_told_of_a_broken_template_once(desk_with: Callable[[str], World]) -> None:
    """The plain mail goes out each time; the trouble is told once a day."""
    desk = desk_with(SETTINGS + '[templates]\ndir = "mine"\n')
    folder = desk.folder / "mine" / "customer"
    folder.mkdir(parents=True)
    (folder / "receipt.txt.j2").write_text("Subject: x\n\n{{ nothing_of_that_name }}\n")
    for number in range(3):
        desk.writes(ERIKA, "It prints blank pages.", f"Printer {number}")
    desk.works()

    assert len(desk.mails(ERIKA)) == 3
    assert len([m for m in desk.mails(OPS) if "nothing_of_that_name" in m.text]) == 1
