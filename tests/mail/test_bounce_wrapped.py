"""A report that a gateway attached to a mail of its own is a report; one that a person attached is that person's mail (D6)."""

from __future__ import annotations

import base64
import time

import pytest

from mailsupport.core.model import Bounce
from mailsupport.mail.parse import read

REPORT = """\
From: MAILER-DAEMON@mx.kunde.example
To: support@acme.example
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="inner"

--inner

<gone@kunde.example>: 550 5.1.1 no such user
--inner
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.kunde.example

Final-Recipient: rfc822; gone@kunde.example
Action: failed
Status: 5.1.1
--inner
Content-Type: message/rfc822

Message-ID: <theirs@provider.example>
X-Mailsupport-Id: <answer-7@acme.example>
From: support@acme.example
To: gone@kunde.example

here is the answer
--inner--
"""
DELIVERED = REPORT.replace("Action: failed", "Action: delivered").replace("5.1.1", "2.0.0")
GATEWAY = "From: gateway@acme.example\nAuto-Submitted: auto-generated\n"
PERSON = "From: Ina Weber <ina@kunde.example>\nReturn-Path: <ina@kunde.example>\n"


def wrapped(inner: str, outer: str = GATEWAY, text: str = "A mail was held.", encoding: str = "") -> str:
    """A mail with another attached."""
    boundary = f"b{len(inner)}"
    content = base64.encodebytes(inner.encode()).decode() if encoding else inner
    coded = "Content-Transfer-Encoding: base64\n" if encoding else ""
    head = f"{outer}To: support@acme.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary={boundary}\n"
    return f"{head}\n--{boundary}\n\n{text}\n--{boundary}\nContent-Type: message/rfc822\n{coded}\n{content}\n--{boundary}--\n"


def bounce(mail: str) -> Bounce | None:
    """What is read of it."""
    return read(mail.encode()).bounce


OUTER = {
    "RFC 3834": GATEWAY,
    "auto-notified": "From: sieve@acme.example\nAuto-Submitted: auto-notified; owner=x\n",
    "null sender": "From: scanner@acme.example\nReturn-Path: <>\n",
    "mail system": "From: postmaster@acme.example\nReturn-Path: <>\n",
    "journal": "From: journal@acme.example\nX-MS-Journal-Report:\n",
}


@pytest.mark.parametrize("outer", OUTER.values(), ids=OUTER)
@pytest.mark.parametrize("encoding", ["", "base64"])
def test_a_report_in_a_mail_of_a_gateway_is_a_bounce(outer: str, encoding: str) -> None:
    """Its recipients, the id that came back, and our own beside it."""
    found = bounce(wrapped(REPORT, outer, encoding=encoding))

    assert found is not None
    assert [(r.address, r.status, r.action) for r in found.recipients] == [("gone@kunde.example", "5.1.1", "failed")]
    assert (found.original_message_id, found.original_own_id) == ("theirs@provider.example", "answer-7@acme.example")


def test_gateways_may_stand_behind_each_other() -> None:
    """Three deep, and no deeper."""
    assert bounce(wrapped(wrapped(wrapped(REPORT)))) is not None
    assert bounce(wrapped(wrapped(wrapped(wrapped(REPORT))))) is None


def test_a_gateway_may_put_the_report_beside_words_of_its_own() -> None:
    """multipart/report inside multipart/mixed, under the gateway's name."""
    head, _, body = REPORT.partition("\n\n")
    report = next(line for line in head.splitlines() if line.startswith("Content-Type"))
    mail = (
        f"{GATEWAY}To: support@acme.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=out\n\n"
        f"--out\n\nscanned\n--out\n{report}\n\n{body}\n--out--\n"
    )
    found = bounce(mail)

    assert found is not None
    assert found.recipients[0].address == "gone@kunde.example"


@pytest.mark.parametrize("outer", [PERSON, "From: ina@kunde.example\nAuto-Submitted: no\n"])
def test_a_report_that_a_person_forwards_is_a_persons_mail(outer: str) -> None:
    """Also through a mail system that says so."""
    assert bounce(wrapped(REPORT, outer, "What does this mean?")) is None


def test_a_person_in_between_is_a_person() -> None:
    """A gateway that wraps everything wraps people's forwards too."""
    assert bounce(wrapped(wrapped(REPORT, PERSON, "What does this mean?"))) is None


def test_an_absence_notice_with_the_mail_it_answers_is_no_bounce() -> None:
    """Whoever is away was written to; what they got is not said by them."""
    assert bounce(wrapped(REPORT, "From: ina@kunde.example\nAuto-Submitted: auto-replied\n", "I am away.")) is None


def test_what_a_mail_of_ours_carried_is_not_its_own_bounce() -> None:
    """A customer once sent us a report, which our notification carried on; a gateway wraps our notification."""
    ours = wrapped(REPORT, "From: support@acme.example\nX-Mailsupport-Id: <n-1@acme.example>\nAuto-Submitted: auto-generated\n")

    assert bounce(wrapped(ours)) is None


def test_good_news_in_a_wrapper_is_no_bounce() -> None:
    """Delivered is delivered."""
    assert bounce(wrapped(DELIVERED)) is None


def test_looking_inside_costs_no_more_than_the_mail_is_long() -> None:
    """Hundreds of attached mails that speak of reports, and none that is one."""
    many = "".join(f"--b\nContent-Type: message/rfc822\n\n{'delivery-status ' * 500}\n" for _ in range(400))
    start = time.process_time()
    assert bounce(f"{GATEWAY}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n{many}--b--\n") is None
    assert time.process_time() - start < 1
