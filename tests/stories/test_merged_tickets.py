"""Two tickets become one, one mail becomes a ticket: what customers, staff and contacts see of it."""

from __future__ import annotations

import pytest

from mailsupport.app import merging
from mailsupport.errors import MailsupportError
from mailsupport.store.schema import clock, mail, ticket
from stories.world import World, rows

ERIKA, ANNA, BEN = "erika@globex.example", "anna@acme.example", "ben@acme.example"


def two_tickets(desk: World) -> None:
    """Erika writes of one matter twice, an hour apart."""
    desk.writes(ERIKA, "It prints blank pages.", "Printer on floor 3")
    desk.passes("1h")
    desk.writes(ERIKA, "The one on floor 3, I mean.", "Printer again")
    desk.works()


def test_mail_to_a_merged_ticket_goes_to_its_target(desk: World) -> None:
    """C7: a reply to the first receipt stands on the second ticket; chains of merges are followed."""
    two_tickets(desk)
    receipt = desk.mails(ERIKA)[0]
    desk.writes(ERIKA, "A third time.", "Printer, please")
    desk.works()
    service = desk.assembly.service
    assert (merging.merge(service, 1, 2), merging.merge(service, 2, 3)) == (2, 3)
    desk.replies(ERIKA, receipt, "Are you there?")
    desk.works()

    assert rows(desk, mail.c.ticket)[-1] == (3,)
    assert rows(desk, ticket.c.number, ticket.c.state, ticket.c.merged_into) == [
        (1, "closed", 3),
        (2, "closed", 3),
        (3, "new", None),
    ]


def test_a_merged_ticket_keeps_the_first_deadline_and_alerts_once(desk: World) -> None:
    """C7: four hours after the first mail, one alert, about the target."""
    two_tickets(desk)
    merging.merge(desk.assembly.service, 1, 2)
    desk.passes("2h59m")
    assert not desk.mails(kind="escalated")
    desk.passes("1m")

    [alert] = desk.mails(BEN, "escalated")
    assert alert.message["X-Mailsupport-Ticket"] == "2"
    desk.passes("15m")
    assert len(desk.mails(BEN)) == 1


def test_a_chain_under_way_goes_on_at_the_target(desk: World) -> None:
    """C7: who was alerted is not alerted again, the next one is, and all hear that it is over."""
    two_tickets(desk)
    desk.passes("3h")
    desk.expect_mail(BEN, "escalated")
    merging.merge(desk.assembly.service, 1, 2)
    desk.passes("40m")
    assert len(desk.mails(BEN, "escalated")) == 1
    alert = desk.expect_mail("cleo@acme.example", "escalated")
    assert alert.message["X-Mailsupport-Ticket"] == "2"
    notice = next(m for m in desk.mails(ANNA) if m.message["X-Mailsupport-Ticket"] == "2")
    desk.replies(ANNA, notice, "Please check the transfer belt.")
    desk.works()

    assert desk.mails(BEN, "answered") and desk.mails("cleo@acme.example", "answered")


@pytest.mark.parametrize(("source", "target"), [(2, 1), (1, 2), (2, 2), (2, 9)])
def test_merging_in_a_circle_is_refused(desk: World, source: int, target: int) -> None:
    """C7: the target of a merge cannot end in its source."""
    two_tickets(desk)
    service = desk.assembly.service
    merging.merge(service, 1, 2)
    with pytest.raises(MailsupportError):
        merging.merge(service, source, target)


def test_a_mail_split_off_has_a_ticket_and_a_clock_from_its_own_time(desk: World) -> None:
    """C7: the new ticket counts from when the mail was received, and later replies to that mail go there."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    receipt = desk.expect_mail(ERIKA)
    desk.passes("1h")
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please check the transfer belt.")
    desk.passes("1h")
    received_at = desk.clock.at
    question = desk.replies(ERIKA, desk.expect_mail(ERIKA), "By the way, where is my invoice?")
    desk.passes("2h")
    new = merging.split(desk.assembly.service, len(rows(desk, mail.c.id)))
    desk.writes(
        ERIKA,
        "It was of March.",
        "Re: Printer",
        headers={"In-Reply-To": question, "References": f"{receipt.message['Message-ID']} {question}"},
    )
    desk.works()

    assert rows(desk, clock.c.ticket, clock.c.started_at, clock.c.state)[-1] == (new, received_at, "running")
    assert rows(desk, mail.c.ticket)[-2:] == [(new,), (new,)]
    assert rows(desk, ticket.c.number, ticket.c.state, ticket.c.related) == [
        (1, "answered", None),
        (new, "new", 1),
    ]


def test_a_reply_to_what_came_before_the_split_stays(desk: World) -> None:
    """C7: only what answers the split mail follows it."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    receipt = desk.expect_mail(ERIKA)
    desk.replies(ERIKA, receipt, "By the way, where is my invoice?")
    desk.works()
    new = merging.split(desk.assembly.service, 2)
    desk.replies(ERIKA, receipt, "It is the transfer belt, I think.")
    desk.works()

    assert (rows(desk, mail.c.ticket), new) == ([(1,), (2,), (1,)], 2)
