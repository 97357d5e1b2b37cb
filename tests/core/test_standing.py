"""Who is obeyed: a token of one's own, a From line that can only be read one way, and a server that vouches for it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from mail_values import ANNA as ANNA_BERG
from mail_values import a_desk, a_mail, an_address

from mailsupport.core.desk import Desk
from mailsupport.core.judging import tokens
from mailsupport.core.judging.standing import aligned, standing
from mailsupport.core.judging.tokens import Purpose, Token
from mailsupport.core.model import Address, AuthenticationResult, Hop, Mail

KEYS = (b"k" * 32,)
ANNA = "anna@acme.example"
MX = "mx.acme.example"
TRUSTING = a_desk(trusted_authserv_ids=frozenset({MX}))
OUTSIDE = (Hop("mail.home.example", MX), Hop("laptop", "mail.home.example"))


def token_of(person: str, purpose: Purpose = Purpose.REPLY, ticket: int = 1) -> Token:
    """A token that we issued."""
    token = tokens.read(KEYS, tokens.issue(KEYS, purpose, ticket, person, "a"))
    assert token is not None
    return token


def result(method: str, outcome: str, below: int = 0, authserv_id: str = MX, **properties: str) -> AuthenticationResult:
    """One claim; `header_from="…"` stands for header.from."""
    return AuthenticationResult(authserv_id, method, outcome, {k.replace("_", "."): v for k, v in properties.items()}, below)


def dmarc(outcome: str, below: int = 0, domain: str = "acme.example", authserv_id: str = MX) -> AuthenticationResult:
    """A DMARC claim."""
    return result("dmarc", outcome, below, authserv_id, header_from=domain)


FROM_SHAPES: tuple[tuple[str, tuple[Address, ...], str, bool], ...] = (
    ("her address", (an_address(ANNA, "Anna"),), "", True),
    ("her address in capitals", (an_address("Anna@ACME.example"),), "", True),
    ("her other address", (an_address("a.berg@home.example"),), "", True),
    ("nobody", (), "no From field", False),
    ("two mailboxes", (an_address(ANNA), an_address("x@evil.example")), "", False),
    ("two mailboxes, hers second", (an_address("x@evil.example"), an_address(ANNA)), "", False),
    ("two From fields", (an_address(ANNA),), "2 From fields", False),
    ("parsers disagree", (an_address(ANNA),), "parsers disagree", False),
    ("her name, another address", (an_address("x@evil.example", "Anna Berg"),), "", False),
    ("her address as a name", (an_address("x@evil.example", ANNA),), "", False),
    ("a colleague", (an_address("ben@acme.example"),), "", False),
    ("her address below another domain", (an_address("anna@acme.example.evil.example"),), "", False),
    ("a look-alike domain", (an_address("anna@acme-example.example"),), "", False),
    ("a Cyrillic letter", (an_address("аnna@acme.example"),), "", False),
    ("a plus-address she did not name", (an_address("anna+x@acme.example"),), "", False),
    ("our own mailbox", (an_address("support@acme.example"),), "", False),
)
TOKENS: tuple[tuple[str, Token | None, bool], ...] = (
    ("hers", token_of("anna"), True),
    ("hers, a note", token_of("anna", Purpose.NOTE), True),
    ("her own address", token_of("anna", Purpose.PERSON, 0), True),
    ("none", None, False),
    ("a colleague's", token_of("ben"), False),
    ("a customer's", token_of("anna", Purpose.CUSTOMER), False),
    ("of somebody who left", token_of("carl"), False),
    ("of nobody", token_of("zoe"), False),
)


@pytest.mark.parametrize(("shape", "token"), list(product(FROM_SHAPES, TOKENS)), ids=lambda value: value[0])
def test_power_needs_her_token_and_her_from_line(
    shape: tuple[str, tuple[Address, ...], str, bool], token: tuple[str, Token | None, bool]
) -> None:
    """Of all pairs only her own token with an address of hers, read without doubt, is obeyed as hers."""
    mail = replace(a_mail(), from_=shape[1], from_doubt=shape[2])
    found = standing(mail, token[1], a_desk())
    assert (found.power and found.person is ANNA_BERG) is (shape[3] and token[2])
    assert found.reason


def test_reply_to_and_sender_are_no_identity() -> None:
    """Her address anywhere but in From proves nothing."""
    mail = a_mail("x@evil.example", reply_to=(an_address(ANNA),), headers={"sender": ANNA})
    assert not standing(mail, token_of("anna"), a_desk()).power


@pytest.mark.parametrize(("said", "hops", "finding"), [
    ([dmarc("pass")], OUTSIDE, "pass"),
    ([dmarc("pass", below=1)], OUTSIDE, "pass"),
    ([dmarc("fail")], OUTSIDE, "fail"),
    ([dmarc("none")], OUTSIDE, "none"),
    ([], OUTSIDE, "none"),
    ([dmarc("pass", domain="evil.example")], OUTSIDE, "none"),
    ([dmarc("pass", authserv_id="mx.evil.example")], OUTSIDE, "none"),
    ([dmarc("pass", authserv_id="mxa.acme.example")], OUTSIDE, "none"),
    ([dmarc("pass", authserv_id="mx.acme.example.evil.example")], OUTSIDE, "none"),
    ([dmarc("pass", below=2)], OUTSIDE, "none"),
    ([dmarc("fail"), dmarc("pass")], OUTSIDE, "fail"),
    ([dmarc("pass"), dmarc("fail")], OUTSIDE, "fail"),
    ([dmarc("fail"), dmarc("pass", below=1)], OUTSIDE, "fail"),
    ([dmarc("none"), dmarc("pass", below=1)], OUTSIDE, "none"),
    ([dmarc("fail"), result("dkim", "pass", header_d="acme.example")], OUTSIDE, "fail"),
    ([dmarc("pass"), result("spf", "fail", smtp_mailfrom="anna@acme.example")], OUTSIDE, "pass"),
    ([result("dkim", "pass", header_d="acme.example")], OUTSIDE, "pass"),
    ([result("dkim", "pass", header_i="@mail.acme.example")], OUTSIDE, "pass"),
    ([result("dkim", "pass", header_d="example")], OUTSIDE, "none"),
    ([result("dkim", "pass", header_d="evilacme.example")], OUTSIDE, "none"),
    ([result("dkim", "pass", header_d="list.example"), result("dkim", "fail", header_d="acme.example")], OUTSIDE, "fail"),
    ([result("dkim", "fail", header_d="list.example"), result("dkim", "pass", header_d="acme.example")], OUTSIDE, "pass"),
    ([result("spf", "pass", smtp_mailfrom="bounce@acme.example")], OUTSIDE, "pass"),
    ([result("spf", "pass", smtp_mailfrom="acme.example")], OUTSIDE, "pass"),
    ([result("spf", "pass", smtp_mailfrom="bounce@evil.example")], OUTSIDE, "none"),
    ([result("spf", "softfail", smtp_mailfrom="x@acme.example")], OUTSIDE, "fail"),
    ([result("auth", "pass", smtp_auth=ANNA)], OUTSIDE, "pass"),
    ([result("auth", "pass", smtp_auth="x@acme.example")], OUTSIDE, "none"),
    ([result("iprev", "pass", policy_iprev="192.0.2.1")], OUTSIDE, "none"),
    ([dmarc("pass", below=2)], (Hop(MX, "store.acme.example"), Hop("mail.home.example", MX)), "pass"),
    ([dmarc("pass", below=2)], (Hop("", "2002:a05:1::2"), Hop("mail.home.example", MX)), "pass"),
])  # fmt: skip
def test_only_the_trusted_servers_own_words_count(said: list[AuthenticationResult], hops: tuple[Hop, ...], finding: str) -> None:
    """Its exact id, above the first foreign hop, about the sender's own domain, and without contradiction (RFC 8601 §5)."""
    assert aligned(a_mail(ANNA, authentication=tuple(said), hops=hops), TRUSTING) == finding


