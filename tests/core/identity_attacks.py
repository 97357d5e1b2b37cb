"""500 ways to pass for one of us, as the bytes of mails.

Each attack lacks exactly one of the three things that power needs: a token issued to that person, a From line that names that
person and nobody else, and, where a server is trusted, its word. To add an attack, add a row to a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from mail_values import a_desk

from mailsupport.core.desk import Desk
from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Audience, Purpose

KEYS = (b"n" * 32, b"o" * 32)
STOLEN = (b"x" * 32,)
PLAIN = a_desk()
MX = "mx.acme.example"
TRUSTING = a_desk(trusted_authserv_ids=frozenset({MX}))
ANNA = "Anna Berg <anna@acme.example>"
STAFF_PURPOSES = (Purpose.REPLY, Purpose.NOTE, Purpose.ALERT, Purpose.CONFIRM, Purpose.PERSON, Purpose.DIGEST)


@dataclass(frozen=True, slots=True)
class Row:
    """A mail as bytes, the desk that reads it, and what is tried with it."""

    name: str
    raw: bytes
    desk: Desk = PLAIN


def token(purpose: Purpose = Purpose.REPLY, person: str = "anna", keys: tokens.Keys = KEYS, ticket: int = 4711) -> str:
    """The text of a token."""
    return tokens.issue(keys, purpose, 0 if purpose in (Purpose.PERSON, Purpose.DIGEST) else ticket, person, "3")


def raw_mail(head: str | bytes, body: str = "Done, it prints again.", to: str = "support@acme.example") -> bytes:
    """A mail with these fields of its own."""
    own = head if isinstance(head, bytes) else head.encode()
    return own + f"\r\nTo: {to}\r\nSubject: Re: Printer\r\nMessage-ID: <a@b.example>\r\n\r\n{body}\r\n".encode()


def addressed(text: str) -> str:
    """Our address with something behind its plus."""
    return f"support+{text}@acme.example"


# --- the right token, a wrong From line -------------------------------------------------------------------------------

FROM_LINES: tuple[str | bytes, ...] = (
    "From: x@evil.example",
    "From: Anna Berg <x@evil.example>",
    'From: "anna@acme.example" <x@evil.example>',
    'From: "Anna Berg <anna@acme.example>" <x@evil.example>',
    "From: anna@acme.example <x@evil.example>",
    "From: <x@evil.example> anna@acme.example",
    "From: x@evil.example, anna@acme.example",
    "From: anna@acme.example, x@evil.example",
    "From: anna@acme.example; x@evil.example",
    "From: anna@acme.example x@evil.example",
    "From: x@evil.example\r\nFrom: anna@acme.example",
    "From: anna@acme.example\r\nFrom: x@evil.example",
    "From: anna@acme.example\r\nFrom: anna@acme.example",
    "From: anna@acme.example\r\nfrom: x@evil.example",
    "From: x@evil.example\r\nSender: anna@acme.example",
    "From: x@evil.example\r\nReply-To: anna@acme.example",
    "From: x@evil.example\r\nReturn-Path: <anna@acme.example>",
    "From: x@evil.example\r\nResent-From: anna@acme.example",
    "From: x@evil.example\r\nX-From: anna@acme.example",
    "From : x@evil.example\r\nFrom: anna@acme.example",
    "From: friends: anna@acme.example, x@evil.example;",
    "From: anna: x@evil.example;",
    "From: undisclosed:;",
    "From: <@acme.example:x@evil.example>",
    "From: <@evil.example:anna@acme.example>",
    "From: <anna@acme.example@evil.example>",
    "From: <x@evil.example@acme.example>",
    'From: "anna@acme.example"@evil.example',
    "From: anna@acme.example.evil.example",
    "From: anna@evil.example",
    "From: anna@acme-example",
    "From: anna@acmeexample",
    "From: anna@sub.acme.example",
    "From: anna.@acme.example.",
    "From: anna+x@acme.example",
    "From: Anna Berg",
    "From: ",
    "From: <>",
    "From: anna",
    "X-Nothing: 1",
    "From: (anna@acme.example) x@evil.example",
    "From: anna@acme.example (x@evil.example)",
    "From: x@evil.example (Anna Berg <anna@acme.example>)",
    "From: anna(comment)@acme.example",
    "From: anna @ acme.example",
    "From: anna@acme.example\r\n\t, x@evil.example",
    "From: anna@acme.example\0, x@evil.example",
    "From: anna@acme.example\x0bx@evil.example",
    "From: \x00anna@acme.example",
    "From: anna@acme\u200b.example",
    "From: \u202eelpmaxe.emca@anna",
    "From: аnna@acme.example",
    "From: anna@аcme.example",
    "From: anna@xn--cme-5cd.example",
    "From: =?utf-8?q?anna=40acme.example?=",
    "From: =?utf-8?q?anna=40acme.example?= <x@evil.example>",
    "From: =?utf-8?b?YW5uYUBhY21lLmV4YW1wbGU=?= <x@evil.example>",
    "From: <=?utf-8?q?anna=40acme.example?=>",
    "From: =?utf-8?q?Anna_=3Canna=40acme.example=3E?= <x@evil.example>",
    "From: =?utf-8?q?Anna_=3Canna=40acme.example=3E=0D=0AFrom:_x?= <x@evil.example>",
    'From: "anna@acme.example <x@evil.example>',
    'From: Anna "Berg <anna@acme.example>, <x@evil.example>',
    'From: "\\" <anna@acme.example>, \\"" <x@evil.example>',
    "From: Anna <x@evil.example> <anna@acme.example>",
    "From: Anna <anna@acme.example> <x@evil.example>",
    "From: <<anna@acme.example>>",
    "From: <anna@acme.example",
    "From: anna@acme.example>",
    "From: mailto:anna@acme.example",
    "From: carl@acme.example",
    "From: ben@acme.example",
    "From: support@acme.example",
    "From: support+anna@acme.example",
    "From: erika@kunde.example",
    b"From: anna@acme.example\xa0x@evil.example",
    b"From: anna\xff@acme.example",
    b"From: anna@acme.example\rFrom: x@evil.example",
)


def forged_from() -> Iterator[Row]:
    """Anna's own token, shown or stolen, under a From line that is not hers or could be read as another's."""
    for line, purpose in product(FROM_LINES, STAFF_PURPOSES):
        yield Row(f"{purpose.name} {line!r}", raw_mail(line, to=addressed(token(purpose))))


# --- the right From line, a wrong token -------------------------------------------------------------------------------


def wrong_tokens() -> Iterator[tuple[str, str]]:
    """Texts that look like a token of Anna's and are none."""
    good = token()
    body, mac = good.rsplit(".", 1)
    purpose, rest = body[0], body[1:]
    yield "none", ""
    yield "another key", token(keys=STOLEN)
    yield "an empty MAC", f"{body}."
    yield "no MAC", body
    yield "a short MAC", good[:-1]
    yield "a long MAC", good + "a"
    yield "two MACs", f"{good}.{mac}"
    yield "another ticket", f"{purpose}{rest.replace('4711', '4712')}.{mac}"
    yield "a ticket with a zero before", f"{purpose}0{rest}.{mac}"
    yield "another nonce", good.replace(".3.", ".4.")
    yield "another person's tag", f"{purpose}4711.{token(person='ben').split('.')[1]}.3.{mac}"
    yield "a customer's", token(Purpose.CUSTOMER)
    yield "of somebody who left", token(person="carl")
    yield "of somebody unknown", token(person="zoe")
    yield "a colleague's", token(person="ben")
    yield "a colleague's alert", token(Purpose.ALERT, "ben")
    yield "a number", "4711"
    yield "a subject's number", tokens.number_tag(KEYS, 4711).strip("#")
    yield "words", "reply"
    yield "other letters", good.replace("t4711", "т4711")
    yield "the reply's MAC under another purpose", f"a{rest}.{mac}"
    yield "the note's MAC under the reply", f"t{rest}.{token(Purpose.NOTE).rsplit('.', 1)[1]}"
    yield "the root's MAC", f"{body}.{tokens.thread_root(KEYS, 4711, Audience.STAFF, 'acme.example').split('.')[3][:16]}"
    for at in range(len(mac)):
        yield f"letter {at} of the MAC", f"{body}.{mac[:at]}{'a' if mac[at] != 'a' else 'b'}{mac[at + 1 :]}"
    for at in range(1, len(body), 2):
        if body[at] != ".":
            yield f"letter {at} of the body", f"{body[:at]}{'7' if body[at] != '7' else '2'}{body[at + 1 :]}.{mac}"


