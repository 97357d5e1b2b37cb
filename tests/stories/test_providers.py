"""Providers that give our mails other ids, and customers whose mail systems name only those (C8)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from mailsupport.store.schema import alias, mail
from stories.world import SETTINGS, Sent, World

ERIKA, ANNA = "erika@globex.example", "anna@acme.example"
PROVIDER = "<0100018f5-4c2e@eu-central-1.amazonses.example>"
PLAIN = SETTINGS.replace('plus_address = "on"', 'plus_address = "off"')
WATCHING = PLAIN.replace('sent = "off"', 'sent = "Sent"')


def renamed(sent: Sent) -> Sent:
    """Our mail as a provider delivers it, under an id of its own."""
    raw = re.sub(rb"(?m)^Message-ID: .*\r\n", b"Message-ID: " + PROVIDER.encode() + b"\r\n", sent.raw)
    assert raw != sent.raw
    return replace(sent, raw=raw)


def tickets_of(desk: World) -> list[int | None]:
    """The ticket of every mail, in the order of their arrival."""
    with desk.assembly.service.store.read() as tx:
        return list(tx.execute(select(mail.c.ticket).order_by(mail.c.id)).scalars())


def asked(desk: World) -> Sent:
    """Erika has asked, and has her receipt."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    return desk.expect_mail(ERIKA)


def test_a_reply_is_found_by_the_address_it_goes_to(desk: World) -> None:
    """C8: SES replaces the id, and keeps Reply-To."""
    receipt = asked(desk)
    desk.writes(ERIKA, "Here is a picture.", "Re: x", to=str(receipt.message["Reply-To"]), headers={"In-Reply-To": PROVIDER})
    desk.works()

    assert tickets_of(desk) == [1, 1]


def test_a_reply_is_found_by_the_root_of_its_conversation(desk_with: Callable[[str], World]) -> None:
    """C8: Jira and ServiceNow name ids of their own, and keep the root that stands first in References."""
    desk = desk_with(PLAIN)
    root = str(asked(desk).message["References"]).split()[0]
    desk.writes(ERIKA, "Here is a picture.", "Re: x", headers={"In-Reply-To": PROVIDER, "References": f"{root} {PROVIDER}"})
    desk.works()

    assert tickets_of(desk) == [1, 1]


def test_a_reply_is_found_by_the_marker_in_its_quote(desk_with: Callable[[str], World]) -> None:
    """C8: staff whose client drops every id and address are known by the marker of the notice they quote."""
    desk = desk_with(PLAIN)
    asked(desk)
    notice = desk.expect_mail(ANNA)
    quoted = "\n".join(f"> {line}" for line in notice.text.splitlines())
    desk.writes(ANNA, f"Please check the transfer belt.\n\n{quoted}", "Re: x", headers={"In-Reply-To": PROVIDER})
    desk.works()

    assert tickets_of(desk) == [1, 1]


def test_a_reply_is_found_by_the_number_in_its_subject(desk_with: Callable[[str], World]) -> None:
    """C8: of a participant, and only with its check characters."""
    desk = desk_with(PLAIN)
    tag = re.findall(r"#\d+-\w\w", asked(desk).text)[0]
    desk.writes(ERIKA, "Here is a picture.", f"INC0012 [{tag}]", headers={"In-Reply-To": PROVIDER})
    desk.works()

    assert tickets_of(desk) == [1, 1]


def test_a_reply_that_names_only_the_providers_id_is_found_when_that_was_learned(desk_with: Callable[[str], World]) -> None:
    """C8: from the copy that the provider leaves in the Sent folder."""
    desk = desk_with(WATCHING)
    (desk.folder / "inbox" / "Sent").mkdir()
    desk.arrives(renamed(asked(desk)).raw, "inbox/Sent")
    desk.works()
    desk.writes(ERIKA, "Here is a picture.", "Re: x", headers={"In-Reply-To": PROVIDER})
    desk.works()

    assert tickets_of(desk) == [1, None, 1]


def test_a_report_of_delay_teaches_the_providers_id_too(desk_with: Callable[[str], World]) -> None:
    """C8: the returned header holds the provider's id and our own field; the report belongs to the ticket."""
    desk = desk_with(PLAIN)
    asked(desk)
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please check the transfer belt.")
    desk.works()
    desk.bounces(renamed(desk.expect_mail(ERIKA)), "4.4.1")
    desk.works()
    desk.writes(ERIKA, "It is the belt.", "Re: x", headers={"In-Reply-To": PROVIDER})
    desk.works()

    assert tickets_of(desk) == [1, 1, 1, 1]


def test_a_notification_of_amazon_teaches_its_id(desk_with: Callable[[str], World]) -> None:
    """C8: one in copy was not reached, which Amazon tells as JSON; Erika, who was, names Amazon's id alone."""
    desk = desk_with(PLAIN)
    desk.writes(ERIKA, "It prints blank pages.", cc="otto@globex.example")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please check the transfer belt.")
    desk.works()
    answer = desk.expect_mail(ERIKA)
    told = {
        "notificationType": "Bounce",
        "bounce": {"bouncedRecipients": [{"emailAddress": "otto@globex.example", "action": "failed", "status": "5.1.1"}]},
        "mail": {
            "messageId": "0107018f5-4c2e-000000",
            "sourceArn": "arn:aws:ses:eu-central-1:123456789012:identity/acme.example",
            "headers": [{"name": "Message-ID", "value": str(answer.message["Message-ID"])}],
        },
    }
    desk.writes("no-reply@sns.amazonaws.com", json.dumps(told), "AWS Notification Message", to=answer.sender)
    desk.works()
    theirs = "<0107018f5-4c2e-000000@eu-central-1.amazonses.com>"
    desk.writes(ERIKA, "It is the belt.", "Re: x", headers={"In-Reply-To": theirs})
    desk.works()

    assert tickets_of(desk) == [1, 1, 1, 1]
    assert "otto@globex.example" in desk.expect_mail(ANNA, "undelivered").text


@pytest.mark.parametrize("folder", ["inbox", "inbox/Sent"])
def test_nobody_else_teaches_an_id(desk_with: Callable[[str], World], folder: str) -> None:
    """C8, attack 6: a copy in the inbox may be anybody's, and a mail without our signature says nothing."""
    desk = desk_with(WATCHING)
    (desk.folder / "inbox" / "Sent").mkdir()
    copy = renamed(asked(desk)).raw
    forged = re.sub(rb"(X-Mailsupport-Id: <ms\.[a-z0-9.]*)[a-z0-9](\.)", rb"\1x\2", copy) if folder != "inbox" else copy
    assert (forged != copy) == (folder != "inbox")
    desk.arrives(forged, folder)
    desk.works()

    with desk.assembly.service.store.read() as tx:
        assert list(tx.execute(select(alias.c.message_id))) == []
