"""What a mail is: robots by their own signs, people in every doubt."""

from __future__ import annotations

import pytest
from mail_values import a_bounce, a_desk, a_mail

from mailsupport.core.desk import Desk
from mailsupport.core.judging.classify import classify
from mailsupport.core.model import PEOPLE, Kind, Mail

EMPTY = Desk("ops@acme.example", {}, {}, {}, {}, "")


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"auto-submitted": "auto-replied"}, "auto_reply"),
        ({"auto-submitted": "Auto-Replied (vacation)"}, "auto_reply"),
        ({"auto-submitted": 'auto-replied; owner-email="a@b.example"'}, "auto_reply"),
        ({"auto-submitted": "auto-generated"}, "automatic"),
        ({"auto-submitted": "auto-notified; mailbox"}, "automatic"),
        ({"auto-submitted": "no"}, "customer"),
        ({"auto-submitted": "No (a person)"}, "customer"),
        ({"auto-submitted": ""}, "customer"),
        ({"x-autoreply": "yes"}, "auto_reply"),
        ({"x-autoreply": "no"}, "customer"),
        ({"x-autorespond": "Re: x"}, "auto_reply"),
        ({"x-autoresponder": "OpenSRS"}, "auto_reply"),
        ({"x-mail-autoreply": "1"}, "auto_reply"),
        ({"precedence": "auto_reply"}, "auto_reply"),
        ({"precedence": "first-class"}, "customer"),
        ({"precedence": "bulk"}, "list"),
        ({"precedence": "Junk"}, "list"),
        ({"precedence": "list"}, "list"),
        ({"x-ms-exchange-inbox-rules-loop": "a@b.example", "x-auto-response-suppress": "All"}, "auto_reply"),
        ({"x-ms-exchange-inbox-rules-loop": "a@b.example"}, "customer"),
        ({"x-auto-response-suppress": "All"}, "customer"),
        ({"x-post-messageclass": "9; Autoresponder"}, "auto_reply"),
        ({"x-ms-exchange-generated-message-source": "Mailbox Rules Agent"}, "auto_reply"),
        ({"x-fc-machinegenerated": "true"}, "automatic"),
        ({"x-cron-env": "<SHELL=/bin/sh>"}, "automatic"),
        ({"x-tmda-confirm": "1"}, "automatic"),
        ({"list-id": "<users.else.example>"}, "list"),
        ({"list-unsubscribe": "<mailto:off@news.example>"}, "list"),
        ({"mailing-list": "contact a@b.example"}, "list"),
        ({"list-id": "Help <helpdesk.acme.example>"}, "customer"),
        ({"list-id": "<support.acme.example>", "precedence": "list"}, "customer"),
        ({"list-post": "<mailto:support@acme.example>"}, "customer"),
        ({"list-id": "<notsupport.acme.example>"}, "list"),
        ({"x-loop": "yes"}, "customer"),
        ({"x-mailer": "Outlook", "importance": "high"}, "customer"),
    ],
)
def test_a_header_says_what_sent_the_mail(headers: dict[str, str], kind: str) -> None:
    """D1: RFC 3834 §5 and the fields of vendors; what only asks for silence proves nothing."""
    assert classify(a_mail(headers=headers), a_desk(), False).kind == kind


@pytest.mark.parametrize(
    ("subject", "headers", "kind"),
    [
        ("Automatic reply: Printer", {}, "auto_reply"),
        ("Automatische Antwort: Drucker", {}, "auto_reply"),
        ("Réponse automatique : imprimante", {}, "auto_reply"),
        ("自动回复: 打印机", {}, "auto_reply"),
        ("Re: Automatic reply: Printer", {}, "customer"),
        ("Our automatic reply does not work", {}, "customer"),
        ("Out of office until Monday", {}, "customer"),
        ("Out of office until Monday", {"x-auto-response-suppress": "All"}, "auto_reply"),
        ("Out of office until Monday", {"precedence": "bulk"}, "auto_reply"),
        ("Auto: Unfallschaden", {}, "customer"),
        ("Undeliverable: your offer", {}, "automatic"),
        ("Report domain: acme.example Submitter: x Report-ID: 1", {}, "automatic"),
    ],
)
def test_a_subject_counts_where_no_person_writes_so(subject: str, headers: dict[str, str], kind: str) -> None:
    """D1: Words of absence need a second sign; only the fixed beginnings of programs do not."""
    assert classify(a_mail(subject=subject, headers=headers), a_desk(), False).kind == kind


