"""Lists of senders: who is blocked, who is never a robot, and which forms write for somebody else."""

from __future__ import annotations

import pytest
from mail_values import ANNA, a_desk, a_mail, an_address

from mailsupport.core.desk import Rule
from mailsupport.core.judging.classify import classify
from mailsupport.core.judging.routing import route
from mailsupport.core.judging.senders import blocked, through_form
from mailsupport.core.model import AuthenticationResult, Bounce, Mail

FORM = "forms@site.example"


@pytest.mark.parametrize(
    ("block", "allow", "sender", "is_blocked"),
    [
        (("@spam.example",), (), "a@spam.example", True),
        (("@spam.example",), (), "a@deep.spam.example", True),
        (("@spam.example",), (), "a@notspam.example", False),
        (("x@y.example",), (), "x@y.example", True),
        (("x@y.example",), (), "z@y.example", False),
        (("@spam.example",), ("boss@spam.example",), "boss@spam.example", False),
        (("boss@spam.example",), ("@spam.example",), "boss@spam.example", True),
        (("@example",), ("@spam.example",), "a@spam.example", False),
        (("@spam.example",), (), "", False),
    ],
)
def test_the_nearer_entry_decides(block: tuple[str, ...], allow: tuple[str, ...], sender: str, is_blocked: bool) -> None:
    """F2: an address counts before its domain, a domain before the one above it."""
    desk = a_desk(blocked=frozenset(block), allowed=frozenset(allow))
    assert is_blocked == bool(blocked(a_mail(sender), desk))


def test_a_rule_blocks_in_one_mailbox_alone() -> None:
    """F2: `ignore = true` with a mailbox blocks a sender there."""
    desk = a_desk((Rule("noise", sender=("@shop.example",), mailbox="vip", ignores=True),))
    mail = a_mail("news@shop.example")
    assert (route(mail, "vip", desk).ignored, route(mail, "main", desk).ignored) == ("rule noise", "")


WEAK = [
    {"precedence": "bulk"},
    {"list-id": "<shop.example>"},
    {"auto-submitted": "auto-generated"},
    {"x-autoreply": "yes"},
    {"x-cron-env": "a=b"},
]


@pytest.mark.parametrize("headers", WEAK)
def test_an_allowed_sender_is_no_robot_by_weak_signs(headers: dict[str, str]) -> None:
    """F2: shops and forms put such fields on what people wrote."""
    mail = a_mail("shop@else.example", headers=headers)
    kinds = [classify(mail, a_desk(allowed=frozenset(allow)), False).kind for allow in ((), ("@else.example",))]
    assert (kinds[0] != "unknown", kinds[1]) == (True, "unknown")


@pytest.mark.parametrize(
    "mail",
    [
        a_mail("shop@else.example", headers={"auto-submitted": "auto-replied"}),
        a_mail("shop@else.example", bounce=Bounce((), "", "rfc3464")),
        a_mail(
            "shop@else.example", content_type="multipart/report", headers={"content-type": "multipart/report; report-type=arf"}
        ),
    ],
)
def test_an_allowed_sender_is_a_robot_by_its_own_word(mail: Mail) -> None:
    """What calls itself an automatic answer or a report is one, whoever sends it (RFC 3834 §5)."""
    assert classify(mail, a_desk(allowed=frozenset({"@else.example"})), False).kind not in ("unknown", "customer")


def from_form(*reply_to: str, failed: bool = False) -> Mail:
    """A mail of a web form."""
    results = (AuthenticationResult("mx.acme.example", "dmarc", "fail", {"header.from": "site.example"}, 0),) if failed else ()
    return a_mail(FORM, reply_to=tuple(an_address(one) for one in reply_to), authentication=results)


LISTED = a_desk(form_mailers=frozenset({FORM}), trusted_authserv_ids=frozenset({"mx.acme.example"}))


def test_a_listed_form_writes_for_whoever_reply_to_names() -> None:
    """F3: that address is the requester, its contract counts, and no robot answers it."""
    mail = through_form(from_form("erika@kunde.example"), LISTED)
    verdict = classify(mail, LISTED, False)
    assert ("erika@kunde.example", FORM) == (mail.sender.email, mail.via)
    assert ("customer", False, "gold") == (verdict.kind, verdict.answerable, route(mail, "main", LISTED).contract.name)


@pytest.mark.parametrize(
    "mail",
    [
        from_form(),
        from_form("a@else.example", "b@else.example"),
        from_form("nobody"),
        from_form(ANNA.address),
        from_form("support@acme.example"),
        from_form("erika@kunde.example", failed=True),
        a_mail("other@site.example", reply_to=(an_address("erika@kunde.example"),)),
    ],
)
def test_reply_to_is_otherwise_never_an_identity(mail: Mail) -> None:
    """F3: not of an unlisted sender, not for one of us, not of a forged form, not when it names several or nobody (P8)."""
    assert through_form(mail, LISTED) == mail
