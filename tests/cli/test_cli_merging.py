"""`ticket merge|split`: two tickets are one, one mail is a ticket of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import Office

from mailsupport.core.guard import ClockKind
from mailsupport.store import Tx, clocks
from store.stored import NOON, a_mail, a_ticket

FOUR_HOURS = timedelta(hours=4)


def asked(tx: Tx, hours: int) -> int:
    """A ticket whose customer wrote that many hours after noon."""
    at = NOON + timedelta(hours=hours)
    ticket = a_ticket(tx, received_at=at)
    a_mail(tx, f"m{ticket}@customer.example", ticket=ticket, received_at=at)
    clocks.start_clock(tx, ticket, ClockKind.FIRST_RESPONSE, 0, at, at + FOUR_HOURS, "4h")
    return ticket


@pytest.fixture
def twice(office: Office) -> Office:
    """A desk where Carla has asked twice, and once more on her second ticket."""
    with office.database() as tx:
        asked(tx, 0)
        asked(tx, 1)
        a_mail(tx, "m3@customer.example", ticket=2, received_at=NOON + timedelta(hours=2))
    return office


def test_merge_closes_one_ticket_and_keeps_the_first_deadline(twice: Office) -> None:
    """It says which goes on; `ticket show` says where the other went."""
    said = twice.does("ticket", "merge", "1", "2")
    shown = twice.does("ticket", "show", "1")

    assert (0, ["ticket 1 is merged into ticket 2"]) == (said.code, said.lines)
    assert "it goes on as ticket 2" in shown.lines
    with twice.database() as tx:
        assert [NOON + FOUR_HOURS] == [clock.due_at for clock in clocks.clocks_of(tx, 2) if clock.state == "running"]


def test_merging_a_ticket_into_itself_fails_with_its_reason(twice: Office) -> None:
    """Nothing is changed."""
    said = twice.does("ticket", "merge", "2", "2")

    assert said.code == 1
    assert "ticket 2 would be merged into itself" in said.err


def test_split_gives_a_mail_a_ticket_of_its_own(twice: Office) -> None:
    """Its clock counts from when the mail was received."""
    said = twice.does("ticket", "split", "3")

    assert (0, ["mail 3 is ticket 3 now"]) == (said.code, said.lines)
    with twice.database() as tx:
        assert [NOON + timedelta(hours=2)] == [clock.started_at for clock in clocks.clocks_of(tx, 3)]


@pytest.mark.parametrize(("mail", "why"), [("1", "is all that ticket 1 has"), ("9", "no mail 9")])
def test_what_cannot_be_split_says_why(twice: Office, mail: str, why: str) -> None:
    """The only mail of a ticket, and one that there is not."""
    said = twice.does("ticket", "split", mail)

    assert said.code == 1
    assert why in said.err