@pytest.mark.parametrize("report", ["disposition-notification", '"feedback-report"', "delivery-status", "tlsrpt", "new-one"])
def test_a_report_without_failure_is_a_robots(report: str) -> None:
    """RFC 6522: receipts, complaints, good news."""
    mail = a_mail(
        content_type="multipart/report", headers={"content-type": f"multipart/report; report-type={report}; boundary=x"}
    )
    assert classify(mail, a_desk(), False).kind == "automatic"


ORDER: list[tuple[Mail, bool, str]] = [
    (a_mail("support@acme.example", bounce=a_bounce(), headers={"auto-submitted": "auto-replied"}), True, "own"),
    (a_mail(bounce=a_bounce(), return_path="", headers={"auto-submitted": "auto-replied"}), False, "bounce"),
    (a_mail(return_path=""), False, "auto_reply"),
    (a_mail(return_path="", content_type="multipart/report"), False, "automatic"),
    (a_mail("MAILER-DAEMON@mx.example"), False, "automatic"),
    (a_mail(headers={"auto-submitted": "auto-replied", "list-id": "<x.example>"}), False, "auto_reply"),
    (a_mail("anna@acme.example", headers={"list-id": "<x.example>"}), False, "list"),
    (a_mail("anna@acme.example"), False, "staff"),
    (a_mail("A.Berg@home.example"), False, "staff"),
    (a_mail("ben@acme.example"), False, "contact"),
    (a_mail("carl@acme.example"), False, "unknown"),
    (a_mail("x@else.example"), False, "unknown"),
    (a_mail(""), False, "unknown"),
]


@pytest.mark.parametrize(("mail", "own", "kind"), ORDER)
def test_the_first_question_that_has_an_answer_decides(mail: Mail, own: bool, kind: str) -> None:
    """Own echo, bounce, automatic reply, robot, list, staff, contact, customer, unknown; with a reason each."""
    verdict = classify(mail, a_desk(), own)
    assert verdict.kind == kind
    assert verdict.reason


def test_without_settings_every_person_is_unknown() -> None:
    """`try` works without a settings file."""
    assert classify(a_mail(), EMPTY, False).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    "mail",
    [
        a_mail("no-reply@kunde.example"),
        a_mail("noreply+4711@kunde.example"),
        a_mail("do_not_reply@kunde.example"),
        a_mail("bounce-17@kunde.example"),
        a_mail("postmaster@kunde.example"),
        a_mail("vip@acme.example"),
        a_mail(headers={"x-auto-response-suppress": "OOF, AutoReply"}),
        a_mail(headers={"x-loop": "yes"}),
        a_mail(""),
    ],
)
def test_a_person_who_must_not_be_answered_stays_a_person(mail: Mail) -> None:
    """The ticket is opened all the same."""
    verdict = classify(mail, a_desk(), False)
    assert verdict.kind in PEOPLE
    assert not verdict.answerable


@pytest.mark.parametrize(
    "sender", ["erika@kunde.example", "noreen@kunde.example", "nobodyknows@kunde.example", "bouncer@kunde.example"]
)
def test_an_ordinary_sender_is_answerable(sender: str) -> None:
    """A name that only looks like a robot's is a person's."""
    assert classify(a_mail(sender), a_desk(), False).answerable


@pytest.mark.parametrize(("mail", "own", "kind"), ORDER)
def test_no_robot_is_ever_answerable(mail: Mail, own: bool, kind: str) -> None:
    """RFC 3834 §2: whatever the reason, nothing but a person gets an automatic answer."""
    verdict = classify(mail, a_desk(), own)
    assert verdict.kind in PEOPLE or not verdict.answerable