def forged_token() -> Iterator[Row]:
    """Anna's own From line with a token that is none of hers, at each place where tokens are looked for."""
    for name, text in wrong_tokens():
        yield Row(f"address: {name}", raw_mail(f"From: {ANNA}", to=addressed(text) if text else "support@acme.example"))
        yield Row(f"id: {name}", raw_mail(f"From: {ANNA}\r\nIn-Reply-To: <ms.{text}.u1@acme.example>"))
        yield Row(f"body: {name}", raw_mail(f"From: {ANNA}", body=f"Done.\r\n\r\n> [ref:{text}]"))
    good = token()
    for name, head, to, body in (
        ("Reply-To", f"Reply-To: {addressed(good)}", "", ""),
        ("From's comment", f"X-Token: {good}", "", ""),
        ("another domain", "", f"support+{good}@evil.example", ""),
        ("another mailbox", "", f"sales+{good}@acme.example", ""),
        ("the domain part", "", f"support@{good}.acme.example", ""),
        ("a display name", "", f'"{addressed(good)}" <support@acme.example>', ""),
        ("the subject", f"Subject: {good}", "", ""),
        ("our field", f"X-Mailsupport-Id: {good}", "", ""),
        ("words of the body", "", "", good),
        ("a link in the body", "", "", f"mailto:{addressed(good)}"),
        ("an unfinished marker", "", "", f"[ref:{good}"),
        ("staff's thread root", f"References: <{tokens.thread_root(KEYS, 4711, Audience.STAFF, 'acme.example')}>", "", ""),
        (
            "the contacts' thread root",
            f"References: <{tokens.thread_root(KEYS, 4711, Audience.CONTACT, 'acme.example')}>",
            "",
            "",
        ),
        ("the number in the subject", f"Subject: {tokens.number_tag(KEYS, 4711)}", "", ""),
        ("an id without our mark", f"In-Reply-To: <{good}@acme.example>", "", ""),
        ("an id outside angles", f"In-Reply-To: ms.{good}.u1@acme.example", "", ""),
        ("its own Message-ID", f"Message-ID: <ms.{good}.u1@acme.example>", "", ""),
    ):
        yield Row(f"place: {name}", raw_mail(f"From: {ANNA}\r\n{head}".rstrip(), body or "Done.", to or "support@acme.example"))


