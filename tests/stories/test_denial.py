"""Nobody fills anybody's mailbox through us, and no two programs write to each other for ever (attacks 22 and 35)."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable

import pytest

from mailsupport.core.deciding.following import QUESTIONS, REPLIES, UNPROVEN
from mailsupport.store.schema import mail, ticket
from stories.test_away_by_mail import own_address
from stories.test_commands_by_mail import ANNA, BEN, ERIKA, OPS, asked, rows
from stories.world import SETTINGS, Sent, World

MANY = 60
CLAIMS: dict[str, tuple[str, dict[str, str]]] = {
    "an answer": ("All done.", {"In-Reply-To": "<story-1@globex.example>"}),
    "an answer in copy": ("All done.", {"In-Reply-To": "<story-1@globex.example>", "to": ERIKA, "cc": "support@acme.example"}),
    "a request of somebody": ("/for max@globex.example\nHelp.", {}),
    "a first word": ("Hello.", {"to": "max@globex.example", "cc": "support@acme.example"}),
    "an old button": ("/close", {"to": "support+t1.aaaaaaaa.1.aaaaaaaaaaaaaaaa@acme.example"}),
    "an absence": ("/away 3d", {}),
    "a page": ("/mine", {}),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_forger_makes_us_ask_a_few_times(desk: World, claim: str) -> None:
    """Mail after mail with Anna's name in From: she is asked about some, the others are kept, and the operator hears of it."""
    asked(desk)
    text, more = CLAIMS[claim]
    places = {name: more[name] for name in ("to", "cc") if name in more}
    headers = {name: value for name, value in more.items() if name not in places}
    before = len(rows(desk, mail.c.id))
    for number in range(MANY):
        desk.writes(ANNA, text, f"Printer {number}", headers=headers, **places)  # type: ignore[arg-type]
    desk.works()

    assert 1 <= len(desk.mails(ANNA, "held")) <= UNPROVEN
    assert before + MANY == len(rows(desk, mail.c.id))
    assert len(desk.mails(OPS)) <= 1


def test_a_storm_of_slips_has_an_end(desk: World) -> None:
    """A macro gone wild sends one typo after another: the answers end, the operator is told, the mails are kept."""
    notice = asked(desk)
    for _ in range(QUESTIONS + 20):
        desk.replies(ANNA, notice, "/clsoe")
    desk.works()

    assert QUESTIONS == len(desk.mails(ANNA, "held"))
    assert "very many mails of Anna Berg" in desk.expect_mail(OPS).subject


@pytest.mark.parametrize("text", ["/clsoe", "/merge 99\nThe canary.", "Best regards\nAnna Berg"])
def test_a_program_that_answers_our_questions_is_not_answered_for_ever(desk: World, text: str) -> None:
    """It does not say that it is one, and answers within a minute, whatever we write."""
    desk.replies(ANNA, asked(desk), text)
    desk.works()
    for _ in range(40):
        desk.nothing_new()
        desk.replies(ANNA, desk.mails(ANNA)[-1], "/ Thank you for your canary mail. We read it soon.")
        desk.passes("1m")

    desk.expect_no_mail(ANNA)
    assert len(desk.mails(ANNA, "held")) <= REPLIES + 1
    assert [] == [sent for sent in desk.mails(ERIKA) if "Thank you" in sent.text]


def test_a_program_that_answers_from_an_own_address_opens_no_tickets(desk: World) -> None:
    """Neither at the first answer nor at the fortieth."""
    desk.writes(ANNA, "/mine", to=own_address(asked(desk)))
    desk.works()
    for _ in range(40):
        desk.replies(ANNA, desk.mails(ANNA)[-1], "Thank you for your mail. We read it soon.")
        desk.passes("1m")

    assert [1] == rows(desk, ticket.c.number)
    assert len(desk.mails(ANNA, "held")) <= REPLIES + 2


def test_a_customer_who_cries_every_minute_is_heard_once(desk: World) -> None:
    """One escalation, one assurance; staff are not notified of each."""
    asked(desk)
    for number in range(200):
        desk.writes(ERIKA, f"escalate\nNow! {number}", headers={"In-Reply-To": "<story-1@globex.example>"})
    desk.works()

    assert 1 == len(desk.mails(BEN, "escalated"))
    assert 1 == len(desk.mails(ERIKA)) - 1
    assert len(desk.mails(ANNA, "appeal")) <= 21


def test_two_desks_that_are_staff_of_each_other_come_to_rest(desk_with: Callable[[str], World]) -> None:
    """Anna's address is the mailbox of another desk, whose Anna's address is ours."""
    theirs = desk_with(
        SETTINGS.replace("support@acme.example", "help@acme.example").replace("anna@acme.example", "support@acme.example")
    )
    anna = SETTINGS.replace("anna@acme.example", "help@acme.example")
    ours = desk_with(anna)
    ours.writes(ERIKA, "It prints blank pages.")
    carried = [0, 0]
    for _ in range(30):
        ours.passes("1m")
        theirs.passes("1m")
        carried = [
            _carry(ours, theirs, "help@acme.example", carried[0]),
            _carry(theirs, ours, "support@acme.example", carried[1]),
        ]

    assert len(ours.sink.sent) + len(theirs.sink.sent) < 20


def _carry(one: World, other: World, address: str, before: int) -> int:
    """Bring what one desk sent to the other's mailbox."""
    for sent in one.sink.sent[before:]:
        if any(_bare(to) == address for to in sent.recipients):
            other.arrives(_returned_to(sent))
    return len(one.sink.sent)


def _bare(address: str) -> str:
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _returned_to(sent: Sent) -> bytes:
    message = email.message_from_bytes(sent.raw, policy=email.policy.compat32)
    message["Return-Path"] = f"<{sent.sender}>"
    message["Delivered-To"] = sent.recipients[0]
    return message.as_bytes()
