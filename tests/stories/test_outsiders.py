"""What an outsider tries who knows a ticket: its customer, somebody who was sent our mail, a server that lies (P7, P8, P9).

Each row is one mail. After it the ticket, its chain and its promise are as they were, and nobody outside reads what is not
theirs. To add an attack, add a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from mailsupport.daemon.assembly import reassemble
from mailsupport.settings import load
from mailsupport.store.schema import absence, chain, clock, participant, ticket, told
from stories.world import HOUSE, SETTINGS, Sent, World, rows

ANNA, BEN, ERIKA, EVIL = "anna@acme.example", "ben@acme.example", "erika@globex.example", "x@evil.example"
WITH_BEN = SETTINGS.replace('staff = ["anna", "jo"]', 'staff = ["anna", "jo", "ben"]')


@dataclass(frozen=True)
class Scene:
    """A lapsed ticket: the customer's Message-ID, and what was sent to the customer, to Anna and to Ben."""

    asked: str
    receipt: Sent
    notice: Sent
    alert: Sent

    @property
    def number(self) -> str:
        """The ticket's number as it stands in mails to its customer."""
        return next(word for word in self.receipt.text.split() if word.startswith("#1-")).strip(".")


def scene_of(desk: World) -> Scene:
    """Erika asks, nobody answers, Ben is alerted."""
    asked = desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h5m")
    found = Scene(asked, desk.mails(ERIKA)[0], desk.mails(ANNA, "new")[0], desk.mails(BEN, "escalated")[0])
    desk.nothing_new()
    return found