# --- token and From line right, no word of the trusted server ---------------------------------------------------------

OUTSIDE = f"Received: from mail.home.example by {MX}; Mon, 2 Mar 2026 09:00:00 +0000"
FURTHER = "Received: from laptop by mail.home.example; Mon, 2 Mar 2026 08:59:00 +0000"
GOOD_RESULT = f"Authentication-Results: {MX}; dmarc=pass header.from=acme.example"
RESULTS = (
    "",
    "dmarc=fail header.from=acme.example",
    "dmarc=none header.from=acme.example",
    "dmarc=permerror header.from=acme.example",
    "dmarc=temperror header.from=acme.example",
    "dmarc=pass header.from=evil.example",
    "dmarc=pass header.from=acme.example.evil.example",
    "dmarc=pass header.from=example",
    "dmarc=pass",
    "dmarc=passed header.from=acme.example",
    "dmarc=fail (dmarc=pass header.from=acme.example) header.from=acme.example",
    "dmarc=fail header.from=acme.example; dmarc=pass header.from=acme.example",
    "dmarc=pass header.from=acme.example; dmarc=fail header.from=acme.example",
    "dmarc=(x)fail header.from=acme.example",
    'dmarc=fail reason="; dmarc=pass header.from=acme.example"',
    'x="; dmarc=pass header.from=acme.example"',
    "(dmarc=pass header.from=acme.example)",
    "(; dmarc=pass header.from=acme.example",
    '"; dmarc=pass header.from=acme.example',
    "spf=pass smtp.mailfrom=x@evil.example",
    "spf=pass smtp.mailfrom=anna@acme.example.evil.example",
    'spf=pass smtp.mailfrom="anna@acme.example"@evil.example',
    "spf=fail smtp.mailfrom=anna@acme.example",
    "spf=softfail smtp.mailfrom=anna@acme.example",
    "spf=neutral smtp.mailfrom=anna@acme.example",
    "spf=pass smtp.helo=acme.example",
    "dkim=pass header.d=evil.example",
    "dkim=pass header.d=example",
    "dkim=pass header.i=@evil.example header.d=evil.example",
    "dkim=fail header.d=acme.example",
    "dkim=pass header.d=evil.example; dkim=fail header.d=acme.example",
    "dkim=pass header.d=notacme.example",
    "dkim-adsp=pass header.from=anna@acme.example",
    "arc=pass smtp.remote-ip=192.0.2.1",
    "auth=pass smtp.auth=x@acme.example",
    "auth=pass smtp.auth=anna",
    "auth=fail smtp.auth=anna@acme.example",
    "iprev=pass policy.iprev=192.0.2.1",
    "none",
    "x-dmarc=pass header.from=acme.example",
)
SERVERS = (
    "mx.evil.example",
    "evil.mx.acme.example",
    "mx.acme.example.evil.example",
    "mxacme.example",
    "acme.example",
    "mx",
    "",
    '"mx',
)
FIELDS = (
    "ARC-Authentication-Results: i=1; {mx}; dmarc=pass header.from=acme.example",
    "X-Authentication-Results: {mx}; dmarc=pass header.from=acme.example",
    "Authentication-Results-Original: {mx}; dmarc=pass header.from=acme.example",
    "Authentication-Result: {mx}; dmarc=pass header.from=acme.example",
    "Received-SPF: pass ({mx}: domain of anna@acme.example designates 192.0.2.1)",
    "DKIM-Signature: v=1; d=acme.example; b=abc",
    "X-Spam-Status: No, dmarc=pass",
    "Subject: x\\r\\nAuthentication-Results: {mx}; dmarc=pass header.from=acme.example",
)


