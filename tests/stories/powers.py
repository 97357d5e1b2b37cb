"""500 hostile mails that reach for the powers of mail (own addresses, questions, digests, buttons), and 100 honest ones.

Each row is a mail as bytes. A hostile one lacks what the power needs: the token of that person and purpose, a From line that
names that person alone, a person behind it, the trusted server's word. To add an attack, add a row to a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, product

from identity_attacks import FIELDS, FROM_LINES, FURTHER, GOOD_RESULT, MX, OUTSIDE, RESULTS, SERVERS
from identity_ours import OWN_LINES

from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Keys, Purpose
from mailsupport.core.reading.commands import VERBS

ANNA, JO, BEN, ERIKA, EVIL = "anna@acme.example", "jo@acme.example", "ben@acme.example", "erika@globex.example", "x@evil.example"
BODIES = (
    *("/close Canary done.", "/take", "/mine", "/status", "/away 3d", "/history", "/note canary", "/send", "/run", "/discard"),
    *("/ack", "/deescalate", "/merge 2", "/cc +x@evil.example", "/priority critical", "/assign jo", "/pause 3d", "/resend"),
    *("/for x@evil.example\nCanary.", "The canary sings.", "yes", "/spam", "/next", "/undo", "/back"),
)


@dataclass(frozen=True)
class Row:
    """A mail as bytes, and what is tried with it."""

    name: str
    raw: bytes


@dataclass(frozen=True)
class Loot:
    """What an attacker may have got hold of: tokens that were issued, by what they are for."""

    keys: Keys
    known: Mapping[str, str]
    asked: str
    """The Message-ID of the customer's mail on ticket 1."""

    def token(self, purpose: Purpose, person: str, ticket: int = 0, nonce: str = "0") -> str:
        """Another token that was really issued."""
        return tokens.issue(self.keys, purpose, ticket, person, nonce)


class Writer:
    """Makes mails whose ids and bodies differ."""

    def __init__(self) -> None:
        self._bodies, self._count = cycle(BODIES), 0

    def mail(self, head: str | bytes, to: str, body: str = "", subject: str = "Re: Printer") -> bytes:
        """A mail with these fields; one of the bodies where none is given."""
        self._count += 1
        own = head if isinstance(head, bytes) else head.encode()
        fields = (f"To: {to}", f"Subject: {subject}", f"Message-ID: <power-{self._count}@evil.example>")
        rest = "\r\n".join((*fields, "", body or next(self._bodies), ""))
        return own.rstrip(b"\r\n") + b"\r\n" + rest.encode()


def at(token: str) -> str:
    """Our address with something behind its plus."""
    return f"support+{token}@acme.example"


def hostile(loot: Loot) -> Iterator[Row]:
    """Every attack on a desk without a trusted server."""
    write = Writer()
    yield from _stolen(loot, write)
    yield from _bent(loot, write)
    yield from _by_others(loot, write)
    yield from _by_robots(loot, write)
    yield from _by_customers(loot, write)


def _stolen(loot: Loot, write: Writer) -> Iterator[Row]:
    """Anna's tokens under From lines that are not hers alone."""
    for line, kind in product(FROM_LINES, ("own", "asked", "note")):
        yield Row(f"{kind} under {line!r}", write.mail(line, at(loot.known[kind])))
    for line in FROM_LINES:
        if "From: ben@" not in str(line):
            yield Row(f"digest under {line!r}", write.mail(line, at(loot.known["digest"])))


def _bent(loot: Loot, write: Writer) -> Iterator[Row]:
    """Anna herself by her From line, with a token that was changed."""
    for kind in ("own", "asked", "note", "reply"):
        good = loot.known[kind]
        for name, bent in _changes(good):
            yield Row(f"{kind}, {name}", write.mail(f"From: {ANNA}", at(bent)))
        yield Row(
            f"{kind} as Reply-To", write.mail(f"From: {ANNA}\r\nReply-To: {at(good)}", "support@acme.example", "/mine canary")
        )
        yield Row(f"{kind} as Sender", write.mail(f"From: {EVIL}\r\nSender: {ANNA}", at(good)))
        yield Row(f"{kind} in a group", write.mail(f"From: anna: {ANNA}, {EVIL};", at(good)))
        yield Row(f"{kind} in the subject", write.mail(f"From: {ANNA}", "support@acme.example", "/mine canary", f"Re: {good}"))


