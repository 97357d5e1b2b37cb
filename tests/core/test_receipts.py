"""Who gets a receipt: known senders a whole one, strangers one without their words, few of them, robots none."""

from __future__ import annotations

import pytest
from mail_values import a_desk, a_mail, an_address

from mailsupport.core.desk import Desk
from mailsupport.core.judging.classify import classify
from mailsupport.core.judging.receipts import Receipt, ReceiptCounts, receipt_for
from mailsupport.core.judging.routing import route
from mailsupport.core.model import AuthenticationResult, Mail

NONE = ReceiptCounts()
STRANGER = "x@else.example"


def decide(
    mail: Mail, counts: ReceiptCounts = NONE, answered: bool = False, vouched: bool = False, desk: Desk | None = None
) -> Receipt:
    """The decision for a mail that opened a ticket in the main mailbox."""
    desk = desk or a_desk()
    return receipt_for(mail, classify(mail, desk, False), route(mail, "main", desk), counts, answered, vouched, desk)


@pytest.mark.parametrize(
    ("sender", "answered", "vouched", "kind"),
    [
        ("erika@kunde.example", False, False, "known"),
        ("anna@acme.example", False, False, "known"),
        (STRANGER, True, False, "known"),
        (STRANGER, False, True, "known"),
        (STRANGER, False, False, "unknown"),
    ],
)
def test_known_is_who_a_contract_a_person_or_a_server_vouches_for(sender: str, answered: bool, vouched: bool, kind: str) -> None:
    """Anybody else gets the receipt without a word of theirs."""
    receipt = decide(a_mail(sender), answered=answered, vouched=vouched)
    assert (receipt.kind, receipt.to) == (kind, sender)


@pytest.mark.parametrize(
    "mail",
    [
        a_mail(headers={"auto-submitted": "auto-replied"}),
        a_mail(headers={"list-id": "<users.else.example>"}),
        a_mail("no-reply@kunde.example"),
        a_mail("support@acme.example"),
        a_mail(return_path=""),
        a_mail(""),
        a_mail(from_=(an_address("a@kunde.example"), an_address("b@kunde.example"))),
    ],
)
def test_robots_lists_and_own_addresses_get_none(mail: Mail) -> None:
    """RFC 3834 §2."""
    assert decide(mail).kind == "none"


def test_a_receipt_never_goes_to_reply_to() -> None:
    """F3: Reply-To is not an identity: a stranger could aim it at a victim."""
    assert decide(a_mail(reply_to=(an_address("victim@else.example"),))).to == "erika@kunde.example"


@pytest.mark.parametrize(
    ("sender", "counts", "kind", "over"),
    [
        (STRANGER, ReceiptCounts(1, 0), "none", False),
        (STRANGER, ReceiptCounts(0, 59), "unknown", False),
        (STRANGER, ReceiptCounts(0, 60), "none", True),
        ("erika@kunde.example", ReceiptCounts(1, 60), "known", False),
        ("erika@kunde.example", ReceiptCounts(10, 0), "none", False),
    ],
)
def test_limits_stop_a_flood_and_no_customer(sender: str, counts: ReceiptCounts, kind: str, over: bool) -> None:
    """D4: One a day to a stranger, sixty an hour to all of them; a customer may open several tickets a day."""
    receipt = decide(a_mail(sender), counts)
    assert (receipt.kind, receipt.over_cap) == (kind, over)


@pytest.mark.parametrize(("setting", "kind"), [("everyone", "unknown"), ("known", "none"), ("off", "none")])
def test_the_setting_decides_for_strangers(setting: str, kind: str) -> None:
    """`receipts = "everyone" | "known" | "off"`."""
    assert decide(a_mail(STRANGER), desk=a_desk(receipts=setting)).kind == kind


def test_a_customers_address_that_failed_authentication_is_a_strangers() -> None:
    """F1: A forged customer is sent no word of the forger's."""
    failed = AuthenticationResult("mx.acme.example", "dmarc", "fail", {"header.from": "kunde.example"}, 0)
    desk = a_desk(trusted_authserv_ids=frozenset({"mx.acme.example"}))
    assert decide(a_mail(authentication=(failed,)), desk=desk).kind == "unknown"
