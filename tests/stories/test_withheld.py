"""A mail that the server lists and never gives out: others flow, it has a ticket, and it comes in when it is given (P1, P12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest

from mailsupport.app import quarantine, withheld
from mailsupport.daemon.assembly import Box
from mailsupport.errors import ServerUnavailable, UnreadableMail
from mailsupport.net.folder import FolderSource
from mailsupport.ports import Fetched, FolderState, MailSource
from mailsupport.store import mailboxes
from stories.world import SETTINGS, World

ERIKA, OTTO, OPS = "erika@globex.example", "otto@globex.example", "ops@acme.example"


@dataclass
class Server:
    """What the server keeps back: whole mails by UID, and the beginnings of those too."""

    keeps: set[int] = field(default_factory=set)
    keeps_beginnings: bool = False
    of: str = ""
    """The folder of those mails."""
    hangs_up: bool = False
    """Whether the connection is gone when it was asked for one."""
    asked: int = 0


class StingySource(FolderSource):
    """A server that lists every mail and gives out some."""

    server: Server
    opened, gone = "", False

    def open(self, folder: str) -> FolderState:
        self._need_connection()
        self.opened = folder
        return super().open(folder)

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        self._refuse(uids)
        return super().fetch(uids)

    def fetch_start(self, uid: int) -> Fetched | None:
        if self.server.keeps_beginnings:
            self._refuse([uid])
        whole = super().fetch([uid])
        head = whole[0].raw.partition(b"\n\n")[0] + b"\n\n" if whole else b""
        return replace(whole[0], raw=head, whole=False) if whole else None

    def _refuse(self, uids: Sequence[int]) -> None:
        self._need_connection()
        if self.server.keeps & set(uids) and self.server.of in ("", self.opened):
            self.server.asked += 1
            self.gone = self.server.hangs_up
            raise ServerUnavailable("the server closed the connection", "look at it with a mail client")

    def _need_connection(self) -> None:
        if self.gone:
            raise ServerUnavailable("there is no connection", "make a new one")


@dataclass(frozen=True, slots=True)
class StingyBox(Box):
    """A mailbox on such a server."""

    server: Server = field(default_factory=Server)

    def source(self) -> MailSource:
        assert self.settings.path is not None
        made = StingySource(self.settings.path)
        made.server = self.server
        return made


def on_a_stingy_server(desk: World) -> Server:
    """The server of the desk's mailbox, from here on."""
    box = StingyBox(desk.assembly.boxes[0].settings, desk.clock)
    desk.assembly = replace(desk.assembly, boxes=(box,))
    return box.server


@pytest.fixture
def server(desk: World) -> Server:
    """The server of the usual desk."""
    return on_a_stingy_server(desk)


def tries(desk: World, times: int) -> None:
    """The program reads the mailbox that often, and is not put off by the server."""
    for _ in range(times):
        with suppress(ServerUnavailable):
            desk.works()


def in_quarantine(desk: World) -> list[str]:
    """Why mails are in quarantine."""
    with desk.assembly.service.store.read() as tx:
        return [row.reason for row in mailboxes.quarantined(tx)]


def test_what_is_withheld_holds_up_no_other(desk: World, server: Server) -> None:
    """P12: Of three mails the second never comes: after a few tries the third has its ticket, and the operator knows, once."""
    for number, sender in enumerate((ERIKA, "kim@globex.example", OTTO), 1):
        desk.writes(sender, "It prints blank pages.", f"Trouble {number}")
    server.keeps = {2}
    tries(desk, 8)

    assert desk.mails(OTTO) and desk.mails(ERIKA)
    assert in_quarantine(desk) == [quarantine.NOT_GIVEN]
    assert len(desk.mails(OPS)) == 1


def test_what_is_withheld_has_a_ticket_and_a_clock(desk: World, server: Server) -> None:
    """P1: Its sender is read from its beginning, staff are told, and the chain hears when nobody answers in time."""
    desk.writes(ERIKA, "It prints blank pages.")
    server.keeps = {1}
    tries(desk, 6)
    told = desk.expect_mail("anna@acme.example")
    desk.passes("4h1m")

    assert ERIKA in told.subject
    assert desk.mails("ben@acme.example", "escalated")