def test_without_a_trusted_server_no_result_counts() -> None:
    """The default trusts nobody's header."""
    assert aligned(a_mail(ANNA, authentication=(dmarc("pass"),)), a_desk()) == "none"


@pytest.mark.parametrize(("outcome", "power"), [("pass", True), ("fail", False), ("none", False)])
def test_where_a_server_is_trusted_its_pass_is_needed(outcome: str, power: bool) -> None:
    """Token and From line alone no longer do."""
    mail = a_mail(ANNA, authentication=(dmarc(outcome),), hops=OUTSIDE)
    assert standing(mail, token_of("anna"), TRUSTING).power is power


INSIDE = (Hop("desk.acme.example", MX), Hop("localhost", "desk.acme.example"))


@pytest.mark.parametrize(("setting", "hops", "power"), [
    ("accept", INSIDE, True),
    ("hold", INSIDE, False),
    ("accept", OUTSIDE, False),
    ("accept", (), False),
])  # fmt: skip
def test_internal_mail_without_results_is_what_the_settings_say(setting: str, hops: tuple[Hop, ...], power: bool) -> None:
    """Mail whose every hop is ours carries no result; one foreign hop makes it foreign."""
    desk: Desk = replace(TRUSTING, internal_mail=setting)
    mail: Mail = a_mail(ANNA, hops=hops)
    assert standing(mail, token_of("anna"), desk).power is power


def test_a_vouched_sender_without_a_token_is_known_and_not_obeyed() -> None:
    """That is enough to count an answer in copy, and for no command."""
    found = standing(a_mail(ANNA, authentication=(dmarc("pass"),), hops=OUTSIDE), None, TRUSTING)
    assert (found.person and found.person.key, found.power, found.authenticated) == ("anna", False, True)