def _changes(good: str) -> Iterator[tuple[str, str]]:
    body, mac = good.rsplit(".", 1)
    for letter in "tnacpkd":
        if letter != good[0]:
            yield f"as {letter}", f"{letter}{good[1:]}"
    for cut in (1, 2, 5, 16):
        yield f"without its last {cut}", good[:-cut]
    yield "twice", f"{good}+{good}"
    yield "twice with a dot", f"{good}.{good}"
    yield "of ticket 2", f"{good[0]}2.{good.partition('.')[2]}"
    yield "with a zero before", f"{good[0]}0{good[1:]}"
    yield "another question", f"{body.rsplit('.', 1)[0]}.9.{mac}"
    yield "a further question", f"{body}r1.{mac}"
    yield "Jo's tag", f"{body.split('.')[0]}.{tokens.issue((b'x' * 32,), Purpose.REPLY, 1, 'jo', '1').split('.')[1]}.0.{mac}"
    yield "letters turned", good[::-1]
    yield "a letter of another alphabet", f"{good[:-1]}\u0430"


def _by_others(loot: Loot, write: Writer) -> Iterator[Row]:
    """One of us with what was issued to another, or for something else."""
    theirs = {"own", "asked", "note", "reply", "settled"}
    for who, kind in product((JO, BEN), sorted(theirs)):
        yield Row(f"{kind} of Anna by {who}", write.mail(f"From: {who}", at(loot.known[kind])))
        both = f"{at(loot.token(Purpose.PERSON, 'jo' if who == JO else 'ben'))}, {at(loot.known[kind])}"
        if kind not in ("own",):
            yield Row(f"{kind} of Anna beside one's own by {who}", write.mail(f"From: {who}", both, "/close Canary."))
    for who in (ANNA, JO):
        for kind in ("digest", "alert", "own_ben"):
            yield Row(f"{kind} of Ben by {who}", write.mail(f"From: {who}", at(loot.known[kind])))
    for body in ("/run", "/send", "/note", "/discard", "yes", "confirm"):
        yield Row(f"a settled question, {body}", write.mail(f"From: {ANNA}", at(loot.known["settled"]), body))
    for nonce in ("88888", "1r9", "0", "999999999999"):
        token = loot.token(Purpose.CONFIRM, "anna", 1, nonce)
        yield Row(f"a question that was never asked, {nonce}", write.mail(f"From: {ANNA}", at(token), "/send"))
    for nonce in ("88888", "0", "99999999"):
        token = loot.token(Purpose.DIGEST, "ben", 0, nonce)
        yield Row(f"a digest that never was, {nonce}", write.mail(f"From: {BEN}", at(token), "The canary sings."))
    for person in ("carl", "zoe", "", "ops@acme.example"):
        yield Row(f"of {person!r}, who is none of us", write.mail(f"From: {ANNA}", at(loot.token(Purpose.PERSON, person))))


ROBOTS = (
    *("Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated", "Auto-Submitted: auto-notified", "Precedence: bulk"),
    *("Precedence: auto_reply", "X-Autoreply: yes", "X-Autorespond: 1", "Return-Path: <>"),
    *("X-Autoresponder: canary", "Precedence: junk"),
)


def _by_robots(loot: Loot, write: Writer) -> Iterator[Row]:
    """Anna's and Ben's own programs answer with a command on top."""
    for field in ROBOTS:
        for who, kind in ((ANNA, "own"), (ANNA, "note"), (ANNA, "asked"), (BEN, "digest")):
            yield Row(f"{kind} with {field}", write.mail(f"{field}\r\nFrom: {who}", at(loot.known[kind])))