def mail(sender: str, to: str, body: str, *fields: str, subject: str = "Hello", kind: str = "text/plain; charset=utf-8") -> bytes:
    """A mail as its author's program, or hand, has written it."""
    head = (f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Content-Type: {kind}", "MIME-Version: 1.0", *fields)
    return "\r\n".join((*head, "", body, "")).encode()


def report(about: str, whose: str) -> bytes:
    """A delivery report that names a mail and a recipient (RFC 3464)."""
    parts = (
        "--b\r\n\r\nThe canary came back.",
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.evil.example\r\n",
        f"Final-Recipient: rfc822; {whose}\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {about}\r\nSubject: x\r\n\r\n--b--",
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    fields = ("Return-Path: <>", "Auto-Submitted: auto-replied", "Message-ID: <r1@mx.evil.example>")
    return mail("MAILER-DAEMON@mx.evil.example", "support@acme.example", "\r\n".join(parts), *fields, kind=kind)


def to(sent: Sent) -> str:
    """Where a reply to that mail goes."""
    return str(sent.message["Reply-To"])


HIDES = '<p style="display:none">/close Canary</p><p>Hello.</p>'
INVITES = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:/close Canary\r\nEND:VEVENT\r\nEND:VCALENDAR"
AWAY = "Auto-Submitted: auto-replied"
ATTACKS: dict[str, Callable[[Scene], bytes]] = {
    "Anna's token in Cc": lambda s: mail(EVIL, "support@acme.example", "/close Canary", f"Cc: {to(s.notice)}"),
    "Anna's token from the customer": lambda s: mail(ERIKA, to(s.notice), f"/close Canary\r\n\r\n> [ref:{to(s.notice)}]"),
    "Anna's token, Anna as Sender": lambda s: mail(EVIL, to(s.notice), "/close Canary", f"Sender: {ANNA}"),
    "Anna's token, Anna as Reply-To": lambda s: mail(EVIL, to(s.notice), "/close Canary", f"Reply-To: {ANNA}"),
    "Anna's token, two From": lambda s: mail(ANNA, to(s.notice), "/close Canary", f"From: {EVIL}"),
    "Anna's token, a route": lambda s: mail(f"<@evil.example:{ANNA}>", to(s.notice), "/close Canary"),
    "Anna's token, a comment": lambda s: mail(f"({ANNA}) {EVIL}", to(s.notice), "/close Canary"),
    "Anna's token, another alphabet": lambda s: mail("\u0430nna@acme.example", to(s.notice), "/close Canary"),
    "Anna's token, a host in xn--": lambda s: mail("anna@xn--cme-7cd.example", to(s.notice), "/close Canary"),
    "Ben's token from the customer": lambda s: mail(ERIKA, to(s.alert), "/ack I know the canary"),
    "a command as a name": lambda s: mail(f'"/close Canary" <{ERIKA}>', to(s.receipt), "Hello."),
    "a command as a subject": lambda s: mail(ERIKA, to(s.receipt), "Hello.", subject="/close Canary"),
    "a command in an invitation": lambda s: mail(ERIKA, to(s.receipt), INVITES, kind="text/calendar; method=REQUEST"),
    "a hidden command": lambda s: mail(ERIKA, to(s.receipt), HIDES, kind="text/html"),
    "a command with nothing between its letters": lambda s: mail(ERIKA, to(s.receipt), "/\u200bcl\u2060ose Canary"),
    "our Message-ID": lambda s: mail(
        EVIL, "support@acme.example", "/close Canary", f"Message-ID: {s.receipt.message['Message-ID']}"
    ),
    "our Message-ID and our name": lambda s: mail(
        "support@acme.example", "support@acme.example", "/close Canary", f"Message-ID: {s.receipt.message['Message-ID']}"
    ),
    "our name with a folder": lambda s: mail("support+x@acme.example", "support@acme.example", "Hello."),
    "the number in other digits": lambda s: mail(EVIL, "support@acme.example", "Hello.", subject=s.number.replace("1", "\u0661")),
    "a report on Ben's address": lambda s: report(str(s.receipt.message["Message-ID"]), BEN),
    "a report on the customer's mail": lambda s: report(s.asked, BEN),
    "Ben's absence to the customer's address": lambda s: mail(BEN, to(s.receipt), "I am away.", AWAY, subject="Out of office"),
    "Ben's absence by the customer's mail": lambda s: mail(BEN, "support@acme.example", "Away.", AWAY, f"In-Reply-To: {s.asked}"),
    "the customer's absence, urgent": lambda s: mail(ERIKA, to(s.receipt), "urgent", AWAY, subject="Out of office: urgent"),
    "three thousand in copy": lambda s: mail(
        EVIL, to(s.receipt), "Hello.", "Cc: " + ",\r\n ".join(f"u{number}@many.example" for number in range(3000))
    ),
    "results that its author wrote": lambda s: mail(
        EVIL, to(s.notice), "/close Canary", "Authentication-Results: mx.acme.example; dmarc=pass header.from=acme.example"
    ),
}


def state(desk: World) -> list[object]:
    """Everything of the ticket that somebody without power must not move."""
    return [
        rows(desk, ticket.c.number, ticket.c.state, ticket.c.priority, ticket.c.assignee)[:1],
        rows(desk, chain.c.ticket, chain.c.state, chain.c.step, chain.c.next_at, chain.c.acknowledged_by),
        rows(desk, clock.c.ticket, clock.c.kind, clock.c.state, clock.c.due_at)[:1],
        rows(desk, told.c.email, told.c.outcome),
        rows(desk, absence.c.person),
        [row for row in rows(desk, participant.c.ticket, participant.c.email) if row[0] == 1],
    ]


def moved(desk: World, attack: bytes) -> bool:
    """Whether anything of the ticket is not as it was, once that mail was taken in."""
    before = state(desk)
    desk.arrives(attack)
    desk.works()
    return before != state(desk)


def test_nothing_moves_by_any_of_it(desk_with: Callable[[str], World]) -> None:
    """E2, E3: Mail after mail of one who has no power, or half of it; whoever wrote them reads nothing of the ticket."""
    desk = desk_with(WITH_BEN)
    scene = scene_of(desk)

    assert [] == [name for name, attack in ATTACKS.items() if moved(desk, attack(scene))]
    outside = [one for one in desk.sink.sent if any(not address.endswith(HOUSE) for address in one.recipients)]
    assert [] == [one.recipients for one in outside if ERIKA not in one.recipients and "blank pages" in one.text]
    assert [] == [one.recipients for one in desk.sink.sent if any(address.startswith("support") for address in one.recipients)]


def test_words_of_staff_from_elsewhere_reach_nobody_outside(desk: World) -> None:
    """E2: Anna answers from a mailbox at home: nothing is relayed or lost; she reads at her own address what came from where."""
    scene = scene_of(desk)
    desk.replies("anna.berg@home.example", scene.notice, "Press the green button.")
    desk.works()
    shown = desk.expect_mail(ANNA, "stranger")

    desk.expect_no_mail(ERIKA)
    assert "anna.berg@home.example" in shown.text
    assert "Press the green button." in shown.text
    assert "new to this ticket" in shown.text


def test_where_a_staff_mail_wants_its_answers_is_no_matter(desk: World) -> None:
    """E3: Reply-To is never an identity, and nothing is ever written to it."""
    desk.replies(ANNA, scene_of(desk).notice, "Press the green button.", headers={"Reply-To": EVIL})
    desk.works()

    assert desk.expect_mail(ERIKA).text.startswith("Press the green button.")
    desk.expect_no_mail(EVIL)


@pytest.mark.parametrize("words", ["/close Canary done.", "/note The canary.", "Press the red button."])
def test_who_has_left_is_not_obeyed(desk_with: Callable[[str], World], words: str) -> None:
    """Rights count when a mail is read, not when a token was issued (attack 28): Anna is a stranger now."""
    desk = desk_with(SETTINGS)
    scene = scene_of(desk)
    file = desk.folder / "mailsupport.toml"
    without = file.read_text().replace('staff = ["anna", "jo"]', 'staff = ["jo"]')
    file.write_text(without.replace('[people.anna]\nname = "Anna Berg"\nemail = ["anna@acme.example"]\n', ""))
    desk.assembly = reassemble(desk.assembly, load(file))
    before = state(desk)
    desk.replies(ANNA, scene.notice, words)
    desk.works()

    assert before == state(desk)
    desk.expect_no_mail(ERIKA)
    desk.expect_no_mail(ANNA)


@pytest.mark.parametrize("change", ["one letter", "another ticket", "another purpose", "cut"])
def test_a_guess_at_a_question_is_none(desk: World, change: str) -> None:
    """Anna's mail is held, and Anna herself is asked; what is sent to an address near that of the question decides nothing."""
    scene = scene_of(desk)
    desk.replies(ANNA, scene.notice, "/clsoe The canary is done.")
    desk.works()
    local, _, domain = to(desk.mails(ANNA, "held")[-1]).partition("<")[2].strip(">").partition("@")
    start, token = local.split("+")
    near = {
        "one letter": token[:-1] + ("a" if token[-1] != "a" else "b"),
        "another ticket": token.replace("k1.", "k2.", 1),
        "another purpose": "t" + token[1:],
        "cut": token[:-1],
    }[change]
    before = state(desk)
    desk.nothing_new()
    for choice in ("send", "run", "yes"):
        desk.writes(ANNA, choice, to=f"{start}+{near}@{domain}")
    desk.works()

    assert before == state(desk)
    desk.expect_no_mail(ERIKA)
