"""Reports of failure that no part or field marks as one: JSON of a cloud, bare names, a report inside another."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from mailsupport.core.model import Bounce
from mailsupport.mail.parse import read

GONE = {"emailAddress": "Gone@Kunde.example", "action": "failed", "status": "5.1.1"}
SENT: dict[str, Any] = {"messageId": "0101-amazon", "headers": [{"name": "Message-ID", "value": "<our-1@acme.example>"}]}


def notified(told: object, after: str = "", sender: str = "no-reply@sns.amazonaws.com") -> Bounce | None:
    """What is read of a notification."""
    text = told if isinstance(told, str) else json.dumps(told)
    return read(f"From: SES <{sender}>\r\nSubject: AWS Notification Message\r\n\r\n{text}\r\n{after}".encode()).bounce


@pytest.mark.parametrize("name", ["notificationType", "eventType"])
def test_a_bounce_notification_of_amazon_ses_is_a_bounce(name: str) -> None:
    """Recipient, status, and the Message-ID that the sender gave the mail, not Amazon's (D6)."""
    found = notified({name: "Bounce", "bounce": {"bouncedRecipients": [GONE]}, "mail": SENT}, "\r\n--\r\nto unsubscribe {")
    assert found is not None
    assert [(r.address, r.status, r.action) for r in found.recipients] == [("gone@kunde.example", "5.1.1", "failed")]
    assert found.original_message_id == "our-1@acme.example"


@pytest.mark.parametrize(("region", "host"), [("us-east-1", "email"), ("eu-central-1", "eu-central-1"), ("ap-southeast-2",) * 2])
def test_amazon_tells_under_which_id_it_sent_our_mail(region: str, host: str) -> None:
    """C8: the number at a name of the region, beside the id that stands in our own field."""
    headers = [*SENT["headers"], {"name": "X-Mailsupport-Id", "value": "<ms.our-1@acme.example>"}]
    sent = {**SENT, "headers": headers, "sourceArn": f"arn:aws:ses:{region}:123456789012:identity/acme.example"}
    found = notified({"eventType": "Bounce", "bounce": {"bouncedRecipients": [GONE]}, "mail": sent})
    assert found is not None
    assert (found.provider_id, found.original_own_id) == (f"0101-amazon@{host}.amazonses.com", "ms.our-1@acme.example")


@pytest.mark.parametrize("sent", [
    {"messageId": "0101-amazon"},
    {"messageId": "0101-amazon", "sourceArn": "arn:aws:s3:eu-central-1:1:x"},
    {"messageId": "0101-amazon", "sourceArn": "arn:aws:ses:evil.example@x-1:1:x"},
    {"messageId": "0101>\r\nBcc: x", "sourceArn": "arn:aws:ses:eu-central-1:1:x"},
    {"messageId": 5, "sourceArn": ["arn"]},
])  # fmt: skip
def test_no_id_of_amazon_is_made_of_what_is_none(sent: dict[str, object]) -> None:
    """A number without a region, or what could be something else in a header."""
    found = notified({"eventType": "Bounce", "bounce": {"bouncedRecipients": [GONE]}, "mail": sent})
    assert found is not None
    assert found.provider_id == ""


def test_the_notification_may_stand_inside_the_envelope_of_amazon_sns() -> None:
    """There the message is a string that holds JSON."""
    inner = json.dumps({"notificationType": "Bounce", "bounce": {"bouncedRecipients": [GONE]}, "mail": SENT})
    found = notified({"Type": "Notification", "Message": inner})
    assert found is not None
    assert found.recipients[0].address == "gone@kunde.example"


@pytest.mark.parametrize("told", [
    {"notificationType": "Delivery", "delivery": {"recipients": ["a@kunde.example"]}},
    {"notificationType": "Complaint", "complaint": {"complainedRecipients": [GONE]}},
    {"Message": "a disk is full"},
    {"Message": ["Bounce"]},
    ["notificationType", "Bounce"],
    "no JSON { at all",
    "{" * 5_000,
    '{"a":' * 100_000,
])  # fmt: skip
def test_what_tells_of_no_bounce_is_none(told: object) -> None:
    """Deliveries, complaints, alarms, and what is no JSON."""
    assert notified(told) is None


@pytest.mark.parametrize("told", [
    {"bounce": 1, "mail": []},
    {"bounce": {"bouncedRecipients": {"emailAddress": "a@b"}}},
    {"bounce": {"bouncedRecipients": [1, None, {"emailAddress": 3}, {"emailAddress": ""}]}, "mail": {"headers": [1]}},
])  # fmt: skip
def test_values_of_the_wrong_kind_name_nobody(told: dict[str, object]) -> None:
    """The notification is one, and says nothing that could be used."""
    found = notified({"notificationType": "Bounce", **told})
    assert found is not None
    assert (found.recipients, found.original_message_id) == ((), "")


def test_a_person_who_forwards_a_notification_is_a_person() -> None:
    """Only Amazon's own sender is asked for JSON."""
    assert notified({"notificationType": "Bounce", "bounce": {"bouncedRecipients": [GONE]}}, sender="ina@kunde.example") is None


REPORT = "From: MAILER-DAEMON@kunde.example\r\nReturn-Path: <>\r\nSubject: Mail Delivery Problem\r\n"


def test_a_bare_name_below_the_line_that_announces_it_is_of_the_mail_systems_own_domain() -> None:
    """Some providers name their own users without the domain (D6)."""
    said = "Your mail to the following recipients could not be delivered, since they take no pictures:\r\n\tina.weber\r\n"
    found = read(f"{REPORT}\r\n{said}".encode()).bounce
    assert found is not None
    assert [r.address for r in found.recipients] == ["ina.weber@kunde.example"]


def test_a_word_that_nothing_announces_is_no_recipient() -> None:
    """A reason below a colon is no name."""
    found = read(f"{REPORT}\r\nYour mail could not be delivered. The reason is:\r\n  unknown\r\n".encode()).bounce
    assert found is not None
    assert found.recipients == ()


def test_a_report_that_a_gateway_wrapped_into_its_own_names_the_recipient() -> None:
    """The report inside knows better than the To line of what came back (D6)."""
    inner = "From: MAILER-DAEMON@mx.example\r\nTo: support@acme.example\r\n\r\nFinal-Recipient: rfc822; gone@kunde.example"
    raw = (
        f"{REPORT}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nReturned mail: these addresses had errors\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    found = read(raw.encode()).bounce
    assert found is not None
    assert [(r.address, r.status) for r in found.recipients] == [("gone@kunde.example", "5.1.1")]


@pytest.mark.parametrize("field", ["From", "Return-Path", "Subject"])
def test_a_long_word_in_a_field_costs_no_more_than_its_length(field: str) -> None:
    """Looking for a mail system's name is linear (attack 11)."""
    start = time.process_time()
    read(f"{field}: {'0' * 16_000}\r\n\r\nhi".encode())
    assert time.process_time() - start < 0.1