def test_of_which_nothing_is_given_has_a_ticket_all_the_same(desk: World, server: Server) -> None:
    """P1: Not even the header comes: two such mails are two tickets, and the next one flows."""
    for number in (1, 2):
        desk.writes(ERIKA, "It prints blank pages.", f"Trouble {number}")
    desk.writes(OTTO, "It hums.", "Sound")
    server.keeps, server.keeps_beginnings = {1, 2}, True
    tries(desk, 14)

    assert in_quarantine(desk) == [quarantine.NOT_GIVEN] * 2
    assert desk.mails(OTTO)
    assert {m.subject for m in desk.mails("anna@acme.example") if "Unreadable" in m.subject}


def test_it_comes_in_when_the_server_gives_it(desk: World, server: Server) -> None:
    """P1, A9: It is asked for once an hour; then it is decided like any other, and the ticket that stood for it is over."""
    desk.writes(ERIKA, "It prints blank pages.", "Printer")
    server.keeps = {1}
    tries(desk, 6)
    asked = server.asked
    desk.passes("30m")
    tries(desk, 3)
    before = server.asked
    server.keeps = set()
    desk.passes("61m")
    desk.works()

    assert before - asked <= 1
    assert "Printer" in desk.expect_mail(ERIKA).subject
    assert in_quarantine(desk) == []


def test_each_of_many_is_asked_for_in_its_turn(desk: World, server: Server) -> None:
    """P1: Asking for each of the others breaks off, one an hour: the last comes in all the same."""
    many = withheld.AT_ONCE + 2
    for number in range(1, many + 1):
        desk.writes(f"p{number}@globex.example", "It prints blank pages.", f"Trouble {number}")
    server.keeps = set(range(1, many + 1))
    tries(desk, 5 * many)
    server.keeps.remove(many)
    for _ in range(many):
        desk.passes("61m")

    assert in_quarantine(desk) == [quarantine.NOT_GIVEN] * (many - 1)


def test_what_costs_the_connection_is_asked_for_once_an_hour(desk_with: Callable[[str], World]) -> None:
    """P12: Of many mails kept back in the Sent folder, read before the inbox, one costs the inbox a pass in an hour."""
    desk = desk_with(SETTINGS.replace('sent = "off"', 'sent = "Sent"'))
    server = on_a_stingy_server(desk)
    for number in range(1, 6):
        desk.writes("anna@acme.example", "Please clean the drum.", f"Answer {number}", to=ERIKA, folder="inbox/Sent")
    server.keeps, server.of, server.hangs_up = set(range(1, 6)), "Sent", True
    tries(desk, 40)
    asked = server.asked
    tries(desk, 10)
    resting = server.asked - asked
    desk.clock.at += withheld.PAUSE
    desk.writes(ERIKA, "It prints blank pages.", "Printer")
    tries(desk, 2)

    assert in_quarantine(desk) == [quarantine.NOT_GIVEN] * 5
    assert (resting, server.asked - asked) == (0, 1)
    assert "Printer" in desk.expect_mail(ERIKA).subject


def test_an_operator_can_have_it_asked_for_at_once(desk: World, server: Server) -> None:
    """`quarantine retry` says that it is not here, and the next pass asks the server."""
    desk.writes(ERIKA, "It prints blank pages.", "Printer")
    server.keeps = {1}
    tries(desk, 8)
    server.keeps = set()
    with desk.assembly.service.store.read() as tx:
        (row,) = mailboxes.quarantined(tx)
    with pytest.raises(UnreadableMail, match="next pass"):
        quarantine.retry(desk.assembly.service, row.id)
    desk.works()

    assert "Printer" in desk.expect_mail(ERIKA).subject


def test_a_stub_that_people_work_on_stays_theirs(desk: World, server: Server) -> None:
    """Somebody took the ticket that stands for it: the mail gets one of its own when it comes, and theirs stays as it is."""
    desk.writes(ERIKA, "It prints blank pages.", "Printer")
    server.keeps = {1}
    tries(desk, 6)
    desk.replies("anna@acme.example", desk.expect_mail("anna@acme.example"), "/note I called her.")
    tries(desk, 2)
    server.keeps = set()
    desk.passes("2h")

    assert "Printer" in desk.expect_mail(ERIKA).subject
    assert in_quarantine(desk) == []


def test_a_mail_that_is_taken_away_is_asked_for_no_more(desk: World, server: Server) -> None:
    """It vanished from the server: its ticket and what was had of it stay, with the reason."""
    desk.writes(ERIKA, "It prints blank pages.", "Printer")
    server.keeps = {1}
    tries(desk, 6)
    for file in (desk.folder / "inbox").glob("*.eml"):
        file.unlink()
    server.keeps = set()
    desk.passes("2h")

    assert in_quarantine(desk) == ["the server never gave it out, and shows it no more"]
