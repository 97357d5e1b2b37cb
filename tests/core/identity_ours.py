"""100 ways to be one of us, as the bytes of mails: every program Anna uses, every place that carries her token."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from identity_attacks import ANNA, FURTHER, KEYS, MX, OUTSIDE, STAFF_PURPOSES, TRUSTING, Row, addressed, raw_mail, token

OWN_LINES = (
    "From: anna@acme.example",
    "From: Anna Berg <anna@acme.example>",
    'From: "Anna Berg" <anna@acme.example>',
    'From: "Berg, Anna" <anna@acme.example>',
    "From: <anna@acme.example>",
    "From: ANNA <Anna@Acme.Example>",
    "From: =?utf-8?q?Anna_B=C3=A9rg?= <anna@acme.example>",
    "From: =?utf-8?b?QW5uYSBCw6lyZw==?=\r\n <anna@acme.example>",
    "From: Anna Bérg <anna@acme.example>",
    "From: Anna Berg\r\n <anna@acme.example>",
    "From: Anna via Desk <a.berg@home.example>",
    "FROM: anna@acme.example",
    'From: "Anna \\"the desk\\" Berg" <anna@acme.example>',
    "From: Anna O'Berg <anna@acme.example>",
    "From: Anna Berg | Acme <anna@acme.example>",
)
OWN_RESULTS = (
    "dmarc=pass header.from=acme.example",
    "dmarc=pass (p=reject) header.from=acme.example",
    "spf=pass smtp.mailfrom=anna@acme.example",
    "spf=pass smtp.mailfrom=acme.example; dkim=none",
    "dkim=pass header.d=acme.example",
    "dkim=pass header.i=@acme.example header.s=x",
    "dkim=pass header.d=list.example; dkim=pass header.d=acme.example",
    "spf=fail smtp.mailfrom=x@list.example; dkim=pass header.d=acme.example; dmarc=pass header.from=acme.example",
    "auth=pass smtp.auth=anna@acme.example",
    'dmarc=pass reason="a; b" header.from=acme.example',
)


def legitimate() -> Iterator[Row]:
    """Anna herself, from every program she uses, her token at every place that gives power."""
    for line, purpose in product(OWN_LINES, STAFF_PURPOSES):
        yield Row(f"{purpose.name} {line!r}", raw_mail(line, to=addressed(token(purpose))))
    for line in OWN_LINES:
        yield Row(f"answers our id, {line!r}", raw_mail(f"{line}\r\nIn-Reply-To: <ms.{token()}.u1@acme.example>"))
    for name, head, to, body in (
        ("in Cc", f"Cc: {addressed(token())}", "", ""),
        ("delivered to", f"Delivered-To: {addressed(token())}", "", ""),
        ("in capitals", "", addressed(token()).upper(), ""),
        ("with a name", "", f'"Acme Support" <{addressed(token())}>', ""),
        ("signed with an older key", "", addressed(token(keys=KEYS[1:])), ""),
        ("in References", f"References: <x@y.example> <ms.{token()}.u1@acme.example>", "", ""),
        ("in an id that was lowered", f"In-Reply-To: <MS.{token().upper()}.U1@ACME.EXAMPLE>", "", ""),
        ("in the quoted body", "", "", f"Done.\r\n\r\n> [ref:{token()}]"),
        ("beside a token that is none", "", f"{addressed('t1.aaaaaaaa.1.aaaaaaaaaaaaaaaa')}, {addressed(token())}", ""),
    ):
        yield Row(f"token {name}", raw_mail(f"From: {ANNA}\r\n{head}".rstrip(), body or "Done.", to or "support@acme.example"))
    for said, above in product(OWN_RESULTS, ("", f"Received: from {MX} by store.acme.example; Mon, 2 Mar 2026 09:00:01 +0000")):
        fields = (above, f"Authentication-Results: {MX}; {said}", OUTSIDE, FURTHER, f"From: {ANNA}")
        yield Row(f"vouched: {said}", raw_mail("\r\n".join(filter(None, fields)), to=addressed(token())), TRUSTING)


LEGITIMATE = tuple(legitimate())