def unvouched() -> Iterator[Row]:
    """Anna's token and From line, under results that the trusted server did not write, or that do not speak for her."""
    to = addressed(token())

    def row(name: str, *fields: str, desk: Desk = TRUSTING) -> Row:
        return Row(name, raw_mail("\r\n".join((*fields, f"From: {ANNA}")), to=to), desk)

    for said in RESULTS:
        yield row(f"said: {said}", f"Authentication-Results: {MX}; {said}".rstrip("; "), OUTSIDE, FURTHER)
    for server in SERVERS:
        yield row(f"by: {server}", f"Authentication-Results: {server}; dmarc=pass header.from=acme.example", OUTSIDE, FURTHER)
    for field in FIELDS:
        yield row(f"field: {field}", field.format(mx=MX), OUTSIDE, FURTHER)
    yield row("below a foreign hop", OUTSIDE, FURTHER, GOOD_RESULT)
    yield row("below two foreign hops", OUTSIDE, FURTHER, FURTHER, GOOD_RESULT)
    yield row("no hop at all, no result")
    yield row("below a hop that claims to be ours", OUTSIDE, f"Received: from x by {MX}; 1 Jan", GOOD_RESULT)
    yield row(
        "below two that claim to be ours", OUTSIDE, f"Received: from {MX} by {MX}", f"Received: from {MX} by {MX}", GOOD_RESULT
    )
    yield row("the server said nothing of it", f"Authentication-Results: {MX}; none", OUTSIDE, FURTHER, GOOD_RESULT)
    yield row("the server failed it", f"Authentication-Results: {MX}; dmarc=fail header.from=acme.example", OUTSIDE, GOOD_RESULT)
    inside = f"Received: from desk.acme.example by {MX}; Mon, 2 Mar 2026 09:00:00 +0000"
    yield row("inside, and inside is held", inside)
    accepting = replace(TRUSTING, internal_mail="accept")
    yield row("from outside, where inside is accepted", OUTSIDE, desk=accepting)
    yield row("inside after outside, where inside is accepted", inside, OUTSIDE, FURTHER, desk=accepting)
    yield row("inside with a foreign result", inside, "Authentication-Results: x; dmarc=pass", desk=accepting)


ATTACKS = (*forged_from(), *forged_token(), *unvouched())
