"""Nobody reaches the powers of mail with half of what they need: the whole program, and its rows as they were (P7, P8)."""

from __future__ import annotations

from collections.abc import Callable

from mailsupport.app.letters.to_author import PAGES_AN_HOUR
from mailsupport.core.judging.tokens import Purpose
from mailsupport.store.schema import absence, chain, clock, hold, log, outbox, participant, ticket
from stories.powers import ANNA, BEN, ERIKA, Loot, Row, Writer, honest, hostile, unvouched
from stories.test_away_by_mail import own_address
from stories.test_commands_by_mail import rows
from stories.world import HOUSE, SETTINGS, World

QUIET = 'receipts = "off"\n' + SETTINGS
TRUSTING = 'trusted_authserv_ids = ["mx.acme.example"]\n' + QUIET
HERS = {"Authentication-Results": "mx.acme.example; dmarc=pass header.from=acme.example"}
QUESTION = "It prints blank pages."
OPENED = 4
"""Tickets that the desk has before anybody attacks it."""


def token_of(address: str) -> str:
    return address.partition("+")[2].partition("@")[0]


def busy(desk: World) -> Loot:
    """Three customers wait, Ben was alerted and mailed about two at once, Anna is asked about two mails; what was sent leaks."""
    asked = desk.writes(ERIKA, QUESTION)
    for number in (1, 2, 3):
        desk.writes(f"c{number}@globex.example", QUESTION, f"Machine {number}")
    desk.works()
    notice = next(mail for mail in desk.mails(ANNA, "new") if "Printer" in mail.subject)
    for _ in range(2):
        desk.replies(ANNA, notice, "/clsoe\nThe canary is repaired.", headers=HERS)
        desk.works()
    first, second = desk.mails(ANNA, "held")
    desk.writes(ANNA, "/discard", "discard", to=str(first.message["Reply-To"]), headers=HERS)
    desk.passes("4h10m")
    alert, digest = desk.mails(BEN, "escalated")[:2]
    found = {
        "own": token_of(own_address(notice)),
        "own_ben": token_of(own_address(alert)),
        "reply": token_of(str(notice.message["Reply-To"])),
        "asked": token_of(str(second.message["Reply-To"])),
        "settled": token_of(str(first.message["Reply-To"])),
        "alert": token_of(str(alert.message["Reply-To"])),
        "digest": token_of(str(digest.message["Reply-To"])),
    }
    keys = desk.assembly.service.keys
    loot = Loot(keys, found, asked)
    loot = Loot(keys, {**found, "note": loot.token(Purpose.NOTE, "anna", 1)}, asked)
    assert ("d", "k", ["dropped", "open"]) == (found["digest"][0], found["asked"][0], rows(desk, hold.c.state))
    desk.nothing_new()
    return loot


def state(desk: World) -> list[object]:
    """Everything that a command, a choice or an acknowledgement could change on the tickets that were there."""
    ours = [
        row
        for row in rows(desk, ticket.c.number, ticket.c.state, ticket.c.priority, ticket.c.assignee, ticket.c.merged_into)
        if row[0] <= OPENED
    ]
    waits = [
        row
        for row in rows(desk, ticket.c.number, ticket.c.waiting_for, ticket.c.revision, ticket.c.closed_at)
        if row[0] <= OPENED
    ]
    return [
        ours,
        waits,
        [row for row in rows(desk, clock.c.ticket, clock.c.kind, clock.c.state, clock.c.due_at) if row[0] <= OPENED],
        [row for row in rows(desk, participant.c.ticket, participant.c.email) if row[0] <= OPENED],
        rows(desk, chain.c.ticket, chain.c.state, chain.c.step, chain.c.acknowledged_by),
        rows(desk, hold.c.state)[:2],
        rows(desk, absence.c.person),
        [kind for kind in rows(desk, outbox.c.kind) if kind in ("answer", "page", "done")],
        [
            event
            for event in rows(desk, log.c.event)
            if event in ("acknowledged", "closed", "merged", "noted", "spent", "confirmed")
        ],
    ]


def told_outside(desk: World, before: int) -> list[tuple[str, ...]]:
    """Who of others than us was sent words of a ticket since."""
    return [
        mail.recipients
        for mail in desk.sink.sent[before:]
        if any(not address.endswith(HOUSE) for address in mail.recipients)
        and (QUESTION in mail.text or "canary" in mail.text.lower())
    ]


def attacked(desk: World, attacks: list[Row]) -> list[str]:
    """Let mails come in, some at a time; name those after which something was not as before."""
    before, mails = state(desk), len(desk.sink.sent)
    for row in attacks:
        desk.arrives(row.raw)
    desk.works()
    after = state(desk)
    assert [] == told_outside(desk, mails)
    return [f"{was} became {now}" for was, now in zip(before, after, strict=True) if was != now]


def heard(desk: World, mails: list[Row]) -> None:
    """Let honest mails come in, each hour as many as are answered in one."""
    for at in range(0, len(mails), PAGES_AN_HOUR):
        for row in mails[at : at + PAGES_AN_HOUR]:
            desk.arrives(row.raw)
        desk.passes("61m")


def test_half_a_power_is_none(desk_with: Callable[[str], World]) -> None:
    """500 mails: nothing relayed, no ticket, chain, question or absence changed, no page sent to anybody."""
    desk = desk_with(QUIET)
    attacks = list(hostile(busy(desk)))

    assert len({row.raw for row in attacks}) >= 500
    assert [] == attacked(desk, attacks)


def test_a_token_without_the_servers_word_is_none(desk_with: Callable[[str], World]) -> None:
    """A hundred and more mails with Anna's token and her From line, for which the trusted server does not speak."""
    desk = desk_with(TRUSTING)
    attacks = list(unvouched(busy(desk)))

    assert len({row.raw for row in attacks}) >= 100
    assert [] == attacked(desk, attacks)


def test_whoever_has_all_of_it_is_obeyed(desk_with: Callable[[str], World]) -> None:
    """A hundred honest mails: each brings its page, to the address that we know, and nowhere else."""
    desk = desk_with(SETTINGS)
    mails = list(honest(busy(desk)))
    heard(desk, mails)

    assert len({row.raw for row in mails}) >= 100
    assert [(ANNA,)] * len(mails) == [mail.recipients for mail in desk.mails(kind="page")]


def test_whoever_is_vouched_for_is_obeyed(desk_with: Callable[[str], World]) -> None:
    """The same, where a trusted server is named and speaks for each."""
    desk = desk_with(TRUSTING)
    mails = list(honest(busy(desk), vouched=True))
    heard(desk, mails)

    assert [(ANNA,)] * len(mails) == [mail.recipients for mail in desk.mails(kind="page")]


def test_who_asks_as_a_customer_is_one(desk: World) -> None:
    """Anna has asked something herself: on that ticket her words are a customer's, whatever stands on top of them."""
    asked = desk.writes(ANNA, QUESTION, "My own screen")
    desk.works()
    write, before = Writer(), rows(desk, ticket.c.state, ticket.c.priority, ticket.c.assignee)
    for _ in range(25):
        desk.arrives(write.mail(f"From: {ANNA}\r\nIn-Reply-To: {asked}", "support@acme.example"))
    desk.works()

    assert before == rows(desk, ticket.c.state, ticket.c.priority, ticket.c.assignee)[:1]
    assert [] == desk.mails(kind="page") + desk.mails(kind="done")