def _by_customers(loot: Loot, write: Writer) -> Iterator[Row]:
    """A customer writes commands, and quotes what somebody forwarded to them."""
    for verb in VERBS:
        if verb != "escalate":
            head = f"From: {ERIKA}\r\nIn-Reply-To: {loot.asked}"
            yield Row(f"/{verb} by a customer", write.mail(head, "support@acme.example", f"/{verb} canary"))
    for kind, token in sorted(loot.known.items()):
        for who in (ERIKA, EVIL):
            yield Row(f"{kind} leaked to {who}", write.mail(f"From: {who}", at(token)))
            quoted = f"/close Canary.\r\n\r\n> [ref:{token}]\r\n> Printer"
            head = f"From: {who}\r\nIn-Reply-To: {loot.asked}"
            yield Row(f"{kind} quoted by {who}", write.mail(head, "support@acme.example", quoted))
            head = f"From: {who}\r\nReferences: <ms.{token}.u1@acme.example>"
            yield Row(f"{kind} answered by {who}", write.mail(head, "support@acme.example"))


def unvouched(loot: Loot) -> Iterator[Row]:
    """Anna's own token under results that do not speak for her, where a trusted server is named."""
    write = Writer()
    for kind, said in product(("own", "note"), RESULTS):
        fields = (f"Authentication-Results: {MX}; {said}".rstrip("; "), OUTSIDE, FURTHER, f"From: {ANNA}")
        yield Row(f"{kind}: {said}", write.mail("\r\n".join(fields), at(loot.known[kind])))
    for kind, server in product(("own", "asked"), SERVERS):
        result = f"Authentication-Results: {server}; dmarc=pass header.from=acme.example"
        yield Row(
            f"{kind} by {server}", write.mail("\r\n".join((result, OUTSIDE, FURTHER, f"From: {ANNA}")), at(loot.known[kind]))
        )
    for kind, field in product(("own", "asked"), FIELDS):
        yield Row(
            f"{kind}: {field}",
            write.mail("\r\n".join((field.format(mx=MX), OUTSIDE, FURTHER, f"From: {ANNA}")), at(loot.known[kind])),
        )
    for kind in ("own", "asked", "note"):
        below = "\r\n".join((OUTSIDE, FURTHER, GOOD_RESULT, f"From: {ANNA}"))
        yield Row(f"{kind}: below a foreign hop", write.mail(below, at(loot.known[kind])))


PAGES = ("/mine", "/status", "/help", "help")


def honest(loot: Loot, vouched: bool = False) -> Iterator[Row]:
    """Anna asks for pages, from every program, by every place of a token that is hers."""
    write = Writer()
    fields = f"Authentication-Results: {MX}; dmarc=pass header.from=acme.example\r\n{OUTSIDE}\r\n" if vouched else ""
    own = loot.known["own"]
    for line, body in product([line for line in OWN_LINES if "a.berg@" not in line], PAGES[:3]):
        yield Row(f"{body} by {line!r}", write.mail(fields + line, at(own), body))
    for body, purpose in product(("/history", "/help"), (Purpose.NOTE, Purpose.REPLY)):
        for ticket, place in product((1, 2), ("to", "id", "body", "capitals")):
            token = loot.token(purpose, "anna", ticket, "0")
            head, to = f"{fields}From: {ANNA}", "support@acme.example"
            head += f"\r\nIn-Reply-To: <ms.{token}.u1@acme.example>" if place == "id" else ""
            to = at(token) if place == "to" else at(token).upper() if place == "capitals" else to
            text = f"{body}\r\n\r\n> [ref:{token}]" if place == "body" else body
            yield Row(f"{body} of {ticket} by {purpose.name} in {place}", write.mail(head, to, text))
    for head, to in (
        (f"Cc: {at(own)}", "support@acme.example"),
        (f"Delivered-To: {at(own)}", "support@acme.example"),
        ("X-Nothing: 1", at(own).upper()),
        ("X-Nothing: 1", f'"Acme" <{at(own)}>'),
        ("Auto-Submitted: no", at(own)),
        ("Precedence: normal", at(own)),
        (f"Reply-To: {EVIL}", at(own)),
        (f"Sender: {EVIL}", at(own)),
        ("X-Nothing: 1", f"{at('p0.aaaaaaaa.0.aaaaaaaaaaaaaaaa')}, {at(own)}"),
    ):
        for body in PAGES:
            yield Row(f"{body}, {head}, {to}", write.mail(f"{fields}From: {ANNA}\r\n{head}", to, body))
