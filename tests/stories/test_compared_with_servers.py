"""Once a day the program looks whether it has overlooked a mail (A9)."""

from __future__ import annotations

from mailsupport.daemon.ticks import compare_with_servers
from mailsupport.store import mailboxes
from stories.world import World

ERIKA = "erika@globex.example"


def overlooks(desk: World, subject: str) -> None:
    """Erika writes a mail which the program passes by, as no bug of it should."""
    desk.writes(ERIKA, "Nobody looks at this.", subject)
    with desk.assembly.service.store.write() as tx:
        row = mailboxes.folder(tx, "support", "INBOX")
        assert row is not None
        mailboxes.advance(tx, row.mailbox, row.name, row.cursor + 1)
    desk.works()


def test_an_overlooked_mail_gets_its_ticket_and_the_operator_its_uid(desk: World) -> None:
    """A9: Erika has her receipt after the comparison, and the operator knows which mail it was."""
    desk.writes(ERIKA, "It prints blank pages.", "Printer")
    desk.works()
    overlooks(desk, "Scanner")
    desk.nothing_new()
    compare_with_servers(desk.assembly)
    desk.works()

    assert "Scanner" in desk.expect_mail(ERIKA).subject
    assert "UID 2 of support/INBOX" in desk.expect_mail("ops@acme.example").subject


def test_a_folder_is_compared_once_a_day(desk: World) -> None:
    """Of two ticks within the day the second asks nothing of the server; the next day's does."""
    desk.writes(ERIKA, "It prints blank pages.", "Printer")
    desk.works()
    compare_with_servers(desk.assembly)
    overlooks(desk, "Scanner")
    desk.nothing_new()
    desk.passes("1h")
    compare_with_servers(desk.assembly)
    desk.works()
    desk.expect_no_mail("ops@acme.example")
    desk.passes("24h")
    compare_with_servers(desk.assembly)
    desk.works()

    assert "Scanner" in desk.expect_mail(ERIKA).subject
